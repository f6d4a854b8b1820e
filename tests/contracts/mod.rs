//! The adapters of `aws/` against AWS as somebody else built it.

mod accounts;
mod adapters;
mod bad_replies;
mod built;
mod built_on_moto;
mod calls;
mod changes;
mod cloudtrail;
mod databases;
mod discover;
pub mod emulators;
mod environment;
mod good_replies;
mod lists;
mod logs;
mod metrics;
mod outcomes;
mod promotion;
mod records;
mod region_switch;
mod rehearsal;
mod routing_controls;
mod skew;
pub mod stage;
pub mod stand;
mod status;
mod three_accounts;
