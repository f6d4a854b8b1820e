//! Whether anybody heard a notice.

use tokio::sync::mpsc;

/// Where a target says that it is done with a notice: whether it took it.
pub(crate) type Ended = mpsc::UnboundedSender<bool>;

/// What becomes of one notice at all targets that are told it.
#[derive(Debug)]
pub struct Heard {
    /// How many targets are not done with it.
    open: usize,
    ended: mpsc::UnboundedReceiver<bool>,
}

impl Heard {
    pub(crate) const fn of(targets: usize, ended: mpsc::UnboundedReceiver<bool>) -> Self {
        Self {
            open: targets,
            ended,
        }
    }

    /// Waits until one target took it, or all are done with it. False where it was given up before it was tried.
    pub async fn settled(mut self) -> bool {
        while self.open > 0 {
            match self.ended.recv().await {
                Some(true) => return true,
                Some(false) => self.open -= 1,
                None => return false,
            }
        }
        true
    }
}
