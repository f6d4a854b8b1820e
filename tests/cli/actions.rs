//! Guided actions on the simulated fleet: planned, refused, confirmed, done.

use serde_json::Value;

use super::harness::{Home, Ran};

/// The journals of the simulated fleet's runs in `home`.
fn journals(home: &Home) -> Vec<std::path::PathBuf> {
    let folder = home.path("state/gwctl/demo/runs");
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths
        .filter(|path| path.extension().is_some_and(|ext| ext == "jsonl"))
        .collect()
}

fn evacuate(home: &Home, more: &[&str]) -> Ran {
    let mut args = vec!["evacuate", "eu-west-1", "--demo"];
    args.extend(more);
    home.run(&args)
}

#[test]
fn a_dry_run_prints_the_plan_itself_and_begins_nothing() {
    let home = Home::new();
    let ran = evacuate(
        &home,
        &[
            "--dry-run",
            "-o",
            "json",
            "--write",
            "--confirm",
            "eu-west-1",
        ],
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    let plan: gwctl::actions::Plan = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        (plan.schema.as_str(), plan.confirm.as_str()),
        ("gwctl.plan/1", "eu-west-1")
    );
    assert!(plan.steps.iter().any(gwctl::actions::Step::mutates));
    assert!(journals(&home).is_empty());
}

