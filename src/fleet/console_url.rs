//! Where AWS's own web console shows a thing: in the partition of its Region.

use std::fmt::Write as _;

use super::{EventKind, Partition, Region};

/// A thing that AWS's console has a page for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page<'a> {
    /// A `CloudWatch` alarm, by name.
    Alarm(&'a str),
    /// An event of `CloudTrail`, by its id.
    Event(&'a str),
    /// A Lambda function, by name.
    Function(&'a str),
    /// An Aurora cluster, by its id.
    Cluster(&'a str),
    /// The databases of a Region.
    Databases,
    /// A `CloudFront` distribution, by its id.
    Distribution(&'a str),
    /// A stack of `CloudFormation`, by name.
    Stack(&'a str),
}

impl<'a> Page<'a> {
    /// The page of what changed, called `name`; none where it has no page of its own.
    pub const fn of(kind: EventKind, name: &'a str) -> Option<Self> {
        Some(match kind {
            EventKind::Function => Self::Function(name),
            EventKind::Alarm => Self::Alarm(name),
            EventKind::Edge => Self::Distribution(name),
            EventKind::Stack => Self::Stack(name),
            // By an instance as well as by a cluster.
            EventKind::Database => Self::Databases,
            _ => return None,
        })
    }
}

/// The address of the page in `region`; none in a partition whose console gwctl does not know.
pub fn console_url(region: &Region, page: Page<'_>) -> Option<String> {
    let domain = match Partition::of(region) {
        Partition::Aws => "console.aws.amazon.com",
        Partition::AwsCn => "console.amazonaws.cn",
        Partition::AwsUsGov => "console.amazonaws-us-gov.com",
        Partition::AwsEusc => return None,
    };
    let host = format!("https://{region}.{domain}");
    let here = |path: &str, rest: String| format!("{host}/{path}/home?region={region}#{rest}");
    Some(match page {
        Page::Alarm(name) => here("cloudwatch", format!("alarmsV2:alarm/{}", encoded(name))),
        Page::Event(id) => here("cloudtrailv2", format!("/events/{}", encoded(id))),
        Page::Function(name) => here("lambda", format!("/functions/{}", encoded(name))),
        Page::Cluster(id) => here(
            "rds",
            format!("database:id={};is-cluster=true", encoded(id)),
        ),
        Page::Databases => here("rds", "databases:".to_owned()),
        Page::Stack(name) => here(
            "cloudformation",
            format!("/stacks?filteringText={}", encoded(name)),
        ),
        // A global service: its console has one place in a partition.
        Page::Distribution(id) => {
            let id = encoded(id);
            format!("{host}/cloudfront/v4/home#/distributions/{id}")
        }
    })
}

/// Names come from AWS: whatever is no letter, digit, `-`, `_` or `.` is written as its bytes.
fn encoded(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_of_the_partition_of_its_region() {
        for (code, start) in [
            (
                "eu-west-1",
                "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#",
            ),
            (
                "cn-north-1",
                "https://cn-north-1.console.amazonaws.cn/cloudwatch/",
            ),
            (
                "us-gov-west-1",
                "https://us-gov-west-1.console.amazonaws-us-gov.com/cloudwatch/",
            ),
        ] {
            let url = console_url(&Region::new(code).unwrap(), Page::Alarm("p99")).unwrap();
            assert!(url.starts_with(start), "{url}");
            assert!(url.ends_with("#alarmsV2:alarm/p99"), "{url}");
        }
        let unknown = Region::new("eusc-de-east-1").unwrap();
        assert_eq!(console_url(&unknown, Page::Alarm("p99")), None);
    }

    #[test]
    fn a_name_cannot_leave_its_place_in_the_address() {
        let region = Region::new("eu-west-1").unwrap();
        let url = console_url(&region, Page::Function("a/../b?c#d e\u{e9}\u{1b}[2J")).unwrap();
        assert!(
            url.ends_with("#/functions/a%2F..%2Fb%3Fc%23d%20e%C3%A9%1B%5B2J"),
            "{url}"
        );
    }
}
