//! `AWS::CloudFront::Distribution` and its additional metrics.

use jiff::SignedDuration;

use super::super::account::Account;
use super::super::model::{Distribution, Origin, Resources};
use super::super::names::{self, ACCOUNT};
use super::properties::{at, flag, items, need, text, texts};
use crate::world::parts::faults::FaultKind;
use crate::world::resources::wanted::{Begun, Wanted};
use gwctl_fleet::Region;

/// Seconds until a change is at every edge.
const EVERYWHERE: (i64, i64) = (180, 300);
/// Seconds until the replicas of a function are gone, "within a few hours" (aws-facts §4.1).
const REPLICAS_GO: (i64, i64) = (2 * 3_600, 4 * 3_600);

impl Account<'_> {
    pub(super) fn make_distribution(&mut self, wanted: &Wanted<'_>) -> Begun {
        let what = format!("distribution {} {}", wanted.stack, self.present.now);
        let id = format!("E{}", names::upper_token(self.present.seed, &what, 13));
        let mut distribution = self.distribution_of(wanted, &id)?;
        distribution.domain = format!(
            "d{}.cloudfront.net",
            names::token(self.present.seed, &what, 13)
        );
        let takes_s = self.deploying(&mut distribution);
        let (arn, certificate) = (
            distribution.arn.clone(),
            distribution.certificate_arn.clone(),
        );
        self.resources.use_certificate(&arn, Some(&certificate));
        self.resources.distributions.push(distribution);
        Ok((id, takes_s))
    }

    pub(super) fn change_distribution(
        &mut self,
        wanted: &Wanted<'_>,
        id: &str,
    ) -> Result<i64, String> {
        let changed = self.distribution_of(wanted, id)?;
        let at = self.resources.distribution_at(id);
        let at = at.ok_or("The specified distribution does not exist.")?;
        let known = self.resources.distributions[at].clone();
        let mut changed = Distribution {
            domain: known.domain.clone(),
            caller_reference: known.caller_reference.clone(),
            additional_metrics: known.additional_metrics,
            ..changed
        };
        if known.origin_request_function != changed.origin_request_function {
            self.let_replicas_go(&known);
        }
        let takes_s = self.deploying(&mut changed);
        self.resources
            .use_certificate(&changed.arn.clone(), Some(&changed.certificate_arn.clone()));
        self.resources.distributions[at] = changed;
        Ok(takes_s)
    }

    /// CloudFormation disables a distribution and waits until every edge knows, before it deletes it.
    pub(super) fn unmake_distribution(&mut self, id: &str) -> i64 {
        let Some(at) = self.resources.distribution_at(id) else {
            return 0;
        };
        let mut distribution = self.resources.distributions[at].clone();
        distribution.enabled = false;
        let takes_s = self.deploying(&mut distribution);
        self.resources.distributions[at] = distribution;
        takes_s
    }

    pub(super) fn remove_distribution(&mut self, id: &str) {
        let Some(at) = self.resources.distribution_at(id) else {
            return;
        };
        let distribution = self.resources.distributions.remove(at);
        self.resources.use_certificate(&distribution.arn, None);
        self.let_replicas_go(&distribution);
        let invalidations = &mut self.resources.invalidations;
        invalidations.retain(|one| one.distribution != id);
    }

    fn let_replicas_go(&mut self, distribution: &Distribution) {
        if let Some(version) = &distribution.origin_request_function {
            let until = self.present.now + self.present.within(version, REPLICAS_GO);
            self.resources.replicas.insert(version.clone(), until);
        }
    }

    /// On its way to every edge, unless deployments are stuck.
    fn deploying(&self, distribution: &mut Distribution) -> i64 {
        let now = self.present.at();
        let takes_s = self.present.within(&distribution.id, EVERYWHERE);
        let stuck = self.faults.any(FaultKind::StuckDeployment);
        let what = format!("{} at {now}", distribution.id);
        distribution.etag = format!("E{}", names::upper_token(self.present.seed, &what, 13));
        distribution.status = "InProgress".into();
        distribution.last_modified = now;
        distribution.deployed_at = (!stuck).then(|| now + SignedDuration::from_secs(takes_s));
        takes_s + 1
    }

    fn distribution_of(&self, wanted: &Wanted<'_>, id: &str) -> Result<Distribution, String> {
        let config = at(wanted.properties, "DistributionConfig");
        let config = config.ok_or("Property DistributionConfig cannot be empty.")?;
        let origins = items(config, "Origins").iter().map(|one| {
            let headers = items(one, "OriginCustomHeaders").iter();
            let header = |one| Some((text(one, "HeaderName")?, text(one, "HeaderValue")?));
            Ok(Origin {
                id: need(one, "Id")?,
                domain: need(one, "DomainName")?,
                headers: headers.filter_map(header).collect(),
            })
        });
        let functions = items(config, "DefaultCacheBehavior.LambdaFunctionAssociations");
        let mut functions = functions.iter();
        let router = functions
            .find(|one| text(one, "EventType").as_deref() == Some("origin-request"))
            .and_then(|one| text(one, "LambdaFunctionARN"));
        let or = |path: &str, default: &str| text(config, path).unwrap_or_else(|| default.into());
        let distribution = Distribution {
            id: id.into(),
            arn: format!("arn:aws:cloudfront::{ACCOUNT}:distribution/{id}"),
            etag: String::new(),
            status: String::new(),
            domain: String::new(),
            enabled: flag(config, "Enabled"),
            aliases: texts(config, "Aliases"),
            origins: origins.collect::<Result<_, String>>()?,
            last_modified: self.present.at(),
            deployed_at: None,
            certificate_arn: or("ViewerCertificate.AcmCertificateArn", ""),
            minimum_tls: or("ViewerCertificate.MinimumProtocolVersion", "TLSv1"),
            ssl_support: or("ViewerCertificate.SslSupportMethod", "sni-only"),
            origin_request_function: router,
            comment: or("Comment", ""),
            caller_reference: names::uuid(self.present.seed, &format!("{id} reference")),
            price_class: or("PriceClass", "PriceClass_All"),
            additional_metrics: false,
        };
        self.may_be_distributed(&distribution)?;
        Ok(distribution)
    }

    fn may_be_distributed(&self, distribution: &Distribution) -> Result<(), String> {
        let mut others = self.resources.distributions.iter();
        let shared = |other: &&Distribution| {
            let mut names = distribution.aliases.iter();
            other.id != distribution.id && names.any(|name| other.aliases.contains(name))
        };
        if others.any(|other| shared(&other)) {
            return Err(
                "One or more of the CNAMEs you provided are already associated with a different resource."
                    .into(),
            );
        }
        for name in &distribution.aliases {
            self.resources
                .usable(&distribution.certificate_arn, &Region::global(), name)?;
        }
        let Some(version) = &distribution.origin_request_function else {
            return Ok(());
        };
        let parts: Vec<&str> = version.split(':').collect();
        let number = parts.get(7).and_then(|number| number.parse::<u32>().ok());
        let function = parts
            .get(6)
            .and_then(|name| self.resources.function(&Region::global(), name));
        match (function, number) {
            (Some(function), Some(number)) if (1..=function.version).contains(&number) => Ok(()),
            (_, None) => Err(format!(
                "The function ARN must reference a specific function version. (The ARN must end with the version \
                 number.) ARN: {version}"
            )),
            _ => Err(format!(
                "The Lambda function associated with the distribution does not exist: {version}"
            )),
        }
    }

    pub(super) fn make_monitoring(&mut self, wanted: &Wanted<'_>) -> Begun {
        let id = need(wanted.properties, "DistributionId")?;
        self.monitor(wanted, &id)?;
        let takes_s = self.present.within(&id, (2, 6));
        Ok((id, takes_s))
    }

    pub(super) fn change_monitoring(
        &mut self,
        wanted: &Wanted<'_>,
        id: &str,
    ) -> Result<i64, String> {
        self.monitor(wanted, id)?;
        Ok(self.present.within(id, (2, 6)))
    }

    fn monitor(&mut self, wanted: &Wanted<'_>, id: &str) -> Result<(), String> {
        let path = "MonitoringSubscription.RealtimeMetricsSubscriptionConfig.RealtimeMetricsSubscriptionStatus";
        let on = text(wanted.properties, path).as_deref() == Some("Enabled");
        let at = self.resources.distribution_at(id);
        let at = at.ok_or("The specified distribution does not exist.")?;
        self.resources.distributions[at].additional_metrics = on;
        Ok(())
    }

    pub(super) fn remove_monitoring(&mut self, id: &str) {
        if let Some(at) = self.resources.distribution_at(id) {
            self.resources.distributions[at].additional_metrics = false;
        }
    }
}

impl Resources {
    pub(super) fn attributes_of_distribution(&self, id: &str) -> Vec<(&'static str, String)> {
        self.distribution_at(id).map_or_else(Vec::new, |at| {
            let one = &self.distributions[at];
            vec![("Id", one.id.clone()), ("DomainName", one.domain.clone())]
        })
    }

    fn distribution_at(&self, id: &str) -> Option<usize> {
        let mut all = self.distributions.iter();
        all.position(|one| one.id == id)
    }
}
