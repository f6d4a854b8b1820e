//! Knows the parts of the fleet by the identifiers in a resource.

use serde_json::Value;

use gwctl_fleet::{
    CheckKind, FleetSpec, FunctionName, Member, Region, RoutingRecord, Snapshot, clean_line,
};

use super::part::{Part, same_name};
use super::values::{lookup, text, texts};

/// What is known of the fleet, to know its parts by.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    pub spec: &'a FleetSpec,
    pub snapshot: &'a Snapshot,
}

impl<'a> Known<'a> {
    /// What of the fleet a resource of `kind` with these values is; `provider` is the Region that its provider
    /// works in, where the file says. None for what is not of the fleet.
    pub fn part(&self, kind: &str, values: &'a Value, provider: Option<&str>) -> Option<Part> {
        let region = || region_of(values).or_else(|| Region::new(provider?).ok());
        let part = match kind {
            "aws_rds_global_cluster" => {
                let id =
                    text(values, "global_cluster_identifier").or_else(|| text(values, "id"))?;
                self.is_global(id).then_some(Part::GlobalCluster)
            }
            "aws_rds_cluster" => self.cluster(values, region()),
            "aws_rds_cluster_instance" => self.instance(values),
            "aws_route53_record" => self.record(values),
            "aws_route53_zone" => {
                let id = text(values, "zone_id").or_else(|| text(values, "id"))?;
                (id == self.spec.edge.hosted_zone).then_some(Part::Zone)
            }
            "aws_route53_health_check" => self.check(values),
            "aws_cloudwatch_metric_alarm" => self.switch(values),
            "aws_cloudfront_distribution" => self.distribution(values),
            "aws_cloudfront_monitoring_subscription" => {
                let id = text(values, "distribution_id")?;
                self.is_distribution(id).then_some(Part::Distribution)
            }
            "aws_acm_certificate" | "aws_acm_certificate_validation" => self.certificate(values),
            "aws_cloudformation_stack" => self.stack(values, region().as_ref()),
            kind if kind.starts_with("aws_lambda_") => {
                let region = region().or_else(|| caller_region(values));
                let part = self.function(values, region)?;
                Some(joining(kind, values, part))
            }
            "aws_apigatewayv2_api_mapping" | "aws_api_gateway_base_path_mapping" => {
                let there = region();
                let mapping = self.mapping(values, there.as_ref());
                mapping.or_else(|| self.api(values, there.as_ref()))
            }
            kind if kind.starts_with("aws_api_gateway_")
                || kind.starts_with("aws_apigatewayv2_") =>
            {
                self.api(values, region().as_ref())
            }
            kind if kind.starts_with("aws_route53recoverycontrolconfig_") => self.routing(values),
            _ => None,
        };
        part.or_else(|| self.named(values))
    }

    fn is_global(&self, id: &str) -> bool {
        let own = &self.spec.global_cluster;
        !own.is_empty() && id.eq_ignore_ascii_case(own)
    }

    fn is_distribution(&self, id: &str) -> bool {
        !id.is_empty() && id == self.spec.edge.distribution
    }

