//! A target: an HTTP server on loopback that answers as it is told to, and keeps what it was sent.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver as Channel, channel};
use std::time::Duration;

/// How a request is answered.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A status, one more header and a body.
    Status(u16, &'static str, String),
    /// The connection stays open, and nothing comes.
    Nothing,
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self::Status(status, "x-nothing: more", String::new())
    }
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Sent {
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Sent {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// Listens until it is dropped.
pub struct Receiver {
    port: u16,
    sent: Channel<Sent>,
}

impl Receiver {
    /// Answers the first request with the first of `replies` and so on; the last one answers all that follow.
    pub fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, sent) = channel();
        std::thread::spawn(move || {
            let mut open = Vec::new();
            let last = replies.last().cloned().unwrap();
            let replies = replies.into_iter().chain(std::iter::repeat(last));
            for (connection, reply) in listener.incoming().zip(replies) {
                let mut connection = connection.unwrap();
                let Some(request) = read(&mut connection) else {
                    continue;
                };
                match reply {
                    Reply::Status(status, header, body) => {
                        let length = body.len();
                        let text = format!(
                            "HTTP/1.1 {status} As Told\r\n{header}\r\ncontent-length: {length}\r\n\
                             connection: close\r\n\r\n{body}"
                        );
                        let _ = connection.write_all(text.as_bytes());
                    }
                    Reply::Nothing => open.push(connection),
                }
                if sender.send(request).is_err() {
                    return;
                }
            }
        });
        Self { port, sent }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The next request; waits for it.
    pub fn next(&self) -> Sent {
        self.sent.recv_timeout(Duration::from_secs(60)).unwrap()
    }

    /// What has arrived and was not looked at.
    pub fn rest(&self) -> Vec<Sent> {
        self.sent.try_iter().collect()
    }
}

fn read(connection: &mut TcpStream) -> Option<Sent> {
    let mut reader = BufReader::new(connection);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length")?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Sent {
        path,
        headers,
        body: String::from_utf8(body).ok()?,
    })
}
