//! `gwctl discover` as somebody runs it who has no configuration yet.

use super::harness::Home;

const DOMAIN: &str = "api.orders.example.com";

#[test]
fn what_it_writes_is_a_configuration_that_is_fine() {
    let home = Home::new();
    let file = home.path("found.toml");
    let path = file.to_str().unwrap();
    let ran = home.run(&["discover", DOMAIN, "--demo", "--write-to", path]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("distribution = \"E2ORDERS0EDGE1\""), "{text}");
    let check = home.run(&["config", "check", "--config", path]);
    assert_eq!(check.code, 0, "{}{text}", check.err);
    assert!(check.out.contains("orders (3 Regions)"), "{}", check.out);
    // Never over what is there.
    let again = home.run(&["discover", DOMAIN, "--demo", "--write-to", path]);
    assert_eq!(again.code, 1, "{}", again.out);
    assert!(again.err.contains("exists already"), "{}", again.err);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn the_name_behind_a_distribution_finds_the_whole_edge() {
    let home = Home::new();
    let ran = home.run(&["discover", "latency.orders.example.com", "--demo"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    for line in [
        "domain = \"api.orders.example.com\"",
        "distribution = \"E2ORDERS0EDGE1\"",
        "latency_record = \"latency.orders.example.com\"",
        "router = \"orders-router\"",
        "latency.orders.example.com is what distribution E2ORDERS0EDGE1 sends requests to; clients use api.orders.example.com",
    ] {
        assert!(ran.out.contains(line), "{line}: {}", ran.out);
    }
    let by_public = home
        .run(&["discover", DOMAIN, "--demo", "-o", "json"])
        .json();
    let behind = home.run(&[
        "discover",
        "latency.orders.example.com",
        "--demo",
        "-o",
        "json",
    ]);
    assert_eq!(behind.json()["spec"], by_public["spec"]);
    let govcloud = [
        "discover",
        "latency.orders.example.com",
        "--demo",
        "--scenario",
        "govcloud",
    ];
    let ran = home.run(&govcloud);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(
        ran.out
            .contains("a distribution of the commercial partition"),
        "{}",
        ran.out
    );
}

#[test]
fn what_could_not_be_found_is_said_and_the_file_is_readable_all_the_same() {
    let home = Home::new();
    let ran = home.run(&["discover", DOMAIN, "--demo", "--scenario", "region-dark"]);
    assert_eq!(ran.code, 13, "{}", ran.err);
    assert!(
        ran.err.contains("eu-west-1: the API behind") && ran.err.contains("could not ask"),
        "{}",
        ran.err
    );
    assert!(
        ran.out.contains("# NOT COMPLETE: the API behind"),
        "{}",
        ran.out
    );
    home.configure(&ran.out);
    let check = home.run(&["config", "check"]);
    assert_eq!(check.code, 0, "{}{}", check.err, ran.out);
}

#[test]
fn an_unknown_name_fails_and_says_what_may_have_been_meant() {
    let home = Home::new();
    let ran = home.run(&["discover", "api.order.example.com", "--demo"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(
        ran.err.contains("Did you mean api.orders.example.com?"),
        "{}",
        ran.err
    );
    let ran = home.run(&[
        "discover", DOMAIN, "--demo", "-o", "json", "--fleet", "shop",
    ]);
    let document = ran.json();
    assert_eq!(document["schema"], "gwctl.discovery/1");
    assert_eq!(document["fleet"], "shop");
    assert_eq!(document["not_found"], serde_json::json!([]));
    assert_eq!(document["spec"]["global_cluster"], "orders");
}
