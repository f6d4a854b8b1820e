//! The Timeline screen: who changed what, what is refused, what could not be asked.

use gwctl::console::app::{Code, Effect, Key, Msg, Overlay, Panel, SINCE, Screen, State, update};
use gwctl::console::view::picture::text;
use gwctl::console::view::{Depth, Theme};
use gwctl::fleet::{
    Actor, AlarmTurn, AskedSource, EventLog, EventOutcome, FleetNames, Missing, Region, Source,
    TrailRecord,
};
use gwctl::observe::Happened;
use jiff::SignedDuration;

use super::looks::drawn;
use super::sample::{self, ago, now};
use super::snapshots::{SIZES, keep};

fn record(minutes: i64, (service, name): (&str, &str), parameters: &[(&str, &str)]) -> TrailRecord {
    TrailRecord {
        id: format!("{service}-{minutes}"),
        at: ago(minutes * 60),
        region: Region::new("eu-west-1").unwrap(),
        service: service.into(),
        name: name.into(),
        actor: Some(Actor {
            name: "alice@example.com".into(),
            kind: Some("AssumedRole".into()),
            role: Some("oncall".into()),
            through: None,
            arn: None,
        }),
        outcome: EventOutcome::Done,
        from: Some("198.51.100.7".into()),
        agent: Some("aws-cli/2.31.0".into()),
        account: Some("123456789012".into()),
        resources: Vec::new(),
        parameters: parameters
            .iter()
            .map(|(path, value)| ((*path).into(), (*value).into()))
            .collect(),
    }
}

fn records() -> Vec<TrailRecord> {
    let code = ("lambda", "UpdateFunctionCode20150331v2");
    let mut through = record(31, code, &[("functionName", "orders-read")]);
    through.actor.as_mut().unwrap().through = Some("cloudformation.amazonaws.com".into());
    let mut refused = record(
        12,
        ("cloudfront", "UpdateDistribution"),
        &[("id", "E2ORDERS0EDGE1")],
    );
    refused.region = Region::global();
    refused.outcome = EventOutcome::Refused {
        code: "AccessDenied".into(),
        message: "User is not authorized to perform: cloudfront:UpdateDistribution".into(),
    };
    let mut unread = record(8, code, &[("functionName", "orders-write")]);
    unread.id = "unread".into();
    unread.outcome = EventOutcome::Unknown;
    let set = (
        "changeBatch.changes.0.resourceRecordSet.name",
        "latency.orders.example.com.",
    );
    let mut dns = record(
        22,
        ("route53", "ChangeResourceRecordSets"),
        &[("hostedZoneId", "Z0"), set],
    );
    dns.actor.as_mut().unwrap().name = "evil\u{1b}[31m".into();
    vec![
        through,
        dns,
        refused,
        unread,
        record(95, code, &[("functionName", "billing-export")]),
        record(
            17,
            code,
            &[("functionName", "orders-write"), ("publish", "true")],
        ),
    ]
}

fn asked(region: &str, missing: Option<Missing>) -> AskedSource {
    AskedSource {
        source: Source {
            api: "cloudtrail:LookupEvents",
            region: Some(sample::region(region)),
        },
        account: None,
        at: now(),
        complete_to: missing
            .is_none()
            .then(|| now() - SignedDuration::from_mins(15)),
        missing,
        read_from: None,
        unreadable: 0,
    }
}

fn happened(records: &[TrailRecord], asked: Vec<AskedSource>) -> Happened {
    let picture = sample::bad_day();
    let names = FleetNames::of("orders", &sample::spec(&sample::THREE)).and_seen(&picture);
    let alarm = AlarmTurn {
        at: ago(15 * 60),
        region: sample::region("eu-west-1"),
        alarm: "orders-write-errors".into(),
        what: "OK → ALARM".into(),
        reason:
            "Threshold Crossed: 2 out of the last 2 datapoints were greater than the threshold (2)"
                .into(),
    };
    let alarms = if records.is_empty() {
        Vec::new()
    } else {
        vec![alarm.event()]
    };
    let from = now() - SINCE;
    let changes = if records.is_empty() {
        &[][..]
    } else {
        &picture.changes
    };
    Happened {
        from,
        to: now(),
        log: EventLog::of(from, records, &names, alarms, changes),
        asked,
    }
}

fn lost() -> Missing {
    Missing::CouldNotAsk {
        why: "no answer in time".into(),
    }
}

fn a_bad_hour() -> Happened {
    happened(
        &records(),
        vec![asked("us-east-1", None), asked("eu-west-1", Some(lost()))],
    )
}

/// The screen with `happened` on it.
fn showing(happened: Option<Happened>, size: (u16, u16)) -> State {
    let mut state = sample::state(sample::bad_day(), size);
    update(&mut state, Msg::Key(Key::char('7')));
    if let Some(happened) = happened {
        update(&mut state, Msg::Happened(0, Box::new(happened)));
    }
    state
}

fn shown(state: &State) -> String {
    text(&drawn(
        state,
        &Theme::load("dark", None, Depth::True, false).unwrap(),
    ))
}

#[test]
fn a_bad_hour_at_every_size() {
    for size in SIZES {
        let state = showing(Some(a_bad_hour()), size);
        let (width, height) = size;
        let shown = shown(&state);
        keep(&format!("timeline-{width}x{height}"), &shown);
        for words in [
            "alice@exam",
            "Other resources",
            "cloudtrail:LookupEvents in eu-west-1",
        ] {
            assert!(shown.contains(words), "{words}\n{shown}");
        }
        assert!(!shown.contains('\u{1b}'));
    }
}

