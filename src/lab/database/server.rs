//! One PostgreSQL server: its folder, its settings, its process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use gwctl_fleet::Region;
use rustix::process::Signal;
use tokio::time::{Instant, sleep};

use super::error::DatabaseError;
use super::install::Install;
use super::sql::SUPERUSER;
use crate::leash::Leash;

/// For speed and little memory. `fsync` is off: what a lab plays is the death of processes, which the page cache
/// survives, and not that of a machine.
const SETTINGS: &[&str] = &[
    "listen_addresses=",
    "fsync=off",
    "shared_buffers=16MB",
    "max_connections=100",
    "wal_level=replica",
    "hot_standby=on",
    "wal_keep_size=64MB",
    "max_wal_size=256MB",
    "max_slot_wal_keep_size=512MB",
    "wal_receiver_status_interval=1s",
    "wal_retrieve_retry_interval=100ms",
    "max_parallel_workers=0",
    "max_worker_processes=2",
    "max_logical_replication_workers=0",
    "autovacuum=off",
    "jit=off",
    "log_checkpoints=off",
    "log_connections=off",
];

/// The longest that a server takes to start or to stop.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks at whether it has.
const PAUSE: Duration = Duration::from_millis(10);
/// The longest path of a socket on Linux.
const LONGEST_SOCKET: usize = 107;

/// A Region's server. Dropping it kills it.
pub(super) struct Server {
    pub region: Region,
    install: Install,
    /// Where everything of this server is: `data`, the socket, `log`.
    home: PathBuf,
    process: Option<Leash>,
}

impl Server {
    pub fn new(region: Region, install: Install, folder: &Path) -> Result<Self, DatabaseError> {
        let home = folder.join(region.as_str());
        install
            .make_folder(&home)
            .map_err(DatabaseError::io("the lab cannot make a database's folder"))?;
        let server = Self {
            region,
            install,
            home,
            process: None,
        };
        if server.uplink().as_os_str().len() > LONGEST_SOCKET {
            return Err(DatabaseError::LongPath(server.home));
        }
        let up = server.home.join("up");
        server
            .install
            .make_folder(&up)
            .map_err(DatabaseError::io("the lab cannot make a database's folder"))?;
        Ok(server)
    }

    /// Its socket. PostgreSQL makes the name from a port, which is nobody's here.
    pub fn socket(&self) -> PathBuf {
        self.home.join(".s.PGSQL.5432")
    }

    /// The socket through which it reaches whoever has the writer.
    pub fn uplink(&self) -> PathBuf {
        self.home.join("up").join(".s.PGSQL.5432")
    }

    pub fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    /// What it wrote: all of it, since it began.
    pub fn log(&self) -> String {
        fs::read_to_string(self.home.join("log")).unwrap_or_default()
    }

    pub async fn initdb(&self) -> Result<(), DatabaseError> {
        let mut command = self.install.program("initdb");
        command.args(["-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C"]);
        command.args(["--no-sync", "--no-instructions", "--wal-segsize=1", "-D"]);
        command.arg(self.data());
        run("initdb", command).await
    }

    /// Takes over the files of a server that is stopped. Quicker than a base backup.
    pub async fn copy_from(&self, other: &Self) -> Result<(), DatabaseError> {
        let mut command = crate::leash::leashed("cp");
        command.arg("-a").arg(other.data()).arg(self.data());
        run("cp", command).await
    }

    /// Replaces its files by those of whoever has the writer now.
    pub async fn base_backup(&mut self) -> Result<(), DatabaseError> {
        self.kill_and_wait().await?;
        let removed = fs::remove_dir_all(self.data());
        removed.map_err(DatabaseError::io(
            "the lab cannot remove the old files of a database",
        ))?;
        let mut command = self.install.program("pg_basebackup");
        command.arg("-h").arg(self.home.join("up"));
        command.args([
            "-p",
            "5432",
            "-U",
            SUPERUSER,
            "-X",
            "stream",
            "-c",
            "fast",
            "--no-sync",
            "-D",
        ]);
        command.arg(self.data());
        run("pg_basebackup", command).await
    }

