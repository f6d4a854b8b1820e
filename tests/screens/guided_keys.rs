//! What keys and news do to guided actions: the console's update alone, no terminal and no engine.

use std::sync::Arc;

use gwctl::actions::{Order, Phase};
use gwctl::console::app::{Effect, Hold, Msg, Overlay, Part, Screen, State, update};
use gwctl::fleet::Pace;
use jiff::SignedDuration;

use super::guided::look;
use super::sample::{self, run};

const SIZE: (u16, u16) = (120, 40);

fn calm() -> State {
    run::writing(sample::fleet(&sample::THREE), SIZE)
}

fn looking() -> State {
    let mut state = calm();
    state.read_only = true;
    state
}

fn effects(state: &mut State, keys: &str) -> Vec<Effect> {
    let mut all = Vec::new();
    for c in keys.chars() {
        let key = match c {
            '\n' => gwctl::console::app::Key::plain(gwctl::console::app::Code::Enter),
            c => gwctl::console::app::Key::char(c),
        };
        all.extend(update(state, Msg::Key(key)));
    }
    all
}

fn notice(state: &State) -> &str {
    state.notice.as_ref().map_or("", |notice| &notice.text)
}

fn later(state: &mut State, by: SignedDuration) {
    let (now, wall) = (state.now + by, state.wall + by);
    update(state, Msg::Tick { now, wall });
}

#[test]
fn what_is_started_is_the_plan_that_was_shown() {
    let mut state = calm();
    effects(&mut state, ":evacuate eu-west-1\n");
    let Some(Overlay::Wizard(wizard)) = &state.overlay else {
        panic!("no wizard")
    };
    let shown = wizard.plan.clone();
    let done = effects(&mut state, "\n\neu-west-1\n");
    let [Effect::Start { plan, typed, .. }] = done.as_slice() else {
        panic!("{done:?}")
    };
    assert_eq!((plan, typed.as_str()), (&shown, "eu-west-1"));
    // Enter once more does not start it twice.
    assert!(effects(&mut state, "\n").is_empty());
}

#[test]
fn a_confirmation_that_was_turned_away_from_is_typed_again() {
    let esc = gwctl::console::app::Key::plain(gwctl::console::app::Code::Esc);
    let mut state = calm();
    effects(&mut state, ":evacuate eu-west-1\n\n\neu-west-1");
    update(&mut state, Msg::Key(esc));
    // Forward again, and Enter: nothing is typed there any more.
    assert!(effects(&mut state, "\n\n").is_empty());
    let Some(Overlay::Wizard(wizard)) = &state.overlay else {
        panic!("no wizard")
    };
    assert_eq!((wizard.part, wizard.typed.value()), (Part::Confirm, ""));
    assert!(
        wizard
            .error
            .as_ref()
            .is_some_and(|why| why.contains("nothing was typed"))
    );
    assert_eq!(effects(&mut state, "eu-west-1\n").len(), 1);
    // So it is after a start that did not succeed.
    update(&mut state, Msg::NotStarted("the lease is held".into()));
    assert!(effects(&mut state, "\n").is_empty());
}

#[test]
fn arming_ends_by_itself() {
    let mut state = looking();
    assert!(!state.may_change());
    effects(&mut state, ":arm\n");
    assert!(state.may_change());
    later(&mut state, SignedDuration::from_secs(15 * 60 - 1));
    assert_eq!(state.armed_for(), Some(SignedDuration::from_secs(1)));
    later(&mut state, SignedDuration::from_secs(1));
    assert!(!state.may_change());
    assert!(notice(&state).contains("read-only again"));
}

