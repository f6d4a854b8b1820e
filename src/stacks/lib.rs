//! The reference architecture as CloudFormation templates and the edge router function, embedded.
//!
//! ```text
//! global   the Aurora global cluster                               once, in the first Region
//! region   network, member cluster, handler, API, checks, record   in every Region
//! switch   the alarm that evacuates one Region                     in a Region that survives it
//! edge     certificate, router, distribution, alias                once, in us-east-1
//! ```
//!
//! Pure: a template is read, its functions are evaluated, and two evaluations are compared, without
//! asking anybody. CloudFormation does the provisioning.

mod capability;
mod database;
mod difference;
mod error;
mod family;
mod given;
pub mod handler;
mod intrinsic;
mod router;
mod template;
mod yaml;

use serde::{Deserialize, Serialize};

pub use capability::{Capability, capabilities};
/// The reference handler, bundled: the file `index.js` of its package.
pub const HANDLER: &str = include_str!("handler/dist/index.js");

pub use database::{DatabaseUser, HANDLER_SCHEMA};
pub use difference::{Action, Part, parts};
pub use error::TemplateError;
pub use family::family;
pub use given::{Given, SET_BY_GWCTL, given};
pub use intrinsic::{Made, Nothing, Scope};
pub use router::CODE as ROUTER;
pub use template::{Output, Parameter, Parameters, Resource, Template};

/// The stacks a fleet is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The Aurora global cluster.
    Global,
    /// Everything in one Region.
    Region,
    /// The evacuation switch of one Region, in another.
    Switch,
    /// What stands in front of the Regions.
    Edge,
}

impl Kind {
    /// All of them, in the order they are built.
    pub const ALL: [Self; 4] = [Self::Global, Self::Region, Self::Switch, Self::Edge];

    /// The word in stack names, tags and files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Region => "region",
            Self::Switch => "switch",
            Self::Edge => "edge",
        }
    }

    /// The template as gwctl ships it, the router's code filled in.
    pub fn template(self) -> String {
        match self {
            Self::Global => include_str!("templates/global.yaml").into(),
            Self::Region => include_str!("templates/region.yaml").into(),
            Self::Switch => include_str!("templates/switch.yaml").into(),
            Self::Edge => router::fill(include_str!("templates/edge.yaml")),
        }
    }
}

/// The template of the table that a team shares: of no fleet, and so of no [`Kind`].
pub const SHARED_TABLE: &str = include_str!("templates/shared.yaml");

/// The network of a fleet's `place`-th Region where none is given: networks that may be joined one day
/// must not overlap.
pub fn network(place: usize) -> String {
    format!("10.{}.0.0/16", 16 + place)
}

/// Whether a network is one of those.
pub fn is_own_network(block: &str) -> bool {
    (0..=255 - 16).any(|place| network(place) == block)
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}

#[cfg(test)]
mod tests;
