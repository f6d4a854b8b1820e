//! Everything that is published.

use crate::world::metrics::{Handle, MetricStore};
use crate::world::model::{Certificate, Resources};
use crate::world::names;
use crate::world::parts::edge_series::EdgeSeries;
use crate::world::parts::member_series::MemberSeries;
use crate::world::parts::series::series;
use crate::world::parts::site_series::SiteSeries;
use gwctl_fleet::Region;

/// Everything that is published, by what publishes it.
#[derive(Debug, Clone)]
pub(in crate::world) struct AllSeries {
    /// None of a Region that never served.
    pub(in crate::world) sites: Vec<Option<SiteSeries>>,
    pub(in crate::world) members: Vec<MemberSeries>,
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
                    MemberSeries::new(store, region, &cluster)
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
