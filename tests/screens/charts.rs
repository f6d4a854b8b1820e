//! Charts: one time, one colour a Region, holes that stay holes, a minute that is read, and what longer times cost.

use std::sync::Arc;
use std::time::Duration;

use gwctl::console::app::{
    Against, Effect, Gesture, Msg, Overlay, Panel, RANGES, Screen, State, charts_of, update,
};
use gwctl::console::view::picture::text;
use gwctl::console::view::{Depth, Theme, draw_into};
use gwctl::fleet::{
    Event, EventKind, EventLog, EventOutcome, Metric, Point, Series, Snapshot, Source, Verdict,
};
use gwctl::observe::{Happened, Past, PastOf, PastQuestion};
use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::style::Color;

use super::looks::{drawn, screens};
use super::sample::{self, ago, now, run::press};
use super::snapshots::{SIZES, keep};

fn dark() -> Theme {
    Theme::load("dark", None, Depth::True, false).unwrap()
}

fn at(picture: Snapshot, screen: &Screen, size: (u16, u16)) -> State {
    let mut state = sample::state(picture, size);
    state.history.go(screen.clone());
    state
}

fn shown(state: &State) -> String {
    text(&drawn(state, &dark()))
}

/// Draws, and tells the console what was drawn where.
fn draw(state: &mut State) -> Buffer {
    let buffer = drawn(state, &dark());
    let hits = draw_into(&mut buffer.clone(), buffer.area, state, &dark());
    update(state, Msg::Drawn(hits));
    buffer
}

fn with_charts() -> Vec<Screen> {
    let mut all = screens();
    all.push(Screen::Timeline);
    all.retain(|screen| !charts_of(screen).is_empty());
    all
}

#[test]
fn every_screen_with_charts_says_their_time_once() {
    for screen in with_charts() {
        let state = at(sample::bad_day(), &screen, (200, 60));
        let shown = shown(&state);
        assert_eq!(
            shown.matches("1 h to now").count(),
            1,
            "{screen:?}\n{shown}"
        );
    }
}

#[test]
fn every_axis_has_a_unit_and_more_than_its_ends() {
    let state = at(sample::bad_day(), &Screen::Timeline, (120, 40));
    let shown = shown(&state);
    for figure in [
        "800/min", "400/min", "3 s", "1.5 s", "60 s", "30 s", "1.5k/s", "750/s",
    ] {
        assert!(shown.contains(figure), "{figure}\n{shown}");
    }
}

/// The colour of `word` where it is written first below the first two rows, which have the tabs.
fn colour(buffer: &Buffer, word: &str) -> Option<Color> {
    let width = usize::from(buffer.area.width);
    let rows = buffer.content.chunks(width).enumerate().skip(2);
    let mut found = rows.filter_map(|(_, row)| {
        let line: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
        let byte = line.find(word)?;
        let x = line[..byte].chars().count();
        row.get(x).map(|cell| cell.fg)
    });
    found.next()
}

#[test]
fn a_region_has_one_colour_on_every_screen() {
    let theme = dark();
    for (index, code) in sample::THREE.iter().enumerate() {
        let expected = theme.series(index).fg;
        let mut seen = 0;
        for screen in [Screen::Timeline, Screen::Database, Screen::Fleet] {
            for chart in charts_of(&screen) {
                let mut state = at(sample::fleet(&sample::THREE), &screen, (200, 60));
                state.zoom = Some(*chart);
                if let Some(found) = colour(&drawn(&state, &theme), code) {
                    assert_eq!(Some(found), expected, "{code} {screen:?} {chart:?}");
                    seen += 1;
                }
            }
        }
        assert!(seen >= 6, "{code} {seen}");
    }
}

/// Nothing for ten minutes in the middle of the hour.
fn with_a_hole() -> Snapshot {
    let mut picture = sample::fleet(&["us-east-1"]);
    let metrics = &mut picture.sites[0].api.metrics;
    let whole = metrics.get(Metric::ApiRequests).last().unwrap().clone();
    let kept = whole.points().iter().filter(|point| {
        let minutes = now().duration_since(point.at).as_mins();
        !(25..35).contains(&minutes)
    });
    let holed = Arc::new(Series::new(whole.period, kept.copied()));
    *metrics.entry(Metric::ApiRequests) = sample::known(
        holed,
        20,
        "cloudwatch:GetMetricData",
        &sample::region("us-east-1"),
    );
    picture
}

