//! The evacuation switches: alarms that health checks follow, each asked for in the alarm's own
//! Region. Once the checks are known, none of it needs us-east-1.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join_all;

use super::lever::Lever;
use super::picture::Picture;
use super::poller::{Askers, Fold, Poller};
use super::response::Response;
use super::schedule::ALARMS;
use gwctl_fleet::{
    Account, CheckConfig, CheckKind, HealthCheck, Missing, Position, Region, RoutingRecord, Switch,
};

/// The levers of all `records`, by what is known of their checks.
pub(super) fn levers(
    records: &[RoutingRecord],
    checks: &BTreeMap<String, HealthCheck>,
) -> Vec<Lever> {
    let config = |id: &str| checks.get(id)?.config.last();
    let mut levers: Vec<Lever> = Vec::new();
    let on_records = records
        .iter()
        .flat_map(|record| record.roots().into_iter().map(move |root| (record, root)));
    for (record, root) in on_records {
        // Told of with the checks: without its configuration there is nothing to follow.
        let Some(top) = config(root) else { continue };
        levers.extend(lever(record, root, top, false));
        // Checks over checks do not nest (aws-facts §3.4): one level is all there is.
        if let CheckKind::Calculated { children, .. } = &top.kind {
            for id in children {
                levers.extend(config(id).and_then(|child| lever(record, id, child, top.inverted)));
            }
        }
    }
    // Records of several types may have one check.
    levers.sort_by(|a, b| (&a.site, &a.check).cmp(&(&b.site, &b.check)));
    levers.dedup();
    levers
}

fn lever(
    record: &RoutingRecord,
    check: &str,
    config: &CheckConfig,
    inverted_above: bool,
) -> Option<Lever> {
    let CheckKind::Alarm { name, region } = &config.kind else {
        return None;
    };
    Some(Lever {
        site: record.region.clone()?,
        check: check.into(),
        alarm: name.clone(),
        home: Region::new(region).ok()?,
        inverted: config.inverted != inverted_above,
        without_points: config.insufficient_data.clone(),
    })
}

/// Starts the askers, one for each site: a Region that does not answer hides its own alarms only.
pub(super) fn watch(askers: &mut Askers) {
    for n in 0..askers.poller.spec.sites.len() {
        askers.every(ALARMS, move |poller| switches(poller, n));
        // A round later: only the alarms say which metric to ask for.
        askers.beside(ALARMS, move |poller| positions(poller, n));
        if askers.poller.spec.sites[n].switch.is_some() {
            askers.every(ALARMS, move |poller| named(poller, n));
        }
    }
}

/// The switch that the configuration names needs nothing to be known before.
async fn named(poller: Arc<Poller>, n: usize) -> Fold {
    let site = poller.spec.sites[n].region.clone();
    let Some(switch) = &poller.spec.sites[n].switch else {
        return Box::new(|_| {});
    };
    let cloudwatch = poller
        .session
        .in_account(Account::Dns)
        .cloudwatch(&switch.region);
    // Once the checks led to it, it is asked there.
    let levers = poller.shared_facts.levers.get().unwrap_or_default();
    let known = levers.iter().any(|lever| lever.site == site);
    let asked = async {
        let found = poller.alarm_switch(&switch.region, &switch.alarm).await?;
        let position = if known {
            Position::Unasked
        } else {
            cloudwatch.position(&found, poller.clock.now()).await
        };
        Ok::<_, Missing>(Switch { position, ..found })
    };
    let said = poller
        .ask("cloudwatch:DescribeAlarms", &switch.region, asked)
        .await;
    Box::new(move |picture: &mut Picture| {
        if let Some((_, named)) = picture.snapshot.edge.named_switches.get_mut(&site) {
            said.renew(named);
        }
    })
}

async fn switches(poller: Arc<Poller>, n: usize) -> Fold {
    let site = &poller.spec.sites[n].region;
    let levers = poller
        .shared_facts
        .levers
        .settled()
        .await
        .unwrap_or_default();
    let ours = levers.into_iter().filter(|lever| lever.site == *site);
    let said = join_all(ours.map(|lever| ask(&poller, lever))).await;
    let known = said
        .iter()
        .filter_map(|(check, said)| Some((check.clone(), said.answer.as_ref().ok()?.clone())));
    if let Some(slot) = poller.shared_facts.alarms.get(site) {
        poller.shared_facts.tell(slot, Some(known.collect()));
    }
    Box::new(move |picture: &mut Picture| picture.fold_switches(said))
}

async fn ask(poller: &Poller, lever: Lever) -> (String, Response<Switch>) {
    let asked = async {
        let switch = poller.alarm_switch(&lever.home, &lever.alarm).await?;
        Ok::<_, Missing>(Switch {
            inverted: lever.inverted,
            without_points: lever.without_points,
            ..switch
        })
    };
    let said = poller
        .ask("cloudwatch:DescribeAlarms", &lever.home, asked)
        .await;
    (lever.check, said)
}

/// Where the switches of a site stand.
async fn positions(poller: Arc<Poller>, n: usize) -> Fold {
    let site = &poller.spec.sites[n].region;
    let known = match poller.shared_facts.alarms.get(site) {
        Some(slot) => slot.settled().await.unwrap_or_default(),
        None => Vec::new(),
    };
    let asked = known.into_iter().map(|(check, switch)| {
        let cloudwatch = poller
            .session
            .in_account(Account::Dns)
            .cloudwatch(&switch.region);
        let now = poller.clock.now();
        async move { (check, cloudwatch.position(&switch, now).await) }
    });
    let positions = join_all(asked).await;
    Box::new(move |picture: &mut Picture| picture.fold_positions(positions))
}
