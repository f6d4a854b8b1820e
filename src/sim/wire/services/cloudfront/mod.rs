//! Amazon CloudFront: distributions and invalidations. Lists are a `Quantity` and perhaps `Items`.

mod invalidations;
mod update;

use super::page::page;
use crate::wire::fault::Fault;
use crate::wire::reply::Reply;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{Value, list, shape};
use crate::world::model::Distribution;
use crate::world::{Resources, State};

pub fn call(operation: &str, state: &mut State, ask: &Ask) -> Answer {
    let world = &state.resources;
    match operation {
        "ListDistributions" => distributions(world, ask),
        "GetDistribution" => {
            let one = find(world, ask, "Id")?;
            Ok(whole(world, one))
        }
        "GetDistributionConfig" => {
            let one = find(world, ask, "Id")?;
            Ok(Reply::payload("DistributionConfig", config(one)).header("ETag", &one.etag))
        }
        "UpdateDistribution" => update::update(state, ask),
        "CreateInvalidation" => invalidations::create(state, ask),
        "GetInvalidation" => invalidations::get(world, ask),
        "GetMonitoringSubscription" => monitoring(world, ask),
        other => Err(Fault::unimplemented(other)),
    }
}

fn whole(world: &Resources, one: &Distribution) -> Reply {
    Reply::payload("Distribution", distribution(world, one)).header("ETag", &one.etag)
}

fn find<'a>(world: &'a Resources, ask: &Ask, member: &str) -> Result<&'a Distribution, Fault> {
    let id = ask.input.need(member)?;
    world
        .distributions
        .iter()
        .find(|one| one.id == id)
        .ok_or_else(|| {
            Fault::not_found(
                "NoSuchDistribution",
                "The specified distribution does not exist.",
            )
        })
}

/// A `Quantity` and, unless it is zero, `Items`.
fn counted(item: &'static str, items: Vec<Value>) -> Value {
    let quantity = items.len();
    shape! { "Quantity": quantity, "Items": (quantity > 0).then(|| list(item, items)) }
}

fn none() -> Value {
    shape! { "Quantity": 0 }
}

fn disabled() -> Value {
    shape! { "Enabled": false, "Quantity": 0 }
}

fn distribution(world: &Resources, one: &Distribution) -> Value {
    let running = world.invalidations.iter();
    let running =
        running.filter(|batch| batch.distribution == one.id && batch.status != "Completed");
    shape! {
        "Id": &one.id,
        "ARN": &one.arn,
        "Status": &one.status,
        "LastModifiedTime": one.last_modified,
        "InProgressInvalidationBatches": running.count(),
        "DomainName": &one.domain,
        "ActiveTrustedSigners": disabled(),
        "ActiveTrustedKeyGroups": disabled(),
        "DistributionConfig": config(one),
    }
}

fn aliases(one: &Distribution) -> Value {
    counted("CNAME", one.aliases.iter().map(Value::from).collect())
}

fn header((name, value): &(String, String)) -> Value {
    shape! { "HeaderName": name, "HeaderValue": value }
}

fn origins(one: &Distribution) -> Value {
    let all = one.origins.iter().map(|origin| {
        shape! {
            "Id": &origin.id,
            "DomainName": &origin.domain,
            "OriginPath": "",
            "CustomHeaders": counted("OriginCustomHeader", origin.headers.iter().map(header).collect()),
            "CustomOriginConfig": shape! {
                "HTTPPort": 80,
                "HTTPSPort": 443,
                "OriginProtocolPolicy": "https-only",
                "OriginSslProtocols": counted("SslProtocol", vec!["TLSv1.2".into()]),
                "OriginReadTimeout": 30,
                "OriginKeepaliveTimeout": 5,
            },
            "ConnectionAttempts": 3,
            "ConnectionTimeout": 10,
            "OriginShield": shape! { "Enabled": false },
            "OriginAccessControlId": "",
        }
    });
    counted("Origin", all.collect())
}

