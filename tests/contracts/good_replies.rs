//! Replies as AWS documents them, where the emulators have none: events, votes, answers, pages, aliases.

use gwctl::aws::Vantage;
use gwctl::fleet::{CheckKind, Region};

use super::stage::{Request, answering, ireland, json, xml};

fn event(source: &str, time: &str, message: &str) -> String {
    format!(
        "<Event><SourceIdentifier>{source}</SourceIdentifier><Message>{message}</Message>\
         <EventCategories><EventCategory>global failover</EventCategory></EventCategories>\
         <Date>{time}</Date></Event>"
    )
}

fn events(events: &[String]) -> String {
    let events = events.concat();
    format!(
        "<DescribeEventsResponse><DescribeEventsResult><Events>{events}</Events>\
         </DescribeEventsResult></DescribeEventsResponse>"
    )
}

#[tokio::test]
async fn events_of_the_cluster_and_of_its_instances_come_newest_first_without_the_neighbours() {
    let session = answering(|request| {
        let body = String::from_utf8_lossy(request.body()).into_owned();
        if request.is("DescribeDBInstances") {
            return xml(
                200,
                "<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances><DBInstance>\
                 <DBInstanceIdentifier>orders-euw1-1</DBInstanceIdentifier>\
                 <DBClusterIdentifier>orders-euw1</DBClusterIdentifier></DBInstance>\
                 </DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>",
            );
        }
        assert!(body.contains("Duration=60"), "{body}");
        xml(
            200,
            &if body.contains("SourceType=db-cluster") {
                events(&[
                    event(
                        "orders-euw1",
                        "2026-11-22T11:58:00Z",
                        "Global switchover started",
                    ),
                    event("billing-euw1", "2026-11-22T11:58:30Z", "somebody else's"),
                ])
            } else {
                events(&[
                    event(
                        "orders-euw1-1",
                        "2026-11-22T11:59:00Z",
                        "Attempt to block writes succeeded",
                    ),
                    event("orders-euw1-old", "2026-11-22T11:59:30Z", "not ours"),
                ])
            },
        )
    })
    .await;
    let found = session.rds(&ireland()).events("orders-euw1").await.unwrap();
    let told: Vec<_> = found
        .iter()
        .map(|e| (e.source.as_str(), e.message.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("orders-euw1-1", "Attempt to block writes succeeded"),
            ("orders-euw1", "Global switchover started")
        ]
    );
    assert_eq!(found[0].categories, ["global failover"]);
    assert_eq!(found[0].region, ireland());
}

#[tokio::test]
async fn every_checker_has_its_vote() {
    let session = answering(|_| {
        xml(
            200,
            "<GetHealthCheckStatusResponse><HealthCheckObservations><HealthCheckObservation>\
             <Region>sa-east-1</Region><IPAddress>15.177.2.9</IPAddress><StatusReport>\
             <Status>Success: HTTP Status Code 200, OK</Status>\
             <CheckedTime>2026-11-22T11:59:50.123Z</CheckedTime></StatusReport></HealthCheckObservation>\
             <HealthCheckObservation><Region>us-west-1</Region><IPAddress>not an address</IPAddress>\
             <StatusReport><Status>Failure: Connection timed out.</Status></StatusReport>\
             </HealthCheckObservation></HealthCheckObservations></GetHealthCheckStatusResponse>",
        )
    })
    .await;
    let votes = session.route53().votes("hc-1").await.unwrap();
    assert_eq!(votes.len(), 2);
    assert!(votes[0].healthy() && !votes[1].healthy());
    assert_eq!(votes[0].checker, Some("15.177.2.9".parse().unwrap()));
    assert!(votes[0].at.is_some());
    assert_eq!((votes[1].checker, votes[1].at), (None, None));
}

#[tokio::test]
async fn an_answer_of_dns_is_asked_for_from_where_the_client_is() {
    let session = answering(|request| {
        let asked = request.query();
        assert!(asked.contains("edns0clientsubnetip=18.184.0.0"), "{asked}");
        assert!(asked.contains("edns0clientsubnetmask=24"), "{asked}");
        xml(
            200,
            "<TestDNSAnswerResponse><Nameserver>ns-1.example</Nameserver><RecordName>latency.</RecordName>\
             <RecordType>CNAME</RecordType><RecordData>\
             <RecordDataEntry>eu-central-1.api.orders.example.com.</RecordDataEntry></RecordData>\
             <ResponseCode>NOERROR</ResponseCode><Protocol>UDP</Protocol></TestDNSAnswerResponse>",
        )
    })
    .await;
    let frankfurt = Vantage::Client("18.184.0.0".parse().unwrap(), 24);
    let name = "latency.orders.example.com";
    let answer = session
        .route53()
        .test_answer("Z1", name, "CNAME", frankfurt)
        .await
        .unwrap();
    assert_eq!(answer, ["eu-central-1.api.orders.example.com"]);
}

