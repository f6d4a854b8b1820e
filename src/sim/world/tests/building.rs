//! Fleets and Regions that are built from gwctl's own templates, serve, and are unmade.

use serde_json::{Value, json};

use super::builder::{Built, build, region_parameters, stack, words};
use super::*;
use gwctl_stacks::Kind;

const FRANKFURT: &str = "eu-central-1";

fn empty() -> Sim {
    Sim::new(SimOptions {
        empty: true,
        regions: Vec::new(),
        ..options("calm")
    })
    .unwrap()
}

/// Global cluster, switches, Ireland with the writer, Virginia, and the edge.
struct Fleet {
    global: Built,
    switches: [Built; 2],
    ireland: Built,
    virginia: Built,
    edge: Built,
}

fn switch(sim: &Sim, evacuated: &str, home: &str) -> Built {
    let given = words(&[("FleetName", "orders"), ("EvacuatedRegion", evacuated)]);
    build(
        sim,
        Kind::Switch,
        &format!("orders-switch-{evacuated}"),
        home,
        &given,
    )
}

fn global(sim: &Sim) -> Built {
    let given = words(&[
        ("GlobalClusterIdentifier", "orders"),
        ("DeletionProtection", "false"),
    ]);
    build(sim, Kind::Global, "orders-global", IRELAND, &given)
}

fn edge_parameters() -> gwctl_stacks::Parameters {
    let regions = [IRELAND, VIRGINIA].map(|one| format!("{one}={one}.{}", names::DOMAIN));
    words(&[
        ("FleetName", "orders"),
        ("DomainName", names::DOMAIN),
        ("HostedZoneId", names::ZONE),
        ("LatencyRecordName", names::LATENCY_RECORD),
        ("RouterRegions", &regions.join(",")),
        ("FallbackRegion", IRELAND),
        ("ApiArns", "arn:aws:execute-api:eu-west-1:123456789012:a/*"),
        ("AdditionalMetrics", "true"),
    ])
}

fn edge(sim: &Sim) -> Built {
    build(sim, Kind::Edge, "orders-edge", VIRGINIA, &edge_parameters())
}

fn fleet(sim: &Sim) -> Fleet {
    let global = global(sim);
    let switches = [
        switch(sim, IRELAND, VIRGINIA),
        switch(sim, VIRGINIA, IRELAND),
    ];
    let in_region = |at: &str, role: &str, switch: &str| {
        let mut given = region_parameters("admitted", role, at, switch);
        let topic = format!("arn:aws:sns:{at}:{}:on-call", names::ACCOUNT);
        given.insert("AlarmTopicArn".into(), topic);
        build(sim, Kind::Region, &format!("orders-{at}"), at, &given)
    };
    let ireland = in_region(IRELAND, "primary", VIRGINIA);
    let virginia = in_region(VIRGINIA, "secondary", IRELAND);
    assert_eq!(sim.state().totals.requests, 0.0, "nobody knows a name yet");
    let edge = edge(sim);
    Fleet {
        global,
        switches,
        ireland,
        virginia,
        edge,
    }
}

fn sum(points: &[(Timestamp, f64)]) -> f64 {
    points.iter().map(|(_, value)| value).sum()
}

#[test]
fn an_empty_account_has_a_zone_and_no_clients() {
    let sim = empty();
    pass(&sim, 600);
    let state = sim.state();
    let resources = &state.resources;
    assert_eq!(resources.hosted_zones[0].records.len(), 2);
    assert!(resources.functions.is_empty() && resources.stacks.is_empty());
    assert!(resources.alarms.is_empty() && resources.certificates.is_empty());
    assert_eq!(resources.lambda_limits.len(), Region::all().count());
    assert_eq!(state.totals, Totals::default());
    assert!(state.dns_answer(names::DOMAIN, "A", None).values.is_empty());
}

/// Puts the position of Virginia's switch, in Ireland.
fn flip(sim: &Sim, position: f64) {
    let mut state = sim.state();
    let (now, of) = (state.now(), [("Region", VIRGINIA)]);
    let metrics = &mut state.metrics;
    let (namespace, name) = ("orders/Evacuation", "Evacuate");
    metrics.put(IRELAND, namespace, name, &of, position, now);
}

