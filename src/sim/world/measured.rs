//! What a lab is asked, and what it tells: the seam between the simulator and real software.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::clock::SimClock;
use gwctl_fleet::Region;

/// What one Region did since it was asked last.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measured {
    /// What API Gateway answered, and how many of these were 4xx and 5xx.
    pub requests: u64,
    pub refused: u64,
    pub failed: u64,
    /// Bytes of the bodies of requests and answers.
    pub bytes: u64,
    /// Time in the API and in what it called, in milliseconds, of each request.
    pub latency_ms: Vec<f64>,
    pub integration_ms: Vec<f64>,
    /// What became of the functions that read, and of those that write.
    pub read: MeasuredFunction,
    pub write: MeasuredFunction,
    /// Writes that clients got an answer 2xx to.
    pub acknowledged: u64,
}

/// What one kind of function did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MeasuredFunction {
    pub invocations: u64,
    pub errors: u64,
    pub throttles: u64,
    /// How long each ran, in milliseconds.
    pub duration_ms: Vec<f64>,
    /// Most at once.
    pub concurrency: u32,
}

/// Who wrote a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineSource {
    /// A function, by its name.
    Function(String),
    /// The Region's API: its access log.
    Api,
}

/// A line of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeasuredLine {
    pub source: LineSource,
    /// The log stream.
    pub stream: Arc<str>,
    /// When it was written, by the machine's clock.
    pub at: Timestamp,
    pub text: String,
}

/// What became of requests at the edge since it was asked last.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredFlow {
    /// Who answered; none where the edge did by itself, as no Region answered in time.
    pub region: Option<Region>,
    pub requests: u64,
    /// Of these, answered 4xx and 5xx.
    pub refused: u64,
    pub failed: u64,
    /// Bytes of the bodies that clients got, and of those that they sent.
    pub downloaded: u64,
    pub uploaded: u64,
    /// From the edge to the Region and back, in milliseconds, of each request.
    pub latency_ms: Vec<f64>,
}

/// What the health path answered when it was asked last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// HTTP status code.
    pub status: u16,
    /// Which Region says that it answered; only the edge says so.
    pub region: Option<Region>,
    /// From the request to the answer, on this machine.
    pub took: Duration,
}

/// The real software.
pub trait Reality: Debug + Send + Sync {
    /// What the API of `region` and its functions did since this was asked last.
    fn served(&self, region: &Region) -> Measured;
    /// What the functions and the API of `region` logged since this was asked last, oldest first of each.
    fn lines(&self, region: &Region) -> Vec<MeasuredLine>;
    /// What the edge sent where since this was asked last.
    fn flows(&self) -> Vec<MeasuredFlow>;
    /// What the endpoint of `region` answers to health checkers; none where it does not answer.
    fn health(&self, region: &Region) -> Option<Answered>;
    /// What the edge next to the operator answers; none where it does not.
    fn edge(&self) -> Option<Answered>;
    /// Whether the database in `region` runs, and so answers.
    fn database_answers(&self, region: &Region) -> bool;
    /// How far the database in `region` is behind the writer; none where nobody knows.
    fn lag(&self, region: &Region) -> Option<Duration>;
    /// The Region whose database takes writes; none between two of them.
    fn writer(&self) -> Option<Region>;
    /// The writer takes no writes for now, as a switchover begins; or takes them again.
    fn hold_writes(&self, hold: bool);
    /// The database in `region` is to take writes. Where `loses_data`, whatever it has not got is given up.
    fn promote(&self, region: &Region, loses_data: bool);
    /// The Region goes dark, or comes back: its database, functions and API.
    fn darken(&self, region: &Region, dark: bool);
}

/// The real software of a world, and the world's clock.
#[derive(Debug, Clone)]
pub(super) struct Followed {
    pub reality: Arc<dyn Reality>,
    pub clock: Arc<SimClock>,
}

impl Followed {
    pub(super) fn reality(&self) -> &dyn Reality {
        &*self.reality
    }
}
