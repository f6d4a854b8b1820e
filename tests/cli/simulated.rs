//! `status` and `doctor` on the embedded simulator: no configuration, no credentials, no network.

use serde_json::Value;

use super::harness::{Home, Ran};

fn status(scenario: &str, more: &[&str]) -> Ran {
    let mut args = vec!["status", "--demo", "--scenario", scenario];
    args.extend(more);
    Home::new().run(&args)
}

fn site<'a>(document: &'a Value, region: &str) -> &'a Value {
    let sites = document["sites"].as_array().unwrap();
    sites.iter().find(|site| site["region"] == region).unwrap()
}

#[test]
fn all_fleets_are_told_at_once_the_worst_first_and_the_exit_is_the_worst() {
    let ran = status("calm", &["--all", "-o", "json"]);
    assert_eq!((ran.code, ran.err.as_str()), (11, ""), "{}", ran.out);
    let document = ran.json();
    assert_eq!(document["schema"], "gwctl.status-all/1");
    assert_eq!(document["exit_code"], 11);
    let fleets = document["fleets"].as_array().unwrap();
    let said = |key: &str| -> Vec<&str> {
        fleets
            .iter()
            .map(|fleet| fleet[key].as_str().unwrap())
            .collect()
    };
    assert_eq!(
        said("fleet"),
        ["orders", "basket", "parcel", "refund", "wallet"]
    );
    assert_eq!(
        said("verdict"),
        ["healthy", "healthy", "degraded", "degraded", "down"]
    );
    assert_eq!(fleets[2]["edge"]["domain"], "api.parcel.example.com");
    let table = status("calm", &["--all"]).out;
    let rows: Vec<&str> = table.lines().collect();
    assert!(
        rows[0].starts_with("FLEET ") && rows[1].starts_with("wallet "),
        "{table}"
    );
    assert!(
        rows[4].starts_with("orders ") && rows[5].starts_with("basket "),
        "{table}"
    );
}

#[test]
fn a_calm_day_is_healthy_and_exits_0() {
    let ran = status("calm", &["-o", "json"]);
    let document = ran.json();
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (0, ""),
        "{}",
        document["unanswered"]
    );
    assert_eq!(document["schema"], "gwctl.status/1");
    assert_eq!(document["verdict"], "healthy", "{:#}", document["reasons"]);
    assert_eq!(
        (&document["complete"], &document["simulated"]),
        (&Value::Bool(true), &Value::Bool(true))
    );
    assert_eq!(document["unanswered"], Value::Array(Vec::new()));
    assert_eq!(document["identity"]["value"]["account"], "123456789012");
    assert_eq!(document["database"]["writer"], "us-east-1");
    for region in ["us-east-1", "eu-west-1", "ap-southeast-1"] {
        let site = site(&document, region);
        assert_eq!(
            site["verdict"], "healthy",
            "{region}: {:#}",
            site["reasons"]
        );
        let p99 = &site["api"]["metrics"]["api_latency_p99"];
        assert!(p99["value"].as_f64().is_some_and(|ms| ms > 1.0), "{p99:#}");
        assert_eq!(
            (&p99["missing"], &p99["unit"]),
            (&Value::Null, &Value::from("millis"))
        );
        assert_eq!(p99["source"]["region"], region);
        assert!(
            p99["age_s"]
                .as_f64()
                .is_some_and(|age| (0.0..300.0).contains(&age)),
            "{p99:#}"
        );
    }
    assert_eq!(
        site(&document, "us-east-1")["replication_lag_ms"],
        Value::Null,
        "the writer has no lag"
    );
    assert!(
        site(&document, "eu-west-1")["replication_lag_ms"]["value"]
            .as_f64()
            .is_some()
    );
}

#[test]
fn a_dark_region_is_named_is_not_green_and_does_not_hide_the_others() {
    let ran = status("region-dark", &["-o", "json"]);
    let document = ran.json();
    assert!([10, 11, 12].contains(&ran.code), "exit code {}", ran.code);
    assert_eq!(document["exit_code"], ran.code);
    let dark = site(&document, "eu-west-1");
    assert_ne!(dark["verdict"], "healthy");
    assert_eq!(dark["reach"]["answering"], false, "{:#}", dark["reach"]);
    assert_eq!(dark["alarms"]["missing"]["reason"], "could-not-ask");
    assert_eq!(dark["alarms"]["value"], Value::Null);
    let unanswered = document["unanswered"].as_array().unwrap();
    assert!(!unanswered.is_empty());
    assert!(unanswered.iter().any(|one| {
        one["what"]
            .as_str()
            .unwrap()
            .starts_with("sites.eu-west-1.")
    }));
    for region in ["us-east-1", "ap-southeast-1"] {
        let site = site(&document, region);
        assert_eq!(site["reach"]["answering"], true);
        assert!(site["api"]["metrics"]["api_latency_p99"]["value"].is_number());
    }
}

