//! The simulated AWS as a world: resources, physics, faults and scenarios on a virtual clock.
//!
//! The same seed and start give the same run. `sim/wire` prints what is here in AWS's protocols.

mod admission;
mod aftermath;
mod alarms;
mod checkers;
mod clients;
mod clock;
mod database;
mod deployments;
mod dns;
mod edge;
mod edge_changes;
mod formation;
mod forwarding;
mod geo;
mod health;
mod membership;
pub mod metrics;
pub mod model;
mod names;
mod networks;
mod noise;
mod offers;
mod parts;
mod physics;
mod probe;
mod promotion;
mod publish;
mod publish_database;
mod record_sets;
mod recovery;
mod replication;
mod resources;
mod rng;
mod scenario;
mod seed;
mod seed_alarms;
mod seed_checks;
mod seed_database;
mod seed_options;
mod seed_recovery;
mod served;
mod serving;
mod sim;
pub mod sketch;
mod snapshots;
mod standing;
mod statistic;
mod telling;
mod time;

use jiff::Timestamp;

pub use crate::world::parts::dns::DnsAnswer;
pub use crate::world::parts::promotion::PromotionRefused;
pub use edge_changes::{InvalidationRefused, covers};
pub(crate) use formation::{Deletion, Execution, FormationRefused, Given, Proposal, TemplateGiven};
pub use membership::DetachRefused;
pub use metrics::{MetricId, MetricStore};
pub use model::Resources;
pub use names::{SWITCH_METRIC, SWITCH_NAMESPACE};
pub use networks::{Vantage, place_of};
pub use offers::offered;
pub use parts::admission::{Admission, Refusal};
pub use parts::control::Control;
pub use parts::faults::{Fault, FaultKind, FaultStatus};
pub use parts::probe::{ProbeOutcome, ResolveOutcome};
pub use parts::record::{CallCounts, Calls, Mutation};
pub use parts::tamper::{How, Tamper};
pub use parts::totals::Totals;
pub use physics::{MetricCheckFollows, Physics};
pub use record_sets::RecordsRefused;
pub use recovery::RoutingRefused;
pub use resources::{Changed, Made, NO_FORWARDING, Owned, Wanted};
pub use scenario::{Event, Happening, Scenario, ScenarioError};
pub use sim::{History, Moment, Sim, SimError, SimOptions, StateGuard};
pub use snapshots::CopyRefused;

use gwctl_fleet::{FleetSpec, Region, RoutingEndpoint};
use parts::dns::Dns;
use parts::faults::{Faults, Strikes};
use parts::health::Health;
use parts::present::Present;
use parts::probe::Operator;
use parts::script::Script;
use rng::Rng;

/// The world at one moment.
#[derive(Debug, Clone)]
pub struct State {
    /// Everything that exists in the account.
    pub resources: Resources,
    /// What CloudWatch knows.
    pub metrics: MetricStore,
    /// What the world counted.
    pub totals: Totals,
    /// How AWS's control planes answer, and what was asked of them.
    pub control: Control,
    rest: bool,
    /// Which readings of AWS's documents hold here.
    pub physics: Physics,
    /// The second the world stands at.
    present: Present,
    /// What happens by itself.
    script: Script,
    regions: Vec<Region>,
    /// How many of them the world was founded with.
    founded: usize,
    faults: Faults,
    /// By site.
    strikes: Vec<Strikes>,
    clients: Vec<clients::EdgeLocation>,
    /// The zones that are everywhere.
    dns: Dns,
    edge: crate::world::parts::edge_minute::EdgeMinute,
    edge_rng: Rng,
    /// Where clients' requests come in; none while nothing leads to a distribution.
    front: Option<crate::world::parts::front::Front>,
    /// Whether there ever was one: before, clients know of no name to use.
    opened: bool,
    sites: Vec<serving::Site>,
    database: crate::world::parts::database::Database,
    /// Requests answered just now, by site.
    served: Vec<crate::world::parts::served::Served>,
    /// Writes acknowledged in this minute, and of these, those forwarded from elsewhere.
    written: (f64, f64),
    /// Of these, by the site they came from.
    forwarded_here: Vec<f64>,
    latest_step: f64,
    /// What becomes of health checks.
    health: Health,
    series: crate::world::parts::all_series::AllSeries,
    /// The operator's own machine.
    operator: Operator,
}

impl State {
    /// Founds the world four hours before `start`: its history is made when somebody first looks, and until then the
    /// console can draw.
    fn new(
        seed: u64,
        regions: Vec<Region>,
        (rest, arc): (bool, bool),
        scenario: &Scenario,
        start: Timestamp,
    ) -> Self {
        let options = seed_options::SeedOptions {
            seed,
            regions: &regions,
            rest,
            arc: arc || scenario.arc,
            now: start,
        };
        let resources = seed::resources(&options);
        let mut metrics = MetricStore::new(scenario.physics.put_visible_s);
        let begun = start.as_second();
        let now = (begun - scenario::HISTORY.as_secs()).div_euclid(60) * 60;
        let database = crate::world::parts::database::Database::new(seed, &regions, now);
        let members: Vec<Region> = database
            .members
            .iter()
            .map(|member| member.region.clone())
            .collect();
        let mut state = Self {
            series: crate::world::parts::all_series::AllSeries::new(
                &mut metrics,
                &resources,
                &members,
            ),
            metrics,
            totals: Totals::default(),
            control: Control::default(),
            rest,
            physics: scenario.physics.clone(),
            present: Present { seed, now },
            script: Script::new(scenario, begun),
            faults: Faults::default(),
            strikes: Vec::new(),
            clients: clients::everywhere(seed, &regions, scenario.clients),
            dns: Dns::new(resources.hosted_zones.clone()),
            edge: crate::world::parts::edge_minute::EdgeMinute::default(),
            edge_rng: Rng::new(seed, "edge"),
            front: None,
            opened: false,
            sites: regions
                .iter()
                .map(|region| serving::Site::new(seed, region))
                .collect(),
            database,
            served: vec![crate::world::parts::served::Served::default(); regions.len()],
            written: (0.0, 0.0),
            forwarded_here: vec![0.0; regions.len()],
            latest_step: 1.0,
            health: Health::default(),
            operator: Operator::new(seed),
            resources,
            founded: regions.len(),
            regions,
        };
        state.look_at_faults();
        state.look_at_founded();
        state.watch_checks();
        state.publish_certificates(now.div_euclid(43_200) * 720);
        state
    }

    /// The second the world stands at.
    pub fn now(&self) -> Timestamp {
        self.present.at()
    }

    /// The Regions of the fleet, the one founded with the writer first, those with something built last.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// Whether DNS may name `region` at all, by the checks on its latency record.
    pub fn in_service(&self, region: &Region) -> bool {
        self.dns.may_name(region, &self.resources.health_checks)
    }

    /// The configuration that names the fleet the world was founded with. What was built since is not in it.
    pub fn spec(&self) -> FleetSpec {
        let founded = &self.regions[..self.founded];
        let mut spec = seed::spec(self.present.seed, founded, self.rest);
        let endpoints = self.resources.routing.iter().flat_map(|one| &one.endpoints);
        spec.edge.routing_endpoints = endpoints
            .map(|(region, url)| RoutingEndpoint {
                region: region.clone(),
                url: url.clone(),
            })
            .collect();
        spec
    }
}

#[cfg(test)]
mod tests;
