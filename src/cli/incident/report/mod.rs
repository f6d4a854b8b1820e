//! `gwctl incident report`: an incident told for people who were not there.

mod block;
mod document;
mod gather;
mod html;
mod look;
mod story;
mod svg;
mod timeline;

pub use gather::Incident;

use super::args::Format;
use crate::cli::failure::Failure;

/// The report as it is printed.
pub fn draw(incident: &Incident, format: Format) -> Result<String, Failure> {
    let wrong = |error| Failure::new(format!("cannot write the report: {error}"));
    Ok(match format {
        Format::Markdown => block::markdown(&story::blocks(incident)),
        Format::Html => html::page(incident),
        Format::Json => {
            let document = document::document(incident);
            serde_json::to_string_pretty(&document).map_err(wrong)? + "\n"
        }
    })
}
