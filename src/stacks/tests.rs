use std::collections::BTreeMap;

use serde_json::json;

use super::*;

fn pseudo(region: &str) -> Parameters {
    words(&[
        ("AWS::Region", region),
        ("AWS::AccountId", "123456789012"),
        ("AWS::Partition", "aws"),
        ("AWS::StackName", "orders-eu-west-1"),
    ])
}

fn words(pairs: &[(&str, &str)]) -> Parameters {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn region(traffic: &str) -> Parameters {
    words(&[
        ("FleetName", "orders"),
        ("DomainName", "api.orders.example.com"),
        ("HostedZoneId", "Z0EXAMPLE"),
        ("LatencyRecordName", "latency.orders.example.com"),
        ("GlobalClusterIdentifier", "orders"),
        ("SwitchAlarmName", "orders-evacuate-eu-west-1"),
        ("SwitchRegion", "us-east-1"),
        ("Traffic", traffic),
    ])
}

fn made(parts: &[Part], action: Action) -> Vec<&str> {
    let parts = parts.iter().filter(|part| part.action == action);
    parts.map(|part| part.id.as_str()).collect()
}

#[test]
fn every_template_is_read_and_asks_only_for_what_it_declares() {
    for kind in Kind::ALL {
        let text = kind.template();
        assert!(text.len() < 51_200, "{kind} is {} bytes", text.len());
        assert!(!text.contains('@') || !text.contains("@ROUTER"), "{kind}");
        let template = Template::parse(&text).unwrap();
        assert!(!template.resources.is_empty() && !template.outputs.is_empty());
    }
}

#[test]
fn a_regions_record_is_made_last_and_its_checks_before_it_takes_traffic() {
    let template = Template::parse(&Kind::Region.template()).unwrap();
    let pseudo = pseudo("eu-west-1");
    let [none, checked, admitted] = ["none", "checked", "admitted"].map(region);
    let all = parts(&template, &pseudo, None, Some(&admitted)).unwrap();
    assert_eq!(all.last().unwrap().id, "LatencyRecord");
    let place = |id: &str| all.iter().position(|part| part.id == id).unwrap();
    for part in &all {
        assert!(
            part.after
                .iter()
                .all(|before| place(before) < place(&part.id))
        );
    }
    let checks = parts(&template, &pseudo, Some(&none), Some(&checked)).unwrap();
    assert_eq!(
        made(&checks, Action::Add),
        [
            "SwitchHealthCheck",
            "EndpointHealthCheck",
            "SiteHealthCheck"
        ]
    );
    assert_eq!(checks.len(), 3, "nothing else changes: {checks:?}");
    let record = parts(&template, &pseudo, Some(&checked), Some(&admitted)).unwrap();
    assert_eq!(made(&record, Action::Add), ["LatencyRecord"]);
    let back = parts(&template, &pseudo, Some(&admitted), Some(&none)).unwrap();
    assert_eq!(back.first().unwrap().id, "LatencyRecord");
    assert_eq!(made(&back, Action::Remove).len(), 4);
    let kept = parts(&template, &pseudo, Some(&none), None).unwrap();
    let kept = kept.iter().filter(|part| part.kept.is_some());
    let kept: Vec<_> = kept
        .map(|part| (part.id.as_str(), part.kept.clone().unwrap()))
        .collect();
    assert!(kept.contains(&("Cluster", "Snapshot".into())), "{kept:?}");
}

#[test]
fn another_endpoint_in_the_router_changes_the_distribution_alone() {
    let template = Template::parse(&Kind::Edge.template()).unwrap();
    let edge = |regions: &str| {
        words(&[
            ("FleetName", "orders"),
            ("DomainName", "api.orders.example.com"),
            ("HostedZoneId", "Z0EXAMPLE"),
            ("LatencyRecordName", "latency.orders.example.com"),
            ("RouterRegions", regions),
            ("FallbackRegion", "eu-west-1"),
            ("ApiArns", "arn:aws:execute-api:eu-west-1:123456789012:a1/*"),
        ])
    };
    let (before, after) = (edge("eu-west-1=a.b"), edge("eu-west-1=a.b,us-east-1=c.d"));
    let parts = parts(&template, &pseudo("us-east-1"), Some(&before), Some(&after)).unwrap();
    assert_eq!(made(&parts, Action::Modify), ["Distribution"]);
    assert_eq!(parts.len(), 1);
}

#[test]
fn parameters_that_do_not_fit_are_refused_in_cloudformations_words() {
    let template = Template::parse(&Kind::Region.template()).unwrap();
    let wrong = |name: &str, value: &str| {
        let mut given = region("none");
        given.insert(name.into(), value.into());
        template.with(&given).unwrap_err().to_string()
    };
    assert!(wrong("Traffic", "some").contains("AllowedValues: none, checked, admitted"));
    assert!(wrong("Trafic", "none").contains("[Trafic] do not exist"));
    let missing = template.with(&BTreeMap::new()).unwrap_err().to_string();
    assert!(missing.contains("must have values"), "{missing}");
}

#[test]
fn functions_come_to_what_cloudformation_makes_of_them() {
    let text = "
Parameters: { A: { Default: x }, N: { Default: 3 } }
Mappings: { M: { eu-west-1: { Zone: z1 } } }
Conditions:
  IsX: !Equals [!Ref A, x]
  Three: !Equals [!Ref N, '3']
  Both: !And [!Condition IsX, !Condition Three]
  Neither: !Not [!Or [!Condition IsX, !Condition Both]]
Resources:
  One: { Type: T }
  Two:
    Type: T
    Properties:
      Sub: !Sub ['${A}-${B}-${One.Arn}-${!Left}', { B: !Select [1, !Split ['/', 'p/q']] }]
      If: !If [Neither, no, !If [Both, yes, !Ref AWS::NoValue]]
      Gone: !If [IsX, !Ref AWS::NoValue, x]
      Join: !Join [',', !Cidr [10.1.0.0/16, 2, 8]]
      Zone: !Select [1, !GetAZs '']
      Map: !FindInMap [M, !Ref AWS::Region, Zone]
      Policy: { Condition: { ArnEquals: x } }
";
    let template = Template::parse(text).unwrap();
    let mut parameters = template.with(&Parameters::new()).unwrap();
    parameters.extend(pseudo("eu-west-1"));
    let scope = Scope {
        template: &template,
        parameters: &parameters,
        made: &Nothing,
    };
    let two = scope.value(&template.resources["Two"].properties).unwrap();
    let expected = json!({
        "Sub": "x-q-<One.Arn>-${Left}",
        "If": "yes",
        "Join": "10.1.0.0/24,10.1.1.0/24",
        "Zone": "eu-west-1b",
        "Map": "z1",
        "Policy": {"Condition": {"ArnEquals": "x"}},
    });
    assert_eq!(two, expected);
    assert_eq!(template.order(&scope).unwrap(), ["One", "Two"]);
}
