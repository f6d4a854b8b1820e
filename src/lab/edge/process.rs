//! The process of an edge and its life.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::counts::Counts;
use super::options::{Options, Route};
use super::origin::Origin;
use crate::leash::Watcher;

const ROUTER: &str = "router.cjs";
const SCRIPT: &str = include_str!("edge.mjs");
/// Node starts in a fiftieth of this where it has a processor to itself.
const STARTS: Duration = Duration::from_secs(20);
/// The longest that a running one takes to tell what it counted.
const ANSWERS: Duration = Duration::from_secs(3);

/// Why an edge does not do what it shall.
#[derive(Debug, thiserror::Error)]
pub enum EdgeError {
    /// Its folder cannot be written, or the program cannot be started.
    #[error("the edge {name} could not be started: {source}")]
    Start { name: String, source: io::Error },
    /// The process ended.
    #[error("the edge {name} has ended; {log} may say why")]
    Ended { name: String, log: String },
    /// It gave no answer in time.
    #[error("the edge {name} gave no answer within {seconds} s")]
    Silent { name: String, seconds: u64 },
}

/// An edge. It ends when this is dropped, and also when this process is killed.
pub struct Edge {
    options: Options,
    process: Running,
    address: SocketAddr,
    drains: u64,
    silent: bool,
}

/// What is to be seen of an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Life {
    /// It answers the lab.
    Runs,
    /// Its process is there and gave no answer when it was asked last.
    Hangs,
    /// Its process is gone.
    Ended,
}

struct Running {
    child: Child,
    /// Kills it, stopped or not.
    _watcher: Watcher,
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

#[derive(Deserialize)]
struct Started {
    port: u16,
}

#[derive(Deserialize)]
struct Drained {
    drain: u64,
    counts: Counts,
}

impl Edge {
    /// Starts one on a free port, and returns when it takes requests.
    ///
    /// # Errors
    /// It cannot be started, or ends at once.
    pub async fn start(options: Options) -> Result<Self, EdgeError> {
        let (process, address) = run(&options, 0).await?;
        Ok(Self {
            options,
            process,
            address,
            drains: 0,
            silent: false,
        })
    }

    /// Where it takes requests, by TLS. It stays the same when the edge is started again.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The process's id, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.process.child.id()
    }

    /// Whether the process runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.process.child.try_wait(), Ok(None))
    }

    /// What is to be seen of it.
    pub fn life(&mut self) -> Life {
        match self.is_running() {
            false => Life::Ended,
            true if self.silent => Life::Hangs,
            true => Life::Runs,
        }
    }

    /// For people: its continent.
    pub fn name(&self) -> &str {
        &self.options.name
    }

    /// The Regions are elsewhere now.
    ///
    /// # Errors
    /// The edge has ended.
    pub async fn set_routes(&mut self, routes: BTreeMap<String, Route>) -> Result<(), EdgeError> {
        self.options.routes = routes;
        let order = json!({"routes": routes_of(&self.options.routes)});
        self.order(&order).await
    }

    /// The distribution has another origin, or the router other settings.
    ///
    /// # Errors
    /// The edge has ended.
    pub async fn set_origin(&mut self, origin: Origin) -> Result<(), EdgeError> {
        self.options.origin = origin;
        let order = json!({"origin": self.options.origin});
        self.order(&order).await
    }

    /// What it counted since it was last asked, or since its start.
    ///
    /// # Errors
    /// The edge has ended, or hangs.
    pub async fn drain(&mut self) -> Result<Counts, EdgeError> {
        let drained = self.drained().await;
        self.silent = matches!(drained, Err(EdgeError::Silent { .. }));
        drained
    }

    async fn drained(&mut self) -> Result<Counts, EdgeError> {
        self.drains += 1;
        self.order(&json!({"drain": self.drains})).await?;
        loop {
            let drained: Drained = self.process.hear(&self.options, ANSWERS).await?;
            // An earlier one, which nobody waited for any longer, is gone.
            if drained.drain == self.drains {
                return Ok(drained.counts);
            }
        }
    }

    /// Ends it by SIGKILL, as a crash does.
    pub async fn kill(&mut self) {
        let _ = self.process.child.kill().await;
    }

    /// Starts it again at the same address; what it counted is lost.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn restart(&mut self) -> Result<(), EdgeError> {
        self.kill().await;
        (self.process, self.address) = run(&self.options, self.address.port()).await?;
        self.silent = false;
        Ok(())
    }

    /// Ends it, and waits until it has.
    pub async fn stop(mut self) {
        self.kill().await;
    }

    /// What a process that is killed leaves of its pipes: their end.
    #[cfg(test)]
    pub(super) async fn lose(self) -> io::Result<std::process::ExitStatus> {
        let Running {
            mut child,
            orders,
            answers: _answers,
            _watcher: watcher,
        } = self.process;
        drop((orders, watcher));
        child.wait().await
    }

    async fn order(&mut self, order: &Value) -> Result<(), EdgeError> {
        let sent = self.process.tell(order).await;
        sent.map_err(|_| ended(&self.options))
    }
}

