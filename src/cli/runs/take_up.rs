//! `gwctl runs resume` and `undo`: going on with a run that another process left.

use std::fmt::Write;

use crate::actions::{Folder, Order, Plan, RunState, StepStatus, accept as accept_run, resume};
use crate::cli::act::again::Again;
use crate::cli::act::follow::{Manner, follow_and_keep};
use crate::cli::act::paper::{Ink, Paper};
use crate::cli::act::stage::Stage;
use crate::cli::act::{ask, confirmed, may_write, not_started, record};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::flags::{Global, Output};
use crate::cli::notified::RunsTold;
use crate::cli::operator::operator_seen;
use crate::cli::output::print;
use crate::cli::runtime::run_async;
use crate::cli::settings::Settings;
use crate::cli::target::Target;
use crate::fleet::FleetSpec;

use super::args::{Resume, TakenUp, Undo};
use super::find::{find, state};
use super::team;

/// Goes on with a run.
pub fn take_up(
    global: &Global,
    folder: Folder,
    args: &Resume,
    demo: bool,
) -> Result<Exit, Failure> {
    let id = find(&folder, &args.taken_up.id)?;
    let state = state(&folder, &id)?;
    refuse_simulated(demo)?;
    let orders = orders(args, &state);
    let way = Way::Orders(&orders);
    go_on(global, folder, &state, &args.taken_up, way, Consent::Given)
}

/// Takes back what a run did.
pub fn undo(global: &Global, folder: Folder, args: &Undo, demo: bool) -> Result<Exit, Failure> {
    let id = find(&folder, &args.taken_up.id)?;
    let state = state(&folder, &id)?;
    refuse_simulated(demo)?;
    if let Some(why) = state.no_way_back() {
        return Err(Failure::refused(format!("run {id}: {why}")));
    }
    let asking = Consent::Requested(args.confirm.as_deref());
    let way = Way::Orders(&[Order::Undo]);
    go_on(global, folder, &state, &args.taken_up, way, asking)
}

/// Accepts a run that is offered, and goes on with it.
pub fn accept(
    global: &Global,
    folder: Folder,
    state: &RunState,
    args: &TakenUp,
) -> Result<Exit, Failure> {
    go_on(global, folder, state, args, Way::Accept, Consent::Given)
}

pub fn refuse_simulated(demo: bool) -> Result<(), Failure> {
    if demo {
        return Err(
            Failure::refused("a simulated fleet and its runs end with their process")
                .next("`gwctl sim serve` keeps one after its clients end."),
        );
    }
    Ok(())
}

/// What was asked for, in the order in which it makes sense.
fn orders(args: &Resume, state: &RunState) -> Vec<Order> {
    let mut orders = Vec::new();
    if state.paused {
        orders.push(Order::Go);
    }
    if let Some(reason) = args.overrule.clone() {
        orders.push(Order::Overrule { reason });
    }
    let retries = args.retry.iter().cloned();
    orders.extend(retries.map(|step| Order::Retry { step }));
    let reason = args.reason.clone().unwrap_or_default();
    if !args.waive.is_empty() {
        let reason = reason.clone();
        orders.push(Order::Alone { reason });
    }
    orders.extend(args.skip.iter().cloned().map(|step| Order::Skip {
        step,
        reason: reason.clone(),
    }));
    if args.go_on {
        let gates = state.active().filter(|step| {
            state.status(&step.id) == StepStatus::Held
                && state.steps.get(&step.id).is_some_and(|now| now.gate)
        });
        orders.extend(gates.map(|step| Order::Continue {
            step: step.id.clone(),
        }));
    }
    orders
}

/// Whether the operator must name the target first.
#[derive(Clone, Copy)]
enum Consent<'a> {
    /// Not again: the run was confirmed.
    Given,
    /// With this, or at the terminal.
    Requested(Option<&'a str>),
}

/// How it is gone on with.
#[derive(Clone, Copy)]
enum Way<'a> {
    /// No process drives it, or one that is gone: it is told these first.
    Orders(&'a [Order]),
    /// Its holder offers it.
    Accept,
}

fn go_on(
    global: &Global,
    folder: Folder,
    left: &RunState,
    args: &TakenUp,
    way: Way<'_>,
    consent: Consent<'_>,
) -> Result<Exit, Failure> {
    let global = Global {
        fleet: Some(named_here(global, left)),
        ..global.clone()
    };
    let settings = Settings::read(&global)?;
    settings.tell_warnings();
    let paper = Paper::stdout(global.color);
    run_async(async {
        let fleet = Target::configured(&global, &settings).await;
        let told = RunsTold::new(&settings);
        let stage = Stage::open(fleet, folder.followed_by(told.follower()), false);
        if let Consent::Requested(given) = consent {
            print(&inverse(left, paper))?;
            may_write(&global, &stage)?;
            let typed = confirmed(&left.plan.confirm, given).await?;
            if typed.trim() != left.plan.confirm {
                return Err(Failure::refused(format!(
                    "`{}` is not `{}`: nothing was changed",
                    typed.trim(),
                    left.plan.confirm
                )));
            }
        } else {
            may_write(&global, &stage)?;
        }
        let picture = stage.picture(args.timeout).await;
        let operator = operator_seen(&picture);
        let mut tail = stage.folder.tail(&left.id);
        // What happened before is there for `runs show`.
        tail.read()
            .map_err(|broken| Failure::new(broken.to_string()))?;
        let run_context = stage.run_context.clone();
        let begun = match way {
            Way::Orders(orders) => {
                stage.tell_who_acts().await;
                resume(&left.id, orders, run_context, &stage.folder, &operator).await
            }
            Way::Accept => accept_run(&left.id, run_context, &stage.folder, &operator).await,
        };
        let running = begun.map_err(|why| not_started(&why))?;
        let manner = Manner {
            paper,
            json: args.output == Output::Json,
            asks: ask::terminal(),
            again: Again::of(&global, false),
        };
        let exit = follow_and_keep(running, &stage, &manner, tail).await;
        told.settle().await;
        let exit = exit?;
        record::keep(&left.plan.intent, exit, &stage, &settings.paths.config).await;
        Ok(exit)
    })?
}

/// What this machine's configuration calls the run's fleet: another machine may call it otherwise, and its clients do not.
fn named_here(global: &Global, left: &RunState) -> String {
    let Plan { fleet, binding, .. } = &*left.plan;
    let config = team::config(global);
    let same = |spec: &FleetSpec| spec.domain == binding.domain;
    config
        .filter(|config| !config.fleets.get(fleet).is_some_and(same))
        .and_then(|config| {
            let mut fleets = config.fleets.into_iter();
            fleets.find_map(|(name, spec)| same(&spec).then_some(name))
        })
        .unwrap_or_else(|| fleet.clone())
}

/// What an undo will do.
fn inverse(state: &RunState, paper: Paper) -> String {
    let mut text = paper.ink(Ink::Bold, &format!("To undo: {}", state.plan.title));
    text.push('\n');
    let mut undoing = state.clone();
    undoing.undoing = true;
    let mut nothing = true;
    for step in undoing.active() {
        nothing = false;
        let said = format!("{} ({})", step.title, step.expected().words());
        let _ = writeln!(text, "  {}", paper.hang(2, &said));
    }
    if nothing {
        text.push_str("  Nothing that it changed can be undone.\n");
    }
    text
}
