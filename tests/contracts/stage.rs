//! A stage for one test: a session whose replies the test writes itself, in time that it owns.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use gwctl::aws::{Handler, Session, SessionOptions, Timeouts, Transport, in_process};
use gwctl::fleet::{Clock, Region};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Bytes, Frame};
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// A clock that follows tokio's time, which a test may pause.
#[derive(Debug)]
pub struct TokioClock(Instant);

impl TokioClock {
    pub fn start() -> Arc<Self> {
        Arc::new(Self(Instant::now()))
    }
}

impl Clock for TokioClock {
    fn now(&self) -> Timestamp {
        let since = SignedDuration::try_from(self.0.elapsed()).unwrap();
        "2026-11-22T12:00:00Z".parse::<Timestamp>().unwrap() + since
    }
}

/// A session that gets its replies from `answer`.
pub async fn session<F>(answer: impl Fn(Request) -> F + Send + Sync + 'static) -> Session
where
    F: Future<Output = Transport> + Send + 'static,
{
    let handler: Handler = Arc::new(move |request| Box::pin(answer(Request(request))));
    with_client(in_process(handler)).await
}

/// A session over `client`.
pub async fn with_client(client: SharedHttpClient) -> Session {
    Session::connect(SessionOptions {
        profile: None,
        http_client: Some(client),
        timeouts: Timeouts::default(),
        clock: TokioClock::start(),
    })
    .await
}

/// An HTTP client whose replies begin with 200 and then never go on.
pub fn endless_body() -> SharedHttpClient {
    #[derive(Debug)]
    struct Endless;
    impl HttpConnector for Endless {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            let body = StreamBody::new(futures_util::stream::pending::<Result<_, Infallible>>());
            let body = SdkBody::from_body_1_x::<_, Infallible>(
                body.map_frame(|frame: Frame<Bytes>| frame),
            );
            HttpConnectorFuture::ready(Ok(HttpResponse::new(200.try_into().unwrap(), body)))
        }
    }
    http_client_fn(|_, _| SharedHttpConnector::new(Endless))
}

/// A session that answers everything at once.
pub async fn answering(
    answer: impl Fn(Request) -> http::Response<Vec<u8>> + Send + Sync + 'static,
) -> Session {
    session(move |request| std::future::ready(Ok(answer(request)))).await
}

/// A session that hears nothing, ever.
pub async fn deaf() -> Session {
    session(|_| std::future::pending()).await
}

pub struct Request(http::Request<Vec<u8>>);

impl Request {
    /// A request as a handler of one's own gets it.
    pub fn of(request: http::Request<Vec<u8>>) -> Self {
        Self(request)
    }

    /// What goes with it.
    pub fn headers(&self) -> &http::HeaderMap {
        self.0.headers()
    }

    /// Whether it is this operation of a Query service, or of a JSON or CBOR one.
    pub fn is(&self, operation: &str) -> bool {
        let body = String::from_utf8_lossy(self.0.body());
        let target = self
            .0
            .headers()
            .get("x-amz-target")
            .and_then(|t| t.to_str().ok());
        body.contains(&format!("Action={operation}&"))
            || self
                .0
                .uri()
                .path()
                .ends_with(&format!("/operation/{operation}"))
            || target.is_some_and(|target| target.ends_with(operation))
    }

    pub fn path(&self) -> &str {
        self.0.uri().path()
    }

    pub fn method(&self) -> &str {
        self.0.method().as_str()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.headers().get(name)?.to_str().ok()
    }

    /// The body as text, a Query service's percent signs read back.
    pub fn text(&self) -> String {
        let text = String::from_utf8_lossy(self.0.body());
        text.replace("%3A", ":").replace("%2F", "/")
    }

    pub fn body(&self) -> &[u8] {
        self.0.body()
    }

    pub fn query(&self) -> &str {
        self.0.uri().query().unwrap_or_default()
    }

    pub fn host(&self) -> &str {
        self.0.uri().host().unwrap_or_default()
    }
}

pub fn reply(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> http::Response<Vec<u8>> {
    http::Response::builder()
        .status(status)
        .header("content-type", kind)
        .header("x-amzn-requestid", "11112222-3333")
        .body(body.into())
        .unwrap()
}

pub fn xml(status: u16, body: &str) -> http::Response<Vec<u8>> {
    reply(status, "text/xml", body)
}

pub fn json(status: u16, body: &str) -> http::Response<Vec<u8>> {
    reply(status, "application/json", body)
}

/// An error as the Query services and Route 53 write it.
pub fn xml_error(status: u16, code: &str, message: &str) -> http::Response<Vec<u8>> {
    xml(
        status,
        &format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
             <Message>{message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>"
        ),
    )
}

/// An error as the JSON services write it.
pub fn json_error(status: u16, code: &str, message: &str) -> http::Response<Vec<u8>> {
    let mut reply = json(status, &format!(r#"{{"message":"{message}"}}"#));
    reply
        .headers_mut()
        .insert("x-amzn-errortype", code.parse().unwrap());
    reply
}

pub fn identity() -> http::Response<Vec<u8>> {
    xml(
        200,
        "<GetCallerIdentityResponse><GetCallerIdentityResult>\
         <Arn>arn:aws:sts::123456789012:assumed-role/oncall/ana</Arn><UserId>AROA:ana</UserId>\
         <Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
    )
}

pub fn region(code: &str) -> Region {
    Region::new(code).unwrap()
}

pub fn ireland() -> Region {
    region("eu-west-1")
}

pub const ATTEMPT: Duration = Duration::from_secs(5);
