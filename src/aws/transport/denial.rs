//! Which policy refuses: AWS's own sentence taken apart.
//!
//! AWS ends the message of a refusal with "with an explicit deny in a service control policy: ARN" or with
//! "because no permissions boundary allows the rds:X action", and leaves both out where it will not say. The ARN is
//! there since 2026, not from every service.

use crate::transport::reply;

/// What AWS says of the policy that refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Denial {
    /// A deny that no allow overrules.
    explicit: bool,
    /// AWS's name of the kind of policy: `service control policy`.
    policy: String,
    /// The policy's ARN, where AWS gives it.
    arn: Option<String>,
}

impl Denial {
    /// Reads AWS's sentence; none where it names no kind of policy.
    pub(crate) fn read(said: &str) -> Option<Self> {
        if let Some((_, after)) = said.split_once("explicit deny in ") {
            let after = after.split_once(' ').map_or(after, |(_article, rest)| rest);
            let (policy, rest) = after.split_once(':').unwrap_or((after, ""));
            let arn = rest
                .split_whitespace()
                .next()
                .filter(|word| word.starts_with("arn:"));
            return Some(Self {
                explicit: true,
                policy: reply::name(policy.trim().trim_end_matches('.')),
                arn: arn.map(|arn| reply::name(arn.trim_end_matches('.'))),
            });
        }
        let (_, after) = said.split_once("because no ")?;
        let (policy, _) = after.split_once(" allows ")?;
        Some(Self {
            explicit: false,
            policy: reply::name(policy),
            arn: None,
        })
    }

    /// Whether one more action in the role's own policies would do.
    pub(crate) fn is_missing_action(&self) -> bool {
        !self.explicit && self.policy == "identity-based policy"
    }

    /// As AWS says it, shorter.
    pub(crate) fn said(&self) -> String {
        let arn = self
            .arn
            .as_ref()
            .map_or(String::new(), |arn| format!(" ({arn})"));
        if self.explicit {
            let article = if self.policy.starts_with(['a', 'e', 'i', 'o']) {
                "an"
            } else {
                "a"
            };
            format!("explicit deny in {article} {}{arn}", self.policy)
        } else {
            format!("no {} allows it{arn}", self.policy)
        }
    }

    /// Who can change that, and how.
    pub(crate) fn advice(&self) -> &'static str {
        match (self.policy.as_str(), self.explicit) {
            ("service control policy" | "resource control policy", _) => {
                "An administrator of the AWS Organization must exempt this Region, action or role; the role's own \
                 policies cannot override it."
            }
            ("permissions boundary", _) => {
                "The role's permissions boundary must allow it as well; an action in the role's policies alone does \
                 not help."
            }
            ("session policy", _) => {
                "The session policy allows less than the role: sign in without that session policy."
            }
            ("identity-based policy", true) => {
                "A policy of the role denies it: remove that statement; an additional allow does not help."
            }
            ("resource-based policy", _) => "The policy of the resource itself must be changed.",
            ("VPC endpoint policy", _) => {
                "Change the policy of the VPC endpoint, or send the call another way."
            }
            _ => {
                "That policy must be changed; an action in the role's policies alone may not help."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHO: &str = "User: arn:aws:sts::111122223333:assumed-role/oncall/alice is not authorized to perform: rds:X";

    #[test]
    fn an_explicit_deny_is_told_with_its_policy_and_arn() {
        let arn = "arn:aws:organizations::444455556666:policy/o-x/service_control_policy/p-1";
        let said = format!(
            "{WHO} on resource: * with an explicit deny in a service control policy: {arn}"
        );
        let denial = Denial::read(&said).unwrap();
        assert_eq!(
            denial.said(),
            format!("explicit deny in a service control policy ({arn})")
        );
        assert!(!denial.is_missing_action() && denial.advice().contains("Organization"));
        let said = format!("{WHO} with an explicit deny in an identity-based policy");
        let denial = Denial::read(&said).unwrap();
        assert_eq!(denial.said(), "explicit deny in an identity-based policy");
        assert!(!denial.is_missing_action());
    }

    #[test]
    fn a_policy_that_does_not_allow_is_named_and_only_the_roles_own_can_be_added_to() {
        let said = format!("{WHO} because no permissions boundary allows the rds:X action");
        let denial = Denial::read(&said).unwrap();
        assert_eq!(denial.said(), "no permissions boundary allows it");
        assert!(!denial.is_missing_action());
        let said = format!("{WHO} because no identity-based policy allows the rds:X action");
        assert!(Denial::read(&said).unwrap().is_missing_action());
        assert_eq!(Denial::read(WHO), None);
    }
}
