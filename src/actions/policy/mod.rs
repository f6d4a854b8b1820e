//! The least that an operator must be allowed, as an IAM policy: of what the code really calls.
//!
//! Looking needs what `observe`'s table says; acting needs what the plans of the actions' rehearsals
//! say, forward and back. So a new question or a new step is in the policy by itself, and a test holds
//! both against what is really called. What CloudFormation calls for the resources is in a table of its
//! own, that another test holds against the resources' schemas.

mod known;
mod part;
mod place;
pub(crate) mod purpose;
mod resources;
mod scope;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::guided::{ACTIONS, Description};
use super::{Intent, Places, Plan, PlannedCall, plan};
use gwctl_fleet::{Account, FleetSpec, Region, Snapshot};
use gwctl_observe::read_permissions_of;

pub use super::planned_call::action;
pub use known::{Known, THE_ACCOUNT};
use place::Place;
pub use purpose::Purpose;
pub use resources::NEEDED;
use scope::Scope;
pub use table::{ON_THE_SHARED_TABLE, Table};

/// What provisioning calls that no plan says: a look round before it is planned, and what only another
/// try needs.
const BESIDE_PLANS: [&str; 12] = [
    "apigateway:GET",
    "cloudformation:DeleteChangeSet",
    "cloudformation:DescribeAccountLimits",
    "cloudformation:DescribeStacks",
    "lambda:GetAccountSettings",
    "rds:DescribeAccountAttributes",
    "rds:DescribeOrderableDBInstanceOptions",
    // The handler's user: planned where the database's first user has a secret.
    "rds:EnableHttpEndpoint",
    "rds-data:ExecuteStatement",
    "route53:GetAccountLimit",
    // Who takes what a Region loses is looked at right before it is left.
    "route53:GetHealthCheck",
    "route53:ListResourceRecordSets",
];

/// What rolling back asks before it is planned: what runs, what was published before, and who deployed.
const BEFORE_ROLLBACK: [&str; 6] = [
    "apigateway:GET",
    "cloudfront:GetDistribution",
    "cloudtrail:LookupEvents",
    "lambda:GetAlias",
    "lambda:GetFunction",
    "lambda:ListVersionsByFunction",
];

/// What every run asks before each change: whether it is in the account it was confirmed for.
const EACH_RUN: &str = "sts:GetCallerIdentity";

/// What AWS checks besides the action that is called (aws-facts §9): never called by gwctl itself.
pub const DEPENDENTS: [(&str, &[&str]); 3] = [
    // The Data API signs in with what the caller may read (aws-facts §19.3).
    (
        "rds-data:ExecuteStatement",
        &["secretsmanager:GetSecretValue"],
    ),
    // The copy is encrypted with the key of the snapshot.
    (
        "rds:CopyDBClusterSnapshot",
        &["kms:CreateGrant", "kms:DescribeKey"],
    ),
    // The distribution that is written back has the router on it.
    (
        "cloudfront:UpdateDistribution",
        &["lambda:EnableReplication*", "lambda:GetFunction"],
    ),
];

/// The guided actions that `purpose` is for.
pub fn guided(purpose: Purpose) -> impl Iterator<Item = &'static Description> {
    let all = ACTIONS.iter().copied();
    all.filter(move |action| action.purpose == purpose)
}

/// Every call that the plans of the actions for `purpose` make on the fleet in `picture`, and
/// those that would take them back. A rehearsal that cannot be planned there adds nothing: what it needs
/// to be done first is another one's.
pub fn planned(
    purpose: Purpose,
    fleet: &str,
    spec: &FleetSpec,
    picture: &Snapshot,
) -> BTreeSet<PlannedCall> {
    let Some(places) = places(spec, picture) else {
        return BTreeSet::new();
    };
    let intents: Vec<Intent> = guided(purpose)
        .flat_map(|action| (action.rehearsals)(&places))
        .map(|rehearsal| rehearsal.intent.on_bare_ground())
        .collect();
    intents
        .iter()
        .filter_map(|intent| plan(fleet, spec, picture, intent).ok())
        .flat_map(|plan: Plan| plan.steps.into_iter().chain(plan.inverse))
        .filter(|step| step.task.is_by_iam())
        .flat_map(|step| step.calls)
        .collect()
}

