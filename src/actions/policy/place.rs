//! On what CloudFormation is allowed to do what the resources need: by the names that the templates give,
//! and where AWS makes an id up, on every resource of that kind.
//!
//! Not by Region: a policy is made before the Region that is built with it is in the configuration.
//! A resource without a name of its own gets one that begins with its stack's.

use serde_json::{Value, json};

use super::Statement;
use super::scope::PolicyContext;

/// Services that make a role of their own in the account when they are first used.
const LINKED: [&str; 4] = [
    "logger.cloudfront.amazonaws.com",
    "ops.apigateway.amazonaws.com",
    "rds.amazonaws.com",
    "replicator.lambda.amazonaws.com",
];

/// A kind of resource; each is a statement of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// Questions of which no document says what CloudFormation asks them of, and what IAM allows on
    /// nothing narrower.
    Anything,
    Apis,
    Requests,
    Certificates,
    Edge,
    Alarms,
    Network,
    Roles,
    Handed,
    Linked,
    Keys,
    KeysOfDatabase,
    Functions,
    LogGroup,
    Database,
    Checks,
    Zone,
    Records,
    Changes,
    Code,
    Secret,
}

impl Place {
    pub(super) fn of(action: &str) -> Self {
        let (service, name) = action.split_once(':').unwrap_or((action, ""));
        let lists = name.starts_with("Describe");
        match (service, name) {
            ("ec2" | "rds" | "logs" | "cloudwatch", _) if lists => Self::Anything,
            ("apigateway", _) => Self::Apis,
            ("acm", "RequestCertificate") => Self::Requests,
            ("acm", _) => Self::Certificates,
            // What is being made has no id yet, and a monitoring subscription has no ARN.
            ("cloudfront", new) if new.starts_with("Create") => Self::Anything,
            ("cloudfront", metrics) if metrics.ends_with("MonitoringSubscription") => {
                Self::Anything
            }
            ("cloudfront", _) => Self::Edge,
            ("cloudwatch", _) => Self::Alarms,
            ("ec2", _) => Self::Network,
            ("iam", "PassRole") => Self::Handed,
            ("iam", "CreateServiceLinkedRole") => Self::Linked,
            ("iam", _) => Self::Roles,
            ("kms", "CreateKey" | "ListAliases")
            | ("route53", "CreateHealthCheck" | "ListHostedZones") => Self::Anything,
            ("kms", "CreateGrant" | "Decrypt" | "GenerateDataKey") => Self::KeysOfDatabase,
            ("kms", _) => Self::Keys,
            ("lambda", _) => Self::Functions,
            // Log deliveries and resource policies are of no group.
            ("logs", of_none)
                if of_none.contains("LogDeliver") || of_none == "PutResourcePolicy" =>
            {
                Self::Anything
            }
            ("logs", _) => Self::LogGroup,
            ("rds", _) => Self::Database,
            ("route53", "GetHostedZone" | "ListResourceRecordSets") => Self::Zone,
            ("route53", "ChangeResourceRecordSets") => Self::Records,
            ("route53", "GetChange") => Self::Changes,
            ("route53", _) => Self::Checks,
            ("s3", _) => Self::Code,
            ("secretsmanager", _) => Self::Secret,
            _ => Self::Anything,
        }
    }

    /// None where the configuration has nothing of the kind.
    pub(super) fn statement(
        self,
        context: &PolicyContext<'_>,
        actions: Vec<String>,
    ) -> Option<Statement> {
        let resource = self.resources(context);
        (!resource.is_empty()).then(|| Statement {
            sid: format!("Own{self:?}"),
            effect: "Allow",
            action: actions,
            resource,
            condition: self.condition(context),
        })
    }

