//! The ways to name a Lambda function: by name or ARN, with a version or an alias or without.

use serde::{Deserialize, Serialize};

use super::Region;

/// How an API calls a function.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InvokedAs {
    pub function: String,
    /// The version's number or the alias that it names; none where it names neither, which is `$LATEST`.
    pub qualifier: Option<String>,
}

/// What a function's name or ARN says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FunctionName<'a> {
    /// The function's own name.
    pub name: &'a str,
    /// A version's number or an alias; none of the function as a whole, and none for `$LATEST`, which is what is
    /// meant without one.
    pub qualifier: Option<&'a str>,
    /// The Region out of the ARN.
    region: Option<&'a str>,
}

impl<'a> FunctionName<'a> {
    /// Reads `NAME`, `ACCOUNT:function:NAME` or an ARN, each perhaps with `:VERSION` or `:ALIAS` behind it.
    pub fn of(text: &'a str) -> Self {
        let (before, tail) = match text.rsplit_once("function:") {
            Some((before, tail)) => (before, tail),
            None => ("", text),
        };
        let (name, qualifier) = match tail.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier)),
            None => (tail, None),
        };
        let region = before
            .strip_prefix("arn:")
            .and_then(|arn| arn.split(':').nth(2));
        Self {
            name,
            qualifier: qualifier.filter(|one| !one.is_empty() && *one != "$LATEST"),
            region,
        }
    }

    /// The Region that its ARN names, where that is not `region`.
    pub fn elsewhere(&self, region: &Region) -> Option<&'a str> {
        self.region.filter(|named| *named != region.as_str())
    }

    /// What CloudWatch calls the version or alias in its dimension `Resource`: `NAME:ALIAS` (aws-facts §1.1).
    pub fn resource(&self) -> Option<String> {
        self.qualifier
            .map(|qualifier| format!("{}:{qualifier}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_named_in_many_ways_and_has_one_name() {
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:orders-read";
        for (text, qualifier) in [
            ("orders-read", None),
            ("orders-read:live", Some("live")),
            ("orders-read:7", Some("7")),
            ("orders-read:$LATEST", None),
            ("123456789012:function:orders-read", None),
            (arn, None),
            (&format!("{arn}:live"), Some("live")),
        ] {
            let named = FunctionName::of(text);
            assert_eq!(
                (named.name, named.qualifier),
                ("orders-read", qualifier),
                "{text}"
            );
        }
        let live = FunctionName::of("orders-read:live").resource();
        assert_eq!(live.as_deref(), Some("orders-read:live"));
        let region = Region::new("eu-west-1").unwrap();
        assert_eq!(FunctionName::of(arn).elsewhere(&region), None);
        assert_eq!(
            FunctionName::of(arn).elsewhere(&Region::global()),
            Some("eu-west-1")
        );
    }
}
