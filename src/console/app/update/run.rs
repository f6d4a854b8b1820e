//! The run: what comes of it, and what the operator says to it.

use std::sync::Arc;

use super::super::guided::plain_order;
use super::super::{
    Ask, Cursor, Effect, Gravity, Hold, Kept, LostRun, Member, OrderKind, Overlay, Panel,
    PromptFor, Screen, Shown, State, Stopped,
};
use super::notice::notify;
use super::rejected::Rejected;
use super::run_note::{elsewhere, note};
use super::{guided, navigate};
use gwctl_actions::{Conflict, NotConfirmed, Order, Phase, RunState, StepStatus, built_by};
use gwctl_fleet::Pace;

/// A run as it stands now.
pub(super) fn came(state: &mut State, run: Arc<RunState>, hold: Hold) -> Vec<Effect> {
    let several = state.guided.several.as_ref();
    let driven = several.and_then(|several| several.of_run(&run.id));
    // The journal of a run that this console drives beside others says that somebody drives it.
    if hold != Hold::Ours && driven.is_some_and(Member::is_live) {
        return Vec::new();
    }
    let before = state.guided.run.as_ref();
    let seen = hold == Hold::Ours
        || state.screen() == &Screen::Run
        || before.is_some_and(|before| before.seen && before.state.id == run.id);
    let shown = Shown {
        state: run,
        hold,
        seen,
    };
    // It was taken back.
    state.guided.lost.take_if(|_| shown.hold == Hold::Ours);
    let live = shown.live();
    let keep = keep(state, &shown);
    tell_turn(state, &shown);
    tell_offer(state, &shown);
    keep_up(state, &shown);
    state.guided.run = Some(shown);
    guided::started(state);
    let mut effects = pace(state, live);
    effects.extend(keep);
    effects
}

/// This console's run came to its end just now, and built something: the configuration shall say so.
fn keep(state: &mut State, now: &Shown) -> Option<Effect> {
    let phase = now.state.phase();
    let before = state.guided.run.as_ref();
    let known =
        before.is_some_and(|was| was.state.id == now.state.id && was.state.phase() == phase);
    if now.hold != Hold::Ours || known {
        return None;
    }
    let intent = built_by(&now.state.plan.intent, phase)?;
    state.guided.keeping += 1;
    Some(Effect::Keep {
        run: now.state.id.clone(),
        intent: Box::new(intent),
    })
}

/// What was built is kept, or is not: it is said, and the fleet on screen is looked at as it is now.
pub(super) fn kept(state: &mut State, kept: Kept) -> Vec<Effect> {
    state.guided.keeping = state.guided.keeping.saturating_sub(1);
    match &kept.said {
        Some(Ok(said)) => notify(state, said.as_str(), Gravity::Info),
        Some(Err(why)) => {
            notify(state, why.to_string(), Gravity::Error);
            // Nobody would read it in a console that is gone.
            state.guided.leaving = false;
        }
        None => {}
    }
    state.guided.kept = kept.said.map(|said| (kept.run, said));
    if state.guided.leaving && !busy(state) {
        return vec![Effect::Quit];
    }
    if kept.changed && kept.fleet == state.fleet {
        return vec![Effect::Reopen(state.opened, kept.fleet, state.pace)];
    }
    Vec::new()
}

/// Whether leaving now would leave something behind: a live run, or what one built.
pub(super) fn busy(state: &State) -> bool {
    state.guided.keeping > 0 || state.guided.is_live()
}

/// Where the eye belongs: the first held step, or else the first that runs.
fn front(shown: &Shown) -> Option<usize> {
    let run = &shown.state;
    let first = |wanted| run.active().position(|step| run.status(&step.id) == wanted);
    first(StepStatus::Held).or_else(|| first(StepStatus::Running))
}

/// The cursor goes with the front as long as the operator does not put it elsewhere.
fn keep_up(state: &mut State, shown: &Shown) {
    let spot = (Screen::Run, Panel::Steps);
    let at = state.cursors.get(&spot).map_or(0, |cursor| cursor.row);
    let fresh = state
        .guided
        .run
        .as_ref()
        .is_none_or(|before| before.state.id != shown.state.id);
    let Some(row) = front(shown).filter(|_| fresh || at == state.guided.front) else {
        return;
    };
    let step = shown.state.active().nth(row);
    let key = step.map(|step| step.id.clone());
    state.guided.front = row;
    state.cursors.insert(spot, Cursor { row, key });
}

