//! What must hold before a function goes back to an earlier version.

use super::choice::Way;
use super::function::{Rollback, short};
use crate::check::{Check, Finding};
use crate::format;
use gwctl_aws::MOST_ZIPPED;
use gwctl_fleet::{FunctionVersion, LATEST, Region};

/// The check of what is not published.
const ACTIVE: &str = "active";

impl Rollback<'_> {
    pub(super) fn checks(&self) -> Vec<Check> {
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
                    "what runs now is not published: undo cannot bring it back; `aws lambda publish-version --function-name {}` keeps it",
                    self.name
                ),
            ));
        }
        checks
    }

    /// Lambda changes the code of no function that it is still creating or changing; an alias it leads back all the
    /// same, for which the `RevisionId` of the alias alone counts (aws-facts §14.6).
    fn active(&self) -> Check {
        match &self.choice.way {
            Way::Latest => self.latest_active(),
            Way::Alias(alias) => self.somebody_deploys(alias),
        }
    }

    fn somebody_deploys(&self, alias: &str) -> Check {
        let name = self.name;
        let text = match &self.facts.latest {
            Ok(latest) if latest.update == "InProgress" => format!(
                "Lambda is updating {LATEST} of {name}: whoever deploys may lead alias {alias} on again afterwards"
            ),
            Ok(latest) if latest.state == "Active" && latest.update == "Successful" => {
                return Check::pass(ACTIVE, format!("{name} is Active"));
            }
            Ok(latest) => format!(
                "{LATEST} of {name} is {}, its last update is {}: alias {alias} does not lead there",
                latest.state, latest.update
            ),
            Err(why) => format!(
                "{LATEST} of {name} could not be read: {why}. Whether somebody deploys is not known"
            ),
        };
        Check::new(ACTIVE, Finding::Warn, text)
    }

    fn latest_active(&self) -> Check {
        let name = self.name;
        let Ok(latest) = &self.facts.latest else {
            return Check::new(ACTIVE, Finding::Fail, format!("{name} could not be read"));
        };
        match (latest.state.as_str(), latest.update.as_str()) {
            ("Active", "Successful") => Check::pass(ACTIVE, format!("{name} is Active")),
            (_, "InProgress") => Check::new(
                ACTIVE,
                Finding::Fail,
                format!("Lambda is still updating {name}: somebody deploys"),
            ),
            ("Active", update) => Check::new(
                ACTIVE,
                Finding::Warn,
                format!("{name} is Active, and its last update is {update}"),
            ),
            ("Inactive", _) => Check::new(
                ACTIVE,
                Finding::Waivable,
                format!("{name} is Inactive: nobody has called it for long"),
            ),
            (state, _) => Check::new(ACTIVE, Finding::Fail, format!("{name} is {state}")),
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
        // Of a version that only lends its code, it does not matter whether it can be called.
        if let Way::Alias(_) = self.choice.way
            && let Some(check) = asleep(NAME, self.name, found, self.region)
        {
            return check;
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
}

/// A version that was idle for long. Lambda takes its resources away: its first calls fail, and it is Pending until it
/// has them again (AWS Lambda Developer Guide, "Lambda function states").
pub(super) fn asleep(
    check: &str,
    function: &str,
    found: &FunctionVersion,
    region: &Region,
) -> Option<Check> {
    let number = &found.version;
    (found.state == "Inactive").then(|| {
        Check::new(
            check,
            Finding::Waivable,
            format!(
                "version {number} is Inactive: nobody has called it for long, and Lambda fails its first calls. Call it \
                 with an event that does no harm until it is Active, then plan again: `aws lambda invoke --function-name {function} --qualifier \
                 {number} --region {region} reply.json`"
            ),
        )
    })
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "none".into()
    } else {
        names.join(", ")
    }
}
