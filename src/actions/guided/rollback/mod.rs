//! Put an earlier version back: a function's by its alias or its code, that of the router at the edge, an API's
//! deployment (aws-facts §14.6).

mod checks;
mod choice;
mod facts;
mod function;
mod router;
mod stage;
mod well;

use serde::{Deserialize, Serialize};

use super::action::{Action, LookUp, Takes};
use crate::Refused;
use crate::arguments::{ArgumentError, Regions};
use crate::draft::{Draft, PlanContext};
use crate::policy::purpose::Purpose;
use crate::rehearsal::{Places, Rehearsal};
use crate::survey::Surveyor;
use gwctl_aws::AwsError;
use gwctl_fleet::assumptions::Means;
use gwctl_fleet::{FleetSpec, FunctionName, Region, Snapshot};

pub use facts::{Deployment, FunctionFacts};
pub use router::RouterFacts;
pub use stage::StageFacts;

/// Put an earlier version back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rollback {
    /// A function, perhaps with the alias that serves: `orders-write:live`; the router; `api`, or the id of the API.
    pub what: String,
    pub region: Region,
    /// The version to go back to; none for the newest earlier one.
    pub to: Option<String>,
    /// What there is; looked up before planning, which is pure.
    #[serde(default)]
    pub found: Option<Box<Found>>,
}

/// What there is of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    Function(Box<FunctionFacts>),
    Router(Box<RouterFacts>),
    Stage(StageFacts),
    /// Some of each, for those who ask only what it would call.
    Unseen,
}

/// What is meant by a name.
enum Thing<'a> {
    /// By its bare name.
    Function(&'a str),
    Router,
    /// By the id of its API.
    Stage(String),
}

/// What stands for the id of a Region's API.
const API: &str = "api";

impl Thing<'_> {
    fn of<'a>(spec: &FleetSpec, what: &'a str, region: &Region) -> Thing<'a> {
        let name = FunctionName::of(what).name;
        let router = spec.edge.router.as_deref();
        if router.is_some_and(|one| FunctionName::of(one).name == name) && *region == spec.home() {
            return Thing::Router;
        }
        let mut sites = spec.sites.iter();
        if let Some(site) = sites.find(|site| &site.region == region && !site.api.is_empty()) {
            let mut functions = site.functions.iter();
            let is_function = functions.any(|one| FunctionName::of(one).name == name);
            if !is_function && (site.api == what || what == API) {
                return Thing::Stage(site.api.clone());
            }
        }
        Thing::Function(name)
    }
}

impl Rollback {
    /// What is called `what` in `region`, to the newest earlier version.
    pub fn of(what: impl Into<String>, region: Region) -> Self {
        Self {
            what: what.into(),
            region,
            to: None,
            found: None,
        }
    }
}

