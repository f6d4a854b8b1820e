//! systemd: that the watcher is ready, that it is alive, that it ends. Without `NOTIFY_SOCKET` nobody is told.

use std::time::Duration;

/// The way to systemd.
#[derive(Debug, Default)]
pub struct Systemd {
    socket: Option<String>,
    /// How often a sign of life is expected.
    watchdog: Option<Duration>,
}

impl Systemd {
    /// As the environment tells.
    pub fn from_environment() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let ours = variable("WATCHDOG_PID").is_none_or(|pid| pid == std::process::id().to_string());
        let every = variable("WATCHDOG_USEC").filter(|_| ours);
        let every = every.and_then(|every| every.parse().ok());
        Self {
            socket: variable("NOTIFY_SOCKET"),
            watchdog: every.map(Duration::from_micros),
        }
    }

    /// How often to call [`Self::alive`]: twice within what systemd waits.
    pub fn pulse(&self) -> Option<Duration> {
        self.watchdog.map(|watchdog| watchdog / 2)
    }

    /// It watches, with `status` in a few words.
    pub fn ready(&self, status: &str) {
        self.send(&format!("READY=1\nSTATUS={status}"));
    }

    /// It is alive.
    pub fn alive(&self) {
        if self.watchdog.is_some() {
            self.send("WATCHDOG=1");
        }
    }

    /// It ends.
    pub fn stopping(&self) {
        self.send("STOPPING=1");
    }

    fn send(&self, text: &str) {
        let Some(socket) = &self.socket else { return };
        if let Err(error) = send(socket, text.as_bytes()) {
            tracing::warn!("systemd does not hear: {error}");
        }
    }
}

#[cfg(unix)]
fn send(socket: &str, text: &[u8]) -> std::io::Result<()> {
    use std::os::unix::net::{SocketAddr, UnixDatagram};
    let address = match socket.strip_prefix('@') {
        #[cfg(target_os = "linux")]
        Some(name) => {
            use std::os::linux::net::SocketAddrExt as _;
            SocketAddr::from_abstract_name(name)?
        }
        _ => SocketAddr::from_pathname(socket)?,
    };
    let sender = UnixDatagram::unbound()?;
    // Who does not read must not stop the watcher.
    sender.set_nonblocking(true)?;
    sender.send_to_addr(text, &address).map(drop)
}

#[cfg(not(unix))]
fn send(_: &str, _: &[u8]) -> std::io::Result<()> {
    Ok(())
}
