//! The incident in plain sentences and tables: read once, by somebody who was not there.

use jiff::{SignedDuration, Timestamp};

use super::block::{Block, Table};
use super::gather::Incident;
use crate::actions::report::{Charts, Report, Tally, spark};
use crate::explain::Hypothesis;
use crate::fleet::Verdict;
use crate::fleet::format::{clock, count, date, in_words, millis, minute, percent, span};

/// Longest line of a chart in a table, in cells.
const CHART: usize = 40;

/// The whole story.
pub fn blocks(incident: &Incident) -> Vec<Block> {
    let mut blocks = vec![
        Block::Title(format!(
            "Incident report: {}, {}",
            incident.fleet,
            date(incident.since.unwrap_or(incident.from))
        )),
        Block::Summary(summary(incident)),
        Block::Facts(facts(incident)),
        Block::Heading("Who was hit"),
    ];
    blocks.extend(hit(incident));
    blocks.push(Block::Heading("Cause"));
    blocks.extend(cause(incident));
    blocks.push(Block::Heading("What was done"));
    blocks.extend(done(incident));
    blocks.push(Block::Heading("Figures, minute by minute"));
    blocks.extend(figures(incident));
    blocks.push(Block::Heading("Timeline"));
    blocks.extend(timeline(incident));
    blocks.push(Block::Heading("Notes"));
    blocks.push(notes(incident));
    blocks.push(Block::Heading("What is not known"));
    blocks.push(unknown(incident));
    blocks
}

/// The first sentences: what, since when, who was hit, why, what was done.
pub fn summary(incident: &Incident) -> Vec<String> {
    let mut lines = vec![what(incident)];
    if incident.since.is_some() {
        lines.push(format!("{}.", failed(incident)));
        if let Some(first) = incident.explanation.hypotheses.first() {
            let sentence = capital(&first.sentence);
            lines.push(format!(
                "Most likely cause ({}): {sentence}.",
                first.sure.word()
            ));
        }
    }
    lines.extend(incident.runs.iter().map(ran));
    lines
}

fn what(incident: &Incident) -> String {
    let fleet = &incident.fleet;
    let Some(since) = incident.since else {
        return format!(
            "{fleet} was healthy from {} to {} UTC, as far as gwctl saw.",
            minute(incident.from),
            minute(incident.to)
        );
    };
    let before = if incident.began_before {
        " or earlier"
    } else {
        ""
    };
    let begun = format!("{} UTC{before} on {}", minute(since), date(since));
    match incident.until {
        Some(until) => format!(
            "{fleet} was {} from {begun} to {} UTC: {}.",
            incident.worst,
            minute(until),
            span(until.duration_since(since))
        ),
        None => format!(
            "{fleet} is {} since {begun}: for {} when this report was made.",
            incident.verdict,
            span(incident.to.duration_since(since))
        ),
    }
}

fn capital(text: &str) -> String {
    let mut rest = text.chars();
    // A name of a Region or a function keeps its small letter.
    match rest
        .next()
        .filter(|_| !text.split(' ').next().unwrap_or_default().contains('-'))
    {
        Some(first) => first.to_uppercase().chain(rest).collect(),
        None => text.to_owned(),
    }
}

/// How many requests failed, as far as AWS counted them.
fn failed(incident: &Incident) -> String {
    let harm = &incident.harm;
    if let Some(clients) = &harm.clients {
        let partly = if clients.minutes < clients.of {
            format!(", in {} of {} minutes", clients.minutes, clients.of)
        } else {
            String::new()
        };
        return format!(
            "{} of {} requests of clients failed ({}), as CloudFront counted them{partly}",
            count(clients.failed),
            count(clients.requests),
            share(clients)
        );
    }
    if harm.regions.is_empty() {
        return "How many requests failed is not known: AWS showed no figures".into();
    }
    let sum = |of: fn(&Tally) -> f64| harm.regions.values().map(of).sum::<f64>();
    format!(
        "{} of {} requests failed, as the Regions counted them; requests that no Region answered are not in it",
        count(sum(|tally| tally.failed)),
        count(sum(|tally| tally.requests))
    )
}

fn share(tally: &Tally) -> String {
    let known = tally.failed_percent.map(|share| in_words(&percent(share)));
    known.unwrap_or_else(|| "share not known".into())
}

fn ran(run: &Report) -> String {
    let who = run.operators.first().map_or("somebody", String::as_str);
    format!(
        "{who} ran \"{}\" at {} UTC; it is {}. The service was back: {}.",
        run.title,
        minute(run.begun),
        run.outcome,
        run.recovery.sentence()
    )
}

