//! The shapes of fleets that gwctl knows, and what works with each: every cell of the README's table is one command that
//! is run here. `GWCTL_WRITE=1 cargo test shapes` writes the table anew.

use std::fmt::Write as _;
use std::path::Path;

use super::harness::{Home, Ran};

/// A shape, and the scenario that has it.
const SHAPES: [(&str, &str); 17] = [
    ("one account, CloudFront, global database", "calm"),
    ("several accounts", "several-accounts"),
    ("routed by weight", "weighted"),
    ("a failover pair", "failover-pair"),
    ("routed by geolocation", "geolocation"),
    ("failover pairs behind geolocation", "geolocation-failover"),
    ("no global database", "api-alone"),
    (
        "clusters alone, password managed by RDS",
        "managed-password",
    ),
    ("Aurora Serverless v2", "serverless"),
    ("headless secondary", "headless"),
    (
        "one member more than the fleet's Regions",
        "one-member-more",
    ),
    ("RDS Proxy in front", "with-proxy"),
    ("no CloudFront", "without-cloudfront"),
    ("ARC Region switch plan", "region-switch"),
    ("China (`aws-cn`)", "china"),
    ("GovCloud (`aws-us-gov`)", "govcloud"),
    ("European Sovereign Cloud (`aws-eusc`)", "sovereign"),
];

/// What is tried: a column's head and a command; `AWAY` is the second Region of the fleet, or its only one.
const COLUMNS: [(&str, &[&str]); 8] = [
    ("seen", &["doctor"]),
    ("verdict", &["status"]),
    ("evacuate", &["evacuate", "AWAY", "--dry-run"]),
    ("drain", &["drain", "AWAY", "--dry-run"]),
    ("promote", &["promote", "AWAY", "--dry-run"]),
    (
        "provision",
        &["provision", "eu-central-1", "--waive", "rate", "--dry-run"],
    ),
    ("discover", &["discover", "DOMAIN"]),
    ("drift", &["drift"]),
];

fn away(scenario: &str) -> &'static str {
    match scenario {
        "china" => "cn-north-1",
        "govcloud" => "us-gov-east-1",
        "sovereign" => "eusc-de-east-1",
        _ => "eu-west-1",
    }
}

/// Without CloudFront clients use the latency record itself.
fn domain(scenario: &str) -> &'static str {
    match scenario {
        "without-cloudfront" | "china" | "govcloud" | "sovereign" => "latency.orders.example.com",
        _ => "api.orders.example.com",
    }
}

fn run(scenario: &str, command: &[&str]) -> Ran {
    let command: Vec<&str> = command
        .iter()
        .map(|word| match *word {
            "AWAY" => away(scenario),
            "DOMAIN" => domain(scenario),
            word => word,
        })
        .collect();
    Home::new().run(&[&command[..], &["--demo", "--scenario", scenario]].concat())
}

/// What gwctl says where it refuses: the first sentence, without the checks' marks.
fn reason(ran: &Ran) -> String {
    let line = ran
        .err
        .lines()
        .chain(ran.out.lines().filter(|line| line.contains('✗')))
        .find(|line| !line.trim().is_empty());
    let line = line.unwrap_or_default().trim_start_matches("gwctl: ");
    let line = line.trim().trim_start_matches("✗ fail").trim();
    line.split(" (").next().unwrap_or(line).to_owned()
}

/// What `status` says of a fleet that is judged, and not healthy: that is an answer, not a refusal.
fn judged(ran: &Ran) -> Option<String> {
    const DEGRADED: i32 = 10;
    let line = ran.out.lines().nth(1).filter(|_| ran.code == DEGRADED)?;
    Some(line.split(". ").next()?.trim().to_owned())
}

fn table() -> String {
    let mut text = String::from("| shape |");
    for (head, _) in COLUMNS {
        let _ = write!(text, " {head} |");
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(COLUMNS.len()));
    text.push('\n');
    let mut notes: Vec<String> = Vec::new();
    for (shape, scenario) in SHAPES {
        let _ = write!(text, "| {shape} |");
        for (_, command) in COLUMNS {
            let ran = run(scenario, command);
            if ran.code == 0 {
                text.push_str(" ● |");
                continue;
            }
            let judged = judged(&ran);
            let mark = if judged.is_some() { '●' } else { '◐' };
            let why = judged.unwrap_or_else(|| reason(&ran));
            assert!(!why.is_empty(), "{scenario} {command:?}: {}", ran.out);
            if !notes.contains(&why) {
                notes.push(why.clone());
            }
            let number = notes.iter().position(|note| *note == why).unwrap() + 1;
            let _ = write!(text, " {mark} {number} |");
        }
        text.push('\n');
    }
    text.push('\n');
    for (n, note) in notes.iter().enumerate() {
        let _ = writeln!(text, "{}. {note}", n + 1);
    }
    text
}

const BEGIN: &str = "<!-- shapes -->\n";
const END: &str = "<!-- /shapes -->\n";

#[test]
fn the_table_of_shapes_is_what_the_commands_do() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = readme.split_once(BEGIN).expect("the table's begin");
    let (written, tail) = rest.split_once(END).expect("the table's end");
    let made = table();
    if std::env::var_os("GWCTL_WRITE").is_some() {
        std::fs::write(&path, format!("{head}{BEGIN}{made}{END}{tail}")).unwrap();
        return;
    }
    assert_eq!(
        written, made,
        "the README's table is stale: look at what changed, then GWCTL_WRITE=1 cargo test shapes"
    );
}
