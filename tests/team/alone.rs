//! A table that does not answer: a run waits for it, or goes on alone by a named waiver, and meets it again.

use std::sync::Arc;

use gwctl::actions::guided::Evacuate;
use gwctl::actions::{
    Clash, Compared, Entry, Finding, Intent, Lately, Order, Phase, Pushed, Running, SHARED_TABLE,
    SharedTable, push, settle, start,
};
use gwctl::fleet::{Pace, Region};
use gwctl::notify::{RunTold, Severity};
use gwctl::sim::Sim;
use gwctl::sim::world::TableKind;

use super::runs::{begin, evacuate, go_on, lines, machine, sent};
use super::stand::{TABLE, replicas, seconds, shared, table_of, team_of, world_with};
use crate::actions::stand::{Stage, confirmation, in_virtual_time, operator, region, story};

fn isolate(sim: &Sim, regions: &[Region], isolated: bool) {
    for region in regions {
        let mut state = sim.state();
        state.tables.named(TABLE).unwrap().isolate(region, isolated);
    }
}

fn alone() -> Order {
    Order::Alone {
        reason: "the table's Regions are dark".into(),
    }
}

/// A machine that reaches the table through one Region alone.
async fn through(sim: &Sim, regions: Vec<Region>) -> Stage {
    let dir = Arc::new(tempfile::tempdir().unwrap());
    Stage::configured(sim.clone(), dir, Pace::Incident, shared(sim, regions)).await
}

/// Begins a run that is held because the table went dark.
async fn held(one: &Stage, dark: &[Region]) -> Running {
    let mut running = begin(one).await.unwrap();
    isolate(one.sim(), dark, true);
    let state = one.settle(&mut running).await;
    assert_eq!(state.phase(), Phase::Held, "{}", story(&state));
    assert!(state.awaits_table(), "{}", story(&state));
    running
}

#[test]
fn a_waiver_lets_a_run_go_on_alone_and_the_table_has_it_all_when_it_answers_again() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let (one, other) = (machine(&sim).await, machine(&sim).await);
        let before = sent(&sim);
        let mut running = held(&one, &replicas()).await;
        assert_eq!(sent(&sim), before);
        running.control.order(alone());
        let mut states = running.state.clone();
        let changed =
            states.wait_for(|state| state.first_change().is_some() && sent(&sim) > before);
        let state = changed.await.unwrap().clone();
        assert_eq!(state.alone.as_ref().unwrap().by, "ada@laptop");
        let told = RunTold::new("orders").take(&state);
        let told = told.iter().find(|one| one.title.contains("team's table"));
        assert_eq!(told.unwrap().severity, Severity::Warning);
        isolate(&sim, &replicas(), false);
        let state = one.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
        running.task.await.unwrap().unwrap();
        assert_eq!(one.folder.state(&running.id).unwrap().alone, None);
        other.folder.bring_team(&other.run_context()).await.unwrap();
        let records = other.folder.records(&running.id).unwrap();
        let waived = Entry::Ordered { order: alone() };
        let waived = records.iter().position(|record| record.entry == waived);
        let again = |record: &gwctl::actions::Record| record.entry == Entry::Rejoined;
        let rejoined = records.iter().position(again);
        assert!(waived.unwrap() < rejoined.unwrap());
        assert_eq!(records.len(), lines(&one.folder, &running.id));
        assert_eq!(one.folder.all_conflicts(), []);
    });
}

