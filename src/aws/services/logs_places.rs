//! Where a function and an API write their logs: both are read, neither is built from a name.

use serde::Deserialize;

use crate::services::apigateway::{ACTION, ApiGateway};
use crate::services::lambda::Lambda;
use crate::transport::error::AwsError;
use crate::transport::escape::escaped;
use crate::transport::reply;
use gwctl_fleet::ApiKind;
use gwctl_fleet::logs::{AccessFormat, AccessLog, AccessSetting};

impl Lambda {
    /// The log group that `function` (or its ARN) writes to (aws-facts §13.5).
    pub async fn log_group(
        &self,
        function: &str,
        qualifier: Option<&str>,
    ) -> Result<String, AwsError> {
        let found = self.configuration(function, qualifier).await?;
        let group = found.logging_config.and_then(|config| config.log_group);
        let group = group.filter(|group| !group.is_empty());
        let none = || {
            let what = "no LoggingConfig.LogGroup in it";
            self.lambda.caller.garbled("GetFunctionConfiguration", what)
        };
        // It is sent back as it is.
        group
            .and_then(|group| reply::exact(&group))
            .ok_or_else(none)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stages {
    #[serde(alias = "items")]
    item: Option<Vec<Stage>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stage {
    access_log_settings: Option<AccessLogSettings>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccessLogSettings {
    destination_arn: Option<String>,
    format: Option<String>,
}

impl ApiGateway {
    /// Where the stages of the API `id` write their access logs (aws-facts §13.6), one entry a stage that writes any;
    /// of `stage` alone where one is named.
    pub async fn access_logs(
        &self,
        id: &str,
        kind: ApiKind,
        stage: Option<&str>,
    ) -> Result<Vec<AccessSetting>, AwsError> {
        let (service, path) = match kind {
            ApiKind::Http => (&self.http, format!("/v2/apis/{}/stages", escaped(id))),
            ApiKind::Rest => (&self.rest, format!("/restapis/{}/stages", escaped(id))),
        };
        let stages = if let Some(stage) = stage {
            let path = format!("{path}/{}", escaped(stage));
            vec![service.get(ACTION, "GetStage", &path, &[]).await?]
        } else {
            let all: Stages = service.get(ACTION, "GetStages", &path, &[]).await?;
            all.item.unwrap_or_default()
        };
        let places = stages.into_iter().filter_map(|stage: Stage| {
            let settings = stage.access_log_settings?;
            let arn = settings.destination_arn?;
            let arn = reply::exact(&arn).filter(|arn| !arn.is_empty())?;
            Some(AccessSetting {
                to: AccessLog::of(&arn),
                format: AccessFormat::of(&settings.format.unwrap_or_default()),
            })
        });
        Ok(places.collect())
    }
}