#[test]
fn what_is_not_known_is_said_as_what_it_is() {
    let denied = Missing::NotAllowed {
        action: "cloudtrail:LookupEvents".into(),
    };
    let all = |missing: Option<Missing>| {
        ["us-east-1", "eu-west-1"]
            .map(|region| asked(region, missing.clone()))
            .into()
    };
    for (happened, expected) in [
        (None, "asking CloudTrail and the history of alarms"),
        (
            Some(happened(&[], all(None))),
            "no change of the fleet in the last 2 h is known",
        ),
        (
            Some(happened(&[], all(Some(denied)))),
            "not allowed: cloudtrail:LookupEvents",
        ),
        (
            Some(happened(&[], all(Some(lost())))),
            "could not ask: no answer in time",
        ),
        (
            Some(happened(
                &[],
                vec![asked("us-east-1", None), asked("eu-west-1", Some(lost()))],
            )),
            "no change of the fleet is known, but not everything could be asked",
        ),
    ] {
        let shown = shown(&showing(happened, (120, 40)));
        assert!(shown.contains(expected), "{expected}\n{shown}");
    }
}

#[test]
fn the_cursor_is_on_the_newest_event_and_enter_shows_all_of_it() {
    let mut state = showing(Some(a_bad_hour()), (120, 40));
    let count = state.count(Panel::Timeline);
    assert_eq!(state.cursor(Panel::Timeline) + 1, count);
    let newest = state.selected().unwrap().cells()[4].1.clone();
    assert!(newest.contains("deployed"), "{newest}");
    update(&mut state, Msg::Key(Key::char('k')));
    let unread = state.selected().unwrap().cells()[4].1.clone();
    assert!(
        unread.contains("the record does not show whether AWS did it"),
        "{unread}"
    );
    update(&mut state, Msg::Key(Key::char('k')));
    update(&mut state, Msg::Key(Key::plain(Code::Enter)));
    let Some(Overlay::Detail { cells, .. }) = &state.overlay else {
        panic!("a detail")
    };
    let has = |name: &str, value: &str| cells.iter().any(|(n, v)| *n == name && v.contains(value));
    for (name, value) in [
        (
            "what",
            "tried to change the distribution E2ORDERS0EDGE1: refused (AccessDenied)",
        ),
        ("from", "198.51.100.7"),
        ("with", "aws-cli/2.31.0"),
        ("role", "oncall"),
        ("refused", "AccessDenied"),
        ("because", "not authorized"),
        ("parameter", "id: E2ORDERS0EDGE1"),
        ("told by", "cloudtrail:LookupEvents in us-east-1"),
    ] {
        assert!(has(name, value), "{name} {value}\n{cells:#?}");
    }
    keep("timeline-detail-120x40", &shown(&state));
}

#[test]
fn a_filter_by_person_and_kind_keeps_what_it_names() {
    let mut state = showing(Some(a_bad_hour()), (120, 40));
    let all = state.count(Panel::Timeline);
    for (filter, some) in [
        ("kind:alarm", 1),
        ("who:cloudformation", 1),
        ("what:refused", 1),
    ] {
        update(&mut state, Msg::Key(Key::char('/')));
        update(&mut state, Msg::Paste(filter.into()));
        update(&mut state, Msg::Key(Key::plain(Code::Enter)));
        assert_eq!(state.count(Panel::Timeline), some, "{filter}");
        update(&mut state, Msg::Key(Key::plain(Code::Esc)));
        assert_eq!(state.count(Panel::Timeline), all);
    }
}

fn asks(effects: &[Effect]) -> bool {
    effects
        .iter()
        .any(|effect| matches!(effect, Effect::AskHappened(0, SINCE)))
}

fn tick(state: &mut State, seconds: i64) -> Vec<Effect> {
    let now = now() + SignedDuration::from_secs(seconds);
    update(state, Msg::Tick { now, wall: now })
}

#[test]
fn it_is_asked_only_while_it_is_shown_and_no_more_often_than_it_can_change() {
    let mut state = sample::state(sample::bad_day(), (120, 40));
    assert!(!asks(&tick(&mut state, 0)), "another screen is shown");
    assert!(
        asks(&update(&mut state, Msg::Key(Key::char('7')))),
        "at once"
    );
    assert_eq!(*state.screen(), Screen::Timeline);
    assert!(!asks(&tick(&mut state, 30)), "the answer is awaited");
    update(&mut state, Msg::Happened(0, Box::new(a_bad_hour())));
    assert!(!asks(&tick(&mut state, 59)));
    assert!(
        asks(&update(&mut state, Msg::Key(Key::char('r')))),
        "`r` asks again"
    );
    assert!(
        !asks(&update(&mut state, Msg::Key(Key::char('r')))),
        "one answer at a time"
    );
    update(&mut state, Msg::Happened(0, Box::new(a_bad_hour())));
    assert!(asks(&tick(&mut state, 60)));
    update(&mut state, Msg::Happened(0, Box::new(a_bad_hour())));
    update(&mut state, Msg::Key(Key::char('1')));
    assert!(!asks(&tick(&mut state, 300)), "another screen is shown");
    update(
        &mut state,
        Msg::Happened(7, Box::new(happened(&[], Vec::new()))),
    );
    assert!(
        state.timeline.events(Panel::Timeline).count() > 0,
        "another fleet's answer"
    );
}
