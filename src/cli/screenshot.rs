//! `gwctl screenshot`: any screen of the simulated fleet as a picture, without a terminal.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, PoisonError};
use std::time::Duration;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::exit::Exit;
use super::failure::Failure;
use super::flags::Global;
use super::incident::file;
use super::output;
use super::rehearsal::{act, rehearse};
use super::simulated::{self, Still, picture};
use super::simulated_fleets::{Worlds, stills};
use crate::actions::Intent;
use crate::actions::arguments::AnyRegion;
use crate::config::Paths;
use crate::console::app::{
    Acting, Code, Connection, FleetsNews, Hold, Key, Keymap, Leads, Listed, Logs, Mode, Msg,
    Replay, Replayed, SCREENS, SINCE, Screen, Start, State, Tab, update,
};
use crate::console::view::picture::Picture;
use crate::console::view::{DEFAULT, Depth, Theme, draw_into, picture as pictures};
use crate::fleet::format::clock;
use crate::fleet::{FleetSpec, Region, Snapshot};
use crate::observe::expected_dollars_per_hour;
use crate::observe::logs::{LogBoard, LogsAsked};
use crate::recording::{RecordingError, Reel};

/// How long, on the simulated clock, the complete picture may take.
const LIMIT: Duration = Duration::from_mins(1);

/// `gwctl screenshot`.
#[derive(Debug, Clone, Args)]
pub struct ScreenshotArgs {
    /// Which screen
    #[arg(long, value_name = "SCREEN", default_value = "fleet")]
    pub screen: Subject,
    /// The Region of the region screen [default: the fleet's first]
    #[arg(long, value_name = "CODE")]
    pub region: Option<String>,
    /// The guided action for the screens plan, checks, confirm and run, its words joined by commas:
    /// `evacuate,eu-west-1`
    #[arg(long, value_name = "ACTION", default_value = "evacuate,us-east-1")]
    pub action: String,
    /// How far into the run to look
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = super::flags::moment)]
    pub into: Duration,
    /// What happens in the simulated world; `gwctl sim scenarios` lists them
    #[arg(long, value_name = "NAME", default_value = "calm")]
    pub scenario: String,
    /// How far into the scenario to look, such as 90s, 5m or 1h
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = super::flags::moment)]
    pub after: Duration,
    /// The same seed gives the same picture
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// A recording to draw instead of the simulated fleet: a file, or its name as `gwctl incident list` shows it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["scenario", "after", "seed", "action", "into"])]
    pub replay: Option<PathBuf>,
    /// The time of day (UTC) to look at in the recording [default: its beginning]
    #[arg(long, value_name = "HH:MM", requires = "replay")]
    pub at: Option<jiff::civil::Time>,
    /// Columns and rows of the picture
    #[arg(long, value_name = "WxH", default_value = "160x48", value_parser = size)]
    pub size: (u16, u16),
    /// What kind of picture
    #[arg(short, long, value_name = "FORMAT", default_value = "svg")]
    pub output: Format,
    /// Where to write it [default: stdout]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// What can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A screen.
    Screen(Tab),
    /// The menu of guided actions.
    Actions,
    /// The plan of one.
    Plan,
    /// Its checks.
    Checks,
    /// Its confirmation.
    Confirm,
}

impl ValueEnum for Subject {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<Subject>> = LazyLock::new(|| {
            let screens = SCREENS.iter().map(|screen| Subject::Screen(screen.tab));
            let guided = [
                Subject::Actions,
                Subject::Plan,
                Subject::Checks,
                Subject::Confirm,
            ];
            screens.chain(guided).collect()
        });
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, about) = match self {
            Self::Screen(tab) => {
                let entry = &tab.entrance().entry;
                (entry.name, entry.about)
            }
            Self::Actions => ("actions", "The menu of guided actions"),
            Self::Plan => ("plan", "The plan of one"),
            Self::Checks => ("checks", "Its checks"),
            Self::Confirm => ("confirm", "Its confirmation"),
        };
        Some(PossibleValue::new(name).help(about))
    }
}

/// A kind of picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Lines and letters that scale.
    Svg,
    /// Pixels, twice the size of the grid.
    Png,
    /// The characters alone.
    Txt,
}

