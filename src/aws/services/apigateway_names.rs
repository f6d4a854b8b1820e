//! API Gateway: custom domain names, the APIs they lead to, and the functions those call.

use std::collections::BTreeMap;

use futures_util::future::join;

use crate::services::apigateway::{ACTION, ApiGateway};
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::reply;
use gwctl_fleet::{ApiMapping, ApiName};

/// A reply that never ends must not hang us.
const PAGES: usize = 20;

impl ApiGateway {
    /// Every custom domain name of the Region. Both APIs of API Gateway are asked side by side: AWS tells
    /// either of all names, but not every service that speaks like it does.
    pub async fn names(&self) -> Result<Vec<ApiName>, AwsError> {
        let both = join(Box::pin(self.http_names()), Box::pin(self.rest_names())).await;
        let (one, other) = match both {
            (Ok(one), Ok(other)) => (one, other),
            (Ok(one), Err(_)) | (Err(_), Ok(one)) => (one, Vec::new()),
            (Err(error), Err(_)) => return Err(error),
        };
        let named = one.into_iter().chain(other);
        let all: BTreeMap<String, ApiName> = named.map(|name| (name.name.clone(), name)).collect();
        Ok(all.into_values().collect())
    }

    /// ARN of the certificate that the custom domain name `name` serves; none where it names none.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where `name` is no custom domain name of this Region.
    pub async fn certificate_of(&self, name: &str) -> Result<Option<String>, AwsError> {
        let call = self.http.get_domain_name().domain_name(name).send();
        let told = self.caller.ask(ACTION, call).await?;
        let configs = told.domain_name_configurations().iter();
        let mut arns = configs.filter_map(|one| reply::some_name(one.certificate_arn()));
        Ok(arns.next())
    }

    async fn http_names(&self) -> Result<Vec<ApiName>, AwsError> {
        let mut all = Vec::new();
        let mut next = None;
        for _ in 0..PAGES {
            let call = self.http.get_domain_names().set_next_token(next).send();
            let page = self.caller.ask(ACTION, call).await?;
            all.extend(page.items().iter().filter_map(|one| {
                let config = one.domain_name_configurations().first();
                Some(ApiName {
                    name: reply::domain(one.domain_name()?),
                    regional_domain: config
                        .and_then(|config| config.api_gateway_domain_name())
                        .map(reply::domain),
                    certificate_arn: reply::some_name(
                        config.and_then(|config| config.certificate_arn()),
                    ),
                })
            }));
            next = page.next_token;
            if next.as_deref().is_none_or(str::is_empty) {
                return Ok(all);
            }
        }
        Err(self.caller.cut_short(ACTION))
    }

    async fn rest_names(&self) -> Result<Vec<ApiName>, AwsError> {
        let mut all = Vec::new();
        let mut position = None;
        for _ in 0..PAGES {
            let call = self.rest.get_domain_names().set_position(position).send();
            let page = self.caller.ask(ACTION, call).await?;
            all.extend(page.items().iter().filter_map(|one| {
                Some(ApiName {
                    name: reply::domain(one.domain_name()?),
                    regional_domain: one.regional_domain_name().map(reply::domain),
                    certificate_arn: reply::some_name(one.regional_certificate_arn()),
                })
            }));
            position = page.position;
            if position.as_deref().is_none_or(str::is_empty) {
                return Ok(all);
            }
        }
        Err(self.caller.cut_short(ACTION))
    }

    /// What the custom domain name `name` leads to, the mapping of the whole name first.
    pub async fn mappings(&self, name: &str) -> Result<Vec<ApiMapping>, AwsError> {
        let both = join(
            Box::pin(self.http_mappings(name)),
            Box::pin(self.rest_mappings(name)),
        )
        .await;
        let mut mappings = match both {
            (Ok(one), _) if !one.is_empty() => one,
            (_, Ok(other)) => other,
            (Ok(none), Err(_)) => none,
            (Err(error), Err(_)) => return Err(error),
        };
        mappings.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(mappings)
    }

    async fn http_mappings(&self, name: &str) -> Result<Vec<ApiMapping>, AwsError> {
        let mapping = |one: &aws_sdk_apigatewayv2::types::ApiMapping| {
            Some(ApiMapping {
                api: reply::name(one.api_id()?),
                stage: reply::name_or_empty(one.stage()),
                path: path(one.api_mapping_key()),
            })
        };
        let mut all = Vec::new();
        let mut next = None;
        for _ in 0..PAGES {
            let call = self.http.get_api_mappings().domain_name(name);
            let call = call.set_next_token(next).send();
            let page = self.caller.ask(ACTION, call).await?;
            all.extend(page.items().iter().filter_map(mapping));
            next = page.next_token;
            if next.as_deref().is_none_or(str::is_empty) {
                return Ok(all);
            }
        }
        Err(self.caller.cut_short(ACTION))
    }

