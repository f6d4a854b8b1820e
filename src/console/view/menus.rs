//! The menu of actions, the list of runs, a line that is asked for, and the question before quitting.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::freshness::cells;
use super::paint;
use super::popup::{edit, list, window};
use super::prose::Prose;
use super::scene::Scene;
use super::theme::Role;
use super::wizard::times;
use crate::app::{Ask, Mode, Offer, OrderKind, PromptFor, RunLine, Way, command_words};
use gwctl_actions::guided::LookUp;
use gwctl_fleet::format;

/// Entries of the menu that are seen at once, where the room allows.
const MOST: usize = 6;

/// What can be done where one is, possible or not.
pub fn actions(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, offers: &[Offer], row: usize) {
    let width = area.width.saturating_sub(4).min(120);
    let lines: Vec<Line<'static>> = offers
        .iter()
        .map(|offer| offer_line(scene, offer, usize::from(width)))
        .collect();
    let details: Vec<Vec<Line<'static>>> = offers
        .iter()
        .map(|offer| detail(scene, offer, width))
        .collect();
    // As many lines for what is said below as the longest needs, so that the window does not jump; where that
    // leaves little of the list, as many as the one under the cursor needs: nothing that is said is cut.
    let room = usize::from(area.height.saturating_sub(6));
    let longest = details.iter().map(Vec::len).max().unwrap_or(0);
    let own = details.get(row).map_or(0, Vec::len);
    let below = if longest + lines.len().min(MOST) <= room {
        longest
    } else {
        own.max(room.saturating_sub(lines.len().min(MOST)))
    } as u16;
    let place = scene
        .state
        .region_at_hand()
        .map_or_else(String::new, |region| format!(" in {region}"));
    let title = format!("Actions{place}: Enter plans and changes nothing");
    let inner = window(
        scene,
        area,
        buf,
        (width, lines.len() as u16 + below + 3),
        &title,
    );
    let entries = Rect {
        height: inner.height.saturating_sub(below + 1).max(3),
        ..inner
    };
    list(scene, entries, buf, &lines, row);
    let said = details.get(row).into_iter().flatten();
    for (line, y) in said.zip(entries.bottom() + 1..inner.bottom()) {
        paint::line(buf, inner.x + 2, y, inner.width.saturating_sub(3), line);
    }
    // On the blank line between the two.
    let edge = Rect {
        height: entries.height + 1,
        ..entries
    };
    scene.footing(edge, buf, None);
}

