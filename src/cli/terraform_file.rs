//! Reads a file that Terraform wrote.

use std::fs::OpenOptions;
use std::io::Read as _;
use std::path::Path;

use super::failure::Failure;
use crate::actions::terraform::{LARGEST, NotRead, Plan, State, read_plan, read_state};

/// The plan in `path`.
pub fn plan(path: &Path) -> Result<Plan, Failure> {
    read_plan(&bytes(path)?).map_err(|why| refused(path, "a plan", &why))
}

/// The state in `path`.
pub fn state(path: &Path) -> Result<State, Failure> {
    read_state(&bytes(path)?).map_err(|why| refused(path, "a state", &why))
}

fn refused(path: &Path, what: &str, why: &NotRead) -> Failure {
    let text = format!(
        "cannot read {} as {what} of Terraform: {why}",
        path.display()
    );
    Failure::new(text).next(why.next())
}

/// No more than is judged, and one byte to tell.
fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error| Failure::io(format!("read {}", path.display()), &error);
    let file = crate::files::open(OpenOptions::new().read(true), path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    Ok(bytes)
}
