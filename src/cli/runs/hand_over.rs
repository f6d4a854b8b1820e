//! `gwctl runs handover` and `gwctl runs accept`: a run goes from one person to another.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::actions::{Folder, Offered, offer as offer_run};
use crate::cli::act::not_started;
use crate::cli::act::paper::{Ink, Paper, pad};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::flags::{Global, Output};
use crate::cli::operator::operator;
use crate::cli::output::print;
use crate::cli::runtime::run_async;
use crate::fleet::clean_line;

use super::args::TakenUp;
use super::find::{find, state};
use super::take_up::{accept as take_up, refuse_simulated};
use super::{now, store_of};

/// How long the process that drives the run may take to write the offer down.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often its journal is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// Offers the run `word` to `to`; to nobody any longer, where there is none.
pub fn offer(
    global: &Global,
    folder: &Folder,
    word: &str,
    to: Option<&str>,
    demo: bool,
) -> Result<Exit, Failure> {
    let id = find(folder, word)?;
    let driven = run_async(async {
        let store = store_of(global, folder, &id).await?;
        let (by, at) = (operator(), now(demo));
        let done = offer_run(folder, &*store, &id, to, &by, at);
        done.await.map_err(|why| not_started(&why))
    })??;
    let offered = stands(folder, &id, to, driven)?;
    let Some(offered) = offered else {
        print(&format!("{id} is no longer offered.\n"))?;
        return Ok(Exit::Success);
    };
    let paper = Paper::stdout(global.color);
    print(&format!(
        "{id} is offered to {}.\n{}{} accepts it with `gwctl runs accept {id} --write`, or in the console. Until then \
         it stays with who drives it.\n",
        offered.what.to,
        message(&offered, paper),
        offered.what.to,
    ))?;
    Ok(Exit::Success)
}

/// The offer once it stands in the journal: a process that drives the run writes it down itself.
fn stands(
    folder: &Folder,
    id: &str,
    to: Option<&str>,
    driven: bool,
) -> Result<Option<Offered>, Failure> {
    let until = Instant::now() + PATIENCE;
    loop {
        let offered = state(folder, id)?.offered;
        if offered.as_ref().map(|offered| offered.what.to.as_str()) == to {
            return Ok(offered);
        }
        if !driven || Instant::now() > until {
            return Err(Failure::new(format!(
                "the process that drives run {id} does not answer: nothing was offered"
            )));
        }
        std::thread::sleep(LOOK);
    }
}

/// Accepts the run, and drives it on.
pub fn accept(
    global: &Global,
    folder: Folder,
    args: &TakenUp,
    demo: bool,
) -> Result<Exit, Failure> {
    let id = find(&folder, &args.id)?;
    let state = state(&folder, &id)?;
    refuse_simulated(demo)?;
    if let (Some(offered), Output::Table) = (&state.offered, args.output) {
        let paper = Paper::stdout(global.color);
        let said = clean_line(&offered.sentence());
        print(&format!("{said}.\n{}\n", message(offered, paper)))?;
    }
    take_up(global, folder, &state, args)
}

/// What the next person has to know.
fn message(offered: &Offered, paper: Paper) -> String {
    let mut text = String::new();
    for (heading, said) in offered.what.told() {
        let heading = paper.ink(Ink::Faint, &pad(heading, 10));
        let _ = writeln!(text, "  {heading}{}", paper.hang(12, &said));
    }
    text
}
