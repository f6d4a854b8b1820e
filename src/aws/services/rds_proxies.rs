//! RDS: the proxies in front of a cluster (aws-facts §19.4).

use aws_sdk_rds::types::{DbProxy as Proxy, DbProxyTarget, TargetType};

use crate::services::rds::{PAGES, Rds};
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::reply;
use gwctl_fleet::{DbProxy, ProxyTarget};

impl Rds {
    /// The RDS Proxies of this Region that follow `cluster`, by name. A proxy's target alone says what it follows, so
    /// every proxy is asked.
    pub async fn proxies(&self, cluster: &str) -> Result<Vec<DbProxy>, AwsError> {
        let mut found = Vec::new();
        for proxy in self.all_proxies().await? {
            let Some(name) = reply::some_name(proxy.db_proxy_name()) else {
                continue;
            };
            let targets = match self.targets(&name).await {
                // Deleted since it was listed.
                Err(error) if error.kind == ErrorKind::NotFound => continue,
                targets => targets?,
            };
            if follows(&targets, cluster) {
                found.push(db_proxy(name, &proxy, cluster, &targets));
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    async fn all_proxies(&self) -> Result<Vec<Proxy>, AwsError> {
        const ACTION: &str = "DescribeDBProxies";
        let mut proxies = Vec::new();
        let mut marker = None;
        for _ in 0..PAGES {
            let call = self.client.describe_db_proxies().set_marker(marker).send();
            let page = self.caller.ask(ACTION, Box::pin(call)).await?;
            marker = some_marker(page.marker());
            proxies.extend(page.db_proxies.unwrap_or_default());
            if marker.is_none() {
                return Ok(proxies);
            }
        }
        Err(self.caller.cut_short(ACTION))
    }

    async fn targets(&self, proxy: &str) -> Result<Vec<DbProxyTarget>, AwsError> {
        const ACTION: &str = "DescribeDBProxyTargets";
        let mut targets = Vec::new();
        let mut marker = None;
        for _ in 0..PAGES {
            let call = self
                .client
                .describe_db_proxy_targets()
                .db_proxy_name(proxy)
                .set_marker(marker)
                .send();
            let page = self.caller.ask(ACTION, Box::pin(call)).await?;
            marker = some_marker(page.marker());
            targets.extend(page.targets.unwrap_or_default());
            if marker.is_none() {
                return Ok(targets);
            }
        }
        Err(self.caller.cut_short(ACTION))
    }
}

fn some_marker(marker: Option<&str>) -> Option<String> {
    marker.filter(|marker| !marker.is_empty()).map(Into::into)
}

fn follows(targets: &[DbProxyTarget], cluster: &str) -> bool {
    targets.iter().any(|target| {
        target.tracked_cluster_id() == Some(cluster)
            || (is_cluster(target) && target.rds_resource_id() == Some(cluster))
    })
}

fn is_cluster(target: &DbProxyTarget) -> bool {
    target.r#type() == Some(&TargetType::TrackedCluster)
}

fn db_proxy(name: String, proxy: &Proxy, cluster: &str, targets: &[DbProxyTarget]) -> DbProxy {
    let instances = targets.iter().filter(|target| !is_cluster(target));
    let mut targets: Vec<ProxyTarget> = instances.map(target).collect();
    targets.sort_by(|a, b| a.instance.cmp(&b.instance));
    DbProxy {
        name,
        status: reply::name_or_empty(proxy.status().map(|status| status.as_str())),
        endpoint: reply::some_name(proxy.endpoint()),
        cluster: cluster.into(),
        targets,
    }
}

fn target(target: &DbProxyTarget) -> ProxyTarget {
    let health = target.target_health();
    let reason = health.and_then(|health| health.reason());
    ProxyTarget {
        instance: reply::name_or_empty(target.rds_resource_id()),
        role: reply::some_name(target.role().map(|role| role.as_str())),
        state: reply::some_name(
            health
                .and_then(|health| health.state())
                .map(|state| state.as_str()),
        ),
        reason: reply::some_name(reason.map(|reason| reason.as_str())),
    }
}
