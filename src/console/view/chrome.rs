//! What stands above every screen: two lines, and more while somebody is needed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::freshness::Show;
use super::paint;
use super::scene::{Scene, area_of};
use super::theme::Role;
use crate::app::{Action, Connection, Hold, Mode, Screen, Several, Shown, Target};
use gwctl_actions::RunState;
use gwctl_fleet::{Verdict, format};

/// Name, verdict, where it runs, who asks, what time it is; below, the screens.
pub fn header(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let left = left_parts(scene);
    // The verdict is never cut: rather the account goes.
    let right = [false, true].map(|tight| right_parts(scene, area.width, tight));
    let fits = |right: &&Line<'_>| left.width() + 1 + right.width() <= usize::from(area.width);
    let right = right.iter().find(fits).unwrap_or(&right[1]);
    let width = (right.width() as u16).min(area.width);
    paint::line(buf, area.right() - width, area.y, width, right);
    paint::line(
        buf,
        area.x,
        area.y,
        area.width.saturating_sub(width + 1),
        &left,
    );
    if area.height > 1 {
        tabs(
            scene,
            Rect {
                y: area.y + 1,
                height: 1,
                ..area
            },
            buf,
        );
    }
}

fn left_parts(scene: &Scene<'_>) -> Line<'static> {
    let snapshot = scene.snapshot;
    let mut parts = vec![
        scene.span(" gwctl ", Role::Accent),
        scene.span(paint::safe(&scene.state.fleet).into_owned(), Role::Title),
        Span::raw(" "),
    ];
    match &scene.state.connection {
        Connection::Opening => parts.push(scene.span("connecting", Role::Muted)),
        Connection::Failed(why) => {
            parts.push(scene.mark(Verdict::Unknown));
            parts.push(scene.span(format!(" {}", paint::safe(&why.to_string())), Role::Down));
        }
        Connection::Open => {
            let verdict = snapshot.judgement.verdict;
            parts.push(scene.mark(verdict));
            parts.push(Span::styled(
                format!(" {verdict}"),
                scene.theme.verdict(verdict),
            ));
            if !snapshot.complete {
                parts.push(scene.span(" (first look under way)", Role::Muted));
            }
        }
    }
    Line::from(parts)
}

/// The clock always; the rest as the width allows, the least important left out first.
fn right_parts(scene: &Scene<'_>, width: u16, tight: bool) -> Line<'static> {
    let mode_role = if scene.state.mode == Mode::Live {
        Role::Degraded
    } else {
        Role::Traffic
    };
    let mode = scene.span(
        paint::safe(&scene.state.mode.label()).into_owned(),
        mode_role,
    );
    let clock = scene.span(format!("{} UTC ", format::clock(scene.now)), Role::Text);
    let date = scene.span(format::date(scene.now), Role::Muted);
    let mut parts = vec![mode];
    if !tight {
        parts.push(account(scene));
    }
    if width >= 120 {
        parts.push(date);
    }
    parts.push(clock);
    let mut line = Vec::new();
    for part in parts {
        if !line.is_empty() {
            line.push(Span::raw("  "));
        }
        line.push(part);
    }
    Line::from(line)
}

fn account(scene: &Scene<'_>) -> Span<'static> {
    let known = scene.lasting(&scene.snapshot.identity);
    let shown = known.show(scene.theme, Role::Text, usize::MAX, |identity| {
        format!(
            "{} {}",
            gwctl_fleet::clean(identity.operator(), 24),
            gwctl_fleet::clean(&identity.account, 12)
        )
    });
    if scene.snapshot.identity.last().is_some() {
        shown.span()
    } else {
        scene.span(format!("account {}", shown.text), Role::Muted)
    }
}

/// How much the names of tabs are shortened.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shortening {
    Nothing,
    Names,
    /// The name of the Region too.
    Region,
}

fn tab_name(screen: &Screen, shortening: Shortening) -> String {
    match screen {
        Screen::Region(region) if shortening < Shortening::Region => region.to_string(),
        other if shortening > Shortening::Nothing => other.entrance().short.into(),
        other => other.entrance().title.into(),
    }
}

/// As little as lets all `tabs` stand in `room` cells.
fn shortening(scene: &Scene<'_>, tabs: &[Screen], room: u16, width: u16) -> Shortening {
    if width < 70 || is_tight(scene, width) {
        return Shortening::Region;
    }
    let taken = |how| {
        let cells = tabs.iter().map(|screen| match screen {
            // It tells how the run stands, and for how long: as wide as it may become.
            Screen::Run => {
                32.max(run_parts(scene, false).map_or(0, |(parts, _)| parts[0].len() + 22))
            }
            other => tab_name(other, how).len() + 4,
        });
        cells.sum::<usize>()
    };
    let all = [Shortening::Nothing, Shortening::Names];
    let fits = |how: &Shortening| taken(*how) <= usize::from(room);
    all.into_iter().find(fits).unwrap_or(Shortening::Region)
}

/// Whether the tab of a run, or of all fleets, leaves the others so little room that one blank has to part them.
fn is_tight(scene: &Scene<'_>, width: u16) -> bool {
    scene.state.guided.has_runs() && width < 110 || scene.state.fleets.len() > 1 && width < 84
}

fn tabs(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let tight = is_tight(scene, area.width);
    let marker = if scene.state.replay.is_some() {
        scene.span(" READ-ONLY ", Role::Healthy)
    } else if let Some(left) = scene.state.armed_for() {
        Span::styled(
            format!(" ARMED {} ", format::steady_stopwatch(left)),
            scene.style(Role::Degraded).add_modifier(Modifier::REVERSED),
        )
    } else if !scene.state.may_change() {
        scene.span(" READ-ONLY ", Role::Healthy)
    } else {
        Span::styled(
            " WRITE ",
            scene.style(Role::Down).add_modifier(Modifier::REVERSED),
        )
    };
    let marker_width = marker.width() as u16;
    let limit = area.right() - (marker_width + u16::from(!tight)).min(area.width);
    let here = scene.state.screen().clone();
    let mut x = area.x;
    let tabs = scene.state.tabs();
    let shortening = shortening(scene, &tabs, limit.saturating_sub(area.x), area.width);
    for screen in tabs {
        let name = tab_name(&screen, shortening);
        if screen == Screen::Run && run_tab(scene, area, buf, &mut x, limit) {
            continue;
        }
        let selected = here.tab() == screen.tab();
        let (digit, word) = if selected {
            let style = scene
                .style(Role::Accent)
                .patch(scene.style(Role::Selection))
                .add_modifier(Modifier::BOLD);
            (style, style)
        } else {
            (scene.style(Role::Accent), scene.style(Role::Muted))
        };
        let start = x;
        x += paint::text(
            buf,
            x,
            area.y,
            limit.saturating_sub(x),
            &format!(" {} ", screen.key()),
            digit,
        );
        x += paint::text(
            buf,
            x,
            area.y,
            limit.saturating_sub(x),
            &format!("{name}{}", if tight { "" } else { " " }),
            word,
        );
        scene.hits.targets.push((
            area_of(Rect::new(start, area.y, x - start, 1)),
            Target::Tab(screen),
        ));
    }
    paint::line(
        buf,
        area.right().saturating_sub(marker_width),
        area.y,
        marker_width,
        &Line::from(marker),
    );
}

/// The run's tab, seen on every screen: what runs, how it stands, for how long.
fn run_tab(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, x: &mut u16, limit: u16) -> bool {
    let tight = is_tight(scene, area.width);
    let Some(([name, standing], role)) = run_parts(scene, tight) else {
        return false;
    };
    let end = if tight { "" } else { " " };
    let here = scene.state.screen() == &Screen::Run;
    let ground = |style: Style| {
        if here {
            style
                .patch(scene.style(Role::Selection))
                .add_modifier(Modifier::BOLD)
        } else {
            style
        }
    };
    let line = Line::from(vec![
        Span::styled(
            format!(" {} ", Screen::Run.key()),
            ground(scene.style(Role::Accent)),
        ),
        Span::styled(name, ground(scene.style(Role::Text))),
        Span::styled(format!("{standing}{end}"), ground(scene.style(role))),
    ]);
    let start = *x;
    *x += paint::line(buf, *x, area.y, limit.saturating_sub(*x), &line);
    scene.hits.targets.push((
        area_of(Rect::new(start, area.y, *x - start, 1)),
        Target::Tab(Screen::Run),
    ));
    true
}

/// `evacuate `, and `▸ running 03:00`; the marks alone where the tabs are `tight`.
fn run_parts(scene: &Scene<'_>, tight: bool) -> Option<([String; 2], Role)> {
    let guided = &scene.state.guided;
    let (name, [short, long], role) = match &guided.run {
        Some(shown) => of_one(scene, shown),
        None => of_several(scene, guided.group()?),
    };
    let parts = if tight {
        [String::new(), short]
    } else {
        [name, long]
    };
    Some((parts, role))
}

/// Of the run on the fleet that is shown: what runs, how it stands in short and in words.
fn of_one(scene: &Scene<'_>, shown: &Shown) -> (String, [String; 2], Role) {
    let run = &shown.state;
    let (mark, word, role) = scene.standing(shown);
    let until = run.ended.unwrap_or(scene.now.max(run.begun));
    let clock = format::steady_stopwatch(until.duration_since(run.begun));
    let of = elsewhere(scene, run).map_or_else(String::new, |fleet| format!("{fleet} "));
    let standing = [format!("{mark} {clock}"), format!("{mark} {word} {clock}")];
    (format!("{} {of}", run.plan.intent.name()), standing, role)
}

/// Of several runs, of which none is on the fleet that is shown: `■ 1 of 3 held`.
fn of_several(scene: &Scene<'_>, several: &Several) -> (String, [String; 2], Role) {
    let name = format!("{} ", several.intent.name());
    let Some((worst, alike, all)) = several.worst() else {
        let text = if several.is_live() {
            "beginning"
        } else {
            "none runs"
        };
        return (name, [text, text].map(str::to_owned), Role::Muted);
    };
    let (mark, word, role) = scene.standing(&worst);
    let count = format!("{mark} {alike} of {all}");
    let long = format!("{count} {word}");
    (name, [count, long], role)
}

/// The fleet of a run, where it is not the one that is shown.
pub(super) fn elsewhere(scene: &Scene<'_>, run: &RunState) -> Option<String> {
    let fleet = &run.plan.fleet;
    (*fleet != scene.state.fleet).then(|| gwctl_fleet::clean(fleet, 16))
}

/// A line above the screen while the program that gives the credentials waits for somebody.
pub fn waiting(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) -> Rect {
    let Some(said) = &scene.snapshot.waiting else {
        return area;
    };
    let place = Rect { height: 1, ..area };
    let style = scene.style(Role::Degraded).add_modifier(Modifier::REVERSED);
    buf.set_style(place, style);
    let text = format!(" {} {} ", scene.theme.glyphs.degraded, paint::safe(said));
    paint::text(buf, place.x, place.y, place.width, &text, style);
    Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    }
}

/// A line above the screen while a mistake in `[notify]` keeps somebody from being told.
pub fn untold(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) -> Rect {
    let Some(first) = scene.state.untold.first() else {
        return area;
    };
    let more = match scene.state.untold.len() {
        1 => String::new(),
        count => format!("{count} mistakes: "),
    };
    let text = format!(" {} {more}{first} ", scene.theme.glyphs.degraded);
    let text = paint::fitted(&text, usize::from(area.width));
    let style = scene.style(Role::Degraded);
    paint::text(buf, area.x, area.y, area.width, &text, style);
    Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    }
}

