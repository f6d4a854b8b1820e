//! Plays a recording instead of watching a fleet.

use std::time::Duration;

use gwctl_recording::{Recording, RecordingError, Reel};
use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, sleep_until};

use crate::app::{Msg, Replayed, SPEEDS, Seek};
use std::sync::Arc;

/// How often the time moves on while it plays.
const TICK: Duration = Duration::from_millis(200);

/// A recording, and where it stands.
pub(super) struct Player {
    reel: Reel,
    at: Timestamp,
    /// When it last moved on; none while it stands still.
    playing: Option<Instant>,
    speed: u32,
}

impl Player {
    /// At the beginning of `recording`.
    pub fn new(recording: Arc<Recording>) -> Result<Self, RecordingError> {
        let at = recording.from();
        Ok(Self {
            reel: Reel::new(recording)?,
            at,
            playing: None,
            speed: SPEEDS[0],
        })
    }

    /// Goes where `seek` says; what is there, or why there is nothing.
    pub fn seek(&mut self, seek: Seek) -> Msg {
        let recording = self.reel.recording();
        let index = self.reel.index();
        match seek {
            Seek::Picture { forward } => {
                let next = if forward {
                    index + 1
                } else {
                    index.saturating_sub(1)
                };
                // Between two pictures, the one before is the one on screen.
                let between = !forward && recording.at(index).is_some_and(|at| at < self.at);
                let next = if between { index } else { next };
                self.at = recording.at(next).unwrap_or(self.at);
            }
            Seek::By(time) => self.at = self.within(time),
            Seek::To(at) => self.at = at.clamp(recording.from(), recording.to()),
            Seek::Verdict { forward } => {
                let next = recording.next_verdict(index, forward);
                let Some(at) = next.and_then(|next| recording.at(next)) else {
                    let way = if forward { "later" } else { "earlier" };
                    let why = format!("no verdict changes {way} in this recording");
                    return Msg::Failed(why);
                };
                self.at = at;
            }
            Seek::Play(play) => {
                if play && self.at >= recording.to() {
                    self.at = recording.from();
                }
                self.playing = play.then(Instant::now);
            }
            Seek::Speed(speed) => self.speed = speed,
        }
        self.show()
    }

    fn within(&self, by: SignedDuration) -> Timestamp {
        let recording = self.reel.recording();
        let at = self.at.saturating_add(by).unwrap_or(self.at);
        at.clamp(recording.from(), recording.to())
    }

    /// What was known at the moment it stands at.
    pub fn show(&mut self) -> Msg {
        let index = self.reel.recording().index(self.at);
        let shown = self
            .reel
            .seek(index)
            .and_then(|()| self.reel.moment(self.at));
        match shown {
            Ok(moment) => Msg::Replayed(Box::new(Replayed {
                at: moment.at,
                index: moment.index,
                playing: self.playing.is_some(),
                picture: moment.picture,
                happened: moment.happened,
                errors: moment.errors,
                run: moment.run,
            })),
            Err(why) => {
                self.playing = None;
                Msg::Failed(format!("the recording cannot be read here: {why}"))
            }
        }
    }

    /// Moves on as time passes. Waits for ever while it stands still.
    pub async fn next(&mut self) -> Msg {
        let Some(last) = self.playing else {
            return std::future::pending().await;
        };
        sleep_until(last + TICK).await;
        let passed = SignedDuration::try_from(last.elapsed()).unwrap_or_default();
        let speed = i32::try_from(self.speed).unwrap_or(1);
        self.at = self.within(passed * speed);
        let over = self.at >= self.reel.recording().to();
        self.playing = (!over).then(Instant::now);
        self.show()
    }
}
