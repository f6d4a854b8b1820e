//! `gwctl runs verify`: whether a journal is whole and unchanged, here and in the table that the team shares.

use crate::actions::{Compared, Folder, Torn};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::flags::Global;
use crate::cli::output::print;
use crate::cli::runtime::run_async;

/// Checks both, and says how they compare.
pub fn verify(global: &Global, folder: &Folder, id: &str, demo: bool) -> Result<Exit, Failure> {
    let mut tail = folder.tail(id);
    let records = tail
        .read()
        .map_err(|broken| Failure::new(broken.to_string()))?;
    let torn = match tail.torn() {
        None => "",
        Some(Torn::Line) => "\nThe last line is incomplete, as after a crash; gwctl ignores it.",
        Some(Torn::Zeros) => {
            "\nThe file ends in zero bytes, as after a power failure; gwctl ignores them."
        }
    };
    let (Some(state), Some(hash)) = (tail.state(), tail.hash()) else {
        return Err(Failure::new(format!("the journal of {id} is empty")));
    };
    let phase = state.phase().told(folder.holder(id).is_some());
    print(&format!(
        "{id}: {} records, the hash chain is intact; the run is {phase}.{torn}\nLast hash: {hash}\nAn intact chain \
         proves that no line was changed, removed or added, unless all later lines were written again too. Anybody who \
         may write the file can do that: only a copy of the last hash, kept elsewhere, shows it.\n",
        records.len(),
    ))?;
    if demo {
        return Ok(Exit::Success);
    }
    in_table(global, folder, id)
}

/// The same lines in the table that the team of the run's fleet shares, where it does.
fn in_table(global: &Global, folder: &Folder, id: &str) -> Result<Exit, Failure> {
    let asked = run_async(async {
        let store = super::store_of(global, folder, id).await?;
        let Some(table) = store.table() else {
            return Ok(None);
        };
        let theirs = table.team.lines(id, 0).await;
        Ok::<_, Failure>(Some((table.team.name().to_owned(), theirs)))
    })??;
    let Some((table, theirs)) = asked else {
        return Ok(Exit::Success);
    };
    let theirs = match theirs {
        Ok(theirs) => theirs,
        Err(why) => {
            print(&format!("Shared table {table}: not compared: {why}\n"))?;
            return Ok(Exit::Failure);
        }
    };
    let compared = folder.compare(id, &theirs);
    let compared = compared.map_err(|broken| Failure::new(broken.to_string()))?;
    let (told, exit) = told(compared, theirs.len(), id);
    print(&format!("Shared table {table}: {told}\n"))?;
    for conflict in folder.conflicts(id) {
        print(&format!("{conflict}. {}\n", conflict.advice()))?;
    }
    Ok(exit)
}

fn told(compared: Compared, there: usize, id: &str) -> (String, Exit) {
    let good = |text: String| (text, Exit::Success);
    match compared {
        Compared::Same => good(format!(
            "the same {there} records, the hash chain is intact"
        )),
        Compared::Absent => {
            good("it has no record of this run; `gwctl share push` copies them".into())
        }
        Compared::Behind(lines) => good(format!(
            "the first {there} records are the same, and it lacks the last {lines}; `gwctl share push` copies them"
        )),
        Compared::Ahead(lines) => good(format!(
            "the same records as here, and {lines} more: another machine went on"
        )),
        Compared::Differ(line) => (
            format!(
                "it differs from line {line} on, and its hash chain is intact: two machines went on with this run. `gwctl runs \
                 settle {id}` keeps the team's journal, and writes there what this machine did alone"
            ),
            Exit::Failure,
        ),
    }
}