#[test]
fn a_fleet_built_from_the_templates_serves_and_unmade_leaves_only_what_is_retained() {
    let sim = empty();
    let mut fleet = fleet(&sim);
    pass(&sim, 420);
    let served = |at: &str| sim.state().requests_served(&region(at)).unwrap();
    assert!(served(IRELAND) > 1_000.0 && served(VIRGINIA) > 1_000.0);
    let before = sim.state().totals;
    pass(&sim, 300);
    let totals = sim.state().totals;
    let (requests, failed) = (
        totals.requests - before.requests,
        totals.failed - before.failed,
    );
    assert!(failed / requests < 0.002, "{failed} of {requests}");
    assert!(totals.writes_acknowledged > before.writes_acknowledged);
    assert_eq!(totals.without_writer_s, before.without_writer_s);

    let seen = sim.probe("https://api.orders.example.com/health").unwrap();
    assert_eq!(
        seen.served_by.as_deref(),
        Some(IRELAND),
        "nearest to Frankfurt"
    );
    let api = fleet.virginia.physical("Api");
    let of = |namespace, metric, dimensions: &[(&str, &str)]| {
        sum(&recent(
            &sim,
            VIRGINIA,
            (namespace, metric),
            dimensions,
            "Sum",
            8,
        ))
    };
    let live = [("ApiId", api), ("Stage", "$default")];
    assert!(of("AWS/ApiGateway", "Count", &live) > 1_000.0);
    let handler = [("FunctionName", "orders-handler")];
    assert!(of("AWS/Lambda", "Invocations", &handler) > 1_000.0);
    let distribution = fleet.edge.physical("Distribution");
    let at_edge = [("DistributionId", distribution), ("Region", "Global")];
    assert!(of("AWS/CloudFront", "Requests", &at_edge) > 1_000.0);
    let behind = lag(&sim, "orders-us-east-1", VIRGINIA, 6);
    assert!(!behind.is_empty() && mean(&behind) < 1_000.0, "{behind:?}");
    assert!(lag(&sim, "orders-eu-west-1", IRELAND, 6).is_empty());

    let state = sim.state();
    assert!(state.resources.health_checks.iter().all(|one| one.healthy));
    assert_eq!(state.resources.alarms.len(), 10);
    // A switch that was never put has no data, and its alarm ignores that (aws-facts §20.1).
    let quiet = |state: &str| matches!(state, "OK" | "INSUFFICIENT_DATA");
    assert!(state.resources.alarms.iter().all(|one| quiet(&one.state)));
    let global = &state.resources.global_clusters[0];
    let writers = global.members.iter().filter(|one| one.writer);
    assert_eq!(writers.count(), 1, "{global:?}");
    let answer = state.dns_answer(names::LATENCY_RECORD, "CNAME", Some((38.9, -77.4)));
    assert_eq!(answer.values, [format!("us-east-1.{}", names::DOMAIN)]);
    drop(state);

    flip(&sim, 1.0);
    pass(&sim, 240);
    assert_eq!(served(VIRGINIA), 0.0, "its switch sends traffic away");
    flip(&sim, 0.0);
    pass(&sim, 240);
    assert!(served(VIRGINIA) > 1_000.0);

    fleet.virginia.unmake_one(&sim, "LatencyRecord").unwrap();
    pass(&sim, 180);
    assert_eq!(served(VIRGINIA), 0.0, "everybody goes to Ireland");
    fleet.edge.unmake(&sim).unwrap();
    pass(&sim, 70);
    assert_eq!(served(IRELAND), 0.0, "the name leads nowhere any more");
    fleet.virginia.unmake(&sim).unwrap();
    let snapshots: Vec<_> = sim.state().resources.snapshots.clone();
    assert_eq!(snapshots.len(), 1);
    fleet.ireland.unmake(&sim).unwrap();
    fleet
        .switches
        .iter_mut()
        .for_each(|one| one.unmake(&sim).unwrap());
    fleet.global.unmake(&sim).unwrap();

    let state = sim.state();
    let resources = &state.resources;
    assert_eq!(resources.hosted_zones[0].records.len(), 2);
    assert!(resources.clusters.is_empty() && resources.instances.is_empty());
    assert!(resources.apis.is_empty() && resources.custom_domains.is_empty());
    assert!(resources.health_checks.is_empty() && resources.alarms.is_empty());
    assert!(resources.certificates.is_empty() && resources.distributions.is_empty());
    let left = resources.orphans();
    let left: Vec<&str> = left.iter().map(|one| one.logical.as_str()).collect();
    let mut kinds: Vec<&str> = left.iter().map(|one| one.get(..6).unwrap_or(one)).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["Key", "Key", "Router", "Router"], "{left:?}");
    drop(state);
    let refused = fleet.edge.unmake_one(&sim, "Router").unwrap_err();
    assert!(refused.contains("replicated function"), "{refused}");
    pass(&sim, 4 * 3_600);
    fleet.edge.unmake_one(&sim, "Router").unwrap();
    assert!(sim.state().resources.functions.is_empty());
}

