//! A function to its earlier version: by its alias where its API calls one, else by the code of the published version.

use super::choice::{Choice, Way, choose};
use super::facts::{Deployment, FunctionFacts, by};
use super::well::well;
use crate::draft::{Draft, PlanContext};
use crate::task::{PointAlias, RestoreCode, Whose};
use crate::{Change, Refused, Step, Task, format};
use gwctl_fleet::{FunctionAlias, FunctionName, FunctionVersion, LATEST, Region};

/// The steps' ids.
pub(super) const BACK: &str = "rollback";
pub(super) const UNDO: &str = "undo.rollback";

/// What is rolled back, and on what ground.
pub(super) struct Rollback<'a> {
    pub(super) context: &'a PlanContext<'a>,
    pub(super) region: &'a Region,
    /// Without a qualifier.
    pub(super) name: &'a str,
    /// As the configuration calls it.
    configured: &'a str,
    pub(super) facts: &'a FunctionFacts,
    pub(super) choice: Choice<'a>,
}

/// The plan for the function `what` of `region`.
pub(super) fn plan(
    context: &PlanContext<'_>,
    what: &str,
    region: &Region,
    to: Option<&str>,
    facts: &FunctionFacts,
) -> Result<Draft, Refused> {
    let site = context.site(region)?;
    let name = FunctionName::of(what).name;
    let mut known = site.functions.iter().map(|one| one.name.as_str());
    let configured = known.find(|one| FunctionName::of(one).name == name);
    let rollback = Rollback {
        context,
        region,
        name,
        configured: configured.unwrap_or(name),
        facts,
        choice: choose(facts, what, to)?,
    };
    rollback.draft()
}

