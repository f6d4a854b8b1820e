//! What requests about stacks have in common: which stack, with what template and parameters.

use super::super::page::page;
use crate::wire::fault::Fault;
use crate::wire::reply::Reply;
use crate::wire::services::ask::Ask;
use crate::wire::value::{Value, members, shape};
use crate::world::model::{OnFailure, Stack, Tag};
use crate::world::{Given, Proposal, State, TemplateGiven};

/// The reply of an operation that has an output with nothing in it: Query wants its element all the same.
pub(super) fn nothing() -> Reply {
    shape! { "Nothing": Value::Null }.into()
}

pub(super) fn invalid(message: impl Into<String>) -> Fault {
    Fault::bad("ValidationError", message)
}

pub(super) fn find<'a>(world: &'a State, ask: &Ask) -> Result<&'a Stack, Fault> {
    Ok(world
        .resources
        .stack(&ask.region, ask.input.need("StackName")?)?)
}

pub(super) fn paged(
    ask: &Ask,
    name: &'static str,
    all: impl IntoIterator<Item = Value>,
    size: usize,
) -> Result<Value, Fault> {
    let page = page(all, ask.input.text("NextToken"), size)
        .ok_or_else(|| invalid("NextToken is invalid"))?;
    Ok(shape! { "NextToken": page.next }.with(name, members(page.items)))
}

pub(super) fn parameters<'a>(all: impl IntoIterator<Item = (&'a String, &'a String)>) -> Value {
    members(all.into_iter().map(|(key, value)| {
        shape! { "ParameterKey": key, "ParameterValue": value }
    }))
}

pub(super) fn tags(all: &[Tag]) -> Value {
    members(
        all.iter()
            .map(|tag| shape! { "Key": &tag.key, "Value": &tag.value }),
    )
}

/// Longest template that a request may carry (aws-facts §6.2).
pub(super) const LONGEST_TEMPLATE: usize = 51_200;

pub(super) fn template_text(input: &Value) -> Result<Option<&str>, Fault> {
    if input.text("TemplateURL").is_some() {
        return Err(invalid(
            "S3 is not simulated: send the template as TemplateBody",
        ));
    }
    let text = input.text("TemplateBody");
    if text.is_some_and(|text| text.len() > LONGEST_TEMPLATE) {
        return Err(invalid(
            "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200",
        ));
    }
    Ok(text)
}

/// A letter, then letters, digits and hyphens, as stacks and change sets are called.
pub(super) fn named<'a>(input: &'a Value, member: &'static str) -> Result<&'a str, Fault> {
    let name = input.need(member)?;
    let good = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && name.len() <= 128;
    if good || name.starts_with("arn:") {
        return Ok(name);
    }
    let mut lower = member.to_owned();
    lower[..1].make_ascii_lowercase();
    Err(invalid(format!(
        "1 validation error detected: Value '{name}' at '{lower}' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
    )))
}

/// What a request that makes or updates a stack asks for.
pub(super) fn proposal(ask: &Ask, creates: bool) -> Result<Proposal<'_>, Fault> {
    let input = &ask.input;
    let source = match (template_text(input)?, input.bool("UsePreviousTemplate")?) {
        (Some(text), _) => TemplateGiven::Text(text),
        (None, Some(true)) => TemplateGiven::Previous,
        (None, _) => {
            return Err(invalid(
                "Either Template URL or Template Body must be specified.",
            ));
        }
    };
    let mut given = Vec::new();
    for one in input.items("Parameters") {
        let previous = one.bool("UsePreviousValue")?.unwrap_or(false);
        let value = one.get("ParameterValue").and_then(Value::as_text);
        given.push(Given {
            name: one.need("ParameterKey")?.to_owned(),
            // No value and not the previous one either is the empty word.
            value: (!previous).then(|| value.unwrap_or_default().to_owned()),
        });
    }
    let mut tags = Vec::new();
    for one in input.items("Tags") {
        tags.push(Tag {
            key: one.need("Key")?.to_owned(),
            value: one.text("Value").unwrap_or_default().to_owned(),
        });
    }
    let keeps = input.bool("DisableRollback")?.unwrap_or(false);
    let on_failure = match input.text("OnStackFailure").or(input.text("OnFailure")) {
        None if keeps => OnFailure::DoNothing,
        None | Some("ROLLBACK") => OnFailure::Rollback,
        Some("DO_NOTHING") => OnFailure::DoNothing,
        Some("DELETE") if creates => OnFailure::Delete,
        Some(other) => return Err(invalid(format!("OnStackFailure cannot be {other} here"))),
    };
    let words = |name: &str| input.texts(name).into_iter().map(str::to_owned).collect();
    let text = |name: &str| input.text(name).map(str::to_owned);
    Ok(Proposal {
        region: &ask.region,
        stack: named(input, "StackName")?,
        creates,
        source,
        parameters: given,
        tags: input.get("Tags").map(|_| tags),
        capabilities: words("Capabilities"),
        role: text("RoleARN"),
        on_failure,
        description: text("Description"),
        token: text("ClientToken").or_else(|| text("ClientRequestToken")),
    })
}
