//! `gwctl runs report`, and the report that is written when a run is over.

use std::io::Write;
use std::path::PathBuf;

use super::args::Format;
use crate::actions::Folder;
use crate::actions::report::{Report, markdown, report};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::print;
use crate::files;

/// Prints it.
pub fn show(folder: &Folder, id: &str, format: Format) -> Result<Exit, Failure> {
    let report = of(folder, id)?;
    let text = match format {
        Format::Markdown => markdown(&report),
        Format::Json => serde_json::to_string_pretty(&report)
            .map(|text| text + "\n")
            .map_err(|error| Failure::new(format!("cannot write the report: {error}")))?,
    };
    print(&text)?;
    Ok(Exit::Success)
}

/// Writes it beside the journal, and says where.
pub fn keep(folder: &Folder, id: &str) -> Result<PathBuf, Failure> {
    let text = markdown(&of(folder, id)?);
    let path = folder.path().join(format!("{id}.md"));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    // As private as the journal it tells.
    files::private(&mut options);
    files::open(&mut options, &path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Failure::io(format!("write the report {}", path.display()), &error))?;
    Ok(path)
}

fn of(folder: &Folder, id: &str) -> Result<Report, Failure> {
    let broken = |broken: crate::actions::Broken| Failure::new(broken.to_string());
    let records = folder.records(id).map_err(broken)?;
    let state = folder.state(id).map_err(broken)?;
    Ok(report(&records, &state, folder.holder(id).is_some()))
}
