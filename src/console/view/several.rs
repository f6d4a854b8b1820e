//! One action on several fleets: a row for each, all about the one under the cursor, and the word that starts them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint;
use super::popup::footing;
use super::prose::Prose;
use super::scene::{Scene, area_of};
use super::staged::{self, Key};
use super::table::{Column, Grid};
use super::theme::Role;
use crate::app::{Action, Member, Several, SeveralPart as Part, Stage, Target, Window};
use gwctl_actions::{Expected, Finding, Plan, RunState, StepStatus, expected_recovery};
use gwctl_fleet::format;

const PLANS: &[Column] = &[
    Column::words("Fleet", 14, 0).stretching(10),
    Column::words("Checks", 14, 1),
    Column::words("How", 18, 5).stretching(14),
    Column::words("Recovery", 13, 3).stretching(5),
    Column::words("In all", 13, 4).stretching(5),
    Column::figure("Steps", 5, 6),
    Column::words("Why", 22, 2).stretching(120),
];

const RUNS: &[Column] = &[
    Column::words("Fleet", 14, 0).stretching(10),
    Column::words("State", 11, 1),
    Column::figure("Steps", 6, 2),
    Column::figure("For", 6, 4),
    Column::words("Now", 26, 3).stretching(120),
];

/// Draws it over the whole body.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let Some(several) = &scene.state.guided.several else {
        return;
    };
    let intent = &several.intent;
    let head = format!("{} {}", intent.name(), intent.choice());
    let all = [
        (Stage::Plans, "Plans"),
        (Stage::Confirm, "Confirm"),
        (Stage::Runs, "Runs"),
    ];
    let all = all.map(|(stage, word)| (word, stage == several.stage));
    let title = staged::stages(scene, &head, all.into_iter());
    let aside = summary(scene, several, area.width);
    let inner = staged::window(scene, area, buf, (&title, &aside));
    if inner.height < 6 {
        return;
    }
    let keys = keys(scene, several);
    let room = staged::foot(scene, inner, buf, several.error.as_deref(), keys);
    if several.stage == Stage::Confirm {
        confirm(scene, room, buf, several);
    } else {
        list(scene, room, buf, several);
    }
}

/// `3 of 4 can leave · looking closely costs about $0.47/h`; later how many are held, run and are done.
fn summary(scene: &Scene<'_>, several: &Several, width: u16) -> Line<'static> {
    let all = several.members.len();
    let text = if several.stage == Stage::Runs {
        counts(several)
    } else {
        let cost = format::dollars_per_hour(several.dollars_per_hour);
        let ready = several.ready();
        if width < 100 {
            format!("{ready} of {all}, {cost}")
        } else {
            format!("{ready} of {all} fleets can do it; looking closely costs about {cost}")
        }
    };
    Line::from(scene.span(text, Role::Muted))
}

/// `1 held, 2 running, 1 done`.
fn counts(several: &Several) -> String {
    let mut counted: Vec<(&'static str, usize)> = Vec::new();
    for member in &several.members {
        let word = standing(&member.part);
        match counted.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counted.push((word, 1)),
        }
    }
    let words = counted
        .iter()
        .map(|(word, count)| format!("{count} {word}"));
    words.collect::<Vec<_>>().join(", ")
}

fn standing(part: &Part) -> &'static str {
    match part {
        Part::Planning => "planning",
        Part::LeftOut(_) => "left out",
        Part::Ready(_) => "ready",
        Part::Beginning => "beginning",
        Part::NotBegun(_) => "not begun",
        Part::Runs(run) => run.phase().word(),
        Part::Left(run, _) => run.phase().unattended(),
    }
}

