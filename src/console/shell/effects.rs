//! Doing what the update asked for. Nothing here waits: what takes time is a task whose result
//! comes back as a message.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;

use super::arrival::Arrival;
use super::fleets::{FleetsLook, listed};
use super::logs::LogsTask;
use super::player::Player;
use super::recorder::Recorder;
use super::runs::{Keeper, Means, Runs};
use super::several::{FromSeveral, Several};
use super::snap::Shot;
use crate::app::{Effect, FleetsNews, Msg, NotWatched, SINCE, SeveralNews, SeveralWish};
use crate::{Opened, Setup};
use gwctl_actions::{Confirmation, Intent, look_up};
use gwctl_fleet::{Clock, Missing, Observed, Snapshot, Source};
use gwctl_observe::PastQuestion;
use gwctl_recording::{Head, Noted, RecordingError};

/// How long the first look at a fleet that was built or taken down in part may take: no longer than one
/// can do without it, should a Region not answer.
const FIRST_LOOK: Duration = Duration::from_secs(5);

/// The world outside, as far as effects reach it.
pub(super) struct Outside {
    setup: Setup,
    sender: mpsc::UnboundedSender<Arrival>,
    means: Option<Means>,
    /// Runs of guided actions.
    pub runs: Runs,
    /// An action on several fleets, until it is confirmed.
    pub several: Several,
    /// Keeps what is seen.
    pub recorder: Recorder,
    /// Plays the recording that is shown.
    player: Option<Player>,
    picture: Option<watch::Receiver<Arc<Snapshot>>>,
    /// The fleet asked for last.
    generation: u64,
    /// Its name.
    shown: String,
    /// The first look at the fleet as it is described now.
    reopening: Option<AbortHandle>,
    logs: LogsTask,
    /// Looks at the fleets that are not on screen.
    others: Option<FleetsLook>,
    /// The program of the operator's own that runs.
    own: Option<AbortHandle>,
}

/// What an effect leaves for the loop to do at once.
pub(super) enum Left {
    Nothing,
    /// These are news for the update.
    News(Vec<Msg>),
    /// Put this into the clipboard.
    Copy(String),
    /// Keep the screen as it stands as a picture in this file.
    Snap(Option<String>),
    /// Write the whole screen again.
    Repaint,
    /// Give the terminal to the shell.
    Suspend,
    /// Leave.
    Quit,
}

impl Outside {
    /// Fails where there is a recording to show that cannot be read.
    pub fn new(
        setup: Setup,
        sender: mpsc::UnboundedSender<Arrival>,
    ) -> Result<Self, RecordingError> {
        let runs = Runs::new(setup.runs.clone(), setup.operator.clone(), sender.clone());
        let incidents = setup.incidents.clone();
        let recorder = Recorder::new(incidents, setup.runs.clone(), sender.clone());
        let player = setup.recording.clone().map(Player::new).transpose()?;
        Ok(Self {
            setup,
            sender,
            means: None,
            runs,
            several: Several::default(),
            recorder,
            player,
            picture: None,
            generation: 0,
            shown: String::new(),
            reopening: None,
            logs: LogsTask::default(),
            others: None,
            own: None,
        })
    }

    /// Keeps what `msg` tells, where that is wanted.
    pub fn record(&mut self, msg: &Msg) {
        match msg {
            Msg::Snapshot(generation, picture) if *generation == self.generation => {
                let (fleet, fleets) = (picture.name.clone(), Arc::clone(&self.setup.fleets));
                let scenario = fleets.scenario(&fleet);
                let head = || {
                    Some(Head::new(
                        &fleet,
                        fleets.spec(&fleet)?,
                        picture.at,
                        scenario,
                    ))
                };
                if self.recorder.picture(picture, head) {
                    self.ask_happened(self.generation, SINCE);
                    self.ask_errors(self.generation);
                }
            }
            Msg::Happened(generation, happened) if *generation == self.generation => {
                self.recorder.happened(happened);
            }
            Msg::Errors(generation, errors) if *generation == self.generation => {
                self.recorder.errors(errors);
            }
            Msg::Run(run, _) => self.recorder.run(&run.id),
            _ => {}
        }
    }

    pub fn clock(&self) -> &dyn Clock {
        self.setup.clock.as_ref()
    }

