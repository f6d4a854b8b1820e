//! How the configuration of a founded fleet differs where it has another shape than the usual one.

use super::model::{Dialect, EXTERNAL_ID, Holders};
use gwctl_fleet::{Access, AccountsSpec, FleetSpec, Region};

/// `spec` in the words of another partition.
pub(super) fn in_dialect(mut spec: FleetSpec, dialect: Dialect) -> FleetSpec {
    let told = |text: &str| dialect.told(text);
    let region =
        |region: &Region| Region::new(&told(region.as_str())).unwrap_or_else(|_| region.clone());
    for site in &mut spec.sites {
        site.region = region(&site.region);
        site.endpoint = site.endpoint.as_deref().map(told);
        if let Some(switch) = &mut site.switch {
            switch.region = region(&switch.region);
            switch.alarm = told(&switch.alarm);
        }
    }
    spec
}

/// The ways into `holders`' accounts.
pub(super) fn accounts(holders: &Holders) -> AccountsSpec {
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
