//! State and update of the console: pure, and free of terminals, runtimes and clients.

mod action;
mod columns;
mod filter;
mod guided;
mod hits;
mod keymap;
mod keys;
mod msg;
mod overlay;
mod palette;
mod panel;
mod place;
mod rows;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod sample;
mod screen;
mod state;
mod update;
mod wizard;

pub use action::{Action, Tab};
pub use filter::Filter;
pub use guided::{Guided, Hold, OrderKind, Shown};
pub use hits::{Area, Hits, Target, Window};
pub use keymap::{Help, HelpLine, Keymap, KeymapError};
pub use keys::{Code, Key};
pub use msg::{Effect, Gesture, Kept, Msg, RunLine};
pub use overlay::{Ask, FaultEntry, Overlay, Palette, PromptFor, Suggestion};
pub use panel::{Chart, Panel};
pub use place::History;
pub use rows::{Row, Subject, outcome, status_word};
pub use screen::{Leads, SCREENS, Screen};
pub use state::{Connection, Cursor, Gravity, Mode, Notice, Spot, Start, State, ThemeEntry};
pub use update::update;
pub use wizard::{Offer, Part, Way, Wizard, red};
