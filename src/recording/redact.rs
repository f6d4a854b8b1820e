//! Leaves out what must not leave the house: account ids, names of people, addresses, log lines.
//!
//! A text is redacted by itself, whatever is around it, so that a difference fits the redacted picture before it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use zstd::stream::write::Encoder;

use super::error::RecordingError;
use super::read::{Recording, head, lines, unpacked};

/// What stands for an account's id: as long, and no account.
const ACCOUNT: &str = "000000000000";
/// What stands for an address of a machine; the one that documents use.
const ADDRESS: &str = "192.0.2.0";
/// What stands for a name that EC2 makes of an address.
const HOST: &str = "ip-192-0-2-0";
/// What stands for a mail address, or for a name of which nothing else is known.
const SOMEBODY: &str = "somebody";
/// What stands for words of a person: nobody knows what is in them.
const LEFT_OUT: &str = "(left out)";
/// What is kept of everything else that is known of an event: neither who and from where, nor free text.
const KEPT: [&str; 6] = [
    "call",
    "recorded in",
    "refused",
    "seen as",
    "alarm",
    "through",
];
/// Fields that name a person, or a person and a machine, wherever they stand.
const PEOPLE: [&str; 4] = ["who", "by", "operator", "host"];
/// Fields of AWS whose text a person wrote.
const OF_PEOPLE: [&str; 2] = ["comment", "description"];
/// No field of gwctl's own has a longer name.
const LONGEST_FIELD: usize = 24;
/// Fields whose text a person wrote.
const WORDS: [&str; 2] = ["text", "reason"];

/// The recording in `bytes` without account ids, names of people, addresses and log lines.
pub fn redacted(bytes: &[u8]) -> Result<Vec<u8>, RecordingError> {
    let (text, _) = unpacked(bytes)?;
    let foreign = |error: &dyn std::fmt::Display| RecordingError::Foreign(error.to_string());
    let mut entries: Vec<Value> = Vec::new();
    for (number, line) in lines(&text).enumerate() {
        let line = line.of(&text);
        if number == 0 {
            head(line)?;
        }
        let entry: Value = serde_json::from_slice(line).map_err(|error| foreign(&error))?;
        // Nobody knows what is in a log line: all of them go.
        if entry.get("errors").is_none() {
            entries.push(entry);
        }
    }
    let mut people = People::default();
    for entry in &entries {
        people.find(entry);
    }
    let mut to = Encoder::new(Vec::new(), 3).map_err(|error| foreign(&error))?;
    for (number, mut entry) in entries.into_iter().enumerate() {
        if number == 0 {
            entry["redacted"] = Value::Bool(true);
        }
        people.hide_in(&mut entry);
        serde_json::to_writer(&mut to, &entry).map_err(|error| foreign(&error))?;
        std::io::Write::write_all(&mut to, b"\n").map_err(|error| foreign(&error))?;
    }
    let bytes = to.finish().map_err(|error| foreign(&error))?;
    // What nobody could open must not be handed on.
    Recording::read(&bytes).map(|_| bytes)
}

/// The people of a recording, and what stands for each.
#[derive(Debug, Default)]
struct People(BTreeMap<String, String>);

impl People {
    /// Takes in everybody who is named in `value`.
    fn find(&mut self, value: &Value) {
        match value {
            Value::Object(object) => {
                for (field, value) in object {
                    if let Value::String(text) = value {
                        self.find_in(field, text);
                    }
                    self.find(value);
                }
            }
            Value::Array(list) => {
                if let [Value::String(field), Value::String(text)] = list.as_slice() {
                    self.find_in(field, text);
                }
                for one in list {
                    self.find(one);
                }
            }
            Value::String(text) => self.find_sessions(text),
            _ => {}
        }
    }

    fn find_in(&mut self, field: &str, text: &str) {
        if PEOPLE.contains(&field) && !text.ends_with("(AWS)") {
            let name = text.split(" through ").next().unwrap_or(text);
            self.take(name);
            name.split('@').for_each(|part| self.take(part));
        }
        self.find_sessions(text);
    }

