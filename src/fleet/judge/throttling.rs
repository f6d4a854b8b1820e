//! Whether an API gets more than it takes: its clients are answered 429.

use crate::judge::evidence::figure;
use crate::judge::evidence::reason;
use crate::{Metric, Reason, Site, Snapshot, Throttle, Verdict};

/// Throttled requests count among the requests and in `4xx` alone: more requests than the limit is what shows
/// them (aws-facts §1.1).
pub(super) fn judge(snapshot: &Snapshot, site: &Site) -> Option<Reason> {
    let requests = figure(&site.api.metrics, Metric::ApiRequests, snapshot)?;
    let limit = site.api.throttle.last().and_then(Throttle::limit)?;
    let second = requests.value / 60.0;
    if second <= limit {
        return None;
    }
    let share = 100.0 * (1.0 - limit / second);
    // A client that gets 429 is as badly off as with 5xx.
    let limits = snapshot.thresholds.api_5xx_percent;
    let verdict = if share > limits.critical {
        Verdict::Down
    } else {
        Verdict::Degraded
    };
    let text = format!(
        "throttled: {second:.0} requests a second, API limit {limit:.0}: about {share:.0} % get 429"
    );
    Some(reason(verdict, "throttling", text))
}
