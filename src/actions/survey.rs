//! What planning must be told first, because it is not part of the fleet's picture: a certificate, or the
//! stacks that are there. Planning itself asks nobody.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use super::offers::{Offers, offers, template};
use super::quotas::{Room, room};
use super::unlearned::Unlearned;
use super::{CodeFrom, names};
use gwctl_aws::{AwsError, ErrorKind, Session};
use gwctl_fleet::{
    DeployedCode, FLEET_TAG, FleetSpec, FunctionName, Region, SiteSpec, StackDescription,
};
use gwctl_stacks::{Kind, Parameters};

/// What is known of the stacks and Regions a fleet is built from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Survey {
    /// The stacks that are there, by `REGION/STACK`.
    pub stacks: BTreeMap<String, KnownStack>,
    /// What could not be asked, or must not be used, and why.
    pub closed: BTreeMap<Region, String>,
    /// What the account may have.
    #[serde(default)]
    pub room: BTreeMap<Region, Room>,
    /// What RDS offers, in the Regions that are to be built in.
    #[serde(default)]
    pub offers: BTreeMap<Region, Offers>,
    /// Clusters that have the name of one that is to be built.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub clusters: BTreeMap<Region, Result<Namesake, Unlearned>>,
    /// The code that a new Region's handler is to run, where it is another Region's.
    #[serde(default)]
    pub code: Option<SourceCode>,
    /// Records that stand in the way of a Region that is to be let in step by step, by name and set identifier.
    #[serde(default)]
    pub leftover: Vec<String>,
    /// Texts of the fleet's own templates. Large, and named by their digest in every step.
    #[serde(skip)]
    pub templates: BTreeMap<Kind, Result<String, Unlearned>>,
}

/// A cluster that is there under a name that a new one is to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namesake {
    /// Whether RDS manages its password.
    pub managed_password: bool,
}

/// What a function runs, and where it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceCode {
    pub region: Region,
    pub function: String,
    /// Its code; or why it is not known.
    pub deployed: Result<DeployedCode, Unlearned>,
}

/// A stack that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownStack {
    /// Its ARN.
    pub id: String,
    /// CloudFormation's word.
    pub status: String,
    pub parameters: Parameters,
    pub outputs: BTreeMap<String, String>,
    /// Whether gwctl's tags say that it is this fleet's.
    pub ours: bool,
}

impl SourceCode {
    /// Some package, for those who ask only what copying it would call.
    pub(super) fn unseen(from: &CodeFrom) -> Self {
        Self {
            region: from.region.clone(),
            function: from.function.clone().unwrap_or_default(),
            deployed: Ok(DeployedCode::unseen()),
        }
    }
}

impl Survey {
    /// Where the stack `name` is, in whichever Region.
    pub(super) fn home(&self, name: &str) -> Option<Region> {
        let places = self.stacks.keys().filter_map(|key| key.split_once('/'));
        let mut homes = places.filter(|(_, stack)| *stack == name);
        Region::new(homes.next()?.0).ok()
    }

    fn take_in(&mut self, fleet: &str, region: &Region, stacks: Vec<StackDescription>) {
        for stack in stacks {
            let ours = stack.tags.get(FLEET_TAG).is_some_and(|tag| tag == fleet);
            let known = KnownStack {
                id: stack.id,
                status: stack.status,
                parameters: stack.parameters,
                outputs: stack.outputs,
                ours,
            };
            self.stacks
                .insert(format!("{region}/{}", stack.name), known);
        }
    }

    /// Where the fleet's own stacks say that their Regions' switches are.
    fn homes(&self) -> BTreeSet<Region> {
        let ours = self.stacks.values().filter(|stack| stack.ours);
        ours.filter_map(|stack| Region::new(stack.parameters.get("SwitchRegion")?).ok())
            .collect()
    }

    /// The stack `name` in `region`, where there is one.
    pub(super) fn stack(&self, region: &Region, name: &str) -> Option<&KnownStack> {
        self.stacks.get(&format!("{region}/{name}"))
    }
}

/// Asks AWS what planning must be told.
pub(crate) struct Surveyor<'a> {
    fleet: &'a str,
    spec: &'a FleetSpec,
    session: &'a Session,
    regions: BTreeSet<Region>,
}

impl<'a> Surveyor<'a> {
    /// Of the fleet, in its Regions, in those of its switches, in us-east-1, and in `region`.
    pub fn of(
        fleet: &'a str,
        spec: &'a FleetSpec,
        session: &'a Session,
        region: Option<&Region>,
    ) -> Self {
        let switches = spec.sites.iter().filter_map(|site| site.switch.as_ref());
        let switches = switches.map(|switch| switch.region.clone());
        let sites = spec.sites.iter().map(|site| site.region.clone());
        Self {
            fleet,
            spec,
            session,
            regions: sites
                .chain(region.cloned())
                .chain(switches)
                .chain([spec.home()])
                .collect(),
        }
    }

    /// The way to AWS.
    pub const fn session(&self) -> &Session {
        self.session
    }

