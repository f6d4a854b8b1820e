//! How all the records of a Region stand, and what takes every one of them out of DNS.
//!
//! A Region may have several records, one a type (`A` and `AAAA`). Route 53 goes on answering with
//! those that are left: what evacuates the Region takes out all of them, and no other Region's.

use jiff::Timestamp;

use super::{CheckConfig, CheckKind, CheckVerdict, Edge, NoLever, NoRecords, RoutingRecord};
use crate::{FailoverRole, HealthCheck, Missing, Observed, Region, Routing, Switch, check_verdict};

/// A check that by itself takes a record out of DNS, on the record or below the one on it.
#[derive(Debug, Clone, Copy)]
struct Lever<'a> {
    id: &'a str,
    kind: &'a CheckKind,
    /// Whether healthy and unhealthy are swapped on the way to the record.
    inverted: bool,
}

impl Lever<'_> {
    /// Whether one thing moves both: the same check, the same alarm or the same routing control.
    fn moves_with(&self, other: &Self) -> bool {
        self.id == other.id
            || (self.inverted == other.inverted && same_cause(self.kind, other.kind))
    }
}

/// Endpoint checks are never moved by hand: only what stands behind the others is compared.
fn same_cause(a: &CheckKind, b: &CheckKind) -> bool {
    a == b
        && matches!(
            a,
            CheckKind::Alarm { .. } | CheckKind::RecoveryControl { .. }
        )
}

impl Edge {
    /// Every latency record that stands for `region`, one a type.
    pub fn records_of(&self, region: &Region) -> Result<Vec<&RoutingRecord>, NoRecords> {
        let unknown = || NoRecords::Unknown(self.records.why_missing().cloned());
        let all = self.records.last().ok_or_else(unknown)?;
        let own: Vec<_> = all.iter().filter(|record| record.is_of(region)).collect();
        if own.is_empty() {
            return Err(NoRecords::Absent);
        }
        Ok(own)
    }

    /// What Route 53 makes of one record, by its health and by what its policy prefers to it.
    pub fn record_verdict(&self, record: &RoutingRecord, now: Timestamp) -> CheckVerdict {
        let health = self.health(record, now);
        if health.in_service() != Some(true) {
            return health;
        }
        match self.is_standby(record, now) {
            Some(true) => CheckVerdict::Standby,
            Some(false) => health,
            None => CheckVerdict::Unknown,
        }
    }

    /// Whether Route 53 counts a record as healthy, by its own check and, where it counts, its group's.
    fn health(&self, record: &RoutingRecord, now: Timestamp) -> CheckVerdict {
        let of = |id: &Option<String>| self.verdict_of(id.as_deref(), now);
        let own = of(&record.health_check);
        let group = match record.primary() {
            Some(primary) => Some(of(&primary.health_check)),
            None if record.evaluate_target_health => {
                // A group is healthy while one of it is.
                let all = record.group.iter().map(|one| of(&one.health_check));
                all.min_by_key(|verdict| match verdict.in_service() {
                    Some(true) => 0,
                    None => 1,
                    Some(false) => 2,
                })
            }
            None => None,
        };
        match (own, group) {
            (CheckVerdict::Unchecked, Some(group)) => group,
            (own, Some(group)) if own.in_service() == Some(true) => match group.in_service() {
                Some(true) => own,
                _ => group,
            },
            (own, _) => own,
        }
    }

    /// What Route 53 makes of the check of a record; a record without one is always healthy.
    pub(super) fn verdict_of(&self, id: Option<&str>, now: Timestamp) -> CheckVerdict {
        let Some(id) = id else {
            return CheckVerdict::Unchecked;
        };
        self.checks.get(id).map_or(CheckVerdict::Unknown, |check| {
            // A check that is gone counts as healthy (aws-facts §3.1).
            if check.config.why_missing() == Some(&Missing::NoData) {
                CheckVerdict::Unchecked
            } else {
                check_verdict(check, now)
            }
        })
    }

