//! Which account of a fleet that is spread over several needs an action.

use std::collections::BTreeSet;

use gwctl_fleet::{Account, FleetSpec, Region};

/// The parts of the fleet that `action` is about.
pub(super) fn parts_of(action: &str) -> &'static [Account] {
    use Account::{Database, Dns, Edge, Workload};
    match action {
        "cloudwatch:PutMetricData" => &[Dns],
        "cloudwatch:DescribeAlarms" => &[Workload, Dns],
        "cloudwatch:ListMetrics" | "lambda:EnableReplication*" => &[Edge],
        "lambda:GetFunction" | "lambda:GetFunctionConfiguration" | "acm:DescribeCertificate" => {
            &[Workload, Edge]
        }
        "cloudwatch:GetMetricData"
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

/// The parts that are in the account of `part`; of a Region of its own account, its workload.
pub(super) fn beside(spec: &FleetSpec, part: &Account) -> BTreeSet<Account> {
    let region = match part {
        Account::Site(region) => region.clone(),
        _ => Region::global(),
    };
    let part = match part {
        Account::Site(_) => &Account::Workload,
        part => part,
    };
    let holder = spec.accounts.holder(part, &region);
    Account::ALL
        .into_iter()
        .filter(|other| spec.accounts.holder(other, &region) == holder)
        .collect()
}
