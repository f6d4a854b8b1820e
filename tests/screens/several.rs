//! An action on several fleets: marks, plans, one confirmation, and the overview of the runs.

use std::sync::Arc;

use gwctl::actions::{Phase, Plan, RunState};
use gwctl::console::app::{
    Code, Effect, FleetsNews, Gesture, Hold, Key, Listed, Msg, Overlay, Screen, SeveralNews,
    SeveralPart, SeveralWish, Stage, State, Stopped, update,
};
use gwctl::console::view::{Depth, Theme, draw_into};
use gwctl::fleet::Snapshot;

use super::guided::look;
use super::looks::drawn;
use super::sample::{self, run};
use super::snapshots::{SIZES, keep};

const FLEETS: [&str; 4] = ["orders", "basket", "parcel", "wallet"];
const WHY: &str = "not-the-last: no Region would be left to serve after eu-west-1: us-east-1 answers 31 % of its requests \
                   with 5xx, and ap-southeast-1 is not healthy by its health check. Restore one of them first";

fn called(name: &str) -> Snapshot {
    let mut picture = sample::fleet(&sample::THREE);
    picture.name = name.into();
    picture
}

/// A console on the Fleets screen with four fleets, which may change them.
fn fleets(size: (u16, u16)) -> State {
    let mut state = run::writing(sample::fleet(&sample::THREE), size);
    state.fleets = FLEETS.map(Into::into).into();
    let listed = FLEETS.map(|name| Listed {
        blank: Arc::new(called(name)),
        dollars_per_hour: 0.118,
    });
    update(&mut state, Msg::Fleets(FleetsNews::Listed(listed.into())));
    sample::go(&mut state, Screen::Fleets);
    state
}

fn keys(state: &mut State, text: &str) -> Vec<Effect> {
    let key = |c| match c {
        '\n' => Key::plain(Code::Enter),
        '\x1b' => Key::plain(Code::Esc),
        c => Key::char(c),
    };
    let all = text.chars().map(key);
    all.flat_map(|key| update(state, Msg::Key(key))).collect()
}

/// The number under which the plans were asked for, and for which fleets.
fn asked(effects: &[Effect]) -> (u64, Vec<String>) {
    let mut all = effects.iter();
    let wish = all.find_map(|effect| match effect {
        Effect::Several(SeveralWish::Plan { number, fleets, .. }) => {
            Some((*number, fleets.clone()))
        }
        _ => None,
    });
    wish.expect("plans are asked for")
}

fn plan_of(fleet: &str) -> Plan {
    let mut plan = run::planned(&run::evacuation());
    plan.fleet = fleet.into();
    plan
}

fn news(state: &mut State, number: u64, news: SeveralNews) -> Vec<Effect> {
    update(state, Msg::Several(number, news))
}

/// Three fleets can leave eu-west-1, and one cannot.
fn planned(size: (u16, u16)) -> (State, u64) {
    let mut state = fleets(size);
    let (number, _) = asked(&keys(&mut state, ":mark *\n:evacuate eu-west-1\n"));
    let mut warned = plan_of("parcel");
    warned.checks = run::checked().checks;
    warned.checks.truncate(2);
    for (fleet, came) in [
        ("basket", Ok(Box::new(plan_of("basket")))),
        ("orders", Ok(Box::new(plan_of("orders")))),
        ("wallet", Err(WHY.to_owned())),
        ("parcel", Ok(Box::new(warned))),
    ] {
        news(&mut state, number, SeveralNews::Planned(fleet.into(), came));
    }
    (state, number)
}

fn run_of(fleet: &str, made: RunState) -> Arc<RunState> {
    let mut plan = (*made.plan).clone();
    plan.fleet = fleet.into();
    Arc::new(RunState {
        id: format!("20261123-120135-evacuate-{fleet}"),
        plan: Arc::new(plan),
        ..made
    })
}

/// One is held, one goes on, one is done, one was left out.
fn under_way(size: (u16, u16)) -> (State, u64) {
    let (mut state, number) = planned(size);
    keys(&mut state, "\neu-west-1 3\n");
    for (fleet, made) in [
        ("orders", run::done()),
        ("basket", run::running()),
        ("parcel", run::held()),
    ] {
        news(&mut state, number, SeveralNews::Run(run_of(fleet, made)));
    }
    let ended = SeveralNews::Stopped("orders".into(), Stopped::Left);
    news(&mut state, number, ended);
    (state, number)
}

fn at_every_size(name: &str, make: impl Fn((u16, u16)) -> State) {
    for size in SIZES {
        let kept = format!("several-{name}-{}x{}", size.0, size.1);
        keep(&kept, &look(&make(size)));
    }
}

