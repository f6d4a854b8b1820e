//! All stacks of a fleet through the built binary, in a second AWS that nobody here wrote: moto has what the
//! first one lacks of routing, and boto3 says what is really there.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use gwctl::stacks::Kind;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::built::{done, held, left_when, operator, records, said, statuses, without};
use super::emulators::{Server, clean_environment, moto_to_build_in, python};

const FIRST: &str = "eu-west-1";
const SECOND: &str = "us-west-2";
const EDGE: &str = "us-east-1";

/// An operator's machine, and an account in moto where a fleet can be built.
struct Desk {
    moto: Server,
    home: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self {
            moto: moto_to_build_in(),
            home: TempDir::new().unwrap(),
        };
        let zone = desk.account(&["prepare"]);
        let home = desk.home.path();
        for (kind, text) in [(Kind::Region, region()), (Kind::Edge, edge())] {
            std::fs::write(home.join(format!("{kind}.yaml")), text).unwrap();
        }
        let zone = zone["zone"].as_str().unwrap();
        let text = configuration(home, zone, &desk.moto.url);
        std::fs::write(home.join("config.toml"), text).unwrap();
        desk
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = operator(self.home.path(), args);
        command.env("AWS_ENDPOINT_URL", &self.moto.url);
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// What boto3 says.
    fn account(&self, args: &[&str]) -> Value {
        let mut command = Command::new(python());
        clean_environment(&mut command);
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/contracts/moto_account.py"
        );
        command.arg(script).arg(args[0]).arg(&self.moto.url);
        let output = command.args(&args[1..]).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn shown(&self) -> Value {
        self.account(&["show", FIRST, SECOND, EDGE])
    }
}

/// A fleet that is to be built. Every condition but those of `Traffic` holds from the beginning: moto's change
/// sets add what has a condition whether it holds or not, and gwctl would rightly not let that pass. The APIs'
/// ids stand here because moto's stacks have no outputs where a change set made them.
fn configuration(home: &Path, zone: &str, moto: &str) -> String {
    let home = home.display();
    let mut text = format!(
        "[fleets.orders]\ndomain = \"api.orders.example.com\"\nglobal_cluster = \"orders\"\n\
         probe_url = \"{moto}\"\nprobe_path = \"/moto-api/\"\n\
         [fleets.orders.edge]\nhosted_zone = \"{zone}\"\nlatency_record = \"latency.orders.example.com\"\n\
         [fleets.orders.build.templates]\nregion = \"{home}/region.yaml\"\nedge = \"{home}/edge.yaml\"\n\
         [fleets.orders.build.region]\nAuthorizationType = \"AWS_IAM\"\n\
         AlarmTopicArn = \"arn:aws:sns:{FIRST}:123456789012:alarms\"\n\
         MasterUserSecretArn = \"arn:aws:secretsmanager:{FIRST}:123456789012:secret:orders-AbCdEf\"\n\
         [fleets.orders.build.edge]\nAdditionalMetrics = \"true\"\n"
    );
    for region in [FIRST, SECOND] {
        write!(
            text,
            "[[fleets.orders.sites]]\nregion = \"{region}\"\napi = \"api-{region}\"\n\
             functions = [\"orders-handler\"]\nprobe_url = \"{moto}\"\n"
        )
        .unwrap();
    }
    text
}

/// The shipped template with other words where moto 5.2.5 cannot follow it.
fn changed(kind: Kind, changes: &[(&str, &str)]) -> String {
    let mut text = kind.template();
    for (shipped, instead) in changes {
        assert!(text.contains(shipped), "{kind} has no {shipped}");
        text = text.replace(shipped, instead);
    }
    text
}

/// Ids of moto's zones begin with any letter or digit.
const ZONE_ID: (&str, &str) = ("AllowedPattern: ^Z[A-Z0-9]+$", "MinLength: 1");