    /// Does `effect`, or starts to.
    pub fn perform(&mut self, effect: Effect) -> Left {
        match effect {
            Effect::Quit => return Left::Quit,
            Effect::Copy(text) => return Left::Copy(text),
            Effect::Repaint => return Left::Repaint,
            // The loop has the screen.
            Effect::Snap(file) => return Left::Snap(file),
            Effect::Suspend => return Left::Suspend,
            Effect::MfaCode(code) => gwctl_observe::give_mfa_code(&code),
            Effect::SetPace(pace) => self
                .means
                .iter()
                .for_each(|means| means.observer.set_pace(pace)),
            Effect::Refresh => self.means.iter().for_each(|means| means.observer.refresh()),
            Effect::Votes(generation, check) => self.ask_votes(generation, check),
            Effect::AskHappened(generation, since) => self.ask_happened(generation, since),
            Effect::ReadRuns(generation, from) => {
                if let Some(means) = &self.means {
                    self.runs.events(generation, means, from);
                }
            }
            Effect::AskPast(generation, question) => self.ask_past(generation, question),
            Effect::AskLogs(question) => {
                if let Some(means) = &self.means {
                    let (observer, now) = (means.observer.clone(), self.setup.clock.now());
                    let sender = self.sender.clone();
                    // Nobody listens when the console has ended.
                    let send = move |msg| drop(sender.send(Arrival::Msg(msg)));
                    self.logs.ask(observer, question, now, send);
                }
            }
            Effect::StopLogs => self.logs.stop(),
            Effect::AskErrors(generation) => self.ask_errors(generation),
            Effect::Open(generation, name, pace) => {
                self.logs.stop();
                return Left::News(self.open(generation, &name, pace));
            }
            Effect::Start {
                plan,
                typed,
                waived,
                break_glass,
            } => {
                let operator = self.runs.operator(self.means.as_ref());
                let mut confirmed = Confirmation::of(&operator, typed, waived);
                confirmed.break_glass = break_glass;
                self.runs.start(self.means.clone(), plan, confirmed);
            }
            Effect::Several(wish) => self.wish_of_several(wish),
            Effect::Speak(id) => self.runs.speak(&id),
            Effect::StopAsking => self.runs.stop_asking(),
            Effect::Approve(generation, asked) => {
                self.runs.approve(self.means.as_ref(), generation, *asked);
            }
            Effect::Order(order) => self.runs.order(order),
            Effect::Resume { id, orders } => self.runs.resume(self.means.clone(), id, orders),
            Effect::Accept(id) => self.runs.accept(self.means.clone(), id),
            Effect::LeaveRun => self.runs.leave(),
            Effect::Keep { run, intent } => {
                self.runs.keep(self.setup.fleets.as_ref(), run, *intent);
            }
            Effect::Reopen(generation, name, pace) => {
                return Left::News(self.reopen(generation, &name, pace));
            }
            Effect::Seek(seek) => {
                let shown = self.player.as_mut().map(|player| player.seek(seek));
                return Left::News(shown.into_iter().collect());
            }
            Effect::Note(text) => {
                self.recorder.note(Noted {
                    at: self.setup.clock.now(),
                    by: self.runs.operator(self.means.as_ref()).word(),
                    text,
                });
            }
            Effect::NoteRun(id, text) => self.runs.note(self.means.as_ref(), id, text),
            Effect::ListRuns => self.runs.list(),
            Effect::ReadLately(binding) => self.runs.lately(self.means.as_ref(), *binding),
            Effect::ReadTried(generation, fleet) => self.read_tried(generation, &fleet),
            Effect::Follow(id) => self.runs.follow(id),
            Effect::LookUp(intent) => self.look_up(*intent),
            Effect::RunCommand(number, argv) => self.run_command(number, argv),
            Effect::EndCommand => self.end_command(),
            Effect::ListFleets => {
                let listed = listed(self.setup.fleets.as_ref(), self.clock());
                return Left::News(vec![Msg::Fleets(FleetsNews::Listed(listed))]);
            }
            Effect::LookAtFleets(wanted) => self.others = wanted.then(|| self.look_at_fleets()),
            Effect::ListFaults => return Left::News(self.list_faults()),
            Effect::SetFault { id, on } => {
                let result = self.setup.faults.as_ref().map(|panel| panel.set(&id, on));
                let mut news = self.list_faults();
                if let Some(Err(why)) = result {
                    news.push(Msg::Failed(why.to_string()));
                }
                return Left::News(news);
            }
        }
        Left::Nothing
    }

    /// Reads what was tried with a fleet that is configured.
    fn read_tried(&self, generation: u64, fleet: &str) {
        if let Some(spec) = self.setup.fleets.spec(fleet) {
            self.runs.tried(generation, spec);
        }
    }

