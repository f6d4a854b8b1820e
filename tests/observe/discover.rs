//! A fleet that nobody wrote down is found by the name clients use.

use gwctl::aws::Session;
use gwctl::fleet::{FleetSpec, Missing};
use gwctl::observe::discover::{About, Discovery, Named, NotDiscovered, discover};
use gwctl::sim::{Scenario, Sim, SimOptions, wire};

use super::stand::{answered_by, region};

const DOMAIN: &str = "api.orders.example.com";

fn founded(scenario: &str, rest: bool) -> Sim {
    Sim::new(SimOptions {
        scenario: Scenario::load(scenario).unwrap(),
        start: Some("2026-11-22T03:00:20Z".parse().unwrap()),
        rest,
        ..SimOptions::default()
    })
    .unwrap()
}

async fn session(sim: &Sim) -> Session {
    answered_by(wire::handler(sim.clone()), sim).await
}

async fn look(sim: &Sim) -> Discovery {
    discover(&session(sim).await, DOMAIN, &Named::default())
        .await
        .unwrap()
}

/// Sites in one order: which is shown first is the reader's to choose. No API tells what it would be built with, nor the
/// limits that its owner knows.
fn sorted(mut spec: FleetSpec) -> FleetSpec {
    spec.thresholds = gwctl::fleet::Thresholds::default();
    spec.build = gwctl::fleet::BuildSpec::default();
    spec.sites.sort_by(|a, b| a.region.cmp(&b.region));
    spec
}

/// Without what only the spec of a whole fleet has: a Region of its own left out.
fn without(mut spec: FleetSpec, code: &str) -> FleetSpec {
    spec.sites.retain(|site| site.region != region(code));
    sorted(spec)
}

