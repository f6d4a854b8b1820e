//! Whether this process tells people of a fleet, and from where on.

use crate::fleet::Verdict;

/// Whether this process tells people of one fleet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Telling {
    /// Another process does, or nobody is found yet.
    No,
    /// It does, and goes on from what was told last.
    Yes(Told),
}

/// What was told last of a fleet, by whichever process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Nothing ever.
    Nothing,
    /// This.
    Last(Verdict),
    /// It could not be read: what this process saw and told itself counts.
    Unknown,
}

impl Told {
    /// From what is written down, if anything is.
    pub fn of(word: Option<&str>) -> Self {
        word.map_or(Self::Nothing, |word| {
            read(word).map_or(Self::Unknown, Self::Last)
        })
    }

    /// The verdict that counts as told; before the first telling a fleet counts as healthy.
    pub const fn known(self) -> Option<Verdict> {
        match self {
            Self::Nothing => Some(Verdict::Healthy),
            Self::Last(verdict) => Some(verdict),
            Self::Unknown => None,
        }
    }
}

/// The verdict that `word` is.
pub fn read(word: &str) -> Option<Verdict> {
    serde_json::from_value(word.trim().into()).ok()
}
