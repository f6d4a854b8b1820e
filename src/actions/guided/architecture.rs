//! The stacks of a fleet: what each is called, where it is, and what its template is given.

use super::{buildable, code, orderable, strength};
use crate::draft::PlanContext;
use crate::task::{BuildStack, RemoveStack, TemplateSource, placeholder};
use crate::{Change, KnownStack, Refused, Step, Survey, Task, Unlearned, names};
use gwctl_fleet::{FLEET_TAG, ROLE_TAG, Region, SiteSpec};
use gwctl_stacks::{Action, Capability, Kind, Parameters, Part, Template, capabilities, family};
use gwctl_store::digest;

/// How far a Region takes part in routing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Traffic {
    None,
    Checked,
    Admitted,
}

impl Traffic {
    const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Checked => "checked",
            Self::Admitted => "admitted",
        }
    }
}

/// A stack as it is to be.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) kind: Kind,
    pub(super) stack: String,
    pub(super) region: Region,
    pub(super) parameters: Parameters,
}

/// The fleet's stacks, on what was surveyed.
pub(super) struct Architecture<'a> {
    pub(super) context: &'a PlanContext<'a>,
    pub(super) survey: &'a Survey,
    pub(super) account: String,
}

impl<'a> Architecture<'a> {
    pub(super) fn new(
        context: &'a PlanContext<'a>,
        survey: Option<&'a Survey>,
    ) -> Result<Self, Refused> {
        let survey = survey.ok_or_else(|| {
            Refused::new("gwctl did not look up which stacks exist: it cannot plan")
        })?;
        let account = context
            .snapshot
            .identity
            .last()
            .map(|identity| identity.account.clone())
            .ok_or_else(|| {
                Refused::new("the account is not known: STS did not return the caller")
                    .instead("`gwctl doctor` says what is wrong with the credentials.")
            })?;
        buildable::fits(context)?;
        Ok(Self {
            context,
            survey,
            account,
        })
    }

