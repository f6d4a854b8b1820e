//! The global cluster as a drawing: the writer, an arrow with its lag to every secondary.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::flow::status_role;
use super::freshness::Show;
use super::scene::Scene;
use super::theme::Role;
use super::{paint, sites};
use gwctl_fleet::{Member, Metric, Topology, clean, member_verdict};

/// The writer on the left, an arrow with its lag to every secondary on the right.
pub fn topology(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let database = &scene.snapshot.database;
    if database.id.is_empty() {
        let title = Line::from(scene.heading("Global cluster", false));
        let inner = scene.frame(area, buf, &title, None, false);
        let none = "none: the configuration names no global database";
        scene.nothing(inner, buf, none);
        return;
    }
    let known = scene.known(&database.topology);
    let verdict = database.judgement.verdict;
    let mut title = vec![
        scene.heading(
            format!("Global cluster {} ", clean(&database.id, 40)),
            false,
        ),
        scene.mark(verdict),
        Span::styled(format!(" {verdict}"), scene.theme.verdict(verdict)),
    ];
    if let Some(topology) = known.value {
        let role = status_role(&topology.status);
        title.push(scene.span("  AWS says ", Role::Muted));
        title.push(
            known
                .map(|topology| &topology.status)
                .show(scene.theme, role, 30, |status| clean(status, 24))
                .span(),
        );
    }
    let engine = known.value.map(|topology| {
        let lag = if topology.engine.lag_metric().metric() == Metric::RpoLag {
            "RPO lag"
        } else {
            "replication lag"
        };
        Line::from(scene.span(
            format!(
                "{} {} · {lag}",
                clean(&topology.engine.name, 24),
                clean(&topology.engine.version, 24)
            ),
            Role::Muted,
        ))
    });
    let inner = scene.frame(area, buf, &Line::from(title), engine.as_ref(), false);
    let Some(topology) = known.value else {
        let why = database
            .topology
            .why_missing()
            .map_or_else(String::new, ToString::to_string);
        scene.nothing(inner, buf, &format!("{} {why}", known.mark(scene.theme)));
        return;
    };
    let inner = failover_line(scene, inner, buf, topology);
    if inner.height >= 4 && inner.width >= 70 {
        drawing(scene, inner, buf, topology);
    } else {
        lines(scene, inner, buf, topology);
    }
}

/// What is moving, while it moves.
fn failover_line(scene: &Scene<'_>, area: Rect, buf: &mut Buffer, topology: &Topology) -> Rect {
    let Some(failover) = &topology.failover else {
        return area;
    };
    let place = |arn: &Option<String>| {
        arn.as_deref()
            .and_then(|arn| arn.split(':').nth(3))
            .unwrap_or("?")
            .to_string()
    };
    let text = format!(
        "{} {}: {} {} {}{}",
        scene.theme.glyphs.degraded,
        clean(&failover.status, 24),
        place(&failover.from),
        scene.theme.glyphs.right,
        place(&failover.to),
        if failover.data_loss_allowed {
            ", data loss allowed"
        } else {
            ", nothing lost"
        }
    );
    paint::text(
        buf,
        area.x + 1,
        area.y,
        area.width.saturating_sub(2),
        &text,
        scene.style(Role::Degraded),
    );
    Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    }
}

fn drawing(scene: &Scene<'_>, area: Rect, buf: &mut Buffer, topology: &Topology) {
    let secondaries: Vec<&Member> = topology
        .members
        .iter()
        .filter(|member| !member.writer)
        .collect();
    let box_width = (area.width * 34 / 100).clamp(26, 44);
    let each = 4u16
        .min(area.height / (secondaries.len().max(1) as u16))
        .max(1);
    let shown = usize::from(area.height / each).min(secondaries.len());
    let tall = (shown as u16 * each).clamp(4, area.height);
    let left = Rect {
        x: area.x + 1,
        width: box_width,
        height: 4.min(tall),
        y: area.y + (tall - 4.min(tall)) / 2,
    };
    match topology.writer() {
        Some(writer) => member_box(scene, left, buf, writer),
        None => paint_no_writer(scene, left, buf),
    }
    let right_x = area.right() - 1 - box_width;
    let glyphs = scene.theme.glyphs;
    let line = scene.style(Role::Replication);
    let trunk = left.right() + 3;
    let from_y = left.y + 1;
    let mut ends = Vec::new();
    for (index, member) in secondaries.iter().take(shown).enumerate() {
        let place = Rect {
            x: right_x,
            y: area.y + index as u16 * each,
            width: box_width,
            height: each.max(1),
        };
        if each >= 3 {
            member_box(scene, place, buf, member);
        } else {
            member_line(scene, place, buf, member);
        }
        let y = place.y + each / 2 - u16::from(each >= 4);
        ends.push(y);
        for x in trunk..right_x.saturating_sub(1) {
            paint::text(buf, x, y, 1, glyphs.horizontal, line);
        }
        paint::text(
            buf,
            right_x.saturating_sub(1),
            y,
            1,
            if glyphs.ascii { ">" } else { "▸" },
            line,
        );
        let lag = sites::lag(scene, &member.region, usize::MAX);
        let text = format!(" {} ", lag.text);
        let width = super::freshness::cells(&text) as u16;
        let middle = trunk + (right_x - trunk).saturating_sub(width) / 2;
        paint::text(buf, middle, y, width, &text, lag.style);
    }
    for x in left.right()..trunk {
        paint::text(buf, x, from_y, 1, glyphs.horizontal, line);
    }
    let (top, bottom) = ends
        .iter()
        .chain([&from_y])
        .fold((u16::MAX, 0), |(low, high), y| (low.min(*y), high.max(*y)));
    for y in top..=bottom {
        let branches = ends.contains(&y);
        let symbol = junction(glyphs.ascii, [y > top, y < bottom, y == from_y, branches]);
        paint::text(buf, trunk, y, 1, symbol, line);
    }
    if shown < secondaries.len() {
        let text = format!("and {} more", secondaries.len() - shown);
        paint::text(
            buf,
            right_x,
            area.bottom() - 1,
            box_width,
            &text,
            scene.style(Role::Faint),
        );
    }
}

