//! Changing the writer of the global database, and what belongs to it (aws-facts §2).

use serde::{Deserialize, Serialize};

use super::work::{Context, Observation, Sent, Work, change, read, unobserved};
use crate::{Expected, PlannedCall, RunContext};
use gwctl_aws::AwsError;
use gwctl_fleet::{Region, Topology};

/// Planned: nothing is lost. Called in the Region of the current primary (aws-facts §2.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switchover {
    /// Identifier of the global cluster.
    pub global: String,
    /// The present primary's Region.
    pub from: Region,
    /// The Region that becomes the writer's.
    pub target: Region,
    /// ARN of its cluster.
    pub target_arn: String,
    /// Its identifier.
    pub target_cluster: String,
}

/// Unplanned: the tail that was not replicated is lost. Called in the target's Region (aws-facts §2.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failover {
    /// Identifier of the global cluster.
    pub global: String,
    /// The lost primary's Region.
    pub from: Region,
    /// The Region that becomes the writer's.
    pub target: Region,
    /// ARN of its cluster.
    pub target_arn: String,
    /// Its identifier.
    pub target_cluster: String,
}

impl Work for Switchover {
    fn calls(&self) -> Vec<PlannedCall> {
        vec![
            change("rds", "SwitchoverGlobalCluster", &self.from),
            read("rds", "DescribeGlobalClusters", &self.target),
            read("rds", "DescribeDBClusters", &self.target),
            read("rds", "DescribeDBInstances", &self.target),
        ]
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::between(
                45,
                15,
                300,
                "AWS: typically under one minute with new versions, else longer with the lag (aws-facts §2.7)",
            ),
            900,
        )
    }

    fn sends(&self) -> Option<String> {
        Some(format!("{} to {}", self.global, self.target_arn))
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        writer_moved(
            context,
            &self.global,
            (&self.from, &self.target),
            &self.target_arn,
            &self.target_cluster,
            false,
        )
        .await
    }

    async fn apply(&self, run_context: &RunContext) -> Result<Sent, AwsError> {
        run_context
            .mutating_session()
            .rds(&self.from)
            .switchover(&self.global, &self.target_arn)
            .await
            .map(Into::into)
    }
}

impl Work for Failover {
    fn calls(&self) -> Vec<PlannedCall> {
        vec![
            change("rds", "FailoverGlobalCluster", &self.target),
            read("rds", "DescribeGlobalClusters", &self.target),
            read("rds", "DescribeDBClusters", &self.target),
            read("rds", "DescribeDBInstances", &self.target),
        ]
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::between(
                150,
                60,
                600,
                "AWS: a new primary within a few minutes (aws-facts §2.7)",
            ),
            1_800,
        )
    }

    fn sends(&self) -> Option<String> {
        Some(format!(
            "{} to {}, data loss allowed",
            self.global, self.target_arn
        ))
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        writer_moved(
            context,
            &self.global,
            (&self.from, &self.target),
            &self.target_arn,
            &self.target_cluster,
            true,
        )
        .await
    }

    async fn apply(&self, run_context: &RunContext) -> Result<Sent, AwsError> {
        run_context
            .mutating_session()
            .rds(&self.target)
            .failover(&self.global, &self.target_arn)
            .await
            .map(Into::into)
    }
}

