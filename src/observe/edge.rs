//! What is asked of the global services, whose control planes are in us-east-1, and of DNS.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::picture::Picture;
use super::poller::{Askers, Fold, Poller};
use super::response::Response;
use super::schedule::{CERTIFICATE, CONFIG, DISTRIBUTION, STATE, VANTAGE};
use super::vantage::{VANTAGE_BITS, VANTAGES, VantagePoint};
use gwctl_aws::{AwsError, Vantage};
use gwctl_fleet::{Account, DnsAnswer, HERE, Missing, Region, RoutingRecord, clean_line};

/// Starts the askers of everything global.
pub(super) fn watch(askers: &mut Askers) {
    askers.every(STATE, records);
    askers.every(STATE, checks);
    askers.every(STATE, here);
    askers.every(STATE, probe);
    askers.every(DISTRIBUTION, distribution);
    if askers.poller.spec.edge.cloudfront {
        askers.every(CERTIFICATE, certificate);
    }
    if askers.poller.spec.edge.router.is_some() {
        askers.every(CONFIG, router);
        askers.every(CONFIG, limit_metric);
    }
    if !askers.poller.vantages {
        return;
    }
    let turn = Arc::new(AtomicUsize::new(0));
    askers.beside(VANTAGE, move |poller| {
        vantage(poller, turn.fetch_add(1, Ordering::Relaxed))
    });
}

async fn records(poller: Arc<Poller>) -> Fold {
    let edge = &poller.spec.edge;
    let route53 = poller.session.route53();
    let asked = async {
        poller.route53_turn().await;
        let found = route53
            .records(&edge.hosted_zone, &edge.latency_record)
            .await?;
        let mut records = Vec::with_capacity(found.len());
        for mut record in found {
            if record.group.is_empty() && is_group(&record, &edge.hosted_zone) {
                poller.route53_turn().await;
                record = route53.with_group(&edge.hosted_zone, record).await?;
            }
            records.push(record);
        }
        Ok::<_, AwsError>(records)
    };
    let about = format!("{} {}", edge.hosted_zone, edge.latency_record);
    let of = (&Account::Dns, &Region::global(), about.as_str());
    let said = poller
        .ask_once("route53:ListResourceRecordSets", of, asked)
        .await;
    Box::new(move |picture: &mut Picture| picture.fold_records(said))
}

/// Whether the record is an alias to others of the same zone.
fn is_group(record: &RoutingRecord, zone: &str) -> bool {
    let zone = zone.trim_start_matches("/hostedzone/");
    record.alias_zone.as_deref() == Some(zone)
}

/// All checks of the account in one call: which of them count, the records tell.
async fn checks(poller: Arc<Poller>) -> Fold {
    let route53 = poller.session.route53();
    let asked = async {
        poller.route53_turn().await;
        route53.health_checks().await
    };
    let of = (&Account::Dns, &Region::global(), "");
    let said = poller.ask_once("route53:ListHealthChecks", of, asked).await;
    Box::new(move |picture: &mut Picture| picture.fold_checks(said))
}

/// What DNS answers where gwctl runs: the data plane, which needs no control plane. A fleet that is
/// probed at a stand of its own has no public DNS; there Route 53 itself is asked.
async fn here(poller: Arc<Poller>) -> Fold {
    let name = &poller.spec.edge.latency_record;
    if !poller.session.is_without_public_dns(&poller.spec) {
        let said = poller.look(poller.prober.resolve(name.clone())).await;
        let said = said.map(|found| Ok(answers(HERE, found.values, Some(found.ttl_s))));
        return Box::new(move |picture: &mut Picture| picture.fold_here(said));
    }
    if let Some(lacks) = poller.spec.partition().without_test_answer() {
        let asked = async { Err(Missing::CouldNotAsk { why: lacks.into() }) };
        let said = poller
            .ask("route53:TestDNSAnswer", &Region::global(), asked)
            .await;
        return Box::new(move |picture: &mut Picture| picture.fold_here(said));
    }
    let said = test_answer(&poller, ("", Vantage::Default)).await;
    let said = said.map(|values| Ok(answers("Route 53", values, None)));
    Box::new(move |picture: &mut Picture| picture.fold_here(said))
}

/// Which Region each of them stands for, the picture knows.
fn answers(vantage: &str, values: Vec<String>, ttl_s: Option<u32>) -> Vec<DnsAnswer> {
    let answer = |value: String| DnsAnswer {
        vantage: vantage.into(),
        value: clean_line(&value),
        region: None,
        ttl_s,
        at: None,
    };
    values.into_iter().map(answer).collect()
}

async fn probe(poller: Arc<Poller>) -> Fold {
    let base = poller
        .spec
        .probe_url
        .clone()
        .unwrap_or_else(|| format!("https://{}", poller.spec.domain));
    let url = format!("{}{}", base.trim_end_matches('/'), poller.spec.probe_path);
    let said = poller.probe(url).await;
    Box::new(move |picture: &mut Picture| said.renew(&mut picture.snapshot.edge.probe))
}

