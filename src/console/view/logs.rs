//! The Logs screen: errors of every Region as patterns, the new ones first; below them an example, the lines, and what
//! was read.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::absent::why_empty;
use super::fleet::split;
use super::logs_below;
use super::logs_counts;
use super::paint;
use super::scene::Scene;
use super::table::{Column, Grid};
use super::theme::Role;
use crate::app::{Action, Panel, Subject};
use gwctl_fleet::logs::{LineKind, Pattern};
use gwctl_fleet::{Missing, Region, format};
use gwctl_observe::logs::{Book, Counted, Group, Newness};

/// Rows from which example and lines stand below the patterns at once.
const TALL: u16 = 30;
/// Columns from which Regions have their full names.
const WIDE: u16 = 150;
/// Columns from which a pattern has its words before its kind.
const ROOMY: u16 = 110;
/// Most Regions that have a column before anything else has one.
const FIRST_REGIONS: usize = 4;

/// Draws the screen.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let mut gaps = scene.state.logs.book.as_deref().map(gaps);
    if let Some(gaps) = &mut gaps {
        gaps.splice(0..0, failed_alone(scene));
    }
    let most = if area.height >= TALL { 3 } else { 1 };
    let notes = notes(gaps.as_deref().unwrap_or_default(), most);
    let (lists, foot) = split(area, area.height.saturating_sub(notes.len() as u16 + 1));
    let rows = scene.state.count(Panel::Patterns) as u16;
    let wanted = (rows.max(1) + 3).clamp(6, lists.height * 11 / 20);
    // Who reads lines or groups on a small screen needs the room more than the patterns.
    let small = area.height < TALL && scene.state.focused() != Panel::Patterns;
    let (top, below) = split(lists, if small { 6 } else { wanted });
    if let Some(by) = scene.state.logs.by {
        logs_counts::draw(scene, top, buf, by);
        logs_below::groups(scene, below, buf);
    } else {
        patterns(scene, top, buf);
        logs_below::draw(scene, below, buf, area.height >= TALL);
    }
    let width = foot.width.saturating_sub(2);
    for (text, y) in notes.iter().zip(foot.y..foot.bottom()) {
        paint::text(buf, foot.x + 1, y, width, text, scene.style(Role::Degraded));
    }
    let last = foot.y + notes.len() as u16;
    let line = cost(scene, width);
    paint::line(buf, foot.x + 1, last, width, &line);
}

/// That requests which went well are not among those that are counted.
fn failed_alone(scene: &Scene<'_>) -> Option<String> {
    let logs = &scene.state.logs;
    let by = logs.by.filter(|by| by.is_of_requests())?;
    let alone = logs.book.as_deref()?.has_failed_requests_alone();
    alone.then(|| {
        let (by, window) = (by.name(), format::span(logs.window()));
        format!("only requests that failed were read: `gwctl logs --by {by}` counts all of the last {window}, and tells its price")
    })
}

/// What could not be read, a line a Region or group.
fn gaps(book: &Book) -> Vec<String> {
    let waiting = book.waiting.keys();
    let mut gaps: Vec<String> = waiting
        .map(|region| format!("{region}: no answer yet"))
        .collect();
    // What could not be read at all before what was read in part.
    let mut groups: Vec<&Group> = book.groups.iter().collect();
    groups.sort_by_key(|group| match &group.read {
        Err(_) => 0,
        Ok(Some(read)) if read.behind.is_some() => 1,
        Ok(Some(read)) if !read.cut.is_empty() => 2,
        Ok(_) => 3,
    });
    for group in groups {
        let unread = group.unread(book.since);
        // That the router never ran somewhere is no gap.
        let never_ran = group.kind.is_router() && matches!(group.read, Ok(None));
        if !never_ran && !unread.is_empty() {
            gaps.push(format!("{}: {}", group.title(), unread.join("; ")));
        }
    }
    gaps.extend(book.access_gaps());
    gaps
}

/// The first `most` gaps; how many more there are.
fn notes(gaps: &[String], most: usize) -> Vec<String> {
    let shown = if gaps.len() > most { most } else { gaps.len() };
    let mut notes: Vec<String> = gaps[..shown]
        .iter()
        .map(|gap| paint::safe(gap).into_owned())
        .collect();
    if let Some(last) = notes.last_mut().filter(|_| gaps.len() > shown) {
        let more = gaps.len() - shown;
        *last = format!("(and {more} more: Tab) {last}");
    }
    notes
}

