//! What a well-formed file may still get wrong.

mod accounts;
mod console;
mod drill;
mod findings;
mod notify;
mod rules;
mod shared;

use std::collections::BTreeMap;

use super::{Config, nearest};
use crate::fleet::{BuildSpec, EdgeSpec, FleetSpec, FunctionName, Partition, Region, SiteSpec};
use crate::stacks::Kind;
pub use findings::Finding;
use findings::Findings;

/// Everything that is wrong with `config`, in no particular order.
pub fn findings(config: &Config) -> Vec<Finding> {
    let mut list = Vec::new();
    let mut root = Findings {
        list: &mut list,
        path: Vec::new(),
    };
    if config.fleets.is_empty() {
        root.error(
            "fleets",
            "no fleet is described",
            "at least one table `[fleets.NAME]`; `gwctl config init` writes an example",
        );
    }
    if let Some(name) = config
        .default_fleet
        .as_ref()
        .filter(|name| !config.fleets.contains_key(*name))
    {
        let names: Vec<&str> = config.fleets.keys().map(String::as_str).collect();
        let meant = nearest(name, names.iter().copied()).map(str::to_owned);
        root.error(
            "default_fleet",
            format!("there is no fleet `{name}`"),
            &names.join(", "),
        )
        .meant = meant;
    }
    console::keys(&config.console.keys, &mut root.below(&["console"]));
    console::commands(&config.console, &mut root.below(&["console", "commands"]));
    let chosen = config.console.columns.fleet.iter().flatten();
    console::columns(chosen, &mut root.below(&["console", "columns", "fleet"]));
    refresh(config, &mut root.below(&["refresh"]));
    notify::notify(&config.notify, &mut root.below(&["notify"]));
    for (name, spec) in &config.fleets {
        if name.is_empty()
            || !name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        {
            root.below(&["fleets"]).error(
                name,
                format!("`{name}` cannot name a fleet"),
                "letters, digits, `-`, `_` and `.`",
            );
        }
        fleet(spec, &mut root.below(&["fleets", name]));
    }
    list
}

fn refresh(config: &Config, at: &mut Findings<'_>) {
    let refresh = &config.refresh;
    let minutes = refresh.history.duration().as_secs() / 60;
    if !(15..=24 * 60).contains(&minutes) {
        at.error(
            "history",
            format!("history of {}", refresh.history),
            "15m to 24h",
        );
    }
    let waits = [
        ("connect_timeout", refresh.connect_timeout),
        ("attempt_timeout", refresh.attempt_timeout),
        ("operation_timeout", refresh.operation_timeout),
    ];
    for (key, wait) in waits {
        if !(100..=60_000).contains(&wait.duration().as_millis()) {
            at.error(key, format!("a time-out of {wait}"), "100ms to 60s");
        }
    }
    for pair in waits.windows(2) {
        if pair[0].1 > pair[1].1 {
            at.error(
                pair[1].0,
                format!("{} is shorter than {}", pair[1].0, pair[0].0),
                "connect_timeout <= attempt_timeout <= operation_timeout",
            );
        }
    }
}

fn path(key: &str, given: &str, hint: &str, at: &mut Findings<'_>) {
    let strange = |c: char| c.is_whitespace() || c.is_control();
    if !given.starts_with('/') || given.contains(strange) {
        at.error(key, format!("`{given}` is not a path"), hint);
    }
}

