//! The Explain screen and the Fleet screen's first line: one cause told once, with what to do.

use std::sync::Arc;

use gwctl::console::app::{
    Code, Connection, Effect, Key, Msg, Overlay, Panel, SINCE, Screen, State, update,
};
use gwctl::console::view::picture::text;
use gwctl::console::view::{Depth, Theme};
use gwctl::fleet::{Missing, Observed, Snapshot, judge};
use jiff::SignedDuration;

use super::looks::drawn;
use super::sample::{self, now};
use super::snapshots::{SIZES, keep};

fn state(picture: Snapshot, size: (u16, u16)) -> State {
    let mut state = sample::state(picture, size);
    let spec = Arc::new(sample::spec(&sample::THREE));
    update(&mut state, Msg::Spec(0, spec));
    state
}

fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    let mut effects = Vec::new();
    for key in keys.split(' ') {
        effects.extend(update(state, Msg::Key(key.parse().unwrap())));
    }
    effects
}

fn shown(state: &State) -> String {
    text(&drawn(
        state,
        &Theme::load("dark", None, Depth::True, false).unwrap(),
    ))
}

fn first_line(picture: Snapshot, width: u16) -> String {
    let shown = shown(&state(picture, (width, 40)));
    shown.lines().nth(2).unwrap().trim().to_owned()
}

/// AWS refuses everything, since the credentials ended.
fn expired() -> Snapshot {
    let mut picture = sample::fleet(&sample::THREE);
    let home = sample::region("us-east-1");
    let lost = || Missing::CouldNotAsk {
        why: "credentials have expired (ExpiredToken): run `aws sso login` or renew them".into(),
    };
    let source = || sample::source("sts:GetCallerIdentity", &home);
    picture.identity = Observed::missing(lost(), source());
    for site in &mut picture.sites {
        site.alarms = Observed::missing(lost(), source());
        for function in &mut site.functions {
            function.detail = Observed::missing(lost(), source());
        }
    }
    for _ in 0..9 {
        picture.ledger.enter(gwctl::fleet::Call {
            at: now(),
            service: "sts",
            operation: "GetCallerIdentity".into(),
            account: None,
            region: home.clone(),
            took: std::time::Duration::from_millis(40),
            outcome: gwctl::fleet::Outcome::Refused,
            request_id: None,
            error: Some("ExpiredToken".into()),
            dollars: 0.0,
        });
    }
    judge(&mut picture);
    picture
}

#[test]
fn a_bad_day_is_explained_at_every_size() {
    for size in SIZES {
        let mut state = state(sample::bad_day(), size);
        press(&mut state, "x");
        let shown = shown(&state);
        let (width, height) = size;
        keep(&format!("explain-{width}x{height}"), &shown);
        for words in ["eu-west-1 cannot be reached", "nearly certain", "evidence"] {
            let found = shown.to_lowercase().contains(words);
            assert!(found, "{words}\n{shown}");
        }
    }
}

#[test]
fn the_fleet_screen_leads_to_the_explanation_and_that_to_the_plan() {
    let mut state = state(sample::bad_day(), (120, 40));
    press(&mut state, "tab");
    assert_eq!(state.focused(), Panel::Why);
    press(&mut state, "enter");
    assert_eq!(*state.screen(), Screen::Explain);
    press(&mut state, "enter");
    let Some(Overlay::Wizard(wizard)) = &state.overlay else {
        panic!("no plan: {:?} {:?}", state.overlay, state.notice);
    };
    assert_eq!(wizard.plan.intent.name(), "evacuate");
}

#[test]
fn it_asks_what_changed_once_with_the_timeline_and_the_logs_besides() {
    let mut state = state(sample::bad_day(), (120, 40));
    state.connection = Connection::Open;
    assert_eq!(press(&mut state, "7"), [Effect::AskHappened(0, SINCE)]);
    assert_eq!(press(&mut state, "x"), [Effect::AskErrors(0)]);
    assert_eq!(press(&mut state, "1 x"), []);
    let later = now() + SignedDuration::from_secs(1);
    let tick = Msg::Tick {
        now: later,
        wall: later,
    };
    assert_eq!(update(&mut state, tick), []);
}

#[test]
fn the_first_line_says_what_and_what_to_press() {
    let line = first_line(sample::bad_day(), 120);
    assert!(line.contains("eu-west-1 cannot be reached"), "{line}");
    assert!(line.ends_with("press x"), "{line}");
    let narrow = first_line(sample::bad_day(), 60);
    assert!(narrow.ends_with("press x"), "{narrow}");
    let calm = first_line(sample::fleet(&sample::THREE), 120);
    assert!(
        calm.contains("all 3 Regions are within their limits"),
        "{calm}"
    );
}

#[test]
fn expired_credentials_are_told_once() {
    let picture = expired();
    let line = first_line(picture.clone(), 120);
    assert!(line.contains("credentials"), "{line}");
    let state = state(picture, (120, 40));
    let told = state.rows(Panel::Why);
    let why: Vec<String> = told.iter().map(gwctl::console::app::Row::to_text).collect();
    assert_eq!(why.len(), 1, "{why:?}");
}

#[test]
fn whatever_has_the_focus_the_region_at_hand_is_the_one_that_is_explained() {
    let mut state = state(sample::bad_day(), (120, 40));
    press(&mut state, "x");
    for _ in 0..4 {
        let here = state.region_at_hand();
        assert_eq!(
            here,
            Some(sample::region("eu-west-1")),
            "{:?}",
            state.focused()
        );
        press(&mut state, "tab");
    }
    assert_eq!(state.focused(), Panel::Hypotheses);
}

#[test]
fn escape_leads_back_and_the_evidence_scrolls() {
    let mut state = state(sample::bad_day(), (80, 24));
    press(&mut state, "x tab");
    assert_eq!(state.focused(), Panel::Evidence);
    let rows = state.count(Panel::Evidence);
    press(&mut state, "G");
    assert_eq!(state.cursor(Panel::Evidence), rows - 1);
    let key = Key::plain(Code::Esc);
    update(&mut state, Msg::Key(key));
    assert_eq!(*state.screen(), Screen::Fleet);
}

/// `picture`, taken so many milliseconds later.
fn later(picture: &Snapshot, milliseconds: i64) -> Arc<Snapshot> {
    let mut later = picture.clone();
    later.at = picture.at + SignedDuration::from_millis(milliseconds);
    Arc::new(later)
}

#[test]
fn pictures_that_are_judged_alike_are_reasoned_from_every_other_second_and_another_verdict_at_once()
{
    let mut calm = sample::fleet(&sample::THREE);
    calm.at = now();
    let mut state = state(calm.clone(), (120, 40));
    let begun = later(&calm, 10_000);
    update(&mut state, Msg::Snapshot(0, begun.clone()));
    let reasoned = |state: &State| {
        state
            .explained
            .explanation
            .at
            .duration_since(begun.at)
            .as_millis()
    };
    assert_eq!(reasoned(&state), 0);
    for after in [400, 1_200, 1_900] {
        update(&mut state, Msg::Snapshot(0, later(&begun, after)));
        assert_eq!(reasoned(&state), 0, "{after}");
    }
    update(&mut state, Msg::Snapshot(0, later(&begun, 2_100)));
    assert_eq!(reasoned(&state), 2_100);
    let mut bad = sample::bad_day();
    bad.at = begun.at + SignedDuration::from_millis(2_500);
    update(&mut state, Msg::Snapshot(0, Arc::new(bad)));
    assert_eq!(reasoned(&state), 2_500, "another verdict");
}
