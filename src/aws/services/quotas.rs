//! What the account may have, as the services tell it themselves: no other service is asked for it.

use aws_sdk_route53::types::AccountLimitType;
use futures_util::future::join;

use crate::services::apigateway::{ACTION, ApiGateway};
use crate::services::cloudformation::CloudFormation;
use crate::services::rds::Rds;
use crate::services::route53::Route53;
use crate::transport::error::AwsError;
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
        let limit = |settings: Option<&aws_sdk_apigatewayv2::types::RouteSettings>| {
            settings.and_then(|settings| rate(settings.throttling_rate_limit()))
        };
        if let Some(stage) = stage {
            let call = self.http.get_stage().api_id(id).stage_name(stage).send();
            let told = self.caller.ask(ACTION, call).await?;
            return Ok(limit(told.default_route_settings()));
        }
        let told = self
            .caller
            .ask(ACTION, self.http.get_stages().api_id(id).send())
            .await?;
        let stages = told.items().iter();
        Ok(stages
            .filter_map(|stage| limit(stage.default_route_settings()))
            .reduce(f64::min))
    }

    async fn rest_throttle(&self, id: &str, stage: Option<&str>) -> Result<Option<f64>, AwsError> {
        type Settings = std::collections::HashMap<String, aws_sdk_apigateway::types::MethodSetting>;
        let limit = |settings: Option<&Settings>| {
            let all = settings.and_then(|settings| settings.get("*/*"));
            all.and_then(|all| rate(Some(all.throttling_rate_limit())))
        };
        if let Some(stage) = stage {
            let call = self
                .rest
                .get_stage()
                .rest_api_id(id)
                .stage_name(stage)
                .send();
            let told = self.caller.ask(ACTION, call).await?;
            return Ok(limit(told.method_settings()));
        }
        let told = self
            .caller
            .ask(ACTION, self.rest.get_stages().rest_api_id(id).send())
            .await?;
        let stages = told.item().iter();
        Ok(stages
            .filter_map(|stage| limit(stage.method_settings()))
            .reduce(f64::min))
    }

    /// Requests a second that all of the account's APIs in the Region take together.
    pub async fn most_requests(&self) -> Result<f64, AwsError> {
        let told = self
            .caller
            .ask(ACTION, self.rest.get_account().send())
            .await?;
        let settings = told
            .throttle_settings()
            .ok_or_else(|| self.caller.garbled(ACTION, "no throttle settings in it"))?;
        Ok(settings.rate_limit())
    }
}
