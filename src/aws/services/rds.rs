//! RDS: the Aurora Global Database, its member clusters, and their events.

use std::collections::BTreeMap;

use aws_sdk_rds::Client;
use aws_sdk_rds::types::{
    DbCluster, DbInstance, Event, Filter, GlobalCluster, GlobalClusterMember,
    ServerlessV2ScalingConfigurationInfo, SourceType,
};
use futures_util::future::try_join;

use crate::transport::call::Caller;
use crate::transport::error::AwsError;
use crate::transport::reply;
use crate::transport::session::{Session, sdk_client};
use gwctl_fleet::{
    Capacity, ClusterState, DbEvent, Engine, FailoverState, Instance, Member, Region, Topology,
};

/// Records in one reply of RDS: it gives a hundred at most.
const LARGEST: i32 = 100;
/// No fleet's list is longer; a reply that never ends must not hang us.
pub(crate) const PAGES: usize = 20;
/// How far back the events of a picture reach, in minutes.
pub const EVENTS_MINUTES: i32 = 60;
/// Global clusters by their identifiers in lower case; one whose members no ARN tells is an error of its own.
pub type Topologies = BTreeMap<String, Result<Topology, AwsError>>;
/// How long RDS keeps events, in minutes (aws-facts §2.5).
pub const EVENTS_KEPT: i32 = 14 * 24 * 60;

/// RDS in one Region.
#[derive(Debug, Clone)]
pub struct Rds {
    pub(crate) client: Client,
    pub(crate) caller: Caller,
}

impl Session {
    /// RDS in `region`.
    pub fn rds(&self, region: &Region) -> Rds {
        let caller = self.caller("rds", region);
        Rds {
            client: self.client(&caller, sdk_client!(aws_sdk_rds)),
            caller,
        }
    }
}

impl Rds {
    /// Members and roles of the global cluster, as this Region sees them.
    pub async fn topology(&self, global_cluster: &str) -> Result<Topology, AwsError> {
        const ACTION: &str = "DescribeGlobalClusters";
        let call = self
            .client
            .describe_global_clusters()
            .global_cluster_identifier(global_cluster)
            .send();
        let reply = self.caller.ask(ACTION, call).await?;
        let found = reply
            .global_clusters()
            .iter()
            .find(|cluster| {
                let id = cluster.global_cluster_identifier();
                id.is_some_and(|id| id.eq_ignore_ascii_case(global_cluster))
            })
            .ok_or_else(|| {
                self.caller
                    .not_found(ACTION, &format!("global cluster {global_cluster}"))
            })?;
        topology(found).ok_or_else(|| {
            self.caller
                .garbled(ACTION, "a member cluster's ARN is not an ARN")
        })
    }

    /// The cluster `id` and its instances in this Region.
    pub async fn cluster(&self, id: &str) -> Result<ClusterState, AwsError> {
        let ids = [id.to_owned()];
        let (cluster, instances) = try_join(
            Box::pin(self.describe_cluster(id)),
            Box::pin(self.instances(&ids)),
        )
        .await?;
        Ok(cluster_state(&cluster, &instances))
    }

    /// As [`Self::cluster`], of several clusters, by their ids. One that is not there is an error of its own.
    pub async fn clusters_of(
        &self,
        ids: &[String],
    ) -> Result<BTreeMap<String, Result<ClusterState, AwsError>>, AwsError> {
        const ACTION: &str = "DescribeDBClusters";
        // An identifier is refused where there is no such cluster; a filter passes it over.
        let call = self.client.describe_db_clusters();
        let call = call.filters(of_clusters(ids)).max_records(LARGEST).send();
        let clusters = self.caller.ask(ACTION, call);
        let (page, instances) = try_join(Box::pin(clusters), Box::pin(self.instances(ids))).await?;
        let clusters = page.db_clusters();
        let mut all = BTreeMap::new();
        for id in ids {
            let mut clusters = clusters.iter();
            let own = clusters.find(|cluster| cluster.db_cluster_identifier() == Some(id));
            let told = match own {
                Some(own) => {
                    let of = |instance: &&DbInstance| instance.db_cluster_identifier() == Some(id);
                    let instances: Vec<DbInstance> = instances.iter().filter(of).cloned().collect();
                    Ok(cluster_state(own, &instances))
                }
                None => Err(self.caller.not_found(ACTION, &format!("cluster {id}"))),
            };
            all.insert(id.clone(), told);
        }
        Ok(all)
    }

