//! The Edge screen: from the clients' name to the Regions, and what DNS answers now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::absent::why_empty;
use super::edge_chain::chain;
use super::edge_figures::figures_panel;
use super::edge_region_switch;
use super::fleet::split;
use super::flow::describe_check;
use super::freshness::{Show, Shown};
use super::scene::Scene;
use super::table::{Column, Grid};
use super::theme::Role;
use super::{compare, paint, sites, standing, why};
use crate::app::{Chart, Panel, Subject};
use gwctl_fleet::format;
use gwctl_fleet::{CheckKind, Metric, RoutingPolicy, RoutingRecord, check_verdict, clean};

/// Draws the screen.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let sites = scene.snapshot.sites.len() as u16;
    let roomy = area.height >= 30;
    let plans = edge_region_switch::lines(scene, area.width).len() as u16;
    let flow_height = (sites + 6 + plans).min(if roomy {
        area.height / 3
    } else {
        area.height / 2
    });
    let (top, rest) = split(area, flow_height);
    if area.width >= 140 {
        let left = Rect {
            width: area.width * 60 / 100,
            ..top
        };
        chain(scene, left, buf);
        let right = Rect {
            x: left.right(),
            width: top.width - left.width,
            ..top
        };
        why::edge(scene, right, buf);
    } else {
        chain(scene, top, buf);
    }
    if area.width >= 110 && rest.height >= 14 {
        let left = Rect {
            width: area.width * 60 / 100,
            ..rest
        };
        let right = Rect {
            x: left.right(),
            width: rest.width - left.width,
            ..rest
        };
        let records_height = (sites + 3).min(left.height / 3);
        let checks = scene.state.count(Panel::Checks) as u16;
        let (first, below) = split(left, records_height);
        records(scene, first, buf);
        let ready = standing::height(scene, left.width);
        let (readiness, below) = split(below, ready.min(below.height / 3).max(3));
        standing::draw(scene, readiness, buf);
        let (second, third) = split(below, (checks.max(1) + 3).min(below.height * 3 / 5));
        checks_panel(scene, second, buf);
        let asked = scene.state.count(Panel::Answers) as u16;
        let tall = third.height >= asked.max(1) + 12;
        let (third, fourth) = if tall {
            let said = answers_note(scene, third.width, 4).len() as u16;
            split(third, asked.max(1) + 3 + said)
        } else {
            (third, Rect::ZERO)
        };
        answers(scene, third, buf);
        if !scene.snapshot.edge.cloudfront {
            // It has no figures to draw.
            figures_panel(scene, right, buf);
            return;
        }
        let (facts_area, below) = split(right, 12.min(right.height / 2));
        figures_panel(scene, facts_area, buf);
        // The left column's chart, where there is one, is the first; the others stand right.
        if tall {
            compare::stacked(scene, fourth, buf, &Chart::OF_EDGE[..1]);
            compare::stacked(scene, below, buf, &Chart::OF_EDGE[1..]);
        } else {
            compare::stacked(scene, below, buf, &Chart::OF_EDGE);
        }
    } else if roomy {
        let (first, below) = split(rest, (sites + 3).min(rest.height / 3));
        records(scene, first, buf);
        let ready = standing::height(scene, rest.width);
        let (readiness, below) = split(below, ready.min(below.height / 3).max(3));
        standing::draw(scene, readiness, buf);
        let (second, third) = split(below, below.height / 2);
        checks_panel(scene, second, buf);
        answers(scene, third, buf);
    } else {
        small(scene, rest, buf);
    }
}

/// The panel with the focus takes the room; the first two stand above whether one could fail over.
fn small(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    match scene.state.focused() {
        Panel::Checks => return checks_panel(scene, area, buf),
        Panel::Readiness => return standing::draw(scene, area, buf),
        _ => {}
    }
    let ready = standing::height(scene, area.width);
    let above = area.height.saturating_sub(ready).max(area.height / 2);
    let (above, below) = split(area, above);
    let half = Rect {
        width: above.width * 62 / 100,
        ..above
    };
    let other = Rect {
        x: half.right(),
        width: above.width - half.width,
        ..above
    };
    records(scene, half, buf);
    answers(scene, other, buf);
    standing::draw(scene, below, buf);
}

