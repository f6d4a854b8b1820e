//! State and update of the console: pure, and free of terminals, runtimes and clients.

mod action;
mod charts;
mod columns;
mod explained;
mod fault_entry;
mod filter;
mod further;
mod guided;
mod help;
mod hits;
mod keymap;
mod keys;
mod logs;
mod logs_counts;
mod msg;
mod not_kept;
mod not_watched;
mod offer;
mod offers;
mod overlay;
mod own_command;
mod palette;
mod panel;
mod place;
mod replay;
mod rights;
mod rows;
mod run_line;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod sample;
mod screen;
mod shown;
mod sorted;
mod standing;
mod state;
mod suggestion;
mod timeline;
mod update;
mod wizard;
mod written;

pub use action::{Action, Tab};
pub use charts::{Against, Charts, RANGES, Range, Span, charts_of, past_of};
pub use explained::{Asked, Explained, NextStep, Side};
pub use fault_entry::FaultEntry;
pub use filter::{Filter, NotAFilter};
pub use further::Further;
pub use guided::{Guided, Hold, OrderKind, Shown};
pub use help::{Help, HelpLine};
pub use hits::{Area, Hits, Plot, Target, Window};
pub use keymap::{Keymap, KeymapError};
pub use keys::{Code, Key, NotAKey};
pub use logs::{Logs, LogsPrice, LogsQuestion, LogsStep, state_of};
pub use msg::{Effect, Gesture, Kept, Msg};
pub use not_kept::NotKept;
pub use not_watched::NotWatched;
pub use offer::{Offer, Way, red};
pub use overlay::{Ask, Overlay, Palette, PromptFor};
pub use own_command::{
    NotACommand, OwnCommand, Placeholder, Ran, Written as ProgramWrote, words as command_words,
};
pub use palette::{action_names, is_command};
pub use panel::{Chart, Panel};
pub use place::History;
pub use replay::{Replay, Replayed, SPEEDS, Seek};
pub use rows::{Row, Subject, outcome, status_word};
pub use run_line::RunLine;
pub use screen::{Leads, SCREENS, Screen};
pub use sorted::By;
pub use standing::{Could, Standing};
pub use state::{Connection, Cursor, Gravity, Mode, Notice, Spot, Start, State, ThemeEntry};
pub use suggestion::Suggestion;
pub use timeline::{Logged, SINCE, Timeline};
pub use update::update;
pub use wizard::{Part, Wizard};
pub use written::Written;