    /// The members, also while they cannot be renewed: identifiers do not change.
    fn members(&self) -> &'a [Member] {
        let topology = self.snapshot.database.topology.last();
        topology.map_or(&[], |topology| topology.members.as_slice())
    }

    fn cluster(&self, values: &Value, region: Option<Region>) -> Option<Part> {
        let id = text(values, "cluster_identifier")
            .or_else(|| text(values, "id"))
            .unwrap_or_default();
        let arn = text(values, "arn");
        let named = |member: &Member| {
            let here = region
                .as_ref()
                .is_none_or(|region| *region == member.region);
            here && member.cluster.eq_ignore_ascii_case(id)
        };
        let mut members = self.members().iter();
        let member =
            members.find(|member| arn.map_or_else(|| named(member), |arn| member.arn == arn));
        let global = text(values, "global_cluster_identifier").is_some_and(|id| self.is_global(id));
        match member {
            Some(member) => Some(Part::Cluster {
                id: member.cluster.clone(),
                region: Some(member.region.clone()),
            }),
            None => global.then(|| Part::Cluster {
                id: clean_line(id),
                region,
            }),
        }
    }

    fn instance(&self, values: &Value) -> Option<Part> {
        let cluster = text(values, "cluster_identifier");
        let here = region_of(values);
        let own = |member: &&Member| {
            cluster.is_some_and(|id| member.cluster.eq_ignore_ascii_case(id))
                && here.as_ref().is_none_or(|region| *region == member.region)
        };
        let id = text(values, "identifier")
            .or_else(|| text(values, "id"))
            .unwrap_or_default();
        let member = self.members().iter().find(own)?;
        Some(Part::Instance {
            id: clean_line(id),
            region: Some(member.region.clone()),
        })
    }

    fn record(&self, values: &'a Value) -> Option<Part> {
        if text(values, "zone_id").is_some_and(|zone| zone != self.spec.edge.hosted_zone) {
            return None;
        }
        let name = text(values, "fqdn").or_else(|| text(values, "name"))?;
        let name = self.full(name, text(values, "zone_id"));
        let set = text(values, "set_identifier");
        let kind = text(values, "type");
        if same_name(name, &self.spec.edge.latency_record) {
            let region = text(values, "latency_routing_policy.0.region");
            let region = region.and_then(|region| Region::new(region).ok());
            let by_set = || {
                let own = |record: &&RoutingRecord| set == Some(record.set_identifier.as_str());
                self.records().find(own)?.region.clone()
            };
            return Some(Part::Record {
                region: region.or_else(by_set),
            });
        }
        if same_name(name, &self.spec.domain) {
            return Some(Part::DomainRecord);
        }
        let group = self.records().find(|record| {
            !record.group.is_empty()
                && same_name(name, &record.target)
                && kind.is_none_or(|kind| kind == record.kind)
        })?;
        Some(Part::Weighted {
            region: group.region.clone()?,
            name: group.target.clone(),
            set_identifier: clean_line(set.unwrap_or_default()),
        })
    }

    /// A name may be written without that of its zone: of the own zone it is then the part before that.
    fn full(&self, name: &'a str, zone: Option<&str>) -> &'a str {
        let below = |own: &str| {
            let rest = own.get(name.len()..).unwrap_or_default();
            let same = own
                .get(..name.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(name));
            same && rest.starts_with('.')
        };
        let ours = zone == Some(self.spec.edge.hosted_zone.as_str());
        if ours && below(&self.spec.edge.latency_record) {
            &self.spec.edge.latency_record
        } else {
            name
        }
    }

    fn records(&self) -> impl Iterator<Item = &'a RoutingRecord> {
        self.snapshot.edge.records.last().into_iter().flatten()
    }

    /// The Region whose records hang on the check.
    fn checked(&self, id: &str) -> Option<Region> {
        let edge = &self.snapshot.edge;
        let below = |top: &str| match edge.checks.get(top).and_then(|check| check.config.last()) {
            Some(config) => match &config.kind {
                CheckKind::Calculated { children, .. } => children.iter().any(|child| child == id),
                _ => false,
            },
            None => false,
        };
        let hangs =
            |check: &Option<String>| check.as_ref().is_some_and(|top| top == id || below(top));
        let own = |record: &&RoutingRecord| {
            hangs(&record.health_check) || record.group.iter().any(|one| hangs(&one.health_check))
        };
        self.records().find(own)?.region.clone()
    }

    fn check(&self, values: &Value) -> Option<Part> {
        let id = text(values, "id");
        let known = id.filter(|id| self.snapshot.edge.checks.contains_key(*id));
        if let Some(id) = known {
            return Some(Part::Check {
                id: Some(clean_line(id)),
                region: self.checked(id),
            });
        }
        let host = text(values, "fqdn");
        let site = self.spec.sites.iter().find(|site| {
            let endpoint = site.endpoint.as_deref();
            let by_name = endpoint.is_some_and(|own| host.is_some_and(|host| same_name(host, own)));
            let alarm = text(values, "cloudwatch_alarm_name");
            let by_alarm = site
                .switch
                .as_ref()
                .is_some_and(|switch| alarm == Some(&switch.alarm));
            by_name || by_alarm
        })?;
        Some(Part::Check {
            id: id.map(clean_line),
            region: Some(site.region.clone()),
        })
    }

    fn switch(&self, values: &Value) -> Option<Part> {
        let alarm = text(values, "alarm_name").or_else(|| text(values, "id"))?;
        let edge = &self.snapshot.edge;
        let named = self.spec.sites.iter().find(|site| {
            let own = site.switch.as_ref();
            own.is_some_and(|switch| switch.alarm == alarm)
        });
        let by_check = || {
            edge.checks
                .iter()
                .find_map(|(id, check)| match &check.config.last()?.kind {
                    CheckKind::Alarm { name, .. } if name == alarm => Some(id),
                    _ => None,
                })
        };
        let region = match named {
            Some(site) => Some(site.region.clone()),
            None => self.checked(by_check()?),
        };
        Some(Part::Switch {
            alarm: clean_line(alarm),
            region,
        })
    }

    fn distribution(&self, values: &Value) -> Option<Part> {
        let by_id = text(values, "id").is_some_and(|id| self.is_distribution(id));
        let aliases = lookup(values, "aliases");
        let by_alias = texts(aliases)
            .iter()
            .any(|name| same_name(name, &self.spec.domain));
        (by_id || by_alias).then_some(Part::Distribution)
    }

    fn certificate(&self, values: &Value) -> Option<Part> {
        let arn = text(values, "certificate_arn").or_else(|| text(values, "arn"));
        let edge = &self.snapshot.edge;
        let attached = edge
            .distribution
            .last()
            .and_then(|one| one.certificate_arn.as_deref());
        let own = edge.certificate.last().map(|one| one.arn.as_str());
        if arn.is_some() && (arn == attached || arn == own) {
            return Some(Part::Certificate { region: None });
        }
        let mut sites = self.snapshot.sites.iter();
        let site = sites.find(|site| {
            let own = site.certificate.last();
            arn.is_some() && own.map(|one| one.arn.as_str()) == arn
        });
        if let Some(site) = site {
            return Some(Part::Certificate {
                region: Some(site.region.clone()),
            });
        }
        // One that is not attached yet, or was not asked for.
        let name = text(values, "domain_name")?;
        if same_name(name, &self.spec.domain) {
            return Some(Part::Certificate { region: None });
        }
        let own = self.site_at(name, None)?;
        Some(Part::Certificate { region: Some(own) })
    }

    /// The Region whose API has this name: where the Regions share it, the one that the resource is in.
    fn site_at(&self, name: &str, there: Option<&Region>) -> Option<Region> {
        let spec = self.spec;
        let own = spec.sites.iter().find(|site| {
            let endpoint = site.endpoint.as_deref();
            endpoint.is_some_and(|own| same_name(name, own))
        });
        let shared = [&spec.domain, &spec.edge.latency_record]
            .into_iter()
            .any(|own| same_name(name, own));
        let here = || {
            let there = there.filter(|_| shared)?;
            spec.sites.iter().find(|site| site.region == *there)
        };
        own.or_else(here).map(|site| site.region.clone())
    }

    fn function(&self, values: &Value, region: Option<Region>) -> Option<Part> {
        let named = text(values, "function_name").or_else(|| text(values, "function_arn"))?;
        let named = FunctionName::of(named).name;
        let router = self
            .spec
            .edge
            .router
            .as_deref()
            .map(|name| FunctionName::of(name).name);
        if router == Some(named) {
            return Some(Part::Router);
        }
        let has = |site: &&gwctl_fleet::SiteSpec| {
            let mut own = site
                .functions
                .iter()
                .map(|name| FunctionName::of(name).name);
            own.any(|own| own == named)
                && region.as_ref().is_none_or(|region| *region == site.region)
        };
        self.spec.sites.iter().find(has)?;
        Some(Part::Function {
            name: clean_line(named),
            region,
        })
    }

    fn mapping(&self, values: &Value, there: Option<&Region>) -> Option<Part> {
        let name = text(values, "domain_name")?;
        Some(Part::Mapping {
            region: Some(self.site_at(name, there)?),
            name: clean_line(name),
        })
    }

    fn api(&self, values: &Value, there: Option<&Region>) -> Option<Part> {
        let ids = ["rest_api_id", "api_id", "id"].map(|name| text(values, name));
        let by_id = self
            .spec
            .sites
            .iter()
            .find(|site| !site.api.is_empty() && ids.contains(&Some(site.api.as_str())));
        if let Some(site) = by_id {
            return Some(Part::Api {
                region: Some(site.region.clone()),
            });
        }
        let region = self.site_at(text(values, "domain_name")?, there)?;
        Some(Part::Endpoint {
            region: Some(region),
        })
    }

    fn routing(&self, values: &Value) -> Option<Part> {
        let edge = &self.snapshot.edge;
        let controls: Vec<(&String, &str)> = edge
            .checks
            .iter()
            .filter_map(|(id, check)| match &check.config.last()?.kind {
                CheckKind::RecoveryControl { control } => Some((id, control.as_str())),
                _ => None,
            })
            .collect();
        let all = texts(values);
        let control = controls.iter().find(|(_, control)| all.contains(control));
        if let Some((id, _)) = control {
            return Some(Part::Routing {
                region: self.checked(id),
            });
        }
        let panel = |arn: &&&str| {
            let below = format!("{arn}/routingcontrol/");
            arn.contains(":controlpanel/")
                && controls
                    .iter()
                    .any(|(_, control)| control.starts_with(&below))
        };
        let endpoint = |text: &&&str| {
            let mut own = self.spec.edge.routing_endpoints.iter();
            let text = text.trim_end_matches('/');
            own.any(|one| one.url.trim_end_matches('/') == text)
        };
        let ours = all.iter().any(|text| panel(&text) || endpoint(&text));
        ours.then_some(Part::Routing { region: None })
    }

    fn stack(&self, values: &Value, region: Option<&Region>) -> Option<Part> {
        let name = text(values, "name")?;
        let mut sites = self.spec.sites.iter();
        let site = sites.find(|site| {
            let here = region.is_none_or(|region| *region == site.region);
            here && site.stack.as_deref() == Some(name)
        })?;
        Some(Part::Stack {
            name: clean_line(name),
            region: site.region.clone(),
        })
    }

    /// What of the fleet any value in it names.
    fn named(&self, values: &Value) -> Option<Part> {
        let all = texts(values);
        let has = |name: &str| !name.is_empty() && all.contains(&name);
        let spec = self.spec;
        if has(&spec.edge.distribution) {
            return Some(Part::Names(format!(
                "the distribution {}",
                spec.edge.distribution
            )));
        }
        if has(&spec.domain) {
            return Some(Part::Names(format!("the domain {}", spec.domain)));
        }
        if let Some(site) = spec.sites.iter().find(|site| has(&site.api)) {
            return Some(Part::Names(format!(
                "the API {} in {}",
                site.api, site.region
            )));
        }
        let member = self.members().iter().find(|member| has(&member.arn))?;
        Some(Part::Names(format!(
            "the cluster {} in {}",
            member.cluster, member.region
        )))
    }
}

