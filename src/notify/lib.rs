//! Who is told what happens to a fleet, in which words, and whether it arrived.
//!
//! ```text
//! pictures ──▶ Verdicts ──┐                    ┌──▶ a queue, a task: Slack
//!                         ├─▶ Notifier ─filter─┼──▶ a queue, a task: PagerDuty
//! journals ──▶ RunTold ───┘                    └──▶ …
//! ```
//!
//! Telling never waits: what cannot be delivered is tried again a bounded number of times, in a queue of its own for each
//! target (aws-facts §17.2).

mod answer;
mod approval;
mod bodies;
mod delivery;
mod filter;
mod heard;
mod notice;
mod notifier;
mod outcome;
mod pagerduty;
mod queue;
mod runs;
mod secret;
mod signing;
mod spec;
mod terminal;
mod verdicts;

pub use answer::Answer;
pub use approval::approval_wanted;
pub use delivery::{Ring, Way};
pub use heard::Heard;
pub use notice::{Alert, Event, Notice, Severity};
pub use notifier::Notifier;
pub use outcome::{Came, Outcome, Outcomes};
pub use runs::RunTold;
pub use secret::{NoSecret, Secret, SecretRef};
pub use signing::{BadSecret, SigningKey};
pub use spec::{Kind, NotifySpec, Quiet, TargetSpec};
pub use terminal::{Takes, TerminalKind};
pub use verdicts::Verdicts;
