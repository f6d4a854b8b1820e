//! Lambda: where an alias leads, and who may call a function.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::services::lambda::{Lambda, path_of};
use crate::transport::error::AwsError;
use crate::transport::escape::escaped;
use crate::transport::receipt::Receipt;
use crate::transport::reply;
use gwctl_fleet::{CallPermission, FunctionAlias};

/// How long the answer to a change of an alias may take.
const ONCE: Duration = Duration::from_secs(15);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Alias {
    function_version: Option<String>,
    routing_config: Option<RoutingConfig>,
    revision_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RoutingConfig {
    additional_version_weights: Option<BTreeMap<String, f64>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    policy: Option<String>,
}

impl Lambda {
    /// Where the alias `alias` of `function` (or its ARN) leads.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] where there is none.
    pub async fn alias(&self, function: &str, alias: &str) -> Result<FunctionAlias, AwsError> {
        const ACTION: &str = "GetAlias";
        let path = format!("{}/aliases/{}", path_of(function), escaped(alias));
        let told: Alias = self.lambda.get(ACTION, ACTION, &path, &[]).await?;
        let version = reply::some_name(told.function_version.as_deref());
        let none = || {
            let what = "an alias without a version";
            self.lambda.caller.garbled(ACTION, what)
        };
        let shared = told
            .routing_config
            .and_then(|config| config.additional_version_weights);
        let shared = shared.unwrap_or_default().into_iter();
        Ok(FunctionAlias {
            version: version.ok_or_else(none)?,
            shared: shared
                .map(|(version, share)| (reply::name(&version), share))
                .collect(),
            revision: told.revision_id.as_deref().and_then(reply::exact),
        })
    }

    /// Leads the alias `alias` of `function` to another version, and a share of its calls to a second one or to none.
    /// What [`Self::alias`] told is no longer so where the revision is another: then it is refused, and nothing is done.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Conflict`] where somebody changed the alias since.
    pub async fn point_alias(
        &self,
        function: &str,
        alias: &str,
        to: &FunctionAlias,
        revision: &str,
    ) -> Result<Receipt, AwsError> {
        const ACTION: &str = "UpdateAlias";
        let path = format!("{}/aliases/{}", path_of(function), escaped(alias));
        // Whether a second version stays that is not named, nobody says: all of it is.
        let body = serde_json::json!({
            "FunctionVersion": to.version,
            "RoutingConfig": { "AdditionalVersionWeights": to.shared },
            "RevisionId": revision,
        });
        let sent = self.lambda.put(ACTION, &path, body.to_string(), ONCE);
        sent.await
    }

    /// Who may call `function` (or its ARN), or the version or alias `qualifier` of it.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] where it has no policy.
    pub async fn permissions(
        &self,
        function: &str,
        qualifier: Option<&str>,
    ) -> Result<Vec<CallPermission>, AwsError> {
        const ACTION: &str = "GetPolicy";
        let path = format!("{}/policy", path_of(function));
        let query = [("Qualifier", qualifier)];
        let told: Policy = self.lambda.get(ACTION, ACTION, &path, &query).await?;
        let garbled = |what| self.lambda.caller.garbled(ACTION, what);
        let policy = told
            .policy
            .ok_or_else(|| garbled("no policy in the reply"))?;
        let policy: Value =
            serde_json::from_str(&policy).map_err(|_| garbled("a policy that is not JSON"))?;
        let statements = policy.get("Statement").and_then(Value::as_array);
        let statements = statements.ok_or_else(|| garbled("a policy without statements"))?;
        Ok(statements.iter().filter_map(permission).collect())
    }
}

/// Only what allows: Lambda's own policies deny nothing.
fn permission(statement: &Value) -> Option<CallPermission> {
    if statement.get("Effect")?.as_str()? != "Allow" {
        return None;
    }
    let condition = |name: &str| {
        let tests = statement.get("Condition")?.as_object()?;
        let keys = tests.values().filter_map(Value::as_object).flatten();
        let mut found = keys.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        reply::some_name(found.next()?.1.as_str())
    };
    Some(CallPermission {
        sid: reply::name_or_empty(statement.get("Sid").and_then(Value::as_str)),
        action: reply::name(first(statement.get("Action")?)?),
        principal: reply::name(first(statement.get("Principal")?)?),
        source_arn: condition("AWS:SourceArn"),
        source_account: condition("AWS:SourceAccount"),
    })
}

/// The text, or the first one in the list or object that holds it.
fn first(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Array(all) => all.iter().find_map(first),
        Value::Object(all) => all.values().find_map(first),
        _ => None,
    }
}