#[test]
fn the_journalled_plan_is_the_one_a_dry_run_prints() {
    let home = Home::new();
    let dry = evacuate(&home, &["--dry-run", "-o", "json"]).json();
    let run = evacuate(&home, &["--write", "--confirm", "eu-west-1", "-o", "json"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let records: Vec<Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(records[0]["entry"]["plan"], dry);
    assert_eq!(records.last().unwrap()["entry"]["phase"], "done");
}

#[test]
fn nothing_runs_unless_writing_is_allowed_and_the_target_is_named() {
    for (more, said) in [
        (&["--confirm", "eu-west-1"][..], "--write"),
        (&["--write"], "--confirm eu-west-1"),
        (
            &["--write", "--confirm", "eu-west-2"],
            "`eu-west-2` is not `eu-west-1`",
        ),
    ] {
        let home = Home::new();
        let ran = evacuate(&home, more);
        assert_eq!(ran.code, 20, "{more:?}: {}", ran.err);
        assert!(ran.err.contains(said), "{more:?}: {}", ran.err);
        assert!(ran.out.contains("Steps"), "the plan is shown all the same");
        assert!(journals(&home).is_empty(), "{more:?}");
    }
}

#[test]
fn writing_is_allowed_by_the_environment_as_well() {
    let home = Home::new();
    let plan = home
        .run(&[
            "invalidate",
            "/orders/*",
            "--demo",
            "--dry-run",
            "-o",
            "json",
        ])
        .json();
    let target = plan["confirm"].as_str().unwrap().to_owned();
    let mut command = home.command(&["invalidate", "/orders/*", "--demo", "--confirm", &target]);
    command.env("GWCTL_WRITE", "true");
    let ran = Ran::of(command.output().unwrap());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn an_evacuation_is_told_line_by_line_and_leaves_a_report() {
    let home = Home::new();
    let ran = evacuate(&home, &["--write", "--confirm", "eu-west-1"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    for word in [
        "● begun",
        "▸ begins    evacuate",
        "→ sends     evacuate",
        "cloudwatch:PutMetricData in ",
        "← taken     evacuate",
        "✓ done      dns",
        "✓ done      traffic",
        "■ done",
        "Done in ",
    ] {
        assert!(ran.out.contains(word), "{word} is not in:\n{}", ran.out);
    }
    assert!(!ran.out.contains('\x1b'), "no colour in a pipe");
    let report = ran
        .out
        .lines()
        .find_map(|line| line.strip_prefix("Report: "))
        .unwrap();
    let report = std::fs::read_to_string(report).unwrap();
    for word in [
        "## Timeline",
        "PutMetricData",
        "## Figures",
        "**outcome** | done",
    ] {
        assert!(report.contains(word), "{word} is not in:\n{report}");
    }
}

#[test]
fn a_drill_reports_achieved_times_against_the_objectives() {
    let home = Home::new();
    let drill = [
        "drill",
        "us-east-1",
        "--to",
        "eu-west-1",
        "--hold",
        "1m",
        "--demo",
        "--write",
    ];
    let ran = home.run(&[&drill[..], &["--confirm", "us-east-1"]].concat());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let report = home
        .run(&["runs", "report", "last", "--demo", "-o", "json"])
        .json();
    assert_eq!(
        (&report["schema"], &report["outcome"]),
        (&"gwctl.report/1".into(), &"done".into())
    );
    let recovery = &report["recovery"];
    let (change, confirmation) = (
        &recovery["from_first_change_s"],
        &recovery["from_confirmation_s"],
    );
    assert!(change.as_u64().unwrap() > 5, "{recovery:#}");
    assert!(confirmation.as_u64() >= change.as_u64(), "{recovery:#}");
    assert_eq!(recovery["met"], true);
    assert_eq!(report["recovery_point"]["achieved_ms"], 0.0);
    // The same figure at the end of the run and in its report.
    let said = format!("Recovery: {confirmation} s from the confirmation");
    assert!(
        ran.out.contains(&said) || confirmation.as_u64() > Some(59),
        "{said}: {}",
        ran.out
    );
    let clients = &report["harm"]["clients"];
    assert!(clients["failed"].as_f64() > Some(100.0), "{clients:#}");
    assert_eq!(clients["minutes"], clients["of"], "{clients:#}");
    let markdown = home.run(&["runs", "report", "last", "--demo"]).out;
    for word in [
        "**requests failed** |",
        "## Failed requests",
        "| CloudFront: clients |",
        "The worst minute was",
    ] {
        assert!(markdown.contains(word), "{word} is not in:\n{markdown}");
    }
    let requests = report["timeline"].as_array().unwrap().iter();
    let sent: Vec<&Value> = requests
        .filter(|moment| !moment["call"].is_null())
        .collect();
    assert!(
        sent.len() >= 4 && sent.iter().all(|call| call["request_id"].is_string()),
        "{sent:#?}"
    );
    let left = &report["figures"]["us-east-1"]["requests"];
    // Route 53's checkers alone, about 96 a minute.
    let idle = |minute: &Value| minute.as_f64().is_some_and(|requests| requests < 150.0);
    let mut minutes = left.as_array().unwrap().iter();
    assert!(minutes.any(idle), "clients came all the time: {left}");
}

#[test]
fn a_drill_without_a_time_waits_for_a_word_and_says_how_to_go_on() {
    let ran = Home::new().run(&[
        "drill",
        "us-east-1",
        "--to",
        "eu-west-1",
        "--demo",
        "--write",
        "--confirm",
        "us-east-1",
    ]);
    assert_eq!(ran.code, 21, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("? asks      look"), "{}", ran.out);
    assert!(ran.err.contains("`look` waits for you"), "{}", ran.err);
}

#[test]
fn what_cannot_work_is_refused_with_the_reason() {
    let dead = [
        "--demo",
        "--scenario",
        "primary-dark",
        "--after",
        "5m",
        "--dry-run",
    ];
    let switchover = [&["promote", "eu-west-1", "--mode", "switchover"], &dead[..]].concat();
    let ran = Home::new().run(&switchover);
    assert_eq!(ran.code, 20, "{}", ran.out);
    assert!(
        ran.err.contains("a switchover needs the primary"),
        "{}",
        ran.err
    );
    assert!(
        ran.out.contains("✗ broken") || ran.out.contains("broken    ✗"),
        "{}",
        ran.out
    );

    let failover = [&["promote", "eu-west-1", "--waive", "lag"], &dead[..]].concat();
    let ran = Home::new().run(&failover);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let lost = "data loss   the last data from the writer arrived ";
    assert!(ran.out.contains(lost), "{}", ran.out);
    let unwaived = [&["promote", "eu-west-1"], &dead[..]].concat();
    let ran = Home::new().run(&unwaived);
    assert_eq!(ran.code, 20);
    assert!(ran.err.contains("--waive lag"), "{}", ran.err);
}

#[test]
fn a_certificate_is_looked_up_before_it_is_planned() {
    let arn = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000";
    let ran = Home::new().run(&["certificate", "attach", arn, "--demo", "--dry-run"]);
    assert_eq!(ran.code, 20, "{}", ran.out);
    assert!(ran.err.contains("cannot look up"), "{}", ran.err);
    let elsewhere = arn.replace("us-east-1", "eu-west-1");
    let ran = Home::new().run(&["certificate", "attach", &elsewhere, "--demo", "--dry-run"]);
    assert_eq!(ran.code, 20);
    assert!(ran.err.contains("us-east-1"), "{}", ran.err);
}

#[test]
fn the_exit_codes_of_actions_are_in_their_help() {
    let help = Home::new().run(&["evacuate", "--help"]).out;
    for line in [
        "20  refused",
        "21  held",
        "22  abandoned",
        "23  undone",
        "24  busy",
    ] {
        assert!(help.contains(line), "{line} is not in:\n{help}");
    }
    let completions = Home::new().run(&["completions", "bash"]).out;
    assert!(completions.contains("evacuate") && completions.contains("routing-control"));
}

#[test]
fn a_share_has_the_same_limits_as_in_the_console() {
    let ran = |share: &str| {
        let to = ["drain", "eu-west-1", "--demo", "--dry-run", "--to", share];
        Home::new().run(&to)
    };
    let all = ran("100");
    assert_eq!(all.code, 2, "{}", all.err);
    let said = "`100` is not a percentage from 0 to 99";
    assert!(all.err.contains(said), "{}", all.err);
    let most = ran("99%");
    assert_eq!(most.code, 0, "{}", most.err);
    assert!(most.out.contains("to 99 %"), "{}", most.out);
}

/// Evacuates a Region of several simulated fleets.
fn evacuate_many(home: &Home, region: &str, fleets: &str, more: &[&str]) -> Ran {
    let mut args = vec!["evacuate", region, "--demo", "--fleets", fleets];
    args.extend(more);
    home.run(&args)
}

#[test]
fn several_fleets_leave_a_region_side_by_side_and_what_cannot_is_told_first() {
    let home = Home::new();
    let evacuate = |confirm: &str| {
        let more = ["--write", "--confirm", confirm];
        evacuate_many(&home, "us-east-1", "orders,basket,wallet", &more)
    };
    // Of the third fleet nothing is known where its traffic would go.
    let wrong = evacuate("us-east-1 3");
    let at = |word: &str| {
        wrong
            .out
            .find(word)
            .unwrap_or_else(|| panic!("{word}: {}", wrong.out))
    };
    assert!(at("wallet") < at("orders"), "{}", wrong.out);
    assert_eq!(wrong.code, 20, "{}{}", wrong.out, wrong.err);
    assert!(wrong.err.contains("`us-east-1 2`"), "{}", wrong.err);
    assert!(journals(&home).is_empty());
    let ran = evacuate("us-east-1 2");
    assert_eq!(ran.code, 13, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("2 of 3 fleets done"), "{}", ran.out);
    // A journal each, of its own fleet and resources.
    let mut domains: Vec<String> = journals(&home)
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
            let plan = &first["entry"]["plan"];
            assert_eq!(plan["intent"]["region"], "us-east-1", "{plan:#}");
            plan["binding"]["domain"].as_str().unwrap().to_owned()
        })
        .collect();
    domains.sort();
    let fleets = ["basket", "orders"];
    assert_eq!(
        domains,
        fleets.map(|name| format!("api.{name}.example.com"))
    );
}

#[test]
fn a_pattern_chooses_fleets_and_one_that_means_none_is_refused() {
    let home = Home::new();
    let none = evacuate_many(&home, "us-east-1", "shop-*", &["--dry-run"]);
    assert_eq!(none.code, 2, "{}", none.err);
    assert!(none.err.contains("orders, basket"), "{}", none.err);
    let two = evacuate_many(
        &home,
        "eu-west-1",
        "or*,bask?t",
        &["--dry-run", "-o", "json"],
    );
    let document = two.json();
    assert_eq!(two.code, 0, "{}", two.err);
    assert_eq!(document["confirm"], "eu-west-1 2");
    let plans = document["plans"].as_array().unwrap();
    let named: Vec<&str> = plans
        .iter()
        .map(|plan| plan["fleet"].as_str().unwrap())
        .collect();
    assert_eq!(named, ["orders", "basket"]);
}
