//! Why the world refuses a call, in each service's words.

use super::fault::Fault;
use super::route::{Protocol, Service};
use crate::world::Refusal;

/// The error that `service` answers with.
pub fn fault(service: Service, protocol: Protocol, refusal: &Refusal) -> Fault {
    let json = json(service, protocol);
    match refusal {
        Refusal::Throttled => throttled(service),
        Refusal::AccessDenied { action, principal } => {
            let message = format!(
                "User: {principal} is not authorized to perform: {action} because no identity-based policy allows the {action} action"
            );
            if json {
                Fault::new(status(service, 403), "AccessDeniedException", message)
            } else {
                Fault::new(403, "AccessDenied", message).shaped("AccessDeniedException")
            }
        }
        Refusal::ExpiredToken => {
            let message = "The security token included in the request is expired";
            if json {
                Fault::new(status(service, 403), "ExpiredTokenException", message)
            } else {
                Fault::new(403, "ExpiredToken", message).shaped("ExpiredTokenException")
            }
        }
        Refusal::ServiceUnavailable => match service {
            Service::Lambda => Fault::new(500, "ServiceException", "Service is unavailable."),
            _ if json => Fault::new(
                503,
                "ServiceUnavailableException",
                "Service is unavailable.",
            ),
            _ => Fault::new(503, "ServiceUnavailable", "Service is unavailable.")
                .shaped("ServiceUnavailableException"),
        },
        Refusal::EndpointUnavailable => Fault::bad(
            "EndpointTemporarilyUnavailableException",
            "The cluster endpoint is temporarily unavailable. Try another endpoint.",
        ),
        Refusal::RegionNotEnabled => {
            let message = "The security token included in the request is invalid.";
            if json {
                Fault::new(status(service, 403), "UnrecognizedClientException", message)
            } else {
                Fault::new(403, "InvalidClientTokenId", message)
                    .shaped("UnrecognizedClientException")
            }
        }
    }
}

/// The error called `code`, which somebody wants to see: with the status that AWS gives it where this simulator answers
/// it by itself too.
pub fn named(code: &str) -> Fault {
    let status = if code == super::services::rds_data::UNAVAILABLE {
        504
    } else {
        400
    };
    Fault::new(status, code, "The request was refused.")
}

/// Whether errors have the names of the JSON protocols; `CloudWatch` keeps those of Query in all of its.
fn json(service: Service, protocol: Protocol) -> bool {
    matches!(protocol, Protocol::RestJson | Protocol::Json("1.1"))
        || matches!(
            service,
            Service::DynamoDb | Service::RecoveryCluster | Service::RegionSwitch
        )
}

/// ACM, CloudWatch Logs, DynamoDB and ARC's endpoints speak JSON, where every error of the caller's is a 400.
const fn status(service: Service, others: u16) -> u16 {
    if matches!(
        service,
        Service::Acm
            | Service::CloudTrail
            | Service::DynamoDb
            | Service::Health
            | Service::Logs
            | Service::RecoveryCluster
    ) {
        400
    } else {
        others
    }
}

/// aws-facts §11.1.
fn throttled(service: Service) -> Fault {
    match service {
        Service::Lambda => Fault::new(429, "TooManyRequestsException", "Rate exceeded")
            .with("Reason", "CallerRateLimitExceeded"),
        Service::ApiGateway | Service::ApiGatewayV2 => {
            Fault::new(429, "TooManyRequestsException", "Too Many Requests")
        }
        Service::Acm
        | Service::CloudTrail
        | Service::DynamoDb
        | Service::Health
        | Service::Logs
        | Service::RecoveryCluster => Fault::bad("ThrottlingException", "Rate exceeded"),
        Service::XRay => Fault::new(429, "ThrottledException", "Rate exceeded"),
        Service::RecoveryConfig | Service::RegionSwitch => {
            Fault::new(429, "ThrottlingException", "Rate exceeded")
        }
        _ => Fault::bad("Throttling", "Rate exceeded").shaped("ThrottlingException"),
    }
}

/// An operation the simulator lacks.
pub fn unknown_operation(service: Service, protocol: Protocol, operation: &str) -> Fault {
    let message = format!(
        "The simulated {} has no operation {operation}.",
        service.iam()
    );
    match protocol {
        Protocol::Query if operation.is_empty() => Fault::bad(
            "MissingAction",
            "The request must contain the parameter Action.",
        ),
        Protocol::Query => Fault::bad("InvalidAction", message),
        Protocol::Json(_) => Fault::bad("UnknownOperationException", message),
        Protocol::Cbor | Protocol::RestXml | Protocol::RestJson => {
            Fault::not_found("UnknownOperationException", message)
        }
    }
}

/// The service failed: no caller can tell whether before or after the change.
pub fn internal(service: Service) -> Fault {
    let message =
        "The request processing has failed because of an unknown error, exception or failure.";
    match service {
        Service::Lambda => Fault::new(500, "ServiceException", message),
        Service::RecoveryCluster | Service::RecoveryConfig | Service::RegionSwitch => {
            Fault::new(500, "InternalServerException", message)
        }
        _ => Fault::new(500, "InternalFailure", message).shaped("InternalServiceFault"),
    }
}

/// A request nobody signed.
pub fn unsigned(service: Service, protocol: Protocol) -> Fault {
    let code = if json(service, protocol) {
        "MissingAuthenticationTokenException"
    } else {
        "MissingAuthenticationToken"
    };
    Fault::new(status(service, 403), code, "Missing Authentication Token")
}
