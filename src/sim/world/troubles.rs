//! Troubles of functions and of the database: what brings them about, with the record that it leaves, and what they do to
//! invocations. How strong each is, and which of its forms it takes, follows from the seed.

use serde_json::json;

use super::State;
use super::names::{self, FUNCTIONS};
use super::rng::pick;
use crate::world::parts::ailment::Ailments;
use crate::world::parts::faults::{Fault, FaultKind};
use crate::world::parts::logbook::Cause;
use gwctl_fleet::Region;

/// How the package of code begins that has a mistake in it.
const MISTAKEN: &str = "// Has a mistake in it.";
/// Who changes functions and databases.
const PEOPLE: [&str; 4] = [
    "developer/alice@example.com",
    "developer/bob@example.com",
    "deploy/pipeline",
    "admin/dave@example.com",
];
/// Seconds from a deployment until its mistake shows: what the old code kept is used up first.
const SHOWS: (i64, i64) = (40, 100);
/// Seconds until connections that nobody closes are too many.
const LEAKS: (i64, i64) = (120, 170);
/// The most connections that the cluster takes: a class of 16 GiB about 1,700.
const SLOTS: (f64, f64) = (1_640.0, 1_790.0);
/// Seconds in which a third of the connections that were made with the old password are left.
const SESSIONS_S: f64 = 100.0;
/// How often a cluster's own setting is what stops write forwarding; otherwise it is a parameter of its sessions.
const BY_CLUSTER: f64 = 0.6;
/// How often others of the account use its concurrency up; otherwise somebody reserved too little of it.
const BY_OTHERS: f64 = 0.6;

impl State {
    /// Makes the change that `fault` is; nothing where it is none.
    pub(super) fn bring_trouble(&mut self, fault: &Fault) {
        if fault.kind == FaultKind::SecretRotated {
            return self.change_password();
        }
        let Some(region) = &fault.region else {
            return;
        };
        match fault.kind {
            FaultKind::BadDeploy => self.deploy(region, FUNCTIONS[1], MISTAKEN),
            FaultKind::GoodDeploy => {
                for function in FUNCTIONS {
                    self.deploy(region, function, "// Has no mistake in it.");
                }
            }
            FaultKind::BadConfig => self.set_wrongly(region),
            FaultKind::WriteForwardingBroken => self.stop_forwarding(region),
            FaultKind::DatabaseCutOff => self.cut_off(region),
            FaultKind::ConcurrencyExhausted if !self.is_crowded() => {
                self.reserve_too_little(region);
            }
            _ => {}
        }
    }

    /// Puts back what [`Self::bring_trouble`] changed.
    pub(super) fn end_trouble(&mut self, fault: &Fault) {
        let Some(region) = &fault.region else {
            return;
        };
        match fault.kind {
            FaultKind::BadDeploy if self.is_mistaken(region) => {
                self.deploy(region, FUNCTIONS[1], "// Mended.");
            }
            FaultKind::BadConfig => {
                let function = self.ill_set();
                self.account().configure(region, function);
                self.record_configuration(region, function);
            }
            FaultKind::WriteForwardingBroken if self.chance("forwarding") < BY_CLUSTER => {
                self.set_forwarding(region, true);
            }
            FaultKind::ConcurrencyExhausted if !self.is_crowded() => {
                let function = FUNCTIONS[1];
                self.account().reserve_concurrency(region, function, None);
                let parameters = json!({ "functionName": function });
                self.did_to(region, ("lambda", "DeleteFunctionConcurrency"), parameters);
            }
            _ => {}
        }
    }

    /// What is wrong with the functions of a Region just now.
    pub(super) fn ailments(&self, site: usize) -> Ailments {
        let mut all = Ailments::default();
        if self.faults.are_none() {
            return all;
        }
        let region = &self.fleet.regions()[site];
        self.of_code(region, &mut all);
        self.of_setting(region, &mut all);
        self.of_connections(region, &mut all);
        self.of_parameter(region, &mut all);
        self.of_password(&mut all);
        self.of_way(region, &mut all);
        self.of_dependency(region, &mut all);
        self.of_key(&mut all);
        self.of_concurrency(region, &mut all);
        all
    }

    fn of_code(&self, region: &Region, all: &mut Ailments) {
        let strikes = self.faults.strikes(FaultKind::BadDeploy, region.as_str());
        let Some(code) = self.resources.served(region, FUNCTIONS[1]) else {
            return;
        };
        let age = self.present.now - code.last_modified.as_second();
        if strikes && self.is_mistaken(region) && age >= self.drawn("mistake shows", SHOWS) {
            all.write
                .fails(Cause::NewCode, self.strength("bad code", (0.55, 0.96)));
        }
    }

