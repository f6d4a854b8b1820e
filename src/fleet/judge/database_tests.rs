//! The database's judgement.

use super::super::fixture::{Fixture, ask_failed, headline, region};
use super::*;
use crate::{FailoverState, Metric};

fn judged(change: impl FnOnce(&mut Fixture)) -> (Verdict, String) {
    let mut fixture = Fixture::healthy();
    change(&mut fixture);
    let judgement = fixture.judged().database.judgement;
    headline(&judgement)
}

fn cluster(f: &mut Fixture, code: &str, change: impl FnOnce(&mut ClusterState)) {
    let mut state = f.0.database.clusters[&region(code)]
        .state
        .current()
        .unwrap()
        .clone();
    change(&mut state);
    f.0.database.clusters.get_mut(&region(code)).unwrap().state = Fixture::known(state);
}

fn topology(f: &mut Fixture, change: impl FnOnce(&mut Topology)) {
    let mut topology = f.0.database.topology.current().unwrap().clone();
    change(&mut topology);
    f.0.database.topology = Fixture::known(topology);
}

#[test]
fn lag_is_told_with_its_limit_and_never_means_down() {
    let said = judged(|f| f.lag("eu-west-1", 12_000.0));
    assert_eq!(
        said,
        (
            Verdict::Degraded,
            "replication lag in eu-west-1 12 s, limit 1 s".into()
        )
    );
    let said = judged(|f| f.lag("eu-west-1", 90_000.0));
    assert_eq!(
        said,
        (
            Verdict::Degraded,
            "replication lag in eu-west-1 90 s, critical limit 30 s".into()
        )
    );
}

#[test]
fn a_secondary_that_reports_no_lag_is_unknown() {
    let said = judged(|f| {
        let metrics = &mut f
            .0
            .database
            .clusters
            .get_mut(&region("eu-west-1"))
            .unwrap()
            .metrics;
        Fixture::no_data(metrics, Metric::RpoLag);
    });
    assert_eq!(
        said,
        (
            Verdict::Unknown,
            "eu-west-1 reports no replication lag".into()
        )
    );
}

#[test]
fn a_writer_that_reports_no_load_is_not_healthy() {
    let writer = |f: &mut Fixture, change: fn(&mut crate::Metrics, Metric)| {
        let clusters = &mut f.0.database.clusters;
        let metrics = &mut clusters.get_mut(&region("us-east-1")).unwrap().metrics;
        for metric in LOAD {
            change(metrics, metric);
        }
    };
    let said = judged(|f| writer(f, Fixture::no_data));
    let words = "writer orders-us-east-1 reports no CPU, connections or commits";
    let unknown = ": whether it works is not known";
    assert_eq!(said, (Verdict::Unknown, format!("{words}{unknown}")));
    let old = |metrics: &mut crate::Metrics, metric| {
        let at = Fixture::now() - SignedDuration::from_mins(8);
        Fixture::put(metrics, metric, at, 12.0);
    };
    let said = judged(|f| writer(f, old));
    assert_eq!(
        said,
        (Verdict::Unknown, format!("{words} for 7 min{unknown}"))
    );
    // A question that failed is no silence.
    let unanswered = |metrics: &mut crate::Metrics, metric| {
        ask_failed(metrics.entry(metric), "no answer in time");
    };
    assert_eq!(judged(|f| writer(f, unanswered)).0, Verdict::Healthy);
    let said = judged(|f| {
        writer(f, old);
        writer(f, unanswered);
    });
    let words = "CloudWatch in eu-west-1 could not be asked: no answer in time";
    assert_eq!(said, (Verdict::Unknown, words.into()));
}

#[test]
fn the_writer_decides_between_down_and_degraded() {
    let said = judged(|f| cluster(f, "us-east-1", |c| c.status = "stopped".into()));
    assert_eq!(
        said,
        (
            Verdict::Down,
            "orders-us-east-1 in us-east-1 is stopped".into()
        )
    );
    let said = judged(|f| cluster(f, "us-east-1", |c| c.status = "backing-up".into()));
    assert_eq!(said.0, Verdict::Healthy);
    let said = judged(|f| {
        cluster(f, "us-east-1", |c| {
            c.instances[0].status = "rebooting".into();
        });
    });
    assert_eq!(said.0, Verdict::Down);
    let said = judged(|f| cluster(f, "eu-west-1", |c| c.status = "stopped".into()));
    assert_eq!(said.0, Verdict::Degraded);
    let said = judged(|f| topology(f, |t| t.members.iter_mut().for_each(|m| m.writer = false)));
    assert_eq!(said, (Verdict::Down, "no member is the writer".into()));
}

