//! Everything the console knows; the views draw from it and change nothing.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::rows::{self, Basis, Row};
use super::{
    Asked, By, Chart, Charts, Explained, Filter, Guided, History, Hits, Keymap, Leads, Logged,
    Logs, NotWatched, Overlay, Overview, OwnCommand, Panel, Replay, SCREENS, Screen, Standing,
    Subject, Timeline, Told, logs, logs_counts, sorted,
};
use gwctl_fleet::columns::{self, Column, Moment, Sort};
use gwctl_fleet::logs::Pattern;
use gwctl_fleet::{Marks, Pace, Region, Snapshot};

/// Where the fleet lives, for the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// AWS itself.
    Live,
    /// The embedded simulator.
    Demo {
        /// Name of the scenario.
        scenario: String,
    },
    /// A file: nothing is asked of anybody.
    Recorded,
    /// Another AWS-compatible endpoint.
    Endpoint { url: String },
}

impl Mode {
    /// The scenario of a simulated fleet.
    pub fn scenario(&self) -> Option<String> {
        match self {
            Self::Demo { scenario } => Some(scenario.clone()),
            _ => None,
        }
    }

    /// The mark in the header.
    pub fn label(&self) -> String {
        match self {
            Self::Live => "LIVE".into(),
            Self::Recorded => "RECORDED".into(),
            Self::Demo { scenario } => format!("DEMO {scenario}"),
            Self::Endpoint { url } => format!("ENDPOINT {url}"),
        }
    }
}

/// How much a message matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gravity {
    /// For information.
    Info,
    /// Something did not work.
    Error,
}

/// A message in the footer that goes away by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// One line.
    pub text: String,
    /// How much it matters.
    pub gravity: Gravity,
    /// When it goes away, on the wall clock.
    pub until: Timestamp,
}

/// Where the connection to the shown fleet stands, for the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Connection {
    /// Configuration and credentials are being loaded.
    Opening,
    /// It is being watched.
    Open,
    /// Nothing watches it.
    Failed(NotWatched),
}

/// The cursor of a list. It follows its row when rows come and go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cursor {
    /// Index among the filtered rows.
    pub row: usize,
    /// [`Row::key`] of the row under it; none on the first row, which stays first.
    pub key: Option<String>,
}

/// A theme to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemeEntry {
    /// What `:theme` takes.
    pub name: String,
    /// Where it comes from: `built in`, or the file.
    pub origin: String,
}

/// A list of a screen, with its filter and cursor.
pub type Spot = (Screen, Panel);

