//! What an answer to a message means (aws-facts §17.2).

use std::time::Duration;

use crate::Kind;
use gwctl_aws::{AwsError, ErrorKind, NotPosted, WebReply};
use gwctl_fleet::clean;

/// Of a text that tells why something was refused, as many characters are kept.
const TOLD: usize = 160;

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

    /// Of several places none of which took it: as long as one may take it later, it is tried again.
    pub(crate) fn of_all(answers: Vec<Self>) -> Option<Self> {
        let later = |answer: &Self| matches!(answer, Self::Later { .. });
        let later = answers.iter().position(later).unwrap_or_default();
        answers.into_iter().nth(later)
    }

    /// `hidden` takes the secrets out of what the service says: before it is cut, for a part of one would not be known.
    pub(crate) fn of(
        kind: Kind,
        posted: Result<WebReply, NotPosted>,
        hidden: impl Fn(&str) -> String,
    ) -> Self {
        let shown = |text: &str| clean(&hidden(text), TOLD);
        let reply = match posted {
            Ok(reply) => reply,
            Err(why @ (NotPosted::NotAUrl | NotPosted::WithoutTls)) => {
                return Self::Refused(why.to_string());
            }
            Err(why @ (NotPosted::TimedOut(_) | NotPosted::NoConnection(_))) => {
                let (why, after) = (shown(&why.to_string()), None);
                return Self::Later { why, after };
            }
        };
        let why = told(reply.status, &shown(&reply.text));
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

fn told(status: u16, text: &str) -> String {
    if text.is_empty() {
        format!("it answered {status}")
    } else {
        format!("it answered {status}: {text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_places_one_that_may_take_it_later_decides() {
        let refused = Answer::Refused("not allowed".into());
        let (why, after) = ("no answer".to_owned(), None);
        let later = Answer::Later { why, after };
        let both = vec![refused.clone(), later.clone()];
        assert_eq!(Answer::of_all(both), Some(later));
        assert_eq!(Answer::of_all(vec![refused.clone()]), Some(refused));
        assert_eq!(Answer::of_all(Vec::new()), None);
    }
}
