//! `gwctl iam-policy` as somebody runs it who makes the role.

use super::harness::{Home, fleet};

#[test]
fn a_policy_is_a_document_that_iam_takes() {
    let home = Home::new();
    for purpose in ["dashboard", "promote", "shift", "provision", "drill"] {
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
        // IAM takes 6,144 characters of a managed policy, white space not counted.
        let size = document.to_string().len();
        assert!(size < 6_144, "{purpose}: {size}");
    }
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
