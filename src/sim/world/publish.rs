//! At the end of every minute the services publish what they counted (aws-facts §1.1): each metric
//! under the names, dimensions and Regions AWS uses, and nowhere else.

use super::State;
use super::metrics::Sample;
use crate::world::parts::series::evenly;

impl State {
    /// The minute that has just ended.
    pub(super) fn publish_minute(&mut self) {
        let minute = self.present.now.div_euclid(60) - 1;
        for (site, series) in self.series.sites.iter().enumerate() {
            let counted = std::mem::take(&mut self.sites[site].minute);
            if let Some(series) = series.as_ref().filter(|_| !self.strikes[site].dark) {
                series.publish(&mut self.metrics, minute, counted);
            }
        }
        self.publish_database(minute);
        let counted = std::mem::take(&mut self.edge);
        if let Some(edge) = &self.series.edge {
            let mut all = self.resources.distributions.iter();
            let additional = all
                .find(|one| one.id == edge.of)
                .is_some_and(|one| one.additional_metrics);
            edge.publish(&mut self.metrics, minute, counted, additional);
        }
        self.publish_checks(minute);
        if minute % 720 == 0 {
            self.publish_certificates(minute);
        }
    }

    fn publish_checks(&mut self, minute: i64) {
        for (check, watch) in self.resources.health_checks.iter().zip(&mut self.watches) {
            let seen = std::mem::take(&mut watch.minute);
            if check.disabled || seen.looks <= 0.0 {
                continue; // nothing is looked at while disabled
            }
            let (series, store) = (&watch.series, &mut self.metrics);
            store.publish(
                series.status,
                minute,
                Sample::tally(seen.looks, seen.healthy),
            );
            if check.healthy_children.is_some() {
                store.publish(series.children, minute, evenly(seen.children, seen.looks));
            }
            let Some(checkers) = &mut watch.checkers else {
                continue;
            };
            let (min, max) = (seen.percent_min, seen.percent_max);
            let percent = Sample::Set {
                count: seen.looks,
                sum: seen.percent,
                min,
                max,
            };
            store.publish(series.percent, minute, percent);
            let timings = std::mem::take(&mut checkers.timings);
            if timings.count > 0.0 {
                store.publish(
                    series.connect,
                    minute,
                    evenly(timings.connect_ms, timings.count),
                );
                store.publish(series.tls, minute, evenly(timings.tls_ms, timings.count));
                store.publish(
                    series.first_byte,
                    minute,
                    evenly(timings.first_byte_ms, timings.count),
                );
            }
        }
    }

    /// Twice a day (aws-facts §7).
    pub(super) fn publish_certificates(&mut self, minute: i64) {
        for (certificate, handle) in self
            .resources
            .certificates
            .iter()
            .zip(&self.series.certificates)
        {
            let days = (certificate.not_after.as_second() - minute * 60).div_euclid(86_400);
            if days >= 0 && certificate.status != "PENDING_VALIDATION" {
                self.metrics
                    .publish(*handle, minute, Sample::gauge(days as f64));
            }
        }
    }
}
