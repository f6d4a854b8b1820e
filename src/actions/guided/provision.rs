//! The fleet in one more Region (aws-facts §6).

use serde::{Deserialize, Serialize};

use super::action::{Action, Built, LookUp, Opening, Takes};
use super::admission;
use super::architecture::{Architecture, Traffic, home};
use super::building::{self, Site, admitted, green, id, unbuilt, up_to_green};
use super::database_user::{Preparation, serves_after_it};
use super::{code, orderable, password, preconditions, quotas};
use crate::arguments::{ArgumentError, Regions, seconds};
use crate::check::{Check, Finding};
use crate::draft::{Draft, PlanContext};
use crate::policy::purpose::Purpose;
use crate::rehearsal::{Places, Rehearsal};
use crate::survey::Surveyor;
use crate::task::AwaitRequests;
use crate::{CodeFrom, Refused, SourceCode, Step, Survey, Task, names};
use gwctl_aws::AwsError;
use gwctl_fleet::assumptions::Means;
use gwctl_fleet::{Partition, Region, Snapshot, Topology};

/// Members of a global database (aws-facts §2.1).
const MEMBERS: usize = 11;

/// Build the fleet in one more Region, and send it traffic last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provision {
    pub region: Region,
    /// Whose deployed code its handler runs; none takes what the configuration says.
    #[serde(default)]
    pub code_from: Option<CodeFrom>,
    /// Over how long its share of the traffic rises, in seconds; none lets all in at once.
    #[serde(default)]
    pub over_s: Option<u64>,
    /// What is there already; looked up before planning.
    #[serde(default)]
    pub found: Option<Survey>,
}

impl Provision {
    /// In `region`, with the configured code, and with all of its traffic let in at once.
    pub const fn of(region: Region) -> Self {
        Self {
            region,
            code_from: None,
            over_s: None,
            found: None,
        }
    }
}

