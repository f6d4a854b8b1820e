//! AWS's error replies in words: what kind of refusal, and what to do.

use crate::transport::call::Caller;
use crate::transport::denial::Denial;
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::reply;
use gwctl_fleet::Region;

/// A clock that is further off than this makes AWS refuse signatures (it allows five minutes).
const SKEW_MS: u64 = 4 * 60 * 1_000;

/// Puts an error reply of AWS into words.
pub(crate) fn refused(
    caller: &Caller,
    action: &'static str,
    code: &str,
    said: &str,
    status: u16,
) -> AwsError {
    let kind = kind_here(caller, code, said);
    let code = reply::name(code);
    let forbidden = match (kind, Denial::read(said)) {
        (ErrorKind::Forbidden, Some(denial)) => {
            Some(format!("{}:{action}: {}", caller.service, denial.said()))
        }
        _ => None,
    };
    let message = in_words(caller, action, kind, &code, said);
    // A service that broke while it worked on the request may have done it before it broke.
    let broke = status >= 500 || matches!(code.as_str(), "InternalFailure" | "InternalError");
    AwsError {
        in_doubt: match kind {
            ErrorKind::Other => broke,
            ErrorKind::TimedOut => true,
            _ => false,
        },
        code: Some(code),
        forbidden,
        ..caller.fail(kind, action, message)
    }
}

/// What kind of failure, of this service in this Region: an opt-in Region that is off does not know the account, and a clock that is off
/// spoils every signature.
fn kind_here(caller: &Caller, code: &str, said: &str) -> ErrorKind {
    let opt_in = caller.region.place().is_some_and(|place| place.opt_in);
    match kind_of(code, said) {
        ErrorKind::Credentials if opt_in && is_unknown_key(code) => ErrorKind::RegionNotEnabled,
        ErrorKind::Credentials if is_signature(code) && skew(caller) > SKEW_MS => ErrorKind::Clock,
        kind => kind,
    }
}

/// How far this machine's clock is from AWS's, in milliseconds.
fn skew(caller: &Caller) -> u64 {
    let skew = caller.monitor.skew(caller.service, &caller.region);
    skew.map_or(0, i64::unsigned_abs)
}

/// In a clause, who asked for what, as AWS's refusal names both: `User: ARN is not authorized to perform: A on resource: R`.
fn who_asked(said: &str) -> Option<String> {
    let (who, rest) = said.split_once("User: ")?.1.split_once(' ')?;
    let resource = rest.split_once(" on resource: ");
    let resource = resource.and_then(|(_, rest)| rest.split_whitespace().next());
    let on = resource.map_or_else(String::new, |resource| {
        format!(" for {}", reply::name(resource))
    });
    Some(format!("; {} asked{on}", reply::name(who)))
}

fn in_words(caller: &Caller, action: &str, kind: ErrorKind, code: &str, said: &str) -> String {
    let (region, service) = (&caller.region, caller.service);
    let denial = Denial::read(said);
    // A team's table may be in another account than the fleet.
    let who = who_asked(said).filter(|_| service == "dynamodb");
    let who = who.unwrap_or_default();
    let said = reply::message(said);
    match kind {
        // STS names the caller and the role, or what is wrong with the MFA code.
        ErrorKind::NotAllowed if service == "sts" && !said.is_empty() => said.clone(),
        ErrorKind::NotAllowed if denial.is_some() => format!(
            "not allowed: {service}:{action} is missing from this role's policy{}{who}",
            resources(action, region),
        ),
        ErrorKind::NotAllowed => {
            let policy = format!("AWS does not name the policy ({code})");
            format!(
                "not allowed: {service}:{action}; {policy}{}{who}",
                resources(action, region)
            )
        }
        ErrorKind::Forbidden => {
            let why = denial.map_or(said, |denial| {
                format!("{}. {}", denial.said(), denial.advice())
            });
            let why = if who.is_empty() {
                why.as_str()
            } else {
                why.trim_end_matches('.')
            };
            format!("not allowed: {service}:{action}: {why}{who}")
        }
        ErrorKind::Clock => match caller.monitor.skew(service, region) {
            Some(skew) if skew.unsigned_abs() > SKEW_MS => format!(
                "AWS does not accept the time of the signature ({code}): this machine's clock is {}",
                off(skew)
            ),
            _ => format!("AWS does not accept the time of the signature ({code}: {said})"),
        },
        ErrorKind::Credentials if code.starts_with("Expired") => {
            format!("credentials have expired ({code}): run `aws sso login` or renew them")
        }
        ErrorKind::Credentials if is_signature(code) => format!(
            "AWS does not accept the signature ({code}): check the secret key and this machine's clock"
        ),
        ErrorKind::Credentials => format!(
            "AWS does not know these credentials ({code}): run `aws sso login` or set AWS_PROFILE"
        ),
        ErrorKind::RegionNotEnabled => format!(
            "{region} is not enabled for this account ({code}): enable it in the account's Region settings"
        ),
        ErrorKind::Throttled => format!("too many requests ({code})"),
        ErrorKind::Conflict => {
            format!("somebody else changed it meanwhile ({code}): plan again; {said}")
        }
        _ if said.is_empty() => code.to_owned(),
        _ => format!("{code}: {said}"),
    }
}

/// A clock `skew_ms` behind AWS's (ahead, where negative): `10 min 2 s behind AWS's`.
pub fn off(skew_ms: i64) -> String {
    let seconds = skew_ms.unsigned_abs() / 1_000;
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let way = if skew_ms > 0 { "behind" } else { "ahead of" };
    if minutes == 0 {
        format!("{seconds} s {way} AWS's")
    } else {
        format!("{minutes} min {seconds} s {way} AWS's")
    }
}

