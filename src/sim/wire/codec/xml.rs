//! XML as awsQuery answers it and REST-XML speaks it both ways.

use std::borrow::Cow;
use std::fmt::Write as _;

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::wire::fault::Fault;
use crate::wire::value::{Members, Value};

/// The first line of every document.
pub const PROLOGUE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// `value` as the element `name` with everything in it; nothing when it is absent.
pub fn element(out: &mut String, name: &str, namespace: Option<&str>, value: &Value) {
    if *value == Value::Null {
        return;
    }
    out.push('<');
    out.push_str(name);
    if let Some(namespace) = namespace {
        let _ = write!(out, " xmlns=\"{namespace}\"");
    }
    out.push('>');
    content(out, value);
    let _ = write!(out, "</{name}>");
}

/// What stands between an element's tags.
pub fn content(out: &mut String, value: &Value) {
    match value {
        Value::Null => {}
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Int(number) => {
            let _ = write!(out, "{number}");
        }
        Value::Float(number) => {
            let _ = write!(out, "{number:?}");
        }
        Value::Text(text) => escape(out, text),
        Value::Time(at) => {
            let _ = write!(out, "{at:.3}");
        }
        Value::List { item, items } => items.iter().for_each(|one| element(out, item, None, one)),
        Value::Map(members) => members
            .iter()
            .for_each(|(name, one)| element(out, name, None, one)),
        Value::Dict(entries) => {
            for (key, one) in entries {
                out.push_str("<entry><key>");
                escape(out, key);
                out.push_str("</key>");
                element(out, "value", None, one);
                out.push_str("</entry>");
            }
        }
    }
}

/// Escapes markup, and line ends that a parser would otherwise normalise; what XML 1.0 cannot hold
/// at all becomes U+FFFD.
fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#xD;"),
            '\n' | '\t' => out.push(c),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}

/// Reads a request's document; the root element's name is of no interest.
pub fn parse(bytes: &[u8]) -> Result<Value, Fault> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Map(Vec::new()));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| not_xml("the body is not UTF-8"))?;
    let mut open: Vec<(String, Members, String)> = Vec::new();
    let mut reader = Reader::from_str(text);
    loop {
        match reader
            .read_event()
            .map_err(|error| not_xml(&error.to_string()))?
        {
            Event::Start(tag) => {
                if open.len() > 32 {
                    return Err(not_xml("nested too deeply"));
                }
                let name = tag.local_name().as_ref().to_owned();
                open.push((name, Vec::new(), String::new()));
            }
            Event::Empty(tag) => {
                let name = tag.local_name().as_ref().to_owned();
                match open.last_mut() {
                    Some((_, members, _)) => {
                        members.push((Cow::Owned(name), Value::Text(String::new())));
                    }
                    None => return Ok(Value::Map(Vec::new())),
                }
            }
            Event::Text(piece) => append(&mut open, &piece),
            Event::CData(piece) => append(&mut open, &piece),
            Event::GeneralRef(entity) => {
                append(
                    &mut open,
                    &resolve(&entity).ok_or_else(|| not_xml("unknown entity"))?,
                );
            }
            Event::End(_) => {
                let Some((name, members, text)) = open.pop() else {
                    return Err(not_xml("an element ends that never began"));
                };
                let value = if members.is_empty() {
                    Value::Text(text)
                } else {
                    Value::Map(members)
                };
                match open.last_mut() {
                    Some((_, parent, _)) => parent.push((Cow::Owned(name), value)),
                    None => return Ok(value),
                }
            }
            Event::Eof => return Err(not_xml("the document ends too early")),
            _ => {}
        }
    }
}

fn append(open: &mut [(String, Members, String)], piece: &str) {
    if let Some((_, _, text)) = open.last_mut() {
        text.push_str(piece);
    }
}

fn resolve(entity: &str) -> Option<String> {
    let code = match entity {
        "amp" => return Some("&".into()),
        "lt" => return Some("<".into()),
        "gt" => return Some(">".into()),
        "quot" => return Some("\"".into()),
        "apos" => return Some("'".into()),
        _ => entity.strip_prefix('#')?,
    };
    let number = match code.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => code.parse().ok()?,
    };
    char::from_u32(number).map(String::from)
}

fn not_xml(why: &str) -> Fault {
    Fault::bad("InvalidInput", format!("Invalid XML ; {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::value::{list, shape};

    #[test]
    fn what_is_written_reads_back() {
        let value = shape! {
            "Name": "a<b>&\"c\"\r\n'd'", "Empty": None::<&str>, "Count": 3,
            "Items": list("Item", ["x", "y&amp;"]),
        };
        let mut text = PROLOGUE.to_owned();
        element(&mut text, "Root", Some("urn:x"), &value);
        assert!(!text.contains("Empty"));
        let read = parse(text.as_bytes()).unwrap();
        assert_eq!(read.text("Name"), Some("a<b>&\"c\"\r\n'd'"));
        assert_eq!(read.int("Count").unwrap(), Some(3));
        assert_eq!(read.texts("Items"), ["x", "y&amp;"]);
    }

    #[test]
    fn control_characters_cannot_break_the_document() {
        let mut text = String::new();
        content(&mut text, &Value::from("a\u{1b}[31m\0b"));
        assert_eq!(text, "a\u{fffd}[31m\u{fffd}b");
    }

    #[test]
    fn torn_documents_are_refused() {
        for torn in ["<a><b></a>", "<a>", "<a>&nope;</a>", "no xml", "\u{0}"] {
            assert!(parse(torn.as_bytes()).is_err(), "{torn}");
        }
        assert!(parse("<a>".repeat(10_000).as_bytes()).is_err());
    }

    #[test]
    fn moments_have_milliseconds_as_aws_writes_them() {
        let mut text = String::new();
        content(
            &mut text,
            &Value::Time("2026-11-23T01:02:03Z".parse().unwrap()),
        );
        assert_eq!(text, "2026-11-23T01:02:03.000Z");
    }
}
