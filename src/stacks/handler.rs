//! The reference handler as Lambda takes it. Its sources are in `handler/`.

mod zip;

use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

const FILES: [(&str, &str); 2] = [
    ("LICENSES.txt", include_str!("handler/dist/LICENSES.txt")),
    ("index.js", crate::HANDLER),
];

/// What the handler is called among people.
pub const NAME: &str = "the reference handler";
/// The engine that it speaks to.
pub const ENGINE: &str = "aurora-postgresql";

/// The deployment package.
#[derive(Debug)]
pub struct Package {
    /// A zip file, the same bytes every time.
    pub bytes: Vec<u8>,
    /// Base64 SHA-256, as Lambda reports it.
    pub sha256: String,
}

/// The deployment package.
pub fn package() -> &'static Package {
    static PACKAGE: LazyLock<Package> = LazyLock::new(|| {
        let bytes = zip::stored(&FILES);
        let sha256 = BASE64_STANDARD.encode(Sha256::digest(&bytes));
        Package { bytes, sha256 }
    });
    &PACKAGE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, Template};

    #[test]
    fn the_package_has_the_function_that_the_template_names() {
        let template = Template::parse(&Kind::Region.template()).unwrap();
        assert_eq!(
            template.parameters["HandlerName"].default.as_deref(),
            Some("index.handler")
        );
        assert_eq!(FILES[1].0, "index.js");
        assert!(FILES[1].1.contains("handler"));
    }
}