fn record(name: &str, region: &str, rest: &str) -> String {
    format!(
        "<ResourceRecordSet><Name>{name}</Name><Type>A</Type><SetIdentifier>{region}</SetIdentifier>\
         <Region>{region}</Region>{rest}</ResourceRecordSet>"
    )
}

fn records(sets: &[String], next: &str) -> String {
    let truncated = !next.is_empty();
    format!(
        "<ListResourceRecordSetsResponse><ResourceRecordSets>{}</ResourceRecordSets>\
         <IsTruncated>{truncated}</IsTruncated>{next}<MaxItems>1</MaxItems>\
         </ListResourceRecordSetsResponse>",
        sets.concat()
    )
}

#[tokio::test]
async fn a_latency_set_over_two_pages_is_read_to_its_end_and_no_further() {
    let alias = "<AliasTarget><HostedZoneId>Z2</HostedZoneId>\
         <DNSName>d-1.execute-api.eu-west-1.amazonaws.com.</DNSName>\
         <EvaluateTargetHealth>true</EvaluateTargetHealth></AliasTarget>";
    let session = answering(move |request| {
        let ours = |region: &str| record("latency.orders.example.com.", region, alias);
        if request.query().contains("identifier=us-east-1") {
            let sets = [ours("us-east-1"), record("next.orders.example.com.", "eu-west-1", "")];
            // Says that there is more, which is not ours: asking on would only cost.
            xml(200, &records(&sets, "<NextRecordName>other.</NextRecordName><NextRecordType>A</NextRecordType>"))
        } else {
            assert!(!request.query().contains("name=other"), "asked beyond the set");
            let next = "<NextRecordName>latency.orders.example.com.</NextRecordName>\
                <NextRecordType>A</NextRecordType><NextRecordIdentifier>us-east-1</NextRecordIdentifier>";
            xml(200, &records(&[ours("eu-west-1")], next))
        }
    })
    .await;
    let found = session
        .route53()
        .records("Z1", "latency.orders.example.com")
        .await
        .unwrap();
    let regions: Vec<_> = found
        .iter()
        .map(gwctl::fleet::RoutingRecord::whose)
        .collect();
    assert_eq!(regions, ["eu-west-1", "us-east-1"]);
    assert_eq!(found[0].target, "d-1.execute-api.eu-west-1.amazonaws.com");
    assert!(found[0].evaluate_target_health);
    assert_eq!((found[0].ttl, found[0].health_check.as_ref()), (None, None));
}

#[tokio::test]
async fn groups_of_the_same_name_are_told_apart_by_type_and_a_cut_off_one_is_asked_for_again() {
    let session = answering(|request| {
        let alias = |target: &str| {
            format!(
                "<AliasTarget><HostedZoneId>Z1</HostedZoneId><DNSName>{target}.latency.example.com.\
                 </DNSName><EvaluateTargetHealth>true</EvaluateTargetHealth></AliasTarget>"
            )
        };
        let member = |name: &str, kind: &str, id: &str, weight: u8| {
            format!(
                "<ResourceRecordSet><Name>{name}.latency.example.com.</Name><Type>{kind}</Type>\
                 <SetIdentifier>{id}</SetIdentifier><Weight>{weight}</Weight><TTL>60</TTL>\
                 <ResourceRecords><ResourceRecord><Value>192.0.2.1</Value></ResourceRecord>\
                 </ResourceRecords></ResourceRecordSet>"
            )
        };
        if request.query().contains("name=us.latency") {
            let rest = [member("us", "A", "us", 255), member("us", "A", "eu", 0)];
            return xml(200, &records(&rest, ""));
        }
        let sets = [
            record("latency.example.com.", "eu-west-1", &alias("eu")),
            record("latency.example.com.", "us-east-1", &alias("us")),
            member("eu", "A", "eu", 200),
            member("eu", "A", "us", 55),
            member("eu", "AAAA", "eu", 1),
            member("us", "A", "us", 255),
        ];
        let next = "<NextRecordName>us.latency.example.com.</NextRecordName>\
            <NextRecordType>A</NextRecordType><NextRecordIdentifier>eu</NextRecordIdentifier>";
        xml(200, &records(&sets, next))
    })
    .await;
    let route53 = session.route53();
    let found = route53.records("Z1", "latency.example.com").await.unwrap();
    let weights = |n: usize| -> Vec<i64> {
        let weights = found[n].group.iter();
        weights.filter_map(|one| one.routing.weight()).collect()
    };
    assert_eq!(weights(0), [200, 55], "the AAAA group is another one");
    assert_eq!(weights(1), [0; 0], "the page ended in the middle of it");
    let rest = route53.with_group("Z1", found[1].clone()).await.unwrap();
    assert_eq!(rest.group.len(), 2);
}

