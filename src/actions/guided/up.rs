//! A whole fleet from its configuration alone.

use serde::{Deserialize, Serialize};

use super::action::{Action, Built, LookUp, Opening, Takes};
use super::architecture::{Architecture, Traffic, home};
use super::building::{self, Site, admitted, id, unbuilt, up_to_green};
use super::database_user::{Preparation, serves_after_it};
use super::provision::{known_place, notes, open, taken};
use super::{code, password};
use super::{orderable, quotas};
use crate::arguments::{ArgumentError, Regions};
use crate::check::{Check, Finding};
use crate::draft::{Draft, PlanContext};
use crate::policy::purpose::Purpose;
use crate::rehearsal::{Places, Rehearsal};
use crate::survey::Surveyor;
use crate::task::AwaitServing;
use crate::{Refused, Step, Survey, Task, names};
use gwctl_aws::AwsError;
use gwctl_fleet::assumptions::Means;
use gwctl_fleet::{Region, Snapshot};

/// Build the whole fleet that the configuration describes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Up {
    /// What is there already; looked up before planning.
    #[serde(default)]
    pub found: Option<Survey>,
}

impl Action for Up {
    const NAME: &'static str = "up";
    const ABOUT: &'static str =
        "Build the whole fleet that the configuration describes: database, Regions, edge";
    const MENU: &'static str = "Build the whole fleet that the configuration describes";
    const ARGUMENTS: &'static str = "";
    const EXAMPLE: &'static str = "";
    const TAKES: Takes = Takes::Nothing;
    const PURPOSE: Purpose = Purpose::Provision;
    const RELIES_ON: &'static [&'static [Means]] = &[building::MEANS];

    fn parse(words: &[&str], _: &dyn Regions) -> Result<Self, ArgumentError> {
        match words {
            [] => Ok(Self { found: None }),
            _ => Err(Self::usage()),
        }
    }

    fn built(&self) -> Option<Built<'_>> {
        Some(Built::Fleet)
    }

    fn opening(unbuilt: bool) -> Opening<Self> {
        if unbuilt {
            Opening::With(Self { found: None })
        } else {
            Opening::None
        }
    }

    fn look_up(&self) -> Option<LookUp> {
        self.found.is_none().then_some(LookUp::Stacks)
    }

    async fn looked_up(self, surveyor: &Surveyor<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            found: Some(surveyor.before_building(surveyor.sites()).await),
        })
    }

    fn on_bare_ground(self) -> Self {
        Self {
            found: Some(Survey::default()),
        }
    }

    /// Nothing: what is built is not built again.
    fn offers(_: &Snapshot, _: &Region) -> Vec<Self> {
        Vec::new()
    }

    /// In an account without a fleet.
    fn rehearsals(_: &Places) -> Vec<Rehearsal<Self>> {
        vec![Rehearsal::calm("up", Self { found: None }).in_an_empty_account()]
    }

    fn plan(&self, context: &PlanContext<'_>) -> Result<Draft, Refused> {
        let Self { found } = self;
        let all = Architecture::new(context, found.as_ref())?;
        let regions: Vec<Region> = all.sites().iter().map(|site| site.region.clone()).collect();
        let [first, _, ..] = regions.as_slice() else {
            return Err(Refused::new(
                "a fleet needs two Regions at least: the evacuation switch of each is in another",
            )
            .instead("Add a `[[fleets.NAME.sites]]` to the configuration."));
        };
        let homes: Vec<Region> = regions
            .iter()
            .map(|region| home(region, regions.iter()).unwrap_or_else(Region::global))
            .collect();
        let sites: Vec<Site<'_>> = regions
            .iter()
            .zip(&homes)
            .map(|(region, home)| Site {
                region,
                home,
                primary: region == first,
            })
            .collect();
        let mut plan = Draft::new(
            format!(
                "Build the fleet {} in {} Regions",
                context.fleet,
                regions.len()
            ),
            context.fleet,
        );
        plan.checks = checks(&all, &sites);
        let global = all.global();
        plan.steps
            .push(all.build("global", "The global database, empty", &global, None)?);
        // A secondary joins what the primary has begun, and one after another: a global cluster that takes one
        // refuses the next.
        let mut joined = "global".to_owned();
        let wanted = all.region(first, &homes[0], true, Traffic::None);
        let cluster = names::cluster(context.fleet, first);
        let preparation = Preparation::of(&all, &wanted, (first, &cluster));
        plan.checks.extend(preparation.check());
        let sql = preparation.note();
        let mut prepared = preparation.step(&all, Some(id("member", first)));
        for site in &sites {
            plan.steps.extend(up_to_green(&all, site, &[joined])?);
            plan.steps.extend(prepared.take());
            plan.steps.push(admitted(&all, site)?);
            joined = id("member", site.region);
        }
        // CloudFront resolves the latency record before it asks the router: one Region must be in it.
        let edge = all.edge(&regions);
        let mut before: Vec<String> = regions.iter().map(|region| id("region", region)).collect();
        before.push(id("admitted", first));
        plan.steps.push(
            all.build(
                "edge",
                "Certificate, router, distribution and the name clients use",
                &edge,
                None,
            )?
            .after(before),
        );
        let url = context.spec.probe_url.clone();
        let url = url.unwrap_or_else(|| format!("https://{}", context.spec.domain));
        let serving = Task::AwaitServing(AwaitServing {
            url: format!("{}{}", url.trim_end_matches('/'), context.spec.probe_path),
        });
        let last: Vec<String> = regions
            .iter()
            .map(|region| id("admitted", region))
            .collect();
        plan.steps.push(
            Step::new(
                "serving",
                format!("{} answers", context.spec.domain),
                serving,
                context.snapshot,
            )
            .after(last)
            .after(["edge"]),
        );
        serves_after_it(&mut plan.steps);
        plan.checks.extend(quotas::checks(&all, &plan.steps));
        plan.inverse = inverse(&all, &sites)?;
        plan.notes = notes(context, None);
        plan.notes.extend(sql);
        plan.notes.push(
            "AWS charges for the distribution by requests and data. The router runs twice a request, on the way to the Region and back: Lambda@Edge charges for both. Additional metrics cost extra where they are on.".into(),
        );
        Ok(plan)
    }
}

