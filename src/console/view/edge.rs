//! The Edge screen: from the clients' name to the Regions, and what DNS answers now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::chart::{Chart, Curve};
use super::facts::Facts;
use super::figures;
use super::fleet::split;
use super::flow::{self, describe_check, status_role};
use super::known::{Known, Shown, State};
use super::scene::Scene;
use super::table::{Column, Grid};
use super::theme::Role;
use super::{facts, paint, sites, why};
use crate::console::app::{Panel, Subject};
use crate::fleet::{Metric, Verdict, check_verdict, clean};

/// Draws the screen.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let sites = scene.snapshot.sites.len() as u16;
    let roomy = area.height >= 30;
    let flow_height = (sites + 6).min(if roomy {
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
        why::judgement(scene, right, buf, &scene.snapshot.edge.judgement);
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
        let checks = scene.state.rows(Panel::Checks).len() as u16;
        let (first, below) = split(left, records_height);
        records(scene, first, buf);
        let (second, third) = split(below, (checks.max(1) + 3).min(below.height * 3 / 5));
        checks_panel(scene, second, buf);
        answers(scene, third, buf);
        let (facts_area, charts) = split(right, 12.min(right.height / 2));
        figures_panel(scene, facts_area, buf);
        charts_panel(scene, charts, buf);
    } else if roomy {
        let (first, below) = split(rest, (sites + 3).min(rest.height / 3));
        records(scene, first, buf);
        let (second, third) = split(below, below.height / 2);
        checks_panel(scene, second, buf);
        answers(scene, third, buf);
    } else {
        // One panel at a time: the one with the focus.
        let half = Rect {
            width: rest.width * 62 / 100,
            ..rest
        };
        let other = Rect {
            x: half.right(),
            width: rest.width - half.width,
            ..rest
        };
        match scene.state.focused() {
            Panel::Checks => checks_panel(scene, rest, buf),
            Panel::Answers => {
                records(scene, half, buf);
                answers(scene, other, buf);
            }
            _ => {
                records(scene, half, buf);
                answers(scene, other, buf);
            }
        }
    }
}

/// The worst of the edge's reasons about one of its parts; unknown where the part was not seen.
fn verdict_of(scene: &Scene<'_>, abouts: &[&str], seen: State) -> Verdict {
    let reasons = scene
        .snapshot
        .edge
        .judgement
        .reasons
        .iter()
        .filter(|reason| abouts.contains(&reason.about));
    let base = if seen == State::Current {
        Verdict::Healthy
    } else {
        Verdict::Unknown
    };
    reasons
        .map(|reason| reason.verdict)
        .fold(base, Verdict::max)
}

/// Domain, distribution, router, latency set, Regions: each line hangs on the one before.
fn chain(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let verdict = scene.snapshot.edge.judgement.verdict;
    let title = Line::from(vec![
        scene.heading("From client to Region ", false),
        scene.mark(verdict),
        Span::styled(format!(" {verdict}"), scene.theme.verdict(verdict)),
    ]);
    let inner = scene.frame(area, buf, &title, None, false);
    let lines = chain_lines(scene);
    for (line, y) in lines.iter().zip(inner.y..inner.bottom()) {
        paint::line(buf, inner.x + 1, y, inner.width.saturating_sub(1), line);
    }
}

fn chain_lines(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let mut lines = vec![domain_line(scene), distribution_line(scene)];
    let mut depth = 2;
    if let Some(line) = router_line(scene, depth) {
        lines.push(line);
        depth += 1;
    }
    lines.push(latency_line(scene, depth));
    depth += 1;
    let last = scene.snapshot.sites.len().saturating_sub(1);
    for (index, site) in scene.snapshot.sites.iter().enumerate() {
        let glyphs = scene.theme.glyphs;
        let fork = if index == last {
            glyphs.corner
        } else {
            glyphs.tee
        };
        let mut line = stem(scene, depth, fork);
        let verdict = site.judgement.verdict;
        line.push(scene.mark(verdict));
        line.push(scene.span(format!(" {:<15}", site.region), Role::Title));
        let (word, check) = sites::dns(scene, &site.region);
        line.push(Span::styled(format!("{:<6}", word.text), word.style));
        if let Some(share) = scene.snapshot.traffic_share(&site.region) {
            line.push(scene.span(
                format!("{:>6} of requests  ", figures::share(share)),
                Role::Traffic,
            ));
        }
        line.push(scene.span(sites::check_words(check).0, Role::Muted));
        lines.push(Line::from(line));
    }
    lines
}

