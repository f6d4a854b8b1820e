//! What the account may have, as the services tell it themselves: no other service is asked for it.

use std::collections::HashMap;

use aws_sdk_route53::types::AccountLimitType;
use futures_util::future::join;
use serde::Deserialize;

use crate::services::apigateway::{ACTION, ApiGateway};
use crate::services::cloudformation::CloudFormation;
use crate::services::rds::Rds;
use crate::services::route53::Route53;
use crate::transport::error::AwsError;
use crate::transport::escape::escaped;
use crate::transport::reply;
use gwctl_fleet::{ApiKind, Quota, Throttle};

/// None where there is no limit: API Gateway then tells zero, or less.
fn rate(limit: Option<f64>) -> Option<f64> {
    limit.filter(|limit| *limit > 0.0)
}

fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

impl Rds {
    /// RDS's quotas in the Region by its own names: `DBClusters`, `DBInstances` …
    pub async fn quotas(&self) -> Result<Vec<(String, Quota)>, AwsError> {
        let call = self.client.describe_account_attributes().send();
        let told = self.caller.ask("DescribeAccountAttributes", call).await?;
        let quotas = told.account_quotas().iter().filter_map(|quota| {
            let name = reply::some_name(quota.account_quota_name())?;
            let quota = Quota {
                used: count(quota.used()?),
                most: count(quota.max()?),
            };
            Some((name, quota))
        });
        Ok(quotas.collect())
    }
}

impl Route53 {
    /// Health checks of the account.
    pub async fn check_quota(&self) -> Result<Quota, AwsError> {
        const ACTION: &str = "GetAccountLimit";
        let call = self
            .client
            .get_account_limit()
            .r#type(AccountLimitType::MaxHealthChecksByOwner)
            .send();
        let told = self.caller.ask(ACTION, call).await?;
        let limit = told
            .limit()
            .ok_or_else(|| self.caller.garbled(ACTION, "no limit in it"))?;
        Ok(Quota {
            used: count(told.count()),
            most: count(limit.value()),
        })
    }
}

impl CloudFormation {
    /// How many stacks the Region may have.
    pub async fn most_stacks(&self) -> Result<u64, AwsError> {
        const ACTION: &str = "DescribeAccountLimits";
        let call = self.client.describe_account_limits().send();
        let told = self.caller.ask(ACTION, call).await?;
        let mut limits = told.account_limits().iter();
        let limit = limits.find(|limit| limit.name() == Some("StackLimit"));
        limit
            .and_then(|limit| limit.value())
            .map(|most| count(most.into()))
            .ok_or_else(|| self.caller.garbled(ACTION, "no StackLimit in it"))
    }
}

impl ApiGateway {
    /// What `stage` of the API `id` takes before clients get 429. Without a stage, the tightest of them all.
    pub async fn throttle(
        &self,
        id: &str,
        kind: ApiKind,
        stage: Option<&str>,
    ) -> Result<Throttle, AwsError> {
        let own = async {
            match kind {
                ApiKind::Http => Box::pin(self.http_throttle(id, stage)).await,
                ApiKind::Rest => Box::pin(self.rest_throttle(id, stage)).await,
            }
        };
        let (own, account) = join(own, Box::pin(self.most_requests())).await;
        match (own?, account) {
            (None, Err(error)) => Err(error),
            (own, account) => Ok(Throttle {
                stage: own,
                account: account.ok(),
            }),
        }
    }

    async fn http_throttle(&self, id: &str, stage: Option<&str>) -> Result<Option<f64>, AwsError> {
        let all = format!("/v2/apis/{}/stages", escaped(id));
        if let Some(stage) = stage {
            let one = format!("{all}/{}", escaped(stage));
            let told: HttpStage = self.http.get(ACTION, "GetStage", &one, &[]).await?;
            return Ok(told.limit());
        }
        let told: HttpStages = self.http.get(ACTION, "GetStages", &all, &[]).await?;
        let stages = told.items.unwrap_or_default();
        Ok(stages.iter().filter_map(HttpStage::limit).reduce(f64::min))
    }

    async fn rest_throttle(&self, id: &str, stage: Option<&str>) -> Result<Option<f64>, AwsError> {
        let all = format!("/restapis/{}/stages", escaped(id));
        if let Some(stage) = stage {
            let one = format!("{all}/{}", escaped(stage));
            let told: RestStage = self.rest.get(ACTION, "GetStage", &one, &[]).await?;
            return Ok(told.limit());
        }
        let told: RestStages = self.rest.get(ACTION, "GetStages", &all, &[]).await?;
        let stages = told.item.unwrap_or_default();
        Ok(stages.iter().filter_map(RestStage::limit).reduce(f64::min))
    }

    /// Requests a second that all of the account's APIs in the Region take together.
    pub async fn most_requests(&self) -> Result<f64, AwsError> {
        let told: Account = self.rest.get(ACTION, "GetAccount", "/account", &[]).await?;
        let limit = told.throttle_settings.and_then(|all| all.rate_limit);
        let none = || {
            let what = "no throttle settings in it";
            self.rest.caller.garbled(ACTION, what)
        };
        limit.ok_or_else(none)
    }
}

#[derive(Deserialize)]
struct HttpStages {
    items: Option<Vec<HttpStage>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HttpStage {
    default_route_settings: Option<RouteSettings>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RouteSettings {
    throttling_rate_limit: Option<f64>,
}

impl HttpStage {
    fn limit(&self) -> Option<f64> {
        rate(self.default_route_settings.as_ref()?.throttling_rate_limit)
    }
}

#[derive(Deserialize)]
struct RestStages {
    item: Option<Vec<RestStage>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RestStage {
    method_settings: Option<HashMap<String, RouteSettings>>,
}

impl RestStage {
    /// Of all its methods and resources together.
    fn limit(&self) -> Option<f64> {
        rate(
            self.method_settings
                .as_ref()?
                .get("*/*")?
                .throttling_rate_limit,
        )
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    throttle_settings: Option<ThrottleSettings>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ThrottleSettings {
    rate_limit: Option<f64>,
}
