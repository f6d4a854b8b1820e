//! Requests as the APIs' access logs tell them: the newest line by line, or all of a longer time by Logs Insights.

use super::range::{Paid, RangePart, RangePlan};
use super::search::{PartState, StopSearch};
use super::{LogReader, LogsAsked};
use gwctl_aws::QueryRow;
use gwctl_fleet::logs::{AccessFields, AccessFormat, Requests, breakdown_query, folded};
use gwctl_fleet::{Missing, Region, format};

/// What was found.
#[derive(Debug, Clone)]
pub struct RequestsRead {
    pub requests: Vec<Requests>,
    /// Regions whose access logs there are, or may be.
    pub regions: Vec<Region>,
    /// What could not be read, or not to its end, a sentence each.
    pub gaps: Vec<String>,
    /// What it cost, where Logs Insights was asked.
    pub paid: Option<Paid>,
}

impl LogReader {
    /// The requests of the newest lines of every access log. It costs nothing.
    pub async fn requests(&self, asked: &LogsAsked) -> RequestsRead {
        let (groups, access) = self.read_all(asked).await;
        let mut read = RequestsRead::of(access.iter().filter_map(super::AccessLogs::note));
        let mut requests = Vec::new();
        for group in groups {
            let Some(written) = group.kind.access().cloned() else {
                continue;
            };
            read.regions.push(group.region.clone());
            match group.read {
                Err(why) => read.gap(&group.region, &why.to_string()),
                Ok(None) => read.gap(&group.region, "there is no such log group"),
                Ok(Some(found)) => {
                    for why in written.lacks() {
                        read.gap(&group.region, why);
                    }
                    if let Some((from, _)) = found.lines.filter(|lines| lines.0 > asked.since) {
                        let from = format::clock(from);
                        read.gap(
                            &group.region,
                            &format!("only lines since {from}Z were read"),
                        );
                    }
                    let lines = found.lines.map_or(asked.since, |lines| lines.0);
                    let newest = found.events.iter().filter(|event| event.at >= lines);
                    let told =
                        newest.filter_map(|event| written.told(&group.region, &event.message));
                    requests.extend(told.map(|(_, request)| request));
                }
            }
        }
        read.requests = folded(requests);
        read.done()
    }

    /// Only the access logs, and what asking for their requests will cost.
    pub async fn requests_plan(&self, asked: &LogsAsked) -> RangePlan {
        let mut plan = self.range_plan(asked).await;
        for part in &mut plan.parts {
            part.groups.retain(|group| group.kind.access().is_some());
        }
        plan.parts.retain(|part| !part.groups.is_empty());
        plan.unread.clear();
        plan
    }

    /// The requests that `plan` asks for, counted by Logs Insights.
    pub async fn requests_range(&self, plan: &RangePlan, stop: &StopSearch) -> RequestsRead {
        let fields = |part: &RangePart| -> AccessFields {
            let mut formats = part.groups.iter().filter_map(|group| group.kind.access());
            formats.next().map(AccessFormat::fields).unwrap_or_default()
        };
        let query = |part: &RangePart| breakdown_query(&fields(part));
        let answers = self.search(plan, query, stop, |_| {}).await;
        let mut read = RequestsRead::of(plan.access.iter().filter_map(super::AccessLogs::note));
        for (part, answer) in plan.parts.iter().zip(&answers) {
            read.regions.push(part.region.clone());
            match &answer.state {
                PartState::Complete => {}
                PartState::Failed(why) => read.gap(&part.region, &why.to_string()),
                PartState::Stopped => read.gap(&part.region, "the query was stopped"),
                PartState::Asking | PartState::Running => {
                    read.gap(&part.region, &Missing::NotYet.to_string());
                }
            }
            let fields = fields(part);
            let told = answer
                .rows
                .iter()
                .filter_map(|row| counted(&part.region, &fields, row));
            read.requests.extend(told);
        }
        read.paid = Some(plan.paid(&answers));
        read.done()
    }
}

impl RequestsRead {
    fn of(gaps: impl Iterator<Item = String>) -> Self {
        Self {
            requests: Vec::new(),
            regions: Vec::new(),
            gaps: gaps.collect(),
            paid: None,
        }
    }

    fn gap(&mut self, region: &Region, why: &str) {
        self.gaps.push(format!("{region} access log: {why}"));
    }

    fn done(mut self) -> Self {
        self.regions.sort();
        self.regions.dedup();
        self
    }
}

/// One row of the answer to [`breakdown_query`].
fn counted(region: &Region, fields: &AccessFields, row: &QueryRow) -> Option<Requests> {
    let value = |field: &Option<String>| field.as_ref().and_then(|name| row.get(name)).cloned();
    Some(Requests {
        region: region.clone(),
        route: value(&fields.route),
        method: value(&fields.method),
        status: value(&fields.status),
        checker: row.contains_key("checker"),
        count: row.get("n")?.parse::<f64>().ok()? as u64,
        p95_ms: row.get("p95").and_then(|p95| p95.parse().ok()),
    })
}
