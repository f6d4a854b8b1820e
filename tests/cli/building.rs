//! A fleet built by the real binary in a served account that was empty, and found there again.

use super::harness::{Home, Ran};
use super::served::Served;

/// A fleet's table without what only the served world adds, and what has defaults.
fn fleet(text: &str) -> toml::Table {
    let file: toml::Table = text.parse().unwrap();
    let mut fleet = file["fleets"]["orders"].as_table().unwrap().clone();
    for key in [
        "probe_url",
        "probe_path",
        "thresholds",
        "rules",
        "read_only",
    ] {
        fleet.remove(key);
    }
    let mut sites: Vec<toml::Value> = fleet["sites"].as_array().unwrap().clone();
    for site in &mut sites {
        site.as_table_mut().unwrap().remove("probe_url");
    }
    sites.sort_by_key(|site| site["region"].to_string());
    fleet.insert("sites".into(), sites.into());
    // Nothing given is nothing said.
    let empty = |value: &toml::Value| {
        value.as_table().is_some_and(toml::Table::is_empty)
            || value.as_array().is_some_and(Vec::is_empty)
    };
    for key in ["build", "edge"] {
        if let Some(table) = fleet.get_mut(key).and_then(toml::Value::as_table_mut) {
            table.retain(|_, value| !empty(value));
        }
    }
    fleet
}

#[test]
fn a_fleet_that_was_built_is_discovered_as_it_was_described() {
    let served = Served::start(&["--empty", "--speed", "200"]);
    let home = Home::new();
    let run = |args: &[&str]| Ran::of(served.command(&home, args).output().unwrap());
    let file = served.export("GWCTL_CONFIG");
    let text = std::fs::read_to_string(file).unwrap();
    let table = "[fleets.orders.build.region]";
    assert!(text.contains(table), "{text}");
    let role = "arn:aws:iam::123456789012:role/builder";
    let with_role = format!("[fleets.orders.build]\nrole = \"{role}\"\n{table}");
    std::fs::write(file, text.replacen(table, &with_role, 1)).unwrap();
    let described = fleet(&std::fs::read_to_string(file).unwrap());
    assert_eq!(described["build"]["role"].as_str(), Some(role));
    let up = served.see_through(&home, &["--write", "up", "--confirm", "orders"]);
    assert_eq!(up.code, 0, "{}\n{}", up.out, up.err);
    let built = fleet(&std::fs::read_to_string(file).unwrap());
    assert_eq!(built["build"], described["build"]);
    let found = run(&["discover", "api.orders.example.com"]);
    assert_eq!(found.code, 0, "{}\n{}", found.out, found.err);
    assert_eq!(fleet(&found.out), built, "{}", found.out);
    // Nobody changed a thing since.
    let drift = run(&["drift"]);
    assert_eq!(drift.code, 0, "{}\n{}", drift.out, drift.err);
}
