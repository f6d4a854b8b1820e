//! Less traffic to a Region, gradually: weights in steps, each gated on the Regions that receive.

use serde::{Deserialize, Serialize};

use super::action::{Action, Question, Takes};
use super::shift::Way;
use super::{preconditions, record_change, records_told, region_switch, shift, ways, weights};
use crate::arguments::{ArgumentError, Regions, Share, seconds, time};
use crate::draft::{Draft, PlanContext};
use crate::mechanism::Mechanism;
use crate::policy::purpose::Purpose;
use crate::rehearsal::{Places, Rehearsal};
use crate::{Change, Refused, Step, Task, format};
use gwctl_fleet::assumptions::Means;
use gwctl_fleet::{Leaving, Region, Snapshot};

/// The default time in which a Region is drained, in seconds.
const OVER_S: u64 = 600;

/// Less traffic to a Region, gradually, by weight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drain {
    pub region: Region,
    /// The share of its traffic that stays.
    pub to: Share,
    /// Over how long, in seconds.
    pub over_s: u64,
}

impl Drain {
    /// `20`, `20 10m`, `20% over 10m`.
    fn levels(region: Region, words: &[&str]) -> Result<Self, ArgumentError> {
        let mut words = words
            .iter()
            .filter(|word| !matches!(**word, "over" | "%" | "to"));
        let (Some(to), over, None) = (words.next(), words.next(), words.next()) else {
            let why = "a percentage and a time are accepted, such as `20 over 10m`";
            return Err(ArgumentError::Word(why.into()));
        };
        Ok(Self {
            region,
            to: to.parse()?,
            over_s: over.map_or(Ok(OVER_S), |over| seconds(over))?,
        })
    }
}

impl Action for Drain {
    const NAME: &'static str = "drain";
    const ABOUT: &'static str = "Send less traffic to a Region, step by step, by weight";
    const ARGUMENTS: &'static str = "REGION [PERCENT [over TIME]]";
    const EXAMPLE: &'static str = "eu-west-1 20 over 10m";
    const TAKES: Takes = Takes::Region;
    const PURPOSE: Purpose = Purpose::Shift;
    const RELIES_ON: &'static [&'static [Means]] =
        &[&[Means::Records, Means::DnsAnswers, Means::Traffic]];

    fn parse(words: &[&str], regions: &dyn Regions) -> Result<Self, ArgumentError> {
        match words {
            [] => Err(Self::usage()),
            [region] => Ok(Self {
                region: regions.of_fleet(region)?,
                to: Share::NONE,
                over_s: OVER_S,
            }),
            [region, levels @ ..] => Self::levels(regions.of_fleet(region)?, levels),
        }
    }

    fn region(&self) -> Option<&Region> {
        Some(&self.region)
    }

    fn target(&self) -> String {
        format!("{} to {} %", self.region, self.to)
    }

    fn question(&self) -> Option<Question> {
        Some(Question {
            title: format!("Drain {}", self.region),
            text: "What share of its traffic stays, in percent, and over how long: `20 over 10m`.",
            announced: "Enter asks for the share that stays and the time",
            answer: format!("{} over {}", self.to, time(self.over_s)),
        })
    }

    fn answered(&self, words: &[&str]) -> Result<Self, ArgumentError> {
        Self::levels(self.region.clone(), words)
    }

    fn leaves(&self) -> Option<&Region> {
        Some(&self.region)
    }

    /// Drain to nothing.
    fn offers(_: &Snapshot, region: &Region) -> Vec<Self> {
        vec![Self {
            region: region.clone(),
            to: Share::NONE,
            over_s: OVER_S,
        }]
    }

    /// In two levels, to nothing.
    fn rehearsals(places: &Places) -> Vec<Rehearsal<Self>> {
        let intent = Self {
            region: places.other.clone(),
            to: Share::NONE,
            over_s: 240,
        };
        vec![Rehearsal::calm("drain", intent)]
    }

    fn plan(&self, context: &PlanContext<'_>) -> Result<Draft, Refused> {
        let Self { region, to, over_s } = self;
        let to = to.percent();
        context.site(region)?;
        let choice = ways::choose(context, region, Some(Mechanism::Records))?;
        let (_, now) = weights::shares(context, region).ok_or_else(|| {
            Refused::new(format!(
                "what share of its traffic {region} has now is not known: its record leads to records that are not"
            ))
        })?;
        if now <= f64::from(to) {
            return Err(Refused::new(format!(
                "{region} has {} of its traffic already",
                format::share(now)
            )));
        }
        let title = format!(
            "Drain {region} from {} to {to} % over {}",
            format::share(now),
            format::seconds(*over_s)
        );
        let mut plan = Draft::new(title, region.as_str());
        plan.checks
            .push(preconditions::not_the_last(context.snapshot, region));
        plan.checks.extend(shift::receiving(
            context,
            region,
            Leaving::ByShares,
            (now - f64::from(to)) / now,
        ));
        plan.checks
            .extend(region_switch::beside(context.snapshot, &[region], None));
        plan.steps = steps(context, region, now, to, *over_s)?;
        plan.inverse = inverse(context, region, &plan.steps)?;
        plan.notes.extend(records_told::notes(&plan.steps));
        plan.notes
            .extend(shift::takers(context, region, Leaving::ByShares));
        plan.notes.push(shift::caches(context, region));
        if weights::makes_group(context, region) {
            plan.notes.push(format!(
                "The record of {region} becomes an alias to a weighted group, {}; undo makes it what it was and leaves the group, which then nothing leads to.",
                crate::names::group(context.spec, region)
            ));
            plan.notes.extend(weights::lost(context, region));
        }
        plan.mechanism = Some(choice);
        Ok(plan)
    }
}

