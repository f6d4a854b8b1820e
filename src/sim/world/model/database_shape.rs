//! How a scenario's database differs from the usual one: two provisioned instances in each of the fleet's Regions.

use serde::Deserialize;

use gwctl_fleet::Region;

/// `[database]` of a scenario.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct DatabaseShape {
    /// Least and most capacity in ACU: every instance is of class `db.serverless`.
    pub capacity: Option<(f64, f64)>,
    /// The same of the secondaries, where theirs is another.
    pub secondary_capacity: Option<(f64, f64)>,
    /// Regions whose secondary has no instance.
    pub headless: Vec<Region>,
    /// Members in Regions where the fleet is not.
    pub more: Vec<Region>,
    /// Whether an RDS Proxy stands in front of every cluster.
    pub proxies: bool,
    /// Whether RDS manages the password of the clusters' first user (aws-facts §19.1: of a cluster alone).
    pub managed_password: bool,
}

impl DatabaseShape {
    /// Least and most capacity of a cluster, where it is Serverless v2.
    pub fn capacity_of(&self, secondary: bool) -> Option<(f64, f64)> {
        self.secondary_capacity
            .filter(|_| secondary)
            .or(self.capacity)
    }
}
