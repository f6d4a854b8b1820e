//! What a plan would do to what serves: the distribution, the functions, the APIs, their names and certificates.

use serde_json::Value;

use super::case::Case;
use super::evidence::Evidence;
use super::explain::{explain, is_code};
use super::finding::{Reason, Verdict};
use super::part::{Part, same_name};
use super::plan::Action;
use super::values::{After, lookup, texts};

/// What Terraform replaces in everyday work: the new one is there before the old one goes, or a moment later.
const EVERYDAY: [&str; 3] = [
    "aws_api_gateway_deployment",
    "aws_apigatewayv2_deployment",
    "aws_acm_certificate_validation",
];

/// Of the distribution.
pub(super) fn distribution(case: &Case<'_>, evidence: &Evidence<'_>) -> Vec<Reason> {
    if case.action.destroys() {
        return vec![case.destroys(format!(
            "Terraform would delete {}: clients get no answer",
            case.part
        ))];
    }
    if case.action != Action::Update {
        return Vec::new();
    }
    let mut reasons = Vec::new();
    let after = &case.change.after;
    if case.changes("enabled") && lookup(after, "enabled").as_bool() == Some(false) {
        reasons.push(Reason::new(
            Verdict::Destroys,
            "Terraform would disable the distribution: clients get no answer",
        ));
    }
    if case.changes("aliases") {
        reasons.push(aliases(case, after, evidence));
    }
    if let Some(why) = case
        .changes("viewer_certificate")
        .then(|| explain(case.part, "viewer_certificate", evidence))
        .flatten()
    {
        let text = format!(
            "Terraform would put another certificate on the distribution: {}",
            why.text
        );
        let reason = Reason::new(Verdict::Undoes, text).by(why.run);
        reasons.push(
            reason.advise("write the ARN of the certificate that serves into the configuration"),
        );
    }
    reasons
}

fn aliases(case: &Case<'_>, after: &Value, evidence: &Evidence<'_>) -> Reason {
    let domain = &evidence.known.spec.domain;
    let unknown = case
        .differences
        .iter()
        .any(|one| one.is_of("aliases") && one.after == After::Unknown);
    let keeps = texts(lookup(after, "aliases"))
        .iter()
        .any(|name| same_name(name, domain));
    if unknown {
        Reason::new(
            Verdict::Unjudged,
            format!(
                "the names of the distribution are known only after apply: without {domain} clients get no answer"
            ),
        )
    } else if keeps {
        Reason::new(
            Verdict::Unexplained,
            "the plan changes the names that the distribution answers to",
        )
    } else {
        Reason::new(
            Verdict::Destroys,
            format!("the distribution would no longer answer to {domain}: clients get an error"),
        )
    }
}

/// Of a function, and of what belongs to it.
pub(super) fn function(case: &Case<'_>, kind: &str, evidence: &Evidence<'_>) -> Vec<Reason> {
    if case.action == Action::Replace && EVERYDAY.contains(&kind) {
        return vec![everyday(case)];
    }
    if case.action.destroys() {
        let text = match kind {
            "aws_lambda_function" => {
                format!("Terraform would delete {}: requests for it fail", case.part)
            }
            kind => format!("Terraform would delete the {kind} of {}", case.part),
        };
        return vec![case.destroys(text)];
    }
    if case.action != Action::Update {
        return Vec::new();
    }
    let mut reasons = Vec::new();
    let stops = lookup(&case.change.after, "reserved_concurrent_executions").as_i64() == Some(0);
    if case.changes("reserved_concurrent_executions") && stops {
        reasons.push(Reason::new(
            Verdict::Destroys,
            format!(
                "Terraform would set the concurrency of {} to 0: every request for it fails",
                case.part
            ),
        ));
    }
    let of_code = case
        .differences
        .iter()
        .all(|one| is_code(&one.path) || one.after == After::Unknown);
    let coded = of_code
        .then(|| explain(case.part, "source_code_hash", evidence))
        .flatten();
    if let Some(why) = coded {
        let text = format!("{}; Terraform would put its own package there", why.text);
        let reason = Reason::new(Verdict::Undoes, text).by(why.run);
        reasons
            .push(reason.advise("find out which of the two is newer before the plan is applied"));
    }
    reasons
}

fn everyday(case: &Case<'_>) -> Reason {
    Reason::new(
        Verdict::Unexplained,
        format!("Terraform would replace a part of {}", case.part),
    )
}

/// Of everything else that requests go through.
pub(super) fn served(case: &Case<'_>, kind: &str) -> Vec<Reason> {
    if !case.action.destroys() {
        return Vec::new();
    }
    if case.action == Action::Replace && EVERYDAY.contains(&kind) {
        return vec![everyday(case)];
    }
    let what = match case.part {
        Part::Names(what) => {
            let text = format!(
                "Terraform would delete the {kind} that names {what}; gwctl does not know what depends on it"
            );
            return vec![Reason::new(Verdict::Unexplained, text)];
        }
        part => part,
    };
    vec![case.destroys(format!(
        "Terraform would delete the {kind} of {what}: what depends on it fails"
    ))]
}
