//! The Fleets screen: all fleets of the configuration, the worst first, and who acts on which.

use std::sync::Arc;

use gwctl::actions::Phase;
use gwctl::console::app::{
    Acting, Effect, FleetsNews, Listed, Msg, Overlay, Screen, State, Told, UNASKED, update,
};
use gwctl::console::view::picture::text;
use gwctl::console::view::{Depth, Theme};
use gwctl::fleet::{FleetSpec, Pace, Snapshot};

use super::looks::drawn;
use super::sample::{self, ago, now};
use super::snapshots::{SIZES, keep};

fn spec(name: &str, regions: &[&str]) -> FleetSpec {
    FleetSpec {
        domain: format!("api.{name}.example.com"),
        ..sample::spec(regions)
    }
}

fn called(name: &str, picture: Snapshot) -> Snapshot {
    let mut picture = picture;
    picture.name = name.into();
    picture.edge.domain = format!("api.{name}.example.com");
    picture
}

fn listed(name: &str, dollars_per_hour: f64) -> Listed {
    let blank = Snapshot::blank(name, &spec(name, &sample::THREE), now());
    Listed {
        blank: Arc::new(blank),
        dollars_per_hour,
    }
}

fn evacuation() -> Acting {
    Acting {
        fleet: "basket".into(),
        run: "20261123-120031-evacuate-3f2a".into(),
        title: "Evacuate us-east-1".into(),
        phase: Phase::Running,
        steps: vec!["traffic-gone".into()],
        done: (1, 3),
        begun: ago(124),
        holder: Some(("robin".into(), "laptop-7".into())),
    }
}

/// A console on a calm fleet, told of four by the messages that the shell sends.
fn console(size: (u16, u16)) -> State {
    let mut state = sample::state(sample::fleet(&sample::THREE), size);
    state.fleets = ["orders", "basket", "parcel", "search"]
        .map(Into::into)
        .into();
    let all = state.fleets.iter().map(|name| listed(name, 0.118));
    let all = FleetsNews::Listed(all.collect());
    let bad = called("basket", sample::bad_day());
    let gone = called("parcel", sample::writer_gone());
    for news in [
        all,
        FleetsNews::Seen(Arc::new(bad)),
        FleetsNews::Seen(Arc::new(gone)),
        FleetsNews::Acting(vec![evacuation()], None),
    ] {
        update(&mut state, Msg::Fleets(news));
    }
    sample::go(&mut state, Screen::Fleets);
    state
}

fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    let keys = keys.split(' ').map(|key| key.parse().unwrap());
    keys.flat_map(|key| update(state, Msg::Key(key)))
        .filter(|effect| !matches!(effect, Effect::ReadTried(..)))
        .collect()
}

fn shown(state: &State) -> String {
    text(&drawn(
        state,
        &Theme::load("dark", None, Depth::True, false).unwrap(),
    ))
}

#[test]
fn four_fleets_at_every_size() {
    for size in SIZES {
        let (columns, rows) = size;
        let mut state = console(size);
        press(&mut state, "g");
        keep(&format!("fleets-{columns}x{rows}"), &shown(&state));
    }
}

#[test]
fn the_worst_fleet_stands_first_and_one_that_was_not_seen_claims_nothing() {
    let mut state = console((120, 40));
    press(&mut state, "g");
    let shown = shown(&state);
    let row = |name: &str| {
        let mut lines = shown.lines().enumerate().skip(3);
        let found = lines.find(|(_, line)| line.contains(&format!(" {name} ")));
        found.unwrap().0
    };
    assert!(
        row("basket") < row("orders") && row("orders") < row("search"),
        "{shown}"
    );
    let unseen = shown.lines().nth(row("search")).unwrap();
    assert!(
        unseen.contains('…') && !unseen.contains("healthy"),
        "{unseen}"
    );
    for word in ["robin", "traffic-gone", "1 of 3"] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
}

#[test]
fn the_other_fleets_are_looked_at_while_the_screen_is_open_and_no_longer() {
    let mut state = sample::state(sample::fleet(&sample::THREE), (120, 40));
    state.fleets = vec!["orders".into(), "basket".into()];
    assert_eq!(press(&mut state, "4 0"), [Effect::ListFleets]);
    let two = ["orders", "basket"].map(|name| listed(name, 0.118)).into();
    let began = update(&mut state, Msg::Fleets(FleetsNews::Listed(two)));
    assert_eq!(began, [Effect::LookAtFleets(true)]);
    assert_eq!(press(&mut state, "j"), []);
    let ended = press(&mut state, "0");
    assert!(ended.contains(&Effect::LookAtFleets(false)), "{ended:?}");
    assert_eq!(*state.screen(), Screen::Edge, "back where one was");
}

#[test]
fn what_costs_much_is_asked_for_first() {
    let mut state = sample::state(sample::fleet(&sample::THREE), (120, 40));
    let many = (0..20).map(|n| listed(&format!("shop-{n:02}"), UNASKED / 10.0));
    update(&mut state, Msg::Fleets(FleetsNews::Listed(many.collect())));
    assert_eq!(press(&mut state, "0"), [], "nothing is asked");
    let before = shown(&state);
    assert!(before.contains("$2.00/h"), "{before}");
    assert_eq!(press(&mut state, "$"), [Effect::LookAtFleets(true)]);
}

