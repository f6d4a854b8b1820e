//! An API's stage to its earlier deployment (aws-facts §14.6).

use serde::{Deserialize, Serialize};

use super::function::{BACK, UNDO};
use super::well::well;
use crate::check::Check;
use crate::draft::{Draft, PlanContext};
use crate::survey::Surveyor;
use crate::task::{PointStage, Whose};
use crate::{Change, Refused, Step, Task, Unlearned, format};
use gwctl_aws::AwsError;
use gwctl_fleet::{ApiDeployment, ApiKind, ApiStage, Region};

/// Deployments that a refusal lists, the newest.
const SHOWN: usize = 8;

/// What is known of an API's stages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageFacts {
    pub stages: Result<Vec<ApiStage>, Unlearned>,
    /// The newest first.
    pub deployments: Result<Vec<ApiDeployment>, Unlearned>,
}

impl StageFacts {
    /// Asks for both.
    pub(super) async fn of(surveyor: &Surveyor<'_>, api: &str, region: &Region) -> Self {
        match Box::pin(asked(surveyor, api, region)).await {
            Ok((stages, deployments)) => Self {
                stages: Ok(stages),
                deployments: Ok(deployments),
            },
            Err(error) => {
                let why = Unlearned::from(error);
                Self {
                    stages: Err(why.clone()),
                    deployments: Err(why),
                }
            }
        }
    }

    /// Some of both, for those who ask only what it would call.
    pub(super) fn unseen(stage: Option<&str>) -> Self {
        let deployment = |id: &str| ApiDeployment {
            id: id.into(),
            created: None,
            description: String::new(),
            status: None,
        };
        Self {
            stages: Ok(vec![ApiStage {
                kind: ApiKind::Rest,
                name: stage.unwrap_or_default().into(),
                deployment: Some("later".into()),
                auto_deploy: false,
                canary: false,
            }]),
            deployments: Ok(vec![deployment("later"), deployment("earlier")]),
        }
    }
}

async fn asked(
    surveyor: &Surveyor<'_>,
    api: &str,
    region: &Region,
) -> Result<(Vec<ApiStage>, Vec<ApiDeployment>), AwsError> {
    let gateway = surveyor.session().apigateway(region);
    let kind = gateway.api(api).await?.kind;
    let stages = gateway.stages(api, kind).await?;
    let deployments = gateway.deployments(api, kind).await?;
    Ok((stages, deployments))
}

/// The plan for the API `api` of `region`.
pub(super) fn plan(
    context: &PlanContext<'_>,
    api: &str,
    region: &Region,
    to: Option<&str>,
    facts: &StageFacts,
) -> Result<Draft, Refused> {
    let stage = the_stage(context, region, facts)?;
    let name = &stage.name;
    if stage.auto_deploy {
        return Err(Refused::new(format!(
            "stage {name} deploys each change of the API by itself (AutoDeploy): API Gateway lets nobody choose its deployment"
        ))
        .instead("Take the change of the API back the way it was made; or roll back the function behind it."));
    }
    if stage.canary {
        return Err(Refused::new(format!(
            "stage {name} gives a part of its requests to a canary, the newer deployment: its own is the one before"
        ))
        .instead(format!(
            "Take the canary away: `aws apigateway update-stage --rest-api-id {api} --stage-name {name} --region {region} \
             --patch-operations op=remove,path=/canarySettings`."
        )));
    }
    let deployments = facts.deployments.as_ref();
    let deployments = deployments.map_err(|why| {
        Refused::new(format!(
            "the deployments of the API could not be read: {why}"
        ))
    })?;
    let now = stage.deployment.as_deref();
    let now = now.ok_or_else(|| Refused::new(format!("stage {name} serves no deployment")))?;
    if to.is_none() && several(facts) {
        return Err(of_which_stage(deployments, now, &names(facts)));
    }
    let earlier = choose(deployments, now, to)?;
    let mut plan = Draft::new(
        format!(
            "Roll stage {name} of API {api} in {region} back to deployment {}",
            earlier.id
        ),
        format!("{region}/{api}"),
    );
    let step = |id: &str, title: String, from: &str, to: &str| {
        let task = PointStage {
            region: region.clone(),
            api: api.into(),
            kind: stage.kind,
            stage: name.clone(),
            before: from.into(),
            after: to.into(),
        };
        let what = format!("stage {name} of API {api} in {region}");
        let told = |id: &str| told(deployments, id);
        let change = Change::new(what, told(from), told(to));
        Step::new(id, title, Task::PointStage(task), context.snapshot).changes(change)
    };
    let title = format!("Stage {name} serves deployment {} again", earlier.id);
    plan.steps.push(step(BACK, title, now, &earlier.id));
    let of = format!("the API in {region}");
    plan.steps
        .push(well(context.snapshot, Whose::Api, region, &of));
    let title = format!("Stage {name} serves deployment {now}");
    plan.inverse
        .push(step(UNDO, title, &earlier.id, now).undoes(BACK));
    plan.checks.push(Check::pass(
        "unchanged",
        "the stage is read again right before: API Gateway itself refuses no change that crosses another",
    ));
    plan.notes = vec![
        format!("Now it serves {}; back to {}.", told(deployments, now), told(deployments, &earlier.id)),
        "A deployment is the API's routes and integrations as they were: functions and the stage's settings stay.".into(),
    ];
    Ok(plan)
}