/// Done is: global cluster available, no failover state, the target the writer, its cluster and writer
/// instance available (aws-facts §2.4). Asked in the target's Region: the old one may be gone.
async fn writer_moved(
    context: &Context<'_>,
    global: &str,
    (from, target): (&Region, &Region),
    target_arn: &str,
    cluster: &str,
    lossy: bool,
) -> Observation {
    let rds = context.run.session.rds(target);
    let topology = match rds.topology(global).await {
        Ok(topology) => topology,
        Err(error) => return unobserved(&error),
    };
    if let Some(failover) = &topology.failover {
        let to = failover.to.as_deref().unwrap_or_default();
        if to != target_arn {
            return Observation::Wrong(format!(
                "another operation is under way: {} to {to}",
                failover.status
            ));
        }
        return Observation::Underway(format!(
            "global cluster {}, operation {}",
            topology.status, failover.status
        ));
    }
    let moved = topology
        .members
        .iter()
        .any(|member| member.writer && member.arn == target_arn);
    if !moved {
        // Once it was sent, another status may be its own: it must not be sent twice.
        let in_any_status = lossy && context.sent.is_none();
        return not_writer(&topology, (from, target), in_any_status);
    }
    if topology.status != "available" {
        return Observation::Underway(format!(
            "{target} is the writer, global cluster {}",
            topology.status
        ));
    }
    match rds.cluster(cluster).await {
        Err(error) => unobserved(&error),
        Ok(state) if state.status != "available" => Observation::Underway(format!(
            "{target} is the writer, its cluster is {}",
            state.status
        )),
        Ok(state) => match state.instances.iter().find(|instance| instance.writer) {
            Some(one) if one.status == "available" => {
                Observation::Done(format!("{target} is the writer, {} available", one.id))
            }
            Some(one) => Observation::Underway(format!(
                "{target} is the writer, instance {} is {}",
                one.id, one.status
            )),
            None => Observation::Underway(format!(
                "{target} is the writer and has no writer instance yet"
            )),
        },
    }
}

/// Whether the writer may be moved: it must be where it was when the move was planned.
fn not_writer(
    topology: &Topology,
    (from, target): (&Region, &Region),
    in_any_status: bool,
) -> Observation {
    let moved = topology
        .writer()
        .filter(|writer| topology.status == "available" && &writer.region != from);
    if let Some(writer) = moved {
        return Observation::Wrong(format!(
            "{} is the writer now; at planning time it was {from}: somebody moved it; plan again",
            writer.region
        ));
    }
    let writer = topology
        .writer()
        .map_or("no Region", |member| member.region.as_str());
    // A failover is for a global cluster that is not well: whether its status stands against it, AWS says.
    let free = topology.status == "available" || (in_any_status && topology.failover.is_none());
    if free {
        Observation::NotDone(format!("{writer} is the writer, {target} is not"))
    } else {
        Observation::Underway(format!(
            "{writer} is the writer, global cluster {}",
            topology.status
        ))
    }
}

/// Writes forwarded from a secondary. Set on the primary it takes effect once that is demoted, and shows only
/// then: after a lost reply it is sent again, which changes nothing (aws-facts §2.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteForwarding {
    /// Identifier of the global cluster.
    pub global: String,
    /// The member's Region.
    pub region: Region,
    /// The member's cluster.
    pub cluster: String,
}

impl Work for WriteForwarding {
    fn calls(&self) -> Vec<PlannedCall> {
        vec![
            change("rds", "ModifyDBCluster", &self.region),
            read("rds", "DescribeDBClusters", &self.region),
            read("rds", "DescribeDBInstances", &self.region),
        ]
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::between(
                5,
                0,
                120,
                "a rehearsal in the simulator; AWS gives no figure",
            ),
            300,
        )
    }

    fn sends(&self) -> Option<String> {
        Some(format!("{}: EnableGlobalWriteForwarding", self.cluster))
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        match context
            .run
            .session
            .rds(&self.region)
            .cluster(&self.cluster)
            .await
        {
            Err(error) => unobserved(&error),
            Ok(state) => match state.write_forwarding.as_deref() {
                Some("enabled") => Observation::Done(format!("{} forwards writes", self.cluster)),
                Some("enabling") => Observation::Underway("enabling".into()),
                // Null on the primary, whatever was asked for: it shows once the cluster is a secondary.
                None if context.receipt.is_some() => Observation::Done(format!(
                    "{} will forward writes once it is a secondary",
                    self.cluster
                )),
                Some(other) => Observation::NotDone(format!("write forwarding is {other}")),
                None => Observation::NotDone("write forwarding is not shown".into()),
            },
        }
    }

    async fn apply(&self, run_context: &RunContext) -> Result<Sent, AwsError> {
        let receipt = run_context
            .mutating_session()
            .rds(&self.region)
            .set_write_forwarding(&self.cluster, true)
            .await?;
        Ok(Sent {
            receipt: Some("requested".into()),
            ..receipt.into()
        })
    }
}

/// After a failover every other member is rebuilt; until then there is less protection (aws-facts §2.7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwaitResync {
    /// Identifier of the global cluster.
    pub global: String,
    /// The new primary's Region, where it is asked.
    pub asked_in: Region,
    /// The Regions that must be members.
    #[serde(default)]
    pub members: Vec<Region>,
}