#[test]
fn a_region_without_its_function_serves_nobody_and_traffic_leaves_it() {
    let sim = world("calm");
    let served = |at: &str| sim.state().requests_served(&region(at)).unwrap();
    assert!(served(IRELAND) > 1_000.0);
    let before = sim.state().totals;
    let (kind, at) = ("AWS::Lambda::Function", region(IRELAND));
    let mut state = sim.state();
    state.begin_unmaking(kind, &at, "orders-write").unwrap();
    state.finish_unmaking(kind, &at, "orders-write");
    drop(state);
    pass(&sim, 15);
    let lost = sim.state().totals.failed - before.failed;
    assert!(lost > 1_000.0, "DNS still sends clients there: {lost}");
    pass(&sim, 160);
    assert!(!sim.state().in_service(&at));
    let before = sim.state().totals;
    pass(&sim, 60);
    let totals = sim.state().totals;
    assert_eq!(served(IRELAND), 0.0);
    let failed = (totals.failed - before.failed) / (totals.requests - before.requests);
    assert!(failed < 0.002, "the others serve its clients: {failed}");
}

#[test]
fn an_edge_without_an_admitted_region_answers_by_itself() {
    let sim = empty();
    let edge = edge(&sim);
    pass(&sim, 120);
    let totals = sim.state().totals;
    assert!(totals.requests > 10_000.0, "the name resolves");
    assert_eq!(totals.failed, totals.requests);
    let seen = sim.probe("https://api.orders.example.com/health").unwrap();
    assert_eq!((seen.status, seen.served_by), (502, None));
    let id = edge.physical("Distribution");
    let of = [("DistributionId", id), ("Region", "Global")];
    let rates = recent(
        &sim,
        VIRGINIA,
        ("AWS/CloudFront", "5xxErrorRate"),
        &of,
        "Average",
        8,
    );
    pass(&sim, 180);
    let later = recent(
        &sim,
        VIRGINIA,
        ("AWS/CloudFront", "5xxErrorRate"),
        &of,
        "Average",
        8,
    );
    assert!(
        rates.len() < later.len() && mean(&later) > 99.0,
        "{later:?}"
    );
}

#[test]
fn a_router_takes_its_fallback_for_a_region_it_has_not_been_told_of() {
    let sim = empty();
    let mut fleet = fleet(&sim);
    let _switch = switch(&sim, FRANKFURT, VIRGINIA);
    let given = region_parameters("admitted", "secondary", FRANKFURT, VIRGINIA);
    let _frankfurt = build(&sim, Kind::Region, "orders-eu-central-1", FRANKFURT, &given);
    pass(&sim, 180);
    let served = |at: &str| sim.state().requests_served(&region(at)).unwrap();
    let before = served(IRELAND);
    assert_eq!(
        served(FRANKFURT),
        0.0,
        "DNS names it, the router does not know it"
    );
    let changed = fleet.edge.change(&sim, "Distribution", |properties| {
        let headers = &mut properties["DistributionConfig"]["Origins"][0]["OriginCustomHeaders"];
        let known = headers[1]["HeaderValue"].as_str().unwrap();
        let more = format!("{known},{FRANKFURT}={FRANKFURT}.{}", names::DOMAIN);
        headers[1]["HeaderValue"] = json!(more);
    });
    assert!(!changed.unwrap().replaced);
    pass(&sim, 180);
    assert!(served(FRANKFURT) > 1_000.0 && served(IRELAND) < before);
}

