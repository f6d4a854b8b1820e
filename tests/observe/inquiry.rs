//! What an explanation needs besides the picture.

use gwctl::fleet::Pace;
use gwctl::fleet::logs::Pattern;
use jiff::SignedDuration;

use super::stand::{Stand, region, world};

#[tokio::test(start_paused = true)]
async fn errors_are_read_from_their_begin_however_many_there_are() {
    let stand = Stand::over(world("connections-exhausted", 3), Pace::Calm).await;
    stand.first().await;
    let now = stand.sim.clock().now();
    let found = stand.observer.inquire(SignedDuration::from_hours(2)).await;
    assert!(found.gaps().is_empty(), "{:?}", found.gaps());

    let slots = |one: &&Pattern| {
        let text = one.text.to_lowercase();
        text.contains("connection slots") || text.contains("too many clients")
    };
    let pattern = found.errors.patterns.iter().find(slots).unwrap();
    let tally = pattern.regions[&region("us-east-1")];
    // The world begins nine minutes before, and its connections are used up two to three minutes later.
    let before = now.duration_since(tally.first);
    assert!((6..=8).contains(&before.as_mins()), "{before:#}");
    assert!(now.duration_since(tally.last) < SignedDuration::from_mins(2));

    let span = |code: &str| {
        let mut spans = found.errors.spans.iter();
        spans
            .find(|span| span.is_of(&region(code), "orders-write"))
            .unwrap()
    };
    let read = span("us-east-1");
    let half_an_hour = now - SignedDuration::from_mins(30);
    assert!(read.from <= half_an_hour + SignedDuration::from_secs(1));
    let (from, to) = read.gap.unwrap();
    assert!(from > tally.first && to < tally.last, "{read:?}");
    assert!(read.holds(read.from, tally.first));
    assert_eq!(span("eu-west-1").gap, None, "few errors are read whole");
}

#[tokio::test(start_paused = true)]
async fn logs_that_may_not_be_read_are_told_and_hide_nothing_else() {
    let scenario = "title = \"t\"\n[[event]]\nat = \"-1s\"\nstart = \"access-denied\"\naction = \"logs:FilterLogEvents\"\n";
    let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    std::fs::write(file.path(), scenario).unwrap();
    let stand = Stand::over(world(file.path().to_str().unwrap(), 3), Pace::Calm).await;
    stand.first().await;
    let found = stand.observer.inquire(SignedDuration::from_hours(2)).await;
    assert!(found.errors.spans.is_empty() && found.errors.patterns.is_empty());
    assert!(!found.happened.log.events.is_empty());
    let [gap] = &found.gaps()[..] else {
        panic!("one reason is told once: {:?}", found.gaps())
    };
    for words in [
        "logs:FilterLogEvents",
        "orders-read in us-east-1",
        "orders-write in eu-west-1",
    ] {
        assert!(gap.contains(words), "{gap}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_log_that_is_too_busy_to_be_searched_in_time_is_told_of() {
    let stand = Stand::over(world("calm", 3), Pace::Calm).await;
    stand.first().await;
    stand.sim.state().control.log_slots = Some(1);
    let found = stand.observer.inquire(SignedDuration::from_hours(2)).await;
    let gaps = found.gaps().join("; ");
    assert!(
        gaps.contains("orders-write in eu-west-1") && gaps.contains("10 calls"),
        "{gaps}"
    );
    let held = |span: &gwctl::fleet::logs::LogSpan| span.holds(span.from, span.until);
    assert!(
        found
            .errors
            .spans
            .iter()
            .all(|span| span.gap.is_some() || !held(span) || span.from == span.until),
        "{:?}",
        found.errors.spans
    );
}
