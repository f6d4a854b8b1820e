//! The head of the run screen: what runs, how it stands, the clock, and what it needs of the operator.

use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::chrome::elsewhere;
use super::digits;
use super::freshness::cells;
use super::paint;
use super::prose::Prose;
use super::run::objective;
use super::scene::Scene;
use super::theme::Role;
use crate::app::{Hold, Mode, Shown};
use gwctl_actions::{Phase, RunState, StepStatus, Task, left, recovery};
use gwctl_fleet::format;

/// Draws the head; what is left is for the rest.
pub fn draw(scene: &Scene<'_>, area: Rect, buf: &mut Buffer, shown: &Shown) -> Rect {
    let big = area.height >= 32 && area.width >= 100;
    let height = if big { 4 } else { 2 };
    if area.height < height + 6 {
        return area;
    }
    let run = &shown.state;
    let wide = if big { 36 } else { 24 };
    let clock = Rect {
        x: area.right().saturating_sub(wide),
        width: (wide - 1).min(area.width),
        height,
        ..area
    };
    let taken = time(scene, clock, buf, shown, big);
    let (mark, word, role) = scene.standing(shown);
    let state = Span::styled(
        format!(" {mark} {} ", word.to_uppercase()),
        scene.style(role).add_modifier(Modifier::REVERSED),
    );
    let of = elsewhere(scene, run).map_or_else(String::new, |fleet| format!("{fleet}: "));
    let room = area.width.saturating_sub(taken + 1);
    let for_title = usize::from(room).saturating_sub(state.width() + 2 + cells(&of));
    let title = titled(&paint::safe(&run.plan.title), for_title);
    let title = Line::from(vec![
        Span::raw(" "),
        state,
        scene.span(format!(" {of}{title}"), Role::Title),
    ]);
    paint::line(buf, area.x, area.y, room, &title);
    let room = area.width.saturating_sub(wide + 1);
    // The identifier begins with the time.
    let begun = if big {
        format!("  {}", format::clock(run.begun))
    } else {
        String::new()
    };
    let facts = format!(" {}{begun} by {}", run.id, paint::safe(&run.operator));
    let facts = Line::from(scene.span(facts, Role::Muted));
    paint::line(buf, area.x, area.y + 1, room, &facts);
    if big {
        let now = Line::from(scene.span(format!(" {}", under_way(run, scene.now)), Role::Text));
        paint::line(buf, area.x, area.y + 2, room, &now);
    }
    let rest = Rect {
        y: area.y + height,
        height: area.height - height,
        ..area
    };
    attention(scene, rest, buf, shown)
}

/// A run's title in `room` cells: rather without the details of how, or without how, than with half of it.
fn titled(title: &str, room: usize) -> String {
    let without = |mark: &str| title.split_once(mark).map_or(title, |(before, _)| before);
    let kept = [title, without(" ("), without(" by ")];
    let fits = kept.into_iter().find(|kept| cells(kept) <= room);
    fits.map_or_else(|| paint::fitted(title, room), str::to_owned)
}

/// What is under way, in a line: first how long it takes, which is never cut.
fn under_way(run: &RunState, now: Timestamp) -> String {
    let steps: Vec<&str> = run
        .active()
        .filter(|step| run.status(&step.id) == StepStatus::Running)
        .map(|step| step.title.as_str())
        .collect();
    if steps.is_empty() {
        String::new()
    } else {
        let left = left(run, now).left_words();
        format!("{left}; now: {}", steps.join("; "))
    }
}

