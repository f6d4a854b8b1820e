//! A DNS server on loopback, over UDP and TCP (RFC 1035, RFC 7766), whatever it answers from.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use hickory_resolver::proto::op::Message;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// More than any question weighs.
const MOST_BYTES: usize = 2_048;
/// A port that is free for UDP need not be free for TCP.
const TRIES: usize = 16;

/// What a server answers from.
pub trait Answers: Clone + Send + 'static {
    /// The answer to `question`; what is no question gets none.
    fn answer(&self, question: Message) -> impl Future<Output = Option<Message>> + Send;
}

/// Answers on a free port of `127.0.0.1`, the same for UDP and TCP, until `stopping`; returns where.
///
/// # Errors
/// No port can be listened on.
pub async fn serve_dns(
    answers: impl Answers,
    stopping: CancellationToken,
) -> io::Result<SocketAddr> {
    let (udp, tcp) = bind().await?;
    let address = udp.local_addr()?;
    tokio::spawn(async move {
        let (by_udp, by_tcp) = (
            packets(Arc::new(udp), answers.clone()),
            connections(tcp, answers),
        );
        tokio::select! {
            () = stopping.cancelled() => {}
            () = by_udp => {}
            () = by_tcp => {}
        }
    });
    Ok(address)
}

async fn bind() -> io::Result<(UdpSocket, TcpListener)> {
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..TRIES {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        match TcpListener::bind(udp.local_addr()?).await {
            Ok(tcp) => return Ok((udp, tcp)),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Every packet by itself: one answer that takes long keeps no other waiting.
async fn packets(socket: Arc<UdpSocket>, answers: impl Answers) {
    let mut buffer = [0; MOST_BYTES];
    let mut tasks = JoinSet::new();
    loop {
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else {
            continue;
        };
        while tasks.try_join_next().is_some() {}
        if let Ok(question) = Message::from_vec(&buffer[..length]) {
            let (socket, answers) = (socket.clone(), answers.clone());
            tasks.spawn(async move {
                let most = question.max_payload();
                if let Some(answer) = answers.answer(question).await
                    && let Some(bytes) = fitting(&answer, most)
                {
                    let _ = socket.send_to(&bytes, from).await;
                }
            });
        }
    }
}

/// `answer` as bytes; without its records, and saying so, where it does not fit (RFC 2181, 9).
fn fitting(answer: &Message, most: u16) -> Option<Vec<u8>> {
    let bytes = answer.to_vec().ok()?;
    if bytes.len() <= usize::from(most) {
        return Some(bytes);
    }
    answer.truncate().to_vec().ok()
}

async fn connections(listener: TcpListener, answers: impl Answers) {
    let mut tasks = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            continue;
        };
        while tasks.try_join_next().is_some() {}
        let answers = answers.clone();
        tasks.spawn(async move {
            let _ = converse(stream, answers).await;
        });
    }
}

/// Question and answer in turn, each with its length before it.
async fn converse(mut stream: TcpStream, answers: impl Answers) -> io::Result<()> {
    loop {
        let length = stream.read_u16().await?;
        let mut bytes = vec![0; usize::from(length)];
        stream.read_exact(&mut bytes).await?;
        let Ok(question) = Message::from_vec(&bytes) else {
            return Ok(());
        };
        let answer = answers.answer(question).await;
        let Some(bytes) = answer.and_then(|answer| answer.to_vec().ok()) else {
            return Ok(());
        };
        let length = u16::try_from(bytes.len()).map_err(io::Error::other)?;
        stream
            .write_all(&[&length.to_be_bytes()[..], &bytes].concat())
            .await?;
    }
}
