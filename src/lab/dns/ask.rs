//! One question to a server, over UDP, and over TCP where the answer does not fit a packet.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use hickory_resolver::proto::op::{Edns, Message, MessageType, OpCode, Query};
use hickory_resolver::proto::rr::rdata::opt::{ClientSubnet, EdnsOption};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};

/// How long an answer is waited for, each time.
const PATIENCE: Duration = Duration::from_millis(1_000);
const TRIES: usize = 2;
/// Largest answer that is asked for.
const PAYLOAD: u16 = 1_232;
/// How much of the clients' network is passed on: what resolvers pass of IPv4 (RFC 7871, 11.1).
const NETWORK_BITS: u8 = 24;

/// What `server` answers to clients in `network`.
///
/// # Errors
/// It gave no answer in time.
pub(super) async fn ask(server: SocketAddr, query: &Query, network: IpAddr) -> io::Result<Message> {
    let question = question(query, network);
    let mut last = io::Error::from(io::ErrorKind::TimedOut);
    for _ in 0..TRIES {
        match tokio::time::timeout(PATIENCE, once(server, &question)).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => last = error,
            Err(late) => last = late.into(),
        }
    }
    Err(last)
}

async fn once(server: SocketAddr, question: &Message) -> io::Result<Message> {
    let answer = by_udp(server, question).await?;
    if answer.metadata.truncation {
        return by_tcp(server, question).await;
    }
    Ok(answer)
}

async fn by_udp(server: SocketAddr, question: &Message) -> io::Result<Message> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    socket.connect(server).await?;
    socket.send(&bytes(question)?).await?;
    let mut buffer = [0; PAYLOAD as usize];
    loop {
        let length = socket.recv(&mut buffer).await?;
        // Whatever is no answer to this very question is somebody else's.
        if let Ok(answer) = Message::from_vec(&buffer[..length])
            && answers(&answer, question)
        {
            return Ok(answer);
        }
    }
}

/// Each message has its length before it (RFC 7766).
async fn by_tcp(server: SocketAddr, question: &Message) -> io::Result<Message> {
    let bytes = bytes(question)?;
    let length = u16::try_from(bytes.len()).map_err(io::Error::other)?;
    let mut stream = TcpStream::connect(server).await?;
    stream
        .write_all(&[&length.to_be_bytes()[..], &bytes].concat())
        .await?;
    let length = stream.read_u16().await?;
    let mut reply = vec![0; usize::from(length)];
    stream.read_exact(&mut reply).await?;
    let answer = Message::from_vec(&reply).map_err(io::Error::other)?;
    if answers(&answer, question) {
        Ok(answer)
    } else {
        Err(io::Error::other("it answered another question"))
    }
}

fn bytes(question: &Message) -> io::Result<Vec<u8>> {
    question.to_vec().map_err(io::Error::other)
}

fn answers(answer: &Message, question: &Message) -> bool {
    answer.metadata.id == question.metadata.id
        && answer.metadata.message_type == MessageType::Response
        && answer.queries == question.queries
}

fn question(query: &Query, network: IpAddr) -> Message {
    let mut edns = Edns::new();
    edns.set_max_payload(PAYLOAD);
    let subnet = ClientSubnet::new(network, NETWORK_BITS, 0);
    edns.options_mut().insert(EdnsOption::Subnet(subnet));
    let mut message = Message::new(fastrand::u16(..), MessageType::Query, OpCode::Query);
    message.add_query(query.clone());
    message.set_edns(edns);
    message
}

#[cfg(test)]
mod tests {
    use gwctl_sim::wire::{Answers, serve_dns};
    use hickory_resolver::proto::rr::rdata::A;
    use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
    use tokio_util::sync::CancellationToken;

    use super::*;

    /// More addresses than a packet holds.
    #[derive(Clone)]
    struct Many;

    impl Answers for Many {
        async fn answer(&self, mut question: Message) -> Option<Message> {
            let name = question.queries.first()?.name().clone();
            question.metadata.message_type = MessageType::Response;
            for last in 0..=255 {
                let address = RData::A(A::new(192, 0, 2, last));
                question.add_answer(Record::from_rdata(name.clone(), 60, address));
            }
            Some(question)
        }
    }

    #[tokio::test]
    async fn an_answer_that_fits_no_packet_comes_over_tcp() {
        let stopping = CancellationToken::new();
        let server = serve_dns(Many, stopping.clone()).await.unwrap();
        let _stop = stopping.drop_guard();
        let query = Query::query(Name::from_ascii("many.example.").unwrap(), RecordType::A);
        let network = IpAddr::from([193, 0, 0, 0]);
        let question = question(&query, network);
        let by_udp = tokio::time::timeout(PATIENCE, by_udp(server, &question)).await;
        let by_udp = by_udp.unwrap().unwrap();
        assert!(by_udp.metadata.truncation && by_udp.answers.is_empty());
        let answer = ask(server, &query, network).await.unwrap();
        assert_eq!(answer.answers.len(), 256);
    }
}
