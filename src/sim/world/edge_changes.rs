//! Changes of the distribution, which take minutes to reach every edge, and invalidations.

use jiff::SignedDuration;

use super::account::Account;
use super::model::{Distribution, Invalidation};
use super::names;
use super::rng::pick;
use crate::world::parts::faults::FaultKind;

/// The caller's reference was used for other paths: `InvalidationBatchAlreadyExists`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidationRefused;

/// Whether a certificate's name stands for `host`: a star does for one label.
pub fn covers(name: &str, host: &str) -> bool {
    match name.strip_prefix("*.") {
        Some(rest) => host
            .split_once('.')
            .is_some_and(|(_, parent)| parent == rest),
        None => name == host,
    }
}

impl Account<'_> {
    /// A distribution's configuration was changed: it takes minutes to reach every edge (aws-facts §4).
    pub fn deploy_distribution(&mut self, id: &str) {
        let now = self.present.at();
        let takes = SignedDuration::from_secs(125 + pick(self.present.seed, &now.to_string(), 115));
        let stuck = self.faults.any(FaultKind::StuckDeployment);
        if let Some(distribution) = self.distribution(id) {
            distribution.status = "InProgress".into();
            distribution.last_modified = now;
            distribution.deployed_at = (!stuck).then(|| now + takes);
        }
    }

    /// The distribution is configured anew, under a new `ETag`; certificates know who uses them.
    pub fn replace_distribution(&mut self, changed: Distribution) {
        let id = changed.id.clone();
        let what = format!("{} after {}", changed.id, changed.etag);
        let etag = format!("E{}", names::upper_token(self.present.seed, &what, 13));
        for certificate in &mut self.resources.certificates {
            certificate.in_use_by.retain(|user| user != &changed.arn);
            if certificate.arn == changed.certificate_arn {
                certificate.in_use_by.push(changed.arn.clone());
            }
        }
        if let Some(distribution) = self.distribution(&id) {
            *distribution = Distribution { etag, ..changed };
        }
        self.deploy_distribution(&id);
    }

    /// `CreateInvalidation`: the same reference and paths make one invalidation.
    pub fn invalidate(
        &mut self,
        distribution: &str,
        reference: &str,
        paths: Vec<String>,
    ) -> Result<Invalidation, InvalidationRefused> {
        let known = &mut self.resources.invalidations;
        let same = known
            .iter()
            .find(|one| one.distribution == distribution && one.caller_reference == reference);
        if let Some(same) = same {
            return if same.paths == paths {
                Ok(same.clone())
            } else {
                Err(InvalidationRefused)
            };
        }
        let what = format!("invalidation {}", known.len());
        let created = self.present.at();
        let made = Invalidation {
            id: format!("I{}", names::upper_token(self.present.seed, &what, 25)),
            distribution: distribution.into(),
            status: "InProgress".into(),
            paths,
            caller_reference: reference.into(),
            created,
            done: created + SignedDuration::from_secs(15 + pick(self.present.seed, &what, 60)),
        };
        self.resources.invalidations.push(made.clone());
        Ok(made)
    }

    fn distribution(&mut self, id: &str) -> Option<&mut Distribution> {
        self.resources
            .distributions
            .iter_mut()
            .find(|distribution| distribution.id == id)
    }

    /// Whatever has reached every edge by now; says whether a distribution has.
    pub(super) fn deploy_edge(&mut self) -> bool {
        let now = self.present.at();
        let due =
            |distribution: &&mut Distribution| distribution.deployed_at.is_some_and(|at| at <= now);
        let mut deployed = false;
        for distribution in self.resources.distributions.iter_mut().filter(due) {
            distribution.status = "Deployed".into();
            distribution.deployed_at = None;
            deployed = true;
        }
        let running = self.resources.invalidations.iter_mut();
        for one in running.filter(|one| one.status == "InProgress" && one.done <= now) {
            one.status = "Completed".into();
        }
        deployed
    }

    /// The stuck deployment begins: changed, and never everywhere.
    pub(super) fn stick_deployment(&mut self) {
        let now = self.present.at();
        for distribution in &mut self.resources.distributions {
            distribution.status = "InProgress".into();
            distribution.last_modified = now;
            distribution.deployed_at = None;
        }
    }

    /// The stuck deployment goes on.
    pub(super) fn unstick_deployment(&mut self) {
        let soon = self.present.at() + SignedDuration::from_secs(45);
        for distribution in self
            .resources
            .distributions
            .iter_mut()
            .filter(|d| d.status == "InProgress")
        {
            distribution.deployed_at = Some(soon);
        }
    }
}
