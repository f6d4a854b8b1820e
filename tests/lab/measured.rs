//! What the simulated AWS tells of a lab: lines and figures of its true requests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use gwctl::aws::{Session, SessionOptions, Subject, Timeouts, in_process, question};
use gwctl::fleet::logs::LogEvent;
use gwctl::fleet::{ApiKind, Metric, Region, SiteSpec};
use gwctl::lab::status::{ApiStatus, Role};
use gwctl::observe::logs::{LogReader, LogsAsked};
use gwctl::sim::wire;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{BACK, Lab, PATIENCE, lab_with, with_runtime};

impl Lab {
    async fn session(&self) -> Session {
        let options = SessionOptions {
            profile: None,
            http_client: Some(in_process(wire::handler(self.sim.clone()))),
            timeouts: Timeouts::default(),
            clock: self.sim.clock(),
        };
        Session::connect_fleet(options, &self.sim.spec()).await
    }

    /// Every line since a moment that holds a text, by Region and log group.
    async fn lines(
        &self,
        since: Timestamp,
        filter: Option<&str>,
    ) -> BTreeMap<(Region, String), Vec<LogEvent>> {
        let clock = self.sim.clock();
        let until = clock.now();
        let reader = LogReader::new(self.session().await, self.sim.spec(), clock);
        let asked = LogsAsked {
            filter: filter.map(str::to_owned),
            ..LogsAsked::all(since, until)
        };
        let (groups, _) = Box::pin(reader.read_all(&asked)).await;
        let read = groups.into_iter().filter_map(|group| {
            let events = group.read.unwrap()?.events;
            Some(((group.region, group.group?), events))
        });
        read.collect()
    }
}

/// What CloudWatch has of a metric, added up over the Regions and the minutes since a moment.
async fn sum(
    lab: &Lab,
    since: Timestamp,
    metric: Metric,
    of: impl Fn(&SiteSpec) -> Subject,
) -> f64 {
    let session = lab.session().await;
    let now = lab.sim.clock().now();
    let mut sum = 0.0;
    for site in &lab.sim.spec().sites {
        let questions = [question((), metric, &of(site)).unwrap()];
        let cloudwatch = session.cloudwatch(&site.region);
        let mut answers = cloudwatch.metrics(&questions, since, now).await.unwrap();
        if let Ok(series) = answers.remove(0).1 {
            sum += series.points().iter().map(|point| point.value).sum::<f64>();
        }
    }
    sum
}

fn api(site: &SiteSpec) -> Subject {
    Subject::Api {
        kind: ApiKind::Http,
        id: site.api.clone(),
        name: "orders".into(),
        stage: None,
    }
}

/// What an API answers to curl, which signs where it is given a profile's lines.
fn asked(api: &ApiStatus, folder: &Path, region: &str, profile: Option<&str>) -> (String, String) {
    let port = api.address.port();
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--max-time", "20", "--cacert"])
        .arg(folder.join("ca.pem"))
        .args(["--resolve", &format!("{}:{port}:127.0.0.1", api.host)])
        .args(["--write-out", "\n%{http_code}"]);
    if let Some(profile) = profile {
        let value = |name: &str| {
            let line = profile.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_once(" = ").unwrap().1.to_owned()
        };
        let (id, secret) = (value("aws_access_key_id"), value("aws_secret_access_key"));
        let token = value("aws_session_token");
        curl.args(["--aws-sigv4", &format!("aws:amz:{region}:execute-api")])
            .args(["--user", &format!("{id}:{secret}")])
            .args(["--header", &format!("x-amz-security-token: {token}")]);
    }
    let done = curl
        .arg(format!("https://{}:{port}/orders", api.host))
        .output()
        .unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    let why = String::from_utf8_lossy(&done.stderr).into_owned();
    let (body, status) = said.rsplit_once('\n').unwrap_or(("", &why));
    (status.to_owned(), body.to_owned())
}

