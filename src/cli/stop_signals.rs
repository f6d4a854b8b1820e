//! What asks a command to stop: an interrupt, the wish to terminate, a terminal that hangs up.

use super::failure::Failure;

fn failed(error: &std::io::Error) -> Failure {
    Failure::io("listen for signals", error)
}

/// Heard from when it is made.
pub struct StopSignals(system::Signals);

impl StopSignals {
    /// Listens from now on.
    pub fn listen() -> Result<Self, Failure> {
        system::Signals::listen()
            .map(Self)
            .map_err(|error| failed(&error))
    }

    /// Waits for any of them.
    pub async fn any(&mut self) {
        self.0.any().await;
    }
}

#[cfg(unix)]
mod system {
    use tokio::signal::unix::{Signal, SignalKind, signal};

    pub(super) struct Signals([Signal; 3]);

    impl Signals {
        pub(super) fn listen() -> std::io::Result<Self> {
            Ok(Self([
                signal(SignalKind::interrupt())?,
                signal(SignalKind::terminate())?,
                signal(SignalKind::hangup())?,
            ]))
        }

        pub(super) async fn any(&mut self) {
            let [interrupt, terminate, hangup] = &mut self.0;
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            }
        }
    }
}

#[cfg(windows)]
mod system {
    use tokio::signal::windows::{CtrlBreak, CtrlC, CtrlClose, ctrl_break, ctrl_c, ctrl_close};

    pub(super) struct Signals(CtrlC, CtrlBreak, CtrlClose);

    impl Signals {
        pub(super) fn listen() -> std::io::Result<Self> {
            Ok(Self(ctrl_c()?, ctrl_break()?, ctrl_close()?))
        }

        pub(super) async fn any(&mut self) {
            let Self(interrupt, terminate, hangup) = self;
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            }
        }
    }
}
