//! A value together with when it was true, where it came from, or why it is missing.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Region;

/// Where a figure comes from: `cloudwatch:GetMetricData in eu-west-1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The API asked, in IAM's spelling (`rds:DescribeGlobalClusters`), or `probe`.
    #[serde(deserialize_with = "super::word::one")]
    pub api: super::word::Word,
    /// The Region whose endpoint answered; `None` for probes.
    pub region: Option<Region>,
}

/// What looks for itself, without AWS.
const PROBE: &str = "probe";
/// What stands between this machine and whatever it would look at.
const THIS_MACHINE: &str = "this machine";
/// What names mean on this machine.
const RESOLVER: &str = "this machine's DNS";

impl Source {
    /// gwctl's own look at a public endpoint.
    pub const fn probe() -> Self {
        Self {
            api: PROBE,
            region: None,
        }
    }

    /// The operator's machine, or its proxy: a failure that says nothing about the other side.
    pub const fn this_machine() -> Self {
        Self {
            api: THIS_MACHINE,
            region: None,
        }
    }

    /// The DNS resolver of the operator's machine, which gives no address: it fails this machine, and perhaps
    /// nobody else.
    pub const fn resolver() -> Self {
        Self {
            api: RESOLVER,
            region: None,
        }
    }

    /// Whether the failure is this machine's own.
    pub fn is_this_machine(&self) -> bool {
        self.api == THIS_MACHINE || self.is_resolver()
    }

    /// Whether the failure is that of this machine's resolver.
    pub fn is_resolver(&self) -> bool {
        self.api == RESOLVER
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.region {
            Some(region) => write!(f, "{} in {region}", self.api),
            None => f.write_str(self.api),
        }
    }
}

/// Why there is no current value. These are different things, on screen and in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum Missing {
    /// Nothing has been asked yet, or the first reply is still under way.
    NotYet,
    /// AWS answered, and has no such data: no traffic, no such metric, not configured.
    NoData,
    /// The question got no answer: time-out, refused connection, throttled, expired credentials.
    CouldNotAsk {
        /// What went wrong, in a few words.
        why: String,
    },
    /// AWS refused the question.
    NotAllowed {
        /// The IAM action that is missing, such as `rds:DescribeDBClusters`; with the policy that forbids it where
        /// AWS names one that the role's own cannot overrule.
        action: String,
    },
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotYet => f.write_str("not asked yet"),
            Self::NoData => f.write_str("no data"),
            Self::CouldNotAsk { why } => write!(f, "could not ask: {why}"),
            Self::NotAllowed { action } => write!(f, "not allowed: {action}"),
        }
    }
}

/// The latest that is known of a thing.
///
/// When a refresh fails, the last value stays readable through [`Observed::last`] with its age,
/// but [`Observed::current`] is empty: judgement never rests on a value that could not be renewed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observed<T> {
    last: Option<(T, Timestamp)>,
    missing: Option<Missing>,
    source: Option<Source>,
}

impl<T> Default for Observed<T> {
    fn default() -> Self {
        Self {
            last: None,
            missing: Some(Missing::NotYet),
            source: None,
        }
    }
}

impl<T> Observed<T> {
    /// A value that was true at `at`.
    pub fn known(value: T, at: Timestamp, source: Source) -> Self {
        Self {
            last: Some((value, at)),
            missing: None,
            source: Some(source),
        }
    }

    /// No value, and why.
    pub fn missing(why: Missing, source: Source) -> Self {
        Self {
            last: None,
            missing: Some(why),
            source: Some(source),
        }
    }

    /// Takes a newer answer in; a failure keeps the last value as history.
    pub fn renew(&mut self, answer: Result<T, Missing>, at: Timestamp, source: Source) {
        self.source = Some(source);
        match answer {
            Ok(value) => {
                self.last = Some((value, at));
                self.missing = None;
            }
            Err(Missing::NoData) => {
                // AWS said there is nothing: an older value is history no longer worth showing.
                self.last = None;
                self.missing = Some(Missing::NoData);
            }
            Err(why) => self.missing = Some(why),
        }
    }

    /// The value, if the latest question was answered.
    pub fn current(&self) -> Option<&T> {
        if self.missing.is_some() {
            None
        } else {
            self.last()
        }
    }

    /// The last value that was ever known, perhaps stale.
    pub fn last(&self) -> Option<&T> {
        self.last.as_ref().map(|(value, _)| value)
    }

    /// As [`Self::last`], to keep with it what is asked by another call.
    pub fn last_mut(&mut self) -> Option<&mut T> {
        self.last.as_mut().map(|(value, _)| value)
    }

    /// When [`Observed::last`] was true.
    pub fn at(&self) -> Option<Timestamp> {
        self.last.as_ref().map(|(_, at)| *at)
    }

    /// How old [`Observed::last`] is; never negative, whatever the clocks say.
    pub fn age(&self, now: Timestamp) -> Option<SignedDuration> {
        self.at()
            .map(|at| now.duration_since(at).max(SignedDuration::ZERO))
    }

    /// Why there is no current value.
    pub fn why_missing(&self) -> Option<&Missing> {
        self.missing.as_ref()
    }

    /// Where the latest answer, or the latest failure, came from.
    pub fn source(&self) -> Option<&Source> {
        self.source.as_ref()
    }

    /// The same observation of a part of the value.
    pub fn map<U>(&self, part: impl FnOnce(&T) -> U) -> Observed<U> {
        Observed {
            last: self.last.as_ref().map(|(value, at)| (part(value), *at)),
            missing: self.missing.clone(),
            source: self.source.clone(),
        }
    }
}
