//! A simulated fleet, an observer of it, and runs on it.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use gwctl::actions::guided::{AttachCertificate, CertificateFacts};
use gwctl::actions::{
    Confirmation, Folder, Intent, NotStarted, Operator, Order, Phase, Plan, RunContext, RunState,
    Running, StepStatus, as_built, look_up, plan,
};
use gwctl::aws::Session;
use gwctl::fleet::{FleetSpec, Pace, Region, Snapshot};
use gwctl::sim::Sim;
use tempfile::TempDir;

use crate::observe::stand::Stand;

/// A fleet to act on.
pub struct Stage {
    pub stand: Stand,
    pub folder: Folder,
    /// What runs call AWS through; the observer's own otherwise.
    pub session: Session,
    /// The fleet's configuration.
    pub spec: FleetSpec,
    /// Where its runs are kept.
    pub dir: Arc<TempDir>,
}

pub fn operator() -> Operator {
    Operator {
        name: "ada".into(),
        host: "laptop".into(),
    }
}

/// Begins a run that waits for no table.
pub fn start(
    plan: &Plan,
    confirmation: &Confirmation,
    run_context: RunContext,
    folder: &Folder,
    operator: &Operator,
) -> Result<Running, NotStarted> {
    let begun = gwctl::actions::start(plan, confirmation, run_context, folder, operator);
    begun.now_or_never().expect("there is nothing to wait for")
}

/// Goes on with a run that waits for no table.
pub fn resume(
    id: &str,
    orders: &[Order],
    run_context: RunContext,
    folder: &Folder,
    operator: &Operator,
) -> Result<Running, NotStarted> {
    let gone_on = gwctl::actions::resume(id, orders, run_context, folder, operator);
    gone_on
        .now_or_never()
        .expect("there is nothing to wait for")
}

impl Stage {
    /// Over `sim`, once the first picture is complete.
    pub async fn over(sim: Sim) -> Self {
        Self::beside(sim, Arc::new(tempfile::tempdir().unwrap()), Pace::Incident).await
    }

    /// As [`Self::over`], looked at less often: hundreds of runs cost less so.
    pub async fn calmly(sim: Sim) -> Self {
        Self::beside(sim, Arc::new(tempfile::tempdir().unwrap()), Pace::Calm).await
    }

    /// As [`Self::over`], with the runs of `dir`.
    pub async fn beside(sim: Sim, dir: Arc<TempDir>, pace: Pace) -> Self {
        let spec = sim.spec();
        Self::configured(sim, dir, pace, spec).await
    }

    /// As [`Self::beside`], by another configuration than the world's own.
    pub async fn configured(sim: Sim, dir: Arc<TempDir>, pace: Pace, spec: FleetSpec) -> Self {
        let given = spec.clone();
        let stand = Stand::with(sim, pace, |_| given).await;
        let limit = Duration::from_mins(2);
        stand.observer.first_to_act_on(limit).await;
        Self {
            spec,
            folder: Folder::new(dir.path().join("runs")),
            session: stand.session.clone(),
            stand,
            dir,
        }
    }