fn stem(scene: &Scene<'_>, depth: usize, fork: &str) -> Vec<Span<'static>> {
    let glyphs = scene.theme.glyphs;
    let indent = " ".repeat(3 * (depth - 1));
    vec![
        scene.span(format!("{indent}{fork}{}", glyphs.horizontal), Role::Border),
        Span::raw(" "),
    ]
}

fn domain_line(scene: &Scene<'_>) -> Line<'static> {
    let edge = &scene.snapshot.edge;
    let probe = scene.known(&edge.probe);
    let verdict = verdict_of(scene, &["probe", "evidence", "certificate"], probe.state);
    let mut line = vec![
        scene.mark(verdict),
        scene.span(format!(" {}", clean(&edge.domain, 60)), Role::Title),
        scene.span("  probe ", Role::Muted),
    ];
    let limit = Some(scene.snapshot.thresholds.probe_ms);
    line.push(
        scene
            .figure(
                probe.map(|report| report.total().as_secs_f64() * 1e3),
                limit,
                usize::MAX,
                figures::millis,
            )
            .span(),
    );
    if let Some(report) = probe.value {
        line.push(scene.span(
            format!("  HTTP {}", report.status),
            if report.status >= 500 {
                Role::Down
            } else {
                Role::Text
            },
        ));
        if let Some(by) = &report.served_by {
            line.push(scene.span(format!("  served by {}", clean(by, 20)), Role::Muted));
        }
    }
    line.push(scene.span("  certificate ", Role::Muted));
    line.push(sites::certificate_days(scene, &edge.certificate).span());
    Line::from(line)
}

fn distribution_line(scene: &Scene<'_>) -> Line<'static> {
    let edge = &scene.snapshot.edge;
    let known = scene.lasting(&edge.distribution);
    let mut line = stem(scene, 1, scene.theme.glyphs.corner);
    line.push(scene.mark(verdict_of(
        scene,
        &["distribution", "errors", "metrics"],
        known.state,
    )));
    let name = known.value.map_or_else(
        || clean(&edge.distribution_id, 30),
        |value| clean(&value.domain, 60),
    );
    line.push(scene.span(format!(" {name}"), Role::Title));
    line.push(scene.span(
        format!("  {}  ", clean(&edge.distribution_id, 30)),
        Role::Muted,
    ));
    match known.value {
        Some(value) => {
            let role = if value.enabled {
                status_role(&value.status)
            } else {
                Role::Down
            };
            let text = if value.enabled {
                clean(&value.status, 20)
            } else {
                format!("{} DISABLED", clean(&value.status, 20))
            };
            line.push(known.show(scene.theme, role, usize::MAX, |_| text).span());
            if let Some(at) = value.changed {
                line.push(scene.span(format!("  changed {}", scene.ago(at)), Role::Muted));
            }
        }
        None => line.push(missing(scene, known, edge.distribution.why_missing())),
    }
    Line::from(line)
}

fn missing<T>(
    scene: &Scene<'_>,
    known: Known<&T>,
    why: Option<&crate::fleet::Missing>,
) -> Span<'static> {
    let why = why.map_or_else(String::new, ToString::to_string);
    scene.span(
        format!("{} {why}", known.mark(scene.theme)),
        known.state.role(),
    )
}

fn router_line(scene: &Scene<'_>, depth: usize) -> Option<Line<'static>> {
    let router = scene.snapshot.edge.router.as_ref()?;
    let known = scene.lasting(&router.detail);
    let mut line = stem(scene, depth, scene.theme.glyphs.corner);
    line.push(scene.mark(verdict_of(scene, &["router"], known.state)));
    line.push(scene.span(format!(" {}", clean(&router.name, 60)), Role::Title));
    match known.value {
        Some(detail) => line.push(scene.span(
            format!(
                "  {} version {}",
                clean(&detail.runtime, 20),
                clean(&detail.version, 12)
            ),
            Role::Muted,
        )),
        None => line.push(missing(scene, known, router.detail.why_missing())),
    }
    let metrics = &scene.snapshot.edge.metrics;
    let limit = Some(scene.snapshot.thresholds.lambda_error_percent);
    for (metric, name) in [
        (Metric::EdgeFunctionErrors, "errors"),
        (Metric::EdgeFunctionInvalid, "invalid"),
        (Metric::EdgeFunctionLimited, "limited"),
    ] {
        let share = scene.percent(metrics, metric, Metric::EdgeRequests);
        line.push(scene.span(format!("  {name} "), Role::Muted));
        line.push(
            scene
                .figure(share, limit, usize::MAX, figures::percent)
                .span(),
        );
    }
    Some(Line::from(line))
}

fn latency_line(scene: &Scene<'_>, depth: usize) -> Line<'static> {
    let edge = &scene.snapshot.edge;
    let known = scene.known(&edge.records);
    let mut line = stem(scene, depth, scene.theme.glyphs.corner);
    line.push(scene.mark(verdict_of(scene, &["dns"], known.state)));
    line.push(scene.span(format!(" {}", clean(&edge.latency_record, 60)), Role::Title));
    match known.value {
        Some(records) => {
            let ttl = records
                .first()
                .and_then(|record| record.ttl)
                .map_or_else(String::new, |ttl| format!(", TTL {ttl} s"));
            line.push(
                known
                    .show(scene.theme, Role::Muted, usize::MAX, |records| {
                        format!("  {} latency records{ttl}", records.len())
                    })
                    .span(),
            );
        }
        None => {
            line.push(Span::raw("  "));
            line.push(missing(scene, known, edge.records.why_missing()));
        }
    }
    Line::from(line)
}

fn records(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    const COLUMNS: &[Column] = &[
        Column::words("Region", 14, 0),
        Column::words("DNS", 5, 1),
        Column::words("Type", 5, 3),
        Column::figure("TTL", 4, 4),
        Column::words("Target", 18, 2).stretching(30),
        Column::words("Set id", 10, 6).stretching(8),
        Column::words("Health check", 14, 5).stretching(24),
    ];
    let inner = scene.panel(area, buf, Panel::Records, None);
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
    let visible = scene.visible(Panel::Records, body, buf);
    if visible.is_empty() {
        let known = scene.known(&scene.snapshot.edge.records);
        let why = missing(scene, known, scene.snapshot.edge.records.why_missing());
        scene.nothing(body, buf, &why.content);
    }
    let stale = scene.snapshot.edge.records.current().is_none();
    for (row, entry) in visible {
        let Subject::Record(region, index) = &entry.subject else {
            continue;
        };
        let records = scene.snapshot.edge.records.last();
        let Some(record) = records.and_then(|records| records.get(*index)) else {
            continue;
        };
        let (dns, _) = sites::dns(scene, region);
        let ttl = record
            .ttl
            .map_or_else(|| "alias".into(), |ttl| format!("{ttl} s"));
        let text = if stale { Role::Faint } else { Role::Text };
        let check = record.health_check.as_deref().unwrap_or("none");
        let words = [
            (0, region.as_str(), scene.style(Role::Title)),
            (1, dns.text.as_str(), dns.style),
            (2, record.kind.as_str(), scene.style(Role::Muted)),
            (4, record.target.as_str(), scene.style(text)),
            (5, record.set_identifier.as_str(), scene.style(Role::Muted)),
            (6, check, scene.style(Role::Muted)),
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
        Column::words("Check", 12, 1).stretching(24),
        Column::words("Verdict", 10, 0).stretching(4),
        Column::figure("Votes", 6, 3),
        Column::words("Looks at", 30, 2).stretching(60),
    ];
    let inner = scene.panel(area, buf, Panel::Checks, None);
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
    let visible = scene.visible(Panel::Checks, body, buf);
    if visible.is_empty() {
        scene.nothing(body, buf, "no health check known");
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
            describe_check(check)
        });
        let words = [
            (0, check.id.as_str(), scene.style(Role::Muted)),
            (1, word, scene.style(role)),
            (3, what.text.as_str(), what.style),
        ];
        for (index, text, style) in words {
            if let Some(cell) = grid.cell(index, row) {
                paint::text(buf, cell.x, cell.y, cell.width, text, style);
            }
        }
        if let Some(cell) = grid.cell(2, row) {
            let percent = scene.metric(&check.metrics, Metric::CheckPercentHealthy);
            paint::figure(buf, cell, &scene.figure(percent, None, 6, figures::percent));
        }
    }
    scene.footing(area, buf, Some(Panel::Checks));
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
        .map(|age| Line::from(scene.span(format!("{} ago", figures::age(age)), Role::Muted)));
    let inner = scene.panel(area, buf, Panel::Answers, age.as_ref());
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
    let visible = scene.visible(Panel::Answers, body, buf);
    if visible.is_empty() {
        let known = scene.known(&scene.snapshot.edge.answers);
        let why = missing(scene, known, scene.snapshot.edge.answers.why_missing());
        scene.nothing(body, buf, &why.content);
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
            .map_or_else(|| "no Region of ours".to_string(), ToString::to_string);
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
                || scene.theme.glyphs.no_data.into(),
                |ttl| format!("{ttl} s"),
            );
            paint::figure(buf, cell, &Shown::new(ttl, scene.theme, Role::Text));
        }
    }
    scene.footing(area, buf, Some(Panel::Answers));
}

fn figures_panel(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let edge = &scene.snapshot.edge;
    let inner = scene.frame(
        area,
        buf,
        &Line::from(scene.heading("Distribution", false)),
        None,
        false,
    );
    let mut list = Facts::new(scene);
    flow::probe(&mut list, scene, &edge.probe, inner.width);
    let known = scene.lasting(&edge.distribution);
    list.heading(
        "Origins",
        Line::from(
            known
                .show(scene.theme, Role::Text, usize::MAX, |value| {
                    clean(&value.origins.join(", "), 100)
                })
                .span(),
        ),
    );
    list.figure(
        "aliases",
        known.show(scene.theme, Role::Text, usize::MAX, |value| {
            clean(&value.aliases.join(", "), 100)
        }),
    );
    list.figure(
        "certificate",
        sites::certificate_days(scene, &edge.certificate),
    );
    let status = scene.lasting(&edge.certificate);
    list.figure(
        "status",
        status.show(scene.theme, Role::Text, usize::MAX, |certificate| {
            let renewal = certificate
                .renewal
                .as_deref()
                .map_or_else(String::new, |renewal| {
                    format!(", renewal {}", clean(renewal, 30))
                });
            format!("{}{renewal}", clean(&certificate.status, 30))
        }),
    );
    facts::draw(scene, inner, buf, &list.lines);
}

/// Requests, error rates, origin latency.
fn charts_panel(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let wide = area.height < 18 && area.width >= 80;
    let charts: [(&str, &[Metric], fn(f64) -> String); 3] = [
        ("Requests", &[Metric::EdgeRequests], |value| {
            figures::per_second(value, std::time::Duration::from_mins(1))
        }),
        (
            "Error rates",
            &[Metric::Edge4xxRate, Metric::Edge5xxRate],
            figures::percent,
        ),
        (
            "Origin latency",
            &[Metric::EdgeOriginLatencyP90],
            figures::millis,
        ),
    ];
    let count = if wide {
        2
    } else {
        (area.height / 6).clamp(1, 3)
    };
    for (index, (title, metrics, write)) in charts.into_iter().take(usize::from(count)).enumerate()
    {
        let index = index as u16;
        let place = if wide {
            let x = area.x + index * area.width / count;
            Rect {
                x,
                width: (index + 1) * area.width / count + area.x - x,
                ..area
            }
        } else {
            let y = area.y + index * area.height / count;
            Rect {
                y,
                height: (index + 1) * area.height / count + area.y - y,
                ..area
            }
        };
        one_chart(scene, place, buf, title, metrics, write);
    }
}

fn one_chart(
    scene: &Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    title: &str,
    metrics: &[Metric],
    write: fn(f64) -> String,
) {
    let mut line = vec![scene.heading(title.to_string(), false)];
    let mut curves = Vec::new();
    let mut why = String::new();
    for (index, metric) in metrics.iter().enumerate() {
        let observed = scene.snapshot.edge.metrics.get(*metric);
        let known = scene.metric(&scene.snapshot.edge.metrics, *metric);
        let name = if metrics.len() > 1 {
            metric.title().trim_start_matches("edge ")
        } else {
            ""
        };
        line.push(Span::styled(
            format!("  {name}{}", if name.is_empty() { "" } else { " " }),
            scene.theme.series(index),
        ));
        line.push(scene.figure(known, None, 12, write).span());
        match observed.last().filter(|series| !series.is_empty()) {
            Some(series) => {
                let style = if observed.current().is_some() {
                    scene.theme.series(index)
                } else {
                    scene.style(Role::Faint)
                };
                curves.push(Curve { series, style });
            }
            None => {
                why = missing(
                    scene,
                    Known::<&()> {
                        value: None,
                        age: None,
                        state: known.state,
                    },
                    observed.why_missing(),
                )
                .content
                .into_owned()
            }
        }
    }
    let inner = scene.frame(area, buf, &Line::from(line), None, false);
    if curves.is_empty() {
        scene.nothing(inner, buf, &why);
    } else {
        Chart {
            curves,
            limit: None,
            least: 0.0,
            fixed: None,
            bottom: "0",
            write,
        }
        .draw(scene, inner, buf);
    }
}
