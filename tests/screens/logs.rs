//! The Logs screen, long because each of its parts has its own: patterns of every Region, what is new, an example, its
//! lines, one request, what could not be read, and what asking costs.

use std::collections::BTreeMap;

use gwctl::console::app::{
    Code, Connection, Effect, Key, LogsPrice, LogsQuestion, LogsStep, Msg, Overlay, Panel, Screen,
    State, update,
};
use gwctl::console::view::picture::text;
use gwctl::console::view::{Depth, Theme};
use gwctl::fleet::logs::LogEvent;
use gwctl::fleet::{Missing, Region};
use gwctl::observe::logs::{Book, GroupLogs, GroupRead, LogKind, LogsAsked, Newness, Paid};
use jiff::{SignedDuration, Timestamp};

use super::looks::drawn;
use super::sample::{self, ago, now};
use super::snapshots::{SIZES, keep};

const ID: &str = "6bf2d5a1-4f52-4c1e-9d0b-2a4de5ffab01";
const HOSTILE: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}";

fn asked() -> LogsAsked {
    LogsAsked::all(ago(900), now())
}

fn event(seconds: i64, message: &str) -> LogEvent {
    LogEvent {
        id: format!("{seconds}-{}", message.len()),
        at: ago(seconds),
        ingested: Some(ago(seconds) + SignedDuration::from_millis(900)),
        stream: "2026/11/23/[7]aa".into(),
        message: gwctl::fleet::logs::clean_event(message),
    }
}

fn logged(seconds: i64, id: u32, level: &str, what: &str) -> LogEvent {
    let id = format!("6bf2d5a1-4f52-4c1e-9d0b-{id:012x}");
    event(
        seconds,
        &format!("{}\t{id}\t{level}\t{what}\n", ago(seconds)),
    )
}

fn conflict(seconds: i64, n: u32) -> LogEvent {
    logged(
        seconds,
        n,
        "ERROR",
        &format!("order {n} was changed by another request"),
    )
}

fn refused(seconds: i64, n: u32) -> LogEvent {
    let host = n % 200;
    let error = format!(
        r#"{{"errorType":"Error","errorMessage":"connect ECONNREFUSED 10.20.3.{host}:5432","stack":["Error: connect ECONNREFUSED 10.20.3.{host}:5432","    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1634:16)","    at connect (file:///var/task/db.mjs:31:17)","    at Runtime.handler (file:///var/task/index.mjs:17:10)"]}}"#
    );
    logged(seconds, n, "ERROR", &format!("Invoke Error \t{error}"))
}

pub(super) fn read(events: Vec<LogEvent>, cut: Option<i64>) -> GroupRead {
    let mut events = events;
    events.sort_by_key(|event| event.at);
    let from = cut.map_or(ago(900), ago);
    GroupRead {
        events,
        errors: (from, now()),
        oldest: None,
        lines: Some((ago(300).max(from), now())),
        cut: cut
            .iter()
            .map(|_| "only 10,000 events were read".into())
            .collect(),
        behind: None,
    }
}

pub(super) fn group(
    code: &str,
    source: &str,
    read: Result<Option<GroupRead>, Missing>,
) -> GroupLogs {
    GroupLogs {
        region: sample::region(code),
        sources: [source.to_owned()].into(),
        group: Some(format!("/aws/lambda/{source}")),
        kind: if source == "orders-router" {
            LogKind::Router
        } else {
            LogKind::Functions
        },
        read,
        calls: 2,
    }
}

fn silent() -> Missing {
    Missing::CouldNotAsk {
        why: "no answer in time".into(),
    }
}

fn denied() -> Missing {
    Missing::NotAllowed {
        action: "logs:FilterLogEvents".into(),
    }
}

/// Conflicts all the time in two Regions; since six minutes a database that refuses connections; a Region that does
/// not answer, and a group that may not be read.
pub(super) fn groups() -> Vec<GroupLogs> {
    let conflicts = |step: u32| (0..900 / step).map(move |n| conflict(i64::from(n * step) + 3, n));
    let mut writes: Vec<LogEvent> = conflicts(20).collect();
    writes.extend((0..120).map(|n| refused(i64::from(n) * 3, 4_000 + n)));
    writes.push(event(2, &format!("START RequestId: {ID} Version: 7\n")));
    let evil = format!("customer {HOSTILE} has no address");
    writes.push(event(1, &format!("{}\t{ID}\tWARN\t{evil}\n", ago(1))));
    vec![
        group("us-east-1", "orders-read", Err(silent())),
        group("us-east-1", "orders-write", Err(silent())),
        group(
            "eu-west-1",
            "orders-read",
            Ok(Some(read(conflicts(90).collect(), None))),
        ),
        group("eu-west-1", "orders-write", Ok(Some(read(writes, None)))),
        group("eu-west-1", "orders-router", Ok(None)),
        group("ap-southeast-1", "orders-read", Err(denied())),
        group(
            "ap-southeast-1",
            "orders-write",
            Ok(Some(read(conflicts(60).collect(), Some(400)))),
        ),
    ]
}

