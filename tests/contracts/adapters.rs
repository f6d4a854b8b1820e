//! Every adapter against an emulator that nobody here wrote: what was seeded is what it tells.

use gwctl::aws::{ErrorKind, Session, Subject, Vantage, question};
use gwctl::fleet::{ApiKind, CheckKind, Metric, Missing, Region, Series};
use jiff::{SignedDuration, Timestamp};

use super::stage::region;
use super::stand::{SeededSite, Stand, shared};

fn sites(stand: &Stand) -> impl Iterator<Item = (Region, &SeededSite)> {
    stand
        .fleet
        .sites
        .iter()
        .map(|(code, site)| (region(code), site))
}

fn kind(site: &SeededSite) -> ApiKind {
    if site.api.kind == "rest" {
        ApiKind::Rest
    } else {
        ApiKind::Http
    }
}

#[tokio::test]
async fn sts_tells_who_is_asking() {
    let stand = shared();
    let session = stand.session().await;
    let who = session.sts(&Region::global()).identity().await.unwrap();
    assert_eq!(who.account, stand.fleet.account);
    assert!(who.arn.starts_with("arn:aws:"), "{}", who.arn);
    let reach = session.reach(&Region::global());
    assert_eq!(reach.answering(), Some(true));
    assert!(reach.round_trip.is_some());
}

#[tokio::test]
async fn rds_tells_the_members_and_the_writer_of_the_global_cluster() {
    let stand = shared();
    let session = stand.session().await;
    let topology = session
        .rds(&Region::global())
        .topology("orders")
        .await
        .unwrap();
    assert_eq!(
        (
            topology.engine.name.as_str(),
            topology.engine.version.as_str()
        ),
        ("aurora-postgresql", "16.8")
    );
    assert_eq!(topology.writer().unwrap().cluster, "orders-use1");
    assert_eq!(topology.members.len(), 3);
    for (region, site) in sites(stand) {
        assert_eq!(topology.member(&region).unwrap().cluster, site.cluster);
    }
    assert_eq!(topology.failover, None);
}

