//! The whole way: the built binary as a process, an AWS that nobody here wrote, and what it prints.

use std::fmt::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::emulators::clean_environment;
use super::stand::{SeededSite, Stand, shared};

/// The configuration of the seeded fleet. Probes go to the emulator that has less to do, which answers HTTP like any
/// other; public DNS knows nothing of the fleet's names, and gwctl must say so. On a busy machine the emulators take long.
pub fn configuration(stand: &Stand) -> String {
    let fleet = &stand.fleet;
    let probe = &stand.moto.url;
    let mut text = format!(
        "[refresh]\nattempt_timeout = \"60s\"\noperation_timeout = \"60s\"\n\
         [fleets.orders]\ndomain = \"api.orders.example.com\"\nglobal_cluster = \"orders\"\n\
         probe_url = \"{probe}\"\nprobe_path = \"/moto-api/data.json\"\n\
         [fleets.orders.edge]\ndistribution = \"{}\"\nhosted_zone = \"{}\"\n\
         latency_record = \"latency.orders.example.com\"\nrouter = \"orders-router\"\n\
         [fleets.orders.thresholds]\nmetric_stale_s = 3600.0\n",
        fleet.distribution.id, fleet.zone
    );
    for (region, site) in &fleet.sites {
        write!(
            text,
            "[[fleets.orders.sites]]\nregion = \"{region}\"\napi = \"{}\"\nendpoint = \"{}\"\n\
             functions = [\"orders-read\", \"orders-write\"]\nstack = \"orders\"\nprobe_url = \"{probe}\"\n",
            site.api.id, site.domain
        )
        .unwrap();
    }
    text
}

fn status(stand: &Stand, configure: impl FnOnce(&mut Command)) -> Output {
    let folder = TempDir::new().unwrap();
    let config = folder.path().join("config.toml");
    std::fs::write(&config, configuration(stand)).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_gwctl"));
    clean_environment(&mut command);
    command
        .args(["status", "-o", "json", "--timeout", "5m", "--config"])
        .arg(config)
        .env("AWS_ENDPOINT_URL", &stand.ministack.url)
        .env("AWS_ENDPOINT_URL_ROUTE_53", &stand.moto.url)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("XDG_STATE_HOME", folder.path())
        .stdin(Stdio::null());
    configure(&mut command);
    command.output().unwrap()
}

fn printed(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn site<'a>(picture: &'a Value, region: &str) -> &'a Value {
    let sites = picture["sites"].as_array().unwrap();
    sites.iter().find(|site| site["region"] == region).unwrap()
}

/// The value of an observation, or why there is none.
fn value(observed: &Value) -> Value {
    match &observed["missing"] {
        Value::Null => observed["value"].clone(),
        missing => missing["reason"].clone(),
    }
}

