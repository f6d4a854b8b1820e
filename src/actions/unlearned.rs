//! Why something is not known that planning must be told.

use serde::{Deserialize, Serialize};

use gwctl_aws::AwsError;
use gwctl_fleet::Region;

/// Why it is not known. Plans and journals hold the sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub enum Unlearned {
    /// Code is to be copied from a Region that has none of the fleet.
    #[error("the fleet is not in {0}")]
    NotThere(Region),
    #[error("the configuration names no function in {0}: name one, {0}/FUNCTION")]
    NoFunction(Region),
    /// Which of these is meant cannot be told.
    #[error(
        "{} run in {region}, and a new Region has one handler: name one of them, such as {region}/{first}",
        .functions.join(" and "),
        first = .functions.first().map_or("FUNCTION", String::as_str)
    )]
    Functions {
        region: Region,
        functions: Vec<String>,
    },
    /// A template of the fleet's own.
    #[error("{path}: {cause}")]
    Unreadable { path: String, cause: String },
    #[error("it was not read")]
    NotRead,
    /// By AWS's word, or as a plan holds it.
    #[error("{0}")]
    Said(String),
}

impl From<AwsError> for Unlearned {
    fn from(error: AwsError) -> Self {
        Self::Said(error.to_string())
    }
}

impl From<String> for Unlearned {
    fn from(said: String) -> Self {
        Self::Said(said)
    }
}

impl From<Unlearned> for String {
    fn from(why: Unlearned) -> Self {
        why.to_string()
    }
}
