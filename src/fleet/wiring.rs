//! What joins the parts of a Region and no picture holds: the names of its API, the aliases of its functions and who may
//! call them, the routing controls. Asked where a file of Terraform has them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ApiMapping, ApiName, Missing, Region, RoutingControl};

/// One thing to ask for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wire {
    /// A custom domain name of API Gateway, with what it leads to.
    Name { region: Region, name: String },
    /// A routing control of ARC.
    Control { arn: String },
    /// An alias of a Lambda function.
    Alias {
        region: Region,
        function: String,
        alias: String,
    },
    /// Who may call a Lambda function, or one version or alias of it.
    Permissions {
        region: Region,
        function: String,
        qualifier: Option<String>,
    },
}

/// What AWS says of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Wired {
    Name {
        name: ApiName,
        /// Or why they could not be asked.
        mappings: Result<Vec<ApiMapping>, Missing>,
    },
    Control {
        control: RoutingControl,
        /// Whether it is On, or why nobody could tell.
        on: Result<bool, Missing>,
    },
    Alias(FunctionAlias),
    Permissions(Vec<CallPermission>),
}

/// Everything that was asked for; without an entry it was not.
pub type Wiring = BTreeMap<Wire, Result<Wired, Missing>>;

/// Where an alias of a function leads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FunctionAlias {
    /// The version it is of.
    pub version: String,
    /// Another version, with its share of the calls from 0 to 1.
    pub shared: BTreeMap<String, f64>,
    /// Changes with every update of the alias.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
}

/// A statement of a function's policy that lets somebody call it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallPermission {
    /// Its statement id.
    pub sid: String,
    /// `lambda:InvokeFunction`.
    pub action: String,
    /// The service, or the ARN of an account's principal.
    pub principal: String,
    /// What it must be called for.
    pub source_arn: Option<String>,
    /// Whose that must be.
    pub source_account: Option<String>,
}
