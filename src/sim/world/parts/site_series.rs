//! The series that an API and its functions write.

use crate::world::metrics::{Handle, MetricStore, Sample};
use crate::world::model::Api;
use crate::world::parts::series::{evenly, series};
use crate::world::serving::{FunctionMinute, SiteMinute};
use gwctl_fleet::ApiKind;

/// The series of a site.
#[derive(Debug, Clone)]
pub(in crate::world) struct SiteSeries {
    api: ApiSeries,
    handlers: Handlers,
    /// Of all functions of the Region together.
    all: FunctionSeries,
    unreserved: Handle,
}

/// The functions behind an API.
#[derive(Debug, Clone)]
pub(in crate::world) enum Handlers {
    /// One that reads and one that writes.
    Two {
        read: FunctionSeries,
        write: FunctionSeries,
    },
    /// One that does both.
    One(FunctionSeries),
}

#[derive(Debug, Clone)]
pub(in crate::world) struct ApiSeries {
    latency: Handle,
    integration: Handle,
    refused: Handle,
    failed: Handle,
    count: Handle,
    /// HTTP APIs only.
    bytes: Option<Handle>,
}

#[derive(Debug, Clone)]
pub(in crate::world) struct FunctionSeries {
    invocations: Handle,
    errors: Handle,
    throttles: Handle,
    duration: Handle,
    concurrency: Handle,
}

impl SiteSeries {
    /// Of an API and what it calls: a function that reads and one that writes, or one for both.
    pub(in crate::world) fn new(store: &mut MetricStore, api: &Api, functions: &[&str]) -> Self {
        let region = api.region.as_str();
        let mut of = |name: &str| {
            // Every call goes through the alias, where the API calls one.
            let alias = api.alias.as_ref().map(|alias| format!("{name}:{alias}"));
            let (function, resource, alias) = (
                [("FunctionName", name)],
                [("FunctionName", name), ("Resource", name)],
                alias
                    .as_deref()
                    .map(|alias| [("FunctionName", name), ("Resource", alias)]),
            );
            let mut names: Vec<&[(&str, &str)]> = vec![&function, &resource];
            names.extend(alias.as_ref().map(<[_; 2]>::as_slice));
            FunctionSeries::new(store, region, &names)
        };
        let handlers = match functions {
            [read, write, ..] => Handlers::Two {
                read: of(read),
                write: of(write),
            },
            one => Handlers::One(of(one.first().copied().unwrap_or_default())),
        };
        Self {
            handlers,
            all: FunctionSeries::new(store, region, &[&[]]),
            unreserved: series(
                store,
                region,
                "AWS/Lambda",
                "UnreservedConcurrentExecutions",
                &[&[]],
            ),
            api: ApiSeries::new(store, api),
        }
    }

    pub(in crate::world) fn publish(
        &self,
        store: &mut MetricStore,
        minute: i64,
        counted: SiteMinute,
    ) {
        if counted.requests <= 0.0 {
            return; // no traffic, no points
        }
        let mut all = counted.read.clone();
        all.add(&counted.write);
        all.concurrency = counted.concurrency;
        store.publish(self.unreserved, minute, Sample::gauge(all.concurrency));
        match &self.handlers {
            Handlers::Two { read, write } => {
                read.publish(store, minute, counted.read);
                write.publish(store, minute, counted.write);
            }
            Handlers::One(handler) => handler.publish(store, minute, all.clone()),
        }
        self.all.publish(store, minute, all);
        let api = &self.api;
        let requests = counted.requests;
        store.publish(api.latency, minute, Sample::Spread(counted.latency));
        store.publish(api.integration, minute, Sample::Spread(counted.integration));
        store.publish(
            api.refused,
            minute,
            Sample::tally(requests, counted.refused),
        );
        store.publish(api.failed, minute, Sample::tally(requests, counted.failed));
        store.publish(api.count, minute, Sample::tally(requests, requests));
        if let Some(bytes) = api.bytes {
            store.publish(bytes, minute, evenly(counted.bytes, requests));
        }
    }
}

impl ApiSeries {
    fn new(store: &mut MetricStore, api: &Api) -> Self {
        let stage = api
            .stages
            .first()
            .map_or("$default", |stage| stage.name.as_str());
        let (subject, [refused, failed]) = match api.kind {
            ApiKind::Http => (("ApiId", api.id.as_str()), ["4xx", "5xx"]),
            ApiKind::Rest => (("ApiName", api.name.as_str()), ["4XXError", "5XXError"]),
        };
        let mut of = |metric: &str| {
            let dimensions: [&[(&str, &str)]; 2] = [&[subject], &[subject, ("Stage", stage)]];
            series(
                store,
                api.region.as_str(),
                "AWS/ApiGateway",
                metric,
                &dimensions,
            )
        };
        Self {
            latency: of("Latency"),
            integration: of("IntegrationLatency"),
            refused: of(refused),
            failed: of(failed),
            count: of("Count"),
            bytes: (api.kind == ApiKind::Http).then(|| of("DataProcessed")),
        }
    }
}

impl FunctionSeries {
    fn new(store: &mut MetricStore, region: &str, dimensions: &[&[(&str, &str)]]) -> Self {
        let mut of = |metric: &str| series(store, region, "AWS/Lambda", metric, dimensions);
        Self {
            invocations: of("Invocations"),
            errors: of("Errors"),
            throttles: of("Throttles"),
            duration: of("Duration"),
            concurrency: of("ConcurrentExecutions"),
        }
    }

    pub(in crate::world) fn publish(
        &self,
        store: &mut MetricStore,
        minute: i64,
        counted: FunctionMinute,
    ) {
        let calls = counted.invocations;
        if calls <= 0.0 && counted.throttles <= 0.0 {
            return;
        }
        store.publish(self.invocations, minute, Sample::tally(calls, calls));
        store.publish(self.errors, minute, Sample::tally(calls, counted.errors));
        store.publish(
            self.throttles,
            minute,
            Sample::tally(calls + counted.throttles, counted.throttles),
        );
        store.publish(self.duration, minute, Sample::Spread(counted.duration));
        store.publish(self.concurrency, minute, Sample::gauge(counted.concurrency));
    }
}

impl FunctionMinute {
    fn add(&mut self, other: &Self) {
        self.invocations += other.invocations;
        self.errors += other.errors;
        self.throttles += other.throttles;
        self.duration.merge(&other.duration);
    }
}