/// Mark, word and role of a row.
fn mark(scene: &Scene<'_>, part: &Part) -> (&'static str, String, Role) {
    let glyphs = scene.theme.glyphs;
    let (mark, role) = match part {
        Part::Planning | Part::Beginning => (glyphs.marks.not_yet, Role::Muted),
        Part::LeftOut(_) => (glyphs.marks.not_allowed, Role::Down),
        Part::NotBegun(_) => (glyphs.down, Role::Down),
        Part::Ready(plan) => return checks(scene, plan),
        Part::Runs(run) => {
            let (mark, word, role) = scene.phase(run.phase());
            return (mark, word.to_owned(), role);
        }
        Part::Left(run, _) => {
            let (mark, word, role) = scene.unattended(run.phase());
            return (mark, word.to_owned(), role);
        }
    };
    (mark, standing(part).to_owned(), role)
}

/// The verdict of a plan's checks.
fn checks(scene: &Scene<'_>, plan: &Plan) -> (&'static str, String, Role) {
    let glyphs = scene.theme.glyphs;
    match plan.worth_a_look().len() {
        0 => (glyphs.healthy, "all pass".to_owned(), Role::Healthy),
        1 => (glyphs.degraded, "1 warning".to_owned(), Role::Degraded),
        more => (glyphs.degraded, format!("{more} warnings"), Role::Degraded),
    }
}

/// A row a fleet, and below it all about the one under the cursor.
fn list(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, several: &Several) {
    let said = several
        .chosen()
        .map(|member| about(scene, member, area.width))
        .unwrap_or_default();
    let rows = several.members.len() as u16;
    let above = (rows + 1).min(
        area.height
            .saturating_sub((said.len() as u16 + 1).min(area.height / 2)),
    );
    let columns = if several.stage == Stage::Runs {
        RUNS
    } else {
        PLANS
    };
    let grid = Grid::fit(columns, area.width);
    grid.headings(scene, Rect { height: 1, ..area }, buf);
    let body = Rect {
        y: area.y + 1,
        height: above.saturating_sub(1),
        ..area
    };
    let height = usize::from(body.height);
    let len = several.members.len();
    let offset = scene.state.hits.offset(None, several.row, height, len);
    scene.hits.windows.push(Window {
        panel: None,
        offset,
        height,
        len,
    });
    footing(
        scene,
        Rect {
            height: above,
            ..area
        },
        buf,
    );
    let shown = several.members.iter().enumerate().skip(offset);
    for ((index, member), y) in shown.zip(body.y..body.bottom()) {
        let row = Rect {
            y,
            height: 1,
            ..area
        };
        if index == several.row {
            buf.set_style(row, scene.style(Role::Selection));
        }
        scene
            .hits
            .targets
            .push((area_of(row), Target::Entry(index)));
        member_row(scene, &grid, row, buf, member);
    }
    for (line, y) in said.iter().zip(area.y + above + 1..area.bottom()) {
        paint::line(buf, area.x + 1, y, area.width.saturating_sub(2), line);
    }
}

fn member_row(scene: &Scene<'_>, grid: &Grid, row: Rect, buf: &mut Buffer, member: &Member) {
    let (mark, word, role) = mark(scene, &member.part);
    let name = paint::safe(&member.fleet).into_owned();
    let mut cells = vec![
        (scene.span(name, Role::Title), false),
        (scene.span(format!("{mark} {word}"), role), false),
    ];
    match (&member.part, member.run()) {
        (_, Some(run)) => cells.extend(moves(scene, member, run)),
        (Part::Ready(plan), None) => cells.extend(plans(scene, plan)),
        (_, None) => {
            let figures = grid.len().saturating_sub(cells.len() + 1);
            cells.extend(std::iter::repeat_n((Span::raw(""), false), figures));
            let why = member.why().unwrap_or_default();
            let why = paint::safe(&why).into_owned();
            cells.push((scene.span(why, Role::Text), false));
        }
    }
    for (index, (span, right)) in cells.into_iter().enumerate() {
        let Some(cell) = grid.cell(index, row) else {
            continue;
        };
        let text = paint::fitted(&span.content, cell.width.into());
        let text = text.trim_end();
        if right {
            paint::right(buf, cell.x, cell.y, cell.width, text, span.style);
        } else {
            paint::text(buf, cell.x, cell.y, cell.width, text, span.style);
        }
    }
}