async fn distribution(poller: Arc<Poller>) -> Fold {
    let cloudfront = poller.session.cloudfront();
    let id = &poller.spec.edge.distribution;
    let asked = async {
        // Not built yet: there is nothing to ask about.
        if id.is_empty() {
            return Err(Missing::NoData);
        }
        cloudfront.distribution(id).await.map_err(Missing::from)
    };
    let said = poller
        .ask("cloudfront:GetDistribution", &Region::global(), asked)
        .await;
    let arns = said
        .answer
        .as_ref()
        .ok()
        .map(|d| (d.certificate_arn.clone(), d.router_arn.clone()));
    poller
        .shared_facts
        .tell(&poller.shared_facts.distribution, arns);
    Box::new(move |picture: &mut Picture| said.renew(&mut picture.snapshot.edge.distribution))
}

/// The certificate the distribution names; CloudFront takes only those of us-east-1.
async fn certificate(poller: Arc<Poller>) -> Fold {
    let acm = poller
        .session
        .in_account(Account::Edge)
        .acm(&Region::global());
    let asked = async {
        match poller.shared_facts.distribution.settled().await {
            Some((Some(arn), _)) => acm.certificate(&arn).await.map_err(Missing::from),
            Some((None, _)) => Err(Missing::NoData),
            None => Err(Missing::CouldNotAsk {
                why: "the distribution, which names it, is not known".into(),
            }),
        }
    };
    let said = poller
        .ask("acm:DescribeCertificate", &Region::global(), asked)
        .await;
    Box::new(move |picture: &mut Picture| said.renew(&mut picture.snapshot.edge.certificate))
}

/// The version of the router that the distribution runs; its newest code when that is not known.
async fn router(poller: Arc<Poller>) -> Fold {
    let Some(name) = &poller.spec.edge.router else {
        return Box::new(|_| {});
    };
    let arn = poller
        .shared_facts
        .distribution
        .settled()
        .await
        .and_then(|(_, router)| router);
    let version = arn.as_deref().and_then(|arn| version_of(arn, name));
    let lambda = poller
        .session
        .in_account(Account::Edge)
        .lambda(&Region::global());
    let asked = lambda.function(name, version);
    let said = poller
        .ask("lambda:GetFunctionConfiguration", &Region::global(), asked)
        .await;
    Box::new(move |picture: &mut Picture| {
        if let Some(router) = &mut picture.snapshot.edge.router {
            said.renew(&mut router.detail);
        }
    })
}

/// `7` of `arn:aws:lambda:us-east-1:123456789012:function:orders-router:7`.
fn version_of<'a>(arn: &'a str, name: &str) -> Option<&'a str> {
    let (function, version) = arn.rsplit_once(':')?;
    function.ends_with(&format!(":{name}")).then_some(version)
}

async fn limit_metric(poller: Arc<Poller>) -> Fold {
    let cloudwatch = poller
        .session
        .in_account(Account::Edge)
        .cloudwatch(&Region::global());
    let answer = cloudwatch
        .limit_exceeded_name(&poller.spec.edge.distribution)
        .await;
    poller
        .shared_facts
        .tell(&poller.shared_facts.limit_metric, answer.ok());
    Box::new(|_| {})
}

/// What Route 53 would answer to one client network after the other. A control-plane call:
/// without it, what DNS answers here is still known. Where a partition has no such call, the zone's name servers
/// are asked, as a client's resolver would (aws-facts §18.3).
async fn vantage(poller: Arc<Poller>, turn: usize) -> Fold {
    let VantagePoint { place, network, .. } = VANTAGES[turn % VANTAGES.len()];
    if poller.spec.partition().without_test_answer().is_some() {
        let kind = poller.shared_facts.record_kind.settled().await;
        let kind = kind.as_deref().unwrap_or("CNAME");
        let name = poller.spec.edge.latency_record.clone();
        let asked = poller.prober.answer(name, kind.into(), network);
        let said = poller.look(asked).await;
        let said = said.map(|found| Ok(answers(place, found.values, None)));
        return Box::new(move |picture: &mut Picture| picture.fold_vantage(place, said));
    }
    let vantage = Vantage::Client(network, VANTAGE_BITS);
    let said = test_answer(&poller, (place, vantage)).await;
    let said = said.map(|values| Ok(answers(place, values, None)));
    Box::new(move |picture: &mut Picture| picture.fold_vantage(place, said))
}

/// What Route 53 would answer at the vantage called `place`: the same for every fleet of the record. It is a turn like
/// any other where gwctl runs, and waits for everything else where it only looks elsewhere.
async fn test_answer(poller: &Poller, (place, vantage): (&str, Vantage)) -> Response<Vec<String>> {
    let edge = &poller.spec.edge;
    let kind = poller.shared_facts.record_kind.settled().await;
    let asked = async {
        if place.is_empty() {
            poller.route53_turn().await;
        } else {
            poller.route53().spare_turn().await;
        }
        let kind = kind.as_deref().unwrap_or("CNAME");
        let route53 = poller.session.route53();
        let asked = route53.test_answer(&edge.hosted_zone, &edge.latency_record, kind, vantage);
        asked.await
    };
    let about = format!("{} {} {place}", edge.hosted_zone, edge.latency_record);
    let of = (&Account::Dns, &Region::global(), about.as_str());
    poller.ask_once("route53:TestDNSAnswer", of, asked).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_routers_version_is_read_off_its_own_arn_only() {
        let arn = "arn:aws:lambda:us-east-1:123456789012:function:orders-router:7";
        assert_eq!(version_of(arn, "orders-router"), Some("7"));
        assert_eq!(version_of(arn, "router"), None);
        assert_eq!(version_of("nonsense", "orders-router"), None);
    }
}