#[test]
fn marks_plans_confirmation_and_overview_at_every_size() {
    at_every_size("marked", |size| {
        let mut state = fleets(size);
        keys(&mut state, "  ");
        state
    });
    at_every_size("plans", |size| planned(size).0);
    at_every_size("confirm", |size| {
        let mut state = planned(size).0;
        keys(&mut state, "\neu-west-1 2\n");
        state
    });
    at_every_size("runs", |size| under_way(size).0);
}

#[test]
fn space_marks_the_fleet_under_the_cursor_and_goes_on_and_esc_takes_marks_away_first() {
    let mut state = fleets((120, 40));
    keys(&mut state, "  ");
    assert_eq!(state.overview.marked.len(), 2);
    assert!(look(&state).contains("2 marked"), "{}", look(&state));
    keys(&mut state, "\x1b");
    assert!(state.overview.marked.is_empty());
    assert_eq!(*state.screen(), Screen::Fleets, "the screen stays");
    keys(&mut state, "\x1b");
    assert_ne!(*state.screen(), Screen::Fleets);
}

#[test]
fn a_region_or_a_pattern_marks_all_that_it_means() {
    let mut state = fleets((120, 40));
    for (which, count) in [("eu-west-1", 4), ("b*,orders", 2), ("eu-north-1", 0)] {
        keys(&mut state, ":mark\n");
        keys(&mut state, &format!(":mark {which}\n"));
        assert_eq!(state.overview.marked.len(), count, "{which}");
    }
}

#[test]
fn nothing_is_asked_for_a_fleet_that_is_not_marked() {
    let mut state = fleets((120, 40));
    let before = keys(&mut state, ":evacuate eu-west-1\n");
    let plans = |effect: &Effect| matches!(effect, Effect::Several(_));
    assert!(!before.iter().any(plans), "{before:?}");
    assert!(look(&state).contains("mark fleets first"));
    keys(&mut state, ":mark basket\n");
    let (_, fleets) = asked(&keys(&mut state, ":evacuate eu-west-1\n"));
    assert_eq!(fleets, ["basket"]);
}

#[test]
fn what_cannot_leave_stands_first_with_its_reason_and_nothing_begins_while_one_is_being_planned() {
    let mut state = fleets((120, 40));
    let (number, _) = asked(&keys(&mut state, ":mark *\n:evacuate eu-west-1\n"));
    for fleet in ["basket", "orders", "parcel"] {
        let came = SeveralNews::Planned(fleet.into(), Ok(Box::new(plan_of(fleet))));
        news(&mut state, number, came);
    }
    keys(&mut state, "\n");
    assert!(look(&state).contains("not every fleet is planned yet"));
    let out = SeveralNews::Planned("wallet".into(), Err(WHY.into()));
    news(&mut state, number, out);
    let several = state.guided.several.as_ref().unwrap();
    assert_eq!(several.members[0].fleet, "wallet");
    assert_eq!(several.word(), "eu-west-1 3");
    let shown = look(&state);
    assert!(shown.contains("us-east-1 answers 31 %"), "{shown}");
}

#[test]
fn only_the_region_with_the_count_starts_them_and_each_plan_is_the_one_that_was_shown() {
    let (mut state, number) = planned((120, 40));
    for wrong in ["eu-west-1", "eu-west-1 4", "us-east-1 3"] {
        keys(&mut state, "\n");
        let effects = keys(&mut state, &format!("{wrong}\n"));
        assert_eq!(effects, [], "{wrong}");
        keys(&mut state, "\x1b");
    }
    let effects = keys(&mut state, "\neu-west-1 3\n");
    let Some(Effect::Several(SeveralWish::Start { number: of, plans })) = effects.first() else {
        panic!("{effects:?}");
    };
    assert_eq!(*of, number);
    let mut fleets: Vec<&str> = plans.iter().map(|plan| plan.fleet.as_str()).collect();
    fleets.sort_unstable();
    assert_eq!(fleets, ["basket", "orders", "parcel"], "without wallet");
    assert!(state.overview.marked.is_empty());
    // Once is enough.
    assert_eq!(keys(&mut state, "\n"), []);
}

#[test]
fn read_only_is_refused_with_a_sentence() {
    let (mut state, _) = planned((120, 40));
    state.read_only = true;
    let effects = keys(&mut state, "\n\n");
    assert_eq!(effects, []);
    assert!(
        look(&state).contains("gwctl is read-only"),
        "{}",
        look(&state)
    );
    keys(&mut state, ":arm\n");
    assert!(
        matches!(state.overlay, Some(Overlay::Several)),
        "back to it"
    );
    let effects = keys(&mut state, "eu-west-1 3\n");
    assert_eq!(effects.len(), 1, "{effects:?}");
}