#[test]
fn a_hole_of_an_outage_is_drawn_as_a_hole() {
    let mut state = at(with_a_hole(), &Screen::Fleet, (120, 40));
    state.zoom = Some(gwctl::console::app::Chart::AllRequests);
    let hits = draw_into(
        &mut drawn(&state, &dark()),
        ratatui::layout::Rect::new(0, 0, 120, 40),
        &state,
        &dark(),
    );
    let buffer = drawn(&state, &dark());
    let plot = hits.plots[0].area;
    let dotted = |minutes: i64| {
        let since = 60 - minutes;
        let x = plot.x + (since * i64::from(plot.w) / 60) as u16;
        // The levels of the axis are dotted through; a line is more than two dots of a column.
        let style = dark().series(0).fg;
        (plot.y..plot.y + plot.h)
            .any(|y| Some(buffer[(x, y)].fg) == style && buffer[(x, y)].symbol() != " ")
    };
    assert!(dotted(45) && dotted(15), "{}", text(&buffer));
    assert!(!dotted(30), "{}", text(&buffer));
}

#[test]
fn z_enlarges_a_chart_again_the_next_and_escape_goes_back() {
    for screen in with_charts() {
        let mut state = at(sample::bad_day(), &screen, (80, 24));
        press(&mut state, "z");
        let first = state.zoom.unwrap();
        assert!(shown(&state).contains(first.title()), "{screen:?}");
        press(&mut state, "z");
        let all = charts_of(&screen);
        assert_eq!(state.zoom == Some(first), all.len() == 1, "{screen:?}");
        update(&mut state, Msg::Key("esc".parse().unwrap()));
        assert_eq!((state.zoom, state.screen()), (None, &screen));
    }
    let mut state = at(sample::bad_day(), &Screen::Database, (80, 24));
    press(&mut state, "z");
    keep("chart-enlarged-80x24", &shown(&state));
    press(&mut state, "?");
    let Some(Overlay::Help { help, .. }) = &state.overlay else {
        panic!("help")
    };
    let lines = help.sections.iter().flat_map(|(_, lines)| lines);
    assert!(lines.filter(|line| line.keys == "z").count() == 1);
}

#[test]
fn the_arrows_read_a_minute_on_every_chart_and_escape_returns_to_now() {
    for screen in with_charts() {
        let mut state = at(sample::fleet(&sample::THREE), &screen, (120, 40));
        for key in ["left", "left", "right"] {
            update(&mut state, Msg::Key(key.parse().unwrap()));
        }
        let cursor = state.charts.cursor.unwrap();
        assert_eq!(cursor.to_string(), "2026-11-23T12:02:00Z");
        let text = shown(&state);
        // Where there is no room for a chart, the minute is not told either.
        if text.contains("┼") || text.contains(" UTC ─") || text.contains(" UTC ╯") {
            assert!(text.contains("at 12:02 UTC"), "{screen:?}\n{text}");
        }
        update(&mut state, Msg::Key("esc".parse().unwrap()));
        assert_eq!(state.charts.cursor, None);
        assert_eq!(*state.screen(), screen);
    }
    let mut calls = at(sample::bad_day(), &Screen::Calls, (120, 40));
    let before = calls.focused();
    update(&mut calls, Msg::Key("right".parse().unwrap()));
    assert_ne!(
        calls.focused(),
        before,
        "without charts the arrows move between panels"
    );
}

#[test]
fn the_figures_are_those_of_the_minute_that_is_read() {
    let mut state = at(sample::fleet(&["us-east-1"]), &Screen::Fleet, (120, 40));
    state.zoom = Some(gwctl::console::app::Chart::AllLatency);
    let series = state.shown.sites[0]
        .api
        .metrics
        .get(Metric::ApiLatencyP99)
        .last()
        .unwrap()
        .clone();
    let point = series.points()[20];
    state.charts.cursor = Some(point.at);
    let figure = gwctl::fleet::format::millis(point.value);
    let read = format!("us-east-1 {figure}");
    assert!(shown(&state).contains(&read), "{read}\n{}", shown(&state));
}

#[test]
fn a_click_on_a_chart_reads_the_minute_there() {
    let mut state = at(sample::bad_day(), &Screen::Timeline, (120, 40));
    draw(&mut state);
    let plot = state.hits.plots[0];
    let middle = plot.area.x + plot.area.w / 2;
    update(
        &mut state,
        Msg::Mouse(Gesture::Click, middle, plot.area.y + 1),
    );
    let cursor = state.charts.cursor.unwrap();
    let half = plot.from + SignedDuration::from_mins(30);
    assert!(
        cursor.duration_since(half).abs() <= SignedDuration::from_mins(2),
        "{cursor}"
    );
    assert_eq!(state.zoom, None, "a click in a chart opens nothing");
}

fn event(seconds: i64, kind: EventKind, what: &str) -> Event {
    Event {
        at: ago(seconds),
        region: None,
        kind,
        who: Some("ada".into()),
        what: what.into(),
        outcome: EventOutcome::Done,
        about: std::collections::BTreeSet::from(["orders".to_owned()]),
        source: Source {
            api: "the journal of gwctl",
            region: None,
        },
        fields: vec![("event id", what.into())],
    }
}

