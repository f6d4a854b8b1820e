//! Changes as AWS documents them, where the emulators have none or are more lenient.

use std::sync::{Arc, Mutex};

use gwctl::aws::{ErrorKind, Session};
use gwctl::fleet::{RecordAction, RecordChange};

use super::stage::{Request, answering, ireland, xml};

/// What was sent.
type Sent = Arc<Mutex<Vec<String>>>;

/// A session that answers `reply` to everything and keeps the requests.
async fn keeping(reply: &'static str) -> (Session, Sent) {
    let sent = Sent::default();
    let kept = sent.clone();
    let session = answering(move |request| {
        kept.lock().unwrap().push(request.text());
        xml(200, reply)
    })
    .await;
    (session.one_attempt(), sent)
}

fn last(sent: &Sent) -> String {
    sent.lock().unwrap().last().cloned().unwrap()
}

const CLUSTER: &str = "arn:aws:rds:eu-west-1:123456789012:cluster:orders-euw1";

#[tokio::test]
async fn a_failover_always_allows_the_loss_and_a_switchover_never() {
    let (session, sent) = keeping("<FailoverGlobalClusterResponse><FailoverGlobalClusterResult/></FailoverGlobalClusterResponse>").await;
    let rds = session.rds(&ireland());
    rds.failover("orders", CLUSTER).await.unwrap();
    let body = last(&sent);
    // Without it the call would be a switchover, which a dead primary refuses.
    assert!(body.contains("AllowDataLoss=true"), "{body}");
    assert!(
        body.contains(&format!("TargetDbClusterIdentifier={CLUSTER}")),
        "{body}"
    );
    let (session, sent) = keeping("<SwitchoverGlobalClusterResponse><SwitchoverGlobalClusterResult/></SwitchoverGlobalClusterResponse>").await;
    session
        .rds(&ireland())
        .switchover("orders", CLUSTER)
        .await
        .unwrap();
    assert!(!last(&sent).contains("AllowDataLoss"), "{}", last(&sent));
}

#[tokio::test]
async fn write_forwarding_is_said_explicitly_either_way() {
    let (session, sent) =
        keeping("<ModifyDBClusterResponse><ModifyDBClusterResult/></ModifyDBClusterResponse>")
            .await;
    let rds = session.rds(&ireland());
    for on in [true, false] {
        rds.set_write_forwarding("orders-euw1", on).await.unwrap();
        let wanted = format!("EnableGlobalWriteForwarding={on}");
        assert!(last(&sent).contains(&wanted), "{}", last(&sent));
    }
}

fn snapshot(id: &str, cluster: &str, time: &str) -> String {
    format!(
        "<DBClusterSnapshot><DBClusterSnapshotIdentifier>{id}</DBClusterSnapshotIdentifier>\
         <DBClusterSnapshotArn>arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:{id}</DBClusterSnapshotArn>\
         <DBClusterIdentifier>{cluster}</DBClusterIdentifier><Status>available</Status>\
         <SnapshotType>automated</SnapshotType>{time}</DBClusterSnapshot>"
    )
}

#[tokio::test]
async fn the_snapshot_of_an_old_primary_is_found_over_all_pages_and_copied() {
    let session = answering(|request| {
        let page = |snapshots: String, marker: &str| {
            xml(
                200,
                &format!(
                    "<DescribeDBClusterSnapshotsResponse><DescribeDBClusterSnapshotsResult>\
                     <DBClusterSnapshots>{snapshots}</DBClusterSnapshots>{marker}\
                     </DescribeDBClusterSnapshotsResult></DescribeDBClusterSnapshotsResponse>"
                ),
            )
        };
        let at = |time: &str| format!("<SnapshotCreateTime>{time}</SnapshotCreateTime>");
        if request.text().contains("Marker=more") {
            let saved = "rds:unplanned-global-failover-orders-euw1-2026-11-22-11-58";
            page(
                snapshot(saved, "orders-euw1", &at("2026-11-22T11:58:00Z")),
                "",
            )
        } else {
            let daily = snapshot(
                "rds:orders-euw1-daily",
                "orders-euw1",
                &at("2026-11-21T03:00:00Z"),
            );
            let theirs = snapshot("rds:billing-daily", "billing", "");
            page(daily + &theirs, "<Marker>more</Marker>")
        }
    })
    .await;
    let found = session
        .rds(&ireland())
        .snapshots("orders-euw1")
        .await
        .unwrap();
    assert_eq!(found.len(), 2, "the neighbour's is not ours");
    assert!(
        found[0].id.starts_with("rds:unplanned-global-failover-"),
        "newest first"
    );
    assert_eq!(
        (found[0].kind.as_str(), found[0].status.as_str()),
        ("automated", "available")
    );

    let (session, sent) = keeping("<CopyDBClusterSnapshotResponse><CopyDBClusterSnapshotResult/></CopyDBClusterSnapshotResponse>").await;
    let rds = session.rds(&ireland());
    rds.copy_snapshot(&found[0].arn, "kept-1").await.unwrap();
    let body = last(&sent);
    assert!(
        body.contains(&format!(
            "SourceDBClusterSnapshotIdentifier={}",
            found[0].arn
        )),
        "{body}"
    );
    assert!(
        body.contains("TargetDBClusterSnapshotIdentifier=kept-1"),
        "{body}"
    );
}