/// Everything the console knows.
#[derive(Debug, Clone)]
pub struct State {
    /// The picture on screen. Older than `live` while frozen.
    pub shown: Arc<Snapshot>,
    /// The newest picture.
    pub live: Arc<Snapshot>,
    /// What ages are counted to, in the fleet's time; stands still while frozen.
    pub now: Timestamp,
    /// The wall clock.
    pub wall: Timestamp,
    /// Since when the picture is held still, in the fleet's time.
    pub frozen: Option<Timestamp>,
    /// Where the connection stands.
    pub connection: Connection,
    /// Where one is and was.
    pub history: History,
    /// Which panel of a screen has the focus; the first where it is not said.
    pub focus: BTreeMap<Screen, Panel>,
    /// Cursors of the lists.
    pub cursors: BTreeMap<Spot, Cursor>,
    /// Filters of the lists.
    pub filters: BTreeMap<Spot, Filter>,
    /// The columns of the Fleet screen, in their order.
    pub columns: Vec<&'static Column>,
    /// What the Regions are sorted by; none for the fleet's own order.
    pub sort: Option<Sort>,
    /// What the other lists are sorted by; those not in here stand in their own order.
    pub sorts: BTreeMap<Spot, By>,
    /// The headings of the columns that other lists do not show.
    pub hidden: BTreeMap<Spot, BTreeSet<&'static str>>,
    /// The marks of what is missing.
    pub marks: Marks,
    /// A chart shown alone.
    pub zoom: Option<Chart>,
    /// Commands of the configuration.
    pub own: Vec<OwnCommand>,
    /// What all charts have in common.
    pub charts: Charts,
    /// What lies over the screen.
    pub overlay: Option<Overlay>,
    /// Command lines entered, oldest first.
    pub commands: Vec<String>,
    /// Name of the theme in use (previewed ones too).
    pub theme: String,
    /// Themes to choose from.
    pub themes: Vec<ThemeEntry>,
    /// Whether changes are refused.
    pub read_only: bool,
    /// Where the fleet lives.
    pub mode: Mode,
    /// The pace asked for.
    pub pace: Pace,
    /// Whether faults can be started and ended by hand.
    pub has_faults: bool,
    /// What of the configuration's `[notify]` is wrong and left out, each in a line.
    pub untold: Vec<String>,
    /// A message in the footer.
    pub notice: Option<Notice>,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Fleets to choose from.
    pub fleets: Vec<String>,
    /// The one shown.
    pub fleet: String,
    /// What is known of all of them.
    pub overview: Overview,
    /// What became of telling each target of the configuration.
    pub told: Vec<Told>,
    /// Which key does what.
    pub keymap: Keymap,
    /// Guided actions.
    pub guided: Guided,
    /// What the Timeline screen shows.
    pub timeline: Timeline,
    /// What the Logs screen shows.
    pub logs: Logs,
    /// The recording that is shown; none where a fleet is watched.
    pub replay: Option<Replay>,
    /// The file that the console is recorded into.
    pub recording: Option<String>,
    /// What the functions log as errors.
    pub logged: Logged,
    /// What most likely happened.
    pub explained: Explained,
    /// Whether one could fail over now.
    pub standing: Standing,
    /// What was drawn where, last time.
    pub hits: Hits,
    /// The fleet's time by the last tick; goes on while frozen.
    pub(super) clock: Timestamp,
    /// Counts effects whose results are awaited; older results are dropped.
    pub(super) generation: u64,
    /// Generation of the fleet shown; pictures of another one are dropped.
    pub(super) opened: u64,
}

/// What a console starts with.
#[derive(Debug, Clone)]
pub struct Start {
    /// The picture of nothing of the first fleet ([`Snapshot::blank`]).
    pub blank: Arc<Snapshot>,
    /// Fleets to choose from.
    pub fleets: Vec<String>,
    /// Where the fleet lives.
    pub mode: Mode,
    /// Whether changes are refused.
    pub read_only: bool,
    /// Themes to choose from.
    pub themes: Vec<ThemeEntry>,
    /// Name of the one to start with.
    pub theme: String,
    /// Whether faults can be started and ended by hand.
    pub has_faults: bool,
    /// Which key does what.
    pub keymap: Keymap,
    /// The columns of the Fleet screen; none for those that are shown unless others are chosen.
    pub columns: Option<Vec<&'static Column>>,
    /// The marks of what is missing.
    pub marks: Marks,
    /// The wall clock.
    pub wall: Timestamp,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
}

impl State {
    /// The Fleet screen of a fleet of which nothing was seen yet.
    pub fn new(start: Start) -> Self {
        let blank = start.blank;
        Self {
            now: blank.at,
            clock: blank.at,
            pace: blank.pace,
            fleet: blank.name.clone(),
            shown: Arc::clone(&blank),
            explained: Explained::of(Asked::of(Arc::clone(&blank)), None),
            live: blank,
            wall: start.wall,
            frozen: None,
            connection: Connection::Opening,
            history: History::new(Screen::Fleet),
            focus: BTreeMap::new(),
            cursors: BTreeMap::new(),
            filters: BTreeMap::new(),
            columns: start.columns.unwrap_or_else(columns::on_screen),
            sort: None,
            sorts: BTreeMap::new(),
            hidden: BTreeMap::new(),
            marks: start.marks,
            zoom: None,
            own: Vec::new(),
            charts: Charts::default(),
            overlay: None,
            commands: Vec::new(),
            theme: start.theme,
            themes: start.themes,
            read_only: start.read_only,
            mode: start.mode,
            has_faults: start.has_faults,
            notice: None,
            untold: Vec::new(),
            size: start.size,
            fleets: start.fleets,
            overview: Overview::default(),
            told: Vec::new(),
            keymap: start.keymap,
            guided: Guided::default(),
            timeline: Timeline::default(),
            logs: Logs::default(),
            replay: None,
            recording: None,
            logged: Logged::default(),
            standing: Standing::default(),
            hits: Hits::default(),
            generation: 0,
            opened: 0,
        }
    }

