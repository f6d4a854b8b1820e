//! `gwctl incident report`: of a recording, or of a live look.

use std::path::Path;
use std::sync::Arc;

use jiff::SignedDuration;

use super::args::Report;
use super::file;
use super::report::{Incident, draw};
use crate::cli::exit::Exit;
use crate::cli::explain;
use crate::cli::failure::Failure;
use crate::cli::flags::Global;
use crate::cli::output::print;
use crate::cli::target::Target;
use crate::observe::Findings;
use crate::recording::{Head, Recording, Writer, redacted};

/// Prints the report.
pub fn report(global: &Global, folder: &Path, args: &Report, demo: bool) -> Result<Exit, Failure> {
    let unfit = |why| Failure::new(format!("the report cannot be made: {why}"));
    let since = args.since.map(SignedDuration::try_from);
    let since = since.transpose().unwrap_or_default();
    let (mut bytes, name) = if let Some(since) = since {
        let looked = args.looked_at(demo);
        let look = async |target: Target| look(&target, since).await;
        let seen = looked.with(global, true, look)?;
        (seen.map_err(|why| unfit(why.to_string()))?, None)
    } else {
        let path = file::find(folder, &args.file)?;
        let name = path.file_name().unwrap_or_default();
        let name = crate::fleet::clean(&name.to_string_lossy(), 200);
        (file::bytes(&path)?, Some(name))
    };
    if args.redact {
        bytes = redacted(&bytes).map_err(|why| unfit(why.to_string()))?;
    }
    let recording = Recording::read(&bytes).map_err(|why| unfit(why.to_string()))?;
    let from = since.map(|since| recording.to() - since);
    let incident = Incident::of(recording, name, from).map_err(|why| unfit(why.to_string()))?;
    print(&draw(&incident, args.output)?)?;
    Ok(Exit::Success)
}

/// A recording of one picture with what happened, and what the functions log.
async fn look(target: &Target, since: SignedDuration) -> std::io::Result<Vec<u8>> {
    let (picture, findings) = explain::ask(target, since).await;
    let Findings { happened, errors } = findings;
    let head = Head::new(&target.name, target.spec.clone(), picture.at, None);
    let mut writer = Writer::begin(Vec::new(), &head)?;
    writer.picture(&Arc::clone(&picture))?;
    writer.happened(happened.to, happened)?;
    writer.errors(errors.to, errors)?;
    writer.finish()
}
