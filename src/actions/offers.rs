//! What RDS offers in the Regions that are built in: asked before anything is planned.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use super::unlearned::Unlearned;
use gwctl_aws::Session;
use gwctl_fleet::{FleetSpec, Instance, Offer, Region, Topology};
use gwctl_stacks::{Kind, Template};

/// What a Region's cluster is to be made of, and what RDS offers of it there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offers {
    /// `aurora-postgresql`.
    pub engine: String,
    /// `db.r6g.large`.
    pub class: String,
    /// The versions; or why they are not known.
    pub versions: Result<Vec<Offer>, Unlearned>,
}

/// Asks every Region for what the configuration would build there; nothing of a Region whose template has no
/// instance class.
pub(super) async fn offers(
    spec: &FleetSpec,
    session: &Session,
    template: &Template,
    regions: &[Region],
) -> BTreeMap<Region, Offers> {
    let running = running(spec, session).await;
    let engine = engine(spec, template, running.as_ref());
    let like = match &running {
        // As the plan has it: a new secondary is Serverless v2 where the writer is.
        Some(running) if !spec.build.templates.contains_key(Kind::Region.word()) => {
            serverless(session, running).await
        }
        _ => None,
    };
    let asked = regions.iter().filter_map(|region| {
        let class = match &like {
            Some(class) if configured(spec, region, "DBInstanceClass").is_none() => class.clone(),
            _ => given(spec, template, region, "DBInstanceClass")?,
        };
        Some((region, class))
    });
    let asked = asked.map(async |(region, class)| {
        let rds = session.rds(region);
        let versions = Box::pin(rds.offers(&engine, &class)).await;
        let offers = Offers {
            engine: engine.clone(),
            class,
            versions: versions.map_err(Unlearned::from),
        };
        (region.clone(), offers)
    });
    join_all(asked).await.into_iter().collect()
}

/// The template that a Region is built from, where it can be read.
pub(super) fn template(own: Option<&Result<String, Unlearned>>) -> Option<Template> {
    match own {
        Some(own) => Template::parse(own.as_ref().ok()?).ok(),
        None => Template::parse(&Kind::Region.template()).ok(),
    }
}

/// What the configuration says of a parameter of a Region's stack.
fn configured(spec: &FleetSpec, region: &Region, name: &str) -> Option<String> {
    let build = &spec.build;
    let own = build.regions.get(region).and_then(|own| own.get(name));
    own.or_else(|| build.region.get(name)).cloned()
}

/// What a parameter of a Region's stack comes to.
fn given(spec: &FleetSpec, template: &Template, region: &Region, name: &str) -> Option<String> {
    configured(spec, region, name).or_else(|| template.parameters.get(name)?.default.clone())
}

/// The global cluster as it runs, where there is one.
async fn running(spec: &FleetSpec, session: &Session) -> Option<Topology> {
    let asked = spec.sites.iter().map(async |site| {
        let rds = session.rds(&site.region);
        rds.topology(&spec.global_cluster).await
    });
    join_all(asked).await.into_iter().find_map(Result::ok)
}

/// The engine of the global cluster as it runs; as it is to be built where there is none yet.
fn engine(spec: &FleetSpec, template: &Template, running: Option<&Topology>) -> String {
    if let Some(running) = running {
        return running.engine.name.clone();
    }
    let configured = spec.build.global.get("Engine").cloned();
    let first = spec.sites.first().map(|site| site.region.clone());
    let first = first.unwrap_or_else(Region::global);
    configured
        .or_else(|| given(spec, template, &first, "Engine"))
        .unwrap_or_else(|| "aurora-postgresql".into())
}

/// The class of Serverless v2, where the writer's instances are of it.
async fn serverless(session: &Session, running: &Topology) -> Option<String> {
    let writer = running.writer()?;
    let state = Box::pin(session.rds(&writer.region).cluster(&writer.cluster)).await;
    state.ok()?.serverless()?;
    Some(Instance::SERVERLESS.into())
}
