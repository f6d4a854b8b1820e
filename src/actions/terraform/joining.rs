//! What a plan would do to what joins the parts of a Region: the name of its API, aliases and permissions of its
//! functions, routing controls.

use gwctl_fleet::{FunctionAlias, Missing, Wire, Wired};

use super::case::Case;
use super::evidence::Evidence;
use super::finding::{Reason, Verdict};
use super::plan::Action;
use super::routing::evacuated;
use super::unasked::because;
use super::values::{After, text};
use super::wires::wire;

const CONTROL: &str = "aws_route53recoverycontrolconfig_routing_control";
const SAFETY_RULE: &str = "aws_route53recoverycontrolconfig_safety_rule";

/// Of the custom domain name of an API.
pub(super) fn endpoint(case: &Case<'_>, kind: &str) -> Vec<Reason> {
    if case.action.destroys() {
        return vec![case.destroys(format!(
            "Terraform would delete the {kind} of {}: requests for this name fail",
            case.part
        ))];
    }
    Vec::new()
}

/// Of what a custom domain name leads to.
pub(super) fn mapping(case: &Case<'_>, kind: &str, evidence: &Evidence<'_>) -> Vec<Reason> {
    let part = case.part;
    if case.action.destroys() {
        return vec![case.destroys(format!(
            "Terraform would delete the {kind} of {part}: requests for this name fail"
        ))];
    }
    if case.action != Action::Update {
        return Vec::new();
    }
    let mut reasons = Vec::new();
    let sites = &evidence.known.spec.sites;
    let own = sites
        .iter()
        .find(|site| Some(&site.region) == part.region())
        .map(|site| site.api.as_str());
    if let Some((before, after)) = changed(case, "api_id") {
        let text =
            format!("Terraform would let requests go to the API {after} instead of {before}");
        reasons.push(if own == Some(before.as_str()) {
            let text =
                format!("{text}: that is none of the fleet, and no action of gwctl watches it");
            case.destroys(text)
        } else {
            Reason::new(Verdict::Unexplained, text)
        });
    }
    for name in ["stage", "stage_name"] {
        if let Some((before, after)) = changed(case, name) {
            let text =
                format!("Terraform would let requests go to the stage {after} instead of {before}");
            reasons.push(Reason::new(Verdict::Unexplained, text));
        }
    }
    reasons
}

/// Both values of an attribute that the plan changes to another known one.
fn changed(case: &Case<'_>, name: &str) -> Option<(String, String)> {
    let one = case.differences.iter().find(|one| one.path == name)?;
    matches!(one.after, After::Known(_)).then(|| one.told())
}

/// Of an alias.
pub(super) fn alias(case: &Case<'_>, evidence: &Evidence<'_>) -> Vec<Reason> {
    let part = case.part;
    match case.action {
        Action::Delete => {
            return vec![case.destroys(format!(
                "Terraform would delete {part}: whoever calls the function by it gets an error"
            ))];
        }
        Action::Replace => return vec![alias_anew(case)],
        Action::Update => {}
        _ => return Vec::new(),
    }
    let Some((before, after)) = changed(case, "function_version") else {
        return Vec::new();
    };
    let text =
        format!("Terraform would move {part} from version {before} to {after}: other code serves");
    // The file is as old as its refresh: what AWS has now decides.
    let live = match wire(part, "aws_lambda_alias", &case.change.before)
        .map(|wire| evidence.wired(&wire))
    {
        Some(Ok(Wired::Alias(FunctionAlias { version, .. }))) => Some(version),
        _ => None,
    };
    let text = match live {
        Some(version) if *version != before => {
            format!("{text}; in AWS it is of version {version} now, since somebody moved it")
        }
        _ => text,
    };
    vec![Reason::new(Verdict::Unexplained, text)]
}

/// An alias is replaced where its name or its function changes, or on request. Its permissions are deleted with it, and
/// API Gateway then gets no answer from the function.
fn alias_anew(case: &Case<'_>) -> Reason {
    let moved = ["name", "function_name"]
        .into_iter()
        .find_map(|name| changed(case, name));
    let text = match moved {
        Some((before, after)) => format!(
            "Terraform would delete {} and create another one ({after} instead of {before}): whoever calls the function by it gets an error",
            case.part
        ),
        None => format!(
            "Terraform would delete {} and create it again: its permissions go with it, and the calls that need them fail until they are applied again",
            case.part
        ),
    };
    case.destroys(text)
}