impl Running {
    async fn tell(&mut self, order: &Value) -> io::Result<()> {
        let line = format!("{order}\n");
        self.orders.write_all(line.as_bytes()).await?;
        self.orders.flush().await
    }

    async fn hear<T: for<'a> Deserialize<'a>>(
        &mut self,
        options: &Options,
        patience: Duration,
    ) -> Result<T, EdgeError> {
        let line = tokio::time::timeout(patience, self.answers.next_line()).await;
        let line = line.map_err(|_| EdgeError::Silent {
            name: options.name.clone(),
            seconds: patience.as_secs(),
        })?;
        let line = line.ok().flatten().ok_or_else(|| ended(options))?;
        serde_json::from_str(&line).map_err(|_| ended(options))
    }
}

/// Starts the process, gives it its settings and waits for its port.
async fn run(options: &Options, port: u16) -> Result<(Running, SocketAddr), EdgeError> {
    let start = |source| EdgeError::Start {
        name: options.name.clone(),
        source,
    };
    let mut process = spawn(options).map_err(start)?;
    process
        .tell(&settings(options, port))
        .await
        .map_err(start)?;
    let Started { port } = process.hear(options, STARTS).await?;
    Ok((process, SocketAddr::from((Ipv4Addr::LOCALHOST, port))))
}

fn spawn(options: &Options) -> io::Result<Running> {
    let folder = folder_of(options);
    std::fs::create_dir_all(&folder)?;
    let script = folder.join("edge.mjs");
    std::fs::write(&script, SCRIPT)?;
    std::fs::write(folder.join(ROUTER), gwctl_stacks::ROUTER)?;
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(log_of(options))?;
    let mut child = Command::new(&options.node)
        .arg(script)
        // What configures this machine's Node or AWS is none of the edge's business.
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(log)
        // Ctrl-C is for whoever started it.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    let (orders, answers) = (child.stdin.take(), child.stdout.take());
    let (Some(orders), Some(answers)) = (orders, answers) else {
        return Err(io::Error::other("it has no pipes"));
    };
    Ok(Running {
        _watcher: Watcher::of(&child)?,
        child,
        orders,
        answers: BufReader::new(answers).lines(),
    })
}

/// Key and credentials go through the pipe: neither the process table nor a file shows them.
fn settings(options: &Options, port: u16) -> Value {
    let mut credentials = json!({});
    if let Some(given) = &options.credentials {
        credentials["AWS_ACCESS_KEY_ID"] = json!(given.access_key_id);
        credentials["AWS_SECRET_ACCESS_KEY"] = json!(given.secret_access_key);
        if let Some(token) = &given.session_token {
            credentials["AWS_SESSION_TOKEN"] = json!(token);
        }
    }
    json!({
        "port": port,
        "router": std::path::absolute(folder_of(options).join(ROUTER)).unwrap_or_default(),
        "distribution": "ELAB",
        "certificate": options.identity.certificate,
        "key": options.identity.key,
        "authority": options.authority,
        "resolver": options.resolver,
        "clientIp": options.client,
        "clientRttMs": ms(options.client_rtt),
        "origin": options.origin,
        "routes": routes_of(&options.routes),
        "credentials": credentials,
        "connectAttempts": options.connect_attempts,
        "connectTimeoutMs": ms(options.connect_timeout),
        "responseTimeoutMs": ms(options.response_timeout),
    })
}

fn routes_of(routes: &BTreeMap<String, Route>) -> Value {
    let route = |(host, route): (&String, &Route)| {
        let value = json!({
            "region": route.region,
            "host": route.address.ip(),
            "port": route.address.port(),
            "rttMs": ms(route.rtt),
        });
        (host.clone(), value)
    };
    Value::Object(routes.iter().map(route).collect())
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// Of this edge alone: several start at the same time.
fn folder_of(options: &Options) -> PathBuf {
    options.folder.join(format!("edge-{}", options.name))
}

fn log_of(options: &Options) -> PathBuf {
    folder_of(options).join("log")
}

fn ended(options: &Options) -> EdgeError {
    EdgeError::Ended {
        name: options.name.clone(),
        log: log_of(options).display().to_string(),
    }
}
