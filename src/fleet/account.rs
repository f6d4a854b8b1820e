//! The AWS accounts that hold a fleet, and how gwctl gets into each.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Region;

/// The way into the account of what is not named.
const OWN: &str = "the fleet's own credentials";

/// An account, by what of the fleet it holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Account {
    /// APIs and functions with their certificates, metrics, alarms and stacks.
    Workload,
    /// As `Workload`, in one Region.
    Site(Region),
    /// The global cluster and its members: they are in one account (aws-facts §18.2).
    Database,
    /// The hosted zone, the health checks, and the alarms and routing controls that the checks follow: a check
    /// follows only an alarm of its own account (aws-facts §18.2).
    Dns,
    /// The distribution with its router and its certificate: CloudFront takes only those of its own account
    /// (aws-facts §4.1).
    Edge,
}

impl Account {
    /// Those that a configuration names, without the single Regions'.
    pub const ALL: [Self; 4] = [Self::Workload, Self::Database, Self::Dns, Self::Edge];

    /// The part that the resources of `service` belong to. Services that several parts have, such as CloudWatch, are the
    /// workload's where nothing else is said.
    pub fn of_service(service: &str) -> Self {
        match service {
            "rds" => Self::Database,
            "cloudfront" => Self::Edge,
            _ if service.starts_with("route53") => Self::Dns,
            _ => Self::Workload,
        }
    }

    /// What does not work where gwctl cannot get into the account.
    pub const fn is_for(&self) -> &'static str {
        match self {
            Self::Workload | Self::Site(_) => {
                "the figures of APIs and functions, `code` and what a Region can take are not known"
            }
            Self::Database => {
                "the writer and the replication lag are not known, and `promote`, `restore` and `drill` do not work"
            }
            Self::Dns => {
                "health checks and records are not known, and `evacuate`, `drain`, `restore` and `drill` do not work"
            }
            Self::Edge => {
                "CloudFront's figures are not known, and `certificate` and `invalidate` do not work"
            }
        }
    }

    /// The key in the configuration.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Workload | Self::Site(_) => "workload",
            Self::Database => "database",
            Self::Dns => "dns",
            Self::Edge => "edge",
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())?;
        match self {
            Self::Site(region) => write!(f, " {region}"),
            _ => Ok(()),
        }
    }
}

/// The accounts of a fleet that is spread over several. What is not named is in the account of the fleet's own
/// credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccountsSpec {
    /// APIs and functions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<Access>,
    /// The Aurora global cluster; without it, it is in the account of the workload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<Access>,
    /// Hosted zone, health checks, evacuation switches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns: Option<Access>,
    /// Distribution and router.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edge: Option<Access>,
    /// APIs and functions of single Regions, by the Region's code.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sites: BTreeMap<Region, Access>,
}

/// The way into an account: a profile, a role, or a role with the credentials of a profile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Access {
    /// Named profile of the AWS configuration; with `role_arn` its credentials assume the role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// ARN of the role to assume.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    /// The external id that the role's trust policy asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Name of the session, as `CloudTrail` shows it; without it `gwctl-` and the user's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_name: Option<String>,
    /// ARN or serial number of the MFA device that the role's trust policy asks for. gwctl asks for its code once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mfa_serial: Option<String>,
}

impl AccountsSpec {
    /// Every account that is named, with the way into it.
    pub fn all(&self) -> Vec<(Account, &Access)> {
        let sites = self.sites.iter();
        let named = [
            (Account::Workload, &self.workload),
            (Account::Database, &self.database),
            (Account::Dns, &self.dns),
            (Account::Edge, &self.edge),
        ];
        named
            .into_iter()
            .filter_map(|(account, access)| Some((account, access.as_ref()?)))
            .chain(sites.map(|(region, access)| (Account::Site(region.clone()), access)))
            .collect()
    }

