//! What CloudFormation is allowed for the resources, against AWS's own word as cfn-lint brings it along: the
//! resource types' schemas, and what IAM knows of every action.

mod left_out;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use gwctl::actions::policy::{Known, NEEDED, Policy, Purpose, Statement, policy, resources};
use gwctl::fleet::{BuildSpec, FleetSpec};
use gwctl::stacks::{Kind, Template};
use serde::Deserialize;
use serde_json::Value;

use left_out::{LEFT_OUT, SNAPSHOT};

use super::policy::allowed;
use super::stand::{Stage, in_virtual_time};
use crate::contracts::emulators::python;
use crate::observe::stand::world as calm;

/// Listed by the schemas, and not among what IAM is known to know.
const UNKNOWN_TO_IAM: [&str; 4] = [
    "apigateway:TagResource",
    "apigateway:UntagResource",
    "cloudfront:CreateDistributionWithTags",
    "lambda:AssociateRuntimeAlias",
];

#[derive(Deserialize)]
struct Schemas {
    types: BTreeMap<String, Schema>,
    iam: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Schema {
    actions: BTreeSet<String>,
    properties: BTreeSet<String>,
}

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stacks/schemas.py");
    let kinds: BTreeSet<String> = made().into_iter().map(|one| one.kind).collect();
    let done = Command::new(python())
        .arg(script)
        .args(kinds)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    serde_json::from_slice(&done.stdout).unwrap()
});

/// Every resource of the four templates.
fn made() -> Vec<gwctl::stacks::Resource> {
    let templates = Kind::ALL.map(|kind| Template::parse(&kind.template()).unwrap());
    let all = templates.into_iter().flat_map(|one| one.resources);
    all.map(|(_, resource)| resource).collect()
}

fn left_out(kind: &str) -> BTreeSet<String> {
    let ours = LEFT_OUT.iter().filter(|(of, _, _)| *of == kind);
    let words = ours.flat_map(|(_, _, actions)| actions.split_whitespace());
    words.map(ToOwned::to_owned).collect()
}

/// Whether a resource has `path`, through whatever lists and conditions it is given.
fn has(value: &Value, path: &[&str]) -> bool {
    let Some((first, rest)) = path.split_first() else {
        return true;
    };
    match value {
        Value::Object(map) => {
            let own = map.get(*first).is_some_and(|below| has(below, rest));
            let through = map.iter().filter(|(name, _)| name.starts_with("Fn::"));
            own || through.into_iter().any(|(_, below)| has(below, path))
        }
        Value::Array(all) => all.iter().any(|below| has(below, path)),
        _ => false,
    }
}

#[test]
fn the_table_is_what_the_schemas_of_the_templates_types_list() {
    let table: BTreeMap<&str, BTreeSet<String>> = NEEDED
        .iter()
        .map(|(kind, all)| (*kind, all.split_whitespace().map(Into::into).collect()))
        .collect();
    assert_eq!(table.len(), NEEDED.len(), "a type stands in it twice");
    let kinds: Vec<&str> = SCHEMAS.types.keys().map(String::as_str).collect();
    assert_eq!(table.keys().copied().collect::<Vec<_>>(), kinds);
    for (kind, schema) in &SCHEMAS.types {
        let (needed, left_out) = (&table[kind.as_str()], left_out(kind));
        assert_eq!(needed | &left_out, schema.actions, "{kind}");
        let both = needed & &left_out;
        assert!(both.is_empty(), "{kind} needs and does not need {both:?}");
    }
}

#[test]
fn what_is_left_out_is_for_what_no_template_uses() {
    let made = made();
    for (kind, why, actions) in LEFT_OUT {
        let ours: Vec<_> = made.iter().filter(|one| one.kind == kind).collect();
        assert!(!ours.is_empty(), "no template has {kind}");
        if why == SNAPSHOT {
            let policies = ours
                .iter()
                .flat_map(|one| [&one.deletion_policy, &one.replace_policy]);
            assert!(policies.into_iter().all(|one| one != "Snapshot"), "{kind}");
            continue;
        }
        for property in why.split_whitespace() {
            assert!(
                SCHEMAS.types[kind].properties.contains(property),
                "{kind} knows no {property}"
            );
            let path: Vec<&str> = property.split('.').collect();
            assert!(
                !ours.iter().any(|one| has(&one.properties, &path)),
                "{kind} uses {property}: {actions}"
            );
        }
    }
}

