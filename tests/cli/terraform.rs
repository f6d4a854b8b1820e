//! `gwctl drift --terraform`, `drift --state` and `discover --state`: three shapes of what Terraform prints (one root
//! module; modules with `for_each` and `count`; a provider alias a Region).

use serde_json::Value;

use super::harness::{Home, Ran};
use super::served::Served;

const ROOT: &str = include_str!("terraform/root.plan.json");
const MODULES: &str = include_str!("terraform/modules.plan.json");
const ALIASES: &str = include_str!("terraform/aliases.plan.json");
const ROOT_STATE: &str = include_str!("terraform/root.state.json");
const MODULES_STATE: &str = include_str!("terraform/modules.tfstate");
const ALIASES_STATE: &str = include_str!("terraform/aliases.state.json");

/// `text` with the identifiers of the simulated fleet, as `status` tells them.
fn filled(text: &str, status: &Value) -> String {
    let mut text = text.replace("{{protected}}", "true");
    for site in status["sites"].as_array().unwrap() {
        let region = site["region"].as_str().unwrap();
        let check = site["health_check"].as_str().unwrap();
        let api = site["api"]["id"].as_str().unwrap();
        text = text.replace(&format!("{{{{check:{region}}}}}"), check);
        text = text.replace(&format!("{{{{api:{region}}}}}"), api);
    }
    text = text.replace("{{api-type}}", "aws_apigatewayv2_api");
    assert!(!text.contains("{{"), "{text}");
    text
}

/// Runs `command` on the simulated fleet in `scenario`, with `text` as the file behind `flag`.
fn ran(command: &[&str], flag: &str, text: &str, scenario: &str) -> Ran {
    let home = Home::new();
    // The same seed: the identifiers are the same in every scenario.
    let status = home.run(&["status", "--demo", "-o", "json"]).json();
    let world = ["--demo", "--scenario", scenario];
    let file = home.path("terraform.json");
    std::fs::write(&file, filled(text, &status)).unwrap();
    let file = [flag, file.to_str().unwrap()];
    home.run(&[command, &file[..], &world[..]].concat())
}

fn drift(text: &str, scenario: &str, more: &[&str]) -> Ran {
    ran(&[&["drift"], more].concat(), "--terraform", text, scenario)
}

fn resource<'a>(section: &'a Value, address: &str) -> &'a Value {
    let all = section["resources"].as_array().unwrap();
    all.iter()
        .find(|one| one["address"] == address)
        .unwrap_or_else(|| panic!("{address} is not in {section:#}"))
}

fn verdict<'a>(section: &'a Value, address: &str) -> &'a str {
    resource(section, address)["verdict"].as_str().unwrap()
}

/// The reason that decides, in words.
fn text(section: &Value, address: &str) -> String {
    let one = resource(section, address);
    one["reasons"][0]["text"].as_str().unwrap().to_owned()
}

#[test]
fn what_must_never_be_applied_comes_first_and_what_the_roles_explain_is_told_apart() {
    let ran = drift(ROOT, "switched-over", &[]);
    assert_eq!(ran.code, 10, "{}{}", ran.out, ran.err);
    let at = |word: &str| {
        let found = ran.out.find(word);
        found.unwrap_or_else(|| panic!("{word} is not in:\n{}", ran.out))
    };
    let never = at("NEVER APPLY: destroys or detaches  aws_rds_cluster.primary");
    let open = at("NOT EXPLAINED  aws_lambda_function.read");
    let explained = at("EXPLAINED  aws_rds_cluster.secondary");
    assert!(never < open && open < explained, "{}", ran.out);
    for said in [
        "PromoteReadReplicaDBCluster on the cluster orders-use1 in us-east-1",
        "the writer is in eu-west-1 now",
        "ignore_changes = [replication_source_identifier]",
        "Do not apply this plan",
        "no run on this machine did it",
        "memory_size: 512 → 1024",
        "Changes outside this fleet: 1.",
    ] {
        at(said);
    }
    let document = drift(ROOT, "switched-over", &["-o", "json"]).json();
    assert_eq!(document["schema"], "gwctl.drift-terraform/1");
    assert_eq!(document["exit_code"], 10);
    let plan = &document["plan"];
    assert_eq!(plan["never_apply"], true);
    assert_eq!(plan["not_of_this_fleet"], 1);
    assert_eq!(verdict(plan, "aws_rds_global_cluster.orders"), "explained");
    let unchanged = plan["unchanged"].as_array().unwrap();
    let addresses: Vec<&Value> = unchanged.iter().map(|one| &one["address"]).collect();
    assert_eq!(addresses, ["aws_rds_cluster_instance.primary"]);
    let markdown = drift(ROOT, "switched-over", &["-o", "markdown"]).out;
    assert!(
        markdown.contains("- **NEVER APPLY: destroys or detaches** aws\\_rds\\_cluster.primary"),
        "{markdown}"
    );
}

