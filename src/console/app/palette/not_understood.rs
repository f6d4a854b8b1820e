//! Why a command line means nothing.

use crate::app::NotAFilter;
use crate::app::columns::NotSorted;
use gwctl_actions::arguments::{ArgumentError, NotPicked};

/// What was found, and what is accepted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotUnderstood {
    #[error("`:{0}` is not a command; Tab completes, `:help` lists them")]
    NoCommand(String),
    /// Several begin so.
    #[error("`:{word}` could be {}", .names.join(" or "))]
    Several { word: String, names: Vec<String> },
    #[error("`:{verb}` takes no argument; found `{found}`")]
    Argument { verb: &'static str, found: String },
    #[error("`:{name}` takes no argument; found `{found}`")]
    OwnArgument { name: String, found: String },
    /// No fleet, Region, theme or column.
    #[error(transparent)]
    Picked(#[from] NotPicked),
    #[error("`{0}` is not a pace; accepted are calm and incident")]
    Pace(String),
    #[error("`:mfa` takes the digits that the MFA device shows")]
    MfaCode,
    #[error("`:note` takes the text to write down")]
    NoNote,
    #[error("`:handover` takes the name of who shall go on")]
    NoName,
    #[error("`:at` takes a time of day such as 14:05 or 14:05:30")]
    NoTime,
    #[error("`:range` takes 15m, 30m, 1h, 3h, 12h, 1d or 7d")]
    NoRange,
    #[error("`:pace` takes calm or incident")]
    NoPace,
    #[error("`{text}` is not a filter: {why}")]
    Filter { text: String, why: NotAFilter },
    #[error("{0} cannot be sorted")]
    CannotSort(&'static str),
    #[error("{0} has no columns to choose")]
    NoColumns(&'static str),
    #[error(transparent)]
    Sort(#[from] NotSorted),
    /// The arguments of a guided action.
    #[error(transparent)]
    Guided(#[from] ArgumentError),
}
