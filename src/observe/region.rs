//! What is asked in each site's own Region. Every question stands alone: none waits for another's
//! failure.

use std::sync::Arc;

use super::desk::{Askers, Desk, Fold, Said};
use super::fold::Picture;
use super::questions::API_METRICS;
use super::schedule::{ALARMS, CERTIFICATE, CONFIG, EVENTS, STATE};
use gwctl_aws::AwsError;
use gwctl_fleet::{Certificate, Cluster, Missing, Observed, Region, Site, SiteSpec, Source};

/// Starts the askers of the `n`th site.
pub(super) fn watch(askers: &mut Askers, n: usize) {
    let desk = askers.desk.clone();
    let site = &desk.spec.sites[n];
    askers.every(STATE, move |desk| identity(desk, n));
    askers.every(STATE, move |desk| topology(desk, n));
    askers.every(STATE, move |desk| probe(desk, n));
    askers.every(CONFIG, move |desk| api(desk, n));
    askers.every(CONFIG, move |desk| throttle(desk, n));
    for f in 0..site.functions.len() {
        askers.every(CONFIG, move |desk| function(desk, n, f));
    }
    askers.every(CONFIG, move |desk| concurrency(desk, n));
    askers.every(ALARMS, move |desk| alarms(desk, n));
    askers.every(CERTIFICATE, move |desk| certificate(desk, n));
    if site.stack.is_some() {
        askers.every(CONFIG, move |desk| stack(desk, n));
    }
}

/// Starts the askers of the database's member in `region`, if there is one.
pub(super) fn watch_member(askers: &mut Askers, region: &Region) {
    let here = region.clone();
    askers.every(STATE, move |desk| cluster(desk, here.clone()));
    let here = region.clone();
    askers.every(EVENTS, move |desk| events(desk, here.clone()));
}

fn site(desk: &Desk, n: usize) -> &SiteSpec {
    &desk.spec.sites[n]
}

fn nothing() -> Fold {
    Box::new(|_| {})
}

/// A question that the configuration leaves no room for.
fn not_configured<T>(api: &'static str, desk: &Desk, region: &Region) -> Said<T> {
    let source = Source {
        api,
        region: Some(region.clone()),
    };
    Said {
        answer: Err(Missing::NoData),
        at: desk.clock.now(),
        source,
    }
}

fn into_site<T: Send + 'static>(
    n: usize,
    said: Said<T>,
    place: fn(&mut Site) -> &mut Observed<T>,
) -> Fold {
    Box::new(move |picture| said.renew(place(&mut picture.snapshot.sites[n])))
}

/// Who is asking: also the ping that tells whether the Region answers, how fast, and its clock.
async fn identity(desk: Arc<Desk>, n: usize) -> Fold {
    let region = site(&desk, n).region.clone();
    let sts = desk.session.sts(&region);
    let said = desk
        .ask("sts:GetCallerIdentity", &region, sts.identity())
        .await;
    Box::new(move |picture: &mut Picture| {
        picture
            .identities
            .fold(&region, said, &mut picture.snapshot.identity);
    })
}

/// Asked in every Region, so that a dead one does not hide it.
async fn topology(desk: Arc<Desk>, n: usize) -> Fold {
    let region = site(&desk, n).region.clone();
    let rds = desk.session.rds(&region);
    let asked = rds.topology(&desk.spec.global_cluster);
    let said = desk.ask("rds:DescribeGlobalClusters", &region, asked).await;
    desk.board
        .tell_topology(said.answer.as_ref().ok().cloned(), desk.spec.sites.len());
    Box::new(move |picture: &mut Picture| picture.fold_topology(&region, said))
}

async fn probe(desk: Arc<Desk>, n: usize) -> Fold {
    let site = site(&desk, n);
    let Some(url) = probe_url(&desk, site) else {
        return into_site(n, not_configured("probe", &desk, &site.region), |site| {
            &mut site.probe
        });
    };
    let said = desk.probe(url).await;
    into_site(n, said, |site| &mut site.probe)
}

fn probe_url(desk: &Desk, site: &SiteSpec) -> Option<String> {
    let base = site
        .probe_url
        .clone()
        .or_else(|| Some(format!("https://{}", site.endpoint.as_ref()?)))?;
    Some(format!(
        "{}{}",
        base.trim_end_matches('/'),
        desk.spec.probe_path
    ))
}

async fn api(desk: Arc<Desk>, n: usize) -> Fold {
    let site = site(&desk, n);
    let region = &site.region;
    let gateway = desk.session.apigateway(region);
    let slot = desk.board.apis.get(region);
    let known = slot.and_then(super::board::Slot::get);
    let asked = async {
        match &known {
            // Not built yet: there is nothing to ask about.
            _ if site.api.is_empty() => Err(Missing::NoData),
            Some(detail) => {
                let asked = gateway.api_of_kind(&site.api, detail.kind);
                asked.await.map_err(Missing::from)
            }
            None => Box::pin(gateway.api(&site.api))
                .await
                .map_err(Missing::from),
        }
    };
    let said = desk.ask("apigateway:GET", region, asked).await;
    if let Some(slot) = slot {
        desk.board.tell(slot, said.answer.as_ref().ok().cloned());
    }
    Box::new(move |picture: &mut Picture| {
        let api = &mut picture.snapshot.sites[n].api;
        if let (Err(why), None) = (&said.answer, &known) {
            // Without knowing which kind it is, its figures cannot be asked for either. That there is no such
            // API is no word of how much traffic the Region has.
            let why = match why {
                Missing::NoData if !api.id.is_empty() => Missing::CouldNotAsk {
                    why: format!("there is no API {}", api.id),
                },
                why => why.clone(),
            };
            for metric in API_METRICS {
                api.metrics
                    .entry(metric)
                    .renew(Err(why.clone()), said.at, said.source.clone());
            }
        }
        said.renew(&mut api.detail);
    })
}

