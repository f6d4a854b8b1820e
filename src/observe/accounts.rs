//! Who gwctl is in the account of each part of the fleet.

use std::sync::Arc;

use super::picture::Picture;
use super::poller::{Askers, Fold, Poller};
use super::schedule::STATE;
use gwctl_aws::{AwsError, Session};
use gwctl_fleet::{Account, FleetSpec, Identity, Region};

/// Starts one asker an account.
pub(super) fn watch(askers: &mut Askers) {
    let parts = askers.poller.spec.accounts.parts();
    for (n, (account, _)) in parts.into_iter().enumerate() {
        askers.every(STATE, move |poller| seen(poller, n, account.clone()));
    }
}

async fn seen(poller: Arc<Poller>, n: usize, account: Account) -> Fold {
    let asked = identity(&poller.session, &poller.spec, &account);
    let home = regions(&poller.session, &poller.spec).remove(0);
    let of = (&account, &home, "first that answers");
    let said = poller.ask_once("sts:GetCallerIdentity", of, asked).await;
    poller.leads_into(&account, &said);
    Box::new(move |picture: &mut Picture| {
        if let Some(seen) = picture.snapshot.accounts.get_mut(n) {
            said.renew(&mut seen.identity);
        }
    })
}

/// The Regions whose STS is asked, in this order; at least one.
fn regions(session: &Session, spec: &FleetSpec) -> Vec<Region> {
    let sites = spec.sites.iter().map(|site| site.region.clone());
    let mut regions: Vec<Region> = sites.collect();
    if regions.is_empty() {
        regions.push(session.home());
    }
    regions
}

/// Who gwctl is in the account of `part`; asked in the first Region that answers.
pub async fn identity(
    session: &Session,
    spec: &FleetSpec,
    part: &Account,
) -> Result<Identity, AwsError> {
    let session = session.in_account_of(part);
    let mut regions = regions(&session, spec).into_iter();
    let first = regions.next().unwrap_or_else(Region::global);
    let mut last = session.sts(&first).identity().await;
    for region in regions {
        if !last.as_ref().is_err_and(|error| error.kind.is_silence()) {
            break;
        }
        last = session.sts(&region).identity().await;
    }
    last
}
