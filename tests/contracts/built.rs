//! Guided actions through the built binary, on an AWS that nobody here wrote.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use gwctl::stacks::Kind;
use serde_json::Value;
use tempfile::TempDir;

use super::emulators::{clean_environment, python};
use super::stage::region;
use super::stand::{Stand, own};
use super::status::configuration;

/// An operator's machine: configuration, state, and the way to the emulators.
struct Desk {
    stand: Stand,
    home: TempDir,
}

impl Desk {
    fn new() -> Self {
        let (stand, home) = (own(), TempDir::new().unwrap());
        std::fs::write(home.path().join("config.toml"), configuration(&stand)).unwrap();
        Self { stand, home }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = operator(self.home.path(), args);
        command
            .env("AWS_ENDPOINT_URL", &self.stand.ministack.url)
            .env("AWS_ENDPOINT_URL_ROUTE_53", &self.stand.moto.url);
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }
}

/// The built binary with the configuration and state in `home`; where its AWS is, the caller says.
pub fn operator(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gwctl"));
    clean_environment(&mut command);
    command
        .arg("--write")
        .args(args)
        .arg("--config")
        .arg(home.join("config.toml"))
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("XDG_STATE_HOME", home)
        .stdin(Stdio::null());
    command
}

/// How long a run may be silent before a test gives it up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs `command` until what it has told is `enough`, and interrupts it as Ctrl-C does; what it told, and how
/// it ended. A run that ends by itself, or falls silent, has told all there is.
pub fn left_when(mut command: Command, enough: impl Fn(&[Value]) -> bool) -> (Vec<Value>, Output) {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (tell, hear) = mpsc::channel();
    // Reads on when nobody listens any more: an interrupted run still has something to say.
    let reader = std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            let _ = tell.send(line);
        }
    });
    let mut told: Vec<Value> = Vec::new();
    let more = |told: &mut Vec<Value>| match hear.recv_timeout(PATIENCE) {
        Ok(line) => {
            told.extend(serde_json::from_str::<Value>(&line));
            true
        }
        Err(_) => false,
    };
    while !enough(&told) && more(&mut told) {}
    let pid = child.id().to_string();
    let interrupted = Command::new("kill").args(["-INT", &pid]).status();
    assert!(interrupted.is_ok());
    while more(&mut told) {}
    if matches!(hear.try_recv(), Err(mpsc::TryRecvError::Empty)) {
        // It does not end: nor would the test.
        child.kill().unwrap();
    }
    let output = child.wait_with_output().unwrap();
    reader.join().unwrap();
    (told, output)
}