/// Says that a run ended or was held, wherever one is.
fn tell_turn(state: &mut State, now: &Shown) {
    let phase = now.state.phase();
    let was = state
        .guided
        .run
        .as_ref()
        .filter(|before| before.state.id == now.state.id)
        .map(|before| before.state.phase());
    if was.is_none_or(|was| was == phase) {
        return;
    }
    let title = &now.state.plan.title;
    match phase {
        Phase::Done => notify(state, format!("done: {title}"), Gravity::Info),
        Phase::Undone => notify(state, format!("undone: {title}"), Gravity::Info),
        Phase::Held => notify(state, format!("held: {title}"), Gravity::Error),
        _ => {}
    }
}

/// Says that somebody offers the run to who sits here, wherever one is.
fn tell_offer(state: &mut State, now: &Shown) {
    let before = state.guided.run.as_ref();
    let known = before.and_then(|before| before.state.offered.as_ref());
    let offered = now.state.offered.as_ref();
    let Some(offered) = offered.filter(|offered| known != Some(offered)) else {
        return;
    };
    if now.hold != Hold::Ours && state.is_named(&offered.what) {
        let text = format!(
            "{} offers you the run: {}",
            offered.by, now.state.plan.title
        );
        notify(state, text, Gravity::Error);
    }
}

/// Incident pace while a run is live, and then the one before.
pub(super) fn pace(state: &mut State, live: bool) -> Vec<Effect> {
    if live && state.guided.pace_before.is_none() {
        state.guided.pace_before = Some(state.pace);
        state.pace = Pace::Incident;
    } else if !live && let Some(before) = state.guided.pace_before.take() {
        state.pace = before;
    } else {
        return Vec::new();
    }
    vec![Effect::SetPace(state.pace)]
}

/// An unfinished run was found when the fleet was opened.
pub(super) fn unfinished(state: &mut State, run: Arc<RunState>, hold: Hold) {
    let live = state.guided.run.as_ref().is_some_and(Shown::live);
    let several = state.guided.several.as_ref();
    let beside = several.and_then(|several| several.of_run(&run.id));
    if live || beside.is_some_and(Member::is_live) {
        return;
    }
    state.guided.run = Some(Shown {
        state: run,
        hold,
        seen: state.screen() == &Screen::Run,
    });
}

/// This console's run stopped.
pub(super) fn stopped(state: &mut State, why: Stopped) -> Vec<Effect> {
    if let Stopped::Failed(why) = &why {
        notify(state, format!("the run stopped: {why}"), Gravity::Error);
    }
    let lost = let_go(state, why);
    let mut effects = pace(state, false);
    // Whoever lost it goes on watching it.
    effects.extend(lost.map(|lost| {
        let text = format!("{}: this machine can no longer send", lost.to);
        notify(state, text, Gravity::Error);
        let follow = Effect::Follow(lost.run.clone());
        state.guided.lost = Some(lost);
        follow
    }));
    if state.guided.leaving && !busy(state) {
        effects.push(Effect::Quit);
    }
    effects
}

/// This console drives its run no longer; and who does, where it was taken over or accepted.
fn let_go(state: &mut State, why: Stopped) -> Option<LostRun> {
    let seen = state.screen() == &Screen::Run;
    let at = state.clock;
    let shown = state.guided.run.as_mut()?;
    if shown.hold != Hold::Ours || shown.state.phase().over() {
        return None;
    }
    shown.hold = Hold::Nobody;
    let to = match (why, &shown.state.handed_to) {
        (Stopped::TakenOver(who), _) => who,
        (Stopped::Left, Some(to)) => format!("{to} accepted the run that you handed over"),
        _ => return None,
    };
    // It is told on every screen until the run is looked at.
    shown.seen = seen;
    let run = shown.state.id.clone();
    Some(LostRun { run, at, to })
}

