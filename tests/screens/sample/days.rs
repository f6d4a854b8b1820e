//! A day on which much goes wrong at once.

use std::sync::Arc;
use std::time::Duration;

use gwctl::fleet::{
    Alarm, Call, Measured, Metric, Missing, Observed, Outcome, Point, Reachability, Region, Series,
    Snapshot, judge,
};
use jiff::{SignedDuration, Timestamp};

use super::{CLOUDWATCH, THREE, ago, fleet, known, put, region, source, wave};

/// A bad day: eu-west-1 silent, ap-southeast-1 lagging and slow, us-east-1's certificate not
/// allowed to be seen, a probe that never ended.
pub fn bad_day() -> Snapshot {
    let mut snapshot = fleet(&THREE);
    silence(&mut snapshot, 1);
    slow(&mut snapshot);
    let home = region("us-east-1");
    snapshot.sites[0].certificate = Observed::missing(
        Missing::NotAllowed {
            action: "acm:DescribeCertificate".into(),
        },
        source("acm:DescribeCertificate", &home),
    );
    unhealthy(&mut snapshot, "hc-eu-west-1");
    unhealthy(&mut snapshot, "hc-eu-west-1-endpoint");
    for attempt in 0..3 {
        snapshot.ledger.enter(Call {
            at: ago(60 - 20 * attempt),
            service: "rds",
            operation: "DescribeDBClusters".into(),
            account: None,
            region: region("eu-west-1"),
            took: Duration::from_secs(5),
            outcome: Outcome::TimedOut,
            request_id: None,
            error: Some("no answer within 5 s".into()),
            dollars: 0.0,
        });
    }
    judge(&mut snapshot);
    snapshot
}

fn unhealthy(snapshot: &mut Snapshot, id: &str) {
    let home = Region::global();
    if let Some(check) = snapshot.edge.checks.get_mut(id) {
        put(
            &mut check.metrics,
            Metric::CheckStatus,
            wave(0.0, 0.0, 0.0),
            &home,
        );
        put(
            &mut check.metrics,
            Metric::CheckPercentHealthy,
            wave(0.0, 0.0, 0.0),
            &home,
        );
    }
}

/// ap-southeast-1 answers late, with errors, and its copy of the data lags.
fn slow(snapshot: &mut Snapshot) {
    let far = region("ap-southeast-1");
    let site = &mut snapshot.sites[2];
    put(
        &mut site.api.metrics,
        Metric::ApiLatencyP99,
        wave(1_840.0, 0.2, 0.4),
        &far,
    );
    put(
        &mut site.api.metrics,
        Metric::Api5xx,
        wave(600.0, 0.2, 0.4),
        &far,
    );
    site.alarms = known(
        vec![Alarm {
            name: "orders-p99-latency".into(),
            reason: "Threshold Crossed: 3 datapoints were greater than the threshold (1000.0)"
                .into(),
            since: Some(ago(420)),
            watches: None,
            measured: Some(Measured {
                metric: "Latency".into(),
                value: Some(2_030.4),
                comparison: ">",
                limit: 1_000.0,
            }),
        }],
        12,
        "cloudwatch:DescribeAlarms",
        &far,
    );
    if let Some(cluster) = snapshot.database.clusters.get_mut(&far) {
        put(
            &mut cluster.metrics,
            Metric::RpoLag,
            wave(48_000.0, 0.1, 0.2),
            &far,
        );
    }
}

/// The writer's Region is down for 14 minutes: it does not answer, and no secondary receives its data.
pub fn writer_gone() -> Snapshot {
    let mut snapshot = fleet(&THREE);
    silence(&mut snapshot, 0);
    for code in &THREE[1..] {
        let here = region(code);
        if let Some(cluster) = snapshot.database.clusters.get_mut(&here) {
            let lag = grown_in_silence(ago(14 * 60));
            put(&mut cluster.metrics, Metric::RpoLag, lag, &here);
        }
    }
    judge(&mut snapshot);
    snapshot
}

/// A lag of 180 ms that grows as time passes from `since` on.
fn grown_in_silence(since: Timestamp) -> Arc<Series> {
    let points = wave(180.0, 0.0, 0.0).points().to_vec().into_iter();
    let grown = points.map(|point| {
        let end = point.at + SignedDuration::from_mins(1);
        let unheard = end.duration_since(since).as_secs_f64() * 1e3;
        Point {
            value: point.value.max(unheard),
            ..point
        }
    });
    Arc::new(Series::new(Duration::from_mins(1), grown))
}

/// The Region at `index` gives no answer any more.
fn silence(snapshot: &mut Snapshot, index: usize) {
    let silent = region(THREE[index]);
    let why = || Missing::CouldNotAsk {
        why: "timed out after 5 s".into(),
    };
    let from = |api| source(api, &region(THREE[index]));
    let site = &mut snapshot.sites[index];
    let metrics: Vec<Metric> = site.api.metrics.iter().map(|(metric, _)| metric).collect();
    for metric in metrics {
        site.api
            .metrics
            .entry(metric)
            .renew(Err(why()), ago(20), from(CLOUDWATCH));
    }
    for function in &mut site.functions {
        let metrics: Vec<Metric> = function.metrics.iter().map(|(metric, _)| metric).collect();
        for metric in metrics {
            function
                .metrics
                .entry(metric)
                .renew(Err(why()), ago(20), from(CLOUDWATCH));
        }
    }
    site.alarms
        .renew(Err(why()), ago(20), from("cloudwatch:DescribeAlarms"));
    site.probe.renew(
        Err(Missing::CouldNotAsk {
            why: "connect: timed out".into(),
        }),
        ago(9),
        from("probe"),
    );
    site.reach = Reachability {
        round_trip: None,
        last_answer: Some(ago(250)),
        last_silence: Some(ago(3)),
        silent_calls: 14,
        last_error: Some("dispatch failure: connect timed out".into()),
        clock_skew_ms: None,
    };
    if let Some(cluster) = snapshot.database.clusters.get_mut(&silent) {
        cluster
            .state
            .renew(Err(why()), ago(20), from("rds:DescribeDBClusters"));
        cluster
            .events
            .renew(Err(why()), ago(20), from("rds:DescribeEvents"));
        let metrics: Vec<Metric> = cluster.metrics.iter().map(|(metric, _)| metric).collect();
        for metric in metrics {
            cluster
                .metrics
                .entry(metric)
                .renew(Err(why()), ago(20), from(CLOUDWATCH));
        }
    }
}
