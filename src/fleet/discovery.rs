//! What AWS lists, for somebody who looks for a fleet and knows no more than the name clients use.

use std::collections::BTreeMap;

use super::{Capacity, Topology};

/// A hosted zone of Route 53.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostedZone {
    /// Its id, without `/hostedzone/`.
    pub id: String,
    /// Its name without the final dot.
    pub name: String,
    /// Whether it answers within networks only.
    pub private: bool,
}

/// A distribution as the list of all of them tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedDistribution {
    pub id: String,
    /// `d111111abcdef8.cloudfront.net`.
    pub domain: String,
    /// Alternate domain names.
    pub aliases: Vec<String>,
    /// Where it sends requests.
    pub origins: Vec<Origin>,
    /// The domain names of those that a request for any path goes to which no other behaviour is for.
    pub default_origins: Vec<String>,
    /// Qualified ARN of the Lambda@Edge function on origin-request.
    pub router_arn: Option<String>,
    /// ARN of the viewer certificate.
    pub certificate_arn: Option<String>,
}

/// An origin of a distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Its domain name.
    pub domain: String,
    /// Custom headers sent to it, by their name in lower case: a router takes its settings from them.
    pub headers: BTreeMap<String, String>,
}

/// A custom domain name of API Gateway in one Region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiName {
    /// `eu-west-1.api.example.com`.
    pub name: String,
    /// What DNS leads it to: `d-xxxx.execute-api.REGION.amazonaws.com`.
    pub regional_domain: Option<String>,
    /// ARN of its certificate.
    pub certificate_arn: Option<String>,
}

/// What a custom domain name leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiMapping {
    /// API id.
    pub api: String,
    pub stage: String,
    /// First part of the path; empty for all others.
    pub path: String,
}

/// An Aurora cluster of a Region.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedCluster {
    pub id: String,
    pub arn: String,
    /// Whether RDS manages the password of its first user.
    pub managed_password: bool,
    /// Whether it has no instance.
    pub headless: bool,
    /// How far its instances of Serverless v2 may scale.
    pub capacity: Option<Capacity>,
}

/// An Aurora global cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedGlobalCluster {
    /// Its identifier.
    pub id: String,
    /// Its members.
    pub topology: Topology,
}
