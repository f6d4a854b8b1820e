//! The values of actions' arguments, and how they are read from words: the command line, the console's
//! command line and its wizard read them alike, within the same limits.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::Mechanism;
use gwctl_fleet::{NotARegion, Region};

/// An example, where it is not the usage itself.
fn such_as(usage: &str, example: &str) -> String {
    if usage == example {
        String::new()
    } else {
        format!(", such as `:{example}`")
    }
}

/// The longest time that is accepted, in seconds.
const DAY: u64 = 86_400;

/// Why words are no arguments of an action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArgumentError {
    /// Too few of them, too many, or others.
    #[error("usage: `:{usage}`{such_as}", such_as = such_as(usage, example))]
    Usage {
        /// The action's name and arguments.
        usage: String,
        /// An example of both.
        example: String,
    },
    /// No share.
    #[error("`{0}` is not a percentage from 0 to 99")]
    Share(String),
    /// No time.
    #[error("`{0}` is not a time; accepted are times such as 90s, 10m and 1h, up to 24h")]
    Time(String),
    /// No mechanism.
    #[error("`{0}` is not a mechanism; accepted are {all}", all = Mechanism::ALL.map(Mechanism::word).join(", "))]
    Mechanism(String),
    /// A Region that is none.
    #[error(transparent)]
    Region(#[from] NotARegion),
    /// None of the fleet's, or a part of several of their names.
    #[error(transparent)]
    Picked(#[from] NotPicked),
    /// A Region that should be new to the fleet.
    #[error("the fleet is in {0} already")]
    Already(Region),
    /// After a Region's `/` no function is named.
    #[error("no function is named after the `/`")]
    Function,
    /// No action.
    #[error("`{name}` is not an action; accepted are {accepted}")]
    Action {
        /// What was found.
        name: String,
        /// The names there are.
        accepted: String,
    },
    /// Another word of the action's own.
    #[error("{0}")]
    Word(String),
}

/// Why a word stands for none of the names there are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPicked {
    #[error("`{word}` is not a {what}; accepted are {}", .accepted.join(", "))]
    None {
        word: String,
        /// What it should have been: `theme`.
        what: &'static str,
        accepted: Vec<String>,
    },
    /// It is part of more than one.
    #[error("`{word}` could be {}", .names.join(" or "))]
    Several { word: String, names: Vec<String> },
}

/// Knows Regions by what is typed.
pub trait Regions {
    /// A Region that the fleet is in.
    fn of_fleet(&self, text: &str) -> Result<Region, ArgumentError>;
    /// A Region with a member of the fleet's database, which may be where the fleet is not.
    fn of_database(&self, text: &str) -> Result<Region, ArgumentError> {
        self.of_fleet(text)
    }
    /// A Region that the fleet is not in yet, as far as is known.
    fn new_to_fleet(&self, text: &str) -> Result<Region, ArgumentError>;
}

/// Knows no fleet: every Region will do.
pub struct AnyRegion;

impl Regions for AnyRegion {
    fn of_fleet(&self, text: &str) -> Result<Region, ArgumentError> {
        self.new_to_fleet(text)
    }

    fn new_to_fleet(&self, text: &str) -> Result<Region, ArgumentError> {
        Ok(Region::new(text)?)
    }
}

/// What share of its traffic a Region keeps, in percent: from 0 to 99, for less than all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Share(u8);

impl Share {
    /// Nothing.
    pub const NONE: Self = Self(0);

    /// In percent.
    pub const fn percent(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Share {
    type Error = ArgumentError;

    fn try_from(percent: u8) -> Result<Self, ArgumentError> {
        if percent < 100 {
            Ok(Self(percent))
        } else {
            Err(ArgumentError::Share(percent.to_string()))
        }
    }
}

impl From<Share> for u8 {
    fn from(share: Share) -> Self {
        share.0
    }
}

impl FromStr for Share {
    type Err = ArgumentError;

    /// `20`, `20%`.
    fn from_str(text: &str) -> Result<Self, ArgumentError> {
        let percent = text.strip_suffix('%').unwrap_or(text).parse::<u8>();
        let share = percent
            .ok()
            .and_then(|percent| Self::try_from(percent).ok());
        share.ok_or_else(|| ArgumentError::Share(text.into()))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Mechanism {
    type Err = ArgumentError;

    fn from_str(word: &str) -> Result<Self, ArgumentError> {
        let mut all = Self::ALL.into_iter();
        all.find(|mechanism| mechanism.word() == word)
            .ok_or_else(|| ArgumentError::Mechanism(word.into()))
    }
}

/// Where a handler's code is copied from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeFrom {
    /// A Region of the fleet.
    pub region: Region,
    /// Which of its functions; none where it has one.
    pub function: Option<String>,
}

impl FromStr for CodeFrom {
    type Err = ArgumentError;

    /// `eu-west-1`, `eu-west-1/orders-read`.
    fn from_str(text: &str) -> Result<Self, ArgumentError> {
        let (region, function) = match text.split_once('/') {
            Some((region, function)) => (region, Some(function)),
            None => (text, None),
        };
        if function.is_some_and(str::is_empty) {
            return Err(ArgumentError::Function);
        }
        Ok(Self {
            region: AnyRegion.new_to_fleet(region)?,
            function: function.map(Into::into),
        })
    }
}

/// `90s`, `10m`, `1h 30m`, in whole seconds up to a day; a bare number is seconds.
pub fn seconds(text: &str) -> Result<u64, ArgumentError> {
    let bare = text.parse::<u64>().ok();
    let written = || {
        let span = text.parse::<SignedDuration>().ok()?;
        let whole = span.subsec_nanos() == 0;
        u64::try_from(span.as_secs()).ok().filter(|_| whole)
    };
    bare.or_else(written)
        .filter(|s| *s <= DAY)
        .ok_or_else(|| ArgumentError::Time(text.into()))
}

/// As [`seconds`] reads it.
pub fn time(seconds: u64) -> String {
    if seconds > 0 && seconds.is_multiple_of(60) {
        format!("{}m", seconds / 60)
    } else {
        format!("{seconds}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_it_was_written() {
        for s in [0, 45, 60, 90, 600, 3_600] {
            assert_eq!(seconds(&time(s)), Ok(s));
        }
        assert_eq!(seconds("90"), Ok(90));
        assert_eq!(seconds("1h 30m"), Ok(5_400));
        for bad in ["", "soon", "-5s", "500ms", "48h", "99999999999999999999s"] {
            assert_eq!(seconds(bad), Err(ArgumentError::Time(bad.into())), "{bad}");
        }
    }

    #[test]
    fn a_share_is_less_than_all() {
        assert_eq!("0".parse(), Ok(Share::NONE));
        assert_eq!("99%".parse::<Share>().map(Share::percent), Ok(99));
        for bad in ["100", "-1", "", "%", "256", "half"] {
            let refused = bad.parse::<Share>().unwrap_err();
            assert_eq!(
                refused.to_string(),
                format!("`{bad}` is not a percentage from 0 to 99")
            );
        }
        assert!(serde_json::from_str::<Share>("100").is_err());
    }

    #[test]
    fn a_function_is_named_after_its_region() {
        let from: CodeFrom = "eu-west-1/orders-read".parse().unwrap();
        assert_eq!(from.function.as_deref(), Some("orders-read"));
        assert_eq!(
            "eu-west-1/".parse::<CodeFrom>(),
            Err(ArgumentError::Function)
        );
    }
}
