//! Lambda: a function's code as it is deployed, and its way into another function.

use std::time::Duration;

use aws_sdk_lambda::config::Builder;
use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::primitives::Blob;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use crate::services::lambda::Lambda;
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
    /// What the function `name` runs.
    pub async fn deployed(&self, name: &str) -> Result<DeployedCode, AwsError> {
        Ok(self.whole(name).await?.0)
    }

    /// The package of the function `name`, which must be the one whose checksum is `sha256`.
    pub async fn package(&self, name: &str, sha256: &str) -> Result<Vec<u8>, AwsError> {
        let (deployed, location) = self.whole(name).await?;
        let changed = || {
            let why = format!("{name} no longer runs the code that the plan is based on");
            self.caller.fail(ErrorKind::Conflict, GET, why)
        };
        if deployed.sha256 != sha256 {
            return Err(changed());
        }
        let location =
            location.ok_or_else(|| self.caller.garbled(GET, "no location of the package"))?;
        let package = self.download(&location).await?;
        // Neither a proxy's page nor half a package may become somebody's API.
        if BASE64_STANDARD.encode(Sha256::digest(&package)) == sha256 {
            Ok(package)
        } else {
            let what = "the downloaded package does not have the checksum that Lambda reports";
            Err(self.caller.garbled(GET, what))
        }
    }

    async fn download(&self, location: &str) -> Result<Vec<u8>, AwsError> {
        let caller = Caller {
            service: "s3",
            ..self.caller.clone()
        };
        let plain = Plain {
            action: "GetObject",
            method: "GET",
            url: location,
            headers: Vec::new(),
            body: String::new(),
            within: once_within(ON_ITS_WAY),
            attempts: 1,
            // Lambda signed the address: it is nobody's permission but Lambda's.
            kind: Kind::Open,
        };
        Ok(send(&self.session, &caller, plain).await?.body)
    }

    /// How far the function `name` is with its newest code.
    pub async fn code_state(&self, name: &str) -> Result<CodeState, AwsError> {
        let call = self
            .client
            .get_function_configuration()
            .function_name(name)
            .send();
        let found = self.caller.ask("GetFunctionConfiguration", call).await?;
        Ok(CodeState {
            sha256: reply::name_or_empty(found.code_sha256()),
            state: reply::name_or_empty(found.state().map(|state| state.as_str())),
            update: reply::name_or_empty(found.last_update_status().map(|one| one.as_str())),
            reason: found
                .last_update_status_reason()
                .or(found.state_reason())
                .map(reply::message),
        })
    }

    /// Gives the function `name` another package; the same again changes nothing more.
    pub async fn put_package(&self, name: &str, package: Vec<u8>) -> Result<Receipt, AwsError> {
        // A package is up to 70 MB on the wire: that takes longer than any other call.
        let patience = TimeoutConfig::builder()
            .operation_timeout(ON_ITS_WAY)
            .operation_attempt_timeout(ON_ITS_WAY)
            .build();
        let call = self
            .client
            .update_function_code()
            .function_name(name)
            .zip_file(Blob::new(package))
            .customize()
            .config_override(Builder::default().timeout_config(patience))
            .send();
        let (_, receipt) = self
            .caller
            .change("UpdateFunctionCode", Box::pin(call))
            .await?;
        Ok(receipt)
    }

    /// The code, and for ten minutes where its package is.
    async fn whole(&self, name: &str) -> Result<(DeployedCode, Option<String>), AwsError> {
        let call = self.client.get_function().function_name(name).send();
        let found = self.caller.ask(GET, Box::pin(call)).await?;
        let code = found.code();
        let told = found
            .configuration()
            .ok_or_else(|| self.caller.garbled(GET, "no configuration in it"))?;
        let image = code.and_then(|code| code.resolved_image_uri().or(code.image_uri()));
        let mut variables: Vec<String> = told
            .environment()
            .and_then(|environment| environment.variables())
            .into_iter()
            .flat_map(|all| all.keys())
            .map(|name| reply::name(name))
            .collect();
        variables.sort();
        let deployed = DeployedCode {
            sha256: reply::name_or_empty(told.code_sha256()),
            size: told.code_size(),
            image: reply::some_name(image),
            runtime: reply::name_or_empty(told.runtime().map(|runtime| runtime.as_str())),
            handler: reply::name_or_empty(told.handler()),
            architecture: told
                .architectures()
                .first()
                .map_or_else(|| "x86_64".into(), |one| reply::name(one.as_str())),
            memory_mb: told.memory_size().unwrap_or(128).max(128),
            timeout_s: told.timeout().unwrap_or(3).max(1),
            layers: told
                .layers()
                .iter()
                .filter_map(|layer| reply::some_name(layer.arn()))
                .collect(),
            variables,
        };
        let location = code.and_then(|code| code.location());
        Ok((deployed, location.and_then(reply::exact)))
    }
}
