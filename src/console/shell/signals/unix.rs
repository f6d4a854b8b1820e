//! Signals of Unix.

use std::io;

use rustix::process::{self, Pid};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Wish;

/// The signals that matter to a console.
pub(in crate::shell) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
    size: Signal,
    stop: Signal,
    go_on: Signal,
}

impl Signals {
    /// Listens from now on.
    pub fn listen() -> io::Result<Self> {
        let number = |signal: process::Signal| SignalKind::from_raw(signal.as_raw());
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
            size: signal(SignalKind::window_change())?,
            stop: signal(number(process::Signal::TSTP))?,
            go_on: signal(number(process::Signal::CONT))?,
        })
    }

    /// What the next one wants.
    pub async fn next(&mut self) -> Wish {
        let kind = tokio::select! {
            _ = self.terminate.recv() => SignalKind::terminate(),
            _ = self.interrupt.recv() => SignalKind::interrupt(),
            _ = self.hangup.recv() => SignalKind::hangup(),
            _ = self.size.recv() => return Wish::Measure,
            _ = self.stop.recv() => return Wish::Suspend,
            _ = self.go_on.recv() => return Wish::GoOn,
        };
        Wish::Leave(kind.as_raw_value())
    }

    /// Waits until the terminal has another size.
    pub async fn resized(&mut self) {
        self.size.recv().await;
    }

    /// Stands still until somebody says go on.
    pub async fn stand_still(&mut self) -> io::Result<()> {
        // This one cannot be caught: the other is, and would come back here.
        process::kill_process(process::getpid(), process::Signal::STOP)?;
        self.go_on.recv().await;
        Ok(())
    }

    /// What a terminal that went away counts as.
    pub fn hangup() -> i32 {
        SignalKind::hangup().as_raw_value()
    }
}

/// Does what the terminal does at Ctrl-Z while it is in its own modes: tells every program of the job.
pub(in crate::shell) fn suspend_job() -> io::Result<()> {
    Ok(process::kill_current_process_group(process::Signal::TSTP)?)
}

/// Whether there is a shell that could let a suspended console go on. The kernel asks the same before it stops
/// a program at Ctrl-Z: without one it would stand still for ever.
pub(in crate::shell) fn has_shell() -> bool {
    let session = process::getsid(None).ok();
    let job = process::getpgrp();
    let parent = process::getppid();
    let in_session = |pid: Pid| process::getsid(Some(pid)).ok() == session;
    session != Some(job) && parent.is_some_and(in_session)
}
