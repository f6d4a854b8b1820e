//! What gwctl calls the stacks it builds.

use gwctl_fleet::{FleetSpec, Region, SiteSpec};

/// The global cluster's stack.
pub fn global(fleet: &str) -> String {
    format!("{fleet}-global")
}

/// A Region's stack.
pub fn region(fleet: &str, spec: &FleetSpec, region: &Region) -> String {
    let site = spec.sites.iter().find(|site| &site.region == region);
    let named = site.and_then(|site| site.stack.clone());
    named.unwrap_or_else(|| format!("{fleet}-{region}"))
}

/// The stack of the evacuation switch of a Region, in another.
pub fn switch(fleet: &str, evacuated: &Region) -> String {
    format!("{fleet}-switch-{evacuated}")
}

/// The alarm in it.
pub fn alarm(fleet: &str, evacuated: &Region) -> String {
    format!("{fleet}-evacuate-{evacuated}")
}

/// The edge's stack.
pub fn edge(fleet: &str) -> String {
    format!("{fleet}-edge")
}

/// The Region's own name.
pub fn endpoint(spec: &FleetSpec, region: &Region) -> String {
    let site = spec.sites.iter().find(|site| &site.region == region);
    let named = site.and_then(|site| site.endpoint.clone());
    named.unwrap_or_else(|| format!("{region}.{}", spec.domain))
}

/// The weighted group that a Region's record leads to while it has a part of its traffic: below the record, under a
/// name that no Region has for itself.
pub fn group(spec: &FleetSpec, region: &Region) -> String {
    let record = spec.edge.latency_record.trim_end_matches('.');
    let name = format!("{region}.{record}");
    let own = |site: &SiteSpec| {
        let endpoint = endpoint(spec, &site.region);
        endpoint.trim_end_matches('.').eq_ignore_ascii_case(&name)
    };
    if spec.sites.iter().any(own) {
        return format!("weighted.{name}");
    }
    name
}

/// Base URL of the Region's probes where they do not go to its own name: a site's, or one like that of
/// another site, which names its Region.
pub fn probe_url(spec: &FleetSpec, region: &Region) -> Option<String> {
    let site = spec.sites.iter().find(|site| &site.region == region);
    let own = site.and_then(|site| site.probe_url.clone());
    own.or_else(|| {
        let like = |site: &gwctl_fleet::SiteSpec| {
            let url = site.probe_url.as_ref()?;
            let code = site.region.as_str();
            url.contains(code)
                .then(|| url.replace(code, region.as_str()))
        };
        spec.sites.iter().find_map(like)
    })
}

/// The Region's member cluster, as its template names it.
pub fn cluster(fleet: &str, region: &Region) -> String {
    format!("{fleet}-{region}")
}
