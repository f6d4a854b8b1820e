//! A function's code as it is deployed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What Lambda calls the function as it stands, which is no published version.
pub const LATEST: &str = "$LATEST";

/// What a function runs, and how: enough to run the same elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployedCode {
    /// Base64 SHA-256 of the package, as Lambda tells it; of an image its digest in hexadecimal.
    pub sha256: String,
    /// Bytes of the zipped package; 0 for an image.
    pub size: i64,
    /// The container image, by its digest; none where the code is a package.
    pub image: Option<String>,
    /// `nodejs22.x` …; empty for an image.
    pub runtime: String,
    /// `index.handler` …; empty for an image.
    pub handler: String,
    /// `arm64` or `x86_64`.
    pub architecture: String,
    /// Memory in MB.
    pub memory_mb: i32,
    /// Longest run in seconds.
    pub timeout_s: i32,
    /// ARNs of the layers it is run with.
    pub layers: Vec<String>,
    /// Names of its environment variables; the values are nobody's business here.
    pub variables: Vec<String>,
}

impl DeployedCode {
    /// Some package, for those who ask only what moving it would call.
    pub fn unseen() -> Self {
        Self {
            sha256: String::new(),
            size: 0,
            image: None,
            runtime: "nodejs22.x".into(),
            handler: "index.handler".into(),
            architecture: "x86_64".into(),
            memory_mb: 512,
            timeout_s: 10,
            layers: Vec::new(),
            variables: Vec::new(),
        }
    }
}

/// How far a function's newest change is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeState {
    /// Base64 SHA-256 of the package.
    pub sha256: String,
    /// `Pending`, `Active`, `Inactive`, `Failed`.
    pub state: String,
    /// `Successful`, `InProgress`, `Failed`.
    pub update: String,
    /// Why the newest change failed.
    pub reason: Option<String>,
    /// Changes with every update, as that of a [`FunctionVersion`].
    pub revision: Option<String>,
}

/// A version of a function: a published one, which never changes again, or `$LATEST` (aws-facts §14.6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionVersion {
    /// Its number, or `$LATEST`.
    pub version: String,
    pub code: DeployedCode,
    /// Changes with every update of code or configuration: an update may name it, and is refused once it is another.
    pub revision: Option<String>,
    /// `Active`, `Pending`, `Inactive`, `Failed`; empty in lists.
    pub state: String,
    /// How the last update went: `Successful`, `InProgress`, `Failed`; empty in lists.
    pub update: String,
    /// When code or configuration were last changed. Of a published version this was before it was published.
    pub modified: Option<Timestamp>,
}

impl FunctionVersion {
    /// The number of a published version.
    pub fn number(&self) -> Option<u64> {
        self.version.parse().ok()
    }
}
