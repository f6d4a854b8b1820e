//! CloudFront: all distributions, for somebody who knows no id yet.

use aws_sdk_cloudfront::types::{DistributionSummary, EventType, Origin as SdkOrigin};

use crate::services::cloudfront::CloudFront;
use crate::transport::error::AwsError;
use crate::transport::reply;
use gwctl_fleet::{ListedDistribution, Origin};

/// A hundred a page; a reply that never ends must not hang us.
const PAGES: usize = 50;

impl CloudFront {
    /// Every distribution of the account.
    pub async fn distributions(&self) -> Result<Vec<ListedDistribution>, AwsError> {
        const ACTION: &str = "ListDistributions";
        let mut all = Vec::new();
        let mut marker = None;
        for _ in 0..PAGES {
            let call = self.client.list_distributions().set_marker(marker).send();
            let page = self.caller.ask(ACTION, Box::pin(call)).await?;
            let Some(list) = page.distribution_list() else {
                return Err(self.caller.garbled(ACTION, "no list in it"));
            };
            all.extend(list.items().iter().map(listed));
            if !list.is_truncated() {
                return Ok(all);
            }
            marker = list
                .next_marker()
                .filter(|marker| !marker.is_empty())
                .map(Into::into);
            if marker.is_none() {
                break;
            }
        }
        Err(self.caller.cut_short(ACTION))
    }
}

fn listed(summary: &DistributionSummary) -> ListedDistribution {
    let aliases = summary.aliases().map_or(&[][..], |aliases| aliases.items());
    let origins = summary.origins().map_or(&[][..], |origins| origins.items());
    let certificate = summary.viewer_certificate();
    ListedDistribution {
        id: reply::name(summary.id()),
        domain: reply::domain(summary.domain_name()),
        aliases: aliases.iter().map(|name| reply::domain(name)).collect(),
        origins: origins.iter().map(origin).collect(),
        default_origins: default_origins(summary),
        router_arn: router_arn(summary),
        certificate_arn: reply::some_name(certificate.and_then(|one| one.acm_certificate_arn())),
    }
}

/// The target of the default behaviour is an origin, or a group of them.
fn default_origins(summary: &DistributionSummary) -> Vec<String> {
    let behaviour = summary.default_cache_behavior();
    let target = behaviour.map_or("", |behaviour| behaviour.target_origin_id());
    let groups = summary.origin_groups().map_or(&[][..], |all| all.items());
    let members = groups.iter().filter(|group| group.id() == target);
    let members = members.filter_map(|group| group.members());
    let members = members.flat_map(|members| members.items());
    let ids: Vec<&str> = members.map(|one| one.origin_id()).chain([target]).collect();
    let origins = summary.origins().map_or(&[][..], |all| all.items());
    let own = origins.iter().filter(|origin| ids.contains(&origin.id()));
    own.map(|origin| reply::domain(origin.domain_name()))
        .collect()
}

fn origin(origin: &SdkOrigin) -> Origin {
    let headers = origin
        .custom_headers()
        .map_or(&[][..], |headers| headers.items());
    Origin {
        domain: reply::domain(origin.domain_name()),
        headers: headers
            .iter()
            .map(|header| {
                let name = reply::name(header.header_name()).to_ascii_lowercase();
                (name, reply::message(header.header_value()))
            })
            .collect(),
    }
}

/// That of the default behaviour, or else of the first behaviour that has one.
fn router_arn(summary: &DistributionSummary) -> Option<String> {
    let of_default = summary
        .default_cache_behavior()
        .and_then(|behaviour| behaviour.lambda_function_associations());
    let of_others = summary
        .cache_behaviors()
        .map_or(&[][..], |behaviours| behaviours.items())
        .iter()
        .filter_map(|behaviour| behaviour.lambda_function_associations());
    of_default
        .into_iter()
        .chain(of_others)
        .flat_map(|associations| associations.items())
        .find(|one| *one.event_type() == EventType::OriginRequest)
        .map(|one| reply::name(one.lambda_function_arn()))
}
