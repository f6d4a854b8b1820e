//! What is worth knowing of a fleet that was found, and what could not be found.

use gwctl_fleet::{Missing, Region};

/// What a fact or a gap is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// The fleet as a whole.
    Fleet,
    Edge,
    /// The fleet in one Region.
    Site(Region),
}

/// Something worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// About what.
    pub about: About,
    /// In a line.
    pub text: String,
}

/// Something that could not be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Where it belongs.
    pub about: About,
    /// What is missing: `the API`, `its stack` …
    pub what: String,
    /// Not found, not allowed, or could not ask.
    pub why: Missing,
    /// Whether the configuration cannot do without.
    pub needed: bool,
}

impl Gap {
    /// Something of the edge that the configuration cannot do without.
    pub(super) fn of_edge(what: &str, why: Missing) -> Self {
        Self {
            about: About::Edge,
            what: what.into(),
            why,
            needed: true,
        }
    }
}

impl std::fmt::Display for Gap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.about {
            About::Site(region) => write!(f, "{region}: ")?,
            About::Edge => f.write_str("edge: ")?,
            About::Fleet => {}
        }
        match &self.why {
            Missing::NoData => write!(f, "{}: not found", self.what),
            why => write!(f, "{}: {why}", self.what),
        }
    }
}

/// What is not written down, and why; and what is worth a comment.
#[derive(Default)]
pub(super) struct Remarks {
    pub(super) facts: Vec<Fact>,
    pub(super) gaps: Vec<Gap>,
}

impl Remarks {
    pub(super) fn fact(&mut self, about: About, text: String) {
        self.facts.push(Fact { about, text });
    }

    pub(super) fn gap(
        &mut self,
        about: About,
        what: impl Into<String>,
        why: &Missing,
        needed: bool,
    ) {
        self.gaps.push(Gap {
            about,
            what: what.into(),
            why: why.clone(),
            needed,
        });
    }
}
