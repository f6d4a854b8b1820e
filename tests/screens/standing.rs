//! "Could I fail over now?" stands on the Database and the Edge screen, planned beforehand and never for a frame.

use gwctl::actions::{Finding, Intent};
use gwctl::console::app::{Effect, Key, Msg, Overlay, Panel, Screen, State, update};
use gwctl::console::view::picture::text;
use gwctl::console::view::{Depth, Theme};
use gwctl::fleet::{Missing, Observed, Region, Snapshot, judge};

use super::looks::drawn;
use super::sample;
use super::snapshots::{SIZES, keep};

fn shown(state: &State) -> String {
    let theme = Theme::load("dark", None, Depth::True, false).unwrap();
    text(&drawn(state, &theme))
}

fn on(screen: Screen, picture: Snapshot, size: (u16, u16)) -> State {
    let mut state = sample::state(picture, size);
    sample::go(&mut state, screen);
    state
}

/// The lines of the panel, without its frame.
fn panel(shown: &str) -> Vec<String> {
    let lines = shown.lines().map(|line| line.replace('│', " "));
    let from = lines.skip_while(|line| !line.contains("Could I fail over now?"));
    let inner = from.skip(1).take_while(|line| !line.contains('╰'));
    inner.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn every_target_of_a_well_fleet_is_one_line_at_every_size() {
    for (width, height) in SIZES {
        for (screen, targets, fact) in [
            (
                Screen::Database,
                ["eu-west-1", "ap-southeast-1"].as_slice(),
                "lag 132 ms",
            ),
            (Screen::Edge, sample::THREE.as_slice(), "API up to"),
        ] {
            let picture = sample::fleet(&sample::THREE);
            let state = on(screen.clone(), picture, (width, height));
            let shown = shown(&state);
            let name = screen.name();
            keep(&format!("standing-{name}-{width}x{height}"), &shown);
            let lines = panel(&shown);
            assert!(lines.len() >= targets.len(), "{shown}");
            for (line, target) in lines.iter().zip(targets) {
                assert!(line.contains(target) && line.contains("yes by "), "{line}");
            }
            assert!(shown.contains(fact) || width < 120, "{shown}");
        }
    }
}

#[test]
fn what_stands_against_a_target_is_told_and_the_most_serious_first() {
    let mut picture = sample::bad_day();
    for site in &mut picture.sites {
        site.certificate = Observed::missing(
            Missing::CouldNotAsk {
                why: "no answer".into(),
            },
            sample::source("acm:DescribeCertificate", &site.region),
        );
    }
    judge(&mut picture);
    let state = on(Screen::Edge, picture, (200, 60));
    let all = state.standing.all(&Screen::Edge);
    for could in &all {
        let graves: Vec<Finding> = could.ready.checks.iter().map(|one| one.finding).collect();
        assert!(graves.is_sorted_by(|one, other| one >= other), "{graves:?}");
        // A certificate that is not known is not a good one.
        let certificates = could
            .ready
            .checks
            .iter()
            .filter(|one| one.name.starts_with("certificate:"));
        assert_eq!(certificates.count(), 2, "{:?}", could.ready.checks);
    }
    let lines = panel(&shown(&state)).join(" ");
    let worst = &all[0].ready.checks[0].text;
    assert!(lines.contains(&worst[..20]), "{worst}: {lines}");
}

#[test]
fn enter_opens_the_plan_of_the_row() {
    let mut state = on(Screen::Database, sample::fleet(&sample::THREE), (120, 40));
    for key in ["tab", "j", "enter"] {
        update(&mut state, Msg::Key(key.parse().unwrap()));
    }
    assert_eq!(state.focused(), Panel::Readiness);
    let Some(Overlay::Wizard(wizard)) = &state.overlay else {
        panic!("{:?}", state.overlay);
    };
    let Intent::Promote(promote) = &wizard.plan.intent else {
        panic!("{:?}", wizard.plan.intent);
    };
    assert_eq!(promote.target, sample::region("ap-southeast-1"));
}

#[test]
fn with_34_regions_a_message_makes_a_few_plans_and_those_after_it_the_others() {
    let all: Vec<&str> = Region::all()
        .map(|region| region.place().unwrap().code)
        .collect();
    let mut state = sample::state(sample::fleet(&all), (120, 40));
    let key = |state: &mut State, key: Key| drop(update(state, Msg::Key(key)));
    key(&mut state, Key::char('4'));
    let first = state.standing.all(&Screen::Edge).len();
    assert!((1..=8).contains(&first), "{first} plans at once");
    for _ in 0..all.len() {
        key(&mut state, Key::char('j'));
    }
    assert_eq!(state.standing.all(&Screen::Edge).len(), all.len());
    // Another screen plans nothing.
    key(&mut state, Key::char('5'));
    let made = state.standing.all(&Screen::Edge);
    let mut newer = sample::fleet(&all);
    newer.at += jiff::SignedDuration::from_secs(5);
    update(&mut state, Msg::Snapshot(0, std::sync::Arc::new(newer)));
    assert_eq!(state.standing.all(&Screen::Edge), made);
}

#[test]
fn the_journals_are_read_once_a_minute_while_the_answers_are_shown() {
    let mut state = sample::state(sample::fleet(&sample::THREE), (120, 40));
    let asks = |effects: &[Effect]| {
        let of = |one: &Effect| matches!(one, Effect::ReadTried(0, fleet) if fleet == "orders");
        effects.iter().filter(|one| of(one)).count()
    };
    assert_eq!(asks(&update(&mut state, Msg::Key(Key::char('3')))), 1);
    let tick = |state: &mut State, seconds| {
        let (now, wall) = (
            state.now,
            state.wall + jiff::SignedDuration::from_secs(seconds),
        );
        update(state, Msg::Tick { now, wall })
    };
    assert_eq!(asks(&tick(&mut state, 30)), 0);
    assert_eq!(asks(&tick(&mut state, 31)), 1);
    update(&mut state, Msg::Key(Key::char('1')));
    assert_eq!(
        asks(&tick(&mut state, 90)),
        0,
        "nobody looks at the answers"
    );
}
