//! What planning must be told of a function that is to be rolled back: what runs, what was published before, how its
//! API calls it, what the other Regions run, and who deployed. Asked for side by side; what is not answered is kept as
//! such.

use std::collections::BTreeMap;

use futures_util::future::{join, join_all};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::choice::{Way, choose};
use crate::Unlearned;
use crate::survey::Surveyor;
use gwctl_aws::{AwsError, ErrorKind, Session};
use gwctl_fleet::{
    DeployedCode, EventOutcome, FunctionAlias, FunctionName, FunctionVersion, InvokedAs, LATEST,
    Region, TrailRecord,
};

/// Published versions that a plan keeps, the newest.
const KEPT: usize = 50;
/// A call's record and the moment that Lambda tells are of the same change this far apart.
const SAME: SignedDuration = SignedDuration::from_mins(2);

/// What is known of a function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FunctionFacts {
    /// How the Region's API calls it; empty where it does not.
    pub invoked: Result<Vec<InvokedAs>, Unlearned>,
    /// The alias in question, where there is one.
    pub alias: Option<Result<FunctionAlias, Unlearned>>,
    /// `$LATEST`.
    pub latest: Result<FunctionVersion, Unlearned>,
    /// Published versions, the newest first.
    pub published: Result<Vec<FunctionVersion>, Unlearned>,
    /// The version to go back to, asked for by itself.
    pub earlier: Option<Result<FunctionVersion, Unlearned>>,
    /// What the other Regions run.
    pub elsewhere: BTreeMap<Region, Result<FunctionVersion, Unlearned>>,
    /// Who changed it, the newest first.
    pub deployed: Result<Vec<Deployment>, Unlearned>,
}

/// A change of a function that CloudTrail tells of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    pub at: Timestamp,
    /// Who; none where the record does not tell.
    pub who: Option<String>,
    /// The API's name of the call.
    pub call: String,
}

impl FunctionFacts {
    /// Asks for all of it; `to` is the version that the operator wants, where they said so.
    pub(super) async fn of(
        surveyor: &Surveyor<'_>,
        what: &str,
        region: &Region,
        to: Option<&str>,
    ) -> Self {
        let session = surveyor.session();
        let name = FunctionName::of(what).name;
        let lambda = session.lambda(region);
        let (latest, published) = join(
            Box::pin(lambda.version(name, None)),
            Box::pin(lambda.published(name)),
        )
        .await;
        let invoked = invoked(surveyor, name, region).await;
        let mut facts = Self {
            invoked,
            alias: None,
            latest: latest.map_err(Unlearned::from),
            published: published.map_err(Unlearned::from),
            earlier: None,
            elsewhere: BTreeMap::new(),
            deployed: Ok(Vec::new()),
        };
        let alias = facts.alias_of(what);
        if let Some(alias) = &alias {
            let found = Box::pin(lambda.alias(name, alias)).await;
            facts.alias = Some(found.map_err(Unlearned::from));
        }
        let (elsewhere, deployed) = join(
            elsewhere(surveyor, name, alias.as_deref(), region),
            deployed(session, name, alias.is_some(), region),
        )
        .await;
        facts.elsewhere = elsewhere;
        facts.deployed = deployed.map_err(Unlearned::from);
        let wanted = choose(&facts, what, to).map(|choice| choice.earlier.version.clone());
        if let Ok(wanted) = wanted {
            let found = Box::pin(lambda.version(name, Some(&wanted))).await;
            facts.earlier = Some(found.map_err(Unlearned::from));
        }
        facts.keep_few(to);
        facts
    }

    /// The alias that is meant: the one that is named, or the one the API calls it by.
    fn alias_of(&self, what: &str) -> Option<String> {
        match Way::named(self, what) {
            Ok(Way::Alias(alias)) => Some(alias),
            Ok(Way::Latest) | Err(_) => None,
        }
    }

    /// A plan holds them, and a function may have hundreds.
    fn keep_few(&mut self, to: Option<&str>) {
        let alias = self.alias.as_ref().and_then(|alias| alias.as_ref().ok());
        let needed = |one: &FunctionVersion| {
            let leads = alias.is_some_and(|alias| {
                alias.version == one.version || alias.shared.contains_key(&one.version)
            });
            leads || to == Some(one.version.as_str())
        };
        if let Ok(published) = &mut self.published {
            let mut count = 0;
            published.retain(|one| {
                count += 1;
                count <= KEPT || needed(one)
            });
        }
    }

