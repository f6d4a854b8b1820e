//! ACM: certificates and when they end.

use aws_sdk_acm::Client;
use aws_sdk_acm::types::{
    CertificateDetail, CertificateStatus, CertificateSummary, Filters, KeyAlgorithm,
};
use jiff::Timestamp;

use super::error::AwsError;
use super::line::Line;
use super::reply;
use super::session::{Session, sdk_client};
use crate::fleet::{Certificate, Region};

/// No account's list is longer; a reply that never ends must not hang us.
const PAGES: usize = 20;

/// ACM in one Region.
#[derive(Debug, Clone)]
pub struct Acm {
    client: Client,
    line: Line,
}

impl Session {
    /// ACM in `region`.
    pub fn acm(&self, region: &Region) -> Acm {
        let line = self.line("acm", region);
        Acm {
            client: self.client(&line, sdk_client!(aws_sdk_acm)),
            line,
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
        let reply = self.line.ask(ACTION, call).await?;
        reply
            .certificate()
            .map(certificate)
            .ok_or_else(|| self.line.garbled(ACTION, "no certificate in the reply"))
    }

    /// The certificate that serves `domain` here: an issued one before any other, then the one that
    /// ends last. None when there is none.
    pub async fn certificate_for(&self, domain: &str) -> Result<Option<Certificate>, AwsError> {
        let fitting = self.list(domain).await?;
        let best = fitting.into_iter().max_by_key(|summary| {
            (
                summary.status() == Some(&CertificateStatus::Issued),
                ends(summary),
                summary.in_use(),
            )
        });
        let Some(best) = best else { return Ok(None) };
        // The summary tells all but how a renewal goes: ask only near the end, when one is due.
        let Some(arn) = best.certificate_arn() else {
            return Ok(None);
        };
        let issued = best.status() == Some(&CertificateStatus::Issued);
        if ends(&best).is_none() || !issued {
            return self.certificate(arn).await.map(Some);
        }
        Ok(Some(Certificate {
            arn: reply::name(arn),
            domain: reply::name_or_empty(best.domain_name()),
            names: all_names(
                best.domain_name(),
                best.subject_alternative_name_summaries(),
            ),
            status: reply::name_or_empty(best.status().map(CertificateStatus::as_str)),
            not_after: ends(&best),
            renewal: None,
        }))
    }

    async fn list(&self, domain: &str) -> Result<Vec<CertificateSummary>, AwsError> {
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
        let mut fitting = Vec::new();
        let mut token = None;
        for _ in 0..PAGES {
            let call = self
                .client
                .list_certificates()
                .includes(filters.clone())
                .max_items(1000)
                .set_next_token(token)
                .send();
            let page = self.line.ask("ListCertificates", call).await?;
            token = page
                .next_token()
                .filter(|token| !token.is_empty())
                .map(Into::into);
            let summaries = page.certificate_summary_list.unwrap_or_default();
            fitting.extend(
                summaries
                    .into_iter()
                    .filter(|summary| names(summary, domain)),
            );
            if token.is_none() {
                break;
            }
        }
        Ok(fitting)
    }
}

fn names(summary: &CertificateSummary, domain: &str) -> bool {
    let main = summary.domain_name();
    let others = summary
        .subject_alternative_name_summaries()
        .iter()
        .map(String::as_str);
    main.into_iter()
        .chain(others)
        .any(|name| covers(name, domain))
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

fn ends(summary: &CertificateSummary) -> Option<Timestamp> {
    reply::moment(summary.not_after())
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
