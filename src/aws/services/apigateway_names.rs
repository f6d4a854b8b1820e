//! API Gateway: custom domain names, the APIs they lead to, and the functions those call.

use std::collections::{BTreeMap, HashMap};

use futures_util::future::join;
use serde::Deserialize;

use crate::services::apigateway::{ACTION, ApiGateway};
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::escape::escaped;
use crate::transport::json::{Page, all_pages};
use crate::transport::reply;
use gwctl_fleet::{ApiKind, ApiMapping, ApiName, InvokedAs};

/// A page of a list of API Gateway v2.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Items<T> {
    items: Option<Vec<T>>,
    next_token: Option<String>,
}

/// A page of a list of API Gateway v1.
#[derive(Deserialize)]
struct Item<T> {
    item: Option<Vec<T>>,
    position: Option<String>,
}

impl<T> From<Items<T>> for Page<T> {
    fn from(page: Items<T>) -> Self {
        Self {
            items: page.items.unwrap_or_default(),
            next: page.next_token,
        }
    }
}

impl<T> From<Item<T>> for Page<T> {
    fn from(page: Item<T>) -> Self {
        Self {
            items: page.item.unwrap_or_default(),
            next: page.position,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HttpName {
    domain_name: Option<String>,
    domain_name_configurations: Option<Vec<HttpNameConfiguration>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HttpNameConfiguration {
    api_gateway_domain_name: Option<String>,
    certificate_arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RestName {
    domain_name: Option<String>,
    regional_domain_name: Option<String>,
    regional_certificate_arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HttpMapping {
    api_id: Option<String>,
    stage: Option<String>,
    api_mapping_key: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RestMapping {
    rest_api_id: Option<String>,
    stage: Option<String>,
    base_path: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HttpIntegration {
    integration_uri: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RestResource {
    resource_methods: Option<HashMap<String, RestMethod>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RestMethod {
    method_integration: Option<RestIntegration>,
}

#[derive(Deserialize)]
struct RestIntegration {
    uri: Option<String>,
}

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
        let path = format!("/v2/domainnames/{}", escaped(name));
        let told: HttpName = self.http.get(ACTION, "GetDomainName", &path, &[]).await?;
        let configs = told.domain_name_configurations.unwrap_or_default();
        let mut arns = configs.iter().map(|one| one.certificate_arn.as_deref());
        Ok(arns.find_map(reply::some_name))
    }

    async fn http_names(&self) -> Result<Vec<ApiName>, AwsError> {
        let names: Vec<HttpName> = self.http_list("GetDomainNames", "/v2/domainnames").await?;
        let name = |one: HttpName| {
            let configs = one.domain_name_configurations.unwrap_or_default();
            let config = configs.first();
            Some(ApiName {
                name: reply::domain(&one.domain_name?),
                regional_domain: config
                    .and_then(|config| config.api_gateway_domain_name.as_deref())
                    .map(reply::domain),
                certificate_arn: reply::some_name(
                    config.and_then(|config| config.certificate_arn.as_deref()),
                ),
            })
        };
        Ok(names.into_iter().filter_map(name).collect())
    }

    async fn rest_names(&self) -> Result<Vec<ApiName>, AwsError> {
        let names = self.rest_list("GetDomainNames", "/domainnames", &[]);
        let names: Vec<RestName> = names.await?;
        let name = |one: RestName| {
            Some(ApiName {
                name: reply::domain(&one.domain_name?),
                regional_domain: one.regional_domain_name.as_deref().map(reply::domain),
                certificate_arn: reply::some_name(one.regional_certificate_arn.as_deref()),
            })
        };
        Ok(names.into_iter().filter_map(name).collect())
    }

    /// A list of API Gateway v2, whole.
    pub(crate) async fn http_list<T: serde::de::DeserializeOwned>(
        &self,
        operation: &'static str,
        path: &str,
    ) -> Result<Vec<T>, AwsError> {
        let page = |next: Option<String>| async move {
            let query = [("nextToken", next.as_deref())];
            let page: Items<T> = self.http.get(ACTION, operation, path, &query).await?;
            Ok(page.into())
        };
        all_pages(&self.http.caller, ACTION, page).await
    }

    /// A list of API Gateway v1, whole.
    pub(crate) async fn rest_list<T: serde::de::DeserializeOwned>(
        &self,
        operation: &'static str,
        path: &str,
        query: &[(&str, Option<&str>)],
    ) -> Result<Vec<T>, AwsError> {
        let page = |next: Option<String>| async move {
            let mut query = query.to_vec();
            query.push(("position", next.as_deref()));
            let page: Item<T> = self.rest.get(ACTION, operation, path, &query).await?;
            Ok(page.into())
        };
        all_pages(&self.rest.caller, ACTION, page).await
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

    async fn http_mappings(&self, domain: &str) -> Result<Vec<ApiMapping>, AwsError> {
        let at = format!("/v2/domainnames/{}/apimappings", escaped(domain));
        let all: Vec<HttpMapping> = self.http_list("GetApiMappings", &at).await?;
        let mapping = |one: HttpMapping| {
            Some(ApiMapping {
                api: reply::name(&one.api_id?),
                stage: reply::name_or_empty(one.stage.as_deref()),
                path: path(one.api_mapping_key.as_deref()),
            })
        };
        Ok(all.into_iter().filter_map(mapping).collect())
    }

    async fn rest_mappings(&self, domain: &str) -> Result<Vec<ApiMapping>, AwsError> {
        let at = format!("/domainnames/{}/basepathmappings", escaped(domain));
        let all = self.rest_list("GetBasePathMappings", &at, &[]);
        let all: Vec<RestMapping> = all.await?;
        let mapping = |one: RestMapping| {
            Some(ApiMapping {
                api: reply::name(&one.rest_api_id?),
                stage: reply::name_or_empty(one.stage.as_deref()),
                path: path(one.base_path.as_deref()),
            })
        };
        Ok(all.into_iter().filter_map(mapping).collect())
    }

    /// Names of the Lambda functions that the API `id` calls, in alphabetical order.
    pub async fn functions(&self, id: &str) -> Result<Vec<String>, AwsError> {
        let called = self.invoked(id).await?.into_iter();
        let mut names: Vec<String> = called.map(|one| one.function).collect();
        names.dedup();
        Ok(names)
    }

    /// How the API `id` calls Lambda functions, in alphabetical order. A qualifier may be a stage variable, which
    /// stands for another one in every stage: `${stageVariables.alias}`.
    pub async fn invoked(&self, id: &str) -> Result<Vec<InvokedAs>, AwsError> {
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
        Ok(called(&targets))
    }

    /// As [`Self::invoked`], when the API is known to be of `kind`: it alone is asked.
    pub async fn invoked_of_kind(
        &self,
        id: &str,
        kind: ApiKind,
    ) -> Result<Vec<InvokedAs>, AwsError> {
        let targets = match kind {
            ApiKind::Http => Box::pin(self.http_integrations(id)).await?,
            ApiKind::Rest => Box::pin(self.rest_integrations(id)).await?,
        };
        Ok(called(&targets))
    }

    async fn http_integrations(&self, id: &str) -> Result<Vec<String>, AwsError> {
        let at = format!("/v2/apis/{}/integrations", escaped(id));
        let all: Vec<HttpIntegration> = self.http_list("GetIntegrations", &at).await?;
        Ok(all
            .into_iter()
            .filter_map(|one| one.integration_uri)
            .collect())
    }

    async fn rest_integrations(&self, id: &str) -> Result<Vec<String>, AwsError> {
        let at = format!("/restapis/{}/resources", escaped(id));
        let query = [("embed", Some("methods")), ("limit", Some("500"))];
        let all: Vec<RestResource> = self.rest_list("GetResources", &at, &query).await?;
        let methods = all
            .into_iter()
            .filter_map(|one| one.resource_methods)
            .flat_map(HashMap::into_values);
        let targets = methods.filter_map(|method| method.method_integration?.uri);
        Ok(targets.collect())
    }
}

/// The functions among `targets`, each once.
fn called(targets: &[String]) -> Vec<InvokedAs> {
    let all = targets.iter().filter_map(|target| invoked_as(target));
    let mut called: Vec<InvokedAs> = all.collect();
    called.sort();
    called.dedup();
    called
}

/// The two APIs have different words for "all of it".
fn path(key: Option<&str>) -> String {
    let key = reply::name_or_empty(key);
    if key == "(none)" { String::new() } else { key }
}

/// `orders-read` of a function's ARN, bare or within API Gateway's own
/// `arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations`.
fn invoked_as(target: &str) -> Option<InvokedAs> {
    let (_, tail) = target.split_once(":function:")?;
    let tail = tail.strip_suffix("/invocations").unwrap_or(tail);
    let (name, qualifier) = match tail.split_once(':') {
        Some((name, qualifier)) => (name, Some(qualifier)),
        None => (tail, None),
    };
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (!name.is_empty() && name.chars().all(fine)).then(|| InvokedAs {
        function: reply::name(name),
        qualifier: reply::some_name(qualifier),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_named_by_its_arn_however_it_is_wrapped() {
        let name = |target: &str| invoked_as(target).map(|one| one.function);
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:orders-read";
        assert_eq!(name(arn).as_deref(), Some("orders-read"));
        assert_eq!(name(&format!("{arn}:live")).as_deref(), Some("orders-read"));
        let wrapped = format!(
            "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{arn}/invocations"
        );
        assert_eq!(name(&wrapped).as_deref(), Some("orders-read"));
        assert_eq!(name("https://example.com/"), None);
        let qualifier = |of: &str| {
            let target = wrapped.replace(arn, &format!("{arn}{of}"));
            invoked_as(&target).unwrap().qualifier
        };
        assert_eq!(qualifier(""), None);
        assert_eq!(qualifier(":live").as_deref(), Some("live"));
        let variable = ":${stageVariables.alias}";
        assert_eq!(qualifier(variable).as_deref(), Some(&variable[1..]));
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
