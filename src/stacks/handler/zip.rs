//! A zip file whose files are stored, not compressed: the same input gives the same bytes, whatever the compressor's
//! version, and so the same checksum. APPNOTE.TXT of PKWARE, sections 4.3.7, 4.3.12 and 4.3.16.

/// The first moment of the format: 1 January 1980, 00:00.
const TIME: u16 = 0;
const DATE: u16 = 0x21;
/// To read it, version 1.0 is enough; made on Unix, so that the mode counts.
const NEEDED: u16 = 10;
const MADE_BY: u16 = (3 << 8) | NEEDED;
/// A regular file that everybody may read, as Lambda's user must: `-rw-r--r--`.
const MODE: u32 = 0o100_644 << 16;

/// Names and texts as a zip file.
pub(super) fn stored(files: &[(&str, &str)]) -> Vec<u8> {
    let (mut zip, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in files {
        let at = length(&zip);
        let about = about(name, text);
        zip.extend(b"PK\x03\x04");
        zip.extend(&about);
        zip.extend(name.bytes().chain(text.bytes()));
        directory.extend(b"PK\x01\x02");
        directory.extend(MADE_BY.to_le_bytes());
        directory.extend(&about);
        // No comment; first disk; not text in particular.
        directory.extend([0; 6]);
        directory.extend(MODE.to_le_bytes());
        directory.extend(at.to_le_bytes());
        directory.extend(name.bytes());
    }
    let (at, size) = (length(&zip), length(&directory));
    let count = (files.len() as u16).to_le_bytes();
    zip.extend(directory);
    zip.extend(b"PK\x05\x06");
    // One disk.
    zip.extend([0; 4]);
    zip.extend(count.iter().chain(&count));
    zip.extend(size.to_le_bytes().iter().chain(&at.to_le_bytes()));
    // No comment.
    zip.extend([0; 2]);
    zip
}

/// What a file's own header and the directory say of it alike.
fn about(name: &str, text: &str) -> Vec<u8> {
    let size = length(text.as_bytes());
    let mut about = Vec::new();
    for short in [NEEDED, 0, 0, TIME, DATE] {
        about.extend(short.to_le_bytes());
    }
    for long in [crc32fast::hash(text.as_bytes()), size, size] {
        about.extend(long.to_le_bytes());
    }
    for short in [name.len() as u16, 0] {
        about.extend(short.to_le_bytes());
    }
    about
}

/// The format's sizes have 32 bits, and the package has far fewer than 4 GB.
fn length(bytes: &[u8]) -> u32 {
    bytes.len() as u32
}
