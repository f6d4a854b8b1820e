//! A database whose process is dead while RDS says nothing of it: it measures nothing, and nobody calls it healthy.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gwctl::fleet::{Metric, Pace, Region, Snapshot, Verdict};
use gwctl::sim::{Answered, Measured, MeasuredFlow, MeasuredLine, Reality};
use jiff::{SignedDuration, Timestamp};

use super::stand::{Stand, region, world};

const WRITER: &str = "us-east-1";
const LOAD: [Metric; 3] = [
    Metric::DbCpu,
    Metric::DbConnections,
    Metric::DbWriteThroughput,
];

/// Software in which a database is dead where it was killed, and the API there answers 503.
#[derive(Debug, Default)]
struct Killed(Mutex<BTreeSet<Region>>);

impl Killed {
    fn kill(&self, code: &str, dead: bool) {
        let mut all = self.0.lock().unwrap();
        if dead {
            all.insert(region(code));
        } else {
            all.remove(&region(code));
        }
    }
}

impl Reality for Killed {
    fn served(&self, region: &Region) -> Measured {
        let requests = 40;
        let failed = if self.database_answers(region) {
            0
        } else {
            requests
        };
        Measured {
            requests,
            failed,
            ..Measured::default()
        }
    }

    fn lines(&self, _: &Region) -> Vec<MeasuredLine> {
        Vec::new()
    }

    fn flows(&self) -> Vec<MeasuredFlow> {
        Vec::new()
    }

    fn health(&self, region: &Region) -> Option<Answered> {
        let status = if self.database_answers(region) {
            200
        } else {
            503
        };
        Some(Answered {
            status,
            region: None,
            took: Duration::from_millis(20),
        })
    }

    fn edge(&self) -> Option<Answered> {
        None
    }

    fn database_answers(&self, region: &Region) -> bool {
        !self.0.lock().unwrap().contains(region)
    }

    fn lag(&self, _: &Region) -> Option<Duration> {
        Some(Duration::from_millis(100))
    }

    fn writer(&self) -> Option<Region> {
        Some(region(WRITER))
    }

    fn hold_writes(&self, _: bool) {}

    fn promote(&self, _: &Region, _: bool) {}

    fn darken(&self, _: &Region, _: bool) {}
}

fn points(picture: &Snapshot, code: &str, metric: Metric, since: Timestamp) -> Vec<Timestamp> {
    let series = picture.database.clusters[&region(code)].metrics.get(metric);
    let points = series.last().map(|series| series.points().to_vec());
    let at = points.unwrap_or_default().into_iter().map(|point| point.at);
    at.filter(|at| *at >= since).collect()
}

#[tokio::test(start_paused = true)]
async fn a_writer_that_reports_nothing_is_not_healthy_and_only_the_minutes_of_its_death_are_missing()
 {
    let killed = Arc::new(Killed::default());
    let sim = world("calm", 3);
    sim.follow(killed.clone());
    let stand = Stand::over(sim, Pace::Calm).await;
    let (picture, _) = stand.first().await;
    let verdict = |picture: &Snapshot| picture.database.judgement.verdict;
    assert_eq!(verdict(&picture), Verdict::Healthy);
    let begun = stand.sim.clock().now();

    killed.kill(WRITER, true);
    let limit = Duration::from_mins(12);
    let picture = stand
        .until(limit, |picture| verdict(picture) != Verdict::Healthy)
        .await;
    let judgement = &picture.database.judgement;
    assert_eq!(judgement.verdict, Verdict::Unknown, "{judgement:#?}");
    let said = &judgement.reasons[0].text;
    assert!(
        said.contains("writer orders-use1 reports no CPU, connections or commits"),
        "{said}"
    );
    let site = &picture.site(&region(WRITER)).unwrap().judgement;
    assert!(site.verdict > Verdict::Healthy, "{site:#?}");

    killed.kill(WRITER, false);
    let back = stand.sim.clock().now();
    let picture = stand
        .until(limit, |picture| verdict(picture) == Verdict::Healthy)
        .await;
    let minute = SignedDuration::from_mins(1);
    let others = points(&picture, "eu-west-1", Metric::DbCpu, begun);
    for metric in LOAD {
        let here = points(&picture, WRITER, metric, begun);
        let missing = others.iter().filter(|at| !here.contains(at));
        let missing: Vec<&Timestamp> = missing.collect();
        assert!(missing.len() >= 4, "{metric:?}: {missing:?}");
        for at in missing {
            assert!(*at + minute > begun && *at < back, "{metric:?}: {at}");
        }
    }
}