#[test]
fn a_silent_writer_is_down_once_no_secondary_hears_of_it() {
    let silent_writer = |f: &mut Fixture| {
        f.silent("us-east-1");
        let cluster = f.0.database.clusters.get_mut(&region("us-east-1")).unwrap();
        ask_failed(&mut cluster.state, "no answer in time");
    };
    assert_eq!(judged(silent_writer).0, Verdict::Unknown);
    let said = judged(|f| {
        silent_writer(f);
        f.silence("eu-west-1", 4);
    });
    assert_eq!(said.0, Verdict::Degraded, "one secondary still hears of it");
    let said = judged(|f| {
        silent_writer(f);
        f.lag("eu-west-1", 240_000.0);
        f.lag("ap-southeast-1", 245_000.0);
    });
    assert_eq!(said.0, Verdict::Degraded, "both are behind, and hear of it");
    let said = judged(|f| {
        silent_writer(f);
        f.silence("eu-west-1", 4);
        f.silence("ap-southeast-1", 4);
    });
    let words = "writer orders-us-east-1 does not answer, and no replication from it for 4 min";
    assert_eq!(said, (Verdict::Down, words.into()));
}

#[test]
fn a_silence_is_told_as_one_and_not_as_a_lag() {
    let said = judged(|f| f.silence("eu-west-1", 14));
    let words = "eu-west-1: last replication 14 min ago; lag then 180 ms";
    assert_eq!(said, (Verdict::Degraded, words.into()));
}

#[test]
fn what_is_worked_on_or_not_known_is_no_outage() {
    let instance = |status: &'static str| {
        judged(|f| cluster(f, "us-east-1", |c| c.instances[0].status = status.into()))
    };
    let words = "writer instance orders-us-east-1-0 is modifying: it still serves";
    assert_eq!(instance("modifying"), (Verdict::Degraded, words.into()));
    let said = instance("some-new-status");
    assert_eq!(said.0, Verdict::Degraded);
    assert!(
        said.1.contains("a status that gwctl does not know"),
        "{}",
        said.1
    );
    let said = judged(|f| cluster(f, "us-east-1", |c| c.status = "some-new-status".into()));
    assert_eq!(said.0, Verdict::Degraded);
    let secondary = |status: &'static str| {
        judged(|f| {
            cluster(f, "eu-west-1", |c| {
                c.instances.truncate(1);
                c.instances[0].status = status.into();
            });
        })
    };
    assert_eq!(secondary("modifying").0, Verdict::Healthy);
    assert!(
        !secondary("some-new-status")
            .1
            .contains("cannot be promoted")
    );
    assert!(secondary("stopped").1.contains("cannot be promoted"));
}

#[test]
fn a_region_without_its_part_of_the_database_is_degraded() {
    let detach = |f: &mut Fixture| {
        topology(f, |t| {
            t.members.retain(|m| m.region.as_str() != "eu-west-1");
        });
        f.0.database.clusters.remove(&region("eu-west-1"));
    };
    let words = "eu-west-1 has no member of global cluster orders: writes to a cluster there are not replicated";
    assert_eq!(judged(detach), (Verdict::Degraded, words.into()));
    let mut fixture = Fixture::healthy();
    detach(&mut fixture);
    let fleet = fixture.judged();
    assert_eq!(fleet.judgement.verdict, Verdict::Degraded);
    let site = &fleet.site(&region("eu-west-1")).unwrap().judgement;
    assert_eq!(
        (site.verdict, site.reasons[0].text.as_str()),
        (Verdict::Degraded, words)
    );
}

#[test]
fn a_headless_secondary_cannot_be_promoted_and_says_so() {
    let headless = |f: &mut Fixture| cluster(f, "eu-west-1", |c| c.instances.clear());
    let (verdict, said) = judged(headless);
    assert_eq!(verdict, Verdict::Degraded, "neither down nor healthy");
    assert!(said.contains("headless: it has no instance"), "{said}");
    assert!(said.contains("cannot become the writer"), "{said}");
    let mut fixture = Fixture::healthy();
    headless(&mut fixture);
    let fleet = fixture.judged();
    let site = fleet.site(&region("eu-west-1")).unwrap();
    assert_eq!(
        site.judgement.verdict,
        Verdict::Healthy,
        "its API is judged by its own figures: {:?}",
        site.judgement.reasons
    );
}

#[test]
fn the_lag_of_a_headless_secondary_that_is_not_reported_is_unknown_and_says_why() {
    let mut fixture = Fixture::healthy();
    cluster(&mut fixture, "eu-west-1", |c| c.instances.clear());
    let clusters = &mut fixture.0.database.clusters;
    let metrics = &mut clusters.get_mut(&region("eu-west-1")).unwrap().metrics;
    Fixture::no_data(metrics, Metric::RpoLag);
    let judgement = fixture.judged().database.judgement;
    let lag = judgement.reasons.iter().find(|r| r.about == "lag").unwrap();
    assert_eq!(lag.verdict, Verdict::Unknown);
    assert!(lag.text.contains("headless"), "{}", lag.text);
}

