//! A test stand, such as a served simulator: its names are in no public DNS.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::aws::{Session, Vantage};
use crate::fleet::{FleetSpec, ProbeReport};
use crate::observe::{Prober, Resolved};

/// Probes through the network, and asks the stand's own Route 53 for names the network does not know.
pub struct Stand {
    network: Arc<dyn Prober>,
    session: Session,
    zone: String,
}

impl Stand {
    /// The prober for `spec`: a fleet that is probed at another address than its domain is a stand.
    pub fn or_network(
        network: Arc<dyn Prober>,
        spec: &FleetSpec,
        session: &Session,
    ) -> Arc<dyn Prober> {
        if spec.probe_url.is_none() {
            return network;
        }
        Arc::new(Self {
            network,
            session: session.clone(),
            zone: spec.edge.hosted_zone.clone(),
        })
    }
}

impl Prober for Stand {
    fn probe(
        &self,
        url: String,
    ) -> Pin<Box<dyn Future<Output = Result<ProbeReport, String>> + Send>> {
        self.network.probe(url)
    }

    fn resolve(
        &self,
        name: String,
    ) -> Pin<Box<dyn Future<Output = Result<Resolved, String>> + Send>> {
        let asked = self.network.resolve(name.clone());
        let (session, zone) = (self.session.clone(), self.zone.clone());
        Box::pin(async move {
            let why = match asked.await {
                Ok(found) => return Ok(found),
                Err(why) => why,
            };
            match session
                .route53()
                .test_answer(&zone, &name, "CNAME", Vantage::Default)
                .await
            {
                // Route 53 tells no time to live here: nothing is kept.
                Ok(values) if !values.is_empty() => Ok(Resolved { values, ttl_s: 0 }),
                _ => Err(why),
            }
        })
    }
}
