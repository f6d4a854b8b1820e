//! A plan as `terraform show -json` prints it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

/// What of a plan is judged.
#[derive(Debug, Clone, Deserialize)]
pub struct Plan {
    #[serde(default)]
    pub terraform_version: String,
    /// When it was made; older versions of Terraform do not say.
    #[serde(default)]
    pub timestamp: Option<String>,
    /// Terraform met an error while it planned: the plan is not whole.
    #[serde(default)]
    pub errored: bool,
    /// Whether nothing is left to be planned after it is applied.
    #[serde(default = "yes")]
    pub complete: bool,
    #[serde(default)]
    pub resource_changes: Vec<ResourceChange>,
    /// What was changed beside Terraform, as it found when it refreshed its state.
    #[serde(default)]
    pub resource_drift: Vec<ResourceChange>,
    #[serde(default)]
    pub configuration: Value,
}

const fn yes() -> bool {
    true
}

/// What becomes of one resource.
#[derive(Debug, Clone, Deserialize)]
pub struct ResourceChange {
    pub address: String,
    /// Where it was before, where it was moved.
    #[serde(default)]
    pub previous_address: Option<String>,
    /// `managed` or `data`.
    #[serde(default)]
    pub mode: String,
    #[serde(rename = "type")]
    pub kind: String,
    /// Set where an object is meant that a replacement left behind.
    #[serde(default)]
    pub deposed: Option<String>,
    pub change: Change,
    /// Why Terraform chose these actions.
    #[serde(default)]
    pub action_reason: Option<String>,
}

/// The object before and after.
#[derive(Debug, Clone, Deserialize)]
pub struct Change {
    #[serde(default)]
    pub actions: Vec<String>,
    #[serde(default)]
    pub before: Value,
    #[serde(default)]
    pub after: Value,
    #[serde(default)]
    pub after_unknown: Value,
    #[serde(default)]
    pub before_sensitive: Value,
    #[serde(default)]
    pub after_sensitive: Value,
    /// The attributes that cannot be changed in place.
    #[serde(default)]
    pub replace_paths: Option<Vec<Vec<Value>>>,
}

/// What Terraform would do with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Nothing,
    Create,
    Read,
    Update,
    Delete,
    /// Deletes and creates, in whichever order.
    Replace,
    /// Strikes it from the state and leaves it in AWS.
    Forget,
    /// A word of a newer Terraform.
    Unknown,
}

impl Action {
    /// For people and programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nothing => "no-op",
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Replace => "replace",
            Self::Forget => "forget",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the object that is there now goes.
    pub const fn destroys(self) -> bool {
        matches!(self, Self::Delete | Self::Replace)
    }
}

impl Change {
    /// The actions in one word.
    pub fn action(&self) -> Action {
        let has = |word: &str| self.actions.iter().any(|action| action == word);
        let known = ["no-op", "create", "read", "update", "delete", "forget"];
        if !self.actions.iter().all(|one| known.contains(&one.as_str())) {
            return Action::Unknown;
        }
        match (has("delete"), has("create")) {
            (true, true) => Action::Replace,
            (true, false) => Action::Delete,
            // `create` and `forget` together leave the old object in AWS beside a new one.
            (false, true) => Action::Create,
            (false, false) if has("forget") => Action::Forget,
            (false, false) if has("update") => Action::Update,
            (false, false) if has("read") => Action::Read,
            (false, false) if has("no-op") => Action::Nothing,
            (false, false) => Action::Unknown,
        }
    }

    /// The names of the attributes that cannot be changed in place.
    pub fn replacing(&self) -> Vec<String> {
        let first = |path: &Vec<Value>| Some(path.first()?.as_str()?.to_owned());
        let mut names: Vec<String> = self
            .replace_paths
            .iter()
            .flatten()
            .filter_map(first)
            .collect();
        names.dedup();
        names
    }
}

impl Plan {
    /// The Region of the provider that `address` is planned with, where the configuration writes it down.
    pub fn region_of(&self, address: &str) -> Option<&str> {
        let one = self.configured(address)?;
        let key = one.get("provider_config_key")?.as_str()?;
        let provider = self.configuration.get("provider_config")?.get(key)?;
        let region = provider.get("expressions")?.get("region")?;
        region.get("constant_value")?.as_str()
    }

    /// What the configuration writes of the resource at `address`.
    fn configured(&self, address: &str) -> Option<&Value> {
        let mut module = self.configuration.get("root_module")?;
        let plain = without_keys(address);
        let mut parts = plain.split('.');
        let mut resource = Vec::new();
        while let Some(part) = parts.next() {
            if part == "module" {
                module = module
                    .get("module_calls")?
                    .get(parts.next()?)?
                    .get("module")?;
            } else {
                resource.push(part);
            }
        }
        let resource = resource.join(".");
        let all = module.get("resources")?.as_array()?;
        let named = |one: &&Value| one.get("address").and_then(Value::as_str) == Some(&resource);
        all.iter().find(named)
    }

