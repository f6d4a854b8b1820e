//! One frame of the Fleet screen with 34 Regions at 200×60.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use criterion::Criterion;
use gwctl::console::app::{Code, Key, Keymap, Mode, Msg, Start, State, update};
use gwctl::console::view::{Depth, Theme, draw, draw_into};
use gwctl::fleet::{Snapshot, judge};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::{TerminalOptions, Viewport};

use super::picture::{watch_until, world};
use super::table::{Table, median, timed};

const AREA: Rect = Rect {
    x: 0,
    y: 0,
    width: 200,
    height: 60,
};

/// A complete picture of 34 Regions.
fn picture() -> &'static Arc<Snapshot> {
    static PICTURE: OnceLock<Arc<Snapshot>> = OnceLock::new();
    PICTURE.get_or_init(|| watch_until(&world(34), |picture| picture.complete).1)
}

fn state() -> State {
    let picture = picture();
    State::new(Start {
        columns: None,
        marks: gwctl::fleet::Marks::UNICODE,
        blank: Arc::clone(picture),
        fleets: vec![picture.name.clone()],
        mode: Mode::Live,
        read_only: true,
        themes: Vec::new(),
        theme: "dark".into(),
        has_faults: false,
        keymap: Keymap::new(&BTreeMap::new()).unwrap(),
        wall: picture.at,
        size: (AREA.width, AREA.height),
    })
}

fn theme() -> Theme {
    Theme::load("dark", None, Depth::True, false).unwrap()
}

pub fn benches(criterion: &mut Criterion) {
    let (mut state, theme) = (state(), theme());
    let mut buffer = Buffer::empty(AREA);
    criterion.bench_function("frame/fleet, 34 Regions, 200x60", |bench| {
        bench.iter(|| {
            buffer.reset();
            black_box(draw_into(&mut buffer, AREA, &state, &theme));
        });
    });
    criterion.bench_function("key/down", |bench| {
        let down = Msg::Key(Key::plain(Code::Down));
        bench.iter(|| black_box(update(&mut state, down.clone())));
    });
    let mut snapshot = Snapshot::clone(picture());
    criterion.bench_function("judge/34 Regions", |bench| {
        bench.iter(|| judge(black_box(&mut snapshot)));
    });
}

pub fn rows(table: &mut Table) {
    let (state, theme) = (state(), theme());
    let mut buffer = Buffer::empty(AREA);
    let frame = median(101, || {
        buffer.reset();
        timed(|| drop(black_box(draw_into(&mut buffer, AREA, &state, &theme))))
    });
    table.row(
        "a frame of the Fleet screen, 34 Regions, 200×60",
        format!("{:.2} ms", frame.as_secs_f64() * 1_000.0),
        "1 ms",
        frame <= Duration::from_millis(1),
    );
    let bytes = bytes_of_one_change(state, &theme);
    table.row(
        "bytes to the terminal when one figure changed",
        format!("{bytes} B"),
        "under 200 B",
        bytes < 200,
    );
}

/// Counts what a terminal is sent.
#[derive(Clone, Default)]
struct Counter(Rc<Cell<usize>>);

impl std::io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What a terminal is sent when the dollars an hour go up by a cent.
fn bytes_of_one_change(mut state: State, theme: &Theme) -> usize {
    let sent = Counter::default();
    let options = TerminalOptions {
        viewport: Viewport::Fixed(AREA),
    };
    let mut terminal =
        Terminal::with_options(CrosstermBackend::new(sent.clone()), options).unwrap();
    let mut draw_it = |state: &State| {
        terminal
            .draw(|frame| drop(draw(frame, state, theme)))
            .unwrap();
        sent.0.get()
    };
    let before = draw_it(&state);
    let mut changed = Snapshot::clone(&state.shown);
    changed.dollars_per_hour += 0.01;
    state.shown = Arc::new(changed);
    draw_it(&state) - before
}
