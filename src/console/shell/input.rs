//! Bytes from the terminal, as they come, in the console's own words.
//!
//! Not crossterm's event stream, for it loses a key that arrives together with a change of size,
//! and goes on reading, at full speed and without a word, from a terminal that went away.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::decode::{Decoded, decode, decode_rest};
use crate::app::Msg;

/// How long a lone Esc may be the beginning of a longer key. Terminals send a key at once; slow
/// lines may tear it apart.
const ESCAPE: Duration = Duration::from_millis(25);

/// Pastes longer than this are cut: nothing here wants a book.
const LONGEST: usize = 1 << 20;

/// Keys, clicks and pastes, in order.
pub(super) struct Input {
    chunks: mpsc::UnboundedReceiver<Vec<u8>>,
    pending: VecDeque<u8>,
    /// When the newest of them came.
    came: Instant,
}

impl Input {
    /// Reads standard input from now on. The thread ends with the process, or with the first
    /// bytes that nobody wants: a read cannot be called off.
    pub fn listen() -> io::Result<Self> {
        let (sender, chunks) = mpsc::unbounded_channel();
        thread::Builder::new().name("input".into()).spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                match io::stdin().read(&mut buffer) {
                    Ok(0) => return,
                    Ok(count) if sender.send(buffer[..count].to_vec()).is_err() => return,
                    Ok(_) => {}
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => return,
                }
            }
        })?;
        Ok(Self {
            chunks,
            pending: VecDeque::new(),
            came: Instant::now(),
        })
    }

    /// The next thing that was done; nothing when there is no terminal any more. Loses nothing when
    /// it is dropped and called again.
    pub async fn next(&mut self) -> Option<Msg> {
        loop {
            let waiting = loop {
                match decode(self.pending.make_contiguous()) {
                    Decoded::Nothing => break false,
                    Decoded::Patience => break true,
                    Decoded::More if self.pending.len() < LONGEST => break false,
                    Decoded::More => self.pending.clear(),
                    Decoded::Done(length, msg) => {
                        self.pending.drain(..length);
                        if msg.is_some() {
                            return msg;
                        }
                    }
                }
            };
            let chunk = if waiting {
                let more = timeout_at(self.came + ESCAPE, self.chunks.recv()).await;
                let Ok(chunk) = more else {
                    let msg = decode_rest(self.pending.make_contiguous());
                    self.pending.clear();
                    if msg.is_some() {
                        return msg;
                    }
                    continue;
                };
                chunk
            } else {
                self.chunks.recv().await
            };
            self.pending.extend(chunk?);
            self.came = Instant::now();
        }
    }
}