#[test]
fn status_prints_the_fleet_that_was_seeded() {
    let stand = shared();
    let output = status(stand, |_| {});
    let picture = printed(&output);
    assert_eq!(picture["schema"], "gwctl.status/1");
    assert_eq!(
        (&picture["complete"], &picture["simulated"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(
        value(&picture["identity"])["account"],
        stand.fleet.account.as_str()
    );
    assert_eq!(picture["sites"].as_array().unwrap().len(), 3);
    for (region, seeded) in &stand.fleet.sites {
        assert_site(site(&picture, region), region, seeded);
    }
    assert_database(&picture["database"], stand);
    assert_edge(&picture["edge"], stand);

    // Six errors in 120 invocations are above the limit of one percent everywhere.
    for region in stand.fleet.sites.keys() {
        let reasons = site(&picture, region)["reasons"].to_string();
        assert!(
            reasons.contains("orders-read errors 5 %, limit 1 %"),
            "{reasons}"
        );
        // An alarm in us-east-1 may be about the edge: it is told of the fleet.
        let (reasons, alarm) = match region.as_str() {
            "us-east-1" => (
                picture["reasons"].to_string(),
                "alarm orders-5xx in us-east-1",
            ),
            _ => (reasons, "alarm orders-5xx"),
        };
        assert!(reasons.contains(alarm), "{reasons}");
    }
    assert_eq!(
        output.status.code(),
        picture["exit_code"].as_i64().map(|code| code as i32)
    );
    assert_ne!(
        output.status.code(),
        Some(0),
        "a fleet with failing functions is not healthy"
    );
}

fn assert_site(site: &Value, region: &str, seeded: &SeededSite) {
    let api = &site["api"];
    assert_eq!(
        value(&api["detail"])["kind"],
        seeded.api.kind.as_str(),
        "{region}"
    );
    assert_eq!(value(&api["detail"])["name"], "orders");
    let metrics = &api["metrics"];
    assert_eq!(value(&metrics["api_latency_p50"]), 49.0);
    // The newest minute had no failure, which is zero; nothing was ever put for 4xx, which is not.
    assert_eq!(value(&metrics["api_5xx"]), 0.0);
    assert_eq!(value(&metrics["api_4xx"]), "no-data");

    let function = &site["functions"][0];
    assert_eq!(function["name"], "orders-read");
    assert_eq!(
        value(&function["detail"])["memory_mb"],
        seeded.functions[0].memory
    );
    assert_eq!(value(&function["metrics"]["function_invocations"]), 120.0);
    assert_eq!(value(&function["metrics"]["error_percent"]), 5.0);

    assert_eq!(
        value(&site["certificate"])["domain"],
        seeded.domain.as_str()
    );
    assert_eq!(value(&site["stack"])["status"], "CREATE_COMPLETE");
    let alarms = value(&site["alarms"]);
    assert_eq!(
        alarms.as_array().unwrap().len(),
        1,
        "the alarm in OK is not told"
    );
    assert_eq!(
        (&alarms[0]["name"], &alarms[0]["reason"]),
        (&json!("orders-5xx"), &json!("too many 5xx"))
    );
    let probe = &site["probe"];
    assert_eq!(value(probe)["status"], 200, "{probe:#}");
    assert_eq!(site["health_check"], seeded.check.as_str());
    assert_eq!(site["reach"]["answering"], true);
    assert_eq!(
        site["reach"]["clock_skew_ms"], 0,
        "the emulators run on our own clock"
    );
}

fn assert_database(database: &Value, stand: &Stand) {
    assert_eq!(database["writer"], "us-east-1");
    let topology = value(&database["topology"]);
    assert_eq!(
        topology["engine"],
        json!({"name": "aurora-postgresql", "version": "16.8"})
    );
    assert_eq!(topology["members"].as_array().unwrap().len(), 3);
    for (region, seeded) in &stand.fleet.sites {
        let clusters = database["clusters"].as_array().unwrap();
        let cluster = clusters
            .iter()
            .find(|cluster| cluster["region"] == region.as_str())
            .unwrap();
        assert_eq!(cluster["id"], seeded.cluster.as_str());
        let state = value(&cluster["state"]);
        assert_eq!(state["status"], "available");
        assert_eq!(state["instances"][0]["id"], format!("{}-1", seeded.cluster));
        assert_eq!(state["instances"][0]["class"], "db.r6g.large");
        let lag = &cluster["metrics"]["rpo_lag"];
        if region == "us-east-1" {
            assert!(lag.is_null(), "the writer has no lag to ask for: {lag}");
        } else {
            assert_eq!(value(lag), 180.0);
        }
    }
}

fn assert_edge(edge: &Value, stand: &Stand) {
    let distribution = value(&edge["distribution"]);
    assert_eq!(
        distribution["domain"],
        stand.fleet.distribution.domain.as_str()
    );
    assert_eq!(distribution["aliases"], json!(["api.orders.example.com"]));
    assert_eq!(
        distribution["router_arn"].as_str(),
        stand.fleet.router.qualified.as_deref()
    );
    assert_eq!(
        value(&edge["certificate"])["domain"],
        "api.orders.example.com"
    );
    assert_eq!(
        value(&edge["router"]["detail"])["memory_mb"],
        stand.fleet.router.memory
    );
    let records = value(&edge["records"]);
    let checks = edge["checks"].as_array().unwrap();
    for (region, seeded) in &stand.fleet.sites {
        let record = records
            .as_array()
            .unwrap()
            .iter()
            .find(|record| record["region"] == region.as_str());
        assert_eq!(record.unwrap()["target"], seeded.domain.as_str());
        assert_eq!(record.unwrap()["health_check"], seeded.check.as_str());
        let check = checks
            .iter()
            .find(|check| check["id"] == seeded.check.as_str())
            .unwrap();
        assert_eq!(value(&check["config"])["interval_s"], 10);
        assert_eq!(
            check["verdict"], "unknown",
            "without a figure it is not green"
        );
    }
}

#[test]
fn status_without_credentials_says_what_to_do_and_claims_nothing() {
    let stand = shared();
    let output = status(stand, |command| {
        command
            .env_remove("AWS_ACCESS_KEY_ID")
            .env_remove("AWS_SECRET_ACCESS_KEY");
    });
    let picture = printed(&output);
    assert_eq!(value(&picture["identity"]), "could-not-ask");
    let why = picture["identity"]["missing"]["why"].as_str().unwrap();
    assert!(why.contains("aws sso login"), "{why}");
    assert_eq!(picture["cost"]["calls"], 0);
    assert!(
        picture["sites"]
            .as_array()
            .unwrap()
            .iter()
            .all(|site| site["verdict"] != "healthy")
    );
    assert_ne!(output.status.code(), Some(0));
}
