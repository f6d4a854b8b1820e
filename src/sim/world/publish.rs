//! At the end of every minute the services publish what they counted (aws-facts §1.1): each metric
//! under the names, dimensions and Regions AWS uses, and nowhere else.

use super::State;
use super::metrics::{MetricStore, Sample};
use super::model::Certificate;
use crate::world::parts::series::series;

impl State {
    /// The minute that has just ended.
    pub(super) fn publish_minute(&mut self) {
        let minute = self.present.minute() - 1;
        let invalid = self.broken_router().is_some_and(|router| router.invalid);
        let (store, all) = (&mut self.metrics, &self.resources);
        self.fleet.publish(store, minute);
        self.database
            .publish(store, minute, &self.fleet, all, &self.physics);
        self.edge
            .publish(store, minute, &all.distributions, invalid);
        self.health.publish(store, minute, &all.health_checks);
        if minute % 720 == 0 {
            publish_certificates(store, minute, &all.certificates);
        }
    }
}

/// Twice a day (aws-facts §7).
pub(super) fn publish_certificates(store: &mut MetricStore, minute: i64, all: &[Certificate]) {
    for certificate in all {
        let days = (certificate.not_after.as_second() - minute * 60).div_euclid(86_400);
        if days < 0 || certificate.status == "PENDING_VALIDATION" {
            continue;
        }
        let dimensions: [&[(&str, &str)]; 1] = [&[("CertificateArn", &certificate.arn)]];
        let (region, namespace) = (certificate.region.as_str(), "AWS/CertificateManager");
        let handle = series(store, region, namespace, "DaysToExpiry", &dimensions);
        store.publish(handle, minute, Sample::gauge(days as f64));
    }
}
