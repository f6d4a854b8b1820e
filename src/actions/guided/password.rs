//! A password that RDS manages: no cluster of a global database may have one (aws-facts §19.1). gwctl's own template
//! sets none; one of the fleet's own may, and a cluster that stands alone.

use serde_json::Value;

use super::architecture::Architecture;
use crate::check::{Check, Finding};
use crate::names;
use gwctl_fleet::Region;
use gwctl_stacks::{Kind, Template};

const PROPERTY: &str = "ManageMasterUserPassword";

/// What the fleet's own template for a Region says of it.
pub(super) fn not_managed(all: &Architecture<'_>) -> Option<Check> {
    if !has_own_template(all) {
        return None;
    }
    // A template that cannot be read is refused elsewhere.
    let template = all.template(Kind::Region).ok()?;
    let (id, value) = managed(&template)?;
    let (finding, sets) = match truth(value) {
        Some(true) => (Finding::Fail, "sets"),
        Some(false) => return None,
        None => (Finding::Waivable, "may set"),
    };
    let text = format!(
        "the fleet's own template {sets} {PROPERTY} on {id}: RDS manages no password of a cluster in a global database. Create a secret of your own instead, and copy it to each Region"
    );
    Some(Check::new("password", finding, text))
}

/// That no cluster has the name that gwctl's template gives in `region`: it would not be taken into the global
/// database, and no other can have its name.
pub(super) fn free(all: &Architecture<'_>, region: &Region) -> Option<Check> {
    if has_own_template(all) {
        return None;
    }
    let name = names::cluster(all.context.fleet, region);
    let check = |finding, text| Some(Check::new("cluster", finding, text));
    match all.survey.clusters.get(region)? {
        Err(why) => {
            let text = format!("whether there is a cluster {name} in {region} is not known: {why}");
            check(Finding::Waivable, text)
        }
        Ok(found) => {
            let joins = if found.managed_password {
                " It cannot join the global database: RDS manages its password, which AWS does not support there."
            } else {
                ""
            };
            let text = format!(
                "there is a cluster {name} in {region} already: gwctl builds a new one of that name.{joins} Rename or delete it first"
            );
            check(Finding::Fail, text)
        }
    }
}

/// Whether the fleet builds its Regions from a template of its own.
fn has_own_template(all: &Architecture<'_>) -> bool {
    let templates = &all.context.spec.build.templates;
    templates.contains_key(Kind::Region.word())
}

fn managed(template: &Template) -> Option<(&str, &Value)> {
    template.resources.iter().find_map(|(id, resource)| {
        let cluster = resource.kind == "AWS::RDS::DBCluster";
        let value = resource.properties.get(PROPERTY).filter(|_| cluster)?;
        Some((id.as_str(), value))
    })
}

/// What a property says; none where only parameters decide.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(yes) => Some(*yes),
        Value::String(word) => word.parse().ok(),
        _ => None,
    }
}
