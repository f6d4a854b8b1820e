//! The real HTTP client: one for all services, with the system's certificates, `AWS_CA_BUNDLE` and proxies.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, OnceLock};

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};

/// Why nothing is trusted, or not what was to be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoTrust {
    #[error("this system has no root certificates (SSL_CERT_FILE names a file of them)")]
    NoSystemRoots,
    #[error("AWS_CA_BUNDLE {}: {why}", .path.display())]
    Bundle { path: PathBuf, why: BadBundle },
}

/// Why a file of certificates cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadBundle {
    #[error("{0}")]
    Unreadable(#[from] std::io::Error),
    #[error("not a PEM file: {0}")]
    NotPem(#[from] pem::Error),
    #[error("not a certificate: {0}")]
    NotACertificate(#[from] tokio_rustls::rustls::Error),
    #[error("no certificate in it")]
    Empty,
    /// The SDK does not take it.
    #[error("{0}")]
    Refused(BoxError),
}

/// One way onto the network for several sessions: they share connections, certificates and buffers. Cheap to clone; for
/// one runtime, whose connections end with it.
#[derive(Debug, Clone, Default)]
pub struct Network(Arc<OnceLock<(SharedHttpClient, Option<Arc<str>>)>>);

impl Network {
    /// The client, and why `AWS_CA_BUNDLE` could not be used. It is made when it is first asked for.
    pub(crate) fn client(&self) -> (SharedHttpClient, Option<Arc<str>>) {
        let made = self.0.get_or_init(|| {
            let (client, why) = client();
            (client, why.map(|why| why.to_string().into()))
        });
        made.clone()
    }
}

/// The client, and why `AWS_CA_BUNDLE` could not be used.
pub(crate) fn client() -> (SharedHttpClient, Option<NoTrust>) {
    let (context, complaint) = match trusted() {
        Ok(context) => (context, None),
        Err(why) => (system().unwrap_or_else(nobody), Some(why)),
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

/// Whom to trust: those of `AWS_CA_BUNDLE`, or the system's.
fn trusted() -> Result<TlsContext, NoTrust> {
    match ca_bundle_path() {
        None => system().ok_or(NoTrust::NoSystemRoots),
        Some(path) => bundle(&path).map_err(|why| NoTrust::Bundle { path, why }),
    }
}

fn bundle(path: &Path) -> Result<TlsContext, BadBundle> {
    let pem = gwctl_files::read(path)?;
    check_certificates(&pem)?;
    TlsContext::builder()
        .with_trust_store(TrustStore::empty().with_pem_certificate(pem))
        .build()
        .map_err(|error| BadBundle::Refused(error.into()))
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
fn system() -> Option<TlsContext> {
    system_roots().map(|_| TlsContext::default())
}

fn ca_bundle_path() -> Option<PathBuf> {
    let path = std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty());
    path.map(Into::into)
}

/// A context that trusts nobody: calls over TLS fail and say so.
fn nobody() -> TlsContext {
    let empty = TlsContext::builder().with_trust_store(TrustStore::empty());
    empty.build().unwrap_or_default()
}

/// The SDK would panic on a certificate it cannot read.
fn check_certificates(pem: &[u8]) -> Result<(), BadBundle> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots.add(certificate?)?;
    }
    if roots.is_empty() {
        Err(BadBundle::Empty)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_that_holds_no_certificate_is_refused_in_words() {
        assert!(matches!(
            check_certificates(b"hello"),
            Err(BadBundle::Empty)
        ));
        let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(matches!(
            check_certificates(broken),
            Err(BadBundle::NotACertificate(_))
        ));
    }
}
