//! `gwctl share push`: the journals of this machine, in the table.

use crate::actions::{Pushed, push as copy};
use crate::cli::act::not_started;
use crate::cli::act::stage::runs;
use crate::cli::clock;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::flags::Global;
use crate::cli::operator::operator;
use crate::cli::output::print;
use crate::cli::runs::team;
use crate::cli::runtime::run_async;
use crate::cli::settings::Settings;

/// Copies what the table lacks, and says what it was.
pub fn push(global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::read(global)?;
    settings.tell_warnings();
    let spec = settings.spec();
    if spec.shared.is_none() {
        return Err(Failure::refused(format!(
            "the fleet {} shares no table by its configuration",
            settings.fleet
        ))
        .next(
            "`gwctl share init` prints the template of one, and the lines for the configuration.",
        ));
    }
    let folder = runs(false)?;
    let pushed = run_async(async {
        let store = team::of(global, &folder, &spec.domain).await;
        let Some(table) = store.table() else {
            return Ok(Vec::new());
        };
        let (by, at) = (operator(), clock::present().now());
        let pushed = copy(&folder, table, &spec.domain, &by, at).await;
        pushed.map_err(|why| not_started(&why))
    })??;
    let mut differ = false;
    for (run, what) in &pushed {
        let told = match what {
            Pushed::Same => continue,
            Pushed::Copied(lines) => format!("{lines} lines copied"),
            Pushed::Live => "a process of this machine writes it, and copies it".into(),
            Pushed::Beside(other) => {
                differ = true;
                format!(
                    "went on without the table while run {other} changed the fleet, not copied: look at both, then \
                     `gwctl runs settle {run} --write`"
                )
            }
            Pushed::Differs(line) => {
                differ = true;
                format!(
                    "differs from the team's from line {line} on, not copied: `gwctl runs verify {run}` compares them"
                )
            }
        };
        print(&format!("{run}: {told}\n"))?;
    }
    let same = pushed.iter().filter(|(_, what)| *what == Pushed::Same);
    print(&format!(
        "{} of {} runs were in the table already.\n",
        same.count(),
        pushed.len()
    ))?;
    Ok(if differ { Exit::Failure } else { Exit::Success })
}
