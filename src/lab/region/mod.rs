//! One Region of the lab without its database: a gateway, and behind it functions whose handler is real and runs in
//! real Node.

mod environment;
mod event;
mod function;
mod gateway;
mod lines;
mod routes;
mod runtime_api;
mod served;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use gwctl_fleet::Region;
use tokio::net::TcpListener;

pub use environment::Ending;
pub use function::{ACCOUNT, Function, FunctionSetup, Invoked, Outcome, write_bootstrap};
pub use gateway::{Authorization, GatewaySetup};
pub use lines::{Drained, Line};
pub use routes::ApiRoute;
pub use served::{Ran, Served};

use crate::authority::Authority;
use crate::gate::Gate;
use crate::tls::{TlsError, acceptor};
use gateway::Gateway;
use lines::Log;
use served::Counter;

/// Why a Region does not serve.
#[derive(Debug, thiserror::Error)]
pub enum RegionError {
    #[error(
        "the lab needs Node.js 20 or newer (`node`) in PATH: install it, on Debian and Ubuntu with `apt-get install nodejs`"
    )]
    NoNode,
    #[error("the gateway of {region} cannot listen at {address}: {source}")]
    Listen {
        region: Region,
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("the lab's authority makes no certificate: {0}")]
    Certificate(#[from] rcgen::Error),
}

/// Node's program.
///
/// # Errors
/// It is not installed: says what to do.
pub fn find_node() -> Result<PathBuf, RegionError> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut found = std::env::split_paths(&path).map(|folder| folder.join("node"));
    found
        .find(|program| program.is_file())
        .ok_or(RegionError::NoNode)
}

/// A Region that serves. Dropping it ends every process.
pub struct Site {
    gateway: Arc<Gateway>,
    address: SocketAddr,
}

impl Site {
    /// Opens the gateway. The first request starts the first process, as on Lambda.
    ///
    /// # Errors
    /// The gateway has no certificate or cannot listen.
    pub async fn start(
        region: Region,
        functions: Vec<FunctionSetup>,
        gateway: GatewaySetup,
        authority: &Authority,
    ) -> Result<Self, RegionError> {
        let acceptor = acceptor(&authority.issue(&gateway.names)?)?;
        let listener = listen(&region, gateway.address).await?;
        let address = listener.local_addr().unwrap_or(gateway.address);
        let gateway = Arc::new(Gateway {
            region,
            stream: format!("{}-access", gateway.api).into(),
            setup: gateway,
            acceptor,
            functions: functions.into_iter().map(Function::new).collect(),
            log: Log::default(),
            counter: Counter::default(),
            open: Gate::default(),
        });
        gateway.serve(listener);
        Ok(Self { gateway, address })
    }

    /// Where its gateway listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the API did since the last time.
    pub fn drain(&self) -> Served {
        self.gateway.counter.drain(Served::default())
    }

    /// The functions behind the API, in the order that they were given in.
    pub fn functions(&self) -> &[Function] {
        &self.gateway.functions
    }

    /// The API's access log since the last time.
    pub fn drain_access(&self) -> Drained {
        self.gateway.log.drain()
    }

    /// The Region is dark: its processes get SIGKILL, its gateway refuses connections. The database has a `kill` of its
    /// own.
    pub fn kill(&self) {
        self.gateway.open.cut();
        self.gateway.functions.iter().for_each(Function::kill);
    }

    /// It serves again, at the same address, with cold starts.
    ///
    /// # Errors
    /// Its address is taken.
    pub async fn revive(&self) -> Result<(), RegionError> {
        let listener = listen(&self.gateway.region, self.address).await?;
        self.gateway.serve(listener);
        Ok(())
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.kill();
    }
}

async fn listen(region: &Region, address: SocketAddr) -> Result<TcpListener, RegionError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| RegionError::Listen {
            region: region.clone(),
            address,
            source,
        })
}

#[cfg(test)]
mod tests;
