//! What went wrong with a probe, by what the libraries say of it.

use std::io;

use hickory_resolver::net::NetError;
use tokio_rustls::rustls::{CertificateError, Error as TlsError};

use crate::network_error::NetworkError;
use gwctl_fleet::clean;

/// Longest part of somebody else's words that is worth passing on.
pub(super) const WORDS: usize = 120;

/// What has no cause of its own here.
pub(super) fn said(what: &str, error: &dyn std::fmt::Display) -> NetworkError {
    NetworkError::Other(clean(&format!("{what}: {error}"), WORDS))
}

pub(super) fn no_name(error: &NetError) -> NetworkError {
    match error {
        _ if error.is_nx_domain() => NetworkError::NoSuchName,
        _ if error.is_no_records_found() => NetworkError::NoAddress,
        NetError::Timeout => NetworkError::DnsLate,
        NetError::NoConnections => NetworkError::NoDnsServer,
        other => said("DNS", other),
    }
}

pub(super) fn no_connection(error: &io::Error) -> NetworkError {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => NetworkError::Refused,
        io::ErrorKind::ConnectionReset => NetworkError::Reset,
        io::ErrorKind::TimedOut => NetworkError::ConnectionLate,
        io::ErrorKind::HostUnreachable => NetworkError::HostUnreachable,
        io::ErrorKind::NetworkUnreachable => NetworkError::NetworkUnreachable,
        io::ErrorKind::UnexpectedEof => NetworkError::Closed,
        _ => said("no connection", error),
    }
}

pub(super) fn no_tls(error: &io::Error, host: &str) -> NetworkError {
    let Some(tls) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<TlsError>())
    else {
        return no_connection(error);
    };
    match tls {
        TlsError::InvalidCertificate(why) => match why {
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                NetworkError::CertificateName(host.into())
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                NetworkError::CertificateExpired
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                NetworkError::CertificateEarly
            }
            CertificateError::UnknownIssuer => NetworkError::CertificateIssuer,
            CertificateError::Revoked => NetworkError::CertificateRevoked,
            other => said("bad certificate", other),
        },
        other => said("TLS", other),
    }
}

pub(super) fn no_http(error: &hyper::Error) -> NetworkError {
    if error.is_parse() {
        NetworkError::NotHttp
    } else if error.is_incomplete_message() || error.is_closed() || error.is_canceled() {
        NetworkError::ClosedUnanswered
    } else {
        said("no answer", error)
    }
}
