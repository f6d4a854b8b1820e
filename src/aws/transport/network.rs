//! The real HTTP client: one for all services, with the system's certificates, `AWS_CA_BUNDLE` and proxies.

use std::path::Path;

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
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .tls_context(context.clone())
            .build()
    });
    (client, complaint)
}

fn ca_bundle() -> Result<TlsContext, String> {
    let Some(path) = std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()) else {
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

/// The system's certificates. The SDK would panic where there are none.
fn system() -> Result<TlsContext, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(
            "this system has no root certificates (SSL_CERT_FILE names a file of them)".into(),
        );
    }
    Ok(TlsContext::default())
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
