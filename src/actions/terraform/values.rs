//! Values as Terraform's JSON has them: what differs between two of them, what is not known yet, and what nobody
//! may read.

use std::collections::BTreeSet;

use serde_json::Value;

use gwctl_fleet::clean;

/// What stands in the place of a value that nobody may read.
pub const SENSITIVE: &str = "(sensitive)";
/// What stands in the place of a value that AWS gives only when the plan is applied.
const UNKNOWN: &str = "(known after apply)";
/// Longer values are cut.
const LONGEST: usize = 160;
/// Names whose values are not shown, whether or not the file marks them.
const SECRET: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "private_key",
    "credential",
    "api_key",
    "apikey",
    "access_key",
    "auth",
    "connection_string",
    "user_data",
    // What a function is given: nobody marks it, and much of it is secret.
    "environment",
];

/// One value that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// `weighted_routing_policy.0.weight`.
    pub path: String,
    pub before: Value,
    pub after: After,
    /// Whether neither side may be shown.
    pub sensitive: bool,
}

/// What a value will be.
#[derive(Debug, Clone, PartialEq)]
pub enum After {
    Known(Value),
    /// AWS gives it when the plan is applied.
    Unknown,
}

impl Difference {
    /// Whether it is of the attribute `name`, or of something in it.
    pub fn is_of(&self, name: &str) -> bool {
        self.path.split('.').next() == Some(name)
    }

    /// Both sides as they may be shown.
    pub fn told(&self) -> (String, String) {
        if self.sensitive {
            return (SENSITIVE.into(), SENSITIVE.into());
        }
        let after = match &self.after {
            After::Known(value) => shown(value),
            After::Unknown => UNKNOWN.into(),
        };
        (shown(&self.before), after)
    }
}

/// Two objects side by side: the values of each, what is unknown of the second and which of both are sensitive,
/// in the shapes that `terraform show -json` gives them.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    pub before: &'a Value,
    pub after: &'a Value,
    pub unknown: &'a Value,
    pub sensitive: [&'a Value; 2],
}

impl Sides<'_> {
    /// Every single value that differs. Nothing, an empty text and an empty list are the same.
    pub fn differences(self) -> Vec<Difference> {
        let mut found = Vec::new();
        self.walk("", false, &mut found);
        found
    }

    fn walk(self, path: &str, secret: bool, found: &mut Vec<Difference>) {
        let marked = self.sensitive.contains(&&Value::Bool(true));
        let secret = secret || marked;
        let nested = |value: &Value| value.is_object() || value.is_array();
        if self.unknown != &Value::Bool(true) && (nested(self.before) || nested(self.after)) {
            for key in self.keys() {
                let below = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                let inner = Sides {
                    before: at(self.before, &key),
                    after: at(self.after, &key),
                    unknown: at(self.unknown, &key),
                    sensitive: self.sensitive.map(|side| at(side, &key)),
                };
                inner.walk(&below, secret || is_secret(&key), found);
            }
            return;
        }
        let unknown = has_true(self.unknown);
        if !unknown && same(self.before, self.after) {
            return;
        }
        found.push(Difference {
            path: path.to_owned(),
            before: self.before.clone(),
            after: if unknown {
                After::Unknown
            } else {
                After::Known(self.after.clone())
            },
            sensitive: secret,
        });
    }

    fn keys(self) -> BTreeSet<String> {
        let of = |value: &Value| -> Vec<String> {
            match value {
                Value::Object(map) => map.keys().cloned().collect(),
                Value::Array(list) => (0..list.len()).map(|n| n.to_string()).collect(),
                _ => Vec::new(),
            }
        };
        let unknown = of(self.unknown)
            .into_iter()
            .filter(|key| has_true(at(self.unknown, key)));
        let known = of(self.before).into_iter().chain(of(self.after));
        known.chain(unknown).collect()
    }
}

/// Whether anything in it is `true`: not known in `after_unknown`, not to be shown in the lists of sensitive values.
pub(super) fn has_true(value: &Value) -> bool {
    match value {
        Value::Bool(unknown) => *unknown,
        Value::Array(list) => list.iter().any(has_true),
        Value::Object(map) => map.values().any(has_true),
        _ => false,
    }
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        _ if is_nothing(one) && is_nothing(other) => true,
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        _ => one == other,
    }
}

