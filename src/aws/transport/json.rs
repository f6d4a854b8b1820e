//! AWS's JSON protocols, for services of which few operations are called: their SDK crates take minutes to build.

use std::collections::HashMap;

use aws_smithy_runtime_api::http::Headers;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::transport::call::Caller;
use crate::transport::endpoint::Endpoint;
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::escape::form;
use crate::transport::plain::{Kind, PlainReply, once_within};
use crate::transport::receipt::Receipt;
use crate::transport::reply;
use crate::transport::session::Session;
use crate::transport::signed::{Signed, ask};
use gwctl_fleet::Region;

/// How a service names its operations, and which version of AWS's JSON it speaks.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    /// What stands before the operation's name.
    pub(crate) prefix: &'static str,
    /// `1.0` or `1.1`.
    pub(crate) version: &'static str,
}

/// A service in one Region.
#[derive(Clone)]
pub(crate) struct JsonService {
    pub(crate) session: Session,
    pub(crate) caller: Caller,
    endpoint: Endpoint,
}

impl Session {
    /// The service that the signature and the host name `service`; the SDK names it `id` where a user gives it an
    /// endpoint of its own (`AWS_ENDPOINT_URL_API_GATEWAY` for `API Gateway`).
    pub(crate) fn json(&self, service: &'static str, id: &str, region: &Region) -> JsonService {
        self.json_at(service, service, id, region)
    }

    /// As [`Self::json`], of a service whose host has another name than the signature gives it.
    pub(crate) fn json_at(
        &self,
        host: &'static str,
        service: &'static str,
        id: &str,
        region: &Region,
    ) -> JsonService {
        let caller = self.caller(service, region);
        JsonService {
            endpoint: Endpoint::of(self.config(&caller), id, host),
            caller,
            session: self.clone(),
        }
    }
}

