//! The adapters of `aws/` against AWS as somebody else built it.

mod bad_replies;
mod calls;
pub mod emulators;
mod stage;