fn places(spec: &FleetSpec, picture: &Snapshot) -> Option<Places> {
    let writer = picture.database.topology.last()?.writer()?.region.clone();
    let mut others = picture.sites.iter().map(|site| site.region.clone());
    let mut next = || others.find(|region| *region != writer);
    let other = next()?;
    let third = next().unwrap_or_else(|| other.clone());
    let functions = picture.site(&writer).map(|site| site.functions.as_slice());
    let function = functions.and_then(|all| Some(all.first()?.name.clone()));
    let free = Region::all().find(|region| picture.site(region).is_none())?;
    let writer_site = writer.clone();
    Some(Places {
        writer,
        other,
        third,
        free,
        function,
        api: picture.site(&writer_site).map(|site| site.api.id.clone()),
        router: spec.edge.router.clone(),
        routing_controls: !spec.edge.routing_endpoints.is_empty(),
        region_switch: !picture.region_switch_plans().is_empty(),
    })
}

/// The actions that `purpose` needs: what is asked, what is planned, and what AWS checks besides.
pub fn actions(purpose: Purpose, planned: &BTreeSet<PlannedCall>) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = read_permissions_of(purpose.askers())
        .map(ToOwned::to_owned)
        .collect();
    all.extend(
        planned
            .iter()
            .map(|call| action(&call.service, &call.operation)),
    );
    if purpose == Purpose::Approve || guided(purpose).next().is_some() {
        all.insert(EACH_RUN.into());
    }
    if purpose == Purpose::Provision {
        all.extend(BESIDE_PLANS.map(ToOwned::to_owned));
    }
    if purpose == Purpose::Rollback {
        all.extend(BEFORE_ROLLBACK.map(ToOwned::to_owned));
    }
    for (action, besides) in DEPENDENTS {
        if all.contains(action) {
            all.extend(besides.iter().map(ToString::to_string));
        }
    }
    all
}

/// Of `actions`, those that the account of `part` needs.
pub fn in_account(actions: BTreeSet<String>, spec: &FleetSpec, part: &Account) -> BTreeSet<String> {
    let held = part::beside(spec, part);
    let about = |action: &String| {
        part::parts_of(action)
            .iter()
            .any(|part| held.contains(part))
    };
    actions.into_iter().filter(about).collect()
}

/// Characters that IAM takes in one managed policy, white space not counted (IAM's page on quotas).
pub const MANAGED: usize = 6_144;
/// Characters that it takes in all of a role's inline policies together, counted alike.
pub const INLINE: usize = 10_240;

/// An IAM policy document.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    version: &'static str,
    statement: Vec<Statement>,
}

/// What is allowed, on what, and when.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    sid: String,
    effect: &'static str,
    /// IAM actions.
    pub action: Vec<String>,
    /// ARNs, or `*` where AWS knows nothing narrower.
    pub resource: Vec<String>,
    /// Under which condition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Value>,
}

impl Policy {
    /// It allows each of `statements`: its name, of letters and digits alone, the IAM actions, and on which ARNs; nothing of
    /// those without an ARN.
    pub fn allowing(
        statements: impl IntoIterator<Item = (&'static str, &'static str, Vec<String>)>,
    ) -> Self {
        let statements = statements.into_iter();
        let statements = statements.filter(|(.., arns)| !arns.is_empty());
        let statement = |(sid, action, resource): (&str, &str, Vec<String>)| Statement {
            sid: sid.into(),
            effect: "Allow",
            action: vec![action.into()],
            resource,
            condition: None,
        };
        Self {
            version: "2012-10-17",
            statement: statements.map(statement).collect(),
        }
    }

    /// What it allows.
    pub fn statements(&self) -> &[Statement] {
        &self.statement
    }