/// What was asked and what it cost, how late events are, as much of it as fits.
fn cost(scene: &Scene<'_>, room: u16) -> Line<'static> {
    let Some(book) = scene.state.logs.book.as_deref() else {
        let price = scene.state.logs.price.as_ref();
        return price.map_or_else(Line::default, |price| {
            Line::from(scene.span(price.said.clone(), Role::Muted))
        });
    };
    let read = book
        .groups
        .iter()
        .filter(|group| group.read.is_ok())
        .count();
    let lines = format::count(book.lines.len() as f64);
    let head = format!(
        "{lines} lines of {read} of {} log groups",
        book.groups.len()
    );
    let mut parts = vec![match &book.paid {
        Some(paid) => paid.short(),
        None => format!("FilterLogEvents: {} calls", book.calls()),
    }];
    // What can be done goes before what is told of the figures.
    parts.push(format!(
        "{} counts by function, route …",
        scene.key(Action::CountBy)
    ));
    if let Some((median, longest)) = book.lateness {
        let said =
            |late: jiff::SignedDuration| format::in_words(&format::millis(late.as_millis() as f64));
        parts.push(format!(
            "events {} late, at most {}",
            said(median),
            said(longest)
        ));
    }
    let dot = format!(" {} ", scene.theme.glyphs.dot);
    let parts = parts
        .into_iter()
        .map(|part| vec![scene.span(format!("{dot}{part}"), Role::Muted)]);
    scene.fitting(vec![scene.span(head, Role::Muted)], parts.collect(), room)
}

/// Which time is shown, how old that is, and whether it goes on.
pub(super) fn aside(scene: &Scene<'_>) -> Span<'static> {
    let logs = &scene.state.logs;
    let window = format::span(logs.window());
    let Some(book) = &logs.book else {
        if let Some(price) = logs.price.as_ref().filter(|_| logs.waits_for_consent()) {
            let key = scene.key(Action::Agree);
            let text = format!("last {window}: {}, {key} asks", price.short);
            return scene.span(text, Role::Accent);
        }
        return scene.span(format!("last {window}"), Role::Muted);
    };
    let age = scene.now.duration_since(book.until);
    let old = format::age(age);
    let doing = match (logs.follows, logs.asking.is_some()) {
        (true, _) => "following, ",
        (false, true) => "asking, ",
        (false, false) => "",
    };
    let role = if age.as_secs() >= 60 {
        Role::Degraded
    } else {
        Role::Muted
    };
    scene.span(format!("last {window}, {doing}{old} old"), role)
}

/// Where the columns of a list of patterns are.
struct Columns {
    all: Vec<Column>,
    regions: Vec<Region>,
}

/// Columns after those of the Regions.
const TOTAL: usize = 0;
const RATE: usize = 1;
const TREND: usize = 2;
const FIRST: usize = 3;
const LAST: usize = 4;
const KIND: usize = 5;
const TEXT: usize = 6;
const WRITER: usize = 7;

impl Columns {
    /// Regions in the order of the fleet, then others.
    fn of(scene: &Scene<'_>, book: Option<&Book>, width: u16) -> Self {
        let regions = regions(scene, book);
        let mut all = vec![Column::words("", 3, 0)];
        for (at, region) in regions.iter().enumerate() {
            let rank = if at < FIRST_REGIONS { 1 } else { 12 };
            let name = head_of(region, width).len() as u16;
            all.push(Column::figure("", name.max(6), rank));
        }
        let total = if regions.len() > FIRST_REGIONS { 2 } else { 11 };
        all.extend([
            Column::figure("All", 6, total),
            Column::figure("A minute", 8, 5),
            Column::words("Trend", 12, 7).stretching(24),
            Column::words("First", 8, 6),
            Column::words("Last", 8, 4),
            Column::words("Kind", 15, 8),
            Column::words("Pattern", if width >= ROOMY { 44 } else { 30 }, 3).stretching(160),
            Column::words("Function", 14, 10).stretching(16),
        ]);
        Self { all, regions }
    }

    /// Its index among all columns.
    fn after(&self, column: usize) -> usize {
        1 + self.regions.len() + column
    }
}

/// Those of the fleet in its order, then others.
pub(super) fn regions(scene: &Scene<'_>, book: Option<&Book>) -> Vec<Region> {
    let mut regions = book.map_or_else(Vec::new, |book| book.regions.clone());
    let place = |region: &Region| scene.state.regions().position(|one| one == region);
    regions.sort_by_key(|region| place(region).unwrap_or(usize::MAX));
    regions
}

/// Names of Regions above their columns, which begin with the second.
pub(super) fn region_heads(
    scene: &Scene<'_>,
    (grid, body): (&Grid, Rect),
    buf: &mut Buffer,
    (regions, width): (&[Region], u16),
) {
    for (at, region) in regions.iter().enumerate() {
        let head = Rect {
            y: body.y - 1,
            height: 1,
            ..body
        };
        if let Some(cell) = grid.cell(at + 1, head) {
            let name = head_of(region, width);
            paint::right(
                buf,
                cell.x,
                cell.y,
                cell.width,
                &name,
                scene.style(Role::Muted),
            );
        }
    }
}

pub(super) fn head_of(region: &Region, width: u16) -> String {
    if width >= WIDE {
        region.to_string()
    } else {
        region.short()
    }
}

fn patterns(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let book = scene.state.logs.book.clone();
    let columns = Columns::of(scene, book.as_deref(), area.width);
    let aside = aside(scene);
    let Some((grid, body)) =
        Grid::open_with(scene, area, buf, Panel::Patterns, &columns.all, Some(aside))
    else {
        return;
    };
    region_heads(scene, (&grid, body), buf, (&columns.regions, area.width));
    let visible = scene.visible(Panel::Patterns, body, buf);
    if visible.is_empty() {
        let text = nothing(scene, book.as_deref());
        scene.nothing(body, buf, &text);
    }
    for (row, entry) in visible {
        let Subject::Pattern(index) = entry.subject else {
            continue;
        };
        if let Some((book, pattern)) = book.as_deref().zip(scene.state.logs.pattern(index)) {
            pattern_row(scene, (&grid, &columns), row, buf, book, pattern);
        }
    }
    scene.footing(area, buf, Some(Panel::Patterns));
}

/// Why there is no pattern.
pub(super) fn nothing(scene: &Scene<'_>, book: Option<&Book>) -> String {
    let window = format::span(scene.state.logs.window());
    let logs = &scene.state.logs;
    if let Some(price) = logs.price.as_ref().filter(|_| logs.waits_for_consent()) {
        let (asks, shorter) = (scene.key(Action::Agree), scene.key(Action::Shorter));
        return format!(
            "{} (estimate): {asks} asks, {shorter} looks at a shorter time",
            price.short
        );
    }
    let none = match book {
        None if logs.is_priced() && logs.asking.is_some() => {
            "asking how much CloudWatch Logs stores, which is free".into()
        }
        None if scene.state.replay.is_some() => {
            "a recording does not keep the lines of logs".into()
        }
        None => "asking CloudWatch Logs in every Region".to_owned(),
        Some(book) if !book.waiting.is_empty() => "no line was read yet".to_owned(),
        Some(book) if book.gaps().is_empty() => {
            format!("the functions wrote no line of their own in the last {window}")
        }
        Some(_) => "no line was read, but not everything could be read".to_owned(),
    };
    let silent = book
        .filter(|book| book.waiting.is_empty())
        .and_then(all_missing);
    why_empty(scene, Panel::Patterns, "pattern", [silent.as_ref()], &none)
}

/// Why nothing is known, where no group was read.
fn all_missing(book: &Book) -> Option<Missing> {
    let none = book.groups.iter().all(|group| group.read.is_err());
    let mut why = book
        .groups
        .iter()
        .filter_map(|group| group.read.as_ref().err());
    none.then(|| why.next().cloned())?
}

fn pattern_row(
    scene: &Scene<'_>,
    (grid, columns): (&Grid, &Columns),
    row: Rect,
    buf: &mut Buffer,
    book: &Book,
    pattern: &Pattern,
) {
    let role = if pattern.is_error() {
        Role::Text
    } else {
        Role::Muted
    };
    let new = book.newness(pattern);
    let (mark, mark_role) = match new {
        Newness::New => ("new", Role::Degraded),
        Newness::Known => ("", Role::Muted),
        Newness::Unclear => (scene.theme.glyphs.marks.could_not_ask, Role::Faint),
    };
    let mark_role = if pattern.is_error() || new != Newness::New {
        mark_role
    } else {
        Role::Muted
    };
    let kind_role = match new {
        Newness::New if pattern.is_error() => Role::Down,
        _ => role,
    };
    let writers: Vec<&str> = pattern.sources.iter().map(String::as_str).collect();
    let (first, last) = (
        format::clock(pattern.first()),
        format::clock(pattern.last()),
    );
    let has_kind = grid.cell(columns.after(KIND), row).is_some();
    let text = said(pattern, has_kind);
    let writers = writers.join(", ");
    let words = [
        (0, mark, mark_role),
        (columns.after(FIRST), first.as_str(), Role::Muted),
        (columns.after(LAST), last.as_str(), Role::Muted),
        (columns.after(KIND), pattern.kind(), kind_role),
        (columns.after(TEXT), text.as_str(), role),
        (columns.after(WRITER), &*writers, Role::Muted),
    ];
    for (index, text, role) in words {
        if let Some(cell) = grid.cell(index, row) {
            paint::text(buf, cell.x, cell.y, cell.width, text, scene.style(role));
        }
    }
    let mut figure = |index: usize, text: &str, role: Role| {
        if let Some(cell) = grid.cell(index, row) {
            paint::right(buf, cell.x, cell.y, cell.width, text, scene.style(role));
        }
    };
    for (at, region) in columns.regions.iter().enumerate() {
        let (text, role) = count(scene, book.counted(pattern, region), role);
        figure(at + 1, &text, role);
    }
    figure(
        columns.after(TOTAL),
        &format::short_count(pattern.count() as f64),
        role,
    );
    let rate = book.rate(pattern).map(rate);
    let unknown = scene.theme.glyphs.marks.no_data;
    figure(
        columns.after(RATE),
        rate.as_deref().unwrap_or(unknown),
        role,
    );
    if let Some(cell) = grid.cell(columns.after(TREND), row) {
        trend(scene, cell, buf, book, pattern);
    }
}

/// Without what Lambda writes before every error that nothing caught: the kind of the line says that.
pub fn without_lambdas_words(text: &str) -> &str {
    text.strip_prefix("Invoke Error ").unwrap_or(text)
}

/// What a pattern says; where its kind does not stand beside it, that of a line of Lambda's own.
fn said(pattern: &Pattern, has_kind: bool) -> String {
    let text = paint::safe(without_lambdas_words(&pattern.text));
    let kind = pattern.example.line.kind;
    let is_lambdas = !matches!(kind, LineKind::Application | LineKind::Access);
    if is_lambdas && !has_kind {
        format!("{}: {text}", pattern.kind())
    } else {
        text.into_owned()
    }
}

/// So often, or why that is not known.
pub(super) fn count(scene: &Scene<'_>, counted: Counted<'_>, role: Role) -> (String, Role) {
    let marks = &scene.theme.glyphs.marks;
    match counted {
        Counted::Times {
            count: 0,
            at_least: false,
        } => ("0".into(), Role::Faint),
        Counted::Times { count, at_least } => {
            let sign = match (at_least, scene.theme.glyphs.ascii) {
                (false, _) => "",
                (true, false) => "≥",
                (true, true) => ">=",
            };
            (format!("{sign}{}", format::short_count(count as f64)), role)
        }
        Counted::Missing(why) => (marks.of(why).into(), Role::Unknown),
        Counted::NoGroup => (marks.no_data.into(), Role::Faint),
    }
}

/// `12`, `0.4`, `<0.1`: so many a minute.
fn rate(a_minute: f64) -> String {
    if a_minute < 0.1 {
        "<0.1".into()
    } else {
        format::short_count(a_minute)
    }
}

/// How often over the time that is looked at, a part a cell; faint, or a dot, where not all of it was read.
fn trend(scene: &Scene<'_>, place: Rect, buf: &mut Buffer, book: &Book, pattern: &Pattern) {
    let glyphs = scene.theme.glyphs;
    let slots = book.trend(pattern, usize::from(place.width));
    let most = slots
        .iter()
        .map(|slot| slot.count)
        .max()
        .unwrap_or(0)
        .max(1);
    let known = if pattern.is_error() {
        Role::Accent
    } else {
        Role::Muted
    };
    for (at, slot) in slots.iter().enumerate() {
        let role = if slot.is_read { known } else { Role::Faint };
        let symbol = match (slot.count, slot.is_read) {
            (0, true) => " ",
            (0, false) => glyphs.rest,
            // What is not nothing shows; never the full cell: rows must not run into each other.
            (count, _) => glyphs.column[((count * 7).div_ceil(most) as usize).clamp(1, 7)],
        };
        paint::text(
            buf,
            place.x + at as u16,
            place.y,
            1,
            symbol,
            scene.style(role),
        );
    }
}
