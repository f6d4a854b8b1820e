//! What people do on purpose: a drill, and rules that keep clients out.

use serde_json::json;

use super::State;
use super::mistakes::PEOPLE;
use super::model::CheckKind;
use super::names::{self, FUNCTIONS};
use super::rng::Rng;
use crate::world::parts::before::Before;
use gwctl_fleet::Region;

/// How often the authorizer is what refuses clients; otherwise a function does.
const BY_AUTHORIZER: f64 = 0.5;

impl State {
    /// The actions of the Region's alarms are switched off, and its health check is forced unhealthy.
    pub(super) fn begin_drill(&mut self, region: &Region) -> Option<Before> {
        let host = names::endpoint(region);
        let mut checks = self.resources.health_checks.iter_mut();
        let check = checks.find(
            |one| matches!(&one.kind, CheckKind::Endpoint { host: asked, .. } if *asked == host),
        )?;
        let before = Before::Drilled {
            check: check.id.clone(),
            inverted: check.inverted,
            disabled: check.disabled,
        };
        (check.inverted, check.disabled) = (true, true);
        check.version += 1;
        let id = check.id.clone();
        self.set_alarm_actions(region, false);
        let parameters = json!({ "healthCheckId": id, "inverted": true, "disabled": true });
        let global = Region::global();
        self.record_deed(
            &global,
            PEOPLE[2],
            ("route53", "UpdateHealthCheck"),
            parameters,
        );
        Some(before)
    }

    pub(super) fn end_drill(
        &mut self,
        region: &Region,
        id: &str,
        (inverted, disabled): (bool, bool),
    ) {
        let mut checks = self.resources.health_checks.iter_mut();
        if let Some(check) = checks.find(|one| one.id == id) {
            (check.inverted, check.disabled) = (inverted, disabled);
            check.version += 1;
        }
        let parameters = json!({ "healthCheckId": id, "inverted": inverted, "disabled": disabled });
        let global = Region::global();
        self.record_deed(
            &global,
            PEOPLE[2],
            ("route53", "UpdateHealthCheck"),
            parameters,
        );
        self.set_alarm_actions(region, true);
    }

    fn set_alarm_actions(&mut self, region: &Region, on: bool) {
        let alarms = self.resources.alarms.iter();
        let names: Vec<&str> = alarms
            .filter(|one| &one.region == region)
            .map(|one| one.name.as_str())
            .collect();
        let parameters = json!({ "alarmNames": names });
        let call = if on {
            "EnableAlarmActions"
        } else {
            "DisableAlarmActions"
        };
        self.record_deed(region, PEOPLE[2], ("cloudwatch", call), parameters);
    }

    /// The authorizer lets fewer in, or the code of a function takes fewer requests for valid.
    pub(super) fn refuse_clients(&mut self, region: &Region, dice: &mut Rng) -> Before {
        let share = 0.25 + 0.4 * dice.uniform();
        if dice.chance(BY_AUTHORIZER) {
            let mut apis = self.resources.apis.iter();
            let api = apis.find(|one| &one.region == region);
            let id = api.map_or_else(String::new, |api| api.id.clone());
            let parameters = json!({
                "restApiId": id,
                "authorizerId": names::token(self.present.seed, "authorizer", 6),
                "patchOperations": [{ "op": "replace", "path": "/authorizerResultTtlInSeconds", "value": "0" }],
            });
            self.record_deed(
                region,
                PEOPLE[0],
                ("apigateway", "UpdateAuthorizer"),
                parameters,
            );
            return Before::Open {
                barred: share,
                picky: 0.0,
            };
        }
        let code = names::token(self.present.seed, "strict", 900);
        let package = format!("// Takes fewer requests for valid.\n{code}").into_bytes();
        self.update_function_code(region, FUNCTIONS[0], package, true);
        let parameters = json!({ "functionName": FUNCTIONS[0], "publish": true, "dryRun": false });
        self.record_deed(
            region,
            PEOPLE[1],
            ("lambda", "UpdateFunctionCode"),
            parameters,
        );
        Before::Open {
            barred: 0.0,
            picky: share,
        }
    }
}