/// What was given for a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("columns and rows are accepted, up to 400x150, such as 160x48")]
struct NotASize;

fn size(text: &str) -> Result<(u16, u16), NotASize> {
    let parsed = text
        .split_once(['x', '\u{d7}'])
        .and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    match parsed {
        Some((width @ 1..=400, height @ 1..=150)) => Ok((width, height)),
        _ => Err(NotASize),
    }
}

/// Draws the screen and writes the picture. Time is virtual: nothing waits, and the same arguments
/// give the same bytes.
pub fn run(global: &Global, args: &ScreenshotArgs) -> Result<Exit, Failure> {
    let themes = Paths::find(None).ok().map(|paths| paths.themes);
    let name = global.theme.as_deref().unwrap_or(DEFAULT);
    let theme = Theme::load(name, themes.as_deref(), Depth::True, false)
        .map_err(|error| Failure::usage(error.to_string()))?;
    let still = Still {
        scenario: args.scenario.clone(),
        seed: args.seed,
        after: args.after,
        empty: false,
    };
    let state = if let Some(file) = &args.replay {
        replayed(args, file, &theme)?
    } else if args.screen == Subject::Screen(Screen::Run.tab()) {
        let seen = rehearse(&still, &intent(args)?, args.into, LIMIT)?;
        let mut state = state(args, seen.picture, &theme)?;
        update(&mut state, Msg::Run(seen.run, Hold::Ours));
        state
    } else if args.screen == Subject::Screen(Screen::Timeline.tab()) {
        let (picture, happened) = simulated::still(&still, async |target| {
            let observer = target.observe_only();
            let picture = observer.first_to_act_on(LIMIT).await;
            (picture, observer.happened(SINCE).await)
        })?;
        let mut state = state(args, picture, &theme)?;
        update(&mut state, Msg::Happened(0, Box::new(happened)));
        state
    } else if args.screen == Subject::Screen(Screen::Fleets.tab()) {
        fleets(&still, args, &theme)?
    } else if args.screen == Subject::Screen(Screen::Logs.tab()) {
        logs(&still, args, &theme)?
    } else if args.screen == Subject::Screen(Screen::Explain.tab()) {
        let (picture, happened, errors) = simulated::still(&still, async |target| {
            let observer = target.observe_only();
            let picture = observer.first_to_act_on(LIMIT).await;
            let happened = observer.happened(SINCE).await;
            (picture, happened, observer.errors().await)
        })?;
        let mut state = state(args, picture, &theme)?;
        update(&mut state, Msg::Happened(0, Box::new(happened)));
        update(&mut state, Msg::Errors(0, Box::new(errors)));
        state
    } else {
        guided(args, state(args, picture(&still, LIMIT)?, &theme)?)?
    };
    let bytes = render(args, &state, &theme)?;
    write(args, &bytes)?;
    Ok(Exit::Success)
}

/// A screen as it was at a moment of a recording.
fn replayed(args: &ScreenshotArgs, file: &Path, theme: &Theme) -> Result<State, Failure> {
    let Subject::Screen(_) = args.screen else {
        let why =
            "a recording shows screens; the menu and the plans of actions are made of a fleet";
        return Err(Failure::usage(why.to_owned()));
    };
    let path = file::find(&file::folder(&Paths::find(None)?, false), file)?;
    let recording = Arc::new(file::read(&path)?);
    let replay = Replay::of(&recording);
    let at = match args.at {
        Some(time) => replay.time_of_day(time).ok_or_else(|| {
            let [from, to] = [replay.from, replay.to].map(clock);
            Failure::usage(format!("the recording goes from {from} to {to} UTC"))
        })?,
        None => recording.from(),
    };
    let unreadable = |why: RecordingError| Failure::new(why.to_string());
    let mut reel = Reel::new(Arc::clone(&recording)).map_err(unreadable)?;
    reel.seek(recording.index(at)).map_err(unreadable)?;
    let moment = reel.moment(at).map_err(unreadable)?;
    let mut state = state(args, Arc::clone(&moment.picture), theme)?;
    state.mode = Mode::Recorded;
    state.has_faults = false;
    state.replay = Some(replay);
    update(
        &mut state,
        Msg::Spec(0, Arc::new(recording.head.spec.clone())),
    );
    update(
        &mut state,
        Msg::Replayed(Box::new(Replayed {
            at: moment.at,
            index: moment.index,
            playing: false,
            picture: moment.picture,
            happened: moment.happened,
            errors: moment.errors,
            run: moment.run,
        })),
    );
    Ok(state)
}

