//! ACM: certificates and when they end.

use crate::transport::call::Caller;
use crate::transport::error::AwsError;
use crate::transport::reply;
use crate::transport::session::{Session, sdk_client};
use aws_sdk_acm::Client;
use aws_sdk_acm::types::{
    CertificateDetail, CertificateStatus, CertificateSummary, Filters, KeyAlgorithm,
};
use gwctl_fleet::{Certificate, Region};

/// No account's list is longer; a reply that never ends must not hang us.
const PAGES: usize = 20;

/// ACM in one Region.
#[derive(Debug, Clone)]
pub struct Acm {
    client: Client,
    caller: Caller,
}

impl Session {
    /// ACM in `region`.
    pub fn acm(&self, region: &Region) -> Acm {
        let caller = self.caller("acm", region);
        Acm {
            client: self.client(&caller, sdk_client!(aws_sdk_acm)),
            caller,
        }
    }
}

impl Acm {
    /// The certificate `arn`.
    pub async fn certificate(&self, arn: &str) -> Result<Certificate, AwsError> {
        const ACTION: &str = "DescribeCertificate";
        let call = self
            .client
            .describe_certificate()
            .certificate_arn(arn)
            .send();
        let reply = self.caller.ask(ACTION, call).await?;
        reply
            .certificate()
            .map(certificate)
            .ok_or_else(|| self.caller.garbled(ACTION, "no certificate in the reply"))
    }

    /// The certificate that serves `domain` here: of those that are good for it one that is in use before any
    /// other, then an issued one, then the one that ends last; of several that are in use the one that ends
    /// first, as any of them may be the one. None when there is none.
    pub async fn certificate_for(&self, domain: &str) -> Result<Option<Certificate>, AwsError> {
        let fitting = self.list(domain).await?;
        let (used, spare): (Vec<_>, Vec<_>) = fitting.into_iter().partition(|(_, used)| *used);
        let issued = |one: &Certificate| one.status == CertificateStatus::Issued.as_str();
        let of = |all: Vec<(Certificate, bool)>| all.into_iter().map(|(one, _)| one);
        let best = of(used)
            .max_by_key(|one| (issued(one), std::cmp::Reverse(one.not_after)))
            .or_else(|| of(spare).max_by_key(|one| (issued(one), one.not_after)));
        let Some(best) = best else { return Ok(None) };
        // The summary tells all but how a renewal goes: ask only near the end, when one is due.
        if best.not_after.is_none() || !issued(&best) {
            return self.certificate(&best.arn).await.map(Some);
        }
        Ok(Some(best))
    }

    /// Every certificate that is good for `domain`, and whether it is in use.
    async fn list(&self, domain: &str) -> Result<Vec<(Certificate, bool)>, AwsError> {
        const ACTION: &str = "ListCertificates";
        // Without key types only RSA 2048 is listed.
        let key_types = [
            KeyAlgorithm::Rsa1024,
            KeyAlgorithm::Rsa2048,
            KeyAlgorithm::Rsa3072,
            KeyAlgorithm::Rsa4096,
            KeyAlgorithm::EcPrime256v1,
            KeyAlgorithm::EcSecp384r1,
            KeyAlgorithm::EcSecp521r1,
        ];
        let filters = Filters::builder()
            .set_key_types(Some(key_types.into()))
            .build();
        let mut all = Vec::new();
        let mut token = None;
        for _ in 0..PAGES {
            let call = self
                .client
                .list_certificates()
                .includes(filters.clone())
                .max_items(1000)
                .set_next_token(token)
                .send();
            let page = self.caller.ask(ACTION, call).await?;
            token = page
                .next_token()
                .filter(|token| !token.is_empty())
                .map(Into::into);
            all.extend(page.certificate_summary_list.unwrap_or_default());
            if token.is_none() {
                return self.fitting(all, domain).await;
            }
        }
        Err(self.caller.cut_short(ACTION))
    }

    /// Those of `all` that are good for `domain`. A summary tells a hundred names at most and says where there are
    /// more: then the certificate itself is asked for them.
    async fn fitting(
        &self,
        all: Vec<CertificateSummary>,
        domain: &str,
    ) -> Result<Vec<(Certificate, bool)>, AwsError> {
        let mut fitting = Vec::new();
        for summary in all {
            let known = listed(&summary);
            let Some(known) = known else { continue };
            let more = summary.has_additional_subject_alternative_names() == Some(true);
            let known = if more && !good_for(&known, domain) {
                self.certificate(&known.arn).await?
            } else {
                known
            };
            if good_for(&known, domain) {
                fitting.push((known, summary.in_use() == Some(true)));
            }
        }
        Ok(fitting)
    }
}

/// What a summary tells; none without an ARN.
fn listed(summary: &CertificateSummary) -> Option<Certificate> {
    Some(Certificate {
        arn: reply::name(summary.certificate_arn()?),
        domain: reply::name_or_empty(summary.domain_name()),
        names: all_names(
            summary.domain_name(),
            summary.subject_alternative_name_summaries(),
        ),
        status: reply::name_or_empty(summary.status().map(CertificateStatus::as_str)),
        not_after: reply::moment(summary.not_after()),
        renewal: None,
    })
}

fn good_for(certificate: &Certificate, domain: &str) -> bool {
    certificate.names.iter().any(|name| covers(name, domain))
}

/// Whether a certificate for `name` is good for `domain`; `*.` stands for exactly one label.
fn covers(name: &str, domain: &str) -> bool {
    let (name, domain) = (reply::domain(name), reply::domain(domain));
    match name.strip_prefix("*.") {
        Some(rest) => domain
            .split_once('.')
            .is_some_and(|(label, tail)| !label.is_empty() && tail == rest),
        None => name == domain,
    }
}

/// The main name first, then the others, each once.
fn all_names(main: Option<&str>, others: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in main
        .into_iter()
        .chain(others.iter().map(String::as_str))
        .map(reply::domain)
    {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn certificate(detail: &CertificateDetail) -> Certificate {
    let renewal = detail
        .renewal_summary()
        .map(|summary| summary.renewal_status().as_str());
    Certificate {
        arn: reply::name_or_empty(detail.certificate_arn()),
        domain: reply::name_or_empty(detail.domain_name()),
        names: all_names(detail.domain_name(), detail.subject_alternative_names()),
        status: reply::name_or_empty(detail.status().map(CertificateStatus::as_str)),
        not_after: reply::moment(detail.not_after()),
        renewal: reply::some_name(renewal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_stands_for_exactly_one_label() {
        assert!(covers("*.api.example.com", "eu-west-1.api.example.com"));
        assert!(!covers("*.api.example.com", "api.example.com"));
        assert!(!covers("*.api.example.com", "a.b.api.example.com"));
        assert!(covers("API.example.com.", "api.example.com"));
        assert!(!covers("pi.example.com", "api.example.com"));
    }
}
