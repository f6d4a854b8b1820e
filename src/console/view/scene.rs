//! What every part of the drawing works with: the state, the theme, and the hits it leaves behind.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::freshness::{Known, Show, Shown};
use super::hue::Hue;
use super::mark::Mark;
use super::paint;
use super::theme::{Role, Theme};
use crate::app::{self, Area, Hits, Hold, Panel, Row, State, Target, Window};
use gwctl_actions::Phase;
use gwctl_fleet::columns::Moment;
use gwctl_fleet::format;
use gwctl_fleet::{Metric, Metrics, Observed, Reading, Site, Snapshot, Verdict};

/// One frame being drawn.
pub struct Scene<'a> {
    /// The console's state.
    pub state: &'a State,
    /// The picture on screen.
    pub snapshot: &'a Snapshot,
    /// How it looks.
    pub theme: &'a Theme,
    /// What ages are counted to.
    pub now: Timestamp,
    /// What was drawn where.
    pub hits: Hits,
    /// What happened, once a chart was drawn.
    pub marks: Option<Vec<Mark>>,
    /// Whether a chart has said which time all of them show.
    pub time_said: bool,
    /// What the next chart says on its lower edge.
    pub chart_note: Option<String>,
}

/// A rectangle for the hits.
pub fn area_of(rect: Rect) -> Area {
    Area {
        x: rect.x,
        y: rect.y,
        w: rect.width,
        h: rect.height,
    }
}

