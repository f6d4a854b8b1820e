//! Figures for people: a value with its unit, or the mark that says why there is none.

use std::time::Duration;

use crate::fleet::columns::Moment;
use crate::fleet::{Freshness, Marks, Metric, Metrics, Missing, Observed, Snapshot};

/// The marks for a missing value: those of the console.
pub const MARKS: Marks = Marks::UNICODE;

/// Every mark, and what it means.
pub fn legend() -> [(&'static str, &'static str); 4] {
    use Freshness::{CouldNotAsk, NoData, NotAllowed, NotYet};
    [NoData, CouldNotAsk, NotAllowed, NotYet].map(|kind| (kind.mark(&MARKS), kind.words()))
}

/// The picture as it is now.
pub fn moment(picture: &Snapshot) -> Moment<'_> {
    Moment {
        snapshot: picture,
        now: picture.at,
    }
}

/// The mark for `why`.
pub fn mark(why: Option<&Missing>) -> &'static str {
    why.map_or(MARKS.not_yet, |why| MARKS.of(why))
}

/// The current value as `show` puts it, or the mark.
pub fn of<T>(observed: &Observed<T>, show: impl FnOnce(&T) -> String) -> String {
    observed
        .current()
        .map_or_else(|| mark(observed.why_missing()).to_owned(), show)
}

/// The newest settled figure of a series, or the mark.
pub fn latest(picture: &Snapshot, metrics: &Metrics, metric: Metric) -> String {
    let reading = moment(picture).reading(metrics, metric);
    reading.cell(&MARKS, usize::MAX)
}

/// A measured time in milliseconds.
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