impl JsonService {
    /// REST: what is at `path`, whose parts are escaped. Parameters without a value are left out.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        action: &'static str,
        operation: &'static str,
        path: &str,
        query: &[(&str, Option<&str>)],
    ) -> Result<T, AwsError> {
        let given = query
            .iter()
            .filter_map(|(name, value)| Some((*name, (*value)?)));
        let query = form(given);
        let mark = if query.is_empty() { "" } else { "?" };
        let request = Signed {
            action,
            operation,
            method: "GET",
            url: self
                .url(&format!("{path}{mark}{query}"))
                .ok_or_else(|| self.nowhere(action))?,
            // API Gateway answers in another form of JSON without it.
            headers: &[("accept", "application/json")],
            body: String::new(),
            within: self.session.timeouts(),
            attempts: self.session.attempts(),
            kind: Kind::Json,
        };
        self.read(request).await
    }

    /// REST: what `operation` answers to `body` at `path`. It reads only.
    pub(crate) async fn read_by_post<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        path: &str,
        body: &serde_json::Value,
    ) -> Result<T, AwsError> {
        let request = Signed {
            action: operation,
            operation,
            method: "POST",
            url: self.url(path).ok_or_else(|| self.nowhere(operation))?,
            headers: &[("content-type", "application/json")],
            body: body.to_string(),
            within: self.session.timeouts(),
            attempts: self.session.attempts(),
            kind: Kind::Json,
        };
        self.read(request).await
    }

    /// The same service by its endpoint with IPv6 addresses, whatever the user asks for: it has no other.
    pub(crate) fn dual_stack(mut self) -> Self {
        self.endpoint = self.endpoint.dual_stack();
        self
    }

    /// AWS JSON: what `operation` answers to `body`. It reads only.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        target: Target,
        operation: &'static str,
        body: &serde_json::Value,
    ) -> Result<T, AwsError> {
        let attempts = self.session.attempts();
        let reply = self
            .post(target, operation, body, attempts, Kind::Json)
            .await?;
        serde_json::from_slice(&reply.body).map_err(|_| self.odd(operation))
    }

    /// AWS JSON: one change under a condition, sent once. A reply beside 2xx is [`CONDITION_FAILED`].
    pub(crate) async fn conditional(
        &self,
        target: Target,
        operation: &'static str,
        body: &serde_json::Value,
    ) -> Result<PlainReply, AwsError> {
        self.post(target, operation, body, 1, Kind::Conditional)
            .await
    }

    /// AWS JSON: one change, sent once, and what is answered to it.
    pub(crate) async fn change<T: DeserializeOwned>(
        &self,
        target: Target,
        operation: &'static str,
        body: &serde_json::Value,
    ) -> Result<(T, Receipt), AwsError> {
        let reply = self.post(target, operation, body, 1, Kind::Json).await?;
        let told = serde_json::from_slice(&reply.body).map_err(|_| AwsError {
            // It answered: what it answered does not say that nothing was done.
            in_doubt: true,
            ..self.odd(operation)
        })?;
        let receipt = Receipt {
            request_id: reply.request_id,
        };
        Ok((told, receipt))
    }

    /// As [`Self::call`], sent once: for what costs money each time.
    pub(crate) async fn call_once<T: DeserializeOwned>(
        &self,
        target: Target,
        operation: &'static str,
        body: &serde_json::Value,
    ) -> Result<T, AwsError> {
        let reply = self.post(target, operation, body, 1, Kind::Json).await?;
        serde_json::from_slice(&reply.body).map_err(|_| self.odd(operation))
    }

    async fn post(
        &self,
        target: Target,
        operation: &'static str,
        body: &serde_json::Value,
        attempts: u32,
        kind: Kind,
    ) -> Result<PlainReply, AwsError> {
        let written = format!("application/x-amz-json-{}", target.version);
        let name = format!("{}.{operation}", target.prefix);
        let headers = [("content-type", written.as_str()), ("x-amz-target", &name)];
        let request = Signed {
            action: operation,
            operation,
            method: "POST",
            url: self.url("/").ok_or_else(|| self.nowhere(operation))?,
            headers: &headers,
            body: body.to_string(),
            within: self.session.timeouts(),
            attempts,
            kind,
        };
        ask(&self.session, &self.caller, request).await
    }

    /// REST: one change, sent once. The answer may take as long as `within`.
    pub(crate) async fn put(
        &self,
        operation: &'static str,
        path: &str,
        body: String,
        within: std::time::Duration,
    ) -> Result<Receipt, AwsError> {
        let request = ("PUT", operation, operation);
        self.send_change(request, path, body, within).await
    }

    /// REST: one change by POST, sent once. The answer may take as long as `within`.
    pub(crate) async fn post_change(
        &self,
        operation: &'static str,
        path: &str,
        body: String,
        within: std::time::Duration,
    ) -> Result<Receipt, AwsError> {
        let request = ("POST", operation, operation);
        self.send_change(request, path, body, within).await
    }

    /// REST: one change of a part, sent once. IAM's action is the method, as API Gateway's are.
    pub(crate) async fn patch(
        &self,
        operation: &'static str,
        path: &str,
        body: String,
        within: std::time::Duration,
    ) -> Result<Receipt, AwsError> {
        let request = ("PATCH", "PATCH", operation);
        self.send_change(request, path, body, within).await
    }

    async fn send_change(
        &self,
        (method, action, operation): (&'static str, &'static str, &'static str),
        path: &str,
        body: String,
        within: std::time::Duration,
    ) -> Result<Receipt, AwsError> {
        let request = Signed {
            action,
            operation,
            method,
            url: self.url(path).ok_or_else(|| self.nowhere(operation))?,
            headers: &[("content-type", "application/json")],
            body,
            within: once_within(within),
            attempts: 1,
            kind: Kind::Json,
        };
        let reply = ask(&self.session, &self.caller, request).await?;
        Ok(Receipt {
            request_id: reply.request_id,
        })
    }

    async fn read<T: DeserializeOwned>(&self, request: Signed<'_>) -> Result<T, AwsError> {
        let action = request.action;
        let reply = ask(&self.session, &self.caller, request).await?;
        serde_json::from_slice(&reply.body).map_err(|_| self.odd(action))
    }

    /// A reply that is not what the operation answers.
    fn odd(&self, action: &'static str) -> AwsError {
        let what = "it is not what the operation answers";
        self.caller.garbled(action, what)
    }

    /// None where the SDK knows no endpoint.
    fn url(&self, path: &str) -> Option<String> {
        let endpoint = self.endpoint.url(&self.caller.region)?;
        Some(format!("{}{path}", endpoint.trim_end_matches('/')))
    }

    fn nowhere(&self, action: &'static str) -> AwsError {
        let what = format!("the SDK knows no endpoint in {}", self.caller.region);
        self.caller.fail(ErrorKind::NotSent, action, what)
    }
}