#[test]
fn nothing_global_is_made_while_its_control_plane_is_down() {
    let sim = empty();
    sim.start_fault("control-planes-down").unwrap();
    let mut ireland = stack(Kind::Region, "orders-eu-west-1", &region(IRELAND));
    let given = region_parameters("none", "primary", IRELAND, VIRGINIA);
    let refused = ireland.make(&sim, &given).unwrap_err();
    assert!(refused.starts_with("Api: Service Unavailable"), "{refused}");
    let mut edge = stack(Kind::Edge, "orders-edge", &region(VIRGINIA));
    let given = edge_parameters();
    let refused = edge.make(&sim, &given).unwrap_err();
    assert!(refused.contains("Status Code: 503"), "{refused}");
}

#[test]
fn a_certificate_is_issued_only_where_its_validation_can_be_written() {
    let sim = empty();
    let make = |domain: &str| {
        let properties = json!({
            "DomainName": domain,
            "ValidationMethod": "DNS",
            "DomainValidationOptions": [{"DomainName": domain, "HostedZoneId": names::ZONE}],
        });
        let (kind, at) = ("AWS::CertificateManager::Certificate", region(IRELAND));
        let wanted = Wanted {
            region: &at,
            stack: "certificates",
            logical: "Certificate",
            kind,
            properties: &properties,
            tags: &[],
        };
        let made = sim.state().begin_making(&wanted).unwrap();
        let status = |sim: &Sim| {
            let state = sim.state();
            let mut all = state.resources.certificates.iter();
            all.find(|one| one.arn == made.physical)
                .unwrap()
                .status
                .clone()
        };
        assert_eq!(status(&sim), "PENDING_VALIDATION");
        pass(&sim, made.takes_s.min(3_600).cast_unsigned());
        if made.takes_s <= 180 {
            sim.state().finish_making(kind, &at, &made.physical);
        }
        (made.takes_s <= 180, status(&sim))
    };
    assert_eq!(make("x.orders.example.com"), (true, "ISSUED".into()));
    assert_eq!(make("x.example.org"), (false, "PENDING_VALIDATION".into()));
}

#[test]
fn a_fourth_region_takes_its_share_of_a_founded_fleet() {
    let sim = world("calm");
    let other = world("calm");
    let _switch = switch(&sim, FRANKFURT, VIRGINIA);
    let mut frankfurt = stack(Kind::Region, "orders-eu-central-1", &region(FRANKFURT));
    let given = |traffic| region_parameters(traffic, "secondary", FRANKFURT, VIRGINIA);
    frankfurt.make(&sim, &given("checked")).unwrap();
    pass(&sim, 120);
    assert_eq!(sim.state().requests_served(&region(FRANKFURT)), Some(0.0));
    let passed = sim.state().now().duration_since(other.state().now());
    pass(&other, passed.as_secs().cast_unsigned());
    assert_eq!(
        sim.state().requests_served(&region(IRELAND)),
        other.state().requests_served(&region(IRELAND)),
        "nothing changes for the others before it is admitted"
    );
    frankfurt.make(&sim, &given("admitted")).unwrap();
    pass(&sim, 240);
    let state = sim.state();
    let served = |at: &str| state.requests_served(&region(at)).unwrap();
    assert!(served(FRANKFURT) > 2_000.0 && served(IRELAND) > 1_000.0);
    assert!(state.resources.health_checks.iter().all(|one| one.healthy));
    let members = &state.resources.global_clusters[0].members;
    assert_eq!(members.len(), 4);
    assert!(
        members
            .iter()
            .all(|one| one.synchronization.as_deref() == Some("connected"))
    );
    drop(state);
    assert!(!lag(&sim, "orders-eu-central-1", FRANKFURT, 6).is_empty());

    // It can be promoted like any other.
    let cluster = format!(
        "arn:aws:rds:{FRANKFURT}:{}:cluster:orders-eu-central-1",
        names::ACCOUNT
    );
    sim.state().rds().switchover("orders", &cluster).unwrap();
    pass(&sim, 120);
    let state = sim.state();
    let writer = state.resources.global_clusters[0]
        .members
        .iter()
        .find(|one| one.writer);
    assert_eq!(writer.unwrap().cluster_arn, cluster);
    let told = state.resources.db_events.iter();
    assert!(told.clone().any(|one| one.id == "RDS-EVENT-0184" && one.message.contains("orders-eu-central-1 in")));
}

