//! Lambda: the published versions of a function.

use serde::Deserialize;

use crate::services::lambda::{Configuration, Lambda, modified, path_of};
use crate::transport::error::AwsError;
use crate::transport::json::{Page, all_pages};
use crate::transport::reply;
use gwctl_fleet::{DeployedCode, FunctionVersion, LATEST};

const LIST: &str = "ListVersionsByFunction";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Versions {
    versions: Option<Vec<Configuration>>,
    next_marker: Option<String>,
}

impl Lambda {
    /// The published versions of `function`, the newest number first. Lambda lists fifty a page; which image a version
    /// runs, and its state, [`Self::version`] tells.
    pub async fn published(&self, function: &str) -> Result<Vec<FunctionVersion>, AwsError> {
        let path = format!("{}/versions", path_of(function));
        let page = |next: Option<String>| {
            let path = &path;
            async move {
                let query = [("Marker", next.as_deref())];
                let told: Versions = self.lambda.get(LIST, LIST, path, &query).await?;
                let items = told.versions.unwrap_or_default().into_iter();
                let items = items.filter(|one| one.version.as_deref() != Some(LATEST));
                let items: Option<_> = items.map(version_of).collect();
                Ok(Page {
                    items: items.ok_or_else(|| self.lambda.caller.garbled(LIST, NO_SIZE))?,
                    next: told.next_marker,
                })
            }
        };
        let mut all: Vec<FunctionVersion> = all_pages(&self.lambda.caller, LIST, page).await?;
        all.sort_by_key(|one| std::cmp::Reverse(one.number()));
        Ok(all)
    }
}

/// Why there is no version in an answer.
pub(crate) const NO_SIZE: &str = "no size of the code in it";

/// A version as Lambda tells it; none without the size of its code. A gate compares that with what Lambda takes: a
/// size that is missing is no small one.
pub(crate) fn version_of(told: Configuration) -> Option<FunctionVersion> {
    let size = told.code_size?;
    let environment = told.environment.map(|environment| environment.variables);
    let mut variables: Vec<String> = environment
        .unwrap_or_default()
        .into_iter()
        .map(|name| reply::name(&name))
        .collect();
    variables.sort();
    let layers = told.layers.unwrap_or_default().into_iter();
    let architectures = told.architectures.unwrap_or_default();
    Some(FunctionVersion {
        version: reply::name_or_empty(told.version.as_deref()),
        revision: told.revision_id.as_deref().and_then(reply::exact),
        state: reply::name_or_empty(told.state.as_deref()),
        update: reply::name_or_empty(told.last_update_status.as_deref()),
        modified: told.last_modified.as_deref().and_then(modified),
        code: DeployedCode {
            sha256: reply::name_or_empty(told.code_sha256.as_deref()),
            size,
            image: None,
            runtime: reply::name_or_empty(told.runtime.as_deref()),
            handler: reply::name_or_empty(told.handler.as_deref()),
            architecture: architectures
                .first()
                .map_or_else(|| "x86_64".into(), |one| reply::name(one)),
            memory_mb: told.memory_size.unwrap_or(128).max(128),
            timeout_s: told.timeout.unwrap_or(3).max(1),
            layers: layers
                .filter_map(|layer| reply::some_name(layer.arn.as_deref()))
                .collect(),
            variables,
        },
    })
}
