//! Every change of every action goes wrong once, in every way a call can go wrong.

use gwctl::actions::PlannedCall;

use super::trial::Rehearsal;
use gwctl::sim::world::How;

use super::trial::{
    AfterHold, Line, Trouble, changes, holds, rehearsals, tamper, thorough, tried, undisturbed,
};

/// A whole fleet is built in simulated hours: these go through everything when `GWCTL_THOROUGH` or their
/// own name is set, and otherwise through what is most likely to be done twice.
const LONG: [&str; 4] = ["up", "provision", "retire", "down"];

/// Every rehearsal goes through what `tries` makes of it, and whatever is wrong is told at once.
fn all(tries: impl Fn(&Rehearsal) -> Vec<Result<(), String>>) {
    let only = std::env::var("GWCTL_REHEARSAL").unwrap_or_default();
    let short =
        |rehearsal: &&Rehearsal| thorough() || !only.is_empty() || !LONG.contains(&rehearsal.name);
    among(&only, rehearsals().iter().filter(short), tries);
}

/// As [`all`], without regard to how long it takes.
fn even_the_long(tries: impl Fn(&Rehearsal) -> Vec<Result<(), String>>) {
    let only = std::env::var("GWCTL_REHEARSAL").unwrap_or_default();
    among(&only, rehearsals().iter(), tries);
}

fn among<'r>(
    only: &str,
    rehearsals: impl Iterator<Item = &'r Rehearsal>,
    tries: impl Fn(&Rehearsal) -> Vec<Result<(), String>>,
) {
    let wrong: Vec<String> = rehearsals
        .filter(|rehearsal| rehearsal.name.contains(only))
        .flat_map(tries)
        .filter_map(Result::err)
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Every rehearsal, with its changes going wrong as `how` says.
fn each(how: &How) {
    all(|rehearsal| broken(rehearsal, how));
}

/// One change at a time when `GWCTL_THOROUGH` is set; all changes of a run otherwise.
fn broken(rehearsal: &Rehearsal, how: &How) -> Vec<Result<(), String>> {
    let changes = changes(&undisturbed(rehearsal));
    assert!(!changes.is_empty(), "{} changes nothing", rehearsal.name);
    let groups: Vec<Vec<_>> = if thorough() {
        changes.into_iter().map(|change| vec![change]).collect()
    } else {
        vec![changes]
    };
    let broken = |group: &Vec<(PlannedCall, u32)>| {
        let trouble = Trouble {
            tampers: group
                .iter()
                .map(|change| tamper(change, how.clone()))
                .collect(),
            ..Trouble::default()
        };
        let tried = tried(rehearsal, &trouble);
        assert!(
            tried.unused.len() < group.len(),
            "{}: nothing went wrong",
            rehearsal.name
        );
        holds(&format!("{how:?}"), rehearsal, &tried)
    };
    groups.iter().map(broken).collect()
}

#[test]
fn a_refused_change_holds_and_a_retry_goes_on() {
    each(&How::Fail("AccessDenied".into()));
}

#[test]
fn a_throttled_change_is_sent_again() {
    each(&How::Throttle);
}

#[test]
fn a_change_that_broke_the_service_is_looked_for_before_it_is_sent_again() {
    each(&How::ServerError);
}

#[test]
fn a_change_that_hangs_is_looked_for_before_it_is_sent_again() {
    each(&How::Hang);
}

#[test]
fn a_change_whose_reply_was_lost_is_not_made_twice() {
    even_the_long(|rehearsal| broken(rehearsal, &How::LoseReply));
}

#[test]
fn a_change_whose_connection_broke_is_not_made_twice() {
    each(&How::BreakReply);
}

#[test]
fn a_change_that_arrives_twice_leaves_the_same_world() {
    all(|rehearsal| {
        let twice = |second| {
            let trouble = Trouble {
                line: Line::Twice { second },
                ..Trouble::default()
            };
            let mut tried = tried(rehearsal, &trouble);
            tried.made.clear();
            holds(&format!("twice, second {second}"), rehearsal, &tried)
        };
        vec![twice(false), twice(true)]
    });
}

#[test]
fn looks_that_fail_once_delay_and_change_nothing() {
    all(|rehearsal| {
        let trouble = Trouble {
            line: Line::Blind,
            ..Trouble::default()
        };
        vec![holds("blind", rehearsal, &tried(rehearsal, &trouble))]
    });
}

#[test]
fn a_held_run_can_be_undone() {
    all(|rehearsal| {
        let changes = changes(&undisturbed(rehearsal));
        let trouble = Trouble {
            tampers: changes
                .last()
                .map(|last| tamper(last, How::Fail("AccessDenied".into())))
                .into_iter()
                .collect(),
            after_hold: AfterHold::Undo,
            ..Trouble::default()
        };
        vec![holds("undone", rehearsal, &tried(rehearsal, &trouble))]
    });
}

#[test]
fn every_way_of_every_action_goes_through_undisturbed() {
    for rehearsal in rehearsals() {
        undisturbed(&rehearsal);
    }
}
