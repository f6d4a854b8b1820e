//! What other people of the simulated company do: their calls leave records as any others.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::State;
use super::names;
use crate::world::parts::trail::TrailedCall;
use gwctl_fleet::Region;

/// The address that the pipeline and the people call from.
const OFFICE: &str = "203.0.113.40";
const CONSOLE: &str = "AWS Internal/console";
const PIPELINE: &str = "aws-sdk-js/3.921.0 ci";

/// A call of somebody's.
struct Deed<'a> {
    at: Timestamp,
    region: &'a Region,
    who: &'a str,
    service: &'static str,
    operation: &'static str,
    parameters: Value,
    /// The service that called for them.
    invoked_by: Option<&'static str>,
    refused: Option<(&'a str, &'a str)>,
}

impl State {
    /// Keeps the record of a call (aws-facts §14).
    pub fn record_call(&mut self, call: TrailedCall) {
        self.trail.keep(call, self.present);
    }

    /// Another operator moves the writer: the record is in the Region that was called.
    pub(super) fn record_promotion(
        &mut self,
        (from, to): (&Region, &Region),
        target: &str,
        loses_data: bool,
    ) {
        let (region, operation) = if loses_data {
            (to, "FailoverGlobalCluster")
        } else {
            (from, "SwitchoverGlobalCluster")
        };
        self.did(Deed {
            at: self.now(),
            region,
            who: "oncall/carol@example.com",
            service: "rds",
            operation,
            parameters: json!({
                "globalClusterIdentifier": names::FLEET,
                "targetDbClusterIdentifier": target,
                "allowDataLoss": loses_data,
            }),
            invoked_by: None,
            refused: None,
        });
    }

    /// Somebody calls `(service, operation)` now.
    pub(super) fn record_deed(
        &mut self,
        region: &Region,
        who: &str,
        (service, operation): (&'static str, &'static str),
        parameters: Value,
    ) {
        self.did(Deed {
            at: self.now(),
            region,
            who,
            service,
            operation,
            parameters,
            invoked_by: None,
            refused: None,
        });
    }

    /// The pipeline changed the distribution: what CloudFront then deploys.
    pub(super) fn record_edge_deployment(&mut self) {
        self.did(Deed {
            at: self.now(),
            region: &Region::global(),
            who: "deploy/pipeline",
            service: "cloudfront",
            operation: "UpdateDistribution",
            parameters: json!({ "id": names::DISTRIBUTION }),
            invoked_by: None,
            refused: None,
        });
    }

    /// What was done before the world's present, `now`: deployments, an alarm's new limit, work on something else, and
    /// an attempt that was refused.
    pub(super) fn record_past(&mut self, now: Timestamp) {
        if self.resources.functions.is_empty() {
            return;
        }
        self.record_deployments();
        let ago = |minutes: i64| now - SignedDuration::from_mins(minutes);
        let global = &Region::global();
        let dimensions = json!([{ "name": "DistributionId", "value": names::DISTRIBUTION }]);
        let alarm =
            |name: &str| json!({ "alarmName": name, "threshold": 2, "dimensions": dimensions });
        self.did(Deed {
            at: ago(83),
            region: global,
            who: "developer/bob@example.com",
            service: "cloudwatch",
            operation: "PutMetricAlarm",
            parameters: alarm("orders-edge-5xx"),
            invoked_by: None,
            refused: None,
        });
        self.did(Deed {
            at: ago(51),
            region: global,
            who: "deploy/pipeline",
            service: "lambda",
            operation: "UpdateFunctionCode",
            parameters: json!({ "functionName": "billing-export", "publish": true }),
            invoked_by: None,
            refused: None,
        });
        self.did(Deed {
            at: ago(37),
            region: global,
            who: "developer/bob@example.com",
            service: "cloudfront",
            operation: "UpdateDistribution",
            parameters: json!({ "id": names::DISTRIBUTION, "ifMatch": "E2OLD" }),
            invoked_by: None,
            refused: Some((
                "AccessDenied",
                "User is not authorized to perform: cloudfront:UpdateDistribution",
            )),
        });
    }

    /// The pipeline updated the stacks, and CloudFormation the functions.
    fn record_deployments(&mut self) {
        let stacks = self.resources.stacks.iter();
        let stacks: Vec<(Region, String, Timestamp)> = stacks
            .filter_map(|one| Some((one.region.clone(), one.name.clone(), one.updated?)))
            .collect();
        let functions = self.resources.functions.iter();
        let functions: Vec<(Region, String, Timestamp)> = functions
            .map(|one| (one.region.clone(), one.name.clone(), one.last_modified))
            .collect();
        let global = Region::global();
        let pipeline = |at, service, operation, parameters| Deed {
            at,
            region: &global,
            who: "deploy/pipeline",
            service,
            operation,
            parameters,
            invoked_by: None,
            refused: None,
        };
        for (region, name, at) in &stacks {
            let set = json!({ "stackName": name, "changeSetName": "release" });
            let deed = pipeline(*at, "cloudformation", "ExecuteChangeSet", set);
            self.did(Deed { region, ..deed });
        }
        for (region, name, at) in &functions {
            let code = json!({ "functionName": name, "publish": true, "dryRun": false });
            let deed = pipeline(*at, "lambda", "UpdateFunctionCode", code);
            self.did(Deed {
                region,
                invoked_by: Some("cloudformation.amazonaws.com"),
                ..deed
            });
        }
    }

    fn did(&mut self, deed: Deed<'_>) {
        let account = self.account_of(deed.service, &deed.parameters);
        let agent = if deed.who.starts_with("deploy/") {
            PIPELINE
        } else {
            CONSOLE
        };
        self.record_call(TrailedCall {
            at: deed.at,
            region: deed.region.clone(),
            service: deed.service,
            operation: deed.operation.into(),
            caller: format!("arn:aws:sts::{account}:assumed-role/{}", deed.who),
            account,
            invoked_by: deed.invoked_by,
            from: OFFICE.into(),
            agent: agent.into(),
            parameters: deed.parameters,
            resources: Vec::new(),
            refused: deed
                .refused
                .map(|(code, message)| (code.to_owned(), message.to_owned())),
        });
    }

    /// The account that holds what a call of `service` is about.
    fn account_of(&self, service: &str, parameters: &Value) -> String {
        let caller = &self.resources.caller.account;
        let Some(holders) = &self.resources.holders else {
            return caller.clone();
        };
        let router = parameters["functionName"] == names::ROUTER;
        match service {
            "rds" => &holders.database,
            "route53" => &holders.dns,
            "cloudfront" => &holders.edge,
            "lambda" if router => &holders.edge,
            _ => &holders.workload,
        }
        .clone()
    }
}
