//! What several screens say of a Region.

use jiff::SignedDuration;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::absent::why_empty;
use super::freshness::{Freshness, Known, Shown, cells};
use super::paint;
use super::scene::Scene;
use super::theme::Role;
use crate::app::{Panel, Screen, Subject};
use gwctl_fleet::format;
use gwctl_fleet::{
    Certificate, CheckVerdict, HealthCheck, LatencyRecord, Metric, Missing, Observed, Region, Site,
};

/// Writer or reader.
pub fn role(scene: &Scene<'_>, region: &Region) -> Shown {
    let topology = scene.known(&scene.snapshot.database.topology);
    let writer = topology.and_then(|topology| topology.member(region).map(|member| member.writer));
    let role = if writer.value == Some(true) {
        Role::Accent
    } else {
        Role::Text
    };
    writer.show(scene.theme, role, 6, |writer| {
        (if writer { "writer" } else { "reader" }).into()
    })
}

/// The Region's share of the traffic, as well known as the requests of all Regions are.
pub fn traffic(scene: &Scene<'_>, site: &Site) -> Known<f64> {
    match scene.snapshot.traffic_share(&site.region) {
        Ok(share) => Known {
            value: Some(share.percent),
            age: Some(scene.now.duration_since(share.at)),
            state: Freshness::Current,
        },
        Err(why) => Known {
            value: None,
            age: None,
            state: Freshness::from(&why),
        },
    }
}

/// Failed invocations of all functions together, in percent.
pub fn function_errors(scene: &Scene<'_>, site: &Site) -> Known<f64> {
    let shares = site.functions.iter().map(|function| {
        scene.percent(
            &function.metrics,
            Metric::FunctionErrors,
            Metric::FunctionInvocations,
        )
    });
    worst(shares)
}

/// The highest of several figures; one that is not current makes the whole not current.
pub fn worst(all: impl Iterator<Item = Known<f64>>) -> Known<f64> {
    let rank = |state: Freshness| match state {
        Freshness::NoData => 0,
        Freshness::Current => 1,
        Freshness::Old => 2,
        Freshness::NotYet => 3,
        Freshness::CouldNotAsk => 4,
        Freshness::NotAllowed => 5,
    };
    let picked = all.reduce(|a, b| {
        let state = if rank(a.state) >= rank(b.state) {
            a.state
        } else {
            b.state
        };
        let value = match (a.value, b.value) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        };
        Known {
            value,
            age: a.age.max(b.age),
            state,
        }
    });
    picked.unwrap_or_else(Known::none)
}

/// For how long the secondary there has heard nothing of the writer; none while it does.
pub fn unheard(scene: &Scene<'_>, region: &Region) -> Option<SignedDuration> {
    let silence = scene.snapshot.database.lag_now(region)?.silence?;
    Some(scene.now.duration_since(silence.since))
}

/// Replication lag of the secondary there; the writer has none, and one that hears nothing of the writer tells for
/// how long.
pub fn lag(scene: &Scene<'_>, region: &Region, width: usize) -> Shown {
    if scene.snapshot.is_writer(region) == Some(true) {
        return Shown::new("writer", scene.theme, Role::Faint);
    }
    if let Some(unheard) = unheard(scene, region) {
        let words =
            [format::rough(unheard), format::age(unheard)].map(|ago| format!("silent {ago}"));
        let fitting = words.into_iter().find(|words| cells(words) <= width);
        let text = fitting.unwrap_or_else(|| "silent".into());
        return Shown::new(text, scene.theme, Role::Degraded);
    }
    let known = match scene.snapshot.database.lag(region) {
        Some(lag) => Known::series(lag, scene.now, &scene.snapshot.thresholds),
        None => Known {
            value: None,
            age: None,
            state: scene.known(&scene.snapshot.database.topology).state,
        },
    };
    let known = if known.value.is_none() && known.state == Freshness::Current {
        Known::none()
    } else {
        known
    };
    scene.figure(
        known,
        Some(scene.snapshot.thresholds.replication_lag_ms),
        width,
        format::millis,
    )
}

