//! What a step does: look whether it is done, send at most one change, look until it is.
//!
//! One file a family. A task is data, so that a plan can be written down, shown and resumed by
//! another process; what it does is `probe` and `apply`.

mod await_answers;
mod await_endpoint;
mod await_errors;
mod await_figures;
mod await_fleet;
mod await_region;
mod await_traffic;
mod await_well;
pub(super) mod bearing;
mod certificate;
mod change_set;
mod checks;
mod code;
mod database;
mod database_user;
mod deliver_code;
mod distribution;
mod invalidate;
mod mute;
mod point_alias;
mod point_router;
mod point_stage;
mod records;
mod region_switch;
mod restore_code;
mod routing;
mod smoke_write;
mod snapshot;
mod stack;
mod stack_gone;
mod stack_log;
mod switch;
mod unheard;
mod work;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Dependency, Expected, PlannedCall, RunContext};
use gwctl_aws::AwsError;
use gwctl_fleet::assumptions::Means;

pub use await_answers::{AwaitAnswers, Planned, Target};
pub use await_endpoint::AwaitEndpoint;
pub use await_errors::{AwaitErrors, InFront, Whose};
pub use await_figures::AwaitFigures;
pub use await_fleet::{AwaitWithinLimits, Baseline, Healthy, HoldForOperator};
pub use await_region::{AwaitGreen, AwaitMember, AwaitRequests, AwaitServing};
pub use await_traffic::AwaitTraffic;
pub use await_well::AwaitWell;
pub use certificate::AttachCertificate;
pub use checks::ForceCheck;
pub use code::CopyCode;
pub use database::{AwaitResync, Failover, Switchover, WriteForwarding};
pub use database_user::PrepareDatabase;
pub use deliver_code::DeliverCode;
pub use invalidate::Invalidate;
pub use mute::{MuteAlarms, UnmuteAlarms};
pub use point_alias::PointAlias;
pub use point_router::PointRouter;
pub use point_stage::PointStage;
pub use records::{ChangeRecords, NameChange};
pub use region_switch::SwitchRegion;
pub use restore_code::RestoreCode;
pub use routing::RoutingControl;
pub use smoke_write::SmokeWrite;
pub use snapshot::CopySnapshot;
pub(crate) use stack::placeholder;
pub use stack::{BuildStack, TemplateSource};
pub use stack_gone::RemoveStack;
pub use switch::FlipSwitch;
use work::Work;
pub(super) use work::{Context, Next, Observation, Sent};

