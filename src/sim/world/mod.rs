//! The simulated AWS as a world: resources, physics, faults and scenarios on a virtual clock.
//!
//! The same seed and start give the same run. `sim/wire` prints what is here in AWS's protocols.

mod access_lines;
mod account;
mod admission;
mod aftermath;
mod alarms;
mod checkers;
mod clients;
mod clock;
mod database_lines;
mod days_before;
mod deployments;
mod dns;
mod edge_changes;
mod embedded;
mod formation;
mod forwarding;
mod geo;
mod health;
mod kinds;
mod log_groups;
mod log_lines;
mod membership;
pub mod metrics;
mod mistakes;
pub mod model;
pub(crate) mod names;
mod networks;
mod noise;
mod offers;
mod parts;
mod people;
mod people_on_purpose;
mod physics;
mod probe;
mod promotion;
mod publish;
mod publish_database;
mod random;
mod rds;
mod reality;
mod record_sets;
mod recovery;
mod region_switch;
mod replication;
mod resources;
mod rng;
mod router_release;
mod scenario;
mod seed;
mod seed_alarms;
mod seed_checks;
mod seed_database;
mod seed_options;
mod seed_recovery;
mod seed_region_switch;
mod seed_routing;
mod seed_shape;
mod serving;
mod sim;
pub mod sketch;
mod snapshots;
mod standing;
mod statistic;
mod telling;
mod time;
mod traffic;
mod troubled_lines;
mod troubles;
mod writes;

use std::sync::Arc;

use jiff::Timestamp;

pub use crate::world::parts::dns::DnsAnswer;
pub use crate::world::parts::promotion::PromotionRefused;
pub use access_lines::ACCESS_FORMAT;
pub use account::Account;
pub use edge_changes::{InvalidationRefused, covers};
pub(crate) use formation::{Deletion, Execution, FormationRefused, Given, Proposal, TemplateGiven};
pub use geo::rtt_ms;
pub use log_lines::{LogGroup, WrittenEvent};
pub use membership::DetachRefused;
pub use metrics::{MetricId, MetricStore};
pub use model::{
    DatabaseShape, Dialect, EXTERNAL_ID, Holders, ROLE, Resources, RoutingShape, SwitchSetup,
    Without,
};
pub use names::{ACCOUNT, SWITCH_METRIC, SWITCH_NAMESPACE};
pub use networks::{Vantage, place_of};
pub use offers::offered;
pub use parts::admission::{Admission, Refusal};
pub use parts::aws_health::{AwsHealth, AwsTrouble, SupportPlan};
pub use parts::beside_series::Beside;
pub use parts::control::Control;
pub use parts::faults::{Fault, FaultKind, FaultStatus};
pub use parts::probe::{ProbeOutcome, ResolveOutcome};
pub use parts::queries::{AnswerRow, Found, LogQueries, LogQuery};
pub use parts::record::{CallCounts, Calls, Mutation};
pub use parts::tables::{Attributes, ItemKey, TableKind, TableRefused, Tables, WorldTable};
pub use parts::tamper::{How, Tamper};
pub use parts::totals::Totals;
pub use parts::trail::{Trail, TrailRecord, TrailedCall};
pub use physics::{MetricCheckFollows, Physics};
pub use rds::Rds;
pub use reality::{Answered, Measured, MeasuredFlow, MeasuredFunction, Reality};
pub use record_sets::RecordsRefused;
pub use recovery::RoutingRefused;
pub use region_switch::{SwitchOrder, SwitchRefused};
pub use resources::{Changed, Made, NO_FORWARDING, Owned, Wanted};
pub use scenario::{Event, Happening, Scenario, ScenarioError, Truth};
pub use sim::{History, Moment, Sim, SimError, SimOptions, StateGuard};
pub use snapshots::CopyRefused;

use gwctl_fleet::{FleetSpec, Region};
use parts::database::Database;
use parts::dns::Dns;
use parts::edge::Edge;
use parts::faults::Faults;
use parts::fleet::Fleet;
use parts::health::Health;
use parts::present::Present;
use parts::probe::Operator;
use parts::script::Script;

