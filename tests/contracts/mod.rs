//! The adapters of `aws/` against AWS as somebody else built it.

pub mod emulators;
