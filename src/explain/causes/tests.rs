//! Causes on the edges of what is known.

use gwctl_fleet::{EventOutcome, Metric};
use jiff::SignedDuration;

use super::fixture::{BEGAN, Fixture, HERE, THERE, WRITE, ago};
use crate::{Hypothesis, Onset, Sureness};

const CODE: &str = "lambda:UpdateFunctionCode20150331v2";
const NEW: &str = "Invoke Error {\"errorType\":\"TypeError\",\"errorMessage\":\"items is not iterable\",\"stack\":[]}";
const SLOTS: &str =
    "remaining connection slots are reserved for non-replication superuser connections";

fn told(fixture: &Fixture) -> Vec<(String, Sureness)> {
    let all = fixture.explained().hypotheses.into_iter();
    all.map(|one| (one.cause.to_owned(), one.sure)).collect()
}

fn first(fixture: &Fixture) -> Hypothesis {
    fixture.explained().hypotheses.swap_remove(0)
}

fn is(cause: &str, sure: Sureness) -> Vec<(String, Sureness)> {
    vec![(cause.to_owned(), sure)]
}

/// New code two minutes before it began, and errors that are new.
fn deployed_badly() -> Fixture {
    let mut fixture = Fixture::failing();
    fixture.deployed(HERE, WRITE, (BEGAN + 2, "new"));
    fixture.called(BEGAN + 2, CODE, HERE, WRITE);
    fixture.logs((HERE, WRITE), NEW, (BEGAN, 0), 9);
    fixture
}

#[test]
fn a_deployment_with_new_errors_is_the_cause_and_both_are_quoted() {
    let told = first(&deployed_badly());
    assert_eq!((told.cause, told.sure), ("bad-deployment", Sureness::High));
    let since = told.since.unwrap();
    assert_eq!(since.at, ago(BEGAN));
    for words in [
        "2 min after alice",
        "100 % of the errors are new",
        "TypeError: items is not iterable",
    ] {
        assert!(told.sentence.contains(words), "{}", told.sentence);
    }
    assert_eq!(
        told.actions,
        [
            "gwctl rollback orders-write --in eu-west-1",
            "gwctl evacuate eu-west-1"
        ]
    );
    assert!(told.contradicts.is_empty(), "{:?}", told.contradicts);
}

#[test]
fn what_was_changed_after_it_began_elsewhere_or_not_at_all_is_no_cause() {
    for (minutes, call, code, about) in [
        (BEGAN - 2, CODE, HERE, WRITE),
        (BEGAN + 45, CODE, HERE, WRITE),
        (BEGAN + 2, CODE, THERE, WRITE),
        (BEGAN + 2, CODE, HERE, "orders-read"),
        (BEGAN + 2, CODE, HERE, "billing-export"),
        (BEGAN + 2, "lambda:TagResource20170331v2", HERE, WRITE),
    ] {
        let mut fixture = Fixture::failing();
        fixture.called(minutes, call, code, about);
        fixture.logs((HERE, WRITE), NEW, (BEGAN, 0), 9);
        assert_eq!(
            told(&fixture),
            is("functions-fail", Sureness::Medium),
            "{minutes} {call} {code} {about}"
        );
    }
    let mut refused = Fixture::failing();
    refused.called(BEGAN + 2, CODE, HERE, WRITE).outcome = EventOutcome::Refused {
        code: "AccessDenied".into(),
        message: String::new(),
    };
    assert_eq!(told(&refused), is("functions-fail", Sureness::Medium));
}

#[test]
fn a_change_without_trouble_is_accused_of_nothing() {
    let mut fixture = Fixture::well();
    fixture.deployed(HERE, WRITE, (BEGAN + 2, "new"));
    fixture.called(BEGAN + 2, CODE, HERE, WRITE);
    fixture.logs((HERE, WRITE), NEW, (BEGAN, 0), 1);
    assert_eq!(told(&fixture), []);
}

#[test]
fn errors_that_were_there_before_speak_against_the_change() {
    let mut fixture = deployed_badly();
    fixture.logs((HERE, WRITE), NEW, (BEGAN + 4, BEGAN + 3), 1);
    let told = first(&fixture);
    assert_eq!((told.cause, told.sure), ("bad-deployment", Sureness::Low));
    assert!(
        told.contradicts[0].contains("was logged before it began too"),
        "{told:?}"
    );
    assert!(!told.sentence.contains("new and say"), "{}", told.sentence);
}

#[test]
fn an_error_is_new_only_where_the_log_before_it_was_read() {
    let mut unread = deployed_badly();
    unread.spans.clear();
    let mut cut = deployed_badly();
    for span in &mut cut.spans {
        span.gap = Some((ago(BEGAN + 5), ago(BEGAN + 3)));
    }
    for fixture in [unread, cut] {
        let told = first(&fixture);
        assert_eq!(
            (told.cause, told.sure),
            ("bad-deployment", Sureness::Medium)
        );
        assert!(!told.sentence.contains("new and say"), "{}", told.sentence);
    }
}

#[test]
fn another_region_that_fails_without_a_change_makes_it_less_sure() {
    let mut fixture = deployed_badly();
    fixture.fails(THERE, WRITE);
    let all = fixture.explained().hypotheses;
    let deployment = all
        .iter()
        .find(|one| one.cause == "bad-deployment")
        .unwrap();
    assert_eq!(deployment.sure, Sureness::Medium);
    assert!(
        deployment.contradicts[0].contains("where nobody changed it"),
        "{deployment:?}"
    );
    assert!(
        all.iter().any(|one| one.cause == "functions-fail"),
        "what fails there is told too"
    );
}

