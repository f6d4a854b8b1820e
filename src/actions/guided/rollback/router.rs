//! The router at the edge to its earlier version: `UpdateDistribution` (aws-facts §4).

use serde::{Deserialize, Serialize};

use super::checks::asleep;
use super::choice::{asked_for, before};
use super::facts::{Deployment, deployed, version};
use super::function::{BACK, UNDO, dated, short};
use super::well::well;
use crate::check::{Check, Finding};
use crate::draft::{Draft, PlanContext};
use crate::survey::Surveyor;
use crate::task::{PointRouter, Whose};
use crate::{Change, Refused, Step, Task, Unlearned};
use gwctl_fleet::{Account, FunctionName, FunctionVersion};

/// What is known of the router.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RouterFacts {
    /// Qualified ARN of the version that the distribution runs; none where it runs none.
    pub running: Result<Option<String>, Unlearned>,
    /// Published versions, the newest first.
    pub published: Result<Vec<FunctionVersion>, Unlearned>,
    /// The version to go back to, asked for by itself.
    pub earlier: Option<Result<FunctionVersion, Unlearned>>,
    /// Who changed it, the newest first.
    pub deployed: Result<Vec<Deployment>, Unlearned>,
}

impl RouterFacts {
    /// Asks for all of it.
    pub(super) async fn of(surveyor: &Surveyor<'_>, name: &str, to: Option<&str>) -> Self {
        let session = surveyor.session().in_account(Account::Edge);
        let home = surveyor.home();
        let lambda = session.lambda(&home);
        let published = Box::pin(lambda.published(name)).await;
        let distribution = surveyor.session().cloudfront();
        let distribution = Box::pin(distribution.distribution(surveyor.distribution())).await;
        let deployed = deployed(&session, name, false, &home).await;
        let mut facts = Self {
            running: distribution.map(|one| one.router_arn).map_err(Into::into),
            published: published.map_err(Into::into),
            earlier: None,
            deployed: deployed.map_err(Into::into),
        };
        if let Ok(wanted) = facts
            .choose(name, to)
            .map(|(_, _, one, _)| one.version.clone())
        {
            let found = Box::pin(lambda.version(name, Some(&wanted))).await;
            facts.earlier = Some(found.map_err(Into::into));
        }
        facts
    }

    /// Some versions, for those who ask only what it would call.
    pub(super) fn unseen(name: &str) -> Self {
        let arn = format!("arn:aws:lambda:us-east-1:123456789012:function:{name}:2");
        Self {
            running: Ok(Some(arn)),
            published: Ok(vec![version("2", "later"), version("1", "earlier")]),
            earlier: Some(Ok(version("1", "earlier"))),
            deployed: Ok(Vec::new()),
        }
    }

    /// The ARN that runs, its version, the version to go back to, and why that.
    fn choose(
        &self,
        name: &str,
        to: Option<&str>,
    ) -> Result<(&str, &FunctionVersion, &FunctionVersion, String), Refused> {
        let unread =
            |what: &str, why: &Unlearned| Refused::new(format!("{what} could not be read: {why}"));
        let running = self.running.as_ref();
        let arn = running.map_err(|why| unread("the distribution", why))?;
        let arn = arn.as_deref();
        let arn = arn.filter(|arn| FunctionName::of(arn).name == name);
        let arn = arn.ok_or_else(|| {
            Refused::new(format!(
                "the distribution does not run {name} for requests to an origin"
            ))
        })?;
        let published = self.published.as_ref();
        let published = published.map_err(|why| unread("the versions of the router", why))?;
        let number = FunctionName::of(arn).qualifier.unwrap_or_default();
        let running = published.iter().find(|one| one.version == number);
        let running = running.ok_or_else(|| {
            Refused::new(format!(
                "the distribution runs version {number} of {name}, which Lambda does not list"
            ))
        })?;
        let (earlier, why) = match to {
            Some(to) => (
                asked_for(name, published, running, to, true)?,
                "you named it".into(),
            ),
            None => before(name, published, running)?,
        };
        Ok((arn, running, earlier, why))
    }
}

/// The plan for the router `name`.
pub(super) fn plan(
    context: &PlanContext<'_>,
    name: &str,
    to: Option<&str>,
    facts: &RouterFacts,
) -> Result<Draft, Refused> {
    let distribution = context.distribution()?;
    let (arn, running, earlier, why) = facts.choose(name, to)?;
    let base = arn.rsplit_once(':').map_or(arn, |(base, _)| base);
    let after = format!("{base}:{}", earlier.version);
    let mut plan = Draft::new(
        format!("Roll the router {name} back to version {}", earlier.version),
        distribution,
    );
    let step =
        |id: &str, title: String, from: (&str, &FunctionVersion), to: (&str, &FunctionVersion)| {
            let task = PointRouter {
                distribution: distribution.into(),
                before: from.0.into(),
                after: to.0.into(),
            };
            let told = |one: &FunctionVersion| format!("version {}, {}", one.version, short(one));
            let change = Change::new(format!("router {name}"), told(from.1), told(to.1));
            let step = Step::new(id, title, Task::PointRouter(task), context.snapshot);
            step.changes(change)
        };
    let title = format!(
        "The distribution runs version {} of {name} again",
        earlier.version
    );
    plan.steps
        .push(step(BACK, title, (arn, running), (&after, earlier)));
    let home = context.spec.home();
    plan.steps
        .push(well(context.snapshot, Whose::Router, &home, name));
    let title = format!(
        "The distribution runs version {} of {name}",
        running.version
    );
    plan.inverse
        .push(step(UNDO, title, (&after, earlier), (arn, running)).undoes(BACK));
    plan.checks = checks(context, name, earlier, facts);
    plan.notes = vec![
        format!(
            "Back to version {} ({}), {why}. {}",
            earlier.version,
            short(earlier),
            dated(earlier, &facts.deployed)
        ),
        format!(
            "Now it runs version {}, {} {}",
            running.version,
            short(running),
            dated(running, &facts.deployed)
        ),
        "CloudFront takes about five minutes to bring it to every edge location: until then a request may run either version.".into(),
        "A version keeps code and configuration: both go back. The next deployment of the edge's stack may bring the later version back.".into(),
    ];
    Ok(plan)
}

fn checks(
    context: &PlanContext<'_>,
    name: &str,
    earlier: &FunctionVersion,
    facts: &RouterFacts,
) -> Vec<Check> {
    let number = &earlier.version;
    let found = match &facts.earlier {
        Some(Ok(found)) if found.state == "Active" => Check::pass(
            "earlier-code",
            format!("Lambda has version {number}, {}", short(found)),
        ),
        Some(Ok(found)) => asleep("earlier-code", name, found, &context.spec.home())
            .unwrap_or_else(|| {
                let text = format!("version {number} is {}", found.state);
                Check::new("earlier-code", Finding::Fail, text)
            }),
        Some(Err(why)) => {
            let text = format!("version {number} could not be read: {why}");
            Check::new("earlier-code", Finding::Fail, text)
        }
        None => Check::new("earlier-code", Finding::Fail, "the version was not read"),
    };
    let status = context.snapshot.edge.distribution.last();
    let status = status.map_or("not known", |one| one.status.as_str());
    let deployed = Check::of(
        "deployed",
        status == "Deployed",
        "the distribution is deployed",
        Finding::Waivable,
        format!("the distribution is {status}: another change may be on its way"),
    );
    let unchanged = Check::pass(
        "unchanged",
        "CloudFront refuses the change if anybody changes the distribution first (ETag)",
    );
    vec![found, deployed, unchanged]
}
