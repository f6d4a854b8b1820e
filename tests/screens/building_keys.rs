//! Building from the console: how it is asked for, and what becomes of what was built.

use std::sync::Arc;

use gwctl::actions::guided::{Provision, Up};
use gwctl::actions::{Intent, Phase, RunState};
use gwctl::console::app::{
    Code, Effect, Gravity, Hold, Kept, Key, Msg, NotKept, Overlay, Screen, State, update,
};
use gwctl::console::view::picture::text;
use gwctl::console::view::{Depth, Theme};
use gwctl::fleet::{FleetSpec, Pace, Region};

use super::looks::drawn;
use super::sample::{self, region, run};

fn calm() -> State {
    run::writing(sample::fleet(&sample::THREE), (120, 40))
}

fn press(state: &mut State, keys: &str) -> Vec<Effect> {
    let key = |c| match c {
        '\n' => Key::plain(Code::Enter),
        '\t' => Key::plain(Code::Tab),
        c => Key::char(c),
    };
    keys.chars()
        .flat_map(|c| update(state, Msg::Key(key(c))))
        .collect()
}

fn provision() -> Intent {
    Intent::Provision(Provision::of(region("eu-central-1")))
}

/// A run that builds in eu-central-1, in `phase`.
fn building(phase: Phase) -> RunState {
    let mut run = run::begun(run::planned(&provision().on_bare_ground()));
    run.outcome = Some(phase).filter(|phase| phase.over());
    run.undoing = phase == Phase::Undoing;
    run
}

fn came(state: &mut State, run: RunState, hold: Hold) -> Vec<Effect> {
    update(state, Msg::Run(Arc::new(run), hold))
}

/// What is to be kept among `effects`, without what was found before planning.
fn to_keep(effects: &[Effect]) -> Vec<(&str, Option<&Region>)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Keep { intent, .. } => Some((intent.name(), intent.region())),
            _ => None,
        })
        .collect()
}

fn kept(state: &mut State, changed: bool, said: Option<Result<&str, &str>>) -> Vec<Effect> {
    let not_written = |why: &str| NotKept::NotWritten { why: why.into() };
    let said = said.map(|said| said.map(Into::into).map_err(not_written));
    let kept = Kept {
        run: building(Phase::Done).id,
        fleet: "orders".into(),
        changed,
        said,
    };
    update(state, Msg::Kept(kept))
}

/// A console whose run has just built eu-central-1.
fn built() -> State {
    let mut state = calm();
    came(&mut state, building(Phase::Running), Hold::Ours);
    came(&mut state, building(Phase::Done), Hold::Ours);
    state
}

#[test]
fn what_a_run_built_is_kept_once_it_is_done_and_only_once() {
    let mut state = calm();
    assert!(to_keep(&came(&mut state, building(Phase::Running), Hold::Ours)).is_empty());
    let there = region("eu-central-1");
    let done = came(&mut state, building(Phase::Done), Hold::Ours);
    assert_eq!(to_keep(&done), [("provision", Some(&there))]);
    let again = came(&mut state, building(Phase::Done), Hold::Ours);
    assert!(to_keep(&again).is_empty());
    // Taken back, the Region is gone again.
    came(&mut state, building(Phase::Undoing), Hold::Ours);
    let undone = came(&mut state, building(Phase::Undone), Hold::Ours);
    assert_eq!(to_keep(&undone), [("retire", Some(&there))]);
}

#[test]
fn nothing_is_kept_of_runs_that_build_nothing_or_that_others_move() {
    let mut state = calm();
    came(&mut state, run::running(), Hold::Ours);
    assert!(to_keep(&came(&mut state, run::done(), Hold::Ours)).is_empty());
    let mut state = calm();
    came(&mut state, building(Phase::Running), Hold::Nobody);
    let done = came(&mut state, building(Phase::Done), Hold::Nobody);
    assert!(to_keep(&done).is_empty());
    let abandoned = came(&mut calm(), building(Phase::Abandoned), Hold::Ours);
    assert!(to_keep(&abandoned).is_empty());
}

#[test]
fn the_fleet_is_looked_at_as_it_was_built_and_nobody_loses_their_place() {
    let mut state = built();
    press(&mut state, "1j/eu");
    let effects = kept(
        &mut state,
        true,
        Some(Ok("config.toml now says what there is")),
    );
    let again = Effect::Reopen(0, "orders".into(), Pace::Calm);
    assert_eq!(effects, [again]);
    let notice = state.notice.clone().unwrap();
    assert!(notice.text.contains("config.toml") && notice.gravity == Gravity::Info);
    // Then its first picture, with the Region in it.
    let with_four: Vec<&str> = sample::THREE.into_iter().chain(["eu-central-1"]).collect();
    let picture = Arc::new(sample::fleet(&with_four));
    update(&mut state, Msg::Snapshot(0, picture));
    assert!(matches!(state.overlay, Some(Overlay::Filter { .. })));
    press(&mut state, "\n");
    assert_eq!(state.screen(), &Screen::Fleet);
    let shown: Vec<String> = state
        .rows(state.focused())
        .into_iter()
        .map(|row| row.key)
        .collect();
    assert_eq!(shown, ["eu-west-1", "eu-central-1"]);
    press(&mut state, "6");
    assert!(state.guided.run.is_some(), "nor the run");
}