/// How, how long until clients are served and until it is done, in how many steps, and what to look at first.
fn plans(scene: &Scene<'_>, plan: &Plan) -> Vec<(Span<'static>, bool)> {
    let how = plan.mechanism.as_ref();
    let how = how.map_or_else(String::new, |choice| choice.mechanism.to_string());
    let recovery = expected_recovery(plan);
    let recovery = recovery.map_or_else(|| "none".to_owned(), Expected::short);
    let first = plan.worth_a_look().into_iter().next().unwrap_or_default();
    vec![
        (scene.span(how, Role::Text), false),
        (scene.span(recovery, Role::Text), false),
        (scene.span(plan.expected().short(), Role::Text), false),
        (scene.span(plan.steps.len().to_string(), Role::Text), true),
        (
            scene.span(paint::safe(&first).into_owned(), Role::Muted),
            false,
        ),
    ]
}

/// How many steps are over, for how long, and what it does or what holds it.
fn moves(scene: &Scene<'_>, member: &Member, run: &RunState) -> Vec<(Span<'static>, bool)> {
    let (over, all) = run.steps_over();
    let until = run.ended.unwrap_or(if member.is_live() {
        scene.now.max(run.newest)
    } else {
        run.newest
    });
    let now = match member.why() {
        Some(why) => scene.span(paint::safe(&why).into_owned(), Role::Text),
        None => scene.span(under_way(run), Role::Muted),
    };
    vec![
        (scene.span(format!("{over}/{all}"), Role::Text), true),
        (
            scene.span(format::age(until.duration_since(run.begun)), Role::Text),
            true,
        ),
        (now, false),
    ]
}

/// The steps that run.
fn under_way(run: &RunState) -> String {
    let running = run
        .active()
        .filter(|step| run.status(&step.id) == StepStatus::Running);
    let titles: Vec<_> = running
        .map(|step| paint::safe(&step.title).into_owned())
        .collect();
    titles.join("; ")
}

