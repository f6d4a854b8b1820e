//! API Gateway, both kinds: REST APIs (v1) and HTTP APIs (v2).

use aws_sdk_apigateway::Client as RestClient;
use aws_sdk_apigatewayv2::Client as HttpClient;
use aws_sdk_apigatewayv2::types::ProtocolType;
use futures_util::future::join;

use crate::transport::call::Caller;
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::reply;
use crate::transport::session::{Session, sdk_client};
use gwctl_fleet::{ApiDetail, ApiKind, Region};

/// API Gateway's IAM actions are HTTP verbs (aws-facts §9.1).
pub(crate) const ACTION: &str = "GET";

/// API Gateway in one Region.
#[derive(Debug, Clone)]
pub struct ApiGateway {
    pub(crate) rest: RestClient,
    pub(crate) http: HttpClient,
    pub(crate) caller: Caller,
}

impl Session {
    /// API Gateway in `region`.
    pub fn apigateway(&self, region: &Region) -> ApiGateway {
        let caller = self.caller("apigateway", region);
        ApiGateway {
            rest: self.client(&caller, sdk_client!(aws_sdk_apigateway)),
            http: self.client(&caller, sdk_client!(aws_sdk_apigatewayv2)),
            caller,
        }
    }
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
        let api = self
            .caller
            .ask(ACTION, self.http.get_api().api_id(id).send())
            .await?;
        if api.protocol_type() == Some(&ProtocolType::Websocket) {
            let what = format!("API {id} is a WebSocket API, which gwctl does not watch");
            return Err(self.caller.fail(ErrorKind::Other, ACTION, what));
        }
        Ok(ApiDetail {
            kind: ApiKind::Http,
            name: reply::name_or_empty(api.name()),
            endpoint: reply::some_name(api.api_endpoint()),
        })
    }

    async fn rest_api(&self, id: &str) -> Result<ApiDetail, AwsError> {
        let api = self
            .caller
            .ask(ACTION, self.rest.get_rest_api().rest_api_id(id).send())
            .await?;
        let endpoint = format!(
            "https://{id}.execute-api.{}.amazonaws.com",
            self.caller.region
        );
        Ok(ApiDetail {
            kind: ApiKind::Rest,
            name: reply::name_or_empty(api.name()),
            endpoint: (!api.disable_execute_api_endpoint()).then_some(endpoint),
        })
    }
}
