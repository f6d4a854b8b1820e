//! What an operation takes and gives, whatever the protocol: a tree of named members.

use std::borrow::Cow;

use jiff::Timestamp;

use super::fault::Fault;

/// A value of an AWS shape.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Absent: writers leave the member out.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A real number.
    Float(f64),
    /// A string, or any scalar of a protocol that has only strings.
    Text(String),
    /// A moment; how it is written depends on the protocol.
    Time(Timestamp),
    /// A list; `item` names its elements in XML.
    List {
        /// Element name in XML: `member`, `HostedZone` …
        item: &'static str,
        /// The elements.
        items: Vec<Value>,
    },
    /// A structure, in the order of its members.
    Map(Members),
    /// A map with keys of its own, which Query XML writes as `entry`, `key`, `value`.
    Dict(Vec<(String, Value)>),
}

/// Named members.
pub type Members = Vec<(Cow<'static, str>, Value)>;

/// A structure, written like JSON: `shape! { "Name": name, "Period": 60 }`. `None` leaves a member out.
macro_rules! shape {
    ($($name:literal : $value:expr),* $(,)?) => {
        $crate::wire::value::Value::Map(vec![
            $((std::borrow::Cow::Borrowed($name), $crate::wire::value::Value::from($value))),*
        ])
    };
}
pub(crate) use shape;

impl Value {
    /// With every text of it changed.
    pub fn translated(self, change: &impl Fn(&str) -> String) -> Self {
        match self {
            Self::Text(text) => Self::Text(change(&text)),
            Self::List { item, items } => Self::List {
                item,
                items: items
                    .into_iter()
                    .map(|one| one.translated(change))
                    .collect(),
            },
            Self::Map(members) => Self::Map(
                members
                    .into_iter()
                    .map(|(name, value)| (name, value.translated(change)))
                    .collect(),
            ),
            Self::Dict(entries) => Self::Dict(
                entries
                    .into_iter()
                    .map(|(name, value)| (change(&name), value.translated(change)))
                    .collect(),
            ),
            other => other,
        }
    }
}

/// A list whose elements are called `item` in XML.
pub fn list<T: Into<Value>>(item: &'static str, items: impl IntoIterator<Item = T>) -> Value {
    Value::List {
        item,
        items: items.into_iter().map(Into::into).collect(),
    }
}

/// A list of Query's and JSON's kind.
pub fn members<T: Into<Value>>(items: impl IntoIterator<Item = T>) -> Value {
    list("member", items)
}

/// An empty structure.
pub const fn empty() -> Value {
    Value::Map(Vec::new())
}

impl Value {
    /// This structure with one member more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Self>) -> Self {
        if let Self::Map(members) = &mut self {
            members.push((Cow::Borrowed(name), value.into()));
        }
        self
    }

    /// This structure with the members of another as well.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        if let (Self::Map(members), Self::Map(more)) = (&mut self, more) {
            members.extend(more);
        }
        self
    }

    /// The member `name`, when it is there.
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Map(members) = self else {
            return None;
        };
        members
            .iter()
            .find(|(key, value)| key == name && *value != Self::Null)
            .map(|(_, value)| value)
    }

    /// The member `name` as text; an empty one counts as absent, as it does to AWS.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)
            .and_then(Self::as_text)
            .filter(|text| !text.is_empty())
    }

    /// This value as text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The member `name` as text, required.
    pub fn need(&self, name: &str) -> Result<&str, Fault> {
        self.text(name).ok_or_else(|| Fault::missing(name))
    }

    /// The member `name` as a whole number.
    pub fn int(&self, name: &str) -> Result<Option<i64>, Fault> {
        match self.get(name) {
            None => Ok(None),
            Some(Self::Int(number)) => Ok(Some(*number)),
            Some(Self::Float(number)) if number.fract() == 0.0 => Ok(Some(*number as i64)),
            Some(Self::Text(text)) => text
                .parse()
                .map(Some)
                .map_err(|_| Fault::malformed(name, "integer")),
            Some(_) => Err(Fault::malformed(name, "integer")),
        }
    }

    /// The member `name` as a real number.
    pub fn float(&self, name: &str) -> Result<Option<f64>, Fault> {
        self.get(name).map(|value| value.as_float(name)).transpose()
    }

    /// This value as a real number; `name` is what to call it when it is none.
    pub fn as_float(&self, name: &str) -> Result<f64, Fault> {
        match self {
            Self::Int(number) => Ok(*number as f64),
            Self::Float(number) => Ok(*number),
            Self::Text(text) => text.parse().map_err(|_| Fault::malformed(name, "number")),
            _ => Err(Fault::malformed(name, "number")),
        }
    }

    /// The member `name` as a boolean.
    pub fn bool(&self, name: &str) -> Result<Option<bool>, Fault> {
        match self.get(name) {
            None => Ok(None),
            Some(Self::Bool(flag)) => Ok(Some(*flag)),
            Some(Self::Text(text)) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(Self::Text(text)) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(_) => Err(Fault::malformed(name, "boolean")),
        }
    }

    /// The member `name` as a moment: ISO 8601 text, or seconds since 1970.
    pub fn time(&self, name: &str) -> Result<Option<Timestamp>, Fault> {
        let moment = match self.get(name) {
            None => return Ok(None),
            Some(Self::Time(at)) => Some(*at),
            Some(Self::Int(seconds)) => Timestamp::from_second(*seconds).ok(),
            Some(Self::Float(seconds)) => {
                Timestamp::from_millisecond((seconds * 1000.0) as i64).ok()
            }
            Some(Self::Text(text)) => parse_time(text),
            Some(_) => None,
        };
        moment
            .map(Some)
            .ok_or_else(|| Fault::malformed(name, "timestamp"))
    }

    /// The elements of the member `name`. In XML a list is a structure whose members repeat.
    pub fn items(&self, name: &str) -> Vec<&Self> {
        match self.get(name) {
            Some(Self::List { items, .. }) => items.iter().collect(),
            Some(Self::Map(members)) => members.iter().map(|(_, value)| value).collect(),
            _ => Vec::new(),
        }
    }

    /// The elements of the member `name` that are text.
    pub fn texts(&self, name: &str) -> Vec<&str> {
        self.items(name)
            .into_iter()
            .filter_map(Self::as_text)
            .collect()
    }
}

