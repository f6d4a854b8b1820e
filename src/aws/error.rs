//! What can go wrong with a call, as the rest of gwctl sees it.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{DispatchFailure, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::line::Line;
use super::reply;
use crate::fleet::{Missing, Region};

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// AWS refused for lack of a permission.
    NotAllowed,
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
    /// An answer that could not be understood.
    Garbled,
    /// Any other error reply.
    Other,
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
    /// What happened, cleaned, in a few words, with what to do where there is something.
    pub message: String,
}

impl From<AwsError> for Missing {
    fn from(error: AwsError) -> Self {
        match error.kind {
            ErrorKind::NotAllowed => Self::NotAllowed {
                action: format!("{}:{}", error.service, error.operation),
            },
            ErrorKind::NotFound => Self::NoData,
            _ => Self::CouldNotAsk { why: error.message },
        }
    }
}

impl AwsError {
    /// Puts the SDK's error into words.
    pub(super) fn from_sdk<E>(
        error: &SdkError<E, HttpResponse>,
        line: &Line,
        action: &'static str,
    ) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let fail = |kind, message| line.fail(kind, action, message);
        match error {
            SdkError::TimeoutError(_) => fail(ErrorKind::TimedOut, "no answer in time".into()),
            SdkError::DispatchFailure(failure) => {
                let (kind, message) = dispatch(failure, &root_cause(error));
                fail(kind, message)
            }
            SdkError::ServiceError(failure) => {
                let said = failure.err().message().unwrap_or_default();
                let status = failure.raw().status().as_u16();
                match failure.err().code() {
                    Some(code) => refused(line, action, code, said),
                    // The SDK reports a success it could not parse as a service error.
                    None if failure.raw().status().is_success() => garbled(line, action),
                    None => fail(
                        ErrorKind::Other,
                        format!("HTTP {status} without an error code"),
                    ),
                }
            }
            SdkError::ResponseError(_) => garbled(line, action),
            _ => fail(ErrorKind::Other, reply::message(&root_cause(error))),
        }
    }
}

fn garbled(line: &Line, action: &'static str) -> AwsError {
    line.fail(
        ErrorKind::Garbled,
        action,
        "the reply could not be understood".into(),
    )
}

fn dispatch(failure: &DispatchFailure, cause: &str) -> (ErrorKind, String) {
    if failure.is_timeout() {
        return (ErrorKind::TimedOut, "no connection in time".into());
    }
    (
        ErrorKind::Unreachable,
        format!("no connection: {}", reply::message(cause)),
    )
}

fn refused(line: &Line, action: &'static str, code: &str, said: &str) -> AwsError {
    let region = &line.region;
    let opt_in = region.place().is_some_and(|place| place.opt_in);
    let mut kind = kind_of(code, said);
    if kind == ErrorKind::Credentials && opt_in && is_unknown_key(code) {
        kind = ErrorKind::RegionNotEnabled;
    }
    let code = reply::name(code);
    let said = reply::message(said);
    let message = match kind {
        ErrorKind::NotAllowed => {
            format!(
                "not allowed: {}:{action} is missing from this role's policy",
                line.service
            )
        }
        ErrorKind::Credentials if code.starts_with("Expired") => {
            format!("credentials have expired ({code}): run `aws sso login` or renew them")
        }
        ErrorKind::Credentials if code == "SignatureDoesNotMatch" => {
            "AWS does not accept the signature: check the secret key and this machine's clock"
                .into()
        }
        ErrorKind::Credentials => {
            format!(
                "AWS does not know these credentials ({code}): run `aws sso login` or set AWS_PROFILE"
            )
        }
        ErrorKind::RegionNotEnabled => {
            format!(
                "{region} is not enabled for this account ({code}): enable it in the account's Region settings"
            )
        }
        ErrorKind::Throttled => format!("too many requests ({code})"),
        _ if said.is_empty() => code.clone(),
        _ => format!("{code}: {said}"),
    };
    AwsError {
        code: Some(code),
        ..line.fail(kind, action, message)
    }
}

/// Codes that an opt-in Region which is not enabled answers with, as it does not know the account.
fn is_unknown_key(code: &str) -> bool {
    matches!(
        code,
        "InvalidClientTokenId" | "UnrecognizedClientException" | "AuthFailure"
    )
}

