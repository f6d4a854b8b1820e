//! The Database screen: the global cluster as a drawing, its members, lag, events.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::chart::{Chart, Curve};
use super::figures;
use super::fleet::split;
use super::flow::status_role;
use super::known::{Known, State};
use super::scene::Scene;
use super::table::{Column, Grid};
use super::theme::Role;
use super::topology::{topology, verdict_of};
use super::{paint, sites, why};
use crate::console::app::{Panel, Subject};
use crate::fleet::{Metric, Region, clean};

/// Draws the screen.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let secondaries = scene
        .snapshot
        .database
        .topology
        .last()
        .map_or(1, |topology| topology.members.len().saturating_sub(1))
        as u16;
    let members = scene.state.rows(Panel::Members).len() as u16;
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
        why::judgement(
            scene,
            Rect {
                x: left.right(),
                width: why_width,
                ..top
            },
            buf,
            &scene.snapshot.database.judgement,
        );
    }
    let (middle, below) = split(rest, (members.max(1) + 3).min(rest.height / 2).max(4));
    members_panel(scene, middle, buf);
    if below.height < 3 {
        return;
    }
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
    } else if below.height >= 13 {
        let (chart, list) = split(below, below.height * 3 / 5);
        lags(scene, chart, buf);
        events(scene, list, buf);
    } else if scene.state.focused() == Panel::Events {
        events(scene, below, buf);
    } else {
        let chart = Rect {
            width: below.width * 60 / 100,
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
    }
}

fn members_panel(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    const COLUMNS: &[Column] = &[
        Column::words("Region", 16, 0),
        Column::words("Role", 6, 1),
        Column::words("Status", 12, 2).stretching(6),
        Column::figure("Lag", 9, 3),
        Column::figure("CPU", 7, 5),
        Column::figure("Conns", 6, 6),
        Column::figure("Commits", 8, 8),
        Column::words("Forwarding", 10, 9),
        Column::words("Sync", 12, 10),
        Column::words("Cluster", 14, 4).stretching(18),
        Column::words("Instances", 22, 7).stretching(60),
        Column::figure("Age", 4, 11),
    ];
    let inner = scene.panel(area, buf, Panel::Members, None);
    if inner.height == 0 {
        return;
    }
    let grid = Grid::fit(COLUMNS, inner.width);
    grid.headings(scene, Rect { height: 1, ..inner }, buf);
    let body = Rect {
        y: inner.y + 1,
        height: inner.height - 1,
        ..inner
    };
    let visible = scene.visible(Panel::Members, body, buf);
    if visible.is_empty() {
        scene.nothing(body, buf, "no member to show");
    }
    for (row, entry) in visible {
        if let Subject::Member(region) = &entry.subject {
            member_row(scene, &grid, row, buf, region);
        }
    }
    scene.footing(area, buf, Some(Panel::Members));
}

