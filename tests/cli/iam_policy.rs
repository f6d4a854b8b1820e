//! `gwctl iam-policy` as somebody runs it who makes the role.

use super::harness::{Home, Ran, fleet};

#[test]
fn a_policy_is_a_document_that_iam_takes() {
    let home = Home::new();
    for purpose in [
        "dashboard",
        "explain",
        "promote",
        "shift",
        "rollback",
        "provision",
        "drill",
    ] {
        let ran = home.run(&["iam-policy", purpose, "--demo"]);
        assert_eq!(ran.code, 0, "{purpose}: {}", ran.err);
        let document = ran.json();
        assert_eq!(document["Version"], "2012-10-17");
        let statements = document["Statement"].as_array().unwrap();
        assert!(!statements.is_empty(), "{purpose}");
        let mut sids = std::collections::BTreeSet::new();
        for one in statements {
            let sid = one["Sid"].as_str().unwrap();
            assert!(sids.insert(sid) && sid.bytes().all(|b| b.is_ascii_alphanumeric()));
            assert_eq!(one["Effect"], "Allow");
            assert!(!one["Action"].as_array().unwrap().is_empty());
            for arn in one["Resource"].as_array().unwrap() {
                let arn = arn.as_str().unwrap();
                assert!(arn == "*" || arn.starts_with("arn:aws:"), "{arn}");
            }
        }
        // IAM takes 6,144 characters of a managed policy, white space not counted; this one is cut.
        let size = document.to_string().len();
        assert!(size < 6_144 || purpose == "provision", "{purpose}: {size}");
    }
}

fn sids(ran: &Ran) -> Vec<String> {
    assert_eq!(ran.code, 0, "{}", ran.err);
    let document = ran.json();
    let all = document["Statement"].as_array().unwrap();
    all.iter()
        .map(|one| one["Sid"].as_str().unwrap().into())
        .collect()
}

#[test]
fn what_a_managed_policy_does_not_hold_is_printed_in_parts_too() {
    let home = Home::new();
    for of in [vec!["provision"], vec!["provision", "--service-role"]] {
        let arguments = [vec!["iam-policy"], of, vec!["--demo"]].concat();
        let whole = home.run(&arguments);
        let parts: usize = whole
            .err
            .split_once("`--part 1` to `--part ")
            .and_then(|(_, rest)| rest.split('`').next()?.parse().ok())
            .unwrap_or_else(|| panic!("{}", whole.err));
        assert!(parts > 1);
        let mut together = Vec::new();
        for part in 1..=parts {
            let part = part.to_string();
            let ran = home.run(&[arguments.clone(), vec!["--part", &part]].concat());
            together.extend(sids(&ran));
            assert!(ran.json().to_string().len() <= 6_144);
        }
        assert_eq!(together, sids(&whole));
        let beyond = (parts + 1).to_string();
        let none = home.run(&[arguments, vec!["--part", &beyond]].concat());
        assert_eq!(none.code, 2, "{}", none.err);
        assert!(none.err.contains(&format!("{parts} parts")), "{}", none.err);
    }
}

/// What CloudFormation needs is with the role where there is one, and with the operator where there is
/// none.
#[test]
fn the_resources_rights_are_the_service_roles_or_the_operators() {
    let home = Home::new();
    let role = "arn:aws:iam::123456789012:role/cloudformation";
    let fleet = fleet(&["us-east-1", "eu-west-1"]);
    let makes = |ran: &Ran| ran.out.contains("rds:CreateDBCluster\"");
    let asked = ["iam-policy", "provision", "--offline"];

    home.configure(&fleet);
    let without = home.run(&asked);
    assert_eq!(without.code, 0, "{}", without.err);
    assert!(makes(&without) && without.out.contains("cloudformation:CreateChangeSet"));
    assert!(without.err.contains("--service-role"), "{}", without.err);
    let key =
        "add kms:Decrypt on the key where that secret is encrypted with a customer managed KMS key";
    assert!(without.err.contains(key), "{}", without.err);

    home.configure(&format!(
        "{fleet}[fleets.orders.build]\nrole = \"{role}\"\n"
    ));
    let with = home.run(&asked);
    assert!(!makes(&with) && with.out.contains(role), "{}", with.err);
    let of_role = home.run(&["iam-policy", "provision", "--offline", "--service-role"]);
    assert_eq!(of_role.code, 0, "{}", of_role.err);
    assert!(makes(&of_role) && !of_role.out.contains("cloudformation:CreateChangeSet"));
    // It is made before what gwctl would otherwise look up.
    assert!(
        of_role
            .err
            .contains("the policy allows more than needed: the account\n"),
        "{}",
        of_role.err
    );

    // It may change roles that are called as the fleet's are.
    let warned = |ran: &Ran| ran.err.contains("could give itself more");
    assert!(!warned(&of_role), "{}", of_role.err);
    home.configure(&format!(
        "{fleet}[fleets.orders.build]\nrole = \"{}\"\n",
        role.replace("role/", "role/orders-")
    ));
    let alike = home.run(&["iam-policy", "provision", "--offline", "--service-role"]);
    assert!(warned(&alike), "{}", alike.err);

    let other = home.run(&["iam-policy", "promote", "--offline", "--service-role"]);
    assert_eq!(other.code, 2, "{}", other.err);
}

#[test]
fn of_templates_that_are_not_gwctls_it_says_that_it_knows_nothing() {
    let home = Home::new();
    home.configure(&format!(
        "{}[fleets.orders.build]\ntemplates = {{ region = \"own.yaml\" }}\n",
        fleet(&["us-east-1", "eu-west-1"])
    ));
    let ran = home.run(&["iam-policy", "provision", "--offline", "--service-role"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("build.templates"), "{}", ran.err);
}

#[test]
fn without_credentials_it_allows_by_pattern_and_says_what_it_does_not_know() {
    let home = Home::new();
    home.configure(&fleet(&["us-east-1", "eu-west-1"]));
    let ran = home.run(&["iam-policy", "promote", "--offline"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.err
            .contains("the account, the global cluster's members"),
        "{}",
        ran.err
    );
    assert!(
        ran.out.contains("arn:aws:rds::*:global-cluster:orders"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("arn:aws:rds:eu-west-1:*:cluster:*"),
        "{}",
        ran.out
    );
}
