//! What the world holds of a resource, for drift: its template's properties with what somebody changed since.

use serde_json::Value;

use super::target::word;
use crate::world::model::{
    DbCluster, Distribution, GlobalCluster, HealthCheck, RecordSet, Resources,
};
use gwctl_fleet::{Region, Routing};

impl Resources {
    /// The resource's properties as they are: `expected` with what somebody changed. None: all as expected,
    /// or not kept here; null: it is gone.
    pub(crate) fn actual_properties(
        &self,
        kind: &str,
        region: &Region,
        physical: &str,
        expected: &Value,
    ) -> Option<Value> {
        let all = self;
        let same = |id: &str| id.eq_ignore_ascii_case(physical);
        let actual = match kind {
            "AWS::Route53::HealthCheck" => {
                let mut checks = all.health_checks.iter();
                let found = checks.find(|one| one.id == physical);
                found.map(|one| health_check(one, expected))
            }
            "AWS::Route53::RecordSet" => self
                .record_made_of(expected)
                .map(|one| record(one, expected)),
            "AWS::CloudFront::Distribution" => {
                let mut distributions = all.distributions.iter();
                let found = distributions.find(|one| one.id == physical);
                found.map(|one| distribution(one, expected))
            }
            "AWS::RDS::DBCluster" => {
                let mut clusters = all.clusters.iter();
                let found = clusters.find(|one| one.region == *region && same(&one.id));
                found.map(|one| cluster(one, expected))
            }
            "AWS::RDS::GlobalCluster" => {
                let mut clusters = all.global_clusters.iter();
                let found = clusters.find(|one| same(&one.id));
                found.map(|one| global_cluster(one, expected))
            }
            _ => return None,
        };
        Some(actual.unwrap_or(Value::Null))
    }

    /// A record set has no id: it is the one of this name, type and set identifier.
    fn record_made_of(&self, expected: &Value) -> Option<&RecordSet> {
        let text = |name: &str| expected.get(name).map(word);
        let (zone, name) = (text("HostedZoneId")?, text("Name")?);
        let mut zones = self.hosted_zones.iter();
        let zone = zones.find(|one| one.id == zone.trim_start_matches("/hostedzone/"))?;
        zone.records.iter().find(|one| {
            one.name
                .trim_end_matches('.')
                .eq_ignore_ascii_case(name.trim_end_matches('.'))
                && text("Type").is_some_and(|kind| kind == one.kind)
                && one.set_identifier == text("SetIdentifier")
        })
    }
}

/// `expected` on its way to what is.
struct Actual(Value);

impl Actual {
    /// The property at `path` is `value`, which a template that says nothing of it leaves at `default`.
    fn is(mut self, path: &str, value: impl Into<Value>, default: Option<&str>) -> Self {
        let value = value.into();
        let known = self.0.pointer(path);
        let unchanged = match (known, &default) {
            (Some(known), _) => same(known, &value),
            (None, Some(default)) => word(&value) == *default,
            (None, None) => true,
        };
        if unchanged {
            return self;
        }
        if let Some(slot) = self.0.pointer_mut(path) {
            *slot = value;
        } else if let Some((parent, name)) = path.rsplit_once('/')
            && let Some(Value::Object(members)) = self.0.pointer_mut(parent)
        {
            members.insert(name.to_owned(), value);
        }
        self
    }
}

/// Numbers and truth values are words, names end with a dot or without.
fn same(known: &Value, value: &Value) -> bool {
    if let (Value::Array(known), Value::Array(value)) = (known, value) {
        return known.len() == value.len() && known.iter().zip(value).all(|(a, b)| same(a, b));
    }
    let plain = |value: &Value| word(value).trim_end_matches('.').to_ascii_lowercase();
    plain(known) == plain(value)
}

fn health_check(one: &HealthCheck, expected: &Value) -> Value {
    let off = Some("false");
    Actual(expected.clone())
        .is("/HealthCheckConfig/Inverted", one.inverted, off)
        .is("/HealthCheckConfig/Disabled", one.disabled, off)
        .0
}

fn record(one: &RecordSet, expected: &Value) -> Value {
    let mut actual = Actual(expected.clone());
    if let Some(ttl) = one.ttl {
        actual = actual.is("/TTL", ttl.to_string(), None);
    }
    if one.alias.is_none() {
        actual = actual.is("/ResourceRecords", one.values.clone(), None);
    }
    if let Some(alias) = &one.alias {
        actual = actual.is("/AliasTarget/DNSName", alias.name.clone(), None);
    }
    let check = one.health_check.clone().unwrap_or_default();
    actual = actual.is("/HealthCheckId", check, Some(""));
    let weight = one.routing.weight().map(|weight| weight.to_string());
    actual = actual.is("/Weight", weight.unwrap_or_default(), Some(""));
    let region = match &one.routing {
        Routing::Latency(region) => region.to_string(),
        _ => String::new(),
    };
    actual.is("/Region", region, Some("")).0
}