/// What the API takes before it answers 429, once it is known which kind of API it is.
async fn throttle(desk: Arc<Desk>, n: usize) -> Fold {
    let site = site(&desk, n);
    let region = &site.region;
    let asked = async {
        if site.api.is_empty() {
            return Err(Missing::NoData);
        }
        let slot = desk.board.apis.get(region);
        let known = match slot {
            Some(slot) => slot.settled().await,
            None => None,
        };
        let Some(api) = known else {
            return Err(Missing::CouldNotAsk {
                why: "which kind of API it is, is not known".into(),
            });
        };
        let gateway = desk.session.apigateway(region);
        let asked = gateway.throttle(&site.api, api.kind, site.stage.as_deref());
        Box::pin(asked).await.map_err(Missing::from)
    };
    let said = desk.ask("apigateway:GET", region, asked).await;
    into_site(n, said, |site| &mut site.api.throttle)
}

async fn function(desk: Arc<Desk>, n: usize, f: usize) -> Fold {
    let site = site(&desk, n);
    let lambda = desk.session.lambda(&site.region);
    let asked = lambda.function(&site.functions[f], None);
    let said = desk
        .ask("lambda:GetFunctionConfiguration", &site.region, asked)
        .await;
    Box::new(move |picture: &mut Picture| {
        said.renew(&mut picture.snapshot.sites[n].functions[f].detail);
    })
}

async fn concurrency(desk: Arc<Desk>, n: usize) -> Fold {
    let region = &site(&desk, n).region;
    let lambda = desk.session.lambda(region);
    let said = desk
        .ask(
            "lambda:GetAccountSettings",
            region,
            lambda.account_concurrency(),
        )
        .await;
    into_site(n, said, |site| &mut site.concurrency)
}

async fn alarms(desk: Arc<Desk>, n: usize) -> Fold {
    let region = &site(&desk, n).region;
    let cloudwatch = desk.session.cloudwatch(region);
    let said = desk
        .ask(
            "cloudwatch:DescribeAlarms",
            region,
            cloudwatch.alarms_in_alarm(),
        )
        .await;
    into_site(n, said, |site| &mut site.alarms)
}

async fn certificate(desk: Arc<Desk>, n: usize) -> Fold {
    const API: &str = "acm:ListCertificates";
    let SiteSpec {
        region, endpoint, ..
    } = site(&desk, n);
    let said = match endpoint {
        None => not_configured(API, &desk, region),
        Some(endpoint) => {
            let asked = in_use(&desk, region, endpoint);
            let said = desk.ask(API, region, asked).await;
            said.map(|found| found.ok_or(Missing::NoData))
        }
    };
    into_site(n, said, |site| &mut site.certificate)
}

/// The certificate that the Region's own name serves: API Gateway knows which. Where the name is not API Gateway's,
/// or it may not be asked, one of those that are good for the name.
async fn in_use(
    desk: &Desk,
    region: &Region,
    endpoint: &str,
) -> Result<Option<Certificate>, AwsError> {
    let acm = desk.session.acm(region);
    let gateway = desk.session.apigateway(region);
    match Box::pin(gateway.certificate_of(endpoint)).await {
        Ok(Some(arn)) => acm.certificate(&arn).await.map(Some),
        Err(error) if error.kind.is_silence() => Err(error),
        _ => Box::pin(acm.certificate_for(endpoint)).await,
    }
}

async fn stack(desk: Arc<Desk>, n: usize) -> Fold {
    let SiteSpec {
        region,
        stack: Some(name),
        ..
    } = site(&desk, n)
    else {
        return nothing();
    };
    let cloudformation = desk.session.cloudformation(region);
    let said = desk
        .ask(
            "cloudformation:DescribeStacks",
            region,
            cloudformation.stack(name),
        )
        .await;
    Box::new(move |picture: &mut Picture| {
        said.renew(picture.snapshot.sites[n].stack.get_or_insert_default());
    })
}

/// The cluster's identifier is the topology's to say: never the configuration's.
async fn member_of(desk: &Desk, region: &Region) -> Option<String> {
    let topology = desk.board.topology.settled().await?;
    topology.member(region).map(|member| member.cluster.clone())
}

async fn cluster(desk: Arc<Desk>, region: Region) -> Fold {
    let Some(id) = member_of(&desk, &region).await else {
        return nothing();
    };
    let rds = desk.session.rds(&region);
    let said = desk
        .ask("rds:DescribeDBClusters", &region, rds.cluster(&id))
        .await;
    into_cluster(region, id, move |cluster| said.renew(&mut cluster.state))
}

async fn events(desk: Arc<Desk>, region: Region) -> Fold {
    let Some(id) = member_of(&desk, &region).await else {
        return nothing();
    };
    let rds = desk.session.rds(&region);
    let said = desk
        .ask("rds:DescribeEvents", &region, rds.events(&id))
        .await;
    into_cluster(region, id, move |cluster| said.renew(&mut cluster.events))
}

fn into_cluster(
    region: Region,
    id: String,
    renew: impl FnOnce(&mut Cluster) + Send + 'static,
) -> Fold {
    Box::new(move |picture: &mut Picture| renew(picture.cluster(region, id)))
}
