//! `gwctl iam-policy`: the least that an operator must be allowed.

pub mod args;
mod telling;
#[cfg(test)]
mod tests;
mod trust;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::Duration;

use super::exit::Exit;
use super::failure::Failure;
use super::flags::Global;
use super::output::{print, tell};
use super::runtime::run_async;
use super::settings::Settings;
use super::simulated::{self, Still};
use super::target::Target;
use super::target::complete;
use crate::actions::PlannedCall;
use crate::actions::policy::{
    INLINE, Known, MANAGED, Policy, Purpose, THE_ACCOUNT, actions, guided, in_account, planned,
    policy_with, resources,
};
use crate::fleet::{Account, FleetSpec, Snapshot};
use crate::notify::NotifySpec;
use crate::observe::logs::LogReader;
use crate::sim::Scenario;
use crate::sim::world::SwitchSetup;
use args::{Format, IamPolicy};

/// A picture of the simulated fleet is complete long before.
const SIMULATED: Duration = Duration::from_secs(60);

/// Makes the policy and prints it.
pub fn run(global: &Global, args: &IamPolicy) -> Result<Exit, Failure> {
    let purpose = Purpose::from(args.purpose);
    if args.service_role && purpose != Purpose::Provision {
        return Err(Failure::usage(
            "only `gwctl iam-policy provision` has a service role",
        ));
    }
    let part = args.account.clone();
    if args.service_role && part.is_some() {
        return Err(Failure::usage(
            "gwctl builds in one account: the service role needs no `--account`",
        ));
    }
    let mut notify = NotifySpec::default();
    let (fleet, spec, known, caller) = if args.demo {
        let world = Still {
            scenario: args.scenario.clone(),
            ..calm()
        };
        simulated::still(&world, async |target| {
            let picture = complete(&target, SIMULATED).await;
            let known = seen(&target, &picture, purpose, part.as_ref()).await;
            let caller = trust::caller(args, &target).await;
            (target.name, target.spec, known, caller)
        })?
    } else {
        let settings = Settings::read(global)?;
        settings.tell_warnings();
        notify.clone_from(&settings.config.notify);
        let (known, caller) = if args.offline {
            (Known::default(), None)
        } else {
            run_async(async {
                let target = Target::configured(global, &settings).await;
                let picture = complete(&target, args.timeout).await;
                let known = seen(&target, &picture, purpose, part.as_ref()).await;
                (known, trust::caller(args, &target).await)
            })?
        };
        (settings.fleet.clone(), settings.spec(), known, caller)
    };
    let part = held(&spec, part)?;
    if let Some(part) = part.as_ref().filter(|_| args.trust) {
        print(&trust::document(&spec, part, caller.as_ref())?)?;
        return Ok(Exit::Success);
    }
    let made = if args.service_role {
        resources(&fleet, &spec, &known)
    } else {
        let made = make(purpose, &fleet, &spec, &known, part.as_ref())?;
        // What it tells is in the account of the operator's own credentials.
        if telling::tells(purpose) && part.is_none() {
            made.and(telling::policy(&notify, &fleet))
        } else {
            made
        }
    };
    for note in notes(args, purpose, &fleet, &spec, &known) {
        tell(format!("gwctl: {note}"));
    }
    let made = cut(made, args.part)?;
    let text = match args.output {
        Format::Json => serde_json::to_string_pretty(&made).unwrap_or_default(),
    };
    print(&format!("{text}\n"))?;
    Ok(Exit::Success)
}

/// What AWS tells that the configuration does not.
async fn seen(
    target: &Target,
    picture: &Snapshot,
    purpose: Purpose,
    part: Option<&Account>,
) -> Known {
    let mut known = Known::seen(picture, part);
    if purpose == Purpose::Explain {
        let (session, clock) = (target.session.clone(), target.clock.clone());
        let reader = LogReader::new(session, target.spec.clone(), clock);
        known.access_logs = reader.access_groups().await;
    }
    known
}

/// The account that is meant: a policy is one account's.
fn held(spec: &FleetSpec, part: Option<Account>) -> Result<Option<Account>, Failure> {
    match (spec.accounts.is_one(), part) {
        (false, Some(Account::Site(region))) if !spec.accounts.sites.contains_key(&region) => {
            Err(Failure::usage(format!(
                "the workload in {region} has no account of its own: use `--account workload`"
            )))
        }
        (true, Some(part)) => Err(Failure::usage(format!(
            "this fleet is in one account: leave out `--account {part}`"
        ))),
        (false, None) => Err(Failure::usage(
            "this fleet is in several accounts, and each needs a policy of its own",
        )
        .next("Name one: --account workload, database, dns or edge.")),
        (_, part) => Ok(part),
    }
}

