//! What a journal tells when somebody, or a crash, has been at it.

use gwctl::actions::{Broken, Order};
use gwctl::fleet::{Event, EventKind};

use super::stand::{Stage, in_virtual_time};
use super::trial::{ready, rehearsals};

/// A stage with one run that was done, and its journal's path.
async fn done() -> (Stage, String, std::path::PathBuf) {
    let rehearsal = rehearsals()
        .into_iter()
        .find(|one| one.name == "invalidate")
        .unwrap();
    let stage = ready(&rehearsal).await;
    stage.carry_out(&rehearsal.intent).await;
    let id = stage.folder.runs().remove(0).id;
    let path = stage.folder.path().join(format!("{id}.jsonl"));
    (stage, id, path)
}

/// The line at which reading `text` instead breaks.
fn broken_at(stage: &Stage, id: &str, path: &std::path::Path, text: &str) -> usize {
    std::fs::write(path, text).unwrap();
    match stage.folder.records(id).unwrap_err() {
        Broken::Chain { line, .. } | Broken::Line { line, .. } | Broken::Illegal { line, .. } => {
            line
        }
        Broken::Io { cause, .. } => panic!("{cause}"),
    }
}

#[test]
fn a_changed_byte_a_removed_line_and_swapped_lines_are_told_with_their_line() {
    in_virtual_time(async {
        let (stage, id, path) = done().await;
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() > 5);
        let with = |lines: &[&str]| format!("{}\n", lines.join("\n"));
        let padded = lines[2].replacen("\"n\":2,", "\"n\":2 ,", 1);
        assert_ne!(padded, lines[2]);
        let mut all = lines.clone();
        all[2] = &padded;
        assert_eq!(broken_at(&stage, &id, &path, &with(&all)), 3);
        let forged = lines[3].replacen("ada", "eve", 1);
        assert_ne!(forged, lines[3]);
        let mut all = lines.clone();
        all[3] = &forged;
        assert_eq!(broken_at(&stage, &id, &path, &with(&all)), 4);
        let mut all = lines.clone();
        all.remove(2);
        assert_eq!(broken_at(&stage, &id, &path, &with(&all)), 3);
        let mut all = lines.clone();
        all.swap(2, 3);
        assert_eq!(broken_at(&stage, &id, &path, &with(&all)), 3);
        let mut all = lines.clone();
        all[1] = "{}";
        assert_eq!(broken_at(&stage, &id, &path, &with(&all)), 2);
    });
}

#[test]
fn a_torn_last_line_is_no_line() {
    in_virtual_time(async {
        let (stage, id, path) = done().await;
        let text = std::fs::read_to_string(&path).unwrap();
        let whole = stage.folder.records(&id).unwrap().len();
        for cut in [1, 20, 60] {
            std::fs::write(&path, &text[..text.len() - cut]).unwrap();
            let left = stage.folder.records(&id).unwrap();
            assert_eq!(left.len(), whole - 1);
            assert!(
                !stage.folder.state(&id).unwrap().phase().over(),
                "the end was torn away"
            );
        }
    });
}

#[test]
fn the_timeline_has_what_a_run_sent_and_its_notes_from_its_own_journal() {
    in_virtual_time(async {
        let rehearsal = rehearsals()
            .into_iter()
            .find(|one| one.name == "evacuate by switch")
            .unwrap();
        let stage = ready(&rehearsal).await;
        let begun = stage.sim().clock().now();
        let mut running = stage.start(&stage.plan(&rehearsal.intent));
        let id = running.id.clone();
        let text = "checkout is slow, we leave".to_owned();
        stage.order(&mut running, Order::note(text.clone())).await;
        let state = stage.settle(&mut running).await;
        assert!(state.phase().over());
        let fleet = stage.spec.clone();

        let events = stage.folder.events(&fleet, begun);
        assert!(events.is_sorted_by(|a, b| a.at <= b.at));
        let (first, last) = (&events[0], &events[events.len() - 1]);
        assert!(first.what.starts_with("began: "), "{first:?}");
        assert!(last.what.ends_with(&state.plan.title), "{last:?}");
        // PutMetricData leaves no trace in CloudTrail (aws-facts §14.1): only here is it told.
        let field = |event: &Event, name: &str| {
            let mut fields = event.fields.iter();
            fields
                .find(|(known, _)| *known == name)
                .map(|(_, value)| value.clone())
        };
        let sent: Vec<&Event> = events
            .iter()
            .filter(|event| field(event, "call").is_some())
            .collect();
        let calls: usize = state.steps.values().map(|step| step.calls.len()).sum();
        assert!(!sent.is_empty() && sent.len() == calls, "{sent:?}");
        assert!(
            sent.iter()
                .any(|event| field(event, "call").unwrap().contains("PutMetricData")),
            "{sent:?}"
        );
        assert!(
            events
                .iter()
                .all(|event| field(event, "run").as_deref() == Some(id.as_str()))
        );
        assert!(
            events
                .iter()
                .all(|event| event.who.as_deref() == Some("ada")),
            "{events:?}"
        );
        let notes: Vec<&str> = events
            .iter()
            .filter(|event| event.kind == EventKind::Note)
            .map(|event| event.what.as_str())
            .collect();
        assert_eq!(notes, [text]);

        let later = last.at + jiff::SignedDuration::from_secs(1);
        assert!(stage.folder.events(&fleet, later).is_empty());
        let end = stage.folder.events(&fleet, last.at);
        assert!(!end.is_empty() && end.len() < events.len());
    });
}
