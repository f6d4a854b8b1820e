//! Series that an owner pays for apart: canaries, and the API by its routes (aws-facts §15.1, §15.3).

use serde::Deserialize;

use crate::world::metrics::{Handle, MetricStore, Sample};
use crate::world::model::Api;
use crate::world::parts::series::series;
use crate::world::rng::Rng;
use crate::world::serving::SiteMinute;
use gwctl_fleet::{ApiKind, Region};

/// What a fleet has of it (`beside = ["canaries"]`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Beside {
    /// A canary asks each Region once a minute, from another one.
    Canaries,
    /// Figures of each route.
    DetailedMetrics,
    /// X-Ray, of one request in twenty.
    Tracing,
}

/// Those of one Region.
#[derive(Debug, Clone, Default)]
pub(in crate::world) struct BesideSeries {
    canary: Option<Canary>,
    /// Requests and failed ones of those that read and those that write.
    routes: Option<[(Handle, Handle); 2]>,
}

#[derive(Debug, Clone)]
struct Canary {
    passed: Handle,
    seed: u64,
    name: String,
}

/// Method and resource of what reads and what writes.
const ROUTES: [(&str, &str); 2] = [("GET", "/orders/{id}"), ("POST", "/orders")];

impl BesideSeries {
    /// Of `api`; its canary runs in `elsewhere`.
    pub(in crate::world) fn new(
        store: &mut MetricStore,
        beside: &[Beside],
        (api, elsewhere): (&Api, &Region),
        seed: u64,
    ) -> Self {
        let canary = beside.contains(&Beside::Canaries).then(|| {
            let name = format!("orders-{}", api.region);
            let dimensions: [&[(&str, &str)]; 1] = [&[("CanaryName", &name)]];
            let (namespace, metric) = ("CloudWatchSynthetics", "SuccessPercent");
            Canary {
                passed: series(store, elsewhere.as_str(), namespace, metric, &dimensions),
                seed,
                name,
            }
        });
        let detailed = beside.contains(&Beside::DetailedMetrics);
        let routes = detailed.then(|| ROUTES.map(|route| of_route(store, api, route)));
        Self { canary, routes }
    }

    /// The minute that has just ended, in a Region that is dark or not.
    pub(in crate::world) fn publish(
        &self,
        store: &mut MetricStore,
        minute: i64,
        counted: &SiteMinute,
        dark: bool,
    ) {
        if let Some(canary) = &self.canary {
            let failing = if dark {
                1.0
            } else {
                counted.failed / counted.requests.max(1.0)
            };
            let mut dice = Rng::new(canary.seed, &format!("{} {minute}", canary.name));
            let passed = if dice.chance(failing) { 0.0 } else { 100.0 };
            store.publish(canary.passed, minute, Sample::gauge(passed));
        }
        let Some(routes) = self.routes.filter(|_| !dark) else {
            return;
        };
        for ((requests, failed), of) in routes.into_iter().zip([&counted.read, &counted.write]) {
            let calls = of.invocations + of.throttles;
            if calls > 0.0 {
                let bad = of.errors + of.throttles;
                store.publish(requests, minute, Sample::tally(calls, calls));
                store.publish(failed, minute, Sample::tally(calls, bad));
            }
        }
    }
}

fn of_route(
    store: &mut MetricStore,
    api: &Api,
    (method, resource): (&str, &str),
) -> (Handle, Handle) {
    let stage = api.stages.first();
    let stage = stage.map_or("$default", |stage| stage.name.as_str());
    let (subject, failed) = match api.kind {
        ApiKind::Http => (("ApiId", api.id.as_str()), "5xx"),
        ApiKind::Rest => (("ApiName", api.name.as_str()), "5XXError"),
    };
    let mut of = |metric| {
        let dimensions: [&[(&str, &str)]; 1] = [&[
            subject,
            ("Stage", stage),
            ("Resource", resource),
            ("Method", method),
        ]];
        series(
            store,
            api.region.as_str(),
            "AWS/ApiGateway",
            metric,
            &dimensions,
        )
    };
    (of("Count"), of(failed))
}