/// The families, behind one door.
macro_rules! tasks {
    ($($name:ident $(= $was:literal)?),* $(,)?) => {
        /// One step's work, as data.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "task", rename_all = "kebab-case")]
        pub enum Task { $($(#[serde(alias = $was)])? $name($name)),* }

        impl Task {
            /// Its exact API calls, changes first.
            pub fn calls(&self) -> Vec<PlannedCall> {
                match self { $(Self::$name(task) => task.calls()),* }
            }

            /// How long it is likely to take, and the seconds after which the run holds.
            pub(super) fn times(&self) -> (Expected, u64) {
                match self { $(Self::$name(task) => task.times()),* }
            }

            /// The change it sends, in words; none for those that only wait.
            pub(super) fn sends(&self) -> Option<String> {
                match self { $(Self::$name(task) => task.sends()),* }
            }

            /// Whether AWS refused its change for now only: the same call may be taken a little later.
            pub(super) fn passes(&self, error: &AwsError) -> bool {
                match self { $(Self::$name(task) => task.passes(error)),* }
            }

            /// Whether it is done.
            pub(super) async fn probe(&self, context: &Context<'_>) -> Observation {
                match self { $(Self::$name(task) => Box::pin(task.probe(context)).await),* }
            }

            /// Sends the change, once; `operation` says which, where there are several.
            pub(super) async fn apply(&self, operation: &str, run_context: &RunContext) -> Result<Sent, AwsError> {
                match self { $(Self::$name(task) => Box::pin(task.apply_one(operation, run_context)).await),* }
            }
        }
    };
}

tasks!(
    Switchover,
    Failover,
    WriteForwarding,
    AwaitEndpoint,
    CopySnapshot,
    AwaitResync,
    FlipSwitch,
    RoutingControl,
    ForceCheck,
    ChangeRecords,
    AwaitAnswers,
    AwaitTraffic,
    Baseline,
    AwaitWithinLimits = "within",
    Healthy,
    HoldForOperator = "look",
    Invalidate,
    AttachCertificate,
    BuildStack,
    RemoveStack,
    AwaitMember,
    AwaitServing,
    AwaitGreen,
    AwaitRequests,
    CopyCode,
    DeliverCode,
    AwaitWell,
    SmokeWrite,
    AwaitFigures,
    SwitchRegion,
    RestoreCode,
    PointAlias,
    PointRouter,
    PointStage,
    AwaitErrors,
    MuteAlarms,
    UnmuteAlarms,
    PrepareDatabase,
);

impl Task {
    /// What it cannot do without: the endpoints it calls, the permissions for its changes.
    pub(super) fn needs(&self) -> Vec<Dependency> {
        let calls = self.calls();
        let by_iam = self.is_by_iam();
        let mut needs: Vec<Dependency> = calls
            .iter()
            .map(|call| Dependency::Api {
                service: call.service.clone(),
                region: call.region.clone(),
            })
            .collect();
        needs.extend(
            calls
                .iter()
                .filter(|call| call.mutates && by_iam)
                .map(|call| Dependency::Permission {
                    action: crate::planned_call::action(&call.service, &call.operation),
                }),
        );
        if matches!(
            self,
            Self::AwaitAnswers(_)
                | Self::AwaitEndpoint(_)
                | Self::AwaitServing(_)
                | Self::SmokeWrite(_)
        ) {
            needs.push(Dependency::Dns);
        }
        if let Self::BuildStack(task) = self {
            needs.extend(task.control_planes());
        }
        needs.sort();
        needs.dedup();
        needs
    }

    /// What of the assumption ledger it relies on.
    pub const fn means(&self) -> Option<Means> {
        Some(match self {
            Self::FlipSwitch(_) => Means::Switch,
            Self::RoutingControl(_) => Means::RoutingControl,
            Self::ForceCheck(_) => Means::ForcedCheck,
            Self::ChangeRecords(_) => Means::Records,
            Self::SwitchRegion(_) => Means::RegionSwitch,
            Self::AwaitAnswers(_) => Means::DnsAnswers,
            Self::AwaitTraffic(_) | Self::AwaitRequests(_) => Means::Traffic,
            Self::AwaitEndpoint(_) => Means::WriterEndpoint,
            Self::Switchover(_) => Means::Switchover,
            Self::Failover(_) => Means::Failover,
            Self::WriteForwarding(_) => Means::WriteForwarding,
            Self::BuildStack(_) => Means::Stack,
            Self::RemoveStack(_) => Means::StackRemoval,
            Self::CopyCode(_)
            | Self::DeliverCode(_)
            | Self::RestoreCode(_)
            | Self::PointAlias(_)
            | Self::PointStage(_) => Means::Code,
            Self::AttachCertificate(_) | Self::Invalidate(_) | Self::PointRouter(_) => {
                Means::Distribution
            }
            _ => return None,
        })
    }

    /// Whether IAM decides on its calls: on those of an API that is open to everybody it does not.
    pub(super) const fn is_by_iam(&self) -> bool {
        match self {
            Self::SmokeWrite(write) => write.signed,
            _ => true,
        }
    }

    /// Whether there is only forward once it was sent: no API takes it back (aws-facts §2.3, §21.1).
    pub(super) const fn no_return(&self) -> bool {
        matches!(
            self,
            Self::Switchover(_) | Self::Failover(_) | Self::SwitchRegion(_)
        )
    }

    /// Whether sending it again changes nothing more: it sets a state rather than starting an operation, or AWS
    /// knows a repeated request by its token (aws-facts §21.1).
    pub(super) const fn idempotent(&self) -> bool {
        matches!(
            self,
            Self::WriteForwarding(_)
                | Self::FlipSwitch(_)
                | Self::RoutingControl(_)
                | Self::ForceCheck(_)
                | Self::ChangeRecords(_)
                | Self::Invalidate(_)
                | Self::AttachCertificate(_)
                | Self::CopyCode(_)
                | Self::DeliverCode(_)
                | Self::RestoreCode(_)
                | Self::PointAlias(_)
                | Self::PointRouter(_)
                | Self::PointStage(_)
                | Self::SmokeWrite(_)
                | Self::SwitchRegion(_)
                | Self::PrepareDatabase(_)
                | Self::MuteAlarms(_)
                | Self::UnmuteAlarms(_)
        )
    }

    /// How often it may be looked at: what is done is noticed within two seconds, and no API's rate is
    /// exceeded (Route 53: five a second for the whole account, aws-facts §3.3).
    pub(super) const fn pace(&self) -> Duration {
        match self {
            Self::Switchover(_)
            | Self::Failover(_)
            | Self::ChangeRecords(_)
            | Self::ForceCheck(_) => Duration::from_millis(1_500),
            Self::CopySnapshot(_)
            | Self::AttachCertificate(_)
            | Self::Invalidate(_)
            | Self::AwaitResync(_)
            | Self::BuildStack(_)
            | Self::RemoveStack(_)
            | Self::CopyCode(_)
            | Self::DeliverCode(_)
            | Self::RestoreCode(_)
            | Self::PointRouter(_)
            | Self::SwitchRegion(_)
            | Self::AwaitMember(_) => Duration::from_secs(2),
            // A dozen questions, of Route 53's API where DNS cannot be asked; of RDS half as many.
            Self::AwaitAnswers(_) | Self::AwaitEndpoint(_) => Duration::from_secs(3),
            _ => Duration::from_secs(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_of_before_the_tasks_were_renamed_is_read() {
        for (tag, now) in [
            ("look", "hold-for-operator"),
            ("hold-for-operator", "hold-for-operator"),
        ] {
            let text = format!(r#"{{"task":"{tag}","for_s":60,"text":"look around"}}"#);
            let task: Task = serde_json::from_str(&text).unwrap();
            let written = serde_json::to_value(&task).unwrap();
            assert_eq!(written["task"], now, "{tag}");
        }
    }
}
