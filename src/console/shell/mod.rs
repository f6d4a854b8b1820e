//! The terminal and the loop: events in, effects out, a frame when something changed.

mod approvals;
mod arrival;
mod backend;
mod cells;
mod decode;
mod effects;
mod fleets;
mod follow;
mod input;
mod logs;
mod own;
mod paint;
mod panics;
mod player;
mod recorder;
mod runs;
mod several;
mod signals;
mod snap;
mod team;
mod tty;

use std::io::{self, Stdout};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::layout::Size;
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until, timeout};

use self::arrival::Arrival;
use self::backend::Quiet;
use self::effects::{Left, Outside};
use self::input::Input;
use self::paint::Painter;
use self::signals::{Signals, Wish};
use self::snap::Shot;
use self::tty::Tty;
use super::app::{Effect, Keymap, Msg, Replay, Start, State, update};
use super::{ConsoleError, Ended, Outcome, Setup, ToldNews};
use gwctl_fleet::Snapshot;

/// No more than 30 frames a second.
const FRAME: Duration = Duration::from_millis(33);

/// Nobody reads more than five pictures a second: of more, where the fleet's time runs fast or everything
/// answers at once, each would only move the ages on.
const PICTURE: Duration = Duration::from_millis(200);

/// How long after the first complete picture what hangs on its answers may still come in.
const FILLED: Duration = Duration::from_millis(500);

/// How long what another program wrote on the screen may stand there: then everything is written again.
const REPAIR: Duration = Duration::from_secs(20);

/// How long a terminal may take to say how large it is: containers' terminals begin without a size.
const SIZING: Duration = Duration::from_secs(2);

/// Takes the terminal, runs the loop, gives the terminal back.
pub(super) async fn run(setup: Setup) -> Result<Ended, ConsoleError> {
    let watch = panics::Watch::start();
    let ended = {
        let shown = AssertUnwindSafe(show(setup, &watch)).catch_unwind();
        shown.await
    };
    match (ended, watch.report()) {
        (_, Some(report)) => Err(ConsoleError::Panicked { report }),
        (Ok(ended), None) => ended,
        (Err(_), None) => Err(ConsoleError::Panicked {
            report: "without a report".into(),
        }),
    }
}

async fn show(setup: Setup, watch: &panics::Watch) -> Result<Ended, ConsoleError> {
    let painter = Painter::new(&setup)?;
    Tty::check()?;
    let mut signals = Signals::listen().map_err(failed("listening to signals"))?;
    let size = sized(&mut signals).await?;
    let state = first_state(&setup, &painter, size)?;
    let tty = Tty::take(setup.mouse)?;
    let mut console = Console::new(setup, state, painter)?;
    let ended = match console.run(&tty, signals, watch).await {
        // A terminal that went away while it was written to.
        Err(ConsoleError::Terminal { .. }) if !Tty::is_there() => {
            Ok(Outcome::Signal(Signals::hangup()))
        }
        ended => ended,
    };
    console.outside.recorder.finish();
    console.outside.end().await;
    let left = console.outside.runs.left();
    drop(console);
    drop(tty);
    ended.map(|outcome| Ended { outcome, left })
}

fn failed(doing: &'static str) -> impl Fn(io::Error) -> ConsoleError {
    move |cause| ConsoleError::Terminal { doing, cause }
}

/// How large the terminal is; an error where it does not say so soon.
async fn sized(signals: &mut Signals) -> Result<(u16, u16), ConsoleError> {
    let known = async {
        loop {
            match Tty::size() {
                (0, _) | (_, 0) => signals.resized().await,
                size => return size,
            }
        }
    };
    timeout(SIZING, known)
        .await
        .map_err(|_| ConsoleError::NoSize)
}

fn first_state(setup: &Setup, painter: &Painter, size: (u16, u16)) -> Result<State, ConsoleError> {
    let fleets = setup.fleets.names();
    let spec = setup
        .fleets
        .spec(&setup.fleet)
        .ok_or_else(|| ConsoleError::NoSuchFleet {
            name: setup.fleet.clone(),
            known: fleets.join(", "),
        })?;
    let mut blank = Snapshot::blank(&setup.fleet, &spec, setup.clock.now());
    blank.pace = setup.pace;
    let mut state = State::new(Start {
        blank: Arc::new(blank),
        fleets,
        mode: setup.mode.clone(),
        read_only: spec.read_only || !setup.write,
        themes: painter.themes(),
        theme: setup.theme.clone(),
        has_faults: setup.faults.is_some(),
        keymap: Keymap::new(&setup.keys)?,
        columns: setup.columns.clone(),
        marks: painter.marks(),
        wall: Timestamp::now(),
        size,
    });
    state.own.clone_from(&setup.own);
    state.untold.clone_from(&setup.untold);
    state.replay = setup.recording.as_deref().map(Replay::of);
    Ok(state)
}