#[tokio::test(start_paused = true)]
async fn the_founded_fleet_is_found_whole() {
    for rest in [false, true] {
        let sim = founded("calm", rest);
        let found = look(&sim).await;
        assert_eq!(found.gaps, [], "rest: {rest}");
        assert_eq!(found.fleet, "orders");
        assert_eq!(sorted(found.spec), sorted(sim.spec()), "rest: {rest}");
        let names: Vec<&str> = found
            .stacks
            .iter()
            .map(|stack| stack.formation.name.as_str())
            .collect();
        assert_eq!(names.len(), 3, "{names:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_region_that_does_not_answer_leaves_its_own_part_out() {
    let sim = founded("region-dark", false);
    let begun = tokio::time::Instant::now();
    let found = look(&sim).await;
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
    let dark = region("eu-west-1");
    let whole = sim.spec();
    let of_dark = found.spec.sites.iter().find(|site| site.region == dark);
    let (of_dark, expected) = (
        of_dark.unwrap(),
        whole.sites.iter().find(|site| site.region == dark).unwrap(),
    );
    assert_eq!(of_dark.api, "");
    assert_eq!(of_dark.switch, expected.switch, "Route 53 tells it");
    assert_eq!(of_dark.endpoint, expected.endpoint, "DNS tells it");
    assert!(found.gaps.iter().all(|gap| {
        gap.about == About::Site(dark.clone()) && matches!(gap.why, Missing::CouldNotAsk { .. })
    }));
    assert!(found.gaps.iter().any(|gap| gap.needed));
    assert_eq!(
        without(found.spec, "eu-west-1"),
        without(whole, "eu-west-1")
    );
}

#[tokio::test(start_paused = true)]
async fn what_may_not_be_asked_is_said_with_the_action_that_is_missing() {
    for (action, what) in [
        ("cloudfront:ListDistributions", "the distribution"),
        ("route53:ListHealthChecks", ""),
        ("rds:DescribeGlobalClusters", "the Aurora global cluster"),
        ("rds:DescribeDBClusters", "its database clusters"),
        ("cloudformation:DescribeStacks", "its stacks"),
        ("apigateway:GetDomainNames", "the API behind"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let scenario = folder.path().join("denied.toml");
        let event = format!("at = \"-1s\"\nstart = \"access-denied\"\naction = \"{action}\"");
        std::fs::write(&scenario, format!("title = \"a\"\n[[event]]\n{event}\n")).unwrap();
        let sim = founded(scenario.to_str().unwrap(), false);
        let found = discover(&session(&sim).await, DOMAIN, &Named::default()).await;
        let gaps = match found {
            Ok(found) => found.gaps,
            Err(NotDiscovered::NoRoutingSet { gaps, .. }) => gaps,
            Err(other) => panic!("{action}: {other}"),
        };
        // API Gateway's actions are verbs (aws-facts §9.1).
        let missing = Missing::NotAllowed {
            action: action.replace("GetDomainNames", "GET"),
        };
        let mut about = gaps.iter().filter(|gap| gap.what.starts_with(what));
        let said = about.any(|gap| gap.why == missing);
        assert_eq!(said, !what.is_empty(), "{action}: {gaps:?}");
    }
}

/// Asked for by the name behind it, a distribution that may not be listed is not taken for none.
#[tokio::test(start_paused = true)]
async fn a_distribution_that_could_not_be_seen_is_not_taken_for_none() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("denied.toml");
    let event =
        "at = \"-1s\"\nstart = \"access-denied\"\naction = \"cloudfront:ListDistributions\"";
    std::fs::write(&scenario, format!("title = \"a\"\n[[event]]\n{event}\n")).unwrap();
    let sim = founded(scenario.to_str().unwrap(), false);
    let name = "latency.orders.example.com";
    let found = discover(&session(&sim).await, name, &Named::default()).await;
    let found = found.unwrap();
    assert!(found.spec.edge.cloudfront);
    let said = found.gaps.iter().any(|gap| {
        gap.needed
            && gap
                .what
                .contains("whether one has latency.orders.example.com as its origin")
    });
    assert!(said, "{:?}", found.gaps);
}

#[tokio::test(start_paused = true)]
async fn what_is_unusual_about_the_database_is_told() {
    for (scenario, words) in [
        ("headless", "orders-euw1 in eu-west-1 is headless"),
        (
            "serverless",
            "orders-use1 in us-east-1 has a Serverless v2 range of 8 to 32 ACU",
        ),
        (
            "one-member-more",
            "orders-eun1 in eu-north-1 is a member where the fleet has no API",
        ),
        (
            "managed-password",
            "orders-use1 in us-east-1 is a cluster alone, and RDS manages its password",
        ),
    ] {
        let found = look(&founded(scenario, false)).await;
        assert!(
            found.facts.iter().any(|fact| fact.text.contains(words)),
            "{scenario}: {:?}",
            found.facts
        );
        assert_eq!(found.spec.sites.len(), 3, "{scenario}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_name_is_an_answer_of_its_own() {
    let sim = founded("calm", false);
    let session = session(&sim).await;
    let error = discover(&session, "api.payments.example.net", &Named::default()).await;
    let Err(NotDiscovered::NoZone { zones, aliases, .. }) = error else {
        panic!("{error:?}");
    };
    assert_eq!(zones, ["orders.example.com"]);
    assert_eq!(aliases, [DOMAIN]);
    let error = discover(&session, "www.orders.example.com", &Named::default()).await;
    assert!(
        matches!(&error, Err(NotDiscovered::NoRoutingSet { looked_at, .. }) if looked_at == &["www.orders.example.com"]),
        "{error:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn without_a_distribution_the_name_itself_routes_by_latency() {
    let sim = founded("without-cloudfront", false);
    let found = discover(
        &session(&sim).await,
        "latency.orders.example.com",
        &Named::default(),
    )
    .await
    .unwrap();
    assert_eq!(found.spec.edge.distribution, "");
    assert_eq!(found.spec.edge.router, None);
    assert_eq!(found.spec.edge.latency_record, "latency.orders.example.com");
    assert!(!found.spec.edge.cloudfront);
    assert_eq!(sorted(found.spec).sites, sorted(sim.spec()).sites);
    assert_eq!(found.gaps, []);
    let told = |fact: &gwctl::observe::discover::Fact| {
        fact.about == About::Edge
            && fact.text.starts_with("no distribution of this account")
            && fact.text.contains("a distribution of another account")
    };
    assert!(found.facts.iter().any(told), "{:?}", found.facts);
}

/// CloudFormation's.
const ROLE: &str = "arn:aws:iam::123456789012:role/builder";

/// Makes the founded stacks look as if gwctl's templates had made them.
fn as_if_built(sim: &Sim) {
    let mut state = sim.state();
    let apis: Vec<_> = state
        .resources
        .apis
        .iter()
        .map(|api| (api.region.clone(), api.id.clone()))
        .collect();
    for stack in &mut state.resources.stacks {
        let edge = stack.name.ends_with("-edge");
        let role = if edge { "edge" } else { "region" };
        for (key, value) in [("gwctl:fleet", "shop"), ("gwctl:role", role)] {
            let mut tag = stack.tags[0].clone();
            tag.key = key.into();
            tag.value = value.into();
            stack.tags.push(tag);
        }
        let word = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        stack.formed.role = Some(ROLE.into());
        stack.parameters = vec![word("FleetName", "shop"), word("DomainName", DOMAIN)];
        if edge {
            stack.name = "shop-edge".into();
            continue;
        }
        stack.name = format!("shop-{}", stack.region);
        stack
            .parameters
            .push(word("GlobalClusterIdentifier", "orders"));
        stack.parameters.push(word("HealthPath", "/well"));
        stack.parameters.push(word("HandlerMemorySize", "1024"));
        let api = &apis
            .iter()
            .find(|(region, _)| *region == stack.region)
            .unwrap()
            .1;
        stack.outputs = vec![
            word("ApiId", api),
            word("HandlerFunctionName", "shop-handler"),
        ];
    }
}

#[tokio::test(start_paused = true)]
async fn a_fleet_that_gwctl_built_is_told_by_its_stacks() {
    let sim = founded("calm", false);
    as_if_built(&sim);
    let found = look(&sim).await;
    assert_eq!(found.gaps, []);
    assert_eq!(found.fleet, "shop");
    assert_eq!(found.spec.probe_path, "/well");
    assert_eq!(found.stacks.len(), 4);
    for stack in &found.stacks {
        assert_eq!(stack.formation.service_role.as_deref(), Some(ROLE));
    }
    for site in &found.spec.sites {
        assert_eq!(site.stack, Some(format!("shop-{}", site.region)));
        assert_eq!(site.functions, ["shop-handler"]);
    }
}

/// The four ways in which a world is routed otherwise than by latency.
const OTHERWISE: [(&str, &str); 4] = [
    ("weighted", "latency.orders.example.com is routed by weight"),
    (
        "failover-pair",
        "latency.orders.example.com is routed by failover",
    ),
    (
        "geolocation",
        "latency.orders.example.com is routed by geolocation",
    ),
    (
        "geolocation-failover",
        "latency.orders.example.com is routed by geolocation",
    ),
];

#[tokio::test(start_paused = true)]
async fn a_fleet_of_any_routing_policy_is_found_and_its_policy_told() {
    for (scenario, text) in OTHERWISE {
        let sim = founded(scenario, false);
        let found = look(&sim).await;
        assert_eq!(found.spec.edge.latency_record, "latency.orders.example.com");
        let facts: Vec<_> = found.facts.iter().map(|fact| fact.text.as_str()).collect();
        assert!(facts.contains(&text), "{scenario}: {facts:?}");
        let there = sorted(sim.spec()).sites;
        assert_eq!(sorted(found.spec).sites, there, "{scenario}");
    }
}

/// A name above the set, as a failover pair in front of a page for maintenance.
#[tokio::test(start_paused = true)]
async fn a_set_above_that_leads_to_the_regions_is_followed_and_not_taken_for_it() {
    use gwctl::fleet::{FailoverRole, Routing};
    use gwctl::sim::world::model::{AliasTarget, RecordSet};

    let sim = founded("calm", false);
    {
        let mut state = sim.state();
        let zone = &mut state.resources.hosted_zones[0];
        let id = zone.id.clone();
        let record = |role, alias: Option<AliasTarget>| RecordSet {
            name: "shop.orders.example.com.".into(),
            kind: "CNAME".into(),
            ttl: alias.is_none().then_some(60),
            values: match alias {
                Some(_) => Vec::new(),
                None => vec!["sorry.example.net".into()],
            },
            set_identifier: Some(format!("{role:?}")),
            routing: Routing::Failover(role),
            health_check: None,
            alias,
        };
        let lower = AliasTarget {
            zone: id.clone(),
            name: "latency.orders.example.com.".into(),
            evaluate_target_health: true,
        };
        zone.records
            .push(record(FailoverRole::Primary, Some(lower)));
        zone.records.push(record(FailoverRole::Secondary, None));
        state.account().submit_dns_change(&id, None);
    }
    let session = session(&sim).await;
    let found = discover(&session, "shop.orders.example.com", &Named::default()).await;
    let found = found.unwrap();
    assert_eq!(found.spec.edge.latency_record, "latency.orders.example.com");
    assert_eq!(found.spec.sites.len(), 3);
}

/// A second stack that prints the API's URL, such as a monitor's.
#[tokio::test(start_paused = true)]
async fn of_two_stacks_that_tell_of_one_api_none_is_taken() {
    let sim = founded("calm", false);
    let own = {
        let mut state = sim.state();
        let stacks = &mut state.resources.stacks;
        let at = region("eu-west-1");
        let own = stacks.iter().find(|one| one.region == at).unwrap().clone();
        let mut other = own.clone();
        other.name = "monitor".into();
        other.arn = own.arn.replace(&own.name, "monitor");
        stacks.push(other);
        own.name
    };
    let found = look(&sim).await;
    for site in &found.spec.sites {
        let alone = site.region != region("eu-west-1");
        assert_eq!(site.stack.is_some(), alone, "{site:?}");
    }
    let said = |fact: &gwctl::observe::discover::Fact| {
        fact.about == About::Site(region("eu-west-1"))
            && fact.text.contains(&own)
            && fact.text.contains("monitor")
    };
    assert!(found.facts.iter().any(said), "{:?}", found.facts);
}

/// A website's distribution sends some paths to the API, and clients call the API by its own name.
#[tokio::test(start_paused = true)]
async fn a_distribution_that_sends_only_some_paths_is_not_taken_for_the_clients_way() {
    let sim = founded("calm", false);
    let id = {
        let mut state = sim.state();
        let one = &mut state.resources.distributions[0];
        let mut web = one.origins[0].clone();
        web.id = "web".into();
        web.domain = "web.example.net".into();
        web.headers.clear();
        let mut api = web.clone();
        api.id = "api".into();
        api.domain = "latency.orders.example.com".into();
        one.origins = vec![web, api];
        one.origin_request_function = None;
        one.aliases = vec!["www.example.com".into()];
        one.id.clone()
    };
    let session = session(&sim).await;
    let name = "latency.orders.example.com";
    let error = discover(&session, name, &Named::default()).await;
    let Err(NotDiscovered::Several {
        candidates, option, ..
    }) = error
    else {
        panic!("{error:?}");
    };
    assert_eq!(option, "--distribution");
    assert!(candidates[0].starts_with(&id), "{candidates:?}");
    assert!(candidates[1].starts_with("none"), "{candidates:?}");
    let chosen = |id: &str| Named {
        distribution: Some(id.into()),
        ..Named::default()
    };
    let none = discover(&session, name, &chosen("none")).await.unwrap();
    assert_eq!(
        (none.spec.domain.as_str(), none.spec.edge.cloudfront),
        (name, false)
    );
    assert!(
        none.facts
            .iter()
            .all(|fact| !fact.text.contains("no distribution of this account")),
        "{:?}",
        none.facts
    );
    let one = discover(&session, name, &chosen(&id)).await.unwrap();
    assert_eq!(one.spec.domain, "www.example.com");
    // What all paths lead to stands in front of it.
    sim.state().resources.distributions[0].origins.reverse();
    let one = discover(&session, name, &Named::default()).await.unwrap();
    assert_eq!(one.spec.domain, "www.example.com");
}