/// Whether there is nothing to speak of in it.
pub fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.iter().all(is_nothing),
        Value::Object(map) => map.values().all(is_nothing),
        _ => false,
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // The name of a secret is none, and neither is a choice about one.
    let about = [
        "_arn",
        "_kms_key_id",
        "manage_",
        "authorization",
        "_enabled",
    ];
    SECRET.iter().any(|word| name.contains(word)) && !about.iter().any(|word| name.contains(word))
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() => clean(text, LONGEST),
        value if is_nothing(value) => "nothing".into(),
        value => clean(&value.to_string(), LONGEST),
    }
}

/// What is at one key of an object, or one place of a list.
fn at<'a>(value: &'a Value, key: &str) -> &'a Value {
    let found = match value {
        Value::Object(map) => map.get(key),
        Value::Array(list) => key.parse::<usize>().ok().and_then(|n| list.get(n)),
        // What holds of the whole holds of each part.
        Value::Bool(true) => Some(value),
        _ => None,
    };
    found.unwrap_or(&Value::Null)
}

/// What is at a path such as `weighted_routing_policy.0.weight`.
pub fn lookup<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, at)
}

/// A text that is not empty.
pub fn text<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    lookup(value, path).as_str().filter(|text| !text.is_empty())
}

/// All texts anywhere in it.
pub fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::Object(map) => map.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn differences(
        before: &Value,
        after: &Value,
        unknown: &Value,
        sensitive: &Value,
    ) -> Vec<Difference> {
        let sides = Sides {
            before,
            after,
            unknown,
            sensitive: [sensitive, &Value::Null],
        };
        sides.differences()
    }

    #[test]
    fn single_values_are_named_by_their_path_and_nothing_is_nothing() {
        let before = json!({"a": [{"weight": 0, "note": ""}], "ttl": 60, "list": []});
        let after = json!({"a": [{"weight": 9}], "ttl": 60.0, "list": null});
        let found = differences(&before, &after, &json!({}), &json!({}));
        let paths: Vec<&str> = found.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(paths, ["a.0.weight"]);
        assert_eq!(found[0].told(), ("0".into(), "9".into()));
        let gone = differences(
            &json!({"alias": [{"name": "x"}]}),
            &json!({"alias": []}),
            &json!({}),
            &json!({}),
        );
        assert_eq!(gone[0].path, "alias.0.name");
        assert!(gone[0].is_of("alias") && !gone[0].is_of("alias_zone"));
        assert_eq!(gone[0].told(), ("x".into(), "nothing".into()));
    }

    #[test]
    fn what_is_not_known_yet_is_neither_gone_nor_the_same() {
        let unknown = json!({"arn": true, "tags": {}, "alias": [{"name": true}]});
        let found = differences(&json!({"arn": "x"}), &json!({}), &unknown, &json!({}));
        let paths: Vec<&str> = found.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(paths, ["alias", "arn"]);
        assert!(found.iter().all(|one| one.after == After::Unknown));
        assert_eq!(found[1].told().1, "(known after apply)");
    }

    #[test]
    fn what_is_marked_or_named_as_a_secret_is_never_told() {
        let before = json!({"master_password": "one", "a": {"b": "two"}, "c": "three", "environment": [{"variables": {"X": "four"}}]});
        let after = json!({"master_password": "five", "a": {"b": "six"}, "c": "seven", "environment": [{"variables": {"X": "eight"}}]});
        let found = differences(&before, &after, &json!({}), &json!({"a": true, "c": true}));
        assert_eq!(found.len(), 4);
        for one in found {
            assert_eq!(
                one.told(),
                (SENSITIVE.into(), SENSITIVE.into()),
                "{}",
                one.path
            );
        }
        for open in [
            "master_user_secret_kms_key_id",
            "authorization_scopes",
            "secret_arn",
        ] {
            assert!(!is_secret(open), "{open}");
        }
    }

    #[test]
    fn an_escape_sequence_does_not_reach_the_terminal() {
        let found = differences(
            &json!({"a": "x\u{1b}[31m"}),
            &json!({"a": "y"}),
            &json!({}),
            &json!({}),
        );
        assert_eq!(found[0].told().0, "x[31m");
    }
}