    /// The fleet's configuration.
    pub const fn spec(&self) -> &'a FleetSpec {
        self.spec
    }

    /// The Region of the edge's functions.
    pub fn home(&self) -> Region {
        self.spec.home()
    }

    /// The fleet's distribution; empty where there is none.
    pub fn distribution(&self) -> &'a str {
        &self.spec.edge.distribution
    }

    /// The fleet in `region`, as it is configured.
    pub fn site(&self, region: &Region) -> Option<&'a SiteSpec> {
        self.spec.sites.iter().find(|site| &site.region == region)
    }

    /// The Regions that are configured with the function `name`.
    pub fn sites_with(&self, name: &str) -> Vec<Region> {
        let with = |site: &&SiteSpec| {
            let mut all = site.functions.iter();
            all.any(|one| FunctionName::of(one).name == name)
        };
        let sites = self.spec.sites.iter().filter(with);
        sites.map(|site| site.region.clone()).collect()
    }

    /// The Regions that the fleet is configured in.
    pub fn sites(&self) -> Vec<Region> {
        let sites = self.spec.sites.iter();
        sites.map(|site| site.region.clone()).collect()
    }

    /// The stacks that are there.
    pub async fn stacks(&self) -> Survey {
        self.take(None).await
    }

    /// The stacks that are there, and what building in `regions` depends on.
    pub async fn before_building(&self, regions: Vec<Region>) -> Survey {
        self.take(Some(regions)).await
    }

    async fn take(&self, builds: Option<Vec<Region>>) -> Survey {
        take(
            self.fleet,
            self.spec,
            self.session,
            self.regions.clone(),
            builds,
        )
        .await
    }

    /// The shares of a Region have a name of their own; a drain leaves its group there.
    pub async fn leftover(&self, region: &Region) -> Result<Vec<String>, AwsError> {
        let edge = &self.spec.edge;
        let name = names::group(self.spec, region);
        let route53 = self.session.route53();
        let sets = route53.record_sets(&edge.hosted_zone, &name).await?;
        Ok(sets
            .into_iter()
            .map(|set| format!("{} {}", set.name, set.set_identifier.unwrap_or_default()))
            .collect())
    }

    /// The code that runs where `from` says.
    pub async fn code(&self, from: &CodeFrom) -> SourceCode {
        let code = |function: &str, deployed| SourceCode {
            region: from.region.clone(),
            function: function.into(),
            deployed,
        };
        match function_of(self.spec, from) {
            Err(why) => code("", Err(why)),
            Ok(function) => {
                let lambda = self.session.lambda(&from.region);
                let deployed = lambda.deployed(&function).await;
                code(&function, deployed.map_err(Unlearned::from))
            }
        }
    }
}

/// Which function is meant: the one that is named, or the only one.
fn function_of(spec: &FleetSpec, from: &CodeFrom) -> Result<String, Unlearned> {
    let region = &from.region;
    let site = spec.sites.iter().find(|site| &site.region == region);
    let site = site.ok_or_else(|| Unlearned::NotThere(region.clone()))?;
    if let Some(named) = &from.function {
        return Ok(named.clone());
    }
    match site.functions.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Unlearned::NoFunction(region.clone())),
        several => Err(Unlearned::Functions {
            region: region.clone(),
            functions: several.to_vec(),
        }),
    }
}

/// Asks every Region side by side: one that does not answer closes nothing but itself. Who `builds` in some
/// must know of quotas too, and of what RDS offers there.
async fn take(
    fleet: &str,
    spec: &FleetSpec,
    session: &Session,
    regions: BTreeSet<Region>,
    builds: Option<Vec<Region>>,
) -> Survey {
    let mut survey = Survey {
        templates: templates(spec),
        ..Survey::default()
    };
    let own = survey.templates.get(&Kind::Region);
    if let (Some(regions), Some(template)) = (&builds, template(own)) {
        survey.offers = offers(spec, session, &template, regions).await;
        survey.clusters = namesakes(fleet, session, regions).await;
    }
    let mut asked: BTreeSet<Region> = BTreeSet::new();
    let mut next = regions;
    while !next.is_empty() {
        let looks = next.iter().map(async |region| {
            let formation = session.cloudformation(region);
            let stacks = formation.formations().await;
            let room = match &stacks {
                Ok(stacks) if builds.is_some() => Some(room(session, region, stacks.len()).await),
                _ => None,
            };
            (region.clone(), stacks, room)
        });
        for (region, stacks, room) in join_all(looks).await {
            survey.room.extend(room.map(|room| (region.clone(), room)));
            match stacks {
                Err(error) => {
                    survey.closed.insert(region, closed(&error));
                }
                Ok(stacks) => survey.take_in(fleet, &region, stacks),
            }
        }
        asked.append(&mut next);
        // A switch may be in a Region that the fleet is not in.
        next = survey.homes().difference(&asked).cloned().collect();
    }
    survey
}

/// Clusters of the names that gwctl's own template gives in `regions`; none where there is no such cluster.
async fn namesakes(
    fleet: &str,
    session: &Session,
    regions: &[Region],
) -> BTreeMap<Region, Result<Namesake, Unlearned>> {
    let asked = regions.iter().map(async |region| {
        let name = names::cluster(fleet, region);
        let known = Box::pin(session.rds(region).cluster(&name)).await;
        let found = match known {
            Ok(state) => Ok(Namesake {
                managed_password: state.managed_password,
            }),
            Err(error) if error.kind == ErrorKind::NotFound => return None,
            Err(error) => Err(Unlearned::from(error)),
        };
        Some((region.clone(), found))
    });
    join_all(asked).await.into_iter().flatten().collect()
}

/// The texts of templates of one's own.
fn templates(spec: &FleetSpec) -> BTreeMap<Kind, Result<String, Unlearned>> {
    let own = Kind::ALL.into_iter().filter_map(|kind| {
        let path = spec.build.templates.get(kind.word())?;
        let text = gwctl_files::read_to_string(std::path::Path::new(path));
        let unreadable = |error: std::io::Error| Unlearned::Unreadable {
            path: path.clone(),
            cause: error.to_string(),
        };
        Some((kind, text.map_err(unreadable)))
    });
    own.collect()
}

fn closed(error: &AwsError) -> String {
    match error.kind {
        ErrorKind::RegionNotEnabled => {
            "the Region must be enabled for the account first (account:EnableRegion); that takes minutes to hours".into()
        }
        _ => error.to_string(),
    }
}
