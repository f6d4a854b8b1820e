//! An incident told from a recording and from a live look, by the binary.

use std::path::PathBuf;
use std::time::Duration;

use gwctl::fleet::Pace;

use super::tape::{record, record_over};
use crate::cli::harness::Home;

/// A recording of a Region that goes dark and comes back, in a file.
async fn file(home: &Home) -> PathBuf {
    let tape = record(
        "region-dark",
        Pace::Incident,
        Duration::from_mins(12),
        false,
    )
    .await;
    let path = home.path("orders-20261122T030020Z.jsonl.zst");
    std::fs::write(&path, &tape.bytes).unwrap();
    path
}

#[test]
fn a_live_look_is_told_as_if_it_had_been_recorded() {
    let home = Home::new();
    let args = [
        "incident",
        "report",
        "--demo",
        "--since",
        "2h",
        "--scenario",
        "region-dark",
        "--after",
        "10m",
    ];
    let ran = home.run(&args);
    assert_eq!(ran.code, 0, "{}", ran.err);
    insta::assert_snapshot!("live_look", ran.out);
    let json = home.run(&[&args[..], &["-o", "json"]].concat()).json();
    assert_eq!(json["schema"], "gwctl.incident/1");
    assert_eq!(json["hypotheses"][0]["cause"], "region-unreachable");
    assert_eq!(json["file"], serde_json::Value::Null);
}

#[tokio::test(start_paused = true)]
async fn a_recording_is_told_with_cause_harm_and_notes_and_the_page_loads_nothing() {
    let home = Home::new();
    let path = file(&home).await;
    let path = path.to_str().unwrap();
    let text = home.run(&["incident", "report", path]).out;
    for said in [
        "# Incident report: orders, 2026-11-22",
        "eu-west-1 cannot be reached",
        "requests of clients failed",
        "eu-west-1 is down",
        "ada@laptop: called Grace from payments",
        "the recording orders-20261122T030020Z.jsonl.zst",
        "gwctl ran no action",
    ] {
        assert!(text.contains(said), "{said}:\n{text}");
    }
    let page = home.run(&["incident", "report", path, "-o", "html"]).out;
    assert!(page.starts_with("<!doctype html>") && page.matches("<svg").count() >= 3);
    for load in [
        "http://", "https://", "src=", "href=", "<script", "@import", "url(",
    ] {
        assert!(!page.contains(load), "{load}");
    }
    for name in ["us-east-1", "eu-west-1", "ap-southeast-1"] {
        assert!(page.contains(&format!(">{name}: ")), "{name} has no legend");
    }
}