/// Whether `arn`, which may have wildcards, is one of those that IAM means by `form`.
fn fits(arn: &str, form: &str) -> bool {
    let parts = |text: &str| -> Vec<String> { text.splitn(6, ':').map(Into::into).collect() };
    let (arn, form) = (parts(arn), parts(form));
    let place = |at: usize| {
        let any = form[at].starts_with("${");
        if any {
            !arn[at].is_empty()
        } else {
            arn[at] == form[at]
        }
    };
    (0..5).all(place)
        && match form[5].strip_suffix(".*") {
            Some(head) => arn[5].starts_with(head),
            None => arn[5] == form[5],
        }
}

/// The forms of ARN that `action` can be allowed on; none for what IAM does not know.
fn forms(action: &str) -> Option<Vec<String>> {
    let action = action.to_ascii_lowercase();
    match action.strip_suffix('*') {
        None => SCHEMAS.iam.get(&action).cloned(),
        Some(head) => {
            let mut all = SCHEMAS.iam.range(head.to_owned()..);
            let (name, forms) = all.next()?;
            name.starts_with(head).then(|| forms.clone())
        }
    }
}

fn reads(action: &str) -> bool {
    let name = action.split(':').nth(1).unwrap();
    let verbs = ["Describe", "Get", "List", "Lookup", "Simulate", "Test"];
    verbs.iter().any(|verb| name.starts_with(verb))
}

/// Why IAM would not do with `statement` what it says; nothing where it would.
fn idle(statement: &Statement) -> Vec<String> {
    let everything = statement.resource == ["*"];
    let mut wrong = Vec::new();
    let mut useful = BTreeSet::new();
    for action in &statement.action {
        let Some(forms) = forms(action) else {
            if !UNKNOWN_TO_IAM.contains(&action.as_str()) {
                wrong.push(format!("IAM knows no {action}"));
            }
            continue;
        };
        let ours: Vec<&String> = statement
            .resource
            .iter()
            .filter(|arn| forms.iter().any(|form| fits(arn, form)))
            .collect();
        match (everything, ours.is_empty()) {
            (false, true) => wrong.push(format!("{action} is of none of these: {forms:?}")),
            (true, _) if !forms.is_empty() && !reads(action) && statement.condition.is_none() => {
                wrong.push(format!("{action} could be narrower: {forms:?}"));
            }
            _ => {}
        }
        useful.extend(ours);
    }
    let rest = statement.resource.iter().filter(|arn| *arn != "*");
    wrong.extend(
        rest.filter(|arn| !useful.contains(arn))
            .map(|arn| format!("{arn} is of none of the actions")),
    );
    wrong
}

fn spec() -> FleetSpec {
    in_virtual_time(async { Stage::calmly(calm("calm", 3)).await.stand.sim.spec() })
}

/// With everything that adds a statement.
fn given() -> FleetSpec {
    let build = BuildSpec {
        region: [("CodeS3Bucket".to_owned(), "orders-code".to_owned())].into(),
        regions: [(
            super::stand::region("us-east-1"),
            [(
                "MasterUserSecretArn".to_owned(),
                "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf".to_owned(),
            )]
            .into(),
        )]
        .into(),
        ..BuildSpec::default()
    };
    FleetSpec { build, ..spec() }
}

fn known() -> Known {
    Known {
        account: Some("123456789012".into()),
        ..Known::default()
    }
}

