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
    /// `drift` with a file of Terraform, besides the picture.
    Terraform,
    /// `changes`, and the Timeline screen.
    Changes,
    /// `logs`, besides the picture.
    Logs,
    /// `explain` and the Explain screen, besides all of these.
    Explain,
}

/// One IAM action.
#[derive(Debug, Clone, Copy)]
pub struct ReadPermission {
    /// `rds:DescribeDBClusters`; API Gateway's actions are verbs (aws-facts §9.1).
    pub action: &'static str,
    /// Who needs it.
    pub by: &'static [Asker],
}

const fn permission(action: &'static str, by: &'static [Asker]) -> ReadPermission {
    ReadPermission { action, by }
}

use Asker::{Changes, Discover, Doctor, Drift, Explain, Logs, Picture, Terraform, Votes};

/// All of them, by service.
pub const READ_PERMISSIONS: &[ReadPermission] = &[
    permission("acm:DescribeCertificate", &[Picture, Doctor]),
    permission("acm:ListCertificates", &[Picture, Doctor]),
    permission(
        "apigateway:GET",
        &[Picture, Doctor, Discover, Terraform, Changes],
    ),
    permission("arc-region-switch:ListPlansInRegion", &[Picture, Doctor]),
    // Only where there are Region switch plans.
    permission("arc-region-switch:GetPlanEvaluationStatus", &[Picture]),
    permission("arc-region-switch:GetPlanExecution", &[Picture]),
    permission("arc-region-switch:GetPlanInRegion", &[Picture]),
    permission("arc-region-switch:ListPlanExecutionEvents", &[Picture]),
    permission(
        "arc-region-switch:ListRoute53HealthChecksInRegion",
        &[Picture],
    ),
    // Only where a site names its stack.
    permission("cloudformation:DescribeStackEvents", &[Changes]),
    permission(
        "cloudformation:DescribeStacks",
        &[Picture, Doctor, Discover, Drift],
    ),
    // It reads every resource of the stack with the caller's own rights.
    permission("cloudformation:DetectStackDrift", &[Drift]),
    permission("cloudformation:DescribeStackDriftDetectionStatus", &[Drift]),
    permission("cloudformation:DescribeStackResourceDrifts", &[Drift]),
    permission("cloudfront:GetDistribution", &[Picture, Doctor]),
    permission("cloudfront:GetMonitoringSubscription", &[Doctor]),
    permission("cloudfront:ListDistributions", &[Discover]),
    permission("cloudtrail:LookupEvents", &[Changes, Doctor]),
    permission("cloudwatch:DescribeAlarmHistory", &[Changes, Doctor]),
    permission("cloudwatch:DescribeAlarms", &[Picture, Doctor]),
    permission("cloudwatch:GetMetricData", &[Picture, Doctor]),
    permission("cloudwatch:ListMetrics", &[Picture, Doctor]),
    // Only with a support plan that has the API (aws-facts §14.5).
    permission("health:DescribeEvents", &[Changes]),
    permission("health:DescribeEventDetails", &[Changes]),
    permission("iam:GetRole", &[Picture]),
    permission("iam:SimulatePrincipalPolicy", &[Picture]),
    permission("lambda:GetAlias", &[Terraform]),
    permission("lambda:GetPolicy", &[Terraform]),
    permission("lambda:GetAccountSettings", &[Picture, Doctor]),
    permission("lambda:GetFunctionConfiguration", &[Picture, Doctor]),
    // What clients sent may be in it.
    permission("logs:DescribeLogGroups", &[Logs]),
    permission("logs:FilterLogEvents", &[Logs]),
    permission("logs:GetQueryResults", &[Logs]),
    permission("logs:StartQuery", &[Logs]),
    permission("logs:StopQuery", &[Logs]),
    permission("rds:DescribeDBClusters", &[Picture, Doctor, Discover]),
    permission("rds:DescribeDBInstances", &[Picture, Doctor]),
    permission("rds:DescribeDBProxies", &[Picture, Doctor]),
    permission("rds:DescribeDBProxyTargets", &[Picture, Doctor]),
    permission("rds:DescribeEvents", &[Picture, Doctor, Changes]),
    permission("rds:DescribeGlobalClusters", &[Picture, Doctor, Discover]),
    // Discover asks for checks one by one only where the list of them is refused.
    permission("route53:GetHealthCheck", &[Doctor, Discover]),
    permission("route53:GetHealthCheckStatus", &[Votes, Doctor]),
    permission("route53:GetHostedZone", &[Doctor]),
    permission("route53:ListHealthChecks", &[Picture, Doctor, Discover]),
    permission("route53:ListHostedZones", &[Discover]),
    permission(
        "route53:ListResourceRecordSets",
        &[Picture, Doctor, Discover],
    ),
    permission("route53:TestDNSAnswer", &[Picture, Doctor]),
    // Only where health checks follow routing controls.
    permission(
        "route53-recovery-cluster:GetRoutingControlState",
        &[Terraform],
    ),
    permission(
        "route53-recovery-control-config:DescribeCluster",
        &[Discover],
    ),
    permission(
        "route53-recovery-control-config:DescribeControlPanel",
        &[Discover, Terraform],
    ),
    permission(
        "route53-recovery-control-config:DescribeRoutingControl",
        &[Discover, Terraform],
    ),
    permission("sts:GetCallerIdentity", &[Picture, Doctor]),
    permission("xray:GetServiceGraph", &[Explain]),
];

/// Whether the picture asks for `action`.
pub(super) fn is_listed(action: &str) -> bool {
    let of_picture = |one: &&ReadPermission| one.by.iter().any(|by| matches!(by, Picture | Votes));
    READ_PERMISSIONS
        .iter()
        .filter(of_picture)
        .any(|one| one.action == action)
}

/// The actions that any of `by` needs.
pub fn read_permissions_of(by: &[Asker]) -> impl Iterator<Item = &'static str> {
    READ_PERMISSIONS
        .iter()
        .filter(move |one| one.by.iter().any(|asker| by.contains(asker)))
        .map(|one| one.action)
}
