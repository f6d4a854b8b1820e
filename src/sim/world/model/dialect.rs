//! Another partition of AWS: the world is one of commercial Regions, and is spoken of in the partition's own words.

use serde::Deserialize;

/// A partition that a world can be told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    AwsCn,
    AwsUsGov,
    AwsEusc,
    /// No partition: the functions bear names as CDK makes them, with capital letters.
    #[serde(skip)]
    Cdk,
}

/// How the functions of a world are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Naming {
    /// `orders-read`.
    #[default]
    Plain,
    /// As CDK makes names.
    Cdk,
}

impl Naming {
    /// The words that tell them so.
    pub(in crate::world) fn dialect(self) -> Option<Dialect> {
        (self == Self::Cdk).then_some(Dialect::Cdk)
    }
}

impl Dialect {
    /// What the partition calls things, and what the world calls them. Longer words first.
    const fn words(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::AwsCn => &[
                ("cn-northwest-1", "us-east-1"),
                ("cn-north-1", "eu-west-1"),
                ("arn:aws-cn:", "arn:aws:"),
                (".amazonaws.com.cn", ".amazonaws.com"),
            ],
            Self::AwsUsGov => &[
                ("us-gov-west-1", "us-east-1"),
                ("us-gov-east-1", "eu-west-1"),
                ("arn:aws-us-gov:", "arn:aws:"),
            ],
            Self::AwsEusc => &[
                ("eusc-de-east-1", "us-east-1"),
                ("arn:aws-eusc:", "arn:aws:"),
                (".amazonaws.eu", ".amazonaws.com"),
            ],
            Self::Cdk => &[
                ("OrdersStack-OrdersRead3F2A81B6", "orders-read"),
                ("OrdersStack-OrdersWrite9C04D7E1", "orders-write"),
            ],
        }
    }

    /// The world's own Regions that such a fleet is in, the writer's first.
    pub const fn regions(self) -> &'static [&'static str] {
        match self {
            Self::AwsCn | Self::AwsUsGov => &["us-east-1", "eu-west-1"],
            Self::AwsEusc => &["us-east-1"],
            Self::Cdk => &[],
        }
    }

    /// Whether it is of another partition.
    pub fn is_partition(self) -> bool {
        self != Self::Cdk
    }

    /// `text` in the partition's words, as the world's.
    pub fn heard(self, text: &str) -> String {
        let words = self.words().iter();
        words.fold(text.to_owned(), |text, (theirs, ours)| {
            text.replace(theirs, ours)
        })
    }

    /// `text` in the world's words, as the partition's.
    pub fn told(self, text: &str) -> String {
        let words = self.words().iter();
        words.fold(text.to_owned(), |text, (theirs, ours)| {
            text.replace(ours, theirs)
        })
    }
}