/// Clients who sign with the lab's credentials reach an API, and nobody else does; through the edge all do.
async fn authorizes(lab: &Lab) {
    let (status, folder) = (lab.plane.status().await, lab.folder.path());
    let profile = std::fs::read_to_string(folder.join("credentials")).unwrap();
    for one in &status.regions {
        let (region, api) = (one.region.as_str(), &one.api);
        let unsigned = asked(api, folder, region, None);
        assert_eq!(
            unsigned,
            ("403".into(), r#"{"message":"Forbidden"}"#.into())
        );
        assert_eq!(
            asked(api, folder, region, Some(&profile)).0,
            "200",
            "{region}"
        );
        assert_eq!(asked(api, folder, "eu-central-1", Some(&profile)).0, "403");
    }
}

fn kill(pid: u32) {
    let pid = rustix::process::Pid::from_raw(pid.cast_signed()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

/// What is killed is told to be dead, and comes back.
async fn mends(lab: &Lab) {
    let status = lab.plane.status().await;
    assert_eq!(status.dead(), Vec::<String>::new(), "{status:?}");
    let eu = status
        .regions
        .iter()
        .find(|one| one.region.as_str() == "eu-west-1");
    let eu = &eu.unwrap().database;
    assert_eq!(eu.role, Role::Replica);
    assert!(eu.lag_ms.is_some());
    let killed = lab.sim.clock().now();
    kill(eu.pid.unwrap());
    kill(status.edges[1].pid.unwrap());
    let dead = ["the database in eu-west-1", "the edge in Europe"].map(str::to_owned);
    let begun = Instant::now();
    for expected in [dead.to_vec(), Vec::new()] {
        while lab.plane.status().await.dead() != expected {
            assert!(begun.elapsed() < PATIENCE, "not {expected:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    assert!(begun.elapsed() >= BACK.edge);
    measured_nothing(lab, killed).await;
}

/// The instance that was killed in eu-west-1 lacks the minutes in which it was dead, and the others lack none.
async fn measured_nothing(lab: &Lab, killed: Timestamp) {
    let back = lab.sim.clock().now();
    let reported = async |code: &str, cluster: &str| {
        let subject = Subject::Cluster { id: cluster.into() };
        let asked = [question((), Metric::DbCpu, &subject).unwrap()];
        let (session, now) = (lab.session().await, lab.sim.clock().now());
        let cloudwatch = session.cloudwatch(&Region::new(code).unwrap());
        let minute = SignedDuration::from_mins(1);
        let mut answers = cloudwatch
            .metrics(&asked, killed - minute, now)
            .await
            .unwrap();
        let series = answers.remove(0).1.ok();
        let points = series.map(|series| series.points().to_vec());
        let at = points.unwrap_or_default().into_iter().map(|point| point.at);
        at.collect::<BTreeSet<_>>()
    };
    let begun = Instant::now();
    let (dead, others) = loop {
        let dead = reported("eu-west-1", "orders-euw1").await;
        if dead.last().is_some_and(|newest| *newest > back) {
            break (dead, reported("us-east-1", "orders-use1").await);
        }
        assert!(begun.elapsed() < PATIENCE, "it reports nothing any more");
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let missing: Vec<_> = others
        .iter()
        .filter(|at| **at < back && !dead.contains(at))
        .collect();
    assert!(!missing.is_empty(), "{dead:?} of {others:?}");
    assert!(missing.len() < others.len(), "{dead:?} of {others:?}");
}

/// The JSON at the end of a line.
fn json(event: &LogEvent) -> Option<Value> {
    let begin = event.message.find('{')?;
    serde_json::from_str(event.message[begin..].trim()).ok()
}

/// What handlers and APIs wrote is in the log groups of their Region.
async fn tells_lines(lab: &Lab, since: Timestamp) {
    let all = lab.lines(since, None).await;
    let access = all
        .iter()
        .filter(|((_, group), _)| group.starts_with("/orders/access/"));
    let stored: Vec<(&Region, Value)> = access
        .flat_map(|((region, _), events)| events.iter().map(move |event| (region, event)))
        .filter_map(|(region, event)| Some((region, json(event)?)))
        .filter(|(_, line)| line["route"] == "POST /orders" && line["status"] == "201")
        .collect();
    assert!(!stored.is_empty(), "no stored order in {all:?}");
    for (region, line) in stored.iter().take(3) {
        let id = line["lambda"].as_str().unwrap();
        let found = lab.lines(since, Some(id)).await;
        let group = ((*region).clone(), "/aws/lambda/orders-write".to_owned());
        let function = &found[&group];
        let said = function
            .iter()
            .filter_map(json)
            .find(|said| said["method"] == "POST");
        let said = said.unwrap_or_else(|| panic!("{id}: {function:?}"));
        assert_eq!(said["apiRequestId"], line["requestId"]);
        assert_eq!(said["status"], 201);
        let report = format!("REPORT RequestId: {id}\t");
        assert!(
            function
                .iter()
                .any(|event| event.message.starts_with(&report))
        );
        // Nowhere else, but in the access log.
        let others = found
            .iter()
            .filter(|(other, events)| **other != group && !events.is_empty());
        let others: Vec<_> = others.map(|((_, name), _)| name.as_str()).collect();
        assert_eq!(others, [format!("/orders/access/{region}")]);
    }
    // The model writes nothing beside.
    let ours = SignedDuration::from_secs(60);
    for ((_, group), events) in &all {
        for event in events {
            let modelled =
                event.message.contains("orders-app/4.2") || event.message.contains("stored order");
            assert!(!modelled, "{group}: {event:?}");
            assert!(event.lateness().unwrap() < ours, "{group}: {event:?}");
        }
    }
}

/// What APIs and functions did is in their metrics.
async fn tells_figures(lab: &Lab, since: Timestamp) {
    // The minutes after the one that was modelled in part.
    let since = since + SignedDuration::from_mins(1);
    let ran = |name: &'static str| move |_: &SiteSpec| Subject::Function { name: name.into() };
    let invoked = async |name| sum(lab, since, Metric::FunctionInvocations, ran(name)).await;
    let begun = Instant::now();
    while invoked("orders-write").await < 5.0 {
        assert!(begun.elapsed() < PATIENCE, "nobody counts who writes");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let (reads, writes) = (invoked("orders-read").await, invoked("orders-write").await);
    assert!(reads > writes, "{reads} reads and {writes} writes");
    // The newest minute of one may be there before that of the other: of more minutes that is less.
    loop {
        let ran = invoked("orders-read").await + invoked("orders-write").await;
        let counted = sum(lab, since, Metric::ApiRequests, api).await / ran;
        if counted > 0.5 && counted < 2.0 {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{counted} requests a run");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let took = sum(lab, since, Metric::FunctionDurationP95, ran("orders-write")).await;
    assert!(took > 0.0);
}

#[test]
fn a_lab_with_iam_tells_what_it_serves_who_may_ask_and_what_is_dead() {
    with_runtime(async {
        let Some(lab) = lab_with(20.0, 0.19, true).await else {
            return;
        };
        let since = lab.sim.clock().now();
        lab.orders(10.0).await;
        tells_lines(&lab, since).await;
        authorizes(&lab).await;
        mends(&lab).await;
        tells_figures(&lab, since).await;
        lab.orders(10.0).await;
        let (ledger, rows) = lab.plane.settle().await.unwrap().unwrap();
        let verdict = ledger.check(&rows);
        assert!(verdict.is_sound(), "{verdict}");
    });
}