    /// The changes of the resources that the one at `address` is made of, as its module's configuration writes: of
    /// resources beside it, and of everything in a module that it takes an output of. What comes through a variable or
    /// a local value is not followed.
    pub fn references(&self, address: &str) -> Vec<&ResourceChange> {
        let mut written = BTreeSet::new();
        let expressions = self
            .configured(address)
            .and_then(|one| one.get("expressions"));
        if let Some(expressions) = expressions {
            references(expressions, &mut written);
        }
        let module = module_of(address);
        let refers = |one: &&ResourceChange| {
            let own = &one.address;
            let Some(rest) = own.strip_prefix(module).filter(|_| own != address) else {
                return false;
            };
            let plain = without_keys(rest);
            written.iter().any(|written| {
                let written = without_keys(written);
                let mut parts = written.split('.');
                let head = (parts.next(), parts.next());
                let mut parts = plain.split('.');
                head.1.is_some() && head == (parts.next(), parts.next())
            })
        };
        self.changed().filter(refers).collect()
    }

    /// How often each provider type is touched: for a count of what is not the fleet's.
    pub fn changed(&self) -> impl Iterator<Item = &ResourceChange> {
        let managed = |one: &&ResourceChange| one.mode.is_empty() || one.mode == "managed";
        self.resource_changes.iter().filter(managed)
    }

    /// What was changed beside Terraform, by address.
    pub fn drift(&self) -> BTreeMap<&str, &ResourceChange> {
        let all = self.resource_drift.iter();
        all.map(|one| (one.address.as_str(), one)).collect()
    }
}

/// Every address that the expressions in `value` refer to, as they are written.
fn references(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                match inner.as_array().filter(|_| name == "references") {
                    Some(all) => {
                        into.extend(all.iter().filter_map(Value::as_str).map(Into::into));
                    }
                    None => references(inner, into),
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|inner| references(inner, into)),
        _ => {}
    }
}

/// `module.a["x.y"].` of `module.a["x.y"].b.c[0]`; empty in the root module.
fn module_of(address: &str) -> &str {
    let (mut quoted, mut escaped, mut dots) = (false, false, Vec::new());
    for (at, c) in address.char_indices() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '.' if !quoted => dots.push(at),
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    // The last two parts are the resource's kind and name.
    let end = dots.len().checked_sub(2).and_then(|n| dots.get(n));
    end.map_or("", |end| &address[..=*end])
}

/// `module.a["x.y"].b.c[0]` as `module.a.b.c`.
fn without_keys(address: &str) -> String {
    let mut plain = String::new();
    let (mut inside, mut quoted, mut escaped) = (false, false, false);
    for c in address.chars() {
        match c {
            '"' if inside && !escaped => quoted = !quoted,
            '[' if !inside => inside = true,
            ']' if !quoted => inside = false,
            c if !inside => plain.push(c),
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    plain
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_pair_of_actions_has_one_meaning() {
        let action = |actions: &[&str]| {
            let change: Change = serde_json::from_value(json!({ "actions": actions })).unwrap();
            change.action()
        };
        assert_eq!(action(&["create", "delete"]), Action::Replace);
        assert_eq!(action(&["delete", "create"]), Action::Replace);
        assert_eq!(action(&["delete"]), Action::Delete);
        assert_eq!(action(&["forget"]), Action::Forget);
        assert_eq!(action(&["create", "forget"]), Action::Create);
        assert_eq!(action(&["no-op"]), Action::Nothing);
        for odd in [&[][..], &["transmogrify"], &["update", "transmogrify"]] {
            assert_eq!(action(odd), Action::Unknown, "{odd:?}");
        }
    }

    #[test]
    fn the_region_is_that_of_the_provider_in_the_module() {
        let configuration = json!({
            "provider_config": {
                "aws": {"expressions": {"region": {"constant_value": "us-east-1"}}},
                "aws.euw1": {"expressions": {"region": {"constant_value": "eu-west-1"}}},
                "aws.var": {"expressions": {"region": {"references": ["var.region"]}}},
            },
            "root_module": {
                "resources": [{"address": "aws_a.b", "provider_config_key": "aws"}],
                "module_calls": {"r": {"module": {"resources": [
                    {"address": "aws_c.d", "provider_config_key": "aws.euw1"},
                    {"address": "aws_e.f", "provider_config_key": "aws.var"},
                ]}}},
            },
        });
        let plan: Plan = serde_json::from_value(json!({ "configuration": configuration })).unwrap();
        assert_eq!(plan.region_of("aws_a.b[0]"), Some("us-east-1"));
        assert_eq!(
            plan.region_of("module.r[\"a].b\"].aws_c.d"),
            Some("eu-west-1")
        );
        assert_eq!(plan.region_of("module.r.aws_e.f"), None);
        assert_eq!(plan.region_of("module.x.aws_c.d"), None);
    }
}
