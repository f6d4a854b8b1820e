//! ARC routing controls: switches that any of five Regions can flip, whatever else is broken.

use std::time::Duration;

use aws_sdk_route53recoverycluster::Client;
use aws_sdk_route53recoverycluster::config::timeout::TimeoutConfig;
use aws_sdk_route53recoverycluster::types::RoutingControlState;
use serde::Deserialize;

use crate::transport::call::Caller;
use crate::transport::endpoint::{is_dual_stack, is_fips};
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::escape::escaped;
use crate::transport::json::JsonService;
use crate::transport::receipt::Receipt;
use crate::transport::reply;
use crate::transport::session::Session;
use gwctl_fleet::{Region, RoutingControl, RoutingEndpoint};

/// IAM's prefix of the five endpoints.
const SERVICE: &str = "route53-recovery-cluster";
/// IAM's prefix of the configuration's API.
const CONFIG: &str = "route53-recovery-control-config";
/// How long one endpoint is waited for, in fleet time: there are four others.
const PATIENCE: Duration = Duration::from_secs(4);
/// Where the configuration's API is, and nowhere else (aws-facts §8.1).
const CONFIG_HOME: &str = "us-west-2";

/// The five endpoints of an ARC cluster. Any of them does; two may be down (aws-facts §8.1).
#[derive(Debug, Clone)]
pub struct Routing {
    doors: Vec<(Client, Caller)>,
}

/// ARC's configuration: not built to survive, so asked beforehand (aws-facts §8.1).
#[derive(Clone)]
pub struct RecoveryConfig {
    config: JsonService,
}

impl Session {
    /// The endpoints of an ARC cluster, to be tried in turn from one picked at random.
    pub fn routing(&self, endpoints: &[RoutingEndpoint]) -> Routing {
        let doors = endpoints.iter().map(|endpoint| {
            let caller = self.caller(SERVICE, &endpoint.region);
            let setup = self.setup(&caller);
            let patience = TimeoutConfig::builder()
                .operation_attempt_timeout(PATIENCE)
                .operation_timeout(PATIENCE);
            let config = aws_sdk_route53recoverycluster::config::Builder::from(&setup.config)
                .timeout_config(patience.connect_timeout(PATIENCE / 2).build())
                .interceptor(setup.recorder)
                .retry_partition(setup.retries)
                .endpoint_url(&endpoint.url)
                .build();
            (Client::from_conf(config), caller)
        });
        let mut doors: Vec<_> = doors.collect();
        if !doors.is_empty() {
            let first = fastrand::usize(..doors.len());
            doors.rotate_left(first);
        }
        Routing { doors }
    }

    /// ARC's configuration.
    pub fn recovery_config(&self) -> RecoveryConfig {
        // As the SDK's endpoint rules have it: FIPS is in us-east-1, and dual stack has a name of its own.
        let caller = self.caller(CONFIG, &Region::global());
        let config = self.config(&caller);
        let (home, host) = match (is_fips(config), is_dual_stack(config)) {
            (true, _) => (Region::global(), CONFIG),
            (false, dual_stack) => (
                Region::new(CONFIG_HOME).unwrap_or_else(|_| Region::global()),
                if dual_stack {
                    "arc-recovery-control-config"
                } else {
                    CONFIG
                },
            ),
        };
        RecoveryConfig {
            config: self.json_at(host, CONFIG, "Route53 Recovery Control Config", &home),
        }
    }
}

impl Routing {
    /// Whether the control is On: traffic flows.
    pub async fn state(&self, control_arn: &str) -> Result<bool, AwsError> {
        const ACTION: &str = "GetRoutingControlState";
        let mut last = None;
        for (client, caller) in &self.doors {
            let call = client
                .get_routing_control_state()
                .routing_control_arn(control_arn)
                .send();
            match caller.ask(ACTION, call).await {
                Ok(reply) => {
                    return match reply.routing_control_state() {
                        RoutingControlState::On => Ok(true),
                        RoutingControlState::Off => Ok(false),
                        _ => Err(caller.garbled(ACTION, "neither On nor Off")),
                    };
                }
                Err(error) if another_may_answer(&error) => last = Some(error),
                Err(error) => return Err(error),
            }
        }
        Err(last.unwrap_or_else(|| no_endpoint(ACTION)))
    }

