//! Lambda: functions and the account's concurrency.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use crate::transport::error::AwsError;
use crate::transport::escape::escaped;
use crate::transport::json::JsonService;
use crate::transport::reply;
use crate::transport::session::Session;
use gwctl_fleet::{Concurrency, FunctionDetail, Region};

/// Lambda in one Region.
#[derive(Clone)]
pub struct Lambda {
    pub(crate) lambda: JsonService,
}

impl Session {
    /// Lambda in `region`.
    pub fn lambda(&self, region: &Region) -> Lambda {
        Lambda {
            lambda: self.json("lambda", "Lambda", region),
        }
    }
}

/// A function as `GetFunctionConfiguration` and `GetFunction` tell it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Configuration {
    pub(crate) runtime: Option<String>,
    pub(crate) handler: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) state_reason: Option<String>,
    pub(crate) memory_size: Option<i32>,
    pub(crate) timeout: Option<i32>,
    pub(crate) last_modified: Option<String>,
    pub(crate) last_update_status: Option<String>,
    pub(crate) last_update_status_reason: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) code_sha256: Option<String>,
    pub(crate) code_size: Option<i64>,
    pub(crate) architectures: Option<Vec<String>>,
    pub(crate) layers: Option<Vec<Layer>>,
    pub(crate) environment: Option<Environment>,
    pub(crate) logging_config: Option<LoggingConfig>,
    pub(crate) revision_id: Option<String>,
    role: Option<String>,
    vpc_config: Option<VpcConfig>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct VpcConfig {
    security_group_ids: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct LoggingConfig {
    pub(crate) log_group: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Layer {
    pub(crate) arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Environment {
    /// Their names only: the values may be secrets.
    #[serde(default, deserialize_with = "names")]
    pub(crate) variables: Vec<String>,
}

#[expect(clippy::zero_sized_map_values, reason = "it is a map on the wire")]
fn names<'de, D: Deserializer<'de>>(map: D) -> Result<Vec<String>, D::Error> {
    let map = Option::<HashMap<String, IgnoredAny>>::deserialize(map)?;
    Ok(map.unwrap_or_default().into_keys().collect())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccountSettings {
    account_limit: Option<AccountLimit>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccountLimit {
    concurrent_executions: Option<i32>,
    unreserved_concurrent_executions: Option<i32>,
}

impl Configuration {
    /// Names of what the function needs: those of its role without the path, as IAM's records have it, and of its
    /// security groups.
    fn needs(&self) -> Vec<String> {
        let role = self.role.as_deref();
        let role = role.and_then(|arn| arn.rsplit('/').next());
        let vpc = self.vpc_config.as_ref();
        let groups = vpc.and_then(|vpc| vpc.security_group_ids.as_ref());
        let groups = groups.into_iter().flatten().map(String::as_str);
        groups.chain(role).map(reply::name).collect()
    }
}

impl Lambda {
    /// The function `function` (or its ARN); `qualifier` is a version or alias, none means `$LATEST`.
    pub async fn function(
        &self,
        function: &str,
        qualifier: Option<&str>,
    ) -> Result<FunctionDetail, AwsError> {
        let found = self.configuration(function, qualifier).await?;
        Ok(FunctionDetail {
            runtime: reply::name_or_empty(found.runtime.as_deref()),
            state: reply::name_or_empty(found.state.as_deref()),
            memory_mb: found.memory_size.unwrap_or(0).max(0),
            timeout_s: found.timeout.unwrap_or(0).max(0),
            last_modified: found.last_modified.as_deref().and_then(modified),
            version: reply::name_or_empty(found.version.as_deref()),
            code_sha256: found.code_sha256.as_deref().map(reply::name),
            needs: found.needs(),
        })
    }

    pub(crate) async fn configuration(
        &self,
        function: &str,
        qualifier: Option<&str>,
    ) -> Result<Configuration, AwsError> {
        const ACTION: &str = "GetFunctionConfiguration";
        let path = format!("{}/configuration", path_of(function));
        let query = [("Qualifier", qualifier)];
        self.lambda.get(ACTION, ACTION, &path, &query).await
    }

    /// The account's limits in this Region.
    pub async fn account_concurrency(&self) -> Result<Concurrency, AwsError> {
        const ACTION: &str = "GetAccountSettings";
        const PATH: &str = "/2016-08-19/account-settings";
        let told: AccountSettings = self.lambda.get(ACTION, ACTION, PATH, &[]).await?;
        let limit = told.account_limit.and_then(|limit| {
            let total = limit.concurrent_executions.filter(|total| *total > 0)?;
            let unreserved = limit.unreserved_concurrent_executions;
            Some(Concurrency {
                limit: total,
                unreserved: unreserved.unwrap_or(total).clamp(0, total),
            })
        });
        let none = || {
            let what = "no concurrency limit in it";
            self.lambda.caller.garbled(ACTION, what)
        };
        limit.ok_or_else(none)
    }
}

/// Where the API has the function `function` (or its ARN).
pub(crate) fn path_of(function: &str) -> String {
    format!("/2015-03-31/functions/{}", escaped(function))
}

/// Lambda writes its times as `2026-11-22T10:20:30.123+0000`.
pub(crate) fn modified(text: &str) -> Option<Timestamp> {
    Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text)
        .ok()
        .or_else(|| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambdas_own_way_of_writing_times_is_read() {
        let expected: Timestamp = "2026-11-22T10:20:30.123Z".parse().unwrap();
        assert_eq!(modified("2026-11-22T10:20:30.123+0000"), Some(expected));
        assert_eq!(modified("2026-11-22T10:20:30.123Z"), Some(expected));
        assert_eq!(modified("yesterday"), None);
    }
}
