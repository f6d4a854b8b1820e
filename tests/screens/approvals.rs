//! Plans of the team that wait for approval: told, listed, read and approved in the console.

use gwctl::actions::{Approval, Asked, Check, Finding, Plan, Waiting};
use gwctl::console::app::{ApprovalNews, Code, Effect, Key, Msg, Overlay, Part, State, update};

use super::guided::look;
use super::sample::{self, run};
use super::snapshots::{SIZES, keep};

const ADA: &str = "arn:aws:sts::123456789012:assumed-role/OrdersOnCall/ada";

/// A plan of `by` that waits for two others since `ago` seconds.
fn waiting(id: &str, (by, arn): (&str, &str), ago: i64) -> Waiting {
    let mut plan = run::planned(&run::evacuation());
    plan.checks.push(Check {
        name: "capacity:us-east-1".into(),
        finding: Finding::Waivable,
        text: "Lambda in us-east-1 uses 910 of 1000: what comes over from eu-west-1 may not fit in"
            .into(),
        brief: None,
    });
    let text = serde_json::to_string(&plan).unwrap();
    let plan: Plan = serde_json::from_str(&text).unwrap();
    Waiting {
        asked: Asked {
            id: id.into(),
            fleet: "orders".into(),
            domain: "api.orders.example.com".into(),
            title: plan.title.clone(),
            by: by.into(),
            arn: arn.into(),
            at: sample::ago(ago),
            lasts_s: 1_800,
            needed: 2,
            digest: plan.fingerprint(),
            plan: text,
        },
        plan: Ok(Box::new(plan)),
        approvals: Some(Vec::new()),
    }
}

fn adas() -> Waiting {
    waiting("20261123-120235-evacuate-3f2a", ("ada@laptop-7", ADA), 120)
}

fn approval(arn: &str) -> Approval {
    Approval {
        by: "eve@desk".into(),
        arn: arn.into(),
        at: sample::now(),
        digest: String::new(),
    }
}

fn own_arn(state: &State) -> String {
    state.live.identity.last().unwrap().arn.clone()
}

fn told(state: &mut State, waiting: Vec<Waiting>) {
    let news = ApprovalNews::Waiting(0, waiting);
    update(state, Msg::Approvals(news));
}

/// A console that may change nothing, and what waits there.
fn with(size: (u16, u16), all: Vec<Waiting>) -> State {
    let mut state = run::writing(sample::fleet(&sample::THREE), size);
    state.read_only = true;
    told(&mut state, all);
    state
}

fn effects(state: &mut State, keys: &str) -> Vec<Effect> {
    let mut all = Vec::new();
    for c in keys.chars() {
        let key = match c {
            '\n' => Key::plain(Code::Enter),
            '\u{1b}' => Key::plain(Code::Esc),
            c => Key::char(c),
        };
        all.extend(update(state, Msg::Key(key)));
    }
    all
}

fn part(state: &State) -> Part {
    match &state.overlay {
        Some(Overlay::Wizard(wizard)) => wizard.part,
        other => panic!("no plan is open: {other:?}"),
    }
}

#[test]
fn what_waits_is_told_listed_and_read_at_every_size() {
    for size in SIZES {
        let name = |what: &str| format!("approvals-{what}-{}x{}", size.0, size.1);
        let bobs = waiting("20261123-120405-evacuate-77b1", ("bob@desk", "arn:bob"), 30);
        let mut state = with(size, vec![adas(), bobs]);
        keep(&name("told"), &look(&state));
        effects(&mut state, "W");
        keep(&name("list"), &look(&state));
        effects(&mut state, "\n");
        keep(&name("plan"), &look(&state));
        effects(&mut state, "\n\n");
        keep(&name("confirm"), &look(&state));
    }
}

