//! Another member becomes the writer (aws-facts §2.3 to §2.7).

use serde::{Deserialize, Serialize};

use super::action::{Action, Takes};
use super::{preconditions, proxies, region_switch};
use crate::arguments::{ArgumentError, Regions};
use crate::draft::{Draft, PlanContext};
use crate::policy::purpose::Purpose;
use crate::rehearsal::{Places, Rehearsal};
use crate::task::{
    AwaitEndpoint, AwaitResync, CopySnapshot, Failover, Healthy, Switchover, WriteForwarding,
};
use crate::{Change, Mode, Refused, Step, Task, advise, data_loss};
use gwctl_fleet::assumptions::Means;
use gwctl_fleet::{Member, Region, Snapshot, Topology};
use gwctl_store::digest;

/// What of the assumption ledger a change of the writer relies on.
pub(super) const MEANS: &[Means] = &[
    Means::WriterEndpoint,
    Means::Switchover,
    Means::Failover,
    Means::WriteForwarding,
];

/// Make another member of the global database the writer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Promote {
    /// The Region that becomes the writer's.
    pub target: Region,
    /// Switchover or failover; none lets the advisor choose.
    #[serde(default)]
    pub mode: Option<Mode>,
    /// Fail over although the primary is healthy.
    #[serde(default)]
    pub force: bool,
}

impl Action for Promote {
    const NAME: &'static str = "promote";
    const ABOUT: &'static str =
        "Make another Region the database's writer, by switchover or failover";
    const MENU: &'static str = "Make another Region the database's writer";
    const ARGUMENTS: &'static str = "REGION [switchover|failover] [force]";
    const EXAMPLE: &'static str = "eu-west-1 switchover";
    const TAKES: Takes = Takes::Region;
    const PURPOSE: Purpose = Purpose::Promote;
    const RELIES_ON: &'static [&'static [Means]] = &[MEANS];
    const RECOVERS: bool = true;

    fn parse(words: &[&str], regions: &dyn Regions) -> Result<Self, ArgumentError> {
        let (target, rest) = match words {
            [target, rest @ ..] if rest.len() <= 2 => (target, rest),
            _ => return Err(Self::usage()),
        };
        let mut promote = Self {
            target: regions.of_database(target)?,
            mode: None,
            force: false,
        };
        for word in rest {
            match *word {
                "switchover" => promote.mode = Some(Mode::Switchover),
                "failover" => promote.mode = Some(Mode::Failover),
                "force" => promote.force = true,
                other => {
                    let why = format!(
                        "`{other}` is not a way to promote; accepted are switchover, failover and force"
                    );
                    return Err(ArgumentError::Word(why));
                }
            }
        }
        Ok(promote)
    }

    fn region(&self) -> Option<&Region> {
        Some(&self.target)
    }

    fn choice(&self) -> String {
        let mode = self.mode.map_or("the recommended mode", Mode::word);
        format!("{} by {mode}", self.target)
    }

    fn promotes(&self) -> Option<&Region> {
        Some(&self.target)
    }

    /// Promote what is selected.
    fn offers(_: &Snapshot, region: &Region) -> Vec<Self> {
        vec![Self {
            target: region.clone(),
            mode: None,
            force: false,
        }]
    }

    /// By both modes.
    fn variants(self, _: &Snapshot) -> Vec<Self> {
        if self.mode.is_some() {
            return vec![self];
        }
        let by = |mode| Self {
            mode: Some(mode),
            ..self.clone()
        };
        [Mode::Switchover, Mode::Failover].map(by).into()
    }

    /// Planned on a calm day, unplanned while the primary is gone.
    fn rehearsals(places: &Places) -> Vec<Rehearsal<Self>> {
        let to = |mode| Self {
            target: places.other.clone(),
            mode: Some(mode),
            force: false,
        };
        vec![
            Rehearsal::calm("promote by switchover", to(Mode::Switchover)),
            Rehearsal::calm("promote by failover", to(Mode::Failover)).during("primary-dark"),
        ]
    }

    fn plan(&self, context: &PlanContext<'_>) -> Result<Draft, Refused> {
        let Self {
            target,
            mode,
            force,
        } = self;
        let cast = Cast::find(context, target)?;
        let advice = advise(context.snapshot);
        let mode = match mode {
            Some(mode) => *mode,
            None if advice.mode == Mode::EvacuateOnly => {
                return Err(Refused::new(format!(
                    "no promotion is needed: {}",
                    advice.why.join("; ")
                ))
                .instead(format!(
                    "`gwctl evacuate {}`; or say that you want a switchover or a failover.",
                    cast.writer.region
                )));
            }
            None => advice.mode,
        };
        let mut plan = Draft::new(title(&cast, mode), target.as_str());
        plan.checks = preconditions::promotion(context, &cast, mode, *force, &advice);
        plan.checks.extend(region_switch::beside(
            context.snapshot,
            &[&cast.writer.region, target],
            None,
        ));
        plan.steps = steps(context, &cast, mode);
        plan.inverse = inverse(context, &cast, mode, "");
        if mode == Mode::Failover {
            plan.data_loss = Some(data_loss::estimate(context.snapshot, target));
            plan.notes.push(format!(
                "After it Aurora rebuilds the old primary on a new volume: until then one Region less protects the data. If you can, stop clients that write to {}: for a while there may be two writers.",
                cast.writer.region
            ));
        }
        plan.notes.push(forwarding_note(context, &cast));
        plan.notes.extend(proxies::notes(context, &cast));
        plan.notes.push(
            "Infrastructure code will report the swapped roles as drift: do not let it change them back."
                .into(),
        );
        plan.advice = Some(advice);
        Ok(plan)
    }
}

