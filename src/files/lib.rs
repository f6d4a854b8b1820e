//! Opens only regular files: a named pipe or a device that lies where a file should be would block the process that
//! opens it, for ever.

use std::fs::{DirBuilder, File, FileType, OpenOptions};
use std::io::{self, Read as _};
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

/// A file that is made is for its owner alone, where the system knows such modes.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    options.mode(0o600);
    options
}

/// As [`private`], for a folder.
pub fn private_folder(builder: &mut DirBuilder) -> &mut DirBuilder {
    #[cfg(unix)]
    builder.mode(0o700);
    builder
}

/// Opens `path` as `options` say, without waiting. What is no regular file is refused, but for `/dev/null` and for
/// what the shell hands over as `/dev/fd/N`.
pub fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    if handed_over(path) || path == Path::new("/dev/null") {
        return options.open(path);
    }
    #[cfg(unix)]
    options.custom_flags(libc::O_NONBLOCK);
    let file = options.open(path);
    let file = file.map_err(|error| odd_writer(path).unwrap_or(error))?;
    let kind = file.metadata()?.file_type();
    if kind.is_file() {
        Ok(file)
    } else {
        Err(odd(kind))
    }
}

/// All bytes of the regular file `path`.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(OpenOptions::new().read(true), path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text of the regular file `path`.
pub fn read_to_string(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    open(OpenOptions::new().read(true), path)?.read_to_string(&mut text)?;
    Ok(text)
}

/// Whether the shell made it for this process, as in `--config <(command)`.
pub fn handed_over(path: &Path) -> bool {
    ["/dev/fd", "/proc/self/fd"]
        .iter()
        .any(|folder| path.starts_with(folder))
        || path == Path::new("/dev/stdin")
}

/// The system's word for writing to a named pipe that nobody reads helps nobody.
fn odd_writer(path: &Path) -> Option<io::Error> {
    let kind = std::fs::metadata(path).ok()?.file_type();
    (!kind.is_file()).then(|| odd(kind))
}

fn odd(kind: FileType) -> io::Error {
    let what = if kind.is_dir() {
        "a folder"
    } else {
        special(kind)
    };
    io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("it is {what}, not a file"),
    )
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> &'static str {
    "a device"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_named_pipe_is_refused_at_once_to_read_and_to_write() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let why = read(&pipe).unwrap_err().to_string();
        assert_eq!(why, "it is a named pipe, not a file");
        let why = open(OpenOptions::new().append(true), &pipe).unwrap_err();
        assert_eq!(why.to_string(), "it is a named pipe, not a file");
        let why = read(folder.path()).unwrap_err().to_string();
        assert_eq!(why, "it is a folder, not a file");
    }

    #[test]
    fn a_file_is_read_and_an_absent_one_is_absent() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let absent = read(&path).unwrap_err().kind();
        assert_eq!(absent, io::ErrorKind::NotFound);
        std::fs::write(&path, "text").unwrap();
        assert_eq!(read_to_string(&path).unwrap(), "text");
        assert_eq!(read(&path).unwrap(), b"text");
    }
}
