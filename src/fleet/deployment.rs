//! What a stage of an API serves, and what it served before (aws-facts §14.6).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ApiKind;

/// A stage of an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiStage {
    pub kind: ApiKind,
    pub name: String,
    /// The deployment that it serves.
    pub deployment: Option<String>,
    /// Whether each change of the API is deployed at once (HTTP APIs).
    pub auto_deploy: bool,
    /// Whether a second deployment gets a part of the requests (REST APIs).
    pub canary: bool,
}

/// A deployment of an API: its routes and integrations as they were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiDeployment {
    pub id: String,
    pub created: Option<Timestamp>,
    /// In its owner's words; empty where there are none.
    pub description: String,
    /// `PENDING`, `FAILED`, `SUCCEEDED`; none of a REST API.
    pub status: Option<String>,
}
