//! What joins the parts of a Region, in Terraform's files: certificates, names of APIs, aliases and permissions of
//! functions, routing controls; and what is made in the same apply as something of the fleet. Long because each of them is
//! judged by itself.

use std::collections::BTreeMap;

use gwctl::actions::terraform::{
    Evidence, Finding, Judged, Runs, Verdict, compare, judge, read_plan, read_state, wires_of_plan,
    wires_of_state,
};
use gwctl::fleet::{Account, Missing, Wire};
use gwctl::observe::wiring::wiring;
use gwctl::sim::{Scenario, Sim, SimOptions};
use serde_json::{Value, json};

use super::stand::{Stage, in_virtual_time, region};
use crate::observe::stand::world;

const CONTROL: &str = "aws_route53recoverycontrolconfig_routing_control";

/// A fleet whose Regions have routing controls.
fn with_controls() -> Sim {
    Sim::new(SimOptions {
        scenario: Scenario {
            arc: true,
            ..Scenario::calm()
        },
        start: Some("2026-11-22T03:00:20Z".parse().unwrap()),
        ..SimOptions::default()
    })
    .unwrap()
}

fn state(resources: &[(&str, &str, Value)]) -> String {
    let all: Vec<Value> = resources
        .iter()
        .map(|(address, kind, values)| {
            json!({ "address": address, "mode": "managed", "type": kind, "values": values })
        })
        .collect();
    json!({ "format_version": "1.0", "values": { "root_module": { "resources": all } } })
        .to_string()
}

fn change(address: &str, kind: &str, actions: &[&str], sides: [Value; 3]) -> Value {
    let [before, after, unknown] = sides;
    json!({
        "address": address, "mode": "managed", "type": kind,
        "change": { "actions": actions, "before": before, "after": after, "after_unknown": unknown },
    })
}

fn plan(changes: &[Value], configuration: &Value) -> String {
    json!({
        "format_version": "1.2", "planned_values": {}, "timestamp": "2099-01-01T00:00:00Z",
        "resource_changes": changes, "configuration": configuration,
    })
    .to_string()
}

async fn compared(stage: &Stage, text: &str) -> Judged {
    let picture = stage.snapshot();
    let runs = Runs::of(&stage.folder, &stage.spec, &picture);
    let state = read_state(text.as_bytes()).unwrap();
    let evidence = Evidence::new(&stage.spec, &picture, &runs);
    let wanted = wires_of_state(&state, &evidence.known);
    let told = wiring(&stage.session, &stage.spec, &wanted).await;
    compare(&state, &evidence.wired_by(&told))
}

