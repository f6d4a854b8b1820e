//! What Windows has of signals: the console's own keys and its closing. A change of size is noticed by looking.

use std::future::pending;
use std::io;
use std::time::Duration;

use tokio::signal::windows::{CtrlBreak, CtrlC, CtrlClose, ctrl_break, ctrl_c, ctrl_close};
use tokio::time::sleep;

use super::Wish;
use crate::shell::tty::Tty;

/// How often the size is looked at.
const LOOK: Duration = Duration::from_millis(250);

/// As Unix numbers them: exit codes are made of them.
const HANGUP: i32 = 1;
const INTERRUPT: i32 = 2;
const TERMINATE: i32 = 15;

/// The signals that matter to a console.
pub(in crate::shell) struct Signals {
    interrupt: CtrlC,
    terminate: CtrlBreak,
    hangup: CtrlClose,
    size: (u16, u16),
}

impl Signals {
    /// Listens from now on.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: ctrl_c()?,
            terminate: ctrl_break()?,
            hangup: ctrl_close()?,
            size: Tty::size(),
        })
    }

    /// What the next one wants.
    pub async fn next(&mut self) -> Wish {
        let size = &mut self.size;
        let number = tokio::select! {
            _ = self.terminate.recv() => TERMINATE,
            _ = self.interrupt.recv() => INTERRUPT,
            _ = self.hangup.recv() => HANGUP,
            () = changed(size) => return Wish::Measure,
        };
        Wish::Leave(number)
    }

    /// Waits until the terminal has another size.
    pub async fn resized(&mut self) {
        changed(&mut self.size).await;
    }

    /// Never called: nothing suspends a console here.
    pub async fn stand_still(&mut self) -> io::Result<()> {
        pending().await
    }

    /// What a terminal that went away counts as.
    pub fn hangup() -> i32 {
        HANGUP
    }
}

async fn changed(size: &mut (u16, u16)) {
    while Tty::size() == *size {
        sleep(LOOK).await;
    }
    *size = Tty::size();
}

/// There are no jobs to suspend.
pub(in crate::shell) fn suspend_job() -> io::Result<()> {
    Ok(())
}

/// Whether there is a shell that could let a suspended console go on.
pub(in crate::shell) fn has_shell() -> bool {
    false
}
