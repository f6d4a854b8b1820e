//! Who made a call, by `CloudTrail`'s `userIdentity` (aws-facts §14.4).

use serde::{Deserialize, Serialize};

/// Who made a call. Every text is cleaned.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Actor {
    /// The person or service: a session's name (for SSO the person's e-mail), a user, a service.
    pub name: String,
    /// `AssumedRole`, `IAMUser`, `AWSService`, as AWS spells it.
    pub kind: Option<String>,
    /// The role behind a session.
    pub role: Option<String>,
    /// The service that made the call for somebody: `cloudformation.amazonaws.com`.
    pub through: Option<String>,
    pub arn: Option<String>,
}

/// What the names of AWS's services end with.
const OF_AWS: [&str; 3] = [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"];

impl Actor {
    /// In one cell: `alice`, `alice through cloudformation`, `autoscaling (AWS)`.
    pub fn said(&self) -> String {
        match (&self.through, service(&self.name)) {
            (_, Some(service)) => format!("{service} (AWS)"),
            (Some(through), None) => {
                let through = service(through).unwrap_or(through);
                format!("{} through {through}", self.name)
            }
            (None, None) => self.name.clone(),
        }
    }
}

/// `cloudformation` of `cloudformation.amazonaws.com`; none for what is no service's name.
fn service(name: &str) -> Option<&str> {
    OF_AWS.iter().find_map(|end| name.strip_suffix(end))
}
