//! What others than the picture's own figures saw of clients' requests: canaries, and the API's routes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::logs::{LogSpan, Pattern};
use super::{Missing, Region};

/// What functions log as errors, and what else was asked with it.
#[derive(Debug, Clone, Copy)]
pub struct Logged<'a> {
    pub patterns: &'a [Pattern],
    /// How far each log was read: an error that no pattern tells is absent only there.
    pub spans: &'a [LogSpan],
    pub heard: &'a Heard,
}

/// Everything that was heard when somebody asked for an explanation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Heard {
    pub canaries: Vec<Canary>,
    /// By Region.
    pub routes: BTreeMap<Region, Routes>,
    /// What traced requests met, by Region; empty where nothing is traced.
    pub traces: BTreeMap<Region, Vec<TracedNode>>,
    /// What could not be asked, or not to its end, a sentence each.
    pub unheard: Vec<String>,
    /// Figures that were asked of `GetMetricData` for it, each of which AWS charges (aws-facts §1.4).
    pub figures: usize,
}

/// A canary of CloudWatch Synthetics, by its newest runs (aws-facts §15.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canary {
    pub name: String,
    /// Where it runs.
    pub runs_in: Region,
    /// The Region that its name names; none where it names none: then it is taken to ask the public name.
    pub of: Option<Region>,
    /// The newest minutes with a run, and those of them whose run failed.
    pub minutes: usize,
    pub failed: usize,
    /// When the runs began to fail without a good one in between; none where the newest one passed.
    pub fails_since: Option<Timestamp>,
    /// When the newest of them was.
    pub newest: Timestamp,
}

/// What the routes of one Region's API tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Routes {
    /// API Gateway counts the API as a whole: its detailed metrics are off (aws-facts §15.1).
    NotCounted,
    /// Counted by route in the minutes before the question.
    Counted { minutes: i64, routes: Vec<Route> },
    /// The question got no answer.
    Missing(Missing),
}

/// Requests of one route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// `POST /orders`.
    pub name: String,
    pub requests: f64,
    /// Those that were answered with 5xx.
    pub failed: f64,
}

/// A function, a service or a database that traced requests met: a sample, never all of them (aws-facts §15.3).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TracedNode {
    pub name: String,
    /// As X-Ray names it: `AWS::Lambda::Function`, `Database::SQL`, `remote`.
    pub kind: String,
    /// Traced requests that met it.
    pub requests: u64,
    /// Those of them that it failed.
    pub failed: u64,
    /// Mean time that it took.
    pub mean_ms: Option<f64>,
}
