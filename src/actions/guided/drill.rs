//! A full failover and back (aws-facts §12): baseline, evacuate beside promote, verify, hold, fail back.

use serde::{Deserialize, Serialize};

use super::action::{Action, Takes};
use super::promote::Cast;
use super::shift::{Way, ids};
use super::{evacuate, muting, preconditions, promote, proxies, region_switch, shift, ways};
use crate::arguments::{ArgumentError, Regions, seconds};
use crate::check::{Check, Finding};
use crate::draft::{Draft, PlanContext};
use crate::policy::purpose::Purpose;
use crate::rehearsal::{Places, Rehearsal};
use crate::task::{AwaitFigures, Baseline, Healthy, HoldForOperator};
use crate::{Change, Choice, Mode, Refused, Step, Task, advise, data_loss, remedy};
use gwctl_fleet::assumptions::Means;
use gwctl_fleet::{Region, Snapshot, Verdict};

/// The check that a drill is refused by on a bad day, unless it is waived by name.
pub const CALM: &str = "calm";

/// A planned failover and back: baseline, evacuate beside promote, verify, hold, fail back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drill {
    /// The Region to evacuate.
    pub region: Region,
    /// The Region that becomes the writer's.
    pub to: Region,
    /// How long the operator looks around before failing back, in seconds; none waits for a word.
    #[serde(default)]
    pub hold_s: Option<u64>,
}

impl Drill {
    /// Away from `region`, to the member that is best to take over, where there is one.
    pub fn away_from(region: &Region, snapshot: &Snapshot) -> Option<Self> {
        Some(Self {
            region: region.clone(),
            to: remedy::best_target(snapshot, region)?,
            hold_s: None,
        })
    }
}

impl Action for Drill {
    const NAME: &'static str = "drill";
    const ABOUT: &'static str =
        "Fail over and back: measure, evacuate and promote, verify, wait, fail back";
    const MENU: &'static str = "Fail over and back";
    const ARGUMENTS: &'static str = "FROM TO [HOLD]";
    const EXAMPLE: &'static str = "us-east-1 eu-west-1 10m";
    const TAKES: Takes = Takes::Region;
    const PURPOSE: Purpose = Purpose::Drill;
    const RELIES_ON: &'static [&'static [Means]] = &[shift::MEANS, promote::MEANS];
    const RECOVERS: bool = true;

    fn parse(words: &[&str], regions: &dyn Regions) -> Result<Self, ArgumentError> {
        let (from, to, hold_s) = match words {
            [from, to] => (from, to, None),
            [from, to, hold] => (from, to, Some(seconds(hold)?)),
            _ => return Err(Self::usage()),
        };
        Ok(Self {
            region: regions.of_fleet(from)?,
            to: regions.of_fleet(to)?,
            hold_s,
        })
    }

    fn region(&self) -> Option<&Region> {
        Some(&self.region)
    }

    fn target(&self) -> String {
        format!("{} → {}", self.region, self.to)
    }

    fn choice(&self) -> String {
        format!("{} to {}", self.region, self.to)
    }

    fn leaves(&self) -> Option<&Region> {
        Some(&self.region)
    }

    fn promotes(&self) -> Option<&Region> {
        Some(&self.to)
    }

    /// From the selected Region to the member that is best to take over.
    fn offers(snapshot: &Snapshot, region: &Region) -> Vec<Self> {
        Self::away_from(region, snapshot).into_iter().collect()
    }

    /// To every other Region.
    fn variants(self, snapshot: &Snapshot) -> Vec<Self> {
        let sites = snapshot.sites.iter().map(|site| &site.region);
        let others = sites.filter(|other| **other != self.region && **other != self.to);
        std::iter::once(&self.to)
            .chain(others)
            .map(|to| Self {
                to: to.clone(),
                ..self.clone()
            })
            .collect()
    }

    /// Away from the writer's Region and back.
    fn rehearsals(places: &Places) -> Vec<Rehearsal<Self>> {
        let intent = Self {
            region: places.writer.clone(),
            to: places.other.clone(),
            hold_s: Some(60),
        };
        vec![Rehearsal::calm("drill", intent)]
    }

    fn plan(&self, context: &PlanContext<'_>) -> Result<Draft, Refused> {
        let Self { region, to, hold_s } = self;
        context.site(region)?;
        context.site(to)?;
        if region == to {
            return Err(Refused::new("a drill needs two different Regions"));
        }
        let cast = Cast::find(context, to)?;
        let advice = advise(context.snapshot);
        // A drill moves the writer also when an incident would not need it.
        let mode = if advice.mode == Mode::Failover {
            Mode::Failover
        } else {
            Mode::Switchover
        };
        let choice = ways::choose(context, region, None)?;
        let word = if mode == Mode::Failover {
            "failover"
        } else {
            "switchover"
        };
        let mut plan = Draft::new(
            format!("Drill: leave {region}, {word} to {to}, and back"),
            region.as_str(),
        );
        plan.checks = vec![calm(context.snapshot)];
        plan.checks
            .extend(evacuate::checks(context, region, &choice));
        plan.checks
            .extend(evacuate::of_choice(context, region, &choice));
        for check in preconditions::promotion(context, &cast, mode, false, &advice) {
            if plan.checks.iter().all(|other| other.name != check.name) {
                plan.checks.push(check);
            }
        }
        plan.checks
            .extend(region_switch::beside(context.snapshot, &[region, to], None));
        plan.steps = steps(context, region, &cast, mode, &choice, *hold_s)?;
        plan.inverse = [
            promote::inverse(context, &cast, mode, ""),
            evacuate::inverse(context, region, &choice, &plan.steps)?,
        ]
        .concat();
        let back = ids(&plan.inverse);
        let muted = muting::unmute(context, "undo.", &back);
        plan.inverse.extend(muted.into_iter().map(|step| {
            let of = step.id.replacen("undo.un", "", 1);
            step.undoes(of)
        }));
        if mode == Mode::Failover {
            plan.data_loss = Some(data_loss::estimate(context.snapshot, to));
        }
        plan.notes.push(shift::caches(context, region));
        plan.notes.push(promote::forwarding_note(context, &cast));
        plan.notes.extend(proxies::notes(context, &cast));
        plan.notes.extend(muting::note(context, *hold_s));
        plan.notes.push("Before the writer moves, undo reverses the routing. After it, the move is completed and then switched back.".into());
        plan.mechanism = Some(choice);
        plan.advice = Some(advice);
        Ok(plan)
    }
}

