//! CloudFormation's intrinsic functions: what a property comes to, as far as it is known.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::TemplateError;
use super::template::{Parameters, Template};

/// Physical ids and attributes of the stack's resources.
pub trait Made {
    /// What `Ref` gives of a resource.
    fn physical(&self, id: &str) -> Option<String>;
    /// What `Fn::GetAtt` gives of it.
    fn attribute(&self, id: &str, attribute: &str) -> Option<String>;
}

/// Nothing was made yet: what only making can tell is a word in angle brackets, such as `<Cluster.Arn>`.
#[derive(Debug, Clone, Copy)]
pub struct Nothing;

impl Made for Nothing {
    fn physical(&self, id: &str) -> Option<String> {
        Some(format!("<{id}>"))
    }

    fn attribute(&self, id: &str, attribute: &str) -> Option<String> {
        Some(format!("<{id}.{attribute}>"))
    }
}

/// Whose template is evaluated, and with what.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    pub template: &'a Template,
    /// Complete, pseudo parameters (`AWS::Region` …) included.
    pub parameters: &'a Parameters,
    /// What there is so far.
    pub made: &'a dyn Made,
}

/// Conditions may name conditions, but not for ever.
const DEEPEST: usize = 32;

impl Scope<'_> {
    /// Whether a condition holds; none always does.
    pub fn holds(&self, condition: Option<&str>) -> Result<bool, TemplateError> {
        condition.map_or(Ok(true), |name| self.condition(name, 0))
    }

    fn condition(&self, name: &str, depth: usize) -> Result<bool, TemplateError> {
        let rule = self.template.conditions.get(name);
        let rule = rule.ok_or_else(|| wrong(format!("there is no condition {name}")))?;
        self.rule(rule, depth)
    }

    fn rule(&self, rule: &Value, depth: usize) -> Result<bool, TemplateError> {
        if depth > DEEPEST {
            return Err(wrong("conditions that name each other"));
        }
        let all = |items: &Value| -> Result<Vec<bool>, TemplateError> {
            let items = items.as_array().into_iter().flatten();
            items.map(|item| self.rule(item, depth + 1)).collect()
        };
        match call(rule) {
            Some(("Condition", Value::String(name))) => self.condition(name, depth + 1),
            Some(("Fn::Not", items)) => Ok(!all(items)?.first().copied().unwrap_or(false)),
            Some(("Fn::And", items)) => Ok(all(items)?.into_iter().all(|one| one)),
            Some(("Fn::Or", items)) => Ok(all(items)?.into_iter().any(|one| one)),
            Some(("Fn::Equals", Value::Array(two))) if two.len() == 2 => {
                Ok(truth(&self.value(&two[0])?) == truth(&self.value(&two[1])?))
            }
            _ => Err(wrong(format!("not a condition: {rule}"))),
        }
    }

    /// `value` with every function in it replaced by what it comes to. `AWS::NoValue` takes its property away.
    pub fn value(&self, value: &Value) -> Result<Value, TemplateError> {
        if let Some((name, argument)) = call(value) {
            return self.call(name, argument);
        }
        match value {
            Value::Array(items) => {
                let items: Result<Vec<Value>, _> =
                    items.iter().map(|item| self.value(item)).collect();
                Ok(items?.into_iter().filter(|item| !item.is_null()).collect())
            }
            Value::Object(map) => {
                let mut known = Map::new();
                for (key, item) in map {
                    let item = self.value(item)?;
                    if !item.is_null() {
                        known.insert(key.clone(), item);
                    }
                }
                Ok(Value::Object(known))
            }
            plain => Ok(plain.clone()),
        }
    }

    /// As [`Self::value`], where a word is wanted.
    pub fn text(&self, value: &Value) -> Result<String, TemplateError> {
        let known = self.value(value)?;
        truth(&known).ok_or_else(|| wrong(format!("not a word: {known}")))
    }

    fn call(&self, name: &str, argument: &Value) -> Result<Value, TemplateError> {
        let items = || argument.as_array().map_or(&[][..], Vec::as_slice);
        match (name, items()) {
            ("Ref", _) => match argument.as_str() {
                Some("AWS::NoValue") => Ok(Value::Null),
                Some(id) => self.reference(id),
                None => Err(wrong(format!("not a name: {argument}"))),
            },
            ("Fn::GetAtt", [Value::String(id), attribute]) => {
                let attribute = self.text(attribute)?;
                self.attribute(id, &attribute)
            }
            ("Fn::Sub", [Value::String(text), Value::Object(names)]) => self.fill(text, names),
            ("Fn::Sub", _) => match argument {
                Value::String(text) => self.fill(text, &Map::new()),
                other => Err(wrong(format!("Fn::Sub of {other}"))),
            },
            ("Fn::If", [Value::String(condition), yes, no]) => {
                self.value(if self.condition(condition, 0)? {
                    yes
                } else {
                    no
                })
            }
            ("Fn::Join", [Value::String(between), parts]) => {
                let Value::Array(parts) = self.value(parts)? else {
                    return Err(wrong("Fn::Join of something that is not a list"));
                };
                let words: Vec<String> = parts.iter().filter_map(truth).collect();
                Ok(words.join(between).into())
            }
            ("Fn::Select", [index, list]) => {
                let index: usize = self
                    .text(index)?
                    .parse()
                    .map_err(|_| wrong("Fn::Select with an index that is not a number"))?;
                let list = self.value(list)?;
                let item = list.get(index).cloned();
                item.ok_or_else(|| wrong(format!("Fn::Select of item {index} of {list}")))
            }
            ("Fn::Split", [Value::String(at), text]) => {
                let text = self.text(text)?;
                Ok(text.split(at.as_str()).collect::<Vec<_>>().into())
            }
            ("Fn::GetAZs", _) => {
                let region = self.text(argument)?;
                let region = if region.is_empty() {
                    self.parameter("AWS::Region")?
                } else {
                    region
                };
                Ok(["a", "b", "c"]
                    .map(|zone| Value::from(format!("{region}{zone}")))
                    .to_vec()
                    .into())
            }
            ("Fn::Cidr", [block, count, bits]) => {
                let (block, count, bits) = (self.text(block)?, self.text(count)?, self.text(bits)?);
                cidr(&block, &count, &bits)
                    .ok_or_else(|| wrong(format!("Fn::Cidr of {block}, {count}, {bits}")))
            }
            ("Fn::FindInMap", [map, first, second]) => {
                let keys = [self.text(map)?, self.text(first)?, self.text(second)?];
                let [map, first, second] = &keys;
                let found = &self.template.mappings[map][first][second];
                if found.is_null() {
                    return Err(wrong(format!("Fn::FindInMap of {}", keys.join("."))));
                }
                Ok(found.clone())
            }
            ("Fn::Base64", _) => {
                use base64::Engine as _;
                let text = self.text(argument)?;
                Ok(base64::prelude::BASE64_STANDARD.encode(text).into())
            }
            (name, _) => Err(wrong(format!("{name} of {argument}"))),
        }
    }

    fn parameter(&self, name: &str) -> Result<String, TemplateError> {
        self.parameters
            .get(name)
            .cloned()
            .ok_or_else(|| wrong(format!("{name} is not known")))
    }

    fn reference(&self, id: &str) -> Result<Value, TemplateError> {
        if let Some(value) = self.parameters.get(id) {
            return Ok(value.clone().into());
        }
        self.declared(id)?;
        let physical = self.made.physical(id);
        physical.map(Value::from).ok_or_else(|| unmade(id))
    }

    fn attribute(&self, id: &str, attribute: &str) -> Result<Value, TemplateError> {
        self.declared(id)?;
        let value = self.made.attribute(id, attribute);
        value
            .map(Value::from)
            .ok_or_else(|| wrong(format!("{id} has no attribute {attribute}")))
    }

    fn declared(&self, id: &str) -> Result<(), TemplateError> {
        if self.template.resources.contains_key(id) {
            return Ok(());
        }
        Err(wrong(format!("Unresolved resource dependencies [{id}]")))
    }

    /// `${Name}`, `${Resource.Attribute}`; `${!Literal}` stays `${Literal}`.
    fn fill(&self, text: &str, names: &Map<String, Value>) -> Result<Value, TemplateError> {
        let mut filled = String::new();
        for part in parts(text) {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Name(name) => match (names.get(name), name.split_once('.')) {
                    (Some(value), _) => filled.push_str(&self.text(value)?),
                    (None, Some((id, attribute))) => {
                        filled
                            .push_str(&truth(&self.attribute(id, attribute)?).unwrap_or_default());
                    }
                    (None, None) => {
                        filled.push_str(&truth(&self.reference(name)?).unwrap_or_default());
                    }
                },
                Part::Literal(name) => {
                    filled.push_str("${");
                    filled.push_str(name);
                    filled.push('}');
                }
            }
        }
        Ok(filled.into())
    }

    /// Every logical id that `value` refers to, branches not taken left out.
    pub fn references(
        &self,
        value: &Value,
        found: &mut BTreeSet<String>,
    ) -> Result<(), TemplateError> {
        match call(value) {
            Some(("Ref", Value::String(id))) => {
                found.insert(id.clone());
                return Ok(());
            }
            Some(("Fn::GetAtt", Value::Array(path))) => {
                found.extend(path.first().and_then(Value::as_str).map(str::to_owned));
                return Ok(());
            }
            Some(("Fn::If", Value::Array(three))) => {
                if let [Value::String(condition), yes, no] = three.as_slice() {
                    let taken = if self.condition(condition, 0)? {
                        yes
                    } else {
                        no
                    };
                    return self.references(taken, found);
                }
            }
            Some(("Fn::Sub", argument)) => {
                let (text, names) = match argument {
                    Value::Array(two) => (two.first(), two.get(1)),
                    text => (Some(text), None),
                };
                for part in parts(text.and_then(Value::as_str).unwrap_or_default()) {
                    if let Part::Name(name) = part {
                        let id = name.split_once('.').map_or(name, |(id, _)| id);
                        found.insert(id.to_owned());
                    }
                }
                return names.map_or(Ok(()), |names| self.references(names, found));
            }
            _ => {}
        }
        match value {
            Value::Array(items) => items
                .iter()
                .try_for_each(|item| self.references(item, found)),
            Value::Object(map) => map
                .values()
                .try_for_each(|item| self.references(item, found)),
            _ => Ok(()),
        }
    }
}