/// What tells who may call a function, and which version or alias of it.
const CALLER: [&str; 8] = [
    "function_name",
    "qualifier",
    "source_arn",
    "source_account",
    "principal",
    "principal_org_id",
    "action",
    "event_source_token",
];

/// Of a permission: every change of one is a replacement.
pub(super) fn permission(case: &Case<'_>) -> Vec<Reason> {
    match case.action {
        Action::Delete => vec![case.destroys(format!(
            "Terraform would take away {}: requests that need it fail",
            case.part
        ))],
        Action::Replace => vec![permission_anew(case)],
        _ => Vec::new(),
    }
}

/// A permission keeps its id, so that the old one is deleted before there is a new one. Whom a value that is known only
/// after apply lets call is said elsewhere.
fn permission_anew(case: &Case<'_>) -> Reason {
    let moved = CALLER
        .into_iter()
        .find_map(|name| Some((name, changed(case, name)?)));
    match moved {
        Some((name, (before, after))) => case.destroys(format!(
            "Terraform would replace {} by another one, {name} {after} instead of {before}: requests that need it fail",
            case.part
        )),
        None => Reason::new(
            Verdict::Unexplained,
            format!(
                "Terraform would delete {} and create it again: between the two, requests that need it fail",
                case.part
            ),
        ),
    }
}

/// Of ARC.
pub(super) fn routing_control(case: &Case<'_>, kind: &str, evidence: &Evidence<'_>) -> Vec<Reason> {
    if kind == SAFETY_RULE {
        return vec![safety_rule(case)];
    }
    if !case.action.destroys() {
        return Vec::new();
    }
    let part = case.part;
    let mut text = format!("Terraform would delete {part}: traffic can no longer be moved by it");
    let position = (kind == CONTROL).then(|| position(case, evidence));
    match &position {
        Some(Ok(true)) => text.push_str("; it is On now"),
        Some(Ok(false)) => text.push_str("; it is Off now, which keeps traffic away"),
        _ => {}
    }
    let mut reasons = vec![case.destroys(text)];
    let off = position == Some(Ok(false));
    let away = part.region().and_then(|region| {
        let why = evacuated(region, evidence).or(off.then_some("its routing control is Off"));
        Some((region, why?))
    });
    if let Some((region, why)) = away {
        reasons.push(Reason::new(
            Verdict::Undoes,
            format!("{region} is evacuated ({why}): without the control nothing keeps it so"),
        ));
    }
    if let Some(Err(why)) = position {
        let text = format!(
            "whether the control keeps traffic away at present {}",
            unasked(&why)
        );
        reasons.push(Reason::new(Verdict::Unjudged, text));
    }
    reasons
}

fn unasked(why: &Missing) -> String {
    match why {
        Missing::NoData => {
            "is not known: the configuration has no endpoint of its cluster, or AWS has no such control".into()
        }
        why => because(why),
    }
}

/// Whether a routing control is On, or why that is not known.
fn position(case: &Case<'_>, evidence: &Evidence<'_>) -> Result<bool, Missing> {
    let before = &case.change.before;
    let arn = text(before, "arn").or_else(|| text(before, "id"));
    let arn = arn.ok_or(Missing::NotYet)?;
    match evidence.wired(&Wire::Control { arn: arn.into() })? {
        Wired::Control { on, .. } => on.clone(),
        _ => Err(Missing::NotYet),
    }
}

/// A rule refuses positions that nobody should set: it moves nothing by itself (aws-facts §8.1).
fn safety_rule(case: &Case<'_>) -> Reason {
    let what = match case.action {
        Action::Delete => {
            "Terraform would delete a safety rule of ARC: it no longer refuses an unsafe position"
        }
        Action::Create => {
            "Terraform would add a safety rule of ARC: it may refuse a position that an evacuation sets"
        }
        _ => {
            "Terraform would change a safety rule of ARC: it may refuse a position that an evacuation sets"
        }
    };
    Reason::new(Verdict::Unexplained, what)
}
