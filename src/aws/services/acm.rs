//! ACM: certificates and when they end.

use serde::Deserialize;
use serde_json::json;

use crate::transport::error::AwsError;
use crate::transport::json::{Epoch, JsonService, Page, Target, all_pages};
use crate::transport::reply;
use crate::transport::session::Session;
use gwctl_fleet::{Certificate, Region};

const TARGET: Target = Target {
    prefix: "CertificateManager",
    version: "1.1",
};
/// Without key types only RSA 2048 is listed.
const KEY_TYPES: [&str; 7] = [
    "RSA_1024",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "EC_prime256v1",
    "EC_secp384r1",
    "EC_secp521r1",
];
const ISSUED: &str = "ISSUED";

/// ACM in one Region.
#[derive(Clone)]
pub struct Acm {
    acm: JsonService,
}

impl Session {
    /// ACM in `region`.
    pub fn acm(&self, region: &Region) -> Acm {
        Acm {
            acm: self.json("acm", "ACM", region),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    certificate: Option<Detail>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Detail {
    certificate_arn: Option<String>,
    domain_name: Option<String>,
    subject_alternative_names: Option<Vec<String>>,
    status: Option<String>,
    not_after: Option<Epoch>,
    renewal_summary: Option<Renewal>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Renewal {
    renewal_status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    certificate_summary_list: Option<Vec<Summary>>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    certificate_arn: Option<String>,
    domain_name: Option<String>,
    subject_alternative_name_summaries: Option<Vec<String>>,
    has_additional_subject_alternative_names: Option<bool>,
    status: Option<String>,
    in_use: Option<bool>,
    not_after: Option<Epoch>,
}

impl Acm {
    /// The certificate `arn`.
    pub async fn certificate(&self, arn: &str) -> Result<Certificate, AwsError> {
        const ACTION: &str = "DescribeCertificate";
        let body = json!({ "CertificateArn": arn });
        let told: Described = self.acm.call(TARGET, ACTION, &body).await?;
        let certificate = told.certificate.as_ref().map(certificate);
        let none = || {
            self.acm
                .caller
                .garbled(ACTION, "no certificate in the reply")
        };
        certificate.ok_or_else(none)
    }

    /// The certificate that serves `domain` here: of those that are good for it one that is in use before any
    /// other, then an issued one, then the one that ends last; of several that are in use the one that ends
    /// first, as any of them may be the one. None when there is none.
    pub async fn certificate_for(&self, domain: &str) -> Result<Option<Certificate>, AwsError> {
        let fitting = self.list(domain).await?;
        let (used, spare): (Vec<_>, Vec<_>) = fitting.into_iter().partition(|(_, used)| *used);
        let issued = |one: &Certificate| one.status == ISSUED;
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
        let page = |next: Option<String>| async move {
            let mut body = json!({ "Includes": { "keyTypes": KEY_TYPES }, "MaxItems": 1000 });
            if let Some(next) = next {
                body["NextToken"] = next.into();
            }
            let told: Listed = self.acm.call(TARGET, ACTION, &body).await?;
            Ok(Page {
                items: told.certificate_summary_list.unwrap_or_default(),
                next: told.next_token,
            })
        };
        let all = all_pages(&self.acm.caller, ACTION, page).await?;
        self.fitting(all, domain).await
    }

    /// Those of `all` that are good for `domain`. A summary tells a hundred names at most and says where there are
    /// more: then the certificate itself is asked for them.
    async fn fitting(
        &self,
        all: Vec<Summary>,
        domain: &str,
    ) -> Result<Vec<(Certificate, bool)>, AwsError> {
        let mut fitting = Vec::new();
        for summary in all {
            let known = listed(&summary);
            let Some(known) = known else { continue };
            let more = summary.has_additional_subject_alternative_names == Some(true);
            let known = if more && !good_for(&known, domain) {
                self.certificate(&known.arn).await?
            } else {
                known
            };
            if good_for(&known, domain) {
                fitting.push((known, summary.in_use == Some(true)));
            }
        }
        Ok(fitting)
    }
}

/// What a summary tells; none without an ARN.
fn listed(summary: &Summary) -> Option<Certificate> {
    Some(Certificate {
        arn: reply::name(summary.certificate_arn.as_deref()?),
        domain: reply::name_or_empty(summary.domain_name.as_deref()),
        names: all_names(
            summary.domain_name.as_deref(),
            summary.subject_alternative_name_summaries.as_deref(),
        ),
        status: reply::name_or_empty(summary.status.as_deref()),
        not_after: summary.not_after.and_then(Epoch::moment),
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
fn all_names(main: Option<&str>, others: Option<&[String]>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in main
        .into_iter()
        .chain(others.unwrap_or_default().iter().map(String::as_str))
        .map(reply::domain)
    {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn certificate(detail: &Detail) -> Certificate {
    let renewal = detail.renewal_summary.as_ref();
    Certificate {
        arn: reply::name_or_empty(detail.certificate_arn.as_deref()),
        domain: reply::name_or_empty(detail.domain_name.as_deref()),
        names: all_names(
            detail.domain_name.as_deref(),
            detail.subject_alternative_names.as_deref(),
        ),
        status: reply::name_or_empty(detail.status.as_deref()),
        not_after: detail.not_after.and_then(Epoch::moment),
        renewal: reply::some_name(renewal.and_then(|one| one.renewal_status.as_deref())),
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
