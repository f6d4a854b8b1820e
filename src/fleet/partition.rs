//! AWS's partitions: each has accounts, credentials, global services and DNS names of its own (aws-facts §18.3).

use super::Region;

/// Route 53's own test of what it would answer, as IAM calls it.
const TEST_ANSWER: &str = "route53:TestDNSAnswer";

/// A partition. A fleet is in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Partition {
    /// The commercial Regions.
    Aws,
    /// China.
    AwsCn,
    /// The Regions for the government of the US.
    AwsUsGov,
    /// The AWS European Sovereign Cloud.
    AwsEusc,
}

impl Partition {
    /// The partition of `region`, by how its code begins.
    pub fn of(region: &Region) -> Self {
        let area = region.as_str();
        match area {
            _ if area.starts_with("cn-") => Self::AwsCn,
            _ if area.starts_with("us-gov-") => Self::AwsUsGov,
            _ if area.starts_with("eusc-") => Self::AwsEusc,
            _ => Self::Aws,
        }
    }

    /// The Region that the SDK takes for the partition's global services (aws-facts §18.3).
    const fn home(self) -> &'static str {
        match self {
            Self::Aws => "us-east-1",
            Self::AwsCn => "cn-northwest-1",
            Self::AwsUsGov => "us-gov-west-1",
            Self::AwsEusc => "eusc-de-east-1",
        }
    }

    /// Where `service` is asked in this partition: [`Region::global`] stands for the Region of its global services,
    /// whichever that is.
    pub fn place(self, service: &str, region: &Region) -> Region {
        if self == Self::Aws || *region != Region::global() {
            return region.clone();
        }
        let code = match (self, service) {
            (Self::AwsCn, "iam") => "cn-north-1",
            _ => self.home(),
        };
        Region::new(code).unwrap_or_else(|_| region.clone())
    }

    /// Why Route 53 cannot be asked there what it would answer; none where it can (aws-facts §18.3).
    pub fn without_test_answer(self) -> Option<&'static str> {
        self.lacks(TEST_ANSWER)
    }

    /// Why a fleet has no CloudFront there with a Lambda@Edge function; none where it may have one.
    pub const fn without_edge(self) -> Option<&'static str> {
        match self {
            Self::Aws => None,
            Self::AwsCn => Some(
                "gwctl knows no Lambda@Edge in China, and CloudFront there needs a domain of its own",
            ),
            Self::AwsUsGov => Some("CloudFront is not available in GovCloud"),
            Self::AwsEusc => Some("AWS lists no CloudFront in the European Sovereign Cloud"),
        }
    }

    /// Why nobody can call `action` (`route53:TestDNSAnswer`) there; none where AWS names nothing that speaks against
    /// it (aws-facts §18.3). What AWS only does not list, such as ARC, may exist all the same and is asked.
    pub fn lacks(self, action: &str) -> Option<&'static str> {
        match self {
            Self::AwsUsGov if action == TEST_ANSWER => {
                Some("Route 53 in GovCloud has no TestDNSAnswer")
            }
            Self::AwsUsGov | Self::AwsEusc if action.starts_with("cloudfront:") => {
                self.without_edge()
            }
            _ => None,
        }
    }

    /// As ARNs name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsCn => "aws-cn",
            Self::AwsUsGov => "aws-us-gov",
            Self::AwsEusc => "aws-eusc",
        }
    }

    /// What the DNS names of its services end with.
    pub const fn dns_suffix(self) -> &'static str {
        match self {
            Self::Aws | Self::AwsUsGov => "amazonaws.com",
            Self::AwsCn => "amazonaws.com.cn",
            Self::AwsEusc => "amazonaws.eu",
        }
    }
}
