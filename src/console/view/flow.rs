//! What a Region is made of, as facts.

use ratatui::text::{Line, Span};

use super::facts::{Fact, Facts};
use super::freshness::{Freshness, Show, Shown};
use super::scene::Scene;
use super::sites;
use super::theme::Role;
use gwctl_fleet::format;
use gwctl_fleet::{
    ApiKind, Capacity, CheckKind, Cluster, HealthCheck, Metric, Missing, Observed, ProbeReport,
    Routing, RoutingRecord, Site, check_verdict, clean,
};

/// Everything but functions and alarms.
pub fn site_facts(scene: &Scene<'_>, site: &Site, width: u16) -> Vec<Fact> {
    let mut facts = Facts::new(scene);
    probe(&mut facts, scene, &site.probe, width);
    api(&mut facts, scene, site);
    cluster(&mut facts, scene, site);
    routing(&mut facts, scene, site);
    let days = sites::certificate_days(scene, &site.certificate);
    let status = scene
        .lasting(&site.certificate)
        .and_then(|certificate| certificate.not_after)
        .value;
    let until = status.map_or_else(String::new, |at| format!("  until {}", format::date(at)));
    facts.heading(
        "Certificate",
        Line::from(vec![days.span(), scene.span(until, Role::Muted)]),
    );
    stack(&mut facts, scene, site);
    reach(&mut facts, scene, site);
    facts.lines
}

/// The phases of a probe as parts of one bar.
pub fn probe(
    facts: &mut Facts<'_, '_>,
    scene: &Scene<'_>,
    probe: &Observed<ProbeReport>,
    width: u16,
) {
    // How an earlier one went says nothing of one that fails.
    if let Some(why @ Missing::CouldNotAsk { .. }) = probe.why_missing() {
        let mark = scene.theme.glyphs.marks.of(why);
        let said = scene.span(format!("{mark} {why}"), Role::Unknown);
        facts.heading("Probe", Line::from(said));
        return;
    }
    let known = scene.known(probe);
    let limit = Some(scene.snapshot.thresholds.probe_ms);
    let total = scene.figure(
        known.map(|report| report.total().as_secs_f64() * 1e3),
        limit,
        usize::MAX,
        format::millis,
    );
    let mut beside = vec![total.span()];
    if let Some(report) = known.value {
        let role = match (known.state, report.status) {
            (Freshness::Current, 500..) => Role::Down,
            (Freshness::Current, 200..400) => Role::Healthy,
            (Freshness::Current, _) => Role::Degraded,
            _ => Role::Faint,
        };
        beside.push(scene.span(format!("  HTTP {}", report.status), role));
        if let Some(by) = &report.served_by {
            beside.push(scene.span(format!("  by {}", clean(by, 20)), Role::Muted));
        }
    } else if let Some(why) = probe.why_missing() {
        beside.push(scene.span(format!(" {why}"), Role::Muted));
    }
    facts.heading("Probe", Line::from(beside));
    let Some(report) = known.value else { return };
    // Curl's short words where the long ones do not fit.
    let narrow = width < 54;
    let (connect, first_byte, gap) = if narrow {
        ("tcp", "ttfb", " ")
    } else {
        ("connect", "first byte", "  ")
    };
    let phases = [
        ("dns", Some(report.dns)),
        (connect, Some(report.connect)),
        ("tls", report.tls),
        (first_byte, Some(report.first_byte)),
    ];
    let whole = report.total().as_secs_f64();
    let room = f64::from(width.saturating_sub(2));
    let mut left = usize::from(width.saturating_sub(2));
    let mut bar = Vec::new();
    let mut names = Vec::new();
    for (index, (name, took)) in phases.into_iter().enumerate() {
        let Some(took) = took else { continue };
        let share = if whole > 0.0 {
            took.as_secs_f64() / whole
        } else {
            0.0
        };
        let cells = if took.is_zero() {
            0
        } else {
            ((share * room).round() as usize).max(1).min(left)
        };
        left -= cells;
        let style = if known.state == Freshness::Current {
            scene.theme.series(index)
        } else {
            scene.style(Role::Faint)
        };
        bar.push(Span::styled(scene.theme.glyphs.bar[8].repeat(cells), style));
        names.push(Span::styled(format!("{name} "), style));
        let took = if narrow {
            format!("{:.0}", took.as_secs_f64() * 1e3)
        } else {
            format::duration(took)
        };
        names.push(scene.span(format!("{took}{gap}"), Role::Text));
    }
    if narrow {
        names.push(scene.span("ms", Role::Muted));
    }
    facts.lines.push(Fact::Whole(Line::from(bar)));
    facts.lines.push(Fact::Whole(Line::from(names)));
}

