//! Which service, Region, protocol and operation a request means.

use http::Request;
use http::request::Parts;

use super::codec::{cbor, json, query, xml};
use super::fault::Fault;
use super::routes::{
    APIGATEWAY, APIGATEWAY_V2, CLOUDFRONT, LAMBDA, RDS_DATA, RECOVERY_CONFIG, ROUTE53, Route, XRAY,
};
use super::value::Value;
use gwctl_fleet::Region;

/// A service the simulator speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// Amazon CloudWatch.
    CloudWatch,
    /// Amazon RDS.
    Rds,
    /// Amazon RDS, the Data API.
    RdsData,
    /// Amazon Route 53; global.
    Route53,
    /// Amazon CloudFront; global.
    CloudFront,
    /// AWS `CloudTrail`.
    CloudTrail,
    /// Amazon DynamoDB.
    DynamoDb,
    /// AWS Health.
    Health,
    /// AWS Lambda.
    Lambda,
    /// Amazon CloudWatch Logs.
    Logs,
    /// API Gateway, REST APIs.
    ApiGateway,
    /// API Gateway, HTTP APIs.
    ApiGatewayV2,
    /// AWS Certificate Manager.
    Acm,
    /// AWS Security Token Service.
    Sts,
    Iam,
    /// AWS CloudFormation.
    CloudFormation,
    /// ARC: the endpoints that hold the routing controls' states.
    RecoveryCluster,
    /// ARC: the configuration of routing controls.
    RecoveryConfig,
    /// ARC Region switch.
    RegionSwitch,
    /// AWS X-Ray.
    XRay,
}

/// How a request is written and its reply is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Form in, XML out.
    Query,
    /// XML both ways, operations by method and path.
    RestXml,
    /// JSON both ways, operations by method and path.
    RestJson,
    /// JSON both ways, operations by `x-amz-target`; `1.0` or `1.1`.
    Json(&'static str),
    /// Smithy's RPC v2 in CBOR.
    Cbor,
}

impl Service {
    /// By the name that requests are signed for; the two API Gateways share one.
    fn signed_as(name: &str, path: &str) -> Option<Self> {
        Some(match name {
            "monitoring" => Self::CloudWatch,
            "rds" => Self::Rds,
            "rds-data" => Self::RdsData,
            "route53" => Self::Route53,
            "cloudfront" => Self::CloudFront,
            "cloudtrail" => Self::CloudTrail,
            "dynamodb" => Self::DynamoDb,
            "health" => Self::Health,
            "lambda" => Self::Lambda,
            "logs" => Self::Logs,
            "apigateway" if path.starts_with("/v2/") => Self::ApiGatewayV2,
            "apigateway" => Self::ApiGateway,
            "acm" => Self::Acm,
            "sts" => Self::Sts,
            "iam" => Self::Iam,
            "cloudformation" => Self::CloudFormation,
            "route53-recovery-cluster" => Self::RecoveryCluster,
            "route53-recovery-control-config" => Self::RecoveryConfig,
            "arc-region-switch" => Self::RegionSwitch,
            "xray" => Self::XRay,
            _ => return None,
        })
    }

    /// The prefix of its IAM actions.
    pub const fn iam(self) -> &'static str {
        match self {
            Self::CloudWatch => "cloudwatch",
            Self::Rds => "rds",
            Self::RdsData => "rds-data",
            Self::Route53 => "route53",
            Self::CloudFront => "cloudfront",
            Self::CloudTrail => "cloudtrail",
            Self::DynamoDb => "dynamodb",
            Self::Health => "health",
            Self::Lambda => "lambda",
            Self::Logs => "logs",
            Self::ApiGateway | Self::ApiGatewayV2 => "apigateway",
            Self::Acm => "acm",
            Self::Sts => "sts",
            Self::Iam => "iam",
            Self::CloudFormation => "cloudformation",
            Self::RecoveryCluster => "route53-recovery-cluster",
            Self::RecoveryConfig => "route53-recovery-control-config",
            Self::RegionSwitch => "arc-region-switch",
            Self::XRay => "xray",
        }
    }

    /// Whether it has one endpoint for the whole world, in us-east-1.
    pub const fn is_global(self) -> bool {
        matches!(self, Self::Route53 | Self::CloudFront | Self::Iam)
    }

    /// Namespace of its XML documents.
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::Rds => "http://rds.amazonaws.com/doc/2014-10-31/",
            Self::Route53 => "https://route53.amazonaws.com/doc/2013-04-01/",
            Self::CloudFront => "http://cloudfront.amazonaws.com/doc/2020-05-31/",
            Self::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
            Self::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
            Self::CloudFormation => "http://cloudformation.amazonaws.com/doc/2010-05-15/",
            _ => "http://monitoring.amazonaws.com/doc/2010-08-01/",
        }
    }

    fn protocol(self, parts: &Parts) -> Protocol {
        match self {
            Self::CloudWatch | Self::RegionSwitch
                if header(parts, "smithy-protocol") == "rpc-v2-cbor" =>
            {
                Protocol::Cbor
            }
            Self::CloudWatch if !header(parts, "x-amz-target").is_empty() => Protocol::Json("1.0"),
            Self::CloudWatch | Self::Rds | Self::Sts | Self::Iam | Self::CloudFormation => {
                Protocol::Query
            }
            Self::Route53 | Self::CloudFront => Protocol::RestXml,
            Self::Lambda
            | Self::ApiGateway
            | Self::ApiGatewayV2
            | Self::RecoveryConfig
            | Self::RdsData
            | Self::XRay => Protocol::RestJson,
            Self::DynamoDb | Self::RecoveryCluster | Self::RegionSwitch => Protocol::Json("1.0"),
            Self::Acm | Self::CloudTrail | Self::Health | Self::Logs => Protocol::Json("1.1"),
        }
    }

    const fn routes(self) -> &'static [Route] {
        match self {
            Self::Route53 => ROUTE53,
            Self::CloudFront => CLOUDFRONT,
            Self::Lambda => LAMBDA,
            Self::ApiGateway => APIGATEWAY,
            Self::ApiGatewayV2 => APIGATEWAY_V2,
            Self::RecoveryConfig => RECOVERY_CONFIG,
            Self::XRay => XRAY,
            Self::RdsData => RDS_DATA,
            _ => &[],
        }
    }
}

