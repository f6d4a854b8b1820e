//! Where Node is.

use std::path::PathBuf;

use tokio::process::Command;

/// The oldest version that runs the router's runtime (`nodejs22.x`) well enough: its syntax and modules are of 20.
const OLDEST: u32 = 20;

/// The machine's Node, if it has one that is new enough.
pub async fn find() -> Option<PathBuf> {
    let node = PathBuf::from("node");
    let said = Command::new(&node).arg("--version").output().await.ok()?;
    let version = String::from_utf8(said.stdout).ok()?;
    let major = version.trim().trim_start_matches('v').split('.').next()?;
    (major.parse::<u32>().ok()? >= OLDEST).then_some(node)
}