#[tokio::test]
async fn a_health_check_is_changed_at_its_version_and_in_nothing_else() {
    let (session, sent) = keeping("<UpdateHealthCheckResponse/>").await;
    let route53 = session.route53();
    route53.update_check("hc-1", 6, true, false).await.unwrap();
    let body = last(&sent);
    for part in [
        "<HealthCheckVersion>6</HealthCheckVersion>",
        "<Inverted>true</Inverted>",
        "<Disabled>false</Disabled>",
    ] {
        assert!(body.contains(part), "{body}");
    }
    assert!(!body.contains("FailureThreshold"), "{body}");
}

fn sets(sets: &str) -> String {
    format!(
        "<ListResourceRecordSetsResponse><ResourceRecordSets>{sets}</ResourceRecordSets>\
         <IsTruncated>false</IsTruncated><MaxItems>300</MaxItems></ListResourceRecordSetsResponse>"
    )
}

#[tokio::test]
async fn a_record_is_sent_back_letter_by_letter() {
    let stored = "<ResourceRecordSet><Name>\\052.orders.example.com.</Name><Type>TXT</Type>\
        <SetIdentifier>Left  Hand</SetIdentifier><Weight>0</Weight><TTL>300</TTL><ResourceRecords>\
        <ResourceRecord><Value>\"v=1 \\195\\164; k=AbC\"</Value></ResourceRecord></ResourceRecords>\
        <HealthCheckId>hc-1</HealthCheckId></ResourceRecordSet>";
    let session = answering(move |_| xml(200, &sets(stored))).await;
    let route53 = session.route53();
    let found = route53.record_sets("Z1", "*.orders.example.com").await;
    let found = found.unwrap();
    let (session, sent) = keeping(
        "<ChangeResourceRecordSetsResponse><ChangeInfo><Id>/change/C1</Id><Status>PENDING</Status>\
         <SubmittedAt>2026-11-22T12:00:00Z</SubmittedAt></ChangeInfo></ChangeResourceRecordSetsResponse>",
    )
    .await;
    let changes = [RecordChange {
        action: RecordAction::Delete,
        set: found[0].clone(),
    }];
    let receipt = session.route53().change_records("Z1", &changes).await;
    let receipt = receipt.unwrap();
    assert_eq!(receipt.id, "C1");
    assert_eq!(receipt.request_id.as_deref(), Some("11112222-3333"));
    let body = last(&sent);
    for part in [
        "<Action>DELETE</Action>",
        "<Name>*.orders.example.com</Name>",
        "<SetIdentifier>Left  Hand</SetIdentifier>",
        "<Weight>0</Weight>",
        "<Value>&quot;v=1 \\195\\164; k=AbC&quot;</Value>",
        "<HealthCheckId>hc-1</HealthCheckId>",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
}

#[tokio::test]
async fn records_that_could_not_be_put_back_are_not_offered_for_a_change() {
    let policies = [
        (
            "<Weight>1</Weight><TrafficPolicyInstanceId>t-1</TrafficPolicyInstanceId>",
            "traffic policy",
        ),
        (
            "<Weight>1</Weight><Failover>PRIMARY</Failover>",
            "does not know",
        ),
        ("", "does not know"),
        ("<Region>nowhere</Region>", "nowhere"),
    ];
    for (policy, word) in policies {
        let session = answering(move |_| {
            xml(
                200,
                &sets(&format!(
                    "<ResourceRecordSet><Name>a.example.com.</Name><Type>A</Type>\
                     <SetIdentifier>x</SetIdentifier>{policy}<TTL>60</TTL><ResourceRecords>\
                     <ResourceRecord><Value>192.0.2.1</Value></ResourceRecord></ResourceRecords>\
                     </ResourceRecordSet>"
                )),
            )
        })
        .await;
        let said = session.route53().record_sets("Z1", "a.example.com").await;
        let said = said.unwrap_err().message;
        assert!(said.contains(word), "{said}");
    }
}

#[tokio::test]
async fn a_change_is_pending_until_every_server_has_it() {
    let session = answering(|request: Request| {
        assert!(request.path().ends_with("/change/C1"), "{}", request.path());
        xml(
            200,
            "<GetChangeResponse><ChangeInfo><Id>/change/C1</Id><Status>PENDING</Status>\
             <SubmittedAt>2026-11-22T12:00:00Z</SubmittedAt></ChangeInfo></GetChangeResponse>",
        )
    })
    .await;
    let status = session.route53().change_status("C1").await;
    assert_eq!(status.unwrap(), "PENDING");
}

/// A distribution with CloudFront's own certificate or another, at version `E-7`; keeps what is sent.
async fn distribution(certificate: &'static str) -> (Session, Sent) {
    let sent = Sent::default();
    let kept = sent.clone();
    let session = answering(move |request| {
        let config = format!(
            "<DistributionConfig><CallerReference>orders</CallerReference><Aliases><Quantity>1</Quantity>\
             <Items><CNAME>api.example.com</CNAME></Items></Aliases><Origins><Quantity>1</Quantity><Items>\
             <Origin><Id>o</Id><DomainName>latency.example.com</DomainName></Origin></Items></Origins>\
             <DefaultCacheBehavior><TargetOriginId>o</TargetOriginId>\
             <ViewerProtocolPolicy>https-only</ViewerProtocolPolicy></DefaultCacheBehavior>\
             <Comment>as it was</Comment><WebACLId>acl-1</WebACLId><Enabled>true</Enabled>\
             <ViewerCertificate>{certificate}</ViewerCertificate></DistributionConfig>"
        );
        if request.method() == "GET" {
            let mut reply = xml(200, &config);
            reply.headers_mut().insert("etag", "E-7".parse().unwrap());
            return reply;
        }
        assert_eq!(request.header("if-match"), Some("E-7"));
        kept.lock().unwrap().push(request.text());
        xml(
            200,
            "<Distribution><Id>E1</Id><ARN>arn:aws:cloudfront::1:distribution/E1</ARN>\
             <Status>InProgress</Status><LastModifiedTime>2026-11-22T12:00:00Z</LastModifiedTime>\
             <InProgressInvalidationBatches>0</InProgressInvalidationBatches>\
             <DomainName>d1.cloudfront.net</DomainName></Distribution>",
        )
    })
    .await;
    (session.one_attempt(), sent)
}

const NEW: &str = "arn:aws:acm:us-east-1:123456789012:certificate/new";

#[tokio::test]
async fn a_new_certificate_keeps_how_clients_may_connect_and_everything_else() {
    let (session, sent) = distribution(
        "<ACMCertificateArn>arn:aws:acm:us-east-1:123456789012:certificate/old</ACMCertificateArn>\
         <SSLSupportMethod>vip</SSLSupportMethod><MinimumProtocolVersion>TLSv1.2_2019</MinimumProtocolVersion>",
    )
    .await;
    let cloudfront = session.cloudfront();
    cloudfront
        .attach_certificate("E1", "E-7", NEW)
        .await
        .unwrap();
    let body = last(&sent);
    for part in [
        &format!("<ACMCertificateArn>{NEW}</ACMCertificateArn>"),
        "<SSLSupportMethod>vip</SSLSupportMethod>",
        "<MinimumProtocolVersion>TLSv1.2_2019</MinimumProtocolVersion>",
        "<Comment>as it was</Comment>",
        "<WebACLId>acl-1</WebACLId>",
        "<CNAME>api.example.com</CNAME>",
        "<DomainName>latency.example.com</DomainName>",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
    assert!(!body.contains("certificate/old"), "{body}");
}

#[tokio::test]
async fn in_the_place_of_cloudfronts_own_certificate_todays_ciphers_are_asked_for() {
    let (session, sent) = distribution(
        "<CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate>\
         <MinimumProtocolVersion>TLSv1</MinimumProtocolVersion>",
    )
    .await;
    let cloudfront = session.cloudfront();
    cloudfront
        .attach_certificate("E1", "E-7", NEW)
        .await
        .unwrap();
    let body = last(&sent);
    for part in [
        "<SSLSupportMethod>sni-only</SSLSupportMethod>",
        "<MinimumProtocolVersion>TLSv1.2_2021</MinimumProtocolVersion>",
        "<CloudFrontDefaultCertificate>false</CloudFrontDefaultCertificate>",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
}

#[tokio::test]
async fn a_configuration_that_changed_meanwhile_is_left_alone() {
    let (session, sent) = distribution("").await;
    let cloudfront = session.cloudfront();
    let stale = cloudfront.attach_certificate("E1", "E-6", NEW).await;
    assert_eq!(stale.unwrap_err().kind, ErrorKind::Conflict);
    assert!(sent.lock().unwrap().is_empty(), "nothing was sent");
}
