//! cfn-lint, which carries the resource schemas, over every template with every kind of parameters.

use std::path::Path;
use std::process::Command;

use gwctl::stacks::Kind;

use crate::contracts::emulators::python;

#[test]
fn every_template_keeps_to_awss_schemas_with_every_set_of_parameters() {
    let lint = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stacks/templates/lint.py");
    let done = Command::new(python()).arg(lint).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    let last = said.lines().last().unwrap_or_default();
    assert!(
        done.status.success() && last.ends_with(" 0 failed") && !last.starts_with('0'),
        "{said}\n{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

/// What gwctl fills in and what the linter fills in come to the same kind of file.
#[test]
fn the_routers_code_stands_in_the_edges_template_as_it_is_written() {
    let template = gwctl::stacks::Template::parse(&Kind::Edge.template()).unwrap();
    let code = include_str!("../../src/stacks/router/index.js");
    let inlined = &template.resources["Router"].properties["Code"]["ZipFile"];
    assert_eq!(inlined.as_str(), Some(code));
    let versions: Vec<&String> = template
        .resources
        .keys()
        .filter(|id| id.starts_with("RouterVersion"))
        .collect();
    assert!(
        matches!(versions[..], [one] if one.len() == "RouterVersion".len() + 8),
        "{versions:?}"
    );
}
