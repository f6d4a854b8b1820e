//! A database that refuses new connections.

use super::failing::Failing;
use super::logged::Errors;
use super::told::{beside_usual, of_engine, since};
use super::words::Says;
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use gwctl_fleet::{Metric, Region, Site, format};

/// From this part of the errors on, they are what the functions fail of.
const MANY: f64 = 0.2;
/// As many times the usual number of connections speak for it.
const RISEN: f64 = 2.0;

pub(super) fn look(evidence: &Evidence<'_>, site: &Site) -> Option<Hypothesis> {
    let failing = Failing::of(evidence, site)?.saying(evidence, Says::NoConnection, MANY)?;
    let errors = Errors::of(evidence, &failing)?;
    let quoted = errors.first(Says::NoConnection)?;
    let (region, began) = (failing.region(), failing.began());
    let cluster = evidence.picture.database.clusters.get(region);
    let open = cluster.zip(began).and_then(|(cluster, began)| {
        let (metrics, now) = (&cluster.metrics, evidence.picture.at);
        beside_usual(metrics, Metric::DbConnections, began, now)
    });
    let mut hypothesis = failing.hypothesis(evidence, "connections-exhausted");
    hypothesis.sentence = format!(
        "The database in {region} refuses new connections{}, and {} there, {}: {}",
        since(began),
        failing.fail(),
        failing.much(),
        errors.share(quoted)
    );
    hypothesis.supports.push(errors.told(quoted));
    let (sure, why) = match open {
        Some((now, usual)) if now >= RISEN * usual => {
            hypothesis.supports.push(told(region, (now, usual)));
            (
                Sureness::High,
                "the database says so itself, and its connections are many times as many as usual",
            )
        }
        Some(known) => {
            hypothesis.contradicts.push(told(region, known));
            (
                Sureness::Medium,
                "the database says so itself, though its connections are about as many as usual",
            )
        }
        None => (
            Sureness::Medium,
            "the database says so itself; how many connections it has is not known",
        ),
    };
    (hypothesis.sure, hypothesis.why) = (sure, why.into());
    let ask = of_engine(
        evidence,
        "`SELECT usename, state, count(*) FROM pg_stat_activity GROUP BY 1, 2`",
        "`SHOW PROCESSLIST`",
    );
    hypothesis.apart = Some(format!("who holds the connections: {ask}"));
    Some(hypothesis)
}

fn told(region: &Region, (now, usual): (f64, f64)) -> String {
    format!(
        "{region}: {} connections are open to an instance of the database, usually {}",
        format::count(now),
        format::count(usual)
    )
}