    /// Some versions, for those who ask only what rolling back would call: by an alias where `what` names one.
    pub(super) fn unseen(what: &str) -> Self {
        let named = FunctionName::of(what);
        Self {
            invoked: Ok(vec![InvokedAs {
                function: named.name.into(),
                qualifier: named.qualifier.map(Into::into),
            }]),
            alias: named.qualifier.map(|_| {
                Ok(FunctionAlias {
                    version: "2".into(),
                    shared: BTreeMap::new(),
                    revision: Some(String::new()),
                })
            }),
            latest: Ok(version(LATEST, "later")),
            published: Ok(vec![version("2", "later"), version("1", "earlier")]),
            earlier: Some(Ok(version("1", "earlier"))),
            elsewhere: BTreeMap::new(),
            deployed: Ok(Vec::new()),
        }
    }
}

/// Some version.
pub(super) fn version(version: &str, sha256: &str) -> FunctionVersion {
    FunctionVersion {
        version: version.into(),
        code: DeployedCode {
            sha256: sha256.into(),
            ..DeployedCode::unseen()
        },
        revision: Some(String::new()),
        state: "Active".into(),
        update: "Successful".into(),
        modified: None,
    }
}

/// Who made the change that Lambda dates at `at`; none where CloudTrail does not tell.
pub(super) fn by(
    deployed: &Result<Vec<Deployment>, Unlearned>,
    at: Timestamp,
) -> Option<&Deployment> {
    let near = |one: &&Deployment| one.at.duration_since(at).abs() <= SAME;
    deployed.as_ref().ok()?.iter().find(near)
}

/// How the API of `region` calls the function `name`.
async fn invoked(
    surveyor: &Surveyor<'_>,
    name: &str,
    region: &Region,
) -> Result<Vec<InvokedAs>, Unlearned> {
    let api = surveyor.site(region).map(|site| site.api.as_str());
    let api = api.filter(|api| !api.is_empty());
    let api = api.ok_or_else(|| Unlearned::NotThere(region.clone()))?;
    let gateway = surveyor.session().apigateway(region);
    let mut all = Box::pin(gateway.invoked(api)).await?;
    all.retain(|one| one.function == name);
    Ok(all)
}

/// What runs in the fleet's other Regions under the same name.
async fn elsewhere(
    surveyor: &Surveyor<'_>,
    name: &str,
    alias: Option<&str>,
    region: &Region,
) -> BTreeMap<Region, Result<FunctionVersion, Unlearned>> {
    let others = surveyor.sites_with(name).into_iter();
    let asked = others.filter(|other| other != region).map(async |other| {
        let lambda = surveyor.session().lambda(&other);
        let found = Box::pin(lambda.version(name, alias)).await;
        (other, found)
    });
    join_all(asked)
        .await
        .into_iter()
        // Where there is no such function there is nothing to compare with.
        .filter(|(_, found)| {
            let missing = |error: &AwsError| error.kind == ErrorKind::NotFound;
            !found.as_ref().is_err_and(missing)
        })
        .map(|(other, found)| (other, found.map_err(Unlearned::from)))
        .collect()
}

/// Who changed the function, by CloudTrail: two questions, which is what a second allows (aws-facts §14.2).
pub(super) async fn deployed(
    session: &Session,
    name: &str,
    by_alias: bool,
    region: &Region,
) -> Result<Vec<Deployment>, AwsError> {
    let trail = session.cloudtrail(region);
    let published = if by_alias {
        "UpdateAlias20150331"
    } else {
        "PublishVersion20150331"
    };
    let mut all = Vec::new();
    for event in ["UpdateFunctionCode20150331v2", published] {
        let page = Box::pin(trail.named(event)).await?;
        all.extend(page.records.iter().filter_map(|one| of(one, name)));
    }
    all.sort_by_key(|one: &Deployment| std::cmp::Reverse(one.at));
    Ok(all)
}

fn of(record: &TrailRecord, name: &str) -> Option<Deployment> {
    let mut names = record.values("functionName").into_iter();
    let ours = names.any(|told| FunctionName::of(told).name == name);
    (ours && record.outcome == EventOutcome::Done).then(|| Deployment {
        at: record.at,
        who: record.actor.as_ref().map(gwctl_fleet::Actor::said),
        call: record.operation().to_owned(),
    })
}
