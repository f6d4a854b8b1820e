//! The fleet's configuration once something was built or taken away: the ids of what there is.

use super::guided::{Built, Down, Provision, Retire};
use super::{Intent, Phase, names};
use gwctl_aws::{AwsError, Session};
use gwctl_fleet::{FleetSpec, Region, SiteSpec, SwitchSpec};

/// What a run of `intent` that ended in `phase` built or took away, as if it had been asked for; none where
/// the configuration is none the wiser. A retirement that was undone built its Region again.
pub fn built_by(intent: &Intent, phase: Phase) -> Option<Intent> {
    let built = intent.built()?;
    match (phase, built) {
        (Phase::Done, _) => Some(intent.clone()),
        (Phase::Undone, Built::Fleet) => Some(Down { found: None }.into()),
        (Phase::Undone, Built::With(region)) => Some(Retire::of(region.clone()).into()),
        (Phase::Undone, Built::Without(region)) => Some(Provision::of(region.clone()).into()),
        (Phase::Undone, Built::Nothing)
        | (Phase::Running | Phase::Held | Phase::Paused | Phase::Undoing | Phase::Abandoned, _) => {
            None
        }
    }
}

/// `spec` as it is after `intent` was carried out. Asks the stacks for what they tell.
pub async fn as_built(
    intent: &Intent,
    fleet: &str,
    spec: &FleetSpec,
    session: &Session,
) -> Result<FleetSpec, AwsError> {
    let mut built = spec.clone();
    match intent.built() {
        Some(Built::Fleet) => {
            for site in &mut built.sites {
                *site = told(fleet, spec, session, site.clone()).await?;
            }
            edge(fleet, &mut built, session).await?;
        }
        Some(Built::With(region)) => {
            // It stands there already when a retirement was taken back half way.
            if built.sites.iter().all(|site| &site.region != region) {
                built.sites.push(SiteSpec {
                    probe_url: names::probe_url(spec, region),
                    ..blank(region)
                });
            }
            let mut sites = built.sites.iter_mut();
            if let Some(site) = sites.find(|site| &site.region == region) {
                *site = told(fleet, spec, session, site.clone()).await?;
            }
        }
        Some(Built::Without(region)) => {
            built.sites.retain(|site| &site.region != region);
            for site in &mut built.sites {
                // Switches that were there moved.
                if site
                    .switch
                    .as_ref()
                    .is_some_and(|switch| &switch.region == region)
                {
                    *site = told(fleet, spec, session, site.clone()).await?;
                }
            }
        }
        Some(Built::Nothing) => {
            built.edge.distribution = String::new();
            for site in &mut built.sites {
                site.api = String::new();
            }
        }
        None => {}
    }
    Ok(built)
}

fn blank(region: &Region) -> SiteSpec {
    SiteSpec {
        region: region.clone(),
        api: String::new(),
        stage: None,
        functions: Vec::new(),
        endpoint: None,
        stack: None,
        switch: None,
        probe_url: None,
    }
}

/// A site with what its stack tells.
async fn told(
    fleet: &str,
    spec: &FleetSpec,
    session: &Session,
    site: SiteSpec,
) -> Result<SiteSpec, AwsError> {
    let stack = names::region(fleet, spec, &site.region);
    let found = session
        .cloudformation(&site.region)
        .formation(&stack)
        .await?;
    let Some(found) = found else { return Ok(site) };
    let output = |key: &str| found.outputs.get(key).cloned();
    let given = |key: &str| found.parameters.get(key).filter(|value| !value.is_empty());
    let home = given("SwitchRegion").and_then(|home| Region::new(home).ok());
    let switch = given("SwitchAlarmName").cloned().zip(home);
    Ok(SiteSpec {
        api: output("ApiId").unwrap_or(site.api),
        endpoint: output("ApiEndpoint").or(site.endpoint),
        functions: output("HandlerFunctionName").map_or(site.functions, |name| vec![name]),
        switch: switch
            .map(|(alarm, region)| SwitchSpec { alarm, region })
            .or(site.switch),
        stack: Some(stack),
        ..site
    })
}

async fn edge(fleet: &str, built: &mut FleetSpec, session: &Session) -> Result<(), AwsError> {
    let formation = session.cloudformation(&Region::global());
    let Some(found) = formation.formation(&names::edge(fleet)).await? else {
        return Ok(());
    };
    if let Some(id) = found.outputs.get("DistributionId") {
        built.edge.distribution.clone_from(id);
    }
    if let Some(name) = found.outputs.get("RouterFunctionName") {
        built.edge.router = Some(name.clone());
    }
    Ok(())
}