#[test]
fn arming_in_the_middle_of_a_wizard_returns_to_it_and_its_end_closes_it_again() {
    let mut state = looking();
    effects(&mut state, ":evacuate eu-west-1\n\n\n");
    assert!(
        effects(&mut state, "eu-west-1\n").is_empty(),
        "nothing starts"
    );
    effects(&mut state, ":arm\n");
    assert!(
        matches!(&state.overlay, Some(Overlay::Wizard(wizard)) if wizard.part == Part::Confirm)
    );
    later(&mut state, SignedDuration::from_mins(16));
    assert!(effects(&mut state, "eu-west-1\n").is_empty());
}

#[test]
fn a_pinned_fleet_is_never_armed() {
    let mut state = looking();
    let mut spec = run::configured();
    spec.read_only = true;
    update(&mut state, Msg::Spec(0, Arc::new(spec)));
    effects(&mut state, ":arm\n");
    assert!(!state.may_change() && notice(&state).contains("read-only"));
    state.read_only = false;
    assert!(!state.may_change(), "nor does --write open it");
}

#[test]
fn a_red_plan_does_not_come_to_be_confirmed() {
    let mut state = calm();
    effects(&mut state, ":promote eu-west-1 failover\n\n\n\n");
    let Some(Overlay::Wizard(wizard)) = &state.overlay else {
        panic!("no wizard")
    };
    assert_eq!(wizard.part, Part::Checks);
    assert!(
        wizard
            .error
            .as_ref()
            .is_some_and(|why| why.contains("refused"))
    );
}

#[test]
fn keys_speak_to_the_run() {
    let mut state = calm();
    run::shown(&mut state, run::running(), Hold::Ours);
    assert_eq!(effects(&mut state, "p"), [Effect::Order(Order::Pause)]);
    let mut paused = run::running();
    paused.paused = true;
    update(&mut state, Msg::Run(Arc::new(paused), Hold::Ours));
    assert_eq!(effects(&mut state, "p"), [Effect::Order(Order::Go)]);
    assert!(effects(&mut state, "R").is_empty() && notice(&state) == "no step is held");
    let held = run::held();
    update(&mut state, Msg::Run(Arc::new(held), Hold::Ours));
    assert!(matches!(
        effects(&mut state, "R").as_slice(),
        [Effect::Order(Order::Retry { .. })]
    ));
    assert!(
        effects(&mut state, "s\n").is_empty(),
        "skipping wants a reason"
    );
    let skipped = effects(&mut state, "seen by hand\n");
    assert!(
        matches!(skipped.as_slice(), [Effect::Order(Order::Skip { reason, .. })] if reason == "seen by hand")
    );
}

#[test]
fn undo_and_abandon_want_the_target_typed() {
    for (key, wanted) in [("u", "Undo"), ("X", "Abandon")] {
        let mut state = calm();
        run::shown(&mut state, run::running(), Hold::Ours);
        assert!(effects(&mut state, key).is_empty());
        assert!(effects(&mut state, "yes\n").is_empty());
        let Some(Overlay::Ask(ask)) = &state.overlay else {
            panic!("it asks again")
        };
        assert!(
            ask.error
                .as_ref()
                .is_some_and(|why| why.contains("nothing was changed"))
        );
        update(&mut state, Msg::Key(gwctl::console::app::Key::ctrl('u')));
        let done = effects(&mut state, "eu-west-1\n");
        assert!(format!("{done:?}").contains(wanted), "{done:?}");
    }
}

#[test]
fn a_run_of_nobody_can_be_taken_over_by_those_who_may_change() {
    let mut state = looking();
    run::shown(&mut state, run::running(), Hold::Nobody);
    assert!(effects(&mut state, "T").is_empty() && notice(&state).contains(":arm"));
    effects(&mut state, ":arm\n");
    let taken = effects(&mut state, "T");
    assert!(matches!(taken.as_slice(), [Effect::Resume { orders, .. }] if orders.is_empty()));
}