    /// Whether DNS answers with `record` only while others of its set are unhealthy; none where that is not known.
    fn is_standby(&self, record: &RoutingRecord, now: Timestamp) -> Option<bool> {
        let before: fn(&Routing) -> bool = match &record.routing {
            Routing::Failover(FailoverRole::Secondary) => {
                |other| *other == Routing::Failover(FailoverRole::Primary)
            }
            Routing::Weighted(0) => |other| other.weight().is_some_and(|weight| weight > 0),
            // In the group that it leads to, its own Region has no weight.
            _ => return Some(record.is_given_away()),
        };
        let all = self.records.last().map_or(&[][..], Vec::as_slice);
        let rivals = all
            .iter()
            .filter(|other| other.kind == record.kind && before(&other.routing));
        let healthy: Vec<_> = rivals
            .map(|other| self.health(other, now).in_service())
            .collect();
        if healthy.contains(&Some(true)) {
            Some(true)
        } else if healthy.contains(&None) {
            None
        } else {
            Some(false)
        }
    }

    /// What Route 53 makes of all the records of `region` together. None where no record is known.
    pub fn admission(&self, region: &Region, now: Timestamp) -> Option<CheckVerdict> {
        let records = self.records_of(region).ok()?;
        let verdicts: Vec<_> = records
            .iter()
            .map(|record| self.record_verdict(record, now))
            .collect();
        let any = |service: Option<bool>| verdicts.iter().any(|one| one.in_service() == service);
        if any(Some(true)) && any(Some(false)) {
            return Some(CheckVerdict::Partly);
        }
        if any(None) {
            return Some(CheckVerdict::Unknown);
        }
        // Of those that are all in, or all out, the one that says most of what can be done about it.
        verdicts.into_iter().max_by_key(|verdict| match verdict {
            CheckVerdict::Healthy | CheckVerdict::Unhealthy => 0,
            CheckVerdict::DisabledHealthy | CheckVerdict::DisabledUnhealthy => 1,
            _ => 2,
        })
    }

    /// The evacuation switch of `region`, with the id of the check that follows it: one that by
    /// itself takes every record of the Region out of DNS, and no other Region's. While records or
    /// checks were never read, as when Route 53's control plane was down from the start, the one that
    /// the configuration names, with its alarm's name.
    pub fn find_switch(&self, region: &Region) -> Result<(&str, &Observed<Switch>), NoLever> {
        if !self.decided(region) {
            let named = self.named_switches.get(region);
            let named = named.map(|(alarm, switch)| (alarm.as_str(), switch));
            return named.ok_or_else(|| match self.records_of(region) {
                Err(why) => why.into(),
                Ok(_) => NoLever::ChecksUnknown,
            });
        }
        let levers = self.levers(region)?;
        let on_alarm = |lever: &&Lever<'_>| matches!(lever.kind, CheckKind::Alarm { .. });
        let mut alone = None;
        for lever in levers.iter().filter(on_alarm) {
            if let Some(other) = self.shared_with(region, lever) {
                alone = Some(other);
                continue;
            }
            let known = self.switches.get_key_value(lever.id);
            return known
                .map(|(id, switch)| (id.as_str(), switch))
                .ok_or(NoLever::AlarmUnread);
        }
        Err(alone.map_or(NoLever::NoAlarm, |other: &str| {
            NoLever::Shared(other.into())
        }))
    }

    /// [`Self::find_switch`], without the reason.
    pub fn switch(&self, region: &Region) -> Option<(&str, &Observed<Switch>)> {
        self.find_switch(region).ok()
    }

