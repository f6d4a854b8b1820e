//! Changes at the edge through the SDK: certificates and invalidations.

use std::time::Duration;

use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::error::SdkError;
use aws_sdk_cloudfront::operation::update_distribution::UpdateDistributionError;
use aws_sdk_cloudfront::types::{DistributionConfig, InvalidationBatch, Paths};
use gwctl::sim::Sim;
use serde_json::json;

use super::json::acm;
use super::{DISTRIBUTION, code, sdk, world};

fn client(sim: &Sim) -> Client {
    Client::new(&sdk(sim, "us-east-1"))
}

async fn config(client: &Client) -> (String, DistributionConfig) {
    let reply = client.get_distribution_config().id(DISTRIBUTION).send();
    let reply = reply.await.unwrap();
    (reply.e_tag.unwrap(), reply.distribution_config.unwrap())
}

fn with_certificate(mut config: DistributionConfig, arn: &str) -> DistributionConfig {
    let certificate = config.viewer_certificate.as_mut().unwrap();
    certificate.acm_certificate_arn = Some(arn.to_owned());
    config
}

async fn update(
    client: &Client,
    etag: &str,
    config: DistributionConfig,
) -> Result<Option<String>, SdkError<UpdateDistributionError>> {
    let call = client.update_distribution().id(DISTRIBUTION);
    let call = call.if_match(etag).distribution_config(config).send();
    call.await.map(|reply| reply.e_tag)
}

/// Certificates of us-east-1 that nothing uses: ARN, names, status.
async fn spare(sim: &Sim) -> Vec<(String, Vec<String>, String)> {
    let all = acm(sim, "us-east-1", "ListCertificates", json!({})).await;
    let all = all.unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let mut found = Vec::new();
    for one in all["CertificateSummaryList"].as_array().unwrap() {
        let arn = json!({ "CertificateArn": one["CertificateArn"] });
        let whole = acm(sim, "us-east-1", "DescribeCertificate", arn).await;
        let whole = &whole.unwrap()["Certificate"];
        if whole["InUseBy"].as_array().is_none_or(Vec::is_empty) {
            let names = whole["SubjectAlternativeNames"].as_array().unwrap();
            let names = names.iter().map(text).collect();
            found.push((text(&whole["CertificateArn"]), names, text(&whole["Status"])));
        }
    }
    found
}

#[tokio::test(start_paused = true)]
async fn a_certificate_is_attached_under_the_etag_and_takes_minutes() {
    let sim = world("calm");
    let client = client(&sim);
    let certificates = spare(&sim).await;
    let domain = "api.orders.example.com".to_owned();
    let (fitting, ..) = certificates
        .iter()
        .find(|(_, names, status)| names.contains(&domain) && *status == "ISSUED")
        .unwrap();
    let (etag, before) = config(&client).await;
    let wanted = with_certificate(before.clone(), fitting);
    let new = update(&client, &etag, wanted.clone()).await.unwrap();
    assert_ne!(new.as_deref(), Some(&*etag));
    let (now, after) = config(&client).await;
    assert_eq!(Some(now), new);
    let plain = |config: DistributionConfig| with_certificate(config, "");
    assert_eq!(
        after.viewer_certificate().unwrap().acm_certificate_arn(),
        Some(&**fitting)
    );
    let strip = |config| {
        let mut config = plain(config);
        // AWS repeats the certificate in a deprecated member.
        config.viewer_certificate = config.viewer_certificate.map(|one| {
            aws_sdk_cloudfront::types::ViewerCertificate::builder()
                .set_ssl_support_method(one.ssl_support_method)
                .set_minimum_protocol_version(one.minimum_protocol_version)
                .build()
        });
        config
    };
    assert_eq!(
        strip(after),
        strip(before.clone()),
        "nothing else has changed"
    );
    let stale = update(&client, &etag, wanted.clone()).await.unwrap_err();
    assert!(stale.into_service_error().is_precondition_failed());
    let blind = client.update_distribution().id(DISTRIBUTION);
    let blind = blind.distribution_config(wanted).send().await.unwrap_err();
    assert!(blind.into_service_error().is_invalid_if_match_version());
    let status = async || {
        let reply = client.get_distribution().id(DISTRIBUTION).send().await;
        reply.unwrap().distribution.unwrap().status
    };
    sim.advance(Duration::from_secs(110));
    assert_eq!(status().await, "InProgress");
    sim.advance(Duration::from_secs(150));
    assert_eq!(status().await, "Deployed");
    let left = spare(&sim).await;
    assert!(
        left.iter().all(|(arn, ..)| arn != fitting),
        "it is in use now"
    );
    assert_eq!(left.len(), certificates.len(), "and the old one is not");
}