#[tokio::test]
async fn rds_tells_each_clusters_instances_and_which_of_them_writes() {
    let stand = shared();
    let session = stand.session().await;
    for (region, site) in sites(stand) {
        let state = session.rds(&region).cluster(&site.cluster).await.unwrap();
        assert_eq!(state.status, "available");
        assert_eq!(state.engine.version, "16.8");
        assert_eq!(state.backup_days, Some(7));
        let ids: Vec<_> = state
            .instances
            .iter()
            .map(|instance| instance.id.clone())
            .collect();
        assert_eq!(
            ids,
            [format!("{}-1", site.cluster), format!("{}-2", site.cluster)]
        );
        assert!(
            state
                .instances
                .iter()
                .all(|instance| instance.class == "db.r6g.large")
        );
        assert_eq!(
            state
                .instances
                .iter()
                .filter(|instance| instance.writer)
                .count(),
            1
        );
        // What the emulator has of events may be little; that they can be asked for is the point.
        let events = session.rds(&region).events(&site.cluster).await.unwrap();
        assert!(
            events
                .iter()
                .all(|event| event.source.starts_with(&site.cluster))
        );
    }
    let missing = session
        .rds(&region("eu-west-1"))
        .cluster("nobody")
        .await
        .unwrap_err();
    assert_eq!(missing.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn api_gateway_tells_rest_from_http() {
    let stand = shared();
    let session = stand.session().await;
    for (region, site) in sites(stand) {
        let api = session.apigateway(&region).api(&site.api.id).await.unwrap();
        assert_eq!((api.kind, api.name.as_str()), (kind(site), "orders"));
    }
    let missing = session
        .apigateway(&region("eu-west-1"))
        .api("nope")
        .await
        .unwrap_err();
    assert_eq!(missing.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn lambda_tells_the_functions_and_the_limit() {
    let stand = shared();
    let session = stand.session().await;
    for (region, site) in sites(stand) {
        for seeded in &site.functions {
            let function = session
                .lambda(&region)
                .function(&seeded.name, None)
                .await
                .unwrap();
            assert_eq!(
                (function.memory_mb, function.timeout_s),
                (seeded.memory, seeded.timeout)
            );
            assert_eq!(
                (function.runtime.as_str(), function.version.as_str()),
                ("python3.13", "$LATEST")
            );
            assert!(function.last_modified.is_some());
        }
        let concurrency = session.lambda(&region).account_concurrency().await.unwrap();
        assert!(concurrency.limit > 0 && concurrency.unreserved <= concurrency.limit);
    }
    let router = &stand.fleet.router;
    let version = session
        .lambda(&Region::global())
        .function(&router.name, Some("1"))
        .await
        .unwrap();
    assert_eq!(version.version, "1");
    let missing = session
        .lambda(&Region::global())
        .function("nobody", None)
        .await
        .unwrap_err();
    assert_eq!(missing.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn acm_finds_a_certificate_by_its_domain() {
    let stand = shared();
    let session = stand.session().await;
    for (region, site) in sites(stand) {
        let found = session
            .acm(&region)
            .certificate_for(&site.domain)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (&found.arn, &found.domain),
            (&site.certificate, &site.domain)
        );
        let described = session
            .acm(&region)
            .certificate(&site.certificate)
            .await
            .unwrap();
        assert_eq!(
            (described.domain, described.status),
            (found.domain, found.status)
        );
    }
    let nobodys = session
        .acm(&region("eu-west-1"))
        .certificate_for("api.elsewhere.example.com")
        .await;
    assert_eq!(nobodys.unwrap(), None);
}

#[tokio::test]
async fn cloudfront_tells_the_distribution_and_its_router() {
    let stand = shared();
    let session = stand.session().await;
    let seeded = &stand.fleet.distribution;
    let found = session.cloudfront().distribution(&seeded.id).await.unwrap();
    assert_eq!(found.domain, seeded.domain);
    assert!(found.enabled);
    assert_eq!(found.aliases, ["api.orders.example.com"]);
    assert_eq!(found.origins, ["latency.orders.example.com"]);
    assert_eq!(found.certificate_arn.as_ref(), Some(&seeded.certificate));
    assert_eq!(found.router_arn, stand.fleet.router.qualified);
    assert!(
        ["Deployed", "InProgress"].contains(&found.status.as_str()),
        "{}",
        found.status
    );
    assert!(found.changed.is_some());
    let missing = session
        .cloudfront()
        .distribution("E0NOBODY")
        .await
        .unwrap_err();
    assert_eq!(missing.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn cloudformation_tells_the_stacks() {
    let stand = shared();
    let session = stand.session().await;
    for (region, _) in sites(stand) {
        let stack = session
            .cloudformation(&region)
            .stack("orders")
            .await
            .unwrap();
        assert_eq!(stack.name, "orders");
        assert!(stack.status.starts_with("CREATE_"), "{}", stack.status);
        assert!(stack.changed.is_some());
    }
    let missing = session
        .cloudformation(&Region::global())
        .stack("nobody")
        .await
        .unwrap_err();
    assert_eq!(missing.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn route_53_tells_the_latency_set_and_nothing_beside_it() {
    let stand = shared();
    let session = stand.session().await;
    let zone = session.route53().zone(&stand.fleet.zone).await.unwrap();
    assert_eq!(
        (zone.name.as_str(), zone.private),
        ("orders.example.com", false)
    );
    let records = session
        .route53()
        .records(&stand.fleet.zone, "latency.orders.example.com")
        .await
        .unwrap();
    assert_eq!(records.len(), 3);
    for (region, site) in sites(stand) {
        let record = records.iter().find(|record| record.is_of(&region)).unwrap();
        assert_eq!(record.name, "latency.orders.example.com");
        assert_eq!((record.kind.as_str(), record.ttl), ("CNAME", Some(60)));
        assert_eq!(
            (&record.target, record.health_check.as_ref()),
            (&site.domain, Some(&site.check))
        );
        assert_eq!(record.set_identifier, region.as_str());
    }
    let none = session
        .route53()
        .records(&stand.fleet.zone, "zzz.orders.example.com")
        .await
        .unwrap();
    assert!(none.is_empty());
    let missing = session
        .route53()
        .records("Z0NOBODY", "latency.orders.example.com")
        .await
        .unwrap_err();
    assert_eq!(missing.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn route_53_tells_what_every_health_check_checks() {
    let stand = shared();
    let session = stand.session().await;
    let checks = session.route53().health_checks().await.unwrap();
    assert_eq!(checks.len(), 4);
    for (_, site) in sites(stand) {
        let config = session.route53().health_check(&site.check).await.unwrap();
        let target = format!("{}:443/health", site.domain);
        assert_eq!(
            config.kind,
            CheckKind::Endpoint {
                protocol: "HTTPS".into(),
                target
            }
        );
        assert_eq!((config.interval_s, config.failure_threshold), (10, 3));
        assert!(!config.inverted && !config.disabled);
        assert!(checks.contains(&(site.check.clone(), config)));
    }
    let calculated = session
        .route53()
        .health_check(&stand.fleet.calculated)
        .await
        .unwrap();
    assert!(calculated.inverted);
    let CheckKind::Calculated {
        children,
        threshold,
    } = calculated.kind
    else {
        panic!("{:?}", calculated.kind)
    };
    assert_eq!((children.len(), threshold), (3, 2));
    let missing = session
        .route53()
        .health_check("11111111-1111-1111-1111-111111111111")
        .await;
    assert_eq!(missing.unwrap_err().kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn route_53_answers_as_dns_would_or_says_that_it_cannot() {
    let stand = shared();
    let session = stand.session().await;
    let frankfurt = Vantage::Client("18.184.0.0".parse().unwrap(), 24);
    let name = "latency.orders.example.com";
    // moto has no TestDNSAnswer: what counts is that its refusal is understood.
    let answer = session
        .route53()
        .test_answer(&stand.fleet.zone, name, "CNAME", frankfurt)
        .await;
    assert!(answer.is_err_and(|error| !error.message.is_empty()));
}

async fn series(
    session: &Session,
    region: &Region,
    metric: Metric,
    subject: Subject,
) -> Result<Series, Missing> {
    let now = Timestamp::now();
    let questions = [question((), metric, &subject).unwrap()];
    let from = now - SignedDuration::from_mins(30);
    let answers = session
        .cloudwatch(region)
        .metrics(&questions, from, now)
        .await
        .unwrap();
    answers.into_iter().next().unwrap().1
}

fn values(series: &Result<Series, Missing>) -> Vec<f64> {
    series
        .as_ref()
        .unwrap()
        .points()
        .iter()
        .map(|point| point.value)
        .collect()
}

#[tokio::test]
async fn cloudwatch_tells_what_was_put_there_for_either_kind_of_api() {
    let stand = shared();
    let session = stand.session().await;
    for (region, site) in sites(stand) {
        let api = || Subject::Api {
            kind: kind(site),
            id: site.api.id.clone(),
            name: "orders".into(),
            stage: None,
        };
        let latency = series(&session, &region, Metric::ApiLatencyP50, api()).await;
        assert_eq!(
            values(&latency),
            (0..10).map(|n| f64::from(40 + n)).collect::<Vec<_>>(),
            "{region}"
        );
        let failed = series(&session, &region, Metric::Api5xx, api()).await;
        assert_eq!(
            values(&failed),
            (0..10).map(|n| f64::from(n % 3)).collect::<Vec<_>>()
        );
        let unasked = series(&session, &region, Metric::Api4xx, api()).await;
        assert_eq!(
            unasked,
            Err(Missing::NoData),
            "nothing was put there, which is not zero"
        );
    }
}

#[tokio::test]
async fn cloudwatch_keeps_regions_and_subjects_apart() {
    let stand = shared();
    let session = stand.session().await;
    let function = |name: &str| Subject::Function { name: name.into() };
    let cluster = |id: &str| Subject::Cluster { id: id.into() };
    let ireland = region("eu-west-1");
    let errors = series(
        &session,
        &ireland,
        Metric::FunctionErrors,
        function("orders-read"),
    )
    .await;
    assert_eq!(values(&errors), [6.0; 10]);
    let other = series(
        &session,
        &ireland,
        Metric::FunctionErrors,
        function("orders-write"),
    )
    .await;
    assert_eq!(other, Err(Missing::NoData));
    let lag = series(&session, &ireland, Metric::RpoLag, cluster("orders-euw1")).await;
    assert_eq!(values(&lag), [180.0; 10]);
    let elsewhere = series(&session, &ireland, Metric::RpoLag, cluster("orders-apse1")).await;
    assert_eq!(elsewhere, Err(Missing::NoData));
    let cloudwatch = session.cloudwatch(&ireland);
    let names = cloudwatch.list_metrics("AWS/Lambda", &[("FunctionName", "orders-read")]);
    assert_eq!(names.await.unwrap(), ["Errors", "Invocations"]);
}

#[tokio::test]
async fn only_alarms_in_alarm_are_told() {
    let stand = shared();
    let session = stand.session().await;
    for (region, _) in sites(stand) {
        let alarms = session.cloudwatch(&region).alarms_in_alarm().await.unwrap();
        let told: Vec<_> = alarms
            .iter()
            .map(|alarm| (alarm.name.as_str(), alarm.reason.as_str()))
            .collect();
        assert_eq!(told, [("orders-5xx", "too many 5xx")]);
        assert!(alarms[0].since.is_some());
    }
}
