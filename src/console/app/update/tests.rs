//! What every message does to the state: long because the table of keys and outcomes reads best in one place.

use std::sync::Arc;

use super::super::sample::{
    alarm, at, blank, console, keys, known, picture, region, typed, unopened,
};
use super::super::{
    Area, Chart, Connection, Effect, FaultEntry, Gesture, Hits, Key, Msg, NotWatched, Overlay,
    OwnCommand, Panel, ProgramWrote, SINCE, Screen, State, Target, Window, update,
};
use gwctl_fleet::{Missing, Observed, Pace};

fn line(state: &mut State, command: &str) -> Vec<Effect> {
    update(state, Msg::Key(Key::char(':')));
    typed(state, command);
    keys(state, "enter")
}

fn eu() -> Screen {
    Screen::Region(region("eu-west-1"))
}

#[test]
fn keys_lead_where_they_say() {
    let cases: &[(&str, Screen)] = &[
        ("1", Screen::Fleet),
        ("2", Screen::Region(region("us-east-1"))),
        ("j 2", eu()),
        ("j 2 2", Screen::Region(region("ap-southeast-1"))),
        ("3", Screen::Database),
        ("4", Screen::Edge),
        ("5", Screen::Calls),
        ("down enter", eu()),
        ("G enter", Screen::Region(region("ap-southeast-1"))),
        ("G g enter", Screen::Region(region("us-east-1"))),
        ("3 4 -", Screen::Database),
        ("3 4 - -", Screen::Edge),
        ("3 4 [ [", Screen::Fleet),
        ("3 4 [ [ ]", Screen::Database),
        ("3 esc", Screen::Fleet),
        ("esc esc", Screen::Fleet),
        ("3 j enter", eu()),
        ("4 tab tab tab enter", eu()),
    ];
    for (pressed, screen) in cases {
        let mut state = console();
        assert_eq!(keys(&mut state, pressed), [], "{pressed}");
        assert_eq!(state.screen(), screen, "{pressed}");
    }
}

#[test]
fn enter_opens_an_alarm_and_a_change_themselves() {
    for (pressed, title, said) in [
        ("tab tab enter", "Alarms", "p99-high"),
        ("tab tab tab enter", "Changes", "writer moved"),
    ] {
        let mut state = console();
        assert_eq!(keys(&mut state, pressed), [], "{pressed}");
        let Some(Overlay::Detail {
            title: of, cells, ..
        }) = &state.overlay
        else {
            panic!("{pressed}: {:?}", state.overlay);
        };
        assert_eq!(of, title);
        assert!(cells.iter().any(|(_, text)| text == said), "{cells:?}");
    }
}

#[test]
fn an_open_alarm_turns_to_json_and_back_and_its_address_is_copied() {
    let mut state = console();
    keys(&mut state, "tab tab enter v");
    let url = "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/p99-high";
    let shown = |state: &State| match &state.overlay {
        Some(Overlay::Detail { further, .. }) => (further.raw, further.json.join("\n")),
        other => panic!("{other:?}"),
    };
    let (raw, json) = shown(&state);
    assert!(raw && json.contains("\"name\": \"p99-high\""), "{json}");
    assert_eq!(keys(&mut state, "o"), [Effect::Copy(url.into())]);
    assert_eq!(keys(&mut state, "y"), [Effect::Copy(json)]);
    keys(&mut state, "v");
    assert!(!shown(&state).0);
    // The same without opening it first.
    keys(&mut state, "esc v");
    assert!(shown(&state).0);
    keys(&mut state, "esc");
    assert_eq!(keys(&mut state, "o"), [Effect::Copy(url.into())]);
    // A Region's row has neither.
    assert_eq!(keys(&mut state, "g 1 esc tab tab"), []);
    keys(&mut state, "1");
    state.focus.clear();
    assert_eq!(keys(&mut state, "o v"), []);
    assert!(state.overlay.is_none());
}

