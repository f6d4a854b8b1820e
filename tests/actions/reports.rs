//! What a report says against what the simulated world counted.

use gwctl::actions::report::report;
use gwctl::actions::{Task, recovery};

use super::trial::{Trouble, rehearsals, tried};

fn rehearsal(name: &str) -> super::trial::Rehearsal {
    let mut all = rehearsals().into_iter();
    all.find(|one| one.name == name).unwrap()
}

#[test]
fn a_failover_from_a_silent_writer_is_reported_by_bounds_that_hold_what_was_lost() {
    let tried = tried(&rehearsal("promote by failover"), &Trouble::default());
    let report = report(&[], &tried.state, false);
    let loss = &report.recovery_point;
    assert!(
        loss.achieved_ms.is_none() && loss.met.is_none(),
        "{loss:#?}"
    );
    assert!(loss.silent_since.is_some(), "{loss:#?}");
    let (likely, most) = (loss.likely.unwrap(), loss.at_most.unwrap());
    assert!(likely.ms < 1_000.0 && most.ms > 60_000.0, "{loss:#?}");
    let (likely, most) = (likely.writes.unwrap(), most.writes.unwrap());
    assert!(
        tried.lost > 0.0 && tried.lost <= most,
        "{loss:#?} {}",
        tried.lost
    );
    // The greatest lag of a whole minute is somewhat more than that of the moment.
    assert!(
        (0.25..4.0).contains(&(likely / tried.lost)),
        "about {likely} were lost, said the report; the world counts {}",
        tried.lost
    );
    assert!(
        loss.why.contains("to block writes") || loss.why.contains("could not block"),
        "{}",
        loss.why
    );
    let said = loss.sentence();
    assert!(said.starts_with("unknown, at most "), "{said}");
    assert!(said.ends_with("not known whether it was met"), "{said}");
}

#[test]
fn a_drills_report_counts_what_clients_got_and_what_took_longer() {
    let tried = tried(&rehearsal("drill"), &Trouble::default());
    let report = report(&[], &tried.state, false);
    let clients = report.harm.clients.unwrap();
    assert_eq!(clients.minutes, clients.of, "{:#?}", report.harm);
    assert!(
        report
            .harm
            .missing
            .iter()
            .all(|one| !one.contains("CloudFront")),
        "{:#?}",
        report.harm
    );
    // No cluster accepts writes for a while: some requests fail, most do not.
    let percent = clients.failed_percent.unwrap();
    assert!(
        (0.05..20.0).contains(&percent) && clients.failed > 100.0,
        "{clients:#?}"
    );
    assert!(percent > clients.before_percent.unwrap(), "{clients:#?}");
    let worst = report.harm.worst.as_ref().unwrap();
    assert!(
        worst.by == "CloudFront" && worst.percent > percent,
        "{worst:#?}"
    );
    for step in &report.steps {
        let took = step.actual_s.unwrap();
        let waited = step.id == "look";
        assert_eq!(step.factor.is_none(), waited, "{step:#?}");
        let slow = report.deviations.iter();
        let slow = slow.filter(|one| one.kind == "slow" && one.what.starts_with(&step.id));
        let much = !waited
            && took
                >= (step.planned_s.cast_signed() * 6 / 5).max(step.planned_s.cast_signed() + 10);
        assert_eq!(slow.count() > 0, much, "{step:#?}");
    }
    // One recovery time, by two clocks.
    let recovery = recovery(&tried.state);
    assert_eq!(report.recovery, recovery);
    let (confirmed, changed) = (
        recovery.from_confirmation_s.unwrap(),
        recovery.from_first_change_s.unwrap(),
    );
    assert!(0 < changed && changed <= confirmed, "{recovery:#?}");
    assert!(recovery.sentence().contains("from the confirmation"));
    let counted = tried.state.plan.steps.last().unwrap();
    assert!(matches!(counted.task, Task::AwaitFigures(_)));
}

/// A Region that is sick to the end, and clients of it left: the receivers alone do not tell.
#[test]
fn what_cloudfront_answers_after_the_last_step_counts_for_the_recovery() {
    let tried = tried(&rehearsal("drill"), &Trouble::default());
    let mut state = (*tried.state).clone();
    let calm = recovery(&state);
    let done = calm.recovered.unwrap();
    let minutes: Vec<_> = state.minutes.edge.keys().copied().collect();
    let after = |at: &&jiff::Timestamp| **at >= done;
    let next = *minutes.iter().find(after).unwrap();
    state.minutes.edge.get_mut(&next).unwrap().failed_percent = Some(20.0);
    let later = recovery(&state);
    let until = next + jiff::SignedDuration::from_mins(1);
    assert_eq!(later.recovered, Some(until), "{later:#?}");
    assert!(later.why.contains("CloudFront"), "{}", later.why);
    state.minutes.edge.retain(|at, _| *at <= next);
    let never = recovery(&state);
    assert_eq!(never.recovered, None, "{never:#?}");
    assert!(never.why.contains("CloudFront still"), "{}", never.why);
}
