//! The codes of MFA devices: which are waited for, and those that were given.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

use tokio::sync::watch;

static CODES: LazyLock<Mutex<BTreeMap<String, String>>> = LazyLock::new(Mutex::default);
static NEEDED: LazyLock<watch::Sender<BTreeSet<String>>> =
    LazyLock::new(|| watch::channel(BTreeSet::new()).0);
static GIVEN: AtomicU64 = AtomicU64::new(0);

/// The MFA devices whose code is waited for.
pub fn mfa_devices_waiting() -> watch::Receiver<BTreeSet<String>> {
    NEEDED.subscribe()
}

/// Takes the code that `device` shows now. It is used once.
pub fn give_mfa_code(device: &str, code: &str) {
    let mut codes = CODES.lock().unwrap_or_else(PoisonError::into_inner);
    codes.insert(device.to_owned(), code.trim().to_owned());
    GIVEN.fetch_add(1, Ordering::SeqCst);
    // With the codes still locked: whoever asks meanwhile finds this one.
    NEEDED.send_if_modified(|needed| needed.remove(device));
}

/// How many codes were given: a failure from before the last one says nothing any more.
pub(crate) fn given() -> u64 {
    GIVEN.load(Ordering::SeqCst)
}

/// Asks for the code of `device`.
pub(crate) fn need(device: &str) {
    NEEDED.send_if_modified(|needed| needed.insert(device.to_owned()));
}

/// The code that was given for `device`, once; without one it is asked for.
pub(crate) fn take_or_need(device: &str) -> Option<String> {
    let mut codes = CODES.lock().unwrap_or_else(PoisonError::into_inner);
    let code = codes.remove(device);
    if code.is_none() {
        need(device);
    }
    code
}
