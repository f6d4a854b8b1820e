//! Kept connections to one edge, over TLS.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

/// More than any answer here weighs.
const MOST_BYTES: usize = 4 << 20;

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nothing of the request has left.
    NotSent(String),
    /// The connection broke while the answer was waited for.
    Broken(String),
}

pub(crate) struct Pool {
    edge: SocketAddr,
    domain: ServerName<'static>,
    tls: TlsConnector,
    idle: Mutex<Vec<Connection>>,
    slots: Semaphore,
}

/// Dropped with a request under way, it is closed, as by a client that no longer waits.
struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// One task, which ends with this.
    _task: JoinSet<()>,
}

impl Pool {
    pub(crate) fn new(
        edge: SocketAddr,
        domain: ServerName<'static>,
        tls: TlsConnector,
        connections: usize,
    ) -> Self {
        Self {
            edge,
            domain,
            tls,
            idle: Mutex::default(),
            slots: Semaphore::new(connections),
        }
    }

    pub(crate) async fn send(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, Failure> {
        let slot = self.slots.acquire().await;
        let _slot = slot.map_err(|error| Failure::NotSent(error.to_string()))?;
        let mut request = request;
        loop {
            let kept = self.kept();
            let was_kept = kept.is_some();
            let mut connection = match kept {
                Some(connection) => connection,
                None => self.open().await?,
            };
            match connection.sender.try_send_request(request).await {
                Ok(response) => {
                    let (parts, body) = response.into_parts();
                    let body = Limited::new(body, MOST_BYTES).collect().await;
                    let body = body.map_err(|error| Failure::Broken(error.to_string()))?;
                    self.keep(connection);
                    return Ok(Response::from_parts(parts, body.to_bytes()));
                }
                // The edge had closed it meanwhile.
                Err(mut unsent) => match unsent.take_message() {
                    Some(message) if was_kept => request = message,
                    Some(_) => return Err(Failure::NotSent(unsent.error().to_string())),
                    None => return Err(Failure::Broken(unsent.error().to_string())),
                },
            }
        }
    }

    fn kept(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        std::iter::from_fn(|| idle.pop()).find(|one| one.sender.is_ready())
    }

    fn keep(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(connection);
    }

    async fn open(&self) -> Result<Connection, Failure> {
        let not_sent = |error: std::io::Error| Failure::NotSent(error.to_string());
        let stream = TcpStream::connect(self.edge).await.map_err(not_sent)?;
        let _ = stream.set_nodelay(true);
        let stream = self.tls.connect(self.domain.clone(), stream).await;
        let stream = stream.map_err(not_sent)?;
        let hands = handshake(TokioIo::new(stream)).await;
        let (sender, connection) = hands.map_err(|error| Failure::NotSent(error.to_string()))?;
        let mut task = JoinSet::new();
        task.spawn(async move {
            let _ = connection.await;
        });
        Ok(Connection {
            sender,
            _task: task,
        })
    }
}

/// What clients need to verify the edge.
pub(crate) fn trusting(authority: &str) -> Result<TlsConnector, String> {
    use tokio_rustls::rustls::pki_types::CertificateDer;
    use tokio_rustls::rustls::pki_types::pem::PemObject as _;
    use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(authority.as_bytes()) {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    let provider = Arc::new(crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
