//! `gwctl runs`: what was done, by whom, and going on with what was not finished.

mod approve;
pub mod args;
mod find;
mod hand_over;
mod list;
pub mod report;
mod show;
mod take_up;
pub mod team;
mod verify;

use std::sync::Arc;

use jiff::Timestamp;

use super::act::again::Again;
use super::act::not_started;
use super::act::paper::Paper;
use super::act::stage::runs;
use super::clock;
use super::exit::Exit;
use super::failure::Failure;
use super::flags::Global;
use super::operator::operator;
use super::output::print;
use super::runtime::run_async;
use crate::actions::{Folder, abandon, note, settle};
use crate::fleet::clean_line;
use crate::store::Store;
use args::{Runs, What};
use find::find;

/// Does what was asked with the runs of this machine.
pub fn run(global: &Global, asked: &Runs) -> Result<Exit, Failure> {
    let folder = runs(asked.demo)?;
    if !asked.demo {
        team::bring(global, &folder);
    }
    let paper = Paper::stdout(global.color);
    match &asked.what {
        None => list::list(&folder, asked.output, paper).map(|()| Exit::Success),
        Some(What::Show { id, follow, output }) => {
            let id = find(&folder, id)?;
            let again = Again::of(global, asked.demo);
            show::show(&folder, &id, *follow, *output, paper, &again)
        }
        Some(What::Resume(args)) => take_up::take_up(global, folder, args, asked.demo),
        Some(What::Handover { id, to, .. }) => {
            hand_over::offer(global, &folder, id, to.as_deref(), asked.demo)
        }
        Some(What::Accept(args)) => hand_over::accept(global, folder, args, asked.demo),
        Some(What::Approve { id, confirm }) => {
            approve::approve(global, &folder, id, confirm.as_deref())
        }
        Some(What::Undo(args)) => take_up::undo(global, folder, args, asked.demo),
        Some(What::Abandon { id, reason }) => {
            let id = find(&folder, id)?;
            let (folder, id) = (&folder, id.as_str());
            run_async(async {
                let store = store_of(global, folder, id).await?;
                let (by, at) = (operator(), now(asked.demo));
                let done = abandon(folder, &*store, id, reason, &by, at);
                done.await.map_err(|why| not_started(&why))
            })??;
            print(&format!("{id} is abandoned: what was done stays done.\n"))?;
            let kept = report::keep(folder, id)?;
            print(&format!("Report: {}\n", kept.display()))?;
            Ok(Exit::Success)
        }
        Some(What::Note { id, text }) => {
            let id = find(&folder, id)?;
            let noted = run_async(async {
                let store = store_of(global, &folder, &id).await?;
                let (text, by, at) = (text.join(" "), operator(), now(asked.demo));
                let done = note(&folder, &*store, &id, &text, &by, at);
                done.await.map_err(|why| not_started(&why))
            })??;
            print(&format!("{}\n", clean_line(&noted.words())))?;
            Ok(Exit::Success)
        }
        Some(What::Settle { id }) => settled(global, &folder, &find(&folder, id)?),
        Some(What::Verify { id }) => {
            verify::verify(global, &folder, &find(&folder, id)?, asked.demo)
        }
        Some(What::Report { id, output }) => report::show(&folder, &find(&folder, id)?, *output),
    }
}

fn settled(global: &Global, folder: &Folder, id: &str) -> Result<Exit, Failure> {
    if !global.write {
        let why = "gwctl is read-only by default: nothing was written";
        let how = "Add --write, or set GWCTL_WRITE=true: this writes into the team's journal.";
        return Err(Failure::refused(why).next(how));
    }
    if folder.conflicts(id).is_empty() {
        return Err(Failure::refused(format!(
            "run {id} has no conflict to settle"
        )));
    }
    let written = run_async(async {
        let store = store_of(global, folder, id).await?;
        let Some(table) = store.table() else {
            let why = format!("the fleet of run {id} shares no table by this configuration");
            return Err(Failure::refused(why));
        };
        let by = operator();
        let done = settle(folder, table, id, &by, now(false));
        done.await.map_err(|why| not_started(&why))
    })??;
    print(&format!(
        "Written into the team's journal: {}\n",
        clean_line(&written)
    ))?;
    Ok(Exit::Success)
}

/// Where the team of the run's fleet keeps what it shares.
async fn store_of(global: &Global, folder: &Folder, id: &str) -> Result<Arc<dyn Store>, Failure> {
    let state = find::state(folder, id)?;
    Ok(team::of(global, folder, &state.plan.binding.domain).await)
}

/// The present; in the time of a simulated fleet that is gone, the end of its run.
fn now(demo: bool) -> Timestamp {
    if demo {
        Timestamp::MIN
    } else {
        clock::present().now()
    }
}