    /// The last part of the ARN of a session or a user is a person's name.
    fn find_sessions(&mut self, text: &str) {
        for mark in [":assumed-role/", ":user/"] {
            for (at, _) in text.match_indices(mark) {
                let rest = &text[at + mark.len()..];
                let end = rest.find(|c: char| !is_of_a_name(c) && c != '/');
                let path = &rest[..end.unwrap_or(rest.len())];
                let session = path.rsplit('/').next().unwrap_or(path);
                self.take(session.trim_end_matches(['.', ',']));
            }
        }
    }

    fn take(&mut self, name: &str) {
        if name.len() > 1 && name != LEFT_OUT {
            let count = self.0.len() + 1;
            let known = self.0.entry(name.to_owned());
            known.or_insert_with(|| format!("person-{count}"));
        }
    }

    fn hide_in(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.hidden(text),
            Value::Array(list) => {
                drop_fields(list);
                for one in list {
                    self.hide_in(one);
                }
            }
            Value::Object(object) => {
                let fields: Map<String, Value> = std::mem::take(object);
                for (field, mut value) in fields {
                    if is_words(object, &field, &value) {
                        value = Value::String(LEFT_OUT.into());
                    }
                    self.hide_in(&mut value);
                    // Names of fields stay; keys that AWS made may hold an account's id.
                    let field = if field.len() > LONGEST_FIELD {
                        self.hidden(&field)
                    } else {
                        field
                    };
                    object.insert(field, value);
                }
                hide_orders(object);
            }
            _ => {}
        }
    }

    /// `text` with something else for everybody's name, for accounts and for addresses.
    fn hidden(&self, text: &str) -> String {
        let mut hidden = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(|c: char| !is_of_a_name(c)).unwrap_or(rest.len());
            if end == 0 {
                let first = rest.chars().next().map_or(1, char::len_utf8);
                hidden.push_str(&rest[..first]);
                rest = &rest[first..];
                continue;
            }
            hidden.push_str(&self.hidden_word(&rest[..end]));
            rest = &rest[end..];
        }
        hidden
    }

    /// A run of what names, addresses and numbers are made of.
    fn hidden_word(&self, word: &str) -> String {
        if let Some(person) = self.0.get(word) {
            return person.clone();
        }
        // The end of a sentence is no part of a name.
        let bare = word.trim_end_matches(['.', ':']);
        if let Some(person) = self.0.get(bare) {
            return word.replacen(bare, person, 1);
        }
        if let Some(address) = address(bare) {
            return word.replacen(address, ADDRESS, 1);
        }
        if is_host_of_an_address(bare) {
            return word.replacen(bare, HOST, 1);
        }
        if let Some((before, behind)) = bare.split_once('@') {
            let known = |part: &str| self.0.get(part).cloned();
            return match (known(before), known(behind)) {
                (Some(before), Some(behind)) => format!("{before}@{behind}"),
                _ if behind.contains('.') => SOMEBODY.into(),
                (before, behind) => format!(
                    "{}@{}",
                    before.unwrap_or_else(|| SOMEBODY.into()),
                    behind.unwrap_or_else(|| SOMEBODY.into())
                ),
            };
        }
        let parts = word.split_inclusive(['.', ':', '-', '_', '+', '=']);
        parts.map(|part| self.hidden_part(part)).collect()
    }

    fn hidden_part(&self, part: &str) -> String {
        let bare = part.trim_end_matches(['.', ':', '-', '_', '+', '=']);
        let end = &part[bare.len()..];
        let is_account = bare.len() == 12 && bare.bytes().all(|byte| byte.is_ascii_digit());
        match self.0.get(bare) {
            Some(person) => format!("{person}{end}"),
            None if is_account => format!("{ACCOUNT}{end}"),
            None => part.to_owned(),
        }
    }
}

