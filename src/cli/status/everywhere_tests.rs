//! What is missing is marked alike on the screen, in what is copied, in what a filter looks at, and in `status`, its
//! JSON included.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::figure::MARKS;
use super::rows;
use crate::console::app::{Filter, Keymap, Mode, Panel, Start, State};
use crate::console::view::picture::text;
use crate::console::view::{Depth, Theme, draw_into};
use crate::fleet::columns::{ALL, Column, Drawn, find};
use crate::fleet::{
    Cluster, FleetSpec, Metric, Metrics, Missing, Observed, Point, Region, Series, Snapshot, Source,
};

const SOURCE: Source = Source {
    api: "cloudwatch:GetMetricData",
    region: None,
};

/// What is not measured, and so never missing.
const ALWAYS_THERE: [&str; 4] = ["region", "city", "verdict", "why"];

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

/// Every kind of missing, with its mark.
fn kinds() -> [(Missing, &'static str); 4] {
    [
        (Missing::NoData, MARKS.no_data),
        (
            Missing::CouldNotAsk {
                why: "timed out".into(),
            },
            MARKS.could_not_ask,
        ),
        (
            Missing::NotAllowed {
                action: "x:Y".into(),
            },
            MARKS.not_allowed,
        ),
        (Missing::NotYet, MARKS.not_yet),
    ]
}

/// One site of which everything is missing for one reason.
fn picture(why: &Missing) -> Snapshot {
    let region = Region::new("eu-west-1").unwrap();
    let text = r#"
        domain = "api.example.com"
        global_cluster = "orders"
        [edge]
        distribution = "E1"
        hosted_zone = "Z1"
        latency_record = "latency.example.com"
        [[sites]]
        region = "eu-west-1"
        api = "a1"
        functions = ["orders-read"]
        endpoint = "eu.example.com"
    "#;
    let spec: FleetSpec = toml::from_str(text).unwrap();
    let mut picture = Snapshot::blank("orders", &spec, now());
    picture.generation = 1;
    picture.database.topology = missing(why);
    picture.edge.records = missing(why);
    let site = &mut picture.sites[0];
    site.probe = missing(why);
    site.certificate = missing(why);
    for metric in [
        Metric::ApiRequests,
        Metric::ApiLatencyP50,
        Metric::ApiLatencyP99,
        Metric::Api5xx,
    ] {
        *site.api.metrics.entry(metric) = missing(why);
    }
    for metric in [Metric::FunctionInvocations, Metric::FunctionErrors] {
        *site.functions[0].metrics.entry(metric) = missing(why);
    }
    picture.database.clusters.insert(region, Cluster::default());
    picture
}

fn missing<T>(why: &Missing) -> Observed<T> {
    Observed::missing(why.clone(), SOURCE)
}

fn console(picture: Snapshot, column: &'static Column) -> State {
    let mut state = State::new(Start {
        blank: Arc::new(picture),
        fleets: Vec::new(),
        mode: Mode::Live,
        read_only: true,
        themes: Vec::new(),
        theme: "dark".into(),
        has_faults: false,
        keymap: Keymap::new(&BTreeMap::new()).unwrap(),
        columns: Some(vec![find("region").unwrap(), column]),
        marks: MARKS,
        wall: now(),
        size: (80, 24),
    });
    state.connection = crate::console::app::Connection::Open;
    state
}

/// What stands in the Region's row of the Fleet screen behind its name.
fn on_screen(state: &State) -> String {
    let theme = Theme::load("dark", None, Depth::True, false).unwrap();
    let area = Rect::new(0, 0, 80, 24);
    let mut buffer = Buffer::empty(area);
    draw_into(&mut buffer, area, state, &theme);
    let shown = text(&buffer);
    let row = shown.lines().find(|line| line.contains("○ eu-west-1"));
    let row = row.unwrap_or_else(|| panic!("no row in\n{shown}"));
    let (_, behind) = row.split_once("eu-west-1").unwrap();
    behind.trim_matches([' ', '│']).to_owned()
}

/// What the row says of a column where it is copied.
fn copied(state: &State, column: &Column) -> Option<String> {
    let rows = state.rows(Panel::Regions);
    let mut cells = rows[0].cells().iter();
    let found = cells.find(|(name, _)| *name == column.name);
    found.map(|(_, text)| text.clone())
}

fn filtered(state: &State, expression: &str) -> bool {
    let rows = state.rows(Panel::Regions);
    let names: Vec<&str> = rows[0].cells().iter().map(|(name, _)| *name).collect();
    let filter = Filter::parse(expression, &names).unwrap().unwrap();
    filter.keeps(&rows[0])
}

fn in_status(picture: &Snapshot, column: &Column) -> Option<String> {
    let (columns, rows) = rows::regions(picture);
    let index = columns.iter().position(|other| *other == column)?;
    Some(rows[0][index].clone())
}

/// What is told instead of `mark`: a request of gwctl's own that failed says how.
fn told(column: &Column, mark: &'static str) -> &'static str {
    if column.name == "probe" && mark == MARKS.could_not_ask {
        "timed out"
    } else {
        mark
    }
}

#[test]
fn every_column_marks_what_is_missing_alike_everywhere() {
    for (why, mark) in kinds() {
        for column in &ALL {
            if ALWAYS_THERE.contains(&column.name) || column.drawn == Drawn::Bar {
                continue;
            }
            let place = format!("{} for {why}", column.name);
            let mark = told(column, mark);
            let state = console(picture(&why), column);
            assert_eq!(on_screen(&state), mark, "on screen: {place}");
            if let Some(cell) = in_status(&state.shown, column) {
                assert_eq!(cell, mark, "in status: {place}");
            }
            let cells = rows::cells(&state.shown, &state.shown.sites[0]);
            assert_eq!(cells[column.name], mark, "in JSON: {place}");
            if let Some(cell) = copied(&state, column) {
                assert!(cell.starts_with(mark), "copied: {place}: {cell}");
                let expression = format!("{}:^[{mark}]", column.name);
                assert!(filtered(&state, &expression), "filtered: {place}");
                let others = kinds().into_iter().filter(|(_, other)| *other != mark);
                for (_, other) in others {
                    let expression = format!("{}:^[{other}]", column.name);
                    assert!(!filtered(&state, &expression), "filtered: {place}");
                }
            }
        }
    }
}

#[test]
fn zero_is_a_figure_everywhere() {
    let point = Point {
        at: now() - jiff::SignedDuration::from_mins(3),
        value: 0.0,
    };
    let series = Series::new(std::time::Duration::from_mins(1), [point]);
    let mut picture = picture(&Missing::NotYet);
    let metrics: &mut Metrics = &mut picture.sites[0].api.metrics;
    *metrics.entry(Metric::ApiLatencyP99) = Observed::known(Arc::new(series), now(), SOURCE);
    let column = find("p99").unwrap();
    let state = console(picture, column);
    assert_eq!(on_screen(&state), "0 ms");
    assert_eq!(in_status(&state.shown, column).unwrap(), "0 ms");
    assert_eq!(copied(&state, column).unwrap(), "0 ms");
    assert!(filtered(&state, "p99:^0 ms$"));
}

#[test]
fn an_older_value_stands_behind_its_mark_with_its_age_everywhere() {
    let point = Point {
        at: now() - jiff::SignedDuration::from_mins(5),
        value: 42.0,
    };
    let series = Series::new(std::time::Duration::from_mins(1), [point]);
    let mut picture = picture(&Missing::NotYet);
    let p99 = picture.sites[0].api.metrics.entry(Metric::ApiLatencyP99);
    *p99 = Observed::known(Arc::new(series), now(), SOURCE);
    let why = Missing::CouldNotAsk {
        why: "timed out".into(),
    };
    p99.renew(Err(why), now(), SOURCE);
    let column = find("p99").unwrap();
    let state = console(picture, column);
    assert_eq!(on_screen(&state), "?42 ms 4m");
    assert_eq!(in_status(&state.shown, column).unwrap(), "?42 ms 4m");
    assert_eq!(
        copied(&state, column).unwrap(),
        "?42 ms 4m (could not ask: timed out)"
    );
}