    /// Where one is.
    pub fn screen(&self) -> &Screen {
        self.history.here()
    }

    /// The panel that has the focus.
    pub fn focused(&self) -> Panel {
        let screen = self.screen();
        self.focus
            .get(screen)
            .copied()
            .unwrap_or_else(|| screen.panels()[0])
    }

    /// The heading of `panel`.
    pub fn heading(&self, panel: Panel) -> Cow<'static, str> {
        match self.logs.by {
            Some(by) if panel == Panel::Patterns => logs_counts::counted_heading(by).into(),
            _ => panel.title().into(),
        }
    }

    /// The rows of `panel` of the present screen that pass its filter.
    pub fn rows(&self, panel: Panel) -> Vec<Row<'_>> {
        let mut rows = self.all_rows(panel);
        if let Some(filter) = self.filter(panel) {
            rows.retain(|row| filter.keeps(row));
        }
        if let Some(by) = self.sorts.get(&self.spot(panel)) {
            sorted::sort(&mut rows, by);
        }
        rows
    }

    /// As [`State::rows`], unfiltered.
    pub(super) fn all_rows(&self, panel: Panel) -> Vec<Row<'_>> {
        match (self.screen(), &self.guided.run) {
            (Screen::Run, Some(shown)) => rows::of_run(&shown.state, panel),
            (Screen::Timeline, _) => self.timeline.rows(panel),
            (Screen::Logs, _) => self.log_rows(panel),
            (Screen::Fleets, _) => self.overview.rows(self.basis()),
            (Screen::Explain, _) => self.explained.rows(panel, self.hypothesis()),
            (screen, _) if panel == Panel::Readiness => self.standing.rows(screen, self.now),
            (Screen::Fleet, _) if panel == Panel::Why => self.explained.rows(panel, 0),
            (screen, _) => screen.rows(self.basis(), panel),
        }
    }

    fn log_rows(&self, panel: Panel) -> Vec<Row<'_>> {
        match panel {
            Panel::Patterns if self.logs.by.is_some() => self.logs.counted(),
            Panel::Patterns => self.logs.patterns(),
            Panel::Lines => self
                .pattern_at_hand()
                .map_or_else(Vec::new, logs::Logs::lines),
            _ => self.logs.rows(panel),
        }
    }

    /// The pattern whose example and lines are shown: that under the cursor, or the one whose lines were opened.
    pub fn pattern_at_hand(&self) -> Option<&Pattern> {
        if let Some(opened) = &self.logs.opened {
            let book = self.logs.book.as_ref()?;
            return book.patterns.iter().find(|one| logs::key(one) == *opened);
        }
        let rows = self.rows(Panel::Patterns);
        let row = rows.get(self.cursor(Panel::Patterns))?;
        match row.subject {
            Subject::Pattern(index) => self.logs.pattern(index),
            _ => None,
        }
    }

    /// The hypothesis under the cursor of the Explain screen, by its place among all.
    pub fn hypothesis(&self) -> usize {
        let spot = (Screen::Explain, Panel::Hypotheses);
        self.cursors.get(&spot).map_or(0, |cursor| cursor.row)
    }

    fn basis(&self) -> Basis<'_> {
        Basis {
            moment: self.moment(),
            marks: self.marks,
            sort: self.sort,
        }
    }

    /// The picture on screen, and the time that ages are counted to.
    pub fn moment(&self) -> Moment<'_> {
        Moment {
            snapshot: &self.shown,
            now: self.now,
        }
    }

    /// How many rows [`State::rows`] has.
    pub fn count(&self, panel: Panel) -> usize {
        self.rows(panel).len()
    }

    /// When the event of `row` happened, where it is one of the Timeline's.
    pub fn event_at(&self, row: &Row<'_>) -> Option<Timestamp> {
        let Subject::Happened(index) = row.subject else {
            return None;
        };
        self.timeline
            .events(Panel::Timeline)
            .nth(index)
            .map(|event| event.at)
    }

    /// Index of the row under the cursor of `panel`, among [`State::rows`].
    pub fn cursor(&self, panel: Panel) -> usize {
        self.cursors
            .get(&self.spot(panel))
            .map_or(0, |cursor| cursor.row)
    }

    /// The filter of `panel` of the present screen.
    pub fn filter(&self, panel: Panel) -> Option<&Filter> {
        self.filters.get(&self.spot(panel))
    }

    /// Whether `panel` would have rows without its filter.
    pub fn filter_hides(&self, panel: Panel) -> bool {
        self.filter(panel).is_some() && !self.all_rows(panel).is_empty()
    }

    /// The row under the cursor of the focused panel.
    pub fn selected(&self) -> Option<Row<'_>> {
        let panel = self.focused();
        let mut rows = self.rows(panel);
        let at = self.cursor(panel);
        (at < rows.len()).then(|| rows.swap_remove(at))
    }

    /// Whether nothing of the fleet has been seen yet.
    pub fn nothing_seen(&self) -> bool {
        self.shown.generation == 0
    }

    /// Regions of the fleet.
    pub fn regions(&self) -> impl Iterator<Item = &Region> {
        self.shown.sites.iter().map(|site| &site.region)
    }

    /// Regions with a member of the database, which may be where the fleet is not.
    pub fn members(&self) -> impl Iterator<Item = &Region> {
        self.shown.database.clusters.keys()
    }

    /// Screens in the order of their tabs. The Region screen stands for the Region last opened
    /// or under the cursor, or else the first.
    pub fn tabs(&self) -> Vec<Screen> {
        let led = |leads: &Leads| match leads {
            Leads::To(screen) => Some(screen.clone()),
            Leads::ToRegion => self.region_at_hand().map(Screen::Region),
            Leads::ToRun => self.guided.has_runs().then_some(Screen::Run),
            Leads::ToFleets => (self.fleets.len() > 1).then_some(Screen::Fleets),
        };
        SCREENS
            .iter()
            .filter_map(|screen| led(&screen.leads))
            .collect()
    }

    /// The Region that digit 2 opens.
    pub fn region_at_hand(&self) -> Option<Region> {
        let known: BTreeSet<&Region> = self.regions().collect();
        let here = match self.screen() {
            Screen::Region(region) => Some(region.clone()),
            // The list moves on with each call: whose turn it is says nothing of which Region is meant.
            Screen::Calls => self.chosen_on_fleet(),
            // Whatever has the focus: it is about this one.
            Screen::Explain => self.explained_region(),
            _ => self
                .selected()
                .and_then(|row| row.subject.region().cloned()),
        };
        here.filter(|region| known.contains(region))
            .or_else(|| self.regions().next().cloned())
    }

    /// The Region of the hypothesis under the cursor, or else the one of the Fleet screen.
    fn explained_region(&self) -> Option<Region> {
        let hypotheses = &self.explained.explanation.hypotheses;
        let region = hypotheses.get(self.hypothesis())?.region.clone();
        region.or_else(|| self.chosen_on_fleet())
    }

    /// The Region under the cursor of the Fleet screen.
    fn chosen_on_fleet(&self) -> Option<Region> {
        let cursor = self.cursors.get(&(Screen::Fleet, Panel::Regions))?;
        let key = cursor.key.as_deref()?;
        self.regions()
            .find(|region| region.as_str() == key)
            .cloned()
    }

    pub(super) fn spot(&self, panel: Panel) -> Spot {
        (self.screen().clone(), panel)
    }
}