#[test]
fn what_is_sensitive_is_printed_nowhere() {
    for format in ["table", "json", "markdown"] {
        let ran = drift(ROOT, "switched-over", &["-o", format]);
        assert!(!ran.out.contains("hunter"), "{format}: {}", ran.out);
        assert!(ran.out.contains("sensitive"), "{format}: {}", ran.out);
        let state = ran_state(ROOT_STATE, &["-o", format]);
        assert!(!state.out.contains("hunter"), "{format}: {}", state.out);
    }
}

fn ran_state(text: &str, more: &[&str]) -> Ran {
    ran(
        &[&["drift"], more].concat(),
        "--state",
        text,
        "switched-over",
    )
}

#[test]
fn modules_are_judged_by_what_their_resources_are_in_the_fleet() {
    let ran = drift(MODULES, "calm", &["-o", "json"]);
    let document = ran.json();
    let plan = &document["plan"];
    assert_eq!(document["exit_code"], 10);
    // Nothing is evacuated: the check's change is looked at, and is no undoing.
    let check = "module.region[\"eu-west-1\"].aws_route53_health_check.site";
    assert_eq!(verdict(plan, check), "unexplained");
    let other = "module.region[\"us-east-1\"].aws_route53_health_check.site";
    assert_eq!(verdict(plan, other), "unexplained");
    let record = "module.region[\"ap-southeast-1\"].aws_route53_record.latency";
    assert_eq!(verdict(plan, record), "destroys");
    assert_eq!(resource(plan, record)["region"], "ap-southeast-1");
    let advice = resource(plan, record)["reasons"][0]["advice"]
        .as_str()
        .unwrap();
    assert!(advice.contains("moved block"), "{advice}");
    let api = "module.api[\"eu-west-1\"].aws_apigatewayv2_api.this";
    assert_eq!(verdict(plan, api), "harmless");
    let tainted = "module.api[\"us-east-1\"].aws_apigatewayv2_api.this";
    assert_eq!(verdict(plan, tainted), "destroys");
    let advice = resource(plan, tainted)["reasons"][0]["advice"]
        .as_str()
        .unwrap();
    assert!(
        advice.contains("terraform untaint 'module.api[\"us-east-1\"]"),
        "{advice}"
    );
    let permission = "module.api[\"eu-west-1\"].aws_lambda_permission.api[\"read\"]";
    assert_eq!(verdict(plan, permission), "unexplained");
    assert_eq!(resource(plan, permission)["action"], "replace");
    let instance = "module.db[\"ap-southeast-1\"].aws_rds_cluster_instance.this[0]";
    assert_eq!(
        resource(plan, instance)["part"],
        "the DB instance orders-apse1-1 in ap-southeast-1"
    );
    assert_eq!(plan["not_of_this_fleet"], 1, "{plan:#}");
}

#[test]
fn providers_a_region_are_told_apart_and_what_is_unknown_is_not_judged() {
    let document = drift(ALIASES, "calm", &["-o", "json"]).json();
    let plan = &document["plan"];
    assert_eq!(verdict(plan, "aws_rds_cluster.euw1"), "destroys");
    assert!(text(plan, "aws_rds_cluster.euw1").contains("RemoveFromGlobalCluster"));
    assert_eq!(verdict(plan, "aws_rds_cluster.apse1"), "unjudged");
    let said = text(plan, "aws_rds_cluster.apse1");
    assert!(said.contains("known only after apply"), "{said}");
    let said = text(plan, "aws_rds_cluster.use1");
    assert!(
        said.contains("which is the writer now") && said.contains("without a last snapshot"),
        "{said}"
    );
    let advice = resource(plan, "aws_rds_cluster.use1")["reasons"][0]["advice"].clone();
    assert!(
        advice
            .as_str()
            .unwrap()
            .contains("ignore_changes = [availability_zones]")
    );
    let said = text(plan, "aws_cloudfront_distribution.edge");
    assert!(
        said.contains("no longer answer to api.orders.example.com"),
        "{said}"
    );
    let function = resource(plan, "aws_lambda_function.read_euw1");
    assert_eq!(function["region"], "eu-west-1", "{function:#}");
    let named = resource(plan, "aws_wafv2_web_acl_association.edge");
    assert_eq!(named["verdict"], "unexplained");
    // A cluster of the same name in another Region is another one.
    assert_eq!(plan["not_of_this_fleet"], 1, "{plan:#}");
}