    /// ARN of the ARC routing control that by itself takes every record of `region` out of DNS, and
    /// no other Region's, when it is off.
    pub fn find_control(&self, region: &Region) -> Result<&str, NoLever> {
        let levers = self.levers(region)?;
        let mut why = NoLever::NoControl;
        for lever in levers {
            let CheckKind::RecoveryControl { control } = lever.kind else {
                continue;
            };
            match self.shared_with(region, &lever) {
                Some(other) => why = NoLever::Shared(other.into()),
                None if lever.inverted => why = NoLever::Inverted,
                None => return Ok(control),
            }
        }
        Err(why)
    }

    /// [`Self::find_control`], without the reason.
    pub fn routing_control(&self, region: &Region) -> Option<&str> {
        self.find_control(region).ok()
    }

    /// The health check that, forced unhealthy, takes every record of `region` out of DNS and no other
    /// Region's.
    pub fn find_check(&self, region: &Region) -> Result<(&str, &CheckConfig), NoLever> {
        let records = self.records_of(region)?;
        let mut roots: Vec<&str> = Vec::new();
        for record in &records {
            let root = record.check().ok_or_else(|| no_check(record))?;
            if !roots.contains(&root) {
                roots.push(root);
            }
        }
        let &[root] = roots.as_slice() else {
            let ids = roots.into_iter().map(str::to_owned).collect();
            return Err(NoLever::Several(ids));
        };
        let config = self.known(root)?;
        if let Some(other) = self
            .others(region)
            .find(|other| self.tree(other).contains(&root))
        {
            return Err(NoLever::CheckShared {
                id: root.into(),
                other: other.whose().into(),
            });
        }
        Ok((root, config))
    }

    /// Whether all is known that tells what decides on the Region.
    fn decided(&self, region: &Region) -> bool {
        match self.records_of(region) {
            Err(NoRecords::Unknown(_)) => false,
            Err(NoRecords::Absent) => true,
            Ok(records) => records
                .iter()
                .flat_map(|record| record.roots())
                .all(|root| self.config(root).is_some() || self.is_gone(root)),
        }
    }