/// The Fleets screen, while a run acts on the last of the fleets.
fn fleets(still: &Still, args: &ScreenshotArgs, theme: &Theme) -> Result<State, Failure> {
    let intent = intent(args)?;
    let (pictures, run) = stills(
        still,
        |_| true,
        async |targets| {
            let mut pictures = Vec::new();
            let mut run = None;
            if let Some(last) = targets.last() {
                run = Some(act(last, &intent, args.into, LIMIT).await?.run);
            }
            for target in &targets {
                let picture = target.observe_only().first_to_act_on(LIMIT).await;
                let dollars_per_hour = expected_dollars_per_hour(&target.spec);
                let blank = Arc::new(Snapshot::blank(&target.name, &target.spec, picture.at));
                pictures.push((
                    picture,
                    Listed {
                        blank,
                        dollars_per_hour,
                    },
                ));
            }
            Ok((pictures, run))
        },
    )?;
    let own = pictures.first().map(|(picture, _)| Arc::clone(picture));
    let own = own.ok_or_else(|| Failure::new("there is no fleet to draw"))?;
    let mut state = state(args, own, theme)?;
    let listed = pictures.iter().map(|(_, listed)| listed.clone()).collect();
    let mut news = vec![FleetsNews::Listed(listed)];
    let pictures = pictures.into_iter();
    news.extend(pictures.map(|(picture, _)| FleetsNews::Seen(picture)));
    let by = ("robin".to_owned(), "console".to_owned());
    let acting = run.map(|run| Acting::of(&run, Some(by)));
    news.push(FleetsNews::Acting(acting.into_iter().collect(), None));
    for came in news {
        update(&mut state, Msg::Fleets(came));
    }
    Ok(state)
}

/// The Logs screen after it read everything.
fn logs(still: &Still, args: &ScreenshotArgs, theme: &Theme) -> Result<State, Failure> {
    let (picture, book) = simulated::still(still, async |target| {
        let observer = target.observe_only();
        let picture = observer.first_to_act_on(LIMIT).await;
        let until = target.clock.now();
        let window = Logs::default().window();
        let board = LogBoard::new(LogsAsked::all(until - window, until));
        let last = std::sync::Mutex::new(None);
        let keep = |book| *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(book);
        observer.logs().fill(&board, keep).await;
        (
            picture,
            last.into_inner().unwrap_or_else(PoisonError::into_inner),
        )
    })?;
    let mut state = state(args, picture, theme)?;
    // It asks by the first question, which is number 1.
    let now = state.now;
    update(&mut state, Msg::Tick { now, wall: now });
    if let Some(book) = book {
        update(&mut state, Msg::Logs(1, Box::new(book)));
    }
    update(&mut state, Msg::LogsRead(1));
    Ok(state)
}

/// A console that shows `snapshot` on the screen asked for.
fn state(args: &ScreenshotArgs, snapshot: Arc<Snapshot>, theme: &Theme) -> Result<State, Failure> {
    let mut state = State::new(Start {
        columns: None,
        marks: theme.glyphs.marks,
        blank: snapshot,
        fleets: if args.screen == Subject::Screen(Screen::Fleets.tab()) {
            Worlds::names()
        } else {
            Vec::new()
        },
        mode: Mode::Demo {
            scenario: args.scenario.clone(),
        },
        // The screens of guided actions show what may be done.
        read_only: !args.screen.acts(),
        themes: Vec::new(),
        theme: theme.name.clone(),
        has_faults: true,
        keymap: Keymap::default(),
        wall: jiff::Timestamp::UNIX_EPOCH,
        size: args.size,
    });
    state.connection = Connection::Open;
    let screen = screen(args, &state.shown)?;
    state.history.go(screen);
    Ok(state)
}

impl Subject {
    /// Whether it belongs to a guided action.
    fn acts(self) -> bool {
        match self {
            Self::Screen(tab) => tab == Screen::Run.tab(),
            Self::Actions | Self::Plan | Self::Checks | Self::Confirm => true,
        }
    }
}