#[test]
fn a_fleet_that_cannot_be_asked_is_judged_by_the_file_and_it_says_so() {
    let ran = drift(ALIASES, "credentials-expired", &["-o", "json"]);
    let document = ran.json();
    let plan = &document["plan"];
    // The file alone says that it leaves the global cluster.
    assert_eq!(verdict(plan, "aws_rds_cluster.euw1"), "destroys");
    let unasked = plan["unasked"].to_string();
    assert!(unasked.contains("the global cluster"), "{plan:#}");
    let text = drift(ALIASES, "credentials-expired", &[]).out;
    assert!(text.contains("could not be asked"), "{text}");
}

#[test]
fn a_file_of_another_kind_is_refused_with_what_to_do() {
    let home = Home::new();
    let file = home.path("file");
    let path = file.to_str().unwrap();
    for (flag, text, said) in [
        (
            "--terraform",
            "PK\u{3}\u{4}...",
            "terraform show -json FILE",
        ),
        ("--terraform", "Terraform will perform", "it is not JSON"),
        ("--terraform", ALIASES_STATE, "Give it as --state"),
        ("--state", ROOT, "Give it as --terraform"),
        (
            "--terraform",
            &ROOT.replace("\"1.2\"", "\"2.0\""),
            "version 2.0; gwctl understands 1.x",
        ),
        (
            "--state",
            &MODULES_STATE.replace("\"version\": 4", "\"version\": 3"),
            "version 3",
        ),
    ] {
        std::fs::write(&file, text).unwrap();
        let ran = home.run(&["drift", "--demo", flag, path]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{said}: {}", ran.err);
        assert!(ran.err.contains(said), "{said}: {}", ran.err);
    }
    let ran = home.run(&["drift", "--demo", "--terraform", "/nowhere"]);
    assert!(ran.code == 1 && ran.err.contains("/nowhere"), "{}", ran.err);
}

#[test]
fn an_address_cannot_steer_the_terminal() {
    let plan = ROOT.replace(
        "aws_rds_cluster.primary",
        "aws_rds_cluster.\\u001b[31mprimary",
    );
    for format in ["table", "json", "markdown"] {
        let ran = drift(&plan, "switched-over", &["-o", format]);
        assert!(
            !ran.out.contains('\x1b') && !ran.out.contains("\\u001b"),
            "{}",
            ran.out
        );
        assert!(ran.out.contains("31mprimary"), "{}", ran.out);
    }
}

#[test]
fn a_state_is_compared_with_what_is() {
    let document = ran_state(ROOT_STATE, &["-o", "json"]).json();
    let state = &document["state"];
    assert_eq!(verdict(state, "aws_rds_cluster.primary"), "explained");
    let differences = &resource(state, "aws_rds_cluster.primary")["differences"];
    assert_eq!(differences[0]["path"], "replication_source_identifier");
    assert_eq!(differences[0]["before"], "nothing");
    let source = differences[0]["after"].as_str().unwrap();
    assert!(source.ends_with(":cluster:orders-euw1"), "{source}");
    assert_eq!(verdict(state, "aws_rds_global_cluster.orders"), "explained");
    assert_eq!(
        verdict(state, "aws_cloudfront_distribution.edge"),
        "unexplained"
    );
    assert_eq!(document["exit_code"], 10);
    // Where nothing moved, the same state agrees but for the certificate.
    let calm = ran(&["drift", "-o", "json"], "--state", ROOT_STATE, "calm").json();
    let open: Vec<&Value> = calm["state"]["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["address"])
        .collect();
    assert_eq!(open, ["aws_cloudfront_distribution.edge"], "{calm:#}");
}

#[test]
fn a_raw_state_of_modules_agrees_with_a_calm_fleet() {
    let ran = ran(&["drift"], "--state", MODULES_STATE, "calm");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let said = "Resources of the fleet that agree with AWS: 3; not compared: 0. Resources outside this fleet: 1.";
    assert!(ran.out.contains(said), "{}", ran.out);
    assert!(!ran.out.contains("hunter"), "{}", ran.out);
}

#[test]
fn discover_names_the_addresses_beside_what_it_finds() {
    let found = ran(
        &["discover", "api.orders.example.com"],
        "--state",
        ALIASES_STATE,
        "calm",
    );
    assert_eq!(found.code, 0, "{}{}", found.out, found.err);
    for said in [
        "# Terraform: aws_cloudfront_distribution.edge is the distribution",
        "# Terraform: aws_rds_global_cluster.this is the global cluster",
        "# Terraform: aws_route53_record.latency[\"us-east-1\"] is the routing record in us-east-1",
        "# Terraform: module.euw1.aws_lambda_function.read is the function orders-read in eu-west-1",
    ] {
        assert!(found.out.contains(said), "{said}\n{}", found.out);
    }
    let home = Home::new();
    home.configure(&found.out);
    let check = home.run(&["config", "check"]);
    assert_eq!(check.code, 0, "{}{}", check.err, found.out);
    let command = ["discover", "api.orders.example.com", "-o", "json"];
    let document = ran(&command, "--state", ALIASES_STATE, "calm").json();
    let terraform = &document["terraform"];
    assert_eq!(
        terraform["addresses"].as_array().unwrap().len(),
        4,
        "{terraform:#}"
    );
    let absent = terraform["not_in_the_state"].to_string();
    assert!(
        absent.contains("the routing record") && !absent.contains("distribution"),
        "{absent}"
    );
    let without = Home::new()
        .run(&[&command[..], &["--demo"]].concat())
        .json();
    assert_eq!(without["terraform"], Value::Null);
}

#[test]
fn a_run_that_moved_the_writer_explains_the_plan_by_its_name() {
    let served = Served::start(&["--speed", "20"]);
    let home = Home::new();
    let promote = [
        "promote",
        "eu-west-1",
        "--mode",
        "switchover",
        "--write",
        "--confirm",
        "eu-west-1",
    ];
    let ran = served.see_through(&home, &promote);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let runs = Ran::of(
        served
            .command(&home, &["runs", "-o", "json"])
            .output()
            .unwrap(),
    )
    .json();
    let id = runs["runs"][0]["id"].as_str().unwrap().to_owned();
    let file = home.path("plan.json");
    std::fs::write(&file, ROOT).unwrap();
    let path = file.to_str().unwrap();
    let judged = |home: &Home, more: &[&str]| {
        let args = [&["drift", "--terraform", path], more].concat();
        Ran::of(served.command(home, &args).output().unwrap())
    };
    let table = judged(&home, &[]);
    assert_eq!(table.code, 10, "{}{}", table.out, table.err);
    assert!(
        table.out.contains(&format!("explained by run {id}")),
        "{}",
        table.out
    );
    let document = judged(&home, &["-o", "json"]).json();
    let plan = &document["plan"];
    for address in [
        "aws_rds_cluster.primary",
        "aws_rds_cluster.secondary",
        "aws_rds_global_cluster.orders",
    ] {
        assert_eq!(
            resource(plan, address)["reasons"][0]["run"],
            id.as_str(),
            "{plan:#}"
        );
    }
    assert_eq!(verdict(plan, "aws_rds_cluster.primary"), "destroys");
    // Another engineer's machine has no journal of it, and says so.
    let elsewhere = judged(&Home::new(), &[]);
    assert!(
        !elsewhere.out.contains(&id) && elsewhere.out.contains("no run on this machine did it"),
        "{}",
        elsewhere.out
    );
    // A plan from before the run shows nothing of it.
    std::fs::write(&file, ROOT.replace("2099", "2001")).unwrap();
    let old = judged(&home, &[]);
    assert!(old.out.contains("plan again"), "{}", old.out);
}
