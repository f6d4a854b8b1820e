//! gwctl: the operations console for one API served from several AWS Regions.
//!
//! The tree is the architecture; an arrow reads "uses", and anything else is an error
//! (kept by `tests/layers.rs`):
//!
//! ```text
//! main → cli → console → actions → observe → aws → fleet
//!              console/shell → console/view → console/app
//!        cli → sim → fleet
//!              actions → stacks ← sim
//! ```
//!
//! Observed state flows up: `aws` answers, `observe` folds them into a [`fleet::Snapshot`], and
//! `console` draws it or `cli` prints it. Intent flows down: key or argument, plan, checks,
//! confirmation, engine, `aws` calls, observed again.

pub mod actions; // guided actions: plan, check, confirm, run, verify, undo
pub mod aws; // the only code that names an SDK crate
pub mod cli; // one file a subcommand
pub mod config; // the configuration file, its errors and its schema
pub mod console; // the TUI: app (state), view (drawing), shell (terminal and loop)
pub mod files; // opens regular files alone
pub mod fleet; // what a fleet is and how it is doing: pure types and judgement
pub mod observe; // keeps the picture fresh
pub mod sim; // the embedded AWS
pub mod stacks; // the reference architecture as templates, and the edge router
pub mod telemetry; // the log
