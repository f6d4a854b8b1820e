//! What AWS Health tells of AWS's own trouble (aws-facts §14.5).

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::event::Event;
use super::kind::EventKind;
use super::record::Outcome;
use crate::format::{clock, date};
use crate::{FleetSpec, Region, Source};

/// What asks AWS Health.
pub(super) const HEALTH: &str = "health:DescribeEvents";
/// Longest part of AWS's words that stands in the list, in characters; the event itself keeps more.
const SAID: usize = 140;
/// The field that tells whether it is over, and its value where it is not.
const UNDER_WAY: (&str, &str) = ("status", "open");

/// One event of AWS Health. Every text is cleaned and bounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthEvent {
    pub arn: String,
    /// The service by AWS Health's own name: `LAMBDA`.
    pub service: String,
    /// `AWS_LAMBDA_OPERATIONAL_ISSUE`.
    pub code: String,
    /// `issue`, `scheduledChange`, `accountNotification`.
    pub category: String,
    /// None for a service of the whole world.
    pub region: Option<Region>,
    /// When the trouble began.
    pub from: Timestamp,
    /// When it ended; none where AWS tells no end.
    pub until: Option<Timestamp>,
    /// When AWS last told of it.
    pub updated: Option<Timestamp>,
    /// `open`, `closed` or `upcoming`.
    pub status: String,
    /// Whether everybody is told of it, or this account alone.
    pub public: bool,
    /// AWS's newest words; empty where they could not be read.
    pub words: String,
}

impl HealthEvent {
    /// Whether it is of a service that the fleet is made of, in one of its Regions or in all of the world.
    pub fn is_of(&self, spec: &FleetSpec) -> bool {
        let here = self.region.as_ref().is_none_or(|region| {
            let mut sites = spec.sites.iter();
            sites.any(|site| site.region == *region) || spec.home() == *region
        });
        here && services(spec).any(|(name, ..)| name == plain(&self.service))
    }

    /// As one of all events.
    pub fn event(self, spec: &FleetSpec) -> Event {
        let known = services(spec).find(|(name, ..)| *name == plain(&self.service));
        let service = known.map_or(self.service.as_str(), |(_, word)| word);
        let what = match self.category.as_str() {
            "issue" => "trouble with",
            "scheduledChange" => "a scheduled change of",
            _ => "news of",
        };
        let end = match (self.status.as_str(), self.until) {
            ("closed", Some(until)) => format!("over since {} UTC", clock(until)),
            ("closed", None) => "over".into(),
            (status, _) => status.to_owned(),
        };
        let mut fields = vec![
            (UNDER_WAY.0, self.status.clone()),
            ("code", self.code.clone()),
            (
                "told to",
                if self.public {
                    "everybody"
                } else {
                    "this account"
                }
                .into(),
            ),
        ];
        if let Some(updated) = self.updated {
            let at = format!("{} {} UTC", date(updated), clock(updated));
            fields.push(("last told", at));
        }
        if !self.words.is_empty() {
            fields.push(("AWS says", self.words.clone()));
        }
        fields.push(("ARN", self.arn));
        let words = first_sentence(&self.words);
        Event {
            at: self.from,
            region: self.region.clone(),
            kind: EventKind::Aws,
            who: Some("AWS Health".into()),
            what: format!("tells of {what} {service} ({end}){words}"),
            outcome: Outcome::Done,
            about: BTreeSet::from([plain(&self.service)]),
            source: Source {
                api: HEALTH,
                region: self.region,
            },
            fields,
        }
    }
}

impl Event {
    /// Whether AWS tells of trouble of its own that is not over.
    pub fn is_open_trouble_of_aws(&self) -> bool {
        self.kind == EventKind::Aws
            && self.source.api == HEALTH
            && self
                .fields
                .iter()
                .any(|(name, value)| (*name, value.as_str()) == UNDER_WAY)
    }
}

/// The services that a fleet is made of: AWS Health's name without case and signs, and the word for people. `CloudWatch`
/// is what gwctl sees with.
fn services(spec: &FleetSpec) -> impl Iterator<Item = (&'static str, &'static str)> {
    let edge = spec.edge.cloudfront;
    let database = spec.has_database();
    [
        (true, "apigateway", "API Gateway"),
        (true, "lambda", "Lambda"),
        (database, "rds", "RDS"),
        (edge, "cloudfront", "CloudFront"),
        (true, "route53", "Route 53"),
        (true, "acm", "ACM"),
        (true, "cloudwatch", "CloudWatch"),
    ]
    .into_iter()
    .filter_map(|(is_there, name, word)| is_there.then_some((name, word)))
}

fn plain(service: &str) -> String {
    let letters = service.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

/// `: "We see increased error rates."`; empty where there are no words.
fn first_sentence(words: &str) -> String {
    let first = words.split_inclusive(". ").next().unwrap_or_default();
    let first = crate::clean(first.trim(), SAID);
    if first.is_empty() {
        first
    } else {
        format!(": \"{first}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_known_however_aws_spells_it() {
        for name in ["APIGATEWAY", "API_GATEWAY", "apigateway", "ApiGateway"] {
            assert_eq!(plain(name), "apigateway");
        }
    }

    #[test]
    fn the_list_has_the_first_sentence_of_what_aws_says() {
        let words = "We see errors. We are working on it.";
        assert_eq!(first_sentence(words), ": \"We see errors.\"");
        assert_eq!(first_sentence(""), "");
    }
}
