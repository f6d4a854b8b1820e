//! What is asked in each site's own Region. Every question stands alone: none waits for another's
//! failure.

use std::sync::Arc;

use super::picture::Picture;
use super::poller::{Askers, Fold, Poller};
use super::questions::API_METRICS;
use super::response::Response;
use super::schedule::{ALARMS, CERTIFICATE, CONFIG, EVENTS, STATE};
use gwctl_aws::{AwsError, EVENTS_MINUTES, Topologies};
use gwctl_fleet::{
    Account, ApiKind, Certificate, Cluster, ClusterState, DbEvent, Missing, Observed, Region, Site,
    SiteSpec, Source,
};

/// Starts the askers of the `n`th site.
pub(super) fn watch(askers: &mut Askers, n: usize) {
    let poller = askers.poller.clone();
    let site = &poller.spec.sites[n];
    askers.every(STATE, move |poller| identity(poller, n));
    askers.every(STATE, move |poller| topology(poller, n));
    askers.every(STATE, move |poller| probe(poller, n));
    askers.every(CONFIG, move |poller| api(poller, n));
    askers.every(CONFIG, move |poller| throttle(poller, n));
    askers.every(CONFIG, move |poller| invoked(poller, n));
    for f in 0..site.functions.len() {
        askers.every(CONFIG, move |poller| function(poller, n, f));
    }
    askers.every(CONFIG, move |poller| concurrency(poller, n));
    askers.every(ALARMS, move |poller| alarms(poller, n));
    askers.every(CERTIFICATE, move |poller| certificate(poller, n));
    if site.stack.is_some() {
        askers.every(CONFIG, move |poller| stack(poller, n));
    }
}

/// Starts the askers of the database's member in `region`, if there is one.
pub(super) fn watch_member(askers: &mut Askers, region: &Region) {
    let here = region.clone();
    askers.every(STATE, move |poller| cluster(poller, here.clone()));
    let here = region.clone();
    askers.every(EVENTS, move |poller| events(poller, here.clone()));
    let here = region.clone();
    askers.every(CONFIG, move |poller| proxies(poller, here.clone()));
}

fn site(poller: &Poller, n: usize) -> &SiteSpec {
    &poller.spec.sites[n]
}

fn nothing() -> Fold {
    Box::new(|_| {})
}

/// A question that the configuration leaves no room for.
fn not_configured<T>(api: &'static str, poller: &Poller, region: &Region) -> Response<T> {
    let source = Source {
        api,
        region: Some(region.clone()),
    };
    Response {
        answer: Err(Missing::NoData),
        at: poller.clock.now(),
        source,
    }
}

fn into_site<T: Send + 'static>(
    n: usize,
    said: Response<T>,
    place: fn(&mut Site) -> &mut Observed<T>,
) -> Fold {
    Box::new(move |picture| said.renew(place(&mut picture.snapshot.sites[n])))
}

/// Who is asking: also the ping that tells whether the Region answers, how fast, and its clock.
async fn identity(poller: Arc<Poller>, n: usize) -> Fold {
    let region = site(&poller, n).region.clone();
    let sts = poller
        .session
        .in_account_of(&Account::Workload)
        .sts(&region);
    let of = (&Account::Workload, &region, "");
    let said = poller
        .ask_once("sts:GetCallerIdentity", of, sts.identity())
        .await;
    poller.leads_into(&Account::Workload, &said);
    Box::new(move |picture: &mut Picture| {
        picture
            .identities
            .fold(&region, said, &mut picture.snapshot.identity);
    })
}

/// Asked in every Region, so that a dead one does not hide it.
async fn topology(poller: Arc<Poller>, n: usize) -> Fold {
    let region = site(&poller, n).region.clone();
    if !poller.spec.has_database() {
        poller
            .shared_facts
            .tell_topology(None, poller.spec.sites.len());
        let said = not_configured("rds:DescribeGlobalClusters", &poller, &region);
        return Box::new(move |picture: &mut Picture| picture.fold_topology(&region, said));
    }
    let rds = poller.session.rds(&region);
    let id = &poller.spec.global_cluster;
    let all = async { rds.topologies().await.map(Arc::new) };
    let of = (&Account::Database, &region);
    let find = |all: &Topologies| all.get(&id.to_ascii_lowercase()).cloned();
    let api = "rds:DescribeGlobalClusters";
    let asked = poller.ask_listed(api, of, all, find, rds.topology(id));
    let said = Box::pin(asked).await;
    poller
        .shared_facts
        .tell_topology(said.answer.as_ref().ok().cloned(), poller.spec.sites.len());
    Box::new(move |picture: &mut Picture| picture.fold_topology(&region, said))
}

