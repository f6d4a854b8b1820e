//! Put an earlier version back: a function's by its alias or its code (aws-facts §14.6).

mod checks;
mod choice;
mod facts;
mod function;

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
use gwctl_fleet::{FunctionName, Region, Snapshot};

pub use facts::{Deployment, FunctionFacts};

/// Put an earlier version back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rollback {
    /// A function, perhaps with the alias that serves: `orders-write:live`.
    pub what: String,
    pub region: Region,
    /// The version to go back to; none for the newest earlier one.
    pub to: Option<String>,
    /// What there is; looked up before planning, which is pure.
    #[serde(default)]
    pub found: Option<Box<FunctionFacts>>,
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
    const ABOUT: &'static str = "Put the earlier version of a function back";
    const ARGUMENTS: &'static str = "FUNCTION in REGION [to VERSION]";
    const EXAMPLE: &'static str = "orders-write in eu-west-1 to 40";
    const TAKES: Takes = Takes::Text;
    const PURPOSE: Purpose = Purpose::Rollback;
    const RELIES_ON: &'static [&'static [Means]] = &[&[Means::Code]];

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
            ..Self::of(*what, regions.of_fleet(region)?)
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

    /// Every function of the Region.
    fn offers(snapshot: &Snapshot, region: &Region) -> Vec<Self> {
        let site = snapshot.site(region).into_iter();
        let functions = site.flat_map(|site| &site.functions);
        functions
            .map(|function| Self::of(FunctionName::of(&function.name).name, region.clone()))
            .collect()
    }

    /// By the code of a published version, and by an alias.
    fn rehearsals(places: &Places) -> Vec<Rehearsal<Self>> {
        let function = places.function.as_deref().unwrap_or("orders-read");
        let name = FunctionName::of(function).name;
        let of = |what: String| Self::of(what, places.writer.clone());
        vec![
            Rehearsal::calm("rollback", of(name.to_owned())),
            Rehearsal::calm("rollback-alias", of(format!("{name}:live"))).during("releases"),
        ]
    }

    fn look_up(&self) -> Option<LookUp> {
        self.found.is_none().then_some(LookUp::Versions)
    }

    async fn looked_up(self, surveyor: &Surveyor<'_>) -> Result<Self, AwsError> {
        let found = Box::pin(FunctionFacts::of(
            surveyor,
            &self.what,
            &self.region,
            self.to.as_deref(),
        ));
        Ok(Self {
            found: Some(Box::new(found.await)),
            ..self
        })
    }

    fn on_bare_ground(self) -> Self {
        Self {
            found: Some(Box::new(FunctionFacts::unseen(&self.what))),
            ..self
        }
    }

    fn plan(&self, context: &PlanContext<'_>) -> Result<Draft, Refused> {
        let site = context.site(&self.region)?;
        let name = FunctionName::of(&self.what).name;
        let known: Vec<&str> = site
            .functions
            .iter()
            .map(|one| FunctionName::of(&one.name).name)
            .collect();
        if !known.contains(&name) {
            let refused = Refused::new(format!(
                "the fleet has no function {name} in {}",
                self.region
            ));
            return Err(refused.instead(format!("It has {}.", known.join(", "))));
        }
        let Some(facts) = &self.found else {
            return Err(Refused::new(format!(
                "which versions of {name} there are could not be read"
            )));
        };
        function::plan(context, &self.what, &self.region, self.to.as_deref(), facts)
    }
}
