//! Who gwctl is in the account of each part of the fleet.

use std::sync::Arc;

use super::picture::Picture;
use super::poller::{Askers, Fold, Poller};
use super::schedule::STATE;
use gwctl_aws::AwsError;
use gwctl_fleet::{Account, Identity, Region};

/// Starts one asker an account.
pub(super) fn watch(askers: &mut Askers) {
    let parts = askers.poller.spec.accounts.parts();
    for (n, (account, _)) in parts.into_iter().enumerate() {
        askers.every(STATE, move |poller| seen(poller, n, account.clone()));
    }
}

async fn seen(poller: Arc<Poller>, n: usize, account: Account) -> Fold {
    let asked = identity(&poller, &account);
    let said = poller
        .ask("sts:GetCallerIdentity", &home(&poller, &account), asked)
        .await;
    Box::new(move |picture: &mut Picture| {
        if let Some(seen) = picture.snapshot.accounts.get_mut(n) {
            said.renew(&mut seen.identity);
        }
    })
}

/// The Region that is asked first.
fn home(poller: &Poller, account: &Account) -> Region {
    match account {
        Account::Site(region) => region.clone(),
        _ => poller
            .spec
            .sites
            .first()
            .map_or_else(Region::global, |site| site.region.clone()),
    }
}

/// Asked of the first Region that answers.
pub(super) async fn identity(poller: &Poller, account: &Account) -> Result<Identity, AwsError> {
    let session = poller.session.in_account_of(account);
    let first = home(poller, account);
    let answer = session.sts(&first).identity().await;
    if matches!(account, Account::Site(_)) {
        return answer;
    }
    let mut last = answer;
    let others = poller.spec.sites.iter().map(|site| &site.region);
    for region in others.filter(|region| **region != first) {
        match &last {
            Err(error) if error.kind.is_silence() => {}
            _ => break,
        }
        last = session.sts(region).identity().await;
    }
    last
}
