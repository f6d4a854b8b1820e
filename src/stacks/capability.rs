//! What a template may do that its caller must acknowledge (CloudFormation's `Capabilities`).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::template::Template;

/// An acknowledgement, in CloudFormation's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Capability {
    /// `CAPABILITY_IAM`: it makes IAM resources.
    #[serde(rename = "CAPABILITY_IAM")]
    Iam,
    /// `CAPABILITY_NAMED_IAM`: it makes IAM resources under names of its own choice.
    #[serde(rename = "CAPABILITY_NAMED_IAM")]
    NamedIam,
    /// `CAPABILITY_AUTO_EXPAND`: macros write the template anew, or it makes stacks of its own.
    #[serde(rename = "CAPABILITY_AUTO_EXPAND")]
    AutoExpand,
}

impl Capability {
    /// As the API has it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Iam => "CAPABILITY_IAM",
            Self::NamedIam => "CAPABILITY_NAMED_IAM",
            Self::AutoExpand => "CAPABILITY_AUTO_EXPAND",
        }
    }
}

/// IAM's own names for what it makes.
const NAMES: [&str; 6] = [
    "RoleName",
    "PolicyName",
    "ManagedPolicyName",
    "UserName",
    "GroupName",
    "InstanceProfileName",
];

/// What `template` needs, in order. What a macro or a stack within it makes is not seen here: it is
/// acknowledged as far as CloudFormation can ask for it.
pub fn capabilities(template: &Template) -> Vec<Capability> {
    let expands = template.transformed || template.has("AWS::CloudFormation::Stack");
    let mut iam = template
        .resources
        .values()
        .filter(|one| one.kind.starts_with("AWS::IAM::"));
    let named = |properties: &Value| {
        let mut names = NAMES.iter();
        names.any(|name| properties.get(name).is_some())
    };
    let mut needed = Vec::new();
    if iam.clone().next().is_some() || expands {
        needed.push(Capability::Iam);
    }
    // An inline policy must have a name: that is no name of an IAM resource.
    if iam.any(|one| one.kind != "AWS::IAM::Policy" && named(&one.properties)) || expands {
        needed.push(Capability::NamedIam);
    }
    if expands {
        needed.push(Capability::AutoExpand);
    }
    needed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    fn of(text: &str) -> Vec<&'static str> {
        let needed = capabilities(&Template::parse(text).unwrap());
        needed.into_iter().map(Capability::word).collect()
    }

    #[test]
    fn gwctls_own_templates_name_no_iam_resource_and_expand_nothing() {
        for kind in Kind::ALL {
            let needed = of(&kind.template());
            assert!(
                needed.is_empty() || needed == ["CAPABILITY_IAM"],
                "{kind}: {needed:?}"
            );
        }
    }

    #[test]
    fn a_named_role_a_macro_and_a_stack_within_are_acknowledged() {
        assert!(of("Resources: { A: { Type: 'AWS::SNS::Topic' } }").is_empty());
        let role = "Resources: { A: { Type: 'AWS::IAM::Role', Properties: { RoleName: a } } }";
        assert_eq!(of(role), ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]);
        let all = [
            "CAPABILITY_IAM",
            "CAPABILITY_NAMED_IAM",
            "CAPABILITY_AUTO_EXPAND",
        ];
        let sam = "{ Transform: 'AWS::Serverless-2016-10-31', Resources: { A: { Type: 'AWS::SNS::Topic' } } }";
        assert_eq!(of(sam), all);
        assert_eq!(
            of("Resources: { A: { Type: 'AWS::CloudFormation::Stack' } }"),
            all
        );
    }
}
