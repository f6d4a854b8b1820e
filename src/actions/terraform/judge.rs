//! Judges what a plan would do to the fleet.

use std::collections::BTreeSet;

use jiff::Timestamp;

use gwctl_fleet::clean;

use super::case::Case;
use super::evidence::Evidence;
use super::explain::explain;
use super::finding::{Finding, Line, Reason, Verdict};
use super::part::Part;
use super::plan::{Action, Plan, ResourceChange};
use super::values::{After, Difference, Sides};
use super::{certificates, database, joining, later, routing, serving};

/// More differences of one resource are counted and not shown.
const LINES: usize = 24;
/// Longer addresses are cut.
const ADDRESS: usize = 400;

/// What a plan comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What touches the fleet; the worst first.
    pub findings: Vec<Finding>,
    /// Resources of the fleet that the plan leaves as they are, or of a state: that agree with AWS.
    pub settled: Vec<Named>,
    /// Of a state: resources of the fleet of which gwctl knows nothing to compare.
    pub uncompared: usize,
    /// Changes, or resources of a state, that are not of the fleet.
    pub foreign: usize,
    /// What is to be known of the plan as a whole.
    pub notes: Vec<String>,
    /// Whether something of it could not be told.
    pub partial: bool,
}

/// A resource and what of the fleet it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// As Terraform writes it, cleaned.
    pub address: String,
    /// `aws_rds_cluster`.
    pub kind: String,
    pub part: Part,
}

impl Named {
    pub(super) fn new(address: &str, kind: &str, part: Part) -> Self {
        Self {
            address: clean(address, ADDRESS),
            kind: clean(kind, 100),
            part,
        }
    }
}

impl Judged {
    pub(super) const EMPTY: Self = Self {
        findings: Vec::new(),
        settled: Vec::new(),
        uncompared: 0,
        foreign: 0,
        notes: Vec::new(),
        partial: false,
    };

    /// The worst first.
    pub(super) fn sort(&mut self) {
        self.findings
            .sort_by(|a, b| (a.verdict(), &a.address).cmp(&(b.verdict(), &b.address)));
    }

    /// Whether a resource of `kind` that was taken for a foreign one may be the fleet's after all.
    pub(super) fn doubt(&mut self, kinds: &BTreeSet<&str>, evidence: &Evidence<'_>) {
        let snapshot = evidence.snapshot();
        let mut unknown = |kind: &[&str], missing: bool, what: &str| {
            if missing && kind.iter().any(|kind| kinds.contains(kind)) {
                self.partial = true;
                self.notes.push(format!(
                    "{what} could not be asked: what is counted as not of the fleet may be of it ({})",
                    kind.join(", ")
                ));
            }
        };
        let members = snapshot.database.topology.last().is_none();
        unknown(
            &["aws_rds_cluster", "aws_rds_cluster_instance"],
            members,
            "the members of the global cluster",
        );
        let records = snapshot.edge.records.last().is_none();
        unknown(
            &["aws_route53_health_check", "aws_route53_record"],
            records,
            "the latency records",
        );
    }
}

/// Judges every change of `plan`.
pub fn judge(plan: &Plan, evidence: &Evidence<'_>) -> Judged {
    let mut judged = Judged::EMPTY;
    let mut foreign = BTreeSet::new();
    let drift = plan.drift();
    let mut seen = BTreeSet::new();
    for change in plan.changed() {
        seen.insert(change.address.as_str());
        let action = change.change.action();
        let Some(part) = part(plan, change, evidence) else {
            if !matches!(action, Action::Nothing | Action::Read) {
                judged.foreign += 1;
                foreign.insert(change.kind.as_str());
            }
            continue;
        };
        match action {
            Action::Nothing | Action::Read => match drift.get(change.address.as_str()) {
                Some(moved) => judged.findings.push(beside(moved, part, evidence)),
                None => judged
                    .settled
                    .push(Named::new(&change.address, &change.kind, part)),
            },
            _ => judged
                .findings
                .push(planned(change, action, part, evidence)),
        }
    }
    // What was changed outside Terraform and is no longer of the plan.
    for moved in plan
        .resource_drift
        .iter()
        .filter(|one| !seen.contains(one.address.as_str()))
    {
        if let Some(part) = part(plan, moved, evidence) {
            judged.findings.push(beside(moved, part, evidence));
        }
    }
    judged.sort();
    judged.doubt(&foreign, evidence);
    whole(plan, evidence, &mut judged);
    judged
}

fn part(plan: &Plan, change: &ResourceChange, evidence: &Evidence<'_>) -> Option<Part> {
    let provider = plan.region_of(&change.address);
    let of = |values| evidence.known.part(&change.kind, values, provider);
    of(&change.change.before)
        .or_else(|| of(&change.change.after))
        .or_else(|| later::made_with(plan, change, evidence))
}