#[test]
fn what_runs_did_stands_in_the_list_and_on_the_axis_of_every_chart() {
    let runs = vec![
        event(1_800, EventKind::Run, "began: leave eu-west-1"),
        event(1_500, EventKind::Run, "put the switch of eu-west-1"),
        event(1_200, EventKind::Note, "called Grace"),
    ];
    for screen in with_charts() {
        let mut state = at(sample::fleet(&sample::THREE), &screen, (200, 60));
        let before = draw(&mut state);
        update(&mut state, Msg::RunEvents(0, runs.clone()));
        let after = draw(&mut state);
        let marks = |buffer: &Buffer| text(buffer).matches('►').count();
        let charts = state.hits.plots.len();
        let listed = if screen == Screen::Timeline { 2 } else { 0 };
        assert_eq!(
            marks(&after) - marks(&before),
            2 * charts + listed,
            "{screen:?}\n{}",
            text(&after)
        );
    }
    let mut state = at(sample::fleet(&sample::THREE), &Screen::Timeline, (120, 40));
    update(&mut state, Msg::RunEvents(7, runs.clone()));
    assert_eq!(
        state.timeline.events(Panel::Timeline).count(),
        0,
        "of another fleet"
    );
    update(&mut state, Msg::RunEvents(0, runs));
    press(&mut state, "/");
    update(&mut state, Msg::Paste("kind:note".into()));
    update(&mut state, Msg::Key("enter".parse().unwrap()));
    assert_eq!(state.count(Panel::Timeline), 1);
}

#[test]
fn reading_a_minute_and_the_list_of_events_follow_each_other() {
    let mut state = at(sample::fleet(&sample::THREE), &Screen::Timeline, (120, 40));
    let runs = [3_000, 2_400, 1_800, 600].map(|s| event(s, EventKind::Run, &s.to_string()));
    update(&mut state, Msg::RunEvents(0, runs.into()));
    for _ in 0..40 {
        update(&mut state, Msg::Key("left".parse().unwrap()));
    }
    // 41 minutes ago: the last event before that was 50 minutes ago.
    assert_eq!(state.cursor(Panel::Timeline), 0);
    press(&mut state, "j");
    let read = state.charts.cursor.unwrap();
    assert!(read <= ago(2_400) && ago(2_400).duration_since(read).as_secs() < 60);
    keep("timeline-cursor-120x40", &shown(&state));
    for (width, height) in SIZES {
        state.size = (width, height);
        assert!(shown(&state).contains("at 11:24 UTC"), "{}", shown(&state));
    }
}

fn asked(effects: &[Effect]) -> Vec<&PastQuestion> {
    let questions = effects.iter().filter_map(|effect| match effect {
        Effect::AskPast(0, question) => Some(question),
        _ => None,
    });
    questions.collect()
}

fn command(state: &mut State, line: &str) -> Vec<Effect> {
    press(state, ":");
    update(state, Msg::Paste(line.into()));
    update(state, Msg::Key("enter".parse().unwrap()))
}

#[test]
fn a_longer_time_tells_what_it_costs_and_is_asked_only_while_it_is_shown() {
    let mut state = at(sample::fleet(&sample::THREE), &Screen::Timeline, (120, 40));
    assert_eq!(
        asked(&command(&mut state, "range 3h")),
        Vec::<&PastQuestion>::new()
    );
    let happened = Happened {
        from: ago(3 * 3_600),
        to: now(),
        log: EventLog::default(),
        asked: Vec::new(),
    };
    update(&mut state, Msg::Happened(0, Box::new(happened)));
    let effects = command(&mut state, "range 7d");
    let told = state.notice.clone().unwrap().text;
    assert!(told.contains("11 series, $0.00011 every 30 min"), "{told}");
    let question = asked(&effects)[0].clone();
    assert_eq!(question.of, PastOf::Fleet);
    assert_eq!(question.to.duration_since(question.from), RANGES[6].span);
    assert!(shown(&state).contains("asking CloudWatch: 11 series, $0.00011"));
    let far = effects
        .iter()
        .any(|effect| matches!(effect, Effect::AskHappened(0, since) if *since >= RANGES[6].span));
    assert!(far, "{effects:?}");
    let tick = |state: &mut State, seconds| {
        let now = now() + SignedDuration::from_secs(seconds);
        update(state, Msg::Tick { now, wall: now })
    };
    assert!(asked(&tick(&mut state, 5)).is_empty(), "it is awaited");
    update(&mut state, Msg::Past(0, Box::new(past(question, 1.0))));
    let shown = shown(&state);
    assert!(
        shown.contains("7 days to now") && shown.contains("Sat 21"),
        "{shown}"
    );
    assert!(!shown.contains("asking CloudWatch"), "{shown}");
    press(&mut state, "8");
    assert!(
        asked(&tick(&mut state, 7_200)).is_empty(),
        "no chart is shown"
    );
}

