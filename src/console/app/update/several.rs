//! One action on the fleets that are marked: from their plans through one confirmation to the overview of their runs.

use std::sync::Arc;

use super::super::several::{Part, Several, SeveralNews, SeveralWish, Stage};
use super::super::{Effect, Gravity, Hold, Overlay, Screen, Shown, State, Stopped, Subject};
use super::notice::notify;
use super::{navigate, run};
use gwctl_actions::{Intent, Phase, RunState, means};
use gwctl_fleet::Snapshot;

/// Marks the fleet under the cursor, or takes its mark away; on to the next one.
pub(super) fn mark(state: &mut State) {
    let Some(Subject::Fleet(name)) = state.selected().map(|row| row.subject) else {
        return;
    };
    let marked = &mut state.overview.marked;
    if !marked.remove(&name) {
        marked.insert(name);
    }
    navigate::step(state, 1);
}

/// Marks the fleets that run in a Region, or whose names are meant; nothing takes all marks away.
pub(super) fn mark_all(state: &mut State, which: Option<&str>) -> Vec<Effect> {
    let (text, gravity) = match which {
        None => {
            state.overview.marked.clear();
            ("no fleet is marked".to_owned(), Gravity::Info)
        }
        Some(which) => match meant(state, which) {
            found if found.is_empty() => (
                format!("no fleet is called `{which}`, and none runs in such a Region"),
                Gravity::Error,
            ),
            found => {
                state.overview.marked.extend(found);
                // Where marks are seen, and where an action is on all of them.
                if *state.screen() != Screen::Fleets {
                    navigate::go(state, Screen::Fleets);
                }
                let count = state.overview.marked.len();
                (format!("{count} fleets marked"), Gravity::Info)
            }
        },
    };
    notify(state, text, gravity);
    Vec::new()
}

/// The fleets that run in a Region of this name, or that are called so.
fn meant(state: &State, which: &str) -> Vec<String> {
    let pictures = state.overview.pictures(&state.shown).into_iter();
    let is_meant = |picture: &&Snapshot| {
        let mut sites = picture.sites.iter();
        means(which, &picture.name) || sites.any(|site| site.region.as_str() == which)
    };
    let found = pictures.filter(is_meant);
    found.map(|picture| picture.name.clone()).collect()
}

/// What is to be done with the marked fleets is typed; where some are under way, their overview opens.
pub(super) fn menu(state: &mut State) {
    if state.overview.marked.is_empty() && reopen(state) {
        return;
    }
    if state.overview.marked.is_empty() {
        return notify(state, UNMARKED, Gravity::Info);
    }
    navigate::palette(state, "evacuate ");
}

const UNMARKED: &str = "mark fleets first: Space marks the one under the cursor, `:mark us-east-1` all that run there; Enter opens one";

/// Shows again what is under way with several fleets.
pub(super) fn reopen(state: &mut State) -> bool {
    let runs = state.guided.group().is_some();
    if runs {
        state.overlay = Some(Overlay::Several);
    }
    runs
}

/// Plans `intent` for each marked fleet.
pub(super) fn begin(state: &mut State, intent: &Intent) -> Vec<Effect> {
    let why = if state.overview.marked.is_empty() {
        Some(UNMARKED)
    } else if !matches!(intent, Intent::Evacuate(_)) {
        Some("only evacuate acts on several fleets at once: Enter opens one fleet for the others")
    } else if state.guided.is_live() {
        Some("a run is under way here: one action at a time")
    } else {
        None
    };
    if let Some(why) = why {
        notify(state, why, Gravity::Error);
        return Vec::new();
    }
    state.generation += 1;
    let overview = &state.overview;
    let fleets: Vec<String> = overview.marked.iter().cloned().collect();
    let dollars = overview.dollars_of_marked();
    let number = state.generation;
    let several = Several::new(number, intent.clone(), fleets.clone(), dollars);
    state.guided.several = Some(several);
    state.overlay = Some(Overlay::Several);
    vec![Effect::Several(SeveralWish::Plan {
        number,
        intent: Box::new(intent.clone()),
        fleets,
    })]
}

/// Everything is asked and planned once more.
pub(super) fn again(state: &mut State) -> Vec<Effect> {
    let several = state.guided.several.as_ref();
    let plans = several.filter(|several| several.stage < Stage::Runs);
    let Some(intent) = plans.map(|several| several.intent.clone()) else {
        return Vec::new();
    };
    begin(state, &intent)
}

