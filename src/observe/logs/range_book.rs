//! What Logs Insights answered, as a book: read, grouped and counted like lines that were read one by one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::range::{Paid, RangeGroup, RangePart, RangePlan};
use super::search::{Answers, PartAnswer, PartState, StopSearch};
use super::{Book, GroupLogs, GroupRead, LogReader};
use gwctl_aws::QueryRow;
use gwctl_fleet::logs::LogEvent;
use gwctl_fleet::{Missing, Region, format};

impl LogReader {
    /// Asks what `plan` says; `told` gets what is known with every answer that came. Whoever drops this, or stops
    /// `stop`, stops the queries.
    pub async fn range(&self, plan: &RangePlan, stop: &StopSearch, told: impl Fn(Book)) -> Book {
        let query = |part: &RangePart| plan.query(part);
        let answers = self
            .search(plan, query, stop, |answers| told(book(plan, answers)))
            .await;
        book(plan, &answers)
    }
}

/// What is known by `answers`.
fn book(plan: &RangePlan, answers: &Answers) -> Book {
    let mut groups = plan.unread.clone();
    let mut waiting: BTreeMap<Region, usize> = BTreeMap::new();
    for (part, answer) in plan.parts.iter().zip(answers) {
        if answer.goes_on() {
            *waiting.entry(part.region.clone()).or_default() += 1;
        }
        groups.extend(groups_of(plan, part, answer));
    }
    groups.sort_by(|a, b| (&a.region, &a.sources).cmp(&(&b.region, &b.sources)));
    let mut book = Book::new(&plan.asked, groups, plan.access.clone(), waiting);
    book.paid = Some(plan.paid(answers));
    book
}

impl RangePlan {
    /// What the answers cost.
    pub fn paid(&self, answers: &Answers) -> Paid {
        let all = self.parts.iter().zip(answers);
        let asked = all.filter(|(part, _)| !part.names().is_empty());
        let silent = asked.clone().filter(|(_, answer)| answer.scanned.is_none());
        Paid {
            scanned: asked.filter_map(|(_, answer)| answer.scanned).sum(),
            unknown: silent
                .map(|(part, _)| part.region.clone())
                .collect::<BTreeSet<_>>(),
            expected: self.expected().0,
        }
    }
}

/// What was read of each group of a part.
fn groups_of<'a>(
    plan: &'a RangePlan,
    part: &'a RangePart,
    answer: &'a PartAnswer,
) -> impl Iterator<Item = GroupLogs> + 'a {
    let mut events: BTreeMap<&str, Vec<LogEvent>> = BTreeMap::new();
    let mut undated = 0;
    // The newest stand first.
    for row in answer.rows.iter().rev() {
        let group = row.get("@log").map_or("", |log| without_account(log));
        match event(row) {
            Some(event) => events.entry(group).or_default().push(event),
            None => undated += 1,
        }
    }
    let oldest = events.values().flatten().map(|event| event.at).min();
    let cut = cut(answer, undated);
    part.groups.iter().map(move |group| {
        let mut found = events.remove(group.name.as_str()).unwrap_or_default();
        found.sort_by_key(|event| event.at);
        GroupLogs {
            region: part.region.clone(),
            sources: group.sources.clone(),
            group: Some(group.name.clone()),
            kind: group.kind.clone(),
            read: read(plan, group, answer, found, (oldest, &cut)),
            calls: 0,
        }
    })
}

fn read(
    plan: &RangePlan,
    group: &RangeGroup,
    answer: &PartAnswer,
    events: Vec<LogEvent>,
    (oldest, cut): (Option<Timestamp>, &[String]),
) -> Result<Option<GroupRead>, Missing> {
    if matches!(group.stored, Ok(None)) {
        return Ok(None);
    }
    match &answer.state {
        PartState::Failed(why) if answer.rows.is_empty() => return Err(why.clone()),
        PartState::Asking => return Err(Missing::NotYet),
        _ => {}
    }
    // The rows are the newest of all groups together.
    let since = match (cut.is_empty(), oldest) {
        (true, _) => plan.asked.since,
        (false, Some(oldest)) => oldest,
        (false, None) => plan.asked.until,
    };
    Ok(Some(GroupRead {
        events,
        errors: (since, plan.asked.until),
        oldest: None,
        lines: None,
        cut: cut.to_vec(),
        behind: None,
    }))
}

/// Why the rows are not all of them.
fn cut(answer: &PartAnswer, undated: usize) -> Vec<String> {
    let rows = answer.rows.len();
    let mut cut = Vec::new();
    if let Some(matched) = answer.matched.filter(|matched| *matched > rows as u64) {
        cut.push(format!(
            "only the newest {} of {} matching lines of this Region were read",
            format::count(rows as f64),
            format::count(matched as f64)
        ));
    }
    match &answer.state {
        PartState::Running => cut.push("the query is still running".into()),
        PartState::Stopped => cut.push("the query was stopped".into()),
        PartState::Failed(why) => cut.push(format!("the rest could not be read: {why}")),
        PartState::Asking | PartState::Complete => {}
    }
    if undated > 0 {
        cut.push(format!("{undated} lines without a time were left out"));
    }
    cut
}

/// `123456789012:/aws/lambda/orders-read`.
fn without_account(log: &str) -> &str {
    log.split_once(':').map_or(log, |(_, group)| group)
}

fn event(row: &QueryRow) -> Option<LogEvent> {
    let text = |name: &str| row.get(name).cloned().unwrap_or_default();
    Some(LogEvent {
        id: text("@ptr"),
        at: moment(row.get("@timestamp")?)?,
        ingested: row.get("@ingestionTime").and_then(|text| moment(text)),
        stream: text("@logStream"),
        message: text("@message"),
    })
}

/// `2026-11-28 16:20:53.021`, in UTC and without a zone; some that speak the protocol write milliseconds since 1970
/// (aws-facts §13.3).
fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(ms) = text.parse() {
        return Timestamp::from_millisecond(ms).ok();
    }
    let moment: DateTime = text.parse().ok()?;
    TimeZone::UTC.to_timestamp(moment).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_text_in_utc_or_milliseconds() {
        let expected = Timestamp::from_millisecond(1_795_882_853_021).unwrap();
        assert_eq!(moment("2026-11-28 16:20:53.021"), Some(expected));
        assert_eq!(moment("1795882853021"), Some(expected));
        assert_eq!(moment("yesterday"), None);
    }

    #[test]
    fn a_group_is_named_without_its_account() {
        assert_eq!(
            without_account("123456789012:/aws/lambda/a:b"),
            "/aws/lambda/a:b"
        );
    }
}
