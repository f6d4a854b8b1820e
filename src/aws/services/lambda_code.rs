//! Lambda: a function's code as it is deployed, and its way into another function.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::services::lambda::{Configuration, Lambda, path_of};
use crate::transport::call::Caller;
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::plain::{Kind, Plain, once_within, send};
use crate::transport::receipt::Receipt;
use crate::transport::reply;
use gwctl_fleet::{CodeState, DeployedCode};

/// Bytes of a package that Lambda takes with the call itself (`CodeSizeZipped`, 50 MiB).
pub const MOST_ZIPPED: usize = 52_428_800;
/// How long a package may be on its way.
const ON_ITS_WAY: Duration = Duration::from_mins(3);

const GET: &str = "GetFunction";

impl Lambda {
    /// What the function `function` runs.
    pub async fn deployed(&self, function: &str) -> Result<DeployedCode, AwsError> {
        Ok(self.whole(function).await?.0)
    }

    /// The package of the function `name`, which must be the one whose checksum is `sha256`.
    pub async fn package(&self, name: &str, sha256: &str) -> Result<Vec<u8>, AwsError> {
        let (deployed, location) = self.whole(name).await?;
        let changed = || {
            let why = format!("{name} no longer runs the code that the plan is based on");
            self.lambda.caller.fail(ErrorKind::Conflict, GET, why)
        };
        if deployed.sha256 != sha256 {
            return Err(changed());
        }
        let location = location.ok_or_else(|| {
            self.lambda
                .caller
                .garbled(GET, "no location of the package")
        })?;
        let package = self.download(&location).await?;
        // Neither a proxy's page nor half a package may become somebody's API.
        if BASE64_STANDARD.encode(Sha256::digest(&package)) == sha256 {
            Ok(package)
        } else {
            let what = "the downloaded package does not have the checksum that Lambda reports";
            Err(self.lambda.caller.garbled(GET, what))
        }
    }

    async fn download(&self, location: &str) -> Result<Vec<u8>, AwsError> {
        let caller = Caller {
            service: "s3",
            ..self.lambda.caller.clone()
        };
        let plain = Plain {
            action: "GetObject",
            operation: "GetObject",
            method: "GET",
            url: location,
            headers: Vec::new(),
            body: String::new(),
            within: once_within(ON_ITS_WAY),
            attempts: 1,
            // Lambda signed the address: it is nobody's permission but Lambda's.
            kind: Kind::Open,
        };
        Ok(send(&self.lambda.session, &caller, plain).await?.body)
    }

    /// How far the function `function` is with its newest code.
    pub async fn code_state(&self, function: &str) -> Result<CodeState, AwsError> {
        let found = self.configuration(function, None).await?;
        Ok(CodeState {
            sha256: reply::name_or_empty(found.code_sha256.as_deref()),
            state: reply::name_or_empty(found.state.as_deref()),
            update: reply::name_or_empty(found.last_update_status.as_deref()),
            reason: found
                .last_update_status_reason
                .or(found.state_reason)
                .as_deref()
                .map(reply::message),
        })
    }

    /// Gives the function `function` another package; the same again changes nothing more.
    pub async fn put_package(&self, function: &str, package: &[u8]) -> Result<Receipt, AwsError> {
        const ACTION: &str = "UpdateFunctionCode";
        let path = format!("{}/code", path_of(function));
        let body = serde_json::json!({ "ZipFile": BASE64_STANDARD.encode(package) });
        // A package is up to 70 MB on the wire: that takes longer than any other call.
        let sent = self.lambda.put(ACTION, &path, body.to_string(), ON_ITS_WAY);
        sent.await
    }

    /// The code, and for ten minutes where its package is.
    async fn whole(&self, function: &str) -> Result<(DeployedCode, Option<String>), AwsError> {
        let path = path_of(function);
        let found: Function = self.lambda.get(GET, GET, &path, &[]).await?;
        let told = found
            .configuration
            .ok_or_else(|| self.lambda.caller.garbled(GET, "no configuration in it"))?;
        let no_size = || self.lambda.caller.garbled(GET, "no size of the code in it");
        // A gate compares it with what Lambda takes: a size that is missing is no small one.
        let size = told.code_size.ok_or_else(no_size)?;
        let code = found.code.unwrap_or_default();
        let environment = told.environment.map(|environment| environment.variables);
        let mut variables: Vec<String> = environment
            .unwrap_or_default()
            .into_iter()
            .map(|name| reply::name(&name))
            .collect();
        variables.sort();
        let layers = told.layers.unwrap_or_default().into_iter();
        let architectures = told.architectures.unwrap_or_default();
        let deployed = DeployedCode {
            sha256: reply::name_or_empty(told.code_sha256.as_deref()),
            size,
            image: reply::some_name(code.resolved_image_uri.or(code.image_uri).as_deref()),
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
        };
        Ok((deployed, code.location.as_deref().and_then(reply::exact)))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Function {
    configuration: Option<Configuration>,
    code: Option<Code>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Code {
    location: Option<String>,
    image_uri: Option<String>,
    resolved_image_uri: Option<String>,
}
