//! A chart as SVG: a line a Region over one time axis, the incident as a band, what was done as marks.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use super::gather::Incident;
use super::story::Figure;
use crate::actions::report::Charts;
use crate::fleet::Region;
use crate::fleet::format::{in_words, minute};

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 190.0;
/// Room for the figures at the left, and for the times below.
const LEFT: f64 = 76.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 14.0;
const BELOW: f64 = 26.0;
/// The colours of Regions where nobody reads the style sheet; past the last one, dashes tell them apart.
const COLOURS: [&str; 6] = [
    "#2563a8", "#b4540a", "#2e7d5b", "#7a4fb5", "#a03060", "#5c6b00",
];
const DASHES: [&str; 3] = ["", "7 3", "2 3"];

/// One chart over all Regions; none where nobody has a figure.
pub fn chart(incident: &Incident, (name, values, show): Figure) -> Option<String> {
    // A Region has one colour on every chart, whoever else has figures there.
    let lines: Vec<Line<'_>> = incident
        .charts
        .iter()
        .enumerate()
        .map(|(index, (region, charts))| Line {
            index,
            region,
            values: values(charts),
        })
        .collect();
    let known = lines.iter().flat_map(|line| line.values.iter().flatten());
    let highest = known.copied().reduce(f64::max)?;
    let frame = Frame::of(incident.charts.values().next()?, highest)?;
    let mut svg = format!(
        "<figure><figcaption>{}</figcaption><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">",
        escape(name),
        escape(name)
    );
    frame.band(&mut svg, incident);
    frame.axes(&mut svg, show);
    for line in &lines {
        frame.line(&mut svg, line);
    }
    frame.marks(&mut svg, incident);
    svg.push_str("</svg>");
    legend(&mut svg, &lines, show);
    svg.push_str("</figure>\n");
    Some(svg)
}

/// The figures of one Region.
struct Line<'a> {
    /// Its place among all Regions.
    index: usize,
    region: &'a Region,
    values: &'a [Option<f64>],
}

/// Where times and values are.
struct Frame {
    from: Timestamp,
    minutes: f64,
    top: f64,
}

impl Frame {
    fn of(charts: &Charts, highest: f64) -> Option<Self> {
        Some(Self {
            from: charts.from?,
            minutes: (charts.requests.len().max(2) - 1) as f64,
            top: if highest > 0.0 { highest * 1.08 } else { 1.0 },
        })
    }

    fn x(&self, minutes: f64) -> f64 {
        LEFT + (WIDTH - LEFT - RIGHT) * (minutes / self.minutes).clamp(0.0, 1.0)
    }

    fn x_of(&self, at: Timestamp) -> f64 {
        self.x(at.duration_since(self.from).as_secs_f64() / 60.0)
    }

    fn y(&self, value: f64) -> f64 {
        let room = HEIGHT - TOP - BELOW;
        TOP + room * (1.0 - (value / self.top).clamp(0.0, 1.0))
    }

    fn band(&self, svg: &mut String, incident: &Incident) {
        let Some(since) = incident.since else { return };
        let (from, to) = (
            self.x_of(since),
            self.x_of(incident.until.unwrap_or(incident.to)),
        );
        let _ = write!(
            svg,
            "<rect class=\"band\" fill=\"#b3261e\" fill-opacity=\"0.1\" x=\"{from:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{:.1}\"/>",
            (to - from).max(1.0),
            HEIGHT - TOP - BELOW
        );
    }

    /// Zero, the middle and the highest, each with its unit; five times.
    fn axes(&self, svg: &mut String, show: fn(f64) -> String) {
        for part in [0.0, 0.5, 1.0] {
            let value = self.top / 1.08 * part;
            let y = self.y(value);
            let _ = write!(
                svg,
                "<line class=\"grid\" stroke=\"#d9dee5\" x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{:.1}\" y2=\"{y:.1}\"/><text class=\"y\" \
                 text-anchor=\"end\" fill=\"#5b6675\" font-size=\"12\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                WIDTH - RIGHT,
                LEFT - 8.0,
                y + 4.0,
                escape(&in_words(&show(value)))
            );
        }
        for part in 0..=4 {
            let minutes = self.minutes * f64::from(part) / 4.0;
            let seconds = SignedDuration::from_secs((minutes * 60.0) as i64);
            let at = self.from.saturating_add(seconds).unwrap_or(self.from);
            let anchor = match part {
                0 => "start",
                4 => "end",
                _ => "middle",
            };
            let _ = write!(
                svg,
                "<text class=\"x\" fill=\"#5b6675\" font-size=\"12\" text-anchor=\"{anchor}\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                self.x(minutes),
                HEIGHT - 8.0,
                minute(at)
            );
        }
    }

    /// A gap in the figures is a gap in the line; a minute alone is a dot.
    fn line(&self, svg: &mut String, line: &Line<'_>) {
        let mut path = String::new();
        let mut pen = false;
        for (minute, value) in line.values.iter().enumerate() {
            let Some(value) = value else {
                pen = false;
                continue;
            };
            let (x, y) = (self.x(minute as f64), self.y(*value));
            let _ = write!(path, "{}{x:.1} {y:.1}", if pen { 'L' } else { 'M' });
            if !pen {
                let _ = write!(path, "h.01");
            }
            pen = true;
        }
        if path.is_empty() {
            return;
        }
        let colour = line.index % COLOURS.len();
        let dash = DASHES[line.index / COLOURS.len() % DASHES.len()];
        let _ = write!(
            svg,
            "<path class=\"r{colour}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\" stroke-dasharray=\"{dash}\" \
             d=\"{path}\"><title>{}</title></path>",
            COLOURS[colour],
            escape(line.region.as_str())
        );
    }

    fn marks(&self, svg: &mut String, incident: &Incident) {
        for run in &incident.runs {
            let x = self.x_of(run.begun);
            let _ = write!(
                svg,
                "<line class=\"run\" stroke=\"#1c2430\" stroke-dasharray=\"4 3\" x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{:.1}\"><title>{}</title></line>",
                HEIGHT - BELOW,
                escape(&run.title)
            );
        }
    }
}

fn legend(svg: &mut String, lines: &[Line<'_>], show: fn(f64) -> String) {
    svg.push_str("<p class=\"legend\">");
    for line in lines {
        let highest = line.values.iter().flatten().copied().reduce(f64::max);
        let highest = highest.map_or_else(
            || "no figures".into(),
            |value| format!("highest {}", in_words(&show(value))),
        );
        let _ = write!(
            svg,
            "<span class=\"k{}\">{}: {}</span> ",
            line.index % COLOURS.len(),
            escape(line.region.as_str()),
            escape(&highest)
        );
    }
    svg.push_str("</p>");
}

/// What a page may hold as text.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in crate::fleet::clean_line(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}
