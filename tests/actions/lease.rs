//! Two engineers at once, and who holds the fleet.

use std::os::unix::fs::PermissionsExt as _;

use gwctl::actions::{LeaseRefused, NotStarted, Phase, RunContext, plan};

use super::trial::Rehearsal;
use gwctl::fleet::FleetSpec;

use super::stand::{Stage, confirmation, in_virtual_time, operator, start, story};
use super::trial::{AfterHold, changes, ready, rehearsals, see_through, thorough, undisturbed};
use super::world::{self, REST};

#[test]
fn a_second_engineer_on_this_machine_is_told_who_acts_and_nothing_is_done() {
    in_virtual_time(async {
        let rehearsal = &rehearsals()[0];
        let stage = ready(rehearsal).await;
        let plan = stage.plan(&rehearsal.intent);
        let running = stage.start(&plan);
        let Err(NotStarted::Lease(LeaseRefused::Taken { holder, shares })) = stage.try_start(&plan)
        else {
            panic!("two at once");
        };
        assert_eq!(
            (holder.operator.as_str(), &holder.run),
            ("ada", &running.id)
        );
        // Of one plan at one moment there is one run.
        assert_eq!(shares, gwctl::store::SAME_RUN);
        assert_eq!(stage.folder.holder(&running.id).unwrap().run, running.id);
        running.control.leave();
        running.task.await.unwrap().unwrap();
        assert!(
            stage.folder.holder(&running.id).is_none(),
            "nobody acts any more"
        );
        assert_eq!(stage.folder.runs().len(), 1);
    });
}

/// Tries to act on what `change` makes of the fleet while the fleet itself is acted on.
fn beside_another(change: impl FnOnce(&mut FleetSpec)) -> Result<(), String> {
    in_virtual_time(async {
        let rehearsal = &rehearsals()[0];
        let stage = ready(rehearsal).await;
        let running = stage.start(&stage.plan(&rehearsal.intent));
        let mut spec = stage.spec.clone();
        change(&mut spec);
        let other = plan("also-orders", &spec, &stage.snapshot(), &rehearsal.intent).unwrap();
        let run_context = RunContext {
            fleet: "also-orders".into(),
            spec,
            ..stage.run_context()
        };
        let begun = start(
            &other,
            &confirmation(&other),
            run_context,
            &stage.folder,
            &operator(),
        );
        running.control.leave();
        begun.map(|_| ()).map_err(|why| why.to_string())
    })
}

#[test]
fn a_fleet_of_another_name_that_shares_one_resource_is_not_acted_on_meanwhile() {
    type Restore = fn(&mut FleetSpec, &FleetSpec);
    let distinct = |spec: &mut FleetSpec| {
        spec.domain = "api.users.example.com".into();
        spec.global_cluster = "users".into();
        spec.edge.distribution = "E0USERS".into();
        spec.edge.latency_record = "latency.users.example.com".into();
    };
    let shared: [(&str, Restore); 4] = [
        ("domain", |spec, all| spec.domain.clone_from(&all.domain)),
        ("global cluster", |spec, all| {
            spec.global_cluster.clone_from(&all.global_cluster);
        }),
        ("distribution", |spec, all| {
            spec.edge.distribution.clone_from(&all.edge.distribution);
        }),
        ("records", |spec, all| {
            spec.edge
                .latency_record
                .clone_from(&all.edge.latency_record);
        }),
    ];
    for (what, restore) in shared {
        let refused = beside_another(|spec| {
            let all = spec.clone();
            distinct(spec);
            restore(spec, &all);
        });
        let why = refused.unwrap_err();
        assert!(
            why.contains("is already changing this fleet") && why.contains(what),
            "{what}: {why}"
        );
    }
    assert_eq!(beside_another(distinct), Ok(()), "only the zone in common");
}

/// One way of every action, and with `GWCTL_THOROUGH` every way. Invalidating twice is two invalidations, and
/// each engineer's own. What provisioning shows of stacks is not shown again by those that take simulated hours.
fn ways() -> Vec<Rehearsal> {
    let mut ways = rehearsals();
    ways.retain(|way| !["invalidate", "up", "retire", "down"].contains(&way.name));
    if !thorough() {
        let action = |way: &Rehearsal| std::mem::discriminant(&way.intent);
        ways.dedup_by_key(|way| action(way));
    }
    ways
}

/// Without a lease in common: what one does, the other finds done or is refused.
#[test]
fn two_engineers_on_two_machines_do_nothing_twice() {
    for rehearsal in ways() {
        let calm = undisturbed(&rehearsal);
        in_virtual_time(async {
            let stage = ready(&rehearsal).await;
            let from = stage.sim().state().control.mutations.len();
            let intent = Box::pin(stage.looked_up(&rehearsal.intent)).await;
            let plan = stage.plan(&intent);
            let elsewhere =
                gwctl::actions::Folder::new(stage.folder.path().with_file_name("elsewhere"));
            let mut one = stage.start(&plan);
            let mut other = start(
                &plan,
                &confirmation(&plan),
                stage.run_context(),
                &elsewhere,
                &operator(),
            )
            .unwrap();
            let (mut held, mut held_other) = (Vec::new(), Vec::new());
            let (first, second) = tokio::join!(
                see_through(&stage, &mut one, AfterHold::Retry, &mut held),
                see_through(&stage, &mut other, AfterHold::Retry, &mut held_other),
            );
            for state in [&first, &second] {
                let settled = state.phase() == Phase::Done || state.phase() == Phase::Held;
                assert!(settled, "{}: {}", rehearsal.name, story(state));
            }
            assert!(
                [&first, &second]
                    .iter()
                    .any(|state| state.phase() == Phase::Done),
                "{}: {}\n{}",
                rehearsal.name,
                story(&first),
                story(&second)
            );
            stage.sim().advance(REST);
            let diff = world::differences(&calm.after, &world::world(stage.sim()));
            assert!(
                diff.is_empty(),
                "{}\n{diff}\n{}\n{}",
                rehearsal.name,
                story(&first),
                story(&second)
            );
            for (change, times) in world::made(stage.sim(), from) {
                // Setting what is set already changes nothing; an operation must not begin twice, and
                // what has a version is changed once.
                let starts = [
                    "Switchover",
                    "Failover",
                    "Copy",
                    "UpdateHealth",
                    "UpdateDistribution",
                ];
                if starts.iter().any(|name| change.contains(name)) {
                    let planned = calm.made.get(&change).copied().unwrap_or(0);
                    assert!(
                        times <= planned,
                        "{}: {change} {times} times",
                        rehearsal.name
                    );
                }
            }
        });
        assert!(!changes(&calm).is_empty());
    }
}

#[test]
fn journals_are_for_their_owner_alone() {
    in_virtual_time(async {
        let rehearsal = &rehearsals()[0];
        let stage: Stage = ready(rehearsal).await;
        let running = stage.start(&stage.plan(&rehearsal.intent));
        running.control.leave();
        running.task.await.unwrap().unwrap();
        let mode =
            |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(stage.folder.path()), 0o700);
        for entry in std::fs::read_dir(stage.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
    });
}