impl<'a> Scene<'a> {
    /// Starts a frame.
    pub fn new(state: &'a State, theme: &'a Theme) -> Self {
        Self {
            state,
            snapshot: &state.shown,
            theme,
            now: state.now,
            hits: Hits::default(),
            marks: None,
            time_said: false,
            chart_note: None,
        }
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    /// A span in a role.
    pub fn span<'s>(&self, text: impl Into<std::borrow::Cow<'s, str>>, role: Role) -> Span<'s> {
        Span::styled(text, self.theme.style(role))
    }

    /// The colour of a line of a chart: of a Region the same on every screen. Members of the database outside the fleet
    /// come behind it.
    pub fn hue(&self, hue: &Hue) -> Style {
        let index = match hue {
            Hue::Nth(index) => *index,
            Hue::Region(region) => {
                let mut sites = self.snapshot.sites.iter();
                sites
                    .position(|site| site.region == *region)
                    .unwrap_or_else(|| {
                        let mut members = self.snapshot.database.clusters.keys();
                        let member = members.position(|member| member == region);
                        self.snapshot.sites.len() + member.unwrap_or(0)
                    })
            }
        };
        self.theme.series(index)
    }

    /// A verdict's mark.
    pub fn mark(&self, verdict: Verdict) -> Span<'static> {
        Span::styled(
            self.theme.glyphs.verdict(verdict),
            self.theme.verdict(verdict),
        )
    }

    /// The first key of an action, for people; its name where it has none.
    pub fn key(&self, action: crate::app::Action) -> String {
        self.state
            .keymap
            .keys(action)
            .first()
            .map_or_else(|| "no key".into(), ToString::to_string)
    }

    /// Mark, word and role of a run's phase: told apart without colour as well.
    pub fn phase(&self, phase: Phase) -> (&'static str, &'static str, Role) {
        let glyphs = self.theme.glyphs;
        let (mark, role) = match phase {
            Phase::Running => (glyphs.cursor, Role::Accent),
            Phase::Undoing => (glyphs.cursor, Role::Degraded),
            Phase::Paused => (glyphs.vertical, Role::Degraded),
            Phase::Held => (glyphs.down, Role::Down),
            Phase::Done => (glyphs.healthy, Role::Healthy),
            Phase::Undone => (glyphs.unknown, Role::Healthy),
            Phase::Abandoned => (glyphs.marks.not_allowed, Role::Degraded),
        };
        (mark, phase.word(), role)
    }

    /// As [`Self::phase`], for a run that no process drives.
    pub fn unattended(&self, phase: Phase) -> (&'static str, &'static str, Role) {
        let (mark, _, role) = self.phase(phase);
        (mark, phase.unattended(), role)
    }

    /// As [`Self::phase`], of the run on screen.
    pub fn standing(&self, shown: &app::Shown) -> (&'static str, &'static str, Role) {
        match shown.hold {
            Hold::Nobody => self.unattended(shown.state.phase()),
            Hold::Ours | Hold::Theirs(_) | Hold::Recorded => self.phase(shown.state.phase()),
        }
    }

    /// The picture, and the time that ages are counted to.
    pub fn moment(&self) -> Moment<'a> {
        Moment {
            snapshot: self.snapshot,
            now: self.now,
        }
    }

    /// The newest settled point of a series.
    pub fn metric(&self, metrics: &Metrics, metric: Metric) -> Known<f64> {
        self.moment().metric(metrics, metric)
    }

    /// A share of one series in another, in percent.
    pub fn percent(&self, metrics: &Metrics, part: Metric, whole: Metric) -> Known<f64> {
        self.moment().percent(metrics, part, whole)
    }

    /// The share of clients' requests that `site` answered 5xx, in percent.
    pub fn failing(&self, site: &Site) -> Known<f64> {
        self.moment().failing(site)
    }

    /// A described thing.
    pub fn known<'o, T>(&self, observed: &'o Observed<T>) -> Known<&'o T> {
        self.moment().known(observed)
    }

    /// A described thing that changes so rarely that hours do not make it old.
    pub fn lasting<'o, T>(&self, observed: &'o Observed<T>) -> Known<&'o T> {
        self.moment().lasting(observed)
    }

    /// What a column says, in `width` cells at most.
    pub fn reading(&self, reading: &Reading, width: usize) -> Shown {
        Shown::reading(reading, self.theme, width)
    }

    /// A figure in its unit, in `width` cells at most; beyond `limit` in the colour of the verdict.
    pub fn figure(
        &self,
        known: Known<f64>,
        limit: Option<gwctl_fleet::Limit>,
        width: usize,
        write: impl FnOnce(f64) -> String,
    ) -> Shown {
        known.show(self.theme, limit_role(known.value, limit), width, write)
    }

    /// How old the oldest of what is shown together is, for the edge of its frame; nothing where nothing is
    /// known yet.
    pub fn oldest(&self, at: Option<Timestamp>) -> Option<Span<'static>> {
        let age = self.now.duration_since(at?);
        let old = age.as_secs_f64() > self.snapshot.thresholds.metric_stale_s;
        let role = if old { Role::Degraded } else { Role::Muted };
        Some(self.span(format!("oldest {}", format::age(age)), role))
    }

    /// How long ago `at` was: `3m ago`.
    pub fn ago(&self, at: Timestamp) -> String {
        format!("{} ago", format::age(self.now.duration_since(at)))
    }

    /// A frame with a heading on its upper edge and perhaps something on its right; says what is inside.
    pub fn frame(
        &self,
        area: Rect,
        buf: &mut Buffer,
        title: &Line<'_>,
        aside: Option<&Line<'_>>,
        focused: bool,
    ) -> Rect {
        let area = area.intersection(buf.area);
        if area.width < 2 || area.height < 2 {
            return Rect::new(area.x, area.y, 0, 0);
        }
        let role = if focused { Role::Accent } else { Role::Border };
        let style = Style {
            add_modifier: ratatui::style::Modifier::empty(),
            ..self.style(role)
        };
        edges(area, buf, &self.theme.glyphs.border, style);
        let room = area.width.saturating_sub(4);
        let used = if title.spans.is_empty() {
            0
        } else {
            buf[(area.x + 1, area.y)].set_symbol(" ");
            let used = paint::line(buf, area.x + 2, area.y, room, title);
            if used < room {
                buf[(area.x + 2 + used, area.y)].set_symbol(" ");
            }
            used + 2
        };
        if let Some(aside) = aside {
            let width = aside.width() as u16;
            if width > 0 && used + width + 3 <= room {
                let x = area.right() - 2 - width;
                buf[(x - 1, area.y)].set_symbol(" ");
                paint::line(buf, x, area.y, width, aside);
                buf[(x + width, area.y)].set_symbol(" ");
            }
        }
        Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 2)
    }

    /// `head` and as many of `parts` after it as `room` cells hold, each whole; how many are left out, where
    /// some are.
    pub fn fitting<'s>(
        &self,
        head: Vec<Span<'s>>,
        parts: Vec<Vec<Span<'s>>>,
        room: u16,
    ) -> Line<'s> {
        let width = |spans: &[Span<'_>]| spans.iter().map(Span::width).sum::<usize>();
        let more = |left_out: usize| (left_out > 0).then(|| format!("  +{left_out}"));
        let fits = |kept: &usize| {
            let used: usize = parts[..*kept].iter().map(|part| width(part)).sum();
            let mark = more(parts.len() - kept).map_or(0, |mark| mark.len());
            width(&head) + used + mark <= usize::from(room)
        };
        let kept = (0..=parts.len()).rev().find(fits).unwrap_or(0);
        let mark = more(parts.len() - kept).map(|mark| self.span(mark, Role::Faint));
        let parts = parts.into_iter().take(kept).flatten();
        head.into_iter().chain(parts).chain(mark).collect()
    }

    /// The frame of a panel that can have the focus.
    pub fn panel(
        &mut self,
        area: Rect,
        buf: &mut Buffer,
        panel: Panel,
        aside: Option<&Line<'_>>,
    ) -> Rect {
        let focused = self.state.focused() == panel;
        self.hits
            .targets
            .push((area_of(area), Target::Panel(panel)));
        let mut title = vec![self.heading(self.state.heading(panel), focused)];
        if let Some(filter) = self.state.filter(panel) {
            title.push(self.span(format!(" /{}", filter.text()), Role::Accent));
        }
        // The Regions' own headings have the arrow.
        if let Some(by) = self
            .state
            .sorted_by(panel)
            .filter(|_| panel != Panel::Regions)
        {
            title.push(self.span(format!(" {}", by.mark()), Role::Accent));
        }
        self.frame(area, buf, &Line::from(title), aside, focused)
    }

    /// A heading's span.
    pub fn heading<'s>(
        &self,
        text: impl Into<std::borrow::Cow<'s, str>>,
        focused: bool,
    ) -> Span<'s> {
        self.span(text, if focused { Role::Accent } else { Role::Title })
    }

    /// The rows of a panel that fit `area`, with their indices; marks where they are for the mouse
    /// and paints the cursor's ground.
    pub fn visible(&mut self, panel: Panel, area: Rect, buf: &mut Buffer) -> Vec<(Rect, Row<'a>)> {
        let rows = self.state.rows(panel);
        let (len, height) = (rows.len(), usize::from(area.height));
        let cursor = self.state.cursor(panel).min(len.saturating_sub(1));
        let offset = self.state.hits.offset(Some(panel), cursor, height, len);
        self.hits.windows.push(Window {
            panel: Some(panel),
            offset,
            height,
            len,
        });
        let focused = self.state.focused() == panel && self.state.overlay.is_none();
        let mut found = Vec::with_capacity(height.min(len));
        for (index, row) in rows.into_iter().enumerate().skip(offset).take(height) {
            let rect = Rect::new(area.x, area.y + (index - offset) as u16, area.width, 1);
            self.hits
                .targets
                .push((area_of(rect), Target::Row(panel, index)));
            if focused && index == cursor {
                buf.set_style(rect, self.style(Role::Selection));
            }
            found.push((rect, row));
        }
        found
    }

    /// `3–9 of 34` when not everything fits.
    pub fn position(&self, panel: Option<Panel>) -> Option<String> {
        let window = self.hits.window(panel)?;
        (window.len > window.height && window.height > 0).then(|| {
            format!(
                "{}-{} of {}",
                window.offset + 1,
                (window.offset + window.height).min(window.len),
                window.len
            )
        })
    }

    /// Writes [`Scene::position`] on the lower edge of a frame.
    pub fn footing(&self, area: Rect, buf: &mut Buffer, panel: Option<Panel>) {
        if let Some(position) = self.position(panel) {
            let width = position.len() as u16 + 2;
            if area.height > 1 && area.width > width + 2 {
                let x = area.right() - 1 - width;
                paint::text(
                    buf,
                    x,
                    area.bottom() - 1,
                    width,
                    &format!(" {position} "),
                    self.style(Role::Faint),
                );
            }
        }
    }

    /// Says in an empty panel why it is empty.
    pub fn nothing(&self, area: Rect, buf: &mut Buffer, why: &str) {
        if area.height > 0 {
            paint::text(
                buf,
                area.x + 1,
                area.y,
                area.width.saturating_sub(1),
                why,
                self.style(Role::Faint),
            );
        }
    }
}

/// The role of a figure, judged by its limit: text while within.
pub fn limit_role(value: Option<f64>, limit: Option<gwctl_fleet::Limit>) -> Role {
    match (value, limit) {
        (Some(value), Some(limit)) if value > limit.critical => Role::Down,
        (Some(value), Some(limit)) if value > limit.warn => Role::Degraded,
        _ => Role::Text,
    }
}

fn edges(area: Rect, buf: &mut Buffer, set: &ratatui::symbols::border::Set<'_>, style: Style) {
    let (left, right, top, bottom) = (area.left(), area.right() - 1, area.top(), area.bottom() - 1);
    let mut put = |x: u16, y: u16, symbol: &str| {
        buf[(x, y)].set_symbol(symbol).set_style(style);
    };
    for x in left + 1..right {
        put(x, top, set.horizontal_top);
        put(x, bottom, set.horizontal_bottom);
    }
    for y in top + 1..bottom {
        put(left, y, set.vertical_left);
        put(right, y, set.vertical_right);
    }
    put(left, top, set.top_left);
    put(right, top, set.top_right);
    put(left, bottom, set.bottom_left);
    put(right, bottom, set.bottom_right);
}
