//! Two hours of an incident in three Regions: how large they are, how soon they open, how quickly one moves in them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gwctl::fleet::Pace;
use gwctl::recording::{PER_HOUR, Recording, Reel};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::tape::record;

/// What is recorded; it is played four times over.
const HALF: Duration = Duration::from_mins(30);
/// What people notice: for opening, and for a step (issue 13).
const OPENS: Duration = Duration::from_secs(1);
const STEPS: Duration = Duration::from_millis(50);

/// How long this thread has had a processor: on a busy machine the clock on the wall measures the other programs too.
/// Where the system does not tell, that clock is all there is.
fn ran(begun: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| begun.elapsed(), Duration::from_nanos)
}

/// The recording in `bytes` as often as `times` says, one after the other: two hours of the same half hour.
fn tiled(bytes: &[u8], times: i64) -> Vec<u8> {
    let text = String::from_utf8(zstd::decode_all(bytes).unwrap()).unwrap();
    let (head, lines) = text.split_once('\n').unwrap();
    let later = |line: &str, time: SignedDuration| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        for entry in line.as_object_mut().unwrap().values_mut() {
            let at: Timestamp = entry["at"].as_str().unwrap().parse().unwrap();
            entry["at"] = Value::String((at + time).to_string());
        }
        format!("{line}\n")
    };
    let mut tiled = format!("{head}\n");
    for n in 0..times {
        let time = SignedDuration::try_from(HALF).unwrap() * i32::try_from(n).unwrap();
        tiled.extend(lines.lines().map(|line| later(line, time)));
    }
    zstd::encode_all(tiled.as_bytes(), 3).unwrap()
}

#[tokio::test(start_paused = true)]
async fn two_hours_take_no_more_room_and_no_more_time_than_they_may() {
    let tape = record("region-dark", Pace::Incident, HALF, false).await;
    let hourly = 2 * tape.bytes.len() as u64;
    let bytes = tiled(&tape.bytes, 4);

    let clock = Instant::now();
    let begun = ran(clock);
    let recording = Arc::new(Recording::read(&bytes).unwrap());
    let mut reel = Reel::new(recording.clone()).unwrap();
    reel.moment(recording.from()).unwrap();
    let opened = ran(clock).saturating_sub(begun);

    let count = recording.count();
    let mut step = |index: usize| {
        let begun = ran(clock);
        reel.seek(index).unwrap();
        reel.moment(recording.at(index).unwrap()).unwrap();
        ran(clock).saturating_sub(begun)
    };
    // To anywhere at all, from there on and back, and a minute on: back is the dearest.
    let places = (1..100).flat_map(|n| {
        let at = n * (count - 40) / 100;
        [at, at + 1, at, at + 30, count - 1 - at]
    });
    let mut steps: Vec<Duration> = places.map(&mut step).collect();
    steps.sort();
    let (median, slow) = (steps[steps.len() / 2], steps[steps.len() * 99 / 100]);
    println!(
        "2 h of incident pace, 3 Regions: {count} pictures, {:.2} MiB an hour, {} MiB unpacked; opens in {opened:.0?}; a step takes \
         {median:.1?}, the slowest of a hundred {slow:.1?}",
        hourly as f64 / f64::from(1 << 20),
        zstd::decode_all(bytes.as_slice()).unwrap().len() >> 20,
    );
    assert!(hourly <= PER_HOUR, "{hourly} bytes an hour");
    assert!(opened <= OPENS, "{opened:?}");
    assert!(slow <= STEPS, "{slow:?}");
    // One picture every few seconds at least: quick changes are seen.
    assert!(count > 2 * 3600 / 10, "{count}");
}
