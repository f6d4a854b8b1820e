//! Waiting until a Region's clients are gone, or back.

use serde::{Deserialize, Serialize};

use super::work::{Context, Observation, Work};
use crate::traffic::{self, Answered};
use crate::unreachable::is_unreachable;
use crate::{Expected, PlannedCall, format};
use gwctl_fleet::{Metric, Missing, Region, Served, Site, Snapshot};

/// Until the Region's own request count shows that its clients are gone, or back (aws-facts §5.3: DNS
/// alone does not prove it). Route 53's health checkers ask an evacuated Region as well (aws-facts §20.2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AwaitTraffic {
    pub region: Region,
    /// Its clients' requests a minute before.
    pub before: Option<f64>,
    /// Gone when no more than this share of them is left, in percent.
    pub percent: f64,
    /// Whether they must go.
    pub gone: bool,
    /// For how long resolvers, routers and connections keep an old answer, in seconds.
    #[serde(default = "caches_s")]
    pub caches_s: u64,
}

/// As for records that live for a minute.
const fn caches_s() -> u64 {
    180
}

/// What the count says of the clients.
enum Count {
    /// They are gone.
    Gone(String),
    /// Some are there.
    There(String),
    /// It does not tell: too few, or no figures.
    Silent(String),
}

/// How long it takes until figures show where clients go.
pub(super) const fn until_figures_tell() -> Expected {
    Expected::between(
        210,
        60,
        600,
        "AWS: resolvers keep an answer for its TTL, figures come minutes later (aws-facts §1.3)",
    )
}

impl Work for AwaitTraffic {
    fn calls(&self) -> Vec<PlannedCall> {
        Vec::new()
    }

    fn times(&self) -> (Expected, u64) {
        (until_figures_tell(), 1_200)
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let snapshot = context.run.snapshot();
        let Some(site) = snapshot.site(&self.region) else {
            return Observation::Wrong(format!("the fleet is not in {}", self.region));
        };
        if self.gone {
            self.until_gone(site, &snapshot, context)
        } else {
            self.until_back(site, &snapshot, context)
        }
    }
}

impl AwaitTraffic {
    fn until_gone(&self, site: &Site, snapshot: &Snapshot, context: &Context<'_>) -> Observation {
        let said = match self.count(site, snapshot, context) {
            Count::Gone(text) => return Observation::Done(text),
            Count::There(text) => return Observation::Underway(text),
            Count::Silent(text) => text,
        };
        // Where the count cannot decide, DNS does, after the cached older answers expired.
        let left = self.caches_s.saturating_sub(context.elapsed_s());
        match traffic::answered(snapshot, &self.region, context.since) {
            Answered::Somebody(dns) | Answered::Before(dns) => {
                Observation::Underway(format!("{said}; {dns}"))
            }
            Answered::Nobody(dns) if left == 0 => Observation::Done(format!(
                "{said}; {dns}, and older answers in caches have expired"
            )),
            Answered::Unknown(dns) if left == 0 => Observation::Ask(format!(
                "{said}; {dns}: check whether {} still serves clients",
                self.region
            )),
            Answered::Nobody(dns) | Answered::Unknown(dns) => Observation::Underway(format!(
                "{said}; {dns}; caches keep older answers for {} more",
                format::seconds(left)
            )),
        }
    }

    /// What the newest whole minute since the step began tells.
    fn count(&self, site: &Site, snapshot: &Snapshot, context: &Context<'_>) -> Count {
        let region = &self.region;
        if is_unreachable(site, snapshot.at) {
            return if traffic::checkers_agree_it_is_gone(snapshot, region) {
                Count::Gone(format!(
                    "{region} answers neither API calls nor Route 53's health checks: no clients reach it"
                ))
            } else {
                Count::Silent(format!(
                    "{region} does not answer: its requests cannot be counted"
                ))
            };
        }
        let latest = site.api.metrics.latest(Metric::ApiRequests, snapshot.at);
        let Some(point) = latest.filter(|point| point.at >= context.since) else {
            let from = latest.map_or(context.since, |point| context.since.max(point.at));
            return self.without_points(site, snapshot, from);
        };
        let served = snapshot.served_in(site, point);
        let said = traffic::requests(&served);
        let limit = self.before.map(|before| before * self.percent / 100.0);
        match (limit, self.before) {
            // The count decides as long as what is looked for is more than what checkers may vary by.
            (Some(limit), Some(before)) if limit >= served.margin() => {
                let left = 100.0 * served.clients() / before;
                let text = format!("{said}; {} of its clients are left", format::percent(left));
                if served.clients() <= limit {
                    Count::Gone(text)
                } else {
                    Count::There(text)
                }
            }
            _ if served.shows_clients() => Count::There(said),
            _ => Count::Silent(format!(
                "{said}: too few to tell clients from health checks"
            )),
        }
    }

