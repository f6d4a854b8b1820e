//! Expired credentials, a database that is cut off, and clients who are refused: what it takes to say so.

use gwctl_fleet::Metric;

use super::fixture::{BEGAN, Fixture, HERE, THERE, WRITE};
use crate::{Hypothesis, Sureness};

const READ: &str = "orders-read";
const EXPIRED: &str = "Invoke Error {\"errorType\":\"PaymentError\",\"errorMessage\":\"https://payments.example.net/v2/charges answered 401: API key expired\",\"stack\":[]}";
const NO_WAY: &str = "Invoke Error {\"errorType\":\"Error\",\"errorMessage\":\"connect ETIMEDOUT 10.20.3.7:5432\",\"stack\":[]}";

fn first(fixture: &Fixture) -> Hypothesis {
    fixture.explained().hypotheses.swap_remove(0)
}

#[test]
fn an_expired_credential_is_named_where_errors_say_so_and_surely_where_several_regions_do() {
    let mut fixture = Fixture::failing();
    fixture.logs((HERE, WRITE), EXPIRED, (BEGAN, 0), 9);
    let one = first(&fixture);
    assert_eq!(
        (one.cause, one.sure),
        ("credential-expired", Sureness::Medium)
    );
    assert!(
        one.region.is_some() && one.sentence.contains("payments.example.net"),
        "{one:?}"
    );
    fixture.fails(THERE, WRITE);
    fixture.logs((THERE, WRITE), EXPIRED, (BEGAN, 0), 9);
    let both = first(&fixture);
    assert_eq!(
        (both.cause, both.sure),
        ("credential-expired", Sureness::High)
    );
    assert!(both.region.is_none() && both.about == [WRITE], "{both:?}");
    assert!(
        both.supports
            .iter()
            .any(|line| line.contains("API key expired")),
        "{both:?}"
    );
}

#[test]
fn a_database_that_does_not_answer_is_unreachable_and_what_rds_says_of_it_is_not_guessed() {
    let mut fixture = Fixture::failing();
    fixture.fails(HERE, READ);
    for name in [READ, WRITE] {
        fixture.logs((HERE, name), NO_WAY, (BEGAN, 0), 9);
    }
    let told = first(&fixture);
    assert_eq!(
        (told.cause, told.sure),
        ("database-unreachable", Sureness::Medium)
    );
    assert!(told.why.contains("is not known"), "{told:?}");
    fixture.called(BEGAN + 1, "ec2:RevokeSecurityGroupIngress", THERE, "sg-1");
    assert!(
        !first(&fixture).sentence.contains("alice"),
        "another Region's network"
    );
    fixture.called(BEGAN + 1, "ec2:RevokeSecurityGroupIngress", HERE, "sg-1");
    assert!(
        first(&fixture).sentence.contains("1 min after alice"),
        "{:?}",
        first(&fixture)
    );
}

/// As many requests as before, a third of which is answered 4XX.
fn refused() -> Fixture {
    let mut fixture = Fixture::well();
    for code in [HERE, THERE, "ap-southeast-1"] {
        fixture.api(code, Metric::ApiRequests, (12_000.0, 12_000.0));
        fixture.api(code, Metric::Api4xx, (60.0, 60.0));
        for name in [READ, WRITE] {
            fixture.figure(code, name, Metric::FunctionThrottles, (0.0, 0.0));
        }
    }
    fixture.api(HERE, Metric::Api4xx, (60.0, 4_000.0));
    fixture
}

#[test]
fn clients_are_refused_by_functions_where_all_requests_reach_them() {
    let mut fixture = refused();
    let told = first(&fixture);
    assert_eq!(
        (told.cause, told.sure),
        ("clients-refused", Sureness::Medium)
    );
    assert!(
        told.sentence
            .ends_with("the functions themselves refuse them"),
        "{}",
        told.sentence
    );
    let code = "lambda:UpdateFunctionCode20150331v2";
    fixture.called(BEGAN + 1, code, HERE, READ);
    let told = first(&fixture);
    assert_eq!(told.sure, Sureness::High);
    assert_eq!(told.actions, ["gwctl rollback orders-read --in eu-west-1"]);
    fixture.loses(HERE, WRITE, Metric::FunctionInvocations);
    let told = first(&fixture);
    assert_eq!(told.sure, Sureness::Medium, "who refuses them is not known");
    assert!(told.contradicts[0].contains("is not known"), "{told:?}");
}

#[test]
fn what_the_api_refuses_by_itself_is_its_limit_unless_somebody_changed_whom_it_lets_in() {
    let mut fixture = refused();
    fixture.figure(HERE, READ, Metric::FunctionInvocations, (6_000.0, 2_060.0));
    assert_eq!(first(&fixture).cause, "api-throttled");
    fixture.called(BEGAN + 1, "apigateway:UpdateAuthorizer", HERE, "a1b2c3");
    let told = first(&fixture);
    assert_eq!((told.cause, told.sure), ("clients-refused", Sureness::High));
    assert_eq!(
        fixture.explained().hypotheses.len(),
        1,
        "the limit is not told beside it"
    );
}

#[test]
fn more_clients_who_are_refused_are_not_clients_who_were_served_before() {
    let mut fixture = refused();
    fixture.api(HERE, Metric::ApiRequests, (12_000.0, 16_000.0));
    fixture.figure(HERE, READ, Metric::FunctionInvocations, (6_000.0, 10_000.0));
    let all = fixture.explained().hypotheses;
    assert!(
        all.iter().all(|one| one.cause != "clients-refused"),
        "{all:?}"
    );
}
