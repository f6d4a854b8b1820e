//! Where an API writes its access log.

use super::AccessFormat;

/// Where a stage writes its access log, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessSetting {
    pub to: AccessLog,
    pub format: AccessFormat,
}

/// What an access log's `destinationArn` names (aws-facts §13.6).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccessLog {
    /// A log group, by its name.
    Group(String),
    /// A Firehose stream, by its name: what went there cannot be asked for.
    Firehose(String),
    /// Anything else, by its ARN.
    Other(String),
}

impl AccessLog {
    /// Reads the ARN.
    pub fn of(arn: &str) -> Self {
        let mut parts = arn.splitn(6, ':');
        let (service, resource) = (parts.nth(2), parts.nth(2));
        let resource = resource.unwrap_or_default();
        match service {
            Some("logs") => match resource.strip_prefix("log-group:") {
                Some(group) => Self::Group(group.trim_end_matches(":*").to_owned()),
                None => Self::Other(arn.to_owned()),
            },
            Some("firehose") => {
                let name = resource.strip_prefix("deliverystream/");
                Self::Firehose(name.unwrap_or(resource).to_owned())
            }
            _ => Self::Other(arn.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AccessLog;

    #[test]
    fn a_destination_is_a_group_or_a_stream_of_firehose() {
        let of = |rest: &str| AccessLog::of(&format!("arn:aws:{rest}"));
        assert_eq!(
            of("logs:eu-west-1:123456789012:log-group:orders-access:*"),
            AccessLog::Group("orders-access".into())
        );
        assert_eq!(
            of("logs:eu-west-1:123456789012:log-group:/orders/access"),
            AccessLog::Group("/orders/access".into())
        );
        assert_eq!(
            of("firehose:eu-west-1:123456789012:deliverystream/amazon-apigateway-orders"),
            AccessLog::Firehose("amazon-apigateway-orders".into())
        );
        assert_eq!(AccessLog::of("odd"), AccessLog::Other("odd".into()));
    }
}