#[test]
fn keys_ask_for_what_they_say() {
    let cases: &[(&str, &[Effect])] = &[
        ("q", &[Effect::Quit]),
        ("ctrl-c", &[Effect::Quit]),
        (": ctrl-c", &[Effect::Quit]),
        ("/ q ctrl-c", &[Effect::Quit]),
        ("? ctrl-c", &[Effect::Quit]),
        ("? q", &[]),
        ("esc", &[]),
        ("r", &[Effect::Refresh]),
        ("i", &[Effect::SetPace(Pace::Incident)]),
        (
            "i i",
            &[Effect::SetPace(Pace::Incident), Effect::SetPace(Pace::Calm)],
        ),
        ("F", &[Effect::ListFaults]),
        ("4 tab tab j enter", &[Effect::Votes(1, "end".into())]),
        ("4 enter", &[Effect::Votes(1, "end".into())]),
        (
            "4 enter r",
            &[
                Effect::Votes(1, "end".into()),
                Effect::Votes(2, "end".into()),
            ],
        ),
        ("4 j enter", &[]),
        ("x", &[Effect::AskHappened(0, SINCE), Effect::AskErrors(0)]),
        ("a", &[]),
    ];
    for (pressed, effects) in cases {
        assert_eq!(&keys(&mut console(), pressed), effects, "{pressed}");
    }
}

#[test]
fn commands_do_what_they_say() {
    let screens: &[(&str, Screen)] = &[
        ("fleet", Screen::Fleet),
        ("region eu-west-1", eu()),
        ("region eu", eu()),
        ("region", Screen::Region(region("us-east-1"))),
        ("database", Screen::Database),
        ("db", Screen::Database),
        ("da", Screen::Database),
        ("edge", Screen::Edge),
        (" calls ", Screen::Calls),
        (":calls", Screen::Calls),
        ("", Screen::Fleet),
    ];
    for (command, screen) in screens {
        let mut state = console();
        assert_eq!(line(&mut state, command), []);
        assert_eq!(state.screen(), screen, "{command}");
        assert!(state.overlay.is_none(), "{command}");
    }
    let effects: &[(&str, Effect)] = &[
        ("q", Effect::Quit),
        ("quit", Effect::Quit),
        ("refresh", Effect::Refresh),
        ("pace incident", Effect::SetPace(Pace::Incident)),
        ("faults", Effect::ListFaults),
        (
            "fleet billing",
            Effect::Open(1, "billing".into(), Pace::Calm),
        ),
    ];
    for (command, effect) in effects {
        assert_eq!(
            line(&mut console(), command),
            std::slice::from_ref(effect),
            "{command}"
        );
    }
    let mut state = console();
    line(&mut state, "theme light");
    assert_eq!(state.theme, "light");
    line(&mut state, "freeze");
    assert!(state.frozen.is_some());
    line(&mut state, "help");
    assert!(matches!(state.overlay, Some(Overlay::Help { .. })));
}

#[test]
fn refused_commands_stay_in_the_line_and_say_what_is_accepted() {
    let cases = [
        ("dance", "`:dance` is not a command"),
        ("pace fast", "usage: :pace calm|incident"),
        ("sort p50 sideways", "usage: :sort [COLUMN [up|down]]"),
        (
            "region mars",
            "accepted are us-east-1, eu-west-1, ap-southeast-1",
        ),
        ("region east-1", "could be us-east-1 or ap-southeast-1"),
        ("theme sepia", "accepted are dark, light, mono"),
        ("pace", "calm or incident"),
        ("pace slow", "accepted are calm and incident"),
        ("fleet mars", "accepted are orders, billing"),
        ("calls now", "takes no argument; found `now`"),
        ("fr x", "takes no argument"),
        ("re", "could be :region or :refresh"),
        ("filter (", "unclosed"),
    ];
    for (command, expected) in cases {
        let mut state = console();
        assert_eq!(line(&mut state, command), [], "{command}");
        let Some(Overlay::Palette(palette)) = &state.overlay else {
            panic!("{command}: closed")
        };
        let error = palette.error.as_deref().unwrap();
        assert!(error.contains(expected), "{command}: {error}");
        assert_eq!(palette.input.value(), command);
        assert!(state.commands.is_empty());
    }
}