impl Work for AwaitResync {
    fn calls(&self) -> Vec<PlannedCall> {
        vec![read("rds", "DescribeGlobalClusters", &self.asked_in)]
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::or_much_longer(
                600,
                60,
                "AWS: a few minutes to several hours, once the old Region works again (aws-facts §2.7)",
            ),
            6 * 3_600,
        )
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let topology = match context
            .run
            .session
            .rds(&self.asked_in)
            .topology(&self.global)
            .await
        {
            Ok(topology) => topology,
            Err(error) => return unobserved(&error),
        };
        self.judge(&topology)
    }
}

impl AwaitResync {
    fn judge(&self, topology: &Topology) -> Observation {
        // The old primary is listed again once it is back (aws-facts §2.3).
        let gone = self
            .members
            .iter()
            .filter(|region| topology.member(region).is_none())
            .map(|region| format!("{region} is not a member of the global cluster"));
        let secondaries = topology.members.iter().filter(|member| !member.writer);
        let behind = secondaries.filter_map(|member| {
            let region = &member.region;
            match member.synchronization.as_deref() {
                Some("connected") => None,
                Some(state) => Some(format!("{region} is {state}")),
                None => Some(format!("whether {region} is connected is not shown")),
            }
        });
        let reduced: Vec<String> = gone.chain(behind).collect();
        if !reduced.is_empty() {
            Observation::Underway(format!("protection is reduced: {}", reduced.join(", ")))
        } else if topology.status == "available" {
            Observation::Done("every member is connected: full protection".into())
        } else {
            Observation::Underway(format!("global cluster {}", topology.status))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gwctl_fleet::{Engine, Member};

    fn region(code: &str) -> Region {
        Region::new(code).unwrap()
    }

    fn member(code: &str, writer: bool, synchronization: Option<&str>) -> Member {
        Member {
            arn: format!("arn:aws:rds:{code}:111122223333:cluster:orders"),
            region: region(code),
            cluster: "orders".into(),
            writer,
            write_forwarding: None,
            synchronization: synchronization.map(Into::into),
        }
    }

    fn topology(status: &str, members: Vec<Member>) -> Topology {
        Topology {
            status: status.into(),
            engine: Engine {
                name: "aurora-postgresql".into(),
                version: "16.4".into(),
            },
            endpoint: None,
            failover: None,
            members,
            deletion_protection: true,
        }
    }

    #[test]
    fn a_failover_is_sent_once_whatever_the_global_clusters_status_says() {
        let writer = member("us-east-1", true, None);
        let modifying = topology("modifying", vec![writer]);
        let (from, target) = (region("us-east-1"), region("eu-west-1"));
        let judged = |in_any_status| not_writer(&modifying, (&from, &target), in_any_status);
        assert!(
            matches!(judged(true), Observation::NotDone(_)),
            "AWS decides"
        );
        // After it was sent the status may be its own, and a switchover needs `available`.
        assert!(matches!(judged(false), Observation::Underway(_)));
    }

    #[test]
    fn a_member_that_is_not_listed_or_not_shown_as_connected_is_not_connected() {
        let task = AwaitResync {
            global: "orders".into(),
            asked_in: region("eu-west-1"),
            members: ["us-east-1", "eu-west-1"].map(region).to_vec(),
        };
        let writer = || member("eu-west-1", true, None);
        let judged = |others: Vec<Member>| {
            let members = std::iter::once(writer()).chain(others).collect();
            task.judge(&topology("available", members))
        };
        let Observation::Underway(said) = judged(Vec::new()) else {
            panic!("the old primary is no member")
        };
        assert!(said.contains("us-east-1 is not a member"), "{said}");
        for state in [None, Some("pending-resync")] {
            let seen = judged(vec![member("us-east-1", false, state)]);
            assert!(
                matches!(seen, Observation::Underway(_)),
                "{state:?}: {seen:?}"
            );
        }
        let seen = judged(vec![member("us-east-1", false, Some("connected"))]);
        assert!(matches!(seen, Observation::Done(_)), "{seen:?}");
    }
}
