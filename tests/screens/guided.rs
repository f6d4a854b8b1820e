//! Guided actions on screen, at the sizes that matter.

use gwctl::actions::RunState;
use gwctl::console::app::{Effect, Hold, Key, Msg, Overlay, State, Stopped, Wizard, update};
use gwctl::console::view::picture::text;
use gwctl::console::view::{Depth, Glyphs, Theme};

use super::looks::drawn;
use super::sample::{self, run};
use super::snapshots::{SIZES, keep};

fn dark() -> Theme {
    Theme::load("dark", None, Depth::True, false).unwrap()
}

pub fn look(state: &State) -> String {
    text(&drawn(state, &dark()))
}

fn calm(size: (u16, u16)) -> State {
    run::writing(sample::fleet(&sample::THREE), size)
}

fn with_run(size: (u16, u16), state: RunState, hold: Hold) -> State {
    let mut console = calm(size);
    run::shown(&mut console, state, hold);
    console
}

fn at_every_size(name: &str, make: impl Fn((u16, u16)) -> State) {
    for size in SIZES {
        keep(
            &format!("guided-{name}-{}x{}", size.0, size.1),
            &look(&make(size)),
        );
    }
}

fn typed(size: (u16, u16), keys: &str) -> State {
    let mut state = calm(size);
    run::press(&mut state, keys);
    state
}

#[test]
fn the_menu_and_the_parts_of_the_wizard() {
    at_every_size("menu", |size| typed(size, "ja"));
    at_every_size("plan", |size| typed(size, ":evacuate eu-west-1\n"));
    at_every_size("checks", |size| {
        let mut state = calm(size);
        let wizard = Wizard::new(run::checked());
        state.overlay = Some(Overlay::Wizard(Box::new(wizard)));
        run::press(&mut state, "\n\n");
        state
    });
    at_every_size("confirm", |size| {
        typed(size, ":evacuate eu-west-1\n\n\neu-west\n")
    });
}

#[test]
fn the_run_under_way_held_and_done() {
    at_every_size("running", |size| with_run(size, run::running(), Hold::Ours));
    at_every_size("held", |size| with_run(size, run::held(), Hold::Ours));
    at_every_size("done", |size| with_run(size, run::done(), Hold::Ours));
}

#[test]
fn quitting_with_a_live_run_asks() {
    at_every_size("quit", |size| {
        let mut state = with_run(size, run::running(), Hold::Ours);
        run::press(&mut state, "1q");
        state
    });
}

#[test]
fn a_failover_states_its_loss_wherever_it_is_chosen() {
    for keys in ["jajj", ":promote eu-west-1 failover\n"] {
        let state = typed((120, 40), keys);
        let shown = look(&state);
        assert!(shown.contains("data loss: lag"), "{keys}\n{shown}");
    }
}

/// Without colour: mark and word alone.
#[test]
fn held_done_and_running_differ_by_mark_and_word() {
    for ascii in [false, true] {
        let theme = Theme::load("mono", None, Depth::None, ascii).unwrap();
        let marks: &Glyphs = theme.glyphs;
        let says = |state: RunState| {
            let shown = with_run((120, 40), state, Hold::Ours);
            text(&drawn(&shown, &theme))
        };
        assert!(says(run::running()).contains(&format!("{} RUNNING", marks.cursor)));
        let held = says(run::held());
        assert!(held.contains(&format!("{} HELD", marks.down)), "{held}");
        assert!(held.contains("nothing begins until you say so"), "{held}");
        assert!(says(run::done()).contains(&format!("{} DONE", marks.healthy)));
    }
}

#[test]
fn a_held_run_calls_from_every_screen() {
    let mut state = with_run((120, 40), run::held(), Hold::Ours);
    for key in ["1", "2", "3", "4", "5"] {
        run::press(&mut state, key);
        let shown = look(&state);
        assert!(shown.contains("held \u{b7} 6 opens it"), "{key}\n{shown}");
    }
}

