//! The ways into the accounts of a fleet that is spread over several.

use super::findings::Findings;
use crate::fleet::{Access, Account, FleetSpec, Partition};

/// What is wrong with them.
pub(super) fn accounts(spec: &FleetSpec, at: &mut Findings<'_>) {
    for (account, access) in spec.accounts.all() {
        match &account {
            Account::Site(region) => {
                if !spec.sites.iter().any(|site| site.region == *region) {
                    at.below(&["sites"]).error(
                        region.as_str(),
                        format!("the fleet has no site in {region}"),
                        "a Region of the fleet's sites",
                    );
                }
                way(access, spec, &mut at.below(&["sites", region.as_str()]));
            }
            named => way(access, spec, &mut at.below(&[named.key()])),
        }
    }
}

fn way(access: &Access, spec: &FleetSpec, at: &mut Findings<'_>) {
    if access.profile.is_none() && access.role_arn.is_none() {
        at.error(
            "",
            "neither `profile` nor `role_arn` says how gwctl gets into this account",
            "a profile of the AWS configuration, or the ARN of a role",
        );
    }
    let given = [
        ("profile", &access.profile),
        ("external_id", &access.external_id),
        ("mfa_serial", &access.mfa_serial),
    ];
    for (key, value) in given {
        let Some(value) = value else { continue };
        // AWS allows blanks in the name of a profile alone.
        let within = key != "profile" && value.contains(char::is_whitespace);
        if within || value.trim().is_empty() {
            at.error(
                key,
                format!("`{key}` is blank, or contains a blank"),
                "a value without blanks",
            );
        }
    }
    let partition = spec.sites.first().map(|site| Partition::of(&site.region));
    if let Some(arn) = &access.role_arn {
        role(arn, partition, at);
    } else {
        for (key, value) in [
            ("external_id", &access.external_id),
            ("session_name", &access.session_name),
        ] {
            if value.is_some() {
                at.error(
                    key,
                    format!("`{key}` is for a role, and `role_arn` names none"),
                    "`role_arn` beside it",
                );
            }
        }
    }
    if let Some(name) = &access.session_name {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
        if !(2..=64).contains(&name.len()) || !name.chars().all(allowed) {
            at.error(
                "session_name",
                format!("`{name}` cannot name a session"),
                "2 to 64 letters, digits and any of `_+=,.@-`",
            );
        }
    }
}

fn role(arn: &str, partition: Option<Partition>, at: &mut Findings<'_>) {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let digits = |id: &str| id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit());
    let accepted = "a role's ARN, such as `arn:aws:iam::123456789012:role/gwctl`";
    match parts[..] {
        ["arn", named, "iam", "", account, role] if digits(account) => {
            if role.strip_prefix("role/").is_none_or(str::is_empty) {
                at.error("role_arn", format!("`{arn}` is not a role"), accepted);
            } else if partition.is_some_and(|partition| partition.name() != named) {
                // Credentials are good in one partition alone (aws-facts §18.1).
                at.error(
                    "role_arn",
                    format!("the role is in the partition {named}, and the fleet is not"),
                    "a role of the fleet's own partition",
                );
            }
        }
        _ => drop(at.error(
            "role_arn",
            format!("`{arn}` is not the ARN of a role"),
            accepted,
        )),
    }
}
