//! The real binary as a process: what it prints, and how it exits.

mod accounts;
mod actions;
mod assumptions;
mod bad_days;
mod building;
mod changes;
mod configuration;
mod discover;
mod doctor_database;
mod drift;
mod explain;
mod explain_edge;
pub mod harness;
mod iam_policy;
mod logs;
mod logs_range;
mod partitions;
mod plain;
mod region_switch;
mod rehearsals;
mod rollback;
mod runs;
pub mod served;
mod shapes;
mod simulated;
mod surroundings;
mod terraform;
