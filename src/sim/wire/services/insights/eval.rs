//! Runs a query over the events of log groups.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::moment;
use super::parse::{Command, Condition, Figure, Key, Query, Stats};
use super::row::Row;
use crate::world::{AnswerRow, Found, LogGroup};

/// What is searched, in milliseconds since 1970.
pub struct Search<'a> {
    pub since: i64,
    pub until: i64,
    pub now: i64,
    pub account: &'a str,
}

/// What `query` finds, at most `limit` rows of it.
pub fn run(
    query: &Query,
    groups: &[(String, LogGroup)],
    search: &Search<'_>,
    limit: usize,
) -> Found {
    let mut found = Found {
        groups: groups.len(),
        ..Found::default()
    };
    let mut rows = Vec::new();
    for (name, group) in groups {
        let log: Arc<str> = format!("{}:{name}", search.account).into();
        for at in (0..group.len()).filter(|at| group.overlaps(*at, search.since, search.until)) {
            for event in group.events(at) {
                let within = (search.since..=search.until).contains(&event.at);
                if !within || event.ingested > search.now {
                    continue;
                }
                found.scanned += 1;
                found.bytes += event.message.len() as u64;
                let row = Row {
                    event,
                    log: log.clone(),
                    parsed: BTreeMap::new(),
                };
                rows.extend(passed(row, query));
            }
        }
    }
    found.matched = rows.len() as u64;
    // The newest stand first where nothing else is said.
    rows.sort_by_key(|row| std::cmp::Reverse(row.event.at));
    let mut table = match query.commands.iter().find_map(stats_of) {
        Some(stats) => counted(stats, &rows),
        None => listed(query, &rows),
    };
    for command in &query.commands {
        match command {
            Command::Sort(field, greatest_first) => sort(&mut table, field, *greatest_first),
            Command::Limit(most) => table.truncate(*most),
            _ => {}
        }
    }
    table.truncate(limit);
    found.rows = table.into_iter().map(|line| line.shown).collect();
    found
}

fn stats_of(command: &Command) -> Option<&Stats> {
    match command {
        Command::Stats(stats) => Some(stats),
        _ => None,
    }
}

/// The row after `filter` and `parse`; none where a filter does not take it.
fn passed(mut row: Row, query: &Query) -> Option<Row> {
    for command in &query.commands {
        match command {
            Command::Filter(condition) if !holds(condition, &row) => return None,
            Command::Parse(field, regex) => {
                let text = row.get(field).unwrap_or_default();
                let Some(captures) = regex.captures(&text) else {
                    continue;
                };
                for name in regex.capture_names().flatten() {
                    if let Some(value) = captures.name(name) {
                        row.parsed
                            .insert(name.to_owned(), value.as_str().to_owned());
                    }
                }
            }
            _ => {}
        }
    }
    Some(row)
}

fn holds(condition: &Condition, row: &Row) -> bool {
    match condition {
        Condition::All(all) => all.iter().all(|one| holds(one, row)),
        Condition::Any(all) => all.iter().any(|one| holds(one, row)),
        Condition::Not(one) => !holds(one, row),
        Condition::IsPresent(field) => row.get(field).is_some(),
        Condition::Like(field, regex) => row.get(field).is_some_and(|text| regex.is_match(&text)),
        Condition::Holds(field, part) => row.get(field).is_some_and(|text| text.contains(part)),
        Condition::In(field, values) => row.get(field).is_some_and(|text| values.contains(&text)),
        Condition::Compare(field, sign, value) => {
            let Some(text) = row.get(field) else {
                return *sign == "!=";
            };
            let order = compare(&text, value);
            match *sign {
                "=" => order == Ordering::Equal,
                "!=" => order != Ordering::Equal,
                "<" => order == Ordering::Less,
                ">" => order == Ordering::Greater,
                "<=" => order != Ordering::Greater,
                _ => order != Ordering::Less,
            }
        }
    }
}

