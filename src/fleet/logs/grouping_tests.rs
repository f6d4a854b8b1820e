//! However much is written, what is kept of it has a bound.

use std::sync::Arc;

use jiff::Timestamp;

use super::told::Told;
use super::{
    Failure, Grouping, Joining, LONGEST_EVENT, LogEvent, LogLine, PARTS, Pattern, Placed,
    clean_event,
};
use crate::Region;

/// When the first line is written, in milliseconds.
const BEGIN: i64 = 1_795_442_400_000;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(BEGIN + ms).unwrap()
}

fn placed(region: &str, ms: i64, message: &str) -> Arc<Placed> {
    Arc::new(Placed {
        region: Region::new(region).unwrap(),
        source: "orders-write".into(),
        at: at(ms),
        line: LogLine::read(message),
        raw: message.into(),
    })
}

fn kept(all: &[Pattern]) -> usize {
    let lines = all.iter().flat_map(|pattern| &pattern.newest);
    lines.map(|line| line.weight()).sum()
}

#[test]
fn a_pattern_counts_every_line_and_keeps_the_newest_of_all_regions() {
    let mut grouping = Grouping::within(at(0), at(2_400_000));
    // One Region after the other, as they answer.
    for region in ["eu-west-1", "us-east-1"] {
        for n in 0..2_400 {
            grouping.take(placed(
                region,
                n * 1_000,
                &format!("WARN order {n} is late"),
            ));
        }
    }
    let all = grouping.patterns();
    assert_eq!(all.len(), 1);
    let pattern = &all[0];
    assert_eq!((pattern.count(), pattern.newest.len()), (4_800, 500));
    assert_eq!(pattern.left_out(), 4_300);
    let ages = pattern.newest.iter().map(|line| line.at);
    assert!(ages.is_sorted(), "oldest first");
    assert_eq!(pattern.newest[0].at, at(2_150_000), "250 of each Region");
    assert_eq!(pattern.example.at, at(2_399_000));
    let ireland = Region::new("eu-west-1").unwrap();
    assert_eq!(pattern.count_of(&ireland, "orders-write", |_| true), 2_400);
    assert_eq!(pattern.parts, vec![20; PARTS]);
}

#[test]
fn long_lines_are_kept_in_less_number_and_then_in_less_length() {
    let long = "x".repeat(60_000);
    let mut few = Grouping::default();
    for n in 0..2_000 {
        let word = if n % 2 == 0 { "said" } else { "told" };
        few.take(placed("eu-west-1", n, &format!("{word} {long}")));
    }
    let few = few.patterns();
    assert_eq!((few[0].count(), few[1].count()), (1_000, 1_000));
    assert!(
        (2..500).contains(&few[0].newest.len()),
        "{}",
        few[0].newest.len()
    );
    assert!(kept(&few) <= 32 << 20);
    let mut many = Grouping::default();
    for n in 0..900_i64 {
        let said = format!(
            "WARN {}{} {long}",
            "abcdefghij".repeat(1 + n as usize / 100),
            n % 100
        );
        many.take(placed("eu-west-1", n, &said.replace(char::is_numeric, "q")));
        many.take(placed(
            "eu-west-1",
            n,
            &said.replace(' ', &"w ".repeat(n as usize % 60 + 1)),
        ));
    }
    let many = many.patterns();
    assert_eq!(many.iter().map(Pattern::count).sum::<u64>(), 1_800);
    assert!(kept(&many) <= 32 << 20, "{}", kept(&many));
}

#[test]
fn more_patterns_than_are_told_apart_are_counted_together() {
    let letters = |n: i64| -> String {
        let digits = [n / 676, n / 26 % 26, n % 26];
        digits
            .map(|digit| char::from(b'a' + digit as u8))
            .iter()
            .collect()
    };
    let mut grouping = Grouping::default();
    for n in 0..3_000 {
        let line = format!("{} fell over", letters(n));
        grouping.take(placed("eu-west-1", n, &line));
    }
    let all = grouping.patterns();
    assert_eq!(all.len(), 1_001);
    assert_eq!(all.iter().map(Pattern::count).sum::<u64>(), 3_000);
    let others = all.iter().max_by_key(|one| one.count()).unwrap();
    assert_eq!(
        (others.text.as_str(), others.count()),
        ("other lines: there are more than 1,000 patterns", 2_000)
    );
}

#[test]
fn failed_lines_wait_for_others_of_their_request_and_not_without_end() {
    let crash = |n: i64| {
        let id = format!("6bf2d5a1-4f52-4c1e-9d0b-{n:012x}");
        let said = "Error: Runtime exited with error: signal: killed";
        placed("eu-west-1", n, &format!("RequestId: {id} {said}"))
    };
    let report = |n: i64| {
        let id = format!("6bf2d5a1-4f52-4c1e-9d0b-{n:012x}");
        let said = format!(
            "REPORT RequestId: {id}\tDuration: 9 ms\tStatus: error\tError Type: Runtime.OutOfMemory"
        );
        placed("eu-west-1", n, &said)
    };
    let mut told = Told::default();
    let mut out = Vec::new();
    for n in 0..12_000 {
        told.push(crash(n));
        if n % 2 == 0 {
            told.push(report(n));
        }
        out.extend(std::iter::from_fn(|| told.ready()));
        assert!(
            told.remembered() <= 3 * 4_097 + 4_097,
            "{}",
            told.remembered()
        );
    }
    out.extend(std::iter::from_fn(|| told.rest()));
    let of = |wanted: Failure| out.iter().filter(|(_, told)| *told == Some(wanted)).count();
    assert_eq!(
        (of(Failure::OutOfMemory), of(Failure::Crash)),
        (6_000, 6_000)
    );
}

fn event(stream: &str, ms: i64, message: &str) -> LogEvent {
    LogEvent {
        id: String::new(),
        at: at(ms),
        ingested: None,
        stream: stream.into(),
        message: clean_event(message),
    }
}

#[test]
fn events_of_one_moment_do_not_wait_without_end() {
    let mut joining = Joining::default();
    let mut lines = 0;
    for n in 0..15_000 {
        joining.push(event(&format!("stream {n}"), 0, "ERROR it broke"));
        lines += std::iter::from_fn(|| joining.ready(at(0))).count();
        assert!(n - lines < 10_001, "{n} {lines}");
    }
    joining.push(event("stream 14999", 10, "    at work (index.mjs:1:2)"));
    let rest: Vec<_> = std::iter::from_fn(|| joining.rest()).collect();
    assert_eq!(lines + rest.len(), 15_000);
    assert_eq!(
        rest.last().unwrap().1.stack,
        ["    at work (index.mjs:1:2)"]
    );
}

#[test]
fn a_stack_trace_without_an_end_below_a_line_of_a_megabyte_is_cut() {
    let mut joining = Joining::default();
    joining.push(event("a", 0, &format!("ERROR {}", "x".repeat(1 << 20))));
    for n in 0..20_000 {
        joining.push(event(
            "a",
            n / 20,
            &format!("    at frame {n} {}", "y".repeat(100)),
        ));
    }
    let (event, line) = joining.rest().unwrap();
    assert!(
        event.message.len() < LONGEST_EVENT + 256,
        "{}",
        event.message.len()
    );
    assert_eq!(line.stack.len(), 50);
    assert!(
        joining.rest().is_none(),
        "all of them belong to the one line"
    );
}
