//! Signals: those that end the console, and the one that says it has another size.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// Leave; the number of the signal.
    Leave(i32),
    /// Look how large the terminal is.
    Measure,
}

/// The signals that matter to a console.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
    size: Signal,
}

impl Signals {
    /// Listens from now on.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
            size: signal(SignalKind::window_change())?,
        })
    }

    /// What the next one wants.
    pub async fn next(&mut self) -> Wish {
        let kind = tokio::select! {
            _ = self.terminate.recv() => SignalKind::terminate(),
            _ = self.interrupt.recv() => SignalKind::interrupt(),
            _ = self.hangup.recv() => SignalKind::hangup(),
            _ = self.size.recv() => return Wish::Measure,
        };
        Wish::Leave(kind.as_raw_value())
    }

    /// What a terminal that went away counts as.
    pub fn hangup() -> i32 {
        SignalKind::hangup().as_raw_value()
    }
}
