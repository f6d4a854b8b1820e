//! gwctl itself cannot see: nothing then speaks of the fleet.

use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use gwctl_fleet::{Missing, Snapshot, Verdict};

/// From this part of all calls on, refusals for the rate hide the fleet.
const MANY: f64 = 0.2;

pub(super) fn look(evidence: &Evidence<'_>) -> Vec<Hypothesis> {
    let picture = evidence.picture;
    credentials(picture)
        .or_else(|| throttled(picture))
        .into_iter()
        .collect()
}

fn credentials(picture: &Snapshot) -> Option<Hypothesis> {
    let Some(Missing::CouldNotAsk { why }) = picture.identity.why_missing() else {
        return None;
    };
    let all = picture.ledger.sum();
    // Whoever cannot ask STS alone may see the rest.
    if all.calls == 0 || all.refused * 2 < all.calls {
        return None;
    }
    Some(Hypothesis {
        cause: "credentials",
        region: None,
        sentence: format!(
            "gwctl's own credentials do not work ({why}): AWS refuses to say how the fleet is"
        ),
        verdict: Verdict::Unknown,
        hurts: false,
        since: None,
        sure: Sureness::High,
        why: "AWS refuses the calls themselves, whatever they ask for".into(),
        supports: vec![
            format!("STS does not name the caller: {why}"),
            format!("{} of {} calls were refused", all.refused, all.calls),
        ],
        contradicts: Vec::new(),
        apart: Some(served(picture)),
        about: Vec::new(),
        hit_percent: None,
        actions: vec!["gwctl doctor".into()],
    })
}

/// What is known of clients without AWS.
fn served(picture: &Snapshot) -> String {
    match picture.edge.probe.current() {
        Some(report) if report.status < 500 => format!(
            "gwctl's own request to {} was answered {}: clients are served from here",
            picture.edge.domain, report.status
        ),
        Some(report) => format!(
            "gwctl's own request to {} was answered {}",
            picture.edge.domain, report.status
        ),
        None => format!(
            "gwctl's own request to {} has no answer",
            picture.edge.domain
        ),
    }
}

fn throttled(picture: &Snapshot) -> Option<Hypothesis> {
    let all = picture.ledger.sum();
    let part = all.throttled as f64 / all.calls.max(1) as f64;
    (part >= MANY).then(|| Hypothesis {
        cause: "calls-throttled",
        region: None,
        sentence:
            "AWS refuses many of gwctl's calls for their rate: what it shows of the fleet has holes"
                .into(),
        verdict: Verdict::Unknown,
        hurts: false,
        since: None,
        sure: Sureness::High,
        why: "AWS says so in its replies".into(),
        supports: vec![format!(
            "{} of {} calls were throttled",
            all.throttled, all.calls
        )],
        contradicts: Vec::new(),
        apart: Some(served(picture)),
        about: Vec::new(),
        hit_percent: None,
        actions: Vec::new(),
    })
}
