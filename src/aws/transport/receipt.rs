//! What AWS hands out for a change it took.

use aws_sdk_rds::operation::RequestId;
use serde::{Deserialize, Serialize};

use crate::transport::reply;

/// AWS took the change. It says nothing of whether the change is in effect yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// AWS's own number of the request, for its support and for `CloudTrail`.
    pub request_id: Option<String>,
}

impl Receipt {
    /// The receipt in any SDK reply.
    pub(crate) fn of(reply: &impl RequestId) -> Self {
        Self {
            request_id: reply::some_name(reply.request_id()),
        }
    }
}

/// Route 53 took a batch of changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeReceipt {
    /// What to ask the change's status by.
    pub id: String,
    /// AWS's own number of the request.
    pub request_id: Option<String>,
}

/// CloudFront took an invalidation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invalidation {
    /// What to ask the invalidation's status by.
    pub id: String,
    /// AWS's own number of the request.
    pub request_id: Option<String>,
}
