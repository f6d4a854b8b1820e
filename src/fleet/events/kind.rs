//! What an event is about.

use serde::{Deserialize, Serialize};

/// The part of the fleet that an event is about, in the words of the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// Lambda: code, configuration, aliases.
    Function,
    /// API Gateway.
    Api,
    /// RDS: clusters, instances, the global cluster.
    Database,
    /// Route 53: records and health checks.
    Dns,
    /// A health check that turned.
    Health,
    /// CloudFront.
    Edge,
    /// CloudFormation.
    Stack,
    /// A CloudWatch alarm: its configuration, or its state.
    Alarm,
    /// ACM.
    Certificate,
    /// Permissions, keys and secrets: IAM, KMS, Secrets Manager.
    Access,
    /// Networks: EC2.
    Network,
    /// ARC and FIS: switches and experiments.
    Switch,
    /// AWS's own trouble, as AWS Health tells it.
    Aws,
    /// How gwctl judges a Region.
    Verdict,
    /// A run of a guided action: what gwctl itself did, which `CloudTrail` may not have (aws-facts §14.1).
    Run,
    /// What somebody wrote down.
    Note,
    /// Anything else.
    Other,
}

impl EventKind {
    /// One word, as tables and filters show it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Api => "api",
            Self::Database => "database",
            Self::Dns => "dns",
            Self::Health => "health",
            Self::Edge => "edge",
            Self::Stack => "stack",
            Self::Alarm => "alarm",
            Self::Certificate => "certificate",
            Self::Access => "access",
            Self::Network => "network",
            Self::Switch => "switch",
            Self::Aws => "aws",
            Self::Verdict => "verdict",
            Self::Run => "run",
            Self::Note => "note",
            Self::Other => "other",
        }
    }

    /// The kind of a service's events, by `CloudTrail`'s name of the service: `lambda`.
    pub fn of_service(service: &str) -> Self {
        match service {
            "lambda" => Self::Function,
            "apigateway" => Self::Api,
            "rds" => Self::Database,
            "route53" => Self::Dns,
            "cloudfront" => Self::Edge,
            "cloudformation" => Self::Stack,
            "monitoring" => Self::Alarm,
            "acm" => Self::Certificate,
            "iam" | "kms" | "secretsmanager" => Self::Access,
            "ec2" => Self::Network,
            "arc-region-switch" | "route53-recovery-cluster" | "fis" => Self::Switch,
            "health" => Self::Aws,
            _ => Self::Other,
        }
    }
}

impl std::fmt::Display for EventKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}
