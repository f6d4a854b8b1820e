//! Signals: those that end the console, those that stop it and let it go on, and the one that says it has
//! another size.

use std::io;

use rustix::process::{self, Pid};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// Leave; the number of the signal.
    Leave(i32),
    /// Look how large the terminal is.
    Measure,
    /// Give the terminal to the shell, and stand still.
    Suspend,
    /// The process stood still and goes on: the terminal may be in any mode.
    GoOn,
}

/// The signals that matter to a console.
pub(super) struct Signals {
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
pub(super) fn suspend_job() -> io::Result<()> {
    Ok(process::kill_current_process_group(process::Signal::TSTP)?)
}

/// Whether there is a shell that could let a suspended console go on. The kernel asks the same before it stops
/// a program at Ctrl-Z: without one it would stand still for ever.
pub(super) fn has_shell() -> bool {
    let session = process::getsid(None).ok();
    let job = process::getpgrp();
    let parent = process::getppid();
    let in_session = |pid: Pid| process::getsid(Some(pid)).ok() == session;
    session != Some(job) && parent.is_some_and(in_session)
}