/// Everything the loop holds.
struct Console {
    state: State,
    terminal: Terminal<Quiet<Stdout>>,
    painter: Painter,
    outside: Outside,
    arrivals: mpsc::UnboundedReceiver<Arrival>,
    input: Input,
    /// When the next frame is drawn, where the screen may no longer show the state.
    due: Option<Instant>,
    /// When the last one was.
    drawn: Instant,
    /// When everything is written again.
    repair: Instant,
    /// When the picture of the fleet on screen became complete.
    filled: Option<Instant>,
    quit: bool,
}

impl Console {
    fn new(mut setup: Setup, state: State, painter: Painter) -> Result<Self, ConsoleError> {
        let (columns, rows) = state.size;
        let backend = Quiet::new(io::stdout(), Size::new(columns, rows));
        let (sender, arrivals) = mpsc::unbounded_channel();
        if let Some(told) = setup.told.take() {
            tokio::spawn(hear(told, sender.clone()));
        }
        Ok(Self {
            state,
            terminal: Terminal::new(backend).map_err(failed("measuring the screen"))?,
            painter,
            outside: Outside::new(setup, sender)?,
            arrivals,
            input: Input::listen().map_err(failed("listening to the keys"))?,
            due: None,
            drawn: Instant::now(),
            repair: Instant::now() + REPAIR,
            filled: None,
            quit: false,
        })
    }

    async fn run(
        &mut self,
        tty: &Tty,
        mut signals: Signals,
        watch: &panics::Watch,
    ) -> Result<Outcome, ConsoleError> {
        // What changed before anybody listened.
        self.measure()?;
        // The first frame needs nothing but the configuration.
        self.draw()?;
        self.take(Msg::Start)?;
        drill::panic_if_asked();
        let mut seconds = seconds();
        while !self.quit {
            tokio::select! {
                () = watch.token.cancelled() => break,
                wish = signals.next() => match wish {
                    Wish::Leave(number) => return Ok(Outcome::Signal(number)),
                    Wish::Measure => self.measure()?,
                    Wish::Suspend => self.suspend(tty, &mut signals).await?,
                    Wish::GoOn => self.go_on(tty)?,
                },
                heard = self.input.next() => match heard {
                    Some(msg) => self.take(msg)?,
                    None => return Ok(Outcome::Signal(Signals::hangup())),
                },
                Some(arrival) = self.arrivals.recv() => self.arrived(arrival)?,
                picture = self.outside.picture() => self.take(picture)?,
                _ = seconds.tick() => {
                    if !Tty::is_there() {
                        return Ok(Outcome::Signal(Signals::hangup()));
                    }
                    let now = self.outside.clock().now();
                    self.take(Msg::Tick { now, wall: Timestamp::now() })?;
                }
                () = sleep_until(self.due.unwrap_or(self.drawn)), if self.due.is_some() => self.draw()?,
                () = sleep_until(self.repair) => self.repaint()?,
            }
        }
        Ok(Outcome::Quit)
    }

    /// The terminal is the shell's until it lets the console go on.
    async fn suspend(&mut self, tty: &Tty, signals: &mut Signals) -> Result<(), ConsoleError> {
        if !signals::has_shell() {
            return Ok(());
        }
        Tty::leave();
        signals
            .stand_still()
            .await
            .map_err(failed("suspending the console"))?;
        self.go_on(tty)
    }

    /// Whatever was done to the terminal meanwhile, it is the console's again.
    fn go_on(&mut self, tty: &Tty) -> Result<(), ConsoleError> {
        tty.enter()?;
        self.measure()?;
        self.repaint()
    }

    /// Writes the whole screen again.
    fn repaint(&mut self) -> Result<(), ConsoleError> {
        self.repair = Instant::now() + REPAIR;
        let written = self.terminal.backend_mut().repaint();
        written.map_err(failed("drawing"))
    }

    /// The size may have changed.
    fn measure(&mut self) -> Result<(), ConsoleError> {
        let size = Tty::size();
        if size == self.state.size {
            return Ok(());
        }
        self.terminal
            .backend_mut()
            .set_size(Size::new(size.0, size.1));
        self.take(Msg::Resize(size.0, size.1))
    }

    fn arrived(&mut self, arrival: Arrival) -> Result<(), ConsoleError> {
        let news = match arrival {
            Arrival::Msg(msg) => vec![msg],
            Arrival::Ring(sequence) => {
                let backend = self.terminal.backend_mut();
                backend
                    .send(&sequence)
                    .map_err(failed("ringing the bell"))?;
                Vec::new()
            }
            Arrival::NotRecorded(why) => {
                self.outside.recorder.fail(why);
                Vec::new()
            }
            Arrival::Opened(generation, opened) => {
                self.outside.watch(generation, *opened, self.state.pace)
            }
            Arrival::Running(running, means) => {
                vec![self.outside.runs.began(running, *means)]
            }
            Arrival::Several(came) => vec![self.outside.of_several(came)],
            Arrival::Unfinished(generation, run, hold) => {
                // A live run of this console is not followed by its file as well.
                if !self.state.guided.is_live() {
                    self.outside.runs.follow(run.id.clone());
                }
                vec![Msg::Unfinished(generation, run, hold)]
            }
        };
        news.into_iter().try_for_each(|msg| self.take(msg))
    }

