//! The series that the world writes to CloudWatch.

use crate::world::metrics::{Handle, MetricId, MetricStore, Sample};
use crate::world::model::{Api, Certificate, Resources};
use crate::world::names;
use crate::world::parts::edge::EdgeMinute;
use crate::world::serving::{FunctionMinute, SiteMinute};
use gwctl_fleet::{ApiKind, Region};

/// Names a series with several sets of dimensions.
pub(in crate::world) fn series(
    store: &mut MetricStore,
    region: &str,
    namespace: &str,
    metric: &str,
    dimensions: &[&[(&str, &str)]],
) -> Handle {
    let id = |dimensions: &[(&str, &str)]| MetricId::new(namespace, metric, dimensions);
    let handle = store.handle(region, id(dimensions.first().copied().unwrap_or_default()));
    for also in dimensions.iter().skip(1) {
        store.alias(region, id(also), handle);
    }
    handle
}

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
            let (function, resource) = (
                [("FunctionName", name)],
                [("FunctionName", name), ("Resource", name)],
            );
            FunctionSeries::new(store, region, &[&function, &resource])
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

/// The series of the distribution, in us-east-1 only.
#[derive(Debug, Clone)]
pub(in crate::world) struct EdgeSeries {
    counts: [Handle; 3],
    /// 4xx, 5xx, total, 504, cache hits; percent.
    rates: [Handle; 5],
    origin_latency: Handle,
    /// Execution errors, validation errors, limits exceeded.
    router: [Handle; 3],
    /// The distribution.
    pub(in crate::world) of: String,
}

impl EdgeSeries {
    pub(in crate::world) fn new(store: &mut MetricStore, distribution: &str) -> Self {
        let dimensions: [&[(&str, &str)]; 1] =
            [&[("DistributionId", distribution), ("Region", "Global")]];
        let mut of =
            |metric: &str| series(store, "us-east-1", "AWS/CloudFront", metric, &dimensions);
        Self {
            of: distribution.into(),
            counts: ["Requests", "BytesDownloaded", "BytesUploaded"].map(&mut of),
            rates: [
                "4xxErrorRate",
                "5xxErrorRate",
                "TotalErrorRate",
                "504ErrorRate",
                "CacheHitRate",
            ]
            .map(&mut of),
            origin_latency: of("OriginLatency"),
            router: [
                "LambdaExecutionError",
                "LambdaValidationError",
                "LambdaLimitExceededErrors",
            ]
            .map(&mut of),
        }
    }

    /// Latency and single codes are additional metrics (aws-facts §4).
    pub(in crate::world) fn publish(
        &self,
        store: &mut MetricStore,
        minute: i64,
        counted: EdgeMinute,
        additional: bool,
    ) {
        let requests = counted.requests;
        if requests <= 0.0 {
            return;
        }
        let sums = [requests, counted.down, counted.up];
        for (handle, sum) in self.counts.into_iter().zip(sums) {
            store.publish(handle, minute, evenly(sum, requests));
        }
        let percent = |part: f64| 100.0 * part / requests;
        let failed = counted.failed + counted.silent + counted.router_errors;
        let rates = [
            counted.refused,
            failed,
            counted.refused + failed,
            counted.silent,
            0.0,
        ]
        .map(percent);
        let shown = if additional { rates.len() } else { 3 };
        for (handle, rate) in self.rates.into_iter().zip(rates).take(shown) {
            store.publish(handle, minute, Sample::gauge(rate));
        }
        if additional {
            let latency = Sample::Spread(counted.origin_latency);
            store.publish(self.origin_latency, minute, latency);
        }
        for (handle, errors) in self
            .router
            .into_iter()
            .zip([counted.router_errors, 0.0, 0.0])
        {
            store.publish(handle, minute, Sample::tally(requests, errors));
        }
    }
}

/// The series of one health check, in us-east-1 only.
#[derive(Debug, Clone)]
pub(in crate::world) struct CheckSeries {
    pub(in crate::world) status: Handle,
    pub(in crate::world) percent: Handle,
    pub(in crate::world) children: Handle,
    pub(in crate::world) connect: Handle,
    pub(in crate::world) tls: Handle,
    pub(in crate::world) first_byte: Handle,
}

impl CheckSeries {
    pub(in crate::world) fn new(store: &mut MetricStore, id: &str) -> Self {
        let dimensions: [&[(&str, &str)]; 1] = [&[("HealthCheckId", id)]];
        let mut of = |metric: &str| series(store, "us-east-1", "AWS/Route53", metric, &dimensions);
        Self {
            status: of("HealthCheckStatus"),
            percent: of("HealthCheckPercentageHealthy"),
            children: of("ChildHealthCheckHealthyCount"),
            connect: of("ConnectionTime"),
            tls: of("SSLHandshakeTime"),
            first_byte: of("TimeToFirstByte"),
        }
    }
}

/// Everything that is published, by what publishes it.
#[derive(Debug, Clone)]
pub(in crate::world) struct AllSeries {
    /// None of a Region that never served.
    pub(in crate::world) sites: Vec<Option<SiteSeries>>,
    pub(in crate::world) members: Vec<crate::world::parts::member_series::MemberSeries>,
    /// None before clients' requests had a distribution to go to.
    pub(in crate::world) edge: Option<EdgeSeries>,
    pub(in crate::world) certificates: Vec<Handle>,
}

impl AllSeries {
    pub(in crate::world) fn new(
        store: &mut MetricStore,
        resources: &Resources,
        members: &[Region],
    ) -> Self {
        Self {
            sites: resources
                .apis
                .iter()
                .map(|api| Some(SiteSeries::new(store, api, &names::FUNCTIONS)))
                .collect(),
            members: members
                .iter()
                .map(|region| {
                    let cluster = names::cluster(region);
                    crate::world::parts::member_series::MemberSeries::new(store, region, &cluster)
                })
                .collect(),
            edge: (!resources.distributions.is_empty())
                .then(|| EdgeSeries::new(store, names::DISTRIBUTION)),
            certificates: resources
                .certificates
                .iter()
                .map(|certificate| certificate_series(store, certificate))
                .collect(),
        }
    }

    /// The newest certificate of the account.
    pub(in crate::world) fn add_certificate(&mut self, store: &mut MetricStore, one: &Certificate) {
        self.certificates.push(certificate_series(store, one));
    }

    /// The certificate at this place is gone.
    pub(in crate::world) fn remove_certificate(&mut self, at: usize) {
        self.certificates.remove(at);
    }
}

pub(in crate::world) fn certificate_series(
    store: &mut MetricStore,
    certificate: &Certificate,
) -> Handle {
    let dimensions: [&[(&str, &str)]; 1] = [&[("CertificateArn", &certificate.arn)]];
    let region = certificate.region.as_str();
    series(
        store,
        region,
        "AWS/CertificateManager",
        "DaysToExpiry",
        &dimensions,
    )
}

/// A distribution of one value, such as a lag that was looked at often.
pub(in crate::world) fn spread_of(max: f64, sum: f64, count: f64) -> Sample {
    let mean = if count > 0.0 { sum / count } else { 0.0 };
    Sample::Set {
        count: count.max(1.0),
        sum,
        min: (2.0 * mean - max).max(0.0),
        max,
    }
}

/// So many equal values with this sum.
pub(in crate::world) fn evenly(sum: f64, count: f64) -> Sample {
    Sample::Set {
        count,
        sum,
        min: sum / count,
        max: sum / count,
    }
}
