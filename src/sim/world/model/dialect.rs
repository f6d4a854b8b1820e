//! Another partition of AWS: the world is one of commercial Regions, and is spoken of in the partition's own words.

use serde::Deserialize;

/// A partition that a world can be told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    AwsCn,
    AwsUsGov,
    AwsEusc,
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
        }
    }

    /// The world's own Regions that such a fleet is in, the writer's first.
    pub const fn regions(self) -> &'static [&'static str] {
        match self {
            Self::AwsCn | Self::AwsUsGov => &["us-east-1", "eu-west-1"],
            Self::AwsEusc => &["us-east-1"],
        }
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
