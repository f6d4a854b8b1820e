//! `gwctl doctor --assumptions` through the real binary.

use super::harness::Home;

#[test]
fn the_ledger_is_held_against_the_account_and_names_no_account_and_no_resource() {
    let home = Home::new();
    let ran = home.run(&["doctor", "--assumptions", "--demo", "-o", "json"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let document = ran.json();
    assert_eq!(document["schema"], "gwctl.assumptions/1");
    let rows = document["assumptions"].as_array().unwrap();
    let verdict = |id: &str| {
        let row = rows.iter().find(|row| row["id"] == id).unwrap();
        row["here"]["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict("lag-series"), "holds");
    assert_eq!(verdict("global-statuses"), "holds");
    assert_eq!(verdict("edge-outlives-us-east-1"), "not shown");
    // Nothing is switched over or deployed in a calm fleet: what it shows then is not seen here.
    for id in [
        "member-statuses-in-switchover",
        "distribution-in-progress",
        "target-connected",
    ] {
        assert_eq!(verdict(id), "not shown", "{id}");
    }
    for id in [
        "database-port",
        "switch-alarm-setting",
        "latency-record-shape",
        "role-path",
        "metrics-exist",
    ] {
        assert_eq!(verdict(id), "holds", "{id}: {document}");
    }
    for output in ["table", "json", "markdown"] {
        let ran = home.run(&["doctor", "--assumptions", "--demo", "-o", output]);
        for row in rows {
            assert!(ran.out.contains(row["id"].as_str().unwrap()), "{}", ran.out);
        }
        for name in ["123456789012", "orders", "arn:aws", "example.com"] {
            assert!(!ran.out.contains(name), "{name} in {}", ran.out);
        }
    }
}

#[test]
fn what_could_not_be_asked_is_not_called_so() {
    let args = [
        "doctor",
        "--assumptions",
        "--demo",
        "--scenario",
        "credentials-expired",
        "-o",
        "json",
    ];
    let ran = Home::new().run(&args);
    let document = ran.json();
    let rows = document["assumptions"].as_array().unwrap();
    for row in rows {
        assert_eq!(row["here"]["verdict"], "not shown", "{row}");
    }
}

#[test]
fn the_ledgers_form_is_asked_for_with_the_ledger_only() {
    let ran = Home::new().run(&["doctor", "--demo", "-o", "json"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("--assumptions"), "{}", ran.err);
}

#[test]
fn switches_that_are_alike_are_told_once() {
    let ran = Home::new().run(&["doctor", "--assumptions", "--demo", "-o", "json"]);
    let document = ran.json();
    let rows = document["assumptions"].as_array().unwrap();
    for row in rows.iter().map(|row| &row["here"]["evidence"]) {
        let said = row.as_str().unwrap();
        let mut parts: Vec<&str> = said.split("; ").collect();
        let all = parts.len();
        parts.sort_unstable();
        parts.dedup();
        assert_eq!(parts.len(), all, "{said}");
    }
}

#[test]
fn every_row_names_a_document_that_anybody_can_read_and_stands_once() {
    let ran = Home::new().run(&["doctor", "--assumptions", "--demo", "-o", "json"]);
    let document = ran.json();
    let rows = document["assumptions"].as_array().unwrap();
    let mut sentences = std::collections::HashSet::new();
    for row in rows {
        let source = row["source"].as_str().unwrap();
        let (document, _) = source.split_once(" (§").unwrap_or_default();
        assert!(document.len() > 10, "{row}");
        assert!(sentences.insert(row["sentence"].as_str().unwrap()), "{row}");
    }
    let of_a_silent_writer = rows.iter().filter(|row| {
        let said = row["sentence"].as_str().unwrap();
        said.contains("lag") && said.contains("grows")
    });
    assert_eq!(of_a_silent_writer.count(), 1);
}
