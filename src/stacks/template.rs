//! A CloudFormation template as data, and what it comes to with given parameters.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::TemplateError;
use super::intrinsic::{Scope, truth};
use super::yaml;

/// Parameters, pseudo parameters included, by name.
pub type Parameters = BTreeMap<String, String>;

/// A parsed template.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// What it is for.
    pub description: String,
    /// What can be given.
    pub parameters: BTreeMap<String, Parameter>,
    /// What it makes, by logical id.
    pub resources: BTreeMap<String, Resource>,
    /// What it tells, by key.
    pub outputs: BTreeMap<String, Output>,
    /// Whether macros write it anew before it is carried out: what it makes is then not all in it.
    pub transformed: bool,
    pub(super) conditions: Map<String, Value>,
    pub(super) mappings: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Used when none is given.
    pub default: Option<String>,
    /// The only values there are; empty where any will do.
    pub allowed: Vec<String>,
}

/// A resource as declared.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// `AWS::RDS::DBCluster`.
    pub kind: String,
    /// Only where this condition holds.
    pub condition: Option<String>,
    /// Named in `DependsOn`.
    pub after: Vec<String>,
    /// Unresolved.
    pub properties: Value,
    /// `Delete`, `Retain`, `Snapshot` …: what becomes of it when the stack goes.
    pub deletion_policy: String,
    /// What becomes of it when another takes its place.
    pub replace_policy: String,
}

/// An output as declared.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Only where this condition holds.
    pub condition: Option<String>,
    /// Unresolved.
    pub value: Value,
}

impl Template {
    /// Reads YAML or JSON, which is YAML.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let root = yaml::read(text)?;
        let section = |name: &str| match root.get(name) {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(map)) => Ok(map.clone()),
            Some(_) => Err(TemplateError::new(format!("{name} is not a mapping"))),
        };
        let resources = section("Resources")?;
        if resources.is_empty() {
            return Err(TemplateError::new(
                "at least one resource must be in Resources",
            ));
        }
        let resources = resources
            .iter()
            .map(|(id, value)| Ok((id.clone(), Resource::read(id, value)?)))
            .collect::<Result<_, TemplateError>>()?;
        let parameters = section("Parameters")?;
        let outputs = section("Outputs")?;
        Ok(Self {
            description: text_of(root.get("Description")).unwrap_or_default(),
            parameters: parameters
                .iter()
                .map(|(name, value)| (name.clone(), Parameter::read(value)))
                .collect(),
            resources,
            outputs: outputs
                .iter()
                .map(|(key, value)| (key.clone(), Output::read(value)))
                .collect(),
            transformed: root.get("Transform").is_some_and(|value| !value.is_null())
                || mentions(&root, "Fn::Transform"),
            conditions: section("Conditions")?,
            mappings: Value::Object(section("Mappings")?),
        })
    }

    /// Whether it makes a resource of this type.
    pub fn has(&self, kind: &str) -> bool {
        self.resources.values().any(|one| one.kind == kind)
    }

    /// All parameters with their values: those given, and the defaults of the others.
    pub fn with(&self, given: &Parameters) -> Result<Parameters, TemplateError> {
        let unknown: Vec<&str> = given
            .keys()
            .filter(|name| !self.parameters.contains_key(*name))
            .map(String::as_str)
            .collect();
        if !unknown.is_empty() {
            return Err(TemplateError::new(format!(
                "Parameters: [{}] do not exist in the template",
                unknown.join(", ")
            )));
        }
        let value = |(name, parameter): (&String, &Parameter)| {
            let value = given.get(name).or(parameter.default.as_ref());
            let value = value.ok_or_else(|| {
                TemplateError::new(format!("Parameters: [{name}] must have values"))
            })?;
            if !parameter.allowed.is_empty() && !parameter.allowed.contains(value) {
                return Err(TemplateError::new(format!(
                    "Parameter '{name}' must be one of AllowedValues: {}",
                    parameter.allowed.join(", ")
                )));
            }
            Ok((name.clone(), value.clone()))
        };
        self.parameters.iter().map(value).collect()
    }

    /// The resources that there are with these parameters, every one after those it depends on.
    pub fn order(&self, scope: &Scope<'_>) -> Result<Vec<&str>, TemplateError> {
        let mut waiting: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for (id, resource) in &self.resources {
            if scope.holds(resource.condition.as_deref())? {
                waiting.insert(id, self.needs(id, scope)?);
            }
        }
        let mut order: Vec<&str> = Vec::new();
        while !waiting.is_empty() {
            let free: Vec<&str> = waiting
                .iter()
                .filter(|(_, needs)| needs.iter().all(|id| !waiting.contains_key(id.as_str())))
                .map(|(id, _)| *id)
                .collect();
            if free.is_empty() {
                let circle: Vec<&str> = waiting.keys().copied().collect();
                return Err(TemplateError::new(format!(
                    "Circular dependency between resources: [{}]",
                    circle.join(", ")
                )));
            }
            for id in free {
                waiting.remove(id);
                order.push(id);
            }
        }
        Ok(order)
    }

    /// What `id` depends on: named in `DependsOn`, or referred to by its properties as they are with
    /// these parameters.
    pub fn needs(&self, id: &str, scope: &Scope<'_>) -> Result<BTreeSet<String>, TemplateError> {
        let Some(resource) = self.resources.get(id) else {
            return Err(TemplateError::new(format!("there is no resource {id}")));
        };
        let mut needs: BTreeSet<String> = resource.after.iter().cloned().collect();
        scope.references(&resource.properties, &mut needs)?;
        needs.retain(|id| self.resources.contains_key(id));
        Ok(needs)
    }
}