fn fleet(spec: &FleetSpec, at: &mut Findings<'_>) {
    host("domain", &spec.domain, at);
    if spec.has_database() {
        identifier(
            "global_cluster",
            &spec.global_cluster,
            "the global cluster's identifier, such as `orders`; left out where there is none",
            at,
        );
    }
    path(
        "probe_path",
        &spec.probe_path,
        "a path such as `/health`",
        at,
    );
    if let Some(smoke) = &spec.build.smoke_write {
        let below = &mut at.below(&["build"]);
        path("smoke_write", smoke, "a path such as `/smoke`", below);
    }
    code(&spec.build, &mut at.below(&["build"]));
    url("probe_url", spec.probe_url.as_deref(), at);
    edge(spec, &spec.edge, &mut at.below(&["edge"]));
    for name in spec.build.templates.keys() {
        let kinds = Kind::ALL.map(Kind::word);
        if !kinds.contains(&name.as_str()) {
            at.below(&["build", "templates"]).error(
                name,
                format!("`{name}` is none of a fleet's stacks"),
                &kinds.join(", "),
            );
        }
    }
    sites(spec, at);
    accounts::accounts(spec, &mut at.below(&["accounts"]));
    shared::shared(spec, &mut at.below(&["shared"]));
    drill::drill(spec, &mut at.below(&["drill", "mute"]));
    rules::thresholds(&spec.thresholds, &mut at.below(&["thresholds"]));
    rules::rules(spec, &mut at.below(&["rules"]));
}

/// One code a handler.
fn code(build: &BuildSpec, at: &mut Findings<'_>) {
    let all = [&build.region].into_iter().chain(build.regions.values());
    let named = all.flat_map(BTreeMap::keys);
    let mut other = named.filter(|name| ["CodeS3Bucket", "CodeImageUri"].contains(&name.as_str()));
    if let (Some(_), Some(name)) = (build.code, other.next()) {
        at.error(
            "code",
            format!("the handler cannot run the reference handler and what `{name}` names"),
            "`code` or that parameter, not both",
        );
    }
}

fn edge(spec: &FleetSpec, edge: &EdgeSpec, at: &mut Findings<'_>) {
    rules::endpoints(&edge.routing_endpoints, at);
    let id = |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric());
    if let Some(why) = spec.partition().without_edge().filter(|_| edge.cloudfront) {
        at.error("cloudfront", why, "`cloudfront = false`");
    }
    if !edge.cloudfront {
        without_cloudfront(edge, at);
    } else if edge.distribution.is_empty() {
        at.warn(
            "",
            "the fleet has no distribution yet: `gwctl up` builds it, `gwctl discover` finds it",
        );
    } else if !id(&edge.distribution) {
        let accepted = "the distribution's id, such as `E2EXAMPLE1` (not its domain name or ARN)";
        at.error(
            "distribution",
            format!("`{}` is not a distribution id", edge.distribution),
            accepted,
        );
    }
    if !id(&edge.hosted_zone) {
        let accepted = "the zone's id, such as `Z0EXAMPLE1` (without `/hostedzone/`)";
        at.error(
            "hosted_zone",
            format!("`{}` is not a hosted zone id", edge.hosted_zone),
            accepted,
        );
    }
    if host("latency_record", &edge.latency_record, at)
        && !edge.distribution.is_empty()
        && same_name(&edge.latency_record, &spec.domain)
    {
        // aws-facts §5.1: the router must be able to resolve it to something other than the edge itself.
        let accepted = "the name of the latency record set that the router resolves";
        at.error(
            "latency_record",
            "the latency record is the name that clients use",
            accepted,
        );
    }
    if let Some(router) = &edge.router {
        let accepted = "the function's name, such as `orders-router` (not its ARN)";
        if router.is_empty()
            || router.contains(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
        {
            at.error(
                "router",
                format!("`{router}` is not a function name"),
                accepted,
            );
        }
    }
}

fn without_cloudfront(edge: &EdgeSpec, at: &mut Findings<'_>) {
    let accepted = "left out, as `cloudfront = false` says that there is no distribution";
    if !edge.distribution.is_empty() {
        at.error("distribution", "a distribution is named", accepted);
    }
    if edge.router.is_some() {
        at.error("router", "a Lambda@Edge function is named", accepted);
    }
}

