//! The distance between Regions: every byte from one to the other takes half a round trip, and a cut link lets none
//! through until it is healed. Then what was held arrives, as TCP sends again what was lost.

use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use gwctl_fleet::Region;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

type Pair = (Region, Region);

type RoundTrip = dyn Fn(&Region, &Region) -> Duration + Send + Sync;

/// Chunks under way in one direction before the sender has to wait.
const WINDOW: usize = 256;
const CHUNK: usize = 16 * 1024;

/// All links of a lab.
pub struct Links {
    round_trip: Box<RoundTrip>,
    cut: watch::Sender<BTreeSet<Pair>>,
}

impl Links {
    /// Links on which a round trip takes what `round_trip` says. Inside a Region it takes nothing.
    pub fn new(round_trip: impl Fn(&Region, &Region) -> Duration + Send + Sync + 'static) -> Self {
        Self {
            round_trip: Box::new(round_trip),
            cut: watch::Sender::new(BTreeSet::new()),
        }
    }

    /// The time from one to the other and back.
    pub fn round_trip(&self, a: &Region, b: &Region) -> Duration {
        if a == b {
            Duration::ZERO
        } else {
            (self.round_trip)(a, b)
        }
    }

    /// From now on nothing gets through, in neither direction.
    pub fn cut(&self, a: &Region, b: &Region) {
        self.cut.send_modify(|cut| {
            cut.insert(pair(a, b));
        });
    }

    /// Everything gets through again, also what was sent meanwhile.
    pub fn heal(&self, a: &Region, b: &Region) {
        self.cut.send_modify(|cut| {
            cut.remove(&pair(a, b));
        });
    }

    /// Whether nothing gets through.
    pub fn is_cut(&self, a: &Region, b: &Region) -> bool {
        self.cut.borrow().contains(&pair(a, b))
    }

    /// Waits for as long as a question and its answer take: to open a connection, for one.
    pub async fn there_and_back(&self, a: &Region, b: &Region) {
        let lane = self.lane(a, b);
        lane.pass(Instant::now() + self.round_trip(a, b)).await;
    }

    /// Carries bytes between `near`, in `a`, and `far`, in `b`, until one of both closes.
    pub async fn carry<N, F>(&self, near: N, far: F, a: &Region, b: &Region) -> io::Result<()>
    where
        N: AsyncRead + AsyncWrite + Unpin,
        F: AsyncRead + AsyncWrite + Unpin,
    {
        let delay = self.round_trip(a, b) / 2;
        let (near_reads, near_writes) = tokio::io::split(near);
        let (far_reads, far_writes) = tokio::io::split(far);
        tokio::select! {
            done = one_way(near_reads, far_writes, delay, self.lane(a, b)) => done,
            done = one_way(far_reads, near_writes, delay, self.lane(a, b)) => done,
        }
    }

    fn lane(&self, a: &Region, b: &Region) -> Lane {
        Lane {
            pair: pair(a, b),
            cut: self.cut.subscribe(),
        }
    }
}

fn pair(a: &Region, b: &Region) -> Pair {
    if a < b {
        (a.clone(), b.clone())
    } else {
        (b.clone(), a.clone())
    }
}

struct Lane {
    pair: Pair,
    cut: watch::Receiver<BTreeSet<Pair>>,
}

impl Lane {
    /// Waits until `due`, and on until the link is whole.
    async fn pass(mut self, due: Instant) -> Self {
        sleep_until(due).await;
        let _ = self.cut.wait_for(|cut| !cut.contains(&self.pair)).await;
        self
    }
}

async fn one_way(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    delay: Duration,
    mut lane: Lane,
) -> io::Result<()> {
    let (queue, mut queued) = mpsc::channel::<(Instant, Vec<u8>)>(WINDOW);
    let read = async move {
        loop {
            let mut chunk = Vec::with_capacity(CHUNK);
            if from.read_buf(&mut chunk).await? == 0 {
                return Ok::<_, io::Error>(());
            }
            if queue.send((Instant::now() + delay, chunk)).await.is_err() {
                return Ok(());
            }
        }
    };
    let write = async move {
        while let Some((due, chunk)) = queued.recv().await {
            lane = lane.pass(due).await;
            to.write_all(&chunk).await?;
            to.flush().await?;
        }
        to.shutdown().await
    };
    let (read, written) = tokio::join!(read, write);
    read.and(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(code: &str) -> Region {
        Region::new(code).unwrap()
    }

    /// In virtual time: what is sent arrives half a round trip later, not while the link is cut, and in order after it.
    #[tokio::test(start_paused = true)]
    async fn bytes_take_half_a_round_trip_and_wait_while_the_link_is_cut() {
        let (here, there) = (region("eu-west-1"), region("us-east-1"));
        let links = Links::new(|_, _| Duration::from_millis(80));
        let (mut client, near) = tokio::io::duplex(1024);
        let (far, mut server) = tokio::io::duplex(1024);
        let talk = async {
            let mut byte = [0];
            let sent = Instant::now();
            client.write_all(b"a").await.unwrap();
            server.read_exact(&mut byte).await.unwrap();
            let first = sent.elapsed();
            links.cut(&there, &here);
            client.write_all(b"b").await.unwrap();
            let held =
                tokio::time::timeout(Duration::from_secs(9), server.read_exact(&mut byte)).await;
            links.heal(&here, &there);
            server.read_exact(&mut byte).await.unwrap();
            (first, held.is_err(), byte)
        };
        let (first, held, byte) = tokio::select! {
            outcome = talk => outcome,
            _ = links.carry(near, far, &here, &there) => unreachable!(),
        };
        assert_eq!((40, held, b"b"), (first.as_millis(), true, &byte));
    }
}
