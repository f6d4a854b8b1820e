//! The assumption ledger: every behaviour of AWS that gwctl relies on and that nobody here could verify
//! in an account. `gwctl doctor --assumptions` prints it; a plan names those that its steps rely on.
//!
//! One row a behaviour, in `ledger.rs`. Sections are those of `src/aws/FACTS.md`.

mod ledger;
mod shown;

use super::Snapshot;

pub use ledger::ASSUMPTIONS;

/// How sure the source makes the behaviour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sureness {
    /// AWS's documents state it, and other documents of AWS contradict it.
    Disputed,
    /// It follows from what AWS's documents state; they do not state it.
    Inferred,
    /// Public code or reports of other people show it.
    Reported,
    /// It is plausible; nothing that was read states it.
    Unverified,
}

impl Sureness {
    /// In a word, for tables.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Disputed => "disputed",
            Self::Inferred => "inferred",
            Self::Reported => "reported",
            Self::Unverified => "unverified",
        }
    }
}

/// What of gwctl relies on a behaviour: the dashboard, or a kind of step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    /// What is shown, with no action at all.
    Dashboard,
    /// Flipping an evacuation switch.
    Switch,
    /// Forcing a health check.
    ForcedCheck,
    /// Changing routing records.
    Records,
    /// Setting an ARC routing control.
    RoutingControl,
    /// Executing a plan of ARC Region switch.
    RegionSwitch,
    /// Waiting for DNS answers.
    DnsAnswers,
    /// Waiting for a Region's requests to go or to come.
    Traffic,
    /// Waiting for the global writer endpoint to change.
    WriterEndpoint,
    /// A switchover of the global database.
    Switchover,
    /// A failover of the global database.
    Failover,
    /// Setting write forwarding.
    WriteForwarding,
    /// Building or changing a stack.
    Stack,
    /// Removing a stack.
    StackRemoval,
    /// Copying a function's code.
    Code,
    /// Changing the distribution.
    Distribution,
}

/// What an account shows of an assumption. The words name Regions and AWS's terms only: a user may give
/// them to anybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// It is so here.
    Holds(String),
    /// It is not so here: what gwctl says and does on its ground is in doubt.
    Differs(String),
    /// The account shows nothing of it now, and why.
    Silent(String),
}

/// One behaviour of AWS that gwctl relies on.
#[derive(Debug, Clone, Copy)]
pub struct Assumption {
    /// Unique and stable: people quote it.
    pub id: &'static str,
    /// What AWS is taken to do, and what gwctl does about the doubt.
    pub sentence: &'static str,
    /// The public document it is read from, or nearest to it.
    pub document: &'static str,
    /// Section of `src/aws/FACTS.md`.
    pub source: &'static str,
    /// How sure it is.
    pub sure: Sureness,
    /// What relies on it.
    pub on: &'static [Means],
    /// Looks for it in a picture of the fleet; none where API replies do not show it.
    pub check: Option<fn(&Snapshot) -> Shown>,
}

impl Assumption {
    /// Where to read of it: the document, and the section of `src/aws/FACTS.md` with more of them.
    pub fn read_in(&self) -> String {
        format!("{} ({} of src/aws/FACTS.md)", self.document, self.source)
    }
}

/// The rows that a plan with these means relies on, in the ledger's order; the dashboard's are no plan's.
pub fn relied_on(means: &[Means]) -> impl Iterator<Item = &'static Assumption> {
    ASSUMPTIONS
        .iter()
        .filter(move |row| row.on.iter().any(|on| means.contains(on)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_an_id_of_its_own_and_a_section() {
        let mut ids: Vec<&str> = ASSUMPTIONS.iter().map(|row| row.id).collect();
        ids.sort_unstable();
        let all = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), all);
        for row in ASSUMPTIONS {
            assert!(
                row.source.starts_with('§') && row.sentence.ends_with('.'),
                "{}",
                row.id
            );
            assert!(!row.on.is_empty(), "{}", row.id);
        }
    }

    #[test]
    fn a_switch_is_relied_on_by_what_flips_it_alone() {
        let by = |means: &[Means]| relied_on(means).any(|row| row.id == "switch-follows-data");
        assert!(by(&[Means::Switch]));
        assert!(!by(&[Means::Records, Means::Switchover]));
    }
}