async fn probe(poller: Arc<Poller>, n: usize) -> Fold {
    let site = site(&poller, n);
    let Some(url) = probe_url(&poller, site) else {
        return into_site(n, not_configured("probe", &poller, &site.region), |site| {
            &mut site.probe
        });
    };
    let said = poller.probe(url).await;
    into_site(n, said, |site| &mut site.probe)
}

fn probe_url(poller: &Poller, site: &SiteSpec) -> Option<String> {
    let base = site
        .probe_url
        .clone()
        .or_else(|| Some(format!("https://{}", site.endpoint.as_ref()?)))?;
    Some(format!(
        "{}{}",
        base.trim_end_matches('/'),
        poller.spec.probe_path
    ))
}

async fn api(poller: Arc<Poller>, n: usize) -> Fold {
    let site = site(&poller, n);
    let region = &site.region;
    let gateway = poller.session.apigateway(region);
    let slot = poller.shared_facts.apis.get(region);
    let known = slot.and_then(super::shared_facts::Slot::get);
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
    let said = poller.ask("apigateway:GET", region, asked).await;
    if let Some(slot) = slot {
        poller
            .shared_facts
            .tell(slot, said.answer.as_ref().ok().cloned());
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
async fn throttle(poller: Arc<Poller>, n: usize) -> Fold {
    let site = site(&poller, n);
    let region = &site.region;
    let asked = async {
        let kind = kind_of(&poller, site).await?;
        let gateway = poller.session.apigateway(region);
        let asked = gateway.throttle(&site.api, kind, site.stage.as_deref());
        Box::pin(asked).await.map_err(Missing::from)
    };
    let said = poller.ask("apigateway:GET", region, asked).await;
    into_site(n, said, |site| &mut site.api.throttle)
}

/// How the API calls its functions: by an alias, or what was loaded last.
async fn invoked(poller: Arc<Poller>, n: usize) -> Fold {
    let site = site(&poller, n);
    let region = &site.region;
    let asked = async {
        let kind = kind_of(&poller, site).await?;
        let gateway = poller.session.apigateway(region);
        let asked = gateway.invoked_of_kind(&site.api, kind);
        Box::pin(asked).await.map_err(Missing::from)
    };
    let said = poller.ask("apigateway:GET", region, asked).await;
    into_site(n, said, |site| &mut site.api.invoked)
}

/// The kind of a site's API, as soon as it is known.
async fn kind_of(poller: &Poller, site: &SiteSpec) -> Result<ApiKind, Missing> {
    if site.api.is_empty() {
        return Err(Missing::NoData);
    }
    let known = match poller.shared_facts.apis.get(&site.region) {
        Some(slot) => slot.settled().await,
        None => None,
    };
    known.map(|api| api.kind).ok_or_else(|| {
        let why = "the kind of the API is not known".into();
        Missing::CouldNotAsk { why }
    })
}

async fn function(poller: Arc<Poller>, n: usize, f: usize) -> Fold {
    let site = site(&poller, n);
    let lambda = poller.session.lambda(&site.region);
    let asked = lambda.function(&site.functions[f], None);
    let said = poller
        .ask("lambda:GetFunctionConfiguration", &site.region, asked)
        .await;
    Box::new(move |picture: &mut Picture| {
        said.renew(&mut picture.snapshot.sites[n].functions[f].detail);
    })
}

async fn concurrency(poller: Arc<Poller>, n: usize) -> Fold {
    let region = &site(&poller, n).region;
    let lambda = poller.session.lambda(region);
    let asked = lambda.account_concurrency();
    let of = (&Account::Site(region.clone()), region, "");
    let said = poller
        .ask_once("lambda:GetAccountSettings", of, asked)
        .await;
    into_site(n, said, |site| &mut site.concurrency)
}

async fn alarms(poller: Arc<Poller>, n: usize) -> Fold {
    let region = &site(&poller, n).region;
    let cloudwatch = poller.session.cloudwatch(region);
    let asked = cloudwatch.alarms_in_alarm();
    let of = (&Account::Site(region.clone()), region, "in alarm");
    let said = poller
        .ask_once("cloudwatch:DescribeAlarms", of, asked)
        .await;
    into_site(n, said, |site| &mut site.alarms)
}

async fn certificate(poller: Arc<Poller>, n: usize) -> Fold {
    const API: &str = "acm:ListCertificates";
    let SiteSpec {
        region, endpoint, ..
    } = site(&poller, n);
    let said = match endpoint {
        None => not_configured(API, &poller, region),
        Some(endpoint) => {
            let asked = in_use(&poller, region, endpoint);
            let said = poller.ask(API, region, asked).await;
            said.map(|found| found.ok_or(Missing::NoData))
        }
    };
    into_site(n, said, |site| &mut site.certificate)
}

/// The certificate that the Region's own name serves: API Gateway knows which. Where the name is not API Gateway's,
/// or it may not be asked, one of those that are good for the name.
async fn in_use(
    poller: &Poller,
    region: &Region,
    endpoint: &str,
) -> Result<Option<Certificate>, AwsError> {
    let acm = poller.session.acm(region);
    let gateway = poller.session.apigateway(region);
    match Box::pin(gateway.certificate_of(endpoint)).await {
        Ok(Some(arn)) => acm.certificate(&arn).await.map(Some),
        Err(error) if error.kind.is_silence() => Err(error),
        _ => Box::pin(acm.certificate_for(endpoint)).await,
    }
}

async fn stack(poller: Arc<Poller>, n: usize) -> Fold {
    let SiteSpec {
        region,
        stack: Some(name),
        ..
    } = site(&poller, n)
    else {
        return nothing();
    };
    let cloudformation = poller.session.cloudformation(region);
    let said = poller
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
async fn member_of(poller: &Poller, region: &Region) -> Option<String> {
    let topology = poller.shared_facts.topology.settled().await?;
    topology.member(region).map(|member| member.cluster.clone())
}

async fn cluster(poller: Arc<Poller>, region: Region) -> Fold {
    let Some(id) = member_of(&poller, &region).await else {
        return nothing();
    };
    let asked = poller.cluster(&region, &id);
    let said = poller.ask("rds:DescribeDBClusters", &region, asked).await;
    if let Ok(state) = &said.answer {
        let scales = state.serverless().is_some();
        poller.shared_facts.tell_serverless(&region, scales);
    }
    into_cluster(region, id, move |cluster| said.renew(&mut cluster.state))
}

async fn events(poller: Arc<Poller>, region: Region) -> Fold {
    let Some(id) = member_of(&poller, &region).await else {
        return nothing();
    };
    let rds = poller.session.rds(&region);
    let said = if poller.common.is_shared() {
        let all = async { rds.all_events(EVENTS_MINUTES).await.map(Arc::new) };
        let of = (&Account::Database, &region, "all");
        let said = poller.ask_once("rds:DescribeEvents", of, all).await;
        let whose = match &said.answer {
            Ok(_) => poller.cluster(&region, &id).await,
            Err(why) => Err(why.clone()),
        };
        said.map(|all| Ok(of_cluster(&id, &whose?, &all)))
    } else {
        let asked = rds.events(&id);
        poller.ask("rds:DescribeEvents", &region, asked).await
    };
    into_cluster(region, id, move |cluster| said.renew(&mut cluster.events))
}

/// Of all events in a Region those of the cluster `id` and of its instances, newest first.
fn of_cluster(id: &str, cluster: &ClusterState, all: &[DbEvent]) -> Vec<DbEvent> {
    let is_ours = |event: &&DbEvent| {
        let mut instances = cluster.instances.iter();
        event.source == id || instances.any(|instance| instance.id == event.source)
    };
    let mut events: Vec<DbEvent> = all.iter().filter(is_ours).cloned().collect();
    events.sort_by_key(|event| std::cmp::Reverse(event.at));
    events
}

async fn proxies(poller: Arc<Poller>, region: Region) -> Fold {
    let Some(id) = member_of(&poller, &region).await else {
        return nothing();
    };
    let rds = poller.session.rds(&region);
    let said = poller
        .ask("rds:DescribeDBProxies", &region, rds.proxies(&id))
        .await;
    into_cluster(region, id, move |cluster| said.renew(&mut cluster.proxies))
}

fn into_cluster(
    region: Region,
    id: String,
    renew: impl FnOnce(&mut Cluster) + Send + 'static,
) -> Fold {
    Box::new(move |picture: &mut Picture| renew(picture.cluster(region, id)))
}
