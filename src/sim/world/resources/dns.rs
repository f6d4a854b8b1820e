//! `AWS::Route53::HealthCheck` and `AWS::Route53::RecordSet`.

use serde_json::Value;

use super::super::account::Account;
use super::super::model::{AliasTarget, CheckKind, HealthCheck, RecordSet, Tag};
use super::super::names;
use super::super::seed_checks::CHECKER_REGIONS;
use super::properties::{at, flag, items, need, number, text, texts};
use crate::world::resources::wanted::{Begun, Wanted};
use gwctl_fleet::{Region, Routing};

impl Account<'_> {
    pub(super) fn make_check(&mut self, wanted: &Wanted<'_>) -> Begun {
        let what = format!(
            "check {} {} {} {}",
            wanted.region, wanted.stack, wanted.logical, self.present.now
        );
        let id = names::uuid(self.present.seed, &what);
        let check = self.check_of(wanted, &id)?;
        self.resources.health_checks.push(check);
        let takes_s = self.present.within(&id, (2, 5));
        Ok((id, takes_s))
    }

    pub(super) fn change_check(&mut self, wanted: &Wanted<'_>, id: &str) -> Result<i64, String> {
        let changed = self.check_of(wanted, id)?;
        let mut checks = self.resources.health_checks.iter_mut();
        let known = checks.find(|one| one.id == id);
        let known = known.ok_or_else(|| format!("A health check with id {id} does not exist."))?;
        known.version += 1;
        known.kind = changed.kind;
        known.inverted = changed.inverted;
        known.disabled = changed.disabled;
        known.tags = changed.tags;
        Ok(self.present.within(id, (2, 5)))
    }

    pub(super) fn unmake_check(&self, id: &str) -> Result<i64, String> {
        let mut checks = self.resources.health_checks.iter();
        let parent = checks.find(|one| match &one.kind {
            CheckKind::Calculated { children, .. } => children.iter().any(|child| child == id),
            _ => false,
        });
        match parent {
            Some(parent) => Err(format!(
                "HealthCheckInUse: The health check {id} is used by the calculated health check {}",
                parent.id
            )),
            None => Ok(self.present.within(id, (2, 5))),
        }
    }

    pub(super) fn remove_check(&mut self, id: &str) {
        self.resources.health_checks.retain(|one| one.id != id);
    }

    fn check_of(&self, wanted: &Wanted<'_>, id: &str) -> Result<HealthCheck, String> {
        let properties = wanted.properties;
        let config = at(properties, "HealthCheckConfig");
        let config = config.ok_or("Property HealthCheckConfig cannot be empty.")?;
        let tags = items(properties, "HealthCheckTags").iter();
        let tags = tags.filter_map(|one| {
            Some(Tag {
                key: text(one, "Key")?,
                value: text(one, "Value")?,
            })
        });
        Ok(HealthCheck {
            id: id.into(),
            caller_reference: names::uuid(self.present.seed, &format!("{id} reference")),
            version: 1,
            kind: self.kind_of_check(config)?,
            inverted: flag(config, "Inverted"),
            disabled: flag(config, "Disabled"),
            tags: tags.chain(wanted.tags.iter().cloned()).collect(),
            observations: Vec::new(),
            // Until there is data (aws-facts §3.4).
            healthy: !flag(config, "Inverted"),
            percent_healthy: None,
            healthy_children: None,
        })
    }

    fn kind_of_check(&self, config: &Value) -> Result<CheckKind, String> {
        let kind = need(config, "Type")?;
        Ok(match kind.as_str() {
            "CALCULATED" => {
                let children = texts(config, "ChildHealthChecks");
                let known = |id: &&String| {
                    let mut checks = self.resources.health_checks.iter();
                    !checks.any(|one| &&one.id == id)
                };
                if let Some(missing) = children.iter().find(known) {
                    return Err(format!(
                        "InvalidInput: A child health check with id {missing} does not exist."
                    ));
                }
                CheckKind::Calculated {
                    children,
                    threshold: number(config, "HealthThreshold").unwrap_or(0),
                }
            }
            "CLOUDWATCH_METRIC" => {
                let name = need(config, "AlarmIdentifier.Name")?;
                let region = Region::new(&need(config, "AlarmIdentifier.Region")?)
                    .map_err(|error| error.to_string())?;
                self.resources.followable(&region, &name)?;
                CheckKind::CloudWatchMetric {
                    alarm_region: region,
                    alarm_name: name,
                    insufficient_data: text(config, "InsufficientDataHealthStatus")
                        .unwrap_or_else(|| "LastKnownStatus".into()),
                }
            }
            "RECOVERY_CONTROL" => CheckKind::RecoveryControl {
                control: need(config, "RoutingControlArn")?,
            },
            _ => {
                let regions = texts(config, "Regions");
                CheckKind::Endpoint {
                    host: need(config, "FullyQualifiedDomainName")?,
                    port: number(config, "Port").unwrap_or(443),
                    path: text(config, "ResourcePath").unwrap_or_else(|| "/".into()),
                    interval_s: number(config, "RequestInterval").unwrap_or(30),
                    failure_threshold: number(config, "FailureThreshold").unwrap_or(3),
                    measure_latency: flag(config, "MeasureLatency"),
                    enable_sni: flag(config, "EnableSNI"),
                    regions: if regions.is_empty() {
                        CHECKER_REGIONS.map(Into::into).into()
                    } else {
                        regions
                    },
                    protocol: kind,
                }
            }
        })
    }

    /// AWS calls a record set by its name alone. Records of several types, and those of a latency set, have
    /// it in common: here zone, type and set identifier belong to what it is called.
    pub(super) fn make_record(&mut self, wanted: &Wanted<'_>) -> Begun {
        let (zone, record) = record_of(wanted.properties)?;
        let physical = called(&zone, &record);
        let takes_s = self.change_record("CREATE", &zone, record)?;
        Ok((physical, takes_s))
    }

    pub(super) fn change_record_set(
        &mut self,
        wanted: &Wanted<'_>,
        physical: &str,
    ) -> Result<i64, String> {
        let (zone, record) = record_of(wanted.properties)?;
        if called(&zone, &record) != physical {
            return Err("another type or set identifier makes another record set".into());
        }
        self.change_record("UPSERT", &zone, record)
    }

    /// With the values it was made with: another's change of them stands against it.
    pub(super) fn unmake_record(&mut self, region: &Region, physical: &str) -> Result<i64, String> {
        let owned = self
            .resources
            .owners
            .get("AWS::Route53::RecordSet", region, physical);
        let Some((zone, record)) = owned.and_then(|one| record_of(&one.properties).ok()) else {
            return Ok(0);
        };
        let zones = self.resources.hosted_zones.iter();
        let mut records = zones
            .filter(|one| one.id == zone)
            .flat_map(|one| &one.records);
        if !records.any(|one| called(&zone, one) == physical) {
            return Ok(0);
        }
        self.change_record("DELETE", &zone, record)
    }

    fn change_record(
        &mut self,
        action: &str,
        zone: &str,
        record: RecordSet,
    ) -> Result<i64, String> {
        if !self.resources.hosted_zones.iter().any(|one| one.id == zone) {
            return Err(format!("No hosted zone found with ID: {zone}"));
        }
        let changes = vec![(action.to_owned(), record)];
        let change = self.change_record_sets(zone, changes, None);
        let change = change.map_err(|refused| refused.to_string())?;
        Ok((change.insync_at.as_second() - self.present.now).max(0) + 2)
    }
}