/// What this machine's journals and the team's do not agree on: what is new of it is said at once.
pub(super) fn conflicts(state: &mut State, found: Vec<Conflict>) -> Vec<Effect> {
    let new = found
        .iter()
        .find(|conflict| !state.guided.conflicts.contains(conflict));
    if let Some(conflict) = new {
        let said = format!("run {}: {conflict}", conflict.run);
        notify(state, said, Gravity::Error);
    }
    state.guided.conflicts = found;
    Vec::new()
}

/// Goes to the run's screen.
pub(super) fn show(state: &mut State) {
    match &mut state.guided.run {
        Some(shown) => {
            shown.seen = true;
            navigate::go(state, Screen::Run);
        }
        None => notify(
            state,
            "no run yet: `a` shows what can be done, `:runs` past runs",
            Gravity::Info,
        ),
    }
}

/// Opens a run of the list; the one under way here is not let out of sight for another.
pub(super) fn follow(state: &mut State, id: String) -> Vec<Effect> {
    if let Some(shown) = &state.guided.run
        && shown.live()
    {
        if shown.state.id == id {
            show(state);
        } else {
            notify(
                state,
                "a run is under way here: it stays on screen",
                Gravity::Error,
            );
        }
        return Vec::new();
    }
    state.guided.run = None;
    navigate::go(state, Screen::Run);
    vec![Effect::Follow(id)]
}

/// Leaves, but not a live run without a word.
pub(super) fn quit(state: &mut State) -> Vec<Effect> {
    let live = state.guided.is_live();
    let asked = matches!(state.overlay, Some(Overlay::Quit { .. })) || state.guided.leaving;
    if !live && (state.guided.keeping == 0 || asked) {
        return vec![Effect::Quit];
    }
    if !live {
        state.guided.leaving = true;
        let text = "quits when the configuration is written; again quits at once";
        notify(state, text, Gravity::Info);
        return Vec::new();
    }
    if asked {
        return leave(state);
    }
    state.overlay = Some(Overlay::Quit { row: 0 });
    Vec::new()
}

/// Back to the shell for a while; not while a run would stand still with the console.
pub(super) fn suspend(state: &mut State) -> Vec<Effect> {
    if busy(state) {
        let why =
            "a run is under way here and would stand still: use another terminal, or quit first";
        notify(state, why, Gravity::Error);
        return Vec::new();
    }
    vec![Effect::Suspend]
}

/// Leaves the run as it is, and then the console. Asked once more, at once: the journal tells it all.
pub(super) fn leave(state: &mut State) -> Vec<Effect> {
    if std::mem::replace(&mut state.guided.leaving, true) {
        return vec![Effect::Quit];
    }
    state.overlay = None;
    notify(
        state,
        "leaving what runs: waiting for open replies",
        Gravity::Info,
    );
    vec![Effect::LeaveRun]
}

/// A key that speaks to the run.
pub(super) fn order(state: &mut State, kind: OrderKind) -> Vec<Effect> {
    let Some(shown) = &state.guided.run else {
        show(state);
        return Vec::new();
    };
    let possible = shown.orders();
    let kind = match kind {
        OrderKind::Pause if possible.contains(&OrderKind::Go) => OrderKind::Go,
        OrderKind::HandOver if possible.contains(&OrderKind::Withdraw) => OrderKind::Withdraw,
        kind => kind,
    };
    if !possible.contains(&kind) {
        let why = not_now(shown, kind);
        notify(state, why, Gravity::Error);
        return Vec::new();
    }
    let live = shown.live();
    if let Some(why) = elsewhere(state, shown) {
        notify(state, why, Gravity::Error);
        return Vec::new();
    }
    // What begins an engine anew needs the right to change; what speaks to one that runs does not.
    let begins = !live && kind != OrderKind::Note;
    if begins && let Some(how) = state.how_to_open() {
        notify(state, how, Gravity::Error);
        return Vec::new();
    }
    let step = state.held_step();
    if matches!(kind, OrderKind::TakeOver | OrderKind::Accept) {
        return go_on(state, kind);
    }
    if let Some(order) = plain_order(kind, step.clone()) {
        return vec![Effect::Order(order)];
    }
    state.overlay = Some(Overlay::Ask(Box::new(Ask {
        what: PromptFor::Order(kind, step),
        input: tui_input::Input::default(),
        error: None,
    })));
    Vec::new()
}

