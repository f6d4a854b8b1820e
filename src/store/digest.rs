//! A short digest, by which plans, templates and requests are named.

use sha2::{Digest, Sha256};

/// The first 16 hexadecimal digits of SHA-256.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .take(8)
        .fold(String::new(), |mut hex, byte| {
            use std::fmt::Write as _;
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}
