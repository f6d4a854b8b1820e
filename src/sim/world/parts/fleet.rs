//! The fleet: the Regions it is in, and what stands in each.

use crate::world::metrics::MetricStore;
use crate::world::model::{Api, Routing};
use crate::world::names;
use crate::world::parts::beside_series::{Beside, BesideSeries};
use crate::world::parts::faults::Faults;
use crate::world::parts::site_series::SiteSeries;
use crate::world::seed;
use crate::world::serving::{Outcome, Site};
use gwctl_fleet::{FleetSpec, Region, RoutingEndpoint};

/// The Regions, each with its API and functions.
#[derive(Debug, Clone)]
pub(in crate::world) struct Fleet {
    /// The one founded with the writer first, those with something built last.
    regions: Vec<Region>,
    /// How many of them the world was founded with.
    founded: usize,
    /// Whether they were founded with REST APIs.
    rest: bool,
    /// By Region.
    pub sites: Vec<Site>,
}

impl Fleet {
    /// As founded, with an API in every Region, in the same order.
    pub(in crate::world) fn new(
        seed: u64,
        regions: Vec<Region>,
        rest: bool,
        (apis, beside): (&[Api], &[Beside]),
        metrics: &mut MetricStore,
    ) -> Self {
        let mut sites: Vec<Site> = regions
            .iter()
            .map(|region| Site::new(seed, region))
            .collect();
        let elsewhere = regions.iter().cycle().skip(1);
        for ((site, api), elsewhere) in sites.iter_mut().zip(apis).zip(elsewhere) {
            site.beside = BesideSeries::new(metrics, beside, (api, elsewhere), seed);
            site.api = Some(api.id.clone());
            site.series = Some(SiteSeries::new(metrics, api, &names::FUNCTIONS));
        }
        Self {
            founded: regions.len(),
            regions,
            rest,
            sites,
        }
    }

    pub(in crate::world) fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// The configuration that names it as it was founded. What was built since is not in it.
    pub(in crate::world) fn spec(&self, seed: u64, routing: Option<&Routing>) -> FleetSpec {
        let mut spec = seed::spec(seed, &self.regions[..self.founded], self.rest);
        let endpoints = routing.into_iter().flat_map(|one| &one.endpoints);
        spec.edge.routing_endpoints = endpoints
            .map(|(region, url)| RoutingEndpoint {
                region: region.clone(),
                url: url.clone(),
            })
            .collect();
        spec
    }

    /// Where a Region is in it.
    pub(in crate::world) fn site_of(&self, region: &Region) -> Option<usize> {
        self.regions.iter().position(|one| one == region)
    }

    /// The site whose Regional endpoint `host` is or was.
    pub(in crate::world) fn site_of_host(&self, host: &str) -> Option<usize> {
        let host = host.trim_end_matches('.');
        let mut sites = self.sites.iter();
        sites.position(|site| site.host.as_deref() == Some(host))
    }

    /// Whether nothing answers in a Region of the fleet.
    pub(in crate::world) fn is_dark(&self, region: &Region) -> bool {
        self.site_of(region)
            .is_some_and(|site| self.sites[site].strikes.dark)
    }

    /// It is in another Region too.
    pub(in crate::world) fn add(&mut self, seed: u64, region: &Region) {
        self.regions.push(region.clone());
        self.sites.push(Site::new(seed, region));
    }

    /// Faults started or ended, or there are more Regions to strike.
    pub(in crate::world) fn look_at(&mut self, faults: &Faults, seed: u64) {
        for (site, region) in self.sites.iter_mut().zip(&self.regions) {
            site.strikes = faults.on(region, seed);
        }
    }

    /// What came of the step that ends now.
    pub(in crate::world) fn count_served(&mut self, now: i64, outcomes: &[Outcome]) {
        for (site, outcome) in self.sites.iter_mut().zip(outcomes) {
            site.served
                .add(now, outcome.requests - outcome.silent - outcome.distrusted);
        }
    }

    /// Requests that arrived in `region` within the last minute and were answered.
    pub(in crate::world) fn requests_served(&self, region: &Region) -> Option<f64> {
        let site = self.site_of(region)?;
        Some(self.sites[site].served.sum())
    }

    /// The APIs and functions publish the minute that has just ended; those of dark Regions do not.
    pub(in crate::world) fn publish(&mut self, metrics: &mut MetricStore, minute: i64) {
        for site in &mut self.sites {
            let counted = std::mem::take(&mut site.minute);
            site.log.minute_ended();
            site.beside
                .publish(metrics, minute, &counted, site.strikes.dark);
            if let Some(series) = site.series.as_ref().filter(|_| !site.strikes.dark) {
                series.publish(metrics, minute, counted);
            }
        }
    }
}
