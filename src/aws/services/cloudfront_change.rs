//! CloudFront: what is changed on the distribution. Its control plane is in us-east-1 (aws-facts §4).

use aws_sdk_cloudfront::types::{
    DistributionConfig, InvalidationBatch, LambdaFunctionAssociation, MinimumProtocolVersion,
    Paths, SslSupportMethod, ViewerCertificate,
};
use aws_smithy_types::error::operation::BuildError;

use crate::services::cloudfront::{CloudFront, router_arn};
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::receipt::{Invalidation, Receipt};
use crate::transport::reply;

const GET_CONFIG: &str = "GetDistributionConfig";

impl CloudFront {
    /// Has the edge forget `paths` (`/*`, `/orders/*`). The same `caller_reference` with the same
    /// paths is the same invalidation, however often it is asked for.
    pub async fn invalidate(
        &self,
        distribution: &str,
        paths: &[String],
        caller_reference: &str,
    ) -> Result<Invalidation, AwsError> {
        const ACTION: &str = "CreateInvalidation";
        let batch = invalidation(paths, caller_reference).map_err(|error| {
            let why = reply::message(&error.to_string());
            self.caller.fail(ErrorKind::Other, ACTION, why)
        })?;
        let call = self
            .client
            .create_invalidation()
            .distribution_id(distribution)
            .invalidation_batch(batch)
            .send();
        let (reply, receipt) = self.caller.change(ACTION, Box::pin(call)).await?;
        let made = reply.invalidation().ok_or_else(|| AwsError {
            request_id: receipt.request_id.clone(),
            in_doubt: true,
            ..self.caller.garbled(ACTION, "no invalidation in the reply")
        })?;
        Ok(Invalidation {
            id: reply::name(made.id()),
            request_id: receipt.request_id,
        })
    }

    /// How far an invalidation is: `InProgress` or `Completed`.
    pub async fn invalidation_status(
        &self,
        distribution: &str,
        id: &str,
    ) -> Result<String, AwsError> {
        const ACTION: &str = "GetInvalidation";
        let call = self
            .client
            .get_invalidation()
            .distribution_id(distribution)
            .id(id)
            .send();
        let reply = self.caller.ask(ACTION, call).await?;
        reply
            .invalidation()
            .map(|invalidation| reply::name(invalidation.status()))
            .ok_or_else(|| self.caller.garbled(ACTION, "no invalidation in the reply"))
    }

    /// The version of the distribution's configuration, and ARN of the certificate in it.
    pub async fn distribution_etag(
        &self,
        distribution: &str,
    ) -> Result<(String, Option<String>), AwsError> {
        let (etag, config) = self.config(distribution).await?;
        let certificate = config
            .viewer_certificate()
            .and_then(|certificate| certificate.acm_certificate_arn());
        Ok((etag, reply::some_name(certificate)))
    }

    /// Puts the certificate in the place of the distribution's own and changes nothing else.
    /// Refused with [`ErrorKind::Conflict`] when the configuration is not at `etag` any more.
    pub async fn attach_certificate(
        &self,
        distribution: &str,
        etag: &str,
        certificate_arn: &str,
    ) -> Result<Receipt, AwsError> {
        let (now, mut config) = self.config(distribution).await?;
        if now != etag {
            return Err(self.stale());
        }
        config.viewer_certificate = Some(with_certificate(
            config.viewer_certificate.as_ref(),
            certificate_arn,
        ));
        self.write(distribution, etag, config).await
    }

    /// The version of the distribution's configuration, and ARN of the router's version in it.
    pub async fn router_etag(
        &self,
        distribution: &str,
    ) -> Result<(String, Option<String>), AwsError> {
        let (etag, config) = self.config(distribution).await?;
        let router = router_arn(&config);
        Ok((etag, router))
    }

    /// Puts the version `to` of a Lambda@Edge function in the place of `from`, wherever the distribution runs that, and
    /// changes nothing else.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] where the configuration is not at `etag` any more, or nothing in it runs `from`.
    pub async fn replace_router(
        &self,
        distribution: &str,
        etag: &str,
        from: &str,
        to: &str,
    ) -> Result<Receipt, AwsError> {
        let (now, mut config) = self.config(distribution).await?;
        let mut replaced = 0;
        for one in associations(&mut config) {
            if one.lambda_function_arn == from {
                one.lambda_function_arn = to.into();
                replaced += 1;
            }
        }
        if now != etag || replaced == 0 {
            return Err(self.stale());
        }
        self.write(distribution, etag, config).await
    }

    /// Somebody else was faster.
    fn stale(&self) -> AwsError {
        let why = "somebody else changed the distribution meanwhile: plan again";
        self.caller
            .fail(ErrorKind::Conflict, GET_CONFIG, why.into())
    }

    /// The whole configuration, as long as it is at `etag`.
    async fn write(
        &self,
        distribution: &str,
        etag: &str,
        config: DistributionConfig,
    ) -> Result<Receipt, AwsError> {
        let call = self
            .client
            .update_distribution()
            .id(distribution)
            .if_match(etag)
            .distribution_config(config)
            .send();
        let (_, receipt) = self
            .caller
            .change("UpdateDistribution", Box::pin(call))
            .await?;
        Ok(receipt)
    }

    async fn config(&self, distribution: &str) -> Result<(String, DistributionConfig), AwsError> {
        let call = self
            .client
            .get_distribution_config()
            .id(distribution)
            .send();
        let reply = self.caller.ask(GET_CONFIG, call).await?;
        let etag = reply.e_tag().and_then(reply::exact);
        etag.zip(reply.distribution_config).ok_or_else(|| {
            self.caller
                .garbled(GET_CONFIG, "no configuration, or no ETag")
        })
    }
}

/// Every Lambda@Edge function of the distribution, of all its behaviours.
fn associations(
    config: &mut DistributionConfig,
) -> impl Iterator<Item = &mut LambdaFunctionAssociation> {
    let default = config.default_cache_behavior.as_mut();
    let default = default.and_then(|one| one.lambda_function_associations.as_mut());
    let others = config.cache_behaviors.as_mut();
    let others = others
        .and_then(|all| all.items.as_mut())
        .into_iter()
        .flatten();
    let others = others.filter_map(|one| one.lambda_function_associations.as_mut());
    let all = default.into_iter().chain(others);
    all.filter_map(|one| one.items.as_mut()).flatten()
}

fn invalidation(paths: &[String], reference: &str) -> Result<InvalidationBatch, BuildError> {
    let paths = Paths::builder()
        .quantity(i32::try_from(paths.len()).unwrap_or(i32::MAX))
        .set_items(Some(paths.to_vec()))
        .build()?;
    InvalidationBatch::builder()
        .paths(paths)
        .caller_reference(reference)
        .build()
}

/// How clients may connect stays as it was. CloudFront's own certificate knows neither choice:
/// then clients must name the host, and speak TLS 1.2 with today's ciphers.
fn with_certificate(before: Option<&ViewerCertificate>, arn: &str) -> ViewerCertificate {
    let kept = before.filter(|before| before.cloud_front_default_certificate() != Some(true));
    let protocol = kept.and_then(|kept| kept.minimum_protocol_version().cloned());
    let support = kept.and_then(|kept| kept.ssl_support_method().cloned());
    ViewerCertificate::builder()
        .acm_certificate_arn(arn)
        .cloud_front_default_certificate(false)
        .minimum_protocol_version(protocol.unwrap_or(MinimumProtocolVersion::TlSv122021))
        .ssl_support_method(support.unwrap_or(SslSupportMethod::SniOnly))
        .build()
}
