//! How the stacks of a fleet were built: what they were given besides what gwctl's templates give.

use std::collections::BTreeMap;

use crate::fleet::{BuildSpec, Region};
use crate::observe::discover::FoundStack;
use crate::stacks::{Kind, Parameters, Template, family, given, is_own_network};

/// Fills `build` in, and says what it cannot say of it.
pub fn build(stacks: &[FoundStack], build: &mut BuildSpec) -> Vec<String> {
    let mut notes = Vec::new();
    let mut of = |kind: Kind| -> BTreeMap<Region, Parameters> {
        let Ok(template) = Template::parse(&kind.template()) else {
            return BTreeMap::new();
        };
        let ours = stacks
            .iter()
            .filter(|stack| stack.role.as_deref() == Some(kind.word()));
        ours.map(|stack| {
            let sorted = given(&template, &stack.formation.parameters);
            notes.extend(remarks(kind, stack, &sorted.hidden, &sorted.foreign));
            (stack.region.clone(), sorted.differing)
        })
        .collect()
    };
    build.global = of(Kind::Global).into_values().next().unwrap_or_default();
    build.edge = of(Kind::Edge).into_values().next().unwrap_or_default();
    let mut regions = of(Kind::Region);
    for parameters in regions.values_mut() {
        // The engine of the Regions is that of the global cluster.
        parameters.retain(|name, value| build.global.get(name) != Some(value) || !is_engine(name));
    }
    build
        .global
        .retain(|name, value| name != "EngineVersion" || !is_chosen(value));
    // A network that gwctl chose it chooses again.
    for parameters in regions.values_mut() {
        parameters.retain(|name, value| name != "VpcCidr" || !is_own_network(value));
    }
    let secret = secret(&mut regions);
    build.region = shared(&regions);
    build.region.extend(secret);
    for (region, parameters) in regions {
        let own: Parameters = parameters
            .into_iter()
            .filter(|(name, _)| !build.region.contains_key(name))
            .collect();
        if !own.is_empty() {
            build.regions.insert(region, own);
        }
    }
    match service_role(stacks) {
        Ok(role) => build.role = role,
        Err(differ) => notes.push(differ.to_string()),
    }
    notes
}

/// The stacks of a fleet by the service role that they were built with: which of them is the right one nobody
/// but their owner knows.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the stacks were built with different service roles: {}; name the right one as build.role",
    self.each()
)]
struct RolesDiffer<'a>(BTreeMap<Option<&'a str>, Vec<&'a str>>);

impl RolesDiffer<'_> {
    fn each(&self) -> String {
        let each = self.0.iter().map(|(role, names)| {
            let with = role.map_or_else(|| "without one".into(), |role| format!("with {role}"));
            format!("{} {with}", names.join(", "))
        });
        each.collect::<Vec<_>>().join("; ")
    }
}

/// The service role that all of the fleet's own stacks were built with.
fn service_role(stacks: &[FoundStack]) -> Result<Option<String>, RolesDiffer<'_>> {
    let mut by_role: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
    for stack in stacks.iter().filter(|stack| stack.role.is_some()) {
        let role = stack.formation.service_role.as_deref();
        by_role.entry(role).or_default().push(&stack.formation.name);
    }
    if by_role.len() > 1 {
        return Err(RolesDiffer(by_role));
    }
    let only = by_role.into_keys().next().flatten();
    Ok(only.map(ToOwned::to_owned))
}

/// The secret of the database's first user: only the Region that created the database was given it, and
/// gwctl gives it to no other.
fn secret(regions: &mut BTreeMap<Region, Parameters>) -> Option<(String, String)> {
    let name = "MasterUserSecretArn";
    let mut all = regions
        .values_mut()
        .filter_map(|given| given.remove_entry(name));
    let first = all.next();
    // Whatever the others were given, they did not use.
    all.for_each(drop);
    first
}

/// Whether a version may be the newest minor one that gwctl chooses by itself: it is of the template's own
/// major version. Where there is a database already, its version is what counts.
fn is_chosen(version: &str) -> bool {
    let template = Template::parse(&Kind::Global.template()).ok();
    let usual = template.and_then(|one| one.parameters.get("EngineVersion")?.default.clone());
    let engine = "aurora-postgresql";
    usual.is_some_and(|usual| family(engine, &usual) == family(engine, version))
}

fn is_engine(name: &str) -> bool {
    matches!(name, "Engine" | "EngineVersion")
}

/// What every Region was given alike. With one Region alone, everything is.
fn shared(regions: &BTreeMap<Region, Parameters>) -> Parameters {
    let Some((first, others)) = regions
        .values()
        .collect::<Vec<_>>()
        .split_first()
        .map(|(first, others)| ((*first).clone(), others.to_vec()))
    else {
        return Parameters::new();
    };
    let everywhere = |name: &String, value: &String| {
        others.iter().all(|other| other.get(name) == Some(value)) && !names_a_region(value, regions)
    };
    first
        .into_iter()
        .filter(|(name, value)| everywhere(name, value))
        .collect()
}

/// An ARN of one Region is that Region's own, even while there is no other.
fn names_a_region(value: &str, regions: &BTreeMap<Region, Parameters>) -> bool {
    regions
        .keys()
        .any(|region| value.contains(&format!(":{region}:")))
}