/// Goes on with a run that was left, or that its holder offers.
fn go_on(state: &mut State, kind: OrderKind) -> Vec<Effect> {
    let Some(shown) = &state.guided.run else {
        return Vec::new();
    };
    let id = shown.state.id.clone();
    if kind == OrderKind::TakeOver {
        return vec![Effect::Resume {
            id,
            orders: Vec::new(),
        }];
    }
    let offered = shown.state.offered.as_ref();
    let to = offered.map(|offered| offered.what.to.clone());
    if !state.is_offered_here() {
        let why = format!(
            "it was offered to {}, and you are {}",
            to.unwrap_or_default(),
            state.name().unwrap_or_default()
        );
        notify(state, why, Gravity::Error);
        return Vec::new();
    }
    let text = "accepted: waiting until its holder lets go";
    notify(state, text, Gravity::Info);
    vec![Effect::Accept(id)]
}

/// Offers the run that this console drives to `to`.
pub(super) fn hand_over(state: &mut State, to: String) -> Vec<Effect> {
    let live = state.guided.run.as_ref().is_some_and(Shown::live);
    if !live {
        let why = "this console drives no run: there is nothing to hand over";
        notify(state, why, Gravity::Error);
        return Vec::new();
    }
    let text = format!("offered to {to}: the run stays here until it is accepted");
    notify(state, text, Gravity::Info);
    vec![Effect::Order(Order::HandOver { to })]
}

fn not_now(shown: &Shown, kind: OrderKind) -> String {
    if let (OrderKind::Undo, Some(why)) = (kind, shown.state.no_way_back()) {
        return why.into();
    }
    match (&shown.hold, kind) {
        (Hold::Recorded, _) => super::replay::RECORDED.into(),
        (_, OrderKind::Accept) => "nobody offers this run".into(),
        (Hold::Theirs(holder), _) => format!("only shown here: {holder} drives it"),
        (Hold::Nobody, _) if !shown.state.phase().over() => {
            "no process drives this run: take it over first".into()
        }
        (_, OrderKind::Retry | OrderKind::Skip) => "no step is held".into(),
        (_, OrderKind::Continue) => "no step asks to go on".into(),
        (_, OrderKind::Alone) => "the run does not wait for a shared table".into(),
        (_, OrderKind::Overrule) => "no abort criterion holds the run".into(),
        (_, OrderKind::Undo) if shown.state.undoing => "it is being undone already".into(),
        _ => format!("the run is {}", shown.state.phase().word()),
    }
}

/// The words for an order were typed.
pub(super) fn said(
    state: &mut State,
    kind: OrderKind,
    step: Option<String>,
    text: &str,
) -> Result<Vec<Effect>, Rejected> {
    let text = text.trim().to_owned();
    let Some(shown) = &state.guided.run else {
        return Ok(Vec::new());
    };
    let target = &shown.state.plan.confirm;
    if matches!(kind, OrderKind::Undo | OrderKind::Abandon) && text != *target {
        let (typed, expected) = (text, target.clone());
        return Err(NotConfirmed::Mistyped { typed, expected }.into());
    }
    if text.is_empty() {
        return Err(Rejected::NoWords);
    }
    if kind == OrderKind::HandOver {
        state.overlay = None;
        return Ok(hand_over(state, text));
    }
    let order = match (kind, step) {
        (OrderKind::Skip, Some(step)) => Order::Skip { step, reason: text },
        (OrderKind::Alone, _) => Order::Alone { reason: text },
        (OrderKind::Overrule, _) => Order::Overrule { reason: text },
        (OrderKind::Undo, _) => Order::Undo,
        (OrderKind::Abandon, _) => Order::Abandon {
            reason: "by the operator, in the console".into(),
        },
        _ if !shown.live() => {
            let id = shown.state.id.clone();
            state.overlay = None;
            return Ok(note(state, id, text));
        }
        _ => Order::note(text),
    };
    let effect = if shown.live() {
        Effect::Order(order)
    } else {
        Effect::Resume {
            id: shown.state.id.clone(),
            orders: vec![order],
        }
    };
    state.overlay = None;
    Ok(vec![effect])
}
