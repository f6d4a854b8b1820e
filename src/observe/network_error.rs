//! Why the network gave no answer.

use std::fmt;

use crate::proxy_error::ProxyError;

/// Why nothing came back: each cause in a short sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// What was to be asked is no URL.
    #[error("`{0}` is not a URL")]
    NotAUrl(String),
    /// It is one of another scheme.
    #[error("only http and https can be probed")]
    Scheme,
    /// It is one without a host.
    #[error("the URL names no host")]
    NoHost,
    /// No certificate can be of such a name.
    #[error("`{0}` is not a host name")]
    NotAHost(String),
    /// Records of a type that holds no address and no name.
    #[error("records of type {0} lead nowhere")]
    RecordType(String),

    #[error("no such name")]
    NoSuchName,
    /// The name is there, and leads to nothing.
    #[error("the name has no address")]
    NoAddress,
    /// Neither the system's resolver nor the zone's servers.
    #[error("DNS did not answer in time")]
    DnsLate,
    #[error("no DNS server can be reached")]
    NoDnsServer,
    /// Nobody is authoritative for the name.
    #[error("no name server is known for the zone")]
    NoZone,
    #[error("the zone's servers have no address")]
    NoZoneServer,
    /// What came back is no answer to the question.
    #[error("the zone's server answered something else")]
    OtherAnswer,
    #[error("the answer of the zone's server does not fit a packet")]
    CutShort,

    #[error("connection refused")]
    Refused,
    #[error("connection reset")]
    Reset,
    #[error("no connection in time")]
    ConnectionLate,
    #[error("host unreachable")]
    HostUnreachable,
    #[error("network unreachable")]
    NetworkUnreachable,
    #[error("the connection was closed")]
    Closed,

    /// This machine trusts nobody.
    #[error("this machine has no usable root certificates")]
    NoRoots,
    #[error("certificate not valid for {0}")]
    CertificateName(String),
    #[error("certificate expired")]
    CertificateExpired,
    #[error("certificate not valid yet")]
    CertificateEarly,
    #[error("certificate from an unknown issuer")]
    CertificateIssuer,
    #[error("certificate revoked")]
    CertificateRevoked,

    #[error("what answered does not speak HTTP")]
    NotHttp,
    #[error("the connection was closed without an answer")]
    ClosedUnanswered,

    /// A phase took longer than it may.
    #[error("{phase} within {limit_s} s")]
    TooLate { phase: Phase, limit_s: u64 },
    /// What stands between this machine and the rest.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// Whatever else a library, or another prober, has a sentence for.
    #[error("{0}")]
    Other(String),
}

/// What a probe does one after the other, as it is told when it was not done in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Dns,
    Connect,
    Tls,
    Answer,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "DNS did not answer",
            Self::Connect => "no connection",
            Self::Tls => "no TLS handshake",
            Self::Answer => "no answer",
        })
    }
}
