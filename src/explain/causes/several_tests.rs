//! Two troubles in one Region at the same time.

use gwctl_fleet::Metric;

use super::fixture::{BEGAN, Fixture, HERE, THERE, WRITE, ago};
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
fn a_release_that_fails_while_the_password_is_refused_is_told_beside_it_since_its_own_minute() {
    let refused = "error: password authentication failed for user \"orders_app\"";
    let mut fixture = Fixture::failing();
    fixture.logs((HERE, WRITE), refused, (BEGAN, 0), 9);
    let code = "lambda:UpdateFunctionCode20150331v2";
    fixture.called(BEGAN - 4, code, HERE, WRITE);
    let told_of = |fixture: &Fixture, cause: &str| {
        let mut all = fixture.explained().hypotheses.into_iter();
        all.find(|one| one.cause == cause)
    };
    assert!(
        told_of(&fixture, "bad-deployment").is_none(),
        "it came later"
    );
    fixture.logs((HERE, WRITE), MISTAKE, (BEGAN - 5, 0), 3);
    let release = told_of(&fixture, "bad-deployment").unwrap();
    assert_eq!(release.sure, Sureness::Medium);
    let since = release.since.unwrap();
    assert_eq!(since.at, ago(BEGAN - 5));
    assert!(
        release.sentence.contains("1 min after alice"),
        "{}",
        release.sentence
    );
    assert_eq!(
        told(&fixture),
        [
            about("password-refused", WRITE),
            about("bad-deployment", WRITE)
        ]
    );
    // Without the change they are a trouble that nobody explains, since that minute.
    fixture.events.clear();
    let left = told_of(&fixture, "functions-fail").unwrap();
    assert_eq!(left.since.unwrap().at, ago(BEGAN - 5));
}

#[test]
fn a_region_that_failed_before_does_not_say_since_when_all_of_them_do() {
    let refused = "error: password authentication failed for user \"orders_app\"";
    let mut fixture = Fixture::failing();
    for code in [HERE, THERE, "ap-southeast-1"] {
        fixture.fails(code, WRITE);
        fixture.logs((code, WRITE), refused, (BEGAN, 0), 9);
    }
    let since = |fixture: &Fixture| fixture.explained().hypotheses[0].since.unwrap().at;
    assert_eq!(since(&fixture), ago(BEGAN));
    fixture.fails_since(HERE, WRITE, BEGAN + 9);
    assert_eq!(since(&fixture), ago(BEGAN));
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