fn title(cast: &Cast<'_>, mode: Mode) -> String {
    match mode {
        Mode::Failover => format!(
            "Fail over the database to {}, losing what was not replicated",
            cast.target.region
        ),
        _ => format!(
            "Switch the database's writer from {} to {}",
            cast.writer.region, cast.target.region
        ),
    }
}

/// Who plays in a promotion.
pub(super) struct Cast<'a> {
    pub(super) topology: &'a Topology,
    pub(super) writer: &'a Member,
    pub(super) target: &'a Member,
}

impl<'a> Cast<'a> {
    pub(super) fn find(context: &PlanContext<'a>, target: &Region) -> Result<Self, Refused> {
        if !context.spec.has_database() {
            return Err(Refused::new(
                "this fleet has no global database: there is no writer to move",
            )
            .instead("`evacuate` and `drain` move its traffic."));
        }
        let topology = context.snapshot.database.topology.last().ok_or_else(|| {
            Refused::new("gwctl could not read the global database: the writer is not known")
        })?;
        let writer = topology
            .writer()
            .ok_or_else(|| Refused::new("the global database has no writer at the moment"))?;
        let target = topology.member(target).ok_or_else(|| {
            let members: Vec<&str> = topology
                .members
                .iter()
                .map(|member| member.region.as_str())
                .collect();
            Refused::new(format!("the global database has no member in {target}"))
                .instead(format!("It has: {}.", members.join(", ")))
        })?;
        if target.writer {
            return Err(Refused::new(format!(
                "{} is the writer already",
                target.region
            )));
        }
        Ok(Self {
            topology,
            writer,
            target,
        })
    }
}

/// The steps of a promotion, also within a drill.
pub(super) fn steps(context: &PlanContext<'_>, cast: &Cast<'_>, mode: Mode) -> Vec<Step> {
    let snapshot = context.snapshot;
    let (from, to) = (&cast.writer.region, &cast.target.region);
    let mut steps = Vec::new();
    let change = Change::new("database writer", from.as_str(), to.as_str());
    let promoting = if mode == Mode::Failover {
        let task = Task::Failover(Failover {
            global: context.snapshot.database.id.clone(),
            from: from.clone(),
            target: to.clone(),
            target_arn: cast.target.arn.clone(),
            target_cluster: cast.target.cluster.clone(),
        });
        Step::new("failover", format!("Fail over to {to}"), task, snapshot)
    } else {
        let taking_part = [from, to];
        let members = cast.topology.members.iter();
        let forwarding_now = members.filter(|member| {
            // The primary shows nothing: as a secondary it takes the target's part.
            let shows = if member.writer { cast.target } else { member };
            context.snapshot.database.forwards(shows) == Some(true)
        });
        let all = forwarding_now.map(|member| {
            let step = forwarding(context, member, "forwarding");
            (taking_part.contains(&&member.region), step)
        });
        // A third Region that is dark must not keep the other two from switching.
        steps.extend(
            all.filter(|(needed, step)| *needed || step.broken().is_none())
                .map(|(_, step)| step),
        );
        let task = switchover(context, cast.writer, cast.target);
        let before: Vec<String> = steps.iter().map(|step| step.id.clone()).collect();
        Step::new(
            "switchover",
            format!("Switch the writer to {to}"),
            task,
            snapshot,
        )
        .after(before)
    };
    let promoting = promoting.changes(change);
    let id = promoting.id.clone();
    steps.push(promoting);
    steps.push(endpoint(context, cast.target, "endpoint").after([id.as_str()]));
    // Where the fleet has no API nothing serves.
    if snapshot.site(to).is_some() {
        let healthy = Task::Healthy(Healthy {
            regions: vec![to.clone()],
            for_s: 0,
            errors_percent: context.spec.rules.abort_5xx_percent,
        });
        let serving = Step::new("serving", format!("{to} serves"), healthy, snapshot);
        steps.push(serving.after([id.as_str()]));
    }
    let mut before_forwarding = id.clone();
    if mode == Mode::Failover {
        let seed = format!("{}{}", snapshot.at, cast.writer.arn);
        let copy = Task::CopySnapshot(CopySnapshot {
            region: from.clone(),
            cluster: cast.writer.cluster.clone(),
            copy: format!(
                "gwctl-{}-{}",
                cast.writer.cluster,
                &digest(seed.as_bytes())[..8]
            ),
        });
        let copy = Step {
            needs: Vec::new(),
            ..Step::new(
                "snapshot",
                format!("Keep the snapshot of {from}'s old volume"),
                copy,
                snapshot,
            )
        };
        steps.push(copy.after([id.as_str()]));
        let resync = resync(context, to);
        steps.push(
            Step::new(
                "resync",
                "Every member is connected again",
                resync,
                snapshot,
            )
            .after([id.as_str()]),
        );
        before_forwarding = "resync".into();
    }
    if context.snapshot.database.forwards(cast.target) == Some(true) {
        let mut last = forwarding(context, cast.writer, "forwarding-after");
        // What a dead Region needs is looked at again just before the step, when it is back.
        last.needs.retain(|_| mode != Mode::Failover);
        steps.push(last.after([before_forwarding]));
    }
    steps
}

