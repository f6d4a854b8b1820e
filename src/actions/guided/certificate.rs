//! Attach another certificate to the distribution (aws-facts §4, §7).

use serde::{Deserialize, Serialize};

use super::action::{Action, LookUp, Opening, Question, Takes};
use crate::arguments::{ArgumentError, Regions};
use crate::check::{Check, Finding};
use crate::draft::{Draft, PlanContext};
use crate::policy::purpose::Purpose;
use crate::rehearsal::{Places, Rehearsal};
use crate::survey::Surveyor;
use crate::{Change, Refused, Step, Task, task};
use gwctl_aws::AwsError;
use gwctl_fleet::assumptions::Means;
use gwctl_fleet::{Account, Region, Snapshot};

/// Attach another certificate to the distribution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttachCertificate {
    /// ARN of a certificate in us-east-1.
    pub arn: String,
    /// What ACM says of it; looked up before planning, which is pure.
    #[serde(default)]
    pub found: Option<CertificateFacts>,
}

/// What a plan must know of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateFacts {
    /// ACM's word, such as `ISSUED`.
    pub status: String,
    /// The names it is for.
    pub names: Vec<String>,
}

impl AttachCertificate {
    /// The one that `arn` names.
    pub fn of(arn: impl Into<String>) -> Self {
        Self {
            arn: arn.into(),
            found: None,
        }
    }
}

impl Action for AttachCertificate {
    const NAME: &'static str = "certificate";
    const ABOUT: &'static str = "Attach a certificate of us-east-1 to the distribution";
    const MENU: &'static str = "Attach another certificate to the distribution";
    const ARGUMENTS: &'static str = "ARN";
    const EXAMPLE: &'static str = "arn:aws:acm:us-east-1:123456789012:certificate/12ab";
    const TAKES: Takes = Takes::Text;
    const PURPOSE: Purpose = Purpose::Shift;
    const RELIES_ON: &'static [&'static [Means]] = &[&[Means::Distribution]];

    fn parse(words: &[&str], _: &dyn Regions) -> Result<Self, ArgumentError> {
        match words {
            [arn] => Ok(Self::of(*arn)),
            _ => Err(Self::usage()),
        }
    }

    fn target(&self) -> String {
        self.arn.rsplit('/').next().unwrap_or(&self.arn).into()
    }

    fn question(&self) -> Option<Question> {
        Some(Question {
            title: "Attach a certificate".into(),
            text: "The ARN of a certificate in us-east-1.",
            announced: "Enter asks for its ARN",
            answer: self.arn.clone(),
        })
    }

    fn opening(_: bool) -> Opening<Self> {
        Opening::With(Self::of(""))
    }

    fn look_up(&self) -> Option<LookUp> {
        self.found.is_none().then_some(LookUp::Certificate)
    }

    async fn looked_up(self, surveyor: &Surveyor<'_>) -> Result<Self, AwsError> {
        // CloudFront takes certificates of us-east-1 alone (aws-facts §7).
        let acm = surveyor
            .session()
            .in_account(Account::Edge)
            .acm(&Region::global());
        let certificate = acm.certificate(&self.arn).await?;
        Ok(Self {
            found: Some(CertificateFacts {
                status: certificate.status,
                names: certificate.names,
            }),
            ..self
        })
    }

    /// Nothing: which certificate, only the operator can say.
    fn offers(_: &Snapshot, _: &Region) -> Vec<Self> {
        Vec::new()
    }

    /// Any certificate that fits.
    fn rehearsals(_: &Places) -> Vec<Rehearsal<Self>> {
        vec![Rehearsal::calm("certificate", Self::of(""))]
    }

    fn plan(&self, context: &PlanContext<'_>) -> Result<Draft, Refused> {
        let Self { arn, found } = self;
        let distribution = context.distribution()?;
        let Some(state) = context.snapshot.edge.distribution.last() else {
            return Err(Refused::new(
                "the distribution could not be read: what it has now is not known",
            ));
        };
        let before = state.certificate_arn.clone();
        if before.as_ref() == Some(arn) {
            return Err(Refused::new(
                "the distribution has this certificate already",
            ));
        }
        let mut plan = Draft::new(format!("Attach {arn} to {distribution}"), distribution);
        plan.checks.push(home(arn));
        plan.checks
            .extend(certificate(found.as_ref(), &state.aliases));
        plan.checks.push(Check::of(
            "deployed",
            state.status == "Deployed",
            "the distribution is deployed",
            Finding::Waivable,
            format!(
                "the distribution is {}: another change is on its way",
                state.status
            ),
        ));
        let change = Change::new(
            "viewer certificate",
            before.clone().unwrap_or_else(|| "none".into()),
            arn.as_str(),
        );
        let attach = |id: &str, from: Option<String>, to: &str| {
            let task = task::AttachCertificate {
                distribution: distribution.to_owned(),
                before: from,
                certificate: to.into(),
            };
            Step::new(
                id,
                "Attach the certificate and wait for its deployment",
                Task::AttachCertificate(task),
                context.snapshot,
            )
        };
        plan.steps
            .push(attach("attach", before.clone(), arn).changes(change));
        if let Some(before) = before {
            let change = Change::new("viewer certificate", arn.as_str(), before.as_str());
            plan.inverse.push(
                attach("undo.attach", Some(arn.clone()), &before)
                    .changes(change)
                    .undoes("attach"),
            );
        }
        Ok(plan)
    }
}

/// CloudFront takes certificates of us-east-1 alone.
fn home(arn: &str) -> Check {
    let region = arn.split(':').nth(3).unwrap_or_default();
    Check::of(
        "us-east-1",
        arn.starts_with("arn:") && region == "us-east-1",
        "the certificate is in us-east-1",
        Finding::Fail,
        format!("CloudFront accepts only certificates of us-east-1, and this one is in `{region}`"),
    )
}

fn certificate(found: Option<&CertificateFacts>, aliases: &[String]) -> Vec<Check> {
    let Some(found) = found else {
        return vec![Check::new(
            "certificate",
            Finding::Fail,
            "the certificate could not be read",
        )];
    };
    let issued = Check::of(
        "issued",
        found.status == "ISSUED",
        "the certificate is ISSUED",
        Finding::Fail,
        format!("the certificate is {}", found.status),
    );
    let bare: Vec<&str> = aliases
        .iter()
        .map(String::as_str)
        .filter(|alias| !found.names.iter().any(|name| covers(name, alias)))
        .collect();
    let names = Check::of(
        "names",
        bare.is_empty(),
        format!("it covers {}", aliases.join(", ")),
        Finding::Fail,
        format!(
            "it does not cover {}: it is for {}",
            bare.join(", "),
            found.names.join(", ")
        ),
    );
    vec![issued, names]
}

/// A wildcard stands for exactly one label.
fn covers(name: &str, host: &str) -> bool {
    match name.strip_prefix("*.") {
        Some(parent) => host
            .split_once('.')
            .is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(parent)),
        None => name.eq_ignore_ascii_case(host),
    }
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_wildcard_covers_one_label_and_no_more() {
        assert!(covers("*.example.com", "api.example.com"));
        assert!(covers("API.example.com", "api.example.com"));
        assert!(!covers("*.example.com", "a.b.example.com"));
        assert!(!covers("*.example.com", "example.com"));
    }
}
