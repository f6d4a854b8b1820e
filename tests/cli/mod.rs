//! The real binary as a process: what it prints, and how it exits.

mod bad_days;
mod configuration;
mod harness;
mod plain;
mod served;
mod simulated;