#[test]
fn where_nothing_is_new_or_another_fleet_is_shown_nothing_is_opened() {
    assert!(kept(&mut built(), false, None).is_empty());
    let mut state = built();
    state.fleet = "billing".into();
    assert!(kept(&mut state, true, None).is_empty());
}

#[test]
fn what_could_not_be_written_is_said_and_stays_on_the_runs_screen() {
    let mut state = built();
    let effects = kept(&mut state, true, Some(Err("read-only")));
    assert!(matches!(effects.as_slice(), [Effect::Reopen(..)]));
    assert_eq!(state.notice.take().unwrap().gravity, Gravity::Error);
    press(&mut state, "6");
    let theme = Theme::load("dark", None, Depth::True, false).unwrap();
    let screen = text(&drawn(&state, &theme));
    assert!(screen.contains("`gwctl discover` writes it"), "{screen}");
}

#[test]
fn leaving_waits_until_what_was_built_is_kept() {
    let mut state = built();
    assert!(press(&mut state, "q").is_empty());
    assert!(
        state
            .notice
            .as_ref()
            .unwrap()
            .text
            .contains("configuration")
    );
    assert!(
        update(
            &mut state,
            Msg::RunStopped(gwctl::console::app::Stopped::Left)
        )
        .is_empty()
    );
    assert_eq!(kept(&mut state, true, None), [Effect::Quit]);
    // Twice leaves at once.
    assert_eq!(press(&mut built(), "qq"), [Effect::Quit]);
    // Nobody would read why not in a console that is gone.
    let mut state = built();
    press(&mut state, "q");
    let stays = kept(&mut state, true, Some(Err("not written")));
    assert!(!stays.contains(&Effect::Quit));
    assert_eq!(press(&mut state, "q"), [Effect::Quit]);
}

/// Opens the menu and takes the offer of `action`.
fn choose(state: &mut State, action: &str) -> Vec<Effect> {
    press(state, "a");
    let Some(Overlay::Menu { offers, row }) = &mut state.overlay else {
        panic!("no menu")
    };
    *row = offers
        .iter()
        .position(|offer| offer.action == action)
        .unwrap();
    press(state, "\n")
}

fn offered(state: &mut State, action: &str) -> bool {
    press(state, "a");
    let Some(Overlay::Menu { offers, .. }) = state.overlay.take() else {
        panic!("no menu")
    };
    offers.iter().any(|offer| offer.action == action)
}

#[test]
fn the_menu_leads_to_the_line_that_asks_for_a_new_region() {
    let mut state = calm();
    assert!(choose(&mut state, "provision").is_empty());
    let Some(Overlay::Palette(palette)) = &state.overlay else {
        panic!("no command line")
    };
    assert_eq!(palette.input.value(), "provision ");
    assert!(!palette.suggestions.is_empty());
    for suggestion in &palette.suggestions {
        let named = suggestion.line.strip_prefix("provision ").unwrap();
        assert!(!sample::THREE.contains(&named), "{named}");
    }
    press(&mut state, "frank");
    press(&mut state, "\t");
    let Some(Overlay::Palette(palette)) = &state.overlay else {
        panic!("no command line")
    };
    assert!(palette.suggestions.is_empty(), "by its code, not its city");
    update(&mut state, Msg::Key(Key::ctrl('w')));
    let asked = press(&mut state, "eu-cent\t\n");
    assert_eq!(asked, [Effect::LookUp(Box::new(provision()))]);
}

#[test]
fn the_line_refuses_what_is_no_region_and_where_the_fleet_is() {
    for (line, why) in [
        (":provision nowhere\n", "not a Region code"),
        (
            ":provision us-east-1\n",
            "the fleet is in us-east-1 already",
        ),
        (":provision\n", ":provision REGION"),
        (":retire eu-central-1\n", "not a Region of this fleet"),
        (":down now\n", "takes no argument"),
    ] {
        let mut state = calm();
        assert!(press(&mut state, line).is_empty(), "{line}");
        let Some(Overlay::Palette(palette)) = &state.overlay else {
            panic!("{line}: the line stays")
        };
        let error = palette.error.as_deref().unwrap_or_default();
        assert!(error.contains(why), "{line}: {error}");
    }
}

#[test]
fn every_building_action_can_be_asked_for_by_its_name() {
    for (line, name) in [
        (":up\n", "up"),
        (":down\n", "down"),
        (":retire eu-west-1\n", "retire"),
        (
            ":provision eu-central-1 over 30m code-from us-east-1\n",
            "provision",
        ),
    ] {
        let asked = press(&mut calm(), line);
        let [Effect::LookUp(intent)] = asked.as_slice() else {
            panic!("{line}: {asked:?}")
        };
        assert_eq!(intent.name(), name);
    }
}

#[test]
fn a_fleet_that_is_not_built_is_offered_to_be_built_whole() {
    let mut state = calm();
    assert!(offered(&mut state, "provision") && !offered(&mut state, "up"));
    let mut described: FleetSpec = run::configured();
    described.edge.distribution.clear();
    for site in &mut described.sites {
        site.api.clear();
    }
    update(&mut state, Msg::Spec(0, Arc::new(described)));
    assert!(!offered(&mut state, "provision"));
    let asked = choose(&mut state, "up");
    assert_eq!(
        asked,
        [Effect::LookUp(Box::new(Intent::Up(Up { found: None })))]
    );
}