fn checks(checks: &str, marker: Option<&str>) -> String {
    let next = marker
        .map(|m| format!("<NextMarker>{m}</NextMarker>"))
        .unwrap_or_default();
    format!(
        "<ListHealthChecksResponse><HealthChecks>{checks}</HealthChecks><Marker></Marker>\
         <IsTruncated>{}</IsTruncated>{next}<MaxItems>1</MaxItems></ListHealthChecksResponse>",
        marker.is_some()
    )
}

fn check(id: &str, config: &str, rest: &str) -> String {
    format!(
        "<HealthCheck><Id>{id}</Id><CallerReference>c</CallerReference>{rest}<HealthCheckConfig>{config}\
         </HealthCheckConfig><HealthCheckVersion>4</HealthCheckVersion></HealthCheck>"
    )
}

#[tokio::test]
async fn health_checks_of_every_kind_are_read_over_all_pages() {
    let session = answering(|request| {
        if request.query().contains("marker=second") {
            let arc = check(
                "hc-arc",
                "<Type>RECOVERY_CONTROL</Type><RoutingControlArn>arn:aws:r</RoutingControlArn>",
                "<LinkedService><ServicePrincipal>arc.amazonaws.com</ServicePrincipal></LinkedService>",
            );
            xml(200, &checks(&arc, None))
        } else {
            let switch = check(
                "hc-switch",
                "<Type>CLOUDWATCH_METRIC</Type><Inverted>true</Inverted><Disabled>true</Disabled>\
                 <AlarmIdentifier><Region>eu-west-1</Region><Name>evacuate</Name></AlarmIdentifier>",
                "",
            );
            xml(200, &checks(&switch, Some("second")))
        }
    })
    .await;
    let found = session.route53().health_checks().await.unwrap();
    assert_eq!(found.len(), 2);
    let (id, switch) = &found[0];
    assert_eq!((id.as_str(), switch.version), ("hc-switch", 4));
    assert!(switch.inverted && switch.disabled);
    let alarm = CheckKind::Alarm {
        name: "evacuate".into(),
        region: "eu-west-1".into(),
    };
    assert_eq!(switch.kind, alarm);
    assert_eq!(
        found[1].1.kind,
        CheckKind::RecoveryControl {
            control: "arn:aws:r".into()
        }
    );
    assert_eq!(
        found[1].1.linked_service.as_deref(),
        Some("arc.amazonaws.com")
    );
}

#[tokio::test]
async fn of_several_certificates_the_issued_one_that_ends_last_counts() {
    let session = answering(|request| {
        assert!(request.is("ListCertificates"), "the summary is enough");
        assert!(String::from_utf8_lossy(request.body()).contains("EC_prime256v1"));
        json(
            200,
            r#"{"CertificateSummaryList":[
                {"CertificateArn":"a1","DomainName":"*.api.example.com","Status":"ISSUED","NotAfter":1800000000},
                {"CertificateArn":"a2","DomainName":"api.example.com","Status":"ISSUED","NotAfter":1810000000,
                 "SubjectAlternativeNameSummaries":["eu-west-1.api.example.com"]},
                {"CertificateArn":"a3","DomainName":"eu-west-1.api.example.com","Status":"EXPIRED","NotAfter":1900000000},
                {"CertificateArn":"a4","DomainName":"other.example.com","Status":"ISSUED","NotAfter":1900000000}]}"#,
        )
    })
    .await;
    let found = session
        .acm(&ireland())
        .certificate_for("eu-west-1.api.example.com")
        .await;
    let found = found.unwrap().unwrap();
    assert_eq!(
        (found.arn.as_str(), found.status.as_str()),
        ("a2", "ISSUED")
    );
    assert_eq!(
        found.not_after.map(jiff::Timestamp::as_second),
        Some(1_810_000_000)
    );
}

#[tokio::test]
async fn additional_metrics_are_on_only_when_cloudfront_says_enabled() {
    let subscription = |status: &'static str| {
        move |_: Request| {
            xml(
                200,
                &format!(
                    "<MonitoringSubscription><RealtimeMetricsSubscriptionConfig>\
                     <RealtimeMetricsSubscriptionStatus>{status}</RealtimeMetricsSubscriptionStatus>\
                     </RealtimeMetricsSubscriptionConfig></MonitoringSubscription>"
                ),
            )
        }
    };
    let on = answering(subscription("Enabled")).await;
    assert!(on.cloudfront().additional_metrics("E1").await.unwrap());
    let off = answering(subscription("Disabled")).await;
    assert!(!off.cloudfront().additional_metrics("E1").await.unwrap());
    // A control plane of the whole world says nothing of us-east-1 as a Region.
    assert_eq!(on.reach(&Region::global()).answering(), None);
}
