//! gwctl: the operations console for one API served from several AWS Regions.
//!
//! The tree is the architecture: every layer is a crate of its own, so that the compiler refuses an import which
//! the map does not draw, and a change compiles what is above it alone. An arrow reads "uses"
//! (`tests/layers.rs` keeps the manifests to it):
//!
//! ```text
//! main → cli → console → actions → observe → aws → fleet
//!              console/shell → console/view → console/app
//!              console → recording → actions
//!              console, cli → explain → fleet
//!        cli → lab → sim → fleet
//!              actions → stacks ← sim
//!              actions → store → aws
//!        cli → notify → actions
//! ```
//!
//! This crate is the binary's: command line, configuration, log.
//!
//! Observed state flows up: `aws` answers, `observe` folds them into a [`fleet::Snapshot`], and
//! `console` draws it or `cli` prints it. Intent flows down: key or argument, plan, checks,
//! confirmation, engine, `aws` calls, observed again.

pub use gwctl_actions as actions; // guided actions: plan, check, confirm, run, verify, undo
pub use gwctl_aws as aws; // the only code that names an SDK crate
pub use gwctl_console as console; // the TUI: app (state), view (drawing), shell (terminal and loop)
pub use gwctl_explain as explain; // what most likely happened: evidence in, hypotheses out
pub use gwctl_files as files; // opens regular files alone
pub use gwctl_fleet as fleet; // what a fleet is and how it is doing: pure types and judgement
pub use gwctl_lab as lab; // the data plane as real software on one machine
pub use gwctl_notify as notify; // who is told what happens, in which words, and whether it arrived
pub use gwctl_observe as observe; // keeps the picture fresh
pub use gwctl_recording as recording; // an incident kept in one file: written, read, redacted
pub use gwctl_sim as sim; // the embedded AWS
pub use gwctl_stacks as stacks; // the reference architecture as templates, and the edge router
pub use gwctl_store as store; // what a team shares: who acts, and what was done

pub mod cli; // one file a subcommand
pub mod config; // the configuration file, its errors and its schema
pub mod telemetry; // the log