    /// The console ends: what costs money is stopped, and what waits for approval is withdrawn.
    pub async fn end(&mut self) {
        self.runs.end_asking().await;
        self.logs.end().await;
    }

    /// Stops to watch the fleet before, shows the picture of nothing of the next one, and opens it.
    fn open(&mut self, generation: u64, name: &str, pace: gwctl_fleet::Pace) -> Vec<Msg> {
        if let Some(player) = &mut self.player {
            return vec![player.show()];
        }
        self.recorder.stop();
        self.means = None;
        self.picture = None;
        self.generation = generation;
        name.clone_into(&mut self.shown);
        let Some(spec) = self.setup.fleets.spec(name) else {
            return vec![Msg::Opened(
                generation,
                Err(NotWatched::NoFleet(name.into())),
            )];
        };
        let blank = Snapshot::blank(name, &spec, self.setup.clock.now());
        let read_only = spec.read_only || !self.setup.write;
        self.runs.look_for_unfinished(generation, spec.clone());
        let opening = self.setup.fleets.open(name, pace);
        let sender = self.sender.clone();
        tokio::spawn(async move {
            let opened = Box::new(opening.await);
            // Nobody listens when the console has ended.
            let _ = sender.send(Arrival::Opened(generation, opened));
        });
        vec![
            Msg::Opening(
                generation,
                Arc::new(blank),
                read_only,
                self.setup.fleets.scenario(name),
            ),
            Msg::Spec(generation, Arc::new(spec)),
        ]
    }

    /// Looks at the fleet as it is described now. What watches it as it was stays until there is a picture:
    /// nothing on screen is lost in between.
    fn reopen(&mut self, generation: u64, name: &str, pace: gwctl_fleet::Pace) -> Vec<Msg> {
        let Some(means) = &self.means else {
            return self.open(generation, name, pace);
        };
        let opening = self.setup.fleets.reopen(means.run_context.clone(), pace);
        let sender = self.sender.clone();
        let looking = tokio::spawn(async move {
            let opened = opening.await;
            opened.observer.first_complete(FIRST_LOOK).await;
            let _ = sender.send(Arrival::Opened(generation, Box::new(opened)));
        });
        // Only the newest description counts.
        if let Some(before) = self.reopening.replace(looking.abort_handle()) {
            before.abort();
        }
        Vec::new()
    }

    /// The fleet asked for arrived; one that was asked for before it is let go.
    pub fn watch(&mut self, generation: u64, opened: Opened, pace: gwctl_fleet::Pace) -> Vec<Msg> {
        if generation != self.generation {
            return Vec::new();
        }
        let Opened {
            observer,
            run_context,
        } = opened;
        // The pace may have been changed while the fleet was being opened.
        observer.set_pace(pace);
        let mut picture = observer.watch();
        let newest = Arc::clone(&picture.borrow_and_update());
        let spec = Arc::new(run_context.spec.clone());
        self.picture = Some(picture);
        let may_write = self.setup.write && !run_context.spec.read_only;
        let keeper = may_write.then(|| Arc::new(Keeper::begin(run_context.clone())));
        let team = self.runs.with_the_team(run_context.clone(), generation);
        let approvals = self.runs.with_approvals(run_context.clone(), generation);
        self.means = Some(Means {
            keeper,
            approvals: Arc::new(approvals),
            team: team.map(Arc::new),
            run_context,
            observer: Arc::new(observer),
        });
        vec![
            Msg::Opened(generation, Ok(())),
            Msg::Spec(generation, spec),
            Msg::Snapshot(generation, newest),
        ]
    }

    /// The next picture of the fleet that is watched. Waits for ever while none is.
    pub async fn picture(&mut self) -> Msg {
        if let Some(player) = &mut self.player {
            return player.next().await;
        }
        let Some(picture) = &mut self.picture else {
            return std::future::pending().await;
        };
        if picture.changed().await.is_ok() {
            return Msg::Snapshot(self.generation, Arc::clone(&picture.borrow_and_update()));
        }
        self.picture = None;
        Msg::Opened(self.generation, Err(NotWatched::Ended))
    }

    fn wish_of_several(&mut self, wish: SeveralWish) {
        let (fleets, basis) = (self.setup.fleets.as_ref(), self.runs.basis());
        let sender = self.sender.clone();
        // Nobody listens when the console has ended.
        let tell = move |came| drop(sender.send(Arrival::Several(came)));
        self.several.perform(wish, fleets, &basis, tell);
    }

