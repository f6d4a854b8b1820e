//! What functions write: events of CloudWatch Logs read as lines, failures recognised, lines grouped into patterns.
//!
//! Every line is untrusted: whoever calls the API can make a function write anything.

mod access;
mod access_format;
mod event;
mod failure;
mod group;
mod grouping;
#[cfg(test)]
mod grouping_tests;
mod joined;
mod json;
mod line;
mod mask;
mod pattern;
mod span;
mod text;
#[cfg(test)]
mod text_tests;
mod told;

pub use access::{AccessLog, AccessSetting};
pub use access_format::AccessFormat;
pub use event::{LONGEST_EVENT, LogEvent, clean_event, lateness};
pub use failure::Failure;
pub use grouping::{Grouping, PARTS, patterns};
pub use joined::{Joining, joined};
pub use line::{Level, LineKind, LogLine};
pub use mask::masked;
pub use pattern::{Minutes, Pattern, Placed, Tally};
pub use span::LogSpan;