#[test]
fn a_run_of_somebody_else_says_whose_it_is_and_takes_no_order() {
    let theirs = || Hold::Theirs(Box::new(run::holder("bob", "console-2")));
    let mut state = with_run((120, 40), run::running(), theirs());
    let shown = look(&state);
    assert!(
        shown.contains("bob on console-2 drives this run since"),
        "{shown}"
    );
    assert!(!shown.contains("u undo"), "{shown}");
    run::press(&mut state, "1");
    if let Some(shown) = &mut state.guided.run {
        shown.seen = false;
    }
    let told = "driven by bob on console-2 since 12:01, in another gwctl";
    let shown = look(&state);
    assert!(shown.contains(told), "{shown}");
    let state = with_run((120, 40), run::running(), Hold::Nobody);
    let shown = look(&state);
    assert!(
        shown.contains("No process drives this run") && shown.contains("T take over"),
        "{shown}"
    );
}

#[test]
fn an_offered_run_is_told_to_whom_it_is_offered_and_accepted_with_a_key() {
    let theirs = || Hold::Theirs(Box::new(run::holder("bob", "console-2")));
    for (to, named) in [("alice", true), ("eve", false)] {
        let mut state = with_run((120, 40), run::offered(to), theirs());
        let shown = look(&state);
        let words = words_within(&shown, 120);
        assert_eq!(
            words.contains("bob@console-2 offered you this run at"),
            named,
            "{shown}"
        );
        assert_eq!(words.contains("A accept"), named, "{shown}");
        assert!(words.contains("open waived: rate:us-east-1"), "{shown}");
        run::press(&mut state, "1");
        let banner = look(&state).contains("bob on console-2 offers it to you");
        assert_eq!(banner, named);
        let effects = update(&mut state, Msg::Key(Key::char('A')));
        let accepts = matches!(effects.as_slice(), [Effect::Accept(_)]);
        assert_eq!(accepts, named, "{effects:?}");
    }
    let mut state = with_run((120, 40), run::running(), Hold::Ours);
    run::press(&mut state, "H");
    assert!(look(&state).contains("Who shall go on?"));
    let mut state = with_run((120, 40), run::offered("eve"), Hold::Ours);
    let shown = look(&state);
    assert!(shown.contains("Offered to eve at"), "{shown}");
    assert!(shown.contains("H withdraw the offer"), "{shown}");
    let effects = update(&mut state, Msg::Key(Key::char('H')));
    let withdraw = Effect::Order(gwctl::actions::Order::Withdraw);
    assert_eq!(effects, [withdraw]);
}

