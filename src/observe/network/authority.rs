//! What a zone's authoritative servers answer on behalf of a client elsewhere: the data plane of
//! DNS, past every cache, without any control plane.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hickory_resolver::TokioResolver;
use hickory_resolver::proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_resolver::proto::rr::rdata::opt::{ClientSubnet, EdnsOption};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

use super::probe_errors::{no_connection, no_name, said};
use crate::network_error::NetworkError;
use crate::probe::{Answerer, Resolved};
use crate::vantage::VANTAGE_BITS;
use gwctl_fleet::clean;

/// Another server is asked after this.
const PATIENCE: Duration = Duration::from_millis(1_000);
/// How many of a zone's servers are tried, over UDP and then over TCP.
const TRIED: usize = 2;
/// Largest answer that is asked for: no network between loses one of this size.
const PAYLOAD: u16 = 1_232;
/// Delegations hold for days; a few minutes keep the system's resolvers out of the way.
const KEEP: Duration = Duration::from_secs(300);

/// The authoritative servers of the zone that a name is in.
#[derive(Debug, Clone)]
pub(super) struct Authority {
    servers: Vec<SocketAddr>,
    found: Instant,
    /// UDP did not get through and TCP did: many networks let only their own resolvers use UDP.
    by_tcp: Arc<AtomicBool>,
}

impl Authority {
    /// Looks from `name` upwards for the zone it is in. `port` is 53 but for tests.
    pub(super) async fn find(
        resolver: &TokioResolver,
        name: &str,
        port: u16,
    ) -> Result<Self, NetworkError> {
        let mut zone = parse(name)?;
        // A name that is an alias answers with its target's zone; the owner tells.
        while zone.num_labels() > 1 {
            if let Some(hosts) = name_servers(resolver, &zone).await? {
                return Self::at(resolver, hosts, port).await;
            }
            zone = zone.base_name();
        }
        Err(NetworkError::NoZone)
    }

    async fn at(
        resolver: &TokioResolver,
        hosts: Vec<Name>,
        port: u16,
    ) -> Result<Self, NetworkError> {
        let mut servers = Vec::new();
        let mut last = None;
        for host in hosts.into_iter().take(TRIED) {
            match resolver.lookup_ip(host).await {
                Ok(found) => servers.extend(found.iter().map(|ip| SocketAddr::new(ip, port))),
                Err(error) => last = Some(no_name(&error)),
            }
        }
        // Not every machine has IPv6.
        servers.sort_by_key(SocketAddr::is_ipv6);
        if servers.is_empty() {
            return Err(last.unwrap_or(NetworkError::NoZoneServer));
        }
        Ok(Self {
            servers,
            found: Instant::now(),
            by_tcp: Arc::default(),
        })
    }

    /// Whether it is to be looked for anew.
    pub(super) fn is_old(&self) -> bool {
        self.found.elapsed() > KEEP
    }

    /// What the first server that answers says of `kind` to a client in the network of `vantage`: over
    /// UDP, and over TCP where that does not get through or the answer does not fit a packet.
    pub(super) async fn ask(
        &self,
        name: &str,
        kind: RecordType,
        vantage: IpAddr,
    ) -> Result<Resolved, NetworkError> {
        let name = parse(name)?;
        let question = question(&name, kind, vantage);
        if !self.by_tcp.load(Ordering::Relaxed)
            && let Ok(answer) = self.first(&question, Answerer::Servers).await
            && !answer.metadata.truncation
        {
            return read(&answer, &name, Answerer::Servers);
        }
        let answer = self.first(&question, Answerer::ServersByTcp).await?;
        self.by_tcp.store(true, Ordering::Relaxed);
        read(&answer, &name, Answerer::ServersByTcp)
    }

    /// What the first server says that answers.
    async fn first(&self, question: &Message, by: Answerer) -> Result<Message, NetworkError> {
        let mut last = NetworkError::DnsLate;
        for server in self.servers.iter().take(TRIED) {
            let asked = async {
                match by {
                    Answerer::ServersByTcp => by_tcp(*server, question).await,
                    _ => by_udp(*server, question).await,
                }
            };
            match tokio::time::timeout(PATIENCE, asked).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(why)) => last = why,
                Err(_) => last = NetworkError::DnsLate,
            }
        }
        Err(last)
    }
}

fn parse(name: &str) -> Result<Name, NetworkError> {
    let mut parsed = Name::from_utf8(name).map_err(|error| said("no such name", &error))?;
    parsed.set_fqdn(true);
    Ok(parsed)
}