impl Parameter {
    fn read(value: &Value) -> Self {
        let allowed = value.get("AllowedValues").and_then(Value::as_array);
        Self {
            default: text_of(value.get("Default")),
            allowed: allowed
                .into_iter()
                .flatten()
                .filter_map(|one| text_of(Some(one)))
                .collect(),
        }
    }
}

impl Resource {
    fn read(id: &str, value: &Value) -> Result<Self, TemplateError> {
        let kind = text_of(value.get("Type"))
            .ok_or_else(|| TemplateError::new(format!("resource {id} has no Type")))?;
        let after = match value.get("DependsOn") {
            Some(Value::Array(all)) => all.iter().filter_map(|one| text_of(Some(one))).collect(),
            one => text_of(one).into_iter().collect(),
        };
        // CloudFormation's own default, which for a database is not to lose it (aws-facts §20.3).
        let unset = if kind == "AWS::RDS::DBCluster" {
            "Snapshot"
        } else {
            "Delete"
        };
        let deletion_policy = text_of(value.get("DeletionPolicy"));
        let replace_policy = text_of(value.get("UpdateReplacePolicy"));
        Ok(Self {
            kind,
            condition: text_of(value.get("Condition")),
            after,
            properties: value.get("Properties").cloned().unwrap_or_default(),
            deletion_policy: deletion_policy.unwrap_or_else(|| unset.into()),
            replace_policy: replace_policy.unwrap_or_else(|| "Delete".into()),
        })
    }
}

impl Output {
    fn read(value: &Value) -> Self {
        Self {
            condition: text_of(value.get("Condition")),
            value: value.get("Value").cloned().unwrap_or_default(),
        }
    }
}

/// Whether a key of this name is anywhere in `value`.
fn mentions(value: &Value, key: &str) -> bool {
    match value {
        Value::Object(map) => {
            map.contains_key(key) || map.values().any(|inner| mentions(inner, key))
        }
        Value::Array(items) => items.iter().any(|inner| mentions(inner, key)),
        _ => false,
    }
}

/// CloudFormation takes numbers and truth values for words.
fn text_of(value: Option<&Value>) -> Option<String> {
    value.and_then(truth)
}