    /// Whether it starts as a replica.
    pub fn follow(&self, follows: bool) -> Result<(), DatabaseError> {
        let signal = self.data().join("standby.signal");
        let done = if follows {
            fs::write(&signal, "").and_then(|()| self.install.give(&signal))
        } else {
            match fs::remove_file(&signal) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
                done => done,
            }
        };
        done.map_err(DatabaseError::io(
            "the lab cannot change the role of a database",
        ))
    }

    /// Starts it and waits until it takes sessions.
    pub async fn start(&mut self) -> Result<(), DatabaseError> {
        self.kill_and_wait().await?;
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            self.launch()?;
            while self.is_alive() && Instant::now() < deadline {
                if self.is_ready() {
                    return Ok(());
                }
                sleep(PAUSE).await;
            }
            // Sessions of one that was killed hold its memory for a moment.
            if !self.told_of_memory() {
                break;
            }
            sleep(PAUSE * 5).await;
        }
        let log = self.log();
        let mut told: Vec<_> = log.lines().rev().take(4).collect();
        told.reverse();
        Err(DatabaseError::NotStarted {
            region: self.region.clone(),
            told: told.join(" / "),
        })
    }

    /// As `pg_ctl` finds out: the process's own lock file says it in its last line.
    fn is_ready(&self) -> bool {
        let id = self.process.as_ref().and_then(Leash::id);
        let lock = fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        let mut lines = lock.lines();
        let ours = lines.next().and_then(|line| line.trim().parse().ok()) == id;
        ours && id.is_some() && lines.next_back().map(str::trim) == Some("ready")
    }

    fn told_of_memory(&self) -> bool {
        let log = self.log();
        log.lines()
            .rev()
            .take(3)
            .any(|line| line.contains("shared memory block"))
    }

    fn launch(&mut self) -> Result<(), DatabaseError> {
        let cannot = || DatabaseError::io("the lab cannot start a database");
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.home.join("log"))
            .map_err(cannot())?;
        let name = self.region.as_str();
        let mut command = self.install.program("postgres");
        command.arg("-D").arg(self.data()).arg("-k").arg(&self.home);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        let up = self.home.join("up");
        let up = up.display();
        command.args(["-c", "port=5432", "-c", &format!("cluster_name={name}")]);
        command.args(["-c", &format!("primary_slot_name={}", slot(&self.region))]);
        command.arg("-c").arg(format!(
            "primary_conninfo=host={up} port=5432 user={SUPERUSER} application_name={name} connect_timeout=10"
        ));
        command.stdout(Stdio::null()).stderr(log);
        self.process = Some(Leash::start(&mut command).map_err(cannot())?);
        Ok(())
    }

    /// Its process id, while it runs.
    pub fn id(&mut self) -> Option<u32> {
        let alive = self.is_alive();
        self.process.as_ref().filter(|_| alive)?.id()
    }

    pub fn is_alive(&mut self) -> bool {
        self.process.as_mut().is_some_and(Leash::is_alive)
    }

    /// A fast shutdown: sessions end with 57P01, replicas get everything, then it ends.
    pub async fn stop(&mut self) -> Result<(), DatabaseError> {
        if let Some(process) = &self.process {
            process.signal(Signal::INT);
        }
        self.ended().await
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        if let Some(process) = &mut self.process {
            process.kill();
        }
    }

    /// SIGKILL, and until it is gone.
    pub async fn kill_and_wait(&mut self) -> Result<(), DatabaseError> {
        self.kill();
        self.ended().await
    }

    async fn ended(&mut self) -> Result<(), DatabaseError> {
        let Some(process) = &mut self.process else {
            return Ok(());
        };
        let ended = tokio::time::timeout(PATIENCE, process.ended()).await;
        self.process = None;
        match ended {
            Ok(ended) => ended.map(drop).map_err(DatabaseError::io(
                "the lab cannot wait for a database to end",
            )),
            Err(_) => Err(DatabaseError::Late {
                region: self.region.clone(),
                what: "stop",
                seconds: PATIENCE.as_secs(),
            }),
        }
    }
}

/// The name of a replica's replication slot: letters, digits and underscores only.
pub(super) fn slot(region: &Region) -> String {
    region.as_str().replace('-', "_")
}

async fn run(
    program: &'static str,
    mut command: tokio::process::Command,
) -> Result<(), DatabaseError> {
    let cannot = || DatabaseError::io(format!("the lab cannot run {program}"));
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut leash = Leash::start(&mut command).map_err(cannot())?;
    let mut told = String::new();
    if let Some(mut stderr) = leash.stderr() {
        let _ = tokio::io::AsyncReadExt::read_to_string(&mut stderr, &mut told).await;
    }
    if leash.ended().await.map_err(cannot())?.success() {
        return Ok(());
    }
    let last = told.lines().rev().find(|line| !line.trim().is_empty());
    Err(DatabaseError::Program {
        program,
        told: last.unwrap_or("no reason given").to_owned(),
    })
}