/// The address in a word that is one, alone or with a port behind it.
fn address(word: &str) -> Option<&str> {
    let is_one = |text: &str| text.parse::<std::net::IpAddr>().is_ok();
    if word.contains(['.', ':']) && is_one(word) {
        return Some(word);
    }
    let (host, port) = word.rsplit_once(':')?;
    let port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    (port && host.contains('.') && is_one(host)).then_some(host)
}

/// Whether it is a name that EC2 makes of an address: `ip-10-0-3-17`, with or without its domain.
fn is_host_of_an_address(word: &str) -> bool {
    let host = word.split('.').next().unwrap_or(word);
    let parts = host.strip_prefix("ip-").map(|rest| rest.split('-'));
    parts.is_some_and(|mut parts| {
        parts.clone().count() == 4 && parts.all(|part| part.parse::<u8>().is_ok())
    })
}

const fn is_of_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '.' | ':' | '-' | '_' | '+' | '=' | '@')
        || !c.is_ascii()
}

/// Whether the field holds words of a person: a note's text, a comment of an execution, the description of a
/// deployment. Texts of AWS and of gwctl stay.
fn is_words(before: &Map<String, Value>, field: &str, value: &Value) -> bool {
    let note = field == "text" && before.contains_key("by");
    value.is_string() && (note || OF_PEOPLE.contains(&field))
}

/// An order of the operator may hold words.
fn hide_orders(object: &mut Map<String, Value>) {
    let Some(order) = object.get_mut("order").and_then(Value::as_object_mut) else {
        return;
    };
    for field in WORDS {
        if let Some(words) = order.get_mut(field) {
            *words = Value::String(LEFT_OUT.into());
        }
    }
    for inner in order.values_mut().filter_map(Value::as_object_mut) {
        for field in WORDS {
            if let Some(words) = inner.get_mut(field) {
                *words = Value::String(LEFT_OUT.into());
            }
        }
    }
}

/// Of the pairs of name and value that are known of an event, those that tell of people go.
fn drop_fields(list: &mut Vec<Value>) {
    let name = |one: &Value| match one.as_array().map(Vec::as_slice) {
        Some([Value::String(name), Value::String(_)]) => Some(name.clone()),
        _ => None,
    };
    if !list.is_empty() && list.iter().all(|one| name(one).is_some()) {
        list.retain(|one| name(one).is_some_and(|name| KEPT.contains(&name.as_str())));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn people(names: &[&str]) -> People {
        let mut people = People::default();
        for name in names {
            people.take(name);
        }
        people
    }

    #[test]
    fn names_at_the_end_of_a_sentence_and_addresses_with_a_port_are_hidden() {
        let people = people(&["first.last", "pipeline-7"]);
        for (text, hidden) in [
            (
                "CloudTrail: UpdateFunctionCode by first.last.",
                "CloudTrail: UpdateFunctionCode by person-1.",
            ),
            ("by pipeline-7: done", "by person-2: done"),
            (
                "the proxy 10.0.0.1:3128: refused",
                "the proxy 192.0.2.0:3128: refused",
            ),
            ("from 10.0.3.17.", "from 192.0.2.0."),
            ("from 2001:db8::1:443", "from 192.0.2.0"),
            ("ip-10-0-3-17.ec2.internal waits", "ip-192-0-2-0 waits"),
            ("version 1.2.3 at 13:57:01", "version 1.2.3 at 13:57:01"),
        ] {
            assert_eq!(people.hidden(text), hidden);
        }
    }

    #[test]
    fn what_people_wrote_for_aws_is_left_out() {
        let mut value = serde_json::json!({
            "execution": { "comment": "Grace asked for it" },
            "deployments": [{ "id": "a1", "description": "release 13 for Grace" }],
        });
        People::default().hide_in(&mut value);
        assert_eq!(value["execution"]["comment"], LEFT_OUT);
        assert_eq!(value["deployments"][0]["description"], LEFT_OUT);
        assert_eq!(value["deployments"][0]["id"], "a1");
    }
}
