//! What somebody of the company changes by mistake, with the record that it leaves, and puts back later. Which mistake
//! it is, follows from the seed.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::State;
use super::model::{Alarm, CheckKind, RecordSet, Throttle, account_throttle};
use super::names::{self, LATENCY_RECORD, ZONE};
use super::rng::{Rng, pick};
use crate::world::parts::before::Before;
use crate::world::parts::faults::{Fault, FaultKind};
use gwctl_fleet::{ApiKind, Region, Routing};

/// Who changes things by hand.
pub(super) const PEOPLE: [&str; 4] = [
    "developer/alice@example.com",
    "developer/bob@example.com",
    "oncall/carol@example.com",
    "admin/dave@example.com",
];
/// How often the stage's limit is what somebody lowered; otherwise another API uses up the account's.
const LOWERED: f64 = 0.6;
/// How often an alarm's limit is what somebody lowered; otherwise what it watches is gone.
const NARROWED: f64 = 0.6;

impl State {
    /// Makes the change that `fault` is; nothing where it is none.
    pub(super) fn make_mistake(&mut self, fault: &Fault) {
        if fault.kind == FaultKind::RouterRelease {
            if let Some(before) = self.release_router() {
                self.faults.before.insert(fault.clone(), before);
            }
            return;
        }
        let Some(region) = &fault.region else {
            return;
        };
        let mut dice = Rng::new(self.present.seed, &format!("mistake {}", fault.id()));
        let before = match fault.kind {
            FaultKind::RecordEdited => self.edit_record(region, &mut dice),
            FaultKind::HealthCheckEdited => self.edit_check(region, &mut dice),
            FaultKind::ApiThrottled => self.throttle_api(region, &mut dice),
            FaultKind::FalseAlarm => self.spoil_alarm(region, &mut dice),
            FaultKind::Drill => self.begin_drill(region),
            FaultKind::ClientsRefused => Some(self.refuse_clients(region, &mut dice)),
            _ => None,
        };
        if let Some(before) = before {
            self.faults.before.insert(fault.clone(), before);
        }
    }

    /// Puts back what [`Self::make_mistake`] changed.
    pub(super) fn mend_mistake(&mut self, fault: &Fault) {
        let Some(before) = self.faults.before.remove(fault) else {
            return;
        };
        let global = Region::global();
        let region = fault.region.as_ref().unwrap_or(&global);
        match before {
            Before::Record(record) => self.change_record("UPSERT", record),
            Before::Check {
                id,
                kind,
                inverted,
                disabled,
            } => {
                self.change_check(&id, |check| {
                    check.kind = kind;
                    check.inverted = inverted;
                    check.disabled = disabled;
                });
                let parameters = json!({ "inverted": inverted, "disabled": disabled });
                self.record_check(&id, parameters);
            }
            Before::Stage(throttle) => self.set_stage(region, throttle),
            Before::QuietNeighbours { .. } | Before::Open { .. } => {}
            Before::Router(version) => self.give_router(version),
            Before::Drilled {
                check,
                inverted,
                disabled,
            } => self.end_drill(region, &check, (inverted, disabled)),
            Before::Alarm(alarm) => {
                self.record_alarm(&alarm);
                if let Some(known) = self.alarm(region, &alarm.name) {
                    known.threshold = alarm.threshold;
                }
            }
            Before::Watched(name) => {
                let alarms = &mut self.resources.alarms;
                alarms.retain(|one| &one.region != region || one.name != name);
                let parameters = json!({ "alarmNames": [name] });
                self.by_hand(region, "cloudwatch", "DeleteAlarms", parameters);
            }
        }
    }

    /// The Region's record is removed, points elsewhere, or weighs nothing.
    fn edit_record(&mut self, region: &Region, dice: &mut Rng) -> Option<Before> {
        let name = format!("{LATENCY_RECORD}.");
        let zone = self
            .resources
            .hosted_zones
            .iter()
            .find(|one| one.id == ZONE)?;
        let mut records = zone.records.iter();
        let record = records.find(|one| {
            one.name == name && one.set_identifier.as_deref() == Some(region.as_str())
        })?;
        let record = record.clone();
        let regions = self.fleet.regions();
        let elsewhere = regions.iter().find(|other| *other != region)?;
        let mut changed = record.clone();
        if let Routing::Weighted(_) = record.routing {
            changed.routing = Routing::Weighted(0);
            self.change_record("UPSERT", changed);
        } else if record.alias.is_none() && dice.chance(0.5) {
            changed.values = vec![names::endpoint(elsewhere)];
            self.change_record("UPSERT", changed);
        } else {
            self.change_record("DELETE", changed);
        }
        Some(Before::Record(record))
    }

