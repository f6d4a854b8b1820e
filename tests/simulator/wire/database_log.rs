//! The log that a cluster of the simulated account exports.

use gwctl::aws::{Bound, ErrorKind, LogAnswer, LogQuestion};
use gwctl::fleet::logs::{Level, LogLine};
use gwctl::sim::Sim;
use jiff::SignedDuration;

use super::logs::{region, session};
use super::{noon, world};

const GROUP: &str = "/aws/rds/cluster/orders-use1/postgresql";

fn question(group: &str) -> LogQuestion<'_> {
    LogQuestion {
        group,
        since: noon() - SignedDuration::from_secs(80),
        until: noon() - SignedDuration::from_secs(61),
        pattern: None,
        oldest_first: false,
        bound: Bound {
            events: 1_000_000,
            bytes: 1 << 30,
            pages: 1_000,
        },
    }
}

async fn read(sim: &Sim, code: &str, group: &str) -> LogAnswer {
    let logs = session(sim).await.logs(&region(code));
    logs.filter(&question(group), async || ()).await.unwrap()
}

fn lines(answer: &LogAnswer) -> Vec<LogLine> {
    let events = answer.events.iter();
    events.map(|event| LogLine::read(&event.message)).collect()
}

#[tokio::test(start_paused = true)]
async fn what_functions_were_refused_stands_in_the_log_of_the_database() {
    for (scenario, code, cluster, words) in [
        ("connections-exhausted", "us-east-1", "use1", "FATAL: "),
        (
            "write-forwarding-broken",
            "eu-west-1",
            "euw1",
            "in a read-only transaction",
        ),
        (
            "secret-rotated",
            "ap-southeast-1",
            "apse1",
            "password authentication failed for user",
        ),
    ] {
        let sim = world(scenario);
        let group = format!("/aws/rds/cluster/orders-{cluster}/postgresql");
        let told = lines(&read(&sim, code, &group).await);
        let errors: Vec<&LogLine> = told.iter().filter(|line| line.is_error()).collect();
        assert!(errors.len() > 10, "{scenario}: {}", errors.len());
        assert!(
            errors.iter().all(|line| line.text.contains(words)),
            "{scenario}: {:?}",
            errors[0]
        );
        // Each is what a function logs at the same moment.
        let mut of_functions = Vec::new();
        for function in ["orders-read", "orders-write"] {
            let answer = read(&sim, code, &format!("/aws/lambda/{function}")).await;
            let said = lines(&answer).into_iter().filter(LogLine::is_error);
            of_functions.extend(said.filter(|line| line.text.contains("error: ")));
        }
        assert_eq!(errors.len(), of_functions.len(), "{scenario}");
    }
}

#[tokio::test(start_paused = true)]
async fn on_a_calm_day_it_tells_of_no_error() {
    let told = lines(&read(&world("calm"), "us-east-1", GROUP).await);
    assert!(!told.is_empty());
    assert!(
        told.iter().all(|line| line.level == Some(Level::Info)),
        "{told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_exports_nothing_has_no_group() {
    let sim = world("calm");
    let rds = session(&sim).await.rds(&region("us-east-1"));
    assert_eq!(
        rds.exported_logs("orders-use1").await.unwrap(),
        ["postgresql"]
    );
    for cluster in &mut sim.state().resources.clusters {
        cluster.log_exports.clear();
    }
    assert!(rds.exported_logs("orders-use1").await.unwrap().is_empty());
    let logs = session(&sim).await.logs(&region("us-east-1"));
    let error = logs
        .filter(&question(GROUP), async || ())
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
}
