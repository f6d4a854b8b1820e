//! Figures of the distribution, and its charts.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::chart::{Chart, Curve};
use super::edge_chain::missing;
use super::facts::{self, Facts};
use super::flow;
use super::freshness::{Known, Show};
use super::scene::Scene;
use super::sites;
use super::theme::Role;
use gwctl_fleet::format;
use gwctl_fleet::{Metric, clean};

/// The distribution: probe, origins, aliases, certificate.
pub fn figures_panel(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
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
    if !edge.cloudfront {
        let none = scene.span("none: clients come by DNS alone", Role::Muted);
        list.heading("Distribution", Line::from(none));
        facts::draw(scene, inner, buf, &list.lines);
        return;
    }
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

/// Heading, series, how figures are written.
type Drawn = (&'static str, &'static [Metric], fn(f64) -> String);

/// Some of: requests, error rates, origin latency; one over the other, as many as fit.
pub fn charts(scene: &Scene<'_>, area: Rect, buf: &mut Buffer, which: std::ops::Range<usize>) {
    let all: [Drawn; 3] = [
        ("Requests", &[Metric::EdgeRequests], format::of_a_minute),
        (
            "Error rates",
            &[Metric::Edge4xxRate, Metric::Edge5xxRate],
            format::percent,
        ),
        (
            "Origin latency",
            &[Metric::EdgeOriginLatencyP90],
            format::millis,
        ),
    ];
    let count = (area.height / 6).clamp(1, which.len().max(1) as u16);
    for ((title, metrics, write), index) in all[which].iter().zip(0..count) {
        let y = area.y + index * area.height / count;
        let height = (index + 1) * area.height / count + area.y - y;
        one_chart(
            scene,
            Rect { y, height, ..area },
            buf,
            title,
            metrics,
            *write,
        );
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
    let mut figures = Vec::new();
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
        let name = format!("  {name}{}", if name.is_empty() { "" } else { " " });
        figures.push(vec![
            Span::styled(name, scene.theme.series(index)),
            scene.figure(known, None, 12, write).span(),
        ]);
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
                .into_owned();
            }
        }
    }
    let heading = vec![scene.heading(title.to_string(), false)];
    let title = scene.fitting(heading, figures, area.width.saturating_sub(4));
    let inner = scene.frame(area, buf, &title, None, false);
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
