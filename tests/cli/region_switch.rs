//! A fleet with a plan of ARC Region switch, by the built binary.

use super::harness::{Home, Ran};

fn demo(home: &Home, arguments: &[&str]) -> Ran {
    home.run(&[arguments, &["--demo", "--scenario", "region-switch"]].concat())
}

#[test]
fn status_tells_the_plan_of_each_region_and_doctor_asks_for_it() {
    let home = Home::new();
    let document = demo(&home, &["status", "-o", "json"]).json();
    let told = document["edge"]["region_switch"].as_array().unwrap();
    let of = |region: &str| told.iter().find(|one| one["region"] == region).unwrap();
    let plan = &of("eu-west-1")["plans"]["value"][0];
    assert_eq!(plan["name"], "orders", "{plan:#}");
    assert_eq!(plan["approach"], "activeActive");
    assert_eq!(plan["evaluation"]["value"]["state"], "passed");
    assert_eq!(plan["execution"]["missing"]["reason"], "no-data");
    assert_eq!(
        of("ap-southeast-1")["plans"]["value"],
        serde_json::json!([])
    );
    let doctor = demo(&home, &["doctor"]);
    assert_eq!(doctor.code, 0, "{}{}", doctor.out, doctor.err);
}

#[test]
fn an_evacuation_by_name_runs_the_plan_and_the_journal_follows_it() {
    let home = Home::new();
    let warned = demo(&home, &["evacuate", "eu-west-1", "--dry-run"]);
    assert_eq!(warned.code, 0, "{}", warned.err);
    assert!(
        warned.out.contains("ARC Region switch plan orders"),
        "{}",
        warned.out
    );
    let ran = demo(
        &home,
        &[
            "evacuate",
            "eu-west-1",
            "--mechanism",
            "region-switch",
            "--write",
            "--confirm",
            "eu-west-1",
            "-o",
            "json",
        ],
    );
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let sent = ran
        .out
        .matches("\"operation\":\"StartPlanExecution\",\"region\":\"us-east-1\",\"mutates\":true}");
    assert!(sent.count() >= 1, "{}", ran.out);
    for words in [
        "deactivate eu-west-1, inProgress",
        "deactivate eu-west-1, completed",
    ] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    let elsewhere = demo(
        &home,
        &[
            "evacuate",
            "ap-southeast-1",
            "--mechanism",
            "region-switch",
            "--dry-run",
        ],
    );
    assert_ne!(elsewhere.code, 0);
    assert!(
        elsewhere.err.contains("no plan of ARC Region switch"),
        "{}",
        elsewhere.err
    );
}

#[test]
fn the_policy_for_shifts_allows_the_plan_that_there_is_and_no_other() {
    let home = Home::new();
    let ran = demo(&home, &["iam-policy", "shift"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let document = ran.json();
    let mut statements = document["Statement"].as_array().unwrap().iter();
    let plans = statements
        .find(|one| one["Sid"] == "RegionSwitchPlans")
        .unwrap();
    assert!(
        plans["Action"]
            .to_string()
            .contains("arc-region-switch:StartPlanExecution")
    );
    let [arn] = plans["Resource"].as_array().unwrap().as_slice() else {
        panic!("{plans}")
    };
    let arn = arn.as_str().unwrap();
    assert!(
        arn.starts_with("arn:aws:arc-region-switch::123456789012:plan/orders:"),
        "{arn}"
    );
    let without = Home::new().run(&["iam-policy", "shift", "--demo"]);
    assert!(
        !without.out.contains("StartPlanExecution"),
        "{}",
        without.out
    );
}
