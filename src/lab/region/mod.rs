//! One Region of the lab without its database: a gateway, and behind it a function whose handler is real and runs in
//! real Node.

mod environment;
mod event;
mod function;
mod gateway;
mod lines;
mod runtime_api;
mod served;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use gwctl_fleet::Region;
use hyper::body::Bytes;
use tokio::net::TcpListener;

pub use environment::Ending;
pub use function::{ACCOUNT, FunctionSetup, Invoked, Outcome, write_bootstrap};
pub use gateway::{Authorization, GatewaySetup};
pub use lines::{Drained, Line};
pub use served::Served;

use crate::authority::Authority;
use crate::gate::Gate;
use crate::tls::{TlsError, acceptor};
use function::Function;
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
    lines: Log,
}

impl Site {
    /// Opens the gateway. The first request starts the first process, as on Lambda.
    ///
    /// # Errors
    /// The gateway has no certificate or cannot listen.
    pub async fn start(
        function: FunctionSetup,
        gateway: GatewaySetup,
        authority: &Authority,
    ) -> Result<Self, RegionError> {
        let acceptor = acceptor(&authority.issue(&gateway.names)?)?;
        let (lines, counter) = (Log::default(), Counter::default());
        let region = function.region.clone();
        let listener = listen(&region, gateway.address).await?;
        let address = listener.local_addr().unwrap_or(gateway.address);
        let gateway = Arc::new(Gateway {
            region: region.as_str().to_owned(),
            stream: format!("{}-access", gateway.api).into(),
            setup: gateway,
            acceptor,
            function: Function::new(function, lines.clone(), counter.clone()),
            log: Log::default(),
            counter,
            open: Gate::default(),
        });
        gateway.serve(listener);
        Ok(Self {
            gateway,
            address,
            lines,
        })
    }

    /// Where its gateway listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was served since the last time.
    pub fn drain(&self) -> Served {
        let running = self.gateway.function.concurrency();
        self.gateway.counter.drain(running)
    }

    /// The function's log since the last time.
    pub fn drain_lines(&self) -> Drained {
        self.lines.drain()
    }

    /// The API's access log since the last time.
    pub fn drain_access(&self) -> Drained {
        self.gateway.log.drain()
    }

    /// Gives the function an event without the gateway.
    pub async fn invoke(&self, event: Bytes) -> Invoked {
        self.gateway.function.invoke(event, String::new()).await
    }

    /// The Region is dark: its processes get SIGKILL, its gateway refuses connections. The database has a `kill` of its
    /// own.
    pub fn kill(&self) {
        self.gateway.open.cut();
        self.gateway.function.kill();
    }

    /// It serves again, at the same address, with cold starts.
    ///
    /// # Errors
    /// Its address is taken.
    pub async fn revive(&self) -> Result<(), RegionError> {
        let region = &self.gateway.region;
        let Ok(region) = Region::new(region) else {
            return Ok(());
        };
        self.gateway.serve(listen(&region, self.address).await?);
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
