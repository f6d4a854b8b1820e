//! What is told of how long something takes is what it takes: every action is rehearsed, and its times are compared.

use gwctl::actions::StepStatus;

use super::trial::{self, Trouble, rehearsals, tried};

/// The rehearsals whose times are compared; all of them where there is time.
fn compared() -> Vec<trial::Rehearsal> {
    let brief = |one: &trial::Rehearsal| {
        ["promote by", "evacuate", "drill"]
            .iter()
            .any(|name| one.name.starts_with(name))
    };
    let all = rehearsals();
    if trial::thorough() {
        return all;
    }
    all.into_iter().filter(brief).collect()
}

#[test]
fn steps_and_runs_take_what_is_told_of_them_in_the_simulator() {
    let mut wrong = Vec::new();
    for rehearsal in compared() {
        let state = tried(&rehearsal, &Trouble::default()).state;
        for step in &state.plan.steps {
            let now = &state.steps[&step.id];
            let (Some(from), Some(to)) = (now.started, now.ended) else {
                continue;
            };
            let took = to.duration_since(from).as_secs().cast_unsigned();
            let expected = step.expected();
            // What is so already takes no time.
            let in_time = expected.most_s.is_none_or(|most| took <= most);
            let is_quick = now.calls.is_empty() || took >= expected.least_s / 4;
            println!(
                "{:<28} {:<30} {took:>6} s of {}",
                rehearsal.name,
                step.id,
                expected.short()
            );
            if now.status == StepStatus::Done && !(in_time && is_quick) {
                wrong.push(format!(
                    "{}: {} took {took} s, told was {}",
                    rehearsal.name,
                    step.id,
                    expected.words()
                ));
            }
        }
        let took = state.ended.unwrap().duration_since(state.begun).as_secs();
        let (took, expected) = (took.cast_unsigned(), state.plan.expected());
        println!("{}: {took} s of {}", rehearsal.name, expected.words());
        let in_time = expected.most_s.is_none_or(|most| took <= most);
        let least = 3 * expected.least_s / 4;
        if !in_time || (took < least && expected.most_s.is_some()) {
            wrong.push(format!(
                "{} took {took} s, told was {}",
                rehearsal.name,
                expected.words()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
