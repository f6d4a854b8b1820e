//! Two persons on two machines, each with credentials of their own, over a served world.

use std::process::Command;

use crate::cli::harness::{Home, Ran};
use crate::cli::served::Served;

use super::processes::{EVACUATE, begin_by, sent, served};

/// gwctl as `who`: the served world's STS returns the session's name.
pub fn as_person(served: &Served, home: &Home, who: &str, args: &[&str]) -> Command {
    let mut command = served.command(home, args);
    command
        .env("AWS_ACCESS_KEY_ID", "ASIAORDERS123456789012")
        .env("AWS_SECRET_ACCESS_KEY", "SIMULATED")
        .env("AWS_SESSION_TOKEN", format!("SIMULATED.{who}"));
    command
}

pub fn ran(served: &Served, home: &Home, who: &str, args: &[&str]) -> Ran {
    Ran::of(as_person(served, home, who, args).output().unwrap())
}

#[test]
fn a_plan_waits_until_another_person_approves_it_on_another_machine() {
    let served = served(&["--speed", "10"]);
    let file = served.export("GWCTL_CONFIG");
    let text = std::fs::read_to_string(file).unwrap();
    let rules = "[fleets.orders.rules]\n";
    assert!(text.contains(rules), "{text}");
    let needs = format!("{rules}approvals = {{ evacuate = 1 }}\n");
    std::fs::write(file, text.replace(rules, &needs)).unwrap();
    let (here, there) = (Home::new(), Home::new());
    let first = as_person(&served, &here, "ada", &EVACUATE)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut listed = String::new();
    for _ in 0..60 {
        listed = ran(&served, &there, "bob", &["runs"]).out;
        if listed.contains("waits for the approval of 1 other, asked by ada@") {
            break;
        }
    }
    let id = listed.split(':').next().unwrap().to_owned();
    let approve = ["runs", "approve", id.as_str(), "--confirm", "us-east-1"];
    let own = ran(&served, &here, "ada", &approve);
    assert!(
        own.err.contains("you asked for"),
        "{listed}{}{}",
        own.out,
        own.err
    );
    let approved = ran(&served, &there, "bob", &approve);
    assert_eq!(approved.code, 0, "{}{}", approved.out, approved.err);
    assert!(
        approved.out.contains("Evacuate us-east-1"),
        "{}",
        approved.out
    );
    let ended = Ran::of(first.wait_with_output().unwrap());
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    let told = ran(&served, &there, "bob", &["runs", "report", &id]).out;
    assert!(told.contains("approved by bob@"), "{told}");
    assert_eq!(sent(&served, &there), 1);
}

#[test]
fn a_run_is_handed_over_to_another_person_on_another_machine() {
    let served = served(&["--speed", "10"]);
    let (here, there) = (Home::new(), Home::new());
    let first = begin_by(as_person(&served, &here, "ada", &EVACUATE));
    let offered = ran(&served, &here, "ada", &["runs", "handover", "last", "bob"]);
    assert_eq!(offered.code, 0, "{}{}", offered.out, offered.err);
    assert!(offered.out.contains("observed"), "{}", offered.out);
    let accept = ["runs", "accept", "last", "--write", "--timeout", "30m"];
    let refused = ran(&served, &there, "eve", &accept);
    assert!(refused.err.contains("is offered to bob"), "{}", refused.err);
    let accepted = ran(&served, &there, "bob", &accept);
    assert_eq!(accepted.code, 0, "{}{}", accepted.out, accepted.err);
    let ended = Ran::of(first.wait_with_output().unwrap());
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    assert!(ended.err.contains("Handed over to bob@"), "{}", ended.err);
    assert_eq!(sent(&served, &there), 1);
    let report = ran(&served, &here, "ada", &["runs", "report", "last"]);
    let told = report.out;
    assert!(
        told.contains("handed over to bob@") && told.contains("offered to bob"),
        "{told}"
    );
}
