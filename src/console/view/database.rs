//! The Database screen: the global cluster as a drawing, its members, lag, events.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::absent::why_empty;
use super::fleet::split;
use super::freshness::Freshness;
use super::scene::Scene;
use super::theme::Role;
use super::topology::topology;
use super::{members, paint, plot, standing, why};
use crate::app::{Chart, Panel, Subject};
use gwctl_fleet::Missing;
use gwctl_fleet::format;

/// Draws the screen.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let secondaries = scene
        .snapshot
        .database
        .topology
        .last()
        .map_or(1, |topology| topology.members.len().saturating_sub(1))
        as u16;
    let members = scene.state.count(Panel::Members) as u16;
    let wanted = (secondaries.max(1) * 4 + 2).max(7);
    let roomy = area.height >= 30;
    let (top, rest) = split(
        area,
        if roomy {
            wanted.min(area.height * 2 / 5)
        } else {
            7
        },
    );
    let why_width = if area.width >= 150 { 60 } else { 0 };
    let left = Rect {
        width: top.width - why_width,
        ..top
    };
    topology(scene, left, buf);
    if why_width > 0 {
        let right = Rect {
            x: left.right(),
            width: why_width,
            ..top
        };
        why::database(scene, right, buf);
    }
    let (middle, below) = split(rest, (members.max(1) + 3).min(rest.height / 2).max(4));
    members::draw(scene, middle, buf);
    if below.height < 3 {
        return;
    }
    let ready = standing::height(scene, below.width);
    // A curve of two lines tells nothing: where there is no room for more, the events stand alone.
    if below.height < 13 && area.width < 110 {
        return small(scene, below, buf, ready);
    }
    let (readiness, below) = split(below, ready.min(below.height * 2 / 5).max(3));
    standing::draw(scene, readiness, buf);
    if area.width >= 110 {
        let chart = Rect {
            width: below.width * 55 / 100,
            ..below
        };
        lags(scene, chart, buf);
        events(
            scene,
            Rect {
                x: chart.right(),
                width: below.width - chart.width,
                ..below
            },
            buf,
        );
    } else {
        let (chart, list) = split(below, below.height * 3 / 5);
        lags(scene, chart, buf);
        events(scene, list, buf);
    }
}

/// Whether one could fail over, and the events below it; the one that has the focus takes the room.
fn small(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, ready: u16) {
    match scene.state.focused() {
        Panel::Events => events(scene, area, buf),
        Panel::Readiness => standing::draw(scene, area, buf),
        _ => {
            let (first, second) = split(area, ready.min(area.height.saturating_sub(3)).max(3));
            standing::draw(scene, first, buf);
            events(scene, second, buf);
        }
    }
}

/// Lag of all secondaries over time.
fn lags(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    plot::draw(scene, area, buf, (Chart::AllLag, None), false);
}

/// Why nobody can say which clusters there are.
fn database_unknown<'a>(scene: &Scene<'a>) -> Option<&'a Missing> {
    scene.snapshot.database.topology.why_missing()
}

fn events(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let inner = scene.panel(area, buf, Panel::Events, None);
    let visible = scene.visible(Panel::Events, inner, buf);
    if visible.is_empty() {
        let silent: Vec<&str> = scene
            .snapshot
            .database
            .clusters
            .iter()
            .filter(|(_, cluster)| scene.known(&cluster.events).state != Freshness::Current)
            .map(|(region, _)| region.as_str())
            .collect();
        let asked_none = scene.snapshot.database.clusters.is_empty();
        let why = [database_unknown(scene).filter(|_| asked_none)];
        let none = if silent.is_empty() {
            "no event in 1 h".into()
        } else {
            let mark = scene.theme.glyphs.marks.could_not_ask;
            format!("{mark} not known: {}", silent.join(", "))
        };
        let text = why_empty(scene, Panel::Events, "event", why, &none);
        scene.nothing(inner, buf, &text);
    }
    for (row, entry) in visible {
        let Subject::Event(region, index) = &entry.subject else {
            continue;
        };
        let events = scene
            .snapshot
            .database
            .clusters
            .get(region)
            .and_then(|cluster| cluster.events.last());
        let Some(event) = events.and_then(|events| events.get(*index)) else {
            continue;
        };
        paint::right(
            buf,
            row.x,
            row.y,
            4.min(row.width),
            &format::age(scene.now.duration_since(event.at)),
            scene.style(Role::Muted),
        );
        let mut x = row.x + 5;
        for (text, role) in [
            (event.region.as_str(), Role::Muted),
            (event.source.as_str(), Role::Title),
            (event.message.as_str(), Role::Text),
        ] {
            x += paint::text(
                buf,
                x,
                row.y,
                row.right().saturating_sub(x),
                text,
                scene.style(role),
            ) + 1;
        }
    }
    scene.footing(area, buf, Some(Panel::Events));
}
