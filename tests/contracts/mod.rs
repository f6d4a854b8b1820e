//! The adapters of `aws/` against AWS as somebody else built it.

mod adapters;
mod bad_replies;
mod calls;
pub mod emulators;
mod environment;
mod good_replies;
mod metrics;
mod stage;
pub mod stand;
mod status;
