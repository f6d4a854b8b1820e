//! What a plan needs of the table that the team shares: it is asked before each change, in the Regions that have it.

use std::fmt::Write as _;
use std::time::Duration;

use super::check::{Check, Finding};
use super::journal::SHARED_TABLE;
use super::{Dependency, Plan, RunContext, Standing, needs};
use gwctl_fleet::{FleetSpec, Region, SharedSpec, Snapshot};
use gwctl_store::{SharedLease, Team};

/// How long the table may take to answer before a plan says that it does not.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the table answered when a plan was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableSeen {
    /// In all its Regions a condition is judged against the latest.
    Strong,
    /// All of it is in this Region.
    OneRegion(Region),
    /// Somebody acts on the fleet now: who, and the table as it is otherwise.
    Held(String, Box<Self>),
    /// It cannot hold a lease; why.
    Unfit(String),
    /// It did not answer; why.
    Silent(String),
}

/// The table that the team of a fleet shares, as it answered; none where each machine keeps its own files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SharedTable(pub(super) Option<(SharedSpec, TableSeen)>);

impl SharedTable {
    /// Asks the table, for a few seconds at most.
    pub async fn ask(run_context: &RunContext) -> Self {
        let spec = run_context.spec.shared.clone();
        Self(spec.zip(TableSeen::of(run_context).await))
    }
}

impl TableSeen {
    async fn of(run_context: &RunContext) -> Option<Self> {
        let clock = run_context.clock.clone();
        let team = Team::of(&run_context.session, &run_context.spec, clock)?;
        let limit = run_context.clock.wall(PATIENCE);
        // A world that runs fast still waits for the wire.
        let limit = limit.clamp(PATIENCE / 5, PATIENCE);
        let asked = async { tokio::try_join!(team.fitness(), team.leases()) };
        let domain = &run_context.spec.domain;
        let held = |leases: &[SharedLease], seen: Self| {
            let mut leases = leases.iter().filter(|lease| !lease.free);
            let lease = leases.find(|lease| lease.domain == *domain);
            match lease.and_then(|lease| lease.holder.as_ref()) {
                Some(holder) => Self::Held(holder.to_string(), seen.into()),
                None => seen,
            }
        };
        Some(match tokio::time::timeout(limit, asked).await {
            Ok(Ok((Ok(None), leases))) => held(&leases, Self::Strong),
            Ok(Ok((Ok(Some(region)), leases))) => held(&leases, Self::OneRegion(region)),
            Ok(Ok((Err(unfit), _))) => Self::Unfit(unfit.to_string()),
            Ok(Err(error)) => Self::Silent(error.to_string()),
            Err(_) => Self::Silent("no answer in time".into()),
        })
    }
}

impl Plan {
    /// Where the table is, and what becomes of it when this plan's Region is left: by what the picture shows of its Regions.
    pub(super) fn judge_shared(&mut self, spec: &FleetSpec, snapshot: &Snapshot) {
        let Some(table) = &spec.shared else { return };
        let silent = |region: &&Region| {
            let on = Dependency::Api {
                service: "dynamodb".into(),
                region: (*region).clone(),
            };
            matches!(needs::standing(&on, snapshot), Standing::Broken(_))
        };
        let silent: Vec<&Region> = table.regions.iter().filter(silent).collect();
        let leaves = self.intent.leaves();
        self.checks.push(if silent.len() == table.regions.len() {
            unavailable(table, "none of its Regions answers")
        } else {
            standing(table, &silent, leaves, None)
        });
    }

    /// The same, by what the table answered.
    pub(super) fn weigh_shared(&mut self, spec: &SharedSpec, seen: &TableSeen) {
        let leaves = self.intent.leaves();
        let check = match seen {
            TableSeen::Held(holder, seen) => {
                self.weigh_shared(spec, seen);
                let mut known = self
                    .checks
                    .iter()
                    .filter(|check| check.name == SHARED_TABLE);
                let table = known
                    .next()
                    .map(|check| format!(". Besides, {}", check.text));
                let text = format!(
                    "{holder} acts on this fleet now: this plan cannot begin before that run is over, or its process gives no \
                     sign any longer{}",
                    table.unwrap_or_default()
                );
                Check::new(SHARED_TABLE, Finding::Warn, text)
            }
            // The picture knows more of the Regions than one answer does, unless it took all for dark.
            TableSeen::Strong if !self.waits_for_table() => return,
            TableSeen::Strong => standing(spec, &[], leaves, None),
            TableSeen::OneRegion(region) => standing(spec, &[], leaves, Some(region)),
            TableSeen::Unfit(why) => Check::new(SHARED_TABLE, Finding::Fail, why),
            TableSeen::Silent(why) => unavailable(spec, why),
        };
        self.put(check);
    }

