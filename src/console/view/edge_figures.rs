//! Figures of the distribution.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::facts::{self, Facts};
use super::flow;
use super::freshness::Show;
use super::scene::Scene;
use super::sites;
use super::theme::Role;
use gwctl_fleet::clean;

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
