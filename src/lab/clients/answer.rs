//! What clients read out of an answer.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Response};
use hyper::body::Bytes;
use serde_json::Value;

/// Which Region answered; the router says `none` where it answered itself.
pub(crate) fn region(headers: &HeaderMap) -> Option<Arc<str>> {
    let region = headers.get("x-gwctl-region")?.to_str().ok()?;
    (region != "none").then(|| region.into())
}

/// How long to wait before the next try.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get("retry-after")?.to_str().ok()?;
    Some(Duration::from_secs(seconds.parse().ok()?))
}

/// What shows later that its order was written.
pub(super) fn token(headers: &HeaderMap) -> Option<String> {
    let token = headers.get("consistency-token")?.to_str().ok()?;
    Some(token.to_owned())
}

/// The id of the order in the answer.
pub(super) fn id(answer: &Response<Bytes>) -> Option<String> {
    text(answer, "id")
}

/// Whether the handler says of a write that failed that nothing is written.
pub(super) fn is_not_written(answer: &Response<Bytes>) -> bool {
    text(answer, "outcome").as_deref() == Some("not written")
}

fn text(answer: &Response<Bytes>, key: &str) -> Option<String> {
    let body: Value = serde_json::from_slice(answer.body()).ok()?;
    Some(body.get(key)?.as_str()?.to_owned())
}