/// The servers of `zone`; none when it is not the top of a zone.
async fn name_servers(
    resolver: &TokioResolver,
    zone: &Name,
) -> Result<Option<Vec<Name>>, NetworkError> {
    let found = match resolver.lookup(zone.clone(), RecordType::NS).await {
        Ok(found) => found,
        Err(error) if error.is_no_records_found() || error.is_nx_domain() => return Ok(None),
        Err(error) => return Err(no_name(&error)),
    };
    let hosts: Vec<Name> = found
        .answers()
        .iter()
        .filter(|record| record.name == *zone)
        .filter_map(|record| match &record.data {
            RData::NS(host) => Some(host.0.clone()),
            _ => None,
        })
        .collect();
    Ok(Some(hosts).filter(|hosts| !hosts.is_empty()))
}

/// Sends one question and waits for the reply to it.
async fn by_udp(server: SocketAddr, question: &Message) -> Result<Message, NetworkError> {
    let any: IpAddr = if server.is_ipv4() {
        Ipv4Addr::UNSPECIFIED.into()
    } else {
        Ipv6Addr::UNSPECIFIED.into()
    };
    let socket = UdpSocket::bind((any, 0))
        .await
        .map_err(|e| no_connection(&e))?;
    socket
        .connect(server)
        .await
        .map_err(|e| no_connection(&e))?;
    socket
        .send(&bytes(question)?)
        .await
        .map_err(|e| no_connection(&e))?;
    let mut buffer = [0; PAYLOAD as usize];
    loop {
        let length = socket
            .recv(&mut buffer)
            .await
            .map_err(|e| no_connection(&e))?;
        // Whatever is no answer to this very question is somebody else's.
        if let Ok(answer) = Message::from_vec(&buffer[..length])
            && answers(&answer, question)
        {
            return Ok(answer);
        }
    }
}

/// As [`by_udp`]; each message has its length before it (RFC 7766).
async fn by_tcp(server: SocketAddr, question: &Message) -> Result<Message, NetworkError> {
    let bytes = bytes(question)?;
    let length = u16::try_from(bytes.len()).map_err(|error| said("no such question", &error))?;
    let mut stream = TcpStream::connect(server)
        .await
        .map_err(|e| no_connection(&e))?;
    let framed = [&length.to_be_bytes()[..], &bytes].concat();
    stream
        .write_all(&framed)
        .await
        .map_err(|e| no_connection(&e))?;
    let length = stream.read_u16().await.map_err(|e| no_connection(&e))?;
    let mut reply = vec![0; usize::from(length)];
    stream
        .read_exact(&mut reply)
        .await
        .map_err(|e| no_connection(&e))?;
    Message::from_vec(&reply)
        .ok()
        .filter(|answer| answers(answer, question))
        .ok_or(NetworkError::OtherAnswer)
}

fn bytes(question: &Message) -> Result<Vec<u8>, NetworkError> {
    question
        .to_vec()
        .map_err(|error| said("no such question", &error))
}

fn answers(answer: &Message, question: &Message) -> bool {
    answer.metadata.id == question.metadata.id
        && answer.metadata.message_type == MessageType::Response
        && answer.queries == question.queries
}

fn question(name: &Name, kind: RecordType, vantage: IpAddr) -> Message {
    let mut edns = Edns::new();
    edns.set_max_payload(PAYLOAD);
    edns.options_mut()
        .insert(EdnsOption::Subnet(ClientSubnet::new(
            vantage,
            VANTAGE_BITS,
            0,
        )));
    let mut message = Message::new(fastrand::u16(..), MessageType::Query, OpCode::Query);
    message.add_query(Query::query(name.clone(), kind));
    message.set_edns(edns);
    message
}

fn read(answer: &Message, name: &Name, by: Answerer) -> Result<Resolved, NetworkError> {
    match answer.metadata.response_code {
        ResponseCode::NoError => {}
        ResponseCode::NXDomain => return Err(NetworkError::NoSuchName),
        other => return Err(said("the zone's server answered", &other)),
    }
    if answer.metadata.truncation {
        return Err(NetworkError::CutShort);
    }
    let own = || answer.answers.iter().filter(|record| record.name == *name);
    let values: Vec<String> = own()
        .filter_map(|record| match &record.data {
            RData::CNAME(target) => Some(target.to_string().trim_end_matches('.').to_owned()),
            RData::A(address) => Some(address.to_string()),
            RData::AAAA(address) => Some(address.to_string()),
            _ => None,
        })
        .map(|value| clean(&value, 255))
        .collect();
    if values.is_empty() {
        return Err(NetworkError::NoAddress);
    }
    Ok(Resolved {
        values,
        ttl_s: own().map(|record| record.ttl).min().unwrap_or(0),
        by,
    })
}
