//! RDS: what can be ordered.

use aws_sdk_rds::types::OrderableDbInstanceOption;

use crate::services::rds::{PAGES, Rds};
use crate::transport::error::AwsError;
use crate::transport::reply;
use gwctl_fleet::Offer;

impl Rds {
    /// Every version of `engine` that can be ordered with the instance class `class` in a VPC here.
    pub async fn offers(&self, engine: &str, class: &str) -> Result<Vec<Offer>, AwsError> {
        const ACTION: &str = "DescribeOrderableDBInstanceOptions";
        let mut offers = Vec::new();
        let mut marker = None;
        for _ in 0..PAGES {
            let call = self
                .client
                .describe_orderable_db_instance_options()
                .engine(engine)
                .db_instance_class(class)
                .vpc(true)
                .set_marker(marker)
                .send();
            let page = self.caller.ask(ACTION, Box::pin(call)).await?;
            let options = page.orderable_db_instance_options().iter();
            offers.extend(options.filter_map(offer));
            marker = page
                .marker()
                .filter(|marker| !marker.is_empty())
                .map(Into::into);
            if marker.is_none() {
                return Ok(offers);
            }
        }
        Err(self
            .caller
            .garbled(ACTION, "the list of what can be ordered has no end"))
    }
}

fn offer(option: &OrderableDbInstanceOption) -> Option<Offer> {
    let zones = option.availability_zones().iter();
    let mut zones: Vec<String> = zones
        .filter_map(|zone| reply::some_name(zone.name()))
        .collect();
    zones.sort();
    zones.dedup();
    Some(Offer {
        version: reply::some_name(option.engine_version())?,
        zones,
        global: option.supports_global_databases() == Some(true),
    })
}