/// A drill takes a Region away: on a bad day there is none to spare.
fn calm(snapshot: &Snapshot) -> Check {
    let outage = remedy::outage(snapshot);
    Check::of(
        CALM,
        outage.is_none(),
        "the fleet has no problem that a drill could make worse",
        Finding::Waivable,
        format!(
            "a drill needs a fleet without problems: {}",
            outage.unwrap_or_default()
        ),
    )
}

fn steps(
    context: &PlanContext<'_>,
    region: &Region,
    cast: &Cast<'_>,
    mode: Mode,
    choice: &Choice,
    hold_s: Option<u64>,
) -> Result<Vec<Step>, Refused> {
    let snapshot = context.snapshot;
    let rules = &context.spec.rules;
    let unsteady = snapshot
        .sites
        .iter()
        .filter(|site| site.judgement.verdict == Verdict::Down || &site.region == region);
    let baseline = Task::Baseline(Baseline {
        minutes: rules.baseline_minutes,
        errors_percent: rules.abort_5xx_percent,
        except: unsteady.map(|site| site.region.clone()).collect(),
    });
    let mut steps = muting::mute(context, hold_s);
    let muted = ids(&steps);
    let title = "The fleet is steady";
    steps.push(Step::new("baseline", title, baseline, snapshot).after(muted));
    let moved = promote::steps(context, cast, mode);
    // While no cluster accepts writes no Region is well: the receivers are judged after one does, also by
    // those who go through the steps one after the other.
    let (judged, away): (Vec<Step>, Vec<Step>) = evacuate::steps(context, region, choice)?
        .into_iter()
        .partition(|step| matches!(step.task, Task::AwaitWithinLimits(_)));
    let mut wait_for: Vec<String> = Vec::new();
    let promoting = if mode == Mode::Failover {
        "failover"
    } else {
        "switchover"
    };
    let judged = judged.into_iter().map(|step| step.after([promoting]));
    for step in away.into_iter().chain(moved).chain(judged) {
        let first = step.after.is_empty();
        // Traffic's last rest and its receivers are watched beside the verification; what a dead Region
        // must do first is not waited for before looking around.
        let beside = matches!(
            step.task,
            Task::AwaitTraffic(_) | Task::AwaitWithinLimits(_)
        );
        if !beside
            && !matches!(step.task, Task::CopySnapshot(_) | Task::AwaitResync(_))
            && !step.after.contains(&"resync".to_owned())
        {
            wait_for.push(step.id.clone());
        }
        steps.push(if first {
            step.after(["baseline"])
        } else {
            step
        });
    }
    let within = shift::within(context, shift::receivers(context, region), 60);
    steps.push(
        Step::new(
            "verify",
            "The fleet works without the Region",
            within,
            snapshot,
        )
        .after(wait_for),
    );
    let look = Task::HoldForOperator(HoldForOperator {
        for_s: hold_s,
        text: format!(
            "{region} is evacuated and {} is the writer: check the fleet, then go on to fail back",
            cast.target.region
        ),
    });
    steps.push(
        Step::new("look", "Operator checks the fleet", look, snapshot).after([
            "verify",
            "traffic",
            "receivers",
        ]),
    );
    let (done, by, id) = ((&steps[..], "evacuate"), choice.mechanism, "back.restore");
    let traffic = shift::take_back(context, region, done, Way::Back, by, id)?;
    steps.extend(back(context, region, cast, mode, traffic));
    steps.extend(muting::unmute(context, "", &["back.verify".to_owned()]));
    Ok(steps)
}