/// Whether DNS answers with a Region: one word, and the verdict behind it.
pub fn dns(scene: &Scene<'_>, region: &Region) -> (Shown, CheckVerdict) {
    let edge = &scene.snapshot.edge;
    let records = scene.known(&edge.records);
    let show = |text: &str, role| Shown::new(text, scene.theme, role);
    if records.state != Freshness::Current {
        return (
            records
                .map(|_| ())
                .show(scene.theme, Role::Text, 5, |()| String::new()),
            CheckVerdict::Unknown,
        );
    }
    let Some(verdict) = edge.admission(region, scene.now) else {
        return (show("none", Role::Degraded), CheckVerdict::Unknown);
    };
    (in_dns(scene, verdict, edge.check(region)), verdict)
}

/// Whether DNS answers with one record, in a word.
pub fn record_dns(scene: &Scene<'_>, record: &LatencyRecord) -> Shown {
    let edge = &scene.snapshot.edge;
    let check = record.check().and_then(|id| edge.checks.get(id));
    in_dns(scene, edge.record_verdict(record, scene.now), check)
}

fn in_dns(scene: &Scene<'_>, verdict: CheckVerdict, check: Option<&HealthCheck>) -> Shown {
    let show = |text: &str, role| Shown::new(text, scene.theme, role);
    match verdict {
        CheckVerdict::Healthy => show("in", Role::Healthy),
        CheckVerdict::Unhealthy => show("OUT", Role::Down),
        CheckVerdict::PinnedHealthy => show("in !", Role::Degraded),
        CheckVerdict::PinnedUnhealthy => show("OUT !", Role::Down),
        CheckVerdict::Unchecked => show("in *", Role::Muted),
        CheckVerdict::Partly => show("part", Role::Degraded),
        CheckVerdict::Unknown => {
            let state = check.map_or(Freshness::NotYet, |check| {
                scene.metric(&check.metrics, Metric::CheckStatus).state
            });
            let state = if state == Freshness::Current {
                Freshness::NoData
            } else {
                state
            };
            Known::<()> {
                value: None,
                age: None,
                state,
            }
            .show(scene.theme, Role::Unknown, 5, |()| String::new())
        }
    }
}

/// A check's verdict in words.
pub fn check_words(verdict: CheckVerdict) -> (&'static str, Role) {
    match verdict {
        CheckVerdict::Healthy => ("healthy", Role::Healthy),
        CheckVerdict::Unhealthy => ("UNHEALTHY", Role::Down),
        CheckVerdict::PinnedHealthy => ("pinned healthy: disabled", Role::Degraded),
        CheckVerdict::PinnedUnhealthy => ("pinned UNHEALTHY: disabled and inverted", Role::Down),
        CheckVerdict::Unchecked => ("no health check: always in", Role::Muted),
        CheckVerdict::Partly => ("some records in, some out", Role::Degraded),
        CheckVerdict::Unknown => ("unknown", Role::Unknown),
    }
}

/// Days a certificate has left.
pub fn certificate_days(scene: &Scene<'_>, certificate: &Observed<Certificate>) -> Shown {
    let limit = scene.snapshot.thresholds.certificate_days;
    let days = scene
        .lasting(certificate)
        .and_then(|certificate| certificate.days_left(scene.now));
    let role = match days.value {
        Some(days) if (days as f64) < limit.critical => Role::Down,
        Some(days) if (days as f64) < limit.warn => Role::Degraded,
        _ => Role::Text,
    };
    days.show(scene.theme, role, 6, |days| {
        if days < 0 {
            "over".into()
        } else {
            format!("{} d", days.min(9_999))
        }
    })
}

/// How old the oldest figure of a Region's row is.
pub fn row_age(scene: &Scene<'_>, site: &Site) -> Shown {
    let Some(at) = scene.snapshot.row_at(site) else {
        // No figure was ever known: as for the requests, it is not asked yet, or nobody answers.
        let requests = scene.metric(&site.api.metrics, Metric::ApiRequests);
        return requests.show(scene.theme, Role::Muted, 4, |_| String::new());
    };
    let age = scene.now.duration_since(at);
    let old = age.as_secs_f64() > scene.snapshot.thresholds.metric_stale_s;
    let role = if old { Role::Degraded } else { Role::Muted };
    Shown::new(format::age(age), scene.theme, role)
}

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
            || scene.theme.glyphs.no_data.to_string(),
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
        for (text, role) in [
            (scene.theme.glyphs.degraded, role),
            (alarm.name.as_str(), Role::Title),
            (region.as_str(), Role::Muted),
            (alarm.reason.as_str(), Role::Text),
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
        let mark = scene.theme.glyphs.could_not_ask;
        format!("{mark} not known: {}", unasked.join(", "))
    })
}
