//! API Gateway, both kinds: REST APIs (v1) and HTTP APIs (v2).

use futures_util::future::join;
use serde::Deserialize;

use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::escape::escaped;
use crate::transport::json::JsonService;
use crate::transport::reply;
use crate::transport::session::Session;
use gwctl_fleet::{ApiDetail, ApiKind, Partition, Region};

/// API Gateway's IAM actions are HTTP verbs (aws-facts §9.1).
pub(crate) const ACTION: &str = "GET";

/// API Gateway in one Region.
#[derive(Clone)]
pub struct ApiGateway {
    pub(crate) rest: JsonService,
    pub(crate) http: JsonService,
}

impl Session {
    /// API Gateway in `region`.
    pub fn apigateway(&self, region: &Region) -> ApiGateway {
        ApiGateway {
            rest: self.json("apigateway", "API Gateway", region),
            http: self.json("apigateway", "ApiGatewayV2", region),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HttpApi {
    name: Option<String>,
    protocol_type: Option<String>,
    api_endpoint: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RestApi {
    name: Option<String>,
    disable_execute_api_endpoint: Option<bool>,
}

impl ApiGateway {
    /// The API `id`, whichever kind it is: the id does not tell, so both are asked side by side.
    pub async fn api(&self, id: &str) -> Result<ApiDetail, AwsError> {
        match join(Box::pin(self.http_api(id)), Box::pin(self.rest_api(id))).await {
            (Ok(api), _) | (_, Ok(api)) => Ok(api),
            (Err(http), Err(rest)) if http.kind == ErrorKind::NotFound => Err(rest),
            (Err(http), Err(_)) => Err(http),
        }
    }

    /// The API `id` when it is known to be of `kind`: one call instead of two.
    pub async fn api_of_kind(&self, id: &str, kind: ApiKind) -> Result<ApiDetail, AwsError> {
        match kind {
            ApiKind::Rest => self.rest_api(id).await,
            ApiKind::Http => self.http_api(id).await,
        }
    }

    async fn http_api(&self, id: &str) -> Result<ApiDetail, AwsError> {
        let path = format!("/v2/apis/{}", escaped(id));
        let api: HttpApi = self.http.get(ACTION, "GetApi", &path, &[]).await?;
        if api.protocol_type.as_deref() == Some("WEBSOCKET") {
            let what = format!("API {id} is a WebSocket API, which gwctl does not watch");
            return Err(self.http.caller.fail(ErrorKind::Other, ACTION, what));
        }
        Ok(ApiDetail {
            kind: ApiKind::Http,
            name: reply::name_or_empty(api.name.as_deref()),
            endpoint: reply::some_name(api.api_endpoint.as_deref()),
        })
    }

    async fn rest_api(&self, id: &str) -> Result<ApiDetail, AwsError> {
        let path = format!("/restapis/{}", escaped(id));
        let api: RestApi = self.rest.get(ACTION, "GetRestApi", &path, &[]).await?;
        let region = &self.rest.caller.region;
        let suffix = Partition::of(region).dns_suffix();
        let endpoint = format!("https://{id}.execute-api.{region}.{suffix}");
        Ok(ApiDetail {
            kind: ApiKind::Rest,
            name: reply::name_or_empty(api.name.as_deref()),
            endpoint: (api.disable_execute_api_endpoint != Some(true)).then_some(endpoint),
        })
    }
}
