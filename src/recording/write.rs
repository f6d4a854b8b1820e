//! Writes a recording, line by line.

use std::io::{self, Write};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;
use zstd::stream::write::Encoder;

use super::difference::between;
use super::entry::{Entry, Head, Noted, verdicts};
use gwctl_actions::Record;
use gwctl_fleet::Snapshot;
use gwctl_fleet::clean;
use gwctl_observe::{Errors, Happened};

/// Most bytes an hour, of three Regions.
pub const PER_HOUR: u64 = 5 << 20;

/// How often a picture is kept, at most; one with another verdict at once.
const EVERY: SignedDuration = SignedDuration::from_secs(2);
/// The longest it is stretched to where pictures are large.
const LONGEST: SignedDuration = SignedDuration::from_secs(60);
/// How often a picture is told whole.
const WHOLE: SignedDuration = SignedDuration::from_mins(2);
/// zstd's own default: a higher level costs more time than it saves bytes.
const LEVEL: i32 = 3;
/// How far back zstd looks for what it has seen, 2^23 bytes: two whole pictures and all between them.
const WINDOW: u32 = 23;
/// Most patterns of errors that are kept of one answer: the first ones are the most frequent.
const PATTERNS: usize = 40;
/// Most characters of an example that are kept.
const EXAMPLE: usize = 2_000;

/// Writes one recording.
pub struct Writer<W: Write> {
    to: Encoder<'static, Counted<W>>,
    /// The last picture that was told.
    told: Option<Told>,
    /// When one was last told whole, and how many bytes there were then.
    whole: Option<(Timestamp, u64)>,
    /// The newest picture that was not told.
    left: Option<Arc<Snapshot>>,
    every: SignedDuration,
}

struct Told {
    at: Timestamp,
    verdicts: String,
    picture: Value,
}

impl<W: Write> Writer<W> {
    /// Begins a recording with its first line.
    pub fn begin(to: W, head: &Head) -> io::Result<Self> {
        let mut to = Encoder::new(Counted { to, bytes: 0 }, LEVEL)?;
        to.window_log(WINDOW)?;
        to.long_distance_matching(true)?;
        let mut writer = Self {
            to,
            told: None,
            whole: None,
            left: None,
            every: EVERY,
        };
        writer.line(head)?;
        Ok(writer)
    }

    /// Bytes so far.
    pub fn bytes(&self) -> u64 {
        self.to.get_ref().bytes
    }

    /// Takes a picture in: those that come too quickly are left out, but for one whose verdicts are others.
    pub fn picture(&mut self, picture: &Arc<Snapshot>) -> io::Result<()> {
        let verdicts = verdicts(picture);
        let due = self.told.as_ref().is_none_or(|told| {
            told.verdicts != verdicts
                || picture.at < told.at
                || picture.at.duration_since(told.at) >= self.every
        });
        if !due {
            self.left = Some(Arc::clone(picture));
            return Ok(());
        }
        self.left = None;
        self.tell(picture, verdicts)
    }

    fn tell(&mut self, picture: &Snapshot, verdicts: String) -> io::Result<()> {
        let at = picture.at;
        let value = serde_json::to_value(picture)?;
        let whole = self
            .whole
            .is_none_or(|(last, _)| at < last || at.duration_since(last) >= WHOLE);
        let before = self.told.take().filter(|_| !whole);
        let entry = match before {
            Some(before) => Entry::Changed {
                at,
                verdicts: verdicts.clone(),
                change: between(&before.picture, &value)
                    .unwrap_or_else(|| serde_json::json!({ "~": {} })),
            },
            None => Entry::Whole {
                at,
                verdicts: verdicts.clone(),
                picture: value.clone(),
            },
        };
        if whole {
            self.pace(at);
        }
        self.told = Some(Told {
            at,
            verdicts,
            picture: value,
        });
        self.line(&entry)
    }

    /// Pictures are kept less often where they would take more than [`PER_HOUR`].
    fn pace(&mut self, at: Timestamp) {
        let bytes = self.bytes();
        if let Some((last, before)) = self.whole {
            let seconds = at.duration_since(last).as_secs_f64().max(1.0);
            let hourly = (bytes - before) as f64 * 3600.0 / seconds;
            let most = PER_HOUR as f64;
            if hourly > 0.7 * most {
                self.every = (self.every * 2).min(LONGEST);
            } else if hourly < 0.2 * most {
                self.every = (self.every / 2).max(EVERY);
            }
        }
        self.whole = Some((at, bytes));
    }

    /// What happened lately, asked at `at`.
    pub fn happened(&mut self, at: Timestamp, happened: Happened) -> io::Result<()> {
        let happened = Box::new(happened);
        self.line(&Entry::Happened { at, happened })
    }

    /// What the functions log as errors, asked at `at`: the most frequent patterns, each with an example.
    pub fn errors(&mut self, at: Timestamp, mut errors: Errors) -> io::Result<()> {
        errors.patterns.truncate(PATTERNS);
        for pattern in &mut errors.patterns {
            pattern.newest.clear();
            let example = Arc::make_mut(&mut pattern.example);
            example.raw = clean(&example.raw, EXAMPLE).into();
        }
        let errors = Box::new(errors);
        self.line(&Entry::Errors { at, errors })
    }

    /// A record of the journal of `run`.
    pub fn run(&mut self, run: &str, record: Record) -> io::Result<()> {
        self.line(&Entry::Run {
            at: record.at,
            run: run.into(),
            record: Box::new(record),
        })
    }

    /// What the operator wrote down.
    pub fn note(&mut self, note: Noted) -> io::Result<()> {
        self.line(&Entry::Note(note))
    }

    /// So many pictures were not taken in.
    pub fn missed(&mut self, at: Timestamp, pictures: u64) -> io::Result<()> {
        self.line(&Entry::Missed { at, pictures })
    }

    /// Ends it: the newest picture is in it.
    pub fn finish(mut self) -> io::Result<W> {
        if let Some(last) = self.left.take() {
            self.tell(&last, verdicts(&last))?;
        }
        Ok(self.to.finish()?.to)
    }

    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.to.write_all(&text)?;
        // A crash leaves this line readable.
        self.to.flush()
    }
}

/// Counts what is written.
struct Counted<W> {
    to: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
