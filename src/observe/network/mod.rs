//! The real prober: DNS, TCP, TLS and HTTP from this machine, each phase timed by itself.

mod authority;
mod probe_errors;
mod proxy;
mod request;

use std::collections::HashMap;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{RData, RecordType};
use hyper_util::client::proxy::matcher::Matcher;
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::network_error::{NetworkError, Phase};
use super::probe::{Answerer, NoProbe, Prober, Resolved};
use super::proxy_error::ProxyError;
use authority::Authority;
use gwctl_fleet::{ProbeReport, clean};
use probe_errors::{no_connection, no_name, no_tls, said};
use proxy::Proxy;
use request::{Target, get};

/// No phase of a probe waits longer than this.
const PHASE: Duration = Duration::from_secs(5);

/// Probes through the network, as any client of the fleet on this machine would: the system's resolvers, its
/// root certificates (or those of `SSL_CERT_FILE`), its proxy, no redirects.
#[derive(Clone)]
pub struct NetworkProber {
    kit: Arc<Kit>,
}

impl Default for NetworkProber {
    fn default() -> Self {
        let kit = Kit {
            proxies: Matcher::from_env(),
            ..Kit::default()
        };
        Self { kit: Arc::new(kit) }
    }
}

/// Made on first use: reading resolvers and roots takes a while.
struct Kit {
    resolver: OnceCell<TokioResolver>,
    tls: OnceCell<TlsConnector>,
    /// Which proxy leads where.
    proxies: Matcher,
    /// By the names asked for.
    authorities: Mutex<HashMap<String, Authority>>,
    /// Where authoritative servers listen.
    port: u16,
}

impl Default for Kit {
    fn default() -> Self {
        Self {
            resolver: OnceCell::new(),
            tls: OnceCell::new(),
            proxies: Matcher::builder().build(),
            authorities: Mutex::default(),
            port: 53,
        }
    }
}

impl NetworkProber {
    /// A prober that has not touched the network yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A prober that asks one DNS server instead of the system's resolvers, and goes through no proxy. Name
    /// servers are taken to listen at its port.
    pub fn through(server: SocketAddr) -> Result<Self, NetworkError> {
        let port = server.port();
        let mut connection = ConnectionConfig::udp();
        connection.port = port;
        let server = NameServerConfig::new(server.ip(), true, vec![connection]);
        let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
        let provider = TokioRuntimeProvider::default();
        let mut builder = TokioResolver::builder_with_config(config, provider);
        without_memory(builder.options_mut());
        let resolver = builder
            .build()
            .map_err(|error| said("the DNS server cannot be used", &error))?;
        let kit = Kit {
            resolver: OnceCell::new_with(Some(resolver)),
            port,
            ..Kit::default()
        };
        Ok(Self { kit: Arc::new(kit) })
    }
}

impl Prober for NetworkProber {
    fn probe(
        &self,
        url: String,
    ) -> Pin<Box<dyn Future<Output = Result<ProbeReport, NoProbe>> + Send>> {
        let kit = self.kit.clone();
        Box::pin(async move { kit.probe(&url).await })
    }

    fn answer(
        &self,
        name: String,
        kind: String,
        vantage: IpAddr,
    ) -> Pin<Box<dyn Future<Output = Result<Resolved, NetworkError>> + Send>> {
        let kit = self.kit.clone();
        Box::pin(async move { kit.answer(&name, &kind, vantage).await })
    }

    fn resolve(
        &self,
        name: String,
    ) -> Pin<Box<dyn Future<Output = Result<Resolved, NetworkError>> + Send>> {
        let kit = self.kit.clone();
        Box::pin(async move { kit.resolve(&name).await })
    }
}

/// What is measured is the answer now, not what was kept of an earlier one.
fn without_memory(options: &mut ResolverOpts) {
    options.cache_size = 0;
    options.attempts = 1;
    options.timeout = PHASE;
}

