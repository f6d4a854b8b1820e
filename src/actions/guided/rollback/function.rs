//! A function to its earlier version: by its alias where its API calls one, else by the code of the published version.

use super::choice::{Choice, Way, choose};
use super::facts::FunctionFacts;
use crate::check::{Check, Finding};
use crate::draft::{Draft, PlanContext};
use crate::task::{AwaitFunction, PointAlias, RestoreCode};
use crate::{Change, Refused, Step, Task, format};
use gwctl_aws::MOST_ZIPPED;
use gwctl_fleet::{FunctionAlias, FunctionName, FunctionVersion, LATEST, Metric, Region};

/// The steps' ids.
const BACK: &str = "rollback";
const WELL: &str = "errors";
const UNDO: &str = "undo.rollback";

/// What is rolled back, and on what ground.
struct Rollback<'a> {
    context: &'a PlanContext<'a>,
    region: &'a Region,
    /// Without a qualifier.
    name: &'a str,
    /// As the configuration calls it.
    configured: &'a str,
    facts: &'a FunctionFacts,
    choice: Choice<'a>,
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
        plan.steps = vec![self.back()?, self.well()];
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

    fn alias(&self) -> Result<&FunctionAlias, Refused> {
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

    /// What shows that it helped.
    fn well(&self) -> Step {
        let task = AwaitFunction {
            region: self.region.clone(),
            function: self.configured.into(),
            errors_percent: self.context.snapshot.thresholds.lambda_error_percent.warn,
            before: self.failing(),
        };
        let title = format!("The errors of {} fall", self.name);
        Step::new(
            WELL,
            title,
            Task::AwaitFunction(task),
            self.context.snapshot,
        )
        .after([BACK])
    }

    /// Share of invocations that fail now, in percent.
    fn failing(&self) -> Option<f64> {
        let snapshot = self.context.snapshot;
        let mut all = snapshot.site(self.region)?.functions.iter();
        let metrics = &all.find(|one| one.name == self.configured)?.metrics;
        let (errors, all) = (Metric::FunctionErrors, Metric::FunctionInvocations);
        Some(metrics.percent(errors, all, snapshot.at)?.value)
    }

    /// The version with what runs on `$LATEST` now.
    fn kept(&self) -> Option<&FunctionVersion> {
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

    fn checks(&self) -> Vec<Check> {
        let mut checks = vec![self.active(), self.unchanged(), self.earlier_code()];
        checks.push(self.configuration());
        checks.extend(self.stack());
        checks.push(self.elsewhere());
        if self.choice.way == Way::Latest {
            checks.push(Check::of(
                "undo",
                self.kept().is_some(),
                "what runs now is published too: undo brings it back",
                Finding::Waivable,
                format!(
                    "what runs now is no published version: undo cannot bring it back; `aws lambda publish-version --function-name {}` keeps it",
                    self.name
                ),
            ));
        }
        checks
    }

    /// Lambda changes no function that it is still creating or changing.
    fn active(&self) -> Check {
        const NAME: &str = "active";
        let name = self.name;
        let Ok(latest) = &self.facts.latest else {
            return Check::new(NAME, Finding::Fail, format!("{name} could not be read"));
        };
        match (latest.state.as_str(), latest.update.as_str()) {
            ("Active", "Successful") => Check::pass(NAME, format!("{name} is Active")),
            (_, "InProgress") => Check::new(
                NAME,
                Finding::Fail,
                format!("Lambda is still updating {name}: somebody deploys"),
            ),
            ("Active", update) => Check::new(
                NAME,
                Finding::Warn,
                format!("{name} is Active, and its last update is {update}"),
            ),
            ("Inactive", _) => Check::new(
                NAME,
                Finding::Waivable,
                format!("{name} is Inactive: nobody has called it for long"),
            ),
            (state, _) => Check::new(NAME, Finding::Fail, format!("{name} is {state}")),
        }
    }

    /// What keeps somebody else's deployment from being overwritten.
    fn unchanged(&self) -> Check {
        let revision = match &self.choice.way {
            Way::Alias(_) => self.alias().ok().and_then(|alias| alias.revision.as_ref()),
            Way::Latest => self.choice.running.revision.as_ref(),
        };
        Check::of(
            "unchanged",
            revision.is_some(),
            "Lambda refuses the change if anybody changes it first (RevisionId)",
            Finding::Fail,
            "Lambda names no RevisionId: a change that somebody makes meanwhile would be overwritten unseen",
        )
    }

    fn earlier_code(&self) -> Check {
        const NAME: &str = "earlier-code";
        let earlier = self.choice.earlier;
        let number = &earlier.version;
        let found = match &self.facts.earlier {
            Some(Ok(found)) if found.code.sha256 == earlier.code.sha256 => found,
            Some(Ok(_)) | None => {
                let text = format!("the code of version {number} was not read");
                return Check::new(NAME, Finding::Fail, text);
            }
            Some(Err(why)) => {
                let text = format!("the code of version {number} could not be read: {why}");
                return Check::new(NAME, Finding::Fail, text);
            }
        };
        let too_large = usize::try_from(found.code.size).is_ok_and(|size| size > MOST_ZIPPED);
        if self.choice.way == Way::Latest && found.code.image.is_none() && too_large {
            return Check::new(
                NAME,
                Finding::Fail,
                format!(
                    "the package of version {number} has {}, and a call takes {} at most: deploy it from its bucket",
                    format::bytes(found.code.size as f64),
                    format::bytes(MOST_ZIPPED as f64)
                ),
            );
        }
        if matches!(found.state.as_str(), "Failed" | "Pending") {
            let text = format!("version {number} is {}", found.state);
            return Check::new(NAME, Finding::Fail, text);
        }
        Check::pass(
            NAME,
            format!(
                "Lambda has version {number}, {}, {}",
                format::bytes(found.code.size as f64),
                short(found)
            ),
        )
    }

    /// What else would differ.
    fn configuration(&self) -> Check {
        const NAME: &str = "configuration";
        let (running, earlier) = (self.choice.running, self.choice.earlier);
        let mut differs = Vec::new();
        let mut note = |what: &str, now: String, then: String| {
            if now != then {
                differs.push(format!("{what} {now} now, {then} then"));
            }
        };
        let (now, then) = (&running.code, &earlier.code);
        note("runtime", now.runtime.clone(), then.runtime.clone());
        note("handler", now.handler.clone(), then.handler.clone());
        note(
            "architecture",
            now.architecture.clone(),
            then.architecture.clone(),
        );
        note(
            "memory",
            format!("{} MB", now.memory_mb),
            format!("{} MB", then.memory_mb),
        );
        note(
            "timeout",
            format!("{} s", now.timeout_s),
            format!("{} s", then.timeout_s),
        );
        note("layers", listed(&now.layers), listed(&then.layers));
        note(
            "environment variables",
            listed(&now.variables),
            listed(&then.variables),
        );
        let differs = differs.join("; ");
        let by_alias = matches!(self.choice.way, Way::Alias(_));
        match (by_alias, differs.is_empty()) {
            (_, true) => Check::pass(
                NAME,
                "the same settings then and now; values of environment variables are not compared",
            ),
            (true, false) => Check::new(
                NAME,
                Finding::Warn,
                format!("a version has its own configuration, which comes back with it: {differs}"),
            ),
            (false, false) => {
                let starts = now.runtime == then.runtime && now.handler == then.handler;
                let finding = if starts {
                    Finding::Warn
                } else {
                    Finding::Waivable
                };
                Check::new(
                    NAME,
                    finding,
                    format!("only the code goes back, the configuration stays: {differs}"),
                )
            }
        }
    }

    /// A stack in progress may deploy again.
    fn stack(&self) -> Option<Check> {
        let site = self.context.snapshot.site(self.region)?;
        let stack = site.stack.as_ref()?.current()?;
        let busy = stack.status.ends_with("_IN_PROGRESS");
        Some(Check::of(
            "stack",
            !busy,
            format!("stack {} is {}", stack.name, stack.status),
            Finding::Waivable,
            format!(
                "stack {} is {}: it may deploy the later code again",
                stack.name, stack.status
            ),
        ))
    }

    /// Whether the other Regions run the same.
    fn elsewhere(&self) -> Check {
        const NAME: &str = "elsewhere";
        if self.facts.elsewhere.is_empty() {
            return Check::pass(NAME, format!("no other Region runs {}", self.name));
        }
        let (running, earlier) = (self.choice.running, self.choice.earlier);
        let (mut told, mut bad) = (Vec::new(), false);
        for (region, found) in &self.facts.elsewhere {
            told.push(match found {
                Err(why) => {
                    bad = true;
                    format!("what {region} runs is not known: {why}")
                }
                Ok(found) if found.code.sha256 == running.code.sha256 => {
                    bad = true;
                    format!("{region} runs the same code as {} does now", self.region)
                }
                Ok(found) if found.code.sha256 == earlier.code.sha256 => {
                    format!("{region} runs the code of version {}", earlier.version)
                }
                Ok(found) => format!("{region} runs other code, {}", short(found)),
            });
        }
        let finding = if bad { Finding::Warn } else { Finding::Pass };
        Check::new(NAME, finding, told.join("; "))
    }

    fn notes(&self) -> Vec<String> {
        let choice = &self.choice;
        let mut notes = vec![
            format!(
                "Back to version {}, {}: {}. {}",
                choice.earlier.version,
                choice.why,
                short(choice.earlier),
                self.dated(choice.earlier)
            ),
            format!(
                "Now it runs {}. {}",
                self.published_as(choice.running),
                self.dated(choice.running)
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

    /// When it was changed, and who did it.
    fn dated(&self, version: &FunctionVersion) -> String {
        let Some(at) = version.modified else {
            return "Lambda does not tell when it was changed.".into();
        };
        let when = format!("{} {}", format::date(at), format::minute(at));
        match self.facts.by(at) {
            Some(by) => format!(
                "Lambda dates it {when}; CloudTrail: {} by {}.",
                by.call,
                by.who.as_deref().unwrap_or("somebody it does not name")
            ),
            None => format!("Lambda dates it {when}; CloudTrail does not tell who deployed it."),
        }
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

/// `checksum Zm9vYmFy…`, as much as tells two apart.
fn short(version: &FunctionVersion) -> String {
    let sha256: String = version.code.sha256.chars().take(8).collect();
    format!("checksum {sha256}…")
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "none".into()
    } else {
        names.join(", ")
    }
}

/// `version 41`; `version 40 and 10 % to version 41`.
fn shares(alias: &FunctionAlias) -> String {
    let others = alias.shared.iter().map(|(version, share)| {
        format!(" and {} to version {version}", format::share(100.0 * share))
    });
    format!("version {}{}", alias.version, others.collect::<String>())
}