/// The configured one, or the only one.
fn the_stage<'a>(
    context: &PlanContext<'_>,
    region: &Region,
    facts: &'a StageFacts,
) -> Result<&'a ApiStage, Refused> {
    let stages = facts.stages.as_ref();
    let stages = stages
        .map_err(|why| Refused::new(format!("the stages of the API could not be read: {why}")))?;
    let mut sites = context.spec.sites.iter();
    let site = sites.find(|site| &site.region == region);
    let wanted = site.and_then(|site| site.stage.as_deref());
    match (wanted, stages.as_slice()) {
        (_, []) => Err(Refused::new("the API has no stage")),
        (Some(wanted), all) => all.iter().find(|one| one.name == wanted).ok_or_else(|| {
            Refused::new(format!(
                "the API has no stage {wanted}, which the configuration names; it has {}",
                names(facts)
            ))
            .instead("Name the one that serves in the configuration: `stage`.")
        }),
        (None, [only]) => Ok(only),
        (None, _) => Err(
            Refused::new(format!("the API has several stages: {}", names(facts)))
                .instead("Name the one that serves in the configuration: `stage`."),
        ),
    }
}

fn several(facts: &StageFacts) -> bool {
    facts.stages.as_ref().is_ok_and(|all| all.len() > 1)
}

/// `live, dev`.
fn names(facts: &StageFacts) -> String {
    let all = facts.stages.iter().flatten();
    let names: Vec<&str> = all.map(|one| one.name.as_str()).collect();
    names.join(", ")
}

/// A deployment is the API's: which stage it was made for, API Gateway tells nobody (aws-facts §14.6).
fn of_which_stage(deployments: &[ApiDeployment], now: &str, names: &str) -> Refused {
    let others = deployments.iter().filter(|one| one.id != now).take(SHOWN);
    let others: Vec<String> = others.map(|one| told(deployments, &one.id)).collect();
    Refused::new(format!(
        "the API has several stages, {names}: the deployment before may be of another stage"
    ))
    .instead(format!(
        "Name the one that this stage served before with `--to`: {}.",
        others.join("; ")
    ))
}

/// `to`, or the newest deployment before `now` that did not fail.
fn choose<'a>(
    deployments: &'a [ApiDeployment],
    now: &str,
    to: Option<&str>,
) -> Result<&'a ApiDeployment, Refused> {
    let works = |one: &&ApiDeployment| {
        one.status
            .as_deref()
            .is_none_or(|status| status == "SUCCEEDED")
    };
    let others = || {
        let ids = deployments.iter().filter(|one| one.id != now).take(SHOWN);
        ids.map(|one| one.id.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    if let Some(to) = to {
        if to == now {
            return Err(Refused::new(format!(
                "the stage serves deployment {to} already"
            )));
        }
        let found = deployments.iter().filter(works).find(|one| one.id == to);
        return found.ok_or_else(|| {
            Refused::new(format!("the API has no deployment `{to}` that succeeded"))
                .instead(format!("It has {}.", others()))
        });
    }
    let mut after = deployments.iter().skip_while(|one| one.id != now).skip(1);
    after.find(works).ok_or_else(|| {
        Refused::new(format!("the API has no deployment before {now}")).instead(
            "Take the change of the API back the way it was made; or roll back the function behind it.",
        )
    })
}

/// `deployment ab12cd of 2026-11-16 10:02Z, release 14`.
fn told(deployments: &[ApiDeployment], id: &str) -> String {
    let known = deployments.iter().find(|one| one.id == id);
    let when = known
        .and_then(|one| one.created)
        .map_or_else(String::new, |at| {
            format!(" of {} {}Z", format::date(at), format::minute(at))
        });
    let what = known.map_or("", |one| one.description.as_str());
    let comma = if what.is_empty() { "" } else { ", " };
    format!("deployment {id}{when}{comma}{what}")
}
