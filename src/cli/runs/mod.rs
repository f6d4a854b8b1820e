//! `gwctl runs`: what was done, by whom, and going on with what was not finished.

mod approve;
pub mod args;
mod find;
mod hand_over;
mod list;
pub mod report;
mod show;
mod take_up;
mod team;

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
use crate::actions::{Folder, Torn, abandon, note};
use crate::store::Team;
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
                let team = team_of(global, folder, id).await?;
                let (by, at) = (operator(), now(asked.demo));
                let done = abandon(folder, team.as_ref(), id, reason, &by, at);
                done.await.map_err(|why| not_started(&why))
            })??;
            print(&format!("{id} is abandoned: what was done stays done.\n"))?;
            let kept = report::keep(folder, id)?;
            print(&format!("Report: {}\n", kept.display()))?;
            Ok(Exit::Success)
        }
        Some(What::Note { id, text }) => {
            let id = find(&folder, id)?;
            run_async(async {
                let team = team_of(global, &folder, &id).await?;
                let (text, by, at) = (text.join(" "), operator(), now(asked.demo));
                let done = note(&folder, team.as_ref(), &id, &text, &by, at);
                done.await.map_err(|why| not_started(&why))
            })??;
            Ok(Exit::Success)
        }
        Some(What::Verify { id }) => verify(&folder, &find(&folder, id)?),
        Some(What::Report { id, output }) => report::show(&folder, &find(&folder, id)?, *output),
    }
}

/// The table that the team of the run's fleet shares.
async fn team_of(global: &Global, folder: &Folder, id: &str) -> Result<Option<Team>, Failure> {
    let state = find::state(folder, id)?;
    Ok(team::of(global, &state.plan.binding.domain).await)
}

/// The present; in the time of a simulated fleet that is gone, the end of its run.
fn now(demo: bool) -> Timestamp {
    if demo {
        Timestamp::MIN
    } else {
        clock::present().now()
    }
}

fn verify(folder: &Folder, id: &str) -> Result<Exit, Failure> {
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
    Ok(Exit::Success)
}