#[test]
fn tab_goes_around_the_completions() {
    let mut state = console();
    keys(&mut state, ":");
    typed(&mut state, "euw");
    let Some(Overlay::Palette(palette)) = &state.overlay else {
        panic!()
    };
    assert_eq!(palette.suggestions[0].line, "region eu-west-1");
    keys(&mut state, "tab enter");
    assert_eq!(state.screen(), &eu());

    keys(&mut state, ":");
    let shown = |state: &State| {
        let Some(Overlay::Palette(palette)) = &state.overlay else {
            panic!()
        };
        palette.input.value().to_string()
    };
    keys(&mut state, "tab");
    let first = shown(&state);
    keys(&mut state, "tab shift-tab");
    assert_eq!(shown(&state), first);
    keys(&mut state, "shift-tab");
    assert_eq!(
        shown(&state),
        "quit",
        "backwards from the first is the last"
    );
}

#[test]
fn what_was_entered_comes_back_with_up() {
    let mut state = console();
    for command in ["edge", "calls", "calls"] {
        line(&mut state, command);
    }
    let shown = |state: &State| {
        let Some(Overlay::Palette(palette)) = &state.overlay else {
            panic!()
        };
        palette.input.value().to_string()
    };
    for (pressed, expected) in [
        (":", ""),
        ("up", "calls"),
        ("up", "edge"),
        ("up", "edge"),
        ("down", "calls"),
        ("down", ""),
    ] {
        keys(&mut state, pressed);
        assert_eq!(shown(&state), expected);
    }
}

#[test]
fn a_filter_works_while_it_is_typed_and_escape_undoes_it() {
    let mut state = console();
    let shown = |state: &State| {
        state
            .rows(Panel::Regions)
            .into_iter()
            .map(|row| row.key)
            .collect::<Vec<_>>()
    };
    keys(&mut state, "/");
    typed(&mut state, "east");
    assert_eq!(shown(&state), ["us-east-1", "ap-southeast-1"]);
    keys(&mut state, "enter");
    assert!(state.overlay.is_none());
    keys(&mut state, "/ ctrl-u");
    assert_eq!(shown(&state).len(), 3);
    typed(&mut state, "r:eu");
    keys(&mut state, "esc");
    assert_eq!(shown(&state), ["us-east-1", "ap-southeast-1"]);
    keys(&mut state, "esc");
    assert_eq!(
        shown(&state).len(),
        3,
        "one level back: the filter goes first"
    );
}

#[test]
fn a_broken_filter_is_explained_and_cannot_be_entered() {
    let mut state = console();
    keys(&mut state, "/");
    typed(&mut state, "eu(");
    keys(&mut state, "enter");
    let Some(Overlay::Filter {
        error: Some(error), ..
    }) = &state.overlay
    else {
        panic!()
    };
    assert!(error.contains("unclosed"), "{error}");
    assert_eq!(
        state.rows(Panel::Regions).len(),
        1,
        "what was last understood still holds"
    );
    keys(&mut state, "backspace enter");
    assert!(state.overlay.is_none());
}

fn with_alarms(second: i64, us: &[&str], eu: &[&str]) -> Msg {
    let mut picture = picture(second);
    picture.sites[0].alarms = known(us.iter().map(|name| alarm(name)).collect());
    picture.sites[1].alarms = known(eu.iter().map(|name| alarm(name)).collect());
    Msg::Snapshot(0, Arc::new(picture))
}

#[test]
fn the_cursor_follows_its_row_when_rows_come_and_go() {
    let mut state = console();
    update(&mut state, with_alarms(1, &["first"], &["p99-high"]));
    keys(&mut state, "tab tab j");
    update(
        &mut state,
        with_alarms(2, &["first", "second"], &["p99-high"]),
    );
    assert_eq!(state.cursor(Panel::Alarms), 2);
    assert_eq!(state.selected().unwrap().key, "eu-west-1 p99-high");
    update(&mut state, with_alarms(3, &["first", "second"], &[]));
    assert_eq!(
        state.selected().unwrap().key,
        "us-east-1 second",
        "its row is gone: the nearest"
    );
    update(&mut state, with_alarms(4, &[], &[]));
    assert!(state.selected().is_none());
    assert_eq!(state.cursor(Panel::Alarms), 0);
}