#[test]
fn a_writer_where_the_fleet_is_not_is_told() {
    let elsewhere = |f: &mut Fixture| {
        topology(f, |t| {
            let mut member = t.members[0].clone();
            for other in &mut t.members {
                other.writer = false;
            }
            member.writer = true;
            member.region = region("eu-north-1");
            member.cluster = "orders-eun1".into();
            member.arn = member.arn.replace("us-east-1", "eu-north-1");
            t.members.push(member);
        });
        let cluster = f.0.database.clusters[&region("us-east-1")].clone();
        f.0.database.clusters.insert(region("eu-north-1"), cluster);
    };
    let mut fixture = Fixture::healthy();
    elsewhere(&mut fixture);
    let judgement = fixture.judged().database.judgement;
    let told = |r: &&Reason| {
        r.text
            .contains("orders-eun1 is in eu-north-1, where the fleet has no API")
    };
    let reason = judgement.reasons.iter().find(told);
    assert_eq!(
        reason.map(|r| r.verdict),
        Some(Verdict::Degraded),
        "{:?}",
        judgement.reasons
    );
}

#[test]
fn instances_of_serverless_that_report_no_capacity_are_paused() {
    let scaled = |acu: f64| {
        judged(|f| {
            cluster(f, "eu-west-1", |c| {
                c.capacity = Some(crate::Capacity {
                    min: 0.0,
                    max: 16.0,
                });
                for one in &mut c.instances {
                    one.class = "db.serverless".into();
                }
            });
            let at = f.0.at - jiff::SignedDuration::from_mins(2);
            let clusters = &mut f.0.database.clusters;
            let metrics = &mut clusters.get_mut(&region("eu-west-1")).unwrap().metrics;
            Fixture::put(metrics, Metric::DbCapacity, at, acu);
        })
    };
    assert_eq!(scaled(0.5).0, Verdict::Healthy);
    let (verdict, said) = scaled(0.0);
    assert_eq!(verdict, Verdict::Degraded);
    assert!(
        said.contains("is paused: its instances report 0 ACU"),
        "{said}"
    );
}

#[test]
fn a_proxy_that_does_not_reach_the_writer_is_told() {
    let proxied = |status: &str, state: &str| {
        judged(|f| {
            let proxy = crate::DbProxy {
                name: "orders-proxy".into(),
                status: status.into(),
                endpoint: None,
                cluster: "orders-us-east-1".into(),
                targets: vec![crate::ProxyTarget {
                    instance: "orders-us-east-1-0".into(),
                    role: Some("READ_WRITE".into()),
                    state: Some(state.into()),
                    reason: Some("AUTH_FAILURE".into()),
                }],
            };
            let clusters = &mut f.0.database.clusters;
            clusters.get_mut(&region("us-east-1")).unwrap().proxies = Fixture::known(vec![proxy]);
        })
    };
    assert_eq!(proxied("available", "AVAILABLE").0, Verdict::Healthy);
    let said = proxied("available", "UNAVAILABLE").1;
    assert_eq!(
        said,
        "RDS Proxy orders-proxy in us-east-1 does not reach orders-us-east-1-0 (AUTH_FAILURE)"
    );
    assert_eq!(
        proxied("suspended", "AVAILABLE").1,
        "RDS Proxy orders-proxy in us-east-1 is suspended"
    );
}

#[test]
fn a_running_failover_is_told_with_its_target() {
    let said = judged(|f| {
        topology(f, |t| {
            t.status = "failing-over".into();
            t.failover = Some(FailoverState {
                status: "failing-over".into(),
                from: None,
                to: Some("arn:aws:rds:eu-west-1:123456789012:cluster:orders-euw1".into()),
                data_loss_allowed: true,
            });
        });
    });
    assert_eq!(
        said,
        (
            Verdict::Degraded,
            "failing-over to orders-euw1 is under way, data loss allowed".into()
        )
    );
}

#[test]
fn what_could_not_be_seen_is_unknown_with_the_reason() {
    let said = judged(|f| ask_failed(&mut f.0.database.topology, "time-out after 5 s"));
    assert_eq!(
        said,
        (
            Verdict::Unknown,
            "RDS in eu-west-1 could not be asked: time-out after 5 s".into()
        )
    );
    let said = judged(|f| {
        let state = &mut f
            .0
            .database
            .clusters
            .get_mut(&region("eu-west-1"))
            .unwrap()
            .state;
        ask_failed(state, "time-out after 5 s");
    });
    assert_eq!(said.0, Verdict::Unknown);
    let said = judged(|f| f.0.at += jiff::SignedDuration::from_mins(10));
    assert_eq!(said, (Verdict::Unknown, "topology is 10 min old".into()));
}
