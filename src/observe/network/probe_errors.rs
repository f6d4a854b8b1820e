//! What went wrong with a probe, in a short sentence for people.

use std::io;

use hickory_resolver::net::NetError;
use tokio_rustls::rustls::{CertificateError, Error as TlsError};

use gwctl_fleet::clean;

/// Longest part of somebody else's words that is worth passing on.
pub(super) const WORDS: usize = 120;

pub(super) fn said(what: &str, error: &dyn std::fmt::Display) -> String {
    clean(&format!("{what}: {error}"), WORDS)
}

pub(super) fn no_name(error: &NetError) -> String {
    match error {
        _ if error.is_nx_domain() => "no such name".into(),
        _ if error.is_no_records_found() => "the name has no address".into(),
        NetError::Timeout => "DNS did not answer in time".into(),
        NetError::NoConnections => "no DNS server can be reached".into(),
        other => said("DNS", other),
    }
}

pub(super) fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".into(),
        io::ErrorKind::ConnectionReset => "connection reset".into(),
        io::ErrorKind::TimedOut => "no connection in time".into(),
        io::ErrorKind::HostUnreachable => "host unreachable".into(),
        io::ErrorKind::NetworkUnreachable => "network unreachable".into(),
        io::ErrorKind::UnexpectedEof => "the connection was closed".into(),
        _ => said("no connection", error),
    }
}

pub(super) fn no_tls(error: &io::Error, host: &str) -> String {
    let Some(tls) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<TlsError>())
    else {
        return in_words(error);
    };
    match tls {
        TlsError::InvalidCertificate(why) => match why {
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                format!("certificate not valid for {host}")
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "certificate expired".into()
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "certificate not valid yet".into()
            }
            CertificateError::UnknownIssuer => "certificate from an unknown issuer".into(),
            CertificateError::Revoked => "certificate revoked".into(),
            other => said("bad certificate", other),
        },
        other => said("TLS", other),
    }
}

pub(super) fn no_http(error: &hyper::Error) -> String {
    if error.is_parse() {
        "what answered does not speak HTTP".into()
    } else if error.is_incomplete_message() || error.is_closed() || error.is_canceled() {
        "the connection was closed without an answer".into()
    } else {
        said("no answer", error)
    }
}