fn behaviour(one: &Distribution) -> Value {
    let methods = |names: &[&str]| names.iter().map(|name| Value::from(*name)).collect();
    let functions = one.origin_request_function.iter().map(|arn| {
        shape! { "LambdaFunctionARN": arn, "EventType": "origin-request", "IncludeBody": false }
    });
    shape! {
        "TargetOriginId": one.origins.first().map_or("", |origin| origin.id.as_str()),
        "TrustedSigners": disabled(),
        "TrustedKeyGroups": disabled(),
        "ViewerProtocolPolicy": "redirect-to-https",
        "AllowedMethods": counted("Method", methods(&["HEAD", "DELETE", "POST", "GET", "OPTIONS", "PUT", "PATCH"]))
            .with("CachedMethods", counted("Method", methods(&["HEAD", "GET"]))),
        "SmoothStreaming": false,
        "Compress": true,
        "LambdaFunctionAssociations": counted("LambdaFunctionAssociation", functions.collect()),
        "FunctionAssociations": none(),
        "FieldLevelEncryptionId": "",
        // The managed policies CachingDisabled and AllViewerExceptHostHeader.
        "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        "OriginRequestPolicyId": "b689b0a8-53d0-40ab-baf2-68738e2966ac",
        "GrpcConfig": shape! { "Enabled": false },
    }
}

fn certificate(one: &Distribution) -> Value {
    shape! {
        "CloudFrontDefaultCertificate": false,
        "ACMCertificateArn": &one.certificate_arn,
        "SSLSupportMethod": &one.ssl_support,
        "MinimumProtocolVersion": &one.minimum_tls,
        "Certificate": &one.certificate_arn,
        "CertificateSource": "acm",
    }
}

fn restrictions() -> Value {
    shape! { "GeoRestriction": shape! { "RestrictionType": "none", "Quantity": 0 } }
}

fn config(one: &Distribution) -> Value {
    shape! {
        "CallerReference": &one.caller_reference,
        "Aliases": aliases(one),
        "DefaultRootObject": "",
        "Origins": origins(one),
        "OriginGroups": none(),
        "DefaultCacheBehavior": behaviour(one),
        "CacheBehaviors": none(),
        "CustomErrorResponses": none(),
        "Comment": &one.comment,
        "Logging": shape! { "Enabled": false, "IncludeCookies": false, "Bucket": "", "Prefix": "" },
        "PriceClass": &one.price_class,
        "Enabled": one.enabled,
        "ViewerCertificate": certificate(one),
        "Restrictions": restrictions(),
        "WebACLId": "",
        "HttpVersion": "http2and3",
        "IsIPV6Enabled": true,
        "ContinuousDeploymentPolicyId": "",
        "Staging": false,
    }
}

fn distributions(world: &Resources, ask: &Ask) -> Answer {
    let size = ask.input.int("MaxItems")?.unwrap_or(100).clamp(1, 100);
    let marker = ask.input.text("Marker");
    let listed = if world.is_without_cloudfront() {
        &[][..]
    } else {
        &world.distributions
    };
    let page = page(listed, marker, size as usize)
        .ok_or_else(|| Fault::bad("InvalidArgument", "The argument Marker is invalid."))?;
    let summaries = page.items.into_iter().map(summary).collect::<Vec<_>>();
    let quantity = summaries.len();
    let body = shape! {
        "Marker": marker.unwrap_or_default(),
        "NextMarker": page.next.as_ref(),
        "MaxItems": size,
        "IsTruncated": page.next.is_some(),
        "Quantity": quantity,
        "Items": (quantity > 0).then(|| list("DistributionSummary", summaries)),
    };
    Ok(Reply::payload("DistributionList", body))
}

fn summary(one: &Distribution) -> Value {
    shape! {
        "Id": &one.id,
        "ARN": &one.arn,
        "ETag": &one.etag,
        "Status": &one.status,
        "LastModifiedTime": one.last_modified,
        "DomainName": &one.domain,
        "Aliases": aliases(one),
        "Origins": origins(one),
        "OriginGroups": none(),
        "DefaultCacheBehavior": behaviour(one),
        "CacheBehaviors": none(),
        "CustomErrorResponses": none(),
        "Comment": &one.comment,
        "PriceClass": &one.price_class,
        "Enabled": one.enabled,
        "ViewerCertificate": certificate(one),
        "Restrictions": restrictions(),
        "WebACLId": "",
        "HttpVersion": "http2and3",
        "IsIPV6Enabled": true,
        "Staging": false,
    }
}

fn monitoring(world: &Resources, ask: &Ask) -> Answer {
    let one = find(world, ask, "DistributionId")?;
    if !one.additional_metrics {
        return Err(Fault::not_found(
            "NoSuchMonitoringSubscription",
            "A monitoring subscription does not exist for the specified distribution.",
        ));
    }
    let config = shape! { "RealtimeMetricsSubscriptionStatus": "Enabled" };
    Ok(Reply::payload(
        "MonitoringSubscription",
        shape! { "RealtimeMetricsSubscriptionConfig": config },
    ))
}
