//! What differs, stack by stack, with why.

use serde_json::{Value, json};

use crate::actions::drift::{explanation, shared_traffic};
use crate::cli::exit::Exit;
use crate::fleet::{Drifted, Missing, Region, Snapshot};
use crate::observe::drift::{Stack, StackDrift};

/// Everything there is to say.
#[derive(Debug)]
pub struct Report {
    /// The fleet's name.
    pub fleet: String,
    /// Every stack that was looked at.
    pub stacks: Vec<Compared>,
    /// Regions where there may be more.
    pub unlisted: Vec<(Region, Missing)>,
    /// How records share the traffic of a Region now, whatever the stacks say.
    pub routing: Vec<(Region, String)>,
}

/// One stack.
#[derive(Debug)]
pub struct Compared {
    /// Which.
    pub stack: Stack,
    /// What differs in it; or why nobody can tell.
    pub found: Result<Vec<Resource>, Missing>,
    /// What CloudFormation could not compare.
    pub incomplete: Option<String>,
}

/// A resource that is not as its stack left it.
#[derive(Debug)]
pub struct Resource {
    /// Which, and how it differs.
    pub drifted: Drifted,
    /// Why, for each of its differences; none where no action explains it.
    pub why: Vec<Option<&'static str>>,
}

impl Resource {
    fn new(region: &Region, drifted: Drifted, picture: &Snapshot) -> Self {
        let differences = drifted.differences.iter();
        let why = differences.map(|one| explanation(region, &drifted, one, picture));
        let why = why.collect();
        Self { drifted, why }
    }

    /// Whether somebody must look at it.
    pub fn open(&self) -> bool {
        self.why.is_empty() || self.why.iter().any(Option::is_none)
    }
}

impl Compared {
    /// In a word or two.
    pub fn verdict(&self) -> &'static str {
        match &self.found {
            Err(Missing::NoData) => "NOT THERE",
            Err(Missing::NotAllowed { .. }) => "NOT ALLOWED",
            Err(_) => "COULD NOT ASK",
            Ok(resources) if resources.iter().any(Resource::open) => "DRIFTED",
            Ok(_) if self.incomplete.is_some() => "NOT ALL COMPARED",
            Ok(resources) if resources.is_empty() => "IN SYNC",
            Ok(_) => "EXPLAINED",
        }
    }
}

impl Report {
    /// Explains what can be explained by the picture.
    pub fn new(
        fleet: &str,
        compared: Vec<StackDrift>,
        unlisted: Vec<(Region, Missing)>,
        picture: &Snapshot,
    ) -> Self {
        let stacks = compared.into_iter().map(|one| {
            let region = &one.stack.region;
            let explain = |all: Vec<Drifted>| {
                all.into_iter()
                    .map(|drifted| Resource::new(region, drifted, picture))
                    .collect()
            };
            Compared {
                found: one.found.map(explain),
                stack: one.stack,
                incomplete: one.incomplete,
            }
        });
        Self {
            fleet: fleet.into(),
            stacks: stacks.collect(),
            unlisted,
            routing: shared_traffic(picture),
        }
    }

    /// What no action explains comes first, then what could not be compared. Explained is as good as in sync.
    pub fn exit(&self) -> Exit {
        let resources = self
            .stacks
            .iter()
            .flat_map(|stack| stack.found.iter().flatten());
        let untold = |stack: &Compared| stack.found.is_err() || stack.incomplete.is_some();
        if resources.into_iter().any(Resource::open) {
            Exit::Degraded
        } else if self.stacks.iter().any(untold) || !self.unlisted.is_empty() {
            Exit::Partial
        } else {
            Exit::Success
        }
    }

    /// `gwctl.drift/1`.
    pub fn document(&self) -> Value {
        let difference = |resource: &Resource| {
            let all = resource.drifted.differences.iter().zip(&resource.why);
            all.map(|(one, why)| {
                json!({
                    "path": one.path,
                    "expected": one.expected,
                    "actual": one.actual,
                    "explained": why,
                })
            })
            .collect::<Vec<_>>()
        };
        let resource = |resource: &Resource| {
            json!({
                "logical": resource.drifted.logical,
                "physical": resource.drifted.physical,
                "type": resource.drifted.kind,
                "status": resource.drifted.status,
                "explained": !resource.open(),
                "differences": difference(resource),
            })
        };
        let stack = |one: &Compared| {
            json!({
                "region": one.stack.region,
                "name": one.stack.name,
                "verdict": one.verdict(),
                "missing": one.found.as_ref().err(),
                "incomplete": one.incomplete,
                "resources": one.found.as_ref().map(|all| all.iter().map(resource).collect::<Vec<_>>()).ok(),
            })
        };
        let unlisted = |(region, why): &(Region, Missing)| json!({ "region": region, "why": why });
        json!({
            "schema": "gwctl.drift/1",
            "fleet": self.fleet,
            "stacks": self.stacks.iter().map(stack).collect::<Vec<_>>(),
            "routing": self.routing.iter().map(|(region, text)| json!({ "region": region, "text": text })).collect::<Vec<_>>(),
            "unlisted": self.unlisted.iter().map(unlisted).collect::<Vec<_>>(),
            "exit_code": self.exit().code(),
        })
    }
}
