//! One test binary: every further one relinks the whole SDK.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod actions;
mod circles;
mod cli;
mod contracts;
mod facts;
mod handler;
mod lab;
mod layers;
mod notify;
mod observe;
mod recording;
mod samples;
mod screens;
mod simulator;
mod stacks;
mod team;
mod terminal;
mod texts;
