//! `gwctl watch`: its arguments.

use std::net::SocketAddr;

use clap::Args;

/// `gwctl watch`.
#[derive(Debug, Clone, Args)]
pub struct Watch {
    /// Watch all fleets of the configuration
    #[arg(long)]
    pub all: bool,
    /// Serve figures for a collector of OpenMetrics, such as Prometheus, at this address of this machine; port 0 takes a
    /// free one
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = loopback)]
    pub metrics: Option<SocketAddr>,
    /// Do not send requests to the public endpoints
    #[arg(long)]
    pub no_probe: bool,
}

fn loopback(text: &str) -> Result<SocketAddr, &'static str> {
    const ACCEPTED: &str =
        "an address of this machine with a port is accepted, such as 127.0.0.1:9464";
    let address: SocketAddr = text.parse().map_err(|_| ACCEPTED)?;
    // What it serves is for nobody else: another machine's collector comes through a proxy that asks who it is.
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err(ACCEPTED)
    }
}
