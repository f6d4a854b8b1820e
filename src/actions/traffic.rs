//! What shows whether a Region serves clients: its own count without Route 53's health checkers, and where
//! that cannot tell, what DNS answers.

use jiff::{SignedDuration, Timestamp};

use super::format;
use gwctl_fleet::{CheckKind, DnsAnswer, Metric, Missing, Region, Served, Site, Snapshot};

/// A point older than this says nothing of now.
const OLD: SignedDuration = SignedDuration::from_mins(5);
/// What CloudWatch counts by.
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// An endpoint is unhealthy when no more than this share of checkers says healthy, in percent (aws-facts §3.4).
const QUORUM: f64 = 18.0;

/// `112 requests a minute, about 96 of them Route 53's health checks`.
pub(super) fn requests(served: &Served) -> String {
    let all = format!("{} requests a minute", format::count(served.requests));
    match served.checkers.expected {
        None => format!(
            "{all}; how many of them are Route 53's health checks is not known: the checks could not be read"
        ),
        // One in a hundred changes nothing.
        Some(expected) if expected < 1.0 || 100.0 * expected < served.requests => all,
        Some(expected) => {
            let expected = format::count(expected.min(served.requests));
            format!("{all}, about {expected} of them Route 53's health checks")
        }
    }
}

/// Whether DNS sends anybody to a Region.
pub(super) enum Answered {
    /// None of those that were asked get it.
    Nobody(String),
    /// Some do.
    Somebody(String),
    /// Some did when they were asked last, before the time in question.
    Before(String),
    /// Why it is not known.
    Unknown(String),
}

/// What DNS answered since `since`.
pub(super) fn answered(snapshot: &Snapshot, region: &Region, since: Timestamp) -> Answered {
    let observed = &snapshot.edge.answers;
    let Some(answers) = observed.current().filter(|answers| !answers.is_empty()) else {
        let why = observed
            .why_missing()
            .map_or_else(String::new, |why| format!(" ({why})"));
        return Answered::Unknown(format!("what DNS answers is not known{why}"));
    };
    // Places are asked one after the other: each answer has an age of its own.
    let at = |answer: &DnsAnswer| answer.at.or(observed.at());
    let is_new = |answer: &&DnsAnswer| at(answer).is_some_and(|at| at >= since);
    let (answers, old): (Vec<&DnsAnswer>, Vec<&DnsAnswer>) = answers.iter().partition(is_new);
    if answers.is_empty() {
        return Answered::Unknown("DNS has not been asked since".into());
    }
    let leads = |answer: &&DnsAnswer| answer.region.as_ref() == Some(region);
    let of = answers.len();
    let here = answers.iter().copied().filter(leads).count();
    let newest = answers.iter().copied().filter_map(at).max();
    let age = newest.map_or_else(String::new, |newest| {
        let age = gwctl_fleet::format::age(snapshot.at.duration_since(newest));
        format!(", the newest {age} old")
    });
    if here > 0 {
        return Answered::Somebody(format!("{here} of {of} DNS answers lead to {region}{age}"));
    }
    if let Some(before) = old.iter().copied().find(leads) {
        let age = at(before).map_or_else(String::new, |at| {
            let age = gwctl_fleet::format::age(snapshot.at.duration_since(at));
            format!(" {age} ago")
        });
        return Answered::Before(format!(
            "none of {of} new DNS answers leads to {region}, and {}, which was answered with it{age}, is asked again next",
            before.vantage
        ));
    }
    match answers.iter().find(|answer| answer.region.is_none()) {
        Some(answer) => Answered::Unknown(format!(
            "DNS answers {}: gwctl cannot tell which Region that is",
            answer.value
        )),
        // One resolver is led to one Region: that says nothing of other clients.
        None if answers.iter().all(|answer| answer.is_here()) => Answered::Unknown(format!(
            "DNS does not answer {region} here, and {}",
            snapshot
                .answers_elsewhere()
                .unwrap_or_else(|| "other places have not been asked yet".into())
        )),
        None => Answered::Nobody(format!("none of {of} DNS answers leads to {region}{age}")),
    }
}

/// Whether a Region gets so few of the fleet's clients that `percent` of its part would not be seen among its
/// health checks. Not known is not few.
pub(super) fn few(snapshot: &Snapshot, percent: f64, margin: f64) -> bool {
    let sites = snapshot.sites.iter().map(|site| &site.region);
    let clients: Option<f64> = sites.map(|region| snapshot.clients_last(region)).sum();
    let part = clients.map(|all| all / snapshot.sites.len().max(1) as f64);
    part.is_some_and(|part| part * percent / 100.0 <= margin)
}