    fn of_setting(&self, region: &Region, all: &mut Ailments) {
        if self.age(FaultKind::BadConfig, region) >= Some(self.drawn("setting shows", (8, 35))) {
            let share = self.strength("setting", (0.8, 1.0));
            let function = if self.ill_set() == FUNCTIONS[0] {
                &mut all.read
            } else {
                &mut all.write
            };
            function.fails(Cause::Setting, share);
        }
    }

    fn of_connections(&self, region: &Region, all: &mut Ailments) {
        let Some(age) = self.age(FaultKind::ConnectionsExhausted, region) else {
            return;
        };
        let full_after = self.drawn("leak", LEAKS);
        let full = self.strength("slots", SLOTS);
        let grown = (age as f64 / full_after as f64).min(1.0);
        all.connections = Some((150.0 + (full - 150.0) * grown).round());
        if age >= full_after {
            let share = self.strength("connections", (0.25, 0.75));
            all.write.fails(Cause::NoConnection, share);
            // Those that read hold theirs longer.
            all.read.fails(Cause::NoConnection, 0.5 * share);
        }
    }

    /// Sessions of the cluster do not forward, whatever it says of itself.
    fn of_parameter(&self, region: &Region, all: &mut Ailments) {
        let by_parameter = self.chance("forwarding") >= BY_CLUSTER;
        if by_parameter && self.age(FaultKind::WriteForwardingBroken, region) >= Some(5) {
            all.write.fails(Cause::ReadOnly, 1.0);
        }
    }

    fn of_password(&self, all: &mut Ailments) {
        let Some(since) = self.faults.since_when(FaultKind::SecretRotated) else {
            return;
        };
        // Whoever is connected stays so.
        let age = (self.present.now - since.as_second()) as f64;
        let new = 1.0 - (-age / SESSIONS_S).exp();
        let most = self.strength("password", (0.6, 0.98));
        all.write.fails(Cause::Password, most * new);
        all.read.fails(Cause::Password, most * new);
    }

    /// Who is connected waits in vain as well: the network drops what is under way.
    fn of_way(&self, region: &Region, all: &mut Ailments) {
        if self.age(FaultKind::DatabaseCutOff, region).is_some() {
            let share = self.strength("cut off", (0.85, 1.0));
            all.read.fails(Cause::CutOff, share);
            all.write.fails(Cause::CutOff, share);
        }
    }

    fn of_key(&self, all: &mut Ailments) {
        if self.faults.any(FaultKind::KeyExpired) {
            all.write
                .fails(Cause::Key, self.strength("key", (0.3, 0.95)));
        }
    }

    fn of_dependency(&self, region: &Region, all: &mut Ailments) {
        if self.age(FaultKind::DependencySlow, region).is_none() {
            return;
        }
        let timeout_s = self.resources.function(region, FUNCTIONS[1]);
        let timeout_s = timeout_s.map_or(10, |function| function.timeout_s);
        all.write.took_ms = f64::from(timeout_s) * 1_000.0;
        all.write.wait_ms = self.strength("dependency", (900.0, 3_200.0));
        let share = self.strength("timeouts", (0.05, 0.35));
        all.write.fails(Cause::Dependency, share);
    }

    fn of_concurrency(&self, region: &Region, all: &mut Ailments) {
        if self.age(FaultKind::ConcurrencyExhausted, region).is_none() {
            return;
        }
        let left = Some(self.strength("concurrency left", (0.35, 0.85)));
        all.write.left = left;
        if self.is_crowded() {
            all.read.left = left;
            all.crowded = true;
        }
    }

    /// Somebody loads new code of a function, and publishes it.
    fn deploy(&mut self, region: &Region, function: &str, kind: &str) {
        if self.resources.function(region, function).is_none() {
            return;
        }
        let what = format!("{kind} {function} {}", self.present.now);
        let code = names::token(self.present.seed, &what, 2_040);
        let package = format!("{kind}\n{code}").into_bytes();
        self.update_function_code(region, function, package, true);
        let parameters = json!({ "functionName": function, "publish": true, "dryRun": false });
        self.did_to(region, ("lambda", "UpdateFunctionCode"), parameters);
    }

    fn is_mistaken(&self, region: &Region) -> bool {
        let function = self.resources.served(region, FUNCTIONS[1]);
        function.is_some_and(|one| one.package.starts_with(MISTAKEN.as_bytes()))
    }

    fn set_wrongly(&mut self, region: &Region) {
        let function = self.ill_set();
        if self.resources.function(region, function).is_some() {
            self.account().configure(region, function);
            self.record_configuration(region, function);
        }
    }

