//! For tests: what answers HTTP over TLS on loopback, as the test says; databases of three Regions; and what has to be
//! installed for a test, or is left out.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use gwctl_fleet::Region;

use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::authority::{Authority, Identity};
use crate::database::{self, Databases};
use crate::links::Links;
use crate::region::find_node;
use crate::sigv4::Credentials;
use crate::tls::acceptor;

/// Node's program; none where the test is left out.
pub fn node() -> Option<PathBuf> {
    installed(find_node())
}

/// Node's program, where curl is installed too.
pub fn node_and_curl() -> Option<PathBuf> {
    let curl = Command::new("curl").arg("--version").output();
    installed(curl.map_err(|_| "curl is not installed"))?;
    node()
}

fn installed<T>(found: Result<T, impl std::fmt::Display>) -> Option<T> {
    found.inspect_err(|why| eprintln!("LEFT OUT: {why}")).ok()
}

/// The databases of three Regions, the first with the writer.
pub struct DatabaseStand {
    pub databases: Databases,
    pub authority: Authority,
    pub credentials: Credentials,
    pub links: Arc<Links>,
    pub regions: Vec<Region>,
    pub folder: tempfile::TempDir,
}

impl DatabaseStand {
    /// Nothing where PostgreSQL is not installed.
    pub async fn start(round_trip: Duration) -> Option<Self> {
        installed(database::Install::find())?;
        let codes = ["us-east-1", "eu-west-1", "ap-southeast-2"];
        let regions = codes.map(|code| Region::new(code).unwrap()).to_vec();
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new().unwrap();
        let credentials = Credentials::random().unwrap();
        let links = Arc::new(Links::new(move |_, _| round_trip));
        let databases = Databases::start(database::Setup {
            folder: folder.path().to_owned(),
            regions: regions.clone(),
            authority: &authority,
            links: Arc::clone(&links),
            credentials: credentials.clone(),
            schema: database::SCHEMA,
        });
        Some(Self {
            databases: databases.await.unwrap(),
            authority,
            credentials,
            links,
            regions,
            folder,
        })
    }
}

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