impl Action for Rollback {
    const NAME: &'static str = "rollback";
    const ABOUT: &'static str = "Put the earlier version of a function, the router or an API back";
    const MENU: &'static str = "Put the earlier version back";
    const ARGUMENTS: &'static str = "FUNCTION|api in REGION [to VERSION]";
    const EXAMPLE: &'static str = "orders-write in eu-west-1 to 40";
    const TAKES: Takes = Takes::Text;
    const PURPOSE: Purpose = Purpose::Rollback;
    const RELIES_ON: &'static [&'static [Means]] = &[&[Means::Code], &[Means::Distribution]];

    fn parse(words: &[&str], regions: &dyn Regions) -> Result<Self, ArgumentError> {
        let (what, rest) = words.split_first().ok_or_else(Self::usage)?;
        let rest = rest.strip_prefix(&["in"]).unwrap_or(rest);
        let (region, rest) = rest.split_first().ok_or_else(Self::usage)?;
        let to = match rest {
            [] => None,
            ["to", version] | [version] => Some((*version).to_owned()),
            _ => return Err(Self::usage()),
        };
        Ok(Self {
            to,
            ..Self::of(*what, of_fleet(region, regions)?)
        })
    }

    fn region(&self) -> Option<&Region> {
        Some(&self.region)
    }

    fn target(&self) -> String {
        match &self.to {
            Some(to) => format!("{} in {} to {to}", self.what, self.region),
            None => self.choice(),
        }
    }

    fn choice(&self) -> String {
        format!("{} in {}", self.what, self.region)
    }

    /// Every function of the Region, its API, and the router.
    fn offers(snapshot: &Snapshot, region: &Region) -> Vec<Self> {
        let site = snapshot.site(region);
        let functions = site.into_iter().flat_map(|site| &site.functions);
        let names = functions.map(|one| FunctionName::of(&one.name).name.to_owned());
        let api = site.filter(|site| !site.api.id.is_empty());
        let here = names.chain(api.map(|_| API.to_owned()));
        let here = here.map(|what| Self::of(what, region.clone()));
        let router = snapshot.edge.router.iter();
        let router = router.map(|one| {
            let home = snapshot.partition().place("cloudfront", &Region::global());
            Self::of(FunctionName::of(&one.name).name, home)
        });
        here.chain(router).collect()
    }

    /// By the code of a published version, by an alias, at the edge, and at a stage.
    fn rehearsals(places: &Places) -> Vec<Rehearsal<Self>> {
        let function = places.function.as_deref().unwrap_or("orders-read");
        let name = FunctionName::of(function).name;
        let of = |what: String| Self::of(what, places.writer.clone());
        let mut all = vec![
            Rehearsal::calm("rollback", of(name.to_owned())),
            Rehearsal::calm("rollback-alias", of(format!("{name}:live"))).during("releases"),
        ];
        if let Some(router) = &places.router {
            let back = Self::of(router.as_str(), Region::global());
            all.push(Rehearsal::calm("rollback-router", back));
        }
        if let Some(api) = &places.api {
            let back = Rehearsal::calm("rollback-stage", of(api.clone()));
            all.push(back.during("releases"));
        }
        all
    }

    fn look_up(&self) -> Option<LookUp> {
        self.found.is_none().then_some(LookUp::Versions)
    }

    async fn looked_up(self, surveyor: &Surveyor<'_>) -> Result<Self, AwsError> {
        let to = self.to.as_deref();
        let (what, region) = (&self.what, &self.region);
        let found = match Thing::of(surveyor.spec(), what, region) {
            Thing::Function(_) => {
                let facts = Box::pin(FunctionFacts::of(surveyor, what, region, to));
                Found::Function(Box::new(facts.await))
            }
            Thing::Router => {
                let facts = Box::pin(RouterFacts::of(surveyor, what, to));
                Found::Router(Box::new(facts.await))
            }
            Thing::Stage(api) => {
                Found::Stage(Box::pin(StageFacts::of(surveyor, &api, region)).await)
            }
        };
        Ok(Self {
            found: Some(Box::new(found)),
            ..self
        })
    }

    fn on_bare_ground(self) -> Self {
        Self {
            found: Some(Box::new(Found::Unseen)),
            ..self
        }
    }

    fn plan(&self, context: &PlanContext<'_>) -> Result<Draft, Refused> {
        let Self {
            what, region, to, ..
        } = self;
        let to = to.as_deref();
        let Some(found) = self.found.as_deref() else {
            return Err(Refused::new(format!(
                "which versions of {what} there are could not be read"
            )));
        };
        match (Thing::of(context.spec, what, region), found) {
            (Thing::Router, Found::Router(facts)) => router::plan(context, what, to, facts),
            (Thing::Router, Found::Unseen) => {
                router::plan(context, what, to, &RouterFacts::unseen(what))
            }
            (Thing::Stage(api), Found::Stage(facts)) => {
                stage::plan(context, &api, region, to, facts)
            }
            (Thing::Stage(api), Found::Unseen) => {
                let mut sites = context.spec.sites.iter();
                let site = sites.find(|site| &site.region == region);
                let stage = site.and_then(|site| site.stage.as_deref());
                stage::plan(context, &api, region, to, &StageFacts::unseen(stage))
            }
            (Thing::Function(name), Found::Function(facts)) => {
                has(context, region, name)?;
                function::plan(context, what, region, to, facts)
            }
            (Thing::Function(name), Found::Unseen) => {
                has(context, region, name)?;
                function::plan(context, what, region, to, &FunctionFacts::unseen(what))
            }
            _ => Err(Refused::new(format!(
                "what {what} stands for changed meanwhile: plan again"
            ))),
        }
    }
}

/// Only the fleet's own.
fn has(context: &PlanContext<'_>, region: &Region, name: &str) -> Result<(), Refused> {
    let site = context.site(region)?;
    let names = site.functions.iter();
    let mut known: Vec<&str> = names.map(|one| FunctionName::of(&one.name).name).collect();
    if known.contains(&name) {
        return Ok(());
    }
    known.push(API);
    let router = context.spec.edge.router.as_deref();
    let router = router.map(|one| format!(", and the router {one} in {}", context.spec.home()));
    let refused = Refused::new(format!(
        "the fleet has no function, router or API {name} in {region}"
    ));
    Err(refused.instead(format!(
        "It has {}{}.",
        known.join(", "),
        router.unwrap_or_default()
    )))
}

/// A Region of the fleet, or that of the router.
fn of_fleet(text: &str, regions: &dyn Regions) -> Result<Region, ArgumentError> {
    let known = regions.of_fleet(text);
    known.or_else(|why| {
        let home = Region::global();
        if home.as_str() == text {
            Ok(home)
        } else {
            Err(why)
        }
    })
}