/// Where a request is addressed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub service: Service,
    /// The Region whose endpoint it is: us-east-1 for a global service.
    pub region: Region,
    /// How it is written.
    pub protocol: Protocol,
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct RoutedRequest {
    /// The operation, or `METHOD path` where no route leads to one.
    pub operation: String,
    /// Its members.
    pub input: Value,
}

/// Finds the service by the signature's credential scope, which is there whatever the endpoint;
/// an unsigned request only has its host name. `None`: a service that is not simulated.
pub fn address(parts: &Parts) -> Option<Address> {
    let (name, region) = scope(header(parts, "authorization")).or_else(|| host(parts))?;
    let service = Service::signed_as(&name, parts.uri.path())?;
    let region = if service.is_global() {
        Region::global()
    } else {
        Region::new(&region).ok()?
    };
    Some(Address {
        service,
        region,
        protocol: service.protocol(parts),
    })
}

/// Reads operation and members.
pub fn read(
    address: &Address,
    request: &Request<Vec<u8>>,
) -> Result<RoutedRequest, (String, Fault)> {
    let (body, path) = (request.body().as_slice(), request.uri().path());
    let operation = match address.protocol {
        Protocol::Cbor => path.rsplit('/').next().unwrap_or_default().to_owned(),
        Protocol::Json(_) => {
            let target = request
                .headers()
                .get("x-amz-target")
                .and_then(|value| value.to_str().ok());
            target
                .and_then(|target| target.rsplit('.').next())
                .unwrap_or_default()
                .to_owned()
        }
        Protocol::Query => String::new(),
        Protocol::RestXml | Protocol::RestJson => return read_rest(address, request),
    };
    let packed = request.headers().get("content-encoding");
    let input = match address.protocol {
        _ if packed.is_some_and(|encoding| encoding != "identity") => Err(compressed()),
        Protocol::Cbor => cbor::parse(body),
        Protocol::Json(_) => json::parse(body),
        _ => Ok(query::parse(&format!(
            "{}&{}",
            request.uri().query().unwrap_or_default(),
            String::from_utf8_lossy(body)
        ))),
    };
    let input = input.map_err(|fault| (operation.clone(), fault))?;
    let operation = match address.protocol {
        Protocol::Query => input.text("Action").unwrap_or_default().to_owned(),
        _ => operation,
    };
    Ok(RoutedRequest { operation, input })
}

/// SDKs compress large `PutMetricData` requests; the simulator's own door needs no such thing.
fn compressed() -> Fault {
    Fault::bad(
        "SerializationException",
        "Compressed requests are not simulated: set AWS_DISABLE_REQUEST_COMPRESSION=true",
    )
}

fn read_rest(
    address: &Address,
    request: &Request<Vec<u8>>,
) -> Result<RoutedRequest, (String, Fault)> {
    let (method, path) = (request.method().as_str(), request.uri().path());
    let found = address.service.routes().iter().find_map(|route| {
        let labels = (route.method == method)
            .then(|| matches(route.path, path))
            .flatten()?;
        Some((route.operation, labels))
    });
    let (operation, mut members) = match found {
        Some((operation, labels)) => (operation.to_owned(), labels),
        None => (format!("{method} {path}"), Vec::new()),
    };
    members.extend(query::pairs(request.uri().query().unwrap_or_default()));
    if let Some(tag) = request.headers().get("if-match") {
        let tag = tag.to_str().unwrap_or_default();
        members.push(("If-Match".into(), tag.to_owned()));
    }
    let body = match address.protocol {
        Protocol::RestXml => xml::parse(request.body()),
        _ => json::parse(request.body()),
    };
    let mut input = Value::Map(
        members
            .into_iter()
            .map(|(name, value)| (name.into(), Value::Text(value)))
            .collect(),
    );
    match (body, &mut input) {
        (Ok(Value::Map(more)), Value::Map(members)) => members.extend(more),
        (Err(fault), _) => return Err((operation, fault)),
        _ => {}
    }
    Ok(RoutedRequest { operation, input })
}

