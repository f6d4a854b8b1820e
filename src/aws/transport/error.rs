//! What can go wrong with a call, as the rest of gwctl sees it.

use std::io;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{DispatchFailure, SdkError};
use aws_smithy_types::error::metadata::{ErrorMetadata, ProvideErrorMetadata};

use crate::transport::call::Caller;
use crate::transport::refusal::refused;
use crate::transport::reply;
use gwctl_fleet::{Missing, Region};

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The policies of the role itself do not allow it.
    NotAllowed,
    /// A policy that the role's own cannot overrule forbids it: a service control policy, a permissions boundary.
    Forbidden,
    /// AWS refused the signature for its time: this machine's clock is wrong. Nothing was done.
    Clock,
    /// No credentials, expired ones, or ones AWS does not know.
    Credentials,
    /// The Region is not enabled for this account.
    RegionNotEnabled,
    /// Too fast.
    Throttled,
    /// No answer in time.
    TimedOut,
    /// No connection.
    Unreachable,
    /// The circuit breaker is open: the call was not sent.
    NotSent,
    /// The thing asked for does not exist.
    NotFound,
    /// Refused because somebody else changed it meanwhile.
    Conflict,
    /// An answer that could not be understood.
    Garbled,
    /// Any other error reply.
    Other,
}

impl ErrorKind {
    /// Whether nobody answered: asking something else of the same place is of no use.
    pub const fn is_silence(self) -> bool {
        matches!(self, Self::TimedOut | Self::Unreachable | Self::NotSent)
    }
}

/// A call that failed: what was attempted, where, and what came back.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{service}:{operation} in {region}: {message}")]
pub struct AwsError {
    /// What kind of failure.
    pub kind: ErrorKind,
    /// IAM's prefix: `rds`.
    pub service: &'static str,
    /// IAM's action name: `DescribeDBClusters`, but `GET` for API Gateway.
    pub operation: &'static str,
    /// The Region called.
    pub region: Region,
    /// AWS's error code, when it gave one.
    pub code: Option<String>,
    /// AWS's own number of the request, when it answered.
    pub request_id: Option<String>,
    /// See [`AwsError::outcome_unknown`].
    pub in_doubt: bool,
    /// What happened, cleaned, in a few words, with what to do where there is something.
    pub message: String,
    /// Of an [`ErrorKind::Forbidden`]: the action, and the policy that forbids it.
    pub forbidden: Option<String>,
}

impl From<AwsError> for Missing {
    fn from(error: AwsError) -> Self {
        match error.kind {
            ErrorKind::NotAllowed => Self::NotAllowed {
                action: format!("{}:{}", error.service, error.operation),
            },
            ErrorKind::Forbidden => Self::NotAllowed {
                action: error.forbidden.unwrap_or(error.message),
            },
            ErrorKind::NotFound => Self::NoData,
            _ => Self::CouldNotAsk { why: error.message },
        }
    }
}

impl AwsError {
    /// Whether a change that was asked for may have been made all the same: no answer in time, a
    /// connection that broke after sending, an internal error of the service, or an answer that
    /// could not be understood. Everything else is a refusal, or never left: nothing was changed.
    /// Only looking tells (aws-facts §2.3).
    pub const fn outcome_unknown(&self) -> bool {
        self.in_doubt
    }

    /// One of gwctl's own making, where AWS said nothing.
    pub fn own(
        kind: ErrorKind,
        service: &'static str,
        operation: &'static str,
        region: &Region,
        message: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            service,
            operation,
            region: region.clone(),
            code: None,
            request_id: None,
            in_doubt: false,
            message: message.into(),
            forbidden: None,
        }
    }

    /// Puts the SDK's error into words.
    pub(crate) fn from_sdk<E>(
        error: &SdkError<E, HttpResponse>,
        caller: &Caller,
        action: &'static str,
    ) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let told = match error {
            SdkError::TimeoutError(_) => Self {
                in_doubt: true,
                ..caller.fail(ErrorKind::TimedOut, action, "no answer in time".into())
            },
            SdkError::DispatchFailure(failure) => dispatch(failure, error, caller, action),
            SdkError::ServiceError(failure) => {
                let status = failure.raw().status();
                let said = failure.err().message().unwrap_or_default();
                match failure.err().code() {
                    Some(code) => refused(caller, action, code, said, status.as_u16()),
                    // The SDK reports a success it could not parse as a service error.
                    None if status.is_success() => garbled(caller, action),
                    None => Self {
                        in_doubt: status.is_server_error(),
                        ..caller.fail(
                            ErrorKind::Other,
                            action,
                            format!("HTTP {} without an error code", status.as_u16()),
                        )
                    },
                }
            }
            SdkError::ResponseError(_) => garbled(caller, action),
            _ => caller.fail(ErrorKind::Other, action, reply::message(&root_cause(error))),
        };
        Self {
            request_id: error.raw_response().and_then(reply::request_id),
            ..told
        }
    }
}