#[tokio::test(start_paused = true)]
async fn a_recording_quotes_what_the_functions_logged_and_a_redacted_one_holds_none_of_it() {
    let home = Home::new();
    let tape = record("bad-deploy", Pace::Incident, Duration::from_mins(2), false).await;
    let path = home.path("orders.jsonl.zst");
    std::fs::write(&path, &tape.bytes).unwrap();
    let path = path.to_str().unwrap();
    let line = &tape.errors.patterns[0].example.line.text;
    let quoted = &tape.errors.patterns[0].text;
    let report = |more: &[&str]| {
        let ran = home.run(&[&["incident", "report", path, "-o", "json"], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.json()
    };
    let open = report(&[]);
    assert_eq!(open["hypotheses"][0]["cause"], "bad-deployment");
    let evidence = open["hypotheses"][0]["supports"].to_string();
    assert!(
        evidence.contains("of the errors are new and say"),
        "{evidence}"
    );
    let closed = report(&["--redact"]);
    assert_eq!(closed["hypotheses"][0]["cause"], "bad-deployment");
    let bytes = gwctl::recording::redacted(&tape.bytes).unwrap();
    let text = String::from_utf8(zstd::decode_all(bytes.as_slice()).unwrap()).unwrap();
    for left in [line, quoted] {
        assert!(!text.contains(left.as_str()), "{left}");
        assert!(!closed.to_string().contains(left.as_str()), "{left}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_cause_is_told_of_when_it_hurt_and_not_of_when_all_was_nearly_well() {
    let home = Home::new();
    let minutes = Duration::from_mins;
    let times = [
        (minutes(3), Some("bad-deploy:eu-west-1")),
        (minutes(4), None),
    ];
    let tape = record_over("bad-deploy", Pace::Incident, &times, false).await;
    // What is left is an alarm that is not back yet.
    let last = tape.seen.last().unwrap();
    let left: Vec<&str> = last
        .sites
        .iter()
        .flat_map(|site| &site.judgement.reasons)
        .map(|one| one.about)
        .collect();
    assert_eq!(left, ["alarms"], "{:?}", last.judgement);
    let path = home.path("orders.jsonl.zst");
    std::fs::write(&path, &tape.bytes).unwrap();
    let told = home
        .run(&["incident", "report", path.to_str().unwrap(), "-o", "json"])
        .json();
    assert_eq!(told["hypotheses"][0]["cause"], "bad-deployment");
    assert_eq!(
        told["hypotheses"][0]["sure"], "high",
        "{:#}",
        told["hypotheses"]
    );
}

#[test]
fn who_has_recordings_of_simulated_fleets_alone_is_led_to_them() {
    let home = Home::new();
    let none = home.run(&["incident", "list"]).out;
    assert!(!none.contains("--demo"), "{none}");
    let folder = none.split(" in ").nth(1).unwrap();
    let folder = PathBuf::from(folder.split(" yet").next().unwrap());
    let simulated = folder.parent().unwrap().join("demo/incidents");
    std::fs::create_dir_all(&simulated).unwrap();
    std::fs::write(simulated.join("orders.jsonl.zst"), "x").unwrap();
    for line in [
        &["incident", "list"][..],
        &["incident", "report"],
        &["replay"],
    ] {
        let ran = home.run(line);
        let said = ran.out + &ran.err;
        assert!(
            said.contains("`--demo` has those of simulated fleets"),
            "{line:?}: {said}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn redacted_reports_and_copies_name_nobody_and_a_copy_overwrites_nothing() {
    let home = Home::new();
    let path = file(&home).await;
    let path = path.to_str().unwrap();
    for format in ["markdown", "html", "json"] {
        let report = |more: &[&str]| {
            let ran = home.run(&[&["incident", "report", path, "-o", format], more].concat());
            assert_eq!(ran.code, 0, "{}", ran.err);
            ran.out
        };
        let (open, closed) = (report(&[]), report(&["--redact"]));
        for secret in ["ada", "laptop", "Grace"] {
            assert!(open.contains(secret), "{format}: {secret} was never there");
            assert!(!closed.contains(secret), "{format}: {secret}");
        }
        assert!(!closed.contains("123456789012"), "{format}");
        assert!(closed.contains("eu-west-1 cannot be reached"), "{format}");
    }
    let copy = home.path("copy.jsonl.zst");
    let args = [
        "incident",
        "export",
        path,
        "--redact",
        "--to",
        copy.to_str().unwrap(),
    ];
    assert_eq!(home.run(&args).code, 0);
    let bytes = std::fs::read(&copy).unwrap();
    let text = String::from_utf8(zstd::decode_all(bytes.as_slice()).unwrap()).unwrap();
    for secret in [
        "123456789012",
        "laptop",
        "Grace",
        "bob@example.com",
        "robin",
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
    let again = home.run(&args);
    assert_eq!(again.code, 1, "{}", again.out);
    assert!(again.err.contains("exists"), "{}", again.err);
    assert_eq!(std::fs::read(&copy).unwrap(), bytes);
}

#[tokio::test(start_paused = true)]
async fn recordings_are_listed_with_their_worst_verdict_and_a_broken_one_is_named() {
    let home = Home::new();
    let folder = home.path("state/gwctl/incidents");
    std::fs::create_dir_all(&folder).unwrap();
    let none = home.run(&["incident", "list"]);
    assert!(none.out.contains("No recordings in"), "{}", none.out);
    let path = file(&home).await;
    std::fs::copy(path, folder.join("orders-20261122T030020Z.jsonl.zst")).unwrap();
    std::fs::write(folder.join("torn.jsonl.zst"), "no zstd").unwrap();
    let listed = home.run(&["incident", "list"]);
    assert_eq!(listed.code, 0, "{}", listed.err);
    for said in [
        "2026-11-22 03:00",
        "degraded",
        "torn.jsonl.zst",
        "cannot be read",
    ] {
        assert!(listed.out.contains(said), "{said}: {}", listed.out);
    }
    let json = home.run(&["incident", "list", "-o", "json"]).json();
    assert_eq!(json["schema"], "gwctl.incidents/1");
    assert_eq!(json["recordings"][0]["fleet"], "orders");
    assert!(json["recordings"][1]["error"].is_string());
}
