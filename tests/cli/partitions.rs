//! Fleets of other partitions: seen, planned for and allowed in their own names, with no `us-east-1` and no
//! `arn:aws:` anywhere.

use serde_json::Value;

use super::harness::{Home, Ran};

const FLEETS: [(&str, &str, &[&str]); 3] = [
    ("china", "aws-cn", &["cn-northwest-1", "cn-north-1"]),
    (
        "govcloud",
        "aws-us-gov",
        &["us-gov-west-1", "us-gov-east-1"],
    ),
    ("sovereign", "aws-eusc", &["eusc-de-east-1"]),
];

fn run(scenario: &str, args: &[&str]) -> Ran {
    let on = ["--demo", "--scenario", scenario];
    Home::new().run(&[args, &on].concat())
}

/// What no text of another partition may hold.
fn foreign(text: &str) -> Option<&str> {
    ["us-east-1", "eu-west-1", "arn:aws:"]
        .into_iter()
        .find(|word| text.contains(word))
}

#[test]
fn the_dashboard_sees_a_fleet_of_each() {
    for (scenario, _, regions) in FLEETS {
        let ran = run(scenario, &["status", "-o", "json"]);
        let document = ran.json();
        assert_eq!(
            ran.code, 0,
            "{scenario}: {} {:#}",
            ran.err, document["reasons"]
        );
        assert_eq!(
            document["verdict"], "healthy",
            "{scenario}: {:#}",
            document["reasons"]
        );
        let sites = document["sites"].as_array().unwrap();
        let seen: Vec<&str> = sites
            .iter()
            .map(|one| one["region"].as_str().unwrap())
            .collect();
        assert_eq!(seen, regions, "{scenario}");
        assert_eq!(
            document["unanswered"],
            Value::Array(Vec::new()),
            "{scenario}: {:#}",
            document["unanswered"]
        );
        let text = ran.out.replace("us-east-1.api", "");
        assert_eq!(foreign(&text), None, "{scenario}: {text}");
        let doctor = run(scenario, &["doctor"]);
        assert_eq!(doctor.code, 0, "{scenario}: {}", doctor.out);
    }
}

#[test]
fn a_plan_asks_each_partitions_own_regions() {
    for (scenario, _, regions) in &FLEETS[..2] {
        let away = regions[1];
        let ran = run(scenario, &["evacuate", away, "--dry-run"]);
        assert_eq!(ran.code, 0, "{scenario}: {}{}", ran.out, ran.err);
        assert_eq!(foreign(&ran.out), None, "{scenario}: {}", ran.out);
        let records = run(
            scenario,
            &["evacuate", away, "--mechanism", "records", "--dry-run"],
        );
        let home = regions[0];
        let change = format!("route53:ChangeResourceRecordSets in {home}");
        assert!(records.out.contains(&change), "{scenario}: {}", records.out);
        let done = run(scenario, &["--write", "evacuate", away, "--confirm", away]);
        assert_eq!(done.code, 0, "{scenario}: {}{}", done.out, done.err);
    }
    let alone = run("sovereign", &["evacuate", "eusc-de-east-1", "--dry-run"]);
    assert_ne!(alone.code, 0, "nobody is left to serve: {}", alone.out);
}

#[test]
fn a_policy_names_its_partition() {
    for (scenario, partition, _) in FLEETS {
        for purpose in ["dashboard", "shift"] {
            let ran = run(scenario, &["iam-policy", purpose]);
            assert_eq!(ran.code, 0, "{scenario}: {}", ran.err);
            assert!(
                ran.out.contains(&format!("arn:{partition}:")),
                "{scenario}: {}",
                ran.out
            );
            assert_eq!(foreign(&ran.out), None, "{scenario} {purpose}: {}", ran.out);
        }
    }
}

/// What `aws-us-gov`'s Route 53 does not have is neither asked nor allowed, and what does its work is named.
#[test]
fn govcloud_is_not_asked_what_its_route_53_lacks() {
    const LACKS: &str = "Route 53 in GovCloud has no TestDNSAnswer";
    for purpose in ["dashboard", "shift", "provision"] {
        let ran = run("govcloud", &["iam-policy", purpose]);
        for action in ["TestDNSAnswer", "cloudfront:"] {
            assert!(!ran.out.contains(action), "{purpose}: {}", ran.out);
        }
    }
    let commercial = run("without-cloudfront", &["iam-policy", "dashboard"]);
    assert!(commercial.out.contains("route53:TestDNSAnswer"));
    let status = run("govcloud", &["status", "-o", "json"]).json();
    let edge = &status["edge"];
    let note = edge["answers_note"].as_str().unwrap_or_default();
    assert!(
        note.starts_with(LACKS) && note.contains("name servers"),
        "{edge:#}"
    );
    let asked = edge["answers"]["value"].as_array().unwrap();
    assert!(asked.iter().any(|one| one["vantage"] != "here"), "{edge:#}");
    let doctor = run("govcloud", &["doctor"]);
    assert!(doctor.out.contains(LACKS), "{}", doctor.out);
    assert!(
        !doctor.out.contains("route53:TestDNSAnswer"),
        "{}",
        doctor.out
    );
}

#[test]
fn what_a_partition_lacks_is_said_by_the_configurations_check() {
    let home = Home::new();
    for (region, why) in [
        ("us-gov-west-1", "CloudFront is not available in GovCloud"),
        ("cn-north-1", "Lambda@Edge in China"),
        (
            "eusc-de-east-1",
            "no CloudFront in the European Sovereign Cloud",
        ),
    ] {
        home.configure(&format!(
            "[fleets.orders]\ndomain = \"api.example.com\"\nglobal_cluster = \"orders\"\n\
                 [fleets.orders.edge]\ndistribution = \"E2EXAMPLE1\"\nhosted_zone = \"Z1\"\n\
                 latency_record = \"latency.example.com\"\n\
                 [[fleets.orders.sites]]\nregion = \"{region}\"\napi = \"a1b2c3d4e5\"\n"
        ));
        let ran = home.run(&["config", "check"]);
        assert_ne!(ran.code, 0);
        let said = format!("{}{}", ran.out, ran.err);
        assert!(
            said.contains(why) && said.contains("cloudfront = false"),
            "{region}: {said}"
        );
    }
}