#[test]
fn quitting_with_a_live_run_asks_and_then_waits_for_the_run() {
    let mut state = calm();
    run::shown(&mut state, run::running(), Hold::Ours);
    assert!(effects(&mut state, "q").is_empty());
    assert!(matches!(state.overlay, Some(Overlay::Quit { row: 0 })));
    assert!(
        effects(&mut state, "\n").is_empty(),
        "the first answer stays"
    );
    let left = effects(&mut state, "qj\n");
    assert_eq!(left, [Effect::LeaveRun]);
    assert!(
        update(
            &mut state,
            Msg::RunStopped(gwctl::console::app::Stopped::Left)
        )
        .contains(&Effect::Quit)
    );
    // Without a live run nobody asks.
    let mut state = calm();
    run::shown(&mut state, run::done(), Hold::Ours);
    assert_eq!(effects(&mut state, "q"), [Effect::Quit]);
}

#[test]
fn the_pace_is_incident_while_a_run_is_live() {
    let mut state = calm();
    let begun = update(&mut state, Msg::Run(Arc::new(run::running()), Hold::Ours));
    assert_eq!(begun, [Effect::SetPace(Pace::Incident)]);
    let ended = update(&mut state, Msg::Run(Arc::new(run::done()), Hold::Ours));
    assert_eq!(ended, [Effect::SetPace(Pace::Calm)]);
}

#[test]
fn the_cursor_goes_with_the_run_until_it_is_moved() {
    let mut state = calm();
    run::shown(&mut state, run::running(), Hold::Ours);
    let at = |state: &State| state.cursor(gwctl::console::app::Panel::Steps);
    assert_eq!(at(&state), 1, "the step under way");
    effects(&mut state, "G");
    let here = at(&state);
    update(&mut state, Msg::Run(Arc::new(run::held()), Hold::Ours));
    assert_eq!(at(&state), here, "where it was put");
}

#[test]
fn an_unfinished_run_is_announced_and_opened_by_its_key() {
    let mut state = calm();
    update(
        &mut state,
        Msg::Unfinished(0, Arc::new(run::running()), Hold::Nobody),
    );
    assert!(state.calls_for_attention().is_some());
    effects(&mut state, "6");
    assert_eq!(state.screen(), &Screen::Run);
    effects(&mut state, "1");
    assert!(state.calls_for_attention().is_none(), "it was seen");
    assert_eq!(
        state.guided.run.as_ref().unwrap().state.phase(),
        Phase::Running
    );
}

#[test]
fn a_run_of_another_fleet_is_not_gone_on_with_on_this_one() {
    let mut state = calm();
    let mut plan = run::planned(&run::evacuation());
    plan.fleet = "billing".into();
    // What another machine's configuration calls this fleet is no other fleet.
    run::shown(&mut state, run::begun(plan.clone()), Hold::Nobody);
    assert!(!effects(&mut state, "T").is_empty(), "{}", notice(&state));
    plan.binding.domain = "billing.example.com".into();
    run::shown(&mut state, run::begun(plan), Hold::Nobody);
    assert!(effects(&mut state, "T").is_empty());
    assert!(
        notice(&state).contains("of the fleet billing"),
        "{}",
        notice(&state)
    );
}

#[test]
fn a_second_run_waits_for_the_first() {
    let mut state = calm();
    run::shown(&mut state, run::running(), Hold::Ours);
    let done = effects(&mut state, ":evacuate ap-southeast-1\n\n\nap-southeast-1\n");
    let starts = |effect: &Effect| matches!(effect, Effect::Start { .. });
    assert!(!done.iter().any(starts), "{done:?}");
    let Some(Overlay::Wizard(wizard)) = &state.overlay else {
        panic!("no wizard")
    };
    assert!(
        wizard
            .error
            .as_ref()
            .is_some_and(|why| why.contains("one at a time"))
    );
}

