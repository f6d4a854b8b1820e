//! Reasons of verdicts, worst first.

use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::items::{self, Item};
use super::paint;
use super::scene::Scene;
use super::theme::Role;
use crate::app::{Panel, Subject};
use gwctl_fleet::{Judgement, Reason, Site, Verdict};

/// One line of a list of reasons.
pub struct WhyLine {
    verdict: Verdict,
    /// The mark and the subject stand on the first line of a reason only.
    subject: Option<String>,
    text: String,
}

fn lines(all: &[(String, &Reason)], width: u16) -> Vec<WhyLine> {
    let mut lines = Vec::new();
    for (subject, reason) in all {
        let text = reason
            .text
            .strip_prefix(subject.as_str())
            .map_or(reason.text.as_str(), str::trim_start);
        let text = text.replacen(&format!(" in {subject}"), "", 1);
        let full = format!("{subject} {text}");
        let most = if reason.verdict == Verdict::Down {
            4
        } else {
            3
        };
        let wrapped = paint::wrap(&full, usize::from(width.saturating_sub(2)), most);
        for (index, text) in wrapped.into_iter().enumerate() {
            let subject = (index == 0).then(|| subject.clone());
            lines.push(WhyLine {
                verdict: reason.verdict,
                subject,
                text,
            });
        }
    }
    lines
}

/// The panel of the whole fleet: causes first, then what none of them tells.
pub fn fleet(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let explained = &scene.state.explained;
    let aside = scene.oldest(scene.snapshot.oldest_at()).map(Line::from);
    let item = |scene: &Scene<'_>, subject: &Subject| {
        let (verdict, text) = match subject {
            Subject::Hypothesis(_, index) => {
                let one = explained.explanation.hypotheses.get(*index)?;
                (one.verdict, one.sentence.clone())
            }
            Subject::Rest(index) => {
                let one = explained.rest.get(*index)?;
                (
                    one.verdict,
                    format!("{} {}", one.places.join(", "), one.text),
                )
            }
            _ => return None,
        };
        let mark = format!("{} ", scene.theme.glyphs.verdict(verdict));
        Some(Item {
            label: Span::styled(mark, scene.theme.verdict(verdict)),
            text,
            role: Role::Text,
        })
    };
    let none = match scene.snapshot.judgement.verdict {
        Verdict::Healthy => "all values are within limits",
        _ => "not judged yet",
    };
    items::draw(scene, area, buf, Panel::Why, (aside, none), item);
}

/// The panel of one Region.
pub fn site(scene: &Scene<'_>, area: Rect, buf: &mut Buffer, site: &Site) {
    let judgement = unnamed(site);
    of(scene, area, buf, &judgement, scene.snapshot.row_at(site));
}

/// How many lines that panel has in an area of `width` cells.
pub fn site_lines(site: &Site, width: u16) -> usize {
    lines_of(&unnamed(site), width).len()
}

/// What a Region is judged by, without its name.
fn unnamed(site: &Site) -> Judgement {
    let here = format!(" in {}", site.region);
    let mut judgement = site.judgement.clone();
    for reason in &mut judgement.reasons {
        reason.text = reason.text.replacen(&here, "", 1);
    }
    judgement
}

fn lines_of(judgement: &Judgement, width: u16) -> Vec<WhyLine> {
    let all: Vec<(String, &Reason)> = judgement
        .reasons
        .iter()
        .map(|reason| (reason.about.to_string(), reason))
        .collect();
    lines(&all, width.saturating_sub(3))
}

/// The panel of the database.
pub fn database(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let snapshot = scene.snapshot;
    let judgement = &snapshot.database.judgement;
    of(scene, area, buf, judgement, snapshot.database_at());
}

/// The panel of the edge.
pub fn edge(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let snapshot = scene.snapshot;
    let judgement = &snapshot.edge.judgement;
    of(scene, area, buf, judgement, snapshot.edge_at());
}

/// The panel of one judgement, whose oldest figure speaks of `oldest`.
fn of(
    scene: &Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    judgement: &Judgement,
    oldest: Option<Timestamp>,
) {
    let found = lines_of(judgement, area.width);
    panel(scene, area, buf, &found, judgement.verdict, oldest);
}

fn panel(
    scene: &Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    found: &[WhyLine],
    verdict: Verdict,
    oldest: Option<Timestamp>,
) {
    let title = Line::from(vec![
        scene.heading("Why ", false),
        scene.mark(verdict),
        Span::styled(format!(" {verdict}"), scene.theme.verdict(verdict)),
    ]);
    let oldest = scene.oldest(oldest).map(Line::from);
    let inner = scene.frame(area, buf, &title, oldest.as_ref(), false);
    if found.is_empty() {
        let text = match verdict {
            Verdict::Healthy => "all values are within limits",
            _ => "not judged yet",
        };
        scene.nothing(inner, buf, text);
    }
    let height = usize::from(inner.height);
    let cut = found.len() > height;
    let shown = if cut {
        height.saturating_sub(1)
    } else {
        height
    };
    for (line, y) in found.iter().take(shown).zip(inner.y..) {
        let x = inner.x + 1;
        let width = inner.width.saturating_sub(1);
        if let Some(subject) = &line.subject {
            paint::text(
                buf,
                x,
                y,
                1,
                scene.theme.glyphs.verdict(line.verdict),
                scene.theme.verdict(line.verdict),
            );
            let used = paint::text(
                buf,
                x + 2,
                y,
                width.saturating_sub(2),
                subject,
                scene.style(Role::Muted),
            );
            let rest = line
                .text
                .strip_prefix(subject.as_str())
                .unwrap_or(&line.text);
            paint::text(
                buf,
                x + 2 + used,
                y,
                width.saturating_sub(2 + used),
                rest,
                scene.style(Role::Text),
            );
        } else {
            paint::text(
                buf,
                x + 2,
                y,
                width.saturating_sub(2),
                &line.text,
                scene.style(Role::Text),
            );
        }
    }
    if cut && height > 0 {
        let more = found
            .iter()
            .skip(shown)
            .filter(|line| line.subject.is_some())
            .count();
        let text = if more > 0 {
            format!("and {more} more")
        } else {
            "…".into()
        };
        paint::text(
            buf,
            inner.x + 3,
            inner.bottom() - 1,
            inner.width.saturating_sub(3),
            &text,
            scene.style(Role::Faint),
        );
    }
}
