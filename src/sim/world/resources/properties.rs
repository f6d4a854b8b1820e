//! Reads resource properties. CloudFormation takes numbers and truth values for properties, and words for them.

use serde_json::Value;

/// The value at a path such as `DistributionConfig.Enabled`.
pub(super) fn at<'a>(properties: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.')
        .try_fold(properties, |value, name| value.get(name))
        .filter(|value| !value.is_null())
}

/// A word; none where it is missing or empty.
pub(super) fn text(properties: &Value, path: &str) -> Option<String> {
    let word = match at(properties, path)? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        _ => return None,
    };
    (!word.is_empty()).then_some(word)
}

/// A word that must be there.
pub(super) fn need(properties: &Value, path: &str) -> Result<String, String> {
    text(properties, path).ok_or_else(|| format!("Property {path} cannot be empty."))
}

/// A whole number.
pub(super) fn number(properties: &Value, path: &str) -> Option<i32> {
    text(properties, path)?.parse().ok()
}

/// A number.
pub(super) fn float(properties: &Value, path: &str) -> Option<f64> {
    text(properties, path)?.parse().ok()
}

/// Whether it is there and true.
pub(super) fn flag(properties: &Value, path: &str) -> bool {
    text(properties, path).is_some_and(|word| word == "true")
}

/// The items of a list; a single value is a list of one.
pub(super) fn items<'a>(properties: &'a Value, path: &str) -> &'a [Value] {
    match at(properties, path) {
        Some(Value::Array(items)) => items,
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
}

/// The words of a list.
pub(super) fn texts(properties: &Value, path: &str) -> Vec<String> {
    let items = items(properties, path).iter();
    items
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

/// Whether `word` is a value anywhere in `properties`.
pub(in crate::world) fn mentions(properties: &Value, word: &str) -> bool {
    match properties {
        Value::String(text) => text == word,
        Value::Array(items) => items.iter().any(|item| mentions(item, word)),
        Value::Object(map) => map.values().any(|item| mentions(item, word)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_in_quotes_is_as_good_as_one_without() {
        let properties = json!({"A": {"B": "30", "C": 30, "F": ""}});
        assert_eq!(
            number(&properties, "A.B"),
            number(&properties, "A.C"),
            "both are 30"
        );
        assert_eq!(
            text(&properties, "A.F"),
            None,
            "empty is as good as missing"
        );
        assert!(mentions(&properties, "30") && !mentions(&properties, "3"));
    }
}
