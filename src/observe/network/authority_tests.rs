//! The authoritative servers of a zone, played by a small DNS server on loopback.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_resolver::proto::rr::rdata::opt::{EdnsCode, EdnsOption};
use hickory_resolver::proto::rr::rdata::{A, CNAME, NS};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use tokio::net::UdpSocket;

use super::*;
use crate::VANTAGES;

const NAME: &str = "latency.orders.example.com";

/// What the server was asked: name, type, and the client network passed on with its bits.
type Asked = Arc<Mutex<Vec<(String, RecordType, Option<(IpAddr, u8)>)>>>;

/// Both the system's resolver and the zone's own server; `reply` answers for [`NAME`].
async fn server(reply: impl Fn(&mut Message, Option<IpAddr>) + Send + 'static) -> (Kit, Asked) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    let asked = Asked::default();
    let heard = asked.clone();
    tokio::spawn(async move {
        let mut buffer = [0; 2_048];
        loop {
            let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
            let question = Message::from_vec(&buffer[..length]).unwrap();
            let answer = answer(&question, &heard, &reply);
            // A stray packet first: it must be ignored.
            let stray = Message::new(
                question.metadata.id.wrapping_add(1),
                MessageType::Response,
                OpCode::Query,
            );
            for message in [stray, answer] {
                socket
                    .send_to(&message.to_vec().unwrap(), from)
                    .await
                    .unwrap();
            }
        }
    });
    (kit(port), asked)
}

fn answer(
    question: &Message,
    heard: &Asked,
    reply: &impl Fn(&mut Message, Option<IpAddr>),
) -> Message {
    let query = question.queries[0].clone();
    let subnet = question
        .edns
        .as_ref()
        .and_then(|edns| match edns.option(EdnsCode::Subnet) {
            Some(EdnsOption::Subnet(subnet)) => Some((subnet.addr(), subnet.source_prefix())),
            _ => None,
        });
    let name = query.name().to_utf8();
    heard
        .lock()
        .unwrap()
        .push((name.clone(), query.query_type(), subnet));
    let mut answer = Message::new(question.metadata.id, MessageType::Response, OpCode::Query);
    answer.add_query(query.clone());
    match (name.as_str(), query.query_type()) {
        ("orders.example.com.", RecordType::NS) => {
            let host = Name::from_ascii("ns-1.example.net.").unwrap();
            answer.add_answer(record(&query, RData::NS(NS(host))));
        }
        ("ns-1.example.net.", RecordType::A) => {
            answer.add_answer(record(&query, RData::A(A(Ipv4Addr::LOCALHOST))));
        }
        (name, RecordType::A) if name.trim_end_matches('.') == NAME => {
            reply(&mut answer, subnet.map(|(address, _)| address));
        }
        _ => {}
    }
    answer
}

fn record(query: &Query, data: RData) -> Record {
    Record::from_rdata(query.name().clone(), 60, data)
}

fn alias(answer: &mut Message, target: &str) {
    let query = answer.queries[0].clone();
    let target = Name::from_ascii(target).unwrap();
    answer.add_answer(record(&query, RData::CNAME(CNAME(target.clone()))));
    // Servers add the target's address where they know it: it is not the name's own.
    let address = RData::A(A(Ipv4Addr::new(192, 0, 2, 1)));
    answer.add_answer(Record::from_rdata(target, 5, address));
}

/// Resolves by the server at `port`, which is authoritative as well.
fn kit(port: u16) -> Kit {
    let mut connection = ConnectionConfig::udp();
    connection.port = port;
    let server = NameServerConfig::new(Ipv4Addr::LOCALHOST.into(), true, vec![connection]);
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
    let resolver = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        .build()
        .unwrap();
    Kit {
        resolver: OnceCell::new_with(Some(resolver)),
        port,
        ..Kit::default()
    }
}