#[test]
fn a_cursor_nobody_moved_stays_at_the_top() {
    let mut state = console();
    keys(&mut state, "tab tab");
    update(&mut state, with_alarms(1, &["first"], &["p99-high"]));
    assert_eq!(state.selected().unwrap().key, "us-east-1 first");
    keys(&mut state, "j g");
    update(
        &mut state,
        with_alarms(2, &["an earlier one", "first"], &["p99-high"]),
    );
    assert_eq!(state.selected().unwrap().key, "us-east-1 an earlier one");
}

#[test]
fn a_page_is_what_was_drawn_less_one_row() {
    let mut state = console();
    let windows = vec![Window {
        panel: Some(Panel::Regions),
        offset: 0,
        height: 3,
        len: 3,
    }];
    update(
        &mut state,
        Msg::Drawn(Hits {
            targets: vec![],
            windows,
            ..Hits::default()
        }),
    );
    keys(&mut state, "pgdn");
    assert_eq!(state.cursor(Panel::Regions), 2);
    keys(&mut state, "pgup");
    assert_eq!(state.cursor(Panel::Regions), 0);
}

#[test]
fn a_frozen_picture_stands_still_while_collecting_goes_on() {
    let mut state = console();
    keys(&mut state, "ctrl-f");
    let tick = |state: &mut State, second| {
        update(
            state,
            Msg::Tick {
                now: at(second),
                wall: at(second),
            },
        )
    };
    tick(&mut state, 5);
    update(&mut state, Msg::Snapshot(0, Arc::new(picture(5))));
    assert_eq!((state.shown.generation, state.live.generation), (1, 6));
    assert_eq!(
        state.now,
        at(0),
        "ages stand still as well: the mark says since when"
    );
    assert_eq!(state.frozen, Some(at(0)));
    tick(&mut state, 6);
    keys(&mut state, "ctrl-f");
    assert_eq!(state.shown.generation, 6);
    assert_eq!(state.now, at(6));
}

#[test]
fn nothing_on_screen_comes_from_the_future() {
    let mut state = console();
    update(&mut state, Msg::Snapshot(0, Arc::new(picture(9))));
    assert_eq!(state.now, at(9));
}

#[test]
fn another_fleet_starts_afresh_and_late_pictures_of_the_old_one_are_dropped() {
    let mut state = console();
    keys(&mut state, "j / e u enter 3 i ctrl-f");
    assert_eq!(
        line(&mut state, "fleet billing"),
        [Effect::Open(1, "billing".into(), Pace::Incident)]
    );
    update(&mut state, Msg::Opening(1, blank("billing"), false, None));
    assert_eq!(
        (state.screen(), state.fleet.as_str()),
        (&Screen::Fleet, "billing")
    );
    assert_eq!(state.connection, Connection::Opening);
    assert!(state.frozen.is_none() && state.filters.is_empty() && !state.read_only);
    update(&mut state, Msg::Snapshot(0, Arc::new(picture(3))));
    update(&mut state, Msg::Opened(0, Err(NotWatched::Ended)));
    assert_eq!(state.shown.name, "billing");
    assert!(state.nothing_seen());
    let none = NotWatched::NoFleet("billing".into());
    update(&mut state, Msg::Opened(1, Err(none.clone())));
    assert_eq!(state.connection, Connection::Failed(none));
    assert_eq!(
        line(&mut state, "fleet billing"),
        [Effect::Open(2, "billing".into(), Pace::Incident)],
        "try again"
    );
}

#[test]
fn the_first_frame_needs_nothing_but_the_configuration() {
    let mut state = unopened();
    assert!(state.nothing_seen());
    assert_eq!(state.rows(Panel::Regions).len(), 3);
    assert_eq!(keys(&mut state, "2 tab 3 4 5 1"), []);
    assert_eq!(
        update(&mut state, Msg::Start),
        [Effect::Open(0, "orders".into(), Pace::Calm)]
    );
}

#[test]
fn votes_that_come_late_are_dropped() {
    let mut state = console();
    keys(&mut state, "4 tab tab j enter r");
    update(&mut state, Msg::Votes(1, known(vec![])));
    let votes = |state: &State| {
        let Some(Overlay::Votes { votes, check, .. }) = &state.overlay else {
            panic!()
        };
        assert_eq!(check, "end");
        votes.clone()
    };
    assert_eq!(votes(&state).why_missing(), Some(&Missing::NotYet));
    update(&mut state, Msg::Votes(2, known(vec![])));
    assert_eq!(votes(&state).current(), Some(&vec![]));
    keys(&mut state, "esc");
    update(&mut state, Msg::Votes(2, Observed::default()));
    assert!(state.overlay.is_none());
}

