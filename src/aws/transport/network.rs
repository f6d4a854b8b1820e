//! The real HTTP client: one for all services, with the system's certificates, `AWS_CA_BUNDLE` and proxies.

use std::ffi::OsString;
use std::path::Path;
use std::sync::LazyLock;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

/// The client, and a sentence when `AWS_CA_BUNDLE` could not be used.
pub(crate) fn client() -> (SharedHttpClient, Option<String>) {
    let (context, complaint) = match ca_bundle() {
        Ok(context) => (context, None),
        Err(why) => (system().unwrap_or_else(|_| nobody()), Some(why)),
    };
    // The SDK reads neither proxies nor AWS_CA_BUNDLE from the environment by itself.
    let proxy = ProxyConfig::from_env();
    let client = Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder().proxy_config(proxy.clone());
        if let Some(settings) = settings {
            connector = connector.connector_settings(settings.clone());
        }
        connector.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
        connector
            .tls_provider(TLS)
            .tls_context(context.clone())
            .build()
    });
    (client, complaint)
}

fn ca_bundle() -> Result<TlsContext, String> {
    let Some(path) = ca_bundle_path() else {
        return system();
    };
    let shown = path.to_string_lossy();
    let pem = gwctl_files::read(Path::new(&path))
        .map_err(|error| format!("AWS_CA_BUNDLE {shown}: {error}"))?;
    check_certificates(&pem).map_err(|why| format!("AWS_CA_BUNDLE {shown}: {why}"))?;
    TlsContext::builder()
        .with_trust_store(TrustStore::empty().with_pem_certificate(pem))
        .build()
        .map_err(|error| format!("AWS_CA_BUNDLE {shown}: {error}"))
}

/// The system's certificates, read once: that takes as long as drawing a frame.
static SYSTEM: LazyLock<RootCertStore> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
});

/// The certificates that this system trusts; none where it has none.
pub fn system_roots() -> Option<&'static RootCertStore> {
    Some(&*SYSTEM).filter(|roots| !roots.is_empty())
}

/// Reads the system's certificates on threads of their own, so that the first call finds them read.
pub fn read_certificates_early() {
    std::thread::spawn(|| LazyLock::force(&SYSTEM).len());
    // The SDK keeps a copy of its own, which its first connector reads.
    std::thread::spawn(|| {
        if ca_bundle_path().is_none() && system_roots().is_some() {
            let connector = Connector::builder().tls_provider(TLS);
            drop(connector.tls_context(TlsContext::default()).build());
        }
    });
}

const TLS: Provider = Provider::Rustls(CryptoMode::Ring);

/// What the SDK trusts by itself: the system's certificates. It would panic where there are none.
fn system() -> Result<TlsContext, String> {
    match system_roots() {
        Some(_) => Ok(TlsContext::default()),
        None => {
            Err("this system has no root certificates (SSL_CERT_FILE names a file of them)".into())
        }
    }
}

fn ca_bundle_path() -> Option<OsString> {
    std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty())
}

/// A context that trusts nobody: calls over TLS fail and say so.
fn nobody() -> TlsContext {
    let empty = TlsContext::builder().with_trust_store(TrustStore::empty());
    empty.build().unwrap_or_default()
}

/// The SDK would panic on a certificate it cannot read.
fn check_certificates(pem: &[u8]) -> Result<(), String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| format!("not a PEM file: {error}"))?;
        roots
            .add(certificate)
            .map_err(|error| format!("not a certificate: {error}"))?;
    }
    if roots.is_empty() {
        Err("no certificate in it".into())
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_that_holds_no_certificate_is_refused_in_words() {
        assert_eq!(
            check_certificates(b"hello"),
            Err("no certificate in it".into())
        );
        let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(check_certificates(broken).is_err_and(|why| why.starts_with("not a certificate")));
    }
}