fn records(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    const COLUMNS: &[Column] = &[
        Column::words("Region", 14, 0),
        Column::words("DNS", 5, 1),
        Column::words("Type", 5, 3),
        Column::figure("TTL", 5, 4),
        Column::words("Target", 18, 2).stretching(30),
        Column::words("Set id", 10, 6).stretching(8),
        Column::words("Health check", 14, 5).stretching(24),
        // Only where it is not by latency, which the Region tells.
        Column::words("Routed", 10, 1).stretching(20),
    ];
    let records = scene.snapshot.edge.records.last().into_iter().flatten();
    let by_latency = |record: &RoutingRecord| record.routing.policy() == RoutingPolicy::Latency;
    let columns = if records.into_iter().all(by_latency) {
        &COLUMNS[..COLUMNS.len() - 1]
    } else {
        COLUMNS
    };
    let oldest = scene.oldest(scene.snapshot.records_at());
    let Some((grid, body)) = Grid::open_with(scene, area, buf, Panel::Records, columns, oldest)
    else {
        return;
    };
    let visible = scene.visible(Panel::Records, body, buf);
    if visible.is_empty() {
        let edge = &scene.snapshot.edge;
        let none = format!("{} has no routing records", clean(&edge.latency_record, 60));
        let why = [edge.records.why_missing()];
        let text = why_empty(scene, Panel::Records, "record", why, &none);
        scene.nothing(body, buf, &text);
    }
    let stale = scene.snapshot.edge.records.current().is_none();
    for (row, entry) in visible {
        let Subject::Record(_, index) = &entry.subject else {
            continue;
        };
        let records = scene.snapshot.edge.records.last();
        let Some(record) = records.and_then(|records| records.get(*index)) else {
            continue;
        };
        let dns = sites::record_dns(scene, record);
        let ttl = record
            .ttl
            .map_or_else(|| "alias".into(), |ttl| format!("{ttl} s"));
        let text = if stale { Role::Faint } else { Role::Text };
        let check = record.check().unwrap_or(if record.group.is_empty() {
            "none"
        } else {
            "of each record in it"
        });
        let routed = record.routed_words();
        let words = [
            (
                0,
                record.region.as_ref().map_or("–", |region| region.as_str()),
                scene.style(Role::Title),
            ),
            (1, dns.text.as_str(), dns.style),
            (2, record.kind.as_str(), scene.style(Role::Muted)),
            (4, record.target.as_str(), scene.style(text)),
            (5, record.set_identifier.as_str(), scene.style(Role::Muted)),
            (6, check, scene.style(Role::Muted)),
            (7, routed.as_str(), scene.style(text)),
        ];
        for (index, text, style) in words {
            if let Some(cell) = grid.cell(index, row) {
                paint::text(buf, cell.x, cell.y, cell.width, text, style);
            }
        }
        if let Some(cell) = grid.cell(3, row) {
            paint::figure(buf, cell, &Shown::new(ttl, scene.theme, text));
        }
    }
    scene.footing(area, buf, Some(Panel::Records));
}

fn checks_panel(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    const COLUMNS: &[Column] = &[
        Column::words("Verdict", 10, 0),
        Column::figure("Votes", 6, 3),
        Column::words("Looks at", 36, 1).stretching(44),
        Column::words("Check", 14, 2).stretching(22),
    ];
    let oldest = scene.oldest(scene.snapshot.checks_at());
    let Some((grid, body)) = Grid::open_with(scene, area, buf, Panel::Checks, COLUMNS, oldest)
    else {
        return;
    };
    let visible = scene.visible(Panel::Checks, body, buf);
    if visible.is_empty() {
        let edge = &scene.snapshot.edge;
        let why = [edge.records.why_missing()];
        let none = "no routing record has a health check";
        let text = why_empty(scene, Panel::Checks, "health check", why, none);
        scene.nothing(body, buf, &text);
    }
    for (row, entry) in visible {
        let Subject::Check(id) = &entry.subject else {
            continue;
        };
        let Some(check) = scene.snapshot.edge.checks.get(id) else {
            continue;
        };
        let (word, role) = sites::check_words(check_verdict(check, scene.now));
        let config = scene.known(&check.config);
        let what = config.show(scene.theme, Role::Text, usize::MAX, |_| {
            describe_check(scene, check)
        });
        let words = [
            (0, word, scene.style(role)),
            (2, what.text.as_str(), what.style),
            (3, check.id.as_str(), scene.style(Role::Muted)),
        ];
        for (index, text, style) in words {
            if let Some(cell) = grid.cell(index, row) {
                paint::text(buf, cell.x, cell.y, cell.width, text, style);
            }
        }
        // Only checks of an endpoint have checkers.
        let voted = check
            .config
            .last()
            .is_some_and(|config| matches!(config.kind, CheckKind::Endpoint { .. }));
        if let Some(cell) = grid.cell(1, row).filter(|_| voted) {
            let percent = scene.metric(&check.metrics, Metric::CheckPercentHealthy);
            paint::figure(buf, cell, &scene.figure(percent, None, 6, format::percent));
        }
    }
    scene.footing(area, buf, Some(Panel::Checks));
}