#[test]
fn what_the_database_itself_says_outweighs_a_change() {
    let mut fixture = deployed_badly();
    fixture.logs((HERE, WRITE), SLOTS, (BEGAN, 0), 90);
    fixture.database(HERE, Metric::DbConnections, (210.0, 1_700.0));
    let told = told(&fixture);
    assert_eq!(told[0], ("connections-exhausted".into(), Sureness::High));
    assert_eq!(told[1], ("bad-deployment".into(), Sureness::Medium));
    fixture.database(HERE, Metric::DbConnections, (210.0, 220.0));
    let first = first(&fixture);
    assert_eq!(first.sure, Sureness::Medium, "the figure speaks against it");
    assert!(
        first.contradicts[0].contains("usually 210"),
        "{:?}",
        first.contradicts
    );
}

#[test]
fn before_cloudtrail_has_it_checksums_tell_code_from_configuration() {
    for (sum, cause, words) in [
        (
            "same",
            "bad-configuration",
            "the configuration of orders-write changed",
        ),
        ("new", "bad-deployment", "the code of orders-write changed"),
    ] {
        let mut fixture = Fixture::failing();
        fixture.deployed(HERE, WRITE, (BEGAN + 1, sum));
        let told = first(&fixture);
        assert_eq!(told.cause, cause);
        assert!(told.sentence.contains(words), "{}", told.sentence);
        let rollback = told
            .actions
            .iter()
            .any(|action| action.contains("rollback"));
        assert_eq!(
            rollback,
            cause == "bad-deployment",
            "code cannot undo a setting"
        );
    }
}

#[test]
fn a_password_that_is_refused_everywhere_is_one_cause_and_in_one_region_that_regions() {
    let refused = "error: password authentication failed for user \"orders_app\"";
    let mut fixture = Fixture::failing();
    fixture.logs((HERE, WRITE), refused, (BEGAN, 0), 9);
    let one = first(&fixture);
    assert_eq!(
        (one.cause, one.sure),
        ("password-refused", Sureness::Medium)
    );
    assert!(one.region.is_some());
    fixture.fails(THERE, WRITE);
    fixture.logs((THERE, WRITE), refused, (BEGAN, 0), 9);
    fixture.called(BEGAN + 1, "secretsmanager:RotateSecret", THERE, "orders");
    assert_eq!(told(&fixture), is("password-refused", Sureness::High));
    let all = first(&fixture);
    assert!(
        all.region.is_none() && all.sentence.contains("1 min after alice"),
        "{}",
        all.sentence
    );
}

#[test]
fn functions_that_time_out_wait_for_something_else_only_where_the_database_is_well() {
    let waits = "TimeoutError: no answer from https://payments.example.net/v2 within 9500 ms";
    let mut fixture = Fixture::failing();
    fixture.logs((HERE, WRITE), waits, (BEGAN, 0), 9);
    assert_eq!(
        first(&fixture).cause,
        "functions-fail",
        "nothing takes longer"
    );
    fixture.figure(HERE, WRITE, Metric::FunctionDurationP95, (60.0, 9_000.0));
    fixture.database(HERE, Metric::DbCpu, (20.0, 21.0));
    let slow = first(&fixture);
    assert_eq!((slow.cause, slow.sure), ("dependency-slow", Sureness::High));
    assert!(
        slow.sentence.contains("payments.example.net"),
        "{}",
        slow.sentence
    );
    fixture.database(HERE, Metric::DbCpu, (20.0, 97.0));
    let busy = first(&fixture);
    assert_eq!(busy.sure, Sureness::Medium);
    assert!(busy.contradicts[0].contains("97"), "{busy:?}");
}

#[test]
fn lines_of_somebody_who_quotes_a_database_at_another_function_are_not_its_errors() {
    let mut fixture = Fixture::failing();
    fixture.logs((HERE, "orders-read"), SLOTS, (BEGAN, 0), 90);
    fixture.logs((THERE, WRITE), SLOTS, (BEGAN, 0), 90);
    assert_eq!(told(&fixture), is("functions-fail", Sureness::Medium));
}

#[test]
fn a_known_number_of_clients_ranks_before_an_unknown_one() {
    let hypothesis = |cause, hit_percent| Hypothesis {
        cause,
        hit_percent,
        ..first(&Fixture::failing())
    };
    let ranked = super::ranked(vec![
        hypothesis("unknown", None),
        hypothesis("known", Some(2.0)),
    ]);
    assert_eq!(ranked[0].cause, "known");
}

#[test]
fn what_began_clearly_before_a_cause_does_not_follow_from_it() {
    let since = |minute: i64| {
        let onset = first(&deployed_badly()).since.unwrap();
        Some(Onset {
            at: onset.at + SignedDuration::from_mins(minute),
            ..onset
        })
    };
    for (other, follows) in [(5, true), (0, true), (-3, true), (-4, false), (-60, false)] {
        assert_eq!(
            super::may_follow(since(0), since(other)),
            follows,
            "{other}"
        );
    }
    assert!(super::may_follow(None, since(-60)));
    assert!(super::may_follow(since(0), None));
}

#[test]
fn an_onset_is_told_with_the_minute_it_lies_in() {
    let since = first(&deployed_badly()).since.unwrap();
    assert!(since.is_seen);
    assert_eq!(
        SignedDuration::from_secs(since.within_s),
        SignedDuration::from_mins(1)
    );
}
