//! API Gateway's HTTP API as the handler sees it: the event of payload 2.0, and what its answer means.

use std::collections::BTreeMap;
use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::function::ACCOUNT;

/// Where and when a request came.
pub(super) struct Arrival<'a> {
    pub at: Timestamp,
    pub request_id: &'a str,
    pub route: &'a str,
    /// What stands in the path for the route's variables.
    pub variables: &'a [(&'a str, &'a str)],
    pub api: &'a str,
    pub source: IpAddr,
    pub trace: &'a str,
}

/// The event.
pub(super) fn event(parts: &Parts, body: &[u8], arrival: &Arrival<'_>) -> Value {
    let headers = headers(&parts.headers, arrival);
    let query = parts.uri.query().unwrap_or_default();
    let agent = parts
        .headers
        .get("user-agent")
        .and_then(|agent| agent.to_str().ok());
    let domain = headers
        .get("host")
        .map(|host| host.split(':').next().unwrap_or_default().to_owned());
    let path = parts.uri.path();
    let mut event = json!({
        "version": "2.0",
        "routeKey": arrival.route,
        "rawPath": percent_decoded(path),
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": arrival.api,
            "domainName": domain,
            "domainPrefix": domain.as_deref().and_then(|domain| domain.split('.').next()),
            "http": {
                "method": parts.method.as_str(),
                "path": percent_decoded(path),
                "protocol": "HTTP/1.1",
                "sourceIp": arrival.source.to_string(),
                "userAgent": agent.unwrap_or_default(),
            },
            "requestId": arrival.request_id,
            "routeKey": arrival.route,
            "stage": "$default",
            "time": arrival.at.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": arrival.at.as_millisecond(),
        },
        "isBase64Encoded": false,
    });
    if let Value::Object(fields) = &mut event {
        if !query.is_empty() {
            fields.insert("queryStringParameters".to_owned(), json!(parameters(query)));
        }
        if !arrival.variables.is_empty() {
            let variables = arrival.variables.iter();
            let variables: BTreeMap<_, _> = variables
                .map(|(name, value)| (*name, percent_decoded(value)))
                .collect();
            fields.insert("pathParameters".to_owned(), json!(variables));
        }
        let cookies: Vec<_> = parts
            .headers
            .get_all("cookie")
            .iter()
            .filter_map(|cookie| cookie.to_str().ok())
            .collect();
        if !cookies.is_empty() {
            let cookies: Vec<_> = cookies
                .iter()
                .flat_map(|cookies| cookies.split("; "))
                .collect();
            fields.insert("cookies".to_owned(), json!(cookies));
        }
        if !body.is_empty() {
            let text = is_text(&parts.headers)
                .then(|| std::str::from_utf8(body).ok())
                .flatten();
            fields.insert("isBase64Encoded".to_owned(), json!(text.is_none()));
            let body = text.map_or_else(|| STANDARD.encode(body), str::to_owned);
            fields.insert("body".to_owned(), json!(body));
        }
    }
    event
}

/// In lower case, several values joined by commas, with what the gateway adds.
fn headers(given: &HeaderMap, arrival: &Arrival<'_>) -> BTreeMap<String, String> {
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in given {
        if matches!(name.as_str(), "cookie" | "connection" | "transfer-encoding") {
            continue;
        }
        let value = String::from_utf8_lossy(value.as_bytes());
        headers
            .entry(name.as_str().to_owned())
            .and_modify(|all| *all = format!("{all},{value}"))
            .or_insert_with(|| value.into_owned());
    }
    let source = arrival.source.to_string();
    headers
        .entry("x-forwarded-for".to_owned())
        .and_modify(|all| *all = format!("{all}, {source}"))
        .or_insert(source);
    headers.insert("x-forwarded-port".to_owned(), "443".to_owned());
    headers.insert("x-forwarded-proto".to_owned(), "https".to_owned());
    headers.insert("x-amzn-trace-id".to_owned(), arrival.trace.to_owned());
    headers
}

/// Several values of one name are joined by commas.
fn parameters(query: &str) -> BTreeMap<String, String> {
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let read = |text: &str| percent_decoded(&text.replace('+', " "));
        let value = read(value);
        parameters
            .entry(read(name))
            .and_modify(|all| *all = format!("{all},{value}"))
            .or_insert(value);
    }
    parameters
}

fn percent_decoded(text: &str) -> String {
    crate::sigv4::decode(text)
}

/// What the gateway gives the handler as text; all else as base64.
fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers
        .get("content-type")
        .and_then(|kind| kind.to_str().ok());
    let encoded = headers.get("content-encoding").is_some();
    let kind = kind.unwrap_or("application/json");
    let texts = [
        "text/",
        "application/json",
        "application/xml",
        "application/javascript",
    ];
    !encoded && texts.iter().any(|text| kind.starts_with(text))
}

/// What the handler's answer means to the client: with a `statusCode` what it says, without one a body for 200. Nothing
/// if it can mean nothing.
pub(super) fn reply(answer: &[u8]) -> Option<Response<Full<Bytes>>> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let Some(status) = answer.get("statusCode") else {
        let mut response = Response::new(Full::new(Bytes::from(answer.to_string())));
        response
            .headers_mut()
            .insert("content-type", HeaderValue::from_static("application/json"));
        return Some(response);
    };
    let status = status.as_u64().or_else(|| status.as_str()?.parse().ok())?;
    let status = StatusCode::from_u16(u16::try_from(status).ok()?).ok()?;
    let body = match answer.get("body") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(body)) if answer.get("isBase64Encoded") == Some(&Value::Bool(true)) => {
            STANDARD.decode(body).ok()?
        }
        Some(Value::String(body)) => body.clone().into_bytes(),
        Some(_) => return None,
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    for (name, value) in answer
        .get("headers")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let name = HeaderName::try_from(name).ok()?;
        response
            .headers_mut()
            .append(name, HeaderValue::try_from(value).ok()?);
    }
    for cookie in answer
        .get("cookies")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        response
            .headers_mut()
            .append("set-cookie", HeaderValue::try_from(cookie.as_str()?).ok()?);
    }
    let kind = response.headers_mut().entry("content-type");
    kind.or_insert(HeaderValue::from_static("text/plain;charset=UTF-8"));
    Some(response)
}
