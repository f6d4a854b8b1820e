//! Route 53 through the SDK: REST-XML.

use aws_sdk_route53::Client;
use aws_sdk_route53::types::{
    Change, ChangeAction, ChangeBatch, HealthCheckType, ResourceRecord, ResourceRecordSet,
    ResourceRecordSetRegion, RrType,
};
use gwctl::sim::Sim;
use gwctl::sim::world::model::Observation;

use super::{ZONE, code, noon, sdk, world};

const LATENCY: &str = "latency.orders.example.com";

fn client(sim: &Sim) -> Client {
    // A global service is called from anywhere.
    Client::new(&sdk(sim, "ap-southeast-1"))
}

#[tokio::test(start_paused = true)]
async fn zones_are_listed_found_by_name_and_described() {
    let client = client(&world("calm"));
    let zones = client.list_hosted_zones().send().await.unwrap();
    assert_eq!(zones.hosted_zones()[0].id(), format!("/hostedzone/{ZONE}"));
    assert!(!zones.is_truncated());
    let by_name = client
        .list_hosted_zones_by_name()
        .dns_name("orders.example.com")
        .send()
        .await
        .unwrap();
    assert_eq!(by_name.hosted_zones()[0].name(), "orders.example.com.");
    let past = client
        .list_hosted_zones_by_name()
        .dns_name("zzz.example.com")
        .send()
        .await
        .unwrap();
    assert!(past.hosted_zones().is_empty());
    let zone = client.get_hosted_zone().id(ZONE).send().await.unwrap();
    assert_eq!(zone.delegation_set().unwrap().name_servers().len(), 4);
    let missing = client
        .get_hosted_zone()
        .id("Z0NONE")
        .send()
        .await
        .unwrap_err();
    assert!(missing.into_service_error().is_no_such_hosted_zone());
}

