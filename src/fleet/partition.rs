//! AWS's partitions: each has accounts, credentials, global services and DNS names of its own (aws-facts §18.3).

use super::Region;

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
