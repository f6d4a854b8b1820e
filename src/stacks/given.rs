//! What a stack was given besides what its template gives by itself.

use super::template::{Parameters, Template};

/// Parameters that gwctl sets itself: they make a fleet of the stacks, and follow from its configuration
/// and from how far a Region takes part in routing.
pub const SET_BY_GWCTL: [&str; 22] = [
    "FleetName",
    "DomainName",
    "HostedZoneId",
    "LatencyRecordName",
    "GlobalClusterIdentifier",
    "DatabaseRole",
    "Traffic",
    "TrafficShare",
    "OtherShare",
    "OtherEndpoint",
    "OtherHealthCheckId",
    "HealthPath",
    "SwitchAlarmName",
    "SwitchRegion",
    "RouterRegions",
    "FallbackRegion",
    "ApiArns",
    "Authorization",
    "EvacuatedRegion",
    "CodeCopied",
    "ZoneA",
    "ZoneB",
];

/// What CloudFormation tells instead of a value that is not to be seen.
const HIDDEN: &str = "****";

/// What a stack was given, sorted by what is to be made of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// Other than the template's defaults: to be written down.
    pub differing: Parameters,
    /// Not to be seen: whoever knows them must write them down.
    pub hidden: Vec<String>,
    /// The template has no such parameter: the stack was made from another.
    pub foreign: Vec<String>,
}

/// Sorts `parameters` by what `template` has.
pub fn given(template: &Template, parameters: &Parameters) -> Given {
    let mut sorted = Given::default();
    for (name, value) in parameters {
        match template.parameters.get(name) {
            _ if SET_BY_GWCTL.contains(&name.as_str()) => {}
            None => sorted.foreign.push(name.clone()),
            Some(_) if value == HIDDEN => sorted.hidden.push(name.clone()),
            Some(known) if known.default.as_ref() == Some(value) => {}
            Some(_) => {
                sorted.differing.insert(name.clone(), value.clone());
            }
        }
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    #[test]
    fn every_parameter_that_gwctl_sets_is_one_of_a_template() {
        let all: Vec<Template> = Kind::ALL
            .iter()
            .map(|kind| Template::parse(&kind.template()).unwrap())
            .collect();
        for name in SET_BY_GWCTL {
            let known = all.iter().any(|one| one.parameters.contains_key(name));
            assert!(known, "{name}");
        }
    }

    #[test]
    fn only_what_differs_from_the_template_is_written_down() {
        let template = Template::parse(&Kind::Region.template()).unwrap();
        let parameters = [
            ("FleetName", "orders"),
            ("Traffic", "admitted"),
            ("DBInstanceClass", "db.r6g.large"),
            ("HandlerMemorySize", "1024"),
            ("MasterUserSecretArn", "****"),
            ("OfTheirOwn", "x"),
        ];
        let parameters = parameters
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        let sorted = given(&template, &parameters);
        let differing: Vec<_> = sorted.differing.iter().collect();
        assert_eq!(
            differing,
            [(&"HandlerMemorySize".to_owned(), &"1024".to_owned())]
        );
        assert_eq!(sorted.hidden, ["MasterUserSecretArn"]);
        assert_eq!(sorted.foreign, ["OfTheirOwn"]);
    }
}