fn checks(all: &Architecture<'_>, sites: &[Site<'_>]) -> Vec<Check> {
    let mut wanted = vec![all.global()];
    let mut regions = Vec::new();
    for site in sites {
        wanted.push(all.region(site.region, site.home, site.primary, Traffic::None));
        wanted.push(all.switch(site.region, site.home));
        regions.push(site.region.clone());
    }
    wanted.push(all.edge(&regions));
    let mut checks = vec![taken(all, &wanted)];
    for site in sites {
        let named = |check: Check| Check {
            name: format!("{}:{}", check.name, site.region),
            ..check
        };
        checks.push(named(known_place(
            site.region,
            all.context.spec.partition(),
        )));
        checks.push(named(open(all.survey, site.region)));
        let wanted = all.region(site.region, site.home, site.primary, Traffic::None);
        checks.extend(orderable::checks(all, &wanted).into_iter().map(named));
        checks.extend(password::free(all, site.region).map(named));
    }
    checks.extend(password::not_managed(all));
    let primary = sites.iter().find(|site| site.primary);
    if let Some(site) = primary {
        let wanted = all.region(site.region, site.home, true, Traffic::None);
        checks.extend(code::configured(all, &wanted));
        checks.extend(code::takes_writes(all, &wanted));
    }
    let secret = primary.and_then(|site| {
        let wanted = all.region(site.region, site.home, true, Traffic::None);
        wanted.parameters.get("MasterUserSecretArn").cloned()
    });
    checks.push(Check::of(
        "secret",
        secret.as_ref().is_some_and(|arn| !arn.is_empty()),
        "the database's first user comes from a secret",
        Finding::Fail,
        "no secret for the database's first user: `MasterUserSecretArn` under `[fleets.NAME.build.region]`, a Secrets Manager secret with username and password in the first Region",
    ));
    let spec = all.context.spec;
    checks.push(Check::of(
        "latency-record",
        spec.edge.latency_record != spec.domain,
        "the latency record has a name of its own",
        Finding::Fail,
        "the latency record must not have the name clients use: that leads to the distribution",
    ));
    checks
}

/// What was built goes in the opposite order; the secondaries before the primary.
fn inverse(all: &Architecture<'_>, sites: &[Site<'_>]) -> Result<Vec<Step>, Refused> {
    let regions: Vec<Region> = sites.iter().map(|site| site.region.clone()).collect();
    let mut edge = all.remove("undo.edge", &all.edge(&regions))?;
    edge.undoes = Some("edge".into());
    edge.no_return = false;
    if let Task::RemoveStack(task) = &mut edge.task {
        task.id = None;
    }
    let mut steps = vec![edge];
    let mut secondaries: Vec<String> = Vec::new();
    for site in sites.iter().rev() {
        let built = all.region(site.region, site.home, site.primary, Traffic::Admitted);
        let mut away = unbuilt(all, site, &built)?;
        if let Some(first) = away.first_mut() {
            first.after.push("undo.edge".into());
            if site.primary {
                first.after.extend(secondaries.clone());
            }
        }
        secondaries.push(format!("undo.{}", id("remove", site.region)));
        steps.extend(away);
    }
    let global = all.global();
    steps.extend(super::down::frame(
        all,
        &global,
        "undo.",
        secondaries,
        Some("global"),
    )?);
    Ok(steps)
}
