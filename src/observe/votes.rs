//! The checkers' votes on one health check, for whoever drills down.

use gwctl_fleet::{Account, CheckKind, Missing, Observed, Region, Snapshot, Source, Vote};

use super::poller::{Poller, way};
use super::response::Response;

/// Asks for the votes on `check`. Those of a calculated check are its children's: AWS answers for
/// checks that look at an endpoint only (aws-facts §3.4).
pub(super) async fn ask(poller: &Poller, picture: &Snapshot, check: &str) -> Observed<Vec<Vote>> {
    let mut observed = Observed::default();
    let mut votes = Vec::new();
    for id in voted(picture, check) {
        let dns = way(&poller.spec, &Account::Dns);
        poller.common.votes(&dns).turn().await;
        poller.route53_turn().await;
        let route53 = poller.session.route53();
        let said = poller
            .ask(
                "route53:GetHealthCheckStatus",
                &Region::global(),
                route53.votes(&id),
            )
            .await;
        match said.answer {
            Ok(more) => votes.extend(more),
            Err(_) => {
                return {
                    said.renew(&mut observed);
                    observed
                };
            }
        }
    }
    let at = poller.clock.now();
    let source = Source {
        api: "route53:GetHealthCheckStatus",
        region: Some(Region::global()),
    };
    let answer = if votes.is_empty() {
        Err(Missing::NoData)
    } else {
        Ok(votes)
    };
    Response { answer, at, source }.renew(&mut observed);
    observed
}

/// The checks that checkers vote on when `check` is asked for.
fn voted(picture: &Snapshot, check: &str) -> Vec<String> {
    let kind = |id: &str| Some(&picture.edge.checks.get(id)?.config.last()?.kind);
    match kind(check) {
        Some(CheckKind::Calculated { children, .. }) => {
            let endpoint = |id: &&String| matches!(kind(id), Some(CheckKind::Endpoint { .. }));
            children.iter().filter(endpoint).cloned().collect()
        }
        Some(
            CheckKind::Alarm { .. } | CheckKind::RecoveryControl { .. } | CheckKind::Linked { .. },
        ) => Vec::new(),
        Some(CheckKind::Endpoint { .. }) | None => vec![check.to_owned()],
    }
}
