//! What of a Region shares its name with another one in Terraform's files, and what callers hang on.

use gwctl::actions::terraform::{
    Evidence, Finding, Judged, Runs, Verdict, compare, judge, read_plan, read_state, wires_of_plan,
    wires_of_state,
};
use gwctl::fleet::{Missing, Wired};
use gwctl::observe::wiring::wiring;
use gwctl::sim::{Scenario, Sim, SimOptions};
use serde_json::{Value, json};

use super::stand::{Stage, in_virtual_time, region};
use crate::observe::stand::world;

const DOMAIN: &str = "api.orders.example.com";

fn change(address: &str, actions: &[&str], sides: [&Value; 2], replaces: &[&str]) -> Value {
    let kind = address.split('.').next().unwrap();
    let [before, after] = sides;
    let paths: Vec<_> = replaces.iter().map(|name| [name]).collect();
    json!({
        "address": address, "mode": "managed", "type": kind,
        "change": {
            "actions": actions, "before": before, "after": after, "after_unknown": {}, "replace_paths": paths,
        },
    })
}

fn plan(changes: &[Value]) -> String {
    json!({
        "format_version": "1.2", "planned_values": {}, "timestamp": "2099-01-01T00:00:00Z",
        "resource_changes": changes,
    })
    .to_string()
}

async fn judged(stage: &Stage, changes: &[Value]) -> Judged {
    let picture = stage.snapshot();
    let runs = Runs::of(&stage.folder, &stage.spec, &picture);
    let plan = read_plan(plan(changes).as_bytes()).unwrap();
    let evidence = Evidence::new(&stage.spec, &picture, &runs);
    let wanted = wires_of_plan(&plan, &evidence.known);
    let told = wiring(&stage.session, &stage.spec, &wanted).await;
    judge(&plan, &evidence.wired_by(&told))
}

fn of<'a>(judged: &'a Judged, address: &str) -> &'a Finding {
    let mut all = judged.findings.iter();
    all.find(|one| one.address == address)
        .unwrap_or_else(|| panic!("{address} is not in {judged:#?}"))
}

/// A fleet as discover writes it where one custom domain name is in every Region.
async fn sharing() -> Stage {
    let sim = world("calm", 3);
    {
        let mut state = sim.state();
        for domain in &mut state.resources.custom_domains {
            domain.name = DOMAIN.into();
        }
    }
    let mut spec = sim.spec();
    for site in &mut spec.sites {
        site.endpoint = None;
    }
    let dir = std::sync::Arc::new(tempfile::tempdir().unwrap());
    Stage::configured(sim, dir, gwctl::fleet::Pace::Incident, spec).await
}

#[test]
fn what_serves_under_a_name_that_the_regions_share_is_not_deleted_as_unused() {
    in_virtual_time(async {
        let stage = sharing().await;
        let at = region("eu-west-1");
        let serving = {
            let state = stage.sim().state();
            let mut all = state.resources.custom_domains.iter();
            let own = all.find(|one| one.region == at).unwrap();
            own.certificate_arn.clone()
        };
        let certificate = |arn: &str| json!({ "arn": arn, "domain_name": DOMAIN });
        let spare = "arn:aws:acm:eu-west-1:123456789012:certificate/spare";
        let elsewhere = "arn:aws:acm:eu-central-1:123456789012:certificate/elsewhere";
        let name = json!({
            "arn": "arn:aws:apigateway:eu-west-1::/domainnames/api.orders.example.com", "domain_name": DOMAIN,
        });
        let mapping =
            json!({ "domain_name": DOMAIN, "region": "eu-west-1", "stage_name": "$default" });
        let gone = |address: &str, before: &Value| {
            change(address, &["delete"], [before, &Value::Null], &[])
        };
        let found = judged(
            &stage,
            &[
                gone("aws_acm_certificate.serving", &certificate(&serving)),
                gone("aws_acm_certificate.spare", &certificate(spare)),
                gone("aws_acm_certificate.elsewhere", &certificate(elsewhere)),
                gone("aws_api_gateway_domain_name.api", &name),
                gone("aws_api_gateway_base_path_mapping.api", &mapping),
            ],
        )
        .await;
        for (address, verdict, said) in [
            (
                "aws_acm_certificate.serving",
                Verdict::Destroys,
                "what depends on it fails",
            ),
            (
                "aws_acm_certificate.spare",
                Verdict::Unexplained,
                "does not serve",
            ),
            (
                "aws_acm_certificate.elsewhere",
                Verdict::Unjudged,
                "eu-central-1",
            ),
            (
                "aws_api_gateway_domain_name.api",
                Verdict::Destroys,
                "requests for this name fail",
            ),
            (
                "aws_api_gateway_base_path_mapping.api",
                Verdict::Destroys,
                "requests for this name fail",
            ),
        ] {
            let one = of(&found, address);
            assert_eq!(one.verdict(), verdict, "{one:#?}");
            assert!(one.reasons[0].text.contains(said), "{one:#?}");
        }
    });
}

