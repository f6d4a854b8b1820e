//! Whatever is sent, something is answered: a status, a request id, and a body its protocol can hold.

use gwctl::sim::wire::handler;
use proptest::prelude::*;

use super::world;

const SERVICES: [&str; 10] = [
    "monitoring",
    "rds",
    "route53",
    "cloudfront",
    "lambda",
    "apigateway",
    "acm",
    "sts",
    "cloudformation",
    "logs",
];

const PATHS: [&str; 12] = [
    "/",
    "/service/GraniteServiceVersion20100801/operation/GetMetricData",
    "/service/GraniteServiceVersion20100801/operation/PutMetricData",
    "/2013-04-01/hostedzone/Z0ORDERS0EXAMPLE1/rrset",
    "/2013-04-01/healthcheck/%ff",
    "/2013-04-01/testdnsanswer",
    "/2020-05-31/distribution",
    "/2015-03-31/functions/%3A%3A/configuration",
    "/2015-03-31/functions",
    "/restapis",
    "/v2/apis",
    "/v2/domainnames/",
];

const QUERIES: [&str; 6] = [
    "",
    "maxitems=0&marker=%",
    "maxitems=99999999999999999999",
    "name=..&type=A&identifier=x",
    "hostedzoneid=Z0ORDERS0EXAMPLE1&recordname=latency.orders.example.com&recordtype=A&edns0clientsubnetip=::",
    "MaxItems=-1&Marker=YWZ0ZXI6OTk5OTk5OTk5",
];

const BODIES: [&str; 10] = [
    "",
    "Action=DescribeEvents&EndTime=-009999-01-02T02:00:00Z",
    "Action=DescribeEvents&Duration=-9223372036854775808",
    "Action=DescribeEvents&Duration=60&StartTime=-009999-01-01T00:00:00Z",
    "Action=DescribeDBClusters&Filters.Filter.1.Name=&Filters.Filter.4294967296.Name=x&MaxRecords=9e9",
    "Action=GetMetricStatistics&Namespace=A&MetricName=B&Period=1&StartTime=1&EndTime=2&Statistics.member.1=Sum",
    "Action=GetMetricStatistics&Namespace=A&MetricName=B&Period=9223372036854775800&StartTime=-009999-01-01T00:00:00Z&EndTime=9999-12-30T00:00:00Z&Statistics.member.1=Sum",
    "Action=DescribeStacks&StackName=%00&NextToken=x",
    "<ChangeResourceRecordSetsRequest><ChangeBatch><Changes><Change><Action>UPSERT</Action></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>",
    r#"{"MetricDataQueries":[{"Id":"a","Expression":"a/a^-1e999"}],"StartTime":-1e300,"EndTime":1e300,"MaxItems":-5}"#,
];

const TARGETS: [&str; 5] = [
    "",
    "GraniteServiceVersion20100801.GetMetricData",
    "GraniteServiceVersion20100801.PutMetricData",
    "CertificateManager.ListCertificates",
    "....",
];

fn any_body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::sample::select(&BODIES[..]).prop_map(|text| text.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..60),
        "[<>/a-zA-Z0-9&;=.%{}\":,\\[\\]-]{0,80}".prop_map(String::into_bytes),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_request_can_upset_the_simulator(
        service in prop::sample::select(&SERVICES[..]),
        method in prop::sample::select(&["GET", "POST", "PUT", "DELETE"][..]),
        path in prop::sample::select(&PATHS[..]),
        query in prop::sample::select(&QUERIES[..]),
        target in prop::sample::select(&TARGETS[..]),
        cbor in any::<bool>(),
        body in any_body(),
    ) {
        thread_local! {
            static SIM: gwctl::sim::Sim = world("calm");
        }
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("http://127.0.0.1/{}?{query}", path.trim_start_matches('/')))
            .header("authorization", format!("AWS4 Credential=A/20261123/eu-west-1/{service}/aws4_request"));
        if !target.is_empty() {
            request = request.header("x-amz-target", target);
        }
        if cbor {
            request = request.header("smithy-protocol", "rpc-v2-cbor");
        }
        let handler = SIM.with(|sim| handler(sim.clone()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let reply = runtime.block_on(handler(request.body(body).unwrap())).unwrap();
        prop_assert!(reply.status().is_success() || reply.status().is_client_error(), "{}", reply.status());
        prop_assert!(reply.headers().contains_key("x-amzn-requestid"));
        prop_assert!(reply.headers().contains_key("date"));
    }
}