#[test]
fn a_run_that_another_machine_took_meanwhile_stops_and_the_conflict_is_shown_until_it_is_settled() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let dark = [region("us-east-1")];
        let one = through(&sim, dark.to_vec()).await;
        let other = through(&sim, vec![region("us-east-2")]).await;
        let mut running = held(&one, &dark).await;
        let id = running.id.clone();
        running.control.order(alone());
        let mut states = running.state.clone();
        let asked =
            states.wait_for(|state| state.first_change().is_some() && !state.awaits_table());
        drop(asked.await.unwrap());
        seconds(5).await;
        // The other machine sees no sign of the first for as long as a lease lasts.
        let mut theirs = go_on(&other, &id, &[]).await.unwrap();
        isolate(&sim, &dark, false);
        let ended = (&mut running.task).await.unwrap();
        let why = ended.unwrap_err().to_string();
        assert!(why.contains("sends nothing more"), "{why}");
        let conflicts = one.folder.conflicts(&id);
        let [conflict] = conflicts.as_slice() else {
            panic!("{conflicts:?}");
        };
        assert!(matches!(conflict.clash, Clash::Lease { .. }), "{conflict}");
        let state = other.settle(&mut theirs).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
        theirs.task.await.unwrap().unwrap();
        // This machine's journal is not the team's, and it sent something: nothing begins here before somebody looked.
        let refused = begin(&one).await.unwrap_err().to_string();
        assert!(refused.contains("gwctl runs settle"), "{refused}");
        let lines_differ =
            |one: &gwctl::actions::Conflict| matches!(one.clash, Clash::Lines { .. });
        assert!(one.folder.conflicts(&id).iter().any(lines_differ));
        let team = team_of(&one);
        let now = sim.clock().now();
        let written = settle(&one.folder, &table_of(&one), &id, &operator(), now)
            .await
            .unwrap();
        assert!(
            written.contains("laptop sent alone: cloudwatch:PutMetricData"),
            "{written}"
        );
        assert_eq!(one.folder.all_conflicts(), []);
        let notes = one.folder.state(&id).unwrap().notes.clone();
        assert!(notes.iter().any(|note| note.text == written));
        let theirs = team.lines(&id, 0).await.unwrap();
        assert_eq!(theirs.len(), lines(&one.folder, &id));
    });
}

/// Begins to evacuate without the table, which the plan waives.
async fn begun_alone(one: &Stage) -> Running {
    let mut plan = one.plan(&evacuate());
    let (context, ada) = (one.run_context(), operator());
    let lately = Lately::of(&one.folder, &plan.binding, "", one.sim().clock().now());
    let table = SharedTable::ask(&context).await;
    lately.and_table(table).weigh(&mut plan, &one.snapshot());
    let mut confirmed = confirmation(&plan);
    confirmed.waived.push(SHARED_TABLE.into());
    let begun = start(&plan, &confirmed, context, &one.folder, &ada);
    Box::pin(begun).await.unwrap()
}

#[test]
fn a_run_alone_that_another_run_acted_beside_stops_and_tells_of_both() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let dark = [region("us-east-1")];
        let one = through(&sim, dark.to_vec()).await;
        let other = through(&sim, vec![region("us-east-2")]).await;
        isolate(&sim, &dark, true);
        let mut running = begun_alone(&one).await;
        // Another engineer does something else meanwhile, ends, and gives the lease back: nothing is in the way then.
        let plan = other.plan(&Intent::Evacuate(Evacuate {
            region: region("ap-southeast-1"),
            mechanism: None,
        }));
        let mut theirs = other.begin(&plan).await;
        let changed = theirs
            .state
            .wait_for(|state| state.first_change().is_some());
        drop(changed.await.unwrap());
        theirs.control.leave();
        theirs.task.await.unwrap().unwrap();
        isolate(&sim, &dark, false);
        let ended = (&mut running.task).await.unwrap();
        let why = ended.unwrap_err().to_string();
        assert!(why.contains(&theirs.id), "{why}");
        let conflicts = one.folder.conflicts(&running.id);
        let beside = Clash::Run {
            id: theirs.id.clone(),
        };
        assert!(
            conflicts.iter().any(|one| one.clash == beside),
            "{conflicts:?}"
        );
        let now = sim.clock().now();
        let pushed = push(
            &one.folder,
            &table_of(&one),
            &one.spec.domain,
            &operator(),
            now,
        )
        .await;
        let pushed = pushed.unwrap();
        let own = pushed.iter().find(|(id, _)| *id == running.id);
        assert_eq!(own.unwrap().1, Pushed::Beside(theirs.id.clone()));
    });
}