    pub(super) fn sites(&self) -> &'a [SiteSpec] {
        &self.context.spec.sites
    }

    /// As [`Self::known`], for what must not be guessed: a Region that could not be asked may have the stack.
    pub(super) fn look(&self, wanted: &Wanted) -> Result<Option<&'a KnownStack>, Refused> {
        if let Some(known) = self.known(wanted) {
            return Ok(Some(known));
        }
        match self.hidden(wanted) {
            None => Ok(None),
            Some(why) => Err(Refused::new(format!(
                "whether there is a stack {} is not known: {why}",
                wanted.stack
            ))
            .instead("Plan again when CloudFormation answers there.")),
        }
    }

    /// Why a stack that was not found may be there all the same.
    pub(super) fn hidden(&self, wanted: &Wanted) -> Option<String> {
        let closed = &self.survey.closed;
        // The global cluster's stack may be in any of the Regions.
        let anywhere = wanted.kind == Kind::Global;
        let mut here = closed
            .iter()
            .filter(|(region, _)| anywhere || **region == wanted.region);
        here.next()
            .map(|(region, why)| format!("{region} could not be asked ({why})"))
    }

    /// The stack that is there under this name.
    pub(super) fn known(&self, wanted: &Wanted) -> Option<&'a KnownStack> {
        self.survey.stack(&wanted.region, &wanted.stack)
    }

    /// The fleet's first Region, where the global cluster's stack is.
    fn first(&self) -> Region {
        let first = self.sites().first();
        first.map_or_else(Region::global, |site| site.region.clone())
    }

    pub(super) fn global(&self) -> Wanted {
        let spec = self.context.spec;
        let stack = names::global(self.context.fleet);
        // It stays where it was built, also when that Region is retired.
        let built = self.survey.home(&stack);
        let mut parameters = spec.build.global.clone();
        let version = self.version();
        parameters.extend(version.map(|version| ("EngineVersion".into(), version)));
        parameters.insert(
            "GlobalClusterIdentifier".into(),
            spec.global_cluster.clone(),
        );
        Wanted {
            kind: Kind::Global,
            stack,
            region: built.unwrap_or_else(|| self.first()),
            parameters,
        }
    }

    /// The switch of `evacuated`, in `home`.
    pub(super) fn switch(&self, evacuated: &Region, home: &Region) -> Wanted {
        let fleet = self.context.fleet;
        let parameters = [
            ("FleetName", fleet.to_owned()),
            ("EvacuatedRegion", evacuated.to_string()),
        ];
        Wanted {
            kind: Kind::Switch,
            stack: names::switch(fleet, evacuated),
            region: home.clone(),
            parameters: words(parameters),
        }
    }

    /// A Region's stack; `primary` is the one that creates the database.
    pub(super) fn region(
        &self,
        region: &Region,
        home: &Region,
        primary: bool,
        traffic: Traffic,
    ) -> Wanted {
        let (fleet, spec) = (self.context.fleet, self.context.spec);
        let build = &spec.build;
        let mut parameters = self.engine();
        parameters.extend(build.region.clone());
        if !primary {
            // A secondary inherits it; the secret is not in its Region.
            parameters.remove("MasterUserSecretArn");
        }
        parameters.extend(build.regions.get(region).cloned().unwrap_or_default());
        if !primary && !parameters.contains_key("DBInstanceClass") {
            parameters.extend(strength::as_the_writer(self.context));
        }
        // The range of a network of one's own is for whoever made it to say.
        if parameters.get("VpcId").is_none_or(String::is_empty) {
            let place = self.sites().iter().position(|site| &site.region == region);
            let range = gwctl_stacks::network(place.unwrap_or(self.sites().len()));
            parameters.entry("VpcCidr".into()).or_insert(range);
        }
        parameters.extend(words([
            ("FleetName", fleet.to_owned()),
            ("DomainName", spec.domain.clone()),
            ("HostedZoneId", spec.edge.hosted_zone.clone()),
            ("LatencyRecordName", spec.edge.latency_record.clone()),
            ("GlobalClusterIdentifier", spec.global_cluster.clone()),
            (
                "DatabaseRole",
                if primary { "primary" } else { "secondary" }.into(),
            ),
            ("HealthPath", spec.probe_path.clone()),
            ("SwitchAlarmName", names::alarm(fleet, region)),
            ("SwitchRegion", home.to_string()),
            ("Traffic", traffic.word().into()),
        ]));
        if let Some(source) = &self.survey.code
            && let Ok(code) = &source.deployed
        {
            code::instead(&mut parameters, code, &source.region, region);
        } else if code::is_reference(self, &parameters) {
            code::reference(self, &mut parameters);
        }
        if !build.templates.contains_key(Kind::Region.word()) {
            orderable::choose_zones(self, region, &mut parameters);
        }
        if traffic == Traffic::None {
            // A protected cluster would keep a creation that fails from being rolled back. It is protected
            // before anybody depends on it.
            parameters.insert("DeletionProtection".into(), "false".into());
        }
        Wanted {
            kind: Kind::Region,
            stack: names::region(fleet, spec, region),
            region: region.clone(),
            parameters,
        }
    }

    /// The engine is the global cluster's: as it runs, or as it is to be built.
    fn engine(&self) -> Parameters {
        let mut engine = Parameters::new();
        if let Some(topology) = self.context.snapshot.database.topology.last() {
            engine.insert("Engine".into(), topology.engine.name.clone());
            engine.insert("EngineVersion".into(), topology.engine.version.clone());
        } else {
            let build = &self.context.spec.build;
            let name = build.global.get("Engine").cloned();
            engine.extend(name.map(|name| ("Engine".into(), name)));
            let version = self.version();
            engine.extend(version.map(|version| ("EngineVersion".into(), version)));
        }
        let family = engine.get("EngineVersion").and_then(|version| {
            let name = engine
                .get("Engine")
                .map_or("aurora-postgresql", String::as_str);
            family(name, version)
        });
        engine.extend(family.map(|family| ("DBClusterParameterGroupFamily".into(), family)));
        engine
    }

    /// The version of a database that is to be built: the one that is pinned, or the newest minor one on offer.
    /// None where only the template knows.
    fn version(&self) -> Option<String> {
        let build = &self.context.spec.build;
        let given = |name: &str| build.global.get(name).or_else(|| build.region.get(name));
        if let Some(pinned) = given("EngineVersion") {
            return Some(pinned.clone());
        }
        let own = [Kind::Global, Kind::Region].map(Kind::word);
        if own.iter().any(|kind| build.templates.contains_key(*kind)) {
            return None;
        }
        let engine = given("Engine").map_or("aurora-postgresql", String::as_str);
        orderable::newest(self, engine)
    }

    /// Whether callers of the API sign: the router does, and so must whoever asks a Region by its own name.
    pub(super) fn signs(&self) -> bool {
        let by = self.context.spec.build.region.get("AuthorizationType");
        by.map(String::as_str) == Some("AWS_IAM")
    }

    /// The edge with these Regions.
    pub(super) fn edge(&self, regions: &[Region]) -> Wanted {
        let (fleet, spec) = (self.context.fleet, self.context.spec);
        let mut parameters = spec.build.edge.clone();
        let endpoints: Vec<String> = regions
            .iter()
            .map(|region| format!("{region}={}", names::endpoint(spec, region)))
            .collect();
        let apis: Vec<String> = regions.iter().map(|region| self.api(region)).collect();
        let fallback = regions.first().cloned().unwrap_or_else(Region::global);
        parameters.extend(words([
            ("FleetName", fleet.to_owned()),
            ("DomainName", spec.domain.clone()),
            ("HostedZoneId", spec.edge.hosted_zone.clone()),
            ("LatencyRecordName", spec.edge.latency_record.clone()),
            ("RouterRegions", endpoints.join(",")),
            ("FallbackRegion", fallback.to_string()),
            ("ApiArns", apis.join(",")),
            (
                "Authorization",
                if self.signs() { "iam" } else { "none" }.into(),
            ),
        ]));
        Wanted {
            kind: Kind::Edge,
            stack: names::edge(fleet),
            region: Region::global(),
            parameters,
        }
    }

    /// What the router may invoke in a Region.
    fn api(&self, region: &Region) -> String {
        let site = self.sites().iter().find(|site| &site.region == region);
        let id = site
            .map(|site| site.api.clone())
            .filter(|id| !id.is_empty());
        let stack = names::region(self.context.fleet, self.context.spec, region);
        let id = id.unwrap_or_else(|| placeholder(region, &stack, "ApiId"));
        format!("arn:aws:execute-api:{region}:{}:{id}/*", self.account)
    }

    /// The step that makes `wanted`, or changes what is there from `before`.
    pub(super) fn build(
        &self,
        id: &str,
        title: impl Into<String>,
        wanted: &Wanted,
        before: Option<&Parameters>,
    ) -> Result<Step, Refused> {
        let text = self.text(wanted.kind)?;
        let template = parse(wanted.kind, &text)?;
        stays_what_it_was(wanted, before)?;
        let parts = self.parts(wanted, &template, before, Some(&wanted.parameters))?;
        let capabilities = capabilities(&template);
        let change = Change::new(
            format!("stack {} in {}", wanted.stack, wanted.region),
            if before.is_some() { "as it is" } else { "none" },
            format!("{}{}", counted(&parts), acknowledged(&capabilities)),
        );
        let path = self.context.spec.build.templates.get(wanted.kind.word());
        let task = BuildStack {
            stack: wanted.stack.clone(),
            region: wanted.region.clone(),
            source: TemplateSource {
                kind: wanted.kind,
                path: path.cloned(),
                digest: digest(text.as_bytes()),
            },
            parameters: wanted.parameters.clone(),
            tags: words([
                (FLEET_TAG, self.context.fleet.to_owned()),
                (ROLE_TAG, wanted.kind.word().to_owned()),
            ]),
            change_set: self.change_set(id),
            new: before.is_none(),
            parts,
            role: self.context.spec.build.role.clone(),
            capabilities,
            if_there: false,
        };
        let step = Step::new(id, title, Task::BuildStack(task), self.context.snapshot);
        Ok(step.changes(change))
    }

    /// The step that deletes a stack as `parameters` made it.
    pub(super) fn remove(&self, id: &str, wanted: &Wanted) -> Result<Step, Refused> {
        let template = self.template(wanted.kind)?;
        let parts = self.parts(wanted, &template, Some(&wanted.parameters), None)?;
        let kept: Vec<String> = parts
            .iter()
            .filter_map(|part| Some(format!("{} ({})", part.id, part.kept.as_ref()?)))
            .collect();
        let after = if kept.is_empty() {
            "gone".to_owned()
        } else {
            format!("deleted; kept: {}", kept.join(", "))
        };
        let change = Change::new(
            format!("stack {} in {}", wanted.stack, wanted.region),
            match parts.len() {
                1 => "1 resource".to_owned(),
                n => format!("{n} resources"),
            },
            after,
        );
        let known = self.known(wanted);
        let task = RemoveStack {
            stack: wanted.stack.clone(),
            region: wanted.region.clone(),
            id: known.map(|stack| stack.id.clone()),
            parts: parts.len(),
            expected_s: if parts.len() > 5 { 600 } else { 30 },
        };
        let title = format!("Delete the stack {}", wanted.stack);
        let mut step = Step::new(id, title, Task::RemoveStack(task), self.context.snapshot);
        step.no_return = true;
        Ok(step.changes(change))
    }

    /// Of this plan and step alone: planning anew is another change set.
    fn change_set(&self, step: &str) -> String {
        let at = self.context.snapshot.at.strftime("%Y%m%d-%H%M%S");
        format!("gwctl-{at}-{}", step.replace('.', "-"))
    }

    /// The template that a stack is made of.
    pub(super) fn template(&self, kind: Kind) -> Result<Template, Refused> {
        parse(kind, &self.text(kind)?)
    }

    fn text(&self, kind: Kind) -> Result<String, Refused> {
        if !self.context.spec.build.templates.contains_key(kind.word()) {
            return Ok(kind.template());
        }
        let own = self.survey.templates.get(&kind).cloned();
        let own = own.unwrap_or(Err(Unlearned::NotRead));
        own.map_err(|why| Refused::new(format!("the fleet's own {kind} template: {why}")))
    }

    /// What the template for a Region gets for its parameter `name`: as configured, or its own default. None where
    /// it has no such parameter.
    pub(super) fn region_parameter(&self, name: &str) -> Option<String> {
        let configured = self.context.spec.build.region.get(name).cloned();
        configured.or_else(|| {
            let text = self.text(Kind::Region).ok()?;
            let mut template = parse(Kind::Region, &text).ok()?;
            template.parameters.remove(name)?.default
        })
    }

    fn parts(
        &self,
        wanted: &Wanted,
        template: &Template,
        before: Option<&Parameters>,
        after: Option<&Parameters>,
    ) -> Result<Vec<Part>, Refused> {
        let pseudo = words([
            ("AWS::Region", wanted.region.to_string()),
            ("AWS::AccountId", self.account.clone()),
            ("AWS::Partition", "aws".to_owned()),
            ("AWS::URLSuffix", "amazonaws.com".to_owned()),
            ("AWS::StackName", wanted.stack.clone()),
        ]);
        gwctl_stacks::parts(template, &pseudo, before, after).map_err(|error| {
            Refused::new(format!("the {} template: {error}", wanted.kind)).instead(
                "`[fleets.NAME.build]` in the configuration sets the templates' parameters.",
            )
        })
    }
}