fn differences(change: &ResourceChange) -> Vec<Difference> {
    let change = &change.change;
    let sides = Sides {
        before: &change.before,
        after: &change.after,
        unknown: &change.after_unknown,
        sensitive: [&change.before_sensitive, &change.after_sensitive],
    };
    sides.differences()
}

fn planned(
    change: &ResourceChange,
    action: Action,
    part: Part,
    evidence: &Evidence<'_>,
) -> Finding {
    let address = clean(&change.address, ADDRESS);
    let differences = differences(change);
    let case = Case {
        address: &address,
        part: &part,
        action,
        change: &change.change,
        chosen: change.action_reason.as_deref(),
        differences: &differences,
    };
    let mut reasons = match action {
        Action::Forget => vec![Reason::new(
            Verdict::Harmless,
            "Terraform would forget it and leave it in AWS as it is",
        )],
        Action::Unknown => vec![Reason::new(
            Verdict::Unjudged,
            "gwctl does not know what Terraform means by this action",
        )],
        _ => of_part(&case, &change.kind, evidence),
    };
    if matches!(action, Action::Create | Action::Update | Action::Replace) {
        reasons.extend(later::unknown(&case));
    }
    if action == Action::Update {
        reasons.extend(rest(&case, evidence));
    }
    if reasons.is_empty() {
        reasons.push(plain(&case));
    }
    reasons.sort_by_key(|reason| reason.verdict);
    reasons.dedup();
    // What a new or a deleted object is made of says little.
    let lines = match action {
        Action::Update | Action::Replace => lines(&differences, &change.change.replacing()),
        _ => (Vec::new(), 0),
    };
    finding(address, change, part, action, reasons, lines)
}

fn of_part(case: &Case<'_>, kind: &str, evidence: &Evidence<'_>) -> Vec<Reason> {
    match case.part {
        Part::GlobalCluster => database::global_cluster(case, evidence),
        Part::Cluster { .. } => database::cluster(case, evidence),
        Part::Instance { .. } => database::instance(case, evidence),
        Part::Record { .. } | Part::Weighted { .. } | Part::DomainRecord => {
            routing::record(case, evidence)
        }
        Part::Check { .. } => routing::check(case, evidence),
        Part::Switch { .. } => routing::switch(case, evidence),
        Part::Routing { .. } => joining::routing_control(case, kind, evidence),
        Part::Endpoint { .. } => joining::endpoint(case, kind),
        Part::Mapping { .. } => joining::mapping(case, kind, evidence),
        Part::Alias { .. } => joining::alias(case, evidence),
        Part::Permission { .. } => joining::permission(case),
        Part::Certificate { region } => {
            let unused = case
                .action
                .destroys()
                .then(|| certificates::deleted(case, region.as_ref(), evidence));
            match unused.flatten() {
                Some(reason) if kind == "aws_acm_certificate" => vec![reason],
                _ => serving::served(case, kind),
            }
        }
        Part::MadeWith { address, what } => vec![later::same_apply(address, what, kind)],
        Part::Distribution => serving::distribution(case, evidence),
        Part::Router | Part::Function { .. } => serving::function(case, kind, evidence),
        Part::Zone | Part::Api { .. } | Part::Stack { .. } | Part::Names(_) => {
            serving::served(case, kind)
        }
    }
}

/// What the plan changes besides what has a reason of its own.
fn rest(case: &Case<'_>, evidence: &Evidence<'_>) -> Option<Reason> {
    let open = case.differences.iter().filter(|one| {
        let name = one.path.split('.').next().unwrap_or_default();
        // What AWS computes anew decides nothing.
        let computed = one.after == After::Unknown;
        !computed
            && !told(case.part).contains(&name)
            && explain(case.part, name, evidence).is_none()
    });
    let mut names: Vec<&str> = open
        .map(|one| one.path.split('.').next().unwrap_or_default())
        .collect();
    names.dedup();
    if names.is_empty() {
        return None;
    }
    let more = names.len().saturating_sub(6);
    let mut list = names
        .into_iter()
        .take(6)
        .map(|name| clean(name, 60))
        .collect::<Vec<_>>()
        .join(", ");
    if more > 0 {
        list = format!("{list} and {more} more");
    }
    Some(Reason::new(
        Verdict::Unexplained,
        format!("no run explains this: {list}"),
    ))
}

