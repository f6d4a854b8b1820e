//! What became of the newest message to each target of `[notify]`.

use jiff::Timestamp;

use gwctl_fleet::format;

/// One target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its name in the configuration.
    pub target: String,
    /// When the newest message came out; none before the first.
    pub at: Option<Timestamp>,
    /// How it came out, in words.
    pub came: String,
    /// How many arrived, how many did not and will not, and how many wait.
    pub counts: (u64, u64, usize),
}

impl Told {
    /// `Slack took it, 3m ago; 4 arrived`.
    pub fn words(&self, now: Timestamp) -> String {
        let (arrived, lost, waiting) = self.counts;
        let age = self.at.map_or_else(String::new, |at| {
            format!(", {} ago", format::age(now.duration_since(at)))
        });
        let counts = [
            (arrived, "arrived"),
            (lost, "lost"),
            (waiting as u64, "waiting"),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let counts = counts.map(|(count, what)| format!("; {count} {what}"));
        let counts = counts.collect::<Vec<_>>().concat();
        format!("{}{age}{counts}", self.came)
    }
}
