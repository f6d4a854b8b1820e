//! Settling a conflict: the team's journal of a run counts, and tells from then on what this machine did alone.

use jiff::Timestamp;

use super::annotate::write_note;
use super::engine::SharedRefused;
use super::journal::{NotBrought, differ, sent};
use super::{Clash, Folder, NotStarted, Operator, Order};
use gwctl_store::Table;

/// Settles the conflicts of the run `id`: keeps the team's journal here, and writes into it what only this machine's told.
/// What was written.
///
/// # Errors
/// The table must answer, and nobody act on the fleet meanwhile; the conflicts stay.
pub async fn settle(
    folder: &Folder,
    table: &Table,
    id: &str,
    operator: &Operator,
    at: Timestamp,
) -> Result<String, NotStarted> {
    let theirs = table.team.lines(id, 0).await;
    let theirs = theirs.map_err(|error| SharedRefused::from(NotBrought::from(error)))?;
    let (ours, _) = folder.lines_behind(id, 0);
    let io = |cause| crate::JournalError::Io {
        path: folder.path().to_owned(),
        cause,
    };
    let conflicts = folder.conflicts(id);
    let mut told: Vec<String> = conflicts.iter().map(ToString::to_string).collect();
    if let Some(line) = differ(&ours, &theirs) {
        let at = usize::try_from(line - 1).unwrap_or(usize::MAX);
        let alone = match &*sent(&ours, at) {
            [] => "nothing".to_owned(),
            all => all.join(", "),
        };
        let file = folder.set_aside(id).map_err(io)?;
        // Known now: what is said of it is written below.
        let clash = Clash::SetAside {
            line,
            file: file.clone(),
        };
        folder.note_clash(id, clash, Timestamp::now());
        folder.join(id, &theirs).map_err(SharedRefused::from)?;
        told.push(format!(
            "{} sent alone: {alone}; its lines are kept there as {file}",
            operator.host
        ));
    }
    let text = format!("{} settles: {}", operator.name, told.join("; "));
    let order = Order::note(text.as_str());
    write_note(folder, table, id, order, operator, at).await?;
    folder.forget_conflicts(id).map_err(io)?;
    Ok(text)
}