#[test]
fn a_share_has_the_same_limits_in_the_command_line_and_in_the_wizard() {
    let said = "`100` is not a percentage from 0 to 99";
    let mut state = calm();
    effects(&mut state, ":drain eu-west-1 100\n");
    let Some(Overlay::Palette(palette)) = &state.overlay else {
        panic!("no command line")
    };
    let error = palette.error.clone().unwrap_or_default();
    assert_eq!(error.split("; usage: :drain").next(), Some(said));

    let mut state = calm();
    effects(&mut state, "a");
    let Some(Overlay::Menu { offers, row }) = &mut state.overlay else {
        panic!("no menu")
    };
    *row = offers
        .iter()
        .position(|offer| offer.action == "drain")
        .unwrap();
    effects(&mut state, "\n");
    let Some(Overlay::Ask(ask)) = &mut state.overlay else {
        panic!("nothing is asked")
    };
    assert_eq!(ask.input.value(), "0 over 10m");
    ask.input.reset();
    effects(&mut state, "100 over 10m\n");
    let Some(Overlay::Ask(ask)) = &state.overlay else {
        panic!("it was taken")
    };
    assert_eq!(ask.error.as_deref(), Some(said));
}

/// A console whose fleet's rules ask for approval.
fn with_rules() -> State {
    let mut state = calm();
    let spec = state.guided.spec.as_ref().unwrap();
    let mut spec = gwctl::fleet::FleetSpec::clone(spec);
    spec.rules.approvals.insert("evacuate".into(), 1);
    update(&mut state, Msg::Spec(0, std::sync::Arc::new(spec)));
    state
}

#[test]
fn a_plan_that_needs_approval_waits_and_esc_withdraws_it() {
    let mut state = with_rules();
    effects(&mut state, ":evacuate eu-west-1\n\n\n");
    let shown = look(&state);
    assert!(
        shown.contains("ask for the approval of 1 other person"),
        "{shown}"
    );
    let done = effects(&mut state, "eu-west-1\n");
    let [
        Effect::Start {
            plan,
            break_glass: None,
            ..
        },
    ] = done.as_slice()
    else {
        panic!("{done:?}")
    };
    let asked = gwctl::actions::Asked {
        id: "20261123-120435-evacuate-3f2a".into(),
        fleet: "orders".into(),
        domain: "api.orders.example.com".into(),
        title: plan.title.clone(),
        by: "alice@console-1".into(),
        arn: "arn".into(),
        at: super::sample::ago(120),
        lasts_s: 1_800,
        needed: 1,
        digest: plan.fingerprint(),
        plan: String::new(),
    };
    let news = gwctl::console::app::ApprovalNews::Asked(Box::new(asked), Vec::new());
    update(&mut state, Msg::Approvals(news));
    let shown = look(&state);
    for said in [
        "0 of 1",
        "gwctl runs approve 20261123-120435-evacuate-3f2a",
        "28 min left",
        "Esc withdraw the plan",
    ] {
        assert!(shown.contains(said), "{said}\n{shown}");
    }
    assert!(!shown.contains("Enter start"), "{shown}");
    // Also once the time for changes is over.
    state.read_only = true;
    assert!(look(&state).contains("0 of 1"));
    let esc = gwctl::console::app::Key::plain(gwctl::console::app::Code::Esc);
    assert_eq!(update(&mut state, Msg::Key(esc)), [Effect::StopAsking]);
    assert!(look(&state).contains("withdrawn: nothing was changed"));
}

#[test]
fn break_glass_needs_a_reason_and_takes_it_along() {
    let mut state = with_rules();
    effects(&mut state, ":evacuate eu-west-1\n\n\n");
    assert!(effects(&mut state, "eu-west-1 break-glass\n").is_empty());
    assert!(look(&state).contains("give a reason"));
    let done = effects(&mut state, " nobody answers\n");
    let [
        Effect::Start {
            typed, break_glass, ..
        },
    ] = done.as_slice()
    else {
        panic!("{done:?}")
    };
    assert_eq!(typed, "eu-west-1");
    assert_eq!(break_glass.as_deref(), Some("nobody answers"));
}
