//! RPC v2 CBOR, through the SDK's own encoder and decoder.

use std::borrow::Cow;

use aws_smithy_cbor::data::Type;
use aws_smithy_cbor::decode::DeserializeError;
use aws_smithy_cbor::{Decoder, Encoder};
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use crate::wire::fault::Fault;
use crate::wire::value::Value;

/// Deeper than any request of ours; a guard against bodies made to exhaust the stack.
const MAX_DEPTH: usize = 32;

/// Reads a request's body; an empty one is an empty structure.
pub fn parse(bytes: &[u8]) -> Result<Value, Fault> {
    if bytes.is_empty() {
        return Ok(Value::Map(Vec::new()));
    }
    read(&mut Decoder::new(bytes), 0)
        .map_err(|error| Fault::bad("SerializationException", error.to_string()))
}

fn read(from: &mut Decoder<'_>, depth: usize) -> Result<Value, DeserializeError> {
    if depth > MAX_DEPTH {
        return Err(DeserializeError::custom(
            "nested too deeply",
            from.position(),
        ));
    }
    Ok(match from.datatype()? {
        Type::Bool => Value::Bool(from.boolean()?),
        Type::U8
        | Type::U16
        | Type::U32
        | Type::U64
        | Type::I8
        | Type::I16
        | Type::I32
        | Type::I64 => Value::Int(from.long()?),
        Type::F16 | Type::F32 | Type::F64 => Value::Float(from.double()?),
        Type::String | Type::StringIndef => Value::Text(from.str()?.into_owned()),
        Type::Tag => {
            let at = from.timestamp()?;
            let nanos = i32::try_from(at.subsec_nanos()).unwrap_or_default();
            Timestamp::new(at.secs(), nanos).map_or(Value::Null, Value::Time)
        }
        Type::Array | Type::ArrayIndef => {
            let length = from.list()?;
            let mut items = Vec::new();
            while more(from, length, items.len())? {
                items.push(read(from, depth + 1)?);
            }
            Value::List {
                item: "member",
                items,
            }
        }
        Type::Map | Type::MapIndef => {
            let length = from.map()?;
            let mut members = Vec::new();
            while more(from, length, members.len())? {
                let name = from.str()?.into_owned();
                members.push((Cow::Owned(name), read(from, depth + 1)?));
            }
            Value::Map(members)
        }
        _ => {
            from.skip()?;
            Value::Null
        }
    })
}

/// Whether a list or map goes on; eats the end of one that did not say its length.
fn more(from: &mut Decoder<'_>, length: Option<u64>, got: usize) -> Result<bool, DeserializeError> {
    match length {
        Some(length) => Ok((got as u64) < length),
        None if from.datatype()? == Type::Break => {
            from.skip()?;
            Ok(false)
        }
        None => Ok(true),
    }
}

/// Writes a reply's body.
pub fn write(value: &Value) -> Vec<u8> {
    let mut to = Encoder::new(Vec::new());
    put(&mut to, value);
    to.into_writer()
}

fn put(to: &mut Encoder, value: &Value) {
    match value {
        Value::Null => {
            to.null();
        }
        Value::Bool(flag) => {
            to.boolean(*flag);
        }
        Value::Int(number) => {
            to.long(*number);
        }
        Value::Float(number) => {
            to.double(*number);
        }
        Value::Text(text) => {
            to.str(text);
        }
        Value::Time(at) => {
            let nanos = u32::try_from(at.subsec_nanosecond()).unwrap_or_default();
            to.timestamp(&DateTime::from_secs_and_nanos(at.as_second(), nanos));
        }
        Value::List { items, .. } => {
            to.array(items.len());
            for item in items {
                put(to, item);
            }
        }
        Value::Map(members) => {
            structure(to, members.iter().map(|(name, one)| (name.as_ref(), one)));
        }
        Value::Dict(entries) => {
            structure(to, entries.iter().map(|(name, one)| (name.as_str(), one)));
        }
    }
}

fn structure<'a>(to: &mut Encoder, members: impl Iterator<Item = (&'a str, &'a Value)>) {
    to.begin_map();
    for (name, value) in members.filter(|(_, value)| **value != Value::Null) {
        to.str(name);
        put(to, value);
    }
    to.end();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::value::{members, shape};

    #[test]
    fn what_is_written_reads_back() {
        let value = shape! {
            "Text": "é", "Whole": -7, "Real": 0.25, "Flag": true,
            "At": "2026-11-23T01:02:03.250Z".parse::<Timestamp>().unwrap(),
            "List": members([1, 2]), "Inner": shape! { "X": "y" },
        };
        assert_eq!(parse(&write(&value)).unwrap(), value);
        assert_eq!(
            parse(&write(&shape! { "A": None::<i64> })).unwrap(),
            Value::Map(Vec::new())
        );
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_can_upset_the_reader(bytes: Vec<u8>) {
            let _ = parse(&bytes);
        }
    }

    #[test]
    fn bodies_made_to_exhaust_the_stack_are_refused() {
        assert!(parse(&vec![0x81; 100_000]).is_err());
    }
}
