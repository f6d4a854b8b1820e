//! Logs Insights of the simulated account, asked by the client that gwctl asks with.

use gwctl::aws::{ErrorKind, Insights, QueryAnswer, QueryQuestion, QueryState};
use gwctl::fleet::logs::errors_query;
use gwctl::sim::Sim;
use jiff::SignedDuration;

use super::logs::{region, session};
use super::{noon, world};

const READS: &str = "/aws/lambda/orders-read";
const WRITES: &str = "/aws/lambda/orders-write";

async fn insights(sim: &Sim) -> Insights {
    session(sim).await.insights(&region("eu-west-1"))
}

fn question<'a>(groups: &'a [String], query: &'a str) -> QueryQuestion<'a> {
    QueryQuestion {
        groups,
        query,
        since: noon() - SignedDuration::from_mins(2),
        until: noon(),
        rows: 10_000,
    }
}

/// The complete answer.
async fn ask(sim: &Sim, groups: &[&str], query: &str) -> QueryAnswer {
    let groups: Vec<String> = groups.iter().map(|one| (*one).to_owned()).collect();
    let insights = insights(sim).await;
    let id = insights.start(&question(&groups, query)).await.unwrap();
    sim.advance(std::time::Duration::from_secs(10));
    let answer = insights.results(&id).await.unwrap();
    assert_eq!(answer.state, QueryState::Complete);
    answer
}

async fn refusal(sim: &Sim, groups: &[&str], query: &str) -> (ErrorKind, String) {
    let groups: Vec<String> = groups.iter().map(|one| (*one).to_owned()).collect();
    let error = insights(sim)
        .await
        .start(&question(&groups, query))
        .await
        .unwrap_err();
    (error.kind, error.code.unwrap_or_default())
}

#[tokio::test(start_paused = true)]
async fn a_query_waits_runs_in_part_and_completes_with_what_it_scanned() {
    let sim = world("lambda-errors");
    let insights = insights(&sim).await;
    let groups = [READS.to_owned()];
    let query = errors_query([]);
    let id = insights.start(&question(&groups, &query)).await.unwrap();
    let first = insights.results(&id).await.unwrap();
    assert_eq!((first.state, first.rows.len()), (QueryState::Scheduled, 0));
    sim.advance(std::time::Duration::from_secs(1));
    let running = insights.results(&id).await.unwrap();
    assert_eq!(running.state, QueryState::Running);
    sim.advance(std::time::Duration::from_secs(5));
    let all = insights.results(&id).await.unwrap();
    assert_eq!(all.state, QueryState::Complete);
    assert!(!running.rows.is_empty() && running.rows.len() < all.rows.len());
    assert!(running.scanned < all.scanned && all.scanned > Some(100_000));
    assert!(all.matched >= Some(all.rows.len() as u64));
    assert!(
        all.rows
            .windows(2)
            .all(|two| two[0]["@timestamp"] >= two[1]["@timestamp"])
    );
    let newest = &all.rows[0];
    assert_eq!(newest["@log"], format!("123456789012:{READS}"));
    assert!(newest.contains_key("@ptr") && newest.contains_key("@logStream"));
    let ended = insights.stop(&id).await.unwrap_err();
    assert_eq!(ended.code.as_deref(), Some("InvalidParameterException"));
}

