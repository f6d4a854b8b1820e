//! The simulated AWS over loopback HTTP, for any client.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use super::{answer, dns, stand};
use crate::Sim;

/// More than any AWS request here may weigh.
const MOST_BYTES: usize = 2 << 20;

/// A running server. Dropping it stops it; [`Server::stop`] also waits until it has.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    dns: SocketAddr,
    stopping: CancellationToken,
    task: Option<JoinHandle<()>>,
}

impl Server {
    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where its DNS listens, by UDP and TCP: the fleet's zone as its own servers and the operator's resolver answer it.
    pub const fn dns(&self) -> SocketAddr {
        self.dns
    }

    /// Takes no more connections and ends those there are. Replies that wait for a Region that never
    /// answers are not waited for.
    pub async fn stop(mut self) {
        self.stopping.cancel();
        if let Some(task) = self.task.take() {
            let _ = task.await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

/// Serves `sim` on `127.0.0.1`; port 0 takes a free one.
///
/// # Errors
/// The port cannot be listened on.
pub async fn serve(sim: Sim, port: u16) -> io::Result<Server> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    let stopping = CancellationToken::new();
    let dns = dns::serve(sim.clone(), stopping.clone()).await?;
    let task = tokio::spawn(accept(listener, sim, stopping.clone()));
    Ok(Server {
        address,
        dns,
        stopping,
        task: Some(task),
    })
}

async fn accept(listener: TcpListener, sim: Sim, stopping: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stopping.cancelled() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, sim.clone()));
                }
                // Out of descriptors: give the connections there are time to end.
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            },
        }
    }
    connections.shutdown().await;
}

async fn converse(stream: TcpStream, sim: Sim) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let sim = sim.clone();
        async move { reply(&sim, request).await }
    });
    let conversation =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if let Err(error) = conversation.await {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// An error breaks the connection.
async fn reply(sim: &Sim, request: Request<Incoming>) -> io::Result<Response<Full<Bytes>>> {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MOST_BYTES).collect().await else {
        return Ok(plain(413, "the request is too large or torn"));
    };
    let request = Request::from_parts(parts, body.to_bytes().to_vec());
    let response = match stand::answer(sim, &request).await {
        Some(response) => response,
        None => answer::answer(sim, request).await?,
    };
    Ok(response.map(|body| Full::new(Bytes::from(body))))
}

fn plain(status: u16, message: &str) -> Response<Full<Bytes>> {
    let body = Full::new(Bytes::from(message.to_owned()));
    Response::builder()
        .status(status)
        .body(body)
        .unwrap_or_default()
}