fn facts(incident: &Incident) -> Vec<(&'static str, String)> {
    let time = |at: Timestamp| format!("{} {} UTC", date(at), clock(at));
    let mut facts = vec![
        ("fleet", incident.fleet.clone()),
        (
            "since",
            match incident.since {
                Some(since) if incident.began_before => format!("{}, or earlier", time(since)),
                Some(since) => time(since),
                None => "nothing was wrong".into(),
            },
        ),
    ];
    if let Some(since) = incident.since {
        facts.push((
            "until",
            incident.until.map_or_else(|| "not over".into(), time),
        ));
        let end = incident.until.unwrap_or(incident.to);
        facts.push(("lasted", span(end.duration_since(since))));
    }
    facts.push(("requests failed", failed(incident)));
    for run in &incident.runs {
        facts.push((
            "recovery time (RTO)",
            format!("{} ({})", run.recovery.sentence(), run.recovery.why),
        ));
        facts.push((
            "recovery point (RPO)",
            format!(
                "{} ({})",
                run.recovery_point.sentence(),
                run.recovery_point.why
            ),
        ));
    }
    facts.push((
        "told from",
        match &incident.file {
            Some(file) => format!(
                "the recording {file}, {} to {}",
                time(incident.from),
                time(incident.to)
            ),
            None => format!(
                "a live look at {}, {} back; nothing was recorded",
                time(incident.to),
                span(incident.to.duration_since(incident.from))
            ),
        },
    ));
    if let Some(scenario) = &incident.scenario {
        facts.push((
            "simulated",
            format!("the fleet is a simulated one; scenario {scenario}"),
        ));
    }
    if incident.redacted {
        facts.push((
            "redacted",
            "account ids, names of people, addresses and log lines are left out".into(),
        ));
    }
    facts
}

fn hit(incident: &Incident) -> Vec<Block> {
    let harm = &incident.harm;
    let edge = harm
        .clients
        .iter()
        .map(|tally| ("clients, at CloudFront".to_owned(), tally));
    let sites = harm
        .regions
        .iter()
        .map(|(region, tally)| (region.to_string(), tally));
    let row = |(by, tally): (String, &Tally)| {
        vec![
            by,
            count(tally.requests),
            count(tally.failed),
            share(tally),
            tally
                .before_percent
                .map_or_else(|| "not known".into(), |share| in_words(&percent(share))),
            format!("{} of {}", tally.minutes, tally.of),
        ]
    };
    let rows: Vec<Vec<String>> = edge.chain(sites).map(row).collect();
    let (from, until) = (minute(harm.from), minute(harm.until));
    let mut blocks = Vec::new();
    if rows.is_empty() {
        let text = format!("AWS showed no figures of {from} to {until} UTC.");
        blocks.push(Block::Text(text));
    } else {
        blocks.push(Block::Text(format!(
            "Requests from {from} to {until} UTC by AWS's own counts. A request failed when it was answered with a 5xx \
             status. The requests of health checkers are among those of a Region."
        )));
        blocks.push(Block::Table(Table {
            heads: vec![
                ("counted by", false),
                ("requests", true),
                ("failed", true),
                ("share failed", true),
                ("share before", true),
                ("minutes counted", true),
            ],
            rows,
        }));
    }
    if let Some(worst) = harm.worst.as_ref().filter(|worst| worst.failed > 0.0) {
        blocks.push(Block::Text(format!(
            "The worst minute was {} UTC: {} of {} requests failed ({}), counted by {}.",
            minute(worst.at),
            count(worst.failed),
            count(worst.requests),
            in_words(&percent(worst.percent)),
            worst.by
        )));
    }
    if !harm.missing.is_empty() {
        blocks.push(Block::Text("Missing figures:".into()));
        blocks.push(Block::List(harm.missing.clone()));
    }
    blocks
}

fn cause(incident: &Incident) -> Vec<Block> {
    let hypotheses = &incident.explanation.hypotheses;
    if hypotheses.is_empty() {
        let text = if incident.worst == Verdict::Healthy {
            "Nothing that gwctl saw was wrong."
        } else {
            "The evidence names no cause."
        };
        return vec![Block::Text(text.into())];
    }
    let at = incident.explanation.at;
    let mut blocks = vec![Block::Text(format!(
        "By the evidence of {} UTC, the most likely first.",
        clock(at)
    ))];
    for (place, hypothesis) in hypotheses.iter().enumerate() {
        blocks.push(Block::Text(format!(
            "{}. {} ({}: {})",
            place + 1,
            capital(&hypothesis.sentence),
            hypothesis.sure.word(),
            hypothesis.why
        )));
        blocks.push(Block::List(evidence(hypothesis)));
    }
    if !incident.unexplained.is_empty() {
        let new = incident.unexplained.iter().map(ToString::to_string);
        blocks.push(Block::Text(
            "New then, and not explained by any of these:".into(),
        ));
        blocks.push(Block::List(new.collect()));
    }
    blocks
}