    /// `CloudTrail` leaves out what was set (aws-facts §14.3).
    fn record_configuration(&mut self, region: &Region, function: &str) {
        let parameters = json!({ "functionName": function });
        let call = ("lambda", "UpdateFunctionConfiguration");
        self.did_to(region, call, parameters);
    }

    /// The function whose setting is wrong.
    fn ill_set(&self) -> &'static str {
        FUNCTIONS[usize::from(self.chance("setting of") < 0.5)]
    }

    fn stop_forwarding(&mut self, region: &Region) {
        if self.chance("forwarding") < BY_CLUSTER {
            return self.set_forwarding(region, false);
        }
        let parameters = json!({
            "dBClusterParameterGroupName": names::cluster(region),
            "parameters": [{
                "parameterName": "apg_write_forward.consistency_mode",
                "parameterValue": "OFF",
                "applyMethod": "immediate",
            }],
        });
        self.did_to(region, ("rds", "ModifyDBClusterParameterGroup"), parameters);
    }

    fn set_forwarding(&mut self, region: &Region, on: bool) {
        self.rds().set_write_forwarding(region, on);
        let parameters = json!({
            "dBClusterIdentifier": names::cluster(region),
            "enableGlobalWriteForwarding": on,
            "applyImmediately": true,
        });
        self.did_to(region, ("rds", "ModifyDBCluster"), parameters);
    }

    /// A rule of the cluster's security group, the functions' own, or a route.
    fn cut_off(&mut self, region: &Region) {
        let token = |what: &str| names::token(self.present.seed, &format!("{what} {region}"), 17);
        let (call, parameters) = match self.drawn("way", (0, 2)) {
            0 => (
                "RevokeSecurityGroupIngress",
                json!({
                    "groupId": format!("sg-{}", token("database")),
                    "ipPermissions": { "items": [{ "ipProtocol": "tcp", "fromPort": 5432, "toPort": 5432 }] },
                }),
            ),
            1 => (
                "RevokeSecurityGroupEgress",
                json!({ "groupId": format!("sg-{}", token("functions")) }),
            ),
            _ => (
                "ReplaceRoute",
                json!({ "routeTableId": format!("rtb-{}", token("route")), "destinationCidrBlock": "10.20.0.0/16" }),
            ),
        };
        self.did_to(region, ("ec2", call), parameters);
    }

    fn change_password(&mut self) {
        let writer = self.database.members.get(self.database.writer);
        let Some(region) = writer.map(|writer| writer.region.clone()) else {
            return;
        };
        let (call, parameters) = match self.drawn("password by", (0, 2)) {
            0 => (
                ("secretsmanager", "RotateSecret"),
                json!({ "secretId": "orders/app", "rotateImmediately": true }),
            ),
            1 => (
                ("secretsmanager", "PutSecretValue"),
                json!({ "secretId": "orders/app" }),
            ),
            _ => (
                ("rds", "ModifyDBCluster"),
                json!({ "dBClusterIdentifier": names::cluster(&region), "applyImmediately": true }),
            ),
        };
        self.did_to(&region, call, parameters);
    }

    fn reserve_too_little(&mut self, region: &Region) {
        let function = FUNCTIONS[1];
        let reserved = i32::try_from(self.drawn("reserved", (1, 4))).unwrap_or(1);
        self.account()
            .reserve_concurrency(region, function, Some(reserved));
        let parameters =
            json!({ "functionName": function, "reservedConcurrentExecutions": reserved });
        self.did_to(region, ("lambda", "PutFunctionConcurrency"), parameters);
    }

    /// Whether others of the account use up its concurrency.
    fn is_crowded(&self) -> bool {
        self.chance("concurrency by") < BY_OTHERS
    }

    /// One of the people calls.
    fn did_to(
        &mut self,
        region: &Region,
        call: (&'static str, &'static str),
        parameters: serde_json::Value,
    ) {
        let who = usize::try_from(self.drawn(call.1, (0, 3))).unwrap_or_default();
        self.record_deed(region, PEOPLE[who], call, parameters);
    }

    /// Seconds since `kind` struck the Region.
    fn age(&self, kind: FaultKind, region: &Region) -> Option<i64> {
        let since = self.faults.since(kind, region.as_str())?;
        Some(self.present.now - since.as_second())
    }

    fn strength(&self, what: &str, range: (f64, f64)) -> f64 {
        Fault::strength(self.present.seed, what, range)
    }

    /// Between 0 and 1.
    fn chance(&self, what: &str) -> f64 {
        self.strength(what, (0.0, 1.0))
    }

    /// A whole number from the least to the most.
    fn drawn(&self, what: &str, (least, most): (i64, i64)) -> i64 {
        least + pick(self.present.seed, what, most - least + 1)
    }
}
