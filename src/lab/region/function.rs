//! A Lambda function in one Region: execution environments, the most recently used one first, no more at once than its
//! limit allows.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gwctl_fleet::Region;
use hyper::body::Bytes;
use jiff::Timestamp;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};

use super::environment::{Ending, Environment, NotStarted, deadline};
use super::lines::{Drained, Log};
use super::runtime_api::Invocation;
use super::served::{Counter, Ran, keep};
use crate::gate::Gate;
use crate::sigv4::{Credentials, random_hex};

/// Between two looks for environments that have been idle for long.
const SWEEP: Duration = Duration::from_secs(1);

/// The longest that an event waits for an environment that has just answered, rather than start another one or be
/// throttled. On Lambda that takes next to nothing; here the machine may be busy.
const GRACE: Duration = Duration::from_millis(250);

/// The account of a lab: AWS's own example.
pub const ACCOUNT: &str = "123456789012";

/// What a function is made of.
#[derive(Debug, Clone)]
pub struct FunctionSetup {
    pub region: Region,
    pub name: String,
    /// The handler's file: `index.js` exports `handler`.
    pub bundle: PathBuf,
    /// Node's program.
    pub node: PathBuf,
    /// Where the bootstrap lies; written by [`write_bootstrap`].
    pub bootstrap: PathBuf,
    /// Its environment variables, beside those that Lambda sets.
    pub variables: Vec<(String, String)>,
    /// Of its role.
    pub credentials: Credentials,
    pub timeout: Duration,
    /// MB. Node is told; more is not prevented.
    pub memory: u32,
    /// The most environments that run at once. What is beyond is throttled.
    pub concurrency: usize,
    /// How long an environment is kept that nobody needs.
    pub idle: Duration,
}

/// Puts the bootstrap of Node's runtime into a folder.
///
/// # Errors
/// The folder cannot be written.
pub fn write_bootstrap(folder: &Path) -> std::io::Result<PathBuf> {
    let path = folder.join("bootstrap.mjs");
    std::fs::write(&path, include_str!("bootstrap.mjs"))?;
    Ok(path)
}

impl FunctionSetup {
    /// The process's environment, as Lambda sets it.
    pub(super) fn variables(&self, stream: &str) -> Vec<(String, String)> {
        let root = self.bundle.parent().unwrap_or(Path::new("/"));
        let module = self
            .bundle
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy();
        let region = self.region.as_str();
        let heap = format!("--max-old-space-size={}", self.memory);
        let lambdas = [
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("TZ", ":UTC"),
            ("LANG", "en_US.UTF-8"),
            ("NODE_OPTIONS", &heap),
            ("LAMBDA_TASK_ROOT", &root.to_string_lossy()),
            ("_HANDLER", &format!("{module}.handler")),
            ("AWS_REGION", region),
            ("AWS_DEFAULT_REGION", region),
            ("AWS_EXECUTION_ENV", "AWS_Lambda_nodejs22.x"),
            ("AWS_LAMBDA_FUNCTION_NAME", &self.name),
            ("AWS_LAMBDA_FUNCTION_VERSION", VERSION),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &self.memory.to_string()),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            (
                "AWS_LAMBDA_LOG_GROUP_NAME",
                &format!("/aws/lambda/{}", self.name),
            ),
            ("AWS_LAMBDA_LOG_STREAM_NAME", stream),
            ("AWS_ACCESS_KEY_ID", &self.credentials.access_key_id),
            ("AWS_SECRET_ACCESS_KEY", &self.credentials.secret_access_key),
            (
                "AWS_SESSION_TOKEN",
                self.credentials
                    .session_token
                    .as_deref()
                    .unwrap_or_default(),
            ),
        ];
        let lambdas = lambdas
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        lambdas.chain(self.variables.iter().cloned()).collect()
    }

    fn arn(&self) -> String {
        format!(
            "arn:aws:lambda:{}:{ACCOUNT}:function:{}",
            self.region, self.name
        )
    }
}

const VERSION: &str = "$LATEST";

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Ended(Ending),
    /// 429: as many run as may.
    Throttled,
    /// The Region is dark.
    Dark,
}

/// One invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoked {
    /// Lambda's request id.
    pub id: String,
    pub outcome: Outcome,
}

/// The function. Clones share it; the last one ends its processes.
#[derive(Clone)]
pub struct Function(Arc<Inner>);

struct Inner {
    setup: FunctionSetup,
    slots: Arc<Semaphore>,
    idle: Mutex<Vec<Environment>>,
    /// Environments that have answered and not yet asked for the next event.
    resting: AtomicUsize,
    rested: Notify,
    running: Gate,
    log: Log,
    counter: Counter<Ran>,
}

