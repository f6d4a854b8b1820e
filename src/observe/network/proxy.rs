//! The way through a proxy, by the same variables that the SDK reads: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`,
//! `NO_PROXY`. A machine that reaches AWS only through one must not take its own wall for an outage.

use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::probe_errors::no_connection;
use crate::network_error::NetworkError;
use crate::probe::NoProbe;
use crate::proxy_error::ProxyError;

/// No proxy's answer to CONNECT is longer.
const LONGEST: usize = 16 * 1024;

/// A proxy to go through.
pub(super) struct Proxy {
    host: String,
    port: u16,
    authorization: Option<String>,
}

impl Proxy {
    /// The proxy that `matcher` names for `url`; none where the way is direct.
    pub(super) fn of(matcher: &Matcher, url: &Uri) -> Result<Option<Self>, ProxyError> {
        matcher
            .intercept(url)
            .map(|intercept| Self::read(&intercept))
            .transpose()
    }

    fn read(intercept: &Intercept) -> Result<Self, ProxyError> {
        let uri = intercept.uri();
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        // The scheme of the way to the proxy, not of what is asked for through it.
        if uri.scheme_str() != Some("http") || host.is_empty() {
            let scheme = uri.scheme_str().unwrap_or("no scheme");
            return Err(ProxyError::Scheme(scheme.into()));
        }
        Ok(Self {
            host: host.to_owned(),
            port: uri.port_u16().unwrap_or(80),
            authorization: intercept
                .basic_auth()
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
        })
    }

    /// Where the proxy is.
    pub(super) fn place(&self) -> (&str, u16) {
        (&self.host, self.port)
    }

    /// What `Proxy-Authorization` says.
    pub(super) fn authorization(&self) -> Option<&str> {
        self.authorization.as_deref()
    }

    /// `the proxy 10.0.0.1:3128`.
    pub(super) fn name(&self) -> String {
        format!("the proxy {}:{}", self.host, self.port)
    }

    /// That it is not reached, and why.
    pub(super) fn unreached(&self, why: NetworkError) -> ProxyError {
        ProxyError::Unreached {
            proxy: self.name(),
            why: Box::new(why),
        }
    }

    /// Asks for a tunnel to `host` over a connection to the proxy.
    pub(super) async fn tunnel(
        &self,
        mut stream: TcpStream,
        host: &str,
        port: u16,
    ) -> Result<TcpStream, NoProbe> {
        let host = if host.contains(':') {
            format!("[{host}]")
        } else {
            host.to_owned()
        };
        let authorization = self.authorization().map_or_else(String::new, |value| {
            format!("Proxy-Authorization: {value}\r\n")
        });
        let request =
            format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{authorization}\r\n");
        let broken =
            |error: &std::io::Error| NoProbe::Untold(self.unreached(no_connection(error)).into());
        stream
            .write_all(request.as_bytes())
            .await
            .map_err(|error| broken(&error))?;
        let head = head(&mut stream).await.map_err(|error| broken(&error))?;
        self.answered(&head, &host)?;
        Ok(stream)
    }

    /// A proxy that tried and found nobody tells of the endpoint; one that refuses tells of itself.
    fn answered(&self, head: &str, host: &str) -> Result<(), NoProbe> {
        let status = head
            .split_whitespace()
            .nth(1)
            .and_then(|status| status.parse::<u16>().ok())
            .filter(|_| head.starts_with("HTTP/1."));
        let (proxy, host) = (self.name(), host.to_owned());
        match status {
            Some(200..=299) => Ok(()),
            Some(status @ (502..=504)) => {
                let no_way = ProxyError::NoWay {
                    proxy,
                    host,
                    status,
                };
                Err(NoProbe::Unanswered(no_way.into()))
            }
            Some(status) => {
                let refuses = ProxyError::Refuses {
                    proxy,
                    host,
                    status,
                };
                Err(NoProbe::Untold(refuses.into()))
            }
            None => Err(NoProbe::Untold(ProxyError::NoProxy { proxy }.into())),
        }
    }
}

/// The head of an answer, and not a byte of what follows it: that belongs to whoever uses the tunnel.
async fn head(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < LONGEST {
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}
