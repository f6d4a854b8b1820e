//! A machine's line to AWS, by one seed: slow, cut from a Region, with messages that are lost either way or arrive long
//! after they were sent; and a machine that sleeps.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use fastrand::Rng;
use gwctl::aws::{Handler, Session, SessionOptions, Timeouts, in_process};
use gwctl::sim::{Sim, wire};
use http::Request;
use tokio::time::{Instant, sleep, sleep_until};

/// The longest that a message is under way: a call of gwctl's own is given up after 12 s.
const SLOWEST: Duration = Duration::from_secs(10);
/// When a call is given up whose message, or whose reply, was lost.
const GIVEN_UP: Duration = Duration::from_secs(5);

/// What arrived at AWS beside questions to the table.
pub type Arrived = Arc<dyn Fn(&[u8]) + Send + Sync>;

#[derive(Clone)]
pub struct Line(Arc<Mutex<State>>);

struct State {
    rng: Rng,
    asleep_until: Instant,
    cut: Option<(String, Instant)>,
    /// Of a hundred messages, how many are lost or very slow.
    trouble: u32,
}

impl Line {
    pub fn new(seed: u64, trouble: u32) -> Self {
        Self(Arc::new(Mutex::new(State {
            rng: Rng::with_seed(seed),
            asleep_until: Instant::now(),
            cut: None,
            trouble,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// The machine reads nothing and sends nothing for so long.
    pub fn sleep(&self, time: Duration) {
        self.state().asleep_until = Instant::now() + time;
    }

    /// For so long, the machine cannot reach the Region.
    pub fn cut(&self, region: &str, time: Duration) {
        self.state().cut = Some((format!(".{region}."), Instant::now() + time));
    }

    async fn awake(&self) {
        loop {
            let until = self.state().asleep_until;
            if until <= Instant::now() {
                return;
            }
            sleep_until(until).await;
        }
    }

    fn is_asleep(&self) -> bool {
        self.state().asleep_until > Instant::now()
    }

    fn is_cut(&self, host: &str) -> bool {
        let state = self.state();
        let cut = state.cut.as_ref();
        cut.is_some_and(|(region, until)| host.contains(region) && *until > Instant::now())
    }

    fn unlucky(&self) -> bool {
        let mut state = self.state();
        let trouble = state.trouble;
        state.rng.u32(0..100) < trouble
    }

    fn delay(&self) -> Duration {
        let slow = self.unlucky();
        let most = if slow {
            SLOWEST
        } else {
            Duration::from_millis(90)
        };
        let most = u64::try_from(most.as_millis()).unwrap();
        Duration::from_millis(self.state().rng.u64(5..most))
    }

    /// What a process behind this line calls AWS through. It never gives up by itself: a sleeping process does not
    /// either.
    pub async fn session(&self, sim: &Sim, arrived: Arrived) -> Session {
        let (line, inner) = (self.clone(), wire::handler(sim.clone()));
        let handler: Handler = Arc::new(move |request| {
            let (line, inner, arrived) = (line.clone(), inner.clone(), arrived.clone());
            Box::pin(async move { line.send(request, inner, arrived).await })
        });
        let long = Duration::from_hours(1);
        Session::connect_fleet(
            SessionOptions {
                profile: None,
                http_client: Some(in_process(handler)),
                timeouts: Timeouts {
                    connect: long,
                    attempt: long,
                    operation: long,
                },
                clock: sim.clock(),
            },
            &sim.spec(),
        )
        .await
    }

    async fn send(
        self,
        request: Request<Vec<u8>>,
        inner: Handler,
        arrived: Arrived,
    ) -> io::Result<http::Response<Vec<u8>>> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let of_table = host.starts_with("dynamodb");
        if self.is_asleep() {
            self.awake().await;
            if !of_table {
                // A process that sleeps sends nothing: that the timers of this test went on is no matter of gwctl's.
                return Err(io::ErrorKind::ConnectionReset.into());
            }
        }
        if self.is_cut(&host) || self.unlucky() {
            sleep(GIVEN_UP).await;
            self.awake().await;
            return Err(io::ErrorKind::TimedOut.into());
        }
        let (there, back) = (self.delay(), self.delay());
        // It arrives whatever becomes of its sender.
        let under_way = tokio::spawn(async move {
            sleep(there).await;
            if !of_table {
                arrived(request.body());
            }
            inner(request).await
        });
        let reply = under_way.await.map_err(io::Error::other)?;
        if self.unlucky() || self.is_cut(&host) {
            sleep(GIVEN_UP).await;
            self.awake().await;
            return Err(io::ErrorKind::TimedOut.into());
        }
        sleep(back).await;
        self.awake().await;
        reply
    }
}
