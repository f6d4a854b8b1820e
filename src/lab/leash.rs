//! Processes that end with the lab, also when the lab itself is killed.
//!
//! Each program gets a watcher in its process group: a shell that reads a pipe whose other end this process holds.
//! When the pipe closes, whatever the reason, the watcher kills the group. No part of this needs `unsafe`.

use std::ffi::OsStr;
use std::io;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

/// Starts the watcher, then becomes the program: the child's id is the program's own.
const SCRIPT: &str = r#"exec 3<&0 </dev/null
(read -r _ <&3; kill -9 0) >/dev/null 2>&1 &
exec 3<&-
exec "$@""#;

/// As [`SCRIPT`]'s own one: kills the process group that it is in.
const WATCHER: &str = "read -r _; kill -9 0";

/// A watcher for a program that reads its own standard input: kills the program's group when it is dropped, and when
/// this process is gone.
#[derive(Debug)]
pub struct Watcher {
    _shell: Child,
    _held: Option<ChildStdin>,
}

impl Watcher {
    /// Of the process group that `leader` leads.
    ///
    /// # Errors
    /// It has ended, or there is no shell.
    pub fn of(leader: &Child) -> io::Result<Self> {
        let id = leader.id().and_then(|id| i32::try_from(id).ok());
        let group = id.ok_or_else(|| io::Error::other("the program has ended"))?;
        let mut command = Command::new("/bin/sh");
        command.args(["-c", WATCHER]).process_group(group);
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut shell = command.stderr(Stdio::null()).spawn()?;
        Ok(Self {
            _held: shell.stdin.take(),
            _shell: shell,
        })
    }
}

/// A command that runs `program` on a leash. Add arguments, environment and user, then give it to [`Leash::start`].
pub fn leashed(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", SCRIPT, "sh"]).arg(program);
    command.stdin(Stdio::piped()).process_group(0);
    command
}

/// A running program. Dropping it kills the program and all of its process group.
#[derive(Debug)]
pub struct Leash {
    child: Child,
    pid: Option<Pid>,
    /// The end of the pipe that the watcher reads.
    held: Option<ChildStdin>,
}

impl Leash {
    /// Starts a command made by [`leashed`].
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let mut child = command.spawn()?;
        let pid = child.id().and_then(|id| i32::try_from(id).ok());
        Ok(Self {
            pid: pid.and_then(Pid::from_raw),
            // Not left with the child, which closes it when it is waited for.
            held: child.stdin.take(),
            child,
        })
    }

    /// Its process id.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// What it writes to its standard output, once, if that was piped.
    pub fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// What it writes to its standard error, once, if that was piped.
    pub fn stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    /// Whether it runs (a stopped one does).
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends the program alone a signal.
    pub fn signal(&self, signal: Signal) {
        // Reaped already: its id may be another's by now.
        if let (Some(pid), Some(_)) = (self.pid, self.child.id()) {
            let _ = kill_process(pid, signal);
        }
    }

    /// Kills the program and its group with SIGKILL.
    pub fn kill(&mut self) {
        drop(self.held.take());
        if let (Some(pid), Some(_)) = (self.pid, self.child.id()) {
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }

    /// Waits until it has ended, and says how.
    pub async fn ended(&mut self) -> io::Result<std::process::ExitStatus> {
        self.child.wait().await
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        self.kill();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncBufReadExt as _, BufReader};

    async fn gone(id: u32) -> bool {
        for _ in 0..200 {
            let state = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
            if state.is_empty() || state.contains(") Z ") {
                return true;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        false
    }

    /// A program that stopped itself, as a frozen function is, when this process loses its end of the pipe.
    #[tokio::test]
    async fn what_the_lab_started_ends_when_the_lab_is_killed() {
        let mut command = leashed("/bin/sh");
        command.args(["-c", "echo $$; kill -STOP $$; sleep 100"]);
        command.stdout(Stdio::piped());
        let mut leash = Leash::start(&mut command).unwrap();
        let mut lines = BufReader::new(leash.stdout().unwrap()).lines();
        let id: u32 = lines.next_line().await.unwrap().unwrap().parse().unwrap();
        assert_eq!(Some(id), leash.id(), "the program has the child's id");
        assert!(leash.is_alive());
        // What a killed process leaves of its descriptors: nothing.
        drop(leash.held.take());
        assert!(gone(id).await, "process {id} is left behind, stopped");
        std::mem::forget(leash);
    }
}
