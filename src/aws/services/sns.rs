//! Amazon SNS: one message to one topic (aws-facts §17.1).

use crate::services::secrets::{no_region, region_of};
use crate::transport::endpoint::Endpoint;
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::query::{Query, ask};
use crate::transport::session::Session;

/// A message for a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicMessage<'a> {
    /// Fewer than 100 characters, without control characters.
    pub subject: &'a str,
    /// The text.
    pub text: &'a str,
    /// The same on every attempt: nothing else tells two deliveries of a standard topic apart.
    pub id: &'a str,
    /// What belongs together, in a topic that keeps an order.
    pub group: &'a str,
    /// More for subscriptions to filter by.
    pub attributes: &'a [(&'a str, &'a str)],
}

impl Session {
    /// Publishes `message` to the topic `arn`, once, with the session's own credentials.
    pub async fn publish(&self, arn: &str, message: &TopicMessage<'_>) -> Result<(), AwsError> {
        const ACTION: &str = "Publish";
        let region = region_of(arn).ok_or_else(|| no_region("sns", ACTION))?;
        let session = self.own().one_attempt();
        let caller = session.caller("sns", &region);
        let endpoint = Endpoint::of(session.config(&caller), "SNS", "sns").url(&caller.region);
        let endpoint = endpoint.ok_or_else(|| {
            let what = format!("the SDK knows no endpoint in {region}");
            caller.fail(ErrorKind::NotSent, ACTION, what)
        })?;
        let mut parameters = vec![
            ("TopicArn".to_owned(), arn.to_owned()),
            ("Subject".to_owned(), message.subject.to_owned()),
            ("Message".to_owned(), message.text.to_owned()),
        ];
        if arn.strip_suffix(".fifo").is_some() {
            parameters.push(("MessageGroupId".into(), message.group.into()));
            parameters.push(("MessageDeduplicationId".into(), message.id.into()));
        }
        let attributes = [("id", message.id)].into_iter();
        let attributes = attributes.chain(message.attributes.iter().copied());
        for (n, (name, value)) in (1..).zip(attributes) {
            let entry = format!("MessageAttributes.entry.{n}");
            parameters.push((format!("{entry}.Name"), name.into()));
            parameters.push((format!("{entry}.Value.DataType"), "String".into()));
            parameters.push((format!("{entry}.Value.StringValue"), value.into()));
        }
        let query = Query {
            action: ACTION,
            version: "2010-03-31",
            endpoint: &endpoint,
            parameters,
        };
        ask(&session, &caller, query).await.map(drop)
    }
}
