//! An API call that a step will make.

use serde::{Deserialize, Serialize};

use gwctl_fleet::{Account, Region};

/// An API call a step will make.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PlannedCall {
    /// IAM's prefix.
    pub service: String,
    /// As the API names it.
    pub operation: String,
    /// The Region of the endpoint called.
    pub region: Region,
    /// Whether it changes something.
    pub mutates: bool,
}

impl PlannedCall {
    /// The account that a change is made in: CloudWatch is changed for evacuation switches alone, which are beside
    /// the health checks.
    pub fn account(&self) -> Account {
        match self.service.as_str() {
            "cloudwatch" => Account::Dns,
            service => Account::of_service(service),
        }
    }
}

impl std::fmt::Display for PlannedCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{} in {}", self.service, self.operation, self.region)
    }
}

/// IAM's action for a call: API Gateway's are verbs, all others are called as their operations.
pub fn action(service: &str, operation: &str) -> String {
    if service != "apigateway" {
        return format!("{service}:{operation}");
    }
    let verb = match operation {
        get if get.starts_with("Get") => "GET",
        delete if delete.starts_with("Delete") => "DELETE",
        update if update.starts_with("Update") => "PATCH",
        put if put.starts_with("Put") || put.starts_with("Import") => "PUT",
        _ => "POST",
    };
    format!("{service}:{verb}")
}
