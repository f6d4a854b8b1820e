//! What the screens look like: drawn from pictures made by hand, at every size that matters.

mod approvals;
mod building_keys;
mod charts;
mod columns;
mod edges;
mod explain;
mod fleets;
mod guided;
mod guided_keys;
mod help;
mod honesty;
mod logs;
mod logs_counts;
mod looks;
mod pictures;
mod region_switch;
pub mod sample;
mod several;
mod silent_writer;
mod sizes;
mod snapshots;
mod standing;
mod steady;
mod timeline;