fn api(facts: &mut Facts<'_, '_>, scene: &Scene<'_>, site: &Site) {
    let detail = scene.lasting(&site.api.detail);
    let shown = detail.show(scene.theme, Role::Text, usize::MAX, |detail| {
        let kind = match detail.kind {
            ApiKind::Rest => "REST",
            ApiKind::Http => "HTTP",
        };
        format!("{kind} API {}", clean(&detail.name, 40))
    });
    facts.heading(
        "API",
        Line::from(vec![
            shown.span(),
            scene.span(format!("  {}", site.api.id), Role::Muted),
        ]),
    );
    if let Some(endpoint) = &site.endpoint {
        facts.words("endpoint", endpoint.clone(), Role::Text);
    }
    let integration = scene.metric(&site.api.metrics, Metric::ApiIntegrationLatencyP50);
    facts.figure(
        "integration",
        scene.figure(integration, None, usize::MAX, |value| {
            format!("p50 {}", format::millis(value))
        }),
    );
    let concurrency = scene.lasting(&site.concurrency);
    facts.figure(
        "concurrency",
        concurrency.show(scene.theme, Role::Text, usize::MAX, |limits| {
            format!("{} of {} unreserved", limits.unreserved, limits.limit)
        }),
    );
}

fn cluster(facts: &mut Facts<'_, '_>, scene: &Scene<'_>, site: &Site) {
    let role = sites::role(scene, &site.region);
    let Some(cluster) = scene.snapshot.database.clusters.get(&site.region) else {
        facts.heading("Cluster", Line::from(role.span()));
        return;
    };
    let state = scene.known(&cluster.state);
    let status = state.show(
        scene.theme,
        status_role(state.value.map_or("", |state| &state.status)),
        usize::MAX,
        |state| clean(&state.status, 24),
    );
    facts.heading(
        "Cluster",
        Line::from(vec![
            scene.span(clean(&cluster.id, 32), Role::Text),
            Span::raw("  "),
            role.span(),
            Span::raw("  "),
            status.span(),
        ]),
    );
    if scene.snapshot.is_writer(&site.region) != Some(true) {
        facts.figure("lag", sites::lag(scene, &site.region, usize::MAX));
    }
    let cpu = scene.metric(&cluster.metrics, Metric::DbCpu);
    let connections = scene.metric(&cluster.metrics, Metric::DbConnections);
    facts.spans(
        "load",
        vec![
            scene
                .figure(cpu, None, usize::MAX, |value| {
                    format!("CPU {}", format::share(value))
                })
                .span(),
            Span::raw("  "),
            scene
                .figure(connections, None, usize::MAX, |value| {
                    format!("{} connections", format::short_count(value))
                })
                .span(),
        ],
    );
    let Some(value) = state.value else { return };
    facts.words(
        "engine",
        format!("{} {}", value.engine.name, value.engine.version),
        Role::Text,
    );
    if let Some(forwarding) = &value.write_forwarding {
        facts.words("forwarding", clean(forwarding, 20), Role::Text);
    }
    if let Some(range) = value.serverless() {
        facts.spans("capacity", capacity(scene, cluster, range));
    }
    if value.is_headless() {
        facts.words("instances", "none: headless", Role::Degraded);
    }
    for proxy in cluster.proxies.last().into_iter().flatten() {
        let words = format!("{} {}", clean(&proxy.name, 40), clean(&proxy.status, 20));
        facts.words("RDS Proxy", words, Role::Text);
    }
    for (index, instance) in value.instances.iter().enumerate() {
        let role = if state.state == Freshness::Current {
            status_role(&instance.status)
        } else {
            Role::Faint
        };
        let zone = instance.zone.as_deref().unwrap_or_default();
        let kind = if instance.writer { "writer" } else { "reader" };
        let line = vec![
            scene.span(clean(&instance.id, 28), Role::Text),
            scene.span(format!("  {}", clean(&instance.status, 20)), role),
            scene.span(format!("  {kind} {} {zone}", instance.class), Role::Muted),
        ];
        if index == 0 {
            facts.spans("instances", line);
        } else {
            facts.lines.push(Fact::More(Line::from(line)));
        }
    }
}

