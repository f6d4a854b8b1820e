//! The accounts of a fleet that is spread over several.

use super::Resources;
use gwctl_fleet::Region;

/// What a role's trust policy asks for.
pub const EXTERNAL_ID: &str = "orders-gwctl";
/// The role in each account.
pub const ROLE: &str = "gwctl";

/// One account a part, by twelve digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holders {
    /// The operators', which holds nothing of the fleet.
    pub operators: String,
    /// APIs and functions.
    pub workload: String,
    /// The global cluster.
    pub database: String,
    /// Hosted zone, checks and evacuation switches.
    pub dns: String,
    /// Distribution and router.
    pub edge: String,
}

impl Holders {
    /// Five accounts; the database's is that of a fleet in one account.
    pub fn several(database: &str) -> Self {
        Self {
            operators: "111122223333".into(),
            workload: "222233334444".into(),
            database: database.into(),
            dns: "333344445555".into(),
            edge: "444455556666".into(),
        }
    }

    /// The accounts whose role may be assumed.
    pub fn parts(&self) -> [&str; 4] {
        [&self.workload, &self.database, &self.dns, &self.edge]
    }

    /// The ARN of the role in `account`.
    pub fn role(account: &str) -> String {
        format!("arn:aws:iam::{account}:role/{ROLE}")
    }

    /// Moves what `all` holds into these accounts: ARNs tell the account.
    pub fn spread(self, all: &mut Resources, router: &str) {
        let own = self.database.clone();
        let moved = |arn: &str, to: &str| arn.replacen(&own, to, 1);
        for function in &mut all.functions {
            let to = if function.name == router {
                &self.edge
            } else {
                &self.workload
            };
            function.arn = moved(&function.arn, to);
            function.role = moved(&function.role, to);
        }
        for certificate in &mut all.certificates {
            let to = if certificate.region == Region::global()
                && !certificate
                    .in_use_by
                    .iter()
                    .any(|by| by.contains(":apigateway:"))
            {
                &self.edge
            } else {
                &self.workload
            };
            certificate.arn = moved(&certificate.arn, to);
            for by in &mut certificate.in_use_by {
                *by = moved(by, &self.edge);
            }
        }
        for distribution in &mut all.distributions {
            distribution.arn = moved(&distribution.arn, &self.edge);
            let certificate = &mut distribution.certificate_arn;
            *certificate = moved(certificate, &self.edge);
            if let Some(function) = &mut distribution.origin_request_function {
                *function = moved(function, &self.edge);
            }
        }
        for domain in &mut all.custom_domains {
            domain.certificate_arn = moved(&domain.certificate_arn, &self.workload);
        }
        for stack in &mut all.stacks {
            let to = if stack.name.ends_with("-edge") {
                &self.edge
            } else {
                &self.workload
            };
            stack.arn = moved(&stack.arn, to);
        }
        if let Some(plan) = &mut all.region_switch {
            plan.arn = moved(&plan.arn, &self.workload);
            plan.owner.clone_from(&self.workload);
        }
        all.holders = Some(self);
    }
}