#[test]
fn iam_knows_every_action_and_allows_it_on_what_its_statement_names() {
    let given = given();
    let purposes = [
        Purpose::Dashboard,
        Purpose::Promote,
        Purpose::Shift,
        Purpose::Rollback,
        Purpose::Provision,
        Purpose::Drill,
    ];
    let mut all: Vec<Policy> = vec![resources("orders", &given, &known())];
    all.extend(purposes.map(|purpose| policy("orders", &given, &known(), &allowed(purpose), None)));
    let wrong: Vec<String> = all
        .iter()
        .flat_map(Policy::statements)
        .flat_map(idle)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Of the statement that allows `action`.
fn of(policy: &Policy, action: &str) -> Option<Statement> {
    let mut all = policy.statements().iter();
    all.find(|one| one.action.iter().any(|own| own == action))
        .cloned()
}

#[test]
fn what_a_template_names_is_allowed_by_that_name_alone() {
    let made = resources("orders", &given(), &known());
    let on = |action: &str| of(&made, action).unwrap().resource;
    assert_eq!(
        on("lambda:CreateFunction"),
        [
            "arn:aws:lambda:*:123456789012:function:orders-handler",
            "arn:aws:lambda:*:123456789012:function:orders-edge-Router-*",
        ]
    );
    assert_eq!(
        on("cloudwatch:PutMetricAlarm"),
        ["arn:aws:cloudwatch:*:123456789012:alarm:orders-*"]
    );
    let database = on("rds:DeleteDBCluster");
    assert!(database.contains(&"arn:aws:rds:*:123456789012:cluster:orders-*".into()));
    assert!(database.contains(&"arn:aws:rds::123456789012:global-cluster:orders".into()));
    assert_eq!(on("s3:GetObject"), ["arn:aws:s3:::orders-code/*"]);
    assert_eq!(
        on("secretsmanager:GetSecretValue"),
        ["arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf"]
    );
    // A role can be handed to Lambda alone, and records changed of the fleet's names alone.
    let condition = |action: &str| of(&made, action).unwrap().condition.unwrap().to_string();
    assert!(condition("iam:PassRole").contains("\"lambda.amazonaws.com\""));
    let names = condition("route53:ChangeResourceRecordSets");
    assert!(
        names.contains("\"*.api.orders.example.com\"")
            && names.contains("\"latency.orders.example.com\"")
            && names.contains("\"*.latency.orders.example.com\""),
        "{names}"
    );
    assert!(condition("kms:CreateGrant").contains("rds.*.amazonaws.com"));
}

/// A policy is made before the Region that is built with it is in the configuration.
#[test]
fn a_region_that_is_not_in_the_configuration_can_be_built() {
    let actions = ["cloudformation:CreateChangeSet", "execute-api:Invoke"];
    let actions = actions.map(ToOwned::to_owned).into();
    let made = policy("orders", &spec(), &known(), &actions, None);
    assert_eq!(
        of(&made, "cloudformation:CreateChangeSet")
            .unwrap()
            .resource,
        ["arn:aws:cloudformation:*:123456789012:stack/orders-*/*"]
    );
    assert_eq!(
        of(&made, "execute-api:Invoke").unwrap().resource,
        ["arn:aws:execute-api:*:123456789012:*/*/POST/smoke"]
    );
}

#[test]
fn neither_code_nor_a_secret_that_is_not_configured_may_be_read() {
    let bare = FleetSpec {
        build: BuildSpec::default(),
        ..spec()
    };
    let made = resources("orders", &bare, &known());
    for action in ["s3:GetObject", "secretsmanager:GetSecretValue"] {
        assert!(!made.allows(action), "{action}");
    }
}

#[test]
fn resources_that_are_named_after_a_stack_of_another_name_are_allowed_too() {
    let mut spec = spec();
    spec.sites[1].stack = Some("theirs-eu".into());
    let made = resources("orders", &spec, &known());
    let roles = of(&made, "iam:CreateRole").unwrap().resource;
    assert_eq!(
        roles,
        [
            "arn:aws:iam::123456789012:role/orders-*",
            "arn:aws:iam::123456789012:role/theirs-eu-*",
        ]
    );
    let database = of(&made, "rds:CreateDBSubnetGroup").unwrap().resource;
    assert!(database.contains(&"arn:aws:rds:*:123456789012:subgrp:theirs-eu-*".into()));
}

#[test]
fn a_policy_is_cut_into_parts_that_managed_policies_hold() {
    let whole = resources("orders", &given(), &known());
    let parts = whole.parts();
    assert!(parts.len() > 1, "{}", whole.size());
    assert!(parts.iter().all(|part| part.size() <= 6_144));
    let all = parts.iter().flat_map(|part| part.statements().to_vec());
    assert_eq!(all.collect::<Vec<_>>(), whole.statements());
}
