//! A fleet whose parts are in several accounts: every call goes to the account that holds what it is about. The
//! simulator refuses all others.

use serde_json::Value;

use super::harness::{Home, Ran};
use super::served::Served;

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
fn a_plan_names_the_account_beside_each_step_that_changes() {
    let ran = run(&[
        "evacuate",
        "eu-west-1",
        "--dry-run",
        "--mechanism",
        "records",
    ]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("account   333344445555 (dns)"),
        "{}",
        ran.out
    );
    let one = Home::new().run(&["evacuate", "eu-west-1", "--dry-run", "--demo"]);
    assert!(!one.out.contains("    account "), "{}", one.out);
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

/// A served world whose configuration has another external id for `part` than its role asks for.
fn with_a_refused(part: &str) -> Served {
    let served = Served::start(&["--scenario", "several-accounts"]);
    let exports = served.exports();
    let (_, file) = exports
        .iter()
        .find(|(name, _)| *name == "GWCTL_CONFIG")
        .unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    let mut config: toml::Table = text.parse().unwrap();
    let accounts = config["fleets"]["orders"]["accounts"]
        .as_table_mut()
        .unwrap();
    accounts[part]
        .as_table_mut()
        .unwrap()
        .insert("external_id".into(), "other".into());
    std::fs::write(file, toml::to_string_pretty(&config).unwrap()).unwrap();
    drop(exports);
    served
}

#[test]
fn doctor_says_which_account_is_refused_and_what_works_without_it() {
    let served = with_a_refused("edge");
    let home = Home::new();
    let run = |args: &[&str]| Ran::of(served.command(&home, args).output().unwrap());
    let doctor = run(&["doctor"]);
    assert_ne!(doctor.code, 0);
    for part in [
        "STS refused to assume arn:aws:iam::444455556666:role/gwctl: User: arn:aws:sts::111122223333",
        "`certificate` and `invalidate` do not work",
        "dns: 333344445555 as arn:aws:sts::333344445555:assumed-role/gwctl/robin",
    ] {
        assert!(doctor.out.contains(part), "{part}: {}", doctor.out);
    }
    // What is in the other accounts goes on.
    let evacuate = run(&["evacuate", "eu-west-1", "--dry-run"]);
    assert_eq!(evacuate.code, 0, "{}{}", evacuate.out, evacuate.err);
    let invalidate = run(&["invalidate", "/a", "--dry-run"]);
    assert!(
        format!("{}{}", invalidate.out, invalidate.err).contains("cloudfront"),
        "{}{}",
        invalidate.out,
        invalidate.err
    );
}

#[test]
fn the_journal_names_each_account() {
    let home = Home::new();
    let args = ["--write", "evacuate", "eu-west-1", "--confirm", "eu-west-1"];
    let ran = home.run(&[&args[..], &SCENARIO].concat());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let runs = home.path("state/gwctl/demo/runs");
    let journals = std::fs::read_dir(runs)
        .unwrap()
        .map(|file| file.unwrap().path());
    let journal = journals
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .find(|text| text.contains("\"accounts\""))
        .expect("a journal with accounts");
    for (_, id) in ACCOUNTS {
        assert!(journal.contains(id), "{id}: {journal}");
    }
}

#[test]
fn each_account_has_its_own_policy_and_trust() {
    let policy = run(&["iam-policy", "shift", "--account", "dns"]);
    assert_eq!(policy.code, 0, "{}", policy.err);
    assert!(
        policy.out.contains("route53:ChangeResourceRecordSets"),
        "{}",
        policy.out
    );
    for others in ["cloudfront:", "rds:", "222233334444"] {
        assert!(!policy.out.contains(others), "{others}: {}", policy.out);
    }
    let trust = run(&["iam-policy", "--account", "dns", "--trust"]).json();
    let statement = &trust["Statement"][0];
    assert_eq!(
        statement["Principal"]["AWS"],
        "arn:aws:iam::111122223333:root"
    );
    assert_eq!(
        statement["Condition"]["StringEquals"]["sts:ExternalId"],
        "orders-gwctl"
    );
    let all = run(&["iam-policy"]);
    assert_ne!(all.code, 0);
    assert!(all.err.contains("--account workload"), "{}", all.err);
}