/// What is not known of other places' answers, in at most `most` lines.
fn answers_note(scene: &Scene<'_>, width: u16, most: usize) -> Vec<String> {
    let note = scene.snapshot.answers_elsewhere();
    note.map_or_else(Vec::new, |note| {
        paint::wrap(
            &paint::safe(&note),
            usize::from(width.saturating_sub(2)),
            most,
        )
    })
}

fn answers(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    const COLUMNS: &[Column] = &[
        Column::words("Asked from", 12, 1).stretching(6),
        Column::words("Region", 14, 0),
        Column::figure("TTL", 5, 2),
        Column::words("Answer", 20, 3).stretching(40),
    ];
    let known = scene.known(&scene.snapshot.edge.answers);
    let age = known
        .age
        .map(|age| Line::from(scene.span(format!("{} ago", format::age(age)), Role::Muted)));
    let inner = scene.panel(area, buf, Panel::Answers, age.as_ref());
    if inner.height == 0 {
        return;
    }
    let hides = |column: &Column| scene.state.hides(Panel::Answers, column.title);
    let grid = Grid::fit_shown(COLUMNS, inner.width, hides);
    grid.headings(scene, Rect { height: 1, ..inner }, buf);
    let remark = answers_note(scene, inner.width, usize::from(inner.height * 2 / 5));
    let body = Rect {
        y: inner.y + 1,
        height: inner.height - 1 - remark.len() as u16,
        ..inner
    };
    for (line, y) in remark.iter().zip(body.bottom()..) {
        let style = scene.style(Role::Muted);
        paint::text(buf, inner.x + 1, y, inner.width - 1, line, style);
    }
    let visible = scene.visible(Panel::Answers, body, buf);
    if visible.is_empty() {
        let why = [scene.snapshot.edge.answers.why_missing()];
        let none = "DNS answer is empty";
        let text = why_empty(scene, Panel::Answers, "answer", why, none);
        scene.nothing(body, buf, &text);
    }
    for (row, entry) in visible {
        let Subject::Answer(region, index) = &entry.subject else {
            continue;
        };
        let answers = scene.snapshot.edge.answers.last();
        let Some(answer) = answers.and_then(|answers| answers.get(*index)) else {
            continue;
        };
        let verdict = region
            .as_ref()
            .and_then(|region| scene.snapshot.site(region))
            .map(|site| site.judgement.verdict);
        let place = region
            .as_ref()
            .map_or_else(|| "not a Region here".to_string(), ToString::to_string);
        let style = verdict.map_or_else(
            || scene.style(Role::Degraded),
            |verdict| scene.theme.verdict(verdict),
        );
        let words = [
            (0, answer.vantage.as_str(), scene.style(Role::Text)),
            (1, place.as_str(), style),
            (3, answer.value.as_str(), scene.style(Role::Muted)),
        ];
        for (index, text, style) in words {
            if let Some(cell) = grid.cell(index, row) {
                paint::text(buf, cell.x, cell.y, cell.width, text, style);
            }
        }
        if let Some(cell) = grid.cell(2, row) {
            let ttl = answer.ttl_s.map_or_else(
                || scene.theme.glyphs.marks.no_data.into(),
                |ttl| format!("{ttl} s"),
            );
            paint::figure(buf, cell, &Shown::new(ttl, scene.theme, Role::Text));
        }
    }
    scene.footing(area, buf, Some(Panel::Answers));
}