/// The clock against the recovery time objective, or what is expected where nothing is recovered. It stops once
/// what was to be recovered is. How many cells its first line takes.
fn time(scene: &Scene<'_>, area: Rect, buf: &mut Buffer, shown: &Shown, big: bool) -> u16 {
    let run = &shown.state;
    let (from, until) = (run.begun, shown.until());
    let used = until
        .unwrap_or(scene.now.max(from))
        .duration_since(from)
        .max(SignedDuration::ZERO);
    // The run goes on: its clock has not.
    let recovered = until.is_some() && run.ended.is_none();
    let (rto, recovers) = (run.plan.rules.rto_s, run.plan.intent.recovers());
    let text = format::steady_stopwatch(used);
    let role = match until {
        _ if recovers && used.as_secs() > rto.cast_signed() => Role::Down,
        Some(_) => Role::Healthy,
        None => Role::Title,
    };
    let of = if recovers {
        format::seconds(rto)
    } else {
        run.plan.expected().short()
    };
    if big {
        let since = match until {
            Some(_) if recovered => "recovered",
            Some(_) => "from confirmation",
            None => "since confirmation",
        };
        let glyphs = scene.theme.glyphs;
        digits::draw(buf, area, &text, glyphs.ascii, scene.style(role));
        let line = if recovers {
            format!("{since}, RTO {of}")
        } else {
            format!("{since}, due {of}")
        };
        paint::right(
            buf,
            area.x,
            area.y + 3,
            area.width,
            &line,
            scene.style(Role::Muted),
        );
        area.width + 1
    } else {
        let line = Line::from(vec![
            scene.span(if recovered { "recovered after " } else { "" }, Role::Muted),
            Span::styled(text, scene.style(role).add_modifier(Modifier::BOLD)),
            scene.span(format!(" of {of}"), Role::Muted),
        ]);
        let width = line.width() as u16;
        let x = area.right().saturating_sub(width);
        paint::line(buf, x, area.y, width, &line);
        let bar = Rect {
            y: area.y + 1,
            height: 1,
            ..area
        };
        if recovers {
            objective(scene, bar, buf, used, rto);
        }
        width + 1
    }
}

/// A frame that says what is the matter, why, and what can be done now; nothing while all goes well.
fn attention(scene: &Scene<'_>, area: Rect, buf: &mut Buffer, shown: &Shown) -> Rect {
    let mut prose = Prose::new(scene, area.width.saturating_sub(4));
    let (title, role) = said(scene, &mut prose, shown);
    let keys = keys(scene, shown, usize::from(area.width.saturating_sub(4)));
    if prose.lines.is_empty() && shown.state.phase() != Phase::Abandoned {
        return area;
    }
    if !keys.spans.is_empty() {
        prose.lines.push(keys);
    }
    if prose.lines.is_empty() {
        return area;
    }
    let height = (prose.lines.len() as u16 + 2).min(area.height / 2);
    let place = Rect { height, ..area };
    let heading = Line::from(Span::styled(
        format!(" {title} "),
        scene.style(role).add_modifier(Modifier::REVERSED),
    ));
    let inner = scene.frame(place, buf, &heading, None, false);
    // When room is short the keys matter more than the end of a long reason.
    let skip = prose.lines.len().saturating_sub(usize::from(inner.height));
    let last = prose.lines.len().saturating_sub(1);
    let kept = prose
        .lines
        .iter()
        .enumerate()
        .filter(|(index, _)| skip == 0 || *index == last || *index + 1 + skip <= last);
    for ((_, line), y) in kept.zip(inner.y..inner.bottom()) {
        paint::line(buf, inner.x + 1, y, inner.width.saturating_sub(2), line);
    }
    Rect {
        y: place.bottom(),
        height: area.height - height,
        ..area
    }
}

fn said(scene: &Scene<'_>, prose: &mut Prose<'_, '_>, shown: &Shown) -> (&'static str, Role) {
    let run = &shown.state;
    let phase = run.phase();
    driven(scene, prose, shown);
    for step in run.active() {
        let Some(now) = run.steps.get(&step.id) else {
            continue;
        };
        if now.status == StepStatus::Held {
            let mark = scene.span(format!("{}: ", step.title), Role::Title);
            prose.marked(
                0,
                &mark,
                now.held.as_deref().unwrap_or_default(),
                Role::Text,
            );
        }
        if matches!(step.task, Task::AwaitResync(_)) && now.status == StepStatus::Running {
            let text = "Protection is reduced until every member has resynchronised: a loss of the new writer now could lose data.";
            let mark = scene.span(format!("{} ", scene.theme.glyphs.degraded), Role::Degraded);
            prose.marked(0, &mark, text, Role::Degraded);
        }
    }
    if let Some(trip) = run.tripped() {
        let mark = scene.span(format!("abort criterion {}: ", trip.criterion), Role::Down);
        prose.marked(0, &mark, &trip.text, Role::Text);
    }
    if phase == Phase::Done {
        let took = if run.plan.intent.recovers() {
            let recovery = recovery(run);
            match recovery.recovered {
                Some(_) => format!("Recovery: {}.", recovery.sentence()),
                None => format!("Recovery: none, {}.", recovery.why),
            }
        } else {
            let ended = run.ended.unwrap_or(run.newest);
            let took = format::steady_stopwatch(ended.duration_since(run.begun));
            format!("It took {took}.")
        };
        let demo = if matches!(scene.state.mode, Mode::Demo { .. }) {
            " --demo"
        } else {
            ""
        };
        let text = format!(
            "Every step was observed done. {took} The report: gwctl runs report {}{demo}",
            run.id
        );
        prose.say(0, &text, Role::Text);
    }
    if let Some((_, said)) = scene
        .state
        .guided
        .kept
        .as_ref()
        .filter(|(id, _)| *id == run.id)
    {
        match said {
            Ok(said) => prose.say(0, said, Role::Muted),
            Err(why) => prose.say(0, &why.to_string(), Role::Down),
        }
    }
    let gate = shown.held_step().is_some_and(|(_, _, gate)| gate);
    match phase {
        Phase::Held if gate && run.tripped().is_none() => ("Your answer is needed", Role::Degraded),
        Phase::Held => ("Held: nothing begins until you say so", Role::Down),
        Phase::Paused => ("Paused", Role::Degraded),
        Phase::Done => ("Done", Role::Healthy),
        Phase::Undone => ("Undone", Role::Healthy),
        Phase::Abandoned => ("Abandoned: what was done stays done", Role::Degraded),
        _ => ("Notes", Role::Degraded),
    }
}