/// Codes of a signature that AWS does not accept.
fn is_signature(code: &str) -> bool {
    matches!(
        code,
        "SignatureDoesNotMatch" | "InvalidSignatureException" | "AuthFailure"
    )
}

/// Whether AWS refuses a signature for its time: every service has words of its own for it.
pub(crate) fn is_skew(code: &str, said: &str) -> bool {
    let of_time = [
        "Signature expired",
        "Signature not yet current",
        "is now earlier than",
        "is still later than",
    ];
    matches!(
        code,
        "RequestTimeTooSkewed" | "RequestInTheFuture" | "RequestExpired"
    ) || (is_signature(code) && of_time.iter().any(|words| said.contains(words)))
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
pub(crate) fn kind_of(code: &str, said: &str) -> ErrorKind {
    match code {
        _ if is_skew(code, said) => ErrorKind::Clock,
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "UnauthorizedException"
        | "AuthorizationError"
        | "AuthorizationErrorException"
        | "NotAuthorized" => match Denial::read(said) {
            Some(denial) if !denial.is_missing_action() => ErrorKind::Forbidden,
            _ => ErrorKind::NotAllowed,
        },
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
        | "InvalidAccessKeyId" => ErrorKind::Credentials,
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
        | "ProvisionedThroughputExceededException"
        | "EC2ThrottledException" => ErrorKind::Throttled,
        "RequestTimeout" | "RequestTimeoutException" => ErrorKind::TimedOut,
        "NotFoundException" | "ResourceNotFoundException" | "ResourceNotFound" => {
            ErrorKind::NotFound
        }
        // What was read before is not what is stored now.
        "HealthCheckVersionMismatch"
        | "PreconditionFailed"
        | "PreconditionFailedException"
        | "InvalidIfMatchVersion"
        | "ReplicatedWriteConflictException" => ErrorKind::Conflict,
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use aws_credential_types::Credentials;
    use aws_credential_types::provider::SharedCredentialsProvider;

    use super::*;
    use crate::transport::call_monitor::CallMonitor;
    use crate::transport::credentials::{Origin, SharedCredentials};
    use gwctl_fleet::{Missing, SystemClock};

    fn caller(service: &'static str, region: &str) -> Caller {
        let monitor = Arc::new(CallMonitor::new(Arc::new(SystemClock)));
        Caller {
            service,
            region: Region::new(region).unwrap(),
            monitor,
            credentials: Arc::new(SharedCredentials::new(
                SharedCredentialsProvider::new(Credentials::new(
                    "id", "secret", None, None, "test",
                )),
                Origin::Simulated,
                Arc::new(SystemClock),
            )),
            fence: None,
            account: None,
        }
    }

    #[test]
    fn a_missing_permission_names_the_action_to_allow() {
        let error = refused(
            &caller("apigateway", "eu-west-1"),
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
                &caller("rds", "eu-west-1"),
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
    fn a_clock_that_is_off_is_no_matter_of_credentials_in_any_services_words() {
        let expired = "Signature expired: 20261128T140000Z is now earlier than 20261128T150500Z";
        let future =
            "Signature not yet current: 20261128T160000Z is still later than 20261128T150500Z";
        for (code, said) in [
            ("SignatureDoesNotMatch", expired),
            ("InvalidSignatureException", expired),
            ("InvalidSignatureException", future),
            ("RequestTimeTooSkewed", ""),
            ("RequestExpired", "Request has expired."),
        ] {
            let error = refused(&caller("lambda", "eu-west-1"), "X", code, said, 403);
            assert_eq!(error.kind, ErrorKind::Clock, "{code}");
            assert!(!error.message.contains("sso login"), "{}", error.message);
            assert!(!error.outcome_unknown(), "nothing was done");
        }
        assert_eq!(
            kind_of("SignatureDoesNotMatch", "wrong"),
            ErrorKind::Credentials
        );
        assert_eq!(off(602_400), "10 min 2 s behind AWS's");
        assert_eq!(off(-40_000), "40 s ahead of AWS's");
    }

    #[test]
    fn a_policy_above_the_role_is_named_and_nobody_is_sent_to_the_roles_own() {
        let said = "User: x is not authorized to perform: rds:X on resource: * with an explicit deny in a \
                    service control policy: arn:aws:organizations::1:policy/p";
        let error = refused(&caller("rds", "eu-west-1"), "X", "AccessDenied", said, 403);
        assert_eq!(error.kind, ErrorKind::Forbidden);
        let told =
            "rds:X: explicit deny in a service control policy (arn:aws:organizations::1:policy/p)";
        assert!(
            error.message.starts_with(&format!("not allowed: {told}. ")),
            "{error}"
        );
        assert!(error.message.contains("Organization"), "{error}");
        assert_eq!(
            Missing::from(error),
            Missing::NotAllowed {
                action: told.into()
            }
        );
    }

    #[test]
    fn an_unknown_key_in_an_opt_in_region_means_the_region_is_off() {
        let kind =
            |region: &str, code: &str| refused(&caller("rds", region), "X", code, "", 403).kind;
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
            &caller("rds", "eu-west-1"),
            "X",
            "Odd\u{1b}[31m",
            "bad\u{1b}]0;title\u{7}",
            400,
        );
        assert!(!error.message.contains('\u{1b}') && !error.message.contains('\u{7}'));
        assert!(!error.code.unwrap().contains('\u{1b}'));
    }
}
