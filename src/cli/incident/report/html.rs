//! The report as one HTML file: it loads nothing, runs no script, and prints well.

use std::fmt::Write as _;

use super::block::{Block, Table};
use super::gather::Incident;
use super::story::{FIGURES, blocks};
use super::svg::{chart, escape};
use crate::fleet::format::minute;

const STYLE: &str = include_str!("page.css");

/// The whole page.
pub fn page(incident: &Incident) -> String {
    let mut body = String::new();
    for block in blocks(incident) {
        draw(&mut body, incident, &block);
    }
    let title = format!("Incident report: {}", incident.fleet);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         {body}<footer>Made by gwctl {}. All times are UTC.</footer>\n</body>\n</html>\n",
        escape(&title),
        env!("CARGO_PKG_VERSION"),
    )
}

fn draw(page: &mut String, incident: &Incident, block: &Block) {
    match block {
        Block::Title(title) => page.push_str(&element("h1", title)),
        Block::Heading(heading) => page.push_str(&element("h2", heading)),
        Block::Text(text) => page.push_str(&element("p", text)),
        Block::Summary(lines) => {
            let _ = write!(page, "<div class=\"summary {}\">", incident.worst);
            page.extend(lines.iter().map(|line| element("p", line)));
            page.push_str("</div>");
        }
        Block::List(lines) => {
            page.push_str("<ul>");
            page.extend(lines.iter().map(|line| element("li", line)));
            page.push_str("</ul>");
        }
        Block::Facts(facts) => {
            page.push_str("<table class=\"facts\">");
            for (name, value) in facts {
                let (name, value) = (element("th", name), element("td", value));
                let _ = write!(page, "<tr>{name}{value}</tr>");
            }
            page.push_str("</table>");
        }
        Block::Table(rows) => table(page, rows),
        Block::Charts(_) => {
            page.push_str(&key(incident));
            let charts = FIGURES.into_iter();
            page.extend(charts.filter_map(|figure| chart(incident, figure)));
        }
    }
    page.push('\n');
}

fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escape(text))
}

/// What the band and the marks of the charts mean.
fn key(incident: &Incident) -> String {
    let Some(since) = incident.since else {
        return String::new();
    };
    let end = incident.until.map_or_else(|| "the end".into(), minute);
    let runs = if incident.runs.is_empty() {
        ""
    } else {
        " A dashed line marks the start of an action."
    };
    format!(
        "<p class=\"legend\">The shaded part is the incident, {} to {end}.{runs}</p>\n",
        minute(since)
    )
}

fn table(page: &mut String, table: &Table) {
    let class = |n: usize| {
        match table.heads.get(n) {
            Some((_, true)) => " class=\"n\"",
            // Never broken: a name that is read at one look.
            Some(("Region" | "kind" | "who", _)) => " class=\"s\"",
            _ => "",
        }
    };
    page.push_str("<table><thead><tr>");
    for (n, (head, _)) in table.heads.iter().enumerate() {
        let _ = write!(page, "<th{}>{}</th>", class(n), escape(head));
    }
    page.push_str("</tr></thead><tbody>");
    for row in &table.rows {
        page.push_str("<tr>");
        for (n, cell) in row.iter().enumerate() {
            let _ = write!(page, "<td{}>{}</td>", class(n), escape(cell));
        }
        page.push_str("</tr>");
    }
    page.push_str("</tbody></table>");
}
