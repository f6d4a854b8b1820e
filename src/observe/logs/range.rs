//! A question over more than an hour: Logs Insights, one query a Region side by side. What it costs is known before it
//! is asked, as far as AWS tells.

use std::collections::BTreeSet;
use std::fmt::Write;

use futures_util::future::{FutureExt as _, join, join_all};
use jiff::Timestamp;

use super::places::{Groups, sorted_out};
use super::{AccessLogs, GroupLogs, LogKind, LogReader, LogsAsked, missing};
use gwctl_fleet::logs::{AccessFormat, StoredGroup, errors_query, scan_price, scanned, text_query};
use gwctl_fleet::{Account, Missing, Region};

/// Log groups that one query takes at most (aws-facts §13.1).
const MOST_GROUPS: usize = 50;

/// A log group that is to be searched.
#[derive(Debug, Clone)]
pub struct RangeGroup {
    pub name: String,
    pub sources: BTreeSet<String>,
    pub kind: LogKind,
    /// What AWS says it stores; none where there is no such group.
    pub stored: Result<Option<StoredGroup>, Missing>,
}

impl RangeGroup {
    /// Whether it may hold anything.
    fn is_there(&self) -> bool {
        !matches!(self.stored, Ok(None))
    }
}

/// What is asked of one Region in one account.
#[derive(Debug, Clone)]
pub struct RangePart {
    pub region: Region,
    pub account: Account,
    pub groups: Vec<RangeGroup>,
}

impl RangePart {
    /// Names of the groups that are there.
    pub(super) fn names(&self) -> Vec<String> {
        let there = self.groups.iter().filter(|group| group.is_there());
        there
            .map(|group| group.name.clone())
            .take(MOST_GROUPS)
            .collect()
    }
}

/// What is to be asked, and what that will cost.
#[derive(Debug, Clone)]
pub struct RangePlan {
    pub asked: LogsAsked,
    pub parts: Vec<RangePart>,
    /// Groups whose names could not be found.
    pub unread: Vec<GroupLogs>,
    pub access: Vec<AccessLogs>,
    /// When AWS was asked how much it stores.
    pub at: Timestamp,
}

impl RangePlan {
    /// Bytes that will be scanned as far as that is known, and the groups of which it is not.
    pub fn expected(&self) -> (u64, Vec<String>) {
        let (mut bytes, mut unknown) = (0, Vec::new());
        for part in &self.parts {
            for group in part.groups.iter().filter(|group| group.is_there()) {
                let stored = group.stored.as_ref().ok().and_then(Option::as_ref);
                match stored
                    .and_then(|one| one.expected(self.asked.since, self.asked.until, self.at))
                {
                    Some(some) => bytes += some,
                    None => unknown.push(format!("{} in {}", group.name, part.region)),
                }
            }
        }
        (bytes, unknown)
    }

    /// Regions that will be asked.
    pub fn regions(&self) -> BTreeSet<Region> {
        let asked = self.parts.iter().filter(|part| !part.names().is_empty());
        asked.map(|part| part.region.clone()).collect()
    }

    /// What it will cost, a sentence or two.
    pub fn price(&self) -> String {
        let (bytes, unknown) = self.expected();
        let groups: usize = self.parts.iter().map(|part| part.names().len()).sum();
        let mut said = format!(
            "Logs Insights will scan about {} in {groups} log groups of {} Regions (list price of us-east-1; \
             AWS gives 5 GB a month free)",
            scan_price(bytes),
            self.regions().len(),
        );
        said.push_str(
            ". This is an estimate: what AWS stores of each group, spread evenly over its time; the scan may be larger",
        );
        if !unknown.is_empty() {
            let _ = write!(said, ". Not known: {}", unknown.join(", "));
        }
        said
    }

    /// The same in a few words.
    pub fn price_in_short(&self) -> String {
        let (bytes, unknown) = self.expected();
        let more = if unknown.is_empty() { "" } else { " and more" };
        format!("about {}{more}", scan_price(bytes))
    }