/// Whether CloudWatch answers for the Region's API: having no points is an answer.
pub(super) fn asked(site: &Site) -> bool {
    let requests = site.api.metrics.get(Metric::ApiRequests);
    matches!(requests.why_missing(), None | Some(Missing::NoData))
}

/// Whether CloudWatch has figures of the Region's own database that are so new that those of a whole minute
/// after `from` would be there for its API as well.
pub(super) fn counts_there(snapshot: &Snapshot, region: &Region, from: Timestamp) -> bool {
    let cluster = snapshot.database.clusters.get(region);
    let mut series = cluster.into_iter().flat_map(|one| one.metrics.iter());
    series.any(|(metric, _)| {
        let latest = cluster.and_then(|one| one.metrics.latest(metric, snapshot.at));
        latest.is_some_and(|point| point.at >= from + MINUTE)
    })
}

/// As [`counts_there`], in another Region of the fleet: CloudWatch itself is not late.
pub(super) fn counts_elsewhere(snapshot: &Snapshot, from: Timestamp) -> bool {
    snapshot.sites.iter().any(|site| {
        let latest = site.api.metrics.latest(Metric::ApiRequests, snapshot.at);
        latest.is_some_and(|point| point.at >= from + MINUTE)
    })
}

/// Whether Route 53's checkers, which look from elsewhere, get no answer from the Region's endpoint.
pub(super) fn checkers_agree_it_is_gone(snapshot: &Snapshot, region: &Region) -> bool {
    let Some(site) = snapshot.site(region) else {
        return false;
    };
    let mut checks = snapshot.edge.checks.values();
    checks.any(|check| {
        let asks = check
            .config
            .last()
            .is_some_and(|config| match &config.kind {
                CheckKind::Endpoint { target, .. } => {
                    let host = target.split([':', '/']).next();
                    !config.disabled && host.is_some_and(|host| site.is_called(host))
                }
                _ => false,
            });
        let share = check
            .metrics
            .latest(Metric::CheckPercentHealthy, snapshot.at);
        asks && share.is_some_and(|point| {
            point.value <= QUORUM && snapshot.at.duration_since(point.at) <= OLD
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use gwctl_fleet::{FleetSpec, Observed, Source};

    const NOW: i64 = 1_000;

    fn region(code: &str) -> Region {
        Region::new(code).unwrap()
    }

    fn at(ago: i64) -> Timestamp {
        Timestamp::from_second(NOW - ago).unwrap()
    }

    /// What is said of `eu-west-1`, asked for since 20 s ago: each place, its Region, and the age of its answer.
    fn said(answers: &[(&str, &str, i64)]) -> Answered {
        let spec: FleetSpec = toml::from_str(include_str!("../cli/unbuilt.toml")).unwrap();
        let mut snapshot = Snapshot::blank("orders", &spec, at(0));
        let answer = |(place, code, ago): &(&str, &str, i64)| DnsAnswer {
            vantage: (*place).into(),
            value: "x".into(),
            region: Some(region(code)),
            ttl_s: None,
            at: Some(at(*ago)),
        };
        let answers = answers.iter().map(answer).collect();
        snapshot.edge.answers = Observed::known(answers, at(1), Source::probe());
        answered(&snapshot, &region("eu-west-1"), at(20))
    }

    #[test]
    fn an_answer_of_before_is_no_answer_of_now() {
        let (eu, us) = ("eu-west-1", "us-east-1");
        let before = said(&[("here", us, 1), ("Tokyo", us, 4), ("Amsterdam", eu, 35)]);
        let Answered::Before(text) = before else {
            panic!("Amsterdam was answered with it, and is to be asked again");
        };
        assert_eq!(
            text,
            "none of 2 new DNS answers leads to eu-west-1, and Amsterdam, which was answered with it 35s ago, is asked \
             again next"
        );
        let now = said(&[("here", us, 1), ("Tokyo", us, 4), ("Amsterdam", us, 5)]);
        let Answered::Nobody(text) = now else {
            panic!("nobody is answered with it");
        };
        assert_eq!(
            text,
            "none of 3 DNS answers leads to eu-west-1, the newest 1s old"
        );
        let still = said(&[("here", us, 1), ("Tokyo", eu, 4), ("Amsterdam", eu, 35)]);
        let Answered::Somebody(text) = still else {
            panic!("Tokyo is answered with it");
        };
        assert_eq!(
            text,
            "1 of 2 DNS answers lead to eu-west-1, the newest 1s old"
        );
        assert!(matches!(said(&[("Tokyo", eu, 35)]), Answered::Unknown(_)));
    }
}
