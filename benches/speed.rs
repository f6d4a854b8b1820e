//! How fast gwctl is: `cargo bench` measures, prints one table, and fails where a promise is broken.
//!
//! Criterion times what is pure (a frame, a judgement, a key); what involves waiting or a whole
//! process is measured here by hand, several runs each, and the median told.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark fails by panicking"
)]

mod explain;
mod frame;
mod logs;
mod picture;
mod process;
mod table;

use criterion::Criterion;

fn main() {
    process::play_peer();
    logs::play_grouper();
    let mut criterion = Criterion::default().configure_from_args();
    frame::benches(&mut criterion);
    criterion.final_summary();
    // `cargo bench -- FILTER` and `cargo test --benches` want only Criterion's part.
    let only_criterion = std::env::args().skip(1).any(|arg| arg != "--bench");
    if only_criterion {
        return;
    }
    let mut table = table::Table::default();
    frame::rows(&mut table);
    explain::rows(&mut table);
    logs::rows(&mut table);
    picture::rows(&mut table);
    process::rows(&mut table);
    println!("\n{table}");
    assert!(table.kept(), "a promise of speed is broken: see the table");
}