    /// Sets the control On or Off. Setting what is set already changes nothing, so the next
    /// endpoint may be asked although the one before may have taken it. Safety rules hold: a change
    /// they forbid is refused.
    pub async fn set(&self, control_arn: &str, on: bool) -> Result<Receipt, AwsError> {
        const ACTION: &str = "UpdateRoutingControlState";
        let state = if on {
            RoutingControlState::On
        } else {
            RoutingControlState::Off
        };
        let mut in_doubt = false;
        let mut last = None;
        for (client, caller) in &self.doors {
            let call = client
                .update_routing_control_state()
                .routing_control_arn(control_arn)
                .routing_control_state(state.clone())
                .send();
            match caller.change(ACTION, Box::pin(call)).await {
                Ok((_, receipt)) => return Ok(receipt),
                Err(error) => {
                    in_doubt |= error.in_doubt;
                    let error = AwsError { in_doubt, ..error };
                    if !another_may_answer(&error) {
                        return Err(error);
                    }
                    last = Some(error);
                }
            }
        }
        Err(last.unwrap_or_else(|| no_endpoint(ACTION)))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribedCluster {
    cluster: Option<Cluster>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Cluster {
    cluster_endpoints: Option<Vec<ClusterEndpoint>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ClusterEndpoint {
    endpoint: Option<String>,
    region: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribedControl {
    routing_control: Option<Detail>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Detail {
    routing_control_arn: Option<String>,
    control_panel_arn: Option<String>,
    name: Option<String>,
    status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribedPanel {
    control_panel: Option<Panel>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Panel {
    cluster_arn: Option<String>,
}

impl RecoveryConfig {
    /// The endpoints of the cluster, for the configuration file.
    pub async fn endpoints(&self, cluster_arn: &str) -> Result<Vec<RoutingEndpoint>, AwsError> {
        const ACTION: &str = "DescribeCluster";
        let garbled = |what| self.config.caller.garbled(ACTION, what);
        let path = format!("/cluster/{}", escaped(cluster_arn));
        let told: DescribedCluster = self.config.get(ACTION, ACTION, &path, &[]).await?;
        let cluster = told
            .cluster
            .ok_or_else(|| garbled("no cluster in the reply"))?;
        let endpoint = |one: ClusterEndpoint| {
            Some(RoutingEndpoint {
                region: Region::new(&one.region?).ok()?,
                url: reply::exact(&one.endpoint?)?,
            })
        };
        let endpoints = cluster.cluster_endpoints.unwrap_or_default().into_iter();
        let all: Option<Vec<RoutingEndpoint>> = endpoints.map(endpoint).collect();
        all.ok_or_else(|| garbled("an endpoint without a URL or Region"))
    }

    /// What the control is called, and which cluster it belongs to.
    pub async fn control(&self, arn: &str) -> Result<RoutingControl, AwsError> {
        const ACTION: &str = "DescribeRoutingControl";
        let path = format!("/routingcontrol/{}", escaped(arn));
        let told: DescribedControl = self.config.get(ACTION, ACTION, &path, &[]).await?;
        let none = || {
            self.config
                .caller
                .garbled(ACTION, "no control in the reply")
        };
        let control = told.routing_control.ok_or_else(none)?;
        let panel = reply::name_or_empty(control.control_panel_arn.as_deref());
        let cluster = self.cluster_of(&panel).await?;
        Ok(RoutingControl {
            arn: reply::name_or_empty(control.routing_control_arn.as_deref()),
            name: reply::name_or_empty(control.name.as_deref()),
            status: reply::name_or_empty(control.status.as_deref()),
            panel,
            cluster,
        })
    }

    async fn cluster_of(&self, panel: &str) -> Result<String, AwsError> {
        const ACTION: &str = "DescribeControlPanel";
        let path = format!("/controlpanel/{}", escaped(panel));
        let told: DescribedPanel = self.config.get(ACTION, ACTION, &path, &[]).await?;
        let cluster = told.control_panel.and_then(|panel| panel.cluster_arn);
        let none = || {
            let what = "a control panel without a cluster";
            self.config.caller.garbled(ACTION, what)
        };
        reply::some_name(cluster.as_deref()).ok_or_else(none)
    }
}

/// Whether it is this endpoint that fails, and not the request.
fn another_may_answer(error: &AwsError) -> bool {
    let silent = matches!(
        error.kind,
        ErrorKind::TimedOut
            | ErrorKind::Unreachable
            | ErrorKind::NotSent
            | ErrorKind::Garbled
            | ErrorKind::Throttled
    );
    silent || error.in_doubt && error.kind == ErrorKind::Other
}

fn no_endpoint(action: &'static str) -> AwsError {
    AwsError::own(
        ErrorKind::NotSent,
        SERVICE,
        action,
        &Region::global(),
        "no endpoint of the ARC cluster is known: write them down as `routing_endpoints`",
    )
}