/// Who drives the run, who let it begin, and what it does without.
fn driven(scene: &Scene<'_>, prose: &mut Prose<'_, '_>, shown: &Shown) {
    let run = &shown.state;
    let lost = scene.state.guided.lost.as_ref();
    if let Some(lost) = lost.filter(|lost| lost.run == run.id) {
        let text = format!(
            "This console drove the run until {}: {}. This machine can no longer send anything for it.",
            format::clock(lost.at),
            lost.to
        );
        let mark = scene.span(format!("{} ", scene.theme.glyphs.degraded), Role::Degraded);
        prose.marked(0, &mark, &text, Role::Degraded);
    }
    if let Hold::Theirs(holder) = &shown.hold {
        let text = format!(
            "{} on {} drives this run since {} (process {}): you see it live and can write notes, but cannot control it here",
            holder.operator,
            holder.host,
            format::minute(holder.since),
            holder.pid
        );
        prose.say(0, &text, Role::Text);
    }
    offered(scene, prose, shown);
    if let Some(approved) = &run.approved {
        let role = if run.break_glass {
            Role::Down
        } else {
            Role::Muted
        };
        prose.say(0, &format!("Begun {approved}."), role);
    }
    if shown.hold == Hold::Nobody && !run.phase().over() {
        prose.say(
            0,
            "No process drives this run: the last one ended. It can be resumed.",
            Role::Text,
        );
    }
    let conflicts = scene.state.guided.conflicts.iter();
    for conflict in conflicts.filter(|conflict| conflict.run == run.id) {
        let mark = scene.span(format!("{} ", scene.theme.glyphs.down), Role::Down);
        prose.marked(0, &mark, &conflict.to_string(), Role::Down);
        prose.say(0, &conflict.advice(), Role::Text);
    }
    if let Some(alone) = &run.alone {
        let text = format!(
            "This run goes on without the shared table, waived by {}: {}. Nobody on another machine is kept from acting.",
            alone.by, alone.reason
        );
        let mark = scene.span(format!("{} ", scene.theme.glyphs.degraded), Role::Degraded);
        prose.marked(0, &mark, &text, Role::Degraded);
    }
}

/// To whom the run is offered, with what that person has to know.
fn offered(scene: &Scene<'_>, prose: &mut Prose<'_, '_>, shown: &Shown) {
    let Some(offered) = &shown.state.offered else {
        return;
    };
    let since = format::clock(offered.at);
    if shown.hold == Hold::Ours {
        let text = format!(
            "Offered to {} at {since}: it stays here until they accept, or you go on.",
            offered.what.to
        );
        prose.say(0, &text, Role::Degraded);
        return;
    }
    let text = if scene.state.is_named(&offered.what) {
        format!("{} offered you this run at {since}.", offered.by)
    } else {
        format!("{}.", offered.sentence())
    };
    prose.say(0, &text, Role::Degraded);
    for (heading, said) in offered.what.told() {
        let mark = scene.span(format!("{heading:<9} "), Role::Muted);
        prose.marked(0, &mark, &said, Role::Text);
    }
}

/// What can be said to the run now, as far as it fits.
fn keys(scene: &Scene<'_>, shown: &Shown, room: usize) -> Line<'static> {
    let mut line = Line::default();
    for kind in scene.state.orders(shown) {
        let key = scene.span(scene.key(kind.action()), Role::Accent);
        let word = scene.span(format!(" {}   ", kind.word()), Role::Text);
        if line.width() + key.width() + word.width() > room + 3 {
            break;
        }
        line.spans.extend([key, word]);
    }
    line
}