/// The box-drawing character with these arms: up, down, left, right.
fn junction(ascii: bool, arms: [bool; 4]) -> &'static str {
    match arms {
        [true, true, false, false] if ascii => "|",
        [false, false, _, _] if ascii => "-",
        _ if ascii => "+",
        [true, true, true, true] => "┼",
        [true, true, true, false] => "┤",
        [true, true, false, true] => "├",
        [true, true, false, false] => "│",
        [false, true, true, true] => "┬",
        [true, false, true, true] => "┴",
        [false, true, true, false] => "╮",
        [true, false, true, false] => "╯",
        [false, true, false, true] => "╭",
        [true, false, false, true] => "╰",
        _ => "─",
    }
}

fn paint_no_writer(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let inner = scene.frame(area, buf, &Line::from(""), None, false);
    paint::text(
        buf,
        inner.x + 1,
        inner.y,
        inner.width,
        "no writer",
        scene.style(Role::Down),
    );
}

fn member_box(scene: &Scene<'_>, area: Rect, buf: &mut Buffer, member: &Member) {
    let verdict = member_verdict(scene.snapshot, &member.region);
    let role = if member.writer { "writer" } else { "reader" };
    let title = Line::from(vec![
        scene.mark(verdict),
        scene.span(format!(" {} ", member.region), Role::Title),
        scene.span(
            role,
            if member.writer {
                Role::Accent
            } else {
                Role::Muted
            },
        ),
    ]);
    let inner = scene.frame(area, buf, &title, None, false);
    let state = scene
        .snapshot
        .database
        .clusters
        .get(&member.region)
        .map(|cluster| scene.known(&cluster.state));
    let mut first = vec![
        scene.span(clean(&member.cluster, 28), Role::Text),
        Span::raw("  "),
    ];
    if let Some(state) = state {
        let status = state.value.map_or("", |state| &state.status);
        first.push(
            state
                .show(scene.theme, status_role(status), 20, |state| {
                    clean(&state.status, 20)
                })
                .span(),
        );
    }
    let mut second = Vec::new();
    if let Some(value) = state.and_then(|state| state.value) {
        let up = value
            .instances
            .iter()
            .filter(|instance| instance.status == "available")
            .count();
        if value.is_headless() {
            second.push(scene.span("headless: no instance", Role::Degraded));
        } else {
            let all = value.instances.len();
            let up = match value.serverless() {
                Some(range) => format!("{up} of {all} up, {range}"),
                None => format!("{up} of {all} instances up"),
            };
            second.push(scene.span(up, Role::Muted));
        }
    }
    if let Some(sync) = member
        .synchronization
        .as_deref()
        .filter(|sync| *sync != "connected")
    {
        second.push(scene.span(format!("  {}", clean(sync, 20)), Role::Degraded));
    }
    for (line, y) in [first, second].into_iter().zip(inner.y..inner.bottom()) {
        paint::line(
            buf,
            inner.x + 1,
            y,
            inner.width.saturating_sub(1),
            &Line::from(line),
        );
    }
}

fn member_line(scene: &Scene<'_>, area: Rect, buf: &mut Buffer, member: &Member) {
    let line = Line::from(vec![
        scene.mark(member_verdict(scene.snapshot, &member.region)),
        scene.span(format!(" {} ", member.region), Role::Title),
        scene.span(clean(&member.cluster, 28), Role::Muted),
    ]);
    paint::line(buf, area.x + 1, area.y, area.width.saturating_sub(1), &line);
}

/// The drawing where there is no room for boxes.
fn lines(scene: &Scene<'_>, area: Rect, buf: &mut Buffer, topology: &Topology) {
    let glyphs = scene.theme.glyphs;
    let mut y = area.y;
    if let Some(writer) = topology.writer() {
        member_line(
            scene,
            Rect {
                y,
                height: 1,
                ..area
            },
            buf,
            writer,
        );
        y += 1;
    }
    for member in topology.members.iter().filter(|member| !member.writer) {
        if y >= area.bottom() {
            break;
        }
        let lag = sites::lag(scene, &member.region, usize::MAX);
        let line = Line::from(vec![
            scene.span(
                format!(" {}{} ", glyphs.corner, glyphs.right),
                Role::Replication,
            ),
            scene.mark(member_verdict(scene.snapshot, &member.region)),
            scene.span(format!(" {} ", member.region), Role::Title),
            lag.span(),
            scene.span(format!("  {}", clean(&member.cluster, 28)), Role::Muted),
        ]);
        paint::line(buf, area.x, y, area.width, &line);
        y += 1;
    }
}
