//! Which columns of a list are shown: what its rows say, and the heading that says it where there is a column for it.
//! The column that names a row always stays.

use super::Panel;

/// The heading of the column in which the table of `panel` shows the cell called `name`; none where it has none, or none
/// that may go.
pub(super) fn heading(panel: Panel, name: &str) -> Option<&'static str> {
    let all = headings(panel).iter();
    all.copied()
        .find(|(cell, _)| *cell == name)
        .map(|(_, heading)| heading)
}

/// Cells by their names, each with its heading.
pub(super) const fn headings(panel: Panel) -> &'static [(&'static str, &'static str)] {
    match panel {
        Panel::Functions => &[
            ("errors", "Errors"),
            ("p95", "p95"),
            ("runtime", "Runtime"),
            ("state", "State"),
        ],
        Panel::Members => &[
            ("role", "Role"),
            ("status", "Status"),
            ("lag", "Lag"),
            ("forwarding", "Forwarding"),
            ("synchronization", "Sync"),
            ("cluster", "Cluster"),
            ("instances", "Instances"),
            ("proxies", "Proxy"),
        ],
        Panel::Records => &[
            ("type", "Type"),
            ("ttl", "TTL"),
            ("target", "Target"),
            ("set", "Set id"),
            ("check", "Health check"),
        ],
        Panel::Checks => &[("target", "Looks at"), ("check", "Check")],
        Panel::Answers => &[("from", "Asked from"), ("ttl", "TTL"), ("answer", "Answer")],
        Panel::Operations => &[
            ("service", "Service"),
            ("region", "Region"),
            ("calls", "Calls"),
            ("failed", "Failed"),
            ("timeouts", "Silent"),
            ("throttled", "Throttled"),
            ("refused", "Refused"),
            ("mean", "Mean"),
            ("slowest", "Slowest"),
            ("dollars", "Dollars"),
            ("error", "Last error"),
        ],
        Panel::Recent => &[
            ("operation", "Operation"),
            ("region", "Region"),
            ("outcome", "Outcome"),
            ("took", "Took"),
            ("error", "Error"),
        ],
        Panel::Sent => &[
            ("at", "Sent"),
            ("outcome", "Outcome"),
            ("request", "Request id"),
            ("what", "What"),
        ],
        Panel::Timeline | Panel::Others => &[
            ("region", "Region"),
            ("kind", "Kind"),
            ("who", "Who"),
            ("what", "What"),
        ],
        Panel::Patterns => &[
            ("count", "All"),
            ("first", "First"),
            ("last", "Last"),
            ("kind", "Kind"),
            ("pattern", "Pattern"),
            ("function", "Function"),
        ],
        Panel::Lines => &[
            ("region", "Region"),
            ("function", "Function"),
            ("line", "Line"),
        ],
        Panel::Groups => &[
            ("function", "Function"),
            ("state", "State"),
            ("calls", "Calls"),
            ("not read", "Not read"),
        ],
        _ => &[],
    }
}