pub(super) fn book(groups: Vec<GroupLogs>, waiting: &[&str]) -> Book {
    let waiting: BTreeMap<Region, usize> = waiting
        .iter()
        .map(|code| (sample::region(code), 1))
        .collect();
    Book::new(&asked(), groups, Vec::new(), waiting)
}

/// The screen with `book` on it, everybody having answered.
pub(super) fn showing(book: Option<Book>, size: (u16, u16)) -> State {
    let mut state = sample::state(sample::bad_day(), size);
    press(&mut state, "8");
    if let Some(book) = book {
        let over = book.waiting.is_empty();
        update(&mut state, Msg::Logs(1, Box::new(book)));
        if over {
            update(&mut state, Msg::LogsRead(1));
        }
    }
    state
}

pub(super) fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    let keys = keys.split(' ').map(|key| key.parse::<Key>().unwrap());
    keys.flat_map(|key| update(state, Msg::Key(key))).collect()
}

pub(super) fn shown(state: &State) -> String {
    let theme = Theme::load("dark", None, Depth::True, false).unwrap();
    text(&drawn(state, &theme))
}

#[test]
fn a_bad_quarter_of_an_hour_at_every_size() {
    for size in SIZES {
        let state = showing(Some(book(groups(), &[])), size);
        let (width, height) = size;
        let shown = shown(&state);
        keep(&format!("logs-{width}x{height}"), &shown);
        for words in [
            "new ",
            "connect ECONNR",
            "order <n> was changed by",
            "at connect (file:///var/task/db.mjs:31:17)",
            "no answer in time",
            "FilterLogEvents: 14 calls",
            "last 15 min, 0s old",
        ] {
            assert!(shown.contains(words), "{words}\n{shown}");
        }
        assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{202e}']));
    }
}

#[test]
fn the_new_error_is_first_and_a_count_that_is_not_complete_says_so() {
    let book = book(groups(), &[]);
    let first = &book.patterns[0];
    assert!(first.text.contains("ECONNREFUSED"), "{}", first.text);
    assert_eq!(book.newness(first), Newness::New);
    let second = &book.patterns[1];
    assert!(second.text.contains("was changed"), "{}", second.text);
    assert_eq!(book.newness(second), Newness::Known);
    assert!(second.count() < first.count() || second.count() > 50);
    let shown = shown(&showing(Some(book), (120, 40)));
    let row = |words: &str| {
        shown
            .lines()
            .find(|line| line.contains(words))
            .unwrap()
            .to_owned()
    };
    let conflicts = row("was changed by");
    assert!(
        conflicts.contains("≥") && conflicts.contains('?'),
        "{conflicts}"
    );
    let refused = row("ECONNREFUSED <address>");
    assert!(
        refused.contains("new") && refused.contains("120"),
        "{refused}"
    );
}

/// Where the time before was not read, nobody knows whether an error is new.
#[test]
fn what_may_have_been_there_before_is_not_called_new() {
    let late = vec![refused(30, 1), refused(20, 2)];
    let cut = group(
        "eu-west-1",
        "orders-write",
        Ok(Some(read(late.clone(), Some(60)))),
    );
    let book_of = |group| book(vec![group], &[]);
    let unclear = book_of(cut.clone());
    assert_eq!(unclear.newness(&unclear.patterns[0]), Newness::Unclear);
    let shown = shown(&showing(Some(unclear), (120, 40)));
    assert!(!shown.contains("new "), "{shown}");
    // The oldest errors of the time were read as well: it is not among them.
    let mut with_oldest = cut;
    if let Ok(Some(read)) = &mut with_oldest.read {
        read.oldest = Some((ago(900), ago(500)));
    }
    let clear = book_of(with_oldest);
    assert_eq!(clear.newness(&clear.patterns[0]), Newness::New);
    let whole = book_of(group(
        "eu-west-1",
        "orders-write",
        Ok(Some(read(late, None))),
    ));
    assert_eq!(whole.newness(&whole.patterns[0]), Newness::New);
}

