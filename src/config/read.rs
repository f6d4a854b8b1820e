//! Takes what the configuration may hold out of its TOML. What does not fit is told by its kind and its place.

use std::fmt::Display;
use std::ops::Range;

use serde::Deserialize;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Error, Expected, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// What does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found}")]
pub(super) struct Misfit {
    /// What was found.
    pub(super) found: String,
    /// What is accepted there.
    pub(super) accepted: Option<String>,
    /// The name that was found, and those that are accepted.
    pub(super) name: Option<(String, &'static [&'static str])>,
    /// Where; none where the whole file is meant.
    pub(super) span: Option<Range<usize>>,
}

impl Misfit {
    /// Of the innermost value that is at fault.
    fn at(mut self, span: Range<usize>) -> Self {
        self.span.get_or_insert(span);
        self
    }

    fn accepts(self, accepted: &dyn Display) -> Self {
        let accepted = Some(accepted.to_string());
        Self { accepted, ..self }
    }

    fn unknown(what: &str, name: &str, accepted: &'static [&'static str]) -> Self {
        let all: Vec<String> = accepted.iter().map(|name| format!("`{name}`")).collect();
        Self {
            name: Some((name.to_owned(), accepted)),
            ..Self::custom(format!("unknown {what} `{name}`")).accepts(&all.join(", "))
        }
    }
}

impl Error for Misfit {
    fn custom<T: Display>(found: T) -> Self {
        Self {
            found: found.to_string(),
            accepted: None,
            name: None,
            span: None,
        }
    }

    fn invalid_type(found: Unexpected<'_>, accepted: &dyn Expected) -> Self {
        Self::custom(format!("invalid type: {found}")).accepts(&accepted)
    }

    fn invalid_value(found: Unexpected<'_>, accepted: &dyn Expected) -> Self {
        Self::custom(format!("invalid value: {found}")).accepts(&accepted)
    }

    fn unknown_field(name: &str, accepted: &'static [&'static str]) -> Self {
        Self::unknown("key", name, accepted)
    }

    fn unknown_variant(name: &str, accepted: &'static [&'static str]) -> Self {
        Self::unknown("value", name, accepted)
    }

    fn missing_field(name: &'static str) -> Self {
        Self::custom(format!("missing key `{name}`"))
    }
}

/// What `table`, the whole file, says.
pub(super) fn read<T: for<'de> Deserialize<'de>>(table: &DeTable<'_>) -> Result<T, Misfit> {
    T::deserialize(MapDeserializer::new(entries(table)))
}

fn entries<'a>(table: &'a DeTable<'a>) -> impl Iterator<Item = (Key<'a>, Value<'a>)> {
    table.iter().map(|(key, value)| (Key(key), Value(value)))
}

struct Key<'a>(&'a Spanned<DeString<'a>>);

impl<'de> Deserializer<'de> for Key<'_> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let told = visitor.visit_str(self.0.get_ref());
        told.map_err(|misfit: Misfit| misfit.at(self.0.span()))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl IntoDeserializer<'_, Misfit> for Key<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

struct Value<'a>(&'a Spanned<DeValue<'a>>);

impl<'de> Deserializer<'de> for Value<'_> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let told = match self.0.get_ref() {
            DeValue::String(text) => visitor.visit_str(text),
            DeValue::Integer(number) => {
                match i64::from_str_radix(number.as_str(), number.radix()) {
                    Ok(number) => visitor.visit_i64(number),
                    Err(why) => Err(Misfit::custom(why)),
                }
            }
            DeValue::Float(number) => match number.as_str().parse() {
                Ok(number) => visitor.visit_f64(number),
                Err(why) => Err(Misfit::custom(why)),
            },
            DeValue::Boolean(is) => visitor.visit_bool(*is),
            DeValue::Datetime(_) => Err(Misfit::invalid_type(
                Unexpected::Other("date or time"),
                &visitor,
            )),
            DeValue::Array(values) => {
                visitor.visit_seq(SeqDeserializer::new(values.iter().map(Value)))
            }
            DeValue::Table(table) => visitor.visit_map(MapDeserializer::new(entries(table))),
        };
        told.map_err(|misfit: Misfit| misfit.at(self.0.span()))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        let DeValue::String(text) = self.0.get_ref() else {
            return self.deserialize_any(visitor);
        };
        let told = visitor.visit_enum(text.as_ref().into_deserializer());
        told.map_err(|misfit: Misfit| misfit.at(self.0.span()))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl IntoDeserializer<'_, Misfit> for Value<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
