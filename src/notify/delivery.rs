//! Sending one notice to one target, once.

use std::sync::Arc;

use crate::secret::{NoSecret, Secret, SecretRef};
use crate::{Answer, Kind, Notice, SigningKey, TargetSpec, TerminalKind, bodies, pagerduty};
use gwctl_aws::{AwsError, Session, TopicMessage, WebClient, WebMessage};
use gwctl_fleet::Clock;

/// Writes a sequence to the terminal, where it does not meet what else is written there.
pub type Ring = Arc<dyn Fn(String) + Send + Sync>;

/// How targets are reached.
#[derive(Clone)]
pub struct Way {
    /// For those that are not AWS's.
    pub web: WebClient,
    /// For those that are, and for secrets that AWS keeps; none where AWS is not asked.
    pub aws: Option<Session>,
    /// The terminal; none where there is none.
    pub ring: Option<Ring>,
    /// Whose time it is.
    pub clock: Arc<dyn Clock>,
}

/// Where AWS is simulated, or not asked.
const NOT_ASKED: &str = "AWS is not asked here";

/// What the configuration lacks for a target; checked when it is read, too.
fn lacks(what: &'static str) -> Answer {
    Answer::Refused(format!("the configuration names no {what}"))
}

fn unread(why: &NoSecret) -> Answer {
    Answer::Refused(why.to_string())
}

impl Way {
    async fn secret(&self, reference: &SecretRef) -> Result<Secret, NoSecret> {
        match reference.local()? {
            Some(secret) => Ok(secret),
            None => self.kept_by_aws(reference).await,
        }
    }

    async fn kept_by_aws(&self, reference: &SecretRef) -> Result<Secret, NoSecret> {
        let (Some(aws), SecretRef::SecretsManager(arn)) = (&self.aws, reference) else {
            return Err(NoSecret::NotGiven(NOT_ASKED.into()));
        };
        let given = aws.secret(arn).await;
        let given = given.map_err(|why| NoSecret::NotGiven(why.to_string()))?;
        Ok(Secret::new(&given))
    }

    async fn optional(&self, reference: Option<&SecretRef>) -> Result<Option<Secret>, NoSecret> {
        match reference {
            Some(reference) => Ok(Some(self.secret(reference).await?)),
            None => Ok(None),
        }
    }

    /// Sends `notice` to `target` once.
    pub(crate) async fn send(&self, target: &TargetSpec, notice: &Notice) -> Answer {
        let (url, key) = match (
            self.optional(target.url.as_ref()).await,
            self.optional(target.key.as_ref()).await,
        ) {
            (Ok(url), Ok(key)) => (url, key),
            (Err(why), _) | (_, Err(why)) => return unread(&why),
        };
        let message = match target.kind {
            Kind::Slack => plain(url.as_ref(), bodies::slack(notice)),
            Kind::Teams => plain(url.as_ref(), bodies::teams(notice)),
            Kind::Webhook => self.signed(url.as_ref(), key.as_ref(), notice),
            Kind::Pagerduty => paged(url.as_ref(), key.as_ref(), notice),
            Kind::Sns | Kind::Eventbridge => return self.by_aws(target, notice).await,
            Kind::Terminal => return self.rung(notice),
        };
        let message = match message {
            Ok(message) => message,
            Err(answer) => return answer,
        };
        let posted = self.web.post(message).await;
        // A service may repeat in its answer what it was sent.
        let secrets = [url, key];
        let hidden = |text: &str| {
            let hide = |text: String, secret: &Secret| secret.hidden_in(&text);
            secrets.iter().flatten().fold(text.to_owned(), hide)
        };
        Answer::of(target.kind, posted, hidden)
    }

    /// By Standard Webhooks; without a key it is not signed.
    fn signed(
        &self,
        url: Option<&Secret>,
        key: Option<&Secret>,
        notice: &Notice,
    ) -> Result<WebMessage, Answer> {
        let mut message = plain(url, bodies::webhook(notice))?;
        let (id, seconds) = (notice.message_id(), self.clock.now().as_second());
        if let Some(key) = key {
            let key = SigningKey::read(key).map_err(|why| Answer::Refused(why.to_string()))?;
            let signature = key.signature(&id, seconds, &message.body);
            message.headers.push(("webhook-signature", signature));
        }
        message.headers.push(("webhook-id", id));
        message
            .headers
            .push(("webhook-timestamp", seconds.to_string()));
        Ok(message)
    }

    fn rung(&self, notice: &Notice) -> Answer {
        let sequence = TerminalKind::from_environment().sequence(notice);
        match (&self.ring, sequence) {
            (Some(ring), Some(sequence)) => {
                ring(sequence);
                Answer::Taken("written to the terminal")
            }
            _ => Answer::Refused("there is no terminal that takes it".into()),
        }
    }

    /// Tells the first topic or bus that answers: the Region of another may be what is dark.
    async fn by_aws(&self, target: &TargetSpec, notice: &Notice) -> Answer {
        let Some(aws) = &self.aws else {
            return Answer::Refused(NOT_ASKED.into());
        };
        let mut answers = Vec::new();
        for arn in &target.arns {
            match put(aws, target.kind, arn, notice).await {
                Ok(()) => return Answer::Taken("delivered"),
                Err(error) => answers.push(Answer::of_aws(&error)),
            }
        }
        Answer::of_all(answers).unwrap_or_else(|| lacks("`arns`"))
    }
}

async fn put(aws: &Session, kind: Kind, arn: &str, notice: &Notice) -> Result<(), AwsError> {
    let id = notice.message_id();
    if kind == Kind::Eventbridge {
        let mut detail = bodies::data(notice);
        detail["message_id"] = id.into();
        let what = (bodies::SOURCE, notice.event.name());
        return aws.put_event(arn, what, &detail).await;
    }
    let (subject, text) = (bodies::subject(notice), bodies::text(notice));
    let message = TopicMessage {
        subject: &subject,
        text: &text,
        id: &id,
        group: &notice.fleet,
        attributes: &[
            ("fleet", &notice.fleet),
            ("event", notice.event.name()),
            ("severity", notice.severity.word()),
        ],
    };
    aws.publish(arn, &message).await
}

fn plain(url: Option<&Secret>, body: String) -> Result<WebMessage, Answer> {
    let url = url.ok_or_else(|| lacks("`url`"))?;
    Ok(WebMessage {
        url: url.reveal().to_owned(),
        headers: Vec::new(),
        body,
    })
}

fn paged(
    url: Option<&Secret>,
    key: Option<&Secret>,
    notice: &Notice,
) -> Result<WebMessage, Answer> {
    let key = key.ok_or_else(|| lacks("`key`"))?;
    let (path, body) = pagerduty::event(notice, key);
    let host = url.map_or(pagerduty::HOST, Secret::reveal);
    Ok(WebMessage {
        url: format!("{}{path}", host.trim_end_matches('/')),
        headers: Vec::new(),
        body,
    })
}
