//! One stack under the hands of a test, through the real SDK.

use std::time::Duration;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{
    Capability, Change, ChangeSetType, Parameter, Stack, StackEvent,
};
use gwctl::sim::Sim;
use gwctl::stacks::Kind;

use super::{sdk, world};

/// A network, two things in it side by side, and one that needs both.
pub(super) const SMALL: &str = "
Description: A small one
Parameters:
  Name: { Type: String, Default: first }
  Extra: { Type: String, Default: 'no' }
Conditions:
  HasExtra: !Equals [!Ref Extra, 'yes']
Resources:
  Net: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: 10.0.0.0/16 } }
  Left:
    Type: AWS::EC2::Subnet
    Properties: { VpcId: !Ref Net, CidrBlock: 10.0.0.0/24, Tags: [{ Key: Name, Value: !Ref Name }] }
  Right: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: !Ref Net, CidrBlock: 10.0.1.0/24 } }
  Named:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmName: !Ref Name
      AlarmDescription: !Sub 'in ${Left}'
      Namespace: Small
      MetricName: Errors
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanOrEqualToThreshold
  Kept:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
    Properties: { Description: !Ref Name, KeyPolicy: { Version: '2012-10-17' } }
  Extra:
    Type: AWS::EC2::SecurityGroup
    Condition: HasExtra
    Properties: { VpcId: !Ref Net, GroupDescription: extra }
  Last:
    Type: AWS::EC2::SecurityGroup
    DependsOn: [Left, Right]
    Properties: { VpcId: !Ref Net, GroupDescription: last, Tags: [{ Key: Of, Value: !Ref Named }] }
Outputs:
  Last: { Value: !Sub 'it is ${Last}' }
  Extra: { Condition: HasExtra, Value: !Ref Extra }
";

pub(super) struct Bench {
    pub(super) sim: Sim,
    pub(super) client: Client,
    pub(super) name: &'static str,
}

impl Bench {
    pub(super) fn new(name: &'static str) -> Self {
        Self::of(world("calm"), name)
    }

    pub(super) fn of(sim: Sim, name: &'static str) -> Self {
        let client = Client::new(&sdk(&sim, "eu-west-1"));
        Self { sim, client, name }
    }

    /// Proposes a change set of the stack, and waits until it is worked out.
    pub(super) async fn propose(
        &self,
        name: &str,
        kind: ChangeSetType,
        template: Option<&str>,
        parameters: &[(&str, Option<&str>)],
    ) {
        let call = self.client.create_change_set().stack_name(self.name);
        let call = call.change_set_name(name).change_set_type(kind);
        let call = match template {
            Some(text) => call.template_body(text),
            None => call.use_previous_template(true),
        };
        call.set_parameters(Some(given(parameters)))
            .capabilities(Capability::CapabilityIam)
            .send()
            .await
            .unwrap();
        self.pass(5);
    }

    pub(super) async fn execute(&self, name: &str) {
        let call = self.client.execute_change_set().stack_name(self.name);
        call.change_set_name(name).send().await.unwrap();
    }

    /// Lets time pass until the stack rests, at most an hour.
    pub(super) async fn settle(&self) {
        let arn = self.stack().await.stack_id().unwrap().to_owned();
        for _ in 0..360 {
            self.pass(10);
            let stack = self.stack_called(&arn).await;
            let status = stack.stack_status().unwrap().as_str();
            if !status.ends_with("_IN_PROGRESS") {
                return;
            }
        }
        panic!("{} does not settle", self.name);
    }

    /// What a Region's stack stands on: its global cluster, and the alarm of its evacuation switch.
    pub(super) async fn foundations(&self) {
        let global = Self::of(self.sim.clone(), "shop-global");
        let parameters = [("GlobalClusterIdentifier", Some("shop"))];
        global.make(&Kind::Global.template(), &parameters).await;
        let virginia = Client::new(&sdk(&self.sim, "us-east-1"));
        let switch = Self {
            sim: self.sim.clone(),
            client: virginia,
            name: "shop-switch-eu-west-1",
        };
        let parameters = [
            ("FleetName", Some("shop")),
            ("EvacuatedRegion", Some("eu-west-1")),
        ];
        switch.make(&Kind::Switch.template(), &parameters).await;
        for bench in [global, switch] {
            assert_eq!(bench.status().await, "CREATE_COMPLETE");
        }
    }

    /// Makes the stack, as far as it comes.
    pub(super) async fn make(&self, template: &str, parameters: &[(&str, Option<&str>)]) {
        self.propose("make", ChangeSetType::Create, Some(template), parameters)
            .await;
        self.execute("make").await;
        self.settle().await;
    }