impl Action for Provision {
    const NAME: &'static str = "provision";
    const ABOUT: &'static str = "Build the fleet in one more Region, and send it traffic last";
    const MENU: &'static str = "Build the fleet in one more Region";
    const ARGUMENTS: &'static str = "REGION [over TIME] [code-from REGION[/FUNCTION]]";
    const EXAMPLE: &'static str = "eu-central-1 over 30m code-from eu-west-1";
    const TAKES: Takes = Takes::NewRegion;
    const PURPOSE: Purpose = Purpose::Provision;
    const RELIES_ON: &'static [&'static [Means]] = &[
        &[Means::Records, Means::Traffic, Means::Code],
        building::MEANS,
    ];

    /// Nothing, `over 30m`, `code-from eu-west-1`, both.
    fn parse(words: &[&str], regions: &dyn Regions) -> Result<Self, ArgumentError> {
        let [region, rest @ ..] = words else {
            return Err(Self::usage());
        };
        let mut provision = Self::of(regions.new_to_fleet(region)?);
        for pair in rest.chunks(2) {
            match pair {
                ["over", time] => provision.over_s = Some(seconds(time)?),
                ["code-from", from] => provision.code_from = Some(from.parse()?),
                other => {
                    let word = other.first().copied().unwrap_or_default();
                    let why = format!(
                        "`{word}` is not accepted here, but `over TIME` and `code-from REGION` are"
                    );
                    return Err(ArgumentError::Word(why));
                }
            }
        }
        Ok(provision)
    }

    fn region(&self) -> Option<&Region> {
        Some(&self.region)
    }

    fn built(&self) -> Option<Built<'_>> {
        Some(Built::With(&self.region))
    }

    fn opening(unbuilt: bool) -> Opening<Self> {
        if unbuilt {
            Opening::None
        } else {
            Opening::Typed("Enter asks for the Region: Tab completes those without the fleet")
        }
    }

    fn look_up(&self) -> Option<LookUp> {
        self.found.is_none().then_some(LookUp::Stacks)
    }

    async fn looked_up(self, surveyor: &Surveyor<'_>) -> Result<Self, AwsError> {
        let mut found = surveyor.before_building(vec![self.region.clone()]).await;
        if self.over_s.is_some() {
            found.leftover = surveyor.leftover(&self.region).await?;
        }
        if let Some(from) = &self.code_from {
            found.code = Some(surveyor.code(from).await);
        }
        Ok(Self {
            found: Some(found),
            ..self
        })
    }

    fn on_bare_ground(self) -> Self {
        Self {
            found: Some(Survey {
                code: self.code_from.as_ref().map(SourceCode::unseen),
                ..Survey::default()
            }),
            ..self
        }
    }

    /// Nothing: which Region, only the operator can say.
    fn offers(_: &Snapshot, _: &Region) -> Vec<Self> {
        Vec::new()
    }

    /// A Region the fleet is not in: at once with the configured code, and step by step with another Region's.
    fn rehearsals(places: &Places) -> Vec<Rehearsal<Self>> {
        let at_once = Self::of(places.free.clone());
        let step_by_step = Self {
            code_from: Some(CodeFrom {
                region: places.writer.clone(),
                function: places.function.clone(),
            }),
            over_s: Some(240),
            ..at_once.clone()
        };
        vec![
            Rehearsal::calm("provision", at_once),
            Rehearsal::calm("provision-step-by-step", step_by_step),
        ]
    }

    fn plan(&self, context: &PlanContext<'_>) -> Result<Draft, Refused> {
        let Self {
            region,
            over_s,
            found,
            ..
        } = self;
        if context.snapshot.site(region).is_some() {
            return Err(Refused::new(format!("the fleet is in {region} already")));
        }
        let all = Architecture::new(context, found.as_ref())?;
        let sites = || all.sites().iter().map(|site| &site.region);
        code::must_be_known(&all)?;
        let home = home(region, sites()).ok_or_else(|| {
            Refused::new("the fleet has no other Region, where the evacuation switch could be")
                .instead("`gwctl up` builds a first fleet of two Regions or more.")
        })?;
        let site = Site {
            region,
            home: &home,
            primary: false,
        };
        let mut plan = Draft::new(
            format!("Build the fleet in {region}, and send it traffic last"),
            region.as_str(),
        );
        plan.checks = checks(&all, region, &site);
        let preparation = preparation(&all, &site);
        plan.checks.extend(preparation.check());
        plan.notes.extend(preparation.note());
        plan.steps.extend(preparation.step(&all, None));
        plan.steps.extend(up_to_green(&all, &site, &[])?);
        let mut before_record = vec![];
        let mut regions: Vec<Region> = sites().cloned().collect();
        regions.push(region.clone());
        let edge = all.edge(&regions);
        match all.look(&edge)?.filter(|stack| stack.ours) {
            Some(known) => {
                let step = all.build(
                    "edge",
                    format!("Add {region} to the router"),
                    &edge,
                    Some(&known.parameters),
                )?;
                plan.steps.push(step.after([id("region", region)]));
                before_record.push("edge".to_owned());
                let mut back = all.build(
                    "undo.edge",
                    format!("Remove {region} from router"),
                    &super::architecture::Wanted {
                        parameters: known.parameters.clone(),
                        ..edge.clone()
                    },
                    Some(&edge.parameters),
                )?;
                back.undoes = Some("edge".into());
                plan.inverse.push(back);
            }
            None => plan.notes.push(format!(
                "There is no edge stack of gwctl's ({}): if the router keeps a list of Regions, add {region} to it.",
                edge.stack
            )),
        }
        let built = if let Some(over_s) = over_s {
            before_record.extend(green(&all, region));
            plan.steps.extend(admission::step_by_step(
                &all,
                &site,
                *over_s,
                &before_record,
            )?);
            plan.checks.push(admission::free_of_records(&all));
            plan.notes.push(admission::note(region, *over_s));
            admission::at_most(&all, &site)?
        } else {
            plan.steps.push(admitted(&all, &site)?.after(before_record));
            all.region(region, &home, false, Traffic::Admitted)
        };
        let requests = Task::AwaitRequests(AwaitRequests {
            region: region.clone(),
            stack: names::region(context.fleet, context.spec, region),
        });
        plan.steps.push(
            Step::new(
                id("requests", region),
                format!("{region} serves clients"),
                requests,
                context.snapshot,
            )
            .after([id("admitted", region)]),
        );
        serves_after_it(&mut plan.steps);
        plan.checks.extend(quotas::checks(&all, &plan.steps));
        plan.inverse.extend(unbuilt(&all, &site, &built)?);
        let class = built.parameters.get("DBInstanceClass").cloned();
        plan.notes.extend(notes(context, class.as_deref()));
        Ok(plan)
    }
}

/// What becomes of the database; where its writer is not known, the check of the database stops the plan.
fn preparation(all: &Architecture<'_>, site: &Site<'_>) -> Preparation {
    let topology = all.context.snapshot.database.topology.last();
    let Some(writer) = topology.and_then(Topology::writer) else {
        return Preparation::None;
    };
    let wanted = all.region(site.region, site.home, site.primary, Traffic::None);
    Preparation::of(all, &wanted, (&writer.region, &writer.cluster))
}