    /// Something came of an action on several fleets: what the update hears of it.
    pub fn of_several(&mut self, came: FromSeveral) -> Msg {
        match came {
            FromSeveral::News(news) => news,
            FromSeveral::Planned(number, close, planned) => {
                self.several.planned(number, *close, planned)
            }
            FromSeveral::Runs(number, running, close) => {
                let now = running.state.borrow().clone();
                self.runs
                    .drive_beside(&running, close.run_context().clone());
                let sender = self.sender.clone();
                let send = move |msg| drop(sender.send(Arrival::Msg(msg)));
                tokio::spawn(super::several::tell(number, running, *close, send));
                Msg::Several(number, SeveralNews::Run(now))
            }
        }
    }

    fn look_at_fleets(&self) -> FleetsLook {
        let fleets = self.setup.fleets.as_ref();
        let sender = self.sender.clone();
        let tell = move |msg| sender.send(Arrival::Msg(msg)).is_ok();
        FleetsLook::begin(fleets, &self.shown, &self.setup.runs, tell)
    }

    /// Writes a picture of the screen. Keys are answered meanwhile.
    pub fn save(&self, shot: Shot) {
        let sender = self.sender.clone();
        tokio::task::spawn_blocking(move || {
            let saved = shot.save().map(|file| format!("saved {file}"));
            let said = saved.map_err(|why| why.to_string());
            let _ = sender.send(Arrival::Msg(Msg::Said(said)));
        });
    }

    fn ask_votes(&self, generation: u64, check: String) {
        let Some(Means { observer, .. }) = self.means.clone() else {
            let why = "nothing can be asked of a recording".into();
            let votes = Observed::missing(Missing::CouldNotAsk { why }, Source::this_machine());
            let _ = self
                .sender
                .send(Arrival::Msg(Msg::Votes(generation, votes)));
            return;
        };
        let sender = self.sender.clone();
        tokio::spawn(async move {
            let votes = observer.votes(&check).await;
            let _ = sender.send(Arrival::Msg(Msg::Votes(generation, votes)));
        });
    }

    fn ask_happened(&self, generation: u64, since: SignedDuration) {
        let Some(Means { observer, .. }) = self.means.clone() else {
            return;
        };
        let sender = self.sender.clone();
        tokio::spawn(async move {
            let happened = Box::new(observer.happened(since).await);
            let _ = sender.send(Arrival::Msg(Msg::Happened(generation, happened)));
        });
    }

    fn ask_past(&self, generation: u64, question: PastQuestion) {
        let Some(Means { observer, .. }) = self.means.clone() else {
            return;
        };
        let sender = self.sender.clone();
        tokio::spawn(async move {
            let past = Box::new(observer.past(question).await);
            let _ = sender.send(Arrival::Msg(Msg::Past(generation, past)));
        });
    }

    fn ask_errors(&self, generation: u64) {
        let Some(Means { observer, .. }) = self.means.clone() else {
            return;
        };
        let sender = self.sender.clone();
        tokio::spawn(async move {
            let errors = Box::new(observer.errors().await);
            let _ = sender.send(Arrival::Msg(Msg::Errors(generation, errors)));
        });
    }

    /// What planning must be told first: a certificate, the stacks that are there.
    fn look_up(&self, intent: Intent) {
        let Some(means) = self.means.clone() else {
            return;
        };
        let sender = self.sender.clone();
        tokio::spawn(async move {
            let run_context = &means.run_context;
            let found = look_up(
                intent,
                &run_context.fleet,
                &run_context.spec,
                &run_context.session,
            )
            .await;
            let msg = match found {
                Ok(intent) => Msg::Found(Box::new(intent)),
                Err(why) => Msg::Failed(why.to_string()),
            };
            let _ = sender.send(Arrival::Msg(msg));
        });
    }

    fn run_command(&mut self, number: u64, argv: Vec<String>) {
        self.end_command();
        let sender = self.sender.clone();
        let task = tokio::spawn(async move {
            let ended = super::own::run(argv).await;
            let _ = sender.send(Arrival::Msg(Msg::CommandEnded(number, ended)));
        });
        self.own = Some(task.abort_handle());
    }

    fn end_command(&mut self) {
        if let Some(before) = self.own.take() {
            before.abort();
        }
    }

    fn list_faults(&self) -> Vec<Msg> {
        self.setup
            .faults
            .iter()
            .map(|panel| Msg::Faults(panel.list()))
            .collect()
    }
}
