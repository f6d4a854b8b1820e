//! Why there is no way through a proxy.

use crate::network_error::NetworkError;

/// Why a proxy leads nowhere. It is called `the proxy 10.0.0.1:3128`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// It is reached by another protocol.
    #[error("probes go through http:// proxies only, and the one for them is {0}")]
    Scheme(String),
    /// It is not reached, or the connection to it broke.
    #[error("{proxy}: {why}")]
    Unreached {
        proxy: String,
        why: Box<NetworkError>,
    },
    #[error("{proxy}: what answered is not an HTTP proxy")]
    NoProxy { proxy: String },
    #[error("{proxy} could not connect in time")]
    TooLate { proxy: String },
    /// It tried, and reached nobody.
    #[error("{proxy} does not reach {host} (it answered {status})")]
    NoWay {
        proxy: String,
        host: String,
        status: u16,
    },
    /// It did not try.
    #[error("{proxy} refuses to connect to {host} (it answered {status})")]
    Refuses {
        proxy: String,
        host: String,
        status: u16,
    },
    /// It wants a name and a password.
    #[error("{proxy} asks for credentials")]
    Asks { proxy: String },
}
