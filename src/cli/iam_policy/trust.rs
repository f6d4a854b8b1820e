//! The trust policy of a role in another account.

use serde_json::{Value, json};

use super::args::IamPolicy;
use crate::cli::failure::Failure;
use crate::cli::target::Target;
use crate::fleet::{Account, FleetSpec, Identity};

/// Who assumes the roles; none where STS does not say.
pub async fn caller(args: &IamPolicy, target: &Target) -> Option<Identity> {
    if !args.trust {
        return None;
    }
    let own = target.session.own();
    own.sts(&own.home()).identity().await.ok()
}

/// The document, for the role by which gwctl gets into the account of `part`.
pub fn document(
    spec: &FleetSpec,
    part: &Account,
    caller: Option<&Identity>,
) -> Result<String, Failure> {
    let access = spec.accounts.access(part);
    let access = access.filter(|access| access.role_arn.is_some());
    let Some(access) = access else {
        return Err(Failure::usage(format!(
            "gwctl gets into the account of {part} without a role: there is no trust policy to print"
        )));
    };
    // A profile's own credentials may be another account's.
    let caller = caller.filter(|_| access.profile.is_none());
    let Some(caller) = caller else {
        return Err(Failure::new(
            "the account that assumes the role is not known: STS did not return it, or a profile does",
        )
        .next("`aws sts get-caller-identity --profile NAME` shows it."));
    };
    let mut conditions = serde_json::Map::new();
    if let Some(principals) = principals(caller) {
        conditions.insert("ArnLike".into(), json!({ "aws:PrincipalArn": principals }));
    }
    if let Some(id) = &access.external_id {
        conditions.insert("StringEquals".into(), json!({ "sts:ExternalId": id }));
    }
    if access.mfa_serial.is_some() {
        conditions.insert(
            "Bool".into(),
            json!({ "aws:MultiFactorAuthPresent": "true" }),
        );
    }
    let mut statement = json!({
        "Effect": "Allow",
        "Principal": {
            "AWS": format!("arn:{}:iam::{}:root", caller.partition(), caller.account),
        },
        "Action": "sts:AssumeRole",
    });
    if !conditions.is_empty() {
        statement["Condition"] = Value::Object(conditions);
    }
    let document = json!({ "Version": "2012-10-17", "Statement": [statement] });
    Ok(format!("{document:#}\n"))
}

/// The caller alone, and not everybody in that account: a role by its name with and without a path, which a session's
/// ARN leaves out.
fn principals(caller: &Identity) -> Option<Vec<String>> {
    let account = format!("arn:{}:iam::{}", caller.partition(), caller.account);
    if let Some((_, rest)) = caller.arn.split_once(":assumed-role/") {
        let role = rest.split('/').next()?;
        return Some(vec![
            format!("{account}:role/{role}"),
            format!("{account}:role/*/{role}"),
        ]);
    }
    caller
        .arn
        .contains(":user/")
        .then(|| vec![caller.arn.clone()])
}
