//! The edge as a flow: from the clients' name to the Regions, each line hanging on the one before.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::edge_region_switch;
use super::flow::status_role;
use super::freshness::{Freshness, Known, Show, role_of};
use super::paint;
use super::scene::Scene;
use super::sites;
use super::theme::Role;
use gwctl_fleet::{Metric, Region, RoutingPolicy, RoutingRecord, Verdict, clean, columns, format};

/// The worst of the edge's reasons about one of its parts; unknown where the part was not seen.
fn verdict_of(scene: &Scene<'_>, abouts: &[&str], seen: Freshness) -> Verdict {
    let reasons = scene
        .snapshot
        .edge
        .judgement
        .reasons
        .iter()
        .filter(|reason| abouts.contains(&reason.about));
    let base = if seen == Freshness::Current {
        Verdict::Healthy
    } else {
        Verdict::Unknown
    };
    reasons
        .map(|reason| reason.verdict)
        .fold(base, Verdict::max)
}

/// Domain, distribution, router, latency set, Regions: each line hangs on the one before.
pub fn chain(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let verdict = scene.snapshot.edge.judgement.verdict;
    let title = Line::from(vec![
        scene.heading("From client to Region ", false),
        scene.mark(verdict),
        Span::styled(format!(" {verdict}"), scene.theme.verdict(verdict)),
    ]);
    let inner = scene.frame(area, buf, &title, None, false);
    let width = inner.width.saturating_sub(1);
    let lines = chain_lines(scene, width);
    for (line, y) in lines.iter().zip(inner.y..inner.bottom()) {
        paint::line(buf, inner.x + 1, y, width, line);
    }
}