fn member_row(scene: &Scene<'_>, grid: &Grid, row: Rect, buf: &mut Buffer, region: &Region) {
    let database = &scene.snapshot.database;
    let verdict = verdict_of(scene, region);
    if let Some(cell) = grid.cell(0, row) {
        paint::text(
            buf,
            cell.x,
            cell.y,
            1,
            scene.theme.glyphs.verdict(verdict),
            scene.theme.verdict(verdict),
        );
        paint::text(
            buf,
            cell.x + 2,
            cell.y,
            cell.width.saturating_sub(2),
            region.as_str(),
            scene.style(Role::Title),
        );
    }
    let member = database
        .topology
        .last()
        .and_then(|topology| topology.member(region));
    let cluster = database.clusters.get(region);
    let state = cluster.map(|cluster| scene.known(&cluster.state));
    let metric = |metric| {
        cluster.map_or_else(Known::none, |cluster| {
            scene.metric(&cluster.metrics, metric)
        })
    };
    let mut words = vec![(1, sites::role(scene, region))];
    if let Some(state) = state {
        let status = state.value.map_or("", |state| &state.status);
        words.push((
            2,
            state.show(scene.theme, status_role(status), 18, |state| {
                clean(&state.status, 18)
            }),
        ));
        words.push((
            10,
            state
                .map(|state| &state.instances)
                .show(scene.theme, Role::Muted, 60, |instances| {
                    instances
                        .iter()
                        .map(|i| format!("{} {}", clean(&i.id, 24), clean(&i.status, 16)))
                        .collect::<Vec<_>>()
                        .join(", ")
                }),
        ));
    }
    let plain = |text: Option<&str>| match text {
        Some(text) => super::known::Shown::new(
            clean(text, 20),
            scene.theme,
            if status_role(text) == Role::Healthy {
                Role::Text
            } else {
                Role::Degraded
            },
        ),
        None => super::known::Shown::new(scene.theme.glyphs.no_data, scene.theme, Role::Faint),
    };
    words.push((
        7,
        plain(member.and_then(|member| member.write_forwarding.as_deref())),
    ));
    words.push((
        8,
        plain(member.and_then(|member| member.synchronization.as_deref())),
    ));
    words.push((
        9,
        super::known::Shown::new(
            member.map_or_else(String::new, |member| clean(&member.cluster, 40)),
            scene.theme,
            Role::Muted,
        ),
    ));
    for (index, shown) in words {
        if let Some(cell) = grid.cell(index, row) {
            paint::text(buf, cell.x, cell.y, cell.width, &shown.text, shown.style);
        }
    }
    let age = state.and_then(|state| state.age);
    let figures = [
        (3, sites::lag(scene, region, 9)),
        (
            4,
            scene.figure(metric(Metric::DbCpu), None, 0, figures::percent),
        ),
        (
            5,
            scene.figure(metric(Metric::DbConnections), None, 0, figures::count),
        ),
        (
            6,
            scene.figure(metric(Metric::DbWriteThroughput), None, 0, |value| {
                format!("{}/s", figures::count(value))
            }),
        ),
        (
            11,
            super::known::Shown::new(
                age.map_or_else(|| scene.theme.glyphs.not_yet.into(), figures::age),
                scene.theme,
                Role::Muted,
            ),
        ),
    ];
    for (index, shown) in figures {
        if let Some(cell) = grid.cell(index, row) {
            paint::figure(buf, cell, &shown);
        }
    }
}

/// Lag of all secondaries over time.
fn lags(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let database = &scene.snapshot.database;
    let mut title = vec![scene.heading("Lag", false)];
    let mut curves = Vec::new();
    let members = database
        .topology
        .last()
        .map(|topology| topology.members.as_slice())
        .unwrap_or_default();
    for (index, member) in members.iter().filter(|member| !member.writer).enumerate() {
        let style = scene.theme.series(index);
        title.push(Span::styled(format!("  {} ", member.region), style));
        title.push(sites::lag(scene, &member.region, 12).span());
        let Some(lag) = database.lag(&member.region) else {
            continue;
        };
        if let Some(series) = lag.last().filter(|series| !series.is_empty()) {
            let style = if lag.current().is_some() {
                style
            } else {
                scene.style(Role::Faint)
            };
            curves.push(Curve { series, style });
        }
    }
    let inner = scene.frame(area, buf, &Line::from(title), None, false);
    if curves.is_empty() {
        scene.nothing(
            inner,
            buf,
            &format!("{} no lag observed yet", scene.theme.glyphs.no_data),
        );
        return;
    }
    let limit = Some(scene.snapshot.thresholds.replication_lag_ms);
    Chart {
        curves,
        limit,
        least: 100.0,
        fixed: None,
        bottom: "0",
        write: figures::millis,
    }
    .draw(scene, inner, buf);
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
            .filter(|(_, cluster)| scene.known(&cluster.events).state != State::Current)
            .map(|(region, _)| region.as_str())
            .collect();
        let text = if silent.is_empty() {
            "none in the last hour".into()
        } else {
            format!(
                "{} not known: {}",
                scene.theme.glyphs.could_not_ask,
                silent.join(", ")
            )
        };
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
            &figures::age(scene.now.duration_since(event.at)),
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