/// Sorts AWS's error codes (aws-facts §11.1, §11.2). `said` is the message beside the code.
pub(super) fn kind_of(code: &str, said: &str) -> ErrorKind {
    match code {
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "UnauthorizedException"
        | "AuthorizationError"
        | "AuthorizationErrorException"
        | "NotAuthorized" => ErrorKind::NotAllowed,
        "OptInRequired" | "OptInRequiredException" | "RegionDisabledException" => {
            ErrorKind::RegionNotEnabled
        }
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "AuthFailure"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "IncompleteSignature"
        | "IncompleteSignatureException"
        | "InvalidAccessKeyId"
        | "RequestExpired" => ErrorKind::Credentials,
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottledException"
        | "RequestThrottled"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "BandwidthLimitExceeded"
        | "LimitExceededException"
        | "SlowDown"
        | "PriorRequestNotComplete"
        | "EC2ThrottledException" => ErrorKind::Throttled,
        "RequestTimeout" | "RequestTimeoutException" => ErrorKind::TimedOut,
        "NotFoundException" | "ResourceNotFoundException" | "ResourceNotFound" => {
            ErrorKind::NotFound
        }
        // CloudFormation's way of saying that a stack does not exist.
        "ValidationError" if said.ends_with("does not exist") => ErrorKind::NotFound,
        code if code.starts_with("NoSuch")
            || code.ends_with("NotFoundFault")
            || code.ends_with("NotFound") =>
        {
            ErrorKind::NotFound
        }
        _ => ErrorKind::Other,
    }
}

/// The innermost reason of a chain of errors: `connection refused` rather than `dispatch failure`.
pub(super) fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// AWS's error code in the words of an SDK error whose type is not known: `Fault: message`,
/// `Fault [CodeOnTheWire]: message` or `unhandled error (Code)`.
pub(super) fn code_in(shown: &str) -> Option<&str> {
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
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use std::sync::Arc;

    use aws_credential_types::Credentials;
    use aws_credential_types::provider::SharedCredentialsProvider;

    use super::super::keys::Keys;
    use super::super::watch::Watch;
    use super::*;
    use crate::fleet::SystemClock;

    fn line(service: &'static str, region: &str) -> Line {
        let watch = Arc::new(Watch::new(Arc::new(SystemClock)));
        Line {
            service,
            region: Region::new(region).unwrap(),
            watch,
            keys: Arc::new(Keys::new(SharedCredentialsProvider::new(Credentials::new(
                "id", "secret", None, None, "test",
            )))),
        }
    }

    #[test]
    fn a_missing_permission_names_the_action_to_allow() {
        let error = refused(
            &line("apigateway", "eu-west-1"),
            "GET",
            "AccessDeniedException",
            "…",
        );
        assert_eq!(error.kind, ErrorKind::NotAllowed);
        let missing = Missing::from(error);
        assert_eq!(
            missing,
            Missing::NotAllowed {
                action: "apigateway:GET".into()
            }
        );
    }

    #[test]
    fn expired_credentials_say_what_to_run() {
        for code in ["ExpiredToken", "ExpiredTokenException"] {
            let error = refused(&line("rds", "eu-west-1"), "DescribeDBClusters", code, "");
            assert_eq!(error.kind, ErrorKind::Credentials);
            assert!(error.message.contains("aws sso login"), "{}", error.message);
        }
    }

    #[test]
    fn an_unknown_key_in_an_opt_in_region_means_the_region_is_off() {
        let kind = |region: &str, code: &str| refused(&line("rds", region), "X", code, "").kind;
        assert_eq!(
            kind("me-south-1", "InvalidClientTokenId"),
            ErrorKind::RegionNotEnabled
        );
        assert_eq!(
            kind("eu-west-1", "InvalidClientTokenId"),
            ErrorKind::Credentials
        );
        assert_eq!(kind("me-south-1", "ExpiredToken"), ErrorKind::Credentials);
        assert_eq!(
            kind("eu-west-1", "OptInRequired"),
            ErrorKind::RegionNotEnabled
        );
    }

    #[test]
    fn absence_is_an_answer_in_every_services_words() {
        for code in [
            "DBClusterNotFoundFault",
            "GlobalClusterNotFoundFault",
            "NoSuchHostedZone",
            "NoSuchDistribution",
            "ResourceNotFoundException",
            "NotFoundException",
        ] {
            assert_eq!(kind_of(code, ""), ErrorKind::NotFound, "{code}");
        }
        assert_eq!(
            kind_of("ValidationError", "Stack with id x does not exist"),
            ErrorKind::NotFound
        );
        assert_eq!(kind_of("ValidationError", "bad name"), ErrorKind::Other);
    }

    #[test]
    fn escapes_in_an_error_never_reach_the_message() {
        let error = refused(
            &line("rds", "eu-west-1"),
            "X",
            "Odd\u{1b}[31m",
            "bad\u{1b}]0;title\u{7}",
        );
        assert!(!error.message.contains('\u{1b}') && !error.message.contains('\u{7}'));
        assert!(!error.code.unwrap().contains('\u{1b}'));
    }

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
}
