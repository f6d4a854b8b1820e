//! A panic anywhere ends the console in good order: terminal first, report after.
//!
//! While the console runs, the hook keeps the report instead of printing it over the screen. The
//! loop hears of it, ends, and gives the terminal back; on the loop's own thread the hook gives it
//! back at once, for there may be no loop left to do so.

use std::panic::{self, PanicHookInfo};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::tty;
use crate::ConsoleError;

/// How long the loop may take to end after a panic on another thread.
const LEFT: Duration = Duration::from_secs(3);
/// How long the log may take to be written.
const WRITTEN: Duration = Duration::from_millis(100);

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

/// Watches for panics until dropped.
pub(super) struct Watch {
    /// Cancelled by the first panic.
    pub token: CancellationToken,
    report: Arc<Mutex<Option<String>>>,
    before: Option<Hook>,
}

impl Watch {
    /// Takes the panic hook over.
    pub fn start() -> Self {
        let token = CancellationToken::new();
        let report = Arc::new(Mutex::new(None));
        let before = panic::take_hook();
        let (heard, kept) = (token.clone(), Arc::clone(&report));
        let own = thread::current().id();
        panic::set_hook(Box::new(move |info| {
            let ours = is_own(own);
            if ours {
                tty::restore();
            }
            let text = describe(info);
            tracing::error!(report = %text, "a panic ends the console");
            if let Ok(mut report) = kept.lock() {
                report.get_or_insert_with(|| text.clone());
            }
            heard.cancel();
            if cfg!(panic = "abort") || drill::aborts() {
                last_words(ours, text);
                std::process::abort();
            }
        }));
        Self {
            token,
            report,
            before: Some(before),
        }
    }

    /// What the first panic said.
    pub fn report(&self) -> Option<String> {
        self.report.lock().ok()?.clone()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // A hook cannot be set while panicking.
        if let Some(before) = self.before.take().filter(|_| !thread::panicking()) {
            panic::set_hook(before);
        }
    }
}

/// In a build that does not unwind, the process is over after the hook. On another thread than the loop's, the
/// loop ends it in good order before that; where it does not, or has no thread any more, this is the end.
fn last_words(ours: bool, report: String) {
    // Long enough for the loop to end, and for the log to be written.
    thread::sleep(if ours { WRITTEN } else { LEFT });
    tty::restore();
    eprintln!("gwctl: {}", ConsoleError::Panicked { report });
}

/// Does on request what a build does that does not unwind, so that tests can see it. Debug builds only.
mod drill {
    pub(super) fn aborts() -> bool {
        cfg!(debug_assertions)
            && std::env::var("GWCTL_TEST_PANIC").is_ok_and(|place| place.ends_with("-abort"))
    }
}

fn is_own(own: ThreadId) -> bool {
    thread::current().id() == own
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or("no message");
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let backtrace = std::backtrace::Backtrace::capture();
    let trace = match backtrace.status() {
        std::backtrace::BacktraceStatus::Captured => format!("\n{backtrace}"),
        _ => "\n(RUST_BACKTRACE=1 shows the way there)".into(),
    };
    format!("{message}\n  at {place}{trace}")
}
