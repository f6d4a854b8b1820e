//! One execution environment: a process of Node with the handler in it, frozen while it has nothing to do.

use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustix::process::Signal;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::time::{Instant, timeout};

use super::function::FunctionSetup;
use super::lines::Log;
use super::runtime_api::{self, Act, Endpoint, Invocation};
use crate::leash::{Leash, leashed};

/// The longest that an on-demand function takes to begin.
const INIT: Duration = Duration::from_secs(10);

/// How a run of the handler ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The handler's answer, as JSON.
    Answered(hyper::body::Bytes),
    /// The handler threw, or the process ended: Lambda's name for it.
    Failed(String),
    TimedOut,
}

pub(super) struct Environment {
    process: Leash,
    endpoint: Endpoint,
    pub stream: Arc<str>,
    /// How long it took until it asked for its first event. Told once.
    pub init: Option<Duration>,
    pub idle_since: Instant,
    exited: Option<ExitStatus>,
}

/// Why there is none.
pub(super) enum NotStarted {
    Io(std::io::Error),
    /// Lambda's name for what went wrong.
    Init(String),
    TimedOut,
}

impl Environment {
    pub async fn start(
        setup: &FunctionSetup,
        stream: Arc<str>,
        log: &Log,
    ) -> Result<Self, NotStarted> {
        let endpoint = runtime_api::open().await.map_err(NotStarted::Io)?;
        let began = Instant::now();
        let mut command = leashed(&setup.node);
        command
            .arg(&setup.bootstrap)
            .env_clear()
            .envs(setup.variables(&stream));
        command.env("AWS_LAMBDA_RUNTIME_API", endpoint.address.to_string());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = Leash::start(&mut command).map_err(NotStarted::Io)?;
        if let (Some(stdout), Some(stderr)) = (process.stdout(), process.stderr()) {
            tokio::spawn(gather(stdout, Arc::clone(&stream), log.clone()));
            tokio::spawn(gather(stderr, Arc::clone(&stream), log.clone()));
        }
        let mut environment = Self {
            process,
            endpoint,
            stream,
            init: None,
            idle_since: began,
            exited: None,
        };
        match timeout(INIT, environment.act()).await {
            Ok(Some(Act::Next)) => {
                environment.init = Some(began.elapsed());
                Ok(environment)
            }
            Ok(Some(Act::InitFailed { kind })) => Err(NotStarted::Init(kind)),
            Ok(_) => Err(NotStarted::Init("Runtime.ExitError".to_owned())),
            Err(_) => Err(NotStarted::TimedOut),
        }
    }

    /// Thaws it and runs the handler once.
    pub async fn run(&mut self, invocation: Invocation, limit: Duration) -> Ending {
        let wanted = invocation.id.clone();
        self.process.signal(Signal::CONT);
        if self.endpoint.invocations.send(invocation).await.is_err() {
            return Ending::Failed("Runtime.ExitError".to_owned());
        }
        let ran = timeout(limit, async {
            loop {
                match self.act().await {
                    Some(Act::Answered { id, body }) if id == wanted => {
                        return Ending::Answered(body);
                    }
                    Some(Act::Failed { id, kind, .. }) if id == wanted => {
                        return Ending::Failed(kind);
                    }
                    Some(Act::InitFailed { kind }) => return Ending::Failed(kind),
                    Some(_) => {}
                    None => return Ending::Failed("Runtime.ExitError".to_owned()),
                }
            }
        });
        ran.await.unwrap_or(Ending::TimedOut)
    }

    /// Waits until it asks for the next event, and freezes it. Not, if it does not ask in time or has ended.
    pub async fn rest(mut self, limit: Duration) -> Option<Self> {
        let asked = timeout(limit, async {
            loop {
                match self.act().await {
                    Some(Act::Next) => return true,
                    Some(_) => {}
                    None => return false,
                }
            }
        });
        if !asked.await.unwrap_or(false) {
            return None;
        }
        self.process.signal(Signal::STOP);
        self.idle_since = Instant::now();
        Some(self)
    }

    /// The most memory that it ever had, in MB, if the system says.
    pub fn most_memory(&self) -> Option<u64> {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.id()?)).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kib.div_ceil(1024))
    }

    /// How the process ended, as Lambda tells it.
    pub fn exit(&self) -> String {
        match self.exited.and_then(|status| status.code()) {
            Some(code) => format!("exit status {code}"),
            None => "signal: killed".to_owned(),
        }
    }

    #[cfg(test)]
    pub fn id(&self) -> Option<u32> {
        self.process.id()
    }

    pub fn is_alive(&mut self) -> bool {
        self.process.is_alive()
    }

    /// What the process does next; nothing when it has ended.
    async fn act(&mut self) -> Option<Act> {
        tokio::select! {
            biased;
            act = self.endpoint.acts.recv() => act,
            exited = self.process.ended() => {
                self.exited = exited.ok();
                self.endpoint.acts.try_recv().ok()
            }
        }
    }
}

/// When an invocation that begins now has to be done.
pub(super) fn deadline(limit: Duration) -> SystemTime {
    SystemTime::now() + limit
}

async fn gather(from: impl AsyncRead + Unpin, stream: Arc<str>, log: Log) {
    let mut lines = BufReader::new(from).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        log.write(&stream, format!("{}\n", String::from_utf8_lossy(&line)));
    }
}
