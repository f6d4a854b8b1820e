use std::collections::BTreeMap;

use super::ask::{Answers, SiteAnswers};
use super::edge::{
    api_in, candidates, distributions_of, is_told, target_of, told_regions, zones_of,
};
use super::fold::fold;
use gwctl_fleet::{
    AliasTarget, ApiMapping, ApiName, CheckConfig, CheckKind, Engine, GroupMember, HostedZone,
    ListedDistribution, ListedGlobalCluster, Member, Origin, RecordSet, Region, Routing,
    RoutingRecord, StackDescription, SwitchSpec, Topology,
};

const DOMAIN: &str = "api.example.com";
const LATENCY: &str = "latency.example.com";

fn region(code: &str) -> Region {
    Region::new(code).unwrap()
}

fn words(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn zone(id: &str, name: &str, private: bool) -> HostedZone {
    HostedZone {
        id: id.into(),
        name: name.into(),
        private,
    }
}

fn distribution(aliases: &[&str], headers: &[(&str, &str)]) -> ListedDistribution {
    ListedDistribution {
        id: "E1".into(),
        domain: "d1.cloudfront.net".into(),
        aliases: aliases.iter().map(ToString::to_string).collect(),
        origins: vec![Origin {
            domain: "origin.example.com".into(),
            headers: words(headers),
        }],
        default_origins: vec!["origin.example.com".into()],
        router_arn: Some("arn:aws:lambda:us-east-1:123456789012:function:shop-router:7".into()),
        certificate_arn: None,
    }
}

fn record(code: &str, target: &str) -> RoutingRecord {
    RoutingRecord {
        name: LATENCY.into(),
        kind: "CNAME".into(),
        set_identifier: code.into(),
        region: Some(region(code)),
        routing: Routing::Latency(region(code)),
        target: target.into(),
        values: vec![target.into()],
        ttl: Some(30),
        health_check: Some(format!("site-{code}")),
        evaluate_target_health: false,
        alias_zone: None,
        group: Vec::new(),
    }
}

fn check(kind: CheckKind) -> CheckConfig {
    CheckConfig {
        kind,
        interval_s: 10,
        failure_threshold: 3,
        inverted: false,
        disabled: false,
        version: 1,
        linked_service: None,
        insufficient_data: None,
        checker_regions: 0,
    }
}

/// The checks of a Region: one over its endpoint's and its switch's, whose alarm is at `home`.
fn checks(code: &str, home: &str) -> [(String, CheckConfig); 3] {
    let calculated = CheckKind::Calculated {
        children: vec![format!("endpoint-{code}"), format!("switch-{code}")],
        threshold: 2,
    };
    let endpoint = CheckKind::Endpoint {
        protocol: "HTTPS".into(),
        target: format!("{code}.{DOMAIN}:443/up"),
    };
    let switch = CheckKind::Alarm {
        name: format!("evacuate-{code}"),
        region: home.into(),
    };
    [
        (format!("site-{code}"), check(calculated)),
        (format!("endpoint-{code}"), check(endpoint)),
        (format!("switch-{code}"), check(switch)),
    ]
}

fn site(code: &str, api: &str) -> SiteAnswers {
    let name = format!("{code}.{DOMAIN}");
    SiteAnswers {
        target: name.clone(),
        name: Ok(Some(ApiName {
            name,
            regional_domain: None,
            certificate_arn: None,
        })),
        mappings: Ok(vec![ApiMapping {
            api: api.into(),
            stage: "$default".into(),
            path: String::new(),
        }]),
        functions: Ok(vec!["read".into()]),
    }
}

fn cluster(id: &str, codes: &[&str]) -> ListedGlobalCluster {
    let member = |code: &&str| Member {
        arn: format!("arn:aws:rds:{code}:123456789012:cluster:{id}-{code}"),
        region: region(code),
        cluster: format!("{id}-{code}"),
        writer: *code == codes[0],
        write_forwarding: None,
        synchronization: None,
    };
    ListedGlobalCluster {
        id: id.into(),
        topology: Topology {
            status: "available".into(),
            engine: Engine {
                name: "aurora-postgresql".into(),
                version: "16.8".into(),
            },
            endpoint: None,
            failover: None,
            members: codes.iter().map(member).collect(),
            deletion_protection: true,
        },
    }
}

fn stack(
    name: &str,
    tags: &[(&str, &str)],
    parameters: &[(&str, &str)],
    outputs: &[(&str, &str)],
) -> StackDescription {
    StackDescription {
        name: name.into(),
        id: format!("arn:{name}"),
        status: "CREATE_COMPLETE".into(),
        reason: None,
        parameters: words(parameters),
        outputs: words(outputs),
        tags: words(tags),
        service_role: None,
        protected: true,
        changed: None,
    }
}

/// Two Regions, nothing missing, no stacks.
fn answers() -> Answers {
    let codes = ["eu-west-1", "us-east-1"];
    let all = codes.map(region);
    Answers {
        domain: DOMAIN.into(),
        asked: None,
        zone: zone("Z1", "example.com", false),
        distribution: Ok(Some(distribution(&[DOMAIN], &[]))),
        none_meant: false,
        latency_record: LATENCY.into(),
        records: codes
            .map(|code| record(code, &format!("{code}.{DOMAIN}")))
            .into(),
        checks: Ok(checks("eu-west-1", "us-east-1")
            .into_iter()
            .chain(checks("us-east-1", "us-east-1"))
            .collect()),
        routing: Ok(Vec::new()),
        sites: all
            .iter()
            .cloned()
            .zip([site("eu-west-1", "a1"), site("us-east-1", "a2")])
            .collect(),
        stacks: all
            .iter()
            .map(|one| (one.clone(), Ok(Vec::new())))
            .collect(),
        clusters: all
            .iter()
            .map(|one| (one.clone(), Ok(vec![cluster("shop", &codes)])))
            .collect(),
        databases: BTreeMap::new(),
    }
}

#[test]
fn the_longest_zone_that_holds_the_name_is_meant_and_a_public_one_first() {
    let zones = [
        zone("Z1", "com", false),
        zone("Z2", "example.com", true),
        zone("Z3", "example.com", false),
        zone("Z4", "ample.com", false),
        // Clients do not see it, however well it fits.
        zone("Z5", DOMAIN, true),
    ];
    let found = |name: &str, zones: &[HostedZone]| -> Vec<String> {
        zones_of(name, zones)
            .into_iter()
            .map(|zone| zone.id.clone())
            .collect()
    };
    assert_eq!(found(DOMAIN, &zones), ["Z3"]);
    assert_eq!(found("example.org", &zones), [""; 0]);
    let twice = [
        zone("Z6", "example.com", false),
        zone("Z7", "example.com", false),
    ];
    assert_eq!(found(DOMAIN, &twice), ["Z6", "Z7"], "nobody can tell");
}

#[test]
fn the_distribution_is_the_one_dns_leads_to_and_then_the_one_with_the_name() {
    let mut wild = distribution(&["*.example.com"], &[]);
    wild.id = "EWILD".into();
    wild.domain = "d2.cloudfront.net".into();
    let all = [wild, distribution(&[DOMAIN], &[])];
    let found = |records: &[RecordSet]| -> Vec<String> {
        distributions_of(DOMAIN, records, &all)
            .into_iter()
            .map(|one| one.id.clone())
            .collect()
    };
    assert_eq!(found(&[]), ["E1"], "its own name before one for all");
    let led = RecordSet {
        name: DOMAIN.into(),
        kind: "A".into(),
        set_identifier: None,
        routing: Routing::Simple,
        ttl: None,
        values: Vec::new(),
        alias: Some(AliasTarget {
            zone: "Z2FDTNDATAQYW2".into(),
            name: "d2.cloudfront.net.".into(),
            evaluate_target_health: false,
        }),
        health_check: None,
    };
    assert_eq!(found(std::slice::from_ref(&led)), ["EWILD"]);
    let other = RecordSet {
        set_identifier: Some("blue".into()),
        alias: None,
        values: vec!["d1.cloudfront.net".into()],
        ..led.clone()
    };
    assert_eq!(found(&[led, other]), ["EWILD", "E1"], "both may be meant");
    assert!(distributions_of("a.b.example.com", &[], &all).is_empty());
}

#[test]
fn what_the_router_is_told_is_looked_at_before_where_the_origin_is() {
    let told = distribution(
        &[],
        &[
            ("target_origin", "other.example.com"),
            ("x-gwctl-latency-record", LATENCY),
            ("x-gwctl-max-ttl", "60"),
            (
                "x-gwctl-regions",
                "eu-west-1=a.example.com,us-east-1=b.example.com,oops",
            ),
        ],
    );
    assert_eq!(
        candidates(DOMAIN, Some(&told), &[]),
        [LATENCY, "origin.example.com", "other.example.com"]
    );
    assert!(is_told(LATENCY, Some(&told)) && !is_told("origin.example.com", Some(&told)));
    let regions = told_regions(Some(&told));
    assert_eq!(regions.len(), 2);
    assert_eq!(regions[&region("eu-west-1")], "a.example.com");
    assert_eq!(candidates(DOMAIN, None, &[]), [DOMAIN]);
}

#[test]
fn a_drained_region_is_known_by_its_own_member_of_the_group() {
    let weighted = |set: &str, target: &str| GroupMember {
        set_identifier: set.into(),
        target: target.into(),
        values: vec![target.into()],
        routing: Routing::Weighted(1),
        ttl: Some(30),
        health_check: None,
        alias: None,
    };
    let mut record = record("eu-west-1", "group.example.com");
    assert_eq!(target_of(&record), "group.example.com");
    record.group = vec![
        weighted("us-east-1", "us-east-1.api.example.com"),
        weighted("eu-west-1", "eu-west-1.api.example.com"),
    ];
    assert_eq!(target_of(&record), "eu-west-1.api.example.com");
}

#[test]
fn gateways_own_name_of_an_api_has_its_id_and_that_of_a_custom_name_has_not() {
    let here = region("eu-west-1");
    let id = |host: &str| api_in(host, &here);
    let own = "a1b2c3.execute-api.eu-west-1.amazonaws.com";
    assert_eq!(id(own).as_deref(), Some("a1b2c3"));
    assert_eq!(id("d-abc.execute-api.eu-west-1.amazonaws.com"), None);
    assert_eq!(id("a1b2c3.execute-api.us-east-1.amazonaws.com"), None);
    assert_eq!(id("a1b2c3.execute-api.eu-west-1.example.com"), None);
    let beijing = "a1b2c3.execute-api.cn-north-1.amazonaws.com.cn";
    let there = api_in(beijing, &region("cn-north-1"));
    assert_eq!(there.as_deref(), Some("a1b2c3"));
}

#[test]
fn a_whole_fleet_has_no_gaps_but_a_switch_that_its_region_takes_down_with_it_is_not_written() {
    let found = fold(answers());
    assert_eq!(found.gaps, []);
    assert_eq!(found.fleet, "shop");
    assert_eq!(found.spec.probe_path, "/up");
    assert_eq!(found.spec.edge.router.as_deref(), Some("shop-router"));
    let switches: Vec<_> = found.spec.sites.iter().map(|site| &site.switch).collect();
    let elsewhere = Some(SwitchSpec {
        alarm: "evacuate-eu-west-1".into(),
        region: region("us-east-1"),
    });
    assert_eq!(switches, [&elsewhere, &None]);
    assert!(
        found
            .facts
            .iter()
            .any(|fact| fact.text.contains("in the Region that it evacuates"))
    );
}

#[test]
fn stacks_that_gwctl_built_tell_what_they_made() {
    let mut answers = answers();
    let ours = |role: &'static str| [("gwctl:fleet", "bazaar"), ("gwctl:role", role)];
    let of_region = |name: &str, api: &str| {
        stack(
            name,
            &ours("region"),
            &[
                ("DomainName", DOMAIN),
                ("GlobalClusterIdentifier", "bazaar-db"),
                ("HealthPath", "/well"),
            ],
            &[("ApiId", api), ("HandlerFunctionName", "bazaar-handler")],
        )
    };
    // A Region that is built and takes no traffic yet, and does not answer about its API.
    let third = region("ap-southeast-1");
    answers.stacks = [
        (
            region("eu-west-1"),
            Ok(vec![of_region("bazaar-eu-west-1", "a1")]),
        ),
        (
            region("us-east-1"),
            Ok(vec![
                stack(
                    "other",
                    &[("gwctl:fleet", "other")],
                    &[("DomainName", "b.example.com")],
                    &[],
                ),
                of_region("bazaar-us-east-1", "a2"),
                stack(
                    "bazaar-edge",
                    &ours("edge"),
                    &[],
                    &[("DistributionId", "E1")],
                ),
            ]),
        ),
        (
            third.clone(),
            Ok(vec![of_region("bazaar-ap-southeast-1", "a3")]),
        ),
    ]
    .into();
    let found = fold(answers);
    assert_eq!(found.gaps, []);
    assert_eq!(found.fleet, "bazaar");
    assert_eq!(found.spec.global_cluster, "bazaar-db");
    assert_eq!(found.spec.probe_path, "/well");
    assert_eq!(found.stacks.len(), 4, "not that of another fleet");
    for site in &found.spec.sites {
        assert_eq!(site.functions, ["bazaar-handler"]);
        assert_eq!(site.stack, Some(format!("bazaar-{}", site.region)));
        assert_eq!(site.stage, None);
    }
    assert_eq!(found.spec.sites.last().unwrap().region, third);
    assert_eq!(found.spec.sites.last().unwrap().api, "a3");
}

#[test]
fn between_several_global_clusters_nobody_guesses() {
    let both = ["eu-west-1", "us-east-1"];
    let with = |clusters: Vec<ListedGlobalCluster>| {
        let mut answers = answers();
        for known in answers.clusters.values_mut() {
            *known = Ok(clusters.clone());
        }
        fold(answers)
    };
    let found = with(vec![cluster("one", &both), cluster("two", &["us-east-1"])]);
    assert_eq!(found.spec.global_cluster, "one", "the other is elsewhere");
    let found = with(vec![cluster("one", &both), cluster("two", &both)]);
    assert_eq!(found.spec.global_cluster, "");
    assert!(found.gaps.iter().any(|gap| gap.needed));
    assert!(
        found
            .facts
            .iter()
            .any(|fact| fact.text.contains("one, two"))
    );
}

#[test]
fn regions_that_share_one_name_have_none_of_their_own() {
    let mut answers = answers();
    for site in answers.sites.values_mut() {
        site.name = Ok(Some(ApiName {
            name: DOMAIN.into(),
            regional_domain: Some(site.target.clone()),
            certificate_arn: None,
        }));
    }
    let found = fold(answers);
    assert!(found.spec.sites.iter().all(|site| site.endpoint.is_none()));
    assert_eq!(found.gaps, []);
}
