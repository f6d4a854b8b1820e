//! What the configuration says of notifications.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Event, SecretRef, Severity};

/// The table `[notify]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NotifySpec {
    /// How long a worse verdict must stand before it is told, in seconds; a better one must stand five times as long.
    pub hold_down_s: u32,
    /// Who is told, by a name of your own.
    pub targets: BTreeMap<String, TargetSpec>,
}

impl Default for NotifySpec {
    fn default() -> Self {
        Self {
            hold_down_s: 60,
            targets: BTreeMap::new(),
        }
    }
}

/// One target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetSpec {
    /// What it is.
    pub kind: Kind,
    /// Where its address is kept: of Slack, Teams and a webhook; of PagerDuty only where it is not the usual one.
    #[serde(default)]
    pub url: Option<SecretRef>,
    /// Where its key is kept: PagerDuty's routing key, or the `whsec_…` that signs a webhook.
    #[serde(default)]
    pub key: Option<SecretRef>,
    /// The topics of SNS, or the buses of EventBridge: the first that answers is told, so name two in different Regions.
    #[serde(default)]
    pub arns: Vec<String>,
    /// What it is told; none means everything.
    #[serde(default)]
    pub events: Option<Vec<Event>>,
    /// Of which fleets, by their names, `*` standing for any letters; none means all.
    #[serde(default)]
    pub fleets: Option<Vec<String>>,
    /// The least severity that it is told.
    #[serde(default)]
    pub least: Severity,
    /// When it is told only the worst.
    #[serde(default)]
    pub quiet: Option<Quiet>,
}

/// What a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An incoming webhook of Slack.
    Slack,
    /// PagerDuty's Events API v2.
    Pagerduty,
    /// A workflow of Microsoft Teams.
    Teams,
    /// Any URL, by Standard Webhooks.
    Webhook,
    /// Topics of Amazon SNS.
    Sns,
    /// Event buses of Amazon EventBridge.
    Eventbridge,
    /// The terminal that gwctl runs in.
    Terminal,
}

impl Kind {
    /// As the configuration writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Pagerduty => "pagerduty",
            Self::Teams => "teams",
            Self::Webhook => "webhook",
            Self::Sns => "sns",
            Self::Eventbridge => "eventbridge",
            Self::Terminal => "terminal",
        }
    }
}

/// A part of the day in which a target is told only the worst.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    /// When it begins, such as `22:00`.
    pub from: String,
    /// When it ends; before `from` it is the next morning.
    pub to: String,
    /// The time zone, such as `Europe/Berlin`; UTC where it is left out.
    #[serde(default)]
    pub zone: Option<String>,
    /// The least severity that is told all the same.
    #[serde(default = "critical")]
    pub least: Severity,
}

const fn critical() -> Severity {
    Severity::Critical
}
