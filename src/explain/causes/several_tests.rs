//! Two troubles in one Region at the same time.

use gwctl_fleet::Metric;

use super::fixture::{BEGAN, Fixture, HERE, WRITE};
use crate::Sureness;

const READ: &str = "orders-read";
const CONFLICT: &str = "Invoke Error {\"errorType\":\"Conflict\",\"errorMessage\":\"order changed meanwhile\",\"stack\":[]}";
const MISTAKE: &str = "Invoke Error {\"errorType\":\"TypeError\",\"errorMessage\":\"items is not iterable\",\"stack\":[]}";
const SLOTS: &str =
    "remaining connection slots are reserved for non-replication superuser connections";

fn told(fixture: &Fixture) -> Vec<(&'static str, Vec<String>)> {
    let all = fixture.explained().hypotheses.into_iter();
    all.map(|one| (one.cause, one.about)).collect()
}

fn about(cause: &'static str, name: &str) -> (&'static str, Vec<String>) {
    (cause, vec![name.to_owned()])
}

#[test]
fn a_cause_tells_of_the_functions_that_log_it_and_others_that_fail_are_told_beside_it() {
    let mut fixture = Fixture::failing();
    fixture.fails(HERE, READ);
    fixture.logs((HERE, WRITE), SLOTS, (BEGAN, 0), 9);
    fixture.logs((HERE, READ), CONFLICT, (BEGAN, 0), 9);
    let all = told(&fixture);
    assert!(
        all.contains(&about("connections-exhausted", WRITE)),
        "{all:?}"
    );
    assert!(all.contains(&about("functions-fail", READ)), "{all:?}");
    assert_eq!(all.len(), 2);
}

#[test]
fn a_deployment_is_about_what_was_changed() {
    let mut fixture = Fixture::failing();
    fixture.fails(HERE, READ);
    fixture.deployed(HERE, WRITE, (BEGAN + 2, "new"));
    fixture.logs((HERE, WRITE), MISTAKE, (BEGAN, 0), 9);
    fixture.logs((HERE, READ), CONFLICT, (BEGAN + 10, 0), 9);
    let all = told(&fixture);
    assert!(all.contains(&about("bad-deployment", WRITE)), "{all:?}");
    assert!(all.contains(&about("functions-fail", READ)), "{all:?}");
}

#[test]
fn errors_of_another_kind_of_the_same_function_are_a_trouble_of_their_own() {
    let mut fixture = Fixture::failing();
    fixture.logs((HERE, WRITE), SLOTS, (BEGAN, 0), 9);
    assert_eq!(told(&fixture), [about("connections-exhausted", WRITE)]);
    fixture.logs((HERE, WRITE), CONFLICT, (BEGAN, 0), 3);
    let all = told(&fixture);
    assert!(all.contains(&about("functions-fail", WRITE)), "{all:?}");
}

#[test]
fn a_slow_service_is_seen_beside_a_password_that_is_refused() {
    let mut fixture = Fixture::failing();
    fixture.figure(HERE, WRITE, Metric::FunctionDurationP95, (60.0, 9_000.0));
    let refused = "error: password authentication failed for user \"orders_app\"";
    fixture.logs((HERE, WRITE), refused, (BEGAN, 0), 9);
    let waits = "TimeoutError: no answer from https://payments.example.net/v2 within 9500 ms";
    fixture.logs((HERE, WRITE), waits, (BEGAN, 0), 3);
    let all = told(&fixture);
    let causes: Vec<&str> = all.iter().map(|(cause, _)| *cause).collect();
    assert!(
        causes.contains(&"password-refused") && causes.contains(&"dependency-slow"),
        "{all:?}"
    );
}

#[test]
fn what_is_new_and_no_hypothesis_quotes_is_told_as_not_explained() {
    let mut fixture = Fixture::failing();
    fixture.logs((HERE, WRITE), SLOTS, (BEGAN, 0), 90);
    assert_eq!(fixture.unexplained(), [] as [String; 0]);
    fixture.logs((HERE, READ), MISTAKE, (5, 0), 2);
    // It was there before: not new.
    fixture.logs((HERE, READ), CONFLICT, (30, 0), 2);
    fixture.figure(HERE, READ, Metric::FunctionDurationP95, (60.0, 900.0));
    let new = fixture.unexplained();
    assert_eq!(new.len(), 2, "{new:#?}");
    assert!(
        new[0].contains("orders-read logs `{") || new[0].contains("items is not iterable"),
        "{new:#?}"
    );
    assert!(
        new[1].starts_with("eu-west-1: ") && new[1].contains("of orders-read 60"),
        "{new:#?}"
    );
    let one = fixture.explained().hypotheses.remove(0);
    assert_eq!(
        (one.cause, one.sure),
        ("connections-exhausted", Sureness::Medium)
    );
}

#[test]
fn where_nothing_is_wrong_nothing_is_left_to_explain() {
    let mut fixture = Fixture::well();
    fixture.logs((HERE, READ), MISTAKE, (5, 0), 2);
    assert_eq!(fixture.unexplained(), [] as [String; 0]);
}