    /// Members and roles of every global cluster that this Region knows of.
    pub async fn topologies(&self) -> Result<Topologies, AwsError> {
        const ACTION: &str = "DescribeGlobalClusters";
        let mut all = BTreeMap::new();
        let mut marker = None;
        for _ in 0..PAGES {
            let call = self.client.describe_global_clusters().set_marker(marker);
            let page = self.caller.ask(ACTION, call.send()).await?;
            for cluster in page.global_clusters() {
                let id = reply::name_or_empty(cluster.global_cluster_identifier());
                let told = topology(cluster)
                    .ok_or_else(|| self.caller.garbled(ACTION, "a member's ARN is not an ARN"));
                all.insert(id.to_ascii_lowercase(), told);
            }
            marker = page
                .marker()
                .filter(|marker| !marker.is_empty())
                .map(Into::into);
            if marker.is_none() {
                return Ok(all);
            }
        }
        Err(self.caller.cut_short(ACTION))
    }

    /// The logs that the cluster `id` exports to `CloudWatch` Logs, such as `postgresql`; none unless somebody switched that
    /// on (aws-facts §13.7).
    pub async fn exported_logs(&self, id: &str) -> Result<Vec<String>, AwsError> {
        let cluster = Box::pin(self.describe_cluster(id)).await?;
        let logs = cluster.enabled_cloudwatch_logs_exports().iter();
        Ok(logs.map(|log| reply::name(log)).collect())
    }

    /// ARN of the cluster `id`, and whether its Data API is on.
    pub async fn data_api_of(&self, id: &str) -> Result<(String, bool), AwsError> {
        let cluster = Box::pin(self.describe_cluster(id)).await?;
        let on = cluster.http_endpoint_enabled() == Some(true);
        Ok((reply::name_or_empty(cluster.db_cluster_arn()), on))
    }

    /// Events of the last hour of the cluster `id` and of its instances, newest first.
    ///
    /// Both sources are asked: the fencing events of a failover belong to instances (aws-facts §2.5).
    pub async fn events(&self, id: &str) -> Result<Vec<DbEvent>, AwsError> {
        // The source is not passed on: AWS answers an unknown identifier with an error, and a
        // cluster's instances come and go. The names tell whose they are.
        let ids = [id.to_owned()];
        let (of_cluster, of_instances, instances) = futures_util::future::try_join3(
            Box::pin(self.events_of(SourceType::DbCluster, EVENTS_MINUTES)),
            Box::pin(self.events_of(SourceType::DbInstance, EVENTS_MINUTES)),
            Box::pin(self.instances(&ids)),
        )
        .await?;
        let is_ours = |source: &str| {
            source == id
                || instances
                    .iter()
                    .any(|i| i.db_instance_identifier() == Some(source))
        };
        let mut events: Vec<DbEvent> = of_cluster
            .iter()
            .chain(&of_instances)
            .filter(|event| event.source_identifier().is_some_and(is_ours))
            .filter_map(|event| db_event(event, &self.caller.region))
            .collect();
        events.sort_by_key(|event| std::cmp::Reverse(event.at));
        Ok(events)
    }

    /// Events of the last `minutes` of every cluster and instance here, the newest of each first; at most
    /// [`EVENTS_KEPT`] of them.
    pub async fn all_events(&self, minutes: i32) -> Result<Vec<DbEvent>, AwsError> {
        let minutes = minutes.clamp(1, EVENTS_KEPT);
        let (of_clusters, of_instances) = futures_util::future::try_join(
            Box::pin(self.events_of(SourceType::DbCluster, minutes)),
            Box::pin(self.events_of(SourceType::DbInstance, minutes)),
        )
        .await?;
        let all = of_clusters.iter().chain(&of_instances);
        Ok(all
            .filter_map(|event| db_event(event, &self.caller.region))
            .collect())
    }

