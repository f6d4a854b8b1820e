//! What a whole promotion prints: few lines, each a milestone with its time, the time after recovery told apart.

use super::harness::{Home, Ran};

/// The writer's Region goes dark and comes back after three hours.
const BACK_AFTER_HOURS: &str = r#"
title = "us-east-1 is dark for three hours"
explanation = "The writer's Region is gone, and comes back."

[[event]]
at = "-4m"
start = "region-dark"
region = "us-east-1"

[[event]]
at = "3h"
end = "region-dark"
region = "us-east-1"
"#;

/// The lines of a run: their time in seconds since the confirmation, and the rest.
fn lines(ran: &Ran) -> Vec<(u64, &str)> {
    let told = ran.out.lines().filter_map(|line| {
        let (clock, rest) = line.trim_start().strip_prefix('+')?.split_once("  ")?;
        let parts = clock.split(':').map(|part| part.parse::<u64>().ok());
        let seconds = parts.reduce(|all, part| Some(all? * 60 + part?))??;
        Some((seconds, rest))
    });
    told.collect()
}

/// When the first line with `words` was told.
fn at(lines: &[(u64, &str)], words: &str) -> u64 {
    let found = lines.iter().find(|(_, line)| line.contains(words));
    let Some((second, _)) = found else {
        panic!("no line has {words:?}: {lines:#?}")
    };
    *second
}

#[test]
fn a_failover_tells_its_milestones_and_then_waits_quietly_for_the_old_region() {
    let home = Home::new();
    let scenario = home.path("dark.toml");
    std::fs::write(&scenario, BACK_AFTER_HOURS).unwrap();
    let ran = home.run(&[
        "promote",
        "eu-west-1",
        "--mode",
        "failover",
        "--demo",
        "--scenario",
        scenario.to_str().unwrap(),
        "--after",
        "3m",
        "--waive",
        "lag",
        "--write",
        "--confirm",
        "eu-west-1",
    ]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let told = lines(&ran);
    let served = at(&told, "● served");
    assert!(served < 15 * 60, "{served}: {}", ran.out);
    assert!(at(&told, "✓ done      resync") > 2 * 3_600, "{}", ran.out);
    // The promotion itself in some lines; the hours after it in less than a dozen.
    let (during, after): (Vec<_>, Vec<_>) = told.iter().partition(|(second, _)| *second <= served);
    assert!(during.len() <= 24, "{during:#?}");
    let waits = after.iter().filter(|(second, _)| *second < 2 * 3_600);
    assert!(waits.count() <= 10, "{after:#?}");
    assert!(after.len() <= 30, "{after:#?}");
    let end = ran.out.split("Done in ").nth(1).unwrap_or_default();
    for words in ["Recovery: ", "Done after recovery: ", "resync "] {
        assert!(end.contains(words), "{words} is not in: {end}");
    }
}

#[test]
fn a_switchover_tells_each_milestone_once() {
    let home = Home::new();
    let ran = home.run(&[
        "promote",
        "eu-west-1",
        "--mode",
        "switchover",
        "--demo",
        "--write",
        "--confirm",
        "eu-west-1",
    ]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let told = lines(&ran);
    assert!(told.len() <= 40, "{}: {}", told.len(), ran.out);
    for words in ["✓ done      switchover", "✓ done      endpoint", "● served"] {
        let times = told.iter().filter(|(_, line)| line.contains(words));
        assert_eq!(times.count(), 1, "{words}: {}", ran.out);
    }
    assert!(ran.out.contains("Recovery: "), "{}", ran.out);
}
