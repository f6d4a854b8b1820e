//! The logs that clusters export: where they are, what is asked of them, and what is said where there is none.

use std::sync::{Arc, Mutex};

use gwctl::aws::Session;
use gwctl::fleet::logs::DATABASE_LOG;
use gwctl::fleet::{FleetSpec, Missing};
use gwctl::observe::logs::{Book, GroupLogs, LogReader, LogsAsked};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::stage::{
    Request, TokioClock, answering, json as json_reply, json_error, region, xml, xml_error,
};

const REFUSED: &str = "2026-11-22 11:59:55 UTC:10.20.3.7(40100):orders_app@orders:[812]:FATAL:  remaining connection slots \
                       are reserved for roles with the SUPERUSER attribute";

fn noon() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn asked(errors: bool) -> LogsAsked {
    LogsAsked {
        errors,
        ..LogsAsked::all(noon() - SignedDuration::from_mins(15), noon())
    }
}

/// Five Regions of one global database; in the last there is no member of it.
const REGIONS: [&str; 5] = [
    "eu-west-1",
    "eu-central-1",
    "us-east-1",
    "us-west-2",
    "sa-east-1",
];

fn fleet() -> FleetSpec {
    let site = |code: &str| format!("[[sites]]\nregion = \"{code}\"\napi = \"\"\n");
    let sites = REGIONS.map(site).concat();
    toml::from_str(&format!(
        "domain = \"api.orders.example.com\"\nglobal_cluster = \"orders\"\n[edge]\nhosted_zone = \"Z1\"\n\
         latency_record = \"latency.orders.example.com\"\n{sites}"
    ))
    .unwrap()
}

fn members() -> http::Response<Vec<u8>> {
    let member = |code: &&str| {
        format!(
            "<GlobalClusterMember><DBClusterArn>arn:aws:rds:{code}:123456789012:cluster:o-{code}</DBClusterArn>\
             <IsWriter>false</IsWriter></GlobalClusterMember>"
        )
    };
    let members: String = REGIONS[..4].iter().map(member).collect();
    let body = format!(
        "<DescribeGlobalClustersResponse><DescribeGlobalClustersResult><GlobalClusters><GlobalClusterMember>\
         <GlobalClusterIdentifier>orders</GlobalClusterIdentifier><Status>available</Status>\
         <GlobalClusterMembers>{members}</GlobalClusterMembers></GlobalClusterMember></GlobalClusters>\
         </DescribeGlobalClustersResult></DescribeGlobalClustersResponse>"
    );
    xml(200, &body)
}

fn cluster(code: &str, exports: &[&str]) -> http::Response<Vec<u8>> {
    let each: Vec<String> = exports
        .iter()
        .map(|log| format!("<member>{log}</member>"))
        .collect();
    let exports = each.concat();
    let body = format!(
        "<DescribeDBClustersResponse><DescribeDBClustersResult><DBClusters><DBCluster>\
         <DBClusterIdentifier>o-{code}</DBClusterIdentifier>\
         <EnabledCloudwatchLogsExports>{exports}</EnabledCloudwatchLogsExports>\
         </DBCluster></DBClusters></DescribeDBClustersResult></DescribeDBClustersResponse>"
    );
    xml(200, &body)
}

/// Ireland exports, Frankfurt exports nothing that tells errors, Virginia may not be asked, Oregon exported nothing yet.
async fn session(seen: Arc<Mutex<Vec<Value>>>) -> Session {
    answering(move |request: Request| {
        let scope = request.header("authorization").unwrap().to_owned();
        let code = REGIONS.into_iter().find(|code| scope.contains(&format!("/{code}/"))).unwrap();
        if request.is("DescribeGlobalClusters") {
            return members();
        }
        if request.is("DescribeDBClusters") {
            return match code {
                "eu-central-1" => cluster(code, &["audit"]),
                "us-east-1" => xml_error(
                    403,
                    "AccessDenied",
                    "User: arn:aws:iam::1:user/ana is not authorized to perform: rds:DescribeDBClusters on resource: x",
                ),
                _ => cluster(code, &["instance", "postgresql"]),
            };
        }
        assert!(request.is("Logs_20140328.FilterLogEvents"), "{}", request.text());
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        seen.lock().unwrap().push(body.clone());
        if code == "us-west-2" {
            return json_error(400, "ResourceNotFoundException", "The specified log group does not exist.");
        }
        assert_eq!(body["logGroupName"], "/aws/rds/cluster/o-eu-west-1/postgresql");
        let at = noon().as_millisecond() - 5_000;
        let event = json!({ "eventId": "1", "timestamp": at, "ingestionTime": at + 900, "logStreamName": "o-1", "message": REFUSED });
        json_reply(200, &json!({ "events": [event] }).to_string())
    })
    .await
}

fn reader(session: Session) -> LogReader {
    LogReader::new(session, fleet(), TokioClock::start())
}

fn of<'a>(groups: &'a [GroupLogs], code: &str) -> Option<&'a GroupLogs> {
    groups.iter().find(|one| one.region == region(code))
}

#[tokio::test]
async fn each_cluster_is_asked_where_it_exports_to_and_one_that_exports_none_says_so() {
    let seen = Arc::default();
    let reader = reader(session(Arc::clone(&seen)).await);
    let groups = reader.read(&asked(true)).await;
    let read = of(&groups, "eu-west-1").unwrap();
    assert!(read.sources.contains(DATABASE_LOG) && read.kind.is_database());
    assert_eq!(
        read.read.as_ref().unwrap().as_ref().unwrap().events.len(),
        1
    );
    let pattern = seen.lock().unwrap()[0]["filterPattern"].clone();
    assert!(
        pattern.as_str().unwrap().contains("?\"FATAL:\""),
        "{pattern}"
    );
    assert!(of(&groups, "sa-east-1").is_none(), "no cluster is there");
    assert!(matches!(
        &of(&groups, "us-east-1").unwrap().read,
        Err(Missing::NotAllowed { action }) if action == "rds:DescribeDBClusters"
    ));

    let book = Book::new(
        &asked(true),
        groups,
        Vec::new(),
        std::collections::BTreeMap::new(),
    );
    let gaps = book.gaps();
    for said in [
        "eu-central-1 database: the cluster exports no log to CloudWatch Logs",
        "us-west-2 database: there is no log group /aws/rds/cluster/o-us-west-2/postgresql",
    ] {
        assert!(gaps.iter().any(|gap| gap == said), "{said}: {gaps:?}");
    }
    let [pattern] = &book.patterns[..] else {
        panic!("{:?}", book.patterns);
    };
    assert!(
        pattern
            .text
            .starts_with("FATAL: remaining connection slots"),
        "{}",
        pattern.text
    );
    assert!(pattern.is_error());
}

#[tokio::test]
async fn where_clusters_export_to_is_looked_up_once_and_they_are_no_functions() {
    let seen = Arc::default();
    let session = session(Arc::clone(&seen)).await;
    let reader = reader(session.clone());
    let one = LogsAsked {
        regions: vec![region("eu-west-1")],
        ..asked(false)
    };
    reader.read(&one).await;
    let calls = session.ledger().calls();
    reader.read(&one).await;
    assert_eq!(
        session.ledger().calls(),
        calls + 1,
        "only the lines are asked for again"
    );
    let function = LogsAsked {
        function: Some("orders-read".into()),
        ..one
    };
    assert!(reader.read(&function).await.is_empty());
}
