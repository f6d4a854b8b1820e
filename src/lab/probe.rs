//! The health path, asked over the wire as Route 53's checkers and the operator's probe do.

use std::net::SocketAddr;
use std::time::Duration;

use gwctl_fleet::Region;
use gwctl_sim::Answered;
use http::Request;
use http_body_util::Full;
use hyper::body::Bytes;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::{InvalidDnsNameError, ServerName};

use crate::clients::{Pool, region};

/// Of a loopback connection and a function that starts cold beside others: longer than Route 53's checkers wait, whose
/// functions do not share two processors.
const PATIENCE: Duration = Duration::from_secs(4);

/// Asks one endpoint.
pub(crate) struct Probe {
    host: String,
    path: &'static str,
    pool: Pool,
}

impl Probe {
    /// Of `path` at `address`, which has a certificate for `host`.
    ///
    /// # Errors
    /// `host` is not a DNS name.
    pub fn new(
        address: SocketAddr,
        host: &str,
        path: &'static str,
        tls: TlsConnector,
    ) -> Result<Self, InvalidDnsNameError> {
        let name = ServerName::try_from(host.to_owned())?;
        Ok(Self {
            host: host.into(),
            path,
            pool: Pool::new(address, name, tls, 1),
        })
    }

    /// What it answers; none where it does not.
    pub async fn ask(&self) -> Option<Answered> {
        let request = Request::get(self.path)
            .header("host", &self.host)
            .header("user-agent", "Amazon-Route53-Health-Check-Service")
            .body(Full::<Bytes>::default())
            .ok()?;
        let began = Instant::now();
        let answer = timeout(PATIENCE, self.pool.send(request))
            .await
            .ok()?
            .ok()?;
        Some(Answered {
            status: answer.status().as_u16(),
            region: region(answer.headers()).and_then(|name| Region::new(&name).ok()),
            took: began.elapsed(),
        })
    }
}
