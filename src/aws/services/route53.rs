//! Route 53: the latency record set, health checks, and what DNS would answer.

use std::net::IpAddr;

use aws_sdk_route53::Client;
use aws_sdk_route53::types::{
    HealthCheck, HealthCheckConfig, HealthCheckType, ResourceRecordSet, RrType,
};

use crate::services::route53_routing::routing;
use crate::transport::call::Caller;
use crate::transport::error::AwsError;
use crate::transport::reply;
use crate::transport::session::{Session, sdk_client};
use gwctl_fleet::{
    AliasTarget, CheckConfig, CheckKind, GroupMember, Region, Routing, RoutingRecord, Vote,
};

/// No fleet's list is longer; a reply that never ends must not hang us.
const PAGES: usize = 50;

/// Route 53. Its control plane lives in us-east-1 (aws-facts §3.5).
#[derive(Debug, Clone)]
pub struct Route53 {
    pub(crate) client: Client,
    pub(crate) caller: Caller,
}

/// From where a DNS answer is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vantage {
    /// Route 53's own default: us-east-1.
    Default,
    /// A resolver at this address.
    Resolver(IpAddr),
    /// A resolver that passes on this client's network (EDNS0), with so many leading bits.
    Client(IpAddr, u8),
}

/// A hosted zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Its name without the final dot.
    pub name: String,
    /// Private zones cannot be asked for answers.
    pub private: bool,
    /// Status of accelerated recovery, such as `ENABLED` (aws-facts §3.5); none when it is off.
    pub accelerated_recovery: Option<String>,
}

impl Session {
    /// Route 53.
    pub fn route53(&self) -> Route53 {
        let caller = self.caller("route53", &Region::global());
        Route53 {
            client: self.client(&caller, sdk_client!(aws_sdk_route53)),
            caller,
        }
    }
}

impl Route53 {
    /// The records of `zone` that answer for `name` by a routing policy. Those that are aliases to others of the zone
    /// have these where the same reply told them, which it does for names that follow in the zone's order, such as
    /// those below `name`; [`Self::with_group`] asks for the others.
    pub async fn records(&self, zone: &str, name: &str) -> Result<Vec<RoutingRecord>, AwsError> {
        let (sets, more) = self.sets_and_more(zone, name).await?;
        let records = sets.iter().filter_map(routing_record);
        Ok(records
            .map(|record| {
                let members = more.iter().filter(|set| {
                    record.alias_zone.as_deref() == Some(bare(zone))
                        && reply::domain(set.name()) == record.target
                });
                placed(record.clone(), members)
            })
            .collect())
    }

    /// `record` with the records of `zone` that it is an alias to.
    pub async fn with_group(
        &self,
        zone: &str,
        record: RoutingRecord,
    ) -> Result<RoutingRecord, AwsError> {
        let sets = self.sets(zone, &record.target).await?;
        Ok(placed(record, sets.iter()))
    }

    /// Every record set of `zone` called `name`.
    pub(crate) async fn sets(
        &self,
        zone: &str,
        name: &str,
    ) -> Result<Vec<ResourceRecordSet>, AwsError> {
        Ok(self.sets_and_more(zone, name).await?.0)
    }

    /// Every record set of `zone` called `name`, and the sets of other names that came with them.
    async fn sets_and_more(
        &self,
        zone: &str,
        name: &str,
    ) -> Result<(Vec<ResourceRecordSet>, Vec<ResourceRecordSet>), AwsError> {
        let wanted = reply::domain(name);
        let mut own = Vec::new();
        let mut start = (Some(name.to_owned()), None, None);
        for _ in 0..PAGES {
            let (from_name, from_type, from_set) = start;
            let call = self
                .client
                .list_resource_record_sets()
                .hosted_zone_id(zone)
                .set_start_record_name(from_name)
                .set_start_record_type(from_type)
                .set_start_record_identifier(from_set)
                .send();
            let mut page = self.caller.ask("ListResourceRecordSets", call).await?;
            let next = page.next_record_name.take().filter(|_| page.is_truncated);
            let is_ours = |set: &ResourceRecordSet| reply::domain(set.name()) == wanted;
            let mut sets = page.resource_record_sets;
            let end = sets.iter().take_while(|set| is_ours(set)).count();
            let mut more = sets.split_off(end);
            own.append(&mut sets);
            // Records are sorted by name and the list starts at ours: at another name it is over.
            if !page.is_truncated || !more.is_empty() {
                // The page may have ended in the middle of its last name.
                let last = next.as_deref().map(reply::domain);
                more.retain(|set| Some(reply::domain(set.name())) != last);
                return Ok((own, more));
            }
            if next.is_none() {
                break;
            }
            start = (next, page.next_record_type, page.next_record_identifier);
        }
        Err(self.caller.cut_short("ListResourceRecordSets"))
    }