async fn judged(stage: &Stage, text: &str) -> Judged {
    let picture = stage.snapshot();
    let runs = Runs::of(&stage.folder, &stage.spec, &picture);
    let plan = read_plan(text.as_bytes()).unwrap();
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

fn paths(finding: &Finding) -> Vec<&str> {
    finding
        .lines
        .iter()
        .map(|line| line.path.as_str())
        .collect()
}

/// What the world has in eu-west-1.
struct Here {
    api: String,
    name: String,
    target: String,
    certificate: String,
    edge_certificate: String,
}

fn here(stage: &Stage) -> Here {
    let state = stage.sim().state();
    let at = region("eu-west-1");
    let domain = state.resources.custom_domains.iter();
    let domain = domain.clone().find(|one| one.region == at).unwrap();
    let edge = stage
        .snapshot()
        .edge
        .certificate
        .current()
        .unwrap()
        .arn
        .clone();
    Here {
        api: domain.api.clone(),
        name: domain.name.clone(),
        target: domain.regional_domain.clone(),
        certificate: domain.certificate_arn.clone(),
        edge_certificate: edge,
    }
}

fn alias(stage: &Stage, name: &str, version: u32) {
    let mut state = stage.sim().state();
    let at = region("eu-west-1");
    let function = state.resources.functions.iter_mut();
    let function = function
        .into_iter()
        .find(|one| one.region == at && one.name == "orders-read");
    function.unwrap().aliases = BTreeMap::from([(name.into(), version.into())]);
}

const ALIAS_ARN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders-read:live";
const FUNCTION_ARN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders-read";

fn permission(api: &str) -> Value {
    json!({
        "statement_id": "AllowApi", "action": "lambda:InvokeFunction", "function_name": "orders-read",
        "principal": "apigateway.amazonaws.com",
        "source_arn": format!("arn:aws:execute-api:eu-west-1:123456789012:{api}/*"),
    })
}

#[test]
fn what_joins_a_region_agrees_with_a_state_that_is_true() {
    in_virtual_time(async {
        let stage = Stage::over(world("calm", 3)).await;
        alias(&stage, "live", 41);
        let here = here(&stage);
        let edge = &here.edge_certificate;
        let text = state(&[
            (
                "aws_acm_certificate.edge",
                "aws_acm_certificate",
                json!({
                    "arn": edge, "domain_name": "api.orders.example.com",
                    "subject_alternative_names": ["*.api.orders.example.com"], "status": "ISSUED", "private_key": "hunter2",
                }),
            ),
            (
                "aws_acm_certificate.api",
                "aws_acm_certificate",
                json!({
                    "arn": here.certificate, "domain_name": here.name,
                    "subject_alternative_names": [here.name], "status": "ISSUED",
                }),
            ),
            (
                "aws_apigatewayv2_domain_name.api",
                "aws_apigatewayv2_domain_name",
                json!({
                    "domain_name": here.name,
                    "domain_name_configuration": [{ "certificate_arn": here.certificate, "target_domain_name": here.target }],
                }),
            ),
            (
                "aws_apigatewayv2_api_mapping.api",
                "aws_apigatewayv2_api_mapping",
                json!({
                    "domain_name": here.name, "api_id": here.api, "stage": "$default", "api_mapping_key": "",
                }),
            ),
            (
                "aws_lambda_alias.live",
                "aws_lambda_alias",
                json!({
                    "arn": ALIAS_ARN, "name": "live", "function_name": FUNCTION_ARN, "function_version": "41",
                }),
            ),
            (
                "aws_lambda_permission.api",
                "aws_lambda_permission",
                permission(&here.api),
            ),
        ]);
        let calm = compared(&stage, &text).await;
        assert!(calm.findings.is_empty(), "{calm:#?}");
        assert_eq!(
            (calm.settled.len(), calm.uncompared, calm.foreign),
            (6, 0, 0)
        );
    });
}

#[test]
fn each_value_that_differs_is_said_and_what_is_gone_too() {
    in_virtual_time(async {
        let stage = Stage::over(world("calm", 3)).await;
        alias(&stage, "live", 40);
        let here = here(&stage);
        let other = format!("{}0", here.certificate);
        let text = state(&[
            (
                "aws_acm_certificate.api",
                "aws_acm_certificate",
                json!({
                    "arn": other, "domain_name": here.name, "status": "ISSUED",
                }),
            ),
            (
                "aws_apigatewayv2_domain_name.api",
                "aws_apigatewayv2_domain_name",
                json!({
                    "domain_name": here.name,
                    "domain_name_configuration": [{ "certificate_arn": other, "target_domain_name": here.target }],
                }),
            ),
            (
                "aws_api_gateway_base_path_mapping.api",
                "aws_api_gateway_base_path_mapping",
                json!({
                    "domain_name": here.name, "api_id": "a1b2c3d4e5", "stage_name": "$default", "base_path": "(none)",
                }),
            ),
            (
                "aws_lambda_alias.live",
                "aws_lambda_alias",
                json!({
                    "arn": ALIAS_ARN, "name": "live", "function_name": "orders-read", "function_version": "41",
                }),
            ),
            (
                "aws_lambda_alias.old",
                "aws_lambda_alias",
                json!({
                    "arn": ALIAS_ARN.replace("live", "old"), "name": "old", "function_name": "orders-read", "function_version": "3",
                }),
            ),
            (
                "aws_lambda_permission.api",
                "aws_lambda_permission",
                permission("a1b2c3d4e5"),
            ),
            (
                "aws_lambda_permission.gone",
                "aws_lambda_permission",
                json!({
                    "statement_id": "Gone", "function_name": FUNCTION_ARN, "principal": "events.amazonaws.com",
                }),
            ),
        ]);
        let found = compared(&stage, &text).await;
        let said = |address: &str| paths(of(&found, address));
        assert_eq!(said("aws_acm_certificate.api"), ["arn"]);
        assert_eq!(
            said("aws_apigatewayv2_domain_name.api"),
            ["domain_name_configuration.0.certificate_arn"]
        );
        assert_eq!(said("aws_api_gateway_base_path_mapping.api"), ["api_id"]);
        let live = of(&found, "aws_lambda_alias.live");
        assert_eq!(paths(live), ["function_version"]);
        assert_eq!(
            (live.lines[0].before.as_str(), live.lines[0].after.as_str()),
            ("41", "40")
        );
        assert_eq!(said("aws_lambda_permission.api"), ["source_arn"]);
        for gone in ["aws_lambda_alias.old", "aws_lambda_permission.gone"] {
            let text = &of(&found, gone).reasons[0].text;
            assert!(text.contains("AWS has no such thing any more"), "{text}");
        }
        assert!(
            found
                .findings
                .iter()
                .all(|one| one.verdict() == Verdict::Unexplained)
        );
    });
}

#[test]
fn what_nobody_could_ask_for_is_not_judged() {
    in_virtual_time(async {
        let stage = Stage::over(world("calm", 3)).await;
        let here = here(&stage);
        let text = state(&[(
            "aws_lambda_permission.api",
            "aws_lambda_permission",
            permission(&here.api),
        )]);
        let picture = stage.snapshot();
        let runs = Runs::default();
        let read = read_state(text.as_bytes()).unwrap();
        let evidence = Evidence::new(&stage.spec, &picture, &runs);
        let wanted = wires_of_state(&read, &evidence.known);
        let wire = wanted.first().unwrap().clone();
        assert!(
            matches!(
                &wire,
                Wire::Permissions {
                    qualifier: None,
                    ..
                }
            ),
            "{wire:?}"
        );
        let action = "lambda:GetPolicy".to_owned();
        let told = [(wire, Err(Missing::NotAllowed { action }))].into();
        for (evidence, said) in [
            (evidence.wired_by(&told), "takes lambda:GetPolicy"),
            (evidence, "was not asked for in time"),
        ] {
            let found = compare(&read, &evidence);
            let one = of(&found, "aws_lambda_permission.api");
            assert_eq!(one.verdict(), Verdict::Unjudged);
            assert!(one.reasons[0].text.contains(said), "{one:?}");
        }
    });
}

/// Changes of what joins eu-west-1.
fn breaking(here: &Here) -> Vec<Value> {
    let mapping =
        |api: &str| json!({ "domain_name": here.name, "api_id": api, "stage": "$default" });
    let version = |version: Value| {
        json!({
            "arn": ALIAS_ARN, "name": "live", "function_name": "orders-read", "function_version": version,
        })
    };
    let name = |arn: Value| {
        json!({
            "domain_name": here.name, "domain_name_configuration": [{ "certificate_arn": arn }],
        })
    };
    let nothing = || json!({});
    let spare = "arn:aws:acm:eu-west-1:123456789012:certificate/spare";
    let certificate = |arn: &str| json!({ "arn": arn, "domain_name": here.name });
    vec![
        change(
            "mapping.moved",
            "aws_apigatewayv2_api_mapping",
            &["update"],
            [mapping(&here.api), mapping("a1b2c3d4e5"), nothing()],
        ),
        change(
            "mapping.gone",
            "aws_apigatewayv2_api_mapping",
            &["delete"],
            [mapping(&here.api), Value::Null, nothing()],
        ),
        change(
            "name.gone",
            "aws_apigatewayv2_domain_name",
            &["delete"],
            [name(json!(here.certificate)), Value::Null, nothing()],
        ),
        change(
            "name.later",
            "aws_apigatewayv2_domain_name",
            &["update"],
            [
                name(json!(here.certificate)),
                json!({ "domain_name": here.name, "domain_name_configuration": [{}] }),
                json!({ "domain_name_configuration": [{ "certificate_arn": true, "target_domain_name": true }] }),
            ],
        ),
        change(
            "alias.moved",
            "aws_lambda_alias",
            &["update"],
            [version(json!("41")), version(json!("42")), nothing()],
        ),
        change(
            "alias.later",
            "aws_lambda_alias",
            &["update"],
            [
                version(json!("41")),
                version(Value::Null),
                json!({ "function_version": true }),
            ],
        ),
        change(
            "alias.gone",
            "aws_lambda_alias",
            &["delete"],
            [version(json!("41")), Value::Null, nothing()],
        ),
        change(
            "permission.gone",
            "aws_lambda_permission",
            &["delete"],
            [permission(&here.api), Value::Null, nothing()],
        ),
        change(
            "permission.anew",
            "aws_lambda_permission",
            &["delete", "create"],
            [
                permission(&here.api),
                permission(&here.api),
                json!({ "source_arn": true }),
            ],
        ),
        change(
            "certificate.spare",
            "aws_acm_certificate",
            &["delete"],
            [certificate(spare), Value::Null, nothing()],
        ),
        change(
            "certificate.serving",
            "aws_acm_certificate",
            &["delete"],
            [certificate(&here.certificate), Value::Null, nothing()],
        ),
    ]
}

#[test]
fn a_plan_that_breaks_what_joins_a_region_is_never_applied() {
    in_virtual_time(async {
        let stage = Stage::over(world("calm", 3)).await;
        alias(&stage, "live", 40);
        let here = here(&stage);
        let text = plan(&breaking(&here), &json!({}));
        let found = judged(&stage, &text).await;
        for (address, verdict, said) in [
            (
                "mapping.moved",
                Verdict::Destroys,
                "go to the API a1b2c3d4e5 instead of",
            ),
            (
                "mapping.gone",
                Verdict::Destroys,
                "requests for this name fail",
            ),
            (
                "name.gone",
                Verdict::Destroys,
                "requests for this name fail",
            ),
            (
                "name.later",
                Verdict::Unjudged,
                "known only after apply: domain_name_configuration.0.certificate_arn; gwctl",
            ),
            ("alias.moved", Verdict::Unexplained, "from version 41 to 42"),
            (
                "alias.moved",
                Verdict::Unexplained,
                "in AWS it is of version 40 now",
            ),
            (
                "alias.later",
                Verdict::Unjudged,
                "known only after apply: function_version",
            ),
            ("alias.gone", Verdict::Destroys, "gets an error"),
            (
                "permission.gone",
                Verdict::Destroys,
                "requests that need it fail",
            ),
            (
                "permission.anew",
                Verdict::Unexplained,
                "between the two, requests that need it fail",
            ),
            ("certificate.spare", Verdict::Unexplained, "does not serve"),
            (
                "certificate.serving",
                Verdict::Destroys,
                "what depends on it fails",
            ),
        ] {
            let one = of(&found, address);
            assert_eq!(one.verdict(), verdict, "{one:#?}");
            assert!(one.reasons[0].text.contains(said), "{said}: {one:#?}");
        }
        let anew = of(&found, "permission.anew");
        assert!(
            anew.reasons
                .iter()
                .any(|one| one.verdict == Verdict::Unjudged),
            "{anew:#?}"
        );
    });
}

#[test]
fn a_routing_control_that_keeps_traffic_away_must_not_be_replaced() {
    in_virtual_time(async {
        let stage = Stage::over(with_controls()).await;
        let (arn, name, panel, cluster) = {
            let config = stage.session.in_account(Account::Dns).recovery_config();
            let arn = {
                let state = stage.sim().state();
                let mut controls = state.resources.routing.iter().flat_map(|one| &one.controls);
                let own = controls.find(|one| one.region == region("eu-west-1"));
                own.unwrap().arn.clone()
            };
            let control = config.control(&arn).await.unwrap();
            (control.arn, control.name, control.panel, control.cluster)
        };
        let values = json!({ "arn": arn, "name": name, "control_panel_arn": panel, "cluster_arn": cluster, "status": "DEPLOYED" });
        let text = state(&[("arc.control", CONTROL, values.clone())]);
        let calm = compared(&stage, &text).await;
        assert_eq!(
            (calm.findings.len(), calm.settled.len()),
            (0, 1),
            "{calm:#?}"
        );
        let renamed = text.replace(&format!("\"name\":\"{name}\""), "\"name\":\"other\"");
        assert_eq!(
            paths(of(&compared(&stage, &renamed).await, "arc.control")),
            ["name"]
        );

        let rule = json!({ "asserted_controls": [arn], "name": "one-is-on" });
        let text = plan(
            &[
                change(
                    "arc.control",
                    CONTROL,
                    &["delete", "create"],
                    [values.clone(), values.clone(), json!({})],
                ),
                change(
                    "arc.rule",
                    "aws_route53recoverycontrolconfig_safety_rule",
                    &["delete"],
                    [rule, Value::Null, json!({})],
                ),
            ],
            &json!({}),
        );
        let on = judged(&stage, &text).await;
        let control = of(&on, "arc.control");
        assert_eq!(control.verdict(), Verdict::Destroys);
        assert!(
            control.reasons[0].text.ends_with("it is On now"),
            "{control:#?}"
        );
        let rule = of(&on, "arc.rule");
        assert_eq!(rule.verdict(), Verdict::Unexplained);
        assert!(
            rule.reasons[0].text.contains("no longer refuses"),
            "{rule:#?}"
        );

        let routing = stage.session.routing(&stage.spec.edge.routing_endpoints);
        routing.set(&arn, false).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_secs(30)).await;
        let off = judged(&stage, &text).await;
        let control = of(&off, "arc.control");
        assert!(
            control.reasons[0]
                .text
                .contains("it is Off now, which keeps traffic away"),
            "{control:#?}"
        );
        let undoes = control
            .reasons
            .iter()
            .find(|one| one.verdict == Verdict::Undoes)
            .unwrap();
        assert!(undoes.text.contains("eu-west-1 is evacuated"), "{undoes:?}");
    });
}