    async fn rest_mappings(&self, name: &str) -> Result<Vec<ApiMapping>, AwsError> {
        let mapping = |one: &aws_sdk_apigateway::types::BasePathMapping| {
            Some(ApiMapping {
                api: reply::name(one.rest_api_id()?),
                stage: reply::name_or_empty(one.stage()),
                path: path(one.base_path()),
            })
        };
        let mut all = Vec::new();
        let mut position = None;
        for _ in 0..PAGES {
            let call = self.rest.get_base_path_mappings().domain_name(name);
            let call = call.set_position(position).send();
            let page = self.caller.ask(ACTION, call).await?;
            all.extend(page.items().iter().filter_map(mapping));
            position = page.position;
            if position.as_deref().is_none_or(str::is_empty) {
                return Ok(all);
            }
        }
        Err(self.caller.cut_short(ACTION))
    }

    /// Names of the Lambda functions that the API `id` calls, in alphabetical order.
    pub async fn functions(&self, id: &str) -> Result<Vec<String>, AwsError> {
        let both = join(
            Box::pin(self.http_integrations(id)),
            Box::pin(self.rest_integrations(id)),
        )
        .await;
        let targets = match both {
            (Ok(targets), _) | (_, Ok(targets)) => targets,
            (Err(http), Err(rest)) if http.kind == ErrorKind::NotFound => return Err(rest),
            (Err(http), Err(_)) => return Err(http),
        };
        let mut names: Vec<String> = targets
            .iter()
            .filter_map(|target| function_name(target))
            .collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    async fn http_integrations(&self, id: &str) -> Result<Vec<String>, AwsError> {
        let mut targets = Vec::new();
        let mut next = None;
        for _ in 0..PAGES {
            let call = self
                .http
                .get_integrations()
                .api_id(id)
                .set_next_token(next)
                .send();
            let page = self.caller.ask(ACTION, call).await?;
            let found = page.items().iter();
            targets.extend(found.filter_map(|one| one.integration_uri().map(Into::into)));
            next = page.next_token;
            if next.as_deref().is_none_or(str::is_empty) {
                return Ok(targets);
            }
        }
        Err(self.caller.cut_short(ACTION))
    }

    async fn rest_integrations(&self, id: &str) -> Result<Vec<String>, AwsError> {
        let mut targets = Vec::new();
        let mut position = None;
        for _ in 0..PAGES {
            let call = self
                .rest
                .get_resources()
                .rest_api_id(id)
                .embed("methods")
                .limit(500)
                .set_position(position)
                .send();
            let page = self.caller.ask(ACTION, call).await?;
            let methods = page
                .items()
                .iter()
                .filter_map(|resource| resource.resource_methods())
                .flat_map(|methods| methods.values());
            targets.extend(methods.filter_map(|method| {
                let integration = method.method_integration()?;
                integration.uri().map(str::to_owned)
            }));
            position = page.position;
            if position.as_deref().is_none_or(str::is_empty) {
                return Ok(targets);
            }
        }
        Err(self.caller.cut_short(ACTION))
    }
}

/// The two APIs have different words for "all of it".
fn path(key: Option<&str>) -> String {
    let key = reply::name_or_empty(key);
    if key == "(none)" { String::new() } else { key }
}

/// `orders-read` of a function's ARN, bare or within API Gateway's own
/// `arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations`.
fn function_name(target: &str) -> Option<String> {
    let (_, tail) = target.split_once(":function:")?;
    let name = tail.split([':', '/']).next()?;
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (!name.is_empty() && name.chars().all(fine)).then(|| reply::name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_named_by_its_arn_however_it_is_wrapped() {
        let name = |target: &str| function_name(target);
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:orders-read";
        assert_eq!(name(arn).as_deref(), Some("orders-read"));
        assert_eq!(name(&format!("{arn}:live")).as_deref(), Some("orders-read"));
        let wrapped = format!(
            "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{arn}/invocations"
        );
        assert_eq!(name(&wrapped).as_deref(), Some("orders-read"));
        assert_eq!(name("https://example.com/"), None);
        // A stage variable names another function in every stage.
        assert_eq!(
            name("arn:aws:lambda:x:1:function:${stageVariables.f}"),
            None
        );
    }

    #[test]
    fn the_whole_name_has_no_path_in_either_api() {
        assert_eq!(path(Some("(none)")), "");
        assert_eq!(path(None), "");
        assert_eq!(path(Some("v1")), "v1");
    }
}
