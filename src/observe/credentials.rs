//! Shows in the picture that the program which gives the credentials is waited for.

use std::sync::Arc;

use tokio::sync::watch;

use super::desk::{Answer, Desk};
use super::fold::Picture;

/// Follows what the program says. When it ends, everything that waited for it is asked again at once.
pub(super) async fn watch(desk: Arc<Desk>, again: watch::Sender<u64>) {
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
            if desk
                .answers
                .send(Answer {
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