fn parse_time(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        // Without an offset, or a date alone: AWS reads it as UTC.
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

macro_rules! whole_numbers {
    ($($kind:ty),*) => { $(impl From<$kind> for Value {
        fn from(number: $kind) -> Self {
            Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
        }
    })* };
}
whole_numbers!(i32, i64, u16, u32, u64, usize);

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Time(at)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_every_way_the_protocols_write_them() {
        let at: Timestamp = "2026-11-23T01:02:03Z".parse().unwrap();
        let ask = shape! {
            "iso": "2026-11-23T01:02:03Z", "fraction": "2026-11-23T01:02:03.000Z", "bare": "2026-11-23T01:02:03",
            "epoch": at.as_second(), "float": at.as_second() as f64, "bad": "yesterday",
        };
        for name in ["iso", "fraction", "bare", "epoch", "float"] {
            assert_eq!(ask.time(name).unwrap(), Some(at), "{name}");
        }
        assert!(ask.time("bad").is_err());
        assert_eq!(ask.time("absent").unwrap(), None);
    }

    #[test]
    fn scalars_are_read_from_text_where_a_protocol_has_nothing_else() {
        let ask = shape! { "n": "12", "f": "1.5", "yes": "true", "word": "many" };
        assert_eq!(ask.int("n").unwrap(), Some(12));
        assert_eq!(ask.float("f").unwrap(), Some(1.5));
        assert_eq!(ask.bool("yes").unwrap(), Some(true));
        assert!(ask.int("word").is_err());
    }
}
