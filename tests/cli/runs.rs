//! Runs that were left, killed, tampered with or contested: against a served world, by the real binary.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Stdio};

use super::harness::{Home, Ran};
use super::served::Served;

/// One engineer's machine, a client of a served world that runs fast.
struct Desk<'a> {
    served: &'a Served,
    home: Home,
}

/// The world's time outruns a busy machine: the picture may be late and lack figures, and these tests are
/// about processes, not about who can take the traffic.
fn patient<'a>(args: &[&'a str]) -> Vec<&'a str> {
    let mut args = args.to_vec();
    if args.contains(&"evacuate") && !args.contains(&"runs") {
        args.extend(["--timeout", "30m"]);
        for check in [
            "well:eu-west-1",
            "rate:eu-west-1",
            "capacity:eu-west-1",
            "well:ap-southeast-1",
            "rate:ap-southeast-1",
            "capacity:ap-southeast-1",
        ] {
            args.extend(["--waive", check]);
        }
    }
    args
}

impl<'a> Desk<'a> {
    fn at(served: &'a Served) -> Self {
        Self {
            served,
            home: Home::new(),
        }
    }

    fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, &[])
    }

    fn run_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mut command = self.served.command(&self.home, &patient(args));
        command.envs(variables.iter().copied());
        Ran::of(command.output().unwrap())
    }

    /// Begins `args`, and waits until `word` is told.
    fn begin(&self, args: &[&str], word: &str) -> Begun {
        let mut command = self.served.command(&self.home, &patient(args));
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut told = String::new();
        for line in lines.by_ref() {
            told += &(line.unwrap() + "\n");
            if told.contains(word) {
                return Begun {
                    child,
                    _lines: lines,
                };
            }
        }
        let ended = child.wait();
        panic!("{word} was not told, and it ended with {ended:?}:\n{told}");
    }

    fn journal(&self) -> PathBuf {
        let folder = self.home.path("state/gwctl/runs");
        let entries = std::fs::read_dir(folder).unwrap().flatten();
        let mut paths = entries.map(|entry| entry.path());
        paths
            .find(|path| path.extension().is_some_and(|ext| ext == "jsonl"))
            .unwrap()
    }
}