#[test]
fn a_plan_is_approved_once_its_target_is_typed_also_by_who_may_change_nothing() {
    let mut state = with((120, 40), vec![adas()]);
    let shown = look(&state);
    assert!(
        shown.contains("1 plan waits for approval \u{b7} W shows it"),
        "{shown}"
    );
    effects(&mut state, "W\n\n");
    let shown = look(&state);
    assert!(
        shown.contains("waived") && !shown.contains("w waive"),
        "{shown}"
    );
    effects(&mut state, "\n");
    assert_eq!(part(&state), Part::Confirm);
    assert!(look(&state).contains("Enter approve"));
    assert_eq!(effects(&mut state, "\n"), [], "nothing was typed");
    assert_eq!(effects(&mut state, "us-east-1\n"), [], "another Region");
    assert!(look(&state).contains("nothing was approved"));
    for _ in 0.."us-east-1".len() {
        update(&mut state, Msg::Key(Key::plain(Code::Backspace)));
    }
    let asked = adas().asked;
    let approve = Effect::Approve(0, Box::new(asked.clone()));
    assert_eq!(effects(&mut state, "eu-west-1\n"), [approve]);
    assert_eq!(effects(&mut state, "\n"), [], "once");
    let refused = ApprovalNews::Approved(asked.id.clone(), Err("the table is dark".into()));
    update(&mut state, Msg::Approvals(refused));
    assert!(look(&state).contains("the table is dark"));
    assert_eq!(effects(&mut state, "eu-west-1\n").len(), 1);
    let done = ApprovalNews::Approved(asked.id, Ok(()));
    update(&mut state, Msg::Approvals(done));
    assert!(state.overlay.is_none());
    let notice = state.notice.as_ref().unwrap();
    let told = "The gwctl of ada@laptop-7 begins it once 2 approved it";
    assert!(notice.text.contains(told), "{}", notice.text);
}

#[test]
fn who_asked_or_approved_it_or_comes_too_late_is_told_why_not() {
    let state = with((120, 40), Vec::new());
    let me = own_arn(&state);
    let own = waiting("own", ("alice@console-1", &me), 60);
    let approved = Waiting {
        approvals: Some(vec![approval(&me)]),
        ..adas()
    };
    let late = waiting("late", ("ada@laptop-7", ADA), 1_801);
    let changed = Waiting {
        plan: Err("the plan is not the one whose digest it names".into()),
        ..adas()
    };
    for (one, why) in [
        (own, "you asked for own yourself"),
        (approved, "you approved it already"),
        (late, "was asked for too long ago"),
    ] {
        let mut state = with((120, 40), vec![one]);
        let shown = look(&state);
        assert!(!shown.contains("waits for approval"), "{shown}");
        effects(&mut state, "W");
        let shown = look(&state);
        assert!(shown.contains(why), "{why}\n{shown}");
        effects(&mut state, "\n\n\n");
        assert_eq!(part(&state), Part::Confirm);
        assert_eq!(effects(&mut state, "eu-west-1\n"), []);
        let shown = look(&state);
        assert!(shown.contains("cannot be approved by you"), "{shown}");
        assert!(!shown.contains("Enter approve"), "{shown}");
    }
    let mut state = with((120, 40), vec![changed]);
    effects(&mut state, "W\n");
    assert!(matches!(state.overlay, Some(Overlay::Waiting { .. })));
    let mut state = with((120, 40), Vec::new());
    effects(&mut state, "W");
    let shown = look(&state);
    assert!(
        shown.contains("Its configuration asks for no approval"),
        "{shown}"
    );
}

#[test]
fn a_plan_that_is_withdrawn_while_it_is_read_can_no_longer_be_approved() {
    let bobs = || waiting("20261123-120405-evacuate-77b1", ("bob@desk", "arn:bob"), 30);
    let mut state = with((120, 40), vec![adas(), bobs()]);
    effects(&mut state, "Wj");
    told(&mut state, vec![bobs()]);
    assert!(matches!(state.overlay, Some(Overlay::Waiting { row: 0 })));
    effects(&mut state, "\n\n\n");
    assert_eq!(part(&state), Part::Confirm);
    told(&mut state, Vec::new());
    assert_eq!(effects(&mut state, "eu-west-1\n"), []);
    let shown = look(&state);
    assert!(shown.contains("waits no longer"), "{shown}");
    effects(&mut state, "\u{1b}\u{1b}\u{1b}");
    assert!(matches!(state.overlay, Some(Overlay::Waiting { .. })));
    effects(&mut state, "W");
    assert!(state.overlay.is_none());
}