impl Rollback<'_> {
    fn draft(&self) -> Result<Draft, Refused> {
        let (name, region) = (self.name, self.region);
        let earlier = &self.choice.earlier.version;
        let mut plan = Draft::new(
            format!("Roll {name} in {region} back to version {earlier}"),
            format!("{region}/{name}"),
        );
        plan.checks = self.checks();
        let helped = well(
            self.context.snapshot,
            Whose::Function,
            region,
            self.configured,
        );
        plan.steps = vec![self.back()?, helped];
        plan.inverse.extend(self.forward());
        plan.notes = self.notes();
        Ok(plan)
    }

    /// The change.
    fn back(&self) -> Result<Step, Refused> {
        let (name, region, choice) = (self.name, self.region, &self.choice);
        let earlier = choice.earlier;
        let (task, change) = match &choice.way {
            Way::Alias(alias) => {
                let before = self.alias()?;
                let change = Change::new(
                    format!("alias {alias} of {name} in {region}"),
                    shares(before),
                    format!("version {}", earlier.version),
                );
                let task = PointAlias {
                    region: region.clone(),
                    function: name.into(),
                    alias: alias.clone(),
                    before: before.clone(),
                    after: FunctionAlias {
                        version: earlier.version.clone(),
                        shared: std::collections::BTreeMap::new(),
                        revision: None,
                    },
                    sha256: earlier.code.sha256.clone(),
                };
                (Task::PointAlias(task), change)
            }
            Way::Latest => {
                let change = Change::new(
                    format!("code of {name} in {region}"),
                    self.published_as(choice.running),
                    format!("version {}, {}", earlier.version, short(earlier)),
                );
                let revision = choice.running.revision.clone();
                let task = self.code(choice.running, earlier, revision);
                (Task::RestoreCode(task), change)
            }
        };
        let title = format!("{name} in {region} runs version {} again", earlier.version);
        let title = match &choice.way {
            Way::Alias(_) => title,
            Way::Latest => format!(
                "{name} in {region} gets the code of version {}",
                earlier.version
            ),
        };
        Ok(Step::new(BACK, title, task, self.context.snapshot).changes(change))
    }

    pub(super) fn alias(&self) -> Result<&FunctionAlias, Refused> {
        let alias = self.facts.alias.as_ref();
        let alias = alias.and_then(|alias| alias.as_ref().ok());
        alias.ok_or_else(|| Refused::new("the alias could not be read"))
    }

    fn code(
        &self,
        before: &FunctionVersion,
        after: &FunctionVersion,
        revision: Option<String>,
    ) -> RestoreCode {
        // Only the version asked for by itself tells of an image.
        let asked = self.facts.earlier.as_ref();
        let asked = asked.and_then(|asked| asked.as_ref().ok());
        let asked = asked.filter(|asked| asked.version == after.version);
        let code = &asked.unwrap_or(after).code;
        RestoreCode {
            region: self.region.clone(),
            function: self.name.into(),
            version: after.version.clone(),
            sha256: after.code.sha256.clone(),
            size: after.code.size,
            image: code.image.clone(),
            architecture: after.code.architecture.clone(),
            before: before.code.sha256.clone(),
            revision,
        }
    }

    /// The version with what runs on `$LATEST` now.
    pub(super) fn kept(&self) -> Option<&FunctionVersion> {
        let published = self.facts.published.as_ref().ok()?;
        let running = &self.choice.running.code.sha256;
        published.iter().find(|one| &one.code.sha256 == running)
    }

    /// Forward again.
    fn forward(&self) -> Option<Step> {
        let (name, region, choice) = (self.name, self.region, &self.choice);
        let (task, change) = match &choice.way {
            Way::Alias(alias) => {
                let now = self.alias().ok()?;
                let before = FunctionAlias {
                    version: choice.earlier.version.clone(),
                    shared: std::collections::BTreeMap::new(),
                    revision: None,
                };
                let led = self.facts.published.as_ref().ok()?.iter();
                let mut led = led.chain(self.facts.latest.as_ref().ok());
                let led = led.find(|one| one.version == now.version)?;
                let change = Change::new(
                    format!("alias {alias} of {name} in {region}"),
                    shares(&before),
                    shares(now),
                );
                let task = PointAlias {
                    region: region.clone(),
                    function: name.into(),
                    alias: alias.clone(),
                    before,
                    after: FunctionAlias {
                        revision: None,
                        ..now.clone()
                    },
                    sha256: led.code.sha256.clone(),
                };
                (Task::PointAlias(task), change)
            }
            Way::Latest => {
                let kept = self.kept()?;
                // An image is put back by its name, which only GetFunction tells: that of $LATEST.
                let kept = FunctionVersion {
                    code: gwctl_fleet::DeployedCode {
                        image: choice.running.code.image.clone(),
                        ..kept.code.clone()
                    },
                    ..kept.clone()
                };
                let task = self.code(choice.earlier, &kept, None);
                let change = Change::new(
                    format!("code of {name} in {region}"),
                    format!(
                        "version {}, {}",
                        choice.earlier.version,
                        short(choice.earlier)
                    ),
                    format!("version {}, {}", kept.version, short(&kept)),
                );
                (Task::RestoreCode(task), change)
            }
        };
        let title = format!("{name} in {region} runs what it ran before");
        let step = Step::new(UNDO, title, task, self.context.snapshot);
        Some(step.changes(change).undoes(BACK))
    }

    fn notes(&self) -> Vec<String> {
        let choice = &self.choice;
        let mut notes = vec![
            format!(
                "Back to version {} ({}), {}. {}",
                choice.earlier.version,
                short(choice.earlier),
                choice.why,
                dated(choice.earlier, &self.facts.deployed)
            ),
            format!(
                "Now it runs {} {}",
                self.published_as(choice.running),
                dated(choice.running, &self.facts.deployed)
            ),
        ];
        if let (Way::Alias(alias), Ok(now)) = (&choice.way, self.alias())
            && !now.shared.is_empty()
        {
            notes.push(format!(
                "Alias {alias} shares its calls between {}: afterwards all of them go to version {}.",
                shares(now),
                choice.earlier.version
            ));
        }
        if let Way::Alias(alias) = &choice.way {
            notes.push(format!(
                "gwctl does not read provisioned concurrency: where alias {alias} has some, the first calls of version {} may start cold.",
                choice.earlier.version
            ));
        }
        if let Err(why) = &self.facts.deployed {
            notes.push(format!("Who deployed is not known: {why}."));
        }
        let site = self.context.snapshot.site(self.region);
        if let Some(stack) = site.and_then(|site| site.stack.as_ref()?.last()) {
            notes.push(format!(
                "CloudFormation does not know of it: the next deployment of stack {} may bring the later code back. Stop your pipeline first.",
                stack.name
            ));
        }
        notes
    }

    /// What runs, by the number it is published under.
    fn published_as(&self, running: &FunctionVersion) -> String {
        if running.version != LATEST {
            return format!("version {}, {}", running.version, short(running));
        }
        match self.kept() {
            Some(kept) => format!(
                "{LATEST}, published as version {}, {}",
                kept.version,
                short(running)
            ),
            None => format!("{LATEST}, which is not published, {}", short(running)),
        }
    }
}

/// When it was changed, and who did it.
pub(super) fn dated(
    version: &FunctionVersion,
    deployed: &Result<Vec<Deployment>, crate::Unlearned>,
) -> String {
    let Some(at) = version.modified else {
        return "Lambda does not tell when it was changed.".into();
    };
    let when = format!("{} {}Z", format::date(at), format::minute(at));
    match by(deployed, at) {
        Some(by) => format!(
            "Lambda dates it {when}; CloudTrail: {} by {}.",
            by.call,
            by.who.as_deref().unwrap_or("somebody it does not name")
        ),
        None => format!("Lambda dates it {when}; CloudTrail does not tell who deployed it."),
    }
}

/// `checksum Zm9vYmFy…`, as much as tells two apart.
pub(super) fn short(version: &FunctionVersion) -> String {
    let sha256: String = version.code.sha256.chars().take(8).collect();
    format!("checksum {sha256}…")
}

/// `version 41`; `version 40 and 10 % to version 41`.
fn shares(alias: &FunctionAlias) -> String {
    let others = alias.shared.iter().map(|(version, share)| {
        format!(" and {} to version {version}", format::share(100.0 * share))
    });
    format!("version {}{}", alias.version, others.collect::<String>())
}