    /// Updates the state, and does what follows from it, and what follows from that.
    fn take(&mut self, msg: Msg) -> Result<(), ConsoleError> {
        let mut news = std::collections::VecDeque::from([msg]);
        while let Some(msg) = news.pop_front() {
            let pause = match &msg {
                Msg::Snapshot(_, picture) if self.fills_in(picture) => FRAME,
                Msg::Snapshot(..) | Msg::Run(..) => PICTURE,
                _ => FRAME,
            };
            self.outside.record(&msg);
            let due = self.drawn + pause;
            self.due = Some(self.due.map_or(due, |sooner| sooner.min(due)));
            for effect in update(&mut self.state, msg) {
                news.extend(self.perform(effect)?);
            }
        }
        Ok(())
    }

    /// Whether the operator still waits for the first figures: each answer shows at once.
    fn fills_in(&mut self, picture: &Snapshot) -> bool {
        if !picture.complete {
            self.filled = None;
            return true;
        }
        self.filled.get_or_insert_with(Instant::now).elapsed() < FILLED
    }

    fn perform(&mut self, effect: Effect) -> Result<Vec<Msg>, ConsoleError> {
        match self.outside.perform(effect) {
            Left::Nothing => {}
            Left::News(news) => return Ok(news),
            Left::Copy(text) => {
                let sequence = clipboard(&text);
                self.terminal
                    .backend_mut()
                    .send(&sequence)
                    .map_err(failed("copying"))?;
            }
            Left::Snap(file) => {
                let shot = Shot::of(&self.state, self.painter.theme(), file);
                self.outside.save(shot);
            }
            Left::Repaint => self.repaint()?,
            Left::Suspend if signals::has_shell() => {
                signals::suspend_job().map_err(failed("suspending the console"))?;
            }
            Left::Suspend => {
                let why = "there is no shell to go back to: gwctl was not started from one here";
                return Ok(vec![Msg::Failed(why.into())]);
            }
            Left::Quit => self.quit = true,
        }
        Ok(Vec::new())
    }

    fn draw(&mut self) -> Result<(), ConsoleError> {
        self.due = None;
        self.drawn = Instant::now();
        if let Err(why) = self.painter.choose(&self.state.theme) {
            self.state.theme = self.painter.name().into();
            self.take(Msg::Failed(why.to_string()))?;
        }
        let (state, painter) = (&self.state, &self.painter);
        let mut hits = super::app::Hits::default();
        let drawn = self
            .terminal
            .draw(|frame| hits = painter.draw(frame, state));
        drawn.map_err(failed("drawing"))?;
        update(&mut self.state, Msg::Drawn(hits));
        Ok(())
    }
}

/// Ticks when the wall clock's second changes, so that ages change all at once.
fn seconds() -> Interval {
    let into = u64::try_from(Timestamp::now().subsec_nanosecond()).unwrap_or(0);
    let first = Instant::now() + Duration::from_nanos(1_000_000_000_u64.saturating_sub(into));
    let mut interval = interval_at(first, Duration::from_secs(1));
    interval.set_missed_tick_behavior(MissedTickBehavior::Skip);
    interval
}

/// Hands on what becomes of telling others.
async fn hear(mut told: mpsc::UnboundedReceiver<ToldNews>, sender: mpsc::UnboundedSender<Arrival>) {
    while let Some(news) = told.recv().await {
        let arrival = match news {
            ToldNews::Ring(sequence) => Arrival::Ring(sequence),
            ToldNews::Failed(why) => Arrival::Msg(Msg::Failed(why)),
            ToldNews::Came(told) => Arrival::Msg(Msg::Told(told)),
        };
        if sender.send(arrival).is_err() {
            return;
        }
    }
}

/// OSC 52: the terminal puts it into the clipboard of the machine one sits at, also over ssh.
fn clipboard(text: &str) -> String {
    use base64::Engine as _;
    format!(
        "\x1b]52;c;{}\x07",
        base64::engine::general_purpose::STANDARD.encode(text)
    )
}

/// Panics on request, so that tests can see the terminal survive one. Debug builds only.
mod drill {
    #[cfg(debug_assertions)]
    #[expect(clippy::panic, reason = "panicking is what it is for")]
    pub(super) fn panic_if_asked() {
        match std::env::var("GWCTL_TEST_PANIC").as_deref() {
            Ok("loop" | "loop-abort") => panic!("a drill on the loop"),
            Ok("task" | "task-abort") => drop(tokio::spawn(async { panic!("a drill in a task") })),
            _ => {}
        }
    }

    #[cfg(not(debug_assertions))]
    pub(super) const fn panic_if_asked() {}
}
