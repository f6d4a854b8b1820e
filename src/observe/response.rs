//! What came back for one question.

use jiff::Timestamp;

use gwctl_fleet::{Missing, Observed, Source};

/// The answer or why there is none, when it was asked, of whom.
#[derive(Clone)]
pub(super) struct Response<T> {
    pub(super) answer: Result<T, Missing>,
    pub(super) at: Timestamp,
    pub(super) source: Source,
}

impl<T> Response<T> {
    pub(super) fn renew(self, observed: &mut Observed<T>) {
        observed.renew(self.answer, self.at, self.source);
    }

    pub(super) fn map<U>(self, change: impl FnOnce(T) -> Result<U, Missing>) -> Response<U> {
        Response {
            answer: self.answer.and_then(change),
            at: self.at,
            source: self.source,
        }
    }
}