    /// Route 53 refuses nothing of it: the record is one that it had.
    fn change_record(&mut self, action: &str, record: RecordSet) {
        let set = told(&record);
        let batch = json!([{ "action": action, "resourceRecordSet": set }]);
        let changes = vec![(action.to_owned(), record)];
        if self
            .account()
            .change_record_sets(ZONE, changes, None)
            .is_ok()
        {
            let parameters = json!({ "hostedZoneId": ZONE, "changeBatch": { "changes": batch } });
            let global = Region::global();
            self.by_hand(&global, "route53", "ChangeResourceRecordSets", parameters);
        }
    }

    /// The check of the Region's endpoint looks for something else, or at nothing.
    fn edit_check(&mut self, region: &Region, dice: &mut Rng) -> Option<Before> {
        let host = names::endpoint(region);
        let mut checks = self.resources.health_checks.iter();
        let check = checks.find(
            |one| matches!(&one.kind, CheckKind::Endpoint { host: asked, .. } if *asked == host),
        )?;
        let (id, kind) = (check.id.clone(), check.kind.clone());
        let before = Before::Check {
            id: id.clone(),
            kind: kind.clone(),
            inverted: check.inverted,
            disabled: check.disabled,
        };
        let mut asked = kind;
        let (mut inverted, mut disabled) = (check.inverted, check.disabled);
        let CheckKind::Endpoint {
            path,
            port,
            enable_sni,
            ..
        } = &mut asked
        else {
            return None;
        };
        let parameters = match dice.bits() % 5 {
            0 => {
                *path = format!("{path}z");
                json!({ "resourcePath": path })
            }
            1 => {
                *port = 8_443;
                json!({ "port": port })
            }
            2 => {
                inverted = !inverted;
                json!({ "inverted": inverted })
            }
            3 => {
                *enable_sni = false;
                json!({ "enableSNI": false })
            }
            _ => {
                disabled = !disabled;
                json!({ "disabled": disabled })
            }
        };
        self.change_check(&id, |check| {
            check.kind = asked;
            check.inverted = inverted;
            check.disabled = disabled;
        });
        self.record_check(&id, parameters);
        Some(before)
    }

    fn change_check(&mut self, id: &str, change: impl FnOnce(&mut super::model::HealthCheck)) {
        let mut checks = self.resources.health_checks.iter_mut();
        if let Some(check) = checks.find(|one| one.id == id) {
            change(check);
            check.version += 1;
        }
    }

    fn record_check(&mut self, id: &str, mut parameters: Value) {
        parameters["healthCheckId"] = json!(id);
        let global = Region::global();
        self.by_hand(&global, "route53", "UpdateHealthCheck", parameters);
    }

    /// Somebody lowers the stage's limit below what comes; or the account's other APIs leave too little.
    fn throttle_api(&mut self, region: &Region, dice: &mut Rng) -> Option<Before> {
        let site = self.fleet.site_of(region)?;
        let asked = self.fleet.sites[site].rate;
        let rate = (asked * (0.5 + 0.35 * dice.uniform())).max(1.0).round();
        if !dice.chance(LOWERED) {
            return Some(Before::QuietNeighbours { left: rate });
        }
        let stage = self.stage(region)?.throttle;
        let burst = (rate / 2.0).ceil() as i32;
        self.set_stage(region, Some(Throttle { rate, burst }));
        Some(Before::Stage(stage))
    }

    fn stage(&mut self, region: &Region) -> Option<&mut super::model::Stage> {
        let mut apis = self.resources.apis.iter_mut();
        let api = apis.find(|one| &one.region == region)?;
        api.stages.first_mut()
    }

    /// As the API of its kind is called for it.
    fn set_stage(&mut self, region: &Region, throttle: Option<Throttle>) {
        let now = self.now();
        let mut apis = self.resources.apis.iter();
        let Some((id, kind)) = apis
            .find(|one| &one.region == region)
            .map(|one| (one.id.clone(), one.kind))
        else {
            return;
        };
        let Some(stage) = self.stage(region) else {
            return;
        };
        stage.throttle = throttle;
        stage.updated = now;
        let limits = throttle.unwrap_or_else(|| account_throttle(region));
        let (rate, burst) = (limits.rate, limits.burst);
        let parameters = match kind {
            ApiKind::Http => json!({
                "apiId": id,
                "stageName": stage.name,
                "defaultRouteSettings": { "throttlingRateLimit": rate, "throttlingBurstLimit": burst },
            }),
            ApiKind::Rest => json!({
                "restApiId": id,
                "stageName": stage.name,
                "patchOperations": [{
                    "op": "replace", "path": "/*/*/throttling/rateLimit", "value": rate.to_string(),
                }],
            }),
        };
        self.by_hand(region, "apigateway", "UpdateStage", parameters);
    }

