//! The Database section of `gwctl doctor`: a line for each thing that is unusual, and none of a calm fleet.

use super::harness::Home;

/// The lines of the section.
fn section(scenario: &str) -> Vec<String> {
    let ran = Home::new().run(&["doctor", "--demo", "--scenario", scenario]);
    assert_eq!(ran.code, 0, "{scenario}: {}{}", ran.out, ran.err);
    let lines = ran.out.lines().skip_while(|line| *line != "Database");
    let section = lines.skip(1).take_while(|line| line.starts_with("  "));
    section.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn a_fleet_with_nothing_unusual_has_no_such_section() {
    assert_eq!(section("calm"), Vec::<String>::new());
}

#[test]
fn serverless_members_are_named_with_how_far_they_scale() {
    let said = section("serverless");
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said[0].starts_with("ok"), "{said:?}");
    let writer = "orders-use1 in us-east-1 is Serverless v2, from 8 to 32 ACU";
    assert!(said.iter().any(|line| line.ends_with(writer)), "{said:?}");
}

#[test]
fn a_headless_secondary_is_a_note() {
    let said = section("headless");
    let line = "note  orders-euw1 in eu-west-1 is headless: it has no instance, and cannot become the writer until it has one";
    assert_eq!(said, [line]);
}

#[test]
fn each_proxy_is_named_with_its_cluster() {
    let said = section("with-proxy");
    assert_eq!(said.len(), 3, "{said:?}");
    for line in &said {
        assert!(
            line.starts_with("ok    RDS Proxy ") && line.contains("does not follow the writer"),
            "{line}"
        );
    }
}

#[test]
fn a_member_where_the_fleet_is_not_is_named() {
    let said = section("one-member-more");
    assert!(
        said[0].contains("a member orders-eun1 is in eu-north-1, where the fleet has no API"),
        "{said:?}"
    );
}

#[test]
fn a_fleet_without_a_global_database_is_told_what_works() {
    for scenario in ["api-alone", "managed-password"] {
        let said = section(scenario);
        assert_eq!(said.len(), 1, "{scenario}: {said:?}");
        assert!(
            said[0].contains("no global database is configured")
                && said[0].contains("traffic actions work without one"),
            "{said:?}"
        );
    }
}