/// The attributes that the rules of the part always speak of.
const fn told(part: &Part) -> &'static [&'static str] {
    match part {
        Part::GlobalCluster => &["deletion_protection"],
        Part::Cluster { .. } => &[
            "global_cluster_identifier",
            "replication_source_identifier",
            "enable_global_write_forwarding",
        ],
        Part::Check { .. } => &["invert_healthcheck", "disabled"],
        Part::Record { .. } | Part::DomainRecord => &["health_check_id"],
        Part::Weighted { .. } => &["health_check_id", "weighted_routing_policy"],
        Part::Distribution => &["aliases"],
        Part::Mapping { .. } => &["api_id", "stage", "stage_name"],
        Part::Alias { .. } => &["function_version"],
        Part::Switch { .. } => &routing::DECIDES,
        _ => &[],
    }
}

/// A change of the fleet that no rule speaks of.
fn plain(case: &Case<'_>) -> Reason {
    let part = case.part;
    let text = match case.action {
        Action::Create => format!("Terraform would create {part}"),
        Action::Delete | Action::Replace => format!("Terraform would delete {part}"),
        _ => format!("Terraform would change {part}, and no run explains it"),
    };
    Reason::new(Verdict::Unexplained, text)
}

/// What was changed outside Terraform, and Terraform takes as it is.
fn beside(change: &ResourceChange, part: Part, evidence: &Evidence<'_>) -> Finding {
    let address = clean(&change.address, ADDRESS);
    let differences = differences(change);
    let gone = change.change.action() == Action::Delete;
    let mut reasons = Vec::new();
    if gone {
        reasons.push(Reason::new(
            Verdict::Unexplained,
            format!("somebody deleted {part} outside Terraform"),
        ));
    } else {
        let each = differences.iter().map(|one| {
            let name = one.path.split('.').next().unwrap_or_default();
            match explain(&part, name, evidence) {
                Some(why) => Reason::new(Verdict::Explained, why.text).by(why.run),
                None => Reason::new(
                    Verdict::Unexplained,
                    format!(
                        "changed outside Terraform, and no run explains it: {}",
                        clean(name, 60)
                    ),
                ),
            }
        });
        reasons.extend(each);
        reasons.sort_by_key(|reason| reason.verdict);
        reasons.dedup();
    }
    if reasons.is_empty() {
        reasons.push(Reason::new(
            Verdict::Harmless,
            "Terraform saw it change, and the plan leaves it",
        ));
    }
    let lines = lines(&differences, &[]);
    finding(address, change, part, Action::Nothing, reasons, lines)
}

/// The differences, those that force a replacement first. `replacing` names their attributes.
fn lines(differences: &[Difference], replacing: &[String]) -> (Vec<Line>, usize) {
    let forces = |one: &Difference| {
        let name = one.path.split('.').next().unwrap_or_default();
        replacing.iter().any(|replaces| replaces == name)
    };
    let mut ranked: Vec<&Difference> = differences.iter().collect();
    // What is computed anew at each change is noise beside what is decided.
    ranked.sort_by_key(|one| (!forces(one), one.after == After::Unknown));
    let lines = ranked.into_iter().take(LINES).map(|one| {
        let (before, after) = one.told();
        Line {
            path: clean(&one.path, 200),
            before,
            after,
            forces_replacement: forces(one),
        }
    });
    (lines.collect(), differences.len().saturating_sub(LINES))
}

fn finding(
    address: String,
    change: &ResourceChange,
    part: Part,
    action: Action,
    reasons: Vec<Reason>,
    (lines, more): (Vec<Line>, usize),
) -> Finding {
    Finding {
        address,
        kind: clean(&change.kind, 100),
        part,
        action,
        reasons,
        lines,
        more,
    }
}

/// What holds of the plan as a whole.
fn whole(plan: &Plan, evidence: &Evidence<'_>, judged: &mut Judged) {
    if plan.errored {
        judged.partial = true;
        judged.notes.push(
            "Terraform met an error while it planned: the plan is incomplete: more changes may follow"
                .into(),
        );
    }
    if !plan.complete {
        judged.partial = true;
        judged
            .notes
            .push("Terraform left a part for a later plan: more changes may follow".into());
    }
    let made = plan
        .timestamp
        .as_deref()
        .and_then(|at| at.parse::<Timestamp>().ok());
    match (made, evidence.runs.newest()) {
        (Some(made), Some((run, sent))) if made < sent => {
            judged.partial = true;
            judged.notes.push(format!(
                "the plan is older than what the run {run} did: it does not show that; plan again"
            ));
        }
        (None, Some((run, _))) => {
            judged.notes.push(format!(
                "the plan does not contain the time when it was made: make sure that it is newer than the run {run}"
            ));
        }
        _ => {}
    }
    let moving = evidence.snapshot().database.topology.current();
    if let Some(failover) = moving.and_then(|topology| topology.failover.as_ref()) {
        judged.partial = true;
        judged.notes.push(format!(
            "the global cluster is {}: apply nothing until it is over, then plan again",
            clean(&failover.status, 40)
        ));
    }
}
