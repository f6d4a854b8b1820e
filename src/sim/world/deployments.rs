//! What takes its time to be everywhere: DNS changes, certificates' renewal.

use jiff::{SignedDuration, Timestamp};

use super::State;
use super::account::Account;
use super::model::{Certificate, DnsChange};
use super::names;
use super::rng::pick;

/// Renewal begins this long before the end (aws-facts §7).
const RENEWAL: SignedDuration = SignedDuration::from_hours(45 * 24);
/// Validity of a public certificate (aws-facts §7).
const VALIDITY: SignedDuration = SignedDuration::from_hours(198 * 24);

impl State {
    /// Whatever was under way and is through now.
    pub(super) fn deploy_further(&mut self) {
        let now = self.now();
        let mut through = Vec::new();
        for change in self
            .resources
            .dns_changes
            .iter_mut()
            .filter(|c| c.status == "PENDING" && c.insync_at <= now)
        {
            change.status = "INSYNC".into();
            through.push(change.id.clone());
        }
        for id in through {
            if self.dns.take_in(&id) {
                self.look_at_fleet();
            }
        }
        if self.account().deploy_edge() {
            self.look_at_fleet();
        }
        if self.present.now % 3_600 == 0 {
            self.resources
                .certificates
                .iter_mut()
                .for_each(|certificate| certificate.age(now));
        }
    }
}

impl Account<'_> {
    /// A change batch was applied to the zone as the API shows it: it is answered by DNS once it is INSYNC,
    /// usually within a minute (aws-facts §3.2), and never before an earlier one.
    pub fn submit_dns_change(&mut self, zone: &str, comment: Option<String>) -> DnsChange {
        let number = self.resources.dns_changes.len();
        let what = format!("change {number}");
        let takes = 20 + pick(self.present.seed, &what, 41);
        let submitted = self.present.at();
        let changes = self.resources.dns_changes.iter();
        let earlier = changes
            .filter(|change| change.zone == zone)
            .map(|c| c.insync_at)
            .max();
        let insync_at = submitted + SignedDuration::from_secs(takes);
        let insync_at = earlier.map_or(insync_at, |earlier| insync_at.max(earlier));
        let change = DnsChange {
            id: format!("C{}", names::upper_token(self.present.seed, &what, 20)),
            status: "PENDING".into(),
            submitted,
            insync_at,
            comment,
            zone: zone.into(),
        };
        let mut zones = self.resources.hosted_zones.iter();
        if let Some(changed) = zones.find(|one| one.id == zone) {
            self.dns.submit(&change.id, changed);
        }
        self.resources.dns_changes.push(change.clone());
        change
    }

    /// The certificate of a Region's endpoint could not be renewed, and its end is near.
    pub(super) fn neglect_certificate(&mut self, region: &str) {
        let soon = self.present.at() + SignedDuration::from_hours(11 * 24 + 7);
        if let Some(certificate) = self.endpoint_certificate(region) {
            certificate.not_after = soon;
            certificate.not_before = soon - VALIDITY;
            certificate.renewal = Some("PENDING_VALIDATION".into());
        }
    }

    /// The certificate of a Region's endpoint, or of the edge where there is none, was not renewed in time.
    pub(super) fn expire_certificate(&mut self, region: Option<&str>) {
        let now = self.present.at();
        if let Some(certificate) = self.certificate_of(region) {
            certificate.not_after = now;
            certificate.not_before = now - VALIDITY;
            certificate.renewal = Some("FAILED".into());
            certificate.status = "EXPIRED".into();
        }
    }

    /// The validation record is back: the certificate of a Region's endpoint, or of the edge, is renewed.
    pub(super) fn renew_certificate(&mut self, region: Option<&str>) {
        let now = self.present.at();
        if let Some(certificate) = self.certificate_of(region) {
            certificate.renew(now);
        }
    }

    fn certificate_of(&mut self, region: Option<&str>) -> Option<&mut Certificate> {
        if let Some(region) = region {
            return self.endpoint_certificate(region);
        }
        let arn = self
            .resources
            .distributions
            .first()?
            .certificate_arn
            .clone();
        let mut all = self.resources.certificates.iter_mut();
        all.find(|one| one.arn == arn)
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
        if self.status == "PENDING_VALIDATION" {
            return;
        }
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
