//! Attach another certificate to the distribution (aws-facts §4, §7).

use crate::check::{Check, Finding};
use crate::plan::PlanContext;
use crate::task::AttachCertificate;
use crate::{CertificateFacts, Change, Intent, Places, Plan, Refused, Rehearsal, Step, Task};
use gwctl_fleet::{Region, Snapshot};

/// Nothing: which certificate, only the operator can say.
pub fn offers(_: &Snapshot, _: &Region) -> Vec<Intent> {
    Vec::new()
}

/// Any certificate that fits.
pub fn rehearsals(_: &Places) -> Vec<Rehearsal> {
    let intent = Intent::AttachCertificate {
        arn: String::new(),
        found: None,
    };
    vec![Rehearsal::calm("certificate", intent)]
}

/// The plan.
pub fn plan(context: &PlanContext<'_>, intent: &Intent) -> Result<Plan, Refused> {
    let Intent::AttachCertificate { arn, found } = intent else {
        return Err(Refused::new("not a certificate"));
    };
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
    let mut plan = context.plan(
        intent,
        format!("Attach {arn} to {distribution}"),
        distribution,
    );
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
        let task = AttachCertificate {
            distribution: distribution.to_owned(),
            before: from,
            certificate: to.into(),
        };
        Step::new(
            id,
            "Attach the certificate and wait until it is everywhere",
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

/// CloudFront takes certificates of us-east-1 alone.
fn home(arn: &str) -> Check {
    let region = arn.split(':').nth(3).unwrap_or_default();
    Check::of(
        "us-east-1",
        arn.starts_with("arn:") && region == "us-east-1",
        "the certificate is in us-east-1",
        Finding::Fail,
        format!("CloudFront takes certificates of us-east-1 alone, and this one is in `{region}`"),
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