/// Weight, gate, weight, gate …; each batch is planned on what the one before leaves behind.
fn steps(
    context: &PlanContext<'_>,
    region: &Region,
    now: f64,
    to: u8,
    over_s: u64,
) -> Result<Vec<Step>, Refused> {
    let levels = weights::levels(over_s);
    let mut steps: Vec<Step> = Vec::new();
    let mut before = now;
    let mut expected = Vec::new();
    for level in 1..=levels {
        let share = now - (now - f64::from(to)) * level as f64 / levels as f64;
        let percent = share.round() as u8;
        let mut change = record_change::change(context, region, percent)?;
        if level > 1 {
            // The world as the batch before left it.
            for name in &mut change.names {
                let left: Option<&crate::task::NameChange> = expected
                    .iter()
                    .find(|left: &&crate::task::NameChange| left.name == name.name);
                if let Some(left) = left {
                    name.before.clone_from(&left.after);
                }
            }
        }
        expected.clone_from(&change.names);
        let id = format!("weight-{percent}");
        let after = steps.last().map(|step| step.id.clone());
        let weight = Step::new(
            id.clone(),
            format!("Reduce the traffic of {region} to {percent} %"),
            Task::ChangeRecords(change.clone()),
            context.snapshot,
        )
        .changes(
            record_change::told(context, region, &change).unwrap_or_else(|| {
                Change::new(
                    format!("share of {region}"),
                    format::share(before),
                    format!("{percent} %"),
                )
            }),
        )
        .shifts(shift::shift(context, region, percent))
        .after(after);
        steps.push(weight);
        let within = shift::within(context, shift::receivers(context, region), over_s / levels);
        let gate = Step::new(
            format!("gate-{percent}"),
            "Receiving Regions are within limits",
            within,
            context.snapshot,
        );
        steps.push(gate.after([id]));
        before = share;
    }
    if to == 0 {
        let last = steps.last().map(|step| step.id.clone()).unwrap_or_default();
        steps.extend(
            shift::observed(context, region, Way::Out, &last, "")
                .into_iter()
                .take(2),
        );
    }
    Ok(steps)
}

fn inverse(
    context: &PlanContext<'_>,
    region: &Region,
    steps: &[Step],
) -> Result<Vec<Step>, Refused> {
    let Some(first) = steps.first().map(|step| step.id.clone()) else {
        return Ok(Vec::new());
    };
    let (by, id) = (Mechanism::Records, "undo.weights");
    let done = (steps, first.as_str());
    let back = shift::take_back(context, region, done, Way::Back, by, id)?.undoes(first.clone());
    let mut all = vec![back];
    all.extend(
        shift::observed(context, region, Way::Back, "undo.weights", "undo.")
            .into_iter()
            .take(1)
            .map(|step| step.undoes(first.clone())),
    );
    Ok(all)
}
