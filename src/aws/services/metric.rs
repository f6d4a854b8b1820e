//! From what gwctl wants to know to CloudWatch's namespace, name, dimensions and statistic (aws-facts §1.1, §1.2).

use std::borrow::Cow;
use std::time::Duration;

use gwctl_fleet::{Account, ApiKind, FunctionName, Metric};

/// Every metric asked for is kept by the minute (aws-facts §1.3).
const MINUTE: Duration = Duration::from_mins(1);

/// Whose metric it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Subject {
    /// An API, in its Region.
    Api {
        /// REST and HTTP APIs differ in names and dimensions.
        kind: ApiKind,
        /// API id.
        id: String,
        /// API name, which names a REST API's metrics.
        name: String,
        /// One stage; none means all stages together.
        stage: Option<String>,
    },
    /// A function, in its Region.
    Function {
        /// Its name or ARN, perhaps with a version or an alias.
        name: String,
    },
    /// A database cluster, in its Region.
    Cluster {
        /// Its identifier.
        id: String,
    },
    /// A health check, in us-east-1.
    HealthCheck { id: String },
    /// A distribution, in us-east-1.
    Distribution {
        id: String,
        /// The name of the limit-exceeded metric, which AWS does not document: from
        /// [`crate::CloudWatch::limit_exceeded_name`].
        limit_metric: Option<String>,
    },
}

impl Subject {
    /// The account whose CloudWatch has it.
    pub const fn account(&self) -> Account {
        match self {
            Self::Api { .. } | Self::Function { .. } => Account::Workload,
            Self::Cluster { .. } => Account::Database,
            Self::HealthCheck { .. } => Account::Dns,
            Self::Distribution { .. } => Account::Edge,
        }
    }
}

/// One question to CloudWatch. `K` is whatever finds its way back with the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricQuestion<K> {
    /// Comes back with the answer.
    pub key: K,
    /// `AWS/ApiGateway` …
    pub namespace: &'static str,
    /// CloudWatch's name, exact case.
    pub name: Cow<'static, str>,
    /// Names and values.
    pub dimensions: Vec<(&'static str, String)>,
    /// `Sum`, `p99` …
    pub stat: &'static str,
    /// Length of one point.
    pub period: Duration,
}

/// The question that `metric` of `subject` is to CloudWatch; none when the subject has no such metric.
pub fn question<K>(key: K, metric: Metric, subject: &Subject) -> Option<MetricQuestion<K>> {
    let (namespace, name, stat) = spelling(metric, subject)?;
    Some(MetricQuestion {
        key,
        namespace,
        name,
        dimensions: dimensions(metric, subject),
        stat,
        period: MINUTE,
    })
}