#[test]
fn a_check_without_checkers_shows_its_configuration_instead() {
    let mut state = console();
    keys(&mut state, "4 tab tab G enter");
    let Some(Overlay::Detail { cells, .. }) = &state.overlay else {
        panic!()
    };
    assert!(cells.contains(&("type", "CLOUDWATCH_METRIC".into())));
}

#[test]
fn themes_are_tried_on_under_the_cursor_and_escape_puts_the_old_one_back() {
    let mut state = console();
    keys(&mut state, "t j");
    assert_eq!(state.theme, "light");
    keys(&mut state, "j j");
    assert_eq!(state.theme, "mono");
    keys(&mut state, "esc");
    assert_eq!(state.theme, "dark");
    keys(&mut state, "t G enter");
    assert_eq!(state.theme, "mono");
}

#[test]
fn faults_are_switched_from_what_they_are() {
    let fault = |id: &str, active| FaultEntry {
        id: id.into(),
        title: id.into(),
        active,
    };
    let mut state = console();
    keys(&mut state, "F");
    update(
        &mut state,
        Msg::Faults(vec![fault("dark", false), fault("lag", true)]),
    );
    assert_eq!(
        keys(&mut state, "enter"),
        [Effect::SetFault {
            id: "dark".into(),
            on: true
        }]
    );
    assert_eq!(
        keys(&mut state, "j enter"),
        [Effect::SetFault {
            id: "lag".into(),
            on: false
        }]
    );
    assert_eq!(
        update(
            &mut state,
            Msg::Tick {
                now: at(1),
                wall: at(1)
            }
        ),
        [Effect::ListFaults]
    );
    update(&mut state, Msg::Faults(vec![fault("dark", true)]));
    assert_eq!(
        keys(&mut state, "enter"),
        [Effect::SetFault {
            id: "dark".into(),
            on: false
        }]
    );
}

#[test]
fn a_real_fleet_has_no_faults_to_start() {
    let mut state = console();
    state.has_faults = false;
    assert_eq!(keys(&mut state, "F"), []);
    assert!(state.overlay.is_none());
    assert!(state.notice.as_ref().unwrap().text.contains("demo"));
    line(&mut state, "faults");
    let Some(Overlay::Palette(palette)) = &state.overlay else {
        panic!()
    };
    assert!(palette.error.as_ref().unwrap().contains("not a command"));
}