/// The Region of a function by its own ARN, or by the ARN of the API that may call it. Other services call functions of
/// other Regions too, such as a topic of SNS.
fn caller_region(values: &Value) -> Option<Region> {
    let own = ["function_arn", "function_name"]
        .into_iter()
        .filter_map(|name| text(values, name));
    let of_api = |arn: &&str| arn.split(':').nth(2) == Some("execute-api");
    let mut all = own.chain(text(values, "source_arn").filter(of_api));
    all.find_map(|arn| Region::of_arn(arn).filter(|_| arn.starts_with("arn:")))
}

/// An alias, a permission, or what else there is of a function.
fn joining(kind: &str, values: &Value, function: Part) -> Part {
    let Part::Function { name, region } = function else {
        return function;
    };
    let named = |attribute: &str| text(values, attribute).map(clean_line).unwrap_or_default();
    match kind {
        "aws_lambda_alias" => Part::Alias {
            name: named("name"),
            function: name,
            region,
        },
        "aws_lambda_permission" => Part::Permission {
            sid: named("statement_id"),
            function: name,
            region,
        },
        _ => Part::Function { name, region },
    }
}

/// The Region out of the ARN, or the one that the resource names.
fn region_of(values: &Value) -> Option<Region> {
    let by_arn = text(values, "arn").and_then(|arn| arn.split(':').nth(3));
    let named = by_arn
        .filter(|code| !code.is_empty())
        .or_else(|| text(values, "region"));
    Region::new(named?).ok()
}
