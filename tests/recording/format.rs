//! What is written is what is read.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use gwctl::fleet::{Pace, Snapshot};
use gwctl::observe::Happened;
use gwctl::recording::{Recording, RecordingError, Reel};
use gwctl::sim::Scenario;

use super::tape::record;
use crate::observe::stand::{Stand, world};

/// The picture at each index of `recording`, in order, and then in another one.
fn pictures(recording: &Arc<Recording>) -> Vec<Arc<Snapshot>> {
    let mut reel = Reel::new(recording.clone()).unwrap();
    let mut at = |index: usize| {
        reel.seek(index).unwrap();
        reel.moment(recording.at(index).unwrap()).unwrap().picture
    };
    let forward: Vec<_> = (0..recording.count()).map(&mut at).collect();
    let mut back: Vec<_> = (0..recording.count()).rev().map(&mut at).collect();
    back.reverse();
    assert_eq!(forward, back, "another way leads to another picture");
    forward
}

#[tokio::test(start_paused = true)]
async fn a_picture_of_every_scenario_is_the_same_after_it_was_written_and_read() {
    for name in Scenario::names() {
        let stand = Stand::over(world(name, 3), Pace::Incident).await;
        tokio::time::sleep(Duration::from_secs(70)).await;
        let picture = stand.observer.watch().borrow().clone();
        let text = serde_json::to_string(&*picture).unwrap();
        let read: Snapshot = serde_json::from_str(&text).unwrap();
        assert_eq!(read, *picture, "{name}");
        let happened = stand
            .observer
            .happened(jiff::SignedDuration::from_hours(1))
            .await;
        let text = serde_json::to_string(&happened).unwrap();
        let read: Happened = serde_json::from_str(&text).unwrap();
        assert_eq!(read, happened, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_picture_that_is_kept_is_one_that_was_seen_and_the_last_one_is_among_them() {
    let tape = record("region-dark", Pace::Incident, Duration::from_mins(12), true).await;
    let recording = tape.recording();
    assert_eq!(recording.head.fleet, "orders");
    assert!(
        !recording.cut && recording.count() > 100,
        "{}",
        recording.count()
    );
    let pictures = pictures(&recording);
    for picture in &pictures {
        let seen = tape
            .seen
            .iter()
            .find(|seen| seen.generation == picture.generation);
        assert!(seen == Some(picture), "picture {}", picture.generation);
    }
    assert!(pictures.last() == tape.seen.last());
    // None whose verdicts are others is left out.
    let verdicts = |pictures: &[Arc<Snapshot>]| {
        let mut all: Vec<String> = pictures
            .iter()
            .map(|picture| gwctl::recording::verdicts(picture))
            .collect();
        all.dedup();
        all
    };
    assert_eq!(verdicts(&pictures), verdicts(&tape.seen));
    let mut reel = Reel::new(recording.clone()).unwrap();
    let last = recording.count() - 1;
    reel.seek(last).unwrap();
    let end = reel.moment(tape.happened.to).unwrap();
    assert_eq!(end.happened.as_deref(), Some(&tape.happened));
    let before = reel.moment(recording.from()).unwrap();
    assert_eq!(before.happened, None, "it was not known yet");
    let logged = reel.moment(tape.errors.to).unwrap().errors;
    assert!(before.errors.is_none() && logged.is_some());
    assert_eq!(recording.notes[0].text, "called Grace from payments");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_a_crash_cut_is_read_up_to_its_last_whole_line() {
    let tape = record("calm", Pace::Incident, Duration::from_mins(2), false).await;
    let whole = tape.recording().count();
    let mut before = whole;
    for torn in [1, 60, 600, 3000] {
        let cut = &tape.bytes[..tape.bytes.len() - torn];
        let recording = Recording::read(cut).unwrap();
        assert!(recording.cut, "{torn} bytes");
        assert!(recording.count() <= before, "{torn} bytes");
        before = recording.count();
        pictures(&Arc::new(recording));
    }
    assert!(before > 0 && before < whole, "{before} of {whole}");
    assert_eq!(
        Recording::read(&tape.bytes[..40]).unwrap_err(),
        RecordingError::Empty
    );
    assert_eq!(Recording::read(&[]).unwrap_err(), RecordingError::Empty);
}

fn packed(text: &str) -> Vec<u8> {
    zstd::encode_all(text.as_bytes(), 3).unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_is_no_recording_or_one_of_another_version_is_met_with_a_sentence() {
    let says = |bytes: &[u8]| Recording::read(bytes).unwrap_err().to_string();
    let newer = says(&packed("{\"schema\":\"gwctl.recording/9\",\"shape\":7}\n"));
    assert_eq!(
        newer,
        "it is a recording of the version `gwctl.recording/9`, and this gwctl reads `gwctl.recording/1`: use the gwctl \
         that wrote it, or a newer one"
    );
    let other = says(&packed("{\"schema\":\"gwctl.report/1\"}\n"));
    assert_eq!(
        other,
        "it is not a recording of gwctl: its first line names `gwctl.report/1`"
    );
    assert!(says(b"PK\x03\x04 something else").starts_with("it is not a recording of gwctl: "));
    let tape = record("calm", Pace::Incident, Duration::from_secs(20), false).await;
    let mut text = zstd::decode_all(tape.bytes.as_slice()).unwrap();
    text.write_all(b"{\"whole\":7}\n").unwrap();
    let broken = Recording::read(&zstd::encode_all(text.as_slice(), 3).unwrap()).unwrap_err();
    assert!(matches!(broken, RecordingError::Line { .. }), "{broken}");
}