#[test]
fn a_run_begins_alone_by_the_waiver_of_its_plan_and_by_nothing_else() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let one = machine(&sim).await;
        isolate(&sim, &replicas(), true);
        let refused = begin(&one).await.unwrap_err().to_string();
        assert!(
            refused.contains("shared table is not available"),
            "{refused}"
        );
        let mut plan = one.plan(&evacuate());
        let context = one.run_context();
        let lately = Lately::of(&one.folder, &plan.binding, "", sim.clock().now());
        let table = SharedTable::ask(&context).await;
        lately.and_table(table).weigh(&mut plan, &one.snapshot());
        let check = plan.checks.iter().find(|check| check.name == SHARED_TABLE);
        let check = check.unwrap();
        assert_eq!(check.finding, Finding::Waivable, "{}", check.text);
        assert!(
            check.text.contains("us-east-1, us-east-2, us-west-2"),
            "{}",
            check.text
        );
        let mut confirmed = confirmation(&plan);
        confirmed.waived.push(SHARED_TABLE.into());
        let ada = operator();
        let begun = start(&plan, &confirmed, context, &one.folder, &ada);
        let mut running = Box::pin(begun).await.unwrap();
        let state = one.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
        assert_eq!(state.alone.as_ref().unwrap().by, "ada@laptop");
        running.task.await.unwrap().unwrap();
        assert_eq!(one.folder.state(&running.id).unwrap().alone, state.alone);
    });
}

#[test]
fn a_run_that_was_left_goes_on_alone_by_a_waiver_and_not_without_one() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let one = machine(&sim).await;
        let running = held(&one, &replicas()).await;
        running.control.leave();
        running.task.await.unwrap().unwrap();
        let id = running.id;
        let refused = go_on(&one, &id, &[]).await.unwrap_err().to_string();
        assert!(
            refused.contains("shared table is not available"),
            "{refused}"
        );
        let mut running = go_on(&one, &id, &[alone()]).await.unwrap();
        let state = one.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
        assert!(sent(&sim) > 0);
    });
}

#[test]
fn a_plan_names_the_regions_of_the_table_and_that_it_leaves_one() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let one = machine(&sim).await;
        let leaves = Intent::Evacuate(Evacuate {
            region: region("us-east-1"),
            mechanism: None,
        });
        let plan = one.plan(&leaves);
        let text = |plan: &gwctl::actions::Plan| {
            let mut checks = plan.checks.iter();
            let check = checks.find(|check| check.name == SHARED_TABLE).unwrap();
            (check.finding, check.text.clone())
        };
        let (finding, told) = text(&plan);
        assert_eq!(finding, Finding::Pass, "{told}");
        assert!(told.contains("us-east-1, which this plan leaves"), "{told}");
        sim.start_fault("region-dark:us-east-1").unwrap();
        seconds(60).await;
        let (finding, told) = text(&one.plan(&leaves));
        assert_eq!(finding, Finding::Pass, "{told}");
        assert!(
            told.contains("us-east-1 does not answer and delays nothing"),
            "{told}"
        );
    });
}

#[test]
fn journals_of_before_the_table_are_copied_once_and_one_that_differs_is_refused() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let files = Stage::beside(sim.clone(), dir.clone(), Pace::Incident).await;
        let mut running = begin(&files).await.unwrap();
        files.settle(&mut running).await;
        running.task.await.unwrap().unwrap();
        let id = running.id;
        let one =
            Stage::configured(sim.clone(), dir, Pace::Incident, shared(&sim, replicas())).await;
        let (table, ada, now) = (table_of(&one), operator(), sim.clock().now());
        let domain = one.spec.domain.clone();
        let compared = async || {
            let theirs = table.team.lines(&id, 0).await.unwrap();
            one.folder.compare(&id, &theirs).unwrap()
        };
        assert_eq!(compared().await, Compared::Absent);
        let pushed = push(&one.folder, &table, &domain, &ada, now).await.unwrap();
        let all = lines(&one.folder, &id) as u64;
        assert_eq!(pushed, [(id.clone(), Pushed::Copied(all))]);
        assert_eq!(compared().await, Compared::Same);
        let again = push(&one.folder, &table, &domain, &ada, now).await.unwrap();
        assert_eq!(again, [(id.clone(), Pushed::Same)]);
        // Another machine brings it whole.
        let other = machine(&sim).await;
        other.folder.bring_team(&other.run_context()).await.unwrap();
        assert_eq!(lines(&other.folder, &id) as u64, all);
        // A line that was written otherwise is found, and nothing is written over the team's.
        let path = one.folder.path().join(format!("{id}.jsonl"));
        let text = std::fs::read_to_string(&path).unwrap();
        let changed = text.replacen("\"by\":\"ada@laptop\"", "\"by\":\"eve@laptop\"", 3);
        std::fs::write(&path, changed).unwrap();
        assert_eq!(compared().await, Compared::Differ(1));
    });
}
