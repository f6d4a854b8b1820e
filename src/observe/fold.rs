//! One task owns the picture: it folds the answers in, judges, and publishes.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::picture::Picture;
use super::poller::PolledAnswer;
use gwctl_fleet::{Pace, Snapshot, judge};

/// Bursts of answers become one picture, so that judging and drawing cost the same however many Regions answer: at
/// most one in this much time on the wall while the first picture fills in, …
const FILLING: Duration = Duration::from_millis(25);
/// … and at the incident pace in this much fleet time afterwards, at least [`BURST`] on the wall. At the calm pace
/// [`super::Refresh::gather`] says how much.
const INCIDENT: Duration = Duration::from_millis(250);
const BURST: Duration = Duration::from_millis(50);
/// How long after the first complete picture (on the wall) what hangs on its answers may still come in.
const FILLED: Duration = Duration::from_secs(2);
/// Fleet time after which things are judged again though nothing came in: what is known grows old.
const GROWS_OLD: Duration = Duration::from_secs(5);
/// Answers folded in before looking at the clock again.
const BATCH: usize = 256;

/// Folds answers in and publishes, until nobody looks any more. `questions` answers make the
/// first picture complete.
pub(super) async fn run(
    mut picture: Picture,
    mut answers: mpsc::UnboundedReceiver<PolledAnswer>,
    (mut pace, calm): (watch::Receiver<Pace>, Duration),
    questions: usize,
    publish: watch::Sender<Arc<Snapshot>>,
) {
    let poller = picture.poller.clone();
    let mut unanswered: HashSet<usize> = (0..questions).collect();
    let mut batch = Vec::with_capacity(BATCH);
    let mut last = None::<Instant>;
    let mut filled = None::<Instant>;
    let mut news = false;
    loop {
        let burst = match filled {
            Some(at) if at.elapsed() > FILLED => {
                let steady = match *pace.borrow() {
                    Pace::Calm => calm,
                    Pace::Incident => INCIDENT,
                };
                poller.clock.wall(steady).max(BURST)
            }
            _ => FILLING,
        };
        let next = last.map_or_else(Instant::now, |last| last + burst);
        // In this order: a burst must not keep what came before it from being seen.
        tokio::select! {
            biased;
            changed = pace.changed() => if changed.is_err() { return },
            () = tokio::time::sleep_until(next), if news => {}
            count = answers.recv_many(&mut batch, BATCH) => {
                if count == 0 {
                    return;
                }
                for answer in batch.drain(..) {
                    (answer.fold)(&mut picture);
                    if let Some(question) = answer.question {
                        unanswered.remove(&question);
                    }
                }
                news = true;
                if picture.snapshot.complete || !unanswered.is_empty() {
                    continue;
                }
                // Whoever waits for the complete picture waits no longer than need be.
                picture.snapshot.complete = true;
                filled = Some(Instant::now());
            }
            () = poller.sleep(GROWS_OLD), if !news => {
                if !has_aged(&picture, &publish.borrow()) {
                    continue;
                }
            }
        }
        let now = *pace.borrow();
        picture.finish(&publish.borrow().clone(), now);
        publish.send_replace(Arc::new(picture.snapshot.clone()));
        last = Some(Instant::now());
        news = false;
    }
}

/// Whether time alone changed a verdict, or calls without an answer changed who is reachable.
fn has_aged(picture: &Picture, published: &Snapshot) -> bool {
    let mut now = picture.snapshot.clone();
    now.at = picture.poller.clock.now();
    for site in &mut now.sites {
        site.reach = picture.poller.session.reach(&site.region);
    }
    judge(&mut now);
    let verdicts = |s: &Snapshot| -> Vec<_> {
        let sites = s.sites.iter().map(|site| site.judgement.verdict);
        sites
            .chain([
                s.judgement.verdict,
                s.database.judgement.verdict,
                s.edge.judgement.verdict,
            ])
            .collect()
    };
    let answering =
        |s: &Snapshot| -> Vec<_> { s.sites.iter().map(|site| site.reach.answering()).collect() };
    verdicts(&now) != verdicts(published) || answering(&now) != answering(published)
}