#[test]
fn a_detached_member_stands_alone_and_can_be_deleted() {
    let sim = world("calm");
    let mut frankfurt = stack(Kind::Region, "orders-eu-central-1", &region(FRANKFURT));
    frankfurt
        .make(
            &sim,
            &region_parameters("none", "secondary", FRANKFURT, VIRGINIA),
        )
        .unwrap();
    let refused = frankfurt.unmake_one(&sim, "Cluster").unwrap_err();
    assert!(refused.contains("still contains DB instances"), "{refused}");
    for instance in ["Instance1", "Instance2"] {
        frankfurt.unmake_one(&sim, instance).unwrap();
    }
    let cluster = format!(
        "arn:aws:rds:{FRANKFURT}:{}:cluster:orders-eu-central-1",
        names::ACCOUNT
    );
    let refused = sim.state().rds().switchover("orders", &cluster);
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("no available DB instance"), "{refused}");
    let leave = |properties: &mut Value| properties["GlobalClusterIdentifier"] = json!("");
    let refused = frankfurt.change(&sim, "Cluster", leave);
    assert!(refused.is_err_and(|why| why.contains("members of a global database")));
    let changed = frankfurt.change(&sim, "Cluster", |properties| {
        leave(properties);
        properties["EnableGlobalWriteForwarding"] = json!(false);
        properties["DeletionProtection"] = json!(true);
    });
    assert!(!changed.unwrap().replaced);
    let state = sim.state();
    assert_eq!(state.resources.global_clusters[0].members.len(), 3);
    let clusters = &state.resources.clusters;
    let alone = clusters
        .iter()
        .find(|one| one.id == "orders-eu-central-1")
        .unwrap();
    assert!(alone.global_cluster.is_none() && alone.replication_source.is_none());
    drop(state);
    let refused = frankfurt.unmake_one(&sim, "Cluster").unwrap_err();
    assert!(refused.contains("protected"), "{refused}");
    let primary = format!(
        "arn:aws:rds:{VIRGINIA}:{}:cluster:orders-use1",
        names::ACCOUNT
    );
    let refused = sim.state().rds().detach("orders", &primary).unwrap_err();
    assert!(
        matches!(refused, DetachRefused::Primary { .. }),
        "the primary leaves last: {refused}"
    );
}

#[test]
fn services_refuse_what_they_would_refuse() {
    let sim = empty();
    let mut global = global(&sim);
    let mut ireland = stack(Kind::Region, "orders-eu-west-1", &region(IRELAND));
    let mut given = region_parameters("none", "primary", IRELAND, VIRGINIA);
    given.insert("EngineVersion".into(), "16.6".into());
    let refused = ireland.make(&sim, &given).unwrap_err();
    assert!(
        refused.starts_with("Cluster: ") && refused.contains("16.6"),
        "{refused}"
    );
    given.insert("EngineVersion".into(), "16.8".into());
    given.insert("DatabaseRole".into(), "secondary".into());
    let refused = ireland.make(&sim, &given).unwrap_err();
    assert!(refused.contains("MasterUsername"), "{refused}");
    given.insert("DatabaseRole".into(), "primary".into());
    ireland.make(&sim, &given).unwrap();
    given.insert("Traffic".into(), "checked".into());
    let refused = ireland.make(&sim, &given).unwrap_err();
    assert!(
        refused.contains("alarm orders-evacuate-eu-west-1 was not found"),
        "{refused}"
    );
    let refused = global.unmake(&sim).unwrap_err();
    assert!(refused.contains("is not empty"), "{refused}");
    let refused = ireland.unmake_one(&sim, "Certificate").unwrap_err();
    assert!(refused.contains("is in use"), "{refused}");
    let refused = ireland.unmake_one(&sim, "Vpc").unwrap_err();
    assert!(refused.contains("has dependencies"), "{refused}");
    let changed = ireland.change(&sim, "Handler", |one| one["FunctionName"] = json!("other"));
    assert!(changed.unwrap().replaced);
    assert_eq!(
        sim.state().resources.functions.len(),
        2,
        "the old one is still there"
    );
}
