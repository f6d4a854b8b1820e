//! What the simulated AWS does where AWS's documents leave more than one reading, or give a figure only roughly.
//!
//! Every such fact stands here, once, with its section of the fact sheets (`src/aws/FACTS.md`). A scenario
//! may choose the other reading in its `[physics]` table, so that a second AWS can disagree with the first:
//! what gwctl does must end well in both.

use serde::Deserialize;

/// The readings of one world.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Physics {
    /// What a health check of type `CLOUDWATCH_METRIC` looks at (§20.1).
    pub metric_check_follows: MetricCheckFollows,
    /// Whether requests of Route 53's health checkers count in API Gateway's `Count` and Lambda's
    /// `Invocations` (§20.2: inferred; no exemption is documented).
    pub checkers_are_counted: bool,
    /// The port of an Aurora cluster whose template sets no `Port` (§20.3: 3306 for both engines until
    /// about 2023, the engine's own in today's documents).
    pub unset_port: u16,
    /// Whether a global cluster refuses a second new member while a first is being created (§6.1: not
    /// documented; RDS refuses what is not `available`).
    pub one_member_joins_at_a_time: bool,
    /// Whether the lag of a secondary without an instance is in CloudWatch (§1.1: the storage replicates, and nothing
    /// says who publishes the figure).
    pub headless_lag_is_published: bool,
    /// Zones that `Fn::GetAZs` lists and that take no subnets, as in an account without default subnets
    /// (§20.3).
    pub zones_without_subnets: Vec<String>,
    /// Seconds until a point that `PutMetricData` took is seen by whoever reads or follows it (§1.3: AWS
    /// publishes no figure; with what follows, a switch takes one to three minutes to move DNS).
    pub put_visible_s: i64,
    /// Seconds between two looks of Route 53 at what a `CLOUDWATCH_METRIC` check follows (§3.4: no figure).
    pub metric_check_every_s: i64,
}

/// Two readings of what a `CLOUDWATCH_METRIC` health check looks at (§20.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MetricCheckFollows {
    /// The metric's data stream; missing data is the check's own `InsufficientDataHealthStatus`.
    DataStream,
    /// The alarm's state, its `TreatMissingData` included.
    AlarmState,
}

impl Default for Physics {
    /// The reading with the most evidence; where none has more, the one that is harder on gwctl.
    fn default() -> Self {
        Self {
            metric_check_follows: MetricCheckFollows::DataStream,
            checkers_are_counted: true,
            unset_port: 3306,
            one_member_joins_at_a_time: true,
            headless_lag_is_published: false,
            zones_without_subnets: vec!["eu-central-1a".into()],
            put_visible_s: 45,
            metric_check_every_s: 30,
        }
    }
}