#[test]
fn what_is_not_known_is_said_as_what_it_is() {
    let one = |read| vec![group("eu-west-1", "orders-write", read)];
    let empty = || {
        Ok(Some(GroupRead {
            lines: Some((ago(900), now())),
            ..read(Vec::new(), None)
        }))
    };
    for (book, expected) in [
        (None, "asking CloudWatch Logs in every Region"),
        (
            Some(book(Vec::new(), &["eu-west-1"])),
            "no line was read yet",
        ),
        (
            Some(book(one(Err(silent())), &[])),
            "could not ask: no answer in time",
        ),
        (
            Some(book(one(Err(denied())), &[])),
            "not allowed: logs:FilterLogEvents",
        ),
        (
            Some(book(one(empty()), &[])),
            "wrote no line of their own in the last 15 min",
        ),
        (
            Some(book(one(Ok(None)), &[])),
            "no line was read, but not everything could be read",
        ),
        (
            Some(book(one(Ok(None)), &[])),
            "there is no log group /aws/lambda/orders-write",
        ),
    ] {
        let shown = shown(&showing(book, (120, 40)));
        assert!(shown.contains(expected), "{expected}\n{shown}");
    }
}

/// The first Region that answers is drawn while another hangs.
#[test]
fn a_region_that_hangs_hides_nothing_of_the_others() {
    let answered = vec![group(
        "eu-west-1",
        "orders-write",
        Ok(Some(read(vec![refused(30, 1)], None))),
    )];
    let state = showing(Some(book(answered, &["us-east-1"])), (120, 40));
    let shown = shown(&state);
    assert!(shown.contains("ECONNREFUSED"), "{shown}");
    assert!(shown.contains("us-east-1: no answer yet"), "{shown}");
    let row = shown
        .lines()
        .find(|line| line.contains("ECONNREFUSED <"))
        .unwrap();
    assert!(row.contains('…'), "{row}");
    assert!(shown.contains("asking, "), "{shown}");
}

