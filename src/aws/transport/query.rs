//! AWS's Query protocol, for a service of which one or two operations are called: its SDK crate takes minutes to build.

use aws_smithy_xml::decode::{Document, ScopedDecoder, try_data};

use crate::transport::call::Caller;
use crate::transport::error::AwsError;
use crate::transport::escape::form;
use crate::transport::plain::Kind;
use crate::transport::session::Session;
use crate::transport::signed::{self, Signed};

/// An operation that only reads.
pub(crate) struct Query<'a> {
    /// As IAM names it.
    pub(crate) action: &'static str,
    /// The protocol's version of the service, such as `2010-05-08`.
    pub(crate) version: &'static str,
    /// Where to, without a path.
    pub(crate) endpoint: &'a str,
    /// Parameters in the protocol's own writing, such as `ActionNames.member.1`.
    pub(crate) parameters: Vec<(String, String)>,
}

/// The reply's body.
pub(crate) async fn ask(
    session: &Session,
    caller: &Caller,
    query: Query<'_>,
) -> Result<String, AwsError> {
    let url = format!("{}/", query.endpoint.trim_end_matches('/'));
    let mut pairs = vec![
        ("Action".to_owned(), query.action.to_owned()),
        ("Version".to_owned(), query.version.to_owned()),
    ];
    pairs.extend(query.parameters);
    let body = form(
        pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    let signed = Signed {
        action: query.action,
        operation: query.action,
        method: "POST",
        url,
        headers: &[("content-type", "application/x-www-form-urlencoded")],
        body,
        within: session.timeouts(),
        attempts: session.attempts(),
        kind: Kind::Query,
    };
    let reply = signed::ask(session, caller, signed).await?;
    String::from_utf8(reply.body).map_err(|_| caller.garbled(query.action, "it is not UTF-8"))
}

/// The parameters of a list, as the protocol numbers them.
pub(crate) fn members<'a>(
    name: &str,
    values: impl IntoIterator<Item = &'a str>,
) -> Vec<(String, String)> {
    values
        .into_iter()
        .enumerate()
        .map(|(index, value)| (format!("{name}.member.{}", index + 1), value.to_owned()))
        .collect()
}

/// Code and message of `<ErrorResponse><Error>…`; none where the body is nothing of the kind.
pub(crate) fn refusal(body: &[u8]) -> Option<(String, String)> {
    let text = std::str::from_utf8(body).ok()?;
    let (mut code, mut message) = (None, None);
    each(text, "Error", |field, element| {
        let into = match field {
            "Code" => &mut code,
            "Message" => &mut message,
            _ => return,
        };
        *into = text_of(element);
    })?;
    Some((code?, message.unwrap_or_default()))
}

/// The text within `element`; none where there is something else.
pub(crate) fn text_of(element: &mut ScopedDecoder<'_, '_>) -> Option<String> {
    try_data(element).ok().map(|text| text.into_owned())
}

/// Hands every child of the second level's element `name` (`<Reply><name>…`) to `take`, by its name; none where the
/// text is no XML or has no such element.
pub(crate) fn each(
    text: &str,
    name: &str,
    mut take: impl FnMut(&str, &mut ScopedDecoder<'_, '_>),
) -> Option<()> {
    let mut document = Document::new(text);
    let mut root = document.root_element().ok()?;
    while let Some(mut result) = root.next_tag() {
        if !result.start_el().matches(name) {
            continue;
        }
        while let Some(mut element) = result.next_tag() {
            let field = element.start_el().local().to_owned();
            take(&field, &mut element);
        }
        return Some(());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_read_with_its_code_and_message() {
        let body = b"<?xml version=\"1.0\"?><ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\
            <Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>not &lt;here&gt;</Message></Error>\
            <RequestId>r</RequestId></ErrorResponse>";
        let told = refusal(body).unwrap();
        assert_eq!(told, ("NoSuchEntity".into(), "not <here>".into()));
        assert_eq!(refusal(b"<html>busy</html>"), None);
        assert_eq!(refusal(b"no XML"), None);
    }
}