/// The journal's records that a run prints, one a line.
pub fn records(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

pub fn said(output: &Output) -> String {
    format!(
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

pub fn done(records: &[Value], step: &str) -> bool {
    records
        .iter()
        .any(|record| record["entry"]["event"] == "done" && record["entry"]["step"] == step)
}

/// Steps that the run holds at, by its last word on each.
pub fn held(records: &[Value]) -> Vec<String> {
    let entries = records.iter().map(|record| &record["entry"]);
    let steps = entries.filter(|entry| entry["event"] == "held");
    steps
        .filter_map(|entry| entry["step"].as_str().map(str::to_owned))
        .collect()
}

#[test]
fn promote_moves_the_writer_of_an_aws_that_nobody_here_wrote() {
    let desk = Desk::new();
    let refused = desk.run(&["promote", "eu-west-1", "--confirm", "eu-west-3"]);
    assert_eq!(refused.status.code(), Some(20), "{}", said(&refused));
    let args = "promote eu-west-1 --mode switchover --confirm eu-west-1 -o json --waive lag --waive well:eu-west-1";
    let mut args: Vec<&str> = args.split(' ').collect();
    // Who has no policy is denied everything by the emulator's simulation, and may do everything all the same.
    args.extend(["--waive", "permission:rds:SwitchoverGlobalCluster"]);
    let mut output = desk.run(&args);
    let mut all = records(&output);
    // The emulator takes EnableGlobalWriteForwarding and leaves it off: the run holds, and its operator
    // goes on without it.
    for _ in 0..2 {
        let steps = held(&records(&output));
        if output.status.success() {
            break;
        }
        assert_eq!(output.status.code(), Some(21), "{}", said(&output));
        assert!(
            !steps.is_empty() && steps.iter().all(|step| step.starts_with("forwarding")),
            "{steps:?}"
        );
        let skips: Vec<String> = steps
            .iter()
            .flat_map(|step| ["--skip".into(), step.clone()])
            .collect();
        let mut args = vec![
            "runs",
            "resume",
            "last",
            "-o",
            "json",
            "--reason",
            "not emulated",
        ];
        args.extend(skips.iter().map(String::as_str));
        output = desk.run(&args);
        all.extend(records(&output));
    }
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(
        done(&all, "switchover") && done(&all, "serving"),
        "{}",
        said(&output)
    );
    let sent = all.iter().filter(|record| {
        record["entry"]["event"] == "sending"
            && record["entry"]["call"]["operation"] == "SwitchoverGlobalCluster"
    });
    assert_eq!(sent.count(), 1);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let topology = runtime.block_on(async {
        let session = desk.stand.session().await;
        let rds = session.rds(&region("eu-west-1"));
        rds.topology("orders").await.unwrap()
    });
    assert_eq!(topology.writer().unwrap().region, region("eu-west-1"));
    let verified = desk.run(&["runs", "verify", "last"]);
    assert!(verified.status.success(), "{}", said(&verified));
}

/// What a run journalled of its stacks: the statuses that `resource` went through.
pub fn statuses<'r>(records: &'r [Value], resource: &str) -> Vec<&'r str> {
    let events = records
        .iter()
        .map(|record| &record["entry"])
        .filter(|entry| entry["event"] == "stack" && entry["line"]["logical"] == resource);
    events
        .filter_map(|entry| entry["line"]["status"].as_str())
        .collect()
}

/// The template without those of its resources and outputs that are `unwanted`, by their lines.
pub fn without(template: &str, unwanted: impl Fn(&[&str]) -> bool) -> String {
    let mut blocks: Vec<Vec<&str>> = Vec::new();
    for line in template.lines() {
        let begins = line.starts_with("  ") && !line.starts_with("   ") || !line.starts_with(' ');
        if begins || blocks.is_empty() {
            blocks.push(Vec::new());
        }
        blocks.last_mut().unwrap().push(line);
    }
    let kept = blocks.iter().filter(|block| !unwanted(block));
    let lines: Vec<&str> = kept.flatten().copied().collect();
    lines.join("\n") + "\n"
}

/// The template as far as the emulator goes: it knows no health checks, and takes resources whose condition
/// does not hold for wanted, which gwctl would rightly not let pass.
fn emulated(template: &str) -> String {
    let left_out = ["IsChecked", "IsAdmitted", "IsShared", "HasAlarmTopic"];
    without(template, |block| {
        let mut conditions = block
            .iter()
            .filter_map(|line| line.trim().strip_prefix("Condition: "));
        conditions.any(|condition| left_out.contains(&condition))
    })
}

/// A zone in the emulator that has CloudFormation.
fn zone(stand: &Stand) -> String {
    let script = format!(
        "import boto3; zone = boto3.client('route53', endpoint_url='{}', region_name='us-east-1', \
         aws_access_key_id='test', aws_secret_access_key='test').create_hosted_zone(\
         Name='orders.example.com', CallerReference='built'); \
         print(zone['HostedZone']['Id'].rsplit('/', 1)[-1])",
        stand.ministack.url
    );
    let made = Command::new(python())
        .args(["-c", &script])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", said(&made));
    String::from_utf8(made.stdout).unwrap().trim().to_owned()
}

/// How far the emulator goes: the stacks are made by change sets and their events told; its clusters do not
/// join a global cluster, so the run waits there, is left, and is taken back.
#[test]
fn stacks_are_built_and_taken_back_in_an_aws_that_nobody_here_wrote() {
    let desk = Desk::new();
    let config = desk.home.path().join("config.toml");
    let template = desk.home.path().join("region.yaml");
    // CloudFormation makes records where it runs, in the other emulator's zone.
    let text = emulated(&Kind::Region.template());
    let text = text.replace("!Ref HostedZoneId", &zone(&desk.stand));
    std::fs::write(
        &template,
        text.replace("AllowedPattern: ^Z[A-Z0-9]+$", "MinLength: 1"),
    )
    .unwrap();
    let own = format!(
        "[fleets.orders.build.templates]\nregion = \"{}\"\n",
        template.display()
    );
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text + &own).unwrap();
    let waived = ["quota", "database", "fresh"]
        .map(|check| ["--waive", check])
        .concat();
    let mut args = vec![
        "provision",
        "eu-central-1",
        "--confirm",
        "eu-central-1",
        "-o",
        "json",
    ];
    args.extend(waived);
    let (told, left) = left_when(desk.command(&args), |told| {
        let built = ["switch.eu-central-1", "region.eu-central-1"];
        built.iter().all(|step| done(told, step))
    });
    for part in [
        "EvacuationAlarm",
        "Vpc",
        "Cluster",
        "Instance1",
        "Handler",
        "Api",
        "EndpointRecord",
    ] {
        assert!(
            statuses(&told, part).contains(&"CREATE_COMPLETE"),
            "{part}: {told:?}\n{}",
            said(&left)
        );
    }
    assert_eq!(left.status.code(), Some(21), "{}", said(&left));
    let undone = desk.run(&["runs", "undo", "last", "--confirm", "eu-central-1"]);
    assert_eq!(undone.status.code(), Some(23), "{}", said(&undone));
}