#[test]
fn what_is_held_stands_first_and_enter_speaks_to_that_run() {
    let (mut state, number) = under_way((120, 40));
    let shown = look(&state);
    assert!(
        shown.contains("1 held, 1 left out, 1 running, 1 done"),
        "{shown}"
    );
    assert!(shown.contains("held by the abort criterion"), "{shown}");
    let effects = keys(&mut state, "\n");
    let id = "20261123-120135-evacuate-parcel";
    assert!(effects.contains(&Effect::Speak(id.into())), "{effects:?}");
    assert_eq!(*state.screen(), Screen::Run);
    // Its news show there; those of another one do not.
    news(
        &mut state,
        number,
        SeveralNews::Run(run_of("basket", run::done())),
    );
    let of_screen = state.guided.run.as_ref().unwrap();
    assert_eq!(
        (of_screen.state.id.as_str(), &of_screen.hold),
        (id, &Hold::Ours)
    );
    news(
        &mut state,
        number,
        SeveralNews::Run(run_of("parcel", run::done())),
    );
    let of_screen = state.guided.run.as_ref().unwrap();
    assert_eq!(of_screen.state.phase(), Phase::Done);
    // Back to all of them.
    keys(&mut state, "\x1b");
    assert_eq!(*state.screen(), Screen::Fleets);
    assert!(matches!(state.overlay, Some(Overlay::Several)));
}

#[test]
fn the_cursor_stays_on_its_fleet_when_another_one_is_held() {
    let (mut state, number) = under_way((120, 40));
    keys(&mut state, "jj");
    let chosen = |state: &State| {
        let several = state.guided.several.as_ref().unwrap();
        several.chosen().unwrap().fleet.clone()
    };
    let before = chosen(&state);
    let why = "`basket` is held by the lease of alice".to_owned();
    news(
        &mut state,
        number,
        SeveralNews::NotBegun("basket".into(), why),
    );
    assert_eq!(chosen(&state), before);
}

#[test]
fn esc_leaves_the_overview_what_runs_goes_on_and_quitting_asks() {
    let (mut state, number) = under_way((120, 40));
    assert_eq!(keys(&mut state, "\x1b"), []);
    assert!(state.overlay.is_none());
    news(
        &mut state,
        number,
        SeveralNews::Run(run_of("basket", run::running())),
    );
    let basket = state.guided.several.as_ref().unwrap().members.iter();
    let mut basket = basket.filter(|member| member.fleet == "basket");
    assert!(basket.next().unwrap().is_live());
    keys(&mut state, "a");
    assert!(
        matches!(state.overlay, Some(Overlay::Several)),
        "`a` shows it again"
    );
    keys(&mut state, "\x1bq");
    assert!(
        look(&state).contains("2 runs are under way"),
        "{}",
        look(&state)
    );
    let effects = keys(&mut state, "j\n");
    assert!(effects.contains(&Effect::LeaveRun), "{effects:?}");
    let stopped = |fleet: &str| SeveralNews::Stopped(fleet.into(), Stopped::Left);
    assert!(!news(&mut state, number, stopped("basket")).contains(&Effect::Quit));
    assert!(news(&mut state, number, stopped("parcel")).contains(&Effect::Quit));
}

/// The line of tabs on the Fleet screen of `fleet`.
fn tabs_on(state: &mut State, fleet: &str) -> (String, Vec<Effect>) {
    let effects = keys(state, &format!("\x1b:fleet {fleet}\n"));
    assert_eq!(*state.screen(), Screen::Fleet, "{fleet}");
    let shown = look(state);
    let tabs = shown.lines().nth(1).unwrap_or_default().to_owned();
    (tabs, effects)
}

#[test]
fn the_tab_and_the_fleet_screen_tell_of_the_run_on_the_fleet_that_is_shown() {
    let mut state = under_way((120, 40)).0;
    for (fleet, said) in [
        ("basket", "6 evacuate \u{25b8} running"),
        ("parcel", "6 evacuate \u{25a0} held"),
        ("orders", "6 evacuate \u{25cf} done"),
        ("wallet", "6 evacuate \u{25a0} 1 of 3 held"),
    ] {
        let (tabs, _) = tabs_on(&mut state, fleet);
        assert!(tabs.contains(said), "{fleet}: {tabs}");
        assert!(!tabs.contains(&format!("evacuate {fleet}")), "{tabs}");
    }
    let (_, effects) = tabs_on(&mut state, "basket");
    let id = "20261123-120135-evacuate-basket";
    assert!(effects.contains(&Effect::Speak(id.into())), "{effects:?}");
    keys(&mut state, "6");
    assert_eq!(*state.screen(), Screen::Run);
    assert_eq!(state.guided.run.as_ref().unwrap().state.id, id);
    // Where none of them runs, the tab opens all.
    tabs_on(&mut state, "wallet");
    keys(&mut state, "6");
    assert!(matches!(state.overlay, Some(Overlay::Several)));
}

