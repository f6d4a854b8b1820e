//! Replies and errors in each protocol's shape.

use std::fmt::Write as _;

use http::Response;
use jiff::Timestamp;

use super::codec::{cbor, json, xml};
use super::fault::Fault;
use super::route::{Protocol, Service};
use super::value::{Value, empty, shape};

/// What an operation answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// Members of the output, or of its payload.
    pub body: Value,
    /// Root element of a REST-XML document, where it is not the operation's name and `Response`.
    pub root: Option<&'static str>,
    /// Headers that carry members: `ETag`.
    pub headers: Vec<(&'static str, String)>,
}

impl From<Value> for Reply {
    fn from(body: Value) -> Self {
        Self {
            body,
            root: None,
            headers: Vec::new(),
        }
    }
}

impl Reply {
    /// A structure that is the payload itself: its element is the document's root.
    pub fn payload(root: &'static str, body: Value) -> Self {
        Self {
            body,
            root: Some(root),
            headers: Vec::new(),
        }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// What every reply carries.
#[derive(Debug, Clone)]
pub struct Envelope<'a> {
    /// Who answers.
    pub service: Service,
    /// In which protocol.
    pub protocol: Protocol,
    /// To what.
    pub operation: &'a str,
    /// The request's id.
    pub request_id: &'a str,
    /// The simulated moment, for the `date` header.
    pub now: Timestamp,
}

impl Envelope<'_> {
    /// Writes the answer.
    pub fn write(&self, answer: Result<Reply, Fault>) -> Response<Vec<u8>> {
        match answer {
            Ok(reply) => self.success(&reply),
            Err(fault) => self.failure(&fault),
        }
    }

    fn success(&self, reply: &Reply) -> Response<Vec<u8>> {
        let body = match self.protocol {
            Protocol::Cbor => cbor::write(&reply.body),
            Protocol::Json(_) | Protocol::RestJson => json::write(&reply.body),
            Protocol::RestXml => {
                let mut text = xml::PROLOGUE.to_owned();
                let root = reply
                    .root
                    .map_or_else(|| format!("{}Response", self.operation), str::to_owned);
                xml::element(
                    &mut text,
                    &root,
                    Some(self.service.namespace()),
                    &reply.body,
                );
                text.into_bytes()
            }
            Protocol::Query => {
                let mut text = String::new();
                let result = if reply.body == empty() {
                    Value::Null
                } else {
                    reply.body.clone()
                };
                let mut inner = String::new();
                xml::element(
                    &mut inner,
                    &format!("{}Result", self.operation),
                    None,
                    &result,
                );
                let metadata = shape! { "RequestId": self.request_id };
                xml::element(&mut inner, "ResponseMetadata", None, &metadata);
                let (operation, namespace) = (self.operation, self.service.namespace());
                let _ = write!(
                    text,
                    "<{operation}Response xmlns=\"{namespace}\">{inner}</{operation}Response>"
                );
                text.into_bytes()
            }
        };
        self.response(200, &reply.headers, body)
    }