/// A piece of what `Fn::Sub` fills in.
enum Part<'a> {
    Text(&'a str),
    Name(&'a str),
    Literal(&'a str),
}

fn parts(mut text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    while let Some(start) = text.find("${") {
        let Some(length) = text[start..].find('}') else {
            break;
        };
        parts.push(Part::Text(&text[..start]));
        let name = &text[start + 2..start + length];
        parts.push(match name.strip_prefix('!') {
            Some(literal) => Part::Literal(literal),
            None => Part::Name(name.trim()),
        });
        text = &text[start + length + 1..];
    }
    parts.push(Part::Text(text));
    parts
}

/// A mapping of one function: its name and argument.
fn call(value: &Value) -> Option<(&str, &Value)> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    let (name, argument) = map.iter().next()?;
    let function = match name.as_str() {
        // In an IAM policy it is a word of the policy's own.
        "Condition" => argument.is_string(),
        name => name == "Ref" || name.starts_with("Fn::"),
    };
    function.then_some((name.as_str(), argument))
}

/// As CloudFormation compares: numbers and truth values are words.
pub(super) fn truth(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}

/// `count` neighbouring blocks of `2^bits` addresses from the start of `block`.
fn cidr(block: &str, count: &str, bits: &str) -> Option<Value> {
    let (address, prefix) = block.split_once('/')?;
    let address: std::net::Ipv4Addr = address.parse().ok()?;
    let (prefix, count, bits): (u32, u32, u32) = (
        prefix.parse().ok()?,
        count.parse().ok()?,
        bits.parse().ok()?,
    );
    let fits = bits <= 32 && prefix <= 32 - bits && count <= 256;
    fits.then(|| {
        (0..count)
            .map(|n| {
                let start = u32::from(address).wrapping_add(n << bits);
                let start = std::net::Ipv4Addr::from(start);
                Value::from(format!("{start}/{}", 32 - bits))
            })
            .collect::<Vec<_>>()
            .into()
    })
}

fn unmade(id: &str) -> TemplateError {
    wrong(format!("{id} does not exist yet"))
}

fn wrong(why: impl Into<String>) -> TemplateError {
    TemplateError::new(why)
}
