//! A recording that is shown instead of a fleet that is watched.

use std::sync::Arc;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use gwctl_actions::RunState;
use gwctl_fleet::{Snapshot, Verdict};
use gwctl_observe::{Errors, Happened};
use gwctl_recording::{Noted, Recording};

/// How quickly a recording plays, in times of real time.
pub const SPEEDS: [u32; 5] = [1, 5, 20, 60, 300];

/// Where a recording stands, and what there is of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    pub from: Timestamp,
    pub to: Timestamp,
    /// How many pictures it has.
    pub pictures: usize,
    /// The number of the one on screen, counted from 0.
    pub index: usize,
    pub playing: bool,
    /// One of [`SPEEDS`].
    pub speed: u32,
    /// It ends in the middle of a line, as after a crash.
    pub cut: bool,
    /// Names and ids are left out.
    pub redacted: bool,
    /// The fleet's verdict, from each of these moments on.
    pub verdicts: Vec<(Timestamp, Verdict)>,
    /// What the operators wrote down, oldest first.
    pub notes: Vec<Noted>,
}

impl Replay {
    /// At the beginning of `recording`.
    pub fn of(recording: &Recording) -> Self {
        Self {
            from: recording.from(),
            to: recording.to(),
            pictures: recording.count(),
            index: 0,
            playing: false,
            speed: SPEEDS[0],
            cut: recording.cut,
            redacted: recording.head.redacted,
            verdicts: recording.fleet_verdicts(),
            notes: recording.notes.clone(),
        }
    }

    /// The fleet's worst verdict between two moments.
    pub fn worst(&self, from: Timestamp, to: Timestamp) -> Option<Verdict> {
        let behind = self.verdicts.partition_point(|(at, _)| *at < to);
        let before = self.verdicts.partition_point(|(at, _)| *at <= from);
        let within = self.verdicts.get(before.saturating_sub(1)..behind)?;
        within.iter().map(|(_, verdict)| *verdict).max()
    }

    /// What was written down last, at `now`.
    pub fn note(&self, now: Timestamp) -> Option<&Noted> {
        self.notes.iter().rfind(|note| note.at <= now)
    }

    /// The first moment of the recording at this time of day, in UTC.
    pub fn time_of_day(&self, time: Time) -> Option<Timestamp> {
        let day = self.from.to_zoned(TimeZone::UTC).date();
        let mut days = [Some(day), day.tomorrow().ok()].into_iter().flatten();
        days.find_map(|day| {
            let at = day.to_datetime(time).to_zoned(TimeZone::UTC).ok()?;
            let at = at.timestamp();
            // A time of day names a minute: the recording may begin within it.
            let minute = at + SignedDuration::from_secs(59);
            (minute >= self.from && at <= self.to).then_some(at.max(self.from))
        })
    }
}

/// Where to go in a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seek {
    /// The next picture, or the one before.
    Picture {
        forward: bool,
    },
    /// So much later, or earlier.
    By(SignedDuration),
    /// The next change of a verdict, or the one before.
    Verdict {
        forward: bool,
    },
    To(Timestamp),
    /// Play, or stand still.
    Play(bool),
    /// So many times real time.
    Speed(u32),
}

/// What was known at the moment where a recording stands now.
#[derive(Debug, Clone)]
pub struct Replayed {
    pub at: Timestamp,
    pub index: usize,
    pub playing: bool,
    pub picture: Arc<Snapshot>,
    pub happened: Option<Arc<Happened>>,
    pub errors: Option<Arc<Errors>>,
    pub run: Option<Arc<RunState>>,
}