fn header<'a>(parts: &'a Parts, name: &str) -> &'a str {
    parts
        .headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// `Credential=KEY/DATE/REGION/SERVICE/aws4_request` → service, Region.
fn scope(authorization: &str) -> Option<(String, String)> {
    let credential = authorization
        .split("Credential=")
        .nth(1)?
        .split([',', ' '])
        .next()?;
    let mut parts = credential.rsplit('/');
    let (_end, service, region) = (parts.next()?, parts.next()?, parts.next()?);
    Some((service.to_owned(), region.to_owned()))
}

/// `rds.eu-west-1.amazonaws.com`, `sts.amazonaws.com` → service, Region.
fn host(parts: &Parts) -> Option<(String, String)> {
    let host = parts
        .uri
        .host()
        .unwrap_or_else(|| header(parts, "host").split(':').next().unwrap_or_default());
    let mut labels = host.strip_suffix(".amazonaws.com")?.split('.');
    let service = labels.next()?.to_owned();
    Some((service, labels.next().unwrap_or("us-east-1").to_owned()))
}

/// The labels of `path` when it has the shape of `template`; `*` stands for any one segment.
fn matches(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let mut labels = Vec::new();
    let mut segments = path.trim_matches('/').split('/');
    for wanted in template.trim_matches('/').split('/') {
        let segment = segments.next()?;
        if let Some(name) = wanted
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
        {
            labels.push((name.to_owned(), query::decode(segment, false)));
        } else if wanted != "*" && wanted != segment {
            return None;
        }
    }
    segments.next().is_none().then_some(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(uri: &str, headers: &[(&str, &str)]) -> Request<Vec<u8>> {
        let mut builder = Request::builder().uri(uri);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        builder.body(Vec::new()).unwrap()
    }

    fn found(uri: &str, headers: &[(&str, &str)]) -> Option<(Service, String, Protocol)> {
        let (parts, _) = request(uri, headers).into_parts();
        address(&parts).map(|found| (found.service, found.region.to_string(), found.protocol))
    }

    const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKID/20261123/eu-west-1/SERVICE/aws4_request, SignedHeaders=host, Signature=0";

    #[test]
    fn the_signature_tells_the_service_where_the_host_cannot() {
        let signed = |service: &str| SIGNED.replace("SERVICE", service);
        let rds = found(
            "http://127.0.0.1:4000/",
            &[("authorization", &signed("rds"))],
        );
        assert_eq!(
            rds,
            Some((Service::Rds, "eu-west-1".into(), Protocol::Query))
        );
        let v2 = found(
            "http://127.0.0.1:4000/v2/apis",
            &[("authorization", &signed("apigateway"))],
        );
        assert_eq!(v2.unwrap().0, Service::ApiGatewayV2);
        let v1 = found(
            "http://127.0.0.1:4000/restapis",
            &[("authorization", &signed("apigateway"))],
        );
        assert_eq!(v1.unwrap().0, Service::ApiGateway);
    }

    #[test]
    fn global_services_are_in_us_east_1_whoever_signed() {
        let signed = SIGNED.replace("SERVICE", "route53");
        let zone = found(
            "http://localhost/2013-04-01/hostedzone",
            &[("authorization", &signed)],
        );
        assert_eq!(
            zone,
            Some((Service::Route53, "us-east-1".into(), Protocol::RestXml))
        );
    }

    #[test]
    fn an_unsigned_request_is_known_by_its_host() {
        let lambda = found(
            "https://lambda.ap-southeast-1.amazonaws.com/2015-03-31/functions",
            &[],
        );
        assert_eq!(
            lambda,
            Some((Service::Lambda, "ap-southeast-1".into(), Protocol::RestJson))
        );
        assert_eq!(found("https://example.com/", &[]), None);
    }

    #[test]
    fn cloudwatch_is_spoken_to_in_three_protocols() {
        let host = "https://monitoring.us-east-1.amazonaws.com/";
        let protocol = |headers: &[(&str, &str)]| found(host, headers).unwrap().2;
        assert_eq!(
            protocol(&[("smithy-protocol", "rpc-v2-cbor")]),
            Protocol::Cbor
        );
        let target = [("x-amz-target", "GraniteServiceVersion20100801.ListMetrics")];
        assert_eq!(protocol(&target), Protocol::Json("1.0"));
        assert_eq!(protocol(&[]), Protocol::Query);
    }

    #[test]
    fn paths_give_operation_and_labels() {
        let request = request(
            "https://cloudfront.amazonaws.com/2020-05-31/distribution/E%32/config?x=1",
            &[],
        );
        let (parts, _) = request.clone().into_parts();
        let asked = read(&address(&parts).unwrap(), &request).unwrap();
        assert_eq!(asked.operation, "GetDistributionConfig");
        assert_eq!(asked.input.text("Id"), Some("E2"));
        assert_eq!(asked.input.text("x"), Some("1"));
    }
}