/// What becomes of write forwarding: gwctl keeps it as it is, and never switches it on for a fleet without.
pub(super) fn forwarding_note(context: &PlanContext<'_>, cast: &Cast<'_>) -> String {
    let (old, new) = (&cast.writer.region, &cast.target.region);
    match context.snapshot.database.forwards(cast.target) {
        Some(true) => format!(
            "{old} will forward its writes as {new} does now. The primary does not show that setting: when the reply to ModifyDBCluster is lost there, the call is sent again, which changes nothing."
        ),
        Some(false) => format!(
            "{new} does not forward writes, so {old} will not either: clients that write in {old} must reach the writer in {new}."
        ),
        None => format!(
            "Whether {new} forwards writes is not shown, so {old} is left as it is: check whether writes in {old} reach the writer."
        ),
    }
}

pub(super) fn switchover(context: &PlanContext<'_>, from: &Member, to: &Member) -> Task {
    Task::Switchover(Switchover {
        global: context.snapshot.database.id.clone(),
        from: from.region.clone(),
        target: to.region.clone(),
        target_arn: to.arn.clone(),
        target_cluster: to.cluster.clone(),
    })
}

/// Every cluster that is a member now must be one again, and connected.
pub(super) fn resync(context: &PlanContext<'_>, asked_in: &Region) -> Task {
    let database = &context.snapshot.database;
    let topology = database.topology.last();
    let members = topology.into_iter().flat_map(|topology| &topology.members);
    Task::AwaitResync(AwaitResync {
        global: database.id.clone(),
        asked_in: asked_in.clone(),
        members: members.map(|member| member.region.clone()).collect(),
    })
}

pub(super) fn endpoint(context: &PlanContext<'_>, to: &Member, id: &str) -> Step {
    let task = Task::AwaitEndpoint(AwaitEndpoint {
        global: context.snapshot.database.id.clone(),
        target: to.region.clone(),
        cluster: to.cluster.clone(),
    });
    Step::new(
        id,
        format!("The writer endpoint points to {}", to.region),
        task,
        context.snapshot,
    )
}

pub(super) fn forwarding(context: &PlanContext<'_>, member: &Member, id: &str) -> Step {
    let task = Task::WriteForwarding(WriteForwarding {
        global: context.snapshot.database.id.clone(),
        region: member.region.clone(),
        cluster: member.cluster.clone(),
    });
    let step = Step::new(
        format!("{id}.{}", member.region),
        format!("{} forwards writes", member.region),
        task,
        context.snapshot,
    );
    match member.write_forwarding.as_deref() {
        // The step looks all the same, and sends nothing while it is so.
        Some("enabled" | "enabling") => step,
        now => step.changes(Change::new(
            format!("write forwarding of {}", member.cluster),
            now.unwrap_or("not shown on the primary"),
            "enabled",
        )),
    }
}

/// Back to the old writer. After a failover only once it is rebuilt.
pub(super) fn inverse(
    context: &PlanContext<'_>,
    cast: &Cast<'_>,
    mode: Mode,
    prefix: &str,
) -> Vec<Step> {
    let promoting = if mode == Mode::Failover {
        "failover"
    } else {
        "switchover"
    };
    let (old, new) = (cast.writer, cast.target);
    let mut steps = Vec::new();
    let task = switchover(context, new, old);
    let mut back = Step::new(
        format!("{prefix}undo.{promoting}"),
        format!("Switch the writer back to {}", old.region),
        task,
        context.snapshot,
    )
    .changes(Change::new(
        "database writer",
        new.region.as_str(),
        old.region.as_str(),
    ))
    .undoes(promoting);
    // It is planned while the old Region may be down; what it needs is looked at just before.
    back.needs
        .retain(|need| matches!(need.standing, crate::Standing::Stands));
    if mode == Mode::Failover {
        let id = format!("{prefix}undo.resync");
        let resync = resync(context, &new.region);
        steps.push(
            Step::new(
                id.clone(),
                "Every member is connected again",
                resync,
                context.snapshot,
            )
            .undoes(promoting),
        );
        back = back.after([id]);
    }
    let id = back.id.clone();
    steps.push(back);
    steps.push(
        endpoint(context, old, &format!("{prefix}undo.endpoint"))
            .after([id])
            .undoes(promoting),
    );
    steps
}
