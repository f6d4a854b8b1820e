//! `gwctl rollback` as somebody runs it whose last deployment was bad.

use super::harness::{Home, Ran};

fn rollback(home: &Home, more: &[&str]) -> Ran {
    let mut args = vec!["rollback", "orders-write", "--in", "eu-west-1", "--demo"];
    args.extend(["--scenario", "bad-deploy"]);
    args.extend(more);
    home.run(&args)
}

#[test]
fn the_plan_is_printed_as_a_table_and_as_markdown() {
    let home = Home::new();
    let table = rollback(&home, &["--dry-run"]);
    assert_eq!(table.code, 0, "{}", table.err);
    for told in [
        "version 41",
        "UpdateFunctionCode",
        "RevisionId",
        "runs the code of version 41",
    ] {
        assert!(table.out.contains(told), "{told}: {}", table.out);
    }
    let markdown = rollback(&home, &["--dry-run", "-o", "markdown"]);
    assert_eq!(markdown.code, 0, "{}", markdown.err);
    assert!(markdown.out.contains("rollback") && markdown.out.contains("version 41"));
}

#[test]
fn a_bad_deployment_is_rolled_back_and_its_run_is_shown() {
    let home = Home::new();
    let ran = rollback(&home, &["--write", "--confirm", "eu-west-1/orders-write"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("checksum was read back"), "{}", ran.out);
    assert!(ran.out.contains("of orders-write failed"), "{}", ran.out);
    let runs = home.run(&["runs", "--demo"]);
    assert!(runs.out.contains("rollback"), "{}{}", runs.out, runs.err);
}

#[test]
fn what_cannot_be_is_refused_with_what_to_do() {
    let home = Home::new();
    let none = rollback(&home, &["--to", "7", "--dry-run"]);
    assert_eq!(none.code, 20, "{}{}", none.out, none.err);
    assert!(
        none.err.contains("no published version `7`"),
        "{}",
        none.err
    );
    let stage = home.run(&[
        "rollback",
        "api",
        "--in",
        "eu-west-1",
        "--demo",
        "--dry-run",
    ]);
    assert!(stage.err.contains("AutoDeploy"), "{}", stage.err);
}