fn offer_line(scene: &Scene<'_>, offer: &Offer, width: usize) -> Line<'static> {
    let glyphs = scene.theme.glyphs;
    let refused = offer.refused();
    let (mark, role) = match (&refused, &offer.planned) {
        (Some(_), _) => (glyphs.marks.not_allowed, Role::Faint),
        (None, Some(Ok(plan))) if plan.finding() > gwctl_actions::Finding::Pass => {
            (glyphs.degraded, Role::Degraded)
        }
        (None, _) => (glyphs.healthy, Role::Healthy),
    };
    let text = title(offer);
    let aside = match (&refused, &offer.planned) {
        (Some(_), _) => "cannot be done".to_owned(),
        (None, Some(Ok(plan))) if width >= 100 => times(plan),
        (None, Some(Ok(plan))) => plan.expected().short(),
        (None, _) => String::new(),
    };
    let room = width.saturating_sub(cells(&aside) + 24);
    let name = if refused.is_some() {
        Role::Faint
    } else {
        Role::Accent
    };
    Line::from(vec![
        scene.span(format!("{mark} "), role),
        scene.span(format!("{:<12} ", offer.action), name),
        scene.span(
            paint::fitted(&text, room),
            if refused.is_some() {
                Role::Faint
            } else {
                Role::Text
            },
        ),
        Span::raw("  "),
        scene.span(
            aside,
            if refused.is_some() {
                Role::Faint
            } else {
                Role::Muted
            },
        ),
    ])
}

/// What is offered, in one line that may be longer than the list is wide.
fn title(offer: &Offer) -> String {
    match &offer.planned {
        Some(Ok(plan)) => match &plan.data_loss {
            Some(loss) => format!("{}; data loss: {}", target(offer), loss.brief()),
            None => plan.title.clone(),
        },
        Some(Err(_)) => format!("{}: {}", offer.about, target(offer)),
        None => match target(offer) {
            none if none.is_empty() => offer.about.to_owned(),
            target => format!("{}: {target}", offer.about),
        },
    }
}

/// What an offer without a plan is about.
fn target(offer: &Offer) -> String {
    match &offer.way {
        Way::Plain(intent) | Way::Asked(intent, _) => intent.choice(),
        Way::Line(..) => String::new(),
    }
}

/// Below the list: what, how, what would be lost, or why not.
fn detail(scene: &Scene<'_>, offer: &Offer, width: u16) -> Vec<Line<'static>> {
    let glyphs = scene.theme.glyphs;
    let mut prose = Prose::new(scene, width.saturating_sub(5));
    if let Some(why) = offer.refused() {
        let mark = scene.span(format!("{} ", glyphs.marks.not_allowed), Role::Unknown);
        prose.marked(0, &mark, &why, Role::Text);
    }
    match &offer.planned {
        Some(Ok(plan)) => {
            prose.say(0, &plan.title, Role::Text);
            if let Some(loss) = &plan.data_loss {
                let mark = scene.span(format!("{} data loss: ", glyphs.degraded), Role::Degraded);
                prose.marked(0, &mark, &loss.sentence(), Role::Text);
            }
            if let Some(choice) = &plan.mechanism {
                let text = format!("by {}: {}", choice.mechanism.title(), choice.why);
                prose.say(0, &text, Role::Muted);
            }
            if let Some(advice) = &plan.advice {
                let text = format!("advised: {}; {}", advice.mode.word(), advice.why.join("; "));
                prose.say(0, &text, Role::Muted);
            }
        }
        Some(Err(refused)) => {
            if let Some(instead) = &refused.instead {
                prose.say(2, instead, Role::Muted);
            }
        }
        None => prose.say(0, first(&offer.way), Role::Muted),
    }
    prose.lines
}

/// What must be known before there is a plan.
fn first(way: &Way) -> &'static str {
    match way {
        Way::Plain(intent) => intent.look_up().map_or("", LookUp::announced),
        Way::Asked(_, question) => question.announced,
        Way::Line(_, what) => what,
    }
}

/// Every run there was.
pub fn runs(
    scene: &mut Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    all: Option<&[RunLine]>,
    row: usize,
) {
    let entries = all.unwrap_or_default();
    let width = area.width.saturating_sub(4).min(130);
    let room = usize::from(width).saturating_sub(52);
    let lines: Vec<Line<'static>> = entries
        .iter()
        .map(|run| {
            let (mark, word, role) = run.phase.map_or(
                (
                    scene.theme.glyphs.marks.could_not_ask,
                    "unreadable",
                    Role::Down,
                ),
                |phase| {
                    if run.unattended {
                        scene.unattended(phase)
                    } else {
                        scene.phase(phase)
                    }
                },
            );
            let (mark, word, role) = if run.conflict {
                (scene.theme.glyphs.down, "conflict", Role::Down)
            } else {
                (mark, word, role)
            };
            let when = run.begun.map_or_else(
                || " ".repeat(16),
                |at| format!("{} {}", format::date(at), format::minute(at)),
            );
            Line::from(vec![
                scene.span(format!("{when}  "), Role::Muted),
                scene.span(format!("{mark} {word:<10} "), role),
                scene.span(paint::fitted(&run.title, room), Role::Text),
                Span::raw("  "),
                scene.span(gwctl_fleet::clean(&run.operator, 16), Role::Muted),
            ])
        })
        .collect();
    let size = (width, (lines.len() as u16).max(1) + 2);
    let inner = window(scene, area, buf, size, "Runs: Enter opens");
    if lines.is_empty() {
        let why = if all.is_some() {
            "nothing was done with gwctl here yet"
        } else {
            "reading the journals …"
        };
        scene.nothing(inner, buf, why);
    }
    list(scene, inner, buf, &lines, row);
}

/// A line that is asked for.
pub fn ask(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, ask: &Ask) {
    let target = scene
        .state
        .guided
        .run
        .as_ref()
        .map_or_else(String::new, |run| run.state.plan.confirm.clone());
    let (title, what) = match &ask.what {
        PromptFor::Order(kind, step) => question(*kind, step.as_deref(), &target),
        PromptFor::Arguments(intent) => intent
            .question()
            .map(|question| (question.title, question.text.to_owned()))
            .unwrap_or_default(),
        PromptFor::Command(name, argv) => (
            format!("Run {name}"),
            format!(
                "It changes something, as the configuration says: {}. Type {name} to run it.",
                paint::safe(&command_words(argv))
            ),
        ),
    };
    let width = area.width.saturating_sub(4).min(96);
    let mut prose = Prose::new(scene, width.saturating_sub(4));
    prose.say(0, &what, Role::Text);
    prose.lines.push(Line::default());
    let mut below = Prose::new(scene, width.saturating_sub(4));
    match &ask.error {
        Some(error) => {
            let mark = scene.span(format!("{} ", scene.theme.glyphs.down), Role::Down);
            below.marked(0, &mark, error, Role::Down);
        }
        None => below.say(0, "Enter goes on, Esc leaves it", Role::Muted),
    }
    let (above, below) = (prose.lines, below.lines);
    let height = (above.len() + below.len() + 4) as u16;
    let inner = window(scene, area, buf, (width, height), &title);
    let mut y = inner.y;
    for line in &above {
        paint::line(buf, inner.x + 1, y, inner.width.saturating_sub(2), line);
        y += 1;
    }
    if y < inner.bottom() {
        edit(
            scene,
            Rect {
                y,
                height: 1,
                ..inner
            },
            buf,
            "> ",
            &ask.input,
        );
    }
    for (line, y) in below.iter().zip(y + 2..inner.bottom()) {
        paint::line(buf, inner.x + 1, y, inner.width.saturating_sub(2), line);
    }
}

fn question(kind: OrderKind, step: Option<&str>, target: &str) -> (String, String) {
    let step = step.unwrap_or_default();
    match kind {
        OrderKind::Skip => (
            format!("Skip {step}"),
            "Later steps begin although it was not done. Why? The journal keeps your reason."
                .into(),
        ),
        OrderKind::Overrule => (
            "Go on over an abort criterion".into(),
            "Steps go on although a criterion was met. Why? The journal keeps your reason.".into(),
        ),
        OrderKind::Alone => (
            "Waive the shared table".into(),
            "The run goes on while the table does not answer. Nobody on another machine is kept from changing this fleet \
             meanwhile. Why? The journal keeps your reason."
                .into(),
        ),
        OrderKind::Undo => (
            "Undo".into(),
            format!("The undo steps take back what was done. Type {target} to begin."),
        ),
        OrderKind::Abandon => (
            "Abandon".into(),
            format!("The run ends here and what was done stays done. Type {target} to end it."),
        ),
        OrderKind::HandOver => (
            "Hand over".into(),
            "Who shall go on? A name as `gwctl runs` shows it, or name@machine. The run stays here until they accept."
                .into(),
        ),
        _ => (
            "Note".into(),
            "One line for the journal and the report.".into(),
        ),
    }
}

/// A run is under way: stay, or leave it?
pub fn quit(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, row: usize) {
    let driven = scene.state.guided.driven();
    let title = match driven.len() {
        0 | 1 => "A run is under way".to_owned(),
        more => format!("{more} runs are under way"),
    };
    let mut said = left_behind(scene, &driven);
    let room = usize::from(area.height.saturating_sub(8)).max(2);
    if said.len() > room {
        let more = said.len() - room + 1;
        said.truncate(room - 1);
        said.push(format!("and {more} more: `gwctl runs` lists them"));
    }
    let lines = vec![
        Line::from(scene.span("Stay", Role::Text)),
        Line::from(scene.span(
            "Leave the run as it is, and quit; nothing is undone",
            Role::Text,
        )),
    ];
    let width = area.width.saturating_sub(4).min(84);
    let height = said.len() as u16 + 5;
    let inner = window(scene, area, buf, (width, height), &title);
    let entries = Rect {
        height: 2.min(inner.height),
        ..inner
    };
    list(scene, entries, buf, &lines, row);
    for (text, y) in said.iter().zip(entries.bottom() + 1..inner.bottom()) {
        paint::text(
            buf,
            inner.x + 2,
            y,
            inner.width.saturating_sub(3),
            text,
            scene.style(Role::Muted),
        );
    }
}

/// What can be done with the runs that are left, a line each; which fleet, where there are several.
fn left_behind(scene: &Scene<'_>, driven: &[(&str, Option<&str>)]) -> Vec<String> {
    let is_demo = matches!(scene.state.mode, Mode::Demo { .. });
    let mut said = vec![match (is_demo, driven.len() > 1) {
        (true, false) => "Its simulated world ends with this console. This shows it:".to_owned(),
        (true, true) => "Their simulated worlds end with this console. This shows them:".to_owned(),
        (false, false) => "Anybody on this machine can resume it:".to_owned(),
        (false, true) => "Anybody on this machine can resume them:".to_owned(),
    }];
    let name = |fleet: &str| gwctl_fleet::clean(fleet, 20);
    let widest = driven.iter().map(|(fleet, _)| cells(&name(fleet))).max();
    let widest = widest.filter(|_| driven.len() > 1);
    for (fleet, id) in driven {
        let pad = |width| format!("{:<width$}  ", name(fleet));
        let fleet = widest.map_or_else(String::new, pad);
        said.push(match id {
            Some(id) if is_demo => format!("{fleet}gwctl runs show {id} --demo"),
            Some(id) => format!("{fleet}gwctl runs resume {id} --write"),
            None => format!("{fleet}begins"),
        });
    }
    said
}