fn garbled(caller: &Caller, action: &'static str) -> AwsError {
    AwsError {
        in_doubt: true,
        ..caller.fail(
            ErrorKind::Garbled,
            action,
            "the reply could not be understood".into(),
        )
    }
}

fn dispatch(
    failure: &DispatchFailure,
    error: &(dyn std::error::Error + 'static),
    caller: &Caller,
    action: &'static str,
) -> AwsError {
    // There is no other time-out below the attempt's than that of connecting.
    if failure.is_timeout() {
        return caller.fail(ErrorKind::TimedOut, action, "no connection in time".into());
    }
    let cause = reply::message(&root_cause(error));
    if never_connected(error) {
        return caller.fail(
            ErrorKind::Unreachable,
            action,
            format!("no connection: {cause}"),
        );
    }
    AwsError {
        in_doubt: !failure.is_user(),
        ..caller.fail(
            ErrorKind::Unreachable,
            action,
            format!("no connection: {cause}"),
        )
    }
}

/// Whether nothing was sent: the connection was refused, or there was none to begin with.
fn never_connected(error: &(dyn std::error::Error + 'static)) -> bool {
    chain(error).any(|error| {
        let refused = error.downcast_ref::<io::Error>().is_some_and(|error| {
            matches!(
                error.kind(),
                io::ErrorKind::ConnectionRefused
                    | io::ErrorKind::HostUnreachable
                    | io::ErrorKind::NetworkUnreachable
                    | io::ErrorKind::NetworkDown
                    | io::ErrorKind::AddrNotAvailable
            )
        });
        // The SDK's own connector; its feature of hyper-util is on because the SDK needs it.
        let connecting = error
            .downcast_ref::<hyper_util::client::legacy::Error>()
            .is_some_and(|error| error.is_connect());
        refused || connecting
    })
}

/// The innermost reason of a chain of errors: `connection refused` rather than `dispatch failure`.
pub(crate) fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    if let Some((code, said)) = said_of(error) {
        return format!("{code}: {said}");
    }
    chain(error)
        .last()
        .map_or_else(String::new, ToString::to_string)
}

/// Code and message of the refusal of a service at the end of a chain of errors, whatever the service.
pub(crate) fn said_of(error: &(dyn std::error::Error + 'static)) -> Option<(String, String)> {
    let meta = chain(error).find_map(|error| error.downcast_ref::<ErrorMetadata>());
    if let Some(meta) = meta {
        let said = reply::message(meta.message().unwrap_or("no reason given"));
        return Some((reply::name(meta.code()?), said));
    }
    // An error that the service's model knows: `Code: message`.
    let service = chain(error).find(|error| error.to_string() == "service error")?;
    let shown = service.source()?.to_string();
    let code = code_in(&shown)?;
    let said = shown.split_once(": ").map_or("", |(_, said)| said);
    Some((reply::name(code), reply::message(said)))
}

/// `error`, its source, and so on.
pub(crate) fn chain<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

/// AWS's error code in the words of an SDK error whose type is not known: `Fault: message`,
/// `Fault [CodeOnTheWire]: message` or `unhandled error (Code)`.
pub(crate) fn code_in(shown: &str) -> Option<&str> {
    if let Some(rest) = shown.strip_prefix("unhandled error") {
        return rest.strip_prefix(" (")?.strip_suffix(')');
    }
    let head = shown.split(": ").next().unwrap_or(shown);
    let code = match head.split_once(" [") {
        Some((_, wire)) => wire.strip_suffix(']')?,
        None => head,
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
    (!code.is_empty() && code.chars().all(plain)).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_found_in_the_words_of_any_sdk_error() {
        assert_eq!(code_in("unhandled error (Throttling)"), Some("Throttling"));
        assert_eq!(code_in("unhandled error"), None);
        assert_eq!(
            code_in("DbClusterNotFoundFault [DBClusterNotFoundFault]: no"),
            Some("DBClusterNotFoundFault")
        );
        assert_eq!(
            code_in("NoSuchHostedZone: no zone: really"),
            Some("NoSuchHostedZone")
        );
        assert_eq!(code_in("something else went wrong"), None);
    }

    #[test]
    fn a_services_refusal_is_told_in_words_and_never_as_a_structure() {
        let meta = ErrorMetadata::builder()
            .code("AccessDenied")
            .message("User: x is not authorized")
            .build();
        assert_eq!(root_cause(&meta), "AccessDenied: User: x is not authorized");
    }
}