impl Function {
    pub(super) fn new(setup: FunctionSetup) -> Self {
        let function = Self(Arc::new(Inner {
            slots: Arc::new(Semaphore::new(setup.concurrency)),
            idle: Mutex::default(),
            resting: AtomicUsize::new(0),
            rested: Notify::new(),
            running: Gate::default(),
            setup,
            log: Log::default(),
            counter: Counter::default(),
        }));
        function.sweep();
        function
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0.setup.name
    }

    /// How many environments wait, frozen.
    pub fn idle(&self) -> usize {
        self.0.idle().len()
    }

    /// What it did since the last time.
    pub fn drain(&self) -> Ran {
        self.0.counter.drain(Ran {
            concurrency: self.concurrency(),
            ..Ran::default()
        })
    }

    /// Its log since the last time.
    pub fn drain_lines(&self) -> Drained {
        self.0.log.drain()
    }

    /// Gives an event to the handler, which goes on also when nobody waits for its answer any longer.
    pub(crate) async fn invoke(&self, event: Bytes, trace: String) -> Invoked {
        let id = request_id();
        let inner = Arc::clone(&self.0);
        let (mine, ended) = (id.clone(), self.0.running.token());
        let run = tokio::spawn(async move {
            tokio::select! {
                outcome = inner.run(mine, event, trace) => outcome,
                () = ended.cancelled() => Outcome::Dark,
            }
        });
        let outcome = run.await.unwrap_or(Outcome::Dark);
        Invoked { id, outcome }
    }

    /// How many events are with the handler now.
    pub fn concurrency(&self) -> usize {
        self.0.setup.concurrency - self.0.slots.available_permits()
    }

    /// Kills every environment.
    pub(super) fn kill(&self) {
        self.0.running.cut();
        self.0.idle().clear();
    }

    /// The processes' ids, of those that are idle.
    #[cfg(test)]
    pub fn idle_ids(&self) -> Vec<u32> {
        self.0.idle().iter().filter_map(Environment::id).collect()
    }

    /// Ends what has been idle for long.
    fn sweep(&self) {
        let inner = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(SWEEP).await;
                let Some(inner) = inner.upgrade() else { return };
                let longest = inner.setup.idle;
                inner
                    .idle()
                    .retain(|environment| environment.idle_since.elapsed() < longest);
            }
        });
    }
}

impl Inner {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Environment>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One that is warm, if there is.
    fn warm(&self) -> Option<Environment> {
        let mut idle = self.idle();
        loop {
            let mut environment = idle.pop()?;
            if environment.is_alive() {
                return Some(environment);
            }
        }
    }

    /// Leave to run one more.
    async fn slot(&self) -> Option<OwnedSemaphorePermit> {
        let slots = || Arc::clone(&self.slots);
        match slots().try_acquire_owned() {
            Ok(slot) => Some(slot),
            Err(_) if self.resting.load(Ordering::Acquire) > 0 => {
                timeout(GRACE, slots().acquire_owned()).await.ok()?.ok()
            }
            Err(_) => None,
        }
    }

    /// One that is warm, or will be in a moment.
    async fn warm_soon(&self) -> Option<Environment> {
        let deadline = Instant::now() + GRACE;
        loop {
            let rested = self.rested.notified();
            if let Some(environment) = self.warm() {
                return Some(environment);
            }
            if self.resting.load(Ordering::Acquire) == 0 {
                return None;
            }
            timeout_at(deadline, rested).await.ok()?;
        }
    }

    async fn run(self: Arc<Self>, id: String, event: Bytes, trace: String) -> Outcome {
        let Some(slot) = self.slot().await else {
            self.counter.count(|served| served.throttles += 1);
            return Outcome::Throttled;
        };
        let running = self.setup.concurrency - self.slots.available_permits();
        self.counter.count(|served| {
            served.invocations += 1;
            served.concurrency = served.concurrency.max(running);
        });
        let mut environment = match self.warm_soon().await {
            Some(environment) => environment,
            None => match Environment::start(&self.setup, stream_name(), &self.log).await {
                Ok(environment) => environment,
                Err(why) => return self.not_started(&id, &why),
            },
        };
        if let Some(init) = environment.init {
            self.counter
                .count(|served| keep(&mut served.cold_starts, init));
        }
        let began = Instant::now();
        self.log.write(
            &environment.stream,
            format!("START RequestId: {id} Version: {VERSION}\n"),
        );
        let invocation = Invocation {
            id: id.clone(),
            arn: self.setup.arn(),
            trace,
            deadline: deadline(self.setup.timeout),
            event,
        };
        let ending = environment.run(invocation, self.setup.timeout).await;
        self.ended(&id, environment, began, &ending, slot);
        Outcome::Ended(ending)
    }