/// Whether this console drove the run `id` until another gwctl did.
fn is_lost(scene: &Scene<'_>, id: &str) -> bool {
    let lost = scene.state.guided.lost.as_ref();
    lost.is_some_and(|lost| lost.run == id)
}

/// A line above the screen while a run needs somebody: one that is held, or was left unfinished.
pub fn banner(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) -> Rect {
    let Some(shown) = scene.state.calls_for_attention() else {
        return area;
    };
    let run = &shown.state;
    let (mark, word, role) = scene.standing(&shown);
    let what = match (&shown.hold, run.phase()) {
        (Hold::Ours | Hold::Recorded, _) => "needs you".to_owned(),
        (Hold::Theirs(holder), _) if scene.state.is_offered_here() => {
            format!("{} on {} offers it to you", holder.operator, holder.host)
        }
        (Hold::Theirs(holder), _) if is_lost(scene, &run.id) => format!(
            "{} on {} drives it since {}: this machine can no longer send",
            holder.operator,
            holder.host,
            format::clock(holder.since)
        ),
        (Hold::Theirs(holder), _) => format!(
            "driven by {} on {} since {}, in another gwctl",
            holder.operator,
            holder.host,
            format::minute(holder.since)
        ),
        (Hold::Nobody, _) => format!("unfinished, left {}", scene.ago(run.newest)),
    };
    let of_tab = scene
        .state
        .guided
        .run
        .as_ref()
        .is_some_and(|of_tab| of_tab.state.id == run.id);
    let key = if of_tab {
        scene.key(Action::Show(Screen::Run.tab()))
    } else {
        ":runs".to_owned()
    };
    let of = match elsewhere(scene, run) {
        Some(fleet) => format!("{fleet}: "),
        None => String::new(),
    };
    let text = format!(
        " {mark} {word} \u{b7} {key} opens it \u{b7} {what} \u{b7} {of}{} ",
        paint::safe(&run.plan.title)
    );
    let place = Rect { height: 1, ..area };
    let style = scene.style(role).add_modifier(Modifier::REVERSED);
    buf.set_style(place, style);
    paint::text(buf, place.x, place.y, place.width, &text, style);
    scene
        .hits
        .targets
        .push((area_of(place), Target::Tab(Screen::Run)));
    Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    }
}