    fn waits_for_table(&self) -> bool {
        let mut checks = self.checks.iter();
        checks.any(|check| check.name == SHARED_TABLE && check.finding == Finding::Waivable)
    }

    /// In the place of the check of the same name, where there is one.
    pub(super) fn put(&mut self, check: Check) {
        match self.checks.iter_mut().find(|one| one.name == check.name) {
            Some(known) => *known = check,
            None => self.checks.push(check),
        }
    }
}

fn unavailable(spec: &SharedSpec, why: &str) -> Check {
    let text = format!(
        "the shared table {} in {} does not answer: {why}. Where you waive it, the run goes on alone: nobody on another \
         machine is kept from changing this fleet meanwhile",
        spec.table,
        list(&spec.regions.iter().collect::<Vec<_>>()),
    );
    Check::new(SHARED_TABLE, Finding::Waivable, text)
}

/// Where a table is that answers. `one` is the Region that has all of it, where that is known.
fn standing(
    spec: &SharedSpec,
    silent: &[&Region],
    leaves: Option<&Region>,
    one: Option<&Region>,
) -> Check {
    let name = &spec.table;
    let only = one.or(match spec.regions.as_slice() {
        [only] => Some(only),
        _ => None,
    });
    let left = leaves.filter(|leaves| spec.regions.contains(leaves));
    if let Some(only) = only {
        let text = format!(
            "the shared table {name} is asked in {only} alone: the lease shares the fate of that Region"
        );
        return match left {
            Some(_) => Check::new(
                SHARED_TABLE,
                Finding::Warn,
                format!(
                    "{text}, which this plan leaves. Should it stop answering, the run holds before its next change, until you \
                     waive the table"
                ),
            ),
            None => Check::pass(SHARED_TABLE, text),
        };
    }
    let all: Vec<&Region> = spec.regions.iter().collect();
    let mut text = format!("the shared table {name} is in {}", list(&all));
    if !silent.is_empty() {
        let _ = write!(
            text,
            "; {} does not answer and delays nothing",
            list(silent)
        );
    }
    if let Some(left) = left.filter(|left| !silent.contains(left)) {
        let _ = write!(
            text,
            "; should {left}, which this plan leaves, stop answering, the next Region is asked"
        );
    }
    Check::pass(SHARED_TABLE, text)
}

fn list(regions: &[&Region]) -> String {
    let names: Vec<&str> = regions.iter().map(|region| region.as_str()).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(name: &str) -> Region {
        Region::new(name).unwrap()
    }

    fn spec(regions: &[&str]) -> SharedSpec {
        SharedSpec {
            table: "gwctl".into(),
            regions: regions.iter().map(|name| region(name)).collect(),
        }
    }

    #[test]
    fn a_lease_in_the_region_that_is_left_is_told() {
        let leaves = region("us-east-1");
        let one = standing(&spec(&["us-east-1"]), &[], Some(&leaves), None);
        assert_eq!(one.finding, Finding::Warn);
        assert!(one.text.contains("shares the fate"), "{}", one.text);
        let elsewhere = standing(&spec(&["us-east-2"]), &[], Some(&leaves), None);
        assert_eq!(elsewhere.finding, Finding::Pass);
        assert!(
            elsewhere.text.contains("us-east-2 alone"),
            "{}",
            elsewhere.text
        );
        let three = spec(&["us-east-2", "us-west-2", "us-east-1"]);
        let among = standing(&three, &[], Some(&leaves), None);
        assert_eq!(among.finding, Finding::Pass);
        assert!(
            among.text.contains("the next Region is asked"),
            "{}",
            among.text
        );
        let dark = standing(&three, &[&leaves], Some(&leaves), None);
        assert!(
            dark.text
                .contains("us-east-1 does not answer and delays nothing"),
            "{}",
            dark.text
        );
    }
}
