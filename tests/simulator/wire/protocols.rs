//! One operation in every protocol its service is spoken to in, byte by byte.

use gwctl::sim::Sim;
use gwctl::sim::wire::handler;

use super::{publish, world};

const REGION: &str = "eu-west-1";

struct Reply {
    status: u16,
    kind: String,
    error: String,
    body: Vec<u8>,
}

impl Reply {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

async fn send(
    sim: &Sim,
    service: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Reply {
    let credential =
        format!("AWS4-HMAC-SHA256 Credential=A/20261123/{REGION}/{service}/aws4_request");
    let mut request = http::Request::post(format!("http://127.0.0.1:1{path}"))
        .header("authorization", credential);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let reply = handler(sim.clone())(request.body(body.to_vec()).unwrap())
        .await
        .unwrap();
    let header = |name: &str| {
        let value = reply
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap());
        value.unwrap_or_default().to_owned()
    };
    Reply {
        status: reply.status().as_u16(),
        kind: header("content-type"),
        error: header("x-amzn-query-error"),
        body: reply.body().clone(),
    }
}

const OPERATION: &str = "/service/GraniteServiceVersion20100801/operation/ListMetrics";
const TARGET: (&str, &str) = ("x-amz-target", "GraniteServiceVersion20100801.ListMetrics");
const CBOR: (&str, &str) = ("smithy-protocol", "rpc-v2-cbor");

#[tokio::test(start_paused = true)]
async fn cloudwatch_answers_in_the_protocol_it_is_asked_in() {
    let sim = world("calm");
    publish(&sim, REGION, "Ticks", &[1.0]);
    let query = b"Action=ListMetrics&Version=2010-08-01&Namespace=Test";
    let xml = send(&sim, "monitoring", "/", &[], query).await;
    assert_eq!((xml.status, xml.kind.as_str()), (200, "text/xml"));
    assert!(
        xml.text()
            .starts_with("<ListMetricsResponse xmlns=\"http://monitoring")
    );
    assert!(
        xml.text()
            .contains("<member><Namespace>Test</Namespace><MetricName>Ticks</MetricName>")
    );
    let json = send(
        &sim,
        "monitoring",
        "/",
        &[TARGET],
        br#"{"Namespace":"Test"}"#,
    )
    .await;
    assert_eq!(
        (json.status, json.kind.as_str()),
        (200, "application/x-amz-json-1.0")
    );
    let read: serde_json::Value = serde_json::from_slice(&json.body).unwrap();
    assert_eq!(read["Metrics"][0]["MetricName"], "Ticks");
    // {"Namespace": "Test"} in CBOR.
    let cbor = send(
        &sim,
        "monitoring",
        OPERATION,
        &[CBOR],
        b"\xa1\x69Namespace\x64Test",
    )
    .await;
    assert_eq!((cbor.status, cbor.kind.as_str()), (200, "application/cbor"));
    assert!(cbor.body.windows(6).any(|window| window == b"\x65Ticks"));
}

#[tokio::test(start_paused = true)]
async fn cloudwatch_tells_its_errors_to_old_and_new_clients_alike() {
    let sim = world("calm");
    let query = b"Action=ListMetrics&Version=2010-08-01&NextToken=forged";
    let xml = send(&sim, "monitoring", "/", &[], query).await;
    assert_eq!(xml.status, 400);
    assert!(
        xml.text()
            .contains("<Type>Sender</Type><Code>InvalidParameterValue</Code>")
    );
    let json = send(
        &sim,
        "monitoring",
        "/",
        &[TARGET],
        br#"{"NextToken":"forged"}"#,
    )
    .await;
    let read: serde_json::Value = serde_json::from_slice(&json.body).unwrap();
    assert_eq!(
        read["__type"],
        "com.amazonaws.cloudwatch#InvalidParameterValueException"
    );
    assert_eq!(json.error, "InvalidParameterValue;Sender");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_refused_in_the_protocols_shape() {
    let sim = world("calm");
    let torn = send(&sim, "monitoring", OPERATION, &[CBOR], b"\xa1\x69Name").await;
    assert_eq!(
        (torn.status, torn.error.as_str()),
        (400, "SerializationException;Sender")
    );
    let packed = [CBOR, ("content-encoding", "gzip")];
    let packed = send(&sim, "monitoring", OPERATION, &packed, b"\x1f\x8b").await;
    assert!(String::from_utf8_lossy(&packed.body).contains("AWS_DISABLE_REQUEST_COMPRESSION"));
    let target = [("x-amz-target", "CertificateManager.ListCertificates")];
    let json = send(&sim, "acm", "/", &target, b"{").await;
    assert!(
        json.text()
            .contains("\"__type\":\"SerializationException\"")
    );
    let path = "/2013-04-01/hostedzone/Z0ORDERS0EXAMPLE1/rrset/";
    let xml = send(&sim, "route53", path, &[], b"<a><b></a>").await;
    assert!(xml.text().contains("<Code>InvalidInput</Code>"));
    let form = send(&sim, "rds", "/", &[], b"Version=2014-10-31").await;
    assert!(form.text().contains("<Code>MissingAction</Code>"));
    let number = b"Action=DescribeDBClusters&MaxRecords=many";
    let number = send(&sim, "rds", "/", &[], number).await;
    assert!(number.text().contains("<Code>MalformedInput</Code>"));
}
