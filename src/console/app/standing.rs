//! Could one fail over now? Planned from the picture on screen, Region by Region, and never for a frame.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::rows::{Row, Subject};
use super::{Screen, State};
use gwctl_actions::{Answer, Ready, Tried, evacuation, promotable, promotion};
use gwctl_fleet::{Region, Snapshot, format};

/// Plans made at once: with more Regions a picture's answers come with the messages after it.
const AT_ONCE: usize = 8;

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
    promotions: BTreeMap<Region, (Arc<Snapshot>, Ready)>,
    evacuations: BTreeMap<Region, (Arc<Snapshot>, Ready)>,
    /// In the order they are shown.
    writers: Vec<Region>,
    sites: Vec<Region>,
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
        let expected = ready.expected_s.map(format::seconds);
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

/// Plans for the Regions of the screen that is shown, those first whose answers are the oldest.
pub(super) fn renew(state: &mut State) {
    let screen = state.screen();
    let promotes = match screen {
        Screen::Database => true,
        Screen::Edge => false,
        _ => return,
    };
    let Some(spec) = state.guided.spec.clone() else {
        return;
    };
    let picture = Arc::clone(&state.shown);
    if picture.generation == 0 {
        return;
    }
    let standing = &mut state.standing;
    standing.sites = picture
        .sites
        .iter()
        .map(|site| site.region.clone())
        .collect();
    if promotes {
        standing.writers = promotable(&spec, &picture);
        let order = &standing.writers;
        let make = |region: &Region| promotion(&picture.name, &spec, &picture, region);
        again(order, &mut standing.promotions, &picture, make);
    } else {
        let make = |region: &Region| Some(evacuation(&picture.name, &spec, &picture, region));
        again(&standing.sites, &mut standing.evacuations, &picture, make);
    }
}

fn again(
    order: &[Region],
    known: &mut BTreeMap<Region, (Arc<Snapshot>, Ready)>,
    picture: &Arc<Snapshot>,
    make: impl Fn(&Region) -> Option<Ready>,
) {
    known.retain(|region, _| order.contains(region));
    let is_old = |region: &&Region| {
        let (of, _) = known.get(*region)?;
        (!Arc::ptr_eq(of, picture)).then_some(of.at)
    };
    let mut due: Vec<(Option<Timestamp>, &Region)> = order
        .iter()
        .filter(|region| {
            known
                .get(*region)
                .is_none_or(|(of, _)| !Arc::ptr_eq(of, picture))
        })
        .map(|region| (is_old(&region), region))
        .collect();
    due.sort();
    let answers: Vec<(Region, Option<Ready>)> = due
        .into_iter()
        .take(AT_ONCE)
        .map(|(_, region)| (region.clone(), make(region)))
        .collect();
    for (region, ready) in answers {
        match ready {
            Some(ready) => known.insert(region, (Arc::clone(picture), ready)),
            None => known.remove(&region),
        };
    }
}
