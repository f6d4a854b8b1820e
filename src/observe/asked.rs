//! Everything that is asked of AWS without changing anything, and who asks it: one table, next to the
//! questions. A question that is not in it trips an assertion wherever it is first asked in a test; the
//! policy for operators who only look is made of it.

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// The picture: console, `status`, every guided action.
    Picture,
    /// Whoever looks at one health check's votes.
    Votes,
    /// `doctor`.
    Doctor,
    /// `discover`.
    Discover,
    /// `drift`.
    Drift,
}

/// One IAM action.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// `rds:DescribeDBClusters`; API Gateway's actions are verbs (aws-facts §9.1).
    pub action: &'static str,
    /// Who needs it.
    pub by: &'static [Asker],
}

const fn asked(action: &'static str, by: &'static [Asker]) -> Asked {
    Asked { action, by }
}

use Asker::{Discover, Doctor, Drift, Picture, Votes};

/// All of them, by service.
pub const ASKED: &[Asked] = &[
    asked("acm:DescribeCertificate", &[Picture, Doctor]),
    asked("acm:ListCertificates", &[Picture, Doctor]),
    asked("apigateway:GET", &[Picture, Doctor, Discover]),
    asked(
        "cloudformation:DescribeStacks",
        &[Picture, Doctor, Discover, Drift],
    ),
    // It reads every resource of the stack with the caller's own rights.
    asked("cloudformation:DetectStackDrift", &[Drift]),
    asked("cloudformation:DescribeStackDriftDetectionStatus", &[Drift]),
    asked("cloudformation:DescribeStackResourceDrifts", &[Drift]),
    asked("cloudfront:GetDistribution", &[Picture, Doctor]),
    asked("cloudfront:GetMonitoringSubscription", &[Doctor]),
    asked("cloudfront:ListDistributions", &[Discover]),
    asked("cloudwatch:DescribeAlarms", &[Picture, Doctor]),
    asked("cloudwatch:GetMetricData", &[Picture, Doctor]),
    asked("cloudwatch:ListMetrics", &[Picture, Doctor]),
    asked("iam:GetRole", &[Picture]),
    asked("iam:SimulatePrincipalPolicy", &[Picture]),
    asked("lambda:GetAccountSettings", &[Picture, Doctor]),
    asked("lambda:GetFunctionConfiguration", &[Picture, Doctor]),
    asked("rds:DescribeDBClusters", &[Picture, Doctor]),
    asked("rds:DescribeDBInstances", &[Picture, Doctor]),
    asked("rds:DescribeEvents", &[Picture, Doctor]),
    asked("rds:DescribeGlobalClusters", &[Picture, Doctor, Discover]),
    // Discover asks for checks one by one only where the list of them is refused.
    asked("route53:GetHealthCheck", &[Doctor, Discover]),
    asked("route53:GetHealthCheckStatus", &[Votes, Doctor]),
    asked("route53:GetHostedZone", &[Doctor]),
    asked("route53:ListHealthChecks", &[Picture, Doctor, Discover]),
    asked("route53:ListHostedZones", &[Discover]),
    asked(
        "route53:ListResourceRecordSets",
        &[Picture, Doctor, Discover],
    ),
    asked("route53:TestDNSAnswer", &[Picture, Doctor]),
    // Only where health checks follow routing controls.
    asked(
        "route53-recovery-control-config:DescribeCluster",
        &[Discover],
    ),
    asked(
        "route53-recovery-control-config:DescribeControlPanel",
        &[Discover],
    ),
    asked(
        "route53-recovery-control-config:DescribeRoutingControl",
        &[Discover],
    ),
    asked("sts:GetCallerIdentity", &[Picture, Doctor]),
];

/// Whether the picture asks for `action`.
pub(super) fn is_listed(action: &str) -> bool {
    let of_picture = |one: &&Asked| one.by.iter().any(|by| matches!(by, Picture | Votes));
    ASKED
        .iter()
        .filter(of_picture)
        .any(|one| one.action == action)
}

/// The actions that any of `by` needs.
pub fn asked_by(by: &[Asker]) -> impl Iterator<Item = &'static str> {
    ASKED
        .iter()
        .filter(move |one| one.by.iter().any(|asker| by.contains(asker)))
        .map(|one| one.action)
}
