//! API Gateway: the stages of an API, and the deployments that they may serve (aws-facts §14.6).

use std::time::Duration;

use serde::Deserialize;

use crate::services::apigateway::{ACTION, ApiGateway};
use crate::transport::error::AwsError;
use crate::transport::escape::escaped;
use crate::transport::json::Epoch;
use crate::transport::receipt::Receipt;
use crate::transport::reply;
use gwctl_fleet::{ApiDeployment, ApiKind, ApiStage};

/// How long the answer to a change of a stage may take.
const ONCE: Duration = Duration::from_secs(15);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stage {
    #[serde(rename = "stageName")]
    name: Option<String>,
    deployment_id: Option<String>,
    auto_deploy: Option<bool>,
    canary_settings: Option<Canary>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Canary {
    percent_traffic: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RestDeployment {
    id: Option<String>,
    created_date: Option<Epoch>,
    description: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HttpDeployment {
    deployment_id: Option<String>,
    created_date: Option<String>,
    description: Option<String>,
    deployment_status: Option<String>,
}

impl Stage {
    fn of(self, kind: ApiKind) -> ApiStage {
        ApiStage {
            kind,
            name: reply::name_or_empty(self.name.as_deref()),
            deployment: reply::some_name(self.deployment_id.as_deref()),
            auto_deploy: self.auto_deploy.unwrap_or(false),
            // One that was promoted may stay, without requests.
            canary: self
                .canary_settings
                .is_some_and(|canary| canary.percent_traffic != Some(0.0)),
        }
    }
}

fn base(api: &str, kind: ApiKind) -> String {
    match kind {
        ApiKind::Rest => format!("/restapis/{}", escaped(api)),
        ApiKind::Http => format!("/v2/apis/{}", escaped(api)),
    }
}

impl ApiGateway {
    /// The stages of the API `api`.
    pub async fn stages(&self, api: &str, kind: ApiKind) -> Result<Vec<ApiStage>, AwsError> {
        let path = format!("{}/stages", base(api, kind));
        let all: Vec<Stage> = match kind {
            ApiKind::Rest => self.rest_list("GetStages", &path, &[]).await?,
            ApiKind::Http => self.http_list("GetStages", &path).await?,
        };
        Ok(all.into_iter().map(|one| one.of(kind)).collect())
    }

    /// The stage `stage` of the API `api`.
    pub async fn stage(&self, api: &str, kind: ApiKind, stage: &str) -> Result<ApiStage, AwsError> {
        let path = format!("{}/stages/{}", base(api, kind), escaped(stage));
        let service = match kind {
            ApiKind::Rest => &self.rest,
            ApiKind::Http => &self.http,
        };
        let told: Stage = service.get(ACTION, "GetStage", &path, &[]).await?;
        Ok(told.of(kind))
    }

    /// The deployments of the API `api`, the newest first; those without a date last.
    pub async fn deployments(
        &self,
        api: &str,
        kind: ApiKind,
    ) -> Result<Vec<ApiDeployment>, AwsError> {
        const LIST: &str = "GetDeployments";
        let path = format!("{}/deployments", base(api, kind));
        let mut all: Vec<ApiDeployment> = match kind {
            ApiKind::Rest => {
                let most = [("limit", Some("500"))];
                let all: Vec<RestDeployment> = self.rest_list(LIST, &path, &most).await?;
                let of = |one: RestDeployment| {
                    Some(ApiDeployment {
                        id: one.id.as_deref().and_then(reply::exact)?,
                        created: one.created_date.and_then(Epoch::moment),
                        description: reply::name_or_empty(one.description.as_deref()),
                        status: None,
                    })
                };
                all.into_iter().filter_map(of).collect()
            }
            ApiKind::Http => {
                let all: Vec<HttpDeployment> = self.http_list(LIST, &path).await?;
                let of = |one: HttpDeployment| {
                    Some(ApiDeployment {
                        id: one.deployment_id.as_deref().and_then(reply::exact)?,
                        created: one.created_date.and_then(|at| at.parse().ok()),
                        description: reply::name_or_empty(one.description.as_deref()),
                        status: reply::some_name(one.deployment_status.as_deref()),
                    })
                };
                all.into_iter().filter_map(of).collect()
            }
        };
        all.sort_by_key(|one| std::cmp::Reverse(one.created));
        Ok(all)
    }

    /// Has the stage `stage` of the API `api` serve another deployment, and changes nothing else.
    pub async fn serve_deployment(
        &self,
        api: &str,
        kind: ApiKind,
        stage: &str,
        deployment: &str,
    ) -> Result<Receipt, AwsError> {
        const CHANGE: &str = "UpdateStage";
        let path = format!("{}/stages/{}", base(api, kind), escaped(stage));
        let (service, body) = match kind {
            ApiKind::Rest => {
                let replace = serde_json::json!({ "op": "replace", "path": "/deploymentId", "value": deployment });
                (
                    &self.rest,
                    serde_json::json!({ "patchOperations": [replace] }),
                )
            }
            ApiKind::Http => (
                &self.http,
                serde_json::json!({ "deploymentId": deployment }),
            ),
        };
        service.patch(CHANGE, &path, body.to_string(), ONCE).await
    }
}