/// The words in the middle `width` cells of a screen, one blank between two.
fn words_within(shown: &str, width: usize) -> String {
    let inner = shown.lines().map(|line| {
        let left = (line.chars().count().saturating_sub(width)) / 2 + 1;
        line.chars().skip(left).take(width - 2).collect::<String>()
    });
    let words: Vec<String> = inner
        .flat_map(|line| {
            line.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    words.join(" ")
}

#[test]
fn the_menu_says_all_of_what_it_offers_and_why_not_under_the_cursor() {
    for (size, snapshot) in SIZES
        .iter()
        .flat_map(|size| [(*size, sample::bad_day()), (*size, sample::writer_gone())])
    {
        let mut state = run::writing(snapshot, size);
        run::press(&mut state, "ja");
        let Some(Overlay::Menu { offers, .. }) = state.overlay.clone() else {
            panic!("no menu")
        };
        for offer in offers {
            let within = words_within(&look(&state), usize::from(size.0 - 4).min(120));
            let loss = match &offer.planned {
                Some(Ok(plan)) => plan
                    .data_loss
                    .as_ref()
                    .map(gwctl::actions::DataLoss::sentence),
                _ => None,
            };
            let title = match &offer.planned {
                Some(Ok(plan)) if offer.refused().is_none() => Some(plan.title.clone()),
                _ => None,
            };
            for said in [offer.refused(), loss, title].into_iter().flatten() {
                assert!(within.contains(&said), "{said}\nnot in\n{}", look(&state));
            }
            run::press(&mut state, "j");
        }
    }
}

#[test]
fn steps_are_counted_as_finished() {
    let shown = look(&with_run((120, 40), run::running(), Hold::Ours));
    assert!(shown.contains("1 of 4 finished"), "{shown}");
}

#[test]
fn a_menu_that_is_longer_than_its_window_says_so() {
    let mut state = run::writing(sample::writer_gone(), (80, 24));
    run::press(&mut state, "a");
    let shown = look(&state);
    assert!(shown.contains(" of "), "{shown}");
    let Some(Overlay::Menu { offers, .. }) = &state.overlay else {
        panic!("no menu")
    };
    let all = format!("of {} ", offers.len());
    let whole = offers.iter().all(|offer| shown.contains(offer.about));
    assert!(whole || shown.contains(&all), "{shown}");
}

fn effects(state: &mut State, keys: &str) -> Vec<Effect> {
    let pressed = keys.chars().map(|c| match c {
        '\n' => Key::plain(gwctl::console::app::Code::Enter),
        c => Key::char(c),
    });
    pressed
        .flat_map(|key| update(state, Msg::Key(key)))
        .collect()
}

#[test]
fn who_watches_a_run_may_note_on_it_and_nothing_else() {
    let theirs = Hold::Theirs(Box::new(run::holder("bob", "console-2")));
    for hold in [theirs, Hold::Nobody] {
        let mut state = with_run((120, 40), run::running(), hold);
        state.read_only = true;
        let shown = look(&state);
        assert!(shown.contains("n note"), "{shown}");
        let id = run::running().id;
        let noted = |text: &str| Effect::NoteRun(id.clone(), text.into());
        let done = effects(&mut state, "nit works\n");
        assert_eq!(done, [noted("it works")]);
        let done = effects(&mut state, "1:note again\n");
        assert!(done.contains(&noted("again")), "{done:?}");
        let done = effects(&mut state, "6X");
        let acts = |effect: &Effect| matches!(effect, Effect::Order(_) | Effect::Resume { .. });
        assert!(!done.iter().any(acts), "{done:?}");
    }
}

#[test]
fn a_run_that_another_gwctl_drives_now_says_who_since_when_and_that_this_one_cannot_send() {
    let handed = RunState {
        handed_to: Some("bob@console-2".into()),
        ..run::running()
    };
    let took = "bob (process 4242 on console-2) has taken over the fleet's lease";
    for (before, stopped, said) in [
        (run::running(), Stopped::TakenOver(took.into()), took),
        (handed, Stopped::Left, "bob@console-2 accepted the run"),
    ] {
        let mut state = with_run((120, 40), before.clone(), Hold::Ours);
        run::press(&mut state, "1");
        let done = update(&mut state, Msg::RunStopped(stopped));
        assert!(
            done.contains(&Effect::Follow(before.id.clone())),
            "{done:?}"
        );
        let theirs = Hold::Theirs(Box::new(run::holder("bob", "console-2")));
        update(&mut state, Msg::Run(before.clone().into(), theirs));
        // Long after the notice is gone.
        state.notice = None;
        let told = "bob on console-2 drives it since 12:01:35: this machine can no longer send";
        let shown = look(&state);
        assert!(shown.contains(told), "{shown}");
        run::press(&mut state, "6");
        let words = words_within(&look(&state), 120);
        for part in [
            "This console drove the run until",
            said,
            "can no longer send",
        ] {
            assert!(words.contains(part), "{part}\n{words}");
        }
        // Taken back, it is this console's again.
        update(&mut state, Msg::Run(before.into(), Hold::Ours));
        assert!(!look(&state).contains("This console drove"));
    }
}

#[test]
fn a_mistake_in_notify_stands_above_every_screen() {
    let mut state = calm((120, 40));
    let line = "[notify] tells oncall nothing: `url` is not given (c.toml:12)";
    state.untold = vec![line.into()];
    for key in ["1", "4", "8"] {
        run::press(&mut state, key);
        let shown = look(&state);
        assert!(shown.contains(line), "{shown}");
    }
}