type Spelling = (&'static str, Cow<'static, str>, &'static str);

fn spelling(metric: Metric, subject: &Subject) -> Option<Spelling> {
    match subject {
        Subject::Api { kind, .. } => {
            api(metric, *kind).map(|(name, stat)| ("AWS/ApiGateway", name.into(), stat))
        }
        Subject::Function { .. } => {
            function(metric).map(|(name, stat)| ("AWS/Lambda", name.into(), stat))
        }
        Subject::Cluster { .. } => {
            cluster(metric).map(|(name, stat)| ("AWS/RDS", name.into(), stat))
        }
        Subject::HealthCheck { .. } => {
            health_check(metric).map(|(name, stat)| ("AWS/Route53", name.into(), stat))
        }
        Subject::Distribution { limit_metric, .. } => match metric {
            Metric::EdgeFunctionLimited => limit_metric
                .clone()
                .map(|name| ("AWS/CloudFront", name.into(), "Sum")),
            _ => edge(metric).map(|(name, stat)| ("AWS/CloudFront", name.into(), stat)),
        },
    }
}

fn api(metric: Metric, kind: ApiKind) -> Option<(&'static str, &'static str)> {
    let rest = kind == ApiKind::Rest;
    Some(match metric {
        Metric::ApiLatencyP50 => ("Latency", "p50"),
        Metric::ApiLatencyP90 => ("Latency", "p90"),
        Metric::ApiLatencyP99 => ("Latency", "p99"),
        Metric::ApiIntegrationLatencyP50 => ("IntegrationLatency", "p50"),
        Metric::ApiRequests => ("Count", if rest { "SampleCount" } else { "Sum" }),
        Metric::Api4xx => (if rest { "4XXError" } else { "4xx" }, "Sum"),
        Metric::Api5xx => (if rest { "5XXError" } else { "5xx" }, "Sum"),
        _ => return None,
    })
}

fn function(metric: Metric) -> Option<(&'static str, &'static str)> {
    Some(match metric {
        Metric::FunctionInvocations => ("Invocations", "Sum"),
        Metric::FunctionErrors => ("Errors", "Sum"),
        Metric::FunctionThrottles => ("Throttles", "Sum"),
        Metric::FunctionDurationP95 => ("Duration", "p95"),
        Metric::FunctionConcurrency => ("ConcurrentExecutions", "Maximum"),
        _ => return None,
    })
}

fn cluster(metric: Metric) -> Option<(&'static str, &'static str)> {
    Some(match metric {
        Metric::RpoLag => ("AuroraGlobalDBRPOLag", "Maximum"),
        Metric::ReplicationLag => ("AuroraGlobalDBReplicationLag", "Maximum"),
        Metric::DbCpu => ("CPUUtilization", "Maximum"),
        Metric::DbConnections => ("DatabaseConnections", "Maximum"),
        Metric::DbWriteThroughput => ("CommitThroughput", "Average"),
        Metric::DbCapacity => ("ServerlessDatabaseCapacity", "Maximum"),
        _ => return None,
    })
}

fn health_check(metric: Metric) -> Option<(&'static str, &'static str)> {
    Some(match metric {
        Metric::CheckStatus => ("HealthCheckStatus", "Minimum"),
        Metric::CheckPercentHealthy => ("HealthCheckPercentageHealthy", "Average"),
        _ => return None,
    })
}

fn edge(metric: Metric) -> Option<(&'static str, &'static str)> {
    Some(match metric {
        Metric::EdgeRequests => ("Requests", "Sum"),
        Metric::Edge4xxRate => ("4xxErrorRate", "Average"),
        Metric::Edge5xxRate => ("5xxErrorRate", "Average"),
        Metric::EdgeOriginLatencyP90 => ("OriginLatency", "p90"),
        Metric::EdgeFunctionErrors => ("LambdaExecutionError", "Sum"),
        Metric::EdgeFunctionInvalid => ("LambdaValidationError", "Sum"),
        _ => return None,
    })
}

fn dimensions(metric: Metric, subject: &Subject) -> Vec<(&'static str, String)> {
    match subject {
        Subject::Api {
            kind,
            id,
            name,
            stage,
        } => {
            let api = match kind {
                ApiKind::Rest => ("ApiName", metric_name_of(name, id)),
                ApiKind::Http => ("ApiId", id.clone()),
            };
            let stage = stage.as_ref().map(|stage| ("Stage", stage.clone()));
            std::iter::once(api).chain(stage).collect()
        }
        Subject::Function { name } => {
            let named = FunctionName::of(name);
            let resource = named.resource().map(|resource| ("Resource", resource));
            std::iter::once(("FunctionName", named.name.to_owned()))
                .chain(resource)
                .collect()
        }
        Subject::Cluster { id } => {
            // Without a role the figure is the average over all instances, those that take no writes among them.
            let writer = metric == Metric::DbWriteThroughput;
            let role = writer.then(|| ("Role", "WRITER".to_owned()));
            std::iter::once(("DBClusterIdentifier", id.clone()))
                .chain(role)
                .collect()
        }
        Subject::HealthCheck { id } => vec![("HealthCheckId", id.clone())],
        Subject::Distribution { id, .. } => {
            vec![("DistributionId", id.clone()), ("Region", "Global".into())]
        }
    }
}

/// API Gateway strips what is not ASCII from a REST API's name, and takes its id when nothing is left.
fn metric_name_of(name: &str, id: &str) -> String {
    let ascii: String = name.chars().filter(char::is_ascii).collect();
    if ascii.is_empty() {
        id.to_owned()
    } else {
        ascii
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api_subject(kind: ApiKind, name: &str, stage: Option<&str>) -> Subject {
        Subject::Api {
            kind,
            id: "a1b2c3".into(),
            name: name.into(),
            stage: stage.map(Into::into),
        }
    }

    fn asked(metric: Metric, subject: &Subject) -> (String, String, String) {
        let q = question((), metric, subject).unwrap();
        let dimensions: Vec<String> = q
            .dimensions
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect();
        (
            format!("{} {}", q.namespace, q.name),
            dimensions.join(","),
            q.stat.into(),
        )
    }

    fn all(name: &str, dimensions: &str, stat: &str) -> (String, String, String) {
        (name.into(), dimensions.into(), stat.into())
    }

    #[test]
    fn rest_and_http_apis_differ_in_names_and_dimensions() {
        let rest = api_subject(ApiKind::Rest, "orders", Some("prod"));
        let http = api_subject(ApiKind::Http, "orders", Some("prod"));
        let of_rest = |name, stat| all(name, "ApiName=orders,Stage=prod", stat);
        let of_http = |name, stat| all(name, "ApiId=a1b2c3,Stage=prod", stat);
        assert_eq!(
            asked(Metric::Api5xx, &rest),
            of_rest("AWS/ApiGateway 5XXError", "Sum")
        );
        assert_eq!(
            asked(Metric::Api5xx, &http),
            of_http("AWS/ApiGateway 5xx", "Sum")
        );
        assert_eq!(
            asked(Metric::Api4xx, &rest),
            of_rest("AWS/ApiGateway 4XXError", "Sum")
        );
        assert_eq!(
            asked(Metric::Api4xx, &http),
            of_http("AWS/ApiGateway 4xx", "Sum")
        );
        assert_eq!(
            asked(Metric::ApiRequests, &rest),
            of_rest("AWS/ApiGateway Count", "SampleCount")
        );
        assert_eq!(
            asked(Metric::ApiRequests, &http),
            of_http("AWS/ApiGateway Count", "Sum")
        );
        assert_eq!(
            asked(Metric::ApiLatencyP99, &http),
            of_http("AWS/ApiGateway Latency", "p99")
        );
    }

    #[test]
    fn an_api_without_a_stage_is_asked_for_all_stages() {
        let http = api_subject(ApiKind::Http, "orders", None);
        assert_eq!(asked(Metric::Api5xx, &http).1, "ApiId=a1b2c3");
        let rest = api_subject(ApiKind::Rest, "orders", None);
        assert_eq!(asked(Metric::Api5xx, &rest).1, "ApiName=orders");
    }

    #[test]
    fn rest_api_names_lose_what_is_not_ascii_and_fall_back_to_the_id() {
        let mixed = api_subject(ApiKind::Rest, "bestellungen-für", None);
        assert_eq!(asked(Metric::Api5xx, &mixed).1, "ApiName=bestellungen-fr");
        let none = api_subject(ApiKind::Rest, "注文", None);
        assert_eq!(asked(Metric::Api5xx, &none).1, "ApiName=a1b2c3");
    }

    #[test]
    fn cloudfront_needs_its_global_region_and_knows_no_documented_limit_metric() {
        let edge = |limit_metric| Subject::Distribution {
            id: "E1".into(),
            limit_metric,
        };
        let dimensions = "DistributionId=E1,Region=Global";
        assert_eq!(
            asked(Metric::EdgeOriginLatencyP90, &edge(None)),
            all("AWS/CloudFront OriginLatency", dimensions, "p90")
        );
        assert_eq!(question((), Metric::EdgeFunctionLimited, &edge(None)), None);
        let found = edge(Some("LambdaLimitExceededErrors".into()));
        assert_eq!(
            asked(Metric::EdgeFunctionLimited, &found),
            all(
                "AWS/CloudFront LambdaLimitExceededErrors",
                dimensions,
                "Sum"
            )
        );
    }

    #[test]
    fn the_rest_of_the_table_is_spelled_as_aws_spells_it() {
        let cluster = Subject::Cluster {
            id: "orders-euw1".into(),
        };
        let of_cluster = |name, stat| all(name, "DBClusterIdentifier=orders-euw1", stat);
        assert_eq!(
            asked(Metric::RpoLag, &cluster),
            of_cluster("AWS/RDS AuroraGlobalDBRPOLag", "Maximum")
        );
        assert_eq!(
            asked(Metric::ReplicationLag, &cluster),
            of_cluster("AWS/RDS AuroraGlobalDBReplicationLag", "Maximum")
        );
        assert_eq!(
            asked(Metric::DbCpu, &cluster),
            of_cluster("AWS/RDS CPUUtilization", "Maximum")
        );

        assert_eq!(
            asked(Metric::DbCapacity, &cluster),
            of_cluster("AWS/RDS ServerlessDatabaseCapacity", "Maximum")
        );
        let commits = asked(Metric::DbWriteThroughput, &cluster);
        let writers = "DBClusterIdentifier=orders-euw1,Role=WRITER";
        assert_eq!(commits, all("AWS/RDS CommitThroughput", writers, "Average"));

        let function = Subject::Function {
            name: "orders-read".into(),
        };
        let of_function = |name, stat| all(name, "FunctionName=orders-read", stat);
        assert_eq!(
            asked(Metric::FunctionConcurrency, &function),
            of_function("AWS/Lambda ConcurrentExecutions", "Maximum")
        );
        assert_eq!(
            asked(Metric::FunctionDurationP95, &function),
            of_function("AWS/Lambda Duration", "p95")
        );

        let check = Subject::HealthCheck { id: "hc-1".into() };
        let of_check = |name, stat| all(name, "HealthCheckId=hc-1", stat);
        assert_eq!(
            asked(Metric::CheckStatus, &check),
            of_check("AWS/Route53 HealthCheckStatus", "Minimum")
        );
        assert_eq!(
            asked(Metric::CheckPercentHealthy, &check),
            of_check("AWS/Route53 HealthCheckPercentageHealthy", "Average")
        );
    }

    #[test]
    fn a_function_is_asked_for_by_its_name_and_an_alias_as_its_resource() {
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:orders-read";
        for (name, dimensions) in [
            (arn.to_owned(), "FunctionName=orders-read"),
            (
                "orders-read:live".to_owned(),
                "FunctionName=orders-read,Resource=orders-read:live",
            ),
            (
                format!("{arn}:7"),
                "FunctionName=orders-read,Resource=orders-read:7",
            ),
        ] {
            let subject = Subject::Function { name };
            assert_eq!(asked(Metric::FunctionErrors, &subject).1, dimensions);
        }
    }

    #[test]
    fn a_subject_is_only_asked_for_what_it_has() {
        let function = Subject::Function {
            name: "orders-read".into(),
        };
        assert_eq!(question((), Metric::RpoLag, &function), None);
        assert_eq!(question((), Metric::Api5xx, &function), None);
    }
}