    /// A fleet that is described and not built, in an account with nothing but its zone.
    pub async fn unbuilt() -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        Self::configured(super::world::empty(), dir, Pace::Calm, described()).await
    }

    pub fn sim(&self) -> &Sim {
        &self.stand.sim
    }

    pub fn run_context(&self) -> RunContext {
        RunContext {
            fleet: "orders".into(),
            spec: self.spec.clone(),
            session: self.session.clone(),
            prober: self.stand.prober(),
            picture: self.stand.observer.watch(),
            clock: self.stand.sim.clock(),
        }
    }

    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.stand.observer.watch().borrow().clone()
    }

    pub fn plan(&self, intent: &Intent) -> Plan {
        plan("orders", &self.spec, &self.snapshot(), &self.named(intent)).unwrap()
    }

    /// What planning must be told first.
    pub async fn looked_up(&self, intent: &Intent) -> Intent {
        let named = self.named(intent);
        if named.must_be_looked_up() {
            let asked = look_up(named, "orders", &self.spec, &self.session);
            return asked.await.unwrap();
        }
        named
    }

    /// A certificate without an ARN stands for any that fits and is not attached.
    fn named(&self, intent: &Intent) -> Intent {
        match intent {
            Intent::AttachCertificate(AttachCertificate { arn, .. }) if arn.is_empty() => {
                let state = self.stand.sim.state();
                let domain = state.spec().domain;
                let fits = state.resources.certificates.iter().find(|one| {
                    one.region == Region::global()
                        && one.status == "ISSUED"
                        && one.in_use_by.is_empty()
                        && one.alternative_names.contains(&domain)
                });
                let one = fits.expect("a certificate that fits");
                Intent::AttachCertificate(AttachCertificate {
                    arn: one.arn.clone(),
                    found: Some(CertificateFacts {
                        status: one.status.clone(),
                        names: one.alternative_names.clone(),
                    }),
                })
            }
            other => other.clone(),
        }
    }

    /// Confirms and begins `plan`.
    pub fn start(&self, plan: &Plan) -> Running {
        self.try_start(plan).unwrap()
    }

    /// As [`Self::start`], where a table of the team's is asked first.
    pub async fn begin(&self, plan: &Plan) -> Running {
        let (confirmed, operator) = (confirmation(plan), operator());
        let begun = gwctl::actions::start(
            plan,
            &confirmed,
            self.run_context(),
            &self.folder,
            &operator,
        );
        Box::pin(begun).await.unwrap()
    }

    pub fn try_start(&self, plan: &Plan) -> Result<Running, NotStarted> {
        start(
            plan,
            &confirmation(plan),
            self.run_context(),
            &self.folder,
            &operator(),
        )
    }

    /// Until the run is over or needs the operator.
    pub async fn settle(&self, running: &mut Running) -> Arc<RunState> {
        let settled = |state: &Arc<RunState>| {
            let moving = state
                .steps
                .values()
                .any(|step| step.status == StepStatus::Running);
            state.phase().over() || (state.phase() == Phase::Held && !moving)
        };
        let limit = Duration::from_hours(6);
        let mut states = running.state.clone();
        match tokio::time::timeout(limit, states.wait_for(settled)).await {
            Ok(Ok(state)) => state.clone(),
            // The run stopped before it came to rest.
            Ok(Err(_)) => running.state.borrow().clone(),
            Err(late) => panic!("not settled, {late}: {}", story(&running.state.borrow())),
        }
    }

    /// Gives an order, and waits until the run has taken it and is at rest again.
    pub async fn order(&self, running: &mut Running, order: Order) -> Arc<RunState> {
        let mut states = running.state.clone();
        states.mark_unchanged();
        running.control.order(order);
        states.changed().await.unwrap();
        self.settle(running).await
    }

    /// Carries out `intent` with nothing in its way.
    pub async fn carry_out(&self, intent: &Intent) {
        let intent = Box::pin(self.looked_up(intent)).await;
        let mut running = self.start(&self.plan(&intent));
        let state = self.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
        running.task.await.unwrap().unwrap();
    }
}

impl Stage {
    /// The fleet as it is configured once `intent` was carried out, under a new observer.
    pub async fn rebuilt(self, intent: &Intent) -> Self {
        let built = as_built(intent, "orders", &self.spec, &self.session).await;
        let built = built.unwrap();
        let again = as_built(intent, "orders", &built, &self.session).await;
        assert_eq!(
            again.unwrap(),
            built,
            "what is read back twice is there once"
        );
        if built == self.spec {
            return self;
        }
        let sim = self.stand.sim.clone();
        Self::configured(sim, self.dir, Pace::Calm, built).await
    }
}

/// What a configuration says of a fleet that is not built yet.
pub fn described() -> FleetSpec {
    toml::from_str(include_str!("../../src/cli/unbuilt.toml")).unwrap()
}

/// What was typed, everything waivable waived.
pub fn confirmation(plan: &Plan) -> Confirmation {
    let waived = plan.checks.iter().map(|check| check.name.clone());
    Confirmation::of(&operator(), &plan.confirm, waived.collect())
}

/// The run in lines, for a failed test.
pub fn story(state: &RunState) -> String {
    let mut text = format!("{}: {}\n", state.id, state.phase().word());
    for step in state.plan.steps.iter().chain(&state.plan.inverse) {
        let now = &state.steps[&step.id];
        let took = now.started.zip(now.ended).map(|(a, b)| b.duration_since(a));
        let _ = writeln!(
            text,
            "  {:<24}{:?} {took:?} {:?} {:?}",
            step.id, now.status, now.saw, now.held
        );
        for call in &now.calls {
            let _ = writeln!(text, "      {} {:?}", call.call, call.reply);
        }
    }
    text + &format!("{:?}", state.trips)
}

pub fn region(code: &str) -> Region {
    Region::new(code).unwrap()
}

/// Runs `what` in virtual time on this thread.
pub fn in_virtual_time<T>(what: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(what)
}
