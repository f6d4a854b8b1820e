//! What an action makes of a fleet's picture: a plan that does not know yet for which action it is.

use super::{Advice, Check, Choice, DataLoss, Refused, Step};
use gwctl_fleet::{FleetSpec, Region, Snapshot};

/// What an action plans on.
#[derive(Clone, Copy)]
pub struct PlanContext<'a> {
    pub(crate) fleet: &'a str,
    pub(crate) spec: &'a FleetSpec,
    pub(crate) snapshot: &'a Snapshot,
}

impl PlanContext<'_> {
    /// The fleet's distribution, or why there is no plan.
    pub(crate) fn distribution(&self) -> Result<&str, Refused> {
        let id = self.spec.edge.distribution.as_str();
        if !self.spec.edge.cloudfront {
            return Err(Refused::new(
                "this fleet has no CloudFront distribution: clients reach the Regions by DNS alone",
            ));
        }
        if id.is_empty() {
            return Err(Refused::new("the fleet has no distribution yet")
                .instead("`gwctl up` builds it, `gwctl discover` finds it."));
        }
        Ok(id)
    }

    /// The fleet in `region`, or why there is no plan.
    pub(crate) fn site(&self, region: &Region) -> Result<&gwctl_fleet::Site, Refused> {
        self.snapshot.site(region).ok_or_else(|| {
            let known: Vec<&str> = self
                .snapshot
                .sites
                .iter()
                .map(|site| site.region.as_str())
                .collect();
            Refused::new(format!("the fleet is not in {region}"))
                .instead(format!("It is in {}.", known.join(", ")))
        })
    }
}

/// What will happen and what it depends on, as in the [`Plan`](super::Plan) that is made of it.
#[derive(Debug)]
pub(crate) struct Draft {
    /// In a line.
    pub title: String,
    /// What must be typed to confirm it.
    pub confirm: String,
    /// What gwctl recommends.
    pub advice: Option<Advice>,
    /// How traffic is shifted.
    pub mechanism: Option<Choice>,
    /// What a failover would lose.
    pub data_loss: Option<DataLoss>,
    /// What must hold first.
    pub checks: Vec<Check>,
    pub steps: Vec<Step>,
    /// What would take it back.
    pub inverse: Vec<Step>,
    /// What the operator should know besides.
    pub notes: Vec<String>,
}

impl Draft {
    /// An empty one.
    pub fn new(title: impl Into<String>, confirm: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            confirm: confirm.into(),
            advice: None,
            mechanism: None,
            data_loss: None,
            checks: Vec::new(),
            steps: Vec::new(),
            inverse: Vec::new(),
            notes: Vec::new(),
        }
    }
}
