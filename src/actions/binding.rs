//! Where a plan was made and for what: a run acts there alone.

use std::fmt;

use serde::{Deserialize, Serialize};

use gwctl_fleet::{Account, FleetSpec, Region, Snapshot};
use gwctl_store::{Claim, LeaseHolder};

/// The account, and the resources of the fleet. Plan, journal and lease carry it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// Which account gwctl calls, and as which identity; none where STS did not return it.
    pub place: Option<Place>,
    /// The account of each part of the fleet, where these are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<Holder>,
    /// The name clients use.
    pub domain: String,
    /// Identifier of the Aurora global cluster.
    pub global_cluster: String,
    /// Id of the hosted zone.
    pub hosted_zone: String,
    /// Name of the routing records in it.
    pub latency_record: String,
    /// Id of the distribution; empty until it is built.
    pub distribution: String,
}

/// An account, and the way to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Twelve digits.
    pub account: String,
    /// `aws`, `aws-cn`, `aws-us-gov`: out of the caller's ARN.
    pub partition: String,
    /// The endpoint that is configured instead of AWS's own.
    pub endpoint: Option<String>,
}

/// The account of a part of the fleet, and who gwctl is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// What of the fleet it holds.
    pub account: Account,
    /// Twelve digits; none where neither STS nor the role's ARN tells them.
    pub id: Option<String>,
    /// The ARN of the caller; none where STS did not return it.
    pub arn: Option<String>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.id, &self.arn) {
            (Some(id), Some(arn)) => write!(f, "{} in {id} as {arn}", self.account),
            (Some(id), None) => write!(f, "{} in {id}, as whom STS does not return", self.account),
            (None, _) => write!(f, "{}: STS does not return the account", self.account),
        }
    }
}

impl Binding {
    /// What `spec` and the newest picture say.
    pub(super) fn of(spec: &FleetSpec, snapshot: &Snapshot) -> Self {
        let place = snapshot.identity.last().map(|identity| Place {
            account: identity.account.clone(),
            partition: identity.partition().to_owned(),
            endpoint: identity.endpoint.clone(),
        });
        let accounts = snapshot.accounts.iter().map(|seen| {
            let known = seen.identity.last();
            let by_role = || spec.accounts.access(&seen.account)?.account();
            let id = known.map(|identity| identity.account.as_str());
            Holder {
                account: seen.account.clone(),
                id: id.or_else(by_role).map(Into::into),
                arn: known.map(|identity| identity.arn.clone()),
            }
        });
        Self {
            place,
            accounts: accounts.collect(),
            domain: spec.domain.clone(),
            global_cluster: spec.global_cluster.clone(),
            hosted_zone: spec.edge.hosted_zone.clone(),
            latency_record: spec.edge.latency_record.clone(),
            distribution: spec.edge.distribution.clone(),
        }
    }

    /// The id of the account of `account` in `region`; none where STS did not return it.
    pub(super) fn account_id(&self, account: &Account, region: &Region) -> Option<&str> {
        if self.accounts.is_empty() {
            return self.place.as_ref().map(|place| place.account.as_str());
        }
        let held = |wanted: &Account| self.accounts.iter().find(|held| held.account == *wanted);
        let own = match account {
            Account::Workload => held(&Account::Site(region.clone())),
            _ => None,
        };
        own.or_else(|| held(account))?.id.as_deref()
    }

    /// What is another now than when the plan was made; nothing where a run may go on. `endpoint` is the one that calls go
    /// to from here on instead of AWS's own: it is known also where STS does not answer.
    pub fn differences(&self, now: &Self, endpoint: Option<&str>) -> Vec<String> {
        if self.says_nothing() {
            return vec!["its plan does not name the place: an older gwctl made it".into()];
        }
        let mut found = Vec::new();
        let mut compare = |what: &str, then: &str, now: &str| {
            // What was not built yet could not be named.
            if !then.is_empty() && then != now {
                let now = if now.is_empty() { "none" } else { now };
                found.push(format!("the {what} was {then} and is {now}"));
            }
        };
        compare("domain", &self.domain, &now.domain);
        compare("global cluster", &self.global_cluster, &now.global_cluster);
        compare("hosted zone", &self.hosted_zone, &now.hosted_zone);
        compare("routing record", &self.latency_record, &now.latency_record);
        compare("distribution", &self.distribution, &now.distribution);
        for held in &self.accounts {
            let same = |other: &&Holder| other.account == held.account;
            let now = now.accounts.iter().find(same);
            if let (Some(then), Some(now)) = (&held.id, now.and_then(|now| now.id.as_ref())) {
                compare(&format!("account of {}", held.account), then, now);
            }
        }
        // What is not known is asked before each change.
        if let (Some(then), Some(now)) = (&self.place, &now.place) {
            compare("account", &then.account, &now.account);
            compare("partition", &then.partition, &now.partition);
        }
        if let Some(then) = &self.place {
            let own = "AWS's own";
            let then = then.endpoint.as_deref().unwrap_or(own);
            compare("endpoint", then, endpoint.unwrap_or(own));
        }
        found
    }

