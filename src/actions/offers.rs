//! What RDS offers in the Regions that are built in: asked before anything is planned.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use super::unlearned::Unlearned;
use gwctl_aws::Session;
use gwctl_fleet::{FleetSpec, Offer, Region};
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
    let engine = engine(spec, session, template).await;
    let asked = regions.iter().filter_map(|region| {
        let class = given(spec, template, region, "DBInstanceClass")?;
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

/// What a parameter of a Region's stack comes to.
fn given(spec: &FleetSpec, template: &Template, region: &Region, name: &str) -> Option<String> {
    let build = &spec.build;
    let own = build.regions.get(region).and_then(|own| own.get(name));
    let given = own.or_else(|| build.region.get(name)).cloned();
    given.or_else(|| template.parameters.get(name)?.default.clone())
}

/// The engine of the global cluster as it runs; as it is to be built where there is none yet.
async fn engine(spec: &FleetSpec, session: &Session, template: &Template) -> String {
    let asked = spec.sites.iter().map(async |site| {
        let rds = session.rds(&site.region);
        rds.topology(&spec.global_cluster).await
    });
    let running = join_all(asked).await.into_iter().find_map(Result::ok);
    if let Some(running) = running {
        return running.engine.name;
    }
    let configured = spec.build.global.get("Engine").cloned();
    let first = spec.sites.first().map(|site| site.region.clone());
    let first = first.unwrap_or_else(Region::global);
    configured
        .or_else(|| given(spec, template, &first, "Engine"))
        .unwrap_or_else(|| "aurora-postgresql".into())
}