/// The series of the sample at the time of `question`, so many times as high.
fn past(question: PastQuestion, times: f64) -> Past {
    let mut picture = sample::fleet(&sample::THREE);
    let period = u64::try_from(question.period.as_secs()).unwrap();
    let count = question.to.duration_since(question.from).as_secs() / question.period.as_secs();
    for site in &mut picture.sites {
        for metric in [Metric::ApiRequests, Metric::ApiLatencyP99, Metric::Api5xx] {
            let level = match metric {
                Metric::ApiRequests => 60_000.0,
                Metric::ApiLatencyP99 => 150.0,
                _ => 3.0,
            };
            let points = (0..count).map(|n| Point {
                at: question.from + SignedDuration::from_secs(n * question.period.as_secs()),
                value: times * level * (1.0 + 0.3 * (n as f64 / 25.0).sin()),
            });
            let series = Series::new(Duration::from_secs(period), points);
            let api = "cloudwatch:GetMetricData";
            *site.api.metrics.entry(metric) =
                sample::known(Arc::new(series), 20, api, &site.region);
        }
    }
    Past { question, picture }
}

#[test]
fn c_compares_with_before_as_a_dim_line_and_a_difference() {
    let mut state = at(sample::fleet(&sample::THREE), &Screen::Timeline, (200, 60));
    press(&mut state, "c");
    assert_eq!(state.charts.against, Some(Against::HourBefore));
    press(&mut state, "c");
    assert_eq!(state.charts.against, Some(Against::Yesterday));
    assert!(
        shown(&state).contains("asking: yesterday"),
        "{}",
        shown(&state)
    );
    let told = state.notice.clone().unwrap().text;
    assert!(
        told.contains("yesterday") && told.contains("11 series"),
        "{told}"
    );
    let before = state.charts.span_before(state.now).unwrap();
    let question = PastQuestion {
        of: PastOf::Fleet,
        from: before.from,
        to: before.to,
        period: before.range.period,
    };
    update(&mut state, Msg::Past(0, Box::new(past(question, 0.5))));
    let with = shown(&state);
    assert!(with.contains("dim: yesterday"), "{with}");
    update(&mut state, Msg::Key("left".parse().unwrap()));
    let read = shown(&state);
    assert!(read.contains("/s (+"), "{read}");
    keep("timeline-compared-200x60", &read);
    press(&mut state, "c");
    press(&mut state, "c");
    assert_eq!(state.charts.against, None);
}

#[test]
fn the_hour_before_costs_nothing_and_last_week_says_where_there_is_nothing() {
    let mut state = at(sample::fleet(&sample::THREE), &Screen::Timeline, (120, 40));
    press(&mut state, "c");
    let tick = Msg::Tick {
        now: state.now,
        wall: state.now,
    };
    let effects = update(&mut state, tick);
    assert!(asked(&effects).is_empty(), "the picture holds it");
    press(&mut state, "cc");
    assert_eq!(state.charts.against, Some(Against::LastWeek));
    let before = state.charts.span_before(state.now).unwrap();
    let question = PastQuestion {
        of: PastOf::Fleet,
        from: before.from,
        to: before.to,
        period: before.range.period,
    };
    let picture = sample::nothing_yet();
    update(
        &mut state,
        Msg::Past(0, Box::new(Past { question, picture })),
    );
    let shown = shown(&state);
    assert!(shown.contains("last week: no data"), "{shown}");
}

#[test]
fn the_onset_of_what_is_explained_is_read() {
    let mut state = at(sample::fleet(&sample::THREE), &Screen::Timeline, (120, 40));
    press(&mut state, "b");
    assert!(state.notice.clone().unwrap().text.contains("no onset"));
    let mut bad = at(sample::bad_day(), &Screen::Timeline, (120, 40));
    update(
        &mut bad,
        Msg::Tick {
            now: now(),
            wall: now(),
        },
    );
    press(&mut bad, "1");
    press(&mut bad, "7");
    let since = bad.explained.since();
    press(&mut bad, "b");
    match since {
        Some(since) => {
            let read = bad.charts.cursor.unwrap();
            assert!(since.duration_since(read).abs() <= SignedDuration::from_mins(1));
        }
        None => assert_eq!(bad.charts.cursor, None),
    }
    assert_ne!(bad.shown.judgement.verdict, Verdict::Healthy);
}
