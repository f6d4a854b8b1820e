//! `gwctl.discovery/1`: what was found, for programs.

use serde_json::{Value, json};

use super::terraform::Addresses;
use crate::cli::exit::Exit;
use crate::observe::discover::{About, Discovery};

pub fn document(
    name: &str,
    found: &Discovery,
    notes: &[String],
    addresses: Option<&Addresses>,
    exit: Exit,
) -> Value {
    let stacks = found.stacks.iter().map(|stack| {
        json!({
            "name": stack.formation.name,
            "region": stack.region,
            "role": stack.role,
            "status": stack.formation.status,
        })
    });
    let facts = found
        .facts
        .iter()
        .map(|fact| json!({ "about": about(&fact.about), "text": fact.text }));
    let gaps = found.gaps.iter().map(|gap| {
        json!({
            "about": about(&gap.about),
            "what": gap.what,
            "why": gap.why,
            "needed": gap.needed,
        })
    });
    json!({
        "schema": "gwctl.discovery/1",
        "fleet": name,
        "spec": found.spec,
        "stacks": stacks.collect::<Vec<_>>(),
        "facts": facts.collect::<Vec<_>>(),
        "build_notes": notes,
        "not_found": gaps.collect::<Vec<_>>(),
        "terraform": addresses.map(Addresses::document),
        "exit_code": exit.code(),
    })
}

pub(super) fn about(about: &About) -> String {
    match about {
        About::Fleet => "fleet".into(),
        About::Edge => "edge".into(),
        About::Site(region) => region.to_string(),
    }
}
