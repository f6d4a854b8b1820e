//! A version of the router that fails: the distribution takes minutes to give it to every edge, and to take it back.

use serde_json::json;

use super::State;
use super::mistakes::PEOPLE;
use super::names;
use super::rng::pick;
use crate::world::parts::before::Before;
use crate::world::parts::faults::{Fault, FaultKind};
use gwctl_fleet::Region;
use jiff::Timestamp;

/// How the package of a router begins that fails.
const MISTAKEN: &str = "// A router with a mistake in it.";
/// Seconds in which the edges get a version one after the other: fewer than until the distribution is `Deployed`.
const SPREADS_S: f64 = 100.0;

/// A router that fails, for those who write its log.
#[derive(Debug, Clone, Copy)]
pub(super) struct BrokenRouter {
    since: Timestamp,
    share: f64,
    /// Whether what it returns is wrong, and not it that fails: then it logs nothing.
    pub(super) invalid: bool,
}

impl BrokenRouter {
    /// The share of requests on which it fails at second `now`.
    pub(super) fn share(&self, now: i64) -> f64 {
        let age = (now - self.since.as_second()) as f64;
        self.share * (age / SPREADS_S).clamp(0.0, 1.0)
    }
}

impl State {
    /// Somebody publishes the version and gives it to the distribution.
    pub(super) fn release_router(&mut self) -> Option<Before> {
        let home = Region::global();
        let code = names::token(self.present.seed, "router", 700);
        let package = format!("{MISTAKEN}\n{code}").into_bytes();
        let mut all = self.resources.distributions.iter();
        let known = all.find(|one| one.id == names::DISTRIBUTION)?;
        let before = known.origin_request_function.clone();
        self.update_function_code(&home, names::ROUTER, package, true);
        let router = self.resources.function(&home, names::ROUTER)?;
        let version = format!("{}:{}", router.arn, router.version);
        let parameters = json!({ "functionName": names::ROUTER, "publish": true, "dryRun": false });
        self.record_deed(
            &home,
            PEOPLE[0],
            ("lambda", "UpdateFunctionCode"),
            parameters,
        );
        self.give_router(Some(version));
        Some(Before::Router(before))
    }

    pub(super) fn give_router(&mut self, version: Option<String>) {
        let mut all = self.resources.distributions.iter();
        let Some(known) = all.find(|one| one.id == names::DISTRIBUTION).cloned() else {
            return;
        };
        let parameters = json!({
            "id": known.id,
            "ifMatch": known.etag,
            "distributionConfig": { "defaultCacheBehavior": { "lambdaFunctionAssociations": {
                "items": [{ "lambdaFunctionARN": version, "eventType": "origin-request" }],
            } } },
        });
        let changed = super::model::Distribution {
            origin_request_function: version,
            ..known
        };
        self.account().replace_distribution(changed);
        let global = Region::global();
        self.record_deed(
            &global,
            PEOPLE[0],
            ("cloudfront", "UpdateDistribution"),
            parameters,
        );
    }

    /// The router that fails, where the distribution has it.
    pub(super) fn broken_router(&self) -> Option<BrokenRouter> {
        let since = self.faults.since_when(FaultKind::RouterRelease)?;
        let mut all = self.resources.distributions.iter();
        let used = all.find(|one| one.id == names::DISTRIBUTION)?;
        let version = used.origin_request_function.as_ref()?.rsplit(':').next()?;
        let router = self.resources.function(&Region::global(), names::ROUTER)?;
        let served = router.at(version.parse().ok()?)?;
        let seed = self.present.seed;
        served
            .package
            .starts_with(MISTAKEN.as_bytes())
            .then(|| BrokenRouter {
                since,
                share: Fault::strength(seed, "router fails", (0.05, 0.4)),
                invalid: pick(seed, "router is invalid", 3) == 0,
            })
    }

    /// The share of requests on which the router fails just now.
    pub(super) fn router_failing(&self) -> f64 {
        let broken = self.broken_router();
        broken.map_or(0.0, |router| router.share(self.present.now))
    }
}