fn parse(kind: Kind, text: &str) -> Result<Template, Refused> {
    Template::parse(text).map_err(|error| Refused::new(format!("the {kind} template: {error}")))
}

/// Where the switch of `region` is: the first other Region. It must survive the one it evacuates.
pub(super) fn home<'r>(
    region: &Region,
    mut among: impl Iterator<Item = &'r Region>,
) -> Option<Region> {
    among.find(|other| *other != region).cloned()
}

/// Parameters of an existing stack with some of them replaced.
pub(super) fn with<const N: usize>(known: &Parameters, changed: [(&str, String); N]) -> Parameters {
    let mut parameters = known.clone();
    parameters.extend(words(changed));
    parameters
}

fn words<const N: usize>(pairs: [(&str, String); N]) -> Parameters {
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// How a cluster was created is never changed: CloudFormation would replace it, and fail on its name
/// (aws-facts §20.3).
fn stays_what_it_was(wanted: &Wanted, before: Option<&Parameters>) -> Result<(), Refused> {
    const ROLE: &str = "DatabaseRole";
    let was = before.and_then(|before| before.get(ROLE));
    match (was, wanted.parameters.get(ROLE)) {
        (Some(was), Some(now)) if was != now => Err(Refused::new(format!(
            "the stack {} was created with {ROLE} {was}: with {now} CloudFormation would replace the cluster",
            wanted.stack
        ))),
        _ => Ok(()),
    }
}

/// What is acknowledged beyond what gwctl's own templates need.
fn acknowledged(capabilities: &[Capability]) -> String {
    let special = capabilities.iter().filter(|one| **one != Capability::Iam);
    let words: Vec<&str> = special.map(|one| one.word()).collect();
    if words.is_empty() {
        return String::new();
    }
    format!("; acknowledges {}", words.join(", "))
}

/// `31 to add`, `3 to add, 1 to modify`.
fn counted(parts: &[Part]) -> String {
    let count = |action: Action, word: &str| {
        let n = parts.iter().filter(|part| part.action == action).count();
        (n > 0).then(|| format!("{n} to {word}"))
    };
    let counts: Vec<String> = [
        (Action::Add, "add"),
        (Action::Modify, "modify"),
        (Action::Remove, "remove"),
    ]
    .into_iter()
    .filter_map(|(action, word)| count(action, word))
    .collect();
    if counts.is_empty() {
        "nothing to change".into()
    } else {
        counts.join(", ")
    }
}
