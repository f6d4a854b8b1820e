//! `gwctl changes` on the simulated fleet.

use super::harness::{Home, Ran};

fn changes(arguments: &[&str]) -> Ran {
    Home::new().run(&[&["changes", "--demo"], arguments].concat())
}

/// A scenario in which `action` is denied.
fn denied(home: &Home, action: &str) -> String {
    let path = home.path("denied.toml");
    let event = format!("at = \"-1s\"\nstart = \"access-denied\"\naction = \"{action}\"");
    let text = format!("title = \"a\"\nexplanation = \"b\"\n[[event]]\n{event}\n");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn who_changed_what_is_told_with_others_and_refused_calls_apart() {
    let ran = changes(&["--scenario", "switched-over", "--after", "10m"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    let at = |words: &str| {
        ran.out
            .find(words)
            .unwrap_or_else(|| panic!("{words}\n{}", ran.out))
    };
    let own = at("carol@example.com  switched over the global cluster orders to orders-euw1");
    let others = at("Other resources of the same services");
    let other = at("updated the code of billing-export");
    let refused = at("Refused: nothing was changed");
    let tried = at("tried to change the distribution E2ORDERS0EDGE1: refused (AccessDenied)");
    assert!(
        own < others && others < other && other < refused && refused < tried,
        "{}",
        ran.out
    );
    at("CloudTrail may still be missing events of the last 15 min");
}

#[test]
fn a_deployment_that_picture_and_cloudtrail_both_saw_is_told_once_with_who() {
    let document = changes(&["--since", "10d", "-o", "json"]).json();
    let all = document["changes"].as_array().unwrap();
    let mut writes = all.iter().filter(|event| {
        event["region"] == "eu-west-1" && event["about"].to_string().contains("\"orders-write\"")
    });
    let one = writes.next().unwrap();
    assert_eq!(writes.next(), None, "{all:#?}");
    assert_eq!(one["who"], "pipeline through cloudformation");
    assert_eq!(one["kind"], "function");
    assert_eq!(one["outcome"], "done");
    let fields = one["fields"].to_string();
    assert!(
        fields.contains("seen as") && fields.contains("function orders-write updated"),
        "{fields}"
    );
    assert_eq!(document["schema"], "gwctl.changes/1");
    assert_eq!(document["exit_code"], 0);
}

#[test]
fn a_dark_region_is_told_and_hides_nothing_of_the_others() {
    let ran = changes(&["--scenario", "region-dark"]);
    assert_eq!(ran.code, 13, "{}", ran.out);
    for words in [
        "cloudtrail:LookupEvents in eu-west-1: could not ask: no answer in time",
        "changed the alarm orders-edge-5xx",
    ] {
        assert!(ran.out.contains(words), "{words}\n{}", ran.out);
    }
}

#[test]
fn a_missing_permission_is_named_here_and_by_doctor() {
    let home = Home::new();
    let scenario = denied(&home, "cloudtrail:LookupEvents");
    let ran = home.run(&["changes", "--demo", "--scenario", &scenario]);
    assert_eq!(ran.code, 13, "{}", ran.out);
    let words = "cloudtrail:LookupEvents in us-east-1: not allowed: cloudtrail:LookupEvents";
    assert!(ran.out.contains(words), "{}", ran.out);
    assert!(
        ran.out.contains("but not everything could be asked"),
        "{}",
        ran.out
    );
    let doctor = home.run(&["doctor", "--demo", "--scenario", &scenario]);
    let named = doctor
        .out
        .lines()
        .find(|line| line.contains("cloudtrail:LookupEvents"));
    assert!(
        named.is_some_and(|line| !line.trim_start().starts_with("ok")),
        "{}",
        doctor.out
    );
}

#[test]
fn nothing_that_could_be_asked_is_no_calm() {
    let ran = changes(&["--scenario", "credentials-expired"]);
    assert_eq!(ran.code, 12, "{}", ran.out);
    assert!(
        ran.out.contains("but not everything could be asked")
            && ran.out.contains("credentials have expired"),
        "{}",
        ran.out
    );
}

#[test]
fn a_fleet_in_several_accounts_is_asked_in_each() {
    let document = changes(&["--scenario", "several-accounts", "-o", "json"]).json();
    assert_eq!(document["exit_code"], 0, "{:#}", document["asked"]);
    let asked = document["asked"].as_array().unwrap();
    for account in ["workload", "database", "dns", "edge"] {
        let there = asked
            .iter()
            .any(|one| one["account"] == account && one["source"]["region"] == "us-east-1");
        assert!(there, "{account}: {asked:#?}");
    }
    let refused = document["refused"].as_array().unwrap();
    assert_eq!(refused.len(), 1, "each event once: {refused:#?}");
}

#[test]
fn what_a_scenarios_people_change_is_told_with_who_and_once() {
    let ran = changes(&["--scenario", "bad-day", "--after", "10m"]);
    let told: Vec<&str> = ran
        .out
        .lines()
        .filter(|line| line.contains("distribution E2ORDERS0EDGE1") && !line.contains("refused"))
        .collect();
    let [line] = told[..] else {
        panic!("{}", ran.out)
    };
    assert!(
        line.contains("pipeline") && line.contains("changed the distribution"),
        "{line}"
    );
    assert!(
        ran.out.contains("alarm orders-edge-5xx: OK → ALARM"),
        "{}",
        ran.out
    );
}

#[test]
fn markdown_is_for_a_channel_and_a_wrong_time_is_refused() {
    let ran = changes(&["-o", "markdown"]);
    assert!(
        ran.out
            .starts_with("## Changes of orders in the last 2 h\n"),
        "{}",
        ran.out
    );
    assert!(
        ran.out
            .contains("| at (UTC) | Region | kind | who | what |"),
        "{}",
        ran.out
    );
    let wrong = changes(&["--since", "yesterday"]);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.err.contains("a time such as 30m, 2h or 7d"),
        "{}",
        wrong.err
    );
}
