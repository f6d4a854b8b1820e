//! Lists that AWS does not tell whole: the rest is asked for, or the list is not known.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gwctl::aws::ErrorKind;
use gwctl::observe::discover::{Named, NotDiscovered, discover};

use super::stage::{Request, answering, ireland, json, xml, xml_error};

const NAME: &str = "eu-west-1.api.orders.example.com";

fn names(range: std::ops::Range<usize>) -> Vec<String> {
    range
        .map(|n| format!("\"shop{n:03}.example.net\""))
        .collect()
}

/// One certificate in use, whose summary tells a hundred of its names and that there are more.
fn imported(request: &Request) -> http::Response<Vec<u8>> {
    if request.is("ListCertificates") {
        return json(
            200,
            &format!(
                r#"{{"CertificateSummaryList": [{{"CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/1",
                "DomainName": "shop000.example.net", "Status": "ISSUED", "InUse": true, "NotAfter": 1764259200,
                "SubjectAlternativeNameSummaries": [{}], "HasAdditionalSubjectAlternativeNames": true}}]}}"#,
                names(0..100).join(",")
            ),
        );
    }
    let mut all = names(0..118);
    all.push(format!("\"{NAME}\""));
    json(
        200,
        &format!(
            r#"{{"Certificate": {{"CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/1",
            "DomainName": "shop000.example.net", "Status": "ISSUED", "NotAfter": 1764259200,
            "SubjectAlternativeNames": [{}]}}}}"#,
            all.join(",")
        ),
    )
}

#[tokio::test]
async fn the_hundred_and_nineteenth_name_of_a_certificate_is_found() {
    let session = answering(|request| imported(&request)).await;
    let found = session.acm(&ireland()).certificate_for(NAME).await.unwrap();
    assert!(found.is_some_and(|one| one.names.iter().any(|name| name == NAME)));
    let other = "eu-west-1.api.others.example.com";
    let none = session.acm(&ireland()).certificate_for(other).await;
    assert_eq!(none.unwrap(), None);
}

#[tokio::test]
async fn a_certificate_in_use_comes_before_one_that_lies_about_longer() {
    let session = answering(|_| {
        let one = |id: u8, used: bool, ends: u64| {
            format!(
                r#"{{"CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/{id}", "DomainName": "{NAME}",
                "Status": "ISSUED", "InUse": {used}, "NotAfter": {ends}}}"#
            )
        };
        let all = [
            one(1, false, 1_900_000_000),
            one(2, true, 1_800_000_000),
            one(3, true, 1_790_000_000),
        ];
        json(200, &format!(r#"{{"CertificateSummaryList": [{}]}}"#, all.join(",")))
    })
    .await;
    let found = session.acm(&ireland()).certificate_for(NAME).await.unwrap();
    assert!(
        found.unwrap().arn.ends_with("/3"),
        "of two in use the one that ends first"
    );
}

#[tokio::test]
async fn a_list_that_is_cut_short_or_never_ends_is_not_known() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let session = answering(move |request| {
        count.fetch_add(1, Ordering::Relaxed);
        match request.path() {
            path if path.ends_with("/healthcheck") => xml(
                200,
                "<ListHealthChecksResponse><HealthChecks></HealthChecks><Marker></Marker>\
                 <IsTruncated>true</IsTruncated><MaxItems>100</MaxItems></ListHealthChecksResponse>",
            ),
            path if path.ends_with("/rrset") => xml(
                200,
                "<ListResourceRecordSetsResponse><ResourceRecordSets></ResourceRecordSets>\
                 <IsTruncated>true</IsTruncated><MaxItems>100</MaxItems></ListResourceRecordSetsResponse>",
            ),
            _ => xml(
                200,
                "<DescribeEventsResponse><DescribeEventsResult><Marker>more</Marker><Events></Events>\
                 </DescribeEventsResult></DescribeEventsResponse>",
            ),
        }
    })
    .await;
    let cut = session.route53().health_checks().await.unwrap_err();
    assert_eq!(cut.kind, ErrorKind::Garbled);
    assert!(cut.message.contains("only a part of it is known"), "{cut}");
    let cut = session.route53().records("Z1", "latency.example.com").await;
    assert_eq!(cut.unwrap_err().kind, ErrorKind::Garbled);
    let before = asked.load(Ordering::Relaxed);
    let endless = session.rds(&ireland()).events("orders-euw1").await;
    assert_eq!(endless.unwrap_err().kind, ErrorKind::Garbled);
    assert!(
        asked.load(Ordering::Relaxed) - before < 100,
        "it is given up"
    );
}

fn zones(ids: &[&str]) -> http::Response<Vec<u8>> {
    let zone = |id: &&str| {
        format!(
            "<HostedZone><Id>/hostedzone/{id}</Id><Name>example.com.</Name><CallerReference>{id}</CallerReference>\
             <Config><PrivateZone>false</PrivateZone></Config></HostedZone>"
        )
    };
    let zones: String = ids.iter().map(zone).collect();
    xml(
        200,
        &format!(
            "<ListHostedZonesResponse><HostedZones>{zones}</HostedZones><Marker></Marker>\
             <IsTruncated>false</IsTruncated><MaxItems>100</MaxItems></ListHostedZonesResponse>"
        ),
    )
}

fn records(held: bool) -> http::Response<Vec<u8>> {
    let record = "<ResourceRecordSet><Name>api.example.com.</Name><Type>CNAME</Type><TTL>60</TTL><ResourceRecords>\
                  <ResourceRecord><Value>somewhere.example.net</Value></ResourceRecord></ResourceRecords>\
                  </ResourceRecordSet>";
    let records = if held { record } else { "" };
    xml(
        200,
        &format!(
            "<ListResourceRecordSetsResponse><ResourceRecordSets>{records}</ResourceRecordSets>\
             <IsTruncated>false</IsTruncated><MaxItems>100</MaxItems></ListResourceRecordSetsResponse>"
        ),
    )
}

/// What is found where both, or one, of two zones of one name hold the domain.
async fn of_two_zones(both: bool, named: &Named) -> NotDiscovered {
    let session = answering(move |request| match request.path() {
        path if path.ends_with("/hostedzone") => zones(&["ZOLD", "ZNEW"]),
        path if path.ends_with("/rrset") => records(both || path.contains("ZNEW")),
        _ => xml_error(404, "NoSuchDistribution", "not here"),
    })
    .await;
    discover(&session, "api.example.com", named)
        .await
        .unwrap_err()
}

#[tokio::test]
async fn of_two_zones_of_one_name_the_one_with_the_record_is_taken_or_nobodys() {
    let NotDiscovered::Several {
        candidates, option, ..
    } = of_two_zones(true, &Named::default()).await
    else {
        panic!("nothing tells which of the two is in use");
    };
    assert_eq!(candidates, ["ZOLD (example.com)", "ZNEW (example.com)"]);
    assert_eq!(option, "--hosted-zone");
    let taken = of_two_zones(false, &Named::default()).await;
    assert!(
        matches!(taken, NotDiscovered::NoRoutingSet { .. }),
        "{taken:?}"
    );
    let named = Named {
        hosted_zone: Some("ZOLD".into()),
        ..Named::default()
    };
    let taken = of_two_zones(true, &named).await;
    assert!(
        matches!(taken, NotDiscovered::NoRoutingSet { .. }),
        "{taken:?}"
    );
}
