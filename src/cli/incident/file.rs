//! The files that incidents are kept in: made, listed, read. None is ever deleted.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::failure::Failure;
use crate::config::Paths;
use crate::console::Incidents;
use crate::files;
use crate::recording::{Head, Recording};

/// What their names end with.
pub const ENDING: &str = ".jsonl.zst";
/// How often another name is tried, where a file of that name exists.
const TRIES: u32 = 100;

/// The folder of those of real fleets, or of simulated ones.
pub fn folder(paths: &Paths, demo: bool) -> PathBuf {
    let inside = if demo { "demo/incidents" } else { "incidents" };
    paths.state.join(inside)
}

/// Recordings are kept in `folder`: of incident pace, or always.
pub fn kept_in(folder: PathBuf, always: bool) -> Incidents {
    Incidents {
        create: Arc::new(move |head| create(&folder, head)),
        always,
    }
}

/// A file of its own, for the operator's eyes alone: what the fleet is made of is in it.
fn create(folder: &Path, head: &Head) -> io::Result<(String, Box<dyn Write + Send>)> {
    files::private_folder(DirBuilder::new().recursive(true)).create(folder)?;
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' {
            c
        } else {
            '_'
        }
    };
    let fleet: String = head.fleet.chars().map(plain).collect();
    let stem = format!("{fleet}-{}", head.at.strftime("%Y%m%dT%H%M%SZ"));
    for number in 1..=TRIES {
        let name = match number {
            1 => format!("{stem}{ENDING}"),
            number => format!("{stem}-{number}{ENDING}"),
        };
        let path = folder.join(name);
        match new(&path) {
            Ok(file) => return Ok((path.display().to_string(), Box::new(BufWriter::new(file)))),
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists => {}
            Err(why) => return Err(why),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// A new private file; one that is there is not touched.
pub fn new(path: &Path) -> io::Result<std::fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    files::open(files::private(&mut options), path)
}

/// The recordings in `folder` by their names, the oldest first; none where there is no such folder yet.
pub fn all(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = paths.collect::<io::Result<Vec<PathBuf>>>()?;
    let is_ours = |path: &PathBuf| path.to_string_lossy().ends_with(ENDING);
    paths.retain(is_ours);
    paths.sort();
    Ok(paths)
}

/// The file that `name` means: a path, or a name in `folder`; `last` is the one that began last.
pub fn find(folder: &Path, name: &Path) -> Result<PathBuf, Failure> {
    if name == Path::new("last") {
        let all = all(folder).map_err(|why| unreadable(folder, &why))?;
        let begun = |path: &PathBuf| {
            std::fs::metadata(path)
                .and_then(|known| known.modified())
                .ok()
        };
        return all
            .into_iter()
            .max_by_key(begun)
            .ok_or_else(|| Failure::new(format!("there is no recording in {}", none(folder))));
    }
    let inside = folder.join(name);
    if !name.exists() && inside.exists() {
        return Ok(inside);
    }
    Ok(name.to_owned())
}

/// That there is none in `folder`, how there comes to be one, and where else there are some.
pub fn none(folder: &Path) -> String {
    let simulated = folder.with_file_name("demo").join("incidents");
    let simulated = all(&simulated).is_ok_and(|all| !all.is_empty());
    let elsewhere = if simulated {
        "; `--demo` has those of simulated fleets"
    } else {
        ""
    };
    let folder = folder.display();
    format!(
        "{folder} yet: the console records during incident pace (key i), or with --record{elsewhere}"
    )
}

/// All of a file.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    files::read(path).map_err(|why| unreadable(path, &why))
}

/// The recording in a file.
pub fn read(path: &Path) -> Result<Recording, Failure> {
    Recording::read(&bytes(path)?)
        .map_err(|why| Failure::new(format!("cannot read {}: {why}", path.display())))
}

fn unreadable(path: &Path, why: &io::Error) -> Failure {
    Failure::io(format!("read {}", path.display()), why)
}
