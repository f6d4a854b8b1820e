//! `gwctl logs` as an on-call engineer runs it.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::harness::Home;

fn logs(args: &[&str]) -> super::harness::Ran {
    Home::new().run(&[&["logs", "--demo"], args].concat())
}

#[test]
fn errors_come_first_with_every_region_side_by_side() {
    let ran = logs(&["--scenario", "lambda-errors"]);
    assert_eq!(ran.code, 13, "it was cut: {}{}", ran.out, ran.err);
    let head = ran
        .out
        .lines()
        .find(|line| line.starts_with("KIND"))
        .unwrap();
    for region in ["us-east-1", "eu-west-1", "ap-southeast-1"] {
        assert!(head.contains(region), "{head}");
    }
    let rows: Vec<&str> = ran
        .out
        .lines()
        .skip_while(|line| !line.starts_with("KIND"))
        .collect();
    assert!(
        rows[1].starts_with("unhandled error") && rows[1].contains("≥"),
        "{}",
        rows[1]
    );
    assert!(
        rows[2].contains("TypeError: Cannot read properties of undefined"),
        "{}",
        rows[2]
    );
    let place = |words: &str| {
        ran.out
            .find(words)
            .unwrap_or_else(|| panic!("{words}: {}", ran.out))
    };
    assert!(place("timed out") < place("\nINFO"), "errors first");
    for words in [
        "e.g. ",
        "at price (file:///var/task/index.mjs:48:21)",
        "errors are complete for",
        "CloudWatch Logs had these events",
        "AWS charges nothing for what FilterLogEvents searches",
    ] {
        place(words);
    }
}

#[test]
fn a_dark_region_is_marked_and_never_counted_as_quiet() {
    let ran = logs(&["--scenario", "primary-dark", "--errors", "-o", "json"]);
    assert_eq!(ran.code, 13, "{}", ran.err);
    let document = ran.json();
    let groups = document["groups"].as_array().unwrap();
    let dark = |group: &&serde_json::Value| group["region"] == "us-east-1";
    assert!(
        groups
            .iter()
            .filter(dark)
            .all(|group| group["state"] == "could-not-ask")
    );
    let first = &document["patterns"][0];
    assert_eq!(first["error"], true);
    assert!(
        first["text"]
            .as_str()
            .unwrap()
            .contains("connect ETIMEDOUT <address>"),
        "{first}"
    );
    let regions = first["regions"].as_object().unwrap();
    assert!(regions.contains_key("eu-west-1") && !regions.contains_key("us-east-1"));
    assert!(
        first["regions"]["eu-west-1"]["per_minute"]
            .as_f64()
            .unwrap()
            > 100.0
    );
    let table = logs(&["--scenario", "primary-dark", "--errors"]);
    assert!(
        table.out.contains("; 8 of 12 log groups were read; "),
        "{}",
        table.out
    );
    let row = table
        .out
        .lines()
        .find(|line| line.starts_with("unhandled"))
        .unwrap();
    assert!(row.contains(" ? "), "{row}");
    assert!(
        table.out.contains("us-east-1 orders-read: could not ask"),
        "{}",
        table.out
    );
}

/// Of the throttled calls some are answered: what is known of a Region is then no complete number. Which are answered
/// is chance.
#[test]
fn a_region_that_was_read_in_part_has_no_complete_number() {
    let found = (1..=12).any(|seed| partly_read(&seed.to_string()) > 0);
    assert!(found, "no Region was read in part with any seed");
}

/// How many Regions of a throttled world were read in part, each with a number that says so.
fn partly_read(seed: &str) -> usize {
    let throttled = ["--scenario", "throttled", "--errors", "--seed", seed];
    let ran = logs(&[&throttled[..], &["-o", "json"]].concat());
    let groups = ran.json()["groups"].clone();
    let groups = groups.as_array().unwrap();
    let state = |region: &str| {
        let here = groups.iter().filter(|group| group["region"] == region);
        let read = here
            .clone()
            .filter(|group| group["state"] == "read")
            .count();
        (read, here.count())
    };
    let table = logs(&throttled).out;
    let line = |begin: &str| table.lines().find(|line| line.starts_with(begin));
    let Some((head, row)) = line("KIND").zip(line("unhandled")) else {
        return 0;
    };
    let (head, row): (Vec<&str>, Vec<&str>) = (cells(head), cells(row));
    let mut partly = 0;
    for (region, cell) in head.iter().zip(&row).filter(|(name, _)| name.contains('-')) {
        let (read, all) = state(region);
        if read < all {
            partly += usize::from(read > 0);
            assert!(cell.starts_with('≥') || *cell == "?", "{region}: {cell}");
        }
    }
    partly
}

/// The cells of a row; two blanks part them.
fn cells(row: &str) -> Vec<&str> {
    let cells = row.split("  ").map(str::trim);
    cells.filter(|cell| !cell.is_empty()).collect()
}

