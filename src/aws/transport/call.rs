//! The line to one service in one Region: every call goes through it.

use std::future::Future;
use std::sync::Arc;

use aws_sdk_rds::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::transport::breaker::End;
use crate::transport::call_monitor::CallMonitor;
use crate::transport::credentials::SharedCredentials;
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::fence::Fence;
use crate::transport::receipt::Receipt;
use crate::transport::time::SigningTime;
use gwctl_fleet::{Account, Region};

/// A service in a Region. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) service: &'static str,
    pub(crate) region: Region,
    pub(crate) monitor: Arc<CallMonitor>,
    pub(crate) credentials: Arc<SharedCredentials>,
    /// Which of the fleet's named accounts is asked; none is that of the fleet's own credentials.
    pub(crate) account: Option<Account>,
    /// What each call waits for.
    pub(crate) fence: Option<Arc<dyn Fence>>,
}

impl Caller {
    /// Sends one call unless the circuit breaker is open, and puts its failure into words.
    /// `action` is the name of the call's IAM action.
    pub(crate) async fn ask<T, E>(
        &self,
        action: &'static str,
        call: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, AwsError>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        // Before the circuit breaker lets one call through: either may take a call of the same kind.
        Box::pin(self.may_send(action)).await?;
        let passage = self
            .monitor
            .pass(self.service, &self.region)
            .map_err(|why| self.fail(ErrorKind::NotSent, action, why.to_string()))?;
        let answer = call
            .await
            .map_err(|error| AwsError::from_sdk(&error, self, action));
        passage.ended(match answer.as_ref().err() {
            None => End::Answered,
            Some(error) => match error.kind {
                ErrorKind::TimedOut | ErrorKind::Unreachable => End::Silent,
                _ => End::Answered,
            },
        });
        if answer
            .as_ref()
            .is_err_and(|error| error.kind == ErrorKind::Credentials)
        {
            self.credentials.were_refused().await;
        }
        answer
    }

    /// Waits until there are credentials, and until the fence admits the call.
    async fn may_send(&self, action: &'static str) -> Result<(), AwsError> {
        self.credentials
            .ready()
            .await
            .map_err(|why| self.fail(ErrorKind::Credentials, action, why.to_string()))?;
        match &self.fence {
            None => Ok(()),
            Some(fence) => {
                let admitted = fence.admits().await;
                admitted.map_err(|why| self.fail(ErrorKind::NotSent, action, why))
            }
        }
    }

    /// As [`Self::ask`], for a call that changes something: the reply and its receipt.
    pub(crate) async fn change<T, E>(
        &self,
        action: &'static str,
        call: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<(T, Receipt), AwsError>
    where
        T: RequestId,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let reply = self.ask(action, call).await?;
        let receipt = Receipt::of(&reply);
        Ok((reply, receipt))
    }

    /// The name of its bucket of retries: one that uses them up must not use up the others'.
    pub(crate) fn bucket(&self) -> String {
        let account = self
            .account
            .as_ref()
            .map_or_else(String::new, |account| format!("-{account}"));
        format!("{}-{}{account}", self.service, self.region)
    }

    /// The time that a change is signed with.
    pub(crate) fn signing_time(&self) -> SigningTime {
        SigningTime {
            monitor: self.monitor.clone(),
            service: self.service,
            region: self.region.clone(),
        }
    }

    /// An error of gwctl's own making, where AWS said nothing.
    pub(crate) fn fail(&self, kind: ErrorKind, action: &'static str, message: String) -> AwsError {
        AwsError::own(kind, self.service, action, &self.region, message)
    }

    /// A reply that was read but makes no sense.
    pub(crate) fn garbled(&self, action: &'static str, what: &str) -> AwsError {
        self.fail(
            ErrorKind::Garbled,
            action,
            format!("the reply is not valid: {what}"),
        )
    }

    /// A list that goes on where nobody can follow it: what was read is not all there is, and must not pass for it.
    pub(crate) fn cut_short(&self, action: &'static str) -> AwsError {
        self.fail(
            ErrorKind::Garbled,
            action,
            "the list from AWS has no end: only a part of it is known".into(),
        )
    }

    /// AWS answered, and it is not there.
    pub(crate) fn not_found(&self, action: &'static str, what: &str) -> AwsError {
        self.fail(
            ErrorKind::NotFound,
            action,
            format!("{what} does not exist"),
        )
    }
}