fn intent(args: &ScreenshotArgs) -> Result<Intent, Failure> {
    let line = args.action.replace(',', " ");
    Intent::read(&line, &AnyRegion).map_err(|why| Failure::usage(why.to_string()))
}

/// As far into a guided action as its screen is, by the keys an operator presses.
fn guided(args: &ScreenshotArgs, mut state: State) -> Result<State, Failure> {
    let enters = match args.screen {
        Subject::Actions => {
            update(&mut state, Msg::Spec(0, args.spec()?));
            update(&mut state, Msg::Key(Key::char('a')));
            return Ok(state);
        }
        Subject::Plan => 1,
        Subject::Checks => 2,
        Subject::Confirm => 3,
        Subject::Screen(tab) => {
            // What could be done is planned from the configuration.
            if [Screen::Database.tab(), Screen::Edge.tab()].contains(&tab) {
                update(&mut state, Msg::Spec(0, args.spec()?));
            }
            return Ok(state);
        }
    };
    update(&mut state, Msg::Spec(0, args.spec()?));
    update(&mut state, Msg::Key(Key::char(':')));
    update(&mut state, Msg::Paste(args.action.replace(',', " ")));
    for _ in 0..enters {
        update(&mut state, Msg::Key(Key::plain(Code::Enter)));
    }
    Ok(state)
}

impl ScreenshotArgs {
    /// What a configuration of the simulated fleet would say.
    fn spec(&self) -> Result<Arc<FleetSpec>, Failure> {
        let still = Still {
            scenario: self.scenario.clone(),
            seed: self.seed,
            after: Duration::ZERO,
            empty: false,
        };
        simulated::still(&still, async |target| Arc::new(target.spec))
    }
}

fn screen(args: &ScreenshotArgs, snapshot: &Snapshot) -> Result<Screen, Failure> {
    let Subject::Screen(tab) = args.screen else {
        return Ok(Screen::Fleet);
    };
    match &tab.entrance().leads {
        Leads::To(screen) => Ok(screen.clone()),
        Leads::ToRun => Ok(Screen::Run),
        Leads::ToFleets => Ok(Screen::Fleets),
        Leads::ToRegion => region(args.region.as_deref(), snapshot),
    }
}

/// The screen of the Region asked for, or else of the first.
fn region(wanted: Option<&str>, snapshot: &Snapshot) -> Result<Screen, Failure> {
    let known: Vec<&Region> = snapshot.sites.iter().map(|site| &site.region).collect();
    let found = known
        .iter()
        .find(|region| wanted.is_none_or(|wanted| wanted == region.as_str()));
    let Some(region) = found else {
        let names: Vec<&str> = known.iter().map(|region| region.as_str()).collect();
        let wanted = wanted.unwrap_or_default();
        return Err(
            Failure::usage(format!("the fleet has no Region `{wanted}`"))
                .next(format!("It has: {}.", names.join(", "))),
        );
    };
    Ok(Screen::Region((*region).clone()))
}

fn render(args: &ScreenshotArgs, state: &State, theme: &Theme) -> Result<Vec<u8>, Failure> {
    let area = Rect::new(0, 0, args.size.0, args.size.1);
    let mut buffer = Buffer::empty(area);
    draw_into(&mut buffer, area, state, theme);
    let title = format!("gwctl {}: {}", state.screen().name(), args.scenario);
    let picture = || Picture::new(&buffer, theme.look(&title));
    Ok(match args.output {
        Format::Svg => picture().svg().into_bytes(),
        Format::Png => picture()
            .png()
            .map_err(|error| Failure::new(error.to_string()))?,
        Format::Txt => pictures::text(&buffer).into_bytes(),
    })
}

fn write(args: &ScreenshotArgs, bytes: &[u8]) -> Result<(), Failure> {
    match (&args.out, std::str::from_utf8(bytes)) {
        (Some(path), _) => std::fs::write(path, bytes)
            .map_err(|error| Failure::io(format!("write {}", path.display()), &error)),
        (None, Ok(text)) => output::print(text),
        (None, Err(_)) => {
            let mut out = std::io::stdout().lock();
            out.write_all(bytes)
                .and_then(|()| out.flush())
                .map_err(|error| Failure::io("write to stdout", &error))
        }
    }
}
