//! Lambda: a function's code as it is deployed, and its way into another function.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::services::lambda::{Configuration, Lambda, path_of};
use crate::services::lambda_versions::{NO_SIZE, version_of};
use crate::transport::call::Caller;
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::plain::{Kind, Plain, once_within, send};
use crate::transport::receipt::Receipt;
use crate::transport::reply;
use gwctl_fleet::{CodeState, DeployedCode, FunctionVersion};

/// Bytes of a package that Lambda takes with the call itself (`CodeSizeZipped`, 50 MiB).
pub const MOST_ZIPPED: usize = 52_428_800;
/// How long a package may be on its way.
const ON_ITS_WAY: Duration = Duration::from_mins(3);

const GET: &str = "GetFunction";

/// What a function keeps when its code changes, and the revision that is expected of it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Held {
    #[serde(skip_serializing_if = "Option::is_none")]
    architectures: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision_id: Option<String>,
}

impl Lambda {
    /// What the function `function` runs.
    pub async fn deployed(&self, function: &str) -> Result<DeployedCode, AwsError> {
        Ok(self.whole(function, None).await?.0.code)
    }

    /// The version or alias `qualifier` of `function`, `$LATEST` without one, with where its code is.
    pub async fn version(
        &self,
        function: &str,
        qualifier: Option<&str>,
    ) -> Result<FunctionVersion, AwsError> {
        Ok(self.whole(function, qualifier).await?.0)
    }

    /// The package of the function `name`, or of its version `qualifier`, which must be the one whose checksum is
    /// `sha256`.
    pub async fn package(
        &self,
        name: &str,
        qualifier: Option<&str>,
        sha256: &str,
    ) -> Result<Vec<u8>, AwsError> {
        let (deployed, location) = self.whole(name, qualifier).await?;
        let changed = || {
            let why = format!("{name} no longer runs the code that the plan is based on");
            self.lambda.caller.fail(ErrorKind::Conflict, GET, why)
        };
        if deployed.code.sha256 != sha256 {
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
        self.code_state_of(function, None).await
    }

    /// As [`Self::code_state`], of the version or alias `qualifier`.
    pub async fn code_state_of(
        &self,
        function: &str,
        qualifier: Option<&str>,
    ) -> Result<CodeState, AwsError> {
        let found = self.configuration(function, qualifier).await?;
        Ok(CodeState {
            sha256: reply::name_or_empty(found.code_sha256.as_deref()),
            state: reply::name_or_empty(found.state.as_deref()),
            update: reply::name_or_empty(found.last_update_status.as_deref()),
            reason: found
                .last_update_status_reason
                .or(found.state_reason)
                .as_deref()
                .map(reply::message),
            revision: found.revision_id.as_deref().and_then(reply::exact),
        })
    }

    /// Gives the function `function` another package, for the architecture that it has; the same again changes nothing
    /// more.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] where somebody changed the function in the same moment.
    pub async fn put_package(&self, function: &str, package: &[u8]) -> Result<Receipt, AwsError> {
        let found = self.configuration(function, None).await?;
        // Without an architecture Lambda takes x86_64.
        let held = Held {
            architectures: found.architectures,
            revision_id: found.revision_id,
        };
        self.update_code(function, Code::Package(package), held)
            .await
    }

    /// Puts code back on `$LATEST` of `function`, made for `architecture`; its configuration stays. Refused, and
    /// nothing is done, where the function is no longer at `revision` (aws-facts §14.6).
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] where somebody changed the function since.
    pub async fn restore_code(
        &self,
        function: &str,
        code: Code<'_>,
        architecture: &str,
        revision: &str,
    ) -> Result<Receipt, AwsError> {
        let held = Held {
            architectures: Some(vec![architecture.into()]),
            revision_id: Some(revision.into()),
        };
        self.update_code(function, code, held).await
    }

    async fn update_code(
        &self,
        function: &str,
        code: Code<'_>,
        held: Held,
    ) -> Result<Receipt, AwsError> {
        const ACTION: &str = "UpdateFunctionCode";
        let mut body = serde_json::json!(held);
        match code {
            Code::Package(package) => body["ZipFile"] = BASE64_STANDARD.encode(package).into(),
            Code::Image(uri) => body["ImageUri"] = uri.into(),
        }
        let path = format!("{}/code", path_of(function));
        // A package is up to 70 MB on the wire: that takes longer than any other call.
        let sent = self.lambda.put(ACTION, &path, body.to_string(), ON_ITS_WAY);
        sent.await
    }

    /// The version, and for ten minutes where its package is.
    async fn whole(
        &self,
        function: &str,
        qualifier: Option<&str>,
    ) -> Result<(FunctionVersion, Option<String>), AwsError> {
        let path = path_of(function);
        let query = [("Qualifier", qualifier)];
        let found: Function = self.lambda.get(GET, GET, &path, &query).await?;
        let told = found
            .configuration
            .ok_or_else(|| self.lambda.caller.garbled(GET, "no configuration in it"))?;
        let code = found.code.unwrap_or_default();
        let version = version_of(told);
        let mut version = version.ok_or_else(|| self.lambda.caller.garbled(GET, NO_SIZE))?;
        version.code.image = code.resolved_image_uri.or(code.image_uri);
        version.code.image = version.code.image.as_deref().and_then(reply::exact);
        Ok((version, code.location.as_deref().and_then(reply::exact)))
    }
}

/// What a function is to run.
#[derive(Clone, Copy)]
pub enum Code<'a> {
    /// A package, whole.
    Package(&'a [u8]),
    /// A container image, by its digest.
    Image(&'a str),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Function {
    configuration: Option<Configuration>,
    code: Option<CodeLocation>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CodeLocation {
    location: Option<String>,
    image_uri: Option<String>,
    resolved_image_uri: Option<String>,
}
