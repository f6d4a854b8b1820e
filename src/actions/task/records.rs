//! Routing records, changed in one atomic batch (aws-facts §3.2).

use serde::{Deserialize, Serialize};

use super::work::{Context, Observation, Sent, Work, change, read, unobserved};
use crate::{Expected, PlannedCall, RunContext};
use gwctl_aws::AwsError;
use gwctl_fleet::{RecordChange, RecordSet, Region, Routing};

/// One batch: all of it or nothing. Sent only while the records are as they were at planning time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRecords {
    /// Hosted zone.
    pub zone: String,
    /// Every name the batch touches, with all its sets before and after.
    pub names: Vec<NameChange>,
    pub batch: Vec<RecordChange>,
    /// Refuse to send unless the records are as planned on. Not in an inverse: it is planned before what
    /// it takes back.
    pub strict: bool,
}

/// All record sets of one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameChange {
    pub name: String,
    /// As planned on.
    pub before: Vec<RecordSet>,
    /// As it will be.
    pub after: Vec<RecordSet>,
}

/// The order of sets means nothing.
fn same(mut a: Vec<RecordSet>, b: &[RecordSet]) -> bool {
    let mut b = b.to_vec();
    let key = |set: &RecordSet| {
        (
            set.name.clone(),
            set.kind.clone(),
            set.set_identifier.clone(),
        )
    };
    a.sort_by_key(key);
    b.sort_by_key(key);
    a == b
}

impl Work for ChangeRecords {
    fn calls(&self) -> Vec<PlannedCall> {
        let global = Region::global();
        vec![
            change("route53", "ChangeResourceRecordSets", &global),
            read("route53", "ListResourceRecordSets", &global),
            read("route53", "GetChange", &global),
        ]
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::between(
                60,
                5,
                120,
                "AWS: usually INSYNC within 60 s (aws-facts §3.2)",
            ),
            600,
        )
    }

    fn sends(&self) -> Option<String> {
        let changes: Vec<String> = self
            .batch
            .iter()
            .map(|change| {
                let set = &change.set;
                let which = set
                    .set_identifier
                    .as_deref()
                    .map_or(String::new(), |id| format!(" [{id}]"));
                let routing = match &set.routing {
                    Routing::Simple | Routing::Latency(_) => String::new(),
                    other => format!(" {other}"),
                };
                format!("{} {}{which}{routing}", change.action, set.name)
            })
            .collect();
        Some(changes.join("; "))
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let route53 = context.run.session.route53();
        let mut all_after = true;
        for name in &self.names {
            let now = match route53.record_sets(&self.zone, &name.name).await {
                Ok(now) => now,
                Err(error) => return unobserved(&error),
            };
            if same(now.clone(), &name.after) {
                continue;
            }
            all_after = false;
            if self.strict && !same(now, &name.before) {
                return Observation::Wrong(format!(
                    "somebody changed the records of {} meanwhile",
                    name.name
                ));
            }
        }
        if !all_after {
            return Observation::NotDone("the records are as they were at planning time".into());
        }
        let Some(change) = context.receipt else {
            return Observation::Done("the records are as planned".into());
        };
        match route53.change_status(change).await {
            Err(error) => unobserved(&error),
            Ok(status) if status == "INSYNC" => {
                Observation::Done("every authoritative server has the records".into())
            }
            Ok(status) => Observation::Underway(format!("the change is {status}")),
        }
    }

    async fn apply(&self, run_context: &RunContext) -> Result<Sent, AwsError> {
        let receipt = run_context
            .mutating_session()
            .route53()
            .change_records(&self.zone, &self.batch)
            .await?;
        Ok(Sent {
            request_id: receipt.request_id,
            receipt: Some(receipt.id),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gwctl_fleet::{CidrLocation, FailoverRole, Geolocation, Geoproximity};

    #[test]
    fn a_record_of_a_journal_of_before_is_read_and_written_as_it_was() {
        let before = r#"{"name":"a.example.com","kind":"CNAME","set_identifier":"x","region":null,"weight":70,"ttl":60,"values":["b.example.com"],"alias":null,"health_check":null}"#;
        let set: RecordSet = serde_json::from_str(before).unwrap();
        assert_eq!(set.routing, Routing::Weighted(70));
        assert_eq!(serde_json::to_string(&set).unwrap(), before);
    }

    #[test]
    fn every_policy_comes_back_from_a_journal_whole() {
        let location = |country: Option<&str>| {
            Routing::Geolocation(Geolocation {
                continent: country.is_none().then(|| "EU".into()),
                country: country.map(Into::into),
                subdivision: None,
            })
        };
        let near = Geoproximity {
            aws_region: Some("eu-west-1".into()),
            local_zone_group: None,
            coordinates: None,
            bias: Some(-10),
        };
        let network = CidrLocation {
            collection: "c-1".into(),
            location: "office".into(),
        };
        let all = [
            (Routing::Simple, "simple"),
            (Routing::Latency(Region::global()), "latency"),
            (Routing::Weighted(0), "weight 0"),
            (Routing::Failover(FailoverRole::Secondary), "secondary"),
            (location(None), "Europe"),
            (location(Some("*")), "default"),
            (Routing::Geoproximity(near), "near eu-west-1, bias -10"),
            (Routing::IpBased(network), "network office"),
            (Routing::Multivalue, "multivalue"),
        ];
        for (routing, words) in all {
            let text = serde_json::to_string(&routing).unwrap();
            let back: Routing = serde_json::from_str(&text).unwrap();
            assert_eq!(back, routing, "{text}");
            assert_eq!(routing.to_string(), words);
        }
    }
}