    async fn describe_cluster(&self, id: &str) -> Result<DbCluster, AwsError> {
        const ACTION: &str = "DescribeDBClusters";
        let call = self
            .client
            .describe_db_clusters()
            .db_cluster_identifier(id)
            .send();
        let reply = self.caller.ask(ACTION, call).await?;
        let mut clusters = reply.db_clusters.unwrap_or_default().into_iter();
        clusters
            .find(|cluster| cluster.db_cluster_identifier() == Some(id))
            .ok_or_else(|| self.caller.not_found(ACTION, &format!("cluster {id}")))
    }

    /// Those of the `clusters`.
    async fn instances(&self, clusters: &[String]) -> Result<Vec<DbInstance>, AwsError> {
        let filter = of_clusters(clusters);
        let mut instances = Vec::new();
        let mut marker = None;
        for _ in 0..PAGES {
            let call = self
                .client
                .describe_db_instances()
                .filters(filter.clone())
                .set_marker(marker)
                .send();
            let page = self.caller.ask("DescribeDBInstances", call).await?;
            marker = page
                .marker()
                .filter(|marker| !marker.is_empty())
                .map(Into::into);
            instances.extend(page.db_instances.unwrap_or_default());
            if marker.is_none() {
                instances.retain(|instance: &DbInstance| {
                    let of = instance.db_cluster_identifier();
                    of.is_some_and(|of| clusters.iter().any(|id| id == of))
                });
                return Ok(instances);
            }
        }
        Err(self.caller.cut_short("DescribeDBInstances"))
    }

    async fn events_of(&self, source: SourceType, minutes: i32) -> Result<Vec<Event>, AwsError> {
        let mut events = Vec::new();
        let mut marker = None;
        for _ in 0..PAGES {
            let call = self
                .client
                .describe_events()
                .source_type(source.clone())
                .duration(minutes)
                .set_marker(marker)
                .send();
            let page = self.caller.ask("DescribeEvents", call).await?;
            marker = page
                .marker()
                .filter(|marker| !marker.is_empty())
                .map(Into::into);
            events.extend(page.events.unwrap_or_default());
            if marker.is_none() {
                return Ok(events);
            }
        }
        Err(self.caller.cut_short("DescribeEvents"))
    }
}

fn of_clusters(ids: &[String]) -> Filter {
    Filter::builder()
        .name("db-cluster-id")
        .set_values(Some(ids.to_vec()))
        .build()
}

pub(crate) fn topology(cluster: &GlobalCluster) -> Option<Topology> {
    let failover = cluster.failover_state().and_then(|state| {
        Some(FailoverState {
            // `switching-over` is documented but not in the SDK's enum (aws-facts §2.4).
            status: reply::some_name(state.status().map(|status| status.as_str()))?,
            from: reply::some_name(state.from_db_cluster_arn()),
            to: reply::some_name(state.to_db_cluster_arn()),
            data_loss_allowed: state.is_data_loss_allowed().unwrap_or(false),
        })
    });
    Some(Topology {
        status: reply::name_or_empty(cluster.status()),
        engine: engine(cluster.engine(), cluster.engine_version()),
        endpoint: reply::some_name(cluster.endpoint()),
        failover,
        members: cluster
            .global_cluster_members()
            .iter()
            .map(member)
            .collect::<Option<_>>()?,
        deletion_protection: cluster.deletion_protection().unwrap_or(false),
    })
}

