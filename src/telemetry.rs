//! The log: a file, never the screen.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use tracing::{Level, Metadata};
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::{EnvFilter, ParseError, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::files;

/// Lines that may wait for the disk; what comes on top is dropped. The crate's own limit is 128,000: making room for
/// them took 6 ms before the first frame, and 4 MiB.
const WAITING: usize = 4_096;

/// How many days' logs are kept beside today's.
const KEEP: usize = 7;

/// Crates that write signed requests, and with them session tokens, into their more talkative levels.
const TOLD_SECRETS: [&str; 7] = [
    "aws_", "hyper", "h2", "rustls", "hickory", "tower", "reqwest",
];

/// Keeps the log open; what is still to be written is written when it is dropped.
#[derive(Debug)]
pub struct Log {
    _guard: WorkerGuard,
}

/// A log that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {error}", .path.display())]
pub struct LogError {
    path: PathBuf,
    error: io::Error,
}

/// What is no level, and no filter either.
#[derive(Debug, thiserror::Error)]
pub enum NotALevel {
    #[error("no such level")]
    Unknown,
    #[error(transparent)]
    Filter(#[from] ParseError),
}

/// Reads a level or a filter such as `gwctl=debug`.
pub fn filter(text: &str) -> Result<EnvFilter, NotALevel> {
    // A lone word that is no level would be taken for the name of a crate.
    if !text.contains(['=', ',']) && text.parse::<tracing::level_filters::LevelFilter>().is_err() {
        return Err(NotALevel::Unknown);
    }
    Ok(EnvFilter::try_new(text)?)
}

/// Opens `path` and sends every event there that passes `filter`.
pub fn start(path: &Path, filter: EnvFilter) -> Result<Log, LogError> {
    let file = Daily::open(path).map_err(|error| LogError {
        path: path.into(),
        error,
    })?;
    // Lossy: a full disk or a stalled one never holds up the screen.
    let (writer, guard): (NonBlocking, WorkerGuard) = NonBlockingBuilder::default()
        .buffered_lines_limit(WAITING)
        .finish(file);
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(writer);
    // A second start (only tests do that) keeps the first log.
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(filter_fn(fit_for_a_file))
        .with(lines)
        .try_init();
    Ok(Log { _guard: guard })
}

fn fit_for_a_file(event: &Metadata<'_>) -> bool {
    *event.level() <= Level::INFO
        || !TOLD_SECRETS
            .iter()
            .any(|name| event.target().starts_with(name))
}

/// A file that is put aside, named for its day, when the day (UTC) is over.
struct Daily {
    path: PathBuf,
    day: Date,
    file: File,
}

impl Daily {
    fn open(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let today = today();
        if let Ok(written) = std::fs::metadata(path).and_then(|meta| meta.modified()) {
            let last =
                Timestamp::try_from(written).map_or(today, |at| at.to_zoned(TimeZone::UTC).date());
            if last < today {
                put_aside(path, last);
            }
        }
        Ok(Self {
            file: append(path)?,
            day: today,
            path: path.into(),
        })
    }

    fn turn(&mut self) {
        let today = today();
        if today > self.day {
            put_aside(&self.path, self.day);
            if let Ok(file) = append(&self.path) {
                self.file = file;
            }
            self.day = today;
        }
    }
}

impl Write for Daily {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.turn();
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn today() -> Date {
    Zoned::now().with_time_zone(TimeZone::UTC).date()
}

fn append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    files::private(&mut options);
    files::open(&mut options, path)
}

/// Renames the log for its day and lets the oldest go. A log that cannot be moved just grows.
fn put_aside(path: &Path, day: Date) {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return;
    };
    if std::fs::rename(path, path.with_file_name(format!("{name}.{day}"))).is_err() {
        return;
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut old: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| is_old_log(path, name))
        .collect();
    old.sort();
    for path in old.iter().rev().skip(KEEP) {
        let _ = std::fs::remove_file(path);
    }
}

fn is_old_log(path: &Path, name: &str) -> bool {
    let day = path
        .file_name()
        .and_then(|it| it.to_str())
        .and_then(|it| it.strip_prefix(name)?.strip_prefix('.'));
    day.is_some_and(|day| day.parse::<Date>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yesterdays_log_is_put_aside_and_a_week_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/gwctl.log");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        for day in 1..=9 {
            std::fs::write(
                path.with_file_name(format!("gwctl.log.2026-01-0{day}")),
                "old",
            )
            .unwrap();
        }
        std::fs::write(path.with_file_name("gwctl.log.notes"), "mine").unwrap();
        std::fs::write(&path, "the day before\n").unwrap();
        let mut log = Daily::open(&path).unwrap();
        log.day = log.day.yesterday().unwrap();
        log.write_all(b"today\n").unwrap();

        assert_eq!(std::fs::read_to_string(&path).unwrap(), "today\n");
        let mut kept: Vec<String> = std::fs::read_dir(path.parent().unwrap())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        kept.sort();
        assert_eq!(kept.len(), 1 + KEEP + 1, "{kept:?}");
        assert!(
            kept.contains(&"gwctl.log.notes".to_owned()),
            "what is not ours stays"
        );
        assert!(
            !kept.contains(&"gwctl.log.2026-01-01".to_owned()),
            "the oldest goes first"
        );
    }

    #[test]
    fn a_word_that_is_no_level_is_refused() {
        assert!(filter("debug").is_ok());
        assert!(filter("gwctl=trace,info").is_ok());
        assert!(filter("loud").is_err());
        assert!(filter("gwctl=loud").is_err());
    }
}
