//! From what is asked for, and what is seen of the fleet, to a plan.

use super::binding::Binding;
use super::draft::PlanContext;
use super::plan::SCHEMA;
use super::survey::Surveyor;
use super::{Intent, Plan, Refused, basis};
use gwctl_aws::{AwsError, Session};
use gwctl_fleet::{FleetSpec, Snapshot};

/// Makes the plan for `intent` on what `snapshot` shows. Pure: the same snapshot and arguments give
/// the same plan.
pub fn plan(
    fleet: &str,
    spec: &FleetSpec,
    snapshot: &Snapshot,
    intent: &Intent,
) -> Result<Plan, Refused> {
    let draft = intent.plan(&PlanContext {
        fleet,
        spec,
        snapshot,
    })?;
    let mut plan = Plan {
        schema: SCHEMA.into(),
        fleet: fleet.into(),
        binding: Binding::of(spec, snapshot),
        intent: intent.clone(),
        title: draft.title,
        confirm: draft.confirm,
        made_at: snapshot.at,
        basis: basis::of(snapshot),
        advice: draft.advice,
        mechanism: draft.mechanism,
        data_loss: draft.data_loss,
        checks: draft.checks,
        steps: draft.steps,
        inverse: draft.inverse,
        notes: draft.notes,
        rules: spec.rules.clone(),
    };
    plan.judge_place();
    plan.judge_needs();
    plan.judge_shared(spec, snapshot);
    plan.judge_permissions(snapshot);
    plan.name_assumptions();
    Ok(plan)
}

/// `intent` with what its planning must be told; the error is for people.
pub async fn look_up(
    intent: Intent,
    fleet: &str,
    spec: &FleetSpec,
    session: &Session,
) -> Result<Intent, AwsError> {
    let surveyor = Surveyor::of(fleet, spec, session, intent.region());
    intent.looked_up(&surveyor).await
}