    /// Without requests there are no points: newer ones of something else say that CloudWatch is not late.
    fn without_points(&self, site: &Site, snapshot: &Snapshot, from: jiff::Timestamp) -> Count {
        let region = &self.region;
        if !traffic::asked(site) {
            let requests = site.api.metrics.get(Metric::ApiRequests);
            let why = requests.why_missing().unwrap_or(&Missing::NotYet);
            return Count::Silent(format!("the requests of {region} are not known: {why}"));
        }
        if traffic::counts_there(snapshot, region, from) {
            return Count::Gone(format!(
                "no requests in {region} any more, while CloudWatch has newer figures of its database"
            ));
        }
        if traffic::counts_elsewhere(snapshot, from) {
            return Count::Silent(format!(
                "no requests counted in {region} any more, while others have newer figures"
            ));
        }
        Count::There("no complete minute of figures yet".into())
    }

    fn until_back(&self, site: &Site, snapshot: &Snapshot, context: &Context<'_>) -> Observation {
        let latest = site.api.metrics.latest(Metric::ApiRequests, snapshot.at);
        let Some(point) = latest.filter(|point| point.at >= context.since) else {
            return Observation::Underway("no complete minute of figures yet".into());
        };
        let served = snapshot.served_in(site, point);
        let coming = Coming {
            percent: self.percent,
            caches_s: self.caches_s,
        };
        clients_came(context, snapshot, &self.region, &served, coming)
            .map_or_else(|seen| seen, Observation::Done)
    }
}

/// Clients that are expected in a Region.
#[derive(Clone, Copy)]
pub(super) struct Coming {
    /// The part of an equal share of them that comes at first, in percent.
    percent: f64,
    /// For how long older answers of DNS are kept, in seconds.
    caches_s: u64,
}

/// From the end of older answers to the minute that shows the clients: CloudWatch tells it up to three minutes
/// late (aws-facts §1.3).
const SHOWS_S: u64 = 300;

impl Coming {
    /// To a Region that takes its first traffic.
    pub(super) const FIRST: Self = Self {
        percent: 5.0,
        caches_s: caches_s(),
    };
}

/// How one knows that clients have come to a Region, or what is waited for.
pub(super) fn clients_came(
    context: &Context<'_>,
    snapshot: &Snapshot,
    region: &Region,
    served: &Served,
    coming: Coming,
) -> Result<String, Observation> {
    let said = traffic::requests(served);
    if served.shows_clients() {
        return Ok(said);
    }
    let few = traffic::few(snapshot, coming.percent, served.margin());
    let said = if few {
        format!("{said}: the fleet has too few clients to tell them from health checks")
    } else {
        format!("{said}: no clients are seen yet")
    };
    match traffic::answered(snapshot, region, context.since) {
        Answered::Somebody(dns) if few && served.requests > 0.0 => {
            Ok(format!("{said}; {dns}, and it answers requests"))
        }
        // A small Region of a large fleet, or one that the edge passes over.
        Answered::Somebody(dns) if context.elapsed_s() >= coming.caches_s + SHOWS_S => {
            Err(Observation::Ask(format!(
                "{said}; {dns}: check whether {region} serves its clients"
            )))
        }
        Answered::Somebody(dns)
        | Answered::Before(dns)
        | Answered::Nobody(dns)
        | Answered::Unknown(dns) => Err(Observation::Underway(format!("{said}; {dns}"))),
    }
}
