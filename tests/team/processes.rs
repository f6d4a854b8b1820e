//! Two engineers on two machines, each with a process and a state folder of its own, over a served world.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::cli::harness::{Home, Ran};
use crate::cli::served::Served;

/// The table of the served world.
const SHARED: &str = r#"
[fleets.orders.shared]
table = "gwctl"
regions = ["us-east-2", "us-west-2", "us-east-1"]
"#;

pub fn served(args: &[&str]) -> Served {
    let served = Served::start(args);
    let file = served.export("GWCTL_CONFIG");
    let text = std::fs::read_to_string(file).unwrap();
    std::fs::write(file, text + SHARED).unwrap();
    served
}

fn signal(child: &Child, which: &str) {
    let sent = Command::new("kill")
        .args([which, &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// What an evacuation needs on a busy machine, where the world's minutes are fractions of the wall's seconds.
pub const EVACUATE: [&str; 19] = [
    "evacuate",
    "us-east-1",
    "--write",
    "--confirm",
    "us-east-1",
    "--timeout",
    "30m",
    "--waive",
    "well:eu-west-1",
    "--waive",
    "rate:eu-west-1",
    "--waive",
    "capacity:eu-west-1",
    "--waive",
    "well:ap-southeast-1",
    "--waive",
    "rate:ap-southeast-1",
    "--waive",
    "capacity:ap-southeast-1",
];

/// Begins to evacuate, and waits until AWS took the change.
fn begin(served: &Served, home: &Home) -> Child {
    begin_by(served.command(home, &EVACUATE))
}

/// As [`begin`], by `command`.
pub fn begin_by(mut command: Command) -> Child {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = String::new();
    for line in BufReader::new(child.stdout.as_mut().unwrap()).lines() {
        told += &(line.unwrap() + "\n");
        if told.contains("← taken") {
            return child;
        }
    }
    let ended = Ran::of(child.wait_with_output().unwrap());
    panic!(
        "nothing was sent, and it ended with {}: {}\n{told}",
        ended.code, ended.err
    );
}

pub fn run(served: &Served, home: &Home, args: &[&str]) -> Ran {
    Ran::of(served.command(home, args).output().unwrap())
}

/// How often AWS was asked to move the switch, as the journal tells it.
pub fn sent(served: &Served, home: &Home) -> usize {
    let run = run(served, home, &["runs", "show", "last", "-o", "json"]).json();
    run["steps"]["evacuate"]["calls"].as_array().unwrap().len()
}

#[test]
fn a_run_of_a_killed_process_is_listed_and_taken_over_on_another_machine() {
    let served = served(&["--speed", "20"]);
    let (ada, bob) = (Home::new(), Home::new());
    let mut first = begin(&served, &ada);
    signal(&first, "-KILL");
    first.wait().unwrap();
    let list = run(&served, &bob, &["runs"]).out;
    assert!(list.contains("evacuate  us-east-1"), "{list}");
    let resumed = run(
        &served,
        &bob,
        &["runs", "resume", "last", "--write", "--timeout", "30m"],
    );
    assert_eq!(resumed.code, 0, "{}{}", resumed.out, resumed.err);
    assert_eq!(sent(&served, &bob), 1);
    // The first machine has the whole story.
    let told = run(&served, &ada, &["runs", "verify", "last"]);
    assert!(
        told.out.contains("the run is done"),
        "{}{}",
        told.out,
        told.err
    );
    assert_eq!(sent(&served, &ada), 1);
}

#[test]
fn a_process_that_slept_while_another_machine_took_over_stops_and_says_who_has_the_run() {
    let served = served(&["--speed", "20"]);
    let (ada, bob) = (Home::new(), Home::new());
    let first = begin(&served, &ada);
    signal(&first, "-STOP");
    let resumed = run(
        &served,
        &bob,
        &["runs", "resume", "last", "--write", "--timeout", "30m"],
    );
    assert_eq!(resumed.code, 0, "{}{}", resumed.out, resumed.err);
    signal(&first, "-CONT");
    let ended = Ran::of(first.wait_with_output().unwrap());
    assert_ne!(ended.code, 0, "{}{}", ended.out, ended.err);
    assert!(
        ended.err.contains("this process sends nothing more"),
        "{}{}",
        ended.out,
        ended.err
    );
    assert_eq!(sent(&served, &bob), 1);
    let told = run(&served, &ada, &["runs", "verify", "last"]);
    assert!(
        told.out.contains("the run is done"),
        "{}{}",
        told.out,
        told.err
    );
}

#[test]
fn doctor_says_whether_the_table_can_hold_a_lease() {
    let served = served(&[]);
    let home = Home::new();
    let told = run(&served, &home, &["doctor"]).out;
    assert!(
        told.contains("gwctl: strongly consistent in its Regions"),
        "{told}"
    );
    let file = served.export("GWCTL_CONFIG");
    let text = std::fs::read_to_string(file).unwrap();
    std::fs::write(file, text.replace("\"gwctl\"", "\"nothing\"")).unwrap();
    let told = run(&served, &home, &["doctor"]);
    assert!(
        told.out.contains("nothing: ") && told.code != 0,
        "{}",
        told.out
    );
}

#[test]
fn a_run_is_resumed_by_its_domain_where_the_fleet_has_another_name() {
    let served = served(&["--speed", "20"]);
    let (ada, bob) = (Home::new(), Home::new());
    let mut first = begin(&served, &ada);
    signal(&first, "-KILL");
    first.wait().unwrap();
    let file = served.export("GWCTL_CONFIG");
    let text = std::fs::read_to_string(file).unwrap();
    std::fs::write(file, text.replace("fleets.orders", "fleets.shop")).unwrap();
    let args = ["runs", "resume", "last", "--write", "--timeout", "30m"];
    let resumed = run(&served, &bob, &args);
    assert_eq!(resumed.code, 0, "{}{}", resumed.out, resumed.err);
    assert_eq!(sent(&served, &bob), 1);
    let told = run(&served, &bob, &["runs", "verify", "last"]).out;
    assert!(told.contains("Shared table gwctl: the same"), "{told}");
    let told = run(&served, &bob, &["share", "push"]);
    assert!(
        told.out.contains("1 of 1 runs were in the table already"),
        "{}{}",
        told.out,
        told.err
    );
}
