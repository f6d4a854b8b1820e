//! Could one fail over now? Planned from the picture on screen, Region by Region, and never for a frame.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::Screen;
use super::rows::{Row, Subject};
use gwctl_actions::{Answer, Expected, Ready, Tried};
use gwctl_fleet::{Region, Snapshot, format};

/// What could be done with a Region.
#[derive(Debug, Clone, PartialEq)]
pub struct Could {
    pub region: Region,
    pub ready: Ready,
    /// The moment of the picture that it was planned on.
    pub at: Timestamp,
    /// When last a run of this machine did it.
    pub tried: Option<Timestamp>,
    /// Whether the journals were read.
    pub read: bool,
}

/// What could be done with each Region now.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// By the picture it was planned on.
    pub(super) promotions: BTreeMap<Region, (Arc<Snapshot>, Ready)>,
    pub(super) evacuations: BTreeMap<Region, (Arc<Snapshot>, Ready)>,
    /// In the order they are shown.
    pub(super) writers: Vec<Region>,
    pub(super) sites: Vec<Region>,
    /// What the journals tell; none until they were read.
    pub tried: Option<Tried>,
    /// When they were read last, on the wall clock.
    pub(super) read: Option<Timestamp>,
}

impl Standing {
    /// What is known of the targets of `screen`, in order.
    pub fn all(&self, screen: &Screen) -> Vec<Could> {
        let (order, known) = match screen {
            Screen::Database => (&self.writers, &self.promotions),
            Screen::Edge => (&self.sites, &self.evacuations),
            _ => return Vec::new(),
        };
        let tried = |region: &Region| {
            let tried = self.tried.as_ref()?;
            match screen {
                Screen::Database => tried.promoted(region),
                _ => tried.left(region),
            }
        };
        let could = |region: &Region| {
            let (picture, ready) = known.get(region)?;
            Some(Could {
                region: region.clone(),
                ready: ready.clone(),
                at: picture.at,
                tried: tried(region),
                read: self.tried.is_some(),
            })
        };
        order.iter().filter_map(could).collect()
    }

    /// What is known of one of them.
    pub fn of(&self, screen: &Screen, region: &Region) -> Option<&Ready> {
        let known = match screen {
            Screen::Database => self.promotions.get(region),
            _ => self.evacuations.get(region),
        };
        known.map(|(_, ready)| ready)
    }

    /// The rows of the panel.
    pub(super) fn rows(&self, screen: &Screen, now: Timestamp) -> Vec<Row<'_>> {
        let row = |could: Could| {
            let subject = Subject::Could(could.region.clone());
            Row::new(could.region.to_string(), subject, move || could.cells(now))
        };
        self.all(screen).into_iter().map(row).collect()
    }

    /// Who acts now: in a clause, for the panel's edge.
    pub fn lease(&self) -> Option<String> {
        let tried = self.tried.as_ref()?;
        if let Some(why) = &tried.unreadable {
            return Some(format!("the runs could not be read: {why}"));
        }
        Some(match tried.open.as_slice() {
            [] => "no run is open here".to_owned(),
            [(title, Some(holder)), ..] => format!("{} runs: {title}", holder.operator),
            [(title, None), ..] => format!("left open: {title}"),
        })
    }
}

impl Could {
    fn cells(&self, now: Timestamp) -> super::rows::Cells {
        let ready = &self.ready;
        let against = ready.checks.iter();
        let against: Vec<String> = against
            .map(|check| format!("{} {}: {}", check.finding.word(), check.name, check.text))
            .collect();
        let expected = ready.expected.map(Expected::words);
        vec![
            ("region", self.region.to_string()),
            ("answer", word(ready.answer).to_owned()),
            ("how", ready.how.clone().unwrap_or_default()),
            ("takes", expected.unwrap_or_default()),
            ("against", against.join("; ")),
            ("rests on", ready.facts.join("; ")),
            ("tried", self.tried_words(now)),
            ("command", format!("gwctl {}", ready.command)),
        ]
    }

    /// `tried 12 d ago`.
    pub fn tried_words(&self, now: Timestamp) -> String {
        match self.tried {
            Some(at) => format!("last done {} ago", format::rough(now.duration_since(at))),
            None if self.read => "never done from here".to_owned(),
            None => String::new(),
        }
    }
}

/// In a word, for a line of its own.
pub const fn word(answer: Answer) -> &'static str {
    match answer {
        Answer::Yes => "yes",
        Answer::YesLook => "yes, look",
        Answer::Waived => "if waived",
        Answer::No => "no",
    }
}