fn distribution(one: &Distribution, expected: &Value) -> Value {
    let certificate = "/DistributionConfig/ViewerCertificate";
    Actual(expected.clone())
        .is(
            &format!("{certificate}/AcmCertificateArn"),
            one.certificate_arn.clone(),
            None,
        )
        .is(
            &format!("{certificate}/MinimumProtocolVersion"),
            one.minimum_tls.clone(),
            None,
        )
        .is("/DistributionConfig/Enabled", one.enabled, None)
        .is(
            "/DistributionConfig/PriceClass",
            one.price_class.clone(),
            None,
        )
        .0
}

fn cluster(one: &DbCluster, expected: &Value) -> Value {
    let global = one.global_cluster.clone().unwrap_or_default();
    Actual(expected.clone())
        .is("/GlobalClusterIdentifier", global, Some(""))
        .is("/DeletionProtection", one.deletion_protection, None)
        .is("/EngineVersion", one.engine_version.clone(), None)
        .is("/BackupRetentionPeriod", one.backup_days, None)
        .0
}

fn global_cluster(one: &GlobalCluster, expected: &Value) -> Value {
    Actual(expected.clone())
        .is("/DeletionProtection", one.deletion_protection, None)
        .is("/EngineVersion", one.engine_version.clone(), None)
        .0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::world::State;
    use crate::{Sim, SimOptions};

    #[test]
    fn an_inverted_health_check_and_a_changed_or_deleted_record_have_drifted() {
        let sim = Sim::new(SimOptions::default()).unwrap();
        let mut state = sim.state();
        let region: Region = "eu-west-1".parse().unwrap();
        let check = "AWS::Route53::HealthCheck";
        let id = state.resources.health_checks[0].id.clone();
        let expected = json!({"HealthCheckConfig": {"Type": "CALCULATED"}});
        let looked = |state: &State, kind: &str, id: &str, expected: &Value| {
            state
                .resources
                .actual_properties(kind, &region, id, expected)
                .unwrap()
        };
        assert_eq!(looked(&state, check, &id, &expected), expected);
        state.resources.health_checks[0].inverted = true;
        let inverted = looked(&state, check, &id, &expected);
        assert_eq!(inverted["HealthCheckConfig"]["Inverted"], json!(true));
        assert_eq!(looked(&state, check, "none", &expected), Value::Null);

        let zone = &state.resources.hosted_zones[0];
        let one = zone
            .records
            .iter()
            .find(|one| matches!(one.routing, Routing::Latency(_)))
            .unwrap();
        let record = json!({
            "HostedZoneId": zone.id, "Name": one.name.trim_end_matches('.'), "Type": one.kind,
            "SetIdentifier": one.set_identifier, "Region": one.set_identifier, "TTL": one.ttl.unwrap().to_string(),
            "ResourceRecords": one.values, "HealthCheckId": one.health_check,
        });
        let (kind, name) = ("AWS::Route53::RecordSet", one.name.clone());
        let identifier = one.set_identifier.clone();
        assert_eq!(looked(&state, kind, &name, &record), record);
        let records = &mut state.resources.hosted_zones[0].records;
        let at = records
            .iter()
            .position(|one| one.set_identifier == identifier)
            .unwrap();
        records[at].ttl = Some(7);
        assert_eq!(looked(&state, kind, &name, &record)["TTL"], json!("7"));
        state.resources.hosted_zones[0].records.remove(at);
        assert_eq!(looked(&state, kind, &name, &record), Value::Null);
    }

    #[test]
    fn a_cluster_that_left_its_global_cluster_has_drifted() {
        let sim = Sim::new(SimOptions::default()).unwrap();
        let mut state = sim.state();
        let region: Region = "eu-west-1".parse().unwrap();
        let expected = json!({"GlobalClusterIdentifier": "orders", "DeletionProtection": "true"});
        let looked = |state: &State| {
            let kind = "AWS::RDS::DBCluster";
            state
                .resources
                .actual_properties(kind, &region, "orders-euw1", &expected)
                .unwrap()
        };
        assert_eq!(looked(&state), expected);
        let mut clusters = state.resources.clusters.iter_mut();
        clusters
            .find(|one| one.region == region)
            .unwrap()
            .global_cluster = None;
        assert_eq!(looked(&state)["GlobalClusterIdentifier"], json!(""));
    }
}