#[test]
fn the_tab_is_there_at_80_columns_and_a_click_on_it_opens_all() {
    let mut state = under_way((80, 24)).0;
    let (tabs, _) = tabs_on(&mut state, "wallet");
    assert!(tabs.contains("6 \u{25a0} 1 of 3"), "{tabs}");
    assert!(tabs.contains("WRITE"), "{tabs}");
    let theme = Theme::load("dark", None, Depth::True, false).unwrap();
    let buffer = drawn(&state, &theme);
    let hits = draw_into(&mut buffer.clone(), buffer.area, &state, &theme);
    update(&mut state, Msg::Drawn(hits));
    let x = tabs.chars().take_while(|c| *c != '6').count();
    let x = u16::try_from(x).unwrap();
    update(&mut state, Msg::Mouse(Gesture::Click, x, 1));
    assert!(matches!(state.overlay, Some(Overlay::Several)));
}

#[test]
fn a_run_that_is_held_on_another_fleet_is_told_above_every_screen() {
    let mut state = under_way((120, 40)).0;
    tabs_on(&mut state, "basket");
    let shown = look(&state);
    assert!(
        shown.contains("held \u{b7} :runs opens it \u{b7} needs you \u{b7} parcel: Evacuate"),
        "{shown}"
    );
    tabs_on(&mut state, "parcel");
    let shown = look(&state);
    assert!(
        shown.contains("held \u{b7} 6 opens it \u{b7} needs you \u{b7} Evacuate"),
        "{shown}"
    );
}

#[test]
fn the_run_that_somebody_else_drives_on_the_fleet_that_is_shown_is_told_while_others_run_here() {
    let mut state = under_way((120, 40)).0;
    let (_, effects) = tabs_on(&mut state, "wallet");
    let mut opened = effects.iter().filter_map(|effect| match effect {
        Effect::Open(generation, ..) => Some(*generation),
        _ => None,
    });
    let opened = opened.next().unwrap();
    let theirs = run_of("wallet", run::running());
    let hold = Hold::Theirs(Box::new(run::holder("bob", "console-2")));
    update(&mut state, Msg::Unfinished(opened, theirs, hold));
    let shown = look(&state);
    assert!(shown.contains("driven by bob on console-2"), "{shown}");
    assert!(shown.contains("6 evacuate \u{25b8} running"), "{shown}");
}

#[test]
fn the_tab_names_the_fleet_of_a_run_on_another_one() {
    let mut state = run::writing(sample::fleet(&sample::THREE), (120, 40));
    state.fleets = FLEETS.map(Into::into).into();
    let made = run_of("orders", run::running());
    update(&mut state, Msg::Run(made, Hold::Ours));
    let (tabs, _) = tabs_on(&mut state, "basket");
    assert!(
        tabs.contains("6 evacuate orders \u{25b8} running"),
        "{tabs}"
    );
}

#[test]
fn the_question_before_leaving_names_every_run_that_is_under_way() {
    for size in SIZES {
        let (mut state, _) = under_way(size);
        keys(&mut state, "\x1bq");
        let kept = format!("several-quit-{}x{}", size.0, size.1);
        let shown = look(&state);
        keep(&kept, &shown);
        for fleet in ["basket", "parcel"] {
            let line = format!("{fleet}  gwctl runs show 20261123-120135-evacuate-{fleet} --demo");
            assert!(shown.contains(&line), "{shown}");
        }
        assert!(!shown.contains("evacuate-orders"), "it is over: {shown}");
    }
    // One that begins is one of them.
    let (mut state, number) = planned((120, 40));
    keys(&mut state, "\neu-west-1 3\n");
    let first = SeveralNews::Run(run_of("basket", run::running()));
    news(&mut state, number, first);
    keys(&mut state, "\x1bq");
    let shown = look(&state);
    assert!(shown.contains("3 runs are under way"), "{shown}");
    assert!(shown.contains("parcel  begins"), "{shown}");
}

#[test]
fn news_of_plans_that_were_left_say_nothing() {
    let (mut state, number) = planned((120, 40));
    let effects = keys(&mut state, "\x1b");
    assert!(effects.contains(&Effect::Several(SeveralWish::EndPlanning)));
    assert!(state.guided.several.is_none());
    let (next, _) = asked(&keys(&mut state, ":evacuate eu-west-1\n"));
    assert_ne!(next, number);
    let old = SeveralNews::Planned("basket".into(), Err("of before".into()));
    news(&mut state, number, old);
    let several = state.guided.several.as_ref().unwrap();
    assert_eq!(several.stage, Stage::Plans);
    let planning = several.count(|part| matches!(part, SeveralPart::Planning));
    assert_eq!(planning, 4);
}

#[test]
fn no_other_action_is_done_to_several() {
    let mut state = fleets((120, 40));
    keys(&mut state, ":mark *\n:restore eu-west-1\n");
    assert!(look(&state).contains("only evacuate acts on several fleets"));
}
