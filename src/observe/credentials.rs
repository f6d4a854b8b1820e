//! Shows in the picture what the credentials wait for: the program that gives them, or the code of an MFA device.

use std::sync::Arc;

use tokio::sync::watch;

use super::picture::Picture;
use super::poller::{PolledAnswer, Poller};

/// Takes the code that the MFA device shows which is waited for.
pub fn give_mfa_code(code: &str) {
    let device = gwctl_aws::mfa_devices_waiting().borrow().first().cloned();
    if let Some(device) = device {
        gwctl_aws::give_mfa_code(&device, code);
    }
}

/// Follows what is waited for. When it is there, everything that waited for it is asked again at once.
pub(super) async fn watch(poller: Arc<Poller>, again: watch::Sender<u64>) {
    let mut waiting = gwctl_aws::waiting();
    let mut devices = gwctl_aws::mfa_devices_waiting();
    let mut shown = None;
    loop {
        let device = devices.borrow_and_update().first().cloned();
        let code = device
            .map(|device| format!("the MFA code of {device} is needed: type `:mfa` and the code"));
        let now = waiting.borrow_and_update().clone().or(code);
        if now != shown {
            if now.is_none() {
                again.send_modify(|count| *count += 1);
            }
            shown.clone_from(&now);
            let fold = Box::new(move |picture: &mut Picture| picture.snapshot.waiting = now);
            // The picture is gone together with its observer.
            if poller
                .answers
                .send(PolledAnswer {
                    question: None,
                    fold,
                })
                .is_err()
            {
                return;
            }
        }
        let changed = tokio::select! {
            changed = waiting.changed() => changed,
            changed = devices.changed() => changed,
        };
        if changed.is_err() {
            return;
        }
    }
}