fn sites(spec: &FleetSpec, at: &mut Findings<'_>) {
    match spec.sites.len() {
        0 => drop(at.error(
            "sites",
            "the fleet has no site",
            "one table `[[fleets.NAME.sites]]` for each Region",
        )),
        1 => drop(at.warn(
            "sites",
            "the fleet has one site: there is nowhere to fail over to",
        )),
        _ => {}
    }
    let partition = spec.partition();
    let elsewhere = |site: &&SiteSpec| Partition::of(&site.region) != partition;
    for other in spec.sites.iter().filter(elsewhere) {
        at.error(
            "sites",
            format!(
                "{} is in the partition {} and the first site is not: credentials are good in one partition alone",
                other.region,
                Partition::of(&other.region).name()
            ),
            "sites of one partition",
        );
    }
    let mut regions: BTreeMap<&Region, usize> = BTreeMap::new();
    let mut endpoints: BTreeMap<String, usize> = BTreeMap::new();
    for (n, site) in spec.sites.iter().enumerate() {
        let at = &mut at.below(&["sites", &n.to_string()]);
        if regions.insert(&site.region, n).is_some() {
            at.error(
                "region",
                format!("{} is listed twice", site.region),
                "one site for each Region",
            );
        }
        if let Some(endpoint) = &site.endpoint {
            if endpoints.insert(plain(endpoint), n).is_some() {
                at.error(
                    "endpoint",
                    format!("two sites have the endpoint `{endpoint}`"),
                    "the Region's own custom domain name",
                );
            }
            if same_name(endpoint, &spec.domain) {
                at.error(
                    "endpoint",
                    "the endpoint is the name that clients use",
                    "the Region's own custom domain name",
                );
            }
        }
        one_site(site, at);
    }
}

fn one_site(site: &SiteSpec, at: &mut Findings<'_>) {
    if Partition::of(&site.region) == Partition::Aws && site.region.place().is_none() {
        let all: Vec<Region> = Region::all().collect();
        let meant =
            nearest(site.region.as_str(), all.iter().map(Region::as_str)).map(str::to_owned);
        at.warn(
            "region",
            format!("this build knows no Region `{}`", site.region),
        )
        .meant = meant;
    }
    if site.api.is_empty() {
        at.warn(
            "",
            format!(
                "there is no API in {} yet: `gwctl up` builds it",
                site.region
            ),
        );
    } else {
        identifier(
            "api",
            &site.api,
            "the API's id, such as `a1b2c3d4e5` (not its URL or ARN)",
            at,
        );
    }
    if let Some(endpoint) = &site.endpoint {
        host("endpoint", endpoint, at);
    }
    url("probe_url", site.probe_url.as_deref(), at);
    for (n, function) in site.functions.iter().enumerate() {
        if function.is_empty() || function.contains(|c: char| c.is_whitespace() || c.is_control()) {
            at.below(&["functions"]).error(
                &n.to_string(),
                format!("`{function}` is not a function name"),
                "a function's name or ARN",
            );
        } else if let Some(elsewhere) = FunctionName::of(function).elsewhere(&site.region) {
            at.below(&["functions"]).error(
                &n.to_string(),
                format!("`{function}` is in {elsewhere}"),
                "a function of this Region",
            );
        } else if site.functions[..n].contains(function) {
            at.below(&["functions"]).error(
                &n.to_string(),
                format!("`{function}` is listed twice"),
                "each function once",
            );
        }
    }
}

/// Complains unless `name` is a full host name; says whether it is.
fn host(key: &str, name: &str, at: &mut Findings<'_>) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let plain = name.strip_suffix('.').unwrap_or(name);
    let fine = plain.len() <= 253 && plain.contains('.') && plain.split('.').all(label);
    if !fine {
        at.error(
            key,
            format!("`{name}` is not a host name"),
            "a full host name such as `api.example.com`, without `https://` or a path",
        );
    }
    fine
}

fn identifier(key: &str, id: &str, accepted: &str, at: &mut Findings<'_>) {
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        at.error(key, format!("`{id}` is not an identifier"), accepted);
    }
}

fn url(key: &str, url: Option<&str>, at: &mut Findings<'_>) {
    let Some(url) = url else { return };
    let web = url.parse::<http::Uri>().ok().filter(|uri| {
        uri.host().is_some_and(|host| !host.is_empty())
            && matches!(uri.scheme_str(), Some("http" | "https"))
    });
    if web.is_none() {
        at.error(
            key,
            format!("`{url}` is not a web address"),
            "`https://HOST` or `http://HOST:PORT`",
        );
    }
}

fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn same_name(a: &str, b: &str) -> bool {
    plain(a) == plain(b)
}