/// The world at one moment: its parts, each of which owns its state.
#[derive(Debug, Clone)]
pub struct State {
    /// Everything that exists in the account.
    pub resources: Resources,
    /// What CloudWatch knows.
    pub metrics: MetricStore,
    /// What the world counted.
    pub totals: Totals,
    /// Which readings of AWS's documents hold here.
    pub physics: Physics,
    /// How AWS's control planes answer, and what was asked of them.
    pub control: Control,
    /// What CloudTrail recorded.
    pub trail: Trail,
    /// What AWS Health tells.
    pub aws_health: AwsHealth,
    /// Whether its functions are traced.
    pub traced: bool,
    /// What was asked of Logs Insights.
    pub queries: LogQueries,
    /// Tables of DynamoDB.
    pub tables: Tables,
    /// Real software in the place of the model.
    reality: Option<Arc<dyn Reality>>,
    /// The second the world stands at.
    pub(crate) present: Present,
    /// What happens by itself.
    script: Script,
    /// What goes wrong.
    faults: Faults,
    /// The zones that are everywhere.
    dns: Dns,
    /// Clients, and where their requests come in.
    edge: Edge,
    /// APIs and functions by Region.
    fleet: Fleet,
    /// The global database.
    database: Database,
    /// What becomes of health checks.
    health: Health,
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
            region_switch: scenario.region_switch,
            releases: scenario.releases.as_deref(),
            accounts: scenario.accounts,
            dialect: scenario.partition.or_else(|| scenario.names.dialect()),
            without: scenario.without,
            routing: scenario.routing,
            database: &scenario.database,
            now: start,
        };
        let resources = seed::resources(&options);
        let mut metrics = MetricStore::new(scenario.physics.put_visible_s);
        let begun = start.as_second();
        let now = (begun - scenario::HISTORY.as_secs()).div_euclid(60) * 60;
        metrics.found(now.div_euclid(60), &regions);
        let distribution = resources.distributions.first();
        let store = &mut metrics;
        let mut state = Self {
            totals: Totals::default(),
            physics: scenario.physics.clone(),
            control: Control::default(),
            trail: Trail::default(),
            traced: scenario.beside.contains(&Beside::Tracing),
            aws_health: AwsHealth::new(seed, scenario.support, &regions, start),
            queries: LogQueries::default(),
            tables: Tables::founded(),
            reality: None,
            present: Present { seed, now },
            script: Script::new(scenario, begun, seed),
            faults: Faults::default(),
            dns: Dns::new(resources.hosted_zones.clone()),
            edge: Edge::new(seed, &regions, scenario.clients, distribution, store),
            database: Database::new(seed, &regions, now, store),
            fleet: Fleet::new(
                seed,
                regions,
                rest,
                (&resources.apis, &scenario.beside),
                store,
            ),
            health: Health::default(),
            operator: Operator::new(seed),
            resources,
            metrics,
        };
        for region in &scenario.database.more {
            state.watch_member(region);
        }
        state.look_at_fleet();
        state.watch_checks();
        state.record_past(start);
        let certificates = &state.resources.certificates;
        publish::publish_certificates(
            &mut state.metrics,
            now.div_euclid(43_200) * 720,
            certificates,
        );
        state
    }

    /// The second the world stands at.
    pub fn now(&self) -> Timestamp {
        self.present.at()
    }

    /// What makes this world's chance its own.
    pub fn seed(&self) -> u64 {
        self.present.seed
    }

    /// The Regions of the fleet, the one founded with the writer first, those with something built last.
    pub fn regions(&self) -> &[Region] {
        self.fleet.regions()
    }

    /// Requests that arrived in `region` within the last minute and were answered, whatever the status;
    /// none for a Region the fleet is not in.
    pub fn requests_served(&self, region: &Region) -> Option<f64> {
        self.fleet.requests_served(region)
    }

    /// Whether DNS may name `region` at all, by the checks on its latency record.
    pub fn in_service(&self, region: &Region) -> bool {
        self.dns.may_name(region, &self.resources.health_checks)
    }

    /// The configuration that names the fleet the world was founded with. What was built since is not in it.
    pub fn spec(&self) -> FleetSpec {
        let routing = self.resources.routing.as_ref();
        let spec = self.fleet.spec(self.present.seed, routing);
        seed_shape::shaped(spec, &self.resources)
    }

    /// The account, for AWS's services to change.
    pub const fn account(&mut self) -> Account<'_> {
        Account {
            resources: &mut self.resources,
            dns: &mut self.dns,
            faults: &self.faults,
            physics: &self.physics,
            present: self.present,
        }
    }

    /// RDS.
    pub fn rds(&mut self) -> Rds<'_> {
        Rds {
            database: &mut self.database,
            resources: &mut self.resources,
            totals: &mut self.totals,
            faults: &mut self.faults,
            fleet: &self.fleet,
            physics: &self.physics,
            reality: self.reality.as_deref(),
            present: self.present,
        }
    }
}

#[cfg(test)]
mod tests;