/// As numbers where both are.
fn compare(a: &str, b: &str) -> Ordering {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a.total_cmp(&b),
        _ => a.cmp(b),
    }
}

/// A line of the answer, and what it may be sorted by.
struct Line<'a> {
    shown: AnswerRow,
    row: Option<&'a Row>,
}

impl Line<'_> {
    fn get(&self, field: &str) -> Option<String> {
        let shown = self.shown.iter().find(|(name, _)| name == field);
        shown
            .map(|(_, value)| value.clone())
            .or_else(|| self.row.and_then(|row| row.get(field)))
    }
}

fn sort(table: &mut [Line<'_>], field: &str, greatest_first: bool) {
    table.sort_by_cached_key(|line| {
        let value = line.get(field).unwrap_or_default();
        let number = value.parse::<f64>().unwrap_or(f64::NAN);
        // Figures by their size, texts by their letters.
        let figure = if number.is_nan() {
            i128::MIN
        } else {
            (number * 1e6) as i128
        };
        (
            figure,
            if number.is_nan() {
                value
            } else {
                String::new()
            },
        )
    });
    if greatest_first {
        table.reverse();
    }
}

fn listed<'a>(query: &Query, rows: &'a [Row]) -> Vec<Line<'a>> {
    let mut fields: Vec<&str> = Vec::new();
    for command in &query.commands {
        if let Command::Fields(named) = command {
            fields.extend(named.iter().map(String::as_str));
        }
    }
    if fields.is_empty() {
        fields = vec!["@timestamp", "@message"];
    }
    fields.push("@ptr");
    let line = |row: &'a Row| Line {
        shown: fields
            .iter()
            .filter_map(|field| Some(((*field).to_owned(), row.get(field)?)))
            .collect(),
        row: Some(row),
    };
    rows.iter().map(line).collect()
}

fn counted<'a>(stats: &Stats, rows: &'a [Row]) -> Vec<Line<'a>> {
    let mut groups: BTreeMap<Vec<Option<String>>, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        let key = stats.by.iter().map(|key| match key {
            Key::Field(field) => row.get(field),
            Key::Bin(_, ms) => Some(moment(row.event.at.div_euclid(*ms) * ms)),
        });
        groups.entry(key.collect()).or_default().push(row);
    }
    let lines = groups.into_iter().map(|(key, rows)| {
        let names = stats.by.iter().map(|key| match key {
            Key::Field(name) | Key::Bin(name, _) => name.clone(),
        });
        let keys = names
            .zip(key)
            .filter_map(|(name, value)| Some((name, value?)));
        let figures = stats
            .figures
            .iter()
            .filter_map(|(figure, column)| Some((column.clone(), figure_of(figure, &rows)?)));
        Line {
            shown: keys.chain(figures).collect(),
            row: None,
        }
    });
    lines.collect()
}

/// A figure over rows; none where no row has a number.
fn figure_of(figure: &Figure, rows: &[&Row]) -> Option<String> {
    let numbers = |field: &str| -> Vec<f64> {
        let values = rows.iter().filter_map(|row| row.get(field));
        values.filter_map(|value| value.parse().ok()).collect()
    };
    let number = match figure {
        Figure::Count => rows.len() as f64,
        Figure::CountOf(field) => rows.iter().filter(|row| row.get(field).is_some()).count() as f64,
        Figure::Sum(field) => numbers(field).iter().sum(),
        Figure::Average(field) => {
            let all = numbers(field);
            (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)?
        }
        Figure::Least(field) => numbers(field).into_iter().reduce(f64::min)?,
        Figure::Most(field) => numbers(field).into_iter().reduce(f64::max)?,
        Figure::Percentile(field, percent) => {
            let mut all = numbers(field);
            all.sort_by(f64::total_cmp);
            let rank = (percent / 100.0 * all.len() as f64).ceil() as usize;
            *all.get(rank.clamp(1, all.len().max(1)) - 1)?
        }
    };
    Some(number.to_string())
}
