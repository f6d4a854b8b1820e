//! A fleet whose parts are in several accounts: every call goes to the account that holds what it is about. The
//! simulator refuses all others.

use serde_json::Value;

use super::harness::{Home, Ran};

const SCENARIO: [&str; 3] = ["--demo", "--scenario", "several-accounts"];

fn run(args: &[&str]) -> Ran {
    Home::new().run(&[args, &SCENARIO].concat())
}

/// What the accounts of the simulated fleet are.
const ACCOUNTS: [(&str, &str); 4] = [
    ("workload", "222233334444"),
    ("database", "123456789012"),
    ("dns", "333344445555"),
    ("edge", "444455556666"),
];

#[test]
fn everything_is_asked_in_its_own_account() {
    let ran = run(&["status", "-o", "json"]);
    let document = ran.json();
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(
        document["unanswered"],
        Value::Array(Vec::new()),
        "{:#}",
        document["unanswered"]
    );
    assert_eq!(document["verdict"], "healthy", "{:#}", document["reasons"]);
    let seen: Vec<(&str, &str)> = document["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let id = one["identity"]["value"]["account"].as_str().unwrap();
            (one["account"].as_str().unwrap(), id)
        })
        .collect();
    assert_eq!(seen, ACCOUNTS);
    let doctor = run(&["doctor"]);
    assert_eq!(doctor.code, 0, "{}", doctor.out);
    let drift = run(&["drift"]);
    assert!(!drift.out.contains("NOT ALLOWED"), "{}", drift.out);
}

#[test]
fn guided_actions_change_each_part_in_its_account_and_name_them_all() {
    for (action, confirm) in [
        (&["evacuate", "eu-west-1"][..], "eu-west-1"),
        (
            &["evacuate", "eu-west-1", "--mechanism", "records"],
            "eu-west-1",
        ),
        (
            &["evacuate", "eu-west-1", "--mechanism", "health-check"],
            "eu-west-1",
        ),
        (&["promote", "eu-west-1"], "eu-west-1"),
        (&["invalidate", "/a"], "E2ORDERS0EDGE1"),
    ] {
        let ran = run(&[&["--write"], action, &["--confirm", confirm]].concat());
        assert_eq!(ran.code, 0, "{action:?}: {}{}", ran.out, ran.err);
        for (part, id) in ACCOUNTS {
            let said = format!("{part} in {id} as arn:aws:sts::{id}:assumed-role/gwctl/robin");
            assert!(ran.out.contains(&said), "{action:?}: {}", ran.out);
        }
        assert!(
            !ran.out.contains("not authorized"),
            "{action:?}: {}",
            ran.out
        );
    }
}

#[test]
fn building_is_refused_before_anything_is_made() {
    for action in [&["provision", "eu-central-1"][..], &["retire", "eu-west-1"]] {
        let ran = run(&[action, &["--dry-run"]].concat());
        assert_ne!(ran.code, 0, "{}", ran.out);
        assert!(
            ran.err
                .contains("CloudFormation writes only in the account of the stack")
                && ran.err.contains("dns in 333344445555"),
            "{}",
            ran.err
        );
    }
}