/// The Region's template as far as moto's CloudFormation goes. What it has no model of stays in, and moto
/// passes over it in silence: cluster and its parameter group, HTTP API, certificate, alarms. What had to
/// change is what is asked of those, and what moto cannot work out.
fn region() -> String {
    const TRACING: &str = "        - !If
          - IsTraced
          - PolicyName: tracing
            PolicyDocument:
              Version: \"2012-10-17\"
              Statement:
                - Effect: Allow
                  Action: [xray:PutTraceSegments, xray:PutTelemetryRecords]
                  Resource: \"*\"
          - !Ref AWS::NoValue
";
    let text = changed(
        Kind::Region,
        &[
            ZONE_ID,
            // No Fn::Cidr: execution ends with a KeyError.
            (
                "!Select [0, !Cidr [!Ref VpcCidr, 2, 8]]",
                "!Join [\"\", [!Select [0, !Split [\".0.0/\", !Ref VpcCidr]], \".0.0/24\"]]",
            ),
            (
                "!Select [1, !Cidr [!Ref VpcCidr, 2, 8]]",
                "!Join [\"\", [!Select [0, !Split [\".0.0/\", !Ref VpcCidr]], \".1.0/24\"]]",
            ),
            // No AWS::RDS::DBCluster: an attribute of it is an "undefined resource".
            ("${Cluster.DBClusterResourceId}", "*"),
            ("!GetAtt Cluster.Endpoint.Port", "\"5432\""),
            ("!GetAtt Cluster.Endpoint.Address", "writer.example.com"),
            ("!GetAtt Cluster.ReadEndpoint.Address", "reader.example.com"),
            // No AWS::ApiGatewayV2::DomainName: the same.
            ("!GetAtt Endpoint.RegionalDomainName", "api.example.com"),
            ("!GetAtt Endpoint.RegionalHostedZoneId", "Z1EXAMPLE"),
            // A change set adds what has a condition that does not hold, and no later one adds it when the
            // condition comes to hold: checks and record are made with the rest.
            (
                "IsChecked: !Not [!Equals [!Ref Traffic, none]]",
                "IsChecked: !Not [!Equals [!Ref Traffic, nowhere]]",
            ),
            (
                "IsAdmitted: !Equals [!Ref Traffic, admitted]",
                "IsAdmitted: !Not [!Equals [!Ref Traffic, nowhere]]",
            ),
            // It leaves in the list what is no value: execution ends with a TypeError.
            (TRACING, ""),
            ("DependsOn: [Instance1, ", "DependsOn: ["),
            ("DNSName: !Ref OwnTraffic", "DNSName: own.example.com"),
        ],
    );
    // It puts no instance into a cluster, and knows no Aurora outside one: execution ends with a KeyError. The
    // shares of a Region that is let in step by step are not wanted here, and it would make them all the same.
    without(&text, |block| {
        [
            "  Instance1:",
            "  Instance2:",
            "  OwnTraffic:",
            "  OtherTraffic:",
        ]
        .contains(&block[0])
    })
}

/// The edge's template as far as moto's CloudFormation goes: it passes over CloudFront and the certificate.
fn edge() -> String {
    changed(
        Kind::Edge,
        &[
            ZONE_ID,
            // An attribute of the distribution is an "undefined resource".
            (
                "!GetAtt Distribution.DomainName",
                "d111111abcdef8.cloudfront.net",
            ),
            // DescribeStacks tells a list as Python prints it, which is never what was asked for.
            ("Type: CommaDelimitedList", "Type: String"),
            (
                "Resource: !Ref ApiArns",
                "Resource: !Split [\",\", !Ref ApiArns]",
            ),
        ],
    )
}

