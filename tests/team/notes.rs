//! Notes on a run by somebody who does not drive it: its journal keeps one writer.

use gwctl::actions::{Noted, Operator, Phase, Running, note_here};
use gwctl::sim::world::TableKind;

use super::runs::{begin, go_on, machine};
use super::stand::{seconds, world_with};
use crate::actions::stand::{Stage, in_virtual_time, story};
use crate::observe::stand::world;

const TEXT: &str = "checkout answers again";

fn eve() -> Operator {
    Operator {
        name: "eve".into(),
        host: "desk".into(),
    }
}

async fn eve_notes(on: &Stage, id: &str) -> Noted {
    let context = on.run_context();
    on.folder.bring_team(&context).await.unwrap();
    let eve = eve();
    let noted = note_here(&on.folder, &context, id, TEXT, &eve);
    Box::pin(noted).await.unwrap()
}

/// The run goes on to its end by whom it was begun, and its journal has the note once, in eve's name.
async fn ends_with_it(on: &Stage, mut running: Running) {
    let state = on.settle(&mut running).await;
    assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
    running.task.await.unwrap().unwrap();
    let state = on.folder.state(&running.id).unwrap();
    let told: Vec<(&str, &str)> = state
        .notes
        .iter()
        .map(|note| (note.by.as_str(), note.text.as_str()))
        .collect();
    assert_eq!(told, [("eve@desk", TEXT)]);
    let records = on.folder.records(&running.id).unwrap();
    let others = records.iter().filter(|record| record.by != "ada@laptop");
    assert_eq!(others.count(), 1, "the note alone is eve's");
    assert_eq!(state.operator, "ada@laptop");
}

#[test]
fn who_watches_notes_on_the_run_of_another_machine_and_its_driver_writes_it_down() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let (one, other) = (machine(&sim).await, machine(&sim).await);
        let running = begin(&one).await.unwrap();
        seconds(2).await;
        let noted = eve_notes(&other, &running.id).await;
        assert_eq!(noted, Noted::By("ada".into()));
        ends_with_it(&one, running).await;
    });
}

#[test]
fn another_process_of_the_machine_notes_on_the_run_without_a_table() {
    in_virtual_time(async {
        let one = Stage::over(world("calm", 3)).await;
        let running = begin(&one).await.unwrap();
        let noted = eve_notes(&one, &running.id).await;
        assert_eq!(noted, Noted::By("ada".into()));
        ends_with_it(&one, running).await;
    });
}

#[test]
fn a_note_on_a_run_that_no_process_drives_is_written_at_once() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let (one, other) = (machine(&sim).await, machine(&sim).await);
        let running = begin(&one).await.unwrap();
        let id = running.id.clone();
        seconds(2).await;
        running.control.leave();
        running.task.await.unwrap().unwrap();
        assert_eq!(eve_notes(&other, &id).await, Noted::Here);
        one.folder.bring_team(&one.run_context()).await.unwrap();
        assert_eq!(one.folder.state(&id).unwrap().notes.len(), 1);
    });
}

#[test]
fn a_note_said_to_a_machine_that_is_gone_is_written_by_whoever_takes_over() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let (one, other) = (machine(&sim).await, machine(&sim).await);
        let mut running = begin(&one).await.unwrap();
        let id = running.id.clone();
        let told = running
            .state
            .wait_for(|state| state.first_change().is_some());
        told.await.unwrap();
        seconds(2).await;
        running.task.abort();
        let _ = (&mut running.task).await;
        let noted = eve_notes(&other, &id).await;
        assert_eq!(noted, Noted::Said("ada".into()));
        let mut gone_on = go_on(&other, &id, &[]).await.unwrap();
        let told = gone_on.state.wait_for(|state| !state.notes.is_empty());
        assert_eq!(told.await.unwrap().notes[0].by, "eve@desk");
    });
}
