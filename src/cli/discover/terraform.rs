//! Where a state of Terraform has what was found: its addresses beside the found resources.

use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::document::about;
use crate::actions::terraform::{Known, Named, Part, State, names};
use crate::fleet::{FleetSpec, Snapshot, clean_line};
use crate::observe::discover::About;

/// The addresses of a fleet in one state.
#[derive(Debug)]
pub struct Addresses {
    file: String,
    named: Vec<(About, Named)>,
    /// What was found, and the state does not have.
    absent: Vec<(About, String)>,
}

impl Addresses {
    /// Looks for everything that `spec` names.
    pub fn of(state: &State, path: &Path, spec: &FleetSpec, at: Timestamp) -> Self {
        let snapshot = Snapshot::blank("", spec, at);
        let known = Known {
            spec,
            snapshot: &snapshot,
        };
        let named = names(state, &known).into_iter();
        let named: Vec<(About, Named)> = named.map(|one| (place(&one.part, spec), one)).collect();
        Self {
            file: path.display().to_string(),
            absent: absent(spec, &named),
            named,
        }
    }

    /// In a line each, with what it is about.
    pub fn remarks(&self) -> impl Iterator<Item = (&About, String)> {
        let named = self
            .named
            .iter()
            .map(|(about, one)| (about, format!("Terraform: {} is {}", one.address, one.part)));
        let absent = self.absent.iter().map(|(about, what)| {
            (
                about,
                format!("Terraform: {} does not have {what}", self.file),
            )
        });
        named
            .chain(absent)
            .map(|(about, text)| (about, clean_line(&text)))
    }

    /// For programs.
    pub fn document(&self) -> Value {
        let named = self.named.iter().map(|(place, one)| {
            json!({
                "address": one.address,
                "type": one.kind,
                "about": about(place),
                "part": clean_line(&one.part.to_string()),
            })
        });
        let absent = self
            .absent
            .iter()
            .map(|(place, what)| json!({ "about": about(place), "what": what }));
        json!({
            "file": clean_line(&self.file),
            "addresses": named.collect::<Vec<_>>(),
            "not_in_the_state": absent.collect::<Vec<_>>(),
        })
    }
}

fn place(part: &Part, spec: &FleetSpec) -> About {
    let site = part
        .region()
        .filter(|region| spec.sites.iter().any(|site| site.region == **region));
    match (part, site) {
        (_, Some(region)) => About::Site(region.clone()),
        (
            Part::Distribution
            | Part::Router
            | Part::DomainRecord
            | Part::Zone
            | Part::Record { .. }
            | Part::Certificate { .. }
            | Part::Routing { .. },
            None,
        ) => About::Edge,
        _ => About::Fleet,
    }
}

/// What a fleet cannot do without, as far as it was found.
fn absent(spec: &FleetSpec, named: &[(About, Named)]) -> Vec<(About, String)> {
    let has = |kinds: &[&str], about: &About| {
        named
            .iter()
            .any(|(place, one)| place == about && kinds.contains(&one.kind.as_str()))
    };
    let mut absent = Vec::new();
    let mut want = |found: bool, kinds: &[&str], place: About, what: String| {
        if found && !has(kinds, &place) {
            absent.push((place, what));
        }
    };
    let global = &spec.global_cluster;
    want(
        !global.is_empty(),
        &["aws_rds_global_cluster"],
        About::Fleet,
        format!("the global cluster {global}"),
    );
    let distribution = &spec.edge.distribution;
    want(
        !distribution.is_empty(),
        &["aws_cloudfront_distribution"],
        About::Edge,
        format!("the distribution {distribution}"),
    );
    for site in &spec.sites {
        let place = || About::Site(site.region.clone());
        want(
            !site.api.is_empty(),
            &["aws_api_gateway_rest_api", "aws_apigatewayv2_api"],
            place(),
            format!("the API {}", site.api),
        );
        want(
            true,
            &["aws_route53_record"],
            place(),
            "the routing record".into(),
        );
    }
    absent
}
