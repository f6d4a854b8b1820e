//! Runs made by hand, on plans made from a sample fleet.

use std::sync::Arc;

use gwctl::actions::guided::Evacuate;
use gwctl::actions::{
    CallMade, Check, Finding, HandOver, Intent, LeaseHolder, Minutes, Note, Offered, Plan, Reply,
    RunState, StepState, StepStatus, Trip, plan,
};
use gwctl::console::app::{Hold, Msg, State, update};
use gwctl::fleet::{FleetSpec, Snapshot};
use jiff::SignedDuration;

use super::{THREE, ago, now, region, spec};

/// A console on `snapshot` that knows the fleet's configuration and may change it.
pub fn writing(snapshot: Snapshot, size: (u16, u16)) -> State {
    let mut state = super::state(snapshot, size);
    state.read_only = false;
    update(&mut state, Msg::Spec(0, Arc::new(configured())));
    state
}

pub fn configured() -> FleetSpec {
    spec(&THREE)
}

pub fn evacuation() -> Intent {
    Intent::Evacuate(Evacuate {
        region: region("eu-west-1"),
        mechanism: None,
    })
}

pub fn planned(intent: &Intent) -> Plan {
    plan("orders", &configured(), &super::fleet(&THREE), intent).unwrap()
}

/// A plan with a check of every kind.
pub fn checked() -> Plan {
    let check = |name: &str, finding, text: &str| Check {
        name: name.into(),
        finding,
        text: text.into(),
        brief: None,
    };
    let mut plan = planned(&evacuation());
    plan.checks = vec![
        check(
            "not-the-last",
            Finding::Pass,
            "us-east-1, ap-southeast-1 would serve",
        ),
        check(
            "admitted",
            Finding::Warn,
            "whether Route 53 sends traffic to eu-west-1 is not known",
        ),
        check(
            "capacity:us-east-1",
            Finding::Waivable,
            "Lambda in us-east-1 uses 910 of 1000: what comes over from eu-west-1 may not fit in",
        ),
        check(
            "needs:evacuate",
            Finding::Fail,
            "Route 53's control plane does not answer",
        ),
    ];
    plan
}

/// A run of `plan` that began three minutes ago and has done nothing yet.
pub fn begun(plan: Plan) -> RunState {
    let steps = plan
        .steps
        .iter()
        .chain(&plan.inverse)
        .map(|step| (step.id.clone(), StepState::NEW));
    RunState {
        id: "20261123-120135-evacuate-3f2a".into(),
        steps: steps.collect(),
        plan: Arc::new(plan),
        operator: "alice@console-1".into(),
        waived: Vec::new(),
        approved: None,
        break_glass: false,
        begun: ago(180),
        ended: None,
        undoing: false,
        paused: false,
        outcome: None,
        trips: Vec::new(),
        notes: Vec::new(),
        resumed: 0,
        offered: None,
        handed_to: None,
        newest: ago(1),
        minutes: Minutes::default(),
        blocked: None,
        alone: None,
    }
}

/// Who drives a run elsewhere.
pub fn holder(operator: &str, host: &str) -> LeaseHolder {
    LeaseHolder {
        operator: operator.into(),
        host: host.into(),
        pid: 4242,
        run: "20261123-120135-evacuate-3f2a".into(),
        since: ago(180),
    }
}

/// As [`running`], and offered to `to`.
pub fn offered(to: &str) -> RunState {
    let mut run = running();
    run.waived = vec!["rate:us-east-1".into()];
    let what = HandOver {
        to: to.into(),
        observed: vec![
            "Wait until resolvers follow: 3 of 4 vantage points answer us-east-1".into(),
            "the fleet is degraded: p99 1.84 s > 1 s".into(),
        ],
        open: vec!["waived: rate:us-east-1".into()],
        next: vec!["Wait until eu-west-1 receives no traffic (about 2 min)".into()],
        journal: "5d41402abc4b2a76b9719d911017c592".into(),
    };
    run.offered = Some(Offered {
        at: ago(20),
        by: "bob@console-2".into(),
        what,
    });
    run
}

/// The first step done, all that may follow under way.
pub fn running() -> RunState {
    let mut run = begun(planned(&evacuation()));
    let first = run.plan.steps[0].clone();
    let step = run.steps.get_mut(&first.id).unwrap();
    step.status = StepStatus::Done;
    (step.started, step.ended) = (Some(ago(179)), Some(ago(120)));
    step.saw = Some("the change is in force".into());
    step.calls.push(CallMade {
        at: ago(178),
        by: "alice@console-1".into(),
        call: first
            .calls
            .iter()
            .find(|call| call.mutates)
            .unwrap()
            .clone(),
        what: "as the plan says".into(),
        reply: Some((
            ago(178),
            Reply::Accepted {
                request_id: Some("5f0c2d1e-0000-4a4a-9c3b-000000000042".into()),
                receipt: None,
            },
        )),
    });
    let ready: Vec<String> = run.ready().iter().map(|step| step.id.clone()).collect();
    for id in ready {
        let step = run.steps.get_mut(&id).unwrap();
        step.status = StepStatus::Running;
        step.started = Some(ago(119));
        step.saw = Some("answered from 9 of 12 places in eu-west-1 still".into());
    }
    run.notes.push(Note {
        at: ago(60),
        by: "alice@console-1".into(),
        text: "support was told".into(),
        said: None,
    });
    run
}

/// A step held, and an abort criterion met.
pub fn held() -> RunState {
    let mut run = running();
    let id = running_step(&run);
    let step = run.steps.get_mut(&id).unwrap();
    step.status = StepStatus::Held;
    step.held = Some("not done after 4 min 30 s; last seen: answered from 9 of 12 places".into());
    run.trips.push(Trip {
        at: ago(20),
        criterion: "5xx".into(),
        text: "us-east-1 answers 7.4 % with 5xx, for 2 minutes in a row".into(),
        overruled: false,
    });
    run
}

fn running_step(run: &RunState) -> String {
    let step = run
        .active()
        .find(|step| run.status(&step.id) == StepStatus::Running);
    step.unwrap().id.clone()
}

/// Everything done a moment ago.
pub fn done() -> RunState {
    let mut run = running();
    for step in run.plan.clone().steps.iter().skip(1) {
        let state = run.steps.get_mut(&step.id).unwrap();
        state.status = StepStatus::Done;
        (state.started, state.ended) = (Some(ago(119)), Some(ago(5)));
        state.saw = Some("seen".into());
    }
    run.outcome = Some(gwctl::actions::Phase::Done);
    run.ended = Some(now() - SignedDuration::from_secs(5));
    run
}

/// Shows `run` on its screen.
pub fn shown(state: &mut State, run: RunState, hold: Hold) {
    update(state, Msg::Run(Arc::new(run), hold));
    press(state, "6");
}

/// Presses keys; `\n` is Enter.
pub fn press(state: &mut State, keys: &str) {
    for c in keys.chars() {
        let key = if c == '\n' {
            gwctl::console::app::Key::plain(gwctl::console::app::Code::Enter)
        } else {
            gwctl::console::app::Key::char(c)
        };
        update(state, Msg::Key(key));
    }
}
