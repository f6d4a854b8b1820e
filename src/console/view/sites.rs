//! What several screens say of a Region.

use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::absent::why_empty;
use super::freshness::{Shown, cells};
use super::paint;
use super::scene::Scene;
use super::theme::Role;
use crate::app::{Panel, Screen, Subject};
use gwctl_fleet::{
    Certificate, CheckVerdict, Missing, Observed, Region, RoutingRecord, Site, columns, format,
};

/// Writer or reader.
pub fn role(scene: &Scene<'_>, region: &Region) -> Shown {
    scene.reading(&columns::role(&scene.moment(), region), 6)
}

/// For how long the secondary there has heard nothing of the writer; none while it does.
pub fn unheard(scene: &Scene<'_>, region: &Region) -> Option<SignedDuration> {
    columns::silent_for(&scene.moment(), region)
}

/// Replication lag of the secondary there, in `width` cells.
pub fn lag(scene: &Scene<'_>, region: &Region, width: usize) -> Shown {
    scene.reading(&columns::lag(&scene.moment(), region), width)
}

/// Cells of the word that says whether DNS answers with something.
const DNS: usize = 5;

/// Whether DNS answers with a Region: one word, and the verdict behind it.
pub fn dns(scene: &Scene<'_>, region: &Region) -> (Shown, CheckVerdict) {
    let (reading, verdict) = columns::dns(&scene.moment(), region);
    (scene.reading(&reading, DNS), verdict)
}

/// Whether DNS answers with one record, in a word.
pub fn record_dns(scene: &Scene<'_>, record: &RoutingRecord) -> Shown {
    scene.reading(&columns::record_dns(&scene.moment(), record), DNS)
}

/// A check's verdict in words.
pub fn check_words(verdict: CheckVerdict) -> (&'static str, Role) {
    match verdict {
        CheckVerdict::Healthy => ("healthy", Role::Healthy),
        CheckVerdict::Unhealthy => ("UNHEALTHY", Role::Down),
        CheckVerdict::DisabledHealthy => {
            ("disabled: Route 53 considers it healthy", Role::Degraded)
        }
        CheckVerdict::DisabledUnhealthy => (
            "disabled and inverted: Route 53 considers it UNHEALTHY",
            Role::Down,
        ),
        CheckVerdict::Unchecked => ("no health check: always in", Role::Muted),
        CheckVerdict::Standby => (
            "standby: while others are healthy, not answered",
            Role::Muted,
        ),
        CheckVerdict::Partly => ("some records in, some out", Role::Degraded),
        CheckVerdict::Unknown => ("unknown", Role::Unknown),
    }
}

/// Days a certificate has left.
pub fn certificate_days(scene: &Scene<'_>, certificate: &Observed<Certificate>) -> Shown {
    scene.reading(&columns::certificate(&scene.moment(), certificate), 6)
}

/// Cells of an alarm's name at least.
const NAME: usize = 10;

/// The alarms panel of the present screen.
pub fn alarms(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let unknown = unasked_alarms(scene);
    let asked = alarmed_sites(scene).filter_map(|site| site.alarms.at());
    let oldest = scene.oldest(asked.min());
    let listed = scene.state.count(Panel::Alarms) > 0;
    let unlisted = unknown.clone().filter(|_| listed);
    // Where there is room for one, whose alarms are not known matters more than how old the others are.
    let aside = match unlisted {
        Some(text) => {
            let unknown = Line::from(scene.span(text, Role::Unknown));
            let mut both = unknown.clone();
            both.extend([Span::raw("  ")].into_iter().chain(oldest));
            let fits = both.width() + 15 <= usize::from(area.width);
            Some(if fits { both } else { unknown })
        }
        None => oldest.map(Line::from),
    };
    let inner = scene.panel(area, buf, Panel::Alarms, aside.as_ref());
    let visible = scene.visible(Panel::Alarms, inner, buf);
    if visible.is_empty() {
        let none = unknown.as_deref().unwrap_or("none in ALARM");
        let text = why_empty(scene, Panel::Alarms, "alarm", [], none);
        scene.nothing(inner, buf, &text);
    }
    for (row, entry) in visible {
        let Subject::Alarm(region, index) = &entry.subject else {
            continue;
        };
        let alarms = scene
            .snapshot
            .site(region)
            .and_then(|site| site.alarms.last());
        let Some(alarm) = alarms.and_then(|alarms| alarms.get(*index)) else {
            continue;
        };
        let since = alarm.since.map_or_else(
            || scene.theme.glyphs.marks.no_data.to_string(),
            |at| format::age(scene.now.duration_since(at)),
        );
        let stale = scene
            .snapshot
            .site(region)
            .is_some_and(|site| site.alarms.current().is_none());
        let role = if stale { Role::Faint } else { Role::Degraded };
        paint::right(
            buf,
            row.x,
            row.y,
            4.min(row.width),
            &since,
            scene.style(Role::Muted),
        );
        let mut x = row.x + 5;
        // Every word of CloudWatch's is a key away.
        let measured = alarm.compared();
        let said = measured.as_deref().unwrap_or(&alarm.reason);
        let room = usize::from(row.right().saturating_sub(x + 2));
        // Half a figure is another one: rather the name is cut, or the figures go.
        let beside = room.saturating_sub(cells(said) + 1);
        let (name, said) = match measured {
            Some(_) if beside >= NAME => (
                paint::fitted(&alarm.name, beside.min(cells(&alarm.name))),
                said,
            ),
            Some(_) => (alarm.name.clone(), ""),
            None => (alarm.name.clone(), said),
        };
        for (text, role) in [
            (scene.theme.glyphs.degraded, role),
            (name.as_str(), Role::Title),
            (said, Role::Text),
            (region.as_str(), Role::Muted),
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
    scene.footing(area, buf, Some(Panel::Alarms));
}

/// The Regions whose alarms the present screen shows.
fn alarmed_sites<'s>(scene: &Scene<'s>) -> impl Iterator<Item = &'s Site> {
    let here = scene.state.screen();
    scene.snapshot.sites.iter().filter(move |site| match here {
        Screen::Region(region) => &site.region == region,
        _ => true,
    })
}

/// The Regions whose alarms are not known: an empty list is good news only where it was asked for.
fn unasked_alarms(scene: &Scene<'_>) -> Option<String> {
    let unasked: Vec<&str> = alarmed_sites(scene)
        .filter(|site| {
            let why = site.alarms.why_missing();
            why.is_some_and(|why| *why != Missing::NoData)
        })
        .map(|site| site.region.as_str())
        .collect();
    (!unasked.is_empty()).then(|| {
        let mark = scene.theme.glyphs.marks.could_not_ask;
        format!("{mark} not known: {}", unasked.join(", "))
    })
}