#[tokio::test]
async fn the_zones_own_server_answers_by_the_clients_network() {
    let (kit, asked) = server(|answer, network| {
        let near = match network {
            Some(IpAddr::V4(network)) if network.octets()[0] == 193 => "eu-west-1",
            _ => "us-east-1",
        };
        alias(answer, &format!("{near}.api.orders.example.com."));
    })
    .await;
    let [amsterdam, virginia, ..] = VANTAGES;
    let said = kit.answer(NAME, "A", amsterdam.network).await.unwrap();
    assert_eq!(said.values, ["eu-west-1.api.orders.example.com"]);
    assert_eq!(said.ttl_s, 60);
    let said = kit.answer(NAME, "A", virginia.network).await.unwrap();
    assert_eq!(said.values, ["us-east-1.api.orders.example.com"]);
    let asked = asked.lock().unwrap();
    let networks: Vec<_> = asked.iter().filter_map(|(.., network)| *network).collect();
    assert_eq!(networks, [(amsterdam.network, 24), (virginia.network, 24)]);
    let delegations = asked.iter().filter(|(_, kind, _)| *kind == RecordType::NS);
    assert_eq!(
        delegations.count(),
        2,
        "the name, then its zone; the second answer needs neither"
    );
}

#[tokio::test]
async fn an_alias_answers_with_addresses() {
    let (kit, _) = server(|answer, _| {
        let query = answer.queries[0].clone();
        for last in [7, 8] {
            let address = RData::A(A(Ipv4Addr::new(192, 0, 2, last)));
            answer.add_answer(record(&query, address));
        }
    })
    .await;
    let said = kit.answer(NAME, "A", VANTAGES[0].network).await.unwrap();
    assert_eq!(said.values, ["192.0.2.7", "192.0.2.8"]);
}

#[tokio::test]
async fn a_refusal_of_the_zones_server_is_told_in_words() {
    let (kit, _) = server(|answer, _| answer.metadata.response_code = ResponseCode::Refused).await;
    let said = kit
        .answer(NAME, "A", VANTAGES[0].network)
        .await
        .unwrap_err();
    let said = said.to_string();
    assert!(said.starts_with("the zone's server answered"), "{said}");
    let (kit, _) = server(|answer, _| answer.metadata.response_code = ResponseCode::NXDomain).await;
    let said = kit.answer(NAME, "A", VANTAGES[0].network).await;
    assert_eq!(said, Err(NetworkError::NoSuchName));
    let (kit, _) = server(|_, _| {}).await;
    let said = kit.answer("latency.other.example", "A", VANTAGES[0].network);
    assert_eq!(said.await, Err(NetworkError::NoZone));
}

/// As many networks are: UDP reaches the system's resolver alone, here the same server, which drops what a
/// client network is passed on in; TCP reaches the zone's own.
#[tokio::test]
async fn where_udp_does_not_get_through_tcp_is_asked() {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await;
    // Another process may have it: then there is nothing to try here.
    let Ok(listener) = listener else { return };
    let asked = Asked::default();
    let reply = |answer: &mut Message, _: Option<IpAddr>| alias(answer, "eu.api.example.com.");
    tokio::spawn(async move {
        let mut buffer = [0; 2_048];
        loop {
            let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
            let question = Message::from_vec(&buffer[..length]).unwrap();
            let passed_on = question.edns.as_ref();
            if passed_on.is_some_and(|edns| edns.option(EdnsCode::Subnet).is_some()) {
                continue;
            }
            let answer = answer(&question, &Asked::default(), &reply);
            socket
                .send_to(&answer.to_vec().unwrap(), from)
                .await
                .unwrap();
        }
    });
    let heard = asked.clone();
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let length = stream.read_u16().await.unwrap();
            let mut bytes = vec![0; usize::from(length)];
            stream.read_exact(&mut bytes).await.unwrap();
            let question = Message::from_vec(&bytes).unwrap();
            let answer = answer(&question, &heard, &reply).to_vec().unwrap();
            let length = u16::try_from(answer.len()).unwrap();
            stream.write_u16(length).await.unwrap();
            stream.write_all(&answer).await.unwrap();
        }
    });
    let kit = kit(port);
    for _ in 0..2 {
        let said = kit.answer(NAME, "A", VANTAGES[0].network).await.unwrap();
        assert_eq!(said.values, ["eu.api.example.com"]);
        assert_eq!(said.by, Answerer::ServersByTcp);
    }
    assert_eq!(asked.lock().unwrap().len(), 2);
}
