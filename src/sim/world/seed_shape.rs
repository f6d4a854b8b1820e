//! How the configuration of a founded fleet differs where it has another shape than the usual one.

use super::model::{Dialect, EXTERNAL_ID, Holders, Resources};
use gwctl_fleet::{Access, AccountsSpec, FleetSpec, Region};

/// `spec` as the shape of the fleet in `resources` has it.
pub(super) fn shaped(mut spec: FleetSpec, resources: &Resources) -> FleetSpec {
    if let Some(holders) = &resources.holders {
        spec.accounts = accounts(holders);
    }
    let without = resources.without;
    if without.database {
        spec.global_cluster.clear();
    }
    if resources.is_without_cloudfront() {
        spec.edge.cloudfront = false;
        spec.edge.distribution.clear();
        spec.edge.router = None;
    }
    match resources.dialect {
        Some(dialect) => in_dialect(spec, dialect),
        None => spec,
    }
}

/// `spec` in the words of another partition.
fn in_dialect(mut spec: FleetSpec, dialect: Dialect) -> FleetSpec {
    let told = |text: &str| dialect.told(text);
    let region =
        |region: &Region| Region::new(&told(region.as_str())).unwrap_or_else(|_| region.clone());
    for site in &mut spec.sites {
        site.region = region(&site.region);
        site.endpoint = site.endpoint.as_deref().map(told);
        site.functions = site.functions.iter().map(|name| told(name)).collect();
        if let Some(switch) = &mut site.switch {
            switch.region = region(&switch.region);
            switch.alarm = told(&switch.alarm);
        }
    }
    spec
}

/// The ways into `holders`' accounts.
fn accounts(holders: &Holders) -> AccountsSpec {
    let access = |account: &str| {
        Some(Access {
            role_arn: Some(Holders::role(account)),
            external_id: Some(EXTERNAL_ID.into()),
            session_name: Some("robin".into()),
            ..Access::default()
        })
    };
    AccountsSpec {
        workload: access(&holders.workload),
        database: access(&holders.database),
        dns: access(&holders.dns),
        edge: access(&holders.edge),
        ..AccountsSpec::default()
    }
}