fn evidence(hypothesis: &Hypothesis) -> Vec<String> {
    let hit = hypothesis.hit_percent;
    let hit = hit.map(|hit| {
        format!(
            "hits: {} of all requests of clients",
            in_words(&percent(hit))
        )
    });
    let said = |name: &'static str, lines: &[String]| -> Vec<String> {
        lines.iter().map(|line| format!("{name}: {line}")).collect()
    };
    let mut lines: Vec<String> = hit.into_iter().collect();
    lines.extend(said("for it", &hypothesis.supports));
    lines.extend(said("against it", &hypothesis.contradicts));
    lines
}

fn done(incident: &Incident) -> Vec<Block> {
    if incident.runs.is_empty() {
        return vec![Block::Text(
            "gwctl ran no action. What people did by other means is in the timeline, where AWS recorded it.".into(),
        )];
    }
    let mut blocks = Vec::new();
    for run in &incident.runs {
        blocks.push(Block::Text(ran(run)));
        let rows = run.steps.iter().map(|step| {
            let seconds = |s: Option<i64>| s.map(|s| span(SignedDuration::from_secs(s)));
            let planned = i64::try_from(step.planned_s).ok();
            vec![
                step.title.clone(),
                step.begin_s
                    .map(|s| clock(run.begun + SignedDuration::from_secs(s)))
                    .unwrap_or_default(),
                seconds(planned).unwrap_or_default(),
                seconds(step.actual_s).unwrap_or_default(),
                step.saw.clone().unwrap_or_default(),
            ]
        });
        blocks.push(Block::Table(Table {
            heads: vec![
                ("step", false),
                ("began (UTC)", true),
                ("expected", true),
                ("took", true),
                ("what was seen", false),
            ],
            rows: rows.collect(),
        }));
    }
    blocks
}

/// A figure of a chart: its name with the unit, its values, and how one is written.
pub type Figure = (
    &'static str,
    fn(&Charts) -> &[Option<f64>],
    fn(f64) -> String,
);

/// What is drawn, in this order.
pub const FIGURES: [Figure; 4] = [
    ("requests a minute", |charts| &charts.requests, count),
    (
        "requests that failed (5xx), in percent",
        |charts| &charts.errors_percent,
        percent,
    ),
    (
        "the slowest of a hundred answers (p99)",
        |charts| &charts.p99_ms,
        millis,
    ),
    (
        "how far the database copy is behind",
        |charts| &charts.lag_ms,
        millis,
    ),
];

fn figures(incident: &Incident) -> Vec<Block> {
    let mut rows = Vec::new();
    for (name, values, show) in FIGURES {
        for (region, charts) in &incident.charts {
            let values = values(charts);
            let known = || values.iter().flatten().copied();
            let Some(highest) = known().reduce(f64::max) else {
                continue;
            };
            let lowest = known().reduce(f64::min).unwrap_or(highest);
            rows.push(vec![
                name.into(),
                region.to_string(),
                spark(values, CHART),
                in_words(&show(lowest)),
                in_words(&show(highest)),
            ]);
        }
    }
    let first = incident.charts.values().find_map(|charts| charts.from);
    let Some(first) = first.filter(|_| !rows.is_empty()) else {
        return vec![Block::Text("AWS showed no figures.".into())];
    };
    vec![
        Block::Text(format!(
            "From {} to {} UTC. A gap means that there is no figure, which is not zero.",
            minute(first),
            minute(incident.to)
        )),
        Block::Charts(Table {
            heads: vec![
                ("figure", false),
                ("Region", false),
                ("chart", false),
                ("lowest", true),
                ("highest", true),
            ],
            rows,
        }),
    ]
}

fn timeline(incident: &Incident) -> Vec<Block> {
    if incident.timeline.is_empty() {
        return vec![Block::Text("Nothing is known to have happened.".into())];
    }
    let row = |moment: &super::timeline::Moment| {
        vec![
            clock(moment.at),
            moment.kind.to_owned(),
            moment.region.clone().unwrap_or_default(),
            moment.who.clone().unwrap_or_default(),
            moment.what.clone(),
        ]
    };
    let mut blocks = vec![Block::Table(Table {
        heads: vec![
            ("time (UTC)", false),
            ("kind", false),
            ("Region", false),
            ("who", false),
            ("what", false),
        ],
        rows: incident.timeline.iter().map(row).collect(),
    })];
    if !incident.lateness.is_empty() {
        blocks.push(Block::List(incident.lateness.clone()));
    }
    blocks
}

fn notes(incident: &Incident) -> Block {
    if incident.notes.is_empty() {
        return Block::Text("None.".into());
    }
    let line = |note: &crate::recording::Noted| {
        format!("{} UTC, {}: {}", clock(note.at), note.by, note.text)
    };
    Block::List(incident.notes.iter().map(line).collect())
}

fn unknown(incident: &Incident) -> Block {
    if incident.missing.is_empty() {
        return Block::Text("Every question of gwctl was answered.".into());
    }
    Block::List(incident.missing.clone())
}