/// What the policy itself does not say.
fn notes(
    args: &IamPolicy,
    purpose: Purpose,
    fleet: &str,
    spec: &FleetSpec,
    known: &Known,
) -> Vec<String> {
    let mut notes = Vec::new();
    let roles: Vec<&str> = spec
        .accounts
        .all()
        .into_iter()
        .filter_map(|(_, access)| access.role_arn.as_deref())
        .collect();
    if !roles.is_empty() {
        notes.push(format!(
            "whoever runs gwctl needs sts:AssumeRole on {}",
            roles.join(", ")
        ));
    }
    let mut missing = known.missing(spec);
    if args.service_role {
        // The role is made before what the others name.
        missing.retain(|what| *what == THE_ACCOUNT);
    }
    if !missing.is_empty() {
        notes.push(format!(
            "not known, so the policy allows more than needed: {}",
            missing.join(", ")
        ));
    }
    if args.service_role {
        notes.push(
            "for a role that trusts cloudformation.amazonaws.com and that build.role names".into(),
        );
        let role = spec.build.role.as_deref().unwrap_or_default();
        if role.contains(&format!(":role/{fleet}-")) {
            notes.push(format!(
                "{role} is named like the fleet's own roles, which it may change: it could give itself more \
                 permissions; choose another name"
            ));
        }
    } else if matches!(
        purpose,
        Purpose::Explain
            | Purpose::Promote
            | Purpose::Shift
            | Purpose::Rollback
            | Purpose::Provision
    ) {
        notes.push("attach it together with that of `gwctl iam-policy dashboard`".into());
    }
    if purpose == Purpose::Explain {
        notes.push(
            "it allows the log groups that Lambda and RDS name after functions and clusters, and those of the APIs' access \
             logs: add a group of your own choice, and kms:Decrypt where a group is encrypted with a key of yours"
                .into(),
        );
    }
    if purpose == Purpose::Provision && !args.service_role {
        notes.push(
            "it allows reading the secret of the database's first user: add kms:Decrypt on the key where that secret is \
             encrypted with a customer managed KMS key"
                .into(),
        );
    }
    let with_resources = args.service_role || own_rights(purpose, spec);
    if with_resources && !args.service_role {
        notes.push(
            "without build.role CloudFormation uses the operator's permissions, so this policy contains what the \
             resources need; with build.role, that role needs it (`--service-role`)"
                .into(),
        );
    }
    if with_resources && !spec.build.templates.is_empty() {
        notes.push(
            "it covers gwctl's own templates: what those under build.templates need in addition is not in it"
                .into(),
        );
    }
    notes
}

/// The part that is asked for. The whole goes out too where it is too much: a role takes it in line.
fn cut(whole: Policy, part: Option<NonZeroUsize>) -> Result<Policy, Failure> {
    let (size, mut parts) = (whole.size(), whole.parts());
    let count = parts.len();
    if let Some(part) = part {
        if part.get() > count {
            let all = if count == 1 { "part" } else { "parts" };
            return Err(Failure::usage(format!(
                "there is no part {part}: the policy has {count} {all}"
            )));
        }
        return Ok(parts.swap_remove(part.get() - 1));
    }
    if count > 1 {
        tell(format!(
            "gwctl: {size} characters, and a managed policy takes {MANAGED}: `--part 1` to `--part {count}` \
             print it in parts{}",
            if size <= INLINE {
                "; in one piece it fits only as an inline policy of a role"
            } else {
                ""
            }
        ));
    }
    Ok(whole)
}

/// Whether CloudFormation works with the rights of whoever this policy is for.
fn own_rights(purpose: Purpose, spec: &FleetSpec) -> bool {
    purpose == Purpose::Provision && spec.build.role.is_none()
}

fn calm() -> Still {
    Still {
        scenario: "calm".into(),
        seed: 1,
        after: Duration::ZERO,
        empty: false,
    }
}

/// The policy of what the code calls: planned on the simulated fleet, allowed on this one.
fn make(
    purpose: Purpose,
    fleet: &str,
    spec: &FleetSpec,
    known: &Known,
    part: Option<&Account>,
) -> Result<Policy, Failure> {
    let mut needed = actions(purpose, &calls(purpose, spec, known)?);
    if let Some(part) = part {
        needed = in_account(needed, spec, part);
    }
    let own = policy_with(fleet, spec, known, &needed, (part, purpose.into()));
    // Where there are several accounts gwctl builds nothing.
    Ok(if own_rights(purpose, spec) && part.is_none() {
        own.and(resources(fleet, spec, known))
    } else {
        own
    })
}

/// What the actions' plans call, on a simulated fleet with what this one has.
fn calls(
    purpose: Purpose,
    spec: &FleetSpec,
    known: &Known,
) -> Result<BTreeSet<PlannedCall>, Failure> {
    if guided(purpose).next().is_none() {
        return Ok(BTreeSet::new());
    }
    let scenario = Scenario {
        arc: !spec.edge.routing_endpoints.is_empty(),
        region_switch: (!known.plans.is_empty()).then(SwitchSetup::default),
        ..Scenario::calm()
    };
    simulated::within(scenario, &calm(), async |target| {
        let picture = complete(&target, SIMULATED).await;
        let mut simulated = target.spec.clone();
        simulated
            .edge
            .routing_endpoints
            .clone_from(&spec.edge.routing_endpoints);
        simulated
            .build
            .smoke_write
            .clone_from(&spec.build.smoke_write);
        let signs = spec.build.region.get_key_value("AuthorizationType");
        let signs = signs.map(|(name, by)| (name.clone(), by.clone()));
        simulated.build.region.extend(signs);
        planned(purpose, &target.name, &simulated, &picture)
    })
}
