//! Errors whose words tell what is wrong: those of PostgreSQL, of MySQL and of their clients, and of whoever waits in vain.

use gwctl_fleet::logs::{Failure, Pattern};

/// What an error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    /// The database takes no more connections: SQLSTATE 53300.
    NoConnection,
    /// The database takes no writes: SQLSTATE 25006 (aws-facts §19.4).
    ReadOnly,
    /// The database refuses user and password: SQLSTATE 28P01, or 28000 by IAM (aws-facts §19.2).
    Password,
    /// No connection to the database's port comes about.
    NoWay,
    /// The database stops, starts, or breaks off connections.
    NoDatabase,
    /// A key, a token or a certificate has reached its end.
    Expired,
    /// Something took longer than somebody waited.
    TimedOut,
}

const WORDS: [(Says, &[&str]); 7] = [
    (
        Says::NoConnection,
        &[
            "remaining connection slots are reserved",
            "too many clients already",
            "too many connections",
        ],
    ),
    (
        Says::ReadOnly,
        &[
            "in a read-only transaction",
            "running with the --read-only option",
        ],
    ),
    (
        Says::Password,
        &[
            "password authentication failed for user",
            "pam authentication failed for user",
            "access denied for user",
        ],
    ),
    (
        Says::Expired,
        &[
            "key expired",
            "key has expired",
            "token expired",
            "token has expired",
            "token is expired",
            "token included in the request is expired",
            "expiredtoken",
            "jwt expired",
            "secret has expired",
            "credentials have expired",
            "certificate has expired",
        ],
    ),
    (Says::NoWay, &[":5432", ":3306"]),
    (
        Says::NoDatabase,
        &[
            "terminating connection due to administrator command",
            "the database system is ",
            "connection terminated unexpectedly",
            "server shutdown in progress",
            "mysql server has gone away",
        ],
    ),
    (
        Says::TimedOut,
        &["timed out", "timeout", "etimedout", "no answer from "],
    ),
];

impl Says {
    /// What `pattern` is about; none where its words do not tell.
    pub(super) fn of(pattern: &Pattern) -> Option<Self> {
        let text = pattern.example.line.text.to_lowercase();
        let found = WORDS
            .iter()
            .find(|(_, words)| words.iter().any(|word| text.contains(word)));
        let timeout = matches!(
            pattern.failure,
            Some(Failure::Timeout | Failure::InitTimeout)
        );
        found
            .map(|(says, _)| *says)
            .or_else(|| timeout.then_some(Self::TimedOut))
    }

    /// What functions say where this is the cause; none of a cause that their words do not tell.
    pub(super) fn of_cause(cause: &str) -> Option<&'static [Self]> {
        Some(match cause {
            "connections-exhausted" => &[Self::NoConnection],
            "write-forwarding-broken" => &[Self::ReadOnly],
            "password-refused" => &[Self::Password],
            "database-unreachable" => &[Self::NoWay, Self::NoDatabase],
            "credential-expired" => &[Self::Expired],
            "dependency-slow" => &[Self::TimedOut],
            _ => return None,
        })
    }

    /// Whether functions say it where the database's writer does not answer, or moves.
    pub(super) const fn is_of_lost_writer(self) -> bool {
        !matches!(self, Self::Password | Self::Expired)
    }

    /// Whether it is the database's own answer, whatever the code does.
    pub(super) const fn is_of_database(self) -> bool {
        // That no connection comes about, only the client says.
        !matches!(self, Self::TimedOut | Self::Expired | Self::NoWay)
    }
}

/// The host that an error names as the one that did not answer.
pub(super) fn host(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'));
    let host = &rest[..end.unwrap_or(rest.len())];
    host.contains('.').then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_what_stands_behind_the_scheme() {
        let text = "no answer from https://payments.example.net/v2/charges within 9500 ms";
        assert_eq!(host(text), Some("payments.example.net"));
        for none in [
            "no answer from payments",
            "https:///x",
            "see https://localhost",
        ] {
            assert_eq!(host(none), None, "{none}");
        }
    }
}