/// Enter: on to the confirmation, from there off it goes; then to the run of the fleet under the cursor.
pub(super) fn forward(state: &mut State) -> Vec<Effect> {
    let closed = closed(state);
    let Some(several) = state.guided.several.as_mut() else {
        return Vec::new();
    };
    several.error = None;
    match several.stage {
        Stage::Plans => match several.blocked() {
            Some(why) => several.error = Some(why.into()),
            None => several.stage = Stage::Confirm,
        },
        Stage::Confirm if closed.is_some() => several.error = closed,
        Stage::Confirm => return confirm(state),
        Stage::Runs => return open_run(state),
    }
    Vec::new()
}

/// Why nothing may be changed from here.
fn closed(state: &State) -> Option<String> {
    let how = state.how_to_open()?;
    Some(if state.pinned() {
        let fleet = &state.fleet;
        format!(
            "the fleet that is open, {fleet}, is read-only by its configuration: open another one first"
        )
    } else {
        how.to_owned()
    })
}

fn confirm(state: &mut State) -> Vec<Effect> {
    let Some(several) = state.guided.several.as_mut() else {
        return Vec::new();
    };
    let typed = several.typed.value().trim().to_owned();
    let expected = several.word();
    if typed != expected {
        several.error = Some(if typed.is_empty() {
            format!("nothing was typed: `{expected}` starts them")
        } else {
            format!("`{typed}` is not `{expected}`: nothing was changed")
        });
        return Vec::new();
    }
    let (number, plans) = (several.number, several.begin());
    state.overview.marked.clear();
    vec![Effect::Several(SeveralWish::Start { number, plans })]
}

/// Esc: one part back; from the plans and from the overview away. What runs goes on.
pub(super) fn backward(state: &mut State) -> Vec<Effect> {
    let Some(several) = state.guided.several.as_mut() else {
        state.overlay = None;
        return Vec::new();
    };
    several.error = None;
    match several.stage {
        Stage::Confirm => {
            several.stage = Stage::Plans;
            several.typed.reset();
            Vec::new()
        }
        Stage::Plans => {
            state.guided.several = None;
            state.overlay = None;
            vec![Effect::Several(SeveralWish::EndPlanning)]
        }
        Stage::Runs => {
            state.overlay = None;
            Vec::new()
        }
    }
}

/// Puts it aside while something is typed after `:`.
pub(super) fn park(state: &mut State) {
    if let Some(several) = state.guided.several.as_mut() {
        several.parked = true;
        several.typed.reset();
    }
    state.overlay = None;
    navigate::palette(state, "");
}

/// Back to it.
pub(super) fn unpark(state: &mut State) {
    let parked = state.guided.several.as_mut();
    let parked = parked.is_some_and(|several| std::mem::take(&mut several.parked));
    if parked && state.overlay.is_none() {
        state.overlay = Some(Overlay::Several);
    }
}

/// The run of the fleet under the cursor is shown and spoken to.
fn open_run(state: &mut State) -> Vec<Effect> {
    let several = state.guided.several.as_ref();
    let Some(member) = several.and_then(Several::chosen) else {
        return Vec::new();
    };
    let Some(id) = member.run().map(|run| run.id.clone()) else {
        let fleet = member.fleet.clone();
        notify(state, format!("{fleet} has no run"), Gravity::Info);
        return Vec::new();
    };
    show_run(state, &id).unwrap_or_default()
}

/// Shows the run of this identifier, where it is one of several; none where it is not.
pub(super) fn show_run(state: &mut State, id: &str) -> Option<Vec<Effect>> {
    let several = state.guided.several.as_ref()?;
    let member = several.of_run(id)?;
    let of_member = member.shown()?;
    let shown = state.guided.run.as_ref().filter(|shown| shown.live());
    if shown.is_some_and(|shown| several.of_run(&shown.state.id).is_none()) {
        let why = "a run is under way here: it stays on screen";
        notify(state, why, Gravity::Error);
        return Some(Vec::new());
    }
    state.overlay = None;
    navigate::go(state, Screen::Run);
    Some(vec![turn_to(state, of_member)])
}

/// The run that is shown, and spoken to, is this one of several.
fn turn_to(state: &mut State, run: Shown) -> Effect {
    let id = run.state.id.clone();
    let ours = run.hold == Hold::Ours;
    state.guided.run = Some(run);
    if ours {
        Effect::Speak(id)
    } else {
        Effect::Follow(id)
    }
}