#[tokio::test(start_paused = true)]
async fn the_plain_forms_that_people_type_are_computed() {
    let sim = world("lambda-errors");
    let both = [READS, WRITES];
    let all = ask(
        &sim,
        &both,
        "fields @timestamp, @message | filter @message like /REPORT/ | limit 7",
    )
    .await;
    assert_eq!(all.rows.len(), 7);
    let counted = ask(&sim, &both, "stats count(*) as n by @log | sort n desc").await;
    let numbers: Vec<f64> = counted
        .rows
        .iter()
        .map(|row| row["n"].parse().unwrap())
        .collect();
    assert_eq!(numbers.len(), 2);
    assert!(numbers[0] >= numbers[1]);
    let all: f64 = numbers.iter().sum();
    assert_eq!(Some(all as u64), counted.matched);
    let kinds = ask(
        &sim,
        &[READS],
        "filter @type = \"REPORT\" and @message like /Status: / \
         | parse @message /Status: (?<st>\\S+)(\\s+Error Type: (?<et>\\S+))?/ \
         | stats count(*) as n by st, et | sort n desc",
    )
    .await;
    assert!(
        kinds
            .rows
            .iter()
            .any(|row| row["st"] == "timeout" && !row.contains_key("et"))
    );
    assert!(kinds.rows.iter().any(|row| {
        row.get("et")
            .is_some_and(|kind| kind == "Runtime.ExitError")
    }));
    let minutes = ask(
        &sim,
        &[READS],
        "stats count(*) as n, avg(@duration), pct(@duration, 99) as p99 by bin(1m)",
    )
    .await;
    assert!(
        (2..=3).contains(&minutes.rows.len()),
        "{}",
        minutes.rows.len()
    );
    assert!(minutes.rows[0]["bin(1m)"].ends_with(":00.000"));
    let routes = ask(
        &sim,
        &["/orders/access/eu-west-1"],
        "filter status >= 500 and ua not like /Route53-Health-Check/ | stats count(*) as n, pct(lat, 95) as p95 by route, status | sort n desc",
    )
    .await;
    assert!(!routes.rows.is_empty());
    assert!(
        routes
            .rows
            .iter()
            .all(|row| row["status"] == "500" && row["p95"].parse::<f64>().is_ok())
    );
    let listed = ask(&sim, &[READS], "filter not (@message like \"START\" or @message like \"END\") and @type in [\"REPORT\"] | sort @timestamp asc | limit 2").await;
    assert!(listed.rows[0]["@message"].starts_with("REPORT"));
    assert!(listed.rows[0]["@timestamp"] <= listed.rows[1]["@timestamp"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_query_or_no_group_is_refused_as_aws_does() {
    let sim = world("calm");
    for query in [
        "filter",
        "fields @message | sorted by x",
        "filter @message like /(/",
        "filter @message like \"open",
        "stats count(* by @log",
        "stats count(*) | stats count(*)",
        "limit many",
    ] {
        let (_, code) = refusal(&sim, &[READS], query).await;
        assert_eq!(code, "MalformedQueryException", "{query}");
    }
    let (kind, code) = refusal(&sim, &["/aws/lambda/nobody"], "limit 1").await;
    assert_eq!(
        (kind, code.as_str()),
        (ErrorKind::NotFound, "ResourceNotFoundException")
    );
    let (_, code) = refusal(&sim, &[], "limit 1").await;
    assert_eq!(code, "InvalidParameterException");
}

#[tokio::test(start_paused = true)]
async fn a_hundred_queries_at_once_are_all_that_a_region_takes_and_one_that_is_stopped_makes_room()
{
    let sim = world("calm");
    let insights = insights(&sim).await;
    let groups = [READS.to_owned()];
    let at_once = (0..100).map(|_| async {
        let asked = question(&groups, "limit 1");
        insights.start(&asked).await.unwrap()
    });
    let ids: Vec<String> = futures_util::future::join_all(at_once).await;
    let refused = insights
        .start(&question(&groups, "limit 1"))
        .await
        .unwrap_err();
    assert_eq!(refused.code.as_deref(), Some("LimitExceededException"));
    assert_eq!(refused.kind, ErrorKind::Throttled);
    assert!(insights.stop(&ids[0]).await.unwrap());
    let stopped = insights.results(&ids[0]).await.unwrap();
    assert_eq!(stopped.state, QueryState::Cancelled);
    insights.start(&question(&groups, "limit 1")).await.unwrap();
    // Another Region has its own.
    let other = session(&sim).await.insights(&region("us-east-1"));
    other.start(&question(&groups, "limit 1")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_group_says_what_it_stores_and_since_when() {
    let sim = world("calm");
    let insights = insights(&sim).await;
    let stored = insights.stored(READS).await.unwrap().unwrap();
    assert!(stored.bytes > Some(100_000) && stored.created < Some(noon()));
    assert_eq!(stored.kept_days, None);
    assert_eq!(
        insights.stored("/aws/lambda/orders-rea").await.unwrap(),
        None
    );
}