#[tokio::test(start_paused = true)]
async fn certificates_that_do_not_fit_are_refused_and_change_nothing() {
    let sim = world("calm");
    let client = client(&sim);
    let certificates = spare(&sim).await;
    let (etag, before) = config(&client).await;
    let pending = certificates
        .iter()
        .find(|(.., status)| *status == "PENDING_VALIDATION");
    let foreign = certificates
        .iter()
        .find(|(_, names, _)| names[0] == "api.payments.example.com");
    for (arn, ..) in [pending.unwrap(), foreign.unwrap()] {
        let refused = update(&client, &etag, with_certificate(before.clone(), arn)).await;
        let error = refused.unwrap_err().into_service_error();
        assert!(error.is_invalid_viewer_certificate(), "{error:?}");
    }
    let mut renamed = before.clone();
    renamed.caller_reference = "another".into();
    let error = update(&client, &etag, renamed).await.unwrap_err();
    assert!(error.into_service_error().is_illegal_update());
    assert_eq!(config(&client).await, (etag.clone(), before.clone()));
    sim.start_fault("stuck-deployment").unwrap();
    update(&client, &etag, before).await.unwrap();
    sim.advance(Duration::from_secs(1_800));
    let stuck = client.get_distribution().id(DISTRIBUTION).send().await;
    assert_eq!(stuck.unwrap().distribution.unwrap().status, "InProgress");
}

#[tokio::test(start_paused = true)]
async fn an_invalidation_is_made_once_under_its_reference() {
    let sim = world("calm");
    let client = client(&sim);
    let create = async |reference: &str, paths: &[&str]| {
        let list = Paths::builder().quantity(i32::try_from(paths.len()).unwrap());
        let list = list.set_items(Some(paths.iter().map(|path| (*path).to_owned()).collect()));
        let batch = InvalidationBatch::builder()
            .paths(list.build().unwrap())
            .caller_reference(reference)
            .build()
            .unwrap();
        let call = client.create_invalidation().distribution_id(DISTRIBUTION);
        call.invalidation_batch(batch).send().await
    };
    let made = create("r-1", &["/orders/*", "/"])
        .await
        .unwrap()
        .invalidation
        .unwrap();
    assert_eq!(made.status, "InProgress");
    let again = create("r-1", &["/orders/*", "/"])
        .await
        .unwrap()
        .invalidation
        .unwrap();
    assert_eq!(again.id, made.id);
    let other = create("r-1", &["/else"]).await.unwrap_err();
    assert_eq!(code(&other), "InvalidationBatchAlreadyExists");
    let odd = create("r-2", &["orders"]).await.unwrap_err();
    assert!(odd.into_service_error().is_invalid_argument());
    let get = async |id: &str| {
        let call = client.get_invalidation().distribution_id(DISTRIBUTION);
        call.id(id).send().await
    };
    let shown = get(&made.id).await.unwrap().invalidation.unwrap();
    let batch = shown.invalidation_batch.unwrap();
    assert_eq!(batch.paths.unwrap().items.unwrap(), ["/orders/*", "/"]);
    sim.advance(Duration::from_secs(120));
    let done = get(&made.id).await.unwrap().invalidation.unwrap();
    assert_eq!(done.status, "Completed");
    let none = get("I0NONE").await.unwrap_err();
    assert!(none.into_service_error().is_no_such_invalidation());
    assert_eq!(sim.state().resources.invalidations.len(), 1);
}