/// Keeps the run that the tab stands for, and that keys speak to, the one on the fleet that is shown, where several run.
/// The run screen keeps what it shows.
pub(super) fn keep_at_hand(state: &mut State) -> Vec<Effect> {
    let Some(group) = state.guided.group() else {
        return Vec::new();
    };
    if *state.screen() == Screen::Run {
        return Vec::new();
    }
    let shown = state.guided.run.as_ref();
    let other = shown.filter(|shown| group.of_run(&shown.state.id).is_none());
    let is_here = |run: &Shown| run.state.plan.fleet == state.fleet;
    let is_over = |run: &Shown| run.state.phase().over();
    let at_hand = other.cloned().into_iter().chain(group.on(&state.fleet));
    let at_hand = at_hand.filter(|run| is_here(run) || !is_over(run) || !group.is_live());
    let at_hand = at_hand.max_by_key(|run| (is_here(run), !is_over(run), run.state.begun));
    let id = |shown: &Shown| shown.state.id.clone();
    if at_hand.as_ref().map(id) == shown.map(id) {
        return Vec::new();
    }
    let live = at_hand.as_ref().is_some_and(Shown::live);
    state.guided.run = None;
    let mut effects: Vec<Effect> = at_hand.map(|run| turn_to(state, run)).into_iter().collect();
    effects.extend(run::pace(state, live));
    effects
}

/// Esc: from the run of one of several back to their overview; elsewhere one level back.
pub(super) fn back(state: &mut State) {
    let several = state.guided.several.as_ref();
    let run = state.guided.run.as_ref().zip(several);
    let one = run.is_some_and(|(run, several)| several.of_run(&run.state.id).is_some());
    if one && *state.screen() == Screen::Run {
        navigate::leave(state);
        state.overlay = Some(Overlay::Several);
    } else {
        navigate::back(state);
    }
}

/// The run's screen; without one, the overview of those of several fleets.
pub(super) fn show_run_or_all(state: &mut State) {
    if state.guided.run.is_some() || !reopen(state) {
        run::show(state);
    }
}

/// What came of one of them.
pub(super) fn came(state: &mut State, number: u64, news: SeveralNews) -> Vec<Effect> {
    let several = state.guided.several.as_mut();
    let Some(several) = several.filter(|several| several.number == number) else {
        return Vec::new();
    };
    match news {
        SeveralNews::Planned(fleet, planned) => {
            let part = match planned {
                Ok(plan) => Part::Ready(plan),
                Err(why) => Part::LeftOut(why),
            };
            several.put(&fleet, part);
            Vec::new()
        }
        SeveralNews::NotBegun(fleet, why) => {
            several.put(&fleet, Part::NotBegun(why));
            over(state)
        }
        SeveralNews::Run(now) => moved(state, now),
        SeveralNews::Stopped(fleet, why) => stopped(state, &fleet, why),
    }
}

fn moved(state: &mut State, now: Arc<RunState>) -> Vec<Effect> {
    let Some(several) = state.guided.several.as_mut() else {
        return Vec::new();
    };
    let fleet = now.plan.fleet.clone();
    let before = several.of_run(&now.id).and_then(|member| member.run());
    let turned = before.is_some_and(|before| before.phase() != now.phase());
    several.put(&fleet, Part::Runs(Arc::clone(&now)));
    let shown = state.guided.run.as_ref();
    if shown.is_some_and(|shown| shown.state.id == now.id && shown.hold == Hold::Ours) {
        return run::came(state, now, Hold::Ours);
    }
    if turned && now.phase() == Phase::Held {
        let text = format!("held: {fleet}: {}", now.plan.title);
        notify(state, text, Gravity::Error);
    }
    Vec::new()
}

fn stopped(state: &mut State, fleet: &str, why: Stopped) -> Vec<Effect> {
    let Some(several) = state.guided.several.as_mut() else {
        return Vec::new();
    };
    let mut members = several.members.iter();
    let member = members.find(|member| member.fleet == fleet);
    let Some(run) = member.and_then(|member| member.run()).cloned() else {
        return Vec::new();
    };
    several.put(fleet, Part::Left(Arc::clone(&run), why.clone()));
    let mut effects = over(state);
    let mut shown = state.guided.run.iter();
    if shown.any(|shown| shown.state.id == run.id) {
        effects.extend(run::stopped(state, why));
    }
    effects
}

/// When the last one came to its end: it is said, and whoever waits for it leaves.
fn over(state: &mut State) -> Vec<Effect> {
    let Some(several) = state.guided.several.as_ref() else {
        return Vec::new();
    };
    if several.is_live() {
        return Vec::new();
    }
    if state.guided.leaving && !run::busy(state) {
        return vec![Effect::Quit];
    }
    let done = |part: &Part| matches!(part, Part::Left(run, _) if run.phase() == Phase::Done);
    let (done, all) = (several.count(done), several.members.len());
    let (name, about) = (several.intent.name(), several.intent.choice());
    let text = format!("{name} {about}: {done} of {all} fleets done");
    let gravity = if done == all {
        Gravity::Info
    } else {
        Gravity::Error
    };
    notify(state, text, gravity);
    Vec::new()
}