    /// Everything that either allows; of different statements.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.statement.extend(other.statement);
        self
    }

    /// As IAM counts: without the white space between.
    pub fn size(&self) -> usize {
        serde_json::to_string(self).map_or(0, |text| text.len())
    }

    /// Cut between statements, so that a managed policy holds each part.
    pub fn parts(&self) -> Vec<Self> {
        let mut parts: Vec<Self> = Vec::new();
        for one in &self.statement {
            let alone = Self {
                version: self.version,
                statement: vec![one.clone()],
            };
            let grown = parts.last().map(|last| last.clone().and(alone.clone()));
            match (grown, parts.last_mut()) {
                (Some(grown), Some(last)) if grown.size() <= MANAGED => *last = grown,
                _ => parts.push(alone),
            }
        }
        parts
    }

    /// Whether `action` is among what is allowed.
    pub fn allows(&self, action: &str) -> bool {
        let fits = |allowed: &str| match allowed.strip_suffix('*') {
            Some(head) => action.starts_with(head),
            None => allowed == action,
        };
        let mut all = self.statement.iter().flat_map(|one| &one.action);
        all.any(|allowed| fits(allowed))
    }
}

/// The policy that allows `actions` on the fleet of `spec`, as narrow as what is known of it, and what a run does with
/// the table that the team shares.
pub fn policy(
    fleet: &str,
    spec: &FleetSpec,
    known: &Known,
    actions: &BTreeSet<String>,
    part: Option<&Account>,
) -> Policy {
    policy_with(fleet, spec, known, actions, (part, Table::Run))
}

/// As [`policy`], with what `table` says of the table that the team shares.
pub fn policy_with(
    fleet: &str,
    spec: &FleetSpec,
    known: &Known,
    actions: &BTreeSet<String>,
    (part, table): (Option<&Account>, Table),
) -> Policy {
    // Whoever copies code reads that of the fleet's functions; all others only hand the router over.
    let copies = actions.contains("lambda:UpdateFunctionCode");
    // Whoever rolls back writes that of the fleet's functions, and of no new handler.
    let rolls_back = actions.contains("lambda:UpdateAlias");
    let of = |action: &str| match action {
        "lambda:GetFunction" | "lambda:UpdateFunctionCode" if rolls_back => Scope::Functions,
        "lambda:GetFunction" | "lambda:GetFunctionConfiguration" if copies && !rolls_back => {
            Scope::Code
        }
        other => Scope::of(other),
    };
    let mut by_scope: BTreeMap<Scope, Vec<String>> = BTreeMap::new();
    // Nobody needs a permission for what does not exist there.
    let exists = |action: &&String| spec.partition().lacks(action).is_none();
    for action in actions.iter().filter(exists) {
        by_scope.entry(of(action)).or_default().push(action.clone());
    }
    let parts = part.map_or_else(|| Account::ALL.into(), |part| part::beside(spec, part));
    let spec = &part::sites(spec, part);
    let context = scope::PolicyContext {
        fleet,
        spec,
        known,
        parts,
    };
    let statement = by_scope
        .into_iter()
        .flat_map(|(scope, actions)| scope.statements(&context, actions));
    // It is in the account of the operator's own credentials.
    let shared = part.is_none().then(|| table.statements(spec, known));
    Policy {
        version: "2012-10-17",
        statement: statement.chain(shared.into_iter().flatten()).collect(),
    }
}

/// What CloudFormation needs for the resources of gwctl's own templates, whoever calls for them.
pub fn resources(fleet: &str, spec: &FleetSpec, known: &Known) -> Policy {
    let mut by_place: BTreeMap<Place, Vec<String>> = BTreeMap::new();
    let exists = |action: &String| spec.partition().lacks(action).is_none();
    for action in resources::actions().into_iter().filter(exists) {
        by_place.entry(Place::of(&action)).or_default().push(action);
    }
    let context = scope::PolicyContext {
        fleet,
        spec,
        known,
        parts: Account::ALL.into(),
    };
    let statement = by_place
        .into_iter()
        .filter_map(|(place, actions)| place.statement(&context, actions));
    Policy {
        version: "2012-10-17",
        statement: statement.collect(),
    }
}

/// Regions where the fleet is, where its switches are, and us-east-1.
fn regions(spec: &FleetSpec) -> BTreeSet<Region> {
    let sites = spec.sites.iter().map(|site| site.region.clone());
    let switches = spec.sites.iter().filter_map(|site| site.switch.as_ref());
    let switches = switches.map(|switch| switch.region.clone());
    sites.chain(switches).chain([spec.home()]).collect()
}