    /// An alarm's limit is lowered below what is usual, or what an alarm watches is deleted.
    fn spoil_alarm(&mut self, region: &Region, dice: &mut Rng) -> Option<Before> {
        if dice.chance(NARROWED) {
            self.narrow_alarm(region, dice)
        } else {
            Some(self.delete_watched(region))
        }
    }

    fn narrow_alarm(&mut self, region: &Region, dice: &mut Rng) -> Option<Before> {
        let now = self.now();
        let (name, limit) = if dice.chance(0.5) {
            ("latency", (40.0 + 30.0 * dice.uniform()).round())
        } else {
            ("5xx", 0.000_05)
        };
        let name = format!("{}-{}-{name}", names::FLEET, names::short(region));
        let alarm = self.alarm(region, &name)?;
        let before = Box::new(alarm.clone());
        alarm.threshold = limit;
        alarm.configured = now;
        let changed = alarm.clone();
        self.record_alarm(&changed);
        Some(Before::Alarm(before))
    }

    /// A function that served another purpose is deleted; its alarm takes missing figures for trouble.
    fn delete_watched(&mut self, region: &Region) -> Before {
        let function = format!("{}-import", names::FLEET);
        let name = format!("{function}-{}-idle", names::short(region));
        let long_ago = self.now() - SignedDuration::from_hours(24 * 210);
        self.resources.alarms.push(Alarm {
            region: region.clone(),
            name: name.clone(),
            arn: format!(
                "arn:aws:cloudwatch:{region}:{}:alarm:{name}",
                names::ACCOUNT
            ),
            description: format!("{function} does not run"),
            state: "OK".into(),
            reason: "Threshold Crossed: 2 datapoints were not less than the threshold (1.0)."
                .into(),
            reason_data: "{}".into(),
            updated: long_ago,
            transitioned: long_ago,
            configured: long_ago,
            namespace: "AWS/Lambda".into(),
            metric: "Invocations".into(),
            dimensions: vec![("FunctionName".into(), function.clone())],
            statistic: "Sum".into(),
            period_s: 60,
            evaluation_periods: 2,
            datapoints_to_alarm: 2,
            threshold: 1.0,
            comparison: "LessThanThreshold".into(),
            treat_missing: "breaching".into(),
            actions: vec![format!(
                "arn:aws:sns:{region}:{}:orders-on-call",
                names::ACCOUNT
            )],
            turns: Vec::new(),
        });
        let parameters = json!({ "functionName": function });
        self.by_hand(region, "lambda", "DeleteFunction", parameters);
        Before::Watched(name)
    }

    fn alarm(&mut self, region: &Region, name: &str) -> Option<&mut Alarm> {
        let mut alarms = self.resources.alarms.iter_mut();
        alarms.find(|one| &one.region == region && one.name == name)
    }

    fn record_alarm(&mut self, alarm: &Alarm) {
        let dimensions = alarm.dimensions.iter();
        let dimensions: Vec<Value> = dimensions
            .map(|(name, value)| json!({ "name": name, "value": value }))
            .collect();
        let parameters = json!({
            "alarmName": alarm.name,
            "namespace": alarm.namespace,
            "metricName": alarm.metric,
            "threshold": alarm.threshold,
            "comparisonOperator": alarm.comparison,
            "evaluationPeriods": alarm.evaluation_periods,
            "dimensions": dimensions,
        });
        self.by_hand(&alarm.region, "cloudwatch", "PutMetricAlarm", parameters);
    }

    /// Somebody called it, without a pipeline.
    fn by_hand(
        &mut self,
        region: &Region,
        service: &'static str,
        operation: &'static str,
        parameters: Value,
    ) {
        let who = pick(self.present.seed, operation, 4);
        let who = PEOPLE[usize::try_from(who).unwrap_or(0)];
        self.record_deed(region, who, (service, operation), parameters);
    }
}

/// As the record of the call has it (aws-facts §14.4).
fn told(record: &RecordSet) -> Value {
    let values = record.values.iter().map(|value| json!({ "value": value }));
    let mut set = json!({
        "name": record.name.trim_end_matches('.'),
        "type": record.kind,
        "setIdentifier": record.set_identifier,
        "tTL": record.ttl,
        "resourceRecords": values.collect::<Vec<_>>(),
        "healthCheckId": record.health_check,
    });
    match &record.routing {
        Routing::Latency(region) => set["region"] = json!(region.as_str()),
        Routing::Weighted(weight) => set["weight"] = json!(weight),
        _ => {}
    }
    set
}