/// Writer and traffic return side by side: neither needs the other.
fn back(
    context: &PlanContext<'_>,
    region: &Region,
    cast: &Cast<'_>,
    mode: Mode,
    traffic: Step,
) -> Vec<Step> {
    let snapshot = context.snapshot;
    let (old, new) = (cast.writer, cast.target);
    let healthy = Task::Healthy(Healthy {
        regions: vec![region.clone()],
        for_s: 0,
        errors_percent: context.spec.rules.abort_5xx_percent,
    });
    let mut steps = vec![
        Step::new(
            "back.healthy",
            format!("{region} is healthy"),
            healthy,
            snapshot,
        )
        .after(["look"]),
    ];
    let resync = promote::resync(context, &new.region);
    let mut first =
        Step::new("back.resync", "Every member is connected", resync, snapshot).after(["look"]);
    if mode == Mode::Failover {
        first = first.after(["resync", "snapshot"]);
        if context.snapshot.database.forwards(new) == Some(true) {
            first.after.push(format!("forwarding-after.{}", old.region));
        }
    } else {
        // After a switchover nobody is rebuilt.
        first = first.likely(15);
    }
    steps.push(first);
    let writer = Step::new(
        "back.switchover",
        format!("Switch the writer back to {}", old.region),
        promote::switchover(context, new, old),
        snapshot,
    )
    .changes(Change::new(
        "database writer",
        new.region.as_str(),
        old.region.as_str(),
    ))
    .after(["back.healthy", "back.resync"]);
    steps.push(writer);
    steps.push(promote::endpoint(context, old, "back.endpoint").after(["back.switchover"]));
    if context.snapshot.database.forwards(new) == Some(true) {
        let forwards = promote::forwarding(context, new, "back.forwarding");
        steps.push(forwards.after(["back.switchover"]));
    }
    steps.push(traffic.after(["back.healthy"]));
    steps.extend(shift::observed(
        context,
        region,
        Way::Back,
        "back.restore",
        "back.",
    ));
    let everyone = Task::Healthy(Healthy {
        regions: snapshot
            .sites
            .iter()
            .map(|site| site.region.clone())
            .collect(),
        for_s: 0,
        errors_percent: context.spec.rules.abort_5xx_percent,
    });
    let last = ids(&steps);
    steps.push(Step::new("back.verify", "The fleet is as before", everyone, snapshot).after(last));
    let counted = Task::AwaitFigures(AwaitFigures { most_s: 300 });
    let title = "Failed requests are counted";
    steps.push(Step::new("counted", title, counted, snapshot).after(["back.verify"]));
    for step in &mut steps {
        // Planned while the Region may be down: what a step needs is looked at again just before it.
        step.needs
            .retain(|need| matches!(need.standing, crate::Standing::Stands));
    }
    steps
}