const FUNCTION_ARN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders-read";

fn alias(name: &str) -> Value {
    json!({
        "arn": format!("{FUNCTION_ARN}:{name}"), "name": name, "function_name": "orders-read", "function_version": "41",
    })
}

fn permission(sid: &str, api: &str) -> Value {
    json!({
        "statement_id": sid, "action": "lambda:InvokeFunction", "function_name": FUNCTION_ARN,
        "principal": "apigateway.amazonaws.com",
        "source_arn": format!("arn:aws:execute-api:eu-west-1:123456789012:{api}/*"),
    })
}

#[test]
fn a_replacement_that_callers_cannot_survive_is_never_applied() {
    in_virtual_time(async {
        let stage = Stage::over(world("calm", 3)).await;
        let anew = ["delete", "create"];
        let found = judged(
            &stage,
            &[
                change(
                    "aws_lambda_alias.renamed",
                    &anew,
                    [&alias("live"), &alias("prod")],
                    &["name"],
                ),
                change(
                    "aws_lambda_alias.tainted",
                    &anew,
                    [&alias("live"), &alias("live")],
                    &[],
                ),
                change(
                    "aws_lambda_permission.other",
                    &anew,
                    [&permission("A", "ourapi"), &permission("A", "otherapi")],
                    &["source_arn"],
                ),
                change(
                    "aws_lambda_permission.renamed",
                    &anew,
                    [&permission("A", "ourapi"), &permission("B", "ourapi")],
                    &["statement_id"],
                ),
            ],
        )
        .await;
        for (address, verdict, said) in [
            (
                "aws_lambda_alias.renamed",
                Verdict::Destroys,
                "gets an error",
            ),
            (
                "aws_lambda_alias.tainted",
                Verdict::Destroys,
                "its permissions go with it",
            ),
            (
                "aws_lambda_permission.other",
                Verdict::Destroys,
                "source_arn",
            ),
            (
                "aws_lambda_permission.renamed",
                Verdict::Unexplained,
                "between the two, requests that need it fail",
            ),
        ] {
            let one = of(&found, address);
            assert_eq!(one.verdict(), verdict, "{one:#?}");
            assert!(one.reasons[0].text.contains(said), "{one:#?}");
        }
    });
}

