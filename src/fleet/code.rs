//! A function's code as it is deployed.

use serde::{Deserialize, Serialize};

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
}
