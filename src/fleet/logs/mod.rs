//! What functions write: events of CloudWatch Logs read as lines, failures recognised, lines grouped into patterns.
//!
//! Every line is untrusted: whoever calls the API can make a function write anything.

mod access;
mod access_format;
mod breakdown;
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
mod price;
mod query;
mod span;
mod text;
#[cfg(test)]
mod text_tests;
mod told;

pub use access::{AccessLog, AccessSetting};
pub use access_format::AccessFormat;
pub use breakdown::{Answered, BreakdownRow, Requests, breakdown, folded};
pub use event::{LONGEST_EVENT, LogEvent, clean_event, lateness};
pub use failure::Failure;
pub use grouping::{Grouping, PARTS, patterns};
pub use joined::{Joining, joined};
pub use line::{DATABASE_LOG, Level, LineKind, LogLine};
pub use mask::masked;
pub use pattern::{Minutes, Pattern, Placed, Tally};
pub use price::{StoredGroup, scan_dollars, scan_price, scanned};
pub use query::{AccessFields, By, QUERY_ROWS, breakdown_query, errors_query, text_query};
pub use span::LogSpan;
