//! The way into one AWS account: the SDK's configuration, and the credentials that sign.

use std::sync::Arc;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;

use crate::transport::credentials::{Origin, SharedCredentials};
use crate::transport::helper;
use crate::transport::surroundings::Surroundings;
use gwctl_fleet::{Clock, Region};

/// Configuration and credentials of one account. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Way {
    pub(crate) config: SdkConfig,
    pub(crate) credentials: Arc<SharedCredentials>,
}

impl Way {
    /// Into the simulator, which asks nobody who they are.
    pub(crate) fn simulated(client: SharedHttpClient, clock: Arc<dyn Clock>) -> Self {
        let nobody = Credentials::new("SIMULATED", "SIMULATED", None, None, "simulator");
        let source = SharedCredentialsProvider::new(nobody);
        Self {
            config: bare(client),
            credentials: Arc::new(SharedCredentials::new(source, Origin::Simulated, clock)),
        }
    }

    /// As environment and files say; `profile` comes before both.
    pub(crate) async fn from_environment(
        profile: Option<String>,
        client: SharedHttpClient,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let around = Box::pin(Surroundings::read(profile)).await;
        let config = Box::pin(loaded(&around, client)).await;
        let mut source = None;
        if around.refusal().is_none() {
            // Taking on roles makes for a large future, which every caller would carry.
            let named = around.named.as_deref();
            source = Box::pin(helper::provider(named, &config)).await;
        }
        let source = source.or_else(|| config.credentials_provider());
        let source = source
            .unwrap_or_else(|| SharedCredentialsProvider::new(Refused("there are none".into())));
        let origin = Origin::Environment(around);
        Self {
            config,
            credentials: Arc::new(SharedCredentials::new(source, origin, clock)),
        }
    }

    /// The same way with other credentials, which `words` names.
    pub(crate) fn with(&self, source: SharedCredentialsProvider, words: String) -> Self {
        let origin = Origin::Role(words);
        let clock = self.credentials.clock();
        Self {
            config: self.config.clone(),
            credentials: Arc::new(SharedCredentials::new(source, origin, clock)),
        }
    }

    /// The same way with its configuration changed.
    pub(crate) fn configured(
        &self,
        change: impl FnOnce(aws_types::sdk_config::Builder) -> aws_types::sdk_config::Builder,
    ) -> Self {
        let signer = self.credentials.clone() as Arc<dyn ProvideCredentials>;
        let builder = self
            .config
            .to_builder()
            .credentials_provider(SharedCredentialsProvider::from(signer));
        Self {
            config: change(builder).build(),
            credentials: self.credentials.clone(),
        }
    }
}

/// A configuration that takes nothing from the environment.
fn bare(client: SharedHttpClient) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(client)
        .build()
}

async fn loaded(around: &Surroundings, client: SharedHttpClient) -> SdkConfig {
    // A Region that is none is a refusal as well.
    if let Some(why) = around.refusal() {
        // The SDK would panic, hang or act as somebody else.
        let refused = SharedCredentialsProvider::new(Refused(why));
        let config = bare(client).into_builder();
        return config.credentials_provider(refused).build();
    }
    let region = around.region().unwrap_or_else(|_| Region::global());
    let region = aws_config::Region::new(region.as_str().to_owned());
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(client.clone())
        .region(region.clone())
        // The session has its own; the SDK's way to read the user's panics on what it does not know.
        .retry_config(RetryConfig::standard());
    if let Some(name) = &around.named {
        // The SDK's own chain would take exported credentials before a profile that was named.
        let conf = ProviderConfig::without_region()
            .with_http_client(client)
            .with_region(Some(region))
            .with_retry_config(RetryConfig::standard());
        let profile = ProfileFileCredentialsProvider::builder()
            .configure(&conf)
            .profile_name(name);
        loader = loader
            .profile_name(name)
            .credentials_provider(profile.build());
    }
    loader.load().await
}

/// Stands in for credentials where nothing may be sent, and says why.
#[derive(Debug)]
struct Refused(String);

impl ProvideCredentials for Refused {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(CredentialsError::invalid_configuration(
            self.0.clone(),
        )))
    }
}