#[tokio::test(start_paused = true)]
async fn records_start_where_asked_and_are_paged() {
    let client = client(&world("calm"));
    let call = || client.list_resource_record_sets().hosted_zone_id(ZONE);
    let from_latency = call()
        .start_record_name(LATENCY)
        .start_record_type(RrType::Cname)
        .send()
        .await
        .unwrap();
    let set = from_latency.resource_record_sets();
    let regions: Vec<_> = set
        .iter()
        .map(|one| one.region().unwrap().as_str())
        .collect();
    assert_eq!(regions, ["ap-southeast-1", "eu-west-1", "us-east-1"]);
    assert_eq!(
        (set[0].ttl(), set[0].name()),
        (Some(60), "latency.orders.example.com.")
    );
    assert_eq!(
        set[1].resource_records()[0].value(),
        "eu-west-1.api.orders.example.com"
    );
    assert!(set.iter().all(|one| one.health_check_id().is_some()));
    let after = call()
        .start_record_name(LATENCY)
        .start_record_type(RrType::Cname)
        .start_record_identifier("eu-west-1");
    assert_eq!(after.send().await.unwrap().resource_record_sets().len(), 2);

    let all = call().send().await.unwrap();
    let (mut seen, mut next) = (Vec::new(), (None, None, None));
    loop {
        let (name, kind, identifier) = next;
        let call = call()
            .max_items(2)
            .set_start_record_name(name)
            .set_start_record_type(kind);
        let page = call
            .set_start_record_identifier(identifier)
            .send()
            .await
            .unwrap();
        seen.extend(page.resource_record_sets().to_vec());
        if !page.is_truncated() {
            break;
        }
        next = (
            page.next_record_name().map(str::to_owned),
            page.next_record_type().cloned(),
            page.next_record_identifier().map(str::to_owned),
        );
    }
    assert_eq!(seen, all.resource_record_sets());
    let alias = seen
        .iter()
        .find(|one| one.name() == "api.orders.example.com.")
        .unwrap();
    assert_eq!(
        alias.alias_target().unwrap().hosted_zone_id(),
        "Z2FDTNDATAQYW2"
    );
    assert!(alias.ttl().is_none() && alias.resource_records().is_empty());
    let odd = call()
        .start_record_type(RrType::Cname)
        .send()
        .await
        .unwrap_err();
    assert!(odd.into_service_error().is_invalid_input());
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_health_check_keeps_its_configuration() {
    let client = client(&world("calm"));
    let mut checks = Vec::new();
    let mut pages = client
        .list_health_checks()
        .max_items(4)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        checks.extend(page.unwrap().health_checks().to_vec());
    }
    assert_eq!(checks.len(), 9);
    let of = |kind: HealthCheckType| {
        let found = checks
            .iter()
            .find(|one| one.health_check_config().unwrap().r#type() == &kind);
        found.unwrap().clone()
    };
    let calculated = of(HealthCheckType::Calculated);
    let config = calculated.health_check_config().unwrap();
    assert_eq!(
        (
            config.child_health_checks().len(),
            config.health_threshold()
        ),
        (2, Some(2))
    );
    let endpoint = of(HealthCheckType::Https);
    let config = endpoint.health_check_config().unwrap();
    assert_eq!(
        (config.request_interval(), config.failure_threshold()),
        (Some(10), Some(3))
    );
    assert_eq!(config.regions().len(), 8);
    let switch = of(HealthCheckType::CloudwatchMetric);
    assert!(
        switch
            .health_check_config()
            .unwrap()
            .alarm_identifier()
            .unwrap()
            .name()
            .contains("evacuate")
    );
    assert_eq!(
        switch
            .cloud_watch_alarm_configuration()
            .unwrap()
            .metric_name(),
        "Evacuate"
    );
    let one = client
        .get_health_check()
        .health_check_id(endpoint.id())
        .send()
        .await
        .unwrap();
    assert_eq!(one.health_check().unwrap(), &endpoint);
    let missing = client
        .get_health_check()
        .health_check_id("nope")
        .send()
        .await
        .unwrap_err();
    assert!(missing.into_service_error().is_no_such_health_check());
}

fn endpoint_check(sim: &Sim) -> String {
    let state = sim.state();
    let found = state
        .resources
        .health_checks
        .iter()
        .find(|one| format!("{:?}", one.kind).starts_with("Endpoint"));
    found.unwrap().id.clone()
}

#[tokio::test(start_paused = true)]
async fn votes_come_one_a_checker_and_never_for_calculated_checks() {
    let sim = world("calm");
    let id = endpoint_check(&sim);
    if let Some(check) = sim
        .state()
        .resources
        .health_checks
        .iter_mut()
        .find(|one| one.id == id)
    {
        check.observations = vec![Observation {
            region: "eu-west-1".into(),
            ip: "192.0.2.7".into(),
            status: "Success: HTTP Status Code 200, OK".into(),
            checked: noon(),
            healthy: true,
        }];
    }
    let client = client(&sim);
    let votes = client
        .get_health_check_status()
        .health_check_id(&id)
        .send()
        .await
        .unwrap();
    let vote = &votes.health_check_observations()[0];
    assert_eq!(vote.ip_address(), Some("192.0.2.7"));
    assert!(
        vote.status_report()
            .unwrap()
            .status()
            .unwrap()
            .starts_with("Success")
    );
    assert_eq!(
        vote.status_report().unwrap().checked_time().unwrap().secs(),
        noon().as_second()
    );
    let calculated = sim.state().resources.health_checks[0].id.clone();
    let refused = client
        .get_health_check_status()
        .health_check_id(calculated)
        .send()
        .await
        .unwrap_err();
    assert!(refused.into_service_error().is_invalid_input());
}

#[tokio::test(start_paused = true)]
async fn a_check_is_changed_under_its_version() {
    let sim = world("calm");
    let (id, client) = (endpoint_check(&sim), client(&sim));
    let update = || {
        client
            .update_health_check()
            .health_check_id(&id)
            .inverted(true)
    };
    let changed = update().health_check_version(1).send().await.unwrap();
    let check = changed.health_check().unwrap();
    assert_eq!(check.health_check_version(), 2);
    assert_eq!(check.health_check_config().unwrap().inverted(), Some(true));
    let stale = update().health_check_version(1).send().await.unwrap_err();
    assert!(
        stale
            .into_service_error()
            .is_health_check_version_mismatch()
    );
}

fn record(value: &str) -> ResourceRecordSet {
    ResourceRecordSet::builder()
        .name(LATENCY)
        .r#type(RrType::Cname)
        .set_identifier("eu-west-1")
        .region(ResourceRecordSetRegion::EuWest1)
        .ttl(30)
        .resource_records(ResourceRecord::builder().value(value).build().unwrap())
        .build()
        .unwrap()
}

fn batch(changes: &[(ChangeAction, &ResourceRecordSet)]) -> ChangeBatch {
    let changes = changes.iter().map(|(action, record)| {
        let change = Change::builder()
            .action(action.clone())
            .resource_record_set((*record).clone());
        change.build().unwrap()
    });
    ChangeBatch::builder()
        .comment("by <hand>")
        .set_changes(Some(changes.collect()))
        .build()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_change_is_pending_until_every_server_has_it() {
    let sim = world("calm");
    let client = client(&sim);
    let changed = record("elsewhere.example.com");
    let call = client.change_resource_record_sets().hosted_zone_id(ZONE);
    let reply = call
        .change_batch(batch(&[(ChangeAction::Upsert, &changed)]))
        .send()
        .await
        .unwrap();
    let info = reply.change_info().unwrap();
    assert_eq!(
        (info.status().as_str(), info.comment()),
        ("PENDING", Some("by <hand>"))
    );
    let listed = client
        .list_resource_record_sets()
        .hosted_zone_id(ZONE)
        .start_record_name(LATENCY)
        .start_record_type(RrType::Cname)
        .start_record_identifier("eu-west-1")
        .max_items(1)
        .send()
        .await
        .unwrap();
    assert_eq!(listed.resource_record_sets()[0].ttl(), Some(30));
    let answer = async || {
        let call = client
            .test_dns_answer()
            .hosted_zone_id(ZONE)
            .record_name(LATENCY);
        let call = call
            .record_type(RrType::Cname)
            .edns0_client_subnet_ip("193.0.0.0");
        call.send().await.unwrap().record_data().join(" ")
    };
    assert_eq!(
        answer().await,
        "eu-west-1.api.orders.example.com",
        "the servers do not have it yet"
    );
    sim.advance(std::time::Duration::from_secs(90));
    assert_eq!(answer().await, "elsewhere.example.com");
    let later = client.get_change().id(info.id()).send().await.unwrap();
    assert_eq!(later.change_info().unwrap().status().as_str(), "INSYNC");
    let unknown = client.get_change().id("C0NONE").send().await.unwrap_err();
    assert!(unknown.into_service_error().is_no_such_change());
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_all_or_nothing() {
    let sim = world("calm");
    let before = sim.state().resources.hosted_zones[0].records.clone();
    let client = client(&sim);
    let (good, absent) = (
        record("elsewhere.example.com"),
        record("not-as-stored.example.com"),
    );
    let call = client.change_resource_record_sets().hosted_zone_id(ZONE);
    let refused = call
        .change_batch(batch(&[
            (ChangeAction::Upsert, &good),
            (ChangeAction::Delete, &absent),
        ]))
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&refused), "InvalidChangeBatch");
    assert_eq!(sim.state().resources.hosted_zones[0].records, before);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_breaks_the_rules_is_refused_with_its_reason() {
    let client = client(&world("calm"));
    let refused = async |mut record: ResourceRecordSet, spoil: fn(&mut ResourceRecordSet)| {
        spoil(&mut record);
        let call = client.change_resource_record_sets().hosted_zone_id(ZONE);
        let call = call.change_batch(batch(&[(ChangeAction::Upsert, &record)]));
        let error = call.send().await.unwrap_err();
        assert_eq!(code(&error), "InvalidChangeBatch");
        format!("{error:?}")
    };
    let good = || record("elsewhere.example.com");
    assert!(
        refused(good(), |one| one.set_identifier = None)
            .await
            .contains("set identifier")
    );
    assert!(
        refused(good(), |one| one.weight = Some(1))
            .await
            .contains("exclude")
    );
    assert!(refused(good(), |one| one.ttl = None).await.contains("TTL"));
    let call = client.change_resource_record_sets().hosted_zone_id(ZONE);
    let mut unknown = good();
    unknown.health_check_id = Some("none".into());
    let error = call
        .change_batch(batch(&[(ChangeAction::Upsert, &unknown)]))
        .send()
        .await
        .unwrap_err();
    assert!(error.into_service_error().is_no_such_health_check());
}

#[tokio::test(start_paused = true)]
async fn dns_answers_with_the_nearest_region_that_is_healthy() {
    let sim = world("calm");
    let client = client(&sim);
    let answer = |subnet: Option<&str>| {
        let call = client
            .test_dns_answer()
            .hosted_zone_id(ZONE)
            .record_name(LATENCY)
            .record_type(RrType::Cname);
        let call = call
            .set_edns0_client_subnet_ip(subnet.map(str::to_owned))
            .set_edns0_client_subnet_mask(subnet.map(|_| "24".to_owned()));
        async move {
            let reply = call.send().await.unwrap();
            assert_eq!(reply.response_code(), "NOERROR");
            reply.record_data().join(" ")
        }
    };
    let endpoint = |region: &str| format!("{region}.api.orders.example.com");
    assert_eq!(answer(None).await, endpoint("us-east-1"));
    assert_eq!(answer(Some("193.0.0.0")).await, endpoint("eu-west-1"));
    assert_eq!(
        answer(Some("203.0.113.0")).await,
        endpoint("ap-southeast-1")
    );
    let sick = |region: &str| {
        let mut state = sim.state();
        let records = &state.resources.hosted_zones[0].records;
        let of_region = records
            .iter()
            .find(|one| one.set_identifier.as_deref() == Some(region));
        let check = of_region.unwrap().health_check.clone().unwrap();
        let found = state
            .resources
            .health_checks
            .iter_mut()
            .find(|one| one.id == check);
        found.unwrap().healthy = false;
    };
    sick("eu-west-1");
    assert_eq!(answer(Some("193.0.0.0")).await, endpoint("us-east-1"));
    sick("us-east-1");
    sick("ap-southeast-1");
    assert_eq!(
        answer(Some("193.0.0.0")).await,
        endpoint("eu-west-1"),
        "all sick counts as all healthy"
    );
    let nobody = client
        .test_dns_answer()
        .hosted_zone_id(ZONE)
        .record_type(RrType::A);
    let nobody = nobody
        .record_name("nobody.orders.example.com")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (nobody.response_code(), nobody.record_data().len()),
        ("NXDOMAIN", 0)
    );
}
