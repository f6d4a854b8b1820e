//! Doing what the update asked for. Nothing here waits: what takes time is a task whose result
//! comes back as a message.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use crate::console::Setup;
use crate::console::app::{Effect, Msg};
use crate::fleet::{Clock, Snapshot};
use crate::observe::Observer;

/// What tasks send to the loop.
pub(super) enum Arrival {
    /// For the update.
    Msg(Msg),
    /// The fleet asked for with this generation is being watched.
    Observer(u64, Observer),
}

/// The world outside, as far as effects reach it.
pub(super) struct Outside {
    setup: Setup,
    sender: mpsc::UnboundedSender<Arrival>,
    observer: Option<Arc<Observer>>,
    picture: Option<watch::Receiver<Arc<Snapshot>>>,
    /// The fleet asked for last.
    generation: u64,
}

/// What an effect leaves for the loop to do at once.
pub(super) enum Left {
    /// Nothing.
    Nothing,
    /// These are news for the update.
    News(Vec<Msg>),
    /// Put this into the clipboard.
    Copy(String),
    /// Leave.
    Quit,
}

impl Outside {
    pub fn new(setup: Setup, sender: mpsc::UnboundedSender<Arrival>) -> Self {
        Self {
            setup,
            sender,
            observer: None,
            picture: None,
            generation: 0,
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
            Effect::SetPace(pace) => {
                if let Some(observer) = &self.observer {
                    observer.set_pace(pace);
                }
            }
            Effect::Refresh => {
                if let Some(observer) = &self.observer {
                    observer.refresh();
                }
            }
            Effect::Votes(generation, check) => self.ask_votes(generation, check),
            Effect::Open(generation, name, pace) => {
                return Left::News(self.open(generation, &name, pace));
            }
            Effect::ListFaults => return Left::News(self.list_faults()),
            Effect::SetFault { id, on } => {
                let result = self.setup.faults.as_ref().map(|panel| panel.set(&id, on));
                let mut news = self.list_faults();
                if let Some(Err(why)) = result {
                    news.push(Msg::Failed(why));
                }
                return Left::News(news);
            }
        }
        Left::Nothing
    }

    /// Stops to watch the fleet before, shows the picture of nothing of the next one, and opens it.
    fn open(&mut self, generation: u64, name: &str, pace: crate::fleet::Pace) -> Vec<Msg> {
        self.observer = None;
        self.picture = None;
        self.generation = generation;
        let Some(spec) = self.setup.fleets.spec(name) else {
            return vec![Msg::Opened(
                generation,
                Err(format!("the configuration has no fleet `{name}`")),
            )];
        };
        let blank = Snapshot::blank(name, &spec, self.setup.clock.now());
        let read_only = spec.read_only || !self.setup.write;
        let opening = self.setup.fleets.open(name, pace);
        let sender = self.sender.clone();
        tokio::spawn(async move {
            let arrival = match opening.await {
                Ok(observer) => Arrival::Observer(generation, observer),
                Err(why) => Arrival::Msg(Msg::Opened(generation, Err(why))),
            };
            // Nobody listens when the console has ended.
            let _ = sender.send(arrival);
        });
        vec![Msg::Opening(generation, Arc::new(blank), read_only)]
    }

    /// The fleet asked for arrived; one that was asked for before it is let go.
    pub fn watch(
        &mut self,
        generation: u64,
        observer: Observer,
        pace: crate::fleet::Pace,
    ) -> Vec<Msg> {
        if generation != self.generation {
            return Vec::new();
        }
        // The pace may have been changed while the fleet was being opened.
        observer.set_pace(pace);
        let mut picture = observer.watch();
        let newest = Arc::clone(&picture.borrow_and_update());
        self.picture = Some(picture);
        self.observer = Some(Arc::new(observer));
        vec![
            Msg::Opened(generation, Ok(())),
            Msg::Snapshot(generation, newest),
        ]
    }

    /// The next picture of the fleet that is watched. Waits for ever while none is.
    pub async fn picture(&mut self) -> Msg {
        let Some(picture) = &mut self.picture else {
            return std::future::pending().await;
        };
        if picture.changed().await.is_ok() {
            return Msg::Snapshot(self.generation, Arc::clone(&picture.borrow_and_update()));
        }
        self.picture = None;
        let why = "nothing watches the fleet any more; `:fleet NAME` starts again";
        Msg::Opened(self.generation, Err(why.into()))
    }

    fn ask_votes(&self, generation: u64, check: String) {
        let Some(observer) = self.observer.clone() else {
            return;
        };
        let sender = self.sender.clone();
        tokio::spawn(async move {
            let votes = observer.votes(&check).await;
            let _ = sender.send(Arrival::Msg(Msg::Votes(generation, votes)));
        });
    }

    fn list_faults(&self) -> Vec<Msg> {
        self.setup
            .faults
            .iter()
            .map(|panel| Msg::Faults(panel.list()))
            .collect()
    }
}