    /// The first resource that `other` has as well, in words. Sharing one is enough: two runs would change
    /// the same thing. A hosted zone alone is no such thing, its records are.
    pub fn shares(&self, other: &Self) -> Option<String> {
        let same = |one: &str, other: &str| !one.is_empty() && one == other;
        if same(&self.domain, &other.domain) {
            return Some(format!("domain {}", self.domain));
        }
        if same(&self.distribution, &other.distribution) {
            return Some(format!("distribution {}", self.distribution));
        }
        if same(&self.hosted_zone, &other.hosted_zone)
            && same(&self.latency_record, &other.latency_record)
        {
            return Some(format!("records of {}", self.latency_record));
        }
        // Its identifier is one of its account's, and of no other's.
        let of = |binding: &Self| {
            let id = binding.account_id(&Account::Database, &Region::global());
            id.map(ToOwned::to_owned)
        };
        let elsewhere = match (of(self), of(other)) {
            (Some(one), Some(other)) => one != other,
            _ => false,
        };
        (same(&self.global_cluster, &other.global_cluster) && !elsewhere)
            .then(|| format!("global cluster {}", self.global_cluster))
    }

    /// Whether it is of the fleet `spec`, whatever either calls it: by the name that clients use, or what answers to it. A
    /// global cluster in common is not enough: its identifier is one of its account's, which a configuration need not tell.
    pub fn is_of(&self, spec: &FleetSpec) -> bool {
        let edge = &spec.edge;
        let same = |one: &str, other: &str| !one.is_empty() && one == other;
        same(&self.domain, &spec.domain)
            || same(&self.distribution, &edge.distribution)
            || (same(&self.hosted_zone, &edge.hosted_zone)
                && same(&self.latency_record, &edge.latency_record))
    }

    /// What `holder` asks for who acts on it.
    pub(super) fn claim(&self, holder: LeaseHolder) -> Claim {
        Claim {
            domain: self.domain.clone(),
            holds: serde_json::to_value(self).unwrap_or_default(),
            holder,
        }
    }

    /// What a lease that is held for `held` has in common with this, in words; all of `everything` where it does not tell
    /// what it is held for.
    pub(super) fn conflict(&self, held: &serde_json::Value, everything: &str) -> Option<String> {
        match Self::deserialize(held) {
            Ok(theirs) if !theirs.says_nothing() => theirs.shares(self),
            _ => Some(everything.into()),
        }
    }

