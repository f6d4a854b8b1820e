//! What came of comparing a resource of a state with AWS.

use serde_json::Value;

use gwctl_fleet::{Missing, Observed};

use super::finding::Line;
use super::part::same_name;
use super::values::{SENSITIVE, has_true, is_nothing, lookup};

/// One attribute beside what AWS says of it.
pub(super) struct Pair {
    pub path: &'static str,
    pub state: Value,
    pub live: Value,
}

/// What came of comparing one resource.
pub(super) enum Compared {
    /// The attributes that were compared; only those that differ count.
    Pairs(Vec<Pair>),
    /// AWS has no such thing.
    Gone,
    /// Nobody could ask.
    Unasked(Missing),
    /// gwctl watches nothing that could be compared.
    Nothing,
}

impl Pair {
    pub(super) const fn of(path: &'static str, state: Value, live: Value) -> Self {
        Self { path, state, live }
    }

    pub(super) fn new(path: &'static str, values: &Value, live: impl Into<Value>) -> Self {
        Self {
            path,
            state: lookup(values, path).clone(),
            live: live.into(),
        }
    }

    pub(super) fn differs(&self) -> bool {
        if is_nothing(&self.state) && is_nothing(&self.live) {
            return false;
        }
        match (&self.state, &self.live) {
            (Value::String(state), Value::String(live)) => !same_name(state, live) && state != live,
            (Value::Number(state), Value::Number(live)) => state.as_f64() != live.as_f64(),
            // What was never set is `false`.
            (state, Value::Bool(false)) => state.as_bool() == Some(true),
            (state, live) => state != live,
        }
    }

    pub(super) fn line(&self, sensitive: &Value) -> Line {
        let name = self.path.split('.').next().unwrap_or_default();
        let hidden = !is_nothing(lookup(sensitive, name)) && has_true(lookup(sensitive, name));
        let show = |value: &Value| match value {
            _ if hidden => SENSITIVE.to_owned(),
            Value::String(text) if !text.is_empty() => gwctl_fleet::clean(text, 160),
            value if is_nothing(value) => "nothing".into(),
            value => gwctl_fleet::clean(&value.to_string(), 160),
        };
        Line {
            path: self.path.into(),
            before: show(&self.state),
            after: show(&self.live),
            forces_replacement: false,
        }
    }
}

/// What is known now, or why not.
pub(super) fn current<T>(observed: &Observed<T>) -> Result<&T, Compared> {
    match observed.current() {
        Some(value) => Ok(value),
        None => Err(match observed.why_missing() {
            Some(Missing::NoData) => Compared::Gone,
            why => Compared::Unasked(why.cloned().unwrap_or(Missing::NotYet)),
        }),
    }
}