    /// Every health check of the account, by id.
    pub async fn health_checks(&self) -> Result<Vec<(String, CheckConfig)>, AwsError> {
        let mut checks = Vec::new();
        let mut marker = None;
        for _ in 0..PAGES {
            let call = self.client.list_health_checks().set_marker(marker).send();
            let page = self.caller.ask("ListHealthChecks", call).await?;
            checks.extend(
                page.health_checks()
                    .iter()
                    .filter_map(|check| Some((reply::name(check.id()), check_config(check)?))),
            );
            if !page.is_truncated() {
                return Ok(checks);
            }
            marker = page.next_marker().map(Into::into);
            if marker.is_none() {
                break;
            }
        }
        Err(self.caller.cut_short("ListHealthChecks"))
    }

    /// The configuration of one health check.
    pub async fn health_check(&self, id: &str) -> Result<CheckConfig, AwsError> {
        const ACTION: &str = "GetHealthCheck";
        let call = self.client.get_health_check().health_check_id(id).send();
        let reply = self.caller.ask(ACTION, call).await?;
        reply.health_check().and_then(check_config).ok_or_else(|| {
            self.caller
                .garbled(ACTION, "a health check without a configuration")
        })
    }

    /// What every checker says of one health check. One a second at most; not for calculated checks
    /// (aws-facts §3.3, §3.4).
    pub async fn votes(&self, id: &str) -> Result<Vec<Vote>, AwsError> {
        let call = self
            .client
            .get_health_check_status()
            .health_check_id(id)
            .send();
        let reply = self.caller.ask("GetHealthCheckStatus", call).await?;
        let votes = reply.health_check_observations().iter().map(|seen| {
            let report = seen.status_report();
            Vote {
                region: reply::name_or_empty(seen.region().map(|region| region.as_str())),
                checker: seen.ip_address().and_then(|address| address.parse().ok()),
                status: report
                    .and_then(|report| report.status())
                    .map(reply::message)
                    .unwrap_or_default(),
                at: report.and_then(|report| reply::moment(report.checked_time())),
            }
        });
        Ok(votes.collect())
    }

    /// What Route 53 would answer for the record `kind` (`CNAME`, `A` …) `name` to somebody at
    /// `vantage`: names without the final dot, or addresses. Public zones only.
    pub async fn test_answer(
        &self,
        zone: &str,
        name: &str,
        kind: &str,
        vantage: Vantage,
    ) -> Result<Vec<String>, AwsError> {
        let call = self
            .client
            .test_dns_answer()
            .hosted_zone_id(zone)
            .record_name(name)
            .record_type(RrType::from(kind));
        let call = match vantage {
            Vantage::Default => call,
            Vantage::Resolver(address) => call.resolver_ip(address.to_string()),
            Vantage::Client(address, bits) => call
                .edns0_client_subnet_ip(address.to_string())
                .edns0_client_subnet_mask(bits.to_string()),
        };
        let reply = self.caller.ask("TestDNSAnswer", call.send()).await?;
        Ok(reply
            .record_data()
            .iter()
            .map(|data| reply::domain(data))
            .collect())
    }

    /// The hosted zone `id`.
    pub async fn zone(&self, id: &str) -> Result<Zone, AwsError> {
        const ACTION: &str = "GetHostedZone";
        let call = self.client.get_hosted_zone().id(id).send();
        let reply = self.caller.ask(ACTION, call).await?;
        let zone = reply
            .hosted_zone()
            .ok_or_else(|| self.caller.garbled(ACTION, "no zone in the reply"))?;
        Ok(Zone {
            name: reply::domain(zone.name()),
            private: zone.config().is_some_and(|config| config.private_zone()),
            accelerated_recovery: reply::some_name(
                zone.features()
                    .and_then(|features| features.accelerated_recovery_status())
                    .map(|status| status.as_str()),
            ),
        })
    }
}

/// A zone's id as other replies spell it.
fn bare(zone: &str) -> &str {
    zone.trim_start_matches("/hostedzone/")
}

/// The types of records that lead clients somewhere. Others under the same name, such as the TXT records in which
/// external-dns notes what it owns, have the same policies and send nobody anywhere.
const LEADING: [&str; 5] = ["A", "AAAA", "CNAME", "HTTPS", "SVCB"];

