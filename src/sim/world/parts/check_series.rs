//! The series that a health check writes.

use crate::world::metrics::{Handle, MetricStore};
use crate::world::parts::series::series;

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
