//! Why nothing is heard of what DNS answers around the world.

use gwctl_aws::AwsError;
use gwctl_observe::NetworkError;

/// Why a vantage has no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum Unanswered {
    #[error(transparent)]
    Servers(#[from] NetworkError),
    #[error(transparent)]
    Test(Box<AwsError>),
    /// The partition has no such call.
    #[error("{0}")]
    Lacking(&'static str),
    /// Route 53 answered with nothing.
    #[error("no {kind} record of {name}")]
    NoRecord { kind: String, name: String },
    #[error("the plan has no record to check")]
    NothingPlanned,
}

impl From<AwsError> for Unanswered {
    fn from(error: AwsError) -> Self {
        Self::Test(Box::new(error))
    }
}

/// Why nothing was heard of anybody.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unheard {
    /// Route 53's test is all there is.
    #[error("TestDNSAnswer: {0}")]
    Untested(Unanswered),
    #[error("name servers: {servers}; TestDNSAnswer: {test}; this machine's resolver: {resolver}")]
    Everywhere {
        servers: Unanswered,
        test: Unanswered,
        resolver: NetworkError,
    },
}
