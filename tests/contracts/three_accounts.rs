//! A fleet over three accounts through the built binary, in an AWS that nobody here wrote: moto knows accounts by the
//! role that is assumed, and shows none what another has.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use super::built::{done, left_when, operator, said};
use super::emulators::{Server, clean_environment, moto_to_build_in, python};

const WORKLOAD: &str = "111111111111";
const DNS: &str = "222222222222";
const EDGE: &str = "333333333333";
const REGIONS: [&str; 2] = ["us-east-1", "eu-west-1"];

/// An operator's machine, and three accounts with a part of the fleet each.
struct Desk {
    moto: Server,
    home: TempDir,
}

impl Desk {
    fn new() -> Self {
        let moto = moto_to_build_in();
        let made = boto3("make", &moto.url);
        let home = TempDir::new().unwrap();
        let text = configuration(&made, &moto.url);
        std::fs::write(home.path().join("config.toml"), text).unwrap();
        Self { moto, home }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = operator(self.home.path(), args);
        command.env("AWS_ENDPOINT_URL", &self.moto.url);
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }
}

/// What `three_accounts.py` prints.
fn boto3(what: &str, moto: &str) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contracts/three_accounts.py");
    let mut command = Command::new(python());
    clean_environment(&mut command);
    let output = command.arg(script).args([what, moto]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn configuration(made: &Value, moto: &str) -> String {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let role = |account: &str| {
        format!("{{ role_arn = \"arn:aws:iam::{account}:role/ops\", session_name = \"robin\" }}")
    };
    let sites = REGIONS.map(|region| {
        format!(
            "[[fleets.orders.sites]]\nregion = \"{region}\"\napi = \"{}\"\nfunctions = []\n\
             endpoint = \"{region}.api.orders.example.com\"\nprobe_url = \"{moto}\"\n",
            text(&made["apis"][region])
        )
    });
    format!(
        "[fleets.orders]\ndomain = \"api.orders.example.com\"\nglobal_cluster = \"orders\"\n\
         probe_url = \"{moto}\"\nprobe_path = \"/moto-api/\"\n\
         [fleets.orders.edge]\ndistribution = \"{}\"\nhosted_zone = \"{}\"\n\
         latency_record = \"latency.orders.example.com\"\n\
         [fleets.orders.accounts]\nworkload = {}\ndns = {}\nedge = {}\n{}",
        text(&made["distribution"]),
        text(&made["zone"]),
        role(WORKLOAD),
        role(DNS),
        role(EDGE),
        sites.concat()
    )
}

/// The records that route by latency, whole, as the account of DNS sees them.
fn routed(desk: &Desk) -> Vec<Value> {
    let records = boto3("show", &desk.moto.url);
    let of_set = |one: &&Value| one["Name"] == "latency.orders.example.com.";
    let mut all: Vec<Value> = records
        .as_array()
        .unwrap()
        .iter()
        .filter(of_set)
        .cloned()
        .collect();
    all.sort_by_key(|one| one["SetIdentifier"].to_string());
    all
}

/// The weights behind Ireland's record, as the account of DNS sees them; none while it is no alias.
fn weights(desk: &Desk) -> Vec<(String, i64)> {
    let records = boto3("show", &desk.moto.url);
    let of_group = |one: &&Value| one["Name"] == "eu-west-1.latency.orders.example.com.";
    let records = records.as_array().unwrap().iter().filter(of_group);
    let mut all: Vec<_> = records
        .map(|one| {
            let set = one["SetIdentifier"].as_str().unwrap().to_owned();
            (set, one["Weight"].as_i64().unwrap())
        })
        .collect();
    all.sort();
    all
}

/// moto's CloudWatch answers no `GetMetricData` of this SDK: what its figures would show has to be waived.
const WAIVED: [&str; 8] = [
    "--waive",
    "not-the-last",
    "--waive",
    "well:us-east-1",
    "--waive",
    "rate:us-east-1",
    "--waive",
    "capacity:us-east-1",
];

#[test]
fn each_part_is_asked_and_changed_in_its_own_account() {
    let desk = Desk::new();
    let seen: Value = serde_json::from_slice(&desk.run(&["status", "-o", "json"]).stdout).unwrap();
    let parts: Vec<(&str, &str)> = seen["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let id = &one["identity"]["value"]["account"];
            (one["account"].as_str().unwrap(), id.as_str().unwrap())
        })
        .collect();
    assert_eq!(
        parts,
        [
            ("workload", WORKLOAD),
            ("database", WORKLOAD),
            ("dns", DNS),
            ("edge", EDGE)
        ]
    );
    assert_eq!(
        seen["database"]["writer"], "us-east-1",
        "{:#}",
        seen["database"]
    );
    assert_eq!(
        seen["edge"]["distribution"]["value"]["status"], "Deployed",
        "{:#}",
        seen["edge"]
    );

    let evacuate = ["evacuate", "eu-west-1", "--mechanism", "records"];
    let planned = desk.run(&[&evacuate[..], &WAIVED, &["--dry-run"]].concat());
    let plan = String::from_utf8_lossy(&planned.stdout).into_owned();
    for (part, id) in parts {
        let told = format!("{part} in {id} as arn:aws:sts::{id}:assumed-role/ops/robin");
        assert!(plan.contains(&told), "{told}: {plan}");
    }

    let before = routed(&desk);
    let confirm = ["--confirm", "eu-west-1", "-o", "json"];
    let command = desk.command(&[&evacuate[..], &WAIVED, &confirm].concat());
    let (told, left) = left_when(command, |told| done(told, "evacuate"));
    assert!(done(&told, "evacuate"), "{told:?}\n{}", said(&left));
    let begun = told
        .iter()
        .find(|one| one["entry"]["event"] == "begun")
        .unwrap();
    let holders = &begun["entry"]["plan"]["binding"]["accounts"];
    let ids: Vec<&Value> = holders
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["id"])
        .collect();
    assert_eq!(ids, [WORKLOAD, WORKLOAD, DNS, EDGE], "{holders:#}");
    let expected = [("eu-west-1".to_owned(), 0), ("us-east-1".to_owned(), 100)];
    assert_eq!(weights(&desk), expected);
    assert_ne!(routed(&desk), before);

    let id = begun["entry"]["id"].as_str().unwrap();
    let undo = desk.command(&["runs", "undo", id, "--confirm", "eu-west-1", "-o", "json"]);
    let (told, left) = left_when(undo, |told| done(told, "undo.evacuate"));
    assert!(done(&told, "undo.evacuate"), "{told:?}\n{}", said(&left));
    assert_eq!(routed(&desk), before, "{told:?}");
}
