//! A request that no SDK client sends, signed and sent as one would.

use aws_smithy_types::timeout::TimeoutConfig;

use crate::transport::call::Caller;
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::plain::{Kind, Plain, PlainReply, USER_AGENT, send};
use crate::transport::session::Session;
use crate::transport::signature::{ToSign, signature};

/// One request to a service of AWS.
#[derive(Clone)]
pub(crate) struct Signed<'a> {
    /// As IAM names it.
    pub(crate) action: &'static str,
    /// As the API names it.
    pub(crate) operation: &'static str,
    pub(crate) method: &'static str,
    pub(crate) url: String,
    /// Headers that are signed beside the host.
    pub(crate) headers: &'a [(&'static str, &'a str)],
    pub(crate) body: String,
    pub(crate) within: TimeoutConfig,
    /// How many attempts at most: more than one for what only reads.
    pub(crate) attempts: u32,
    pub(crate) kind: Kind,
}

/// Signs and sends `request`. Where more than one attempt is allowed and AWS refuses the time of the signature, it is
/// signed once more: the refusal told AWS's time. The SDK's clients do the same.
pub(crate) async fn ask(
    session: &Session,
    caller: &Caller,
    request: Signed<'_>,
) -> Result<PlainReply, AwsError> {
    let again = (request.attempts > 1).then(|| request.clone());
    let reply = once(session, caller, request).await;
    match (reply, again) {
        (Err(error), Some(again)) if error.kind == ErrorKind::Clock => {
            let last = Signed {
                attempts: 1,
                ..again
            };
            once(session, caller, last).await
        }
        (reply, _) => reply,
    }
}

async fn once(
    session: &Session,
    caller: &Caller,
    request: Signed<'_>,
) -> Result<PlainReply, AwsError> {
    let headers = request.headers.iter();
    let mut headers: Vec<(&'static str, String)> = headers
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect();
    let signed = ToSign {
        service: caller.service,
        region: &caller.region,
        method: request.method,
        url: &request.url,
        headers: &headers,
        body: &request.body,
    };
    headers.extend(signature(caller, request.action, signed).await?);
    headers.push(("user-agent", USER_AGENT.to_owned()));
    let plain = Plain {
        action: request.action,
        operation: request.operation,
        method: request.method,
        url: &request.url,
        headers,
        body: request.body,
        within: request.within,
        attempts: request.attempts,
        kind: request.kind,
    };
    send(session, caller, plain).await
}
