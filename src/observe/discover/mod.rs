//! Finds a fleet that somebody else built: from the name clients use to everything behind it.
//!
//! ```text
//! domain → hosted zone → distribution → router and origin → latency record set → Regions
//!            per Region, side by side: custom domain name → API and stage → functions,
//!                                      stacks, global clusters
//! ```
//!
//! `ask` asks and keeps every answer, failures among them; `fold` makes a fleet of the answers and says
//! what is missing and why. A Region that does not answer leaves its own part out and nothing else.

mod ask;
mod database;
mod edge;
mod fold;
mod front;
mod gap;
mod routing;
mod stacks;
#[cfg(test)]
mod tests;

pub use gap::{About, Fact, Gap};
pub use stacks::FoundStack;

use gwctl_aws::Session;
use gwctl_fleet::{FleetSpec, Missing};

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Discovery {
    /// A name for the fleet: that of its stacks, or else of its global cluster.
    pub fleet: String,
    /// What a configuration says of it. What could not be found is empty; how it is built is left to
    /// whoever knows the templates.
    pub spec: FleetSpec,
    pub stacks: Vec<FoundStack>,
    /// What is worth knowing besides.
    pub facts: Vec<Fact>,
    /// What could not be found, and why.
    pub gaps: Vec<Gap>,
}

/// Why there is no fleet to show at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotDiscovered {
    /// A question that everything else depends on got no answer.
    #[error("cannot look for {domain}: {what}: {why}")]
    CouldNotAsk {
        /// The name asked for.
        domain: String,
        /// What was asked.
        what: &'static str,
        /// Why there is no answer.
        why: Missing,
    },
    /// Several may be meant, and nothing tells which.
    #[error("{domain}: several {what} may belong to the fleet: {}", candidates.join(", "))]
    Several {
        /// The name asked for.
        domain: String,
        /// What there are several of: `hosted zones` …
        what: &'static str,
        /// Each of them, as the option takes it first.
        candidates: Vec<String>,
        /// The option that names one.
        option: &'static str,
    },
    /// No hosted zone of the account holds the name.
    #[error("no hosted zone of this account holds {domain}")]
    NoZone {
        /// The name asked for.
        domain: String,
        /// The zones there are.
        zones: Vec<String>,
        /// The names that distributions of the account answer to.
        aliases: Vec<String>,
    },
    /// There is a zone, and nothing in it that routes between Regions.
    #[error(
        "{domain} leads to no records that route between Regions: gwctl looked at {}",
        if looked_at.is_empty() { "nothing to be".into() } else { looked_at.join(", ") }
    )]
    NoRoutingSet {
        /// The name asked for.
        domain: String,
        /// The record names looked at.
        looked_at: Vec<String>,
        /// The distribution, where there is one.
        distribution: Option<Box<str>>,
        /// Those of them that have a routing policy, and tell of no Region.
        untold: Box<[String]>,
        /// Names that distributions of the account answer to.
        aliases: Box<[String]>,
        /// What could not be found on the way.
        gaps: Vec<Gap>,
    },
}

/// Which of several candidates is meant, by whoever knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    /// Id of the hosted zone that holds the domain.
    pub hosted_zone: Option<String>,
    /// Id of the distribution that answers for it; `none` where clients use the name itself.
    pub distribution: Option<String>,
    /// Name of the latency record set.
    pub latency_record: Option<String>,
}

/// Looks for the fleet that serves `domain`. Of several zones, distributions or record sets that may be the
/// fleet's none is taken unless it is `named`, or the only one in use.
pub async fn discover(
    session: &Session,
    domain: &str,
    named: &Named,
) -> Result<Discovery, NotDiscovered> {
    let domain = domain.trim_end_matches('.').to_ascii_lowercase();
    let answers = Box::pin(ask::everything(session, &domain, named)).await?;
    Ok(fold::fold(answers))
}
