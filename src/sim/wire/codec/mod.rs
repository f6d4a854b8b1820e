//! One codec a protocol: bytes to [`super::value::Value`] and back.

pub mod cbor;
pub mod json;
pub mod query;
pub mod xml;