/// A run under way in a process of its own.
struct Begun {
    child: Child,
    _lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Drop for Begun {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const EVACUATE: [&str; 5] = ["evacuate", "us-east-1", "--write", "--confirm", "us-east-1"];

/// `runs settle` writes into the team's journal: where there is no leave to, no conflict or no table, it says so.
fn settles_nothing(desk: &Desk) {
    let refused = |args: &[&str], why: &str| {
        let told = desk.run(args);
        assert!(
            told.code != 0 && told.err.contains(why),
            "{why}: {}",
            told.err
        );
    };
    let settle = ["runs", "settle", "last", "--write"];
    refused(&settle[..3], "read-only by default: nothing was written");
    refused(&settle, "has no conflict to settle");
    let conflict = desk.journal().with_extension("conflict");
    let found = r#"[{"found":"2026-11-22T03:00:00Z","clash":"lines","line":2}]"#;
    std::fs::write(&conflict, found).unwrap();
    refused(&settle, "shares no table by this configuration");
    assert_eq!(std::fs::read_to_string(&conflict).unwrap(), found);
    std::fs::remove_file(conflict).unwrap();
}

#[test]
fn a_killed_run_is_shown_as_left_and_resumed_to_its_end_and_undone() {
    let served = Served::start(&["--speed", "20"]);
    let desk = Desk::at(&served);
    // Killed with the change written down and its reply not: whoever resumes looks first.
    let killed = desk.run_with(&EVACUATE, &[("GWCTL_CRASH", "after:3")]);
    assert_eq!(killed.code, -1, "{}{}", killed.out, killed.err);
    let list = desk.run(&["runs"]).out;
    assert!(list.contains("evacuate  us-east-1  left"), "{list}");
    assert!(list.contains("  FLEET   WHEN "), "{list}");
    assert!(list.contains("  orders  20"), "{list}");
    let status = desk.run(&["status"]).out;
    for words in [
        "open run      Evacuate us-east-1",
        "nobody drives it: `gwctl runs resume",
        "last tried    none from this machine",
    ] {
        assert!(status.contains(words), "{words}\n{status}");
    }
    let report = desk.run(&["runs", "report", "last", "-o", "json"]).json();
    assert_eq!(report["outcome"], "left", "{report:#}");
    let steps = report["steps"].to_string();
    assert!(
        steps.contains("\"left\"") && !steps.contains("\"running\""),
        "{steps}"
    );
    let refused = desk.run(&["runs", "resume", "last"]);
    assert_eq!(refused.code, 20, "{}", refused.err);
    let resumed = desk.run(&["runs", "resume", "last", "--write"]);
    assert_eq!(resumed.code, 0, "{}{}", resumed.out, resumed.err);
    assert!(
        resumed.out.contains("● resumed") && resumed.out.contains("■ done"),
        "{}",
        resumed.out
    );
    let report = desk.run(&["runs", "report", "last", "-o", "json"]).json();
    let deviations = report["deviations"].to_string();
    assert!(deviations.contains("resumed"), "{deviations}");
    assert_eq!(desk.run(&["runs", "show", "last"]).code, 0);
    settles_nothing(&desk);
    let over = desk.run(&["runs", "resume", "last", "--write"]);
    assert_eq!(over.code, 20, "{}", over.err);

    let undone = desk.run(&["runs", "undo", "last", "--write", "--confirm", "us-east-1"]);
    assert_eq!(undone.code, 23, "{}{}", undone.out, undone.err);
    assert!(desk.run(&["runs"]).out.contains("undone"));
}

/// Every process is killed around one of the next records, so that each record is once the last one
/// written and once the one that was not: the change is made, and its journal is whole.
#[test]
fn a_run_whose_every_process_is_killed_around_the_next_record_comes_to_its_end() {
    let served = Served::start(&["--speed", "20"]);
    let desk = Desk::at(&served);
    let first = desk.run_with(&EVACUATE, &[("GWCTL_CRASH", "before:1")]);
    assert_eq!(first.code, -1, "{}{}", first.out, first.err);
    let mut kills = 1;
    let last = loop {
        let journal = std::fs::read_to_string(desk.journal()).unwrap();
        let written = journal.lines().count();
        // `Resumed` and `Started` come first: each process gets a little further than the one before.
        let when = if kills % 2 == 0 { "before" } else { "after" };
        let at = format!("{when}:{}", written + 1 + kills / 2);
        let resumed = desk.run_with(
            &["runs", "resume", "last", "--write"],
            &[("GWCTL_CRASH", &at)],
        );
        if resumed.code != -1 {
            break resumed;
        }
        kills += 1;
        assert!(kills < 60, "it comes to no end:\n{journal}");
    };
    // The one before may have been killed after the last record of all.
    let was_over = last.code == 20 && last.err.contains("is done");
    assert!(last.code == 0 || was_over, "{}{}", last.out, last.err);
    assert!(kills > 5, "killed only {kills} times");
    let verified = desk.run(&["runs", "verify", "last"]);
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    let run = desk.run(&["runs", "show", "last", "-o", "json"]).json();
    let sent = run["steps"]["evacuate"]["calls"].as_array().unwrap();
    // Putting the same value again changes nothing; a reply that was heard is never asked for again.
    let heard = sent.iter().filter(|call| !call["reply"].is_null());
    assert!(heard.count() <= 1, "{sent:#?}");
}

#[test]
fn a_second_process_is_told_who_acts_and_an_interrupted_run_can_be_resumed() {
    let served = Served::start(&[]);
    let desk = Desk::at(&served);
    let mut first = desk.begin(&EVACUATE, "← taken");
    let pid = first.child.id().to_string();
    let other = [
        "evacuate",
        "ap-southeast-1",
        "--write",
        "--confirm",
        "ap-southeast-1",
    ];
    let (fleet, run) = ("is already changing this fleet", "drives this run already");
    for (args, why) in [
        (&other[..], fleet),
        (
            &["runs", "abandon", "last", "--reason", "I am in a hurry"],
            run,
        ),
        (&["runs", "resume", "last", "--write"], run),
    ] {
        let second = desk.run(args);
        assert_eq!(second.code, 24, "{args:?}: {}{}", second.out, second.err);
        assert!(
            second.err.contains(&pid) && second.err.contains(why),
            "{}",
            second.err
        );
    }
    // Who does not act may note all the same: the process that drives the run writes it down.
    let noted = desk.run(&["runs", "note", "last", "checkout answers"]);
    assert_eq!(noted.code, 0, "{}{}", noted.out, noted.err);
    assert!(noted.out.contains("by the gwctl of"), "{}", noted.out);
    assert!(desk.run(&["runs"]).out.contains("running, live"));

    interrupt(&first.child);
    let status = first.child.wait().unwrap();
    assert_eq!(status.code(), Some(21));
    // What was confirmed was confirmed for this AWS, and not for another one with the same account and names.
    let elsewhere = Served::start(&[]);
    let resume = ["runs", "resume", "last", "--write"];
    let there = desk.run_with(
        &resume,
        &[("AWS_ENDPOINT_URL", elsewhere.export("AWS_ENDPOINT_URL"))],
    );
    assert_ne!(there.code, 0, "{}", there.out);
    let differs = format!("and is {}", elsewhere.export("AWS_ENDPOINT_URL"));
    assert!(there.err.contains(&differs), "{}{}", there.out, there.err);
    let note = desk.run(&["runs", "note", "last", "going home"]);
    assert_eq!(note.code, 0, "{}", note.err);
    let abandoned = desk.run(&["runs", "abandon", "last", "--reason", "it was a rehearsal"]);
    assert_eq!(abandoned.code, 0, "{}", abandoned.err);
    let shown = desk.run(&["runs", "show", "last"]);
    assert_eq!(shown.code, 22, "{}", shown.out);
    assert!(
        shown.out.contains("going home") && shown.out.contains("it was a rehearsal"),
        "{}",
        shown.out
    );
    let note = shown.out.lines().find(|line| line.contains("going home"));
    assert!(note.is_some_and(|line| !line.contains("order")), "{note:?}");
}

fn interrupt(child: &Child) {
    let pid = child.id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(sent.unwrap().success());
}

#[test]
fn verify_names_the_line_that_was_changed_or_removed_and_forgives_a_torn_last_one() {
    let home = Home::new();
    let args = [
        "evacuate",
        "eu-west-1",
        "--demo",
        "--write",
        "--confirm",
        "eu-west-1",
    ];
    assert_eq!(home.run(&args).code, 0);
    let folder = home.path("state/gwctl/demo/runs");
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let mut paths = entries.map(|entry| entry.path());
    let path = paths
        .find(|path| path.extension().is_some_and(|ext| ext == "jsonl"))
        .unwrap();
    let whole = std::fs::read_to_string(&path).unwrap();
    let verify = |text: &str| {
        std::fs::write(&path, text).unwrap();
        home.run(&["runs", "verify", "last", "--demo"])
    };
    let fine = verify(&whole);
    assert_eq!(fine.code, 0, "{}", fine.err);
    assert!(
        fine.out.contains("the hash chain is intact"),
        "{}",
        fine.out
    );

    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let changed = lines[4].replacen("\"by\":\"", "\"by\":\"x", 1);
    let mut with_change = lines.clone();
    with_change[4] = &changed;
    let mut without = lines.clone();
    without.remove(6);
    for (text, line) in [
        (with_change.concat(), "line 5"),
        (without.concat(), "line 7"),
    ] {
        let broken = verify(&text);
        assert_eq!(broken.code, 1, "{}", broken.out);
        assert!(broken.err.contains(line), "{}", broken.err);
    }
    let torn = verify(&whole[..whole.len() - 20]);
    assert_eq!(torn.code, 0, "{}", torn.err);
    assert!(torn.out.contains("is incomplete"), "{}", torn.out);
    // A power cut: the file is as long as it was to be, and what was not on disk is zeros.
    let records = lines.len();
    for zeros in ["\0\0\0\0", "\0\0\0\n", "\0\n\0\n\0"] {
        let cut = verify(&format!("{whole}{zeros}"));
        assert_eq!(cut.code, 0, "{zeros:?}: {}", cut.err);
        let told =
            cut.out.contains("zero bytes") && cut.out.contains(&format!("{records} records"));
        assert!(told, "{}", cut.out);
    }
    let last = &lines[records - 1];
    let half = format!("{}{}\0\0\0\n", lines[..records - 1].concat(), &last[..40]);
    let cut = verify(&half);
    assert_eq!(cut.code, 0, "{}", cut.err);
    assert!(cut.out.contains("is left"), "{}", cut.out);
    let middle = format!("{}\0\0\n{}", lines[..3].concat(), lines[3..].concat());
    let broken = verify(&middle);
    assert_eq!(broken.code, 1, "records behind zeros: {}", broken.out);
    assert!(broken.err.contains("line 4"), "{}", broken.err);
}

/// A chain that somebody wrote anew from the first line on is whole: that it cannot be told is told.
#[test]
fn verify_says_what_a_chain_without_a_copy_elsewhere_cannot_prove() {
    let home = Home::new();
    let args = [
        "evacuate",
        "eu-west-1",
        "--demo",
        "--write",
        "--confirm",
        "eu-west-1",
    ];
    assert_eq!(home.run(&args).code, 0);
    let verified = home.run(&["runs", "verify", "last", "--demo"]);
    let hash = verified
        .out
        .lines()
        .find_map(|line| line.strip_prefix("Last hash: "))
        .unwrap();
    assert_eq!(hash.len(), 64);
    assert!(
        verified.out.contains("written again") && verified.out.contains("kept elsewhere"),
        "{}",
        verified.out
    );
}

#[test]
fn a_run_that_was_left_is_called_left_and_what_is_printed_goes_on_with_it() {
    let served = Served::start(&["--speed", "20"]);
    let desk = Desk::at(&served);
    let killed = desk.run_with(&EVACUATE, &[("GWCTL_CRASH", "after:3")]);
    assert_eq!(killed.code, -1, "{}{}", killed.out, killed.err);
    let listed = &desk.run(&["runs", "-o", "json"]).json()["runs"][0];
    assert_eq!(
        (listed["phase"].as_str(), listed["live"].as_bool()),
        (Some("left"), Some(false))
    );
    let verified = desk.run(&["runs", "verify", "last"]);
    assert!(verified.out.contains("the run is left"), "{}", verified.out);
    let shown = desk.run(&["runs", "show", "last"]);
    assert!(shown.err.contains("was left"), "{}", shown.err);
    let printed = shown
        .err
        .lines()
        .find_map(|line| line.strip_prefix("To go on: gwctl "))
        .unwrap();
    assert!(printed.contains("--config"), "{printed}");
    let words: Vec<&str> = printed.split(' ').collect();
    let resumed = desk.run(&words);
    assert_eq!(resumed.code, 0, "{}{}", resumed.out, resumed.err);
}

#[test]
fn a_demo_that_was_left_says_that_its_world_has_ended() {
    let home = Home::new();
    let args = [
        "drill",
        "us-east-1",
        "--to",
        "eu-west-1",
        "--demo",
        "--write",
    ];
    let held = home.run(&[&args[..], &["--confirm", "us-east-1"]].concat());
    assert_eq!(held.code, 21, "{}{}", held.out, held.err);
    for told in [held, home.run(&["runs", "show", "last", "--demo"])] {
        assert!(
            told.err.contains("ends with its process") && !told.err.contains("runs resume"),
            "{}",
            told.err
        );
    }
}

#[test]
fn what_only_looks_like_a_journal_hangs_nothing() {
    let home = Home::new();
    let runs = home.path("state/gwctl/runs");
    std::fs::create_dir_all(&runs).unwrap();
    for name in ["odd.jsonl", "odd.lease"] {
        let made = std::process::Command::new("mkfifo")
            .arg(runs.join(name))
            .status();
        assert!(made.unwrap().success());
    }
    let ran = home.run(&["runs"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains("it is a named pipe, not a file"),
        "{}",
        ran.out
    );
}

#[test]
fn a_fleet_pinned_read_only_cannot_be_opened() {
    let served = Served::start(&[]);
    let desk = Desk::at(&served);
    let file = served.export("GWCTL_CONFIG");
    let text = std::fs::read_to_string(file).unwrap();
    let pinned = desk
        .home
        .configure(&text.replace("read_only = false", "read_only = true"));
    let config = ["--config", pinned.to_str().unwrap()];
    let ran = desk.run(&[&EVACUATE[..], &config[..]].concat());
    assert_eq!(ran.code, 20, "{}", ran.err);
    assert!(
        ran.err.contains("read-only by its configuration"),
        "{}",
        ran.err
    );
    assert!(!desk.home.path("state/gwctl/runs").exists());
}

#[test]
fn a_journal_is_for_its_operator_alone() {
    use std::os::unix::fs::PermissionsExt;
    let served = Served::start(&["--speed", "20"]);
    let desk = Desk::at(&served);
    let ran = desk.run(&EVACUATE);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let journal = desk.journal();
    for path in [journal.clone(), journal.with_extension("md")] {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
}