impl Kit {
    async fn probe(&self, url: &str) -> Result<ProbeReport, NoProbe> {
        let target = Target::of(url)?;
        // Made before the clock starts: what the machine needs is no part of the endpoint's time.
        let tls = if target.tls {
            Some(self.tls().await.map_err(NoProbe::Untold)?.clone())
        } else {
            None
        };
        let proxy = Proxy::of(&self.proxies, &target.url).map_err(untold)?;
        let (stream, dns, connect) = match &proxy {
            None => self.straight(&target.host, target.port).await?,
            Some(proxy) => self.through(proxy, &target).await?,
        };
        let Some(connector) = tls else {
            let asked = get(stream, &target, proxy.as_ref());
            let (head, first_byte) = timed(asked, Phase::Answer).await?;
            return Ok(ProbeReport {
                dns,
                connect,
                first_byte,
                ..head
            });
        };
        let (stream, tls) = timed(secure(&connector, &target.host, stream), Phase::Tls).await?;
        let (head, first_byte) = timed(get(stream, &target, None), Phase::Answer).await?;
        Ok(ProbeReport {
            dns,
            connect,
            tls: Some(tls),
            first_byte,
            ..head
        })
    }

    /// A connection, and how long name and handshake took.
    async fn straight(
        &self,
        host: &str,
        port: u16,
    ) -> Result<(TcpStream, Duration, Duration), NoProbe> {
        let (addresses, dns) = timed(self.addresses(host), Phase::Dns)
            .await
            .map_err(NoProbe::Unresolved)?;
        let (stream, connect) = timed(connect(&addresses, port), Phase::Connect).await?;
        Ok((stream, dns, connect))
    }

    /// A connection by way of `proxy`, which looks the name up itself.
    async fn through(
        &self,
        proxy: &Proxy,
        target: &Target,
    ) -> Result<(TcpStream, Duration, Duration), NoProbe> {
        let (host, port) = proxy.place();
        let (stream, dns, connect) = self
            .straight(host, port)
            .await
            .map_err(|why| untold(proxy.unreached(why.cause())))?;
        if !target.tls {
            return Ok((stream, dns, connect));
        }
        let tunnel = proxy.tunnel(stream, &target.host, target.port);
        let start = Instant::now();
        let late = |_| {
            let proxy = proxy.name();
            NoProbe::Unanswered(ProxyError::TooLate { proxy }.into())
        };
        let stream = tokio::time::timeout(PHASE, tunnel).await.map_err(late)??;
        Ok((stream, dns, connect + start.elapsed()))
    }

    /// The name's CNAME, or its addresses where it has none.
    async fn resolve(&self, name: &str) -> Result<Resolved, NetworkError> {
        let look_up = async {
            let (resolver, name) = (self.resolver().await?, absolute(name));
            match resolver.lookup(name.as_str(), RecordType::CNAME).await {
                Ok(found) => Ok(found),
                Err(error) if error.is_no_records_found() && !error.is_nx_domain() => resolver
                    .lookup(name.as_str(), RecordType::A)
                    .await
                    .map_err(|error| no_name(&error)),
                Err(error) => Err(no_name(&error)),
            }
        };
        let (found, _) = timed(look_up, Phase::Dns).await?;
        let value = |data: &RData| match data {
            RData::CNAME(name) => Some(name.to_string().trim_end_matches('.').to_owned()),
            RData::A(address) => Some(address.to_string()),
            RData::AAAA(address) => Some(address.to_string()),
            _ => None,
        };
        let answers = found.answers();
        let values: Vec<String> = answers
            .iter()
            .filter_map(|record| value(&record.data))
            .map(|v| clean(&v, 255))
            .collect();
        if values.is_empty() {
            return Err(NetworkError::NoAddress);
        }
        Ok(Resolved {
            values,
            ttl_s: answers.iter().map(|record| record.ttl).min().unwrap_or(0),
            by: Answerer::Resolver,
        })
    }

    /// What the zone's own servers answer to a client in the network of `vantage`.
    async fn answer(
        &self,
        name: &str,
        kind: &str,
        vantage: IpAddr,
    ) -> Result<Resolved, NetworkError> {
        let kind = record_type(kind)?;
        let ask = async { self.authority(name).await?.ask(name, kind, vantage).await };
        Ok(timed(ask, Phase::Dns).await?.0)
    }

