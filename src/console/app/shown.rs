//! Which columns of a list are shown: what its rows say, and the heading that says it where there is a column for it.
//! The column that names a row always stays.

use super::{By, Panel, State};
use gwctl_fleet::columns;

/// The heading of the column in which the table of `panel` shows the cell called `name`; none where it has none, or none
/// that may go.
pub(super) fn heading(panel: Panel, name: &str) -> Option<&'static str> {
    let all = headings(panel).iter();
    all.copied()
        .find(|(cell, _)| *cell == name)
        .map(|(_, heading)| heading)
}

impl State {
    /// What `panel` of the present screen is sorted by; none where it stands in its own order.
    pub fn sorted_by(&self, panel: Panel) -> Option<By> {
        if panel == Panel::Regions {
            let sort = self.sort?;
            return Some(By {
                column: sort.column.name.to_owned(),
                descending: sort.descending,
            });
        }
        self.sorts.get(&self.spot(panel)).cloned()
    }

    /// Whether `panel` of the present screen is to be drawn without its column `heading`.
    pub fn hides(&self, panel: Panel, heading: &str) -> bool {
        let hidden = self.hidden.get(&self.spot(panel));
        hidden.is_some_and(|hidden| hidden.contains(heading))
    }

    /// Whether the column of the cells called `name` is shown; none where there is no column that may go.
    pub fn shows(&self, panel: Panel, name: &str) -> Option<bool> {
        if panel == Panel::Regions {
            let column = columns::find(name).filter(|column| column.name != "region")?;
            return Some(self.columns.contains(&column));
        }
        let heading = heading(panel, name)?;
        Some(!self.hides(panel, heading))
    }
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
