//! Whose a change is, what it changed, and how far it is known that there was none.

use super::fixture::{BEGAN, Fixture, HERE, THERE, WRITE};
use crate::{Hypothesis, Sureness};

const ALIAS: &str = "lambda:UpdateAlias20150331";
const CODE: &str = "lambda:UpdateFunctionCode20150331v2";
const NEW: &str = "Invoke Error {\"errorType\":\"TypeError\",\"errorMessage\":\"items is not iterable\",\"stack\":[]}";
const REFUSED: &str = "error: password authentication failed for user \"orders_app\"";

fn first(fixture: &Fixture) -> Hypothesis {
    fixture.explained().hypotheses.swap_remove(0)
}

/// Some alias is changed two minutes before functions fail, of which `calls` is called.
fn moved(calls: &str, moved: &str) -> Hypothesis {
    let mut fixture = Fixture::failing();
    fixture.calls(HERE, Some(calls));
    fixture.logs((HERE, WRITE), NEW, (BEGAN, 0), 9);
    let event = fixture.called(BEGAN + 2, ALIAS, HERE, WRITE);
    event.fields.push(("parameter", format!("name: {moved}")));
    first(&fixture)
}

#[test]
fn of_an_alias_that_nobody_calls_no_change_is_a_cause() {
    for (calls, other, cause) in [
        ("live", "live", "bad-deployment"),
        ("live", "canary", "functions-fail"),
        ("41", "live", "functions-fail"),
        // A variable of the stage may stand for any of them.
        ("${stageVariables.alias}", "live", "bad-deployment"),
    ] {
        assert_eq!(moved(calls, other).cause, cause, "{calls} {other}");
    }
    let mut latest = Fixture::failing();
    latest.logs((HERE, WRITE), NEW, (BEGAN, 0), 9);
    latest.called(BEGAN + 2, ALIAS, HERE, WRITE);
    assert_eq!(first(&latest).cause, "functions-fail", "$LATEST runs");
}

#[test]
fn what_lambda_dates_is_latest_and_no_change_where_an_alias_runs() {
    let mut fixture = Fixture::failing();
    fixture.deployed(HERE, WRITE, (BEGAN + 1, "new"));
    assert_eq!(first(&fixture).cause, "bad-deployment");
    fixture.calls(HERE, Some("live"));
    assert_eq!(first(&fixture).cause, "functions-fail");
    fixture.called(BEGAN + 1, CODE, HERE, WRITE);
    let told = first(&fixture);
    assert_eq!(told.cause, "functions-fail");
    assert!(
        told.contradicts[0].contains("what the alias live leads to"),
        "{told:?}"
    );
}

#[test]
fn that_nobody_changed_a_function_elsewhere_is_said_only_where_it_is_known() {
    let mut fixture = Fixture::failing();
    fixture.deployed(HERE, WRITE, (BEGAN + 2, "new"));
    fixture.called(BEGAN + 2, CODE, HERE, WRITE);
    fixture.logs((HERE, WRITE), NEW, (BEGAN, 0), 9);
    fixture.fails(THERE, WRITE);
    let against = |fixture: &Fixture| {
        let all = fixture.explained().hypotheses.into_iter();
        let mut all = all.filter(|one| one.cause == "bad-deployment");
        let told = all.next().unwrap();
        assert_eq!(told.sure, Sureness::Medium);
        told.contradicts[0].clone()
    };
    assert!(against(&fixture).contains("where nobody changed it"));
    // An alias may have moved there, and CloudTrail is late.
    fixture.calls(THERE, Some("live"));
    let late = against(&fixture);
    assert!(
        late.contains("changed it there since 13:45 is not known yet"),
        "{late}"
    );
    for answer in &mut fixture.asked {
        answer.complete_to = Some(answer.at);
    }
    assert!(against(&fixture).contains("where nobody changed it"));
    fixture.asked.clear();
    let unasked = against(&fixture);
    assert!(
        unasked.contains("since 13:22 is not known yet"),
        "{unasked}"
    );
}

#[test]
fn a_secret_whose_owner_is_not_known_is_told_with_the_doubt() {
    let mut fixture = Fixture::failing();
    fixture.logs((HERE, WRITE), REFUSED, (BEGAN, 0), 9);
    fixture.called(BEGAN + 1, "secretsmanager:RotateSecret", "sa-east-1", "");
    assert!(
        !first(&fixture).sentence.contains("alice"),
        "no Region of the fleet"
    );
    fixture.called(BEGAN + 1, "secretsmanager:RotateSecret", THERE, "");
    let one = first(&fixture);
    assert_eq!(
        (one.cause, one.sure),
        ("password-refused", Sureness::Medium)
    );
    assert!(
        one.sentence.ends_with("which may be ours"),
        "{}",
        one.sentence
    );
    // One that is known to be the fleet's goes before it.
    fixture.called(BEGAN + 3, "rds:ModifyDBCluster", HERE, "orders-euw1");
    let known = first(&fixture);
    assert_eq!(known.sure, Sureness::High);
    assert!(
        !known.sentence.contains("may be ours"),
        "{}",
        known.sentence
    );
}

#[test]
fn a_role_or_a_security_group_that_was_changed_stands_beside_failures_that_nothing_explains() {
    let mut fixture = Fixture::failing();
    let event = fixture.called(BEGAN + 2, "iam:DetachRolePolicy", HERE, "");
    event.region = None;
    fixture.called(BEGAN + 3, "ec2:RevokeSecurityGroupEgress", HERE, "sg-0a1b");
    fixture.called(BEGAN + 3, "ec2:RevokeSecurityGroupEgress", THERE, "");
    let told = first(&fixture);
    assert_eq!(told.cause, "functions-fail");
    let changes: Vec<&String> = told
        .supports
        .iter()
        .filter(|line| line.contains("alice"))
        .collect();
    assert_eq!(changes.len(), 2, "{told:?}");
    assert!(changes[0].contains("sg-0a1b") && !changes[0].contains("may be ours"));
    assert!(changes[1].contains("DetachRolePolicy") && changes[1].ends_with("which may be ours"));
}

#[test]
fn a_writer_that_moves_is_told_with_what_moves_it_and_not_with_a_backup() {
    let mut fixture = Fixture::well();
    fixture.moves(HERE);
    fixture.called(4, "rds:SwitchoverGlobalCluster", HERE, "orders");
    let backup = fixture.called(1, "", HERE, "orders-euw1");
    backup.kind = gwctl_fleet::EventKind::Database;
    backup.fields = vec![("categories", "backup".into())];
    fixture.called(2, "rds:ModifyDBCluster", HERE, "orders-euw1");
    fixture.called(55, "rds:FailoverGlobalCluster", HERE, "orders");
    let told = first(&fixture);
    assert_eq!(told.cause, "writer-moves");
    let quoted = |words: &str| told.supports.iter().any(|line| line.contains(words));
    assert!(quoted("SwitchoverGlobalCluster"), "{told:?}");
    assert!(
        !quoted("ModifyDBCluster") && !quoted("FailoverGlobalCluster") && told.supports.len() == 1
    );
}