    /// What by itself takes every record of `region` out of DNS.
    fn levers(&self, region: &Region) -> Result<Vec<Lever<'_>>, NoLever> {
        let mut common: Option<Vec<Lever<'_>>> = None;
        for record in self.records_of(region)? {
            let roots = record.roots();
            if roots.is_empty() {
                return Err(no_check(record));
            }
            for root in &roots {
                self.known(root)?;
            }
            let own: Vec<Lever<'_>> = roots.iter().flat_map(|root| self.deciding(root)).collect();
            let both = match common {
                None => own,
                Some(before) => before
                    .into_iter()
                    .filter(|lever| own.iter().any(|other| lever.moves_with(other)))
                    .collect(),
            };
            common = Some(both);
        }
        Ok(common.unwrap_or_default())
    }

    /// The checks each of which, by itself, can make a record whose check is `root` unhealthy: that
    /// one, or the children of a calculated one that needs them all. A disabled check decides nothing
    /// (aws-facts §3.4).
    fn deciding<'a>(&'a self, root: &'a str) -> Vec<Lever<'a>> {
        let Some(config) = self.config(root).filter(|config| !config.disabled) else {
            return Vec::new();
        };
        let CheckKind::Calculated {
            children,
            threshold,
        } = &config.kind
        else {
            return vec![Lever {
                id: root,
                kind: &config.kind,
                inverted: config.inverted,
            }];
        };
        // One child more or less must tip the scales. Inverted, one healthy child does.
        let tips = if config.inverted { 1 } else { children.len() };
        if usize::try_from(*threshold) != Ok(tips) {
            return Vec::new();
        }
        let lever = |id: &'a String| {
            let child = self.config(id).filter(|child| !child.disabled)?;
            Some(Lever {
                id,
                kind: &child.kind,
                inverted: child.inverted != config.inverted,
            })
        };
        children.iter().filter_map(lever).collect()
    }

    /// Another Region, or another record, that `lever` counts for.
    fn shared_with(&self, region: &Region, lever: &Lever<'_>) -> Option<&str> {
        let counts = |record: &&RoutingRecord| {
            let tree = self.tree(record);
            let cause = |id: &str| {
                let config = self.config(id);
                config.is_some_and(|config| same_cause(&config.kind, lever.kind))
            };
            tree.iter().any(|id| *id == lever.id || cause(id))
        };
        self.others(region).find(counts).map(RoutingRecord::whose)
    }

    fn others(&self, region: &Region) -> impl Iterator<Item = &RoutingRecord> {
        let all = self.records.last().map_or(&[][..], Vec::as_slice);
        all.iter().filter(move |record| !record.is_of(region))
    }

    /// Every check that counts for a record: those on it and their children.
    fn tree<'a>(&'a self, record: &'a RoutingRecord) -> Vec<&'a str> {
        self.below(record.roots())
    }

    /// The ids of the checks on the records of `region`, each once.
    pub fn check_ids(&self, region: &Region) -> Vec<&str> {
        let records = self.records_of(region).unwrap_or_default();
        let mut ids: Vec<&str> = Vec::new();
        for id in records.into_iter().filter_map(RoutingRecord::check) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    /// The checks that the records of `region` follow: those on them and their children.
    pub fn followed(&self, region: &Region) -> Vec<&HealthCheck> {
        let all = self.below(self.check_ids(region)).into_iter();
        all.filter_map(|id| self.checks.get(id)).collect()
    }

    /// These checks, each with its children behind it.
    fn below<'a>(&'a self, roots: Vec<&'a str>) -> Vec<&'a str> {
        let mut all = Vec::new();
        for root in roots {
            all.push(root);
            if let Some(CheckKind::Calculated { children, .. }) =
                self.config(root).map(|config| &config.kind)
            {
                all.extend(children.iter().map(String::as_str));
            }
        }
        all
    }

    fn known(&self, id: &str) -> Result<&CheckConfig, NoLever> {
        self.config(id).ok_or_else(|| {
            let id = id.to_owned();
            if self.is_gone(&id) {
                return NoLever::CheckGone(id);
            }
            let check = self.checks.get(&id);
            let missing = check.and_then(|check| check.config.why_missing().cloned());
            NoLever::CheckUnknown { id, missing }
        })
    }

    /// Whether AWS was asked for the check and has none.
    fn is_gone(&self, id: &str) -> bool {
        let config = self.checks.get(id).map(|check| &check.config);
        config.is_some_and(|config| {
            config.last().is_none() && config.why_missing() == Some(&Missing::NoData)
        })
    }

    fn config(&self, id: &str) -> Option<&CheckConfig> {
        self.checks.get(id)?.config.last()
    }
}

fn no_check(record: &RoutingRecord) -> NoLever {
    let kind = record.kind.clone();
    if record.group.is_empty() {
        NoLever::Unchecked(kind)
    } else {
        NoLever::Group(kind)
    }
}

impl RoutingRecord {
    /// The check that decides whether it is answered: its own, or that of the weighted group it
    /// is an alias to, where the whole group has the same one and its health counts.
    pub fn check(&self) -> Option<&str> {
        self.roots().first().copied()
    }

    /// The checks each of which must be healthy for it to be answered: its own, and that of its group.
    pub fn roots(&self) -> Vec<&str> {
        let mut roots: Vec<&str> = self.health_check.as_deref().into_iter().collect();
        // A failover pair answers with its primary while that one is healthy, whatever the alias evaluates.
        if let Some(primary) = self.primary() {
            roots.extend(primary.health_check.as_deref());
            roots.dedup();
            return roots;
        }
        let first = self
            .group
            .first()
            .and_then(|one| one.health_check.as_deref());
        let shared = self
            .group
            .iter()
            .all(|record| record.health_check.as_deref() == first);
        roots.extend(first.filter(|_| self.evaluate_target_health && shared));
        roots.dedup();
        roots
    }
}
