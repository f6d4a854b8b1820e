//! The time of a served world, told to its clients in one word of the environment.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::output::tell;
use crate::fleet::{Clock, SystemClock};

/// The variable that `gwctl sim serve` prints and its clients read.
pub const VARIABLE: &str = "GWCTL_CLOCK";

/// 2200-01-01, in seconds: no world is as late.
const FAR_S: i64 = 7_258_118_400;

/// A moment of the world, the moment on the wall at which it was, and how many times as fast the world
/// runs. As a word: milliseconds, `@`, milliseconds, `:`, factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClockWord {
    /// The world's moment.
    pub world: Timestamp,
    /// The wall's.
    pub wall: Timestamp,
    /// World seconds a wall second.
    pub speed: f64,
}

impl fmt::Display for ClockWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (world, wall) = (self.world.as_millisecond(), self.wall.as_millisecond());
        write!(f, "{world}@{wall}:{}", self.speed)
    }
}

/// The word is not one that `gwctl sim serve` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not a value that `gwctl sim serve` printed")]
pub struct NotAClock;

impl FromStr for ClockWord {
    type Err = NotAClock;

    fn from_str(text: &str) -> Result<Self, NotAClock> {
        let (world, rest) = text.split_once('@').ok_or(NotAClock)?;
        let (wall, speed) = rest.split_once(':').ok_or(NotAClock)?;
        let moment = |ms: &str| {
            let ms = ms.parse().map_err(|_| NotAClock)?;
            Timestamp::from_millisecond(ms).map_err(|_| NotAClock)
        };
        let speed: f64 = speed.parse().map_err(|_| NotAClock)?;
        let (world, wall) = (moment(world)?, moment(wall)?);
        // Whatever `gwctl sim serve` prints is far within; beyond, calendars end.
        let decent = |at: Timestamp| (0..FAR_S).contains(&at.as_second());
        if !(1e-3..=1e4).contains(&speed) || !decent(world) || !decent(wall) {
            return Err(NotAClock);
        }
        Ok(Self { world, wall, speed })
    }
}

/// A world's time, followed from another process.
#[derive(Debug)]
struct Following {
    start: Timestamp,
    begun: Instant,
    speed: f64,
}

impl Following {
    fn new(word: &ClockWord, wall: Timestamp) -> Self {
        let start = later(
            word.world,
            wall.duration_since(word.wall).as_secs_f64() * word.speed,
        );
        Self {
            start,
            begun: Instant::now(),
            speed: word.speed,
        }
    }
}

/// `seconds` after `at`, as far as there is a calendar.
fn later(at: Timestamp, seconds: f64) -> Timestamp {
    let by = SignedDuration::try_from_secs_f64(seconds);
    by.ok().and_then(|by| at.checked_add(by).ok()).unwrap_or(at)
}

impl Clock for Following {
    fn now(&self) -> Timestamp {
        later(self.start, self.begun.elapsed().as_secs_f64() * self.speed)
    }

    fn wall(&self, fleet_time: Duration) -> Duration {
        fleet_time.div_f64(self.speed)
    }
}

/// The clock of the world that the environment names, or else the machine's.
pub fn present() -> Arc<dyn Clock> {
    let word = std::env::var(VARIABLE).unwrap_or_default();
    match word.parse::<ClockWord>() {
        Ok(word) => Arc::new(Following::new(&word, Timestamp::now())),
        Err(_) if word.is_empty() => Arc::new(SystemClock),
        Err(why) => {
            tell(format!("gwctl: {VARIABLE} is ignored: {why}"));
            Arc::new(SystemClock)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word() -> ClockWord {
        ClockWord {
            world: "2026-11-23T14:00:00.5Z".parse().unwrap(),
            wall: "2026-11-24T09:00:00Z".parse().unwrap(),
            speed: 20.0,
        }
    }

    #[test]
    fn a_word_is_read_as_it_was_written_and_nothing_else_is() {
        assert_eq!(word().to_string().parse(), Ok(word()));
        let odd = [
            "",
            "now",
            "1@2",
            "1@2:0",
            "1@2:NaN",
            "x@2:3",
            "1@2:-4",
            "1@2:1e300",
            "253402207200000@0:1",
            "1@-377705023201000:3600",
        ];
        for odd in odd {
            assert_eq!(odd.parse::<ClockWord>(), Err(NotAClock), "{odd}");
        }
    }

    #[test]
    fn a_follower_is_where_the_world_is() {
        let later = word().wall + SignedDuration::from_secs(3);
        let clock = Following::new(&word(), later);
        let ahead = clock.now().duration_since(word().world).as_secs_f64();
        assert!((60.0..61.0).contains(&ahead), "{ahead}");
        assert_eq!(clock.wall(Duration::from_mins(1)), Duration::from_secs(3));
    }
}