/// None for records without a routing policy that gwctl knows.
fn routing_record(set: &ResourceRecordSet) -> Option<RoutingRecord> {
    let routing = routing(set).ok()?;
    if routing == Routing::Simple || !LEADING.contains(&set.r#type().as_str()) {
        return None;
    }
    let alias = set.alias_target();
    Some(RoutingRecord {
        name: reply::domain(set.name()),
        kind: reply::name(set.r#type().as_str()),
        set_identifier: reply::name_or_empty(set.set_identifier()),
        region: None,
        routing,
        target: target(set),
        values: values(set),
        ttl: set.ttl().filter(|ttl| *ttl >= 0),
        health_check: reply::some_name(set.health_check_id()),
        evaluate_target_health: alias.is_some_and(|alias| alias.evaluate_target_health()),
        alias_zone: alias.map(|alias| reply::name(alias.hosted_zone_id())),
        group: Vec::new(),
    })
}

/// The record with those of `sets` that it is an alias to, and the Region that both tell of.
fn placed<'a>(
    mut record: RoutingRecord,
    sets: impl Iterator<Item = &'a ResourceRecordSet>,
) -> RoutingRecord {
    let of_kind = sets.filter(|set| set.r#type().as_str() == record.kind);
    record.group = of_kind.filter_map(group_member).collect();
    record.region = record.told_region();
    record
}

/// None for records without a routing policy that gwctl knows.
fn group_member(set: &ResourceRecordSet) -> Option<GroupMember> {
    let routing = routing(set).ok()?;
    (routing != Routing::Simple).then(|| GroupMember {
        set_identifier: reply::name_or_empty(set.set_identifier()),
        target: target(set),
        values: values(set),
        routing,
        ttl: set.ttl().filter(|ttl| *ttl >= 0),
        health_check: reply::some_name(set.health_check_id()),
        alias: set.alias_target().map(|alias| AliasTarget {
            zone: reply::name(alias.hosted_zone_id()),
            name: reply::domain(alias.dns_name()),
            evaluate_target_health: alias.evaluate_target_health(),
        }),
    })
}

/// As stored, so that a change can be compared with it and taken back; cleaned where it cannot be printed.
fn values(set: &ResourceRecordSet) -> Vec<String> {
    let values = set.resource_records().iter();
    values
        .map(|one| reply::exact(one.value()).unwrap_or_else(|| reply::name(one.value())))
        .collect()
}

/// The first name or address it answers, or the name it is an alias to.
fn target(set: &ResourceRecordSet) -> String {
    let alias = set.alias_target().map(|alias| alias.dns_name());
    let value = set.resource_records().first().map(|record| record.value());
    reply::domain(alias.or(value).unwrap_or_default())
}

fn check_config(check: &HealthCheck) -> Option<CheckConfig> {
    let config = check.health_check_config()?;
    Some(CheckConfig {
        kind: linked(check, config).unwrap_or_else(|| check_kind(config)),
        // Route 53's own defaults, for kinds that have neither (aws-facts §3.4).
        interval_s: config
            .request_interval()
            .filter(|seconds| *seconds > 0)
            .unwrap_or(30),
        failure_threshold: config
            .failure_threshold()
            .filter(|times| *times > 0)
            .unwrap_or(3),
        inverted: config.inverted().unwrap_or(false),
        disabled: config.disabled().unwrap_or(false),
        version: check.health_check_version(),
        linked_service: check
            .linked_service()
            .and_then(|service| reply::some_name(service.service_principal())),
        insufficient_data: reply::some_name(
            config
                .insufficient_data_health_status()
                .map(|status| status.as_str()),
        ),
        checker_regions: u32::try_from(config.regions().len()).unwrap_or(u32::MAX),
    })
}

/// A check that says nothing of what it looks at, and that another service made: that service sets it.
fn linked(check: &HealthCheck, config: &HealthCheckConfig) -> Option<CheckKind> {
    let service = reply::some_name(check.linked_service()?.service_principal())?;
    let looks = config.fully_qualified_domain_name().is_some()
        || config.ip_address().is_some()
        || config.alarm_identifier().is_some()
        || config.routing_control_arn().is_some()
        || !config.child_health_checks().is_empty();
    (!looks).then_some(CheckKind::Linked { service })
}

fn check_kind(config: &HealthCheckConfig) -> CheckKind {
    match config.r#type() {
        HealthCheckType::Calculated => CheckKind::Calculated {
            children: config
                .child_health_checks()
                .iter()
                .map(|child| reply::name(child))
                .collect(),
            threshold: config.health_threshold().unwrap_or(0),
        },
        HealthCheckType::CloudwatchMetric => {
            let alarm = config.alarm_identifier();
            CheckKind::Alarm {
                name: alarm
                    .map(|alarm| reply::name(alarm.name()))
                    .unwrap_or_default(),
                region: alarm
                    .map(|alarm| reply::name(alarm.region().as_str()))
                    .unwrap_or_default(),
            }
        }
        HealthCheckType::RecoveryControl => CheckKind::RecoveryControl {
            control: reply::name_or_empty(config.routing_control_arn()),
        },
        endpoint => CheckKind::Endpoint {
            protocol: reply::name(endpoint.as_str()),
            target: endpoint_target(config),
        },
    }
}

/// `host:port/path`, with what there is of it.
fn endpoint_target(config: &HealthCheckConfig) -> String {
    let host = config
        .fully_qualified_domain_name()
        .or(config.ip_address())
        .unwrap_or_default();
    let port = config
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    let path = config.resource_path().unwrap_or_default();
    let slash = if path.is_empty() || path.starts_with('/') {
        ""
    } else {
        "/"
    };
    reply::name(&format!("{host}{port}{slash}{path}"))
}