/// What the instances of Serverless v2 use, and how far they scale.
fn capacity(scene: &Scene<'_>, cluster: &Cluster, range: Capacity) -> Vec<Span<'static>> {
    let used = scene.metric(&cluster.metrics, Metric::DbCapacity);
    let used = scene.figure(used, None, usize::MAX, |acu| {
        format!("{} ACU", format::acu(acu))
    });
    vec![
        used.span(),
        scene.span(format!("  scales from {range}"), Role::Muted),
    ]
}

/// How AWS's word for a status is drawn.
pub fn status_role(status: &str) -> Role {
    match status {
        "available" | "Deployed" | "ISSUED" | "Active" | "connected" | "enabled" => Role::Healthy,
        "" => Role::Text,
        status
            if status.contains("fail")
                || status.contains("FAILED")
                || status.contains("ROLLBACK")
                || status == "EXPIRED" =>
        {
            Role::Down
        }
        status if status.ends_with("_COMPLETE") || status == "IN_SYNC" => Role::Healthy,
        _ => Role::Degraded,
    }
}

fn routing(facts: &mut Facts<'_, '_>, scene: &Scene<'_>, site: &Site) {
    let edge = &scene.snapshot.edge;
    let (word, verdict) = sites::dns(scene, &site.region);
    let (long, role) = sites::check_words(verdict);
    let known = edge.records.current().is_some() && edge.record(&site.region).is_some();
    let beside = if known {
        Shown::new(long, scene.theme, role)
    } else {
        word
    };
    facts.heading("Routing", Line::from(beside.span()));
    for text in routed(&edge.records_of(&site.region).unwrap_or_default()) {
        facts.words("routed", text, Role::Text);
    }
    for record in edge.records_of(&site.region).unwrap_or_default() {
        let ttl = record
            .ttl
            .map_or_else(|| "alias".into(), |ttl| format!("TTL {ttl} s"));
        facts.words(
            "record",
            format!("{} {} {ttl}", record.kind, clean(&record.target, 60)),
            Role::Text,
        );
    }
    if let Some((_, switch)) = edge.switch(&site.region)
        && let Some(switch) = switch.last()
    {
        let role = match switch.stands_evacuated() {
            Some(true) => Role::Degraded,
            _ => Role::Text,
        };
        facts.words("switch", clean(&switch.position_words(scene.now), 80), role);
        if switch.stands_evacuated() == Some(true) {
            facts.words("", clean(&switch.lasting_words(), 120), Role::Muted);
        }
    }
    if let Some(check) = edge.check(&site.region) {
        check_facts(facts, scene, check);
    }
}

/// By which policy Route 53 chooses the Region's records, with the settings of each and its check; alike ones once.
fn routed(records: &[&RoutingRecord]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for record in records {
        let policy = record.routing.policy();
        let settings = match &record.routing {
            Routing::Simple | Routing::Latency(_) | Routing::Multivalue => String::new(),
            other => format!(": {}", clean(&other.to_string(), 40)),
        };
        let check = match record.check() {
            Some(id) => format!(", check {}", clean(id, 40)),
            None => ", no check".into(),
        };
        let text = format!("{policy}{settings}{check}");
        if !all.contains(&text) {
            all.push(text);
        }
    }
    all
}

fn check_facts(facts: &mut Facts<'_, '_>, scene: &Scene<'_>, check: &HealthCheck) {
    facts.words("check", describe_check(scene, check), Role::Text);
    let percent = scene.metric(&check.metrics, Metric::CheckPercentHealthy);
    if percent.value.is_some() {
        facts.figure(
            "checkers",
            scene.figure(percent, None, usize::MAX, |value| {
                format!("{} say healthy", format::percent(value))
            }),
        );
    }
    let Some(config) = check.config.last() else {
        return;
    };
    if let CheckKind::Calculated { children, .. } = &config.kind {
        for (index, id) in children.iter().enumerate() {
            let Some(child) = scene.snapshot.edge.checks.get(id) else {
                continue;
            };
            let (word, role) = sites::check_words(check_verdict(child, scene.now));
            let line = vec![
                scene.span(word, role),
                scene.span(format!("  {}", describe_check(scene, child)), Role::Text),
            ];
            if index == 0 {
                facts.spans("children", line);
            } else {
                facts.lines.push(Fact::More(Line::from(line)));
            }
        }
    }
}

/// What a check looks at, in a line.
pub fn describe_check(scene: &Scene<'_>, check: &HealthCheck) -> String {
    let Some(config) = check.config.last() else {
        return clean(&check.id, 36);
    };
    let text = match &config.kind {
        CheckKind::Endpoint { protocol, target } => {
            format!(
                "{} {}, every {} s, {} in a row",
                clean(protocol, 20),
                clean(target, 48),
                config.interval_s,
                config.failure_threshold
            )
        }
        CheckKind::Calculated {
            children,
            threshold,
        } => {
            let (healthy, unknown) = scene.snapshot.edge.healthy(children, scene.now);
            let unknown = match unknown {
                0 => String::new(),
                n => format!(" ({n} not known)"),
            };
            let all = children.len();
            format!("calculated: {healthy} of {all} healthy{unknown}, needs {threshold}")
        }
        CheckKind::Alarm { name, region } => {
            format!("alarm {} in {}", clean(name, 40), clean(region, 16))
        }
        CheckKind::RecoveryControl { control } => format!("routing control {}", clean(control, 60)),
        CheckKind::Linked { service } => format!("set by {}", clean(service, 60)),
    };
    let flags = [
        (config.inverted, " INVERTED"),
        (config.disabled, " DISABLED"),
    ];
    flags
        .into_iter()
        .filter(|(on, _)| *on)
        .fold(text, |text, (_, flag)| text + flag)
}

fn stack(facts: &mut Facts<'_, '_>, scene: &Scene<'_>, site: &Site) {
    let Some(stack) = &site.stack else { return };
    let known = scene.lasting(stack);
    let role = known
        .value
        .map_or(Role::Text, |stack| status_role(&stack.status));
    let status = known.show(scene.theme, role, usize::MAX, |stack| {
        clean(&stack.status, 40)
    });
    let mut beside = vec![status.span()];
    if let Some(stack) = known.value {
        beside.push(scene.span(format!("  {}", clean(&stack.name, 40)), Role::Muted));
    }
    facts.heading("Stack", Line::from(beside));
    if let Some(stack) = known.value {
        let changed = stack
            .changed
            .map_or_else(String::new, |at| format!(", changed {}", scene.ago(at)));
        facts.words(
            "drift",
            format!("{}{changed}", clean(&stack.drift, 20)),
            Role::Text,
        );
    }
}

fn reach(facts: &mut Facts<'_, '_>, scene: &Scene<'_>, site: &Site) {
    facts.heading("AWS endpoints", Line::from(reach_line(scene, &site.reach)));
    if let Some(error) = &site.reach.last_error {
        facts.words("last error", clean(error, 120), Role::Muted);
    }
}

/// Whether a Region's endpoints answer, and how fast.
pub fn reach_line(scene: &Scene<'_>, reach: &gwctl_fleet::Reachability) -> Vec<Span<'static>> {
    let glyphs = scene.theme.glyphs;
    match reach.answering() {
        None => vec![scene.span(
            format!("{} not asked yet", glyphs.marks.not_yet),
            Role::Faint,
        )],
        Some(true) => {
            let took = reach.round_trip.map_or_else(String::new, |took| {
                format!(" in {}", format::duration(took))
            });
            vec![
                scene.span(glyphs.healthy, Role::Healthy),
                scene.span(format!(" answering{took}"), Role::Text),
            ]
        }
        Some(false) => {
            let since = reach.last_answer.map_or_else(
                || "never answered".into(),
                |at| format!("last answer {}", scene.ago(at)),
            );
            let text = format!(" silent for {} calls, {since}", reach.silent_calls);
            vec![
                scene.span(glyphs.down, Role::Down),
                scene.span(text, Role::Text),
            ]
        }
    }
}