    /// Writes what Lambda writes, and keeps the environment if it can run again.
    fn ended(
        self: Arc<Self>,
        id: &str,
        mut environment: Environment,
        began: Instant,
        ending: &Ending,
        slot: OwnedSemaphorePermit,
    ) {
        let took = began.elapsed().min(self.setup.timeout);
        self.counter.count(|served| {
            keep(&mut served.duration, took);
            served.errors += u64::from(!matches!(ending, Ending::Answered(_)));
            served.timeouts += u64::from(*ending == Ending::TimedOut);
        });
        let status = self.tell(id, &environment, ending);
        let memory = environment.most_memory();
        self.log
            .write(&environment.stream, format!("END RequestId: {id}\n"));
        let init = environment.init.take();
        let report = self.report(id, took, init, memory, &status);
        self.log.write(&environment.stream, report);
        if *ending == Ending::TimedOut || status.contains("Runtime.ExitError") {
            return; // dropped, and so killed
        }
        let ended = self.running.token();
        self.resting.fetch_add(1, Ordering::AcqRel);
        tokio::spawn(async move {
            let rested = tokio::select! {
                rested = environment.rest(self.setup.timeout) => rested,
                () = ended.cancelled() => None,
            };
            self.idle().extend(rested);
            if ended.is_cancelled() {
                self.idle().clear();
            }
            self.resting.fetch_sub(1, Ordering::AcqRel);
            drop(slot);
            self.rested.notify_waiters();
        });
    }

    /// Says why a run did not end well, and gives the status of its report.
    fn tell(&self, id: &str, environment: &Environment, ending: &Ending) -> String {
        let stream = &environment.stream;
        match ending {
            Ending::Answered(_) => String::new(),
            Ending::TimedOut => {
                let at = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ");
                let seconds = self.setup.timeout.as_secs_f64();
                self.log.write(
                    stream,
                    format!("{at} {id} Task timed out after {seconds:.2} seconds\n"),
                );
                "\tStatus: timeout".to_owned()
            }
            Ending::Failed(kind) if kind == "Runtime.ExitError" => {
                let exit = environment.exit();
                let line =
                    format!("RequestId: {id} Error: Runtime exited with error: {exit}\n{kind}\n");
                self.log.write(stream, line);
                format!("\tStatus: error\tError Type: {kind}")
            }
            Ending::Failed(kind) => format!("\tStatus: error\tError Type: {kind}"),
        }
    }

    /// The line REPORT (aws-facts §13.5).
    fn report(
        &self,
        id: &str,
        took: Duration,
        init: Option<Duration>,
        memory: Option<u64>,
        status: &str,
    ) -> String {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
        let billed = milliseconds(took + init.unwrap_or_default()).ceil();
        let memory = memory
            .map(|used| format!("\tMax Memory Used: {used} MB"))
            .unwrap_or_default();
        let init = init
            .map(|init| format!("\tInit Duration: {:.2} ms", milliseconds(init)))
            .unwrap_or_default();
        format!(
            "REPORT RequestId: {id}\tDuration: {:.2} ms\tBilled Duration: {billed} ms\tMemory Size: {} MB{memory}{init}{status}\t\n",
            milliseconds(took),
            self.setup.memory
        )
    }

    fn not_started(&self, id: &str, why: &NotStarted) -> Outcome {
        self.counter.count(|served| {
            served.errors += 1;
            served.timeouts += u64::from(matches!(why, NotStarted::TimedOut));
        });
        let stream = stream_name();
        let (ending, told) = match why {
            NotStarted::TimedOut => (Ending::TimedOut, "Status: timeout".to_owned()),
            NotStarted::Init(kind) => (
                Ending::Failed(kind.clone()),
                format!("Status: error\tError Type: {kind}"),
            ),
            NotStarted::Io(error) => {
                tracing::warn!(%error, "the lab cannot start a process of Node");
                (
                    Ending::Failed("Runtime.Unknown".to_owned()),
                    format!("Status: error\tError: {error}"),
                )
            }
        };
        self.log.write(
            &stream,
            format!("START RequestId: {id} Version: {VERSION}\n"),
        );
        self.log
            .write(&stream, format!("INIT_REPORT Phase: init\t{told}\n"));
        Outcome::Ended(ending)
    }
}

/// As Lambda names them: a UUID.
fn request_id() -> String {
    let hex = random_hex(16).unwrap_or_else(|_| "0".repeat(32));
    format!(
        "{}-{}-4{}-8{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..]
    )
}

fn stream_name() -> Arc<str> {
    let day = Timestamp::now().strftime("%Y/%m/%d");
    let hex = random_hex(16).unwrap_or_else(|_| "0".repeat(32));
    format!("{day}/[{VERSION}]{hex}").into()
}
