//! A state, as `terraform show -json` prints it or as Terraform keeps it in `terraform.tfstate`.

use serde::Deserialize;
use serde_json::{Map, Value};

/// What Terraform believes there is.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    pub terraform_version: String,
    pub resources: Vec<StateResource>,
}

/// One object of it.
#[derive(Debug, Clone, PartialEq)]
pub struct StateResource {
    pub address: String,
    pub kind: String,
    pub values: Value,
    /// `true` where a value is sensitive.
    pub sensitive: Value,
}

#[derive(Debug, Deserialize)]
struct Shown {
    #[serde(default)]
    terraform_version: String,
    #[serde(default)]
    values: Option<Values>,
}

#[derive(Debug, Deserialize)]
struct Values {
    #[serde(default)]
    root_module: Module,
}

#[derive(Debug, Default, Deserialize)]
struct Module {
    #[serde(default)]
    resources: Vec<ShownResource>,
    #[serde(default)]
    child_modules: Vec<Module>,
}

#[derive(Debug, Deserialize)]
struct ShownResource {
    address: String,
    #[serde(default)]
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    values: Value,
    #[serde(default)]
    sensitive_values: Value,
}

#[derive(Debug, Deserialize)]
struct Raw {
    #[serde(default)]
    terraform_version: String,
    #[serde(default)]
    resources: Vec<RawResource>,
}

#[derive(Debug, Deserialize)]
struct RawResource {
    #[serde(default)]
    module: Option<String>,
    #[serde(default)]
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    #[serde(default)]
    instances: Vec<RawInstance>,
}

#[derive(Debug, Deserialize)]
struct RawInstance {
    #[serde(default)]
    index_key: Value,
    #[serde(default)]
    deposed: Option<String>,
    #[serde(default)]
    attributes: Value,
    #[serde(default)]
    sensitive_attributes: Value,
}

impl State {
    /// Of what `terraform show -json` printed.
    pub(super) fn shown(value: Value) -> Result<Self, serde_json::Error> {
        let shown: Shown = serde_json::from_value(value)?;
        let mut resources = Vec::new();
        if let Some(values) = shown.values {
            collect(values.root_module, &mut resources);
        }
        Ok(Self {
            terraform_version: shown.terraform_version,
            resources,
        })
    }

    /// Of a `terraform.tfstate` of version 4.
    pub(super) fn raw(value: Value) -> Result<Self, serde_json::Error> {
        let raw: Raw = serde_json::from_value(value)?;
        let managed = raw
            .resources
            .into_iter()
            .filter(|one| one.mode == "managed");
        let resources = managed.flat_map(|resource| {
            let RawResource {
                module,
                kind,
                name,
                instances,
                ..
            } = resource;
            let base = match module {
                Some(module) => format!("{module}.{kind}.{name}"),
                None => format!("{kind}.{name}"),
            };
            let current = instances.into_iter().filter(|one| one.deposed.is_none());
            let each = current.map(move |instance| StateResource {
                address: format!("{base}{}", key(&instance.index_key)),
                kind: kind.clone(),
                sensitive: marked(&instance.sensitive_attributes),
                values: instance.attributes,
            });
            each.collect::<Vec<_>>()
        });
        Ok(Self {
            resources: resources.collect(),
            terraform_version: raw.terraform_version,
        })
    }
}

fn collect(module: Module, into: &mut Vec<StateResource>) {
    let managed = module
        .resources
        .into_iter()
        .filter(|one| one.mode != "data");
    into.extend(managed.map(|one| StateResource {
        address: one.address,
        kind: one.kind,
        values: one.values,
        sensitive: one.sensitive_values,
    }));
    for child in module.child_modules {
        collect(child, into);
    }
}

/// `[0]` or `["eu-west-1"]`, as addresses have it.
fn key(index: &Value) -> String {
    match index {
        Value::Number(_) | Value::String(_) => format!("[{index}]"),
        _ => String::new(),
    }
}

/// The first names of the paths that the file marks: the whole attribute is then not shown.
fn marked(paths: &Value) -> Value {
    let first = |path: &Value| Some(path.get(0)?.get("value")?.as_str()?.to_owned());
    let names = paths.as_array().into_iter().flatten().filter_map(first);
    Value::Object(
        names
            .map(|name| (name, Value::Bool(true)))
            .collect::<Map<_, _>>(),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_forms_of_one_state_have_the_same_addresses_and_marks() {
        let shown = State::shown(json!({
            "terraform_version": "1.9.8",
            "values": {"root_module": {
                "resources": [
                    {"address": "aws_x.one", "mode": "managed", "type": "aws_x", "values": {"id": "1"}, "sensitive_values": {"p": true}},
                    {"address": "data.aws_x.no", "mode": "data", "type": "aws_x", "values": {}},
                ],
                "child_modules": [{"resources": [], "child_modules": [{"resources": [
                    {"address": "module.a[\"eu\"].module.b.aws_y.two[0]", "mode": "managed", "type": "aws_y", "values": {"id": "2"}, "sensitive_values": {}},
                ]}]}],
            }},
        }));
        let raw = State::raw(json!({
            "version": 4,
            "terraform_version": "1.9.8",
            "resources": [
                {"mode": "managed", "type": "aws_x", "name": "one", "instances": [
                    {"attributes": {"id": "1"}, "sensitive_attributes": [[{"type": "get_attr", "value": "p"}]]},
                    {"deposed": "00000001", "attributes": {"id": "old"}},
                ]},
                {"mode": "data", "type": "aws_x", "name": "no", "instances": [{"attributes": {}}]},
                {"module": "module.a[\"eu\"].module.b", "mode": "managed", "type": "aws_y", "name": "two", "instances": [
                    {"index_key": 0, "attributes": {"id": "2"}, "sensitive_attributes": []},
                ]},
            ],
        }));
        assert_eq!(shown.unwrap(), raw.unwrap());
        assert_eq!(key(&json!("eu-west-1")), "[\"eu-west-1\"]");
    }
}
