//! When another verdict is told: once it has stood for a while, and of one that does not settle, once.

use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use crate::{Alert, Event, Notice, Severity};
use gwctl_fleet::{Judgement, Snapshot, Verdict};

/// How many times as long a better verdict must stand as a worse one.
const BETTER: i32 = 5;
/// As many changes within [`WINDOW`] are no verdict but unrest.
const SWINGS: usize = 6;
const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// How many reasons are told.
const REASONS: usize = 6;

/// What was told of each fleet's verdict, and what is to be.
#[derive(Debug)]
pub struct Verdicts {
    hold_down: SignedDuration,
    fleets: BTreeMap<String, Standing>,
}

/// How one fleet stands.
#[derive(Debug)]
struct Standing {
    /// What was told last; before the first telling a fleet counts as healthy.
    told: Verdict,
    /// Whether anything was told.
    known: bool,
    /// On which side of it the verdict is, and since when.
    side: (Ordering, Timestamp),
    /// Since when what was told last has stood.
    since: Timestamp,
    /// When it changed sides.
    swings: VecDeque<Timestamp>,
    /// That it does not settle was told.
    unrest: bool,
}

impl Verdicts {
    /// A worse verdict is told once it has stood for `hold_down_s` seconds.
    pub fn new(hold_down_s: u32) -> Self {
        Self {
            hold_down: SignedDuration::from_secs(hold_down_s.into()),
            fleets: BTreeMap::new(),
        }
    }

    /// What was told last of `fleet`, for whoever tells after this process.
    pub fn told(&self, fleet: &str) -> Option<Verdict> {
        self.fleets.get(fleet).map(|standing| standing.told)
    }

    /// Another process told `verdict` of `fleet`, and nothing since: what differs from it is told as soon as it has stood
    /// long enough.
    pub fn was_told(&mut self, fleet: &str, verdict: Verdict, at: Timestamp) {
        let standing = self.standing(fleet, at);
        if standing.told != verdict {
            let side = standing.told.cmp(&verdict);
            let since = standing.since;
            *standing = Standing::new(verdict, at);
            standing.known = true;
            standing.side = (side, since);
        }
    }

    /// How many things are kept: it does not grow with time.
    pub fn kept(&self) -> usize {
        let swings = self.fleets.values().map(|one| one.swings.len());
        self.fleets.len() + swings.sum::<usize>()
    }

    fn standing(&mut self, fleet: &str, at: Timestamp) -> &mut Standing {
        self.fleets
            .entry(fleet.to_owned())
            .or_insert_with(|| Standing::new(Verdict::Healthy, at))
    }

    /// Takes a complete picture in; what is to be told now.
    pub fn take(&mut self, picture: &Snapshot) -> Option<Notice> {
        let (at, now) = (picture.at, picture.judgement.verdict);
        let hold_down = self.hold_down;
        let standing = self.standing(&picture.name, at);
        let side = now.cmp(&standing.told);
        if side != standing.side.0 {
            standing.side = (side, at);
            standing.swing(at);
        }
        let stood = at.duration_since(standing.side.1);
        let settled = match side {
            Ordering::Greater => stood >= hold_down,
            Ordering::Less => stood >= hold_down * BETTER,
            Ordering::Equal => standing.unrest && stood >= hold_down * BETTER,
        };
        if settled {
            let (unrest, since) = (standing.unrest, standing.side.1);
            let before = (standing.told, standing.known);
            *standing = Standing::new(now, at);
            (standing.since, standing.known) = (since, true);
            return Some(changed(picture, before, unrest));
        }
        if !standing.unrest && standing.swings.len() >= SWINGS {
            standing.unrest = true;
            return Some(unsettled(picture, standing.swings.len()));
        }
        None
    }
}

impl Standing {
    const fn new(told: Verdict, at: Timestamp) -> Self {
        Self {
            told,
            known: false,
            side: (Ordering::Equal, at),
            since: at,
            swings: VecDeque::new(),
            unrest: false,
        }
    }

    fn swing(&mut self, at: Timestamp) {
        self.swings.push_back(at);
        let old = |swing: &Timestamp| at.duration_since(*swing) > WINDOW;
        while self.swings.front().is_some_and(old) || self.swings.len() > SWINGS {
            self.swings.pop_front();
        }
    }
}

const fn severity(verdict: Verdict) -> Severity {
    match verdict {
        Verdict::Healthy => Severity::Info,
        Verdict::Unknown | Verdict::Degraded => Severity::Warning,
        Verdict::Down => Severity::Critical,
    }
}

/// `before`: what was told last, and whether anything was.
fn changed(picture: &Snapshot, (before, known): (Verdict, bool), unrest: bool) -> Notice {
    let (fleet, now) = (&picture.name, picture.judgement.verdict);
    let title = if unrest {
        format!("{fleet} has settled: it is {now}")
    } else if known {
        format!("{fleet} is {now}; it was {before}")
    } else {
        // How it was before anybody looked is not known.
        format!("{fleet} is {now}")
    };
    let over = now == Verdict::Healthy;
    Notice {
        title,
        severity: severity(now.max(before)),
        alert: if over { Alert::Resolve } else { Alert::Trigger },
        ..about(picture)
    }
}

fn unsettled(picture: &Snapshot, swings: usize) -> Notice {
    let mut notice = Notice {
        title: format!("{}: the verdict does not settle", picture.name),
        severity: Severity::Warning,
        alert: Alert::Trigger,
        ..about(picture)
    };
    let minutes = WINDOW.as_mins();
    let line = format!(
        "It changed {swings} times within {minutes} min. You hear of it again when it has settled."
    );
    notice.lines.insert(0, line);
    notice
}

fn about(picture: &Snapshot) -> Notice {
    let (fleet, at) = (&picture.name, picture.at);
    Notice {
        id: format!(
            "gwctl/{fleet}/verdict/{}/{}",
            picture.judgement.verdict,
            at.as_millisecond()
        ),
        at,
        fleet: fleet.clone(),
        event: Event::Verdict,
        severity: Severity::Info,
        title: String::new(),
        lines: reasons(picture),
        command: Some(format!("gwctl --fleet {fleet} status")),
        run: None,
        alert: Alert::None,
        key: format!("gwctl/{fleet}/verdict"),
    }
}

/// The fleet's reasons, then those of its Regions.
fn reasons(picture: &Snapshot) -> Vec<String> {
    let told = |whose: &str, judgement: &Judgement| {
        let reasons = judgement.reasons.iter();
        let all = reasons.map(|reason| format!("{whose}{}: {}", reason.verdict, reason.text));
        all.collect::<Vec<_>>()
    };
    let mut all = told("", &picture.judgement);
    let whole = &picture.judgement.reasons;
    for site in &picture.sites {
        // The first of them is in the fleet's own reason already.
        let is_told = |text: &str| whole.iter().any(|reason| reason.text.contains(text));
        let mut own = site.judgement.clone();
        own.reasons.retain(|reason| !is_told(&reason.text));
        all.extend(told(&format!("{} ", site.region), &own));
    }
    all.truncate(REASONS);
    all
}

#[cfg(test)]
#[path = "verdicts_tests.rs"]
mod tests;
