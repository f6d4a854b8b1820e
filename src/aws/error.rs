//! What can go wrong with a call, as the rest of gwctl sees it.

use std::io;

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
    /// Refused because somebody else changed it meanwhile.
    Conflict,
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
    /// AWS's own number of the request, when it answered.
    pub request_id: Option<String>,
    /// See [`AwsError::outcome_unknown`].
    pub in_doubt: bool,
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
    /// Whether a change that was asked for may have been made all the same: no answer in time, a
    /// connection that broke after sending, an internal error of the service, or an answer that
    /// could not be understood. Everything else is a refusal, or never left: nothing was changed.
    /// Only looking tells (aws-facts §2.3).
    pub const fn outcome_unknown(&self) -> bool {
        self.in_doubt
    }

    /// Puts the SDK's error into words.
    pub(super) fn from_sdk<E>(
        error: &SdkError<E, HttpResponse>,
        line: &Line,
        action: &'static str,
    ) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let told = match error {
            SdkError::TimeoutError(_) => Self {
                in_doubt: true,
                ..line.fail(ErrorKind::TimedOut, action, "no answer in time".into())
            },
            SdkError::DispatchFailure(failure) => dispatch(failure, error, line, action),
            SdkError::ServiceError(failure) => {
                let status = failure.raw().status();
                let said = failure.err().message().unwrap_or_default();
                match failure.err().code() {
                    Some(code) => refused(line, action, code, said, status.as_u16()),
                    // The SDK reports a success it could not parse as a service error.
                    None if status.is_success() => garbled(line, action),
                    None => Self {
                        in_doubt: status.is_server_error(),
                        ..line.fail(
                            ErrorKind::Other,
                            action,
                            format!("HTTP {} without an error code", status.as_u16()),
                        )
                    },
                }
            }
            SdkError::ResponseError(_) => garbled(line, action),
            _ => line.fail(ErrorKind::Other, action, reply::message(&root_cause(error))),
        };
        Self {
            request_id: error.raw_response().and_then(reply::request_id),
            ..told
        }
    }
}

fn garbled(line: &Line, action: &'static str) -> AwsError {
    AwsError {
        in_doubt: true,
        ..line.fail(
            ErrorKind::Garbled,
            action,
            "the reply could not be understood".into(),
        )
    }
}

fn dispatch(
    failure: &DispatchFailure,
    error: &(dyn std::error::Error + 'static),
    line: &Line,
    action: &'static str,
) -> AwsError {
    // There is no other time-out below the attempt's than that of connecting.
    if failure.is_timeout() {
        return line.fail(ErrorKind::TimedOut, action, "no connection in time".into());
    }
    let cause = reply::message(&root_cause(error));
    if never_connected(error) {
        return line.fail(
            ErrorKind::Unreachable,
            action,
            format!("no connection: {cause}"),
        );
    }
    AwsError {
        in_doubt: !failure.is_user(),
        ..line.fail(
            ErrorKind::Unreachable,
            action,
            format!("no connection: {cause}"),
        )
    }
}

/// Whether nothing was sent: the connection was refused, or there was none to begin with.
fn never_connected(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source()).any(|error| {
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

fn refused(line: &Line, action: &'static str, code: &str, said: &str, status: u16) -> AwsError {
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
                "not allowed: {service}:{action} is missing from this role's policy{where_to}",
                service = line.service,
                where_to = resources(action, region),
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
        ErrorKind::Conflict => {
            format!("somebody else changed it meanwhile ({code}): look again and plan anew; {said}")
        }
        _ if said.is_empty() => code.clone(),
        _ => format!("{code}: {said}"),
    };
    // A service that broke while it worked on the request may have done it before it broke.
    let broke = status >= 500 || matches!(code.as_str(), "InternalFailure" | "InternalError");
    AwsError {
        in_doubt: match kind {
            ErrorKind::Other => broke,
            ErrorKind::TimedOut => true,
            _ => false,
        },
        code: Some(code),
        ..line.fail(kind, action, message)
    }
}

/// On what an action that changes something is to be allowed (aws-facts §9); empty for the others.
fn resources(action: &str, region: &Region) -> String {
    match action {
        // One of the two alone is refused.
        "SwitchoverGlobalCluster" | "FailoverGlobalCluster" => format!(
            "; allow it in {region} on the global cluster's ARN and on every member cluster's"
        ),
        "ModifyDBCluster" => format!("; allow it in {region} on the cluster's ARN"),
        "CopyDBClusterSnapshot" => format!(
            "; allow it in {region}, with kms:CreateGrant and kms:DescribeKey for the snapshot's key"
        ),
        "PutMetricData" => {
            format!("; allow it in {region} for the switch's namespace (cloudwatch:namespace)")
        }
        "UpdateHealthCheck" => "; allow it on the health check's ARN".into(),
        "ChangeResourceRecordSets" => "; allow it on the hosted zone's ARN".into(),
        "CreateInvalidation" | "UpdateDistribution" => {
            "; allow it on the distribution's ARN".into()
        }
        "UpdateRoutingControlState" => "; allow it on the routing control's ARN".into(),
        _ => String::new(),
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
        // What was read before is not what is stored now.
        "HealthCheckVersionMismatch" | "PreconditionFailed" | "InvalidIfMatchVersion" => {
            ErrorKind::Conflict
        }
        "InvalidChangeBatch" if is_stale(said) => ErrorKind::Conflict,
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

/// Whether Route 53 refuses a batch because records are not as it expects them.
fn is_stale(said: &str) -> bool {
    let said = said.to_ascii_lowercase();
    ["do not match", "already exists", "not found"]
        .iter()
        .any(|words| said.contains(words))
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
            403,
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
            let error = refused(
                &line("rds", "eu-west-1"),
                "DescribeDBClusters",
                code,
                "",
                403,
            );
            assert_eq!(error.kind, ErrorKind::Credentials);
            assert!(error.message.contains("aws sso login"), "{}", error.message);
        }
    }

    #[test]
    fn an_unknown_key_in_an_opt_in_region_means_the_region_is_off() {
        let kind =
            |region: &str, code: &str| refused(&line("rds", region), "X", code, "", 403).kind;
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
            400,
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