/// What DynamoDB answers where the condition of a change does not hold.
pub(crate) const CONDITION_FAILED: &str = "ConditionalCheckFailedException";

/// The item that stands where a conditional change was refused; none where there is none.
pub(crate) fn refused_item(body: &[u8]) -> Option<serde_json::Value> {
    let mut told: HashMap<String, serde_json::Value> = serde_json::from_slice(body).ok()?;
    told.remove("Item").filter(serde_json::Value::is_object)
}

/// Code and message of an error reply. Either protocol writes the code in the header or the body, with a namespace in
/// front or an address behind.
pub(crate) fn refusal(headers: &Headers, body: &[u8]) -> Option<(String, String)> {
    let told: HashMap<String, serde_json::Value> = serde_json::from_slice(body).unwrap_or_default();
    let text = |names: &[&str]| -> Option<String> {
        let mut values = names.iter().filter_map(|name| told.get(*name)?.as_str());
        values.next().map(Into::into)
    };
    let code = headers.get("x-amzn-errortype").map(str::to_owned);
    let code = code.or_else(|| text(&["code", "__type"]))?;
    let code = code.split(':').next().unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or_default();
    let message = text(&["message", "Message", "errorMessage"]);
    (!code.is_empty()).then(|| (code.to_owned(), message.unwrap_or_default()))
}

/// A page of a list, and where the next one begins; an empty mark is none.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<String>,
}

/// A reply that never ends must not hang us.
const PAGES: usize = 20;

/// All items of a list; `page` asks for the one after a mark.
pub(crate) async fn all_pages<T, F>(
    caller: &Caller,
    action: &'static str,
    page: impl Fn(Option<String>) -> F,
) -> Result<Vec<T>, AwsError>
where
    F: Future<Output = Result<Page<T>, AwsError>>,
{
    let mut all = Vec::new();
    let mut next = None;
    for _ in 0..PAGES {
        let page = page(next).await?;
        all.extend(page.items);
        next = page.next.filter(|mark| !mark.is_empty());
        if next.is_none() {
            return Ok(all);
        }
    }
    Err(caller.cut_short(action))
}

/// Seconds since 1970 with fractions, as AWS's JSON writes a moment.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(transparent)]
pub(crate) struct Epoch(f64);

impl Epoch {
    /// None when it is beyond what a calendar holds.
    pub(crate) fn moment(self) -> Option<jiff::Timestamp> {
        let time = aws_smithy_types::DateTime::from_secs_f64(self.0);
        self.0.is_finite().then(|| reply::moment(Some(&time)))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(of: &[(&'static str, &'static str)]) -> Headers {
        let mut headers = Headers::new();
        for (name, value) in of {
            headers.insert(*name, *value);
        }
        headers
    }

    #[test]
    fn a_refusal_is_read_from_header_or_body_with_namespace_and_address_cut_off() {
        let read = |of: &[(&'static str, &'static str)], body: &str| {
            refusal(&headers(of), body.as_bytes())
        };
        let header = [(
            "x-amzn-errortype",
            "NotFoundException:http://internal.example.com/coral/",
        )];
        assert_eq!(
            read(&header, r#"{"message":"Invalid API identifier"}"#),
            Some(("NotFoundException".into(), "Invalid API identifier".into()))
        );
        assert_eq!(
            read(
                &[],
                r#"{"__type":"com.amazonaws.acm#ResourceNotFoundException","Message":"gone"}"#
            ),
            Some(("ResourceNotFoundException".into(), "gone".into()))
        );
        assert_eq!(read(&[], "<html>busy</html>"), None);
        assert_eq!(read(&[], r#"{"message":null}"#), None);
    }

    #[test]
    fn a_moment_is_read_with_its_fraction_and_none_beyond_the_calendar() {
        let read = |text: &str| serde_json::from_str::<Epoch>(text).unwrap().moment();
        assert_eq!(
            read("1764300000.25"),
            Some(jiff::Timestamp::from_millisecond(1_764_300_000_250).unwrap())
        );
        assert_eq!(read("1e300"), None);
    }
}
