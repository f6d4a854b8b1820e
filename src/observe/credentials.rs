//! Shows in the picture that the program which gives the credentials is waited for.

use std::sync::Arc;

use tokio::sync::watch;

use super::picture::Picture;
use super::poller::{PolledAnswer, Poller};

/// Follows what the program says. When it ends, everything that waited for it is asked again at once.
pub(super) async fn watch(poller: Arc<Poller>, again: watch::Sender<u64>) {
    let mut waiting = gwctl_aws::waiting();
    let mut shown = None;
    loop {
        let now = waiting.borrow_and_update().clone();
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
        if waiting.changed().await.is_err() {
            return;
        }
    }
}