fn called(zone: &str, record: &RecordSet) -> String {
    let set = record.set_identifier.iter().map(String::as_str);
    let name = record.name.trim_end_matches('.');
    let parts = [zone, name, record.kind.as_str()].into_iter().chain(set);
    parts.collect::<Vec<_>>().join("|")
}

fn record_of(properties: &Value) -> Result<(String, RecordSet), String> {
    let dotted = |name: String| format!("{}.", name.trim_end_matches('.').to_ascii_lowercase());
    let alias = at(properties, "AliasTarget").map(|target| {
        Ok::<_, String>(AliasTarget {
            zone: need(target, "HostedZoneId")?,
            name: dotted(need(target, "DNSName")?),
            evaluate_target_health: flag(target, "EvaluateTargetHealth"),
        })
    });
    let region = text(properties, "Region").map(|region| Region::new(&region));
    let region = region.transpose().map_err(|error| error.to_string())?;
    let weight = number(properties, "Weight").map(i64::from);
    let routing = match (region, weight) {
        (Some(region), None) => Routing::Latency(region),
        (None, Some(weight)) => Routing::Weighted(weight),
        (None, None) => Routing::Simple,
        (Some(_), Some(_)) => return Err("routing policies exclude each other".into()),
    };
    let record = RecordSet {
        name: dotted(need(properties, "Name")?),
        kind: need(properties, "Type")?,
        ttl: number(properties, "TTL").map(i64::from),
        values: texts(properties, "ResourceRecords"),
        set_identifier: text(properties, "SetIdentifier"),
        routing,
        health_check: text(properties, "HealthCheckId"),
        alias: alias.transpose()?,
    };
    Ok((need(properties, "HostedZoneId")?, record))
}