#[test]
fn what_is_made_in_the_same_apply_as_a_stack_is_not_taken_for_a_foreign_one() {
    in_virtual_time(async {
        let stage = Stage::over(world("calm", 3)).await;
        let at = region("eu-west-1");
        let site = stage
            .spec
            .sites
            .iter()
            .find(|site| site.region == at)
            .unwrap();
        let stack = json!({ "name": site.stack, "parameters": {}, "id": format!("arn:aws:cloudformation:eu-west-1:123456789012:stack/{}/x", site.stack.as_deref().unwrap()) });
        let updated = json!({ "name": site.stack, "parameters": { "Size": "2" } });
        let references = |to: &str| json!({ "references": [format!("{to}.outputs[\"Name\"]"), format!("{to}.outputs"), to] });
        let configuration = json!({ "root_module": {
            "resources": [
                { "address": "aws_route53_record.api", "expressions": { "name": references("aws_cloudformation_stack.api"), "type": { "constant_value": "A" } } },
                { "address": "aws_route53_health_check.api", "expressions": { "fqdn": { "references": ["aws_route53_record.api.fqdn", "aws_route53_record.api"] } } },
                { "address": "aws_iam_role.api", "expressions": { "name": references("aws_cloudformation_stack.api") } },
                { "address": "aws_route53_record.other", "expressions": { "name": references("aws_cloudformation_stack.other") } },
            ],
            "module_calls": { "region": { "module": { "resources": [
                { "address": "aws_lambda_permission.api", "expressions": { "function_name": references("aws_cloudformation_stack.inner") } },
            ] } } },
        } });
        let text = plan(
            &[
                change(
                    "aws_cloudformation_stack.api",
                    "aws_cloudformation_stack",
                    &["update"],
                    [stack.clone(), updated, json!({ "outputs": true })],
                ),
                change(
                    "aws_route53_record.api",
                    "aws_route53_record",
                    &["create"],
                    [
                        Value::Null,
                        json!({ "type": "A" }),
                        json!({ "name": true, "fqdn": true }),
                    ],
                ),
                change(
                    "aws_route53_health_check.api",
                    "aws_route53_health_check",
                    &["create"],
                    [Value::Null, json!({}), json!({ "fqdn": true })],
                ),
                change(
                    "aws_iam_role.api",
                    "aws_iam_role",
                    &["create"],
                    [Value::Null, json!({}), json!({ "name": true })],
                ),
                change(
                    "aws_route53_record.other",
                    "aws_route53_record",
                    &["create"],
                    [Value::Null, json!({ "type": "A" }), json!({ "name": true })],
                ),
                change(
                    "module.region[\"eu.west\"].aws_cloudformation_stack.inner[0]",
                    "aws_cloudformation_stack",
                    &["no-op"],
                    [stack.clone(), stack.clone(), json!({})],
                ),
                change(
                    "module.region[\"eu.west\"].aws_lambda_permission.api[\"a.b\"]",
                    "aws_lambda_permission",
                    &["create"],
                    [Value::Null, json!({}), json!({ "function_name": true })],
                ),
            ],
            &configuration,
        );
        let found = judged(&stage, &text).await;
        for address in [
            "aws_route53_record.api",
            "aws_route53_health_check.api",
            "module.region[\"eu.west\"].aws_lambda_permission.api[\"a.b\"]",
        ] {
            let one = of(&found, address);
            assert_eq!(one.verdict(), Verdict::Unjudged, "{one:#?}");
            assert!(
                one.reasons[0].text.contains("in the same apply as"),
                "{one:#?}"
            );
            assert!(
                one.reasons[0].text.contains("known only after apply"),
                "{one:#?}"
            );
        }
        // A role, and a record of another stack.
        assert_eq!(found.foreign, 2, "{found:#?}");
    });
}

#[test]
fn a_record_whose_target_is_known_only_after_apply_is_not_judged() {
    in_virtual_time(async {
        let stage = Stage::over(world("calm", 3)).await;
        let record = |target: Value| {
            json!({
                "zone_id": stage.spec.edge.hosted_zone, "name": stage.spec.edge.latency_record, "type": "CNAME",
                "set_identifier": "eu-west-1", "latency_routing_policy": [{ "region": "eu-west-1" }], "records": target,
            })
        };
        let text = plan(
            &[change(
                "aws_route53_record.api",
                "aws_route53_record",
                &["update"],
                [
                    record(json!(["eu-west-1.api.orders.example.com"])),
                    record(Value::Null),
                    json!({ "records": true }),
                ],
            )],
            &json!({}),
        );
        let found = judged(&stage, &text).await;
        let one = of(&found, "aws_route53_record.api");
        assert_eq!(one.verdict(), Verdict::Unjudged, "{one:#?}");
        assert!(
            one.reasons[0]
                .text
                .contains("known only after apply: records"),
            "{one:#?}"
        );
    });
}
