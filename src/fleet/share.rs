//! Which Region serves how much of the traffic.

use jiff::{SignedDuration, Timestamp};

use super::hundred::in_hundred;
use super::shares::Shares;
use super::{Metric, Missing, Region, Site, Snapshot, format};

/// Points of the same minute may appear this much later in one Region than in another.
const LATE: SignedDuration = SignedDuration::from_mins(2);

/// A Region whose figures end this long before the others', although CloudWatch answers for it, had no requests:
/// a Region without traffic has no points (aws-facts §1.2). Before that its points may only be late.
const SILENT: SignedDuration = SignedDuration::from_mins(5);

/// Where health checkers may make out more than this part of all clients, no share is told.
const TELLING: f64 = 0.05;

/// A share of all clients' requests: those of health checkers are not among them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// 0..100.
    pub percent: f64,
    /// The same as it is told: the shares of all Regions are 100 together.
    pub told: f64,
    /// The end of the minute it is of.
    pub at: Timestamp,
}

/// Whether `all` clients' requests tell shares, where so many of a Region's may be health checkers' ([`super::Served::margin`]).
pub fn tells(unsure: f64, all: f64) -> bool {
    unsure <= TELLING * all
}

/// What is known of the requests of a Region.
enum Served {
    /// There were none lately.
    None,
    /// Figures up to this minute.
    Until(Timestamp),
}

impl Snapshot {
    /// The share of all clients' requests that `region` served in the newest minute of which the figures of every
    /// Region are known. One Region whose requests are not known makes every share unknown: of what is known
    /// alone the others would seem to serve more than they do.
    ///
    /// # Errors
    /// Why it is not known: [`Missing::NoData`] where no Region served a request.
    pub fn traffic_share(&self, region: &Region) -> Result<Share, Missing> {
        let now;
        let shares = if let Some(known) = &self.shares {
            known
        } else {
            now = self.shares_now();
            &now
        };
        let shares = shares.as_ref().map_err(Clone::clone)?;
        let all: f64 = shares.clients.iter().sum();
        let mut sites = self.sites.iter();
        match sites.position(|site| &site.region == region) {
            Some(place) if all > 0.0 => Ok(Share {
                percent: 100.0 * shares.clients[place] / all,
                told: in_hundred(&shares.clients)[place],
                at: shares.at,
            }),
            _ => Err(Missing::NoData),
        }
    }

    /// All shares, by the figures as they stand.
    pub(super) fn shares_now(&self) -> Result<Shares, Missing> {
        let known: Vec<(&Site, Served)> = self
            .sites
            .iter()
            .map(|site| Ok((site, self.figures_of(site)?)))
            .collect::<Result<_, Missing>>()?;
        let ends = known.iter().filter_map(|(_, served)| match served {
            Served::Until(at) => Some(*at),
            Served::None => None,
        });
        let last = ends.clone().max().ok_or(Missing::NoData)?;
        let is_silent = |at: Timestamp| last.duration_since(at) > SILENT;
        let common = ends.filter(|at| !is_silent(*at)).min().unwrap_or(last);
        let mut clients = Vec::with_capacity(known.len());
        let mut unsure: f64 = 0.0;
        let mut end = common;
        for (site, served) in known {
            let requests = match served {
                Served::Until(at) if !is_silent(at) => {
                    if last.duration_since(at) > LATE {
                        return Err(late(site, last.duration_since(at)));
                    }
                    let series = site.api.metrics.get(Metric::ApiRequests).current();
                    let series = series.ok_or(Missing::NotYet)?;
                    end = common + SignedDuration::try_from(series.period).unwrap_or_default();
                    // AWS tells of a later minute, and has nothing of this one: no requests, no point.
                    let of_then = series.points().iter().rev().find(|it| it.at == common);
                    of_then.map_or(0.0, |point| {
                        let served = self.served_in(site, *point);
                        unsure = unsure.max(served.margin());
                        served.clients()
                    })
                }
                Served::Until(_) | Served::None => 0.0,
            };
            clients.push(requests);
        }
        let age = self.at.duration_since(end);
        if age.as_secs_f64() > self.thresholds.metric_stale_s {
            let why = format!("the newest figures are {} old", format::rough(age));
            return Err(Missing::CouldNotAsk { why });
        }
        let all: f64 = clients.iter().sum();
        if all > 0.0 && !tells(unsure, all) {
            let why = "too few clients to tell them from Route 53's health checks".into();
            return Err(Missing::CouldNotAsk { why });
        }
        Ok(Shares { at: end, clients })
    }

    fn figures_of(&self, site: &Site) -> Result<Served, Missing> {
        let requests = site.api.metrics.get(Metric::ApiRequests);
        match requests.why_missing() {
            Some(Missing::NoData) => return Ok(Served::None),
            Some(Missing::CouldNotAsk { why }) => {
                return Err(Missing::CouldNotAsk {
                    why: format!("the requests of {} are not known: {why}", site.region),
                });
            }
            Some(why) => return Err(why.clone()),
            None => {}
        }
        let asked = requests.age(self.at).ok_or(Missing::NotYet)?;
        if asked.as_secs_f64() > self.thresholds.metric_stale_s {
            return Err(late(site, asked));
        }
        let series = requests.current().ok_or(Missing::NotYet)?;
        match series.settled(self.at) {
            Some(point) => Ok(Served::Until(point.at)),
            None if series.is_empty() => Ok(Served::None),
            // Its first minute is still being counted.
            None => Err(Missing::NotYet),
        }
    }
}

fn late(site: &Site, by: SignedDuration) -> Missing {
    Missing::CouldNotAsk {
        why: format!(
            "the figures of {} are {} late",
            site.region,
            format::rough(by)
        ),
    }
}