#[test]
fn lines_are_printed_oldest_first_and_narrowed_by_what_is_asked() {
    let ran = logs(&[
        "--lines",
        "--since",
        "3m",
        "--region",
        "eu-west-1",
        "--function",
        "orders-write",
        "-o",
        "json",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let document = ran.json();
    let lines = document["lines"].as_array().unwrap();
    assert!(lines.len() > 20);
    let times = lines.iter().map(|line| line["at"].as_str().unwrap());
    let times: Vec<jiff::Timestamp> = times.map(|at| at.parse().unwrap()).collect();
    assert!(times.is_sorted());
    for line in lines {
        assert_eq!(
            (&line["region"], &line["function"]),
            (&"eu-west-1".into(), &"orders-write".into())
        );
    }
    let errors = logs(&["--lines", "--errors", "--region", "us-east-1"]);
    let said = errors
        .out
        .lines()
        .filter(|line| line.contains(" us-east-1 orders-"));
    assert!(
        said.clone().count() > 10 && said.clone().all(|line| line.contains("unhandled error:")),
        "{}",
        errors.out
    );

    let found = logs(&["--filter", "stored order", "-o", "markdown"]);
    assert!(
        found.out.contains("| INFO | stored order \\<n\\> |"),
        "{}",
        found.out
    );
    assert!(!found.out.contains("read order"), "{}", found.out);
    assert_eq!(
        logs(&[]).out,
        logs(&[]).out,
        "the same seed gives the same lines"
    );
}

#[test]
fn what_is_wrong_or_not_there_is_told() {
    let nobody = logs(&["--function", "nobody"]);
    assert_eq!(nobody.code, 2);
    assert!(
        nobody.err.contains("no function `nobody` is configured"),
        "{}",
        nobody.err
    );
    let bad = logs(&["--region", "Ireland"]);
    assert!(
        bad.code == 2 && bad.err.contains("not a Region code"),
        "{}",
        bad.err
    );
    // The router never ran there, which is no error.
    let far = logs(&["--region", "ap-south-1"]);
    assert_eq!(far.code, 0, "{}{}", far.out, far.err);
    assert!(
        far.out
            .contains("ap-south-1 orders-router: the router never ran here"),
        "{}",
        far.out
    );
}

#[test]
fn what_is_not_allowed_names_the_permission() {
    let home = Home::new();
    let scenario = home.path("mine.toml");
    let text = "title = \"Mine\"\n[[event]]\nat = \"-1m\"\nstart = \"access-denied\"\naction = \"logs:FilterLogEvents\"\n";
    std::fs::write(&scenario, text).unwrap();
    let ran = home.run(&["logs", "--demo", "--scenario", scenario.to_str().unwrap()]);
    assert_eq!(ran.code, 13, "{}", ran.err);
    assert!(
        ran.out.contains("not allowed: logs:FilterLogEvents"),
        "{}",
        ran.out
    );
}

#[test]
fn the_database_says_itself_what_it_refuses() {
    let ran = logs(&[
        "--scenario",
        "connections-exhausted",
        "--errors",
        "-o",
        "json",
    ]);
    let document = ran.json();
    let groups = document["groups"].as_array().unwrap();
    let clusters = groups.iter().filter(|group| group["database"] == true);
    let names: Vec<&str> = clusters
        .map(|group| group["group"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&"/aws/rds/cluster/orders-use1/postgresql"),
        "{names:?}"
    );
    let patterns = document["patterns"].as_array().unwrap();
    let own = patterns
        .iter()
        .find(|one| one["functions"] == serde_json::json!(["database"]))
        .unwrap_or_else(|| panic!("{patterns:?}"));
    assert!(
        own["text"].as_str().unwrap().starts_with("FATAL: "),
        "{own}"
    );
    let explained = Home::new().run(&["explain", "--demo", "--scenario", "connections-exhausted"]);
    let words = "the log of the database itself says `FATAL: ";
    assert!(explained.out.contains(words), "{}", explained.out);
}

#[test]
fn errors_are_counted_by_function_and_by_what_they_say() {
    let by = |by: &str, more: &[&str]| {
        let args = [
            &["--scenario", "secret-rotated", "--since", "2m"],
            &["--by", by, "-o", "json"],
            more,
        ]
        .concat();
        logs(&args).json()
    };
    let rows = |document: &serde_json::Value| -> Vec<(String, u64)> {
        let all = document["rows"].as_array().unwrap().iter();
        all.map(|row| {
            (
                row["name"].as_str().unwrap().to_owned(),
                row["count"].as_u64().unwrap(),
            )
        })
        .collect()
    };
    let functions = rows(&by("function", &[]));
    assert!(functions.is_sorted_by(|a, b| a.1 >= b.1), "{functions:?}");
    let of = |name: &str| functions.iter().find(|row| row.0 == name).unwrap().1;
    assert!(
        of("orders-write") > 100 && of("database") > 100,
        "{functions:?}"
    );
    let errors = rows(&by("error", &["--function", "orders-write"]));
    assert!(
        errors[0].0.contains("password authentication failed"),
        "{errors:?}"
    );
    let table = logs(&["--by", "function"]);
    assert!(
        table.out.contains("FUNCTION") && table.out.contains("errors by function"),
        "{}",
        table.out
    );
    let markdown = logs(&["--by", "error", "-o", "markdown"]);
    assert!(
        markdown.out.starts_with("### Errors of orders by error"),
        "{}",
        markdown.out
    );
    let refused = logs(&["--by", "route", "--function", "orders-write"]);
    assert!(
        refused.code == 2 && refused.err.contains("go with `--by function`"),
        "{}",
        refused.err
    );
}

#[test]
fn following_prints_new_lines_until_it_is_interrupted() {
    let home = Home::new();
    let mut command = home.command(&["logs", "--demo", "--follow", "--since", "30s", "-o", "json"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut read = || -> serde_json::Value {
        let line = lines.next().unwrap().unwrap();
        serde_json::from_str(&line).unwrap()
    };
    let moment = |line: &serde_json::Value| -> jiff::Timestamp {
        line["at"].as_str().unwrap().parse().unwrap()
    };
    let begun = jiff::Timestamp::now();
    let mut seen = std::collections::HashSet::new();
    // Until one that was written after it began.
    loop {
        let line = read();
        assert!(seen.insert(line.to_string()), "printed twice: {line}");
        if moment(&line) > begun {
            break;
        }
    }
    let interrupted = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(interrupted.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