    /// The named account of `part`, whatever the Region; none where it is in that of the fleet's own credentials.
    pub fn of(&self, part: &Account) -> Option<Account> {
        let workload = || self.workload.is_some().then_some(Account::Workload);
        let named = |access: &Option<Access>| access.is_some().then(|| part.clone());
        match part {
            Account::Site(region) if self.sites.contains_key(region) => Some(part.clone()),
            Account::Workload | Account::Site(_) => workload(),
            Account::Database => named(&self.database).or_else(workload),
            Account::Dns => named(&self.dns),
            Account::Edge => named(&self.edge),
        }
    }

    /// The way into the account of `part`; none where that is the fleet's own credentials.
    pub fn access(&self, part: &Account) -> Option<&Access> {
        match self.of(part)? {
            Account::Workload => self.workload.as_ref(),
            Account::Site(region) => self.sites.get(&region),
            Account::Database => self.database.as_ref(),
            Account::Dns => self.dns.as_ref(),
            Account::Edge => self.edge.as_ref(),
        }
    }

    /// Which of the named accounts holds what of `account` is in `region`; none where it is in the account of the
    /// fleet's own credentials.
    pub fn holder(&self, account: &Account, region: &Region) -> Option<Account> {
        match account {
            Account::Workload if self.sites.contains_key(region) => {
                Some(Account::Site(region.clone()))
            }
            part => self.of(part),
        }
    }

    /// The parts of the fleet in `region`, one of each account.
    pub fn distinct(&self, region: &Region) -> Vec<Account> {
        let mut seen = BTreeSet::new();
        let mut parts = Account::ALL.to_vec();
        parts.retain(|part| seen.insert(self.holder(part, region)));
        parts
    }

    /// Every part of the fleet with the way into its account, in words; none where everything is in one account.
    pub fn parts(&self) -> Vec<(Account, String)> {
        if self.is_one() {
            return Vec::new();
        }
        let sites = self.sites.keys().cloned().map(Account::Site);
        let way = |part: Account| {
            let access = self.access(&part);
            let words = access.map_or_else(|| OWN.to_owned(), Access::words);
            (part, words)
        };
        Account::ALL.into_iter().chain(sites).map(way).collect()
    }

    /// Whether everything is in one account.
    pub fn is_one(&self) -> bool {
        self.all().is_empty()
    }
}

impl Access {
    /// The way in, in words: `profile ops`, `role arn:aws:iam::… by profile ops`.
    pub fn words(&self) -> String {
        match (&self.role_arn, &self.profile) {
            (Some(role), Some(profile)) => format!("role {role} by profile {profile}"),
            (Some(role), None) => format!("role {role}"),
            (None, Some(profile)) => format!("profile {profile}"),
            (None, None) => OWN.into(),
        }
    }

    /// The account that the role is in; none without a role.
    pub fn account(&self) -> Option<&str> {
        self.role_arn.as_deref()?.split(':').nth(4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(code: &str) -> Region {
        Region::new(code).unwrap()
    }

    #[test]
    fn what_is_not_named_is_where_it_belongs() {
        let access = Some(Access::default());
        let mut spec = AccountsSpec::default();
        let here = region("eu-west-1");
        for account in Account::ALL {
            assert_eq!(spec.holder(&account, &here), None);
        }
        spec.workload.clone_from(&access);
        assert_eq!(
            spec.holder(&Account::Database, &here),
            Some(Account::Workload),
            "the database is beside what uses it"
        );
        assert_eq!(spec.holder(&Account::Dns, &here), None);
        spec.database = access;
        spec.sites.insert(here.clone(), Access::default());
        assert_eq!(
            spec.holder(&Account::Database, &here),
            Some(Account::Database)
        );
        assert_eq!(
            spec.holder(&Account::Workload, &here),
            Some(Account::Site(here.clone()))
        );
        assert_eq!(
            spec.holder(&Account::Workload, &region("us-east-1")),
            Some(Account::Workload)
        );
        assert_eq!(spec.all().len(), 3);
    }
}
