//! What takes its time to be everywhere: DNS changes, the distribution, certificates' renewal.

use jiff::{SignedDuration, Timestamp};

use super::State;
use super::model::{Certificate, Distribution, DnsChange};
use super::names;
use super::rng::pick;

/// Renewal begins this long before the end (aws-facts §7).
const RENEWAL: SignedDuration = SignedDuration::from_hours(45 * 24);
/// Validity of a public certificate (aws-facts §7).
const VALIDITY: SignedDuration = SignedDuration::from_hours(198 * 24);

impl State {
    /// A change batch was applied to the zone as the API shows it: it is answered by DNS once it is INSYNC.
    pub fn submit_dns_change(&mut self, zone: &str, comment: Option<String>) -> DnsChange {
        let number = self.resources.dns_changes.len();
        let what = format!("change {number}");
        let takes = 12 + pick(self.seed, &what, 43);
        let submitted = self.now();
        let change = DnsChange {
            id: format!("C{}", names::upper_token(self.seed, &what, 20)),
            status: "PENDING".into(),
            submitted,
            insync_at: submitted + SignedDuration::from_secs(takes),
            comment,
            zone: zone.into(),
        };
        self.resources.dns_changes.push(change.clone());
        change
    }

    /// A distribution's configuration was changed: it takes minutes to reach every edge.
    pub fn deploy_distribution(&mut self, id: &str) {
        let now = self.now();
        let takes = SignedDuration::from_secs(150 + pick(self.seed, &now.to_string(), 120));
        if let Some(distribution) = self.distribution(id) {
            distribution.status = "InProgress".into();
            distribution.last_modified = now;
            distribution.deployed_at = Some(now + takes);
        }
    }

    fn distribution(&mut self, id: &str) -> Option<&mut Distribution> {
        self.resources
            .distributions
            .iter_mut()
            .find(|distribution| distribution.id == id)
    }

    /// Whatever was under way and is through now.
    pub(super) fn deploy_further(&mut self) {
        let now = self.now();
        let mut zones = Vec::new();
        for change in self
            .resources
            .dns_changes
            .iter_mut()
            .filter(|c| c.status == "PENDING" && c.insync_at <= now)
        {
            change.status = "INSYNC".into();
            zones.push(change.zone.clone());
        }
        if !zones.is_empty() {
            self.dns_zones.clone_from(&self.resources.hosted_zones);
        }
        let due =
            |distribution: &&mut Distribution| distribution.deployed_at.is_some_and(|at| at <= now);
        for distribution in self.resources.distributions.iter_mut().filter(due) {
            distribution.status = "Deployed".into();
            distribution.deployed_at = None;
        }
        if self.now % 3_600 == 0 {
            self.resources
                .certificates
                .iter_mut()
                .for_each(|certificate| certificate.age(now));
        }
    }

    /// The stuck deployment begins: changed, and never everywhere.
    pub(super) fn stick_deployment(&mut self) {
        let now = self.now();
        for distribution in &mut self.resources.distributions {
            distribution.status = "InProgress".into();
            distribution.last_modified = now;
            distribution.deployed_at = None;
        }
    }

    /// The stuck deployment goes on.
    pub(super) fn unstick_deployment(&mut self) {
        let soon = self.now() + SignedDuration::from_secs(45);
        for distribution in self
            .resources
            .distributions
            .iter_mut()
            .filter(|d| d.status == "InProgress")
        {
            distribution.deployed_at = Some(soon);
        }
    }

    /// The certificate of a Region's endpoint could not be renewed, and its end is near.
    pub(super) fn neglect_certificate(&mut self, region: &str) {
        let soon = self.now() + SignedDuration::from_hours(11 * 24 + 7);
        if let Some(certificate) = self.endpoint_certificate(region) {
            certificate.not_after = soon;
            certificate.not_before = soon - VALIDITY;
            certificate.renewal = Some("PENDING_VALIDATION".into());
        }
    }

    /// The validation record is back: the certificate is renewed.
    pub(super) fn renew_certificate(&mut self, region: &str) {
        let now = self.now();
        if let Some(certificate) = self.endpoint_certificate(region) {
            certificate.renew(now);
        }
    }

    fn endpoint_certificate(&mut self, region: &str) -> Option<&mut Certificate> {
        self.resources
            .certificates
            .iter_mut()
            .find(|c| c.region.as_str() == region && c.domain.starts_with(region))
    }
}

impl Certificate {
    /// Renews itself in time, unless validation is missing; expires otherwise.
    fn age(&mut self, now: Timestamp) {
        let waits = self.renewal.as_deref() == Some("PENDING_VALIDATION");
        if self.not_after <= now {
            self.status = "EXPIRED".into();
        } else if !waits && self.not_after - RENEWAL <= now {
            self.renew(now);
        }
    }

    fn renew(&mut self, now: Timestamp) {
        self.not_before = now;
        self.not_after = now + VALIDITY;
        self.issued = now;
        self.status = "ISSUED".into();
        self.renewal = Some("SUCCESS".into());
    }
}
