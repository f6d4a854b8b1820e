//! Whose log it is, and by what its errors are found.

use gwctl_fleet::logs::AccessFormat;

/// What finds the lines of §13.5's failures and whatever calls itself an error, in both formats and as usual loggers write
/// it: terms are case-sensitive, and 50 and 60 are pino's error and fatal. Only `?` terms: they are ignored beside others
/// (aws-facts §13.4).
const OF_FUNCTIONS: &str = "?ERROR ?FATAL ?CRITICAL ?\"Task timed out\" ?\"Status: timeout\" ?\"Status: error\" \
    ?\"Runtime exited\" ?\"Runtime.\" ?LAMBDA_WARNING ?errorType ?\"\\\"status\\\":\\\"timeout\\\"\" \
    ?\"level=error\" ?\"level=fatal\" ?\"\\\"error\\\"\" ?\"\\\"fatal\\\"\" ?\"\\\"level\\\":50\" ?\"\\\"level\\\":60\" \
    ?\"[error]\" ?\"error:\"";
/// PostgreSQL's severities (aws-facts §13.9), and MySQL's.
const OF_DATABASES: &str = "?\"ERROR:\" ?\"FATAL:\" ?\"PANIC:\" ?\"[ERROR]\"";

/// Who writes to a log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogKind {
    Functions,
    /// The edge router, which runs where clients are.
    Router,
    /// An API, about each request in this format.
    Access(AccessFormat),
    /// A cluster of the database.
    Database,
}

impl LogKind {
    /// The format, where it is the access log of an API.
    pub const fn access(&self) -> Option<&AccessFormat> {
        match self {
            Self::Access(format) => Some(format),
            Self::Functions | Self::Router | Self::Database => None,
        }
    }

    pub const fn is_router(&self) -> bool {
        matches!(self, Self::Router)
    }

    pub const fn is_database(&self) -> bool {
        matches!(self, Self::Database)
    }

    /// The filter pattern of errors; none where they cannot be searched for.
    pub(super) fn errors(&self) -> Option<String> {
        match self {
            Self::Access(format) => format.failures(),
            Self::Functions | Self::Router => Some(OF_FUNCTIONS.to_owned()),
            Self::Database => Some(OF_DATABASES.to_owned()),
        }
    }
}
