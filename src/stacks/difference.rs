//! What a stack comes to, resource by resource, and how that differs from what it is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::TemplateError;
use super::intrinsic::{Nothing, Scope};
use super::template::{Parameters, Template};

/// What becomes of a resource; CloudFormation's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is made.
    Add,
    /// It is changed in place. A change set that would replace it is not carried out.
    Modify,
    /// It goes, or stays without its stack when its policy says so.
    Remove,
}

/// One resource of a stack and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its name in the template.
    pub id: String,
    /// `AWS::RDS::DBCluster`.
    pub kind: String,
    /// What happens.
    pub action: Action,
    /// Set when it would outlive its stack: `Retain` or `Snapshot`.
    pub kept: Option<String>,
    /// The parts it waits for.
    pub after: Vec<String>,
}

/// What becomes of every resource when a stack goes from one set of parameters to another; none before
/// means that it is made, none after that it is deleted. Resources that stay as they are are left out.
pub fn parts(
    template: &Template,
    pseudo: &Parameters,
    before: Option<&Parameters>,
    after: Option<&Parameters>,
) -> Result<Vec<Part>, TemplateError> {
    let old = before
        .map(|given| evaluated(template, pseudo, given))
        .transpose()?
        .unwrap_or_default();
    let new = after
        .map(|given| evaluated(template, pseudo, given))
        .transpose()?
        .unwrap_or_default();
    let mut parts = Vec::new();
    let mut part = |id: &str, action: Action, after: &[String]| {
        let Some(resource) = template.resources.get(id) else {
            return;
        };
        parts.push(Part {
            id: id.into(),
            kind: resource.kind.clone(),
            action,
            kept: (resource.deletion_policy != "Delete").then(|| resource.deletion_policy.clone()),
            after: after.to_vec(),
        });
    };
    for (id, one) in &new.made {
        match old.known.get(id) {
            None => part(id, Action::Add, &one.needs),
            Some(before) if before != &one.properties => part(id, Action::Modify, &one.needs),
            Some(_) => {}
        }
    }
    // What goes, goes in the opposite order.
    for (id, one) in old.made.iter().rev() {
        if !new.known.contains_key(id) {
            part(id, Action::Remove, &one.needs);
        }
    }
    Ok(parts)
}

#[derive(Default)]
struct Evaluated {
    /// In the order they are made.
    made: Vec<(String, One)>,
    known: BTreeMap<String, Value>,
}

struct One {
    properties: Value,
    needs: Vec<String>,
}

fn evaluated(
    template: &Template,
    pseudo: &Parameters,
    given: &Parameters,
) -> Result<Evaluated, TemplateError> {
    let mut parameters = template.with(given)?;
    parameters.extend(pseudo.clone());
    let scope = Scope {
        template,
        parameters: &parameters,
        made: &Nothing,
    };
    let mut evaluated = Evaluated::default();
    for id in template.order(&scope)? {
        let Some(resource) = template.resources.get(id) else {
            continue;
        };
        let properties = scope.value(&resource.properties)?;
        let needs = template.needs(id, &scope)?.into_iter().collect();
        evaluated.known.insert(id.into(), properties.clone());
        evaluated.made.push((id.into(), One { properties, needs }));
    }
    Ok(evaluated)
}
