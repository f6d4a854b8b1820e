//! Lambda: functions and the account's concurrency.

use aws_sdk_lambda::Client;
use jiff::Timestamp;

use crate::transport::call::Caller;
use crate::transport::error::AwsError;
use crate::transport::reply;
use crate::transport::session::{Session, sdk_client};
use gwctl_fleet::{Concurrency, FunctionDetail, Region};

/// Lambda in one Region.
#[derive(Clone)]
pub struct Lambda {
    pub(crate) client: Client,
    pub(crate) caller: Caller,
    pub(crate) session: Session,
}

impl Session {
    /// Lambda in `region`.
    pub fn lambda(&self, region: &Region) -> Lambda {
        let caller = self.caller("lambda", region);
        Lambda {
            client: self.client(&caller, sdk_client!(aws_sdk_lambda)),
            caller,
            session: self.clone(),
        }
    }
}

impl Lambda {
    /// The function `name` (or its ARN); `qualifier` is a version or alias, none means `$LATEST`.
    pub async fn function(
        &self,
        name: &str,
        qualifier: Option<&str>,
    ) -> Result<FunctionDetail, AwsError> {
        let call = self
            .client
            .get_function_configuration()
            .function_name(name)
            .set_qualifier(qualifier.map(Into::into))
            .send();
        let found = self.caller.ask("GetFunctionConfiguration", call).await?;
        Ok(FunctionDetail {
            runtime: reply::name_or_empty(found.runtime().map(|runtime| runtime.as_str())),
            state: reply::name_or_empty(found.state().map(|state| state.as_str())),
            memory_mb: found.memory_size().unwrap_or(0).max(0),
            timeout_s: found.timeout().unwrap_or(0).max(0),
            last_modified: found.last_modified().and_then(modified),
            version: reply::name_or_empty(found.version()),
        })
    }

    /// The account's limits in this Region.
    pub async fn account_concurrency(&self) -> Result<Concurrency, AwsError> {
        const ACTION: &str = "GetAccountSettings";
        let reply = self
            .caller
            .ask(ACTION, self.client.get_account_settings().send())
            .await?;
        let limit = reply
            .account_limit()
            .filter(|limit| limit.concurrent_executions() > 0)
            .ok_or_else(|| self.caller.garbled(ACTION, "no concurrency limit in it"))?;
        let total = limit.concurrent_executions();
        let unreserved = limit
            .unreserved_concurrent_executions()
            .unwrap_or(total)
            .clamp(0, total);
        Ok(Concurrency {
            limit: total,
            unreserved,
        })
    }
}

/// Lambda writes its times as `2026-11-22T10:20:30.123+0000`.
fn modified(text: &str) -> Option<Timestamp> {
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
