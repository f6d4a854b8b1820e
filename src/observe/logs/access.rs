//! Where the APIs write their access logs, and what they hold.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use tokio::sync::mpsc::UnboundedSender;

use super::places::Place;
use super::{AccessLogs, Came, LogKind, LogReader, LogsAsked, Taken, lock, missing};
use gwctl_aws::ErrorKind;
use gwctl_fleet::logs::AccessLog;
use gwctl_fleet::{Account, ApiKind, Region, SiteSpec};

/// Who writes an access log.
const ACCESS: &str = "access log";

impl LogReader {
    /// The log groups of all APIs' access logs, as far as they can be asked for.
    pub async fn access_groups(&self) -> BTreeSet<(Region, String)> {
        let sites = self.spec.sites.iter();
        let found = join_all(sites.map(|site| self.access_log(site))).await;
        let places = found.iter().flat_map(AccessLogs::groups);
        let groups = places.filter_map(|place| Some((place.region, place.group.ok()??)));
        groups.collect()
    }

    /// The access logs of an API.
    pub(super) async fn read_access(
        &self,
        site: &SiteSpec,
        asked: &LogsAsked,
        taken: &Taken,
        came: &UnboundedSender<Came>,
    ) {
        let found = self.access_log(site).await;
        let places = found.groups();
        let _ = came.send(Came::Access(found));
        self.read_places(places, asked, taken, came).await;
    }

    pub(super) async fn access_log(&self, site: &SiteSpec) -> AccessLogs {
        let known = lock(&self.known.access).get(&site.region).cloned();
        if let Some(known) = known {
            return AccessLogs {
                region: site.region.clone(),
                places: Ok(known),
            };
        }
        let api = self.session.apigateway(&site.region);
        let stage = site.stage.as_deref();
        let http = api.access_logs(&site.api, ApiKind::Http, stage).await;
        let places = match http {
            Err(error) if error.kind == ErrorKind::NotFound => {
                api.access_logs(&site.api, ApiKind::Rest, stage).await
            }
            answer => answer,
        };
        if let Ok(places) = &places {
            lock(&self.known.access).insert(site.region.clone(), places.clone());
        }
        AccessLogs {
            region: site.region.clone(),
            places: places.map_err(missing),
        }
    }
}

impl AccessLogs {
    /// The log groups among its places.
    pub(super) fn groups(&self) -> Vec<Place> {
        let places = self.places.iter().flatten();
        let groups = places.filter_map(|setting| match &setting.to {
            AccessLog::Group(name) => Some(Place {
                region: self.region.clone(),
                source: ACCESS.to_owned(),
                account: Account::Workload,
                kind: LogKind::Access(setting.format.clone()),
                group: Ok(Some(name.clone())),
            }),
            AccessLog::Firehose(_) | AccessLog::Other(_) => None,
        });
        groups.collect()
    }

    /// Where the API writes its access log, where that cannot be read; nothing where it can, or it writes none.
    pub(super) fn note(&self) -> Option<String> {
        let region = &self.region;
        let places = match &self.places {
            Ok(places) => places,
            Err(why) => {
                return Some(format!(
                    "{region}: where the API writes its access log: {why}"
                ));
            }
        };
        let told = places.iter().filter_map(|place| match &place.to {
            // It is read.
            AccessLog::Group(_) => None,
            AccessLog::Firehose(name) => Some(format!(
                "the Firehose stream {name}, where CloudWatch Logs cannot search"
            )),
            AccessLog::Other(arn) => Some(arn.clone()),
        });
        let told: Vec<String> = told.collect();
        (!told.is_empty()).then(|| {
            format!(
                "{region}: the API writes its access log to {}",
                told.join("; ")
            )
        })
    }
}