    /// What is asked of every Region.
    pub(super) fn query(&self, part: &RangePart) -> String {
        if let Some(text) = &self.asked.filter {
            return text_query(text);
        }
        let formats = part.groups.iter().filter_map(|group| group.kind.access());
        let statuses: BTreeSet<String> = formats.filter_map(AccessFormat::status_field).collect();
        errors_query(statuses.iter().map(String::as_str))
    }
}

/// What a question to Logs Insights cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paid {
    /// Bytes that were scanned, as far as AWS told.
    pub scanned: u64,
    /// Regions that did not tell how much they scanned.
    pub unknown: BTreeSet<Region>,
    /// Bytes that were expected.
    pub expected: u64,
}

impl Paid {
    /// In a few words.
    pub fn short(&self) -> String {
        let more = if self.unknown.is_empty() {
            ""
        } else {
            " and more"
        };
        format!("Logs Insights: {}{more}", scan_price(self.scanned))
    }

    /// A sentence.
    pub fn said(&self) -> String {
        let mut said = format!(
            "Logs Insights scanned {} at the list price of us-east-1 (expected: {})",
            scan_price(self.scanned),
            scanned(self.expected)
        );
        if !self.unknown.is_empty() {
            let unknown: Vec<&str> = self.unknown.iter().map(Region::as_str).collect();
            let _ = write!(said, "; not known of {}", unknown.join(", "));
        }
        said
    }
}

impl LogReader {
    /// Finds the log groups, and asks how much each stores: that is free.
    pub async fn range_plan(&self, asked: &LogsAsked) -> RangePlan {
        let sites = self.sites(asked).map(|site| {
            async move {
                let groups = async {
                    let functions = self.functions(site, asked);
                    let (mut all, database) = join(functions, self.database(site, asked)).await;
                    all.extend(database);
                    all
                };
                let access = async {
                    if asked.function.is_some() || site.api.is_empty() {
                        return None;
                    }
                    Some(self.access_log(site).await)
                };
                join(groups.boxed(), access.boxed()).await
            }
            .boxed()
        });
        let mut places = Vec::new();
        let mut access = Vec::new();
        for (groups, log) in join_all(sites).await {
            places.extend(groups);
            if let Some(log) = log {
                places.extend(log.groups());
                access.push(log);
            }
        }
        if self.is_about_the_router(asked) {
            let group = self.router().await;
            let regions = self.edge_regions(asked).into_iter();
            places.extend(regions.map(|region| self.router_in(&region, group.clone())));
        }
        let (groups, unread) = sorted_out(places);
        let parts = self.measured(groups).await;
        RangePlan {
            asked: LogsAsked {
                // Over so much time only what went wrong is read.
                errors: asked.filter.is_none(),
                ..asked.clone()
            },
            parts,
            unread,
            access,
            at: self.clock.now(),
        }
    }

    /// Each group with what AWS stores of it.
    async fn measured(&self, groups: Groups) -> Vec<RangePart> {
        let measured = groups
            .into_iter()
            .map(|((region, account, name), writers)| {
                async move {
                    let insights = self.session.in_account(account.clone()).insights(&region);
                    self.limiter(&region).turn().await;
                    let stored = insights.stored(&name).await.map_err(missing);
                    let group = RangeGroup {
                        name,
                        sources: writers.sources,
                        kind: writers.kind,
                        stored,
                    };
                    (region, account, group)
                }
                .boxed()
            });
        let mut parts: Vec<RangePart> = Vec::new();
        for (region, account, group) in join_all(measured).await {
            let is_its = |part: &&mut RangePart| part.region == region && part.account == account;
            match parts.iter_mut().find(is_its) {
                Some(part) => part.groups.push(group),
                None => parts.push(RangePart {
                    region,
                    account,
                    groups: vec![group],
                }),
            }
        }
        parts
    }
}
