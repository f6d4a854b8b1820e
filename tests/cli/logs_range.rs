//! `gwctl logs` over more than an hour: Logs Insights, its price first.

use super::harness::{Home, Ran};

fn logs(args: &[&str]) -> Ran {
    Home::new().run(&[&["logs", "--demo", "--since", "65m"], args].concat())
}

#[test]
fn nobody_there_to_take_the_price_is_a_refusal_that_costs_nothing() {
    let ran = logs(&[]);
    assert_eq!(ran.code, 20, "{}{}", ran.out, ran.err);
    assert!(
        ran.err.contains("Logs Insights will scan about"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("This is an estimate"), "{}", ran.err);
    assert!(ran.err.contains("`--yes` takes the price"), "{}", ran.err);
    assert!(ran.out.is_empty());
}

#[test]
fn errors_of_hours_are_counted_in_every_region_with_their_price() {
    let ran = logs(&["--yes", "-o", "json"]);
    let document = ran.json();
    let insights = &document["insights"];
    assert!(
        insights["bytes_scanned"].as_u64().unwrap() > 100_000,
        "{insights}"
    );
    assert!(insights["dollars"].as_f64().unwrap() > 0.0, "{insights}");
    assert_eq!(insights["not_known_of"], serde_json::json!([]));
    let patterns = document["patterns"].as_array().unwrap();
    assert!(patterns.iter().all(|one| one["error"] == true));
    let text = patterns[0]["text"].as_str().unwrap();
    assert!(text.contains("was changed by another request"), "{text}");
    assert!(patterns[0]["newest"].as_array().unwrap().len() <= 5);
    let shown = patterns[0]["newest"].as_array().unwrap().len() as u64;
    let count = patterns[0]["count"].as_u64().unwrap();
    assert_eq!(patterns[0]["left_out"].as_u64().unwrap(), count - shown);
    let table = logs(&["--yes"]);
    assert!(table.out.contains("Logs Insights scanned"), "{}", table.out);
    let markdown = logs(&["--yes", "-o", "markdown"]);
    assert!(markdown.out.starts_with("### Logs of"), "{}", markdown.out);
}

#[test]
fn a_dark_region_and_a_refused_permission_are_told_by_region() {
    let dark = logs(&["--yes", "--scenario", "primary-dark"]);
    assert_eq!(dark.code, 13, "{}", dark.err);
    assert!(
        dark.out.contains("us-east-1 orders-read: could not ask"),
        "{}",
        dark.out
    );
    let home = Home::new();
    let text = "title = \"Mine\"\n[[event]]\nat = \"-1m\"\nstart = \"access-denied\"\naction = \"logs:StartQuery\"\n";
    let file = home.path("denied.toml");
    std::fs::write(&file, text).unwrap();
    let ran = home.run(&[
        "logs",
        "--demo",
        "--since",
        "65m",
        "--yes",
        "--scenario",
        file.to_str().unwrap(),
    ]);
    assert_eq!(ran.code, 13, "{}", ran.err);
    assert!(
        ran.out.contains("not allowed: logs:StartQuery"),
        "{}",
        ran.out
    );
}

#[test]
fn a_text_is_searched_for_in_lines_of_any_kind() {
    let ran = logs(&["--yes", "--filter", "stored order", "-o", "json"]);
    let document = ran.json();
    let patterns = document["patterns"].as_array().unwrap();
    assert!(
        !patterns.is_empty() && patterns.iter().all(|one| one["level"] == "INFO"),
        "{patterns:?}"
    );
}

#[test]
fn requests_are_counted_by_route_and_status_with_checkers_apart() {
    let home = Home::new();
    let hours = ["logs", "--demo", "--since", "65m", "--yes", "-o", "json"];
    let route = home.run(&[&hours[..], &["--by", "route"]].concat()).json();
    let rows = route["rows"].as_array().unwrap();
    let reads = rows
        .iter()
        .find(|row| row["name"] == "GET /orders/{id}")
        .unwrap();
    assert!(reads["count"].as_u64() > Some(100), "{reads}");
    assert!(reads["p95_ms"].as_f64() > Some(1.0), "{reads}");
    let last = rows.last().unwrap();
    assert_eq!(
        (&last["name"], &last["health_checkers"]),
        (&"GET /health".into(), &true.into())
    );
    assert_eq!(
        rows.iter()
            .filter(|row| row["health_checkers"] == true)
            .count(),
        1
    );
    assert!(route["insights"]["bytes_scanned"].as_u64() > Some(10_000));
    // The last minutes cost nothing.
    let ran = home.run(&[
        "logs",
        "--demo",
        "--scenario",
        "lambda-errors",
        "--since",
        "5m",
        "--by",
        "status",
    ]);
    assert!(
        ran.out.contains("STATUS") && ran.out.contains("health checkers: 200"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("% 5xx)"), "{}", ran.out);
    assert!(ran.out.contains("AWS charges nothing"), "{}", ran.out);
}
