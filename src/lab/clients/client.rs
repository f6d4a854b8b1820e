//! A client: one request, tried again as a careful one does.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, Response, Uri};
use http_body_util::Full;
use hyper::body::Bytes;
use jiff::Timestamp;
use tokio::time::{Instant, sleep, timeout};

use super::answer;
use super::connection::{Failure, Pool};
use super::ledger::{Outcome, Request, Try};

const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What all clients of a continent share.
pub(super) struct Client {
    pub(super) continent: Arc<str>,
    pub(super) pool: Pool,
    pub(super) clock: Clock,
    pub(super) domain: String,
    pub(super) bearer: String,
    pub(super) timeout: Duration,
    pub(super) tries: u32,
    pub(super) pause: Duration,
}

/// Wall time that never jumps while a load runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    began: Timestamp,
    instant: Instant,
}

/// What is sent at every try.
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self {
            began: Timestamp::now(),
            instant: Instant::now(),
        }
    }

    pub(super) const fn began(&self) -> Timestamp {
        self.began
    }

    pub(super) const fn instant(&self) -> Instant {
        self.instant
    }

    pub(super) fn at(&self, instant: Instant) -> Timestamp {
        let passed = instant.saturating_duration_since(self.instant);
        let passed = jiff::SignedDuration::try_from(passed).unwrap_or_default();
        self.began.saturating_add(passed).unwrap_or(self.began)
    }
}

impl Client {
    /// Sends `call` until there is an answer that needs no other try, as often as the options say.
    pub(super) async fn send(
        &self,
        call: &Call,
        due: Instant,
    ) -> (Request, Option<Response<Bytes>>) {
        let mut tries: Vec<Try> = Vec::new();
        let answer = loop {
            let (one, answer) = self.once(call).await;
            let again = one.outcome.calls_for_another();
            tries.push(one);
            let count = u32::try_from(tries.len()).unwrap_or(u32::MAX);
            if !again || count >= self.tries {
                break answer;
            }
            let asked = answer
                .as_ref()
                .and_then(|one| answer::retry_after(one.headers()));
            sleep(pause(self.pause, count, asked)).await;
        };
        let request = Request {
            continent: self.continent.clone(),
            due: self.clock.at(due),
            ended: self.clock.at(Instant::now()),
            tries,
        };
        (request, answer)
    }

    async fn once(&self, call: &Call) -> (Try, Option<Response<Bytes>>) {
        let began = Instant::now();
        let sent = match self.request(call) {
            Ok(request) => timeout(self.timeout, self.pool.send(request)).await,
            Err(error) => Ok(Err(Failure::NotSent(error.to_string()))),
        };
        let (outcome, answer) = match sent {
            Ok(Ok(answer)) => {
                let outcome = Outcome::Answered {
                    status: answer.status().as_u16(),
                    region: answer::region(answer.headers()),
                    not_written: answer::is_not_written(&answer),
                };
                (outcome, Some(answer))
            }
            Ok(Err(Failure::NotSent(why))) => (Outcome::NotSent { why }, None),
            Ok(Err(Failure::Broken(why))) => (Outcome::Broken { why }, None),
            Err(_) => (Outcome::Late, None),
        };
        let one = Try {
            at: self.clock.at(began),
            took_ms: began.elapsed().as_secs_f64() * 1_000.0,
            outcome,
        };
        (one, answer)
    }

    fn request(&self, call: &Call) -> Result<http::Request<Full<Bytes>>, http::Error> {
        let mut request = http::Request::builder()
            .method(call.method.clone())
            .uri(Uri::try_from(&call.path)?)
            .header("host", &self.domain)
            .header("authorization", format!("Bearer {}", self.bearer))
            .header("user-agent", "gwctl-lab");
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        request.body(Full::new(call.body.clone()))
    }
}

/// Any time up to a limit that doubles, so that clients that failed together do not come back together; not earlier
/// than the answer asked for.
fn pause(first: Duration, failed: u32, asked: Option<Duration>) -> Duration {
    let limit = first.saturating_mul(1 << (failed - 1).min(16));
    let chosen = limit.min(LONGEST_PAUSE).mul_f64(fastrand::f64());
    chosen + asked.unwrap_or_default().min(LONGEST_PAUSE)
}