#[test]
fn enter_lists_the_lines_and_enter_on_one_shows_it_whole() {
    let mut state = showing(Some(book(groups(), &[])), (80, 24));
    press(&mut state, "enter");
    assert_eq!(state.focused(), Panel::Lines);
    assert_eq!(state.count(Panel::Lines), 120);
    keep("logs-lines-80x24", &shown(&state));
    press(&mut state, "j enter");
    keep("logs-line-80x24", &shown(&state));
    let whole = shown(&state);
    for words in [
        "Invoke Error Error: connect",
        "    at connect (file:///var/task/db.mjs:31:17)",
    ] {
        assert!(whole.contains(words), "{words}\n{whole}");
    }
    press(&mut state, "v");
    let raw = shown(&state);
    assert!(
        raw.contains(r#"{"errorType":"Error","errorMessage""#),
        "{raw}"
    );
    let copied = press(&mut state, "y");
    assert!(matches!(&copied[..], [Effect::Copy(text)] if text.contains("\"stack\":[")));
    press(&mut state, "esc");
    assert!(state.overlay.is_none());
    press(&mut state, "esc");
    assert_eq!(
        (state.focused(), state.screen()),
        (Panel::Patterns, &Screen::Logs)
    );
    press(&mut state, "esc");
    assert_eq!(*state.screen(), Screen::Fleet);
}

/// A pattern moves among the others while its lines are read.
#[test]
fn the_lines_stay_those_of_the_pattern_that_was_opened() {
    let mut state = showing(Some(book(groups(), &[])), (120, 40));
    press(&mut state, "j enter");
    let text = |state: &State| state.pattern_at_hand().unwrap().text.clone();
    let opened = text(&state);
    assert!(opened.contains("was changed"), "{opened}");
    press(&mut state, "r");
    let mut more = groups();
    let calm = (0..400).map(|n| conflict(i64::from(n) + 1, n)).collect();
    more[2] = group("eu-west-1", "orders-read", Ok(Some(read(calm, None))));
    update(&mut state, Msg::Logs(2, Box::new(book(more, &[]))));
    assert_eq!(text(&state), opened);
    assert!(state.count(Panel::Lines) > 400);
}

#[test]
fn one_request_is_shown_with_what_may_be_missing() {
    let mut state = showing(Some(book(groups(), &[])), (120, 40));
    press(&mut state, "/");
    update(&mut state, Msg::Paste("no address".into()));
    press(&mut state, "enter e");
    let Some(Overlay::Written(written)) = &state.overlay else {
        panic!("a window")
    };
    assert_eq!(written.lines.len(), 2, "START and the line of the function");
    assert!(written.title.contains(ID), "{}", written.title);
    let request = shown(&state);
    keep("logs-request-120x40", &request);
    assert!(
        request.contains("us-east-1 orders-read: could not ask: no answer in time"),
        "{request}"
    );
    assert!(!request.contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn what_was_read_of_every_group_has_a_list() {
    let mut state = showing(Some(book(groups(), &[])), (80, 24));
    press(&mut state, "tab tab");
    assert_eq!(state.focused(), Panel::Groups);
    let groups = shown(&state);
    keep("logs-groups-80x24", &groups);
    for words in ["no answer", "not allowed", "in part", "no group", "read"] {
        assert!(groups.contains(words), "{words}\n{groups}");
    }
}

#[test]
fn a_filter_keeps_patterns_and_lines_of_a_region_or_a_function() {
    let mut state = showing(Some(book(groups(), &[])), (120, 40));
    let all = state.count(Panel::Patterns);
    for (filter, some) in [
        ("region:ap-southeast", 1),
        ("function:read", 1),
        ("new:^new", 1),
        ("refused", 1),
    ] {
        press(&mut state, "/");
        update(&mut state, Msg::Paste(filter.into()));
        press(&mut state, "enter");
        assert_eq!(state.count(Panel::Patterns), some, "{filter}");
        press(&mut state, "esc");
        assert_eq!(state.count(Panel::Patterns), all);
    }
}

/// What is asked by `effects`.
fn asks(effects: &[Effect]) -> Option<LogsQuestion> {
    effects.iter().find_map(|effect| match effect {
        Effect::AskLogs(question) => Some(*question),
        _ => None,
    })
}

fn tick(state: &mut State, seconds: i64) -> Vec<Effect> {
    let now = now() + SignedDuration::from_secs(seconds);
    update(state, Msg::Tick { now, wall: now })
}

fn answer(state: &mut State, number: u64, until: Timestamp) {
    let asked = LogsAsked::all(until - SignedDuration::from_mins(15), until);
    let book = Book::new(&asked, groups(), Vec::new(), BTreeMap::new());
    update(state, Msg::Logs(number, Box::new(book)));
    update(state, Msg::LogsRead(number));
}

#[test]
fn it_is_asked_when_it_is_shown_and_again_only_on_a_key() {
    let mut state = sample::state(sample::bad_day(), (120, 40));
    assert_eq!(state.connection, Connection::Open);
    assert_eq!(asks(&tick(&mut state, 0)), None, "another screen is shown");
    let first = asks(&press(&mut state, "8")).unwrap();
    assert_eq!((first.number, first.only_new), (1, false));
    assert_eq!(first.window, SignedDuration::from_mins(15));
    assert_eq!(asks(&tick(&mut state, 30)), None, "the answer is awaited");
    answer(&mut state, 1, now());
    assert_eq!(
        asks(&tick(&mut state, 200)),
        None,
        "rows stand still while they are read"
    );
    let again = asks(&press(&mut state, "r")).unwrap();
    assert_eq!((again.number, again.only_new), (2, false));
    answer(&mut state, 2, now() + SignedDuration::from_secs(200));
    press(&mut state, "1");
    assert_eq!(asks(&press(&mut state, "8")), None, "it is not old yet");
    press(&mut state, "1");
    tick(&mut state, 270);
    assert!(
        asks(&press(&mut state, "8")).is_some(),
        "it is a minute old"
    );
}

#[test]
fn following_asks_for_what_is_new_while_the_screen_is_shown() {
    let mut state = showing(Some(book(groups(), &[])), (120, 40));
    assert_eq!(
        asks(&press(&mut state, "f")),
        None,
        "it was read a moment ago"
    );
    let next = asks(&tick(&mut state, 5)).unwrap();
    assert!(next.only_new, "{next:?}");
    assert_eq!(asks(&tick(&mut state, 9)), None, "one answer at a time");
    answer(
        &mut state,
        next.number,
        now() + SignedDuration::from_secs(5),
    );
    assert!(asks(&tick(&mut state, 10)).is_some());
    assert_eq!(
        press(&mut state, "1"),
        [Effect::StopLogs],
        "nobody looks any more"
    );
    assert_eq!(asks(&tick(&mut state, 20)), None);
    let whole = asks(&press(&mut state, "8")).unwrap();
    assert!(!whole.only_new, "what was left is not added to");
    answer(
        &mut state,
        whole.number,
        now() + SignedDuration::from_secs(20),
    );
    press(&mut state, "f");
    assert_eq!(asks(&tick(&mut state, 40)), None);
}

#[test]
fn another_time_is_asked_at_once_and_the_answer_before_is_dropped() {
    let mut state = showing(Some(book(groups(), &[])), (120, 40));
    let longer = asks(&press(&mut state, ")")).unwrap();
    assert_eq!(longer.window, SignedDuration::from_mins(30));
    let longest = asks(&press(&mut state, ")")).unwrap();
    assert_eq!(longest.window, SignedDuration::from_hours(1));
    let before = state.logs.book.as_ref().unwrap().lines.len();
    update(
        &mut state,
        Msg::Logs(longer.number, Box::new(book(Vec::new(), &[]))),
    );
    assert_eq!(state.logs.book.as_ref().unwrap().lines.len(), before);
    update(&mut state, Msg::Key(Key::plain(Code::Esc)));
}

/// What the shell finds a day to cost.
fn price(state: &mut State, number: u64) {
    let price = LogsPrice {
        short: "about 84 GB, $0.42".into(),
        said: "Logs Insights will scan about 84 GB, $0.42 in 9 log groups of 3 Regions (list price of us-east-1)".into(),
    };
    update(state, Msg::LogsPrice(number, price));
}

#[test]
fn a_day_tells_its_price_first_and_one_key_asks() {
    let mut state = showing(Some(book(groups(), &[])), (120, 40));
    press(&mut state, ":");
    update(&mut state, Msg::Paste("logs 24h".into()));
    let first = asks(&press(&mut state, "enter")).unwrap();
    assert_eq!(first.window, SignedDuration::from_hours(24));
    assert_eq!(first.step, LogsStep::Price, "that is free");
    assert!(state.logs.book.is_none(), "a quarter of an hour is no day");
    assert_eq!(asks(&press(&mut state, "$")), None, "no price is known yet");
    price(&mut state, first.number);
    let priced = shown(&state);
    keep("logs-price-120x40", &priced);
    for words in ["about 84 GB, $0.42", "$ asks", "9 log groups of 3 Regions"] {
        assert!(priced.contains(words), "{words}\n{priced}");
    }
    assert_eq!(asks(&tick(&mut state, 600)), None, "nobody took it");
    let paid = asks(&press(&mut state, "$")).unwrap();
    assert_eq!(paid.step, LogsStep::Insights);
    assert_eq!(asks(&press(&mut state, "$")), None, "once");
    let mut found = book(groups(), &[]);
    found.paid = Some(Paid {
        scanned: 80_000_000_000,
        unknown: [sample::region("us-east-1")].into(),
        expected: 84_000_000_000,
    });
    update(&mut state, Msg::Logs(paid.number, Box::new(found)));
    update(&mut state, Msg::LogsRead(paid.number));
    let after = shown(&state);
    keep("logs-paid-120x40", &after);
    assert!(
        after.contains("Logs Insights: 80 GB, $0.40 and more"),
        "{after}"
    );
    assert_eq!(asks(&tick(&mut state, 4_000)), None, "it is not paid twice");
    let again = asks(&press(&mut state, "r")).unwrap();
    assert_eq!(again.step, LogsStep::Price, "r asks for the price again");
}

#[test]
fn whoever_leaves_a_day_stops_what_it_costs() {
    let mut state = showing(Some(book(groups(), &[])), (120, 40));
    let longer = ") ) )";
    let first = asks(&press(&mut state, longer)).unwrap();
    let lines = asks(&press(&mut state, "(")).unwrap();
    assert_eq!(lines.step, LogsStep::Lines);
    assert!(lines.number > first.number);
    let first = press(&mut state, ")");
    price(&mut state, asks(&first).unwrap().number);
    assert!(asks(&press(&mut state, "$")).is_some());
    assert!(press(&mut state, "1").contains(&Effect::StopLogs));
    press(&mut state, "f");
    assert_eq!(asks(&tick(&mut state, 10)), None);
    let back = asks(&press(&mut state, "8")).unwrap();
    assert_eq!(back.step, LogsStep::Price, "it tells its price again");
}