fn remarks(kind: Kind, stack: &FoundStack, hidden: &[String], foreign: &[String]) -> Vec<String> {
    let name = &stack.formation.name;
    let mut notes = Vec::new();
    if !hidden.is_empty() {
        notes.push(format!(
            "{name}: CloudFormation does not return {}: write them down here",
            hidden.join(", ")
        ));
    }
    if !foreign.is_empty() {
        notes.push(format!(
            "{name} was not built from gwctl's template and has {}: name its template as build.templates.{kind}",
            foreign.join(", ")
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::StackDescription;

    #[test]
    fn what_gwctl_chooses_by_itself_is_not_written_down() {
        let secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf";
        let stacks = [
            stack(
                "region",
                "us-east-1",
                &[("VpcCidr", "10.16.0.0/16"), ("MasterUserSecretArn", secret)],
            ),
            stack("region", "eu-west-1", &[("VpcCidr", "10.17.0.0/16")]),
            stack("region", "eu-west-2", &[("VpcCidr", "172.16.0.0/16")]),
        ];
        let mut known = BuildSpec::default();
        assert!(build(&stacks, &mut known).is_empty());
        let region: Vec<_> = known
            .region
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(region, [("MasterUserSecretArn", secret)]);
        let own: Vec<&Region> = known.regions.keys().collect();
        assert_eq!(
            own,
            [&Region::new("eu-west-2").unwrap()],
            "a network of their own choice"
        );
    }

    fn stack(role: &str, code: &str, parameters: &[(&str, &str)]) -> FoundStack {
        let words = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect()
        };
        FoundStack {
            region: Region::new(code).unwrap(),
            role: Some(role.into()),
            formation: StackDescription {
                name: format!("orders-{code}"),
                id: String::new(),
                status: "CREATE_COMPLETE".into(),
                reason: None,
                parameters: words(parameters),
                outputs: BTreeMap::new(),
                tags: BTreeMap::new(),
                service_role: None,
                protected: true,
                changed: None,
            },
        }
    }

    #[test]
    fn what_all_regions_share_is_written_once_and_the_rest_with_its_region() {
        let secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders";
        let stacks = [
            stack(
                "global",
                "us-east-1",
                &[("Engine", "aurora-mysql"), ("FleetName", "x")],
            ),
            stack(
                "region",
                "us-east-1",
                &[
                    ("Engine", "aurora-mysql"),
                    ("HandlerMemorySize", "1024"),
                    ("MasterUserSecretArn", secret),
                    ("VpcCidr", "10.1.0.0/16"),
                    ("Traffic", "admitted"),
                ],
            ),
            stack(
                "region",
                "eu-west-1",
                &[
                    ("Engine", "aurora-mysql"),
                    ("HandlerMemorySize", "1024"),
                    ("VpcCidr", "10.2.0.0/16"),
                ],
            ),
            stack(
                "edge",
                "us-east-1",
                &[("MaxTtl", "60"), ("PriceClass", "PriceClass_100")],
            ),
        ];
        let mut known = BuildSpec::default();
        assert!(build(&stacks, &mut known).is_empty());
        let names = |all: &Parameters| all.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&known.global), ["Engine"]);
        // The secret is the primary's alone, whichever Region's that is.
        assert_eq!(
            names(&known.region),
            ["HandlerMemorySize", "MasterUserSecretArn"]
        );
        assert_eq!(names(&known.edge), ["PriceClass"]);
        let own: Vec<_> = known.regions.values().map(names).collect();
        assert_eq!(own, [["VpcCidr"], ["VpcCidr"]]);
    }

    #[test]
    fn a_minor_version_that_gwctl_chooses_is_not_pinned_and_another_major_one_is() {
        let version = |version: &str| {
            let given = [("EngineVersion", version)];
            let stacks = [
                stack("global", "us-east-1", &given),
                stack("region", "us-east-1", &given),
            ];
            let mut known = BuildSpec::default();
            assert!(build(&stacks, &mut known).is_empty());
            assert!(known.region.is_empty() && known.regions.is_empty());
            known.global.get("EngineVersion").cloned()
        };
        assert_eq!(version("16.9"), None);
        assert_eq!(version("15.12").as_deref(), Some("15.12"));
    }

    #[test]
    fn a_service_role_is_written_down_where_all_stacks_have_the_same() {
        let role = "arn:aws:iam::123456789012:role/builder";
        let mut stacks = [
            stack("global", "us-east-1", &[]),
            stack("region", "us-east-1", &[]),
            stack("region", "eu-west-1", &[]),
        ];
        let told = |stacks: &[FoundStack]| {
            let mut known = BuildSpec::default();
            let notes = build(stacks, &mut known);
            (known.role, notes)
        };
        assert_eq!(told(&stacks), (None, vec![]));
        for one in &mut stacks {
            one.formation.service_role = Some(role.into());
        }
        assert_eq!(told(&stacks), (Some(role.into()), vec![]));
        // Somebody else's stack says nothing of how gwctl builds.
        let mut theirs = stack("x", "eu-west-1", &[]);
        theirs.role = None;
        let with_theirs = [&stacks[..], &[theirs]].concat();
        assert_eq!(told(&with_theirs), (Some(role.into()), vec![]));
        for other in [None, Some("arn:aws:iam::123456789012:role/other")] {
            stacks[2].formation.service_role = other.map(Into::into);
            let (written, notes) = told(&stacks);
            assert_eq!(written, None, "{other:?}");
            let said = &notes[0];
            assert!(
                said.contains(role)
                    && said.contains("orders-eu-west-1")
                    && said.contains(other.unwrap_or("without one"))
                    && said.contains("build.role"),
                "{said}"
            );
        }
    }

    #[test]
    fn a_template_of_their_own_is_named_and_its_parameters_are_not_taken_for_ours() {
        let mut known = BuildSpec::default();
        let stacks = [stack("region", "us-east-1", &[("Theirs", "1")])];
        let notes = build(&stacks, &mut known);
        assert_eq!(known, BuildSpec::default());
        assert!(notes[0].contains("build.templates.region"), "{notes:?}");
    }
}
