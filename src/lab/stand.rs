//! For tests: what answers HTTP over TLS on loopback, as the test says.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::authority::Identity;
use crate::tls::acceptor;

/// Answers until it is dropped.
pub struct Stand {
    pub address: SocketAddr,
    _task: JoinSet<()>,
}

/// What is answered; nothing breaks the connection.
pub trait Behaviour: Send + Sync + 'static {
    fn answer(
        &self,
        request: Request<Bytes>,
    ) -> impl Future<Output = Option<Response<String>>> + Send;
}

impl Stand {
    pub async fn start(identity: &Identity, behaviour: impl Behaviour) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let acceptor = acceptor(identity).unwrap();
        let behaviour = Arc::new(behaviour);
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, behaviour) = (acceptor.clone(), behaviour.clone());
                connections.spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    let service = service_fn(move |request| reply(behaviour.clone(), request));
                    let server = hyper::server::conn::http1::Builder::new();
                    let _ = server.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self {
            address,
            _task: task,
        }
    }
}

async fn reply(
    behaviour: Arc<impl Behaviour>,
    request: Request<Incoming>,
) -> std::io::Result<Response<Full<Bytes>>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(std::io::Error::other)?;
    let request = Request::from_parts(parts, body.to_bytes());
    let answer = behaviour.answer(request).await;
    let answer = answer.ok_or_else(|| std::io::Error::other("broken on purpose"))?;
    Ok(answer.map(|body| Full::new(body.into())))
}
