//! What was asked for events, and how far its answer goes.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::format::{clock, date, span};
use crate::{Account, Missing, Source};

/// `CloudTrail` shows an event about five minutes after the call; RDS's guide says within fifteen. Until then its
/// absence proves nothing (aws-facts §14.1).
pub const LATENESS: SignedDuration = SignedDuration::from_mins(15);

/// Why AWS Health gives this account no answer (aws-facts §14.5).
pub const NO_PLAN: &str = "AWS Health's API needs a Business or higher support plan, which this account does not have; \
     health.aws.amazon.com shows AWS's public events to everybody";
/// Why AWS Health is not asked in another partition than the commercial one.
pub const NO_ENDPOINT: &str = "gwctl knows no endpoint of AWS Health's API in this partition";

/// One source of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedSource {
    /// What was asked, and where.
    pub source: Source,
    /// The part of the fleet whose account was asked, where the fleet is in several.
    pub account: Option<Account>,
    /// When it was asked.
    pub at: Timestamp,
    /// Why there is no answer, or not all of it.
    pub missing: Option<Missing>,
    /// Events after this moment may still be missing; none where the source is not late.
    pub complete_to: Option<Timestamp>,
    /// Events before this moment were not read: there are too many, or AWS keeps none.
    pub read_from: Option<Timestamp>,
    /// Events that could not be read.
    pub unreadable: usize,
}

impl AskedSource {
    /// Whether all that was asked for was answered.
    pub fn is_answered(&self) -> bool {
        let missing = self.missing.is_some() && !self.is_not_offered();
        !missing && self.read_from.is_none() && self.unreadable == 0
    }

    /// Whether AWS does not offer the source to this account: it is told, and nobody can ask.
    pub fn is_not_offered(&self) -> bool {
        matches!(&self.missing, Some(Missing::CouldNotAsk { why }) if why == NO_PLAN || why == NO_ENDPOINT)
    }

    /// Until when every event from `from` on is known, where it was asked for so long; none where some are missing from
    /// the start.
    pub fn known_to(&self, from: Timestamp) -> Option<Timestamp> {
        let is_read = self.missing.is_none() && self.unreadable == 0;
        let reaches = self.read_from.is_none_or(|read| read <= from);
        (is_read && reaches).then(|| self.complete_to.unwrap_or(self.at))
    }

    /// The name of what was asked, with its place.
    pub fn name(&self) -> String {
        match &self.account {
            Some(account) => format!("{} (account of {account})", self.source),
            None => self.source.to_string(),
        }
    }

    /// The service, by its own name.
    pub fn service(&self) -> &'static str {
        match self.source.api.split(':').next() {
            Some("cloudtrail") => "CloudTrail",
            Some("cloudwatch") => "CloudWatch",
            Some("rds") => "RDS",
            Some("apigateway") => "API Gateway",
            Some("cloudformation") => "CloudFormation",
            Some("health") => "AWS Health",
            _ => self.source.api,
        }
    }

    /// What of its answer is missing, a sentence each.
    pub fn gaps(&self) -> Vec<String> {
        let mut gaps = Vec::new();
        gaps.extend(self.missing.as_ref().map(|why| match why {
            Missing::CouldNotAsk { why } if self.is_not_offered() => why.clone(),
            why => why.to_string(),
        }));
        if let Some(from) = self.read_from {
            gaps.push(format!(
                "events before {} {} UTC were not read: ask for a shorter time",
                date(from),
                clock(from)
            ));
        }
        if self.unreadable > 0 {
            gaps.push(format!("{} events could not be read", self.unreadable));
        }
        gaps
    }

    /// How late the source is, in words.
    pub fn lateness(&self) -> Option<String> {
        if self.source.api == super::health_event::HEALTH {
            let late = "often tells of trouble only tens of minutes after it began; AWS publishes no figure";
            return self.missing.is_none().then(|| late.into());
        }
        let late = self.at.duration_since(self.complete_to?);
        Some(format!(
            "may still be missing events of the last {}",
            span(late)
        ))
    }
}
