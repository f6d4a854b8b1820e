//! What the simulated AWS tells of a lab: lines and figures of its true requests.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use gwctl::aws::{Session, SessionOptions, Subject, Timeouts, in_process, question};
use gwctl::fleet::logs::LogEvent;
use gwctl::fleet::{ApiKind, Metric, Region, SiteSpec};
use gwctl::observe::logs::{LogReader, LogsAsked};
use gwctl::sim::wire;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Lab, PATIENCE, lab, run};

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

/// The JSON at the end of a line.
fn json(event: &LogEvent) -> Option<Value> {
    let begin = event.message.find('{')?;
    serde_json::from_str(event.message[begin..].trim()).ok()
}

#[test]
fn what_handlers_and_apis_write_and_serve_is_in_the_logs_and_metrics_of_their_region() {
    run(async {
        let begun = Timestamp::now();
        let Some(lab) = lab().await else { return };
        let since = lab.sim.clock().now();
        println!("started in {:?}", Timestamp::now().duration_since(begun));
        lab.orders(10.0).await;

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
                let modelled = event.message.contains("orders-app/4.2")
                    || event.message.contains("stored order");
                assert!(!modelled, "{group}: {event:?}");
                assert!(event.lateness().unwrap() < ours, "{group}: {event:?}");
            }
        }

        // The minutes after the one that was modelled in part.
        let since = since + SignedDuration::from_mins(1);
        let ran = |name: &'static str| move |_: &SiteSpec| Subject::Function { name: name.into() };
        let invoked = async |name| sum(&lab, since, Metric::FunctionInvocations, ran(name)).await;
        let begun = Instant::now();
        while invoked("orders-write").await < 5.0 {
            assert!(begun.elapsed() < PATIENCE, "nobody counts who writes");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let (reads, writes) = (invoked("orders-read").await, invoked("orders-write").await);
        assert!(reads > writes, "{reads} reads and {writes} writes");
        let counted = sum(&lab, since, Metric::ApiRequests, api).await;
        assert!(
            counted >= reads + writes - 20.0 && counted <= reads + writes + 20.0,
            "{counted}, {reads}, {writes}"
        );
        assert!(
            sum(
                &lab,
                since,
                Metric::FunctionDurationP95,
                ran("orders-write")
            )
            .await
                > 0.0
        );
    });
}