fn member(member: &GlobalClusterMember) -> Option<Member> {
    let arn = reply::name(member.db_cluster_arn()?);
    let (region, resource) = reply::arn_parts(&arn)?;
    let cluster = resource.strip_prefix("cluster:")?.to_owned();
    Some(Member {
        region,
        cluster,
        writer: member.is_writer().unwrap_or(false),
        write_forwarding: reply::some_name(
            member
                .global_write_forwarding_status()
                .map(|status| status.as_str()),
        ),
        synchronization: reply::some_name(
            member
                .synchronization_status()
                .map(|status| status.as_str()),
        ),
        arn,
    })
}

fn engine(name: Option<&str>, version: Option<&str>) -> Engine {
    Engine {
        name: reply::name_or_empty(name),
        version: reply::name_or_empty(version),
    }
}

fn cluster_state(cluster: &DbCluster, instances: &[DbInstance]) -> ClusterState {
    let is_writer = |id: Option<&str>| {
        cluster.db_cluster_members().iter().any(|member| {
            member.db_instance_identifier() == id && member.is_cluster_writer() == Some(true)
        })
    };
    let mut instances: Vec<Instance> = instances
        .iter()
        .map(|instance| Instance {
            id: reply::name_or_empty(instance.db_instance_identifier()),
            class: reply::name_or_empty(instance.db_instance_class()),
            status: reply::name_or_empty(instance.db_instance_status()),
            zone: reply::some_name(instance.availability_zone()),
            writer: is_writer(instance.db_instance_identifier()),
        })
        .collect();
    instances.sort_by(|a, b| (!a.writer, &a.id).cmp(&(!b.writer, &b.id)));
    ClusterState {
        status: reply::name_or_empty(cluster.status()),
        engine: engine(cluster.engine(), cluster.engine_version()),
        instances,
        endpoint: reply::some_name(cluster.endpoint()),
        reader_endpoint: reply::some_name(cluster.reader_endpoint()),
        write_forwarding: reply::some_name(
            cluster
                .global_write_forwarding_status()
                .map(|status| status.as_str()),
        ),
        backup_days: cluster.backup_retention_period().filter(|days| *days >= 0),
        port: cluster.port().and_then(|port| u16::try_from(port).ok()),
        capacity: cluster
            .serverless_v2_scaling_configuration()
            .and_then(capacity),
        managed_password: cluster.master_user_secret().is_some(),
        pending_reboot: pending_reboot(cluster),
        needs: needs(cluster),
    }
}

/// By the status of the cluster's parameter group in each instance.
fn pending_reboot(cluster: &DbCluster) -> Vec<String> {
    let members = cluster.db_cluster_members().iter();
    let waiting = members
        .filter(|member| member.db_cluster_parameter_group_status() == Some("pending-reboot"));
    let mut names: Vec<String> = waiting
        .filter_map(|member| reply::some_name(member.db_instance_identifier()))
        .collect();
    names.sort();
    names
}

/// Names of what the cluster needs. Its instances' own parameter groups are left out: write forwarding and passwords
/// are no matter of theirs.
fn needs(cluster: &DbCluster) -> Vec<String> {
    let groups = cluster.vpc_security_groups().iter();
    let groups = groups.filter_map(|group| group.vpc_security_group_id());
    let secret = cluster.master_user_secret();
    let secret = secret.and_then(|secret| secret.secret_arn());
    let parameters = cluster.db_cluster_parameter_group();
    let all = groups.chain(secret).chain(parameters);
    all.map(reply::name).collect()
}

/// Both are needed: a range without an end is none.
pub(crate) fn capacity(range: &ServerlessV2ScalingConfigurationInfo) -> Option<Capacity> {
    let (min, max) = (range.min_capacity()?, range.max_capacity()?);
    (min.is_finite() && max.is_finite()).then_some(Capacity { min, max })
}

fn db_event(event: &Event, region: &Region) -> Option<DbEvent> {
    Some(DbEvent {
        at: reply::moment(event.date())?,
        region: region.clone(),
        source: reply::name_or_empty(event.source_identifier()),
        categories: event
            .event_categories()
            .iter()
            .map(|category| reply::name(category))
            .collect(),
        message: event.message().map(reply::message).unwrap_or_default(),
    })
}
