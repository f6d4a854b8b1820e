//! JSON, as REST-JSON and JSON 1.0/1.1 speak it. Moments are seconds since 1970.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::wire::fault::Fault;
use crate::wire::value::Value;

/// Reads a request's body; an empty one is an empty structure.
pub fn parse(bytes: &[u8]) -> Result<Value, Fault> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Map(Vec::new()));
    }
    serde_json::from_slice(bytes)
        .map(from_json)
        .map_err(|error| Fault::bad("SerializationException", error.to_string()))
}

fn from_json(json: Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(flag),
        Json::Number(number) => number.as_i64().map_or_else(
            || Value::Float(number.as_f64().unwrap_or_default()),
            Value::Int,
        ),
        Json::String(text) => Value::Text(text),
        Json::Array(items) => Value::List {
            item: "member",
            items: items.into_iter().map(from_json).collect(),
        },
        Json::Object(members) => Value::Map(
            members
                .into_iter()
                .map(|(name, value)| (Cow::Owned(name), from_json(value)))
                .collect(),
        ),
    }
}

/// Writes a reply's body.
pub fn write(value: &Value) -> Vec<u8> {
    to_json(value).to_string().into_bytes()
}

/// As serde's own tree.
pub fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Int(number) => Json::from(*number),
        Value::Float(number) => Json::from(*number),
        Value::Text(text) => Json::String(text.clone()),
        Value::Time(at) => Json::from(at.as_millisecond() as f64 / 1000.0),
        Value::List { items, .. } => Json::Array(items.iter().map(to_json).collect()),
        Value::Map(members) => object(members.iter().map(|(name, one)| (name.as_ref(), one))),
        Value::Dict(entries) => object(entries.iter().map(|(name, one)| (name.as_str(), one))),
    }
}

fn object<'a>(members: impl Iterator<Item = (&'a str, &'a Value)>) -> Json {
    let present = members.filter(|(_, value)| **value != Value::Null);
    Json::Object(
        present
            .map(|(name, value)| (name.to_owned(), to_json(value)))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::value::{members, shape};

    #[test]
    fn absent_members_are_left_out() {
        let value = shape! { "A": 1, "B": None::<&str>, "C": members(["x"]) };
        assert_eq!(write(&value), br#"{"A":1,"C":["x"]}"#);
    }

    #[test]
    fn what_is_no_json_is_a_serialization_error() {
        assert_eq!(parse(b"{").unwrap_err().code, "SerializationException");
        assert_eq!(parse(b"").unwrap(), Value::Map(Vec::new()));
    }
}