#[test]
fn a_position_that_could_not_be_asked_for_is_said() {
    in_virtual_time(async {
        let sim = Sim::new(SimOptions {
            scenario: Scenario {
                arc: true,
                ..Scenario::calm()
            },
            start: Some("2026-11-22T03:00:20Z".parse().unwrap()),
            ..SimOptions::default()
        });
        let stage = Stage::over(sim.unwrap()).await;
        let arn = {
            let state = stage.sim().state();
            let mut controls = state.resources.routing.iter().flat_map(|one| &one.controls);
            controls.next().unwrap().arn.clone()
        };
        let text = plan(&[change(
            "aws_route53recoverycontrolconfig_routing_control.api",
            &["delete"],
            [&json!({ "arn": arn }), &Value::Null],
            &[],
        )]);
        let picture = stage.snapshot();
        let runs = Runs::default();
        let plan = read_plan(text.as_bytes()).unwrap();
        let evidence = Evidence::new(&stage.spec, &picture, &runs);
        let wanted = wires_of_plan(&plan, &evidence.known);
        let mut told = wiring(&stage.session, &stage.spec, &wanted).await;
        let Some(Ok(Wired::Control { on, .. })) = told.values_mut().next() else {
            panic!("{told:?}");
        };
        let action = "route53-recovery-cluster:GetRoutingControlState";
        *on = Err(Missing::NotAllowed {
            action: action.into(),
        });
        let found = judge(&plan, &evidence.wired_by(&told));
        let one = &found.findings[0];
        assert_eq!(one.verdict(), Verdict::Destroys);
        let unjudged = one
            .reasons
            .iter()
            .find(|one| one.verdict == Verdict::Unjudged);
        let text = &unjudged.unwrap_or_else(|| panic!("{one:#?}")).text;
        assert!(text.contains(action), "{text}");
    });
}

#[test]
fn an_alias_that_sends_a_part_to_another_version_does_not_agree() {
    in_virtual_time(async {
        let stage = Stage::over(world("calm", 3)).await;
        {
            let mut state = stage.sim().state();
            let at = region("eu-west-1");
            let mut functions = state.resources.functions.iter_mut();
            let own = functions.find(|one| one.region == at && one.name == "orders-read");
            own.unwrap().aliases = [("live".into(), 41.into())].into();
        }
        let mut shared = alias("live");
        shared["routing_config"] = json!([{ "additional_version_weights": { "42": 0.5 } }]);
        for (values, live, agrees) in [
            (alias("live"), [].into(), true),
            (alias("live"), [("42".to_owned(), 0.5)].into(), false),
            (shared.clone(), [("42".to_owned(), 0.5)].into(), true),
            (shared, [].into(), false),
        ] {
            let text = json!({ "format_version": "1.0", "values": { "root_module": { "resources": [
                { "address": "aws_lambda_alias.live", "mode": "managed", "type": "aws_lambda_alias", "values": values },
            ] } } });
            let read = read_state(text.to_string().as_bytes()).unwrap();
            let picture = stage.snapshot();
            let runs = Runs::default();
            let evidence = Evidence::new(&stage.spec, &picture, &runs);
            let wanted = wires_of_state(&read, &evidence.known);
            let mut told = wiring(&stage.session, &stage.spec, &wanted).await;
            let Some(Ok(Wired::Alias(alias))) = told.values_mut().next() else {
                panic!("{told:?}");
            };
            alias.shared = live;
            let found = compare(&read, &evidence.wired_by(&told));
            assert_eq!(found.findings.is_empty(), agrees, "{found:#?}");
        }
    });
}

/// A topic of SNS may call a function of another Region.
#[test]
fn the_region_of_a_topic_is_not_taken_for_that_of_the_function() {
    in_virtual_time(async {
        let stage = Stage::over(world("calm", 3)).await;
        let permission = json!({
            "statement_id": "Topic", "action": "lambda:InvokeFunction", "function_name": "orders-read",
            "principal": "sns.amazonaws.com", "source_arn": "arn:aws:sns:eu-west-1:123456789012:orders",
        });
        let text = json!({ "format_version": "1.0", "values": { "root_module": { "resources": [
            { "address": "aws_lambda_permission.a", "mode": "managed", "type": "aws_lambda_permission", "values": permission },
        ] } } });
        let read = read_state(text.to_string().as_bytes()).unwrap();
        let picture = stage.snapshot();
        let runs = Runs::default();
        let evidence = Evidence::new(&stage.spec, &picture, &runs);
        assert!(wires_of_state(&read, &evidence.known).is_empty());
        let found = compare(&read, &evidence);
        assert_eq!(
            (found.findings.len(), found.uncompared),
            (0, 1),
            "{found:#?}"
        );
    });
}