    /// Updates the stack with its own template.
    pub(super) async fn update(&self, name: &str, parameters: &[(&str, Option<&str>)]) {
        self.propose(name, ChangeSetType::Update, None, parameters)
            .await;
        self.execute(name).await;
        self.settle().await;
    }

    pub(super) async fn changes(&self, name: &str) -> Vec<Change> {
        let call = self.client.describe_change_set().stack_name(self.name);
        let pages = call.change_set_name(name).into_paginator().send();
        let pages = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
        pages
            .into_iter()
            .flat_map(|page| page.changes().to_vec())
            .collect()
    }

    /// `Add X`, `Modify Y False` …
    pub(super) async fn told(&self, name: &str) -> Vec<String> {
        let changes = self.changes(name).await;
        let told = changes
            .iter()
            .filter_map(Change::resource_change)
            .map(|one| {
                let mut words = vec![one.action().unwrap().as_str()];
                words.extend(one.logical_resource_id());
                words.extend(
                    one.replacement()
                        .map(aws_sdk_cloudformation::types::Replacement::as_str),
                );
                words.join(" ")
            });
        told.collect()
    }

    pub(super) async fn stack(&self) -> Stack {
        self.stack_called(self.name).await
    }

    pub(super) async fn stack_called(&self, name: &str) -> Stack {
        let reply = self.client.describe_stacks().stack_name(name).send().await;
        reply.unwrap().stacks()[0].clone()
    }

    pub(super) async fn status(&self) -> String {
        let stack = self.stack().await;
        stack.stack_status().unwrap().as_str().to_owned()
    }

    /// Oldest first.
    pub(super) async fn events_of(&self, name: &str) -> Vec<StackEvent> {
        let pages = self.client.describe_stack_events().stack_name(name);
        let pages = pages.into_paginator().send().collect::<Result<Vec<_>, _>>();
        let pages = pages.await.unwrap();
        let mut all: Vec<_> = pages
            .into_iter()
            .flat_map(|page| page.stack_events().to_vec())
            .collect();
        all.reverse();
        all
    }

    /// `Left CREATE_COMPLETE` …, oldest first.
    pub(super) async fn history_of(&self, name: &str) -> Vec<String> {
        let events = self.events_of(name).await;
        events.iter().map(brief).collect()
    }

    pub(super) async fn history(&self) -> Vec<String> {
        self.history_of(self.name).await
    }

    pub(super) async fn resources(&self) -> Vec<(String, String)> {
        let call = self.client.list_stack_resources().stack_name(self.name);
        let reply = call.send().await.unwrap();
        let all = reply.stack_resource_summaries().iter().map(|one| {
            let logical = one.logical_resource_id().unwrap_or_default();
            let physical = one.physical_resource_id().unwrap_or_default();
            (logical.to_owned(), physical.to_owned())
        });
        all.collect()
    }

    pub(super) async fn physical(&self, logical: &str) -> Option<String> {
        let all = self.resources().await;
        all.into_iter()
            .find(|(id, _)| id == logical)
            .map(|(_, physical)| physical)
    }

    pub(super) fn pass(&self, seconds: u64) {
        self.sim.advance(Duration::from_secs(seconds));
    }
}

pub(super) fn brief(event: &StackEvent) -> String {
    format!(
        "{} {}",
        event.logical_resource_id().unwrap(),
        event.resource_status().unwrap().as_str()
    )
}

/// No value is the previous one.
pub(super) fn given(parameters: &[(&str, Option<&str>)]) -> Vec<Parameter> {
    let one = |(key, value): &(&str, Option<&str>)| {
        let parameter = Parameter::builder().parameter_key(*key);
        match value {
            Some(value) => parameter.parameter_value(*value),
            None => parameter.use_previous_value(true),
        }
        .build()
    };
    parameters.iter().map(one).collect()
}

/// Everything a Region's stack wants.
pub(super) fn region(traffic: &'static str) -> (String, Vec<(&'static str, Option<&'static str>)>) {
    let parameters = vec![
        ("FleetName", Some("shop")),
        ("DomainName", Some("shop.orders.example.com")),
        ("HostedZoneId", Some(super::ZONE)),
        ("LatencyRecordName", Some("latency.shop.orders.example.com")),
        ("GlobalClusterIdentifier", Some("shop")),
        ("DatabaseRole", Some("primary")),
        (
            "MasterUserSecretArn",
            Some("arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop"),
        ),
        ("SwitchAlarmName", Some("shop-evacuate-eu-west-1")),
        ("SwitchRegion", Some("us-east-1")),
        ("Traffic", Some(traffic)),
    ];
    (Kind::Region.template(), parameters)
}