/// What the world is like, without how long the calls that asked took.
fn world(seed: &str) -> Value {
    let document = status("calm", &["-o", "json", "--seed", seed]).json();
    let sites = document["sites"].as_array().unwrap().iter();
    let figures = sites.map(|site| {
        (
            site["region"].clone(),
            site["verdict"].clone(),
            values(&site["api"]["metrics"]),
        )
    });
    serde_json::to_value(figures.collect::<Vec<_>>()).unwrap()
}

fn values(metrics: &Value) -> Value {
    metrics
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, figure)| (name.clone(), figure["value"].clone()))
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_world_and_another_seed_another() {
    let first = world("7");
    assert_eq!(first, world("7"));
    assert_ne!(first, world("8"));
}

#[test]
fn a_missing_permission_names_the_action() {
    let ran = status("access-denied", &["-o", "json"]);
    let document = ran.json();
    let said = document["unanswered"].to_string();
    assert!(
        said.contains("not allowed: rds:DescribeDBClusters"),
        "{said}"
    );
    assert_ne!(ran.code, 0);
    let state = &document["database"]["clusters"][0]["state"];
    assert_eq!(state["missing"]["reason"], "not-allowed", "{state:#}");
}

#[test]
fn expired_credentials_are_told_as_such_and_nothing_is_green() {
    let ran = status("credentials-expired", &[]);
    assert_eq!(ran.code, 12, "{}", ran.out);
    assert!(
        ran.out.contains("UNKNOWN") && ran.out.contains("expired"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("healthy"), "{}", ran.out);
    // No switch was read: that is not "none evacuates".
    assert!(!ran.out.contains("none evacuates"), "{}", ran.out);
}

#[test]
fn the_table_names_every_region_and_has_no_escapes_in_a_pipe() {
    let ran = status("calm", &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for word in [
        "orders",
        "HEALTHY",
        "REGION",
        "us-east-1",
        "eu-west-1",
        "ap-southeast-1",
        "writer",
        "reader",
    ] {
        assert!(ran.out.contains(word), "{word} is not in:\n{}", ran.out);
    }
    assert!(!ran.out.contains('\x1b'));
    let painted = status("calm", &["--color", "always"]).out;
    assert!(painted.contains("\x1b[32m"), "{painted}");
}

#[test]
fn markdown_is_a_table_that_can_be_pasted() {
    let ran = status("lambda-errors", &["-o", "markdown"]);
    assert!(ran.out.starts_with("### orders: "), "{}", ran.out);
    let rows: Vec<&str> = ran
        .out
        .lines()
        .filter(|line| line.starts_with('|'))
        .collect();
    // The Regions, and what could be done with each.
    assert_eq!(rows.len(), 2 * (2 + 3), "{}", ran.out);
    let rows = &rows[..5];
    let columns = |row: &str| row.matches('|').count() - row.matches("\\|").count();
    assert!(
        rows.iter().all(|row| columns(row) == columns(rows[0])),
        "{}",
        ran.out
    );
}

#[test]
fn a_scenario_that_does_not_exist_is_told_with_where_to_look() {
    let ran = status("clam", &[]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("clam") && ran.err.contains("calm"),
        "{}",
        ran.err
    );
    let listed = Home::new().run(&["sim", "scenarios"]);
    for name in [
        "calm",
        "region-dark",
        "lambda-errors",
        "lag-surge",
        "throttled",
        "control-planes-down",
        "credentials-expired",
    ] {
        assert!(
            listed.out.lines().any(|line| line.starts_with(name)),
            "{name}: {}",
            listed.out
        );
    }
}

#[test]
fn every_scenario_gives_a_document_with_a_verdict() {
    for scenario in [
        "lag-surge",
        "throttled",
        "control-planes-down",
        "primary-dark",
        "bad-day",
    ] {
        let ran = status(scenario, &["-o", "json"]);
        let document = ran.json();
        assert_eq!(document["exit_code"], ran.code, "{scenario}");
        assert!(
            [0, 10, 11, 12, 13].contains(&ran.code),
            "{scenario}: {}",
            ran.code
        );
        assert_eq!(document["complete"], true, "{scenario}");
    }
}

#[test]
fn doctor_finds_nothing_wrong_on_a_calm_day() {
    let ran = Home::new().run(&["doctor", "--demo"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    for action in [
        "sts:GetCallerIdentity",
        "cloudwatch:GetMetricData",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:ListMetrics",
        "rds:DescribeGlobalClusters",
        "rds:DescribeDBClusters",
        "rds:DescribeDBInstances",
        "rds:DescribeEvents",
        "route53:ListResourceRecordSets",
        "route53:GetHealthCheck",
        "route53:GetHealthCheckStatus",
        "route53:TestDNSAnswer",
        "route53:GetHostedZone",
        "cloudfront:GetDistribution",
        "acm:ListCertificates",
        "lambda:GetFunctionConfiguration",
        "lambda:GetAccountSettings",
        "apigateway:GET",
    ] {
        assert!(
            ran.out.contains(&format!("ok    {action}")),
            "{action} is not in:\n{}",
            ran.out
        );
    }
}

#[test]
fn doctor_names_the_missing_permission_and_the_statement_that_grants_it() {
    let ran = Home::new().run(&["doctor", "--demo", "--scenario", "access-denied"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(
        ran.out.contains("FAIL  rds:DescribeDBClusters in "),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains(r#""Action":["rds:DescribeDBClusters"]"#),
        "{}",
        ran.out
    );
}

#[test]
fn doctor_names_the_region_that_does_not_answer_and_what_to_do() {
    let ran = Home::new().run(&["doctor", "--demo", "--scenario", "region-dark"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(
        ran.out.contains("FAIL  eu-west-1 does not answer"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("ok    us-east-1 answers"), "{}", ran.out);
    assert!(ran.out.contains("Check network"), "{}", ran.out);
}

#[test]
fn doctor_says_that_credentials_have_expired() {
    let ran = Home::new().run(&["doctor", "--demo", "--scenario", "credentials-expired"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.contains("expired") && ran.out.contains("aws sso login"),
        "{}",
        ran.out
    );
}

#[test]
fn a_simulated_fleet_that_there_is_not_is_refused_by_name() {
    let home = Home::new();
    for args in [
        &["status", "--demo", "--fleet", "other"][..],
        &["doctor", "--demo", "--fleet", "other"],
        &["demo", "--fleet", "other"],
        &[
            "evacuate",
            "eu-west-1",
            "--dry-run",
            "--demo",
            "--fleet",
            "other",
        ],
    ] {
        let ran = home.run(args);
        assert_eq!(ran.code, 2, "{args:?} {}", ran.err);
        let words = "there is no simulated fleet `other`";
        assert!(
            ran.err.contains(words) && ran.err.contains("orders"),
            "{}",
            ran.err
        );
    }
    let demo = home.run(&["demo", "--fleet", "other"]).err;
    let all = "The demo has orders, basket, parcel, refund, wallet.";
    assert!(demo.contains(all), "{demo}");
    assert_eq!(home.run(&["status", "--demo", "--fleet", "orders"]).code, 0);
    let mut any = home.command(&["status", "--demo"]);
    any.env("GWCTL_FLEET", "other");
    assert!(
        any.output().unwrap().status.success(),
        "the environment is for configured fleets"
    );
}

#[test]
fn what_could_be_done_with_each_region_now_is_told_by_the_plans_own_checks() {
    let answer = |document: &serde_json::Value, region: usize, what: &str| {
        document["readiness"][region][what]["answer"].clone()
    };
    let calm = status("calm", &["-o", "json"]).json();
    assert_eq!(calm["readiness"][0]["promotion"], serde_json::Value::Null);
    assert_eq!(answer(&calm, 0, "evacuation"), "yes");
    assert_eq!(answer(&calm, 1, "promotion"), "yes");
    let command = &calm["readiness"][1]["promotion"]["command"];
    assert_eq!(command, "gwctl promote eu-west-1 --mode switchover");

    let dark = status("primary-dark", &["-o", "json"]).json();
    assert_eq!(
        answer(&dark, 1, "promotion"),
        "waived",
        "{:#}",
        dark["readiness"]
    );
    assert_eq!(
        answer(&dark, 1, "evacuation"),
        "no",
        "{:#}",
        dark["readiness"]
    );

    let refused = status("access-denied", &[]).out;
    for words in [
        "us-east-1       is the writer    yes",
        "eu-west-1       no               yes",
        "fail mode (promote eu-west-1, promote ap-southeast-1): switchover is refused",
        "waive versions (promote eu-west-1, promote ap-southeast-1)",
    ] {
        assert!(refused.contains(words), "{words}\n{refused}");
    }
    let alone = status("api-alone", &[]).out;
    assert!(
        alone.contains("eu-west-1       has no database  yes"),
        "{alone}"
    );
}