#[test]
fn enter_opens_the_fleet_under_the_cursor() {
    let mut state = console((120, 40));
    let opened = press(&mut state, "g enter");
    let open = Effect::Open(1, "parcel".into(), Pace::Calm);
    let other = Effect::Open(1, "basket".into(), Pace::Calm);
    assert!(
        opened.contains(&open) || opened.contains(&other),
        "{opened:?}"
    );
    assert_eq!(*state.screen(), Screen::Fleet);
}

#[test]
fn until_it_is_moved_the_cursor_is_on_the_fleet_that_is_open() {
    let mut state = console((120, 40));
    let chosen = |state: &State| state.selected().unwrap().key.clone();
    assert_eq!(chosen(&state), "orders", "though worse ones stand above it");
    // What comes later does not move it, wherever the fleet stands then.
    let gone = called("search", sample::writer_gone());
    update(&mut state, Msg::Fleets(FleetsNews::Seen(Arc::new(gone))));
    assert_eq!(chosen(&state), "orders");
    assert_eq!(press(&mut state, "enter"), [Effect::LookAtFleets(false)]);
    assert_eq!(*state.screen(), Screen::Fleet);
    press(&mut state, "0 g 1 0");
    assert_ne!(chosen(&state), "orders", "it was moved");
}

#[test]
fn a_frozen_screen_keeps_what_it_shows() {
    let mut state = console((120, 40));
    press(&mut state, "ctrl-f");
    let before = shown(&state);
    let healthy = Arc::new(called("basket", sample::fleet(&sample::THREE)));
    update(&mut state, Msg::Fleets(FleetsNews::Seen(healthy)));
    assert_eq!(shown(&state), before);
    assert!(!matches!(state.overlay, Some(Overlay::Detail { .. })));
}

/// The picture of a fleet whose Regions are asked anew: nothing of it is known yet.
fn asked_anew(name: &str) -> Snapshot {
    let mut blank = Snapshot::blank(name, &spec(name, &sample::THREE), now());
    blank.generation = 1;
    blank
}

#[test]
fn a_fleet_that_is_asked_anew_keeps_its_verdict_until_the_new_one_is_there() {
    let mut state = console((120, 40));
    let before = shown(&state);
    let anew = Arc::new(asked_anew("basket"));
    update(&mut state, Msg::Fleets(FleetsNews::Seen(anew)));
    assert_eq!(shown(&state), before);
    let healthy = Arc::new(called("basket", sample::fleet(&sample::THREE)));
    update(&mut state, Msg::Fleets(FleetsNews::Seen(healthy)));
    assert_ne!(shown(&state), before);
}

#[test]
fn the_cursor_stays_on_the_fleet_when_the_order_changes() {
    let mut state = console((120, 40));
    let search = called("search", sample::fleet(&sample::THREE));
    update(&mut state, Msg::Fleets(FleetsNews::Seen(Arc::new(search))));
    let chosen = |state: &State| state.selected().unwrap().key.clone();
    press(&mut state, "g");
    let first = chosen(&state);
    let healthy = called(&first, sample::fleet(&sample::THREE));
    update(&mut state, Msg::Fleets(FleetsNews::Seen(Arc::new(healthy))));
    assert_eq!(chosen(&state), first);
    assert!(
        state.cursor(gwctl::console::app::Panel::Fleets) > 0,
        "it is not the worst any longer"
    );
}

#[test]
fn every_region_of_the_list_has_its_name_or_is_counted() {
    let wide = shown(&console((200, 60)));
    for fleet in ["orders", "basket", "parcel", "search"] {
        let row = wide
            .lines()
            .skip(3)
            .find(|line| line.contains(&format!(" {fleet} ")));
        for name in ["use1", "euw1", "apse1"] {
            assert!(row.unwrap().contains(name), "{fleet}: {name}: {wide}");
        }
    }
    let narrow = shown(&console((80, 24)));
    assert!(narrow.contains("● use1 ■ euw1 ▲ apse1"), "{narrow}");
    let mut more = console((80, 24));
    let five = [
        "us-east-1",
        "eu-west-1",
        "ap-southeast-1",
        "eu-north-1",
        "sa-east-1",
    ];
    let five = called("search", sample::fleet(&five));
    update(&mut more, Msg::Fleets(FleetsNews::Seen(Arc::new(five))));
    let more = shown(&more);
    let row = more.lines().skip(3).find(|line| line.contains(" search "));
    let counts = ["5 Regions", " more", "+"].map(|mark| row.unwrap().contains(mark));
    assert!(counts.contains(&true), "{more}");
}

#[test]
fn help_tells_what_became_of_each_notification_and_how_long_ago() {
    let mut state = console((120, 40));
    let told = |target: &str, at, came: &str, counts| Told {
        target: target.into(),
        at,
        came: came.into(),
        counts,
    };
    let all = vec![
        told("chat", Some(ago(180)), "Slack took it", (4, 0, 0)),
        told("pager", Some(ago(20)), "not delivered: HTTP 500", (0, 1, 2)),
        told("topic", None, "nothing was told yet", (0, 0, 0)),
    ];
    update(&mut state, Msg::Told(all));
    press(&mut state, "?");
    let shown = shown(&state);
    for text in [
        "Notifications",
        "Slack took it, 3m ago; 4 arrived",
        "not delivered: HTTP 500, 20s ago; 1 lost; 2 waiting",
        "nothing was told yet",
    ] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
}
