//! What telling the targets of `[notify]` calls: with the operator's own credentials, on exactly what they name.

use std::collections::BTreeSet;

use crate::actions::policy::{Policy, Purpose, guided};
use crate::notify::{Kind, NotifySpec, SecretRef, TargetSpec};

/// Whether whoever the policy is for tells others: what its runs do, or how the fleet is.
pub fn tells(purpose: Purpose) -> bool {
    purpose == Purpose::Watch || guided(purpose).next().is_some()
}

/// What it takes to tell the targets that hear of the fleet called `fleet`.
pub fn policy(spec: &NotifySpec, fleet: &str) -> Policy {
    let targets = || {
        spec.targets
            .values()
            .filter(|target| target.hears_of(fleet))
    };
    let arns = |kind| {
        let of_kind = targets().filter(move |target| target.kind == kind);
        sorted(of_kind.flat_map(|target| target.arns.iter().cloned()))
    };
    let secrets = sorted(targets().flat_map(secrets));
    Policy::allowing([
        ("TellTopics", "sns:Publish", arns(Kind::Sns)),
        ("TellBuses", "events:PutEvents", arns(Kind::Eventbridge)),
        (
            "ReadTargetSecrets",
            "secretsmanager:GetSecretValue",
            secrets,
        ),
    ])
}

fn sorted(arns: impl Iterator<Item = String>) -> Vec<String> {
    let all: BTreeSet<String> = arns.collect();
    all.into_iter().collect()
}

/// The ARNs of what Secrets Manager keeps for `target`.
fn secrets(target: &TargetSpec) -> impl Iterator<Item = String> {
    let references = [target.url.as_ref(), target.key.as_ref()];
    references
        .into_iter()
        .flatten()
        .filter_map(|one| match one {
            SecretRef::SecretsManager(arn) => Some(arn.clone()),
            _ => None,
        })
}
