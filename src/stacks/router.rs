//! The edge router's code within the edge's template.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// The edge router as it is deployed: a `CommonJS` module of Node.
pub const CODE: &str = include_str!("router/index.js");

/// Fills code and version in. A version is immutable: other code needs a version of another name
/// (aws-facts §6.1).
pub(super) fn fill(template: &str) -> String {
    let mut filled = String::new();
    for line in template.lines() {
        if let Some(indent) = line.strip_suffix("@ROUTER_CODE@") {
            indented(indent, &mut filled);
        } else {
            filled.push_str(line);
            filled.push('\n');
        }
    }
    filled.replace("@ROUTER_VERSION@", &version())
}

/// The code as a block scalar: every line as deep as its placeholder.
fn indented(indent: &str, into: &mut String) {
    for line in CODE.lines() {
        if !line.is_empty() {
            into.push_str(indent);
            into.push_str(line);
        }
        into.push('\n');
    }
}

/// Eight hexadecimal digits that change with the code.
fn version() -> String {
    let digest = Sha256::digest(CODE.as_bytes());
    digest.iter().take(4).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
