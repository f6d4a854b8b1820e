//! The world's DNS over loopback: its zone's own servers to those who pass a client network on
//! (EDNS0 client subnet), the operator's resolver to all others.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use hickory_resolver::proto::op::{Message, MessageType, OpCode, ResponseCode};
use hickory_resolver::proto::rr::rdata::opt::{EdnsCode, EdnsOption};
use hickory_resolver::proto::rr::rdata::{A, AAAA, CNAME, NS};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use tokio_util::sync::CancellationToken;

use super::dns_server::{Answers, serve_dns};
use crate::Sim;

/// Answers on a free port of `127.0.0.1` until `stopping`; returns where.
pub(super) async fn serve(sim: Sim, stopping: CancellationToken) -> io::Result<SocketAddr> {
    serve_dns(World(sim), stopping).await
}

#[derive(Clone)]
struct World(Sim);

impl Answers for World {
    async fn answer(&self, question: Message) -> Option<Message> {
        answer(&self.0, &question)
    }
}

fn answer(sim: &Sim, question: &Message) -> Option<Message> {
    let query = question.queries.first()?.clone();
    let edns = question.edns.as_ref();
    let network = edns.and_then(|edns| match edns.option(EdnsCode::Subnet) {
        Some(EdnsOption::Subnet(subnet)) => Some(subnet.addr()),
        _ => None,
    });
    let mut answer = Message::new(question.metadata.id, MessageType::Response, OpCode::Query);
    answer.metadata.authoritative = network.is_some();
    answer.metadata.recursion_available = network.is_none();
    answer.metadata.recursion_desired = question.metadata.recursion_desired;
    let found = records(sim, query.name(), query.query_type(), network);
    answer.add_query(query);
    match found {
        Some(records) => answer.answers.extend(records),
        None => answer.metadata.response_code = ResponseCode::NXDomain,
    }
    Some(answer)
}

/// `None`: there is no such name.
fn records(
    sim: &Sim,
    name: &Name,
    kind: RecordType,
    network: Option<IpAddr>,
) -> Option<Vec<Record>> {
    let host = name.to_utf8().trim_end_matches('.').to_ascii_lowercase();
    if let Some(servers) = name_servers(sim, &host) {
        let of_kind = servers.into_iter().filter(|_| kind == RecordType::NS);
        return Some(
            of_kind
                .map(|data| Record::from_rdata(name.clone(), 172_800, data))
                .collect(),
        );
    }
    if is_name_server(sim, &host) {
        let own = (kind == RecordType::A).then_some(RData::A(A(Ipv4Addr::LOCALHOST)));
        let record = |data| Record::from_rdata(name.clone(), 300, data);
        return Some(own.map(record).into_iter().collect());
    }
    let look = |host: &str| match network {
        Some(network) => sim.answer_as(host, &kind.to_string(), network),
        None => sim.resolve(host),
    };
    let mut all = Vec::new();
    let (mut name, mut host) = (name.clone(), host);
    // As far as the chain of aliases leads.
    for _ in 0..4 {
        let Ok(found) = look(&host) else {
            break;
        };
        let data: Vec<RData> = found.values.iter().filter_map(|v| data(v)).collect();
        let next = data.iter().find_map(|one| match one {
            RData::CNAME(target) => Some(target.0.clone()),
            _ => None,
        });
        let wanted = data
            .into_iter()
            .filter(|one| matches!(one, RData::CNAME(_)) || one.record_type() == kind);
        let owner = &name;
        all.extend(wanted.map(|data| Record::from_rdata(owner.clone(), found.ttl_s, data)));
        match next {
            Some(next) if kind != RecordType::CNAME => {
                next.to_utf8().trim_end_matches('.').clone_into(&mut host);
                name = next;
            }
            _ => return Some(all),
        }
    }
    // The first name there is, the last one of a chain need not be.
    Some(all).filter(|all| !all.is_empty())
}

fn data(value: &str) -> Option<RData> {
    match value.parse() {
        Ok(IpAddr::V4(address)) => Some(RData::A(A(address))),
        Ok(IpAddr::V6(address)) => Some(RData::AAAA(AAAA(address))),
        Err(_) => {
            let mut target = Name::from_utf8(value).ok()?;
            target.set_fqdn(true);
            Some(RData::CNAME(CNAME(target)))
        }
    }
}

/// The servers of the zone whose top `host` is.
fn name_servers(sim: &Sim, host: &str) -> Option<Vec<RData>> {
    let state = sim.state();
    let mut zones = state.resources.hosted_zones.iter();
    let zone = zones.find(|zone| zone.name.trim_end_matches('.') == host)?;
    let servers = zone.name_servers.iter();
    Some(
        servers
            .filter_map(|server| {
                let mut server = Name::from_ascii(server).ok()?;
                server.set_fqdn(true);
                Some(RData::NS(NS(server)))
            })
            .collect(),
    )
}

fn is_name_server(sim: &Sim, host: &str) -> bool {
    let state = sim.state();
    let zones = &state.resources.hosted_zones;
    let mut servers = zones.iter().flat_map(|zone| &zone.name_servers);
    servers.any(|server| server == host)
}
