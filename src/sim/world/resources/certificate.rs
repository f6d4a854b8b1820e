//! `AWS::CertificateManager::Certificate`, validated by DNS.

use jiff::{SignedDuration, Timestamp};

use super::super::account::Account;
use super::super::model::{Certificate, Resources};
use super::super::names::{self, ACCOUNT};
use super::properties::{items, need, text, texts};
use crate::world::resources::wanted::{Begun, Wanted};
use gwctl_fleet::Region;

/// Validity of a public certificate (aws-facts §7).
const VALIDITY: SignedDuration = SignedDuration::from_secs(198 * 86_400 - 1);
/// After this long without its record a validation is given up.
const GIVEN_UP_S: i64 = 72 * 3_600;

impl Account<'_> {
    /// Without a zone of the account's to write the validation record into, nobody ever validates it.
    pub(super) fn make_certificate(&mut self, wanted: &Wanted<'_>) -> Begun {
        let (properties, region, now) = (wanted.properties, wanted.region, self.present.at());
        let domain = need(properties, "DomainName")?;
        let mut names = vec![domain.clone()];
        names.extend(texts(properties, "SubjectAlternativeNames"));
        names.dedup();
        let what = format!(
            "{region} {} {} {}",
            wanted.stack, wanted.logical, self.present.now
        );
        let id = names::uuid(self.present.seed, &format!("certificate {what}"));
        let arn = format!("arn:aws:acm:{region}:{ACCOUNT}:certificate/{id}");
        let zones = items(properties, "DomainValidationOptions").iter();
        let zones: Vec<String> = zones.filter_map(|one| text(one, "HostedZoneId")).collect();
        let ours = self
            .resources
            .hosted_zones
            .iter()
            .any(|zone| zones.contains(&zone.id) && format!("{domain}.").ends_with(&zone.name));
        let by_dns = text(properties, "ValidationMethod").as_deref() == Some("DNS");
        let takes_s = if ours && by_dns {
            self.present.within(&arn, (60, 180))
        } else {
            GIVEN_UP_S
        };
        let serial: Vec<String> = names::uuid(self.present.seed, &arn)
            .replace('-', "")
            .as_bytes()
            .chunks(2)
            .map(|pair| String::from_utf8_lossy(pair).into_owned())
            .collect();
        let certificate = Certificate {
            region: region.clone(),
            arn: arn.clone(),
            domain,
            alternative_names: names,
            status: "PENDING_VALIDATION".into(),
            not_before: now,
            not_after: now + VALIDITY,
            issued: now,
            renewal: None,
            serial: serial.join(":"),
            in_use_by: Vec::new(),
            validation: if by_dns { "DNS" } else { "EMAIL" }.into(),
            due: Some(self.present.now + takes_s),
        };
        self.resources.certificates.push(certificate);
        Ok((arn, takes_s))
    }

    /// Validated, or given up.
    pub(super) fn issue_certificate(&mut self, arn: &str) {
        let (now, second) = (self.present.at(), self.present.now);
        let certificates = &mut self.resources.certificates;
        let Some(certificate) = certificates.iter_mut().find(|one| one.arn == arn) else {
            return;
        };
        let Some(due) = certificate.due.take() else {
            return;
        };
        if due >= certificate.issued.as_second() + GIVEN_UP_S && second >= due {
            certificate.status = "VALIDATION_TIMED_OUT".into();
            return;
        }
        let midnight = now.as_second().div_euclid(86_400) * 86_400;
        certificate.not_before = Timestamp::from_second(midnight).unwrap_or(now);
        certificate.not_after = certificate.not_before + VALIDITY;
        certificate.issued = now;
        certificate.status = "ISSUED".into();
    }

    pub(super) fn unmake_certificate(&self, arn: &str) -> Result<i64, String> {
        match self.resources.certificate(arn) {
            None => Ok(0),
            Some(one) if one.in_use_by.is_empty() => Ok(self.present.within(arn, (2, 6))),
            Some(_) => Err(format!("Certificate {arn} is in use.")),
        }
    }

    pub(super) fn remove_certificate(&mut self, arn: &str) {
        let certificates = &mut self.resources.certificates;
        certificates.retain(|one| one.arn != arn);
    }
}

impl Resources {
    pub(super) fn certificate(&self, arn: &str) -> Option<&Certificate> {
        self.certificates.iter().find(|one| one.arn == arn)
    }

    /// `user` names this certificate from now on, and no other.
    pub(super) fn use_certificate(&mut self, user: &str, arn: Option<&str>) {
        for one in &mut self.certificates {
            one.in_use_by.retain(|known| known != user);
            if Some(one.arn.as_str()) == arn {
                one.in_use_by.push(user.to_owned());
            }
        }
    }

    /// An issued certificate of `region` that names `host`, or what the service says to any other.
    pub(super) fn usable(&self, arn: &str, region: &Region, host: &str) -> Result<(), String> {
        let found = self.certificate(arn).filter(|one| &one.region == region);
        let Some(certificate) = found else {
            return Err(format!(
                "The certificate {arn} does not exist in Region {region}"
            ));
        };
        if certificate.status != "ISSUED" {
            return Err(format!(
                "The certificate {arn} has status {} and cannot be used",
                certificate.status
            ));
        }
        let mut names = certificate.alternative_names.iter();
        if names.any(|name| super::super::edge_changes::covers(name, host)) {
            return Ok(());
        }
        Err(format!("The certificate {arn} does not name {host}"))
    }
}