    /// Whether it says what it is about.
    pub(super) const fn says_nothing(&self) -> bool {
        self.domain.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binding(account: &str) -> Binding {
        Binding {
            place: Some(Place {
                account: account.into(),
                partition: "aws".into(),
                endpoint: None,
            }),
            accounts: Vec::new(),
            domain: "api.example.com".into(),
            global_cluster: "orders".into(),
            hosted_zone: "Z1".into(),
            latency_record: "latency.example.com".into(),
            distribution: "E1".into(),
        }
    }

    #[test]
    fn another_account_endpoint_or_resource_is_named() {
        let then = binding("111111111111");
        assert_eq!(then.differences(&then, None), Vec::<String>::new());
        let elsewhere = then.differences(&binding("222222222222"), None);
        assert_eq!(
            elsewhere,
            ["the account was 111111111111 and is 222222222222"]
        );
        let told = then.differences(&then, Some("http://127.0.0.1:4566"));
        let told = told.join("; ");
        assert!(
            told.contains("AWS's own") && told.contains("4566"),
            "{told}"
        );
        let renamed = Binding {
            global_cluster: "users".into(),
            ..then.clone()
        };
        assert!(then.differences(&renamed, None)[0].contains("global cluster"));
        let unbuilt = Binding {
            distribution: String::new(),
            ..then.clone()
        };
        assert_eq!(unbuilt.differences(&then, None), Vec::<String>::new());
    }

    #[test]
    fn another_endpoint_is_named_although_sts_does_not_answer() {
        let then = binding("111111111111");
        let unknown = Binding {
            place: None,
            ..then.clone()
        };
        let served = Some("http://127.0.0.1:4566");
        let told = then.differences(&unknown, served);
        assert_eq!(
            told,
            ["the endpoint was AWS's own and is http://127.0.0.1:4566"]
        );
        assert_eq!(then.differences(&unknown, None), Vec::<String>::new());
    }

    #[test]
    fn a_run_goes_on_as_another_role_and_in_no_other_account_partition_or_endpoint() {
        const SERVED: &str = "http://127.0.0.1:4566";
        let places = |account: bool, partition: bool, role: bool, endpoint: bool| {
            let pick =
                |other: bool, then: &str, now: &str| (if other { now } else { then }).to_owned();
            let account = pick(account, "111111111111", "222222222222");
            let partition = pick(partition, "aws", "aws-us-gov");
            let role = pick(role, "OnCall", "Admin");
            let arn = format!("arn:{partition}:sts::{account}:assumed-role/{role}/ada");
            let endpoint = endpoint.then(|| SERVED.to_owned());
            let place = Place {
                account: account.clone(),
                partition,
                endpoint,
            };
            let held = Holder {
                account: Account::Workload,
                id: Some(account),
                arn: Some(arn),
            };
            Binding {
                place: Some(place),
                accounts: vec![held],
                ..binding("")
            }
        };
        let then = places(false, false, false, false);
        for case in 0..16 {
            let other = |bit: u32| case & (1 << bit) != 0;
            let now = places(other(0), other(1), other(2), other(3));
            let served = other(3).then_some(SERVED);
            let mut expected = Vec::new();
            if other(0) {
                let differ = "was 111111111111 and is 222222222222";
                expected.push(format!("the account of workload {differ}"));
                expected.push(format!("the account {differ}"));
            }
            if other(1) {
                expected.push("the partition was aws and is aws-us-gov".into());
            }
            if other(3) {
                expected.push(format!("the endpoint was AWS's own and is {SERVED}"));
            }
            // The role alone is who acts, and not where.
            assert_eq!(then.differences(&now, served), expected, "{case:04b}");
            let back = now.differences(&then, None);
            assert_eq!(back.len(), expected.len(), "{case:04b}: {back:?}");
        }
    }

    #[test]
    fn a_fleet_is_known_by_what_clients_reach_whatever_it_is_called() {
        let spec = |text: &str| -> FleetSpec { toml::from_str(text).unwrap() };
        let of = |domain: &str, distribution: &str, record: &str| {
            spec(&format!(
                "domain = '{domain}'\nglobal_cluster = 'orders'\nsites = []\n[edge]\ndistribution = '{distribution}'\n\
                 hosted_zone = 'Z1'\nlatency_record = '{record}'\n"
            ))
        };
        let planned = binding("111111111111");
        assert!(planned.is_of(&of("api.example.com", "E9", "other.example.com")));
        assert!(planned.is_of(&of("new.example.com", "E1", "other.example.com")));
        assert!(planned.is_of(&of("new.example.com", "E9", "latency.example.com")));
        // Another account may call its cluster the same.
        assert!(!planned.is_of(&of("new.example.com", "E9", "other.example.com")));
    }

    #[test]
    fn one_resource_in_common_is_enough_and_a_zone_alone_is_none() {
        let one = binding("111111111111");
        let other = Binding {
            domain: "other.example.com".into(),
            latency_record: "other-latency.example.com".into(),
            distribution: "E2".into(),
            ..binding("222222222222")
        };
        assert_eq!(one.shares(&other), None, "a cluster of another account");
        let here = Binding {
            place: one.place.clone(),
            ..other.clone()
        };
        assert_eq!(one.shares(&here).as_deref(), Some("global cluster orders"));
        let edge = Binding {
            distribution: "E1".into(),
            ..other
        };
        assert_eq!(one.shares(&edge).as_deref(), Some("distribution E1"));
    }

    #[test]
    fn of_several_accounts_that_of_the_database_tells_whether_a_cluster_is_shared() {
        let spread = |workload: &str, database: Option<&str>| Binding {
            domain: format!("{workload}.example.com"),
            latency_record: format!("latency.{workload}.example.com"),
            distribution: String::new(),
            accounts: vec![
                Holder {
                    account: Account::Workload,
                    id: Some(workload.into()),
                    arn: None,
                },
                Holder {
                    account: Account::Database,
                    id: database.map(Into::into),
                    arn: None,
                },
            ],
            ..binding(workload)
        };
        let shared = Some("global cluster orders");
        let one = spread("111111111111", Some("999999999999"));
        let other = spread("222222222222", Some("999999999999"));
        assert_eq!(one.shares(&other).as_deref(), shared);
        let elsewhere = spread("111111111112", Some("888888888888"));
        assert_eq!(one.shares(&elsewhere), None);
        let unknown = spread("333333333333", None);
        assert_eq!(
            one.shares(&unknown).as_deref(),
            shared,
            "it may be the same"
        );
        let moved = Binding {
            accounts: spread("111111111111", Some("777777777777")).accounts,
            ..one.clone()
        };
        assert_eq!(
            one.differences(&moved, None),
            ["the account of database was 999999999999 and is 777777777777"]
        );
    }
}
