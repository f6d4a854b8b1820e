//! What an answer to a message means (aws-facts §17.2).

use std::time::Duration;

use crate::Kind;
use gwctl_aws::{AwsError, ErrorKind, NotPosted, WebReply};

/// What became of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was taken: what that means, in words.
    Taken(&'static str),
    /// It may be taken later.
    Later {
        /// In words.
        why: String,
        /// What the target asks for, where it does.
        after: Option<Duration>,
    },
    /// It will not be taken, however often it is sent.
    Refused(String),
    /// The target takes nothing any more.
    Gone(String),
}

impl Answer {
    /// Of a topic or bus that did not take it.
    pub(crate) fn of_aws(error: &AwsError) -> Self {
        let why = error.to_string();
        if error.kind.is_silence() || error.in_doubt || error.kind == ErrorKind::Throttled {
            Self::Later { why, after: None }
        } else {
            Self::Refused(why)
        }
    }

    pub(crate) fn of(kind: Kind, posted: Result<WebReply, NotPosted>) -> Self {
        let reply = match posted {
            Ok(reply) => reply,
            Err(why @ (NotPosted::NotAUrl | NotPosted::WithoutTls)) => {
                return Self::Refused(why.to_string());
            }
            Err(why @ (NotPosted::TimedOut(_) | NotPosted::NoConnection(_))) => {
                let (why, after) = (why.to_string(), None);
                return Self::Later { why, after };
            }
        };
        let why = told(&reply);
        match reply.status {
            200..300 => Self::Taken(taken(kind)),
            300..400 => Self::Refused(format!("{why}: redirects are not followed")),
            410 => Self::Gone(why),
            // Too early, too many, or the service itself: none of them judged the message.
            408 | 425 | 429 | 500.. => Self::Later {
                why,
                after: reply.retry_after,
            },
            _ => Self::Refused(why),
        }
    }
}

/// What a success means.
const fn taken(kind: Kind) -> &'static str {
    match kind {
        Kind::Pagerduty => "accepted for processing",
        Kind::Teams => "accepted by the workflow, which may still fail",
        Kind::Slack | Kind::Webhook | Kind::Sns | Kind::Eventbridge | Kind::Terminal => "delivered",
    }
}

fn told(reply: &WebReply) -> String {
    let status = reply.status;
    if reply.text.is_empty() {
        format!("it answered {status}")
    } else {
        format!("it answered {status}: {}", reply.text)
    }
}
