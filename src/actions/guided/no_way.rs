//! Why a mechanism cannot keep traffic from a Region now.

use crate::{Dependency, Refused};
use gwctl_fleet::{Missing, NoLever, Region};

/// Why a mechanism is out of the question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoWay {
    /// Nothing of its kind decides on the Region.
    #[error(transparent)]
    Lever(#[from] NoLever),
    /// The switch's alarm is not there.
    #[error("its alarm does not exist")]
    NoAlarm,
    #[error(
        "its alarm could not be read{}",
        .0.as_ref().map_or_else(String::new, |missing| format!(": {missing}"))
    )]
    AlarmUnread(Option<Missing>),
    /// It would go down with the Region that it is to empty.
    #[error("its alarm is in {0} itself")]
    Within(Region),
    /// The alarm is no switch; why is the alarm's own.
    #[error("{0}")]
    Unfit(String),
    /// Nobody can be told to flip the routing control.
    #[error("the cluster's five endpoints are not in the configuration (`routing_endpoints`)")]
    NoEndpoints,
    /// The health check is another service's.
    #[error("its health check belongs to {0}")]
    Owned(String),
    /// The health check has one of the two settings that forcing it takes.
    #[error("health check {id} is {word}: a forced check that is released again would lose that")]
    HalfForced { id: String, word: &'static str },
    #[error("no plan of ARC Region switch is about {0} and another Region of the fleet")]
    NoPlan(Region),
    #[error("whether there is a plan of ARC Region switch is not known: {0}")]
    PlansUnknown(Missing),
    /// gwctl does not choose between them.
    #[error(
        "several plans of ARC Region switch are about it ({0}): start the right one in the ARC console"
    )]
    SeveralPlans(String),
    #[error(
        "the steps of plan {plan} are not known{}",
        .missing.as_ref().map_or_else(String::new, |missing| format!(": {missing}"))
    )]
    PlanUnread {
        plan: String,
        missing: Option<Missing>,
    },
    #[error("plan {plan} has no workflow to {action} {target}")]
    NoWorkflow {
        plan: String,
        action: &'static str,
        target: Region,
    },
    /// No records that would shift the share.
    #[error(transparent)]
    Records(#[from] Refused),
    /// It has no traffic that records could take.
    #[error(
        "its record is the secondary of a failover pair already: DNS answers with it only while the primary is unhealthy"
    )]
    StandsBy,
    /// What it needs does not stand.
    #[error("{api} does not answer: {why}")]
    Broken { api: Dependency, why: String },
}
