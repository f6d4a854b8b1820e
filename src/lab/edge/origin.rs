//! The distribution's origin, as the edge's template says.

use gwctl_stacks::{Kind, Nothing, Parameters, Scope, Template, TemplateError};
use serde::Serialize;
use serde_json::Value;

/// What CloudFront has for the Regions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    /// The configured name, which the router replaces.
    pub domain: String,
    /// Custom headers: the router's settings.
    pub headers: Vec<(String, String)>,
    /// Whether the function sees the body.
    pub include_body: bool,
}

/// What the template is given for the router.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The latency record set that the router resolves.
    pub latency_record: String,
    /// Region code and endpoint.
    pub regions: Vec<(String, String)>,
    /// Region to use while DNS has not answered.
    pub fallback: String,
    /// Longest time to keep a DNS answer, in seconds.
    pub max_ttl_s: u32,
    /// Whether the router signs for an API with IAM authorization.
    pub iam: bool,
}

impl Settings {
    /// The origin of the template `edge.yaml` with these settings.
    ///
    /// # Errors
    /// The template gives no such origin.
    pub fn origin(&self) -> Result<Origin, TemplateError> {
        let template = Template::parse(&Kind::Edge.template())?;
        let mut parameters = template.with(&self.parameters())?;
        parameters.insert("AWS::Region".into(), "us-east-1".into());
        let scope = Scope {
            template: &template,
            parameters: &parameters,
            made: &Nothing,
        };
        let missing = || TemplateError::new("the template gives the distribution no origin");
        let distribution = template.resources.get("Distribution").ok_or_else(missing)?;
        let distribution = scope.value(&distribution.properties)?;
        read(&distribution["DistributionConfig"]).ok_or_else(missing)
    }

    fn parameters(&self) -> Parameters {
        let regions = self.regions.iter();
        let regions: Vec<String> = regions
            .map(|(region, host)| format!("{region}={host}"))
            .collect();
        let authorization = if self.iam { "iam" } else { "none" };
        let given = [
            ("FleetName", "lab"),
            ("DomainName", "api.example.com"),
            ("HostedZoneId", "Z0"),
            ("LatencyRecordName", &self.latency_record),
            ("RouterRegions", &regions.join(",")),
            ("FallbackRegion", &self.fallback),
            ("MaxTtl", &self.max_ttl_s.to_string()),
            ("Authorization", authorization),
            ("ApiArns", ""),
        ];
        let given = given.into_iter();
        given
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }
}

fn read(config: &Value) -> Option<Origin> {
    let origin = config["Origins"].get(0)?;
    let headers = origin["OriginCustomHeaders"].as_array()?;
    let header = |one: &Value| {
        let text = |key: &str| one[key].as_str().map(str::to_owned);
        Some((text("HeaderName")?, text("HeaderValue")?))
    };
    let functions = &config["DefaultCacheBehavior"]["LambdaFunctionAssociations"];
    let on_request = functions
        .as_array()?
        .iter()
        .find(|one| one["EventType"] == "origin-request")?;
    Some(Origin {
        domain: origin["DomainName"].as_str()?.to_owned(),
        headers: headers.iter().map(header).collect::<Option<_>>()?,
        include_body: match &on_request["IncludeBody"] {
            Value::Bool(yes) => *yes,
            other => other.as_str()? == "true",
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_origin_carries_the_routers_settings() {
        let settings = Settings {
            latency_record: "latency.orders.example.com".into(),
            regions: vec![
                ("eu-west-1".into(), "eu.example.com".into()),
                ("us-east-1".into(), "us.example.com".into()),
            ],
            fallback: "us-east-1".into(),
            max_ttl_s: 7,
            iam: true,
        };
        let origin = settings.origin().unwrap();
        assert_eq!(origin.domain, "latency.orders.example.com");
        assert!(origin.include_body);
        let header = |name: &str| {
            let found = origin.headers.iter().find(|(key, _)| key == name);
            found.map(|(_, value)| value.as_str())
        };
        let regions = "eu-west-1=eu.example.com,us-east-1=us.example.com";
        assert_eq!(header("x-gwctl-regions"), Some(regions));
        assert_eq!(header("x-gwctl-max-ttl"), Some("7"));
        assert_eq!(header("x-gwctl-authorization"), Some("iam"));
        let open = Settings {
            iam: false,
            ..settings
        };
        assert!(!open.origin().unwrap().include_body);
    }
}
