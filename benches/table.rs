//! The table of the README: what was measured, the promise, whether it is kept.

use std::fmt;
use std::time::{Duration, Instant};

#[derive(Default)]
pub struct Table {
    rows: Vec<(String, String, String, bool)>,
}

impl Table {
    pub fn row(&mut self, what: &str, measured: String, promise: &str, kept: bool) {
        eprintln!("{what}: {measured} ({promise})");
        self.rows
            .push((what.into(), measured, promise.into(), kept));
    }

    pub fn kept(&self) -> bool {
        self.rows.iter().all(|(.., kept)| *kept)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | measured | promise |\n|---|---|---|")?;
        for (what, measured, promise, kept) in &self.rows {
            let broken = if *kept { "" } else { " **broken**" };
            writeln!(f, "| {what} | {measured}{broken} | {promise} |")?;
        }
        Ok(())
    }
}

/// The median time of `runs` runs.
pub fn median(runs: usize, mut run: impl FnMut() -> Duration) -> Duration {
    let mut times: Vec<Duration> = (0..runs).map(|_| run()).collect();
    times.sort();
    times[times.len() / 2]
}

/// How long `work` takes.
pub fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// `12.3 ms`.
pub fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}