fn checks(all: &Architecture<'_>, region: &Region, site: &Site<'_>) -> Vec<Check> {
    let context = all.context;
    let mut checks = vec![
        known_place(region, context.snapshot.partition()),
        open(all.survey, region),
        free_names(all, region, site),
    ];
    checks.extend(quotas::serving(all, region));
    let topology = context.snapshot.database.topology.last();
    checks.push(match topology {
        None => Check::new(
            "database",
            Finding::Fail,
            "the global database could not be read",
        ),
        Some(topology) => Check::of(
            "database",
            topology.status == "available" && topology.members.len() < MEMBERS,
            format!(
                "the global cluster is available and has {} members",
                topology.members.len()
            ),
            Finding::Fail,
            format!(
                "the global cluster is {} and has {} of {MEMBERS} members",
                topology.status,
                topology.members.len()
            ),
        ),
    });
    checks.extend(topology.and_then(|topology| vacant(topology, region)));
    checks.extend(password::not_managed(all));
    checks.extend(password::free(all, region));
    let wanted = all.region(region, site.home, site.primary, Traffic::None);
    checks.extend(orderable::checks(all, &wanted));
    checks.extend(code::checks(all, &wanted));
    checks.extend(code::takes_writes(all, &wanted));
    checks.extend(preconditions::fresh(context.snapshot));
    checks
}

/// A global database has one member in a Region at most (aws-facts §2.1).
fn vacant(topology: &Topology, region: &Region) -> Option<Check> {
    let member = topology.member(region)?;
    let text = format!(
        "the global cluster has a member in {region} already, {}, and takes one a Region: remove it first, or build the API there with your own pipeline",
        member.cluster
    );
    Some(Check::new("member", Finding::Fail, text))
}

pub(super) fn known_place(region: &Region, fleet: Partition) -> Check {
    if Partition::of(region) != fleet {
        let text = format!(
            "{region} is in the partition {} and the fleet is in {}: credentials are good in one partition alone",
            Partition::of(region).name(),
            fleet.name()
        );
        return Check::new("region", Finding::Fail, text);
    }
    Check::of(
        "region",
        region.place().is_some(),
        "the Region is one of AWS's",
        Finding::Fail,
        format!("gwctl does not know {region}: a latency record may not be possible there"),
    )
}

pub(super) fn open(survey: &Survey, region: &Region) -> Check {
    match survey.closed.get(region) {
        None => Check::pass("open", format!("CloudFormation answers in {region}")),
        Some(why) => Check::new("open", Finding::Fail, format!("{region}: {why}")),
    }
}

/// A stack that is there already is somebody's: it is not built over.
fn free_names(all: &Architecture<'_>, region: &Region, site: &Site<'_>) -> Check {
    let wanted = [
        all.region(region, site.home, false, super::architecture::Traffic::None),
        all.switch(region, site.home),
    ];
    taken(all, &wanted)
}

pub(super) fn taken(all: &Architecture<'_>, wanted: &[super::architecture::Wanted]) -> Check {
    let taken: Vec<String> = wanted
        .iter()
        .filter_map(|one| {
            let known = all.known(one)?;
            // Left behind by a change set that was never carried out.
            (known.status != "REVIEW_IN_PROGRESS")
                .then(|| format!("{} in {} is {}", one.stack, one.region, known.status))
        })
        .collect();
    let mut unknown = wanted.iter().filter(|one| all.known(one).is_none());
    let hidden = unknown.find_map(|one| all.hidden(one));
    if let (true, Some(why)) = (taken.is_empty(), hidden) {
        let text = format!("it is not known whether stacks of these names exist: {why}");
        return Check::new("names", Finding::Fail, text);
    }
    Check::of(
        "names",
        taken.is_empty(),
        "no stack of these names exists",
        Finding::Fail,
        format!(
            "{}: go on with the run that made it, or delete it first",
            taken.join("; ")
        ),
    )
}

/// Requests that Route 53's checkers send for one check at 10 s, from all its checker Regions, in a minute and
/// in 30 days (aws-facts §20.2).
const CHECKS_A_MINUTE: u64 = 90;
const CHECKS_A_MONTH: u64 = CHECKS_A_MINUTE * 60 * 24 * 30;

/// Clients that are easily forgotten; what they send with a template of one's own is not known.
fn checkers(context: &PlanContext<'_>) -> String {
    if context.spec.build.templates.contains_key("region") {
        return String::new();
    }
    format!(
        " The health checkers alone ask each Region about {:.1} million times a month, and API Gateway and Lambda charge for each.",
        CHECKS_A_MONTH as f64 / 1e6
    )
}

/// What provisioning is, costs and is not.
pub(super) fn notes(context: &PlanContext<'_>, class: Option<&str>) -> Vec<String> {
    let build = &context.spec.build;
    let of = |name: &str, default: &str| {
        build
            .region
            .get(name)
            .cloned()
            .unwrap_or_else(|| default.into())
    };
    vec![
        "Do not provision during an outage: it needs Route 53's and API Gateway's control planes in us-east-1.".into(),
        format!(
            "Monthly costs come from {} × {} and their storage, Lambda and API Gateway by use, the KMS key, three health checks (one with latency, at 10 s).{}",
            of("DBInstanceCount", "2"),
            class.map_or_else(|| of("DBInstanceClass", "db.r6g.large"), Into::into),
            checkers(context),
        ),
        "Tables, users and everything else inside the database replicate; the handler's database user signs in with IAM.".into(),
    ]
}
