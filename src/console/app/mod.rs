//! State and update of the console: pure, and free of terminals, runtimes and clients.

mod filter;
mod hits;
mod keymap;
mod overlay;
mod place;
mod rows;
mod state;

pub use filter::Filter;
pub use hits::{Area, Hits, Target, Window};
pub use keymap::{Help, HelpLine, Keymap};
pub use overlay::{FaultEntry, Overlay, Palette, Suggestion};
pub use place::{Chart, History, Panel, Screen};
pub use rows::{Row, Subject};
pub use state::{Connection, Cursor, Gravity, Mode, Notice, Spot, Start, State, ThemeEntry};