    fn resources(self, context: &PolicyContext<'_>) -> Vec<String> {
        let (fleet, spec) = (context.fleet, context.spec);
        let arn = |service, resource: &str| context.arn(service, "*", resource);
        let global = |service, resource: &str| context.arn(service, "", resource);
        let several = |service, all: &[&str]| all.iter().map(|one| arn(service, one)).collect();
        let route53 = |resource: &str| vec![context.global_arn("route53", resource)];
        match self {
            Self::Anything | Self::Requests => vec!["*".into()],
            Self::Apis => {
                let at = format!("arn:{}:apigateway:*::", context.partition());
                // The Regions' own names, and what is mapped below them.
                let names = format!("/domainnames/*.{}*", spec.domain);
                ["/apis", "/apis/*", "/domainnames", &names, "/tags/*"]
                    .map(|path| format!("{at}{path}"))
                    .into()
            }
            Self::Certificates => several("acm", &["certificate/*"]),
            Self::Edge => [
                "cache-policy/*",
                "connection-group/*",
                "distribution/*",
                "origin-request-policy/*",
            ]
            .map(|kind| global("cloudfront", kind))
            .into(),
            Self::Alarms => several("cloudwatch", &[&format!("alarm:{fleet}-*")]),
            Self::Network => several(
                "ec2",
                &[
                    "security-group/*",
                    "security-group-rule/*",
                    "subnet/*",
                    "vpc/*",
                ],
            ),
            Self::Roles | Self::Handed => {
                let all = context.stacks();
                all.iter()
                    .map(|stack| global("iam", &format!("role/{stack}-*")))
                    .collect()
            }
            Self::Linked => LINKED
                .map(|service| global("iam", &format!("role/aws-service-role/{service}/*")))
                .into(),
            Self::Keys => several("kms", &["key/*", &format!("alias/{fleet}")]),
            Self::KeysOfDatabase => several("kms", &["key/*"]),
            Self::Functions => several(
                "lambda",
                &[
                    &format!("function:{fleet}-handler"),
                    // CloudFormation names the router, and this takes its versions in.
                    &format!("function:{fleet}-edge-Router-*"),
                ],
            ),
            Self::LogGroup => {
                let handler = format!("log-group:/aws/lambda/{fleet}-handler");
                let access = format!("log-group:/aws/apigateway/{fleet}");
                let below = [&handler, &access].map(|name| format!("{name}:*"));
                several("logs", &[&handler, &below[0], &access, &below[1]])
            }
            Self::Database => {
                let mut all = vec![global(
                    "rds",
                    &format!("global-cluster:{}", spec.global_cluster),
                )];
                all.extend(several(
                    "rds",
                    &[
                        &format!("cluster:{fleet}-*"),
                        &format!("db:{fleet}-*"),
                        // What a cluster and its instances get where none is named.
                        "og:default*",
                        "pg:default*",
                    ],
                ));
                for stack in context.stacks() {
                    let made = ["cluster-pg", "cluster-snapshot", "subgrp"];
                    all.extend(made.map(|kind| arn("rds", &format!("{kind}:{stack}-*"))));
                }
                all
            }
            Self::Checks => route53("healthcheck/*"),
            Self::Zone | Self::Records => route53(&format!("hostedzone/{}", spec.edge.hosted_zone)),
            Self::Changes => route53("change/*"),
            Self::Code => {
                let buckets = context.given("CodeS3Bucket");
                buckets
                    .iter()
                    .map(|bucket| context.global_arn("s3", &format!("{bucket}/*")))
                    .collect()
            }
            Self::Secret => context.given("MasterUserSecretArn").into_iter().collect(),
        }
    }

    fn condition(self, context: &PolicyContext<'_>) -> Option<Value> {
        // Of the name itself and of all below: the Regions' own, and those that prove who owns a name.
        let names = |of: &str| [of.to_owned(), format!("*.{of}")];
        let spec = context.spec;
        match self {
            Self::Requests => Some(json!({ "ForAllValues:StringLike": {
                "acm:DomainNames": names(&spec.domain),
            } })),
            Self::Records => {
                let record = spec.edge.latency_record.trim_end_matches('.');
                let mut all = Vec::from(names(&spec.domain));
                if record != spec.domain && !record.ends_with(&format!(".{}", spec.domain)) {
                    // Below it are the shares of a Region that is let in step by step.
                    all.extend(names(record));
                }
                Some(json!({ "ForAllValues:StringLike": {
                    "route53:ChangeResourceRecordSetsNormalizedRecordNames":
                        all.iter().map(|name| name.to_ascii_lowercase()).collect::<Vec<_>>(),
                } }))
            }
            Self::Handed => Some(json!({ "StringEquals": {
                "iam:PassedToService": "lambda.amazonaws.com",
            } })),
            Self::Linked => Some(json!({ "StringEquals": { "iam:AWSServiceName": LINKED } })),
            Self::KeysOfDatabase => Some(json!({ "StringLike": {
                "kms:ViaService": "rds.*.amazonaws.com",
            } })),
            _ => None,
        }
    }
}