    fn failure(&self, fault: &Fault) -> Response<Vec<u8>> {
        let mut headers: Vec<(&'static str, String)> = Vec::new();
        let message = fault.message.as_str();
        let body = match self.protocol {
            Protocol::Cbor | Protocol::Json(_) => {
                let shape = fault.shape.unwrap_or(&fault.code);
                let kind = match self.service {
                    Service::CloudWatch => {
                        // Clients of the Query protocol's days compare its codes.
                        headers.push((
                            "x-amzn-query-error",
                            format!("{};{}", fault.code, fault.side()),
                        ));
                        format!("com.amazonaws.cloudwatch#{shape}")
                    }
                    _ => shape.to_owned(),
                };
                let body = extended(shape! { "__type": kind, "message": message }, fault);
                if self.protocol == Protocol::Cbor {
                    cbor::write(&body)
                } else {
                    json::write(&body)
                }
            }
            Protocol::RestJson => {
                headers.push(("x-amzn-errortype", fault.code.clone()));
                let body = match self.service {
                    Service::Lambda => {
                        let side = if fault.status >= 500 {
                            "Service"
                        } else {
                            "User"
                        };
                        shape! { "Type": side, "Message": message, "message": message }
                    }
                    _ => shape! { "message": message },
                };
                json::write(&extended(body, fault))
            }
            Protocol::Query | Protocol::RestXml => {
                let error =
                    shape! { "Type": fault.side(), "Code": &fault.code, "Message": message };
                let body = shape! { "Error": extended(error, fault), "RequestId": self.request_id };
                let mut text = xml::PROLOGUE.to_owned();
                xml::element(
                    &mut text,
                    "ErrorResponse",
                    Some(self.service.namespace()),
                    &body,
                );
                text.into_bytes()
            }
        };
        self.response(fault.status, &headers, body)
    }

    fn response(
        &self,
        status: u16,
        more: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> Response<Vec<u8>> {
        let kind = match self.protocol {
            Protocol::Cbor => "application/cbor",
            Protocol::Json("1.0") => "application/x-amz-json-1.0",
            Protocol::Json(_) => "application/x-amz-json-1.1",
            Protocol::RestJson => "application/json",
            Protocol::Query | Protocol::RestXml => "text/xml",
        };
        let mut builder = Response::builder()
            .status(status)
            .header("content-type", kind)
            .header("x-amzn-requestid", self.request_id)
            .header("date", http_date(self.now));
        if self.protocol == Protocol::Cbor {
            builder = builder.header("smithy-protocol", "rpc-v2-cbor");
        }
        for (name, value) in more {
            builder = builder.header(*name, value);
        }
        builder.body(body).unwrap_or_default()
    }
}

fn extended(body: Value, fault: &Fault) -> Value {
    fault
        .extra
        .iter()
        .fold(body, |body, (name, value)| body.with(name, value.clone()))
}

/// `Mon, 23 Nov 2026 01:02:03 GMT`.
pub fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(service: Service, protocol: Protocol) -> Envelope<'static> {
        let now = "2026-11-23T01:02:03Z".parse().unwrap();
        Envelope {
            service,
            protocol,
            operation: "Do",
            request_id: "r-1",
            now,
        }
    }

    fn text(response: &Response<Vec<u8>>) -> String {
        String::from_utf8_lossy(response.body()).into_owned()
    }

    #[test]
    fn every_reply_carries_its_id_and_the_simulated_date() {
        let reply = envelope(Service::Rds, Protocol::Query).write(Ok(shape! { "A": 1 }.into()));
        assert_eq!(reply.headers()["date"], "Mon, 23 Nov 2026 01:02:03 GMT");
        assert_eq!(reply.headers()["x-amzn-requestid"], "r-1");
        assert!(
            text(&reply).contains("<DoResult><A>1</A></DoResult><ResponseMetadata><RequestId>r-1")
        );
    }

    #[test]
    fn each_protocol_has_its_own_error_shape() {
        let fault = Fault::not_found("NoSuchThing", "it <is> not");
        let fails = |service, protocol| envelope(service, protocol).write(Err(fault.clone()));
        let xml = fails(Service::Route53, Protocol::RestXml);
        assert_eq!(xml.status(), 404);
        assert!(text(&xml).contains(
            "<Error><Type>Sender</Type><Code>NoSuchThing</Code><Message>it &lt;is&gt; not<"
        ));
        let rest = fails(Service::ApiGatewayV2, Protocol::RestJson);
        assert_eq!(rest.headers()["x-amzn-errortype"], "NoSuchThing");
        assert_eq!(text(&rest), r#"{"message":"it <is> not"}"#);
        let json = fails(Service::Acm, Protocol::Json("1.1"));
        assert_eq!(
            text(&json),
            r#"{"__type":"NoSuchThing","message":"it <is> not"}"#
        );
        let metrics = fails(Service::CloudWatch, Protocol::Cbor);
        assert_eq!(
            metrics.headers()["x-amzn-query-error"],
            "NoSuchThing;Sender"
        );
    }
}
