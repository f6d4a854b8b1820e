//! `gwctl drift` on the simulated fleet.

use super::harness::Home;

#[test]
fn a_stack_that_may_not_be_compared_is_not_clean() {
    let home = Home::new();
    let scenario = home.path("denied.toml");
    let action = "cloudformation:DetectStackDrift";
    let event = format!("at = \"-1s\"\nstart = \"access-denied\"\naction = \"{action}\"");
    std::fs::write(&scenario, format!("title = \"a\"\n[[event]]\n{event}\n")).unwrap();
    let scenario = scenario.to_str().unwrap();
    let ran = home.run(&["drift", "--demo", "--scenario", scenario]);
    assert_eq!(ran.code, 13, "{}{}", ran.out, ran.err);
    let denied = format!("NOT ALLOWED: {action}");
    assert_eq!(ran.out.matches(&denied).count(), 4, "{}", ran.out);
    for stack in ["orders-use1", "orders-euw1", "orders-apse1", "orders-edge"] {
        assert!(ran.out.contains(stack), "{stack}: {}", ran.out);
    }
    let document = home
        .run(&["drift", "--demo", "--scenario", scenario, "-o", "json"])
        .json();
    assert_eq!(document["schema"], "gwctl.drift/1");
    assert_eq!(document["stacks"][0]["missing"]["reason"], "not-allowed");
    assert_eq!(document["stacks"][0]["resources"], serde_json::Value::Null);
}

#[test]
fn a_region_that_does_not_answer_is_said_and_delays_no_other() {
    let home = Home::new();
    let ran = home.run(&["drift", "--demo", "--scenario", "region-dark"]);
    assert_eq!(ran.code, 13, "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("eu-west-1") && ran.out.contains("there may be more stacks"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("COULD NOT ASK"), "{}", ran.out);
}
