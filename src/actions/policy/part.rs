//! Which account of a fleet that is spread over several needs an action.

use std::collections::BTreeSet;

use gwctl_fleet::{Account, FleetSpec};

/// The parts of the fleet that `action` is about.
pub(super) fn parts_of(action: &str) -> &'static [Account] {
    use Account::{Database, Dns, Edge, Workload};
    match action {
        "cloudwatch:PutMetricData" => &[Dns],
        "cloudwatch:DescribeAlarms" => &[Workload, Dns],
        "lambda:EnableReplication*" => &[Edge],
        logs if logs.starts_with("logs:") => &[Workload, Database, Edge],
        // Canaries and routes are the workload's.
        "cloudwatch:ListMetrics" | "lambda:GetFunction" | "lambda:ListVersionsByFunction" | "lambda:GetFunctionConfiguration" | "acm:DescribeCertificate" => {
            &[Workload, Edge]
        }
        "cloudwatch:GetMetricData"
        | "cloudtrail:LookupEvents"
        | "sts:GetCallerIdentity"
        | "iam:GetRole"
        | "iam:SimulatePrincipalPolicy"
        // Each account's stacks are compared.
        | "cloudformation:DescribeStacks"
        | "cloudformation:DetectStackDrift"
        | "cloudformation:DescribeStackDriftDetectionStatus"
        | "cloudformation:DescribeStackResourceDrifts" => &[Workload, Database, Dns, Edge],
        _ if action.starts_with("rds:") || action.starts_with("kms:") => &[Database],
        _ if action.starts_with("route53") => &[Dns],
        _ if action.starts_with("cloudfront:") => &[Edge],
        _ => &[Workload],
    }
}

/// `spec` with the sites alone whose workload is in the account of `part`.
pub(super) fn sites(spec: &FleetSpec, part: Option<&Account>) -> FleetSpec {
    let mut spec = spec.clone();
    let accounts = spec.accounts.clone();
    if let Some(part @ (Account::Workload | Account::Site(_))) = part {
        let here = accounts.of(part);
        spec.sites
            .retain(|site| accounts.holder(&Account::Workload, &site.region) == here);
    }
    spec
}

/// The parts that are in the account of `part`; of a Region of its own account, its workload.
pub(super) fn beside(spec: &FleetSpec, part: &Account) -> BTreeSet<Account> {
    if let Account::Site(_) = part {
        return [Account::Workload].into();
    }
    let holder = spec.accounts.of(part);
    let beside = Account::ALL.into_iter();
    beside
        .filter(|other| spec.accounts.of(other) == holder)
        .collect()
}
