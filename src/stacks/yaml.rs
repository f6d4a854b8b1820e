//! CloudFormation's YAML as JSON: the short forms (`!Ref`, `!Sub` …) become the long ones.

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Number, Value};

use super::TemplateError;

/// A template is nested about eight deep; what is nested much deeper is not one.
const DEEPEST: usize = 64;

/// The one document in `text`.
pub(super) fn read(text: &str) -> Result<Value, TemplateError> {
    let mut reader = Reader {
        events: Parser::new_from_str(text),
    };
    loop {
        match reader.next()? {
            Event::DocumentStart(_) => return reader.node(0),
            Event::StreamEnd => return Err(TemplateError::new("the template is empty")),
            _ => {}
        }
    }
}

struct Reader<'a> {
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<Event<'a>, TemplateError> {
        match self.events.next() {
            Some(Ok((event, _))) => Ok(event),
            Some(Err(error)) => Err(TemplateError::new(format!("not YAML: {error}"))),
            None => Err(TemplateError::new("the template ends too early")),
        }
    }

    fn node(&mut self, depth: usize) -> Result<Value, TemplateError> {
        let event = self.next()?;
        self.from(event, depth)
    }

    fn from(&mut self, event: Event<'a>, depth: usize) -> Result<Value, TemplateError> {
        if depth > DEEPEST {
            return Err(TemplateError::new("the template is nested too deep"));
        }
        match event {
            Event::Scalar(text, style, _, tag) => Ok(scalar(&text, style, tag.as_deref())),
            Event::SequenceStart(_, tag) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        Event::SequenceEnd => break,
                        event => items.push(self.from(event, depth + 1)?),
                    }
                }
                Ok(tagged(Value::Array(items), tag.as_deref()))
            }
            Event::MappingStart(_, tag) => {
                let mut map = Map::new();
                loop {
                    let key = match self.next()? {
                        Event::MappingEnd => break,
                        Event::Scalar(key, ..) => key.into_owned(),
                        _ => return Err(TemplateError::new("a key that is not a word")),
                    };
                    let value = self.node(depth + 1)?;
                    if map.insert(key.clone(), value).is_some() {
                        return Err(TemplateError::new(format!("`{key}` is written twice")));
                    }
                }
                Ok(tagged(Value::Object(map), tag.as_deref()))
            }
            Event::Alias(_) => Err(TemplateError::new("CloudFormation knows no YAML aliases")),
            _ => Err(TemplateError::new("the template ends too early")),
        }
    }
}

/// Plain words may be numbers or truth values; quoted and tagged ones never are.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    if tag.is_some() || style != ScalarStyle::Plain {
        return tagged(Value::String(text.into()), tag);
    }
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "" | "~" | "null" => Value::Null,
        _ => number(text).map_or_else(|| Value::String(text.into()), Value::Number),
    }
}

/// Only what is written back alike: `2010-09-09` and `0123` are words.
fn number(text: &str) -> Option<Number> {
    if let Ok(whole) = text.parse::<i64>() {
        return (whole.to_string() == text).then(|| whole.into());
    }
    let real: f64 = text.parse().ok().filter(|_| text.contains('.'))?;
    (real.to_string() == text)
        .then(|| Number::from_f64(real))
        .flatten()
}

fn tagged(value: Value, tag: Option<&Tag>) -> Value {
    let Some(tag) = tag.filter(|tag| tag.handle == "!") else {
        return value;
    };
    let (name, value) = match (tag.suffix.as_str(), value) {
        (name @ ("Ref" | "Condition"), value) => (name.to_owned(), value),
        // `!GetAtt Resource.Attribute`: the attribute may have dots of its own.
        ("GetAtt", Value::String(path)) => {
            let (resource, attribute) = path.split_once('.').unwrap_or((&path, ""));
            ("Fn::GetAtt".into(), Value::from(vec![resource, attribute]))
        }
        (name, value) => (format!("Fn::{name}"), value),
    };
    Value::Object(Map::from_iter([(name, value)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn short_forms_become_long_ones_at_any_depth() {
        let text = "A: !If [Has, !GetAtt 'Api.Regional.Name', !Sub '${AWS::Region}-x']\nB: !Ref C";
        let long = json!({
            "A": {"Fn::If": ["Has", {"Fn::GetAtt": ["Api", "Regional.Name"]}, {"Fn::Sub": "${AWS::Region}-x"}]},
            "B": {"Ref": "C"},
        });
        assert_eq!(read(text).unwrap(), long);
    }

    #[test]
    fn numbers_and_truth_are_read_and_words_that_look_like_them_stay_words() {
        let text = "a: 3\nb: '3'\nc: true\nd: 2010-09-09\ne: 0123\nf: 1.5\ng:\n";
        let read = read(text).unwrap();
        let expected = json!({"a": 3, "b": "3", "c": true, "d": "2010-09-09", "e": "0123", "f": 1.5, "g": null});
        assert_eq!(read, expected);
    }

    #[test]
    fn what_is_no_template_is_an_error_that_says_why() {
        for (text, why) in [
            ("", "empty"),
            ("a: [1", "not YAML"),
            ("a: 1\na: 2", "twice"),
            ("a: &x 1\nb: *x", "aliases"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text:?}: {error}");
        }
        let deep = "[".repeat(500);
        assert!(read(&deep).is_err());
    }
}