fn chain_lines(scene: &Scene<'_>, width: u16) -> Vec<Line<'static>> {
    let mut lines = vec![domain_line(scene, width)];
    let mut depth = 1;
    if scene.snapshot.edge.cloudfront {
        lines.push(distribution_line(scene));
        depth += 1;
        if let Some(line) = router_line(scene, depth, width) {
            lines.push(line);
            depth += 1;
        }
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
        if let Some(share) = columns::traffic_known(&scene.moment(), site).current() {
            line.push(scene.span(
                format!("{:>6} of requests  ", format::share(share)),
                Role::Traffic,
            ));
        }
        line.push(scene.span(sites::check_words(check).0, Role::Muted));
        if let Some(routed) = routing_of(scene, &site.region) {
            line.push(scene.span(format!("  {routed}"), Role::Text));
        }
        lines.push(Line::from(line));
    }
    lines.extend(edge_region_switch::lines(scene, width));
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

fn domain_line(scene: &Scene<'_>, width: u16) -> Line<'static> {
    let edge = &scene.snapshot.edge;
    let probe = scene.known(&edge.probe);
    let verdict = verdict_of(scene, &["probe", "evidence", "certificate"], probe.state);
    let head = vec![
        scene.mark(verdict),
        scene.span(format!(" {}", clean(&edge.domain, 60)), Role::Title),
    ];
    let took = scene.figure(
        probe.map(|report| report.total().as_secs_f64() * 1e3),
        Some(scene.snapshot.thresholds.probe_ms),
        usize::MAX,
        format::millis,
    );
    let mut parts = vec![vec![scene.span("  probe ", Role::Muted), took.span()]];
    if let Some(report) = probe.value {
        let role = if report.status >= 500 {
            Role::Down
        } else {
            Role::Text
        };
        parts.push(vec![scene.span(format!("  HTTP {}", report.status), role)]);
        if let Some(by) = &report.served_by {
            let text = format!("  by {}", clean(by, 20));
            parts.push(vec![scene.span(text, Role::Muted)]);
        }
    }
    let certificate = if width < 100 { "cert" } else { "certificate" };
    if edge.cloudfront {
        parts.push(vec![
            scene.span(format!("  {certificate} "), Role::Muted),
            sites::certificate_days(scene, &edge.certificate).span(),
        ]);
    }
    scene.fitting(head, parts, width)
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
    let id = clean(&edge.distribution_id, 30);
    match known.value {
        Some(value) => {
            let domain = clean(&value.domain, 60);
            line.push(scene.span(format!(" {domain}"), Role::Title));
            line.push(scene.span(format!("  {id}  "), Role::Muted));
        }
        None => line.push(scene.span(format!(" {id}  "), Role::Title)),
    }
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

/// Why a thing is not known.
pub fn missing<T>(
    scene: &Scene<'_>,
    known: Known<&T>,
    why: Option<&gwctl_fleet::Missing>,
) -> Span<'static> {
    let why = why.map_or_else(String::new, ToString::to_string);
    scene.span(
        format!("{} {why}", known.mark(scene.theme)),
        role_of(known.state),
    )
}

fn router_line(scene: &Scene<'_>, depth: usize, width: u16) -> Option<Line<'static>> {
    let router = scene.snapshot.edge.router.as_ref()?;
    let known = scene.lasting(&router.detail);
    let mut head = stem(scene, depth, scene.theme.glyphs.corner);
    head.push(scene.mark(verdict_of(scene, &["router"], known.state)));
    head.push(scene.span(format!(" {}", clean(&router.name, 60)), Role::Title));
    let metrics = &scene.snapshot.edge.metrics;
    let limit = Some(scene.snapshot.thresholds.lambda_error_percent);
    let shares = [
        (Metric::EdgeFunctionErrors, "errors"),
        (Metric::EdgeFunctionInvalid, "invalid"),
        (Metric::EdgeFunctionLimited, "limited"),
    ];
    let mut parts = Vec::from(shares.map(|(metric, name)| {
        let share = scene.percent(metrics, metric, Metric::EdgeRequests);
        let figure = scene.figure(share, limit, usize::MAX, format::percent);
        vec![scene.span(format!("  {name} "), Role::Muted), figure.span()]
    }));
    if let Some(detail) = known.value {
        for text in [version(scene, &detail.version), clean(&detail.runtime, 20)] {
            parts.push(vec![scene.span(format!("  {text}"), Role::Muted)]);
        }
    } else {
        let why = missing(scene, known, router.detail.why_missing());
        parts.insert(0, vec![Span::raw("  "), why]);
    }
    Some(scene.fitting(head, parts, width))
}

/// The version that the distribution runs: only its configuration names it.
fn version(scene: &Scene<'_>, described: &str) -> String {
    let distribution = &scene.snapshot.edge.distribution;
    if described != "$LATEST" {
        return format!("version {}", clean(described, 12));
    }
    match distribution.current().map(|it| it.router_arn.is_some()) {
        Some(true) => "not the function that the distribution runs".into(),
        Some(false) => "not attached to the distribution".into(),
        None => "version not known".into(),
    }
}

/// Which clients the Region's records are for, where it is not by latency: `weight 30`, `Europe, failover`.
fn routing_of(scene: &Scene<'_>, region: &Region) -> Option<String> {
    let records = scene.snapshot.edge.records_of(region).ok()?;
    let mut words: Vec<String> = Vec::new();
    for record in records {
        if record.routing.policy() != RoutingPolicy::Latency {
            let word = record.routed_words();
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    (!words.is_empty()).then(|| words.join("; "))
}

/// `records by weight`; by latency is the usual.
fn routed(records: &[RoutingRecord]) -> String {
    match records.first().map(|record| record.routing.policy()) {
        None => "routing records".into(),
        Some(RoutingPolicy::Latency) => "latency records".into(),
        Some(policy) => format!("records, routed {policy}"),
    }
}

fn latency_line(scene: &Scene<'_>, depth: usize) -> Line<'static> {
    let edge = &scene.snapshot.edge;
    let known = scene.known(&edge.records);
    let mut line = stem(scene, depth, scene.theme.glyphs.corner);
    line.push(scene.mark(verdict_of(scene, &["dns"], known.state)));
    line.push(scene.span(format!(" {}", clean(&edge.latency_record, 60)), Role::Title));
    if let Some(records) = known.value {
        let ttl = records
            .first()
            .and_then(|record| record.ttl)
            .map_or_else(String::new, |ttl| format!(", TTL {ttl} s"));
        line.push(
            known
                .show(scene.theme, Role::Muted, usize::MAX, |records| {
                    format!("  {} {}{ttl}", records.len(), routed(records))
                })
                .span(),
        );
    } else {
        line.push(Span::raw("  "));
        line.push(missing(scene, known, edge.records.why_missing()));
    }
    Line::from(line)
}