#[test]
fn the_copied_row_carries_its_column_names_and_no_escapes() {
    let mut state = console();
    let effects = keys(&mut state, "5 tab y");
    let [Effect::Copy(text)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert!(
        text.contains("operation: DescribeDBClusters") && text.contains("outcome: refused"),
        "{text}"
    );
    assert!(!text.contains('\x1b'), "{text:?}");
}

#[test]
fn a_notice_goes_away_by_itself() {
    let mut state = console();
    keys(&mut state, "y");
    update(
        &mut state,
        Msg::Tick {
            now: at(3),
            wall: at(3),
        },
    );
    assert!(state.notice.is_some());
    update(
        &mut state,
        Msg::Tick {
            now: at(4),
            wall: at(4),
        },
    );
    assert!(state.notice.is_none());
}

#[test]
fn a_chart_is_enlarged_and_shrunk_by_enter_or_escape() {
    let mut state = console();
    keys(&mut state, "2 j enter");
    assert_eq!(state.zoom, Some(Chart::Requests));
    keys(&mut state, "esc");
    assert_eq!(state.zoom, None);
    assert!(matches!(state.screen(), Screen::Region(_)));
    keys(&mut state, "enter enter");
    assert_eq!(state.zoom, None);
}

#[test]
fn clicks_mean_what_was_drawn_there() {
    let mut state = console();
    let area = |x, y| Area { x, y, w: 10, h: 1 };
    let draw = |state: &mut State, targets| {
        update(
            state,
            Msg::Drawn(Hits {
                targets,
                windows: vec![],
                ..Hits::default()
            }),
        );
    };
    draw(
        &mut state,
        vec![
            (area(0, 0), Target::Tab(Screen::Edge)),
            (area(0, 1), Target::Row(Panel::Regions, 1)),
            (area(0, 2), Target::Panel(Panel::Changes)),
        ],
    );
    let click = |state: &mut State, x, y| update(state, Msg::Mouse(Gesture::Click, x, y));
    click(&mut state, 3, 2);
    assert_eq!(state.focused(), Panel::Changes);
    click(&mut state, 3, 1);
    assert_eq!(
        (state.focused(), state.cursor(Panel::Regions)),
        (Panel::Regions, 1)
    );
    assert_eq!(state.screen(), &Screen::Fleet, "the first click points");
    click(&mut state, 3, 1);
    assert_eq!(state.screen(), &eu(), "the second opens");
    click(&mut state, 3, 0);
    assert_eq!(state.screen(), &Screen::Edge);
    keys(&mut state, "t");
    draw(
        &mut state,
        vec![
            (area(0, 0), Target::Overlay),
            (area(0, 1), Target::Entry(2)),
        ],
    );
    click(&mut state, 0, 0);
    click(&mut state, 0, 1);
    assert_eq!(state.theme, "mono");
    click(&mut state, 70, 20);
    assert!(state.overlay.is_none());
    assert_eq!(
        state.theme, "dark",
        "a click beside the window closes it as Esc does"
    );
}

#[test]
fn the_wheel_scrolls_what_is_under_it() {
    let mut state = console();
    let targets = vec![(
        Area {
            x: 0,
            y: 0,
            w: 80,
            h: 5,
        },
        Target::Panel(Panel::Changes),
    )];
    update(
        &mut state,
        Msg::Drawn(Hits {
            targets,
            windows: vec![],
            ..Hits::default()
        }),
    );
    update(&mut state, Msg::Mouse(Gesture::WheelDown, 1, 1));
    assert_eq!(
        (state.focused(), state.cursor(Panel::Changes)),
        (Panel::Changes, 1)
    );
    update(&mut state, Msg::Mouse(Gesture::WheelUp, 1, 1));
    assert_eq!(state.cursor(Panel::Changes), 0);
}

#[test]
fn pasted_text_is_one_line_without_controls() {
    let mut state = console();
    assert_eq!(
        update(&mut state, Msg::Paste("q".into())),
        [],
        "a paste is never a key"
    );
    keys(&mut state, ":");
    update(&mut state, Msg::Paste("region eu\x1b-west-1\n".into()));
    assert_eq!(
        state.screen(),
        &Screen::Fleet,
        "a pasted line break enters nothing"
    );
    keys(&mut state, "enter");
    assert_eq!(state.screen(), &eu());
}

#[test]
fn help_scrolls_no_further_than_its_end() {
    let mut state = console();
    keys(&mut state, "?");
    let windows = vec![Window {
        panel: None,
        offset: 0,
        height: 10,
        len: 25,
    }];
    update(
        &mut state,
        Msg::Drawn(Hits {
            targets: vec![],
            windows,
            ..Hits::default()
        }),
    );
    keys(&mut state, "G j");
    assert!(matches!(
        state.overlay,
        Some(Overlay::Help { scroll: 15, .. })
    ));
    keys(&mut state, "?");
    assert!(state.overlay.is_none());
}

/// The Regions in the order of their rows.
fn order(state: &State) -> Vec<String> {
    let rows = state.rows(Panel::Regions);
    rows.into_iter().map(|row| row.key).collect()
}

#[test]
fn columns_are_chosen_listed_and_given_back() {
    let mut state = console();
    let shipped = state.columns.clone();
    assert_eq!(line(&mut state, "columns p99 why"), []);
    let names: Vec<&str> = state.columns.iter().map(|column| column.name).collect();
    assert_eq!(names, ["region", "p99", "why"]);
    line(&mut state, "columns");
    let Some(Overlay::Detail { cells, .. }) = &state.overlay else {
        panic!("{:?}", state.overlay);
    };
    assert!(
        cells
            .iter()
            .any(|(name, about)| *name == "p99" && about.starts_with("shown: "))
    );
    assert!(cells.iter().any(|(name, _)| *name == "lag"));
    keys(&mut state, "esc");
    line(&mut state, "columns default");
    assert_eq!(state.columns, shipped);
}

#[test]
fn a_sorted_list_keeps_the_cursor_on_its_region() {
    let mut state = console();
    let fleet = order(&state);
    keys(&mut state, "j");
    let chosen = state.selected().map(|row| row.key);
    line(&mut state, "sort region");
    let mut sorted = fleet.clone();
    sorted.sort();
    assert_eq!(order(&state), sorted);
    assert_eq!(state.selected().map(|row| row.key), chosen);
    line(&mut state, "sort region down");
    sorted.reverse();
    assert_eq!(order(&state), sorted);
    assert_eq!(state.selected().map(|row| row.key), chosen);
    line(&mut state, "sort");
    assert_eq!(order(&state), fleet);
}

#[test]
fn any_list_is_sorted_by_a_column_and_the_same_again_turns_it() {
    let mut state = console();
    keys(&mut state, "4 j");
    let order = |state: &State| -> Vec<String> {
        let rows = state.rows(Panel::Records).into_iter();
        rows.map(|row| row.cells()[0].1.clone()).collect()
    };
    let own = order(&state);
    assert_eq!(own, ["us-east-1", "eu-west-1", "ap-southeast-1"]);
    // The first entry is the own order, the second the first column.
    keys(&mut state, "S j enter");
    let sorted = ["ap-southeast-1", "eu-west-1", "us-east-1"];
    assert_eq!(order(&state), sorted);
    assert_eq!(state.cursor(Panel::Records), 1, "it stays on its row");
    assert_eq!(
        state.sorted_by(Panel::Records).unwrap().mark(),
        "\u{2191}region"
    );
    keys(&mut state, "S S");
    assert_eq!(order(&state), own);
    assert_eq!(
        state.sorted_by(Panel::Records).unwrap().mark(),
        "\u{2193}region"
    );
    keys(&mut state, "S g enter");
    assert_eq!(state.sorted_by(Panel::Records), None);
    line(&mut state, "sort target down");
    assert_eq!(order(&state), own);
    line(&mut state, "sort colour");
    let Some(Overlay::Palette(palette)) = &state.overlay else {
        panic!("{:?}", state.overlay);
    };
    let error = palette.error.clone().unwrap();
    assert!(
        error.contains("`colour` is not a column of this list"),
        "{error}"
    );
    assert!(error.contains("target"), "{error}");
    keys(&mut state, "esc 2");
    // Charts stand in their places.
    keys(&mut state, "S");
    assert!(state.overlay.is_none());
}

#[test]
fn what_is_not_known_is_sorted_last_either_way() {
    let mut state = console();
    let mut picture = picture(1);
    for (site, took) in picture.sites.iter_mut().zip([90, 30, 60]) {
        site.probe = known(gwctl_fleet::ProbeReport {
            dns: std::time::Duration::ZERO,
            connect: std::time::Duration::ZERO,
            tls: None,
            first_byte: std::time::Duration::from_millis(took),
            status: 200,
            served_by: None,
            own: None,
        });
    }
    let lost = &mut picture.sites[0];
    let name = lost.region.to_string();
    lost.probe.renew(
        Err(Missing::CouldNotAsk {
            why: "time-out".into(),
        }),
        at(1),
        gwctl_fleet::Source::probe(),
    );
    update(&mut state, Msg::Snapshot(0, Arc::new(picture)));
    for way in ["up", "down"] {
        line(&mut state, &format!("sort probe {way}"));
        let order = order(&state);
        assert_eq!(order.last(), Some(&name), "{way}");
        let others = if way == "up" {
            ["eu-west-1", "ap-southeast-1"]
        } else {
            ["ap-southeast-1", "eu-west-1"]
        };
        assert_eq!(order[..2], others, "{way}");
    }
}

#[test]
fn a_code_that_nothing_waits_for_is_not_taken_silently() {
    let mut state = console();
    assert_eq!(line(&mut state, "mfa 123456"), []);
    let said = state.notice.as_ref().map(|notice| notice.text.clone());
    assert_eq!(
        said.as_deref(),
        Some("nothing waits for the code of an MFA device")
    );
    let mut picture = (*state.shown).clone();
    picture.waiting = Some("the MFA code of phone is needed".into());
    update(&mut state, Msg::Snapshot(0, Arc::new(picture)));
    let given = line(&mut state, "mfa 123456");
    assert_eq!(given, [Effect::MfaCode("123456".into())]);
    assert!(state.notice.is_none(), "what was said before is over");
}

#[test]
fn a_key_without_a_meaning_says_so() {
    let mut state = console();
    keys(&mut state, "Z");
    let said = state.notice.as_ref().map(|notice| notice.text.clone());
    assert_eq!(
        said.as_deref(),
        Some("Z does nothing here; ? lists the keys")
    );
}

#[test]
fn nothing_is_acted_on_where_the_filter_hides_everything() {
    let mut state = console();
    keys(&mut state, "/");
    keys(&mut state, "z z z enter");
    keys(&mut state, "a");
    assert!(state.overlay.is_none(), "{:?}", state.overlay);
    let said = state.notice.as_ref().map(|notice| notice.text.clone());
    assert!(said.unwrap().starts_with("nothing under the cursor"));
}

#[test]
fn a_line_of_the_calls_does_not_choose_the_region() {
    let mut state = console();
    keys(&mut state, "j");
    let chosen = state.region_at_hand();
    keys(&mut state, "5 tab");
    for _ in 0..3 {
        assert_eq!(state.region_at_hand(), chosen);
        keys(&mut state, "j");
    }
}

fn own(name: &str, key: &str, changes: bool) -> OwnCommand {
    OwnCommand {
        name: name.into(),
        key: Some(key.parse().unwrap()),
        run: vec!["show".into(), "{region}".into()],
        about: "shows a Region".into(),
        changes,
    }
}

#[test]
fn a_command_of_ones_own_runs_by_key_and_by_name_and_shows_what_it_wrote() {
    let mut state = console();
    state.own = vec![own("show", "L", false)];
    let argv = |region: &str| vec!["show".to_owned(), region.to_owned()];
    let effects = keys(&mut state, "j L");
    let [Effect::RunCommand(number, run)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert_eq!(*run, argv("eu-west-1"));
    let wrote = ProgramWrote {
        lines: vec!["fine".into()],
        how: "ended with 0".into(),
        well: true,
    };
    // What another one wrote is not shown as this one's.
    update(&mut state, Msg::CommandEnded(number + 1, Ok(wrote.clone())));
    let ended = |state: &State| match &state.overlay {
        Some(Overlay::Ran(ran)) => ran.ended.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(ended(&state), None);
    update(&mut state, Msg::CommandEnded(*number, Ok(wrote.clone())));
    assert_eq!(ended(&state), Some(Ok(wrote)));
    assert_eq!(keys(&mut state, "esc"), [Effect::EndCommand]);
    assert!(state.overlay.is_none());
    let effects = line(&mut state, "show");
    assert!(
        matches!(effects.as_slice(), [Effect::RunCommand(..)]),
        "{effects:?}"
    );
    keys(&mut state, "esc ?");
    let Some(Overlay::Help { help, .. }) = &state.overlay else {
        panic!("{:?}", state.overlay);
    };
    let (title, lines) = help.sections.last().unwrap();
    assert_eq!(title, "Commands of your own");
    assert_eq!(lines[0].keys, "L :show");
}

#[test]
fn a_command_that_changes_something_needs_its_right_and_its_name() {
    let mut state = console();
    state.own = vec![own("fix", "L", true)];
    assert_eq!(keys(&mut state, "L"), []);
    let notice = state.notice.clone().unwrap().text;
    assert!(notice.contains("gwctl is read-only"), "{notice}");
    line(&mut state, "arm");
    assert_eq!(keys(&mut state, "L"), []);
    assert_eq!(keys(&mut state, "f i enter"), []);
    let Some(Overlay::Ask(ask)) = &state.overlay else {
        panic!("{:?}", state.overlay);
    };
    assert!(
        ask.error
            .as_deref()
            .is_some_and(|why| why.contains("`fi` is not `fix`"))
    );
    let effects = keys(&mut state, "x enter");
    assert!(
        matches!(effects.as_slice(), [Effect::RunCommand(..)]),
        "{effects:?}"
    );
}