    async fn authority(&self, name: &str) -> Result<Authority, NetworkError> {
        let known = || {
            self.authorities
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        let kept = known().get(name).cloned();
        if let Some(kept) = kept.filter(|kept| !kept.is_old()) {
            return Ok(kept);
        }
        let found = Authority::find(self.resolver().await?, name, self.port).await?;
        known().insert(name.to_owned(), found.clone());
        Ok(found)
    }

    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, NetworkError> {
        if let Ok(address) = host.parse() {
            return Ok(vec![address]);
        }
        let found = self
            .resolver()
            .await?
            .lookup_ip(absolute(host))
            .await
            .map_err(|error| no_name(&error))?;
        let addresses: Vec<IpAddr> = found.iter().collect();
        if addresses.is_empty() {
            Err(NetworkError::NoAddress)
        } else {
            Ok(addresses)
        }
    }

    async fn resolver(&self) -> Result<&TokioResolver, NetworkError> {
        self.resolver
            .get_or_try_init(|| async {
                let build = || {
                    let mut builder = TokioResolver::builder_tokio()?;
                    without_memory(builder.options_mut());
                    builder.build()
                };
                build().map_err(|error| said("the system's resolvers cannot be used", &error))
            })
            .await
    }

    async fn tls(&self) -> Result<&TlsConnector, NetworkError> {
        let load = || async {
            // Reading the system's certificates takes a while.
            let roots = tokio::task::spawn_blocking(gwctl_aws::system_roots).await;
            let roots = roots.map_err(|error| said("no root certificates", &error))?;
            connector(roots.ok_or(NetworkError::NoRoots)?.clone())
        };
        self.tls.get_or_try_init(load).await
    }
}

/// The types that lead to a Region.
fn record_type(kind: &str) -> Result<RecordType, NetworkError> {
    match kind {
        "CNAME" => Ok(RecordType::CNAME),
        "A" => Ok(RecordType::A),
        "AAAA" => Ok(RecordType::AAAA),
        other => Err(NetworkError::RecordType(clean(other, 20))),
    }
}

/// A fully qualified name: the system's search list is for people's short names.
fn absolute(name: &str) -> String {
    if name.contains('.') && !name.ends_with('.') {
        format!("{name}.")
    } else {
        name.to_owned()
    }
}

fn connector(roots: RootCertStore) -> Result<TlsConnector, NetworkError> {
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| said("TLS cannot be used", &error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

async fn connect(addresses: &[IpAddr], port: u16) -> Result<TcpStream, NetworkError> {
    let mut last = NetworkError::NoAddress;
    for address in addresses {
        match TcpStream::connect(SocketAddr::new(*address, port)).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = no_connection(&error),
        }
    }
    Err(last)
}

async fn secure(
    connector: &TlsConnector,
    host: &str,
    stream: TcpStream,
) -> Result<tokio_rustls::client::TlsStream<TcpStream>, NetworkError> {
    let name =
        ServerName::try_from(host.to_owned()).map_err(|_| NetworkError::NotAHost(host.into()))?;
    connector
        .connect(name, stream)
        .await
        .map_err(|error| no_tls(&error, host))
}

/// Runs one phase, no longer than it may take.
async fn timed<T, E: From<NetworkError>>(
    work: impl Future<Output = Result<T, E>>,
    phase: Phase,
) -> Result<(T, Duration), E> {
    let start = Instant::now();
    let late = |_| NetworkError::TooLate {
        phase,
        limit_s: PHASE.as_secs(),
    };
    let done = tokio::time::timeout(PHASE, work).await.map_err(late)?;
    Ok((done?, start.elapsed()))
}

/// The way is barred before the endpoint.
fn untold(why: ProxyError) -> NoProbe {
    NoProbe::Untold(why.into())
}

#[cfg(test)]
mod authority_tests;
#[cfg(test)]
mod tests;
