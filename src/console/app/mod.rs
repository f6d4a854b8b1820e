//! State and update of the console: pure, and free of terminals, runtimes and clients.

mod action;
mod filter;
mod hits;
mod keymap;
mod keys;
mod msg;
mod overlay;
mod palette;
mod place;
mod rows;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod sample;
mod state;
mod update;

pub use action::Action;
pub use filter::Filter;
pub use hits::{Area, Hits, Target, Window};
pub use keymap::{Help, HelpLine, Keymap, KeymapError};
pub use keys::{Code, Key};
pub use msg::{Effect, Gesture, Msg};
pub use overlay::{FaultEntry, Overlay, Palette, Suggestion};
pub use place::{Chart, History, Panel, Screen};
pub use rows::{Row, Subject};
pub use state::{Connection, Cursor, Gravity, Mode, Notice, Spot, Start, State, ThemeEntry};
pub use update::update;
