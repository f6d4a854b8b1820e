//! At the end of every minute the services publish what they counted (aws-facts §1.1): each metric
//! under the names, dimensions and Regions AWS uses, and nowhere else.

use super::State;
use super::metrics::Sample;

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
        let checks = &self.resources.health_checks;
        self.health.publish(&mut self.metrics, minute, checks);
        if minute % 720 == 0 {
            self.publish_certificates(minute);
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
