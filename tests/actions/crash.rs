//! The process dies at any record of its journal, and another one goes on from the file.

use gwctl::actions::{DiskFault, Phase, StepStatus};

use super::trial::Rehearsal;

use super::stand::{Stage, in_virtual_time, operator, story};
use super::trial::{AfterHold, Tried, holds, ready, rehearsals, see_through, undisturbed};
use super::world::{self, REST};

/// Runs `rehearsal`; the process that begins it dies as `first` says, those that go on as `then`
/// says of the journal's length, until one comes to the end.
async fn dying(
    rehearsal: &Rehearsal,
    first: DiskFault,
    then: impl Fn(u64, u64) -> Option<DiskFault>,
) -> Tried {
    let stage = ready(rehearsal).await;
    let from = stage.sim().state().control.mutations.len();
    let (before, lost) = (
        world::world(stage.sim()),
        stage.sim().state().totals.writes_lost,
    );
    let intent = stage.looked_up(&rehearsal.intent).await;
    let plan = stage.plan(&intent);
    let mut running = stage.start_in(&stage.folder.failing(first), &plan);
    let id = running.id.clone();
    let mut held = Vec::new();
    let mut deaths = 0;
    let state = loop {
        let state = see_through(&stage, &mut running, AfterHold::Retry, &mut held).await;
        if state.phase().over() {
            break state;
        }
        let died = (&mut running.task).await.unwrap();
        assert!(
            died.is_err(),
            "it neither died nor ended: {}",
            story(&state)
        );
        let written = stage.folder.records(&id).unwrap().len() as u64;
        assert!(written < 2_000, "it comes to no end: {}", story(&state));
        deaths += 1;
        let folder = match then(written, deaths) {
            Some(fault) => stage.folder.failing(fault),
            None => stage.folder.clone(),
        };
        running = stage.resume_in(&folder, &id);
    };
    stage.sim().advance(REST);
    let gone = stage.sim().state().totals.writes_lost - lost;
    Tried {
        undo_refused: false,
        state,
        before,
        after: world::world(stage.sim()),
        made: world::made(stage.sim(), from),
        held,
        lost: gone,
        throttled: world::throttled(stage.sim()),
        unused: Vec::new(),
    }
}

#[test]
fn a_run_whose_every_process_dies_after_a_few_records_still_ends_well() {
    let wrong: Vec<String> = rehearsals()
        .iter()
        .filter_map(|rehearsal| {
            // `Resumed` and `Started` come first: each process gets a little further.
            let tried =
                in_virtual_time(dying(rehearsal, DiskFault::Before(3), |written, deaths| {
                    Some(DiskFault::Before(written + 2 + deaths))
                }));
            holds("dying again and again", rehearsal, &tried).err()
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_run_goes_on_from_every_record_it_could_have_died_at() {
    let wrong: Vec<String> = rehearsals()
        .iter()
        .filter(|rehearsal| {
            ["evacuate by switch", "promote by switchover"].contains(&rehearsal.name)
        })
        .flat_map(|rehearsal| {
            let records = 1 + bound(rehearsal);
            let points = (1..records).flat_map(|n| [DiskFault::Before(n), DiskFault::After(n)]);
            points.map(move |point| (rehearsal, point))
        })
        .filter_map(|(rehearsal, point)| {
            let tried = in_virtual_time(dying(rehearsal, point, |_, _| None));
            holds(&format!("died {point:?}"), rehearsal, &tried).err()
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// About how many records come before the last wait: what follows is waiting for figures.
fn bound(rehearsal: &Rehearsal) -> u64 {
    let calm = undisturbed(rehearsal);
    let calls: usize = calm.state.steps.values().map(|step| step.calls.len()).sum();
    let over = calm.state.steps.values().filter(|step| step.over()).count();
    (2 * calls + 2 * over) as u64
}

#[test]
fn nothing_is_sent_that_is_not_written_down() {
    in_virtual_time(async {
        let rehearsal = &rehearsals()[0];
        let stage = ready(rehearsal).await;
        let sent = stage.sim().state().control.mutations.len();
        let plan = stage.plan(&rehearsal.intent);
        // Begun, Started, and then what is about to be sent.
        let running = stage.start_in(&stage.folder.failing(DiskFault::Before(2)), &plan);
        let died = running.task.await.unwrap().unwrap_err().to_string();
        assert!(died.contains("nothing more is sent"), "{died}");
        assert_eq!(stage.sim().state().control.mutations.len(), sent);
    });
}

#[test]
fn a_run_that_was_left_is_resumed_and_one_that_is_over_is_not() {
    in_virtual_time(async {
        let rehearsal = &rehearsals()[0];
        let stage = ready(rehearsal).await;
        let running = stage.start(&stage.plan(&rehearsal.intent));
        let id = running.id.clone();
        running.control.leave();
        running.task.await.unwrap().unwrap();
        let left = stage.folder.state(&id).unwrap();
        assert!(!left.phase().over(), "{}", story(&left));
        assert!(
            left.steps
                .values()
                .all(|step| step.status != StepStatus::Held)
        );
        let mut running = stage.resume_in(&stage.folder, &id);
        let state = stage.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
        running.task.await.unwrap().unwrap();
        let again = super::stand::resume(&id, &[], stage.run_context(), &stage.folder, &operator());
        assert!(again.unwrap_err().to_string().contains("is done"));
    });
}

impl Stage {
    fn start_in(
        &self,
        folder: &gwctl::actions::Folder,
        plan: &gwctl::actions::Plan,
    ) -> gwctl::actions::Running {
        super::stand::start(
            plan,
            &super::stand::confirmation(plan),
            self.run_context(),
            folder,
            &operator(),
        )
        .unwrap()
    }

    fn resume_in(&self, folder: &gwctl::actions::Folder, id: &str) -> gwctl::actions::Running {
        super::stand::resume(id, &[], self.run_context(), folder, &operator()).unwrap()
    }
}