/// All about the fleet under the cursor.
fn about(scene: &Scene<'_>, member: &Member, width: u16) -> Vec<Line<'static>> {
    let mut prose = Prose::new(scene, width.saturating_sub(2));
    let glyphs = scene.theme.glyphs;
    prose.say(0, &member.fleet, Role::Accent);
    match &member.part {
        Part::Planning => prose.say(0, "reading what a plan needs", Role::Muted),
        Part::LeftOut(why) => {
            let mark = scene.span(
                format!("{} left out: ", glyphs.marks.not_allowed),
                Role::Down,
            );
            prose.marked(0, &mark, why, Role::Text);
        }
        Part::NotBegun(why) => {
            let mark = scene.span(format!("{} not begun: ", glyphs.down), Role::Down);
            prose.marked(0, &mark, why, Role::Text);
        }
        Part::Beginning => prose.say(0, "taking its lease and writing its journal", Role::Muted),
        Part::Ready(plan) => of_plan(scene, &mut prose, plan),
        Part::Runs(run) | Part::Left(run, _) => of_run(scene, &mut prose, member, run),
    }
    prose.lines
}

fn of_plan(scene: &Scene<'_>, prose: &mut Prose<'_, '_>, plan: &Plan) {
    let glyphs = scene.theme.glyphs;
    prose.say(
        0,
        &format!("{}: {}", plan.title, plan.in_brief()),
        Role::Text,
    );
    if let Some(loss) = &plan.data_loss {
        let mark = scene.span(format!("{} data loss: ", glyphs.degraded), Role::Degraded);
        prose.marked(0, &mark, &loss.sentence(), Role::Degraded);
    }
    let checks = plan.checks.iter();
    for check in checks.filter(|check| check.finding > Finding::Pass) {
        let mark = scene.span(
            format!("{} {}: ", glyphs.degraded, check.name),
            Role::Degraded,
        );
        prose.marked(0, &mark, &check.text, Role::Text);
    }
}

fn of_run(scene: &Scene<'_>, prose: &mut Prose<'_, '_>, member: &Member, run: &RunState) {
    let (mark, _, role) = mark(scene, &member.part);
    prose.say(
        0,
        &format!("{}, run {}", run.plan.title, run.id),
        Role::Muted,
    );
    if let Some(why) = member.why() {
        prose.marked(0, &scene.span(format!("{mark} "), role), &why, Role::Text);
    }
    for step in run.active() {
        let status = run.status(&step.id);
        let (mark, role) = match status {
            StepStatus::Done | StepStatus::Skipped => (scene.theme.glyphs.healthy, Role::Healthy),
            StepStatus::Held | StepStatus::Left => (scene.theme.glyphs.down, Role::Down),
            StepStatus::Running => (scene.theme.glyphs.cursor, Role::Accent),
            StepStatus::Waiting => (scene.theme.glyphs.dot, Role::Faint),
        };
        prose.marked(
            0,
            &scene.span(format!("{mark} "), role),
            &step.title,
            Role::Text,
        );
    }
}

/// Which fleets do it, which do not, and what is to be typed.
fn confirm(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, several: &Several) {
    let mut prose = Prose::new(scene, area.width.saturating_sub(2));
    let names = |is: fn(&Part) -> bool| {
        let all = several.members.iter().filter(|member| is(&member.part));
        all.map(|member| member.fleet.as_str()).collect::<Vec<_>>()
    };
    let (out, ready) = (
        names(|part| matches!(part, Part::LeftOut(_))),
        names(|part| matches!(part, Part::Ready(_))),
    );
    let glyphs = scene.theme.glyphs;
    if !out.is_empty() {
        let text = format!("{} left out: ", glyphs.marks.not_allowed);
        prose.marked(
            0,
            &scene.span(text, Role::Down),
            &out.join(", "),
            Role::Text,
        );
        prose.gap();
    }
    let text = format!(
        "{} {} {}: ",
        glyphs.healthy,
        several.intent.name(),
        several.intent.choice()
    );
    prose.marked(
        0,
        &scene.span(text, Role::Healthy),
        &ready.join(", "),
        Role::Text,
    );
    prose.gap();
    let text = "They run side by side. Each fleet has a run of its own with its own journal; one that is held does not stop the others.";
    prose.say(0, text, Role::Muted);
    prose.gap();
    let how = scene.state.how_to_open();
    if let Some(how) = how {
        let mark = format!("{} read-only: ", glyphs.marks.not_allowed);
        prose.marked(0, &scene.span(mark, Role::Unknown), how, Role::Text);
    } else {
        let text = format!("Type {} to start {}.", several.word(), count(ready.len()));
        prose.say(0, &text, Role::Text);
    }
    let lines = prose.lines;
    let height = (lines.len() as u16).min(area.height.saturating_sub(2));
    for (line, y) in lines.iter().zip(area.y..area.y + height) {
        paint::line(buf, area.x + 1, y, area.width.saturating_sub(2), line);
    }
    if how.is_none() {
        staged::typed(scene, area, buf, height, &several.typed);
    }
}

fn count(runs: usize) -> String {
    match runs {
        1 => "this run".to_owned(),
        more => format!("these {more} runs"),
    }
}

/// Which keys go on.
fn keys(scene: &Scene<'_>, several: &Several) -> Vec<Key> {
    let key = |key: &str, does| (key.to_owned(), does);
    match several.stage {
        Stage::Plans => vec![
            key("Enter", "confirm"),
            (scene.key(Action::Refresh), "plan again"),
            key("Esc", "leave"),
        ],
        Stage::Confirm if scene.state.may_change() => {
            vec![key("Enter", "start"), key("Esc", "back")]
        }
        Stage::Confirm => vec![(scene.key(Action::Palette), "arm"), key("Esc", "back")],
        Stage::Runs => vec![
            key("Enter", "open the run"),
            key("Esc", "leave; what runs goes on"),
        ],
    }
}
