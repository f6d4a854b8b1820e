//! What a stack is to become, and what that makes of its resources.

use std::collections::BTreeSet;

use serde_json::Value;

use super::operation::{Doomed, Goal};
use crate::world::model::{Change, ChangeDetail, StackResource, Target};
use crate::world::names::ACCOUNT;
use crate::world::resources::replaces;
use gwctl_fleet::Region;
use gwctl_stacks::{Made, Nothing, Scope, Template, TemplateError};

/// What only making can tell, as change sets write it.
const AFTER_APPLY: &str = "{{changeSet:KNOWN_AFTER_APPLY}}";
/// What a change set without a change says.
pub(super) const NO_CHANGES: &str = "The submitted information didn't contain changes. Submit different information to create a change set.";

/// The stack's resources as functions see them.
pub(super) struct Standing<'a>(pub(super) &'a [StackResource]);

impl Standing<'_> {
    fn find(&self, id: &str) -> Option<&StackResource> {
        self.0.iter().find(|one| one.logical == id)
    }
}

impl Made for Standing<'_> {
    fn physical(&self, id: &str) -> Option<String> {
        let found = self.find(id)?;
        let physical = found.physical.clone()?;
        // `Ref` of a record set is its name; what it is called here has zone, type and set besides.
        if found.kind == "AWS::Route53::RecordSet" {
            return physical.split('|').nth(1).map(Into::into);
        }
        Some(physical)
    }

    fn attribute(&self, id: &str, attribute: &str) -> Option<String> {
        self.find(id)?.attributes.get(attribute).cloned()
    }
}

/// The same, where some are still to be made.
struct Planned<'a> {
    standing: Standing<'a>,
    coming: BTreeSet<String>,
}

impl Made for Planned<'_> {
    fn physical(&self, id: &str) -> Option<String> {
        if self.coming.contains(id) {
            return Some(AFTER_APPLY.into());
        }
        self.standing.physical(id)
    }

    fn attribute(&self, id: &str, attribute: &str) -> Option<String> {
        if self.coming.contains(id) {
            return Some(AFTER_APPLY.into());
        }
        self.standing.attribute(id, attribute)
    }
}

impl Goal {
    /// Reads the template and completes the parameters.
    pub(super) fn read(
        mut target: Target,
        region: &Region,
        stack: &str,
        arn: &str,
    ) -> Result<Self, TemplateError> {
        let template = Template::parse(&target.template)?;
        target.parameters = template.with(&target.parameters)?;
        let mut parameters = target.parameters.clone();
        parameters.extend(
            [
                ("AWS::AccountId", ACCOUNT),
                ("AWS::Partition", "aws"),
                ("AWS::Region", region.as_str()),
                ("AWS::StackId", arn),
                ("AWS::StackName", stack),
                ("AWS::URLSuffix", "amazonaws.com"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        let goal = Self {
            target,
            template,
            parameters,
        };
        let scope = goal.scope(&Nothing);
        for id in goal.template.order(&scope)? {
            scope.value(&goal.template.resources[id].properties)?;
        }
        goal.outputs(&Nothing)?;
        Ok(goal)
    }

    pub(super) const fn scope<'a>(&'a self, made: &'a dyn Made) -> Scope<'a> {
        Scope {
            template: &self.template,
            parameters: &self.parameters,
            made,
        }
    }

    /// The logical ids there are to be, every one after those it depends on.
    pub(super) fn order(&self) -> Result<Vec<String>, TemplateError> {
        let order = self.template.order(&self.scope(&Nothing))?;
        Ok(order.into_iter().map(str::to_owned).collect())
    }

    pub(super) fn needs(&self, id: &str) -> Result<BTreeSet<String>, TemplateError> {
        self.template.needs(id, &self.scope(&Nothing))
    }

    /// The outputs that there are with these parameters.
    pub(super) fn outputs(&self, made: &dyn Made) -> Result<Vec<(String, String)>, TemplateError> {
        let scope = self.scope(made);
        let mut outputs = Vec::new();
        for (key, output) in &self.template.outputs {
            if scope.holds(output.condition.as_deref())? {
                outputs.push((key.clone(), scope.text(&output.value)?));
            }
        }
        Ok(outputs)
    }

    /// What becomes of the resources that there are, and which come.
    pub(super) fn changes(&self, standing: &[StackResource]) -> Result<Vec<Change>, TemplateError> {
        let mut planned = Planned {
            standing: Standing(standing),
            coming: BTreeSet::new(),
        };
        let order = self.order()?;
        let mut changes = Vec::new();
        for id in &order {
            let declared = &self.template.resources[id];
            let Some(one) = planned.standing.find(id).cloned() else {
                planned.coming.insert(id.clone());
                changes.push(Change {
                    action: "Add",
                    logical: id.clone(),
                    physical: None,
                    kind: declared.kind.clone(),
                    replacement: None,
                    policy: None,
                    details: Vec::new(),
                });
                continue;
            };
            let after = self.scope(&planned).value(&declared.properties)?;
            let replacement = if one.kind == declared.kind {
                replaces(&one.kind, &one.properties, &after)
            } else {
                "True"
            };
            if one.kind == declared.kind && same(&one.properties, &after) {
                continue;
            }
            let replaced = replacement == "True";
            if replaced {
                planned.coming.insert(id.clone());
            }
            changes.push(Change {
                action: "Modify",
                details: details(&one.kind, &one.properties, &after),
                policy: replaced.then(|| format!("ReplaceAnd{}", declared.replace_policy)),
                replacement: Some(replacement),
                logical: id.clone(),
                physical: one.physical,
                kind: declared.kind.clone(),
            });
        }
        let gone = standing.iter().filter(|one| !order.contains(&one.logical));
        changes.extend(gone.rev().map(|one| Change {
            action: "Remove",
            logical: one.logical.clone(),
            physical: one.physical.clone(),
            kind: one.kind.clone(),
            replacement: None,
            policy: Some(Doomed::by_policy(one, false).policy),
            details: Vec::new(),
        }));
        Ok(changes)
    }
}

/// As CloudFormation compares: no properties are an empty mapping.
pub(super) fn same(before: &Value, after: &Value) -> bool {
    let empty = |value: &Value| value.as_object().is_none_or(serde_json::Map::is_empty);
    before == after
        || ((before.is_null() || before.is_object())
            && (after.is_null() || after.is_object())
            && empty(before)
            && empty(after))
}

/// The properties that differ.
fn details(kind: &str, before: &Value, after: &Value) -> Vec<ChangeDetail> {
    let names = [before, after].into_iter().filter_map(Value::as_object);
    let names: BTreeSet<&String> = names.flat_map(serde_json::Map::keys).collect();
    let differs = |name: &&String| before.get(name.as_str()) != after.get(name.as_str());
    let detail = |name: &String| {
        let mut with = before.clone();
        if let Some(properties) = with.as_object_mut() {
            match after.get(name) {
                Some(value) => properties.insert(name.clone(), value.clone()),
                None => properties.remove(name),
            };
        }
        ChangeDetail {
            name: name.clone(),
            recreation: match replaces(kind, before, &with) {
                "True" => "Always",
                "False" => "Never",
                _ => "Conditionally",
            },
            before: before.get(name).map(word),
            after: after.get(name).map(word),
        }
    };
    names.into_iter().filter(differs).map(detail).collect()
}

/// A property's value as change sets and drifts write it.
pub(super) fn word(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