/// The keys of an object, or the items of a list.
fn names(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(map) => map.keys().map(String::as_str).collect(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// What a Region's stack made, by the services' own word.
fn assert_region_is_there(shown: &Value, name: &str, second_octet: u8) {
    let here = &shown["regions"][name];
    let stack = &here["stacks"][&format!("orders-{name}")];
    let made = |part: &str| stack["made"][part].as_str().unwrap();
    let network = &here["network"];
    assert_eq!(
        network["vpcs"],
        json!({ made("Vpc"): format!("10.{second_octet}.0.0/16") })
    );
    assert_eq!(
        network["subnets"],
        json!({
            made("SubnetA"): format!("10.{second_octet}.0.0/24"),
            made("SubnetB"): format!("10.{second_octet}.1.0/24"),
        })
    );
    assert_eq!(
        network["groups"],
        json!({
            "Handler of orders - out to the database only": [],
            "Database of orders - in from the handler only":
                [[5432, 5432, "Handler of orders - out to the database only"]],
        })
    );
    assert_eq!(here["subnet_groups"], json!([made("Vpc")]));
    let role = made("HandlerRole");
    assert_eq!(
        here["functions"]["orders-handler"],
        json!({
            "role": role,
            "runtime": "nodejs22.x",
            "variables": {
                "HEALTH_PATH": "/moto-api/",
                "DATABASE_NAME": "app",
                "DATABASE_USER": "handler",
                "DATABASE_PORT": "5432",
                "DATABASE_CONSISTENCY": "session",
                "NODE_EXTRA_CA_CERTS": "/var/runtime/ca-cert.pem",
                "READER_ENDPOINT": "reader.example.com",
                "WRITER_ENDPOINT": "writer.example.com",
            },
            "subnets": [made("SubnetA"), made("SubnetB")],
            "versions": ["$LATEST"],
            "callers": ["apigateway.amazonaws.com"],
        })
    );
    assert_eq!(
        names(&shown["roles"][role]),
        ["database", "logs", "network"]
    );
    let connect = shown["roles"][role]["database"].to_string();
    let user = format!("arn:aws:rds-db:{name}:123456789012:dbuser:*/handler");
    assert!(connect.contains(&user), "{connect}");
    assert_eq!(here["aliases"], json!({ "alias/orders": made("Key") }));
    assert_eq!(here["rotated"], json!([made("Key")]));
    assert_eq!(
        here["logs"],
        json!({ "/aws/apigateway/orders": 30, "/aws/lambda/orders-handler": 30 })
    );
    // moto takes of a check what it asks for, and not the alarm or the checks that it follows.
    let check = &shown["checks"][made("EndpointHealthCheck")];
    assert_eq!(
        check["FullyQualifiedDomainName"],
        format!("{name}.api.orders.example.com")
    );
    assert_eq!(
        [&check["Type"], &check["Port"], &check["ResourcePath"]],
        [&json!("HTTPS"), &json!(443), &json!("/moto-api/")]
    );
    let kind = |part: &str| shown["checks"][made(part)]["Type"].clone();
    assert_eq!(kind("SwitchHealthCheck"), "CLOUDWATCH_METRIC");
    assert_eq!(kind("SiteHealthCheck"), "CALCULATED");
    let records = shown["records"].as_array().unwrap();
    let latency = json!({
        "Name": "latency.orders.example.com",
        "Type": "CNAME",
        "SetIdentifier": name,
        "Region": name,
        "TTL": 30,
        "ResourceRecords": [{ "Value": format!("{name}.api.orders.example.com") }],
        "HealthCheckId": made("SiteHealthCheck"),
    });
    assert!(records.contains(&latency), "{records:?}");
    let own = alias(
        &format!("{name}.api.orders.example.com"),
        "A",
        "api.example.com",
        "Z1EXAMPLE",
    );
    assert!(records.contains(&own), "{records:?}");
}

fn alias(name: &str, kind: &str, target: &str, zone: &str) -> Value {
    json!({
        "Name": name,
        "Type": kind,
        "AliasTarget": { "HostedZoneId": zone, "DNSName": target, "EvaluateTargetHealth": false },
    })
}

/// What the edge's stack made.
fn assert_edge_is_there(shown: &Value) {
    let here = &shown["regions"][EDGE];
    let role = here["stacks"]["orders-edge"]["made"]["RouterRole"]
        .as_str()
        .unwrap();
    let named = names(&here["functions"]);
    let [name] = &named[..] else {
        panic!("one function: {named:?}");
    };
    assert!(name.starts_with("orders-edge-Router-"), "{name}");
    let router = &here["functions"][*name];
    assert_eq!(router["role"], role);
    // The version that the distribution would run is published.
    assert_eq!(router["versions"], json!(["$LATEST", "1"]));
    assert_eq!(names(&shown["roles"][role]), ["invoke", "logs"]);
    let apis = [FIRST, SECOND]
        .map(|region| format!("arn:aws:execute-api:{region}:123456789012:api-{region}/*"));
    assert_eq!(
        shown["roles"][role]["invoke"]["Statement"][0]["Resource"],
        json!(apis)
    );
    let records = shown["records"].as_array().unwrap();
    for kind in ["A", "AAAA"] {
        // Z2FDTNDATAQYW2 is every distribution's zone.
        let name = alias(
            "api.orders.example.com",
            kind,
            "d111111abcdef8.cloudfront.net",
            "Z2FDTNDATAQYW2",
        );
        assert!(records.contains(&name), "{records:?}");
    }
}

fn assert_stacks(shown: &Value, region: &str, expected: &[(&str, &str, &str)]) {
    let stacks = &shown["regions"][region]["stacks"];
    let found: Vec<(&str, &str, &str)> = stacks
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, stack)| {
            assert_eq!(stack["tags"]["gwctl:fleet"], "orders", "{name}");
            (
                name.as_str(),
                stack["status"].as_str().unwrap(),
                stack["tags"]["gwctl:role"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(found, expected, "{region}");
}

const CREATED: [&str; 3] = [
    "REVIEW_IN_PROGRESS",
    "CREATE_IN_PROGRESS",
    "CREATE_COMPLETE",
];
const UPDATED: [&str; 2] = ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"];

/// `up` as far as it comes. moto's stacks have no outputs where a change set made them, so nobody can say which
/// check to wait for, and its operator goes on without; the second Region has no cluster that could join, and
/// there the run waits and is left.
fn assert_up_builds(desk: &Desk) {
    let green = [FIRST, SECOND].map(|region| format!("green.{region}"));
    let up = ["up", "--confirm", "orders", "-o", "json"];
    let build = || {
        left_when(desk.command(&up), |told| {
            let held = held(told);
            green.iter().all(|step| held.contains(step))
        })
    };
    // moto now and then answers a read with 500, and then nothing is begun: one asks again.
    let mut tries = (0..5).map(|_| build());
    let begun = |(_, left): &(_, Output)| left.status.code() != Some(20);
    let (told, left) = tries.find(begun).unwrap_or_else(build);
    assert_eq!(left.status.code(), Some(21), "{told:?}\n{}", said(&left));
    for step in ["global", "member.eu-west-1", "checked.us-west-2"] {
        assert!(done(&told, step), "{step}: {told:?}\n{}", said(&left));
    }
    for stack in [
        "orders-global",
        "orders-switch-eu-west-1",
        "orders-switch-us-west-2",
    ] {
        assert_eq!(statuses(&told, stack), CREATED, "{stack}");
    }
    for stack in ["orders-eu-west-1", "orders-us-west-2"] {
        let both = [&CREATED[..], &UPDATED].concat();
        assert_eq!(statuses(&told, stack), both, "{stack}");
        // A change set of parameters alone says so, and leaves no blank.
        let said = format!("{stack}: no resource changes");
        let sent = told.iter().any(|record| record.to_string().contains(&said));
        assert!(sent, "{told:?}");
    }
    let mut on = vec!["runs", "resume", "last", "-o", "json"];
    on.extend(["--reason", "moto has no outputs"]);
    on.extend(green.iter().flat_map(|step| ["--skip", step]));
    let (told, left) = left_when(desk.command(&on), |told| done(told, "edge"));
    assert_eq!(left.status.code(), Some(21), "{told:?}\n{}", said(&left));
    assert_eq!(statuses(&told, "orders-eu-west-1"), UPDATED);
    assert_eq!(statuses(&told, "orders-edge"), CREATED);
}

fn assert_built(shown: &Value) {
    let (created, updated) = ("CREATE_COMPLETE", "UPDATE_COMPLETE");
    assert_stacks(
        shown,
        FIRST,
        &[
            ("orders-eu-west-1", updated, "region"),
            ("orders-global", created, "global"),
            ("orders-switch-us-west-2", created, "switch"),
        ],
    );
    assert_stacks(
        shown,
        SECOND,
        &[
            ("orders-switch-eu-west-1", created, "switch"),
            ("orders-us-west-2", updated, "region"),
        ],
    );
    assert_stacks(shown, EDGE, &[("orders-edge", created, "edge")]);
    // What the later change sets changed: no resource that moto makes, but the stacks themselves.
    for (region, traffic) in [(FIRST, "admitted"), (SECOND, "checked")] {
        let stack = &shown["regions"][region]["stacks"][&format!("orders-{region}")];
        assert_eq!(stack["parameters"]["Traffic"], traffic);
        assert_eq!(stack["parameters"]["DeletionProtection"], "true");
    }
    assert_region_is_there(shown, FIRST, 16);
    assert_region_is_there(shown, SECOND, 17);
    assert_edge_is_there(shown);
}

/// Nothing is left but what should be: the template retains the router, whose copies at the edge outlive the
/// distribution. The health checks stay too, but those by moto's mistake, which deletes none with its stack.
fn assert_gone(shown: &Value) {
    let empty = json!({
        "stacks": {},
        "network": { "vpcs": {}, "subnets": {}, "groups": {} },
        "functions": {},
        "aliases": {},
        "rotated": [],
        "logs": {},
        "subnet_groups": [],
    });
    let regions = &shown["regions"];
    assert_eq!(regions[FIRST], empty);
    assert_eq!(regions[SECOND], empty);
    assert_eq!(regions[EDGE]["stacks"], json!({}));
    let left = names(&regions[EDGE]["functions"]);
    assert!(
        matches!(&left[..], [one] if one.starts_with("orders-edge-Router-")),
        "{left:?}"
    );
    assert_eq!(shown["roles"], json!({}));
    assert_eq!(shown["records"], json!([]));
}

/// Everything gwctl knows how to build goes through moto's change sets, as far as moto makes it: of switches and
/// global database it has no model, and only their stacks are there.
#[test]
fn every_stack_of_a_fleet_is_built_changed_and_taken_back_in_moto() {
    let desk = Desk::new();
    assert_up_builds(&desk);
    assert_built(&desk.shown());
    let undo = ["runs", "undo", "last", "--confirm", "orders", "-o", "json"];
    let undone = desk.run(&undo);
    assert_eq!(undone.status.code(), Some(23), "{}", said(&undone));
    assert_eq!(statuses(&records(&undone), "orders-us-west-2"), UPDATED);
    assert_gone(&desk.shown());
    let verified = desk.run(&["runs", "verify", "last"]);
    assert!(verified.status.success(), "{}", said(&verified));
}
