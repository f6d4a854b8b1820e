//! What a drill came to, in a lab and in the simulator, side by side.

use super::drill::Seen;
use crate::cli::rehearse::Figures;
use crate::fleet::format;

/// The rows, then the clients' verdict.
pub(super) fn written(title: &str, seen: &Seen, model: &Figures) -> String {
    let lab = &seen.figures;
    let verdict = &seen.verdict;
    let gap = |gap: Option<crate::lab::clients::Gap>| {
        gap.map_or_else(|| "–".into(), |gap| format!("{:.1} s", gap.seconds()))
    };
    let recovered = |s: Option<i64>| s.map_or_else(|| "not recovered".into(), |s| format!("{s} s"));
    let writes = |n: Option<f64>| n.map_or_else(|| "unknown".into(), |n| format::count(n.round()));
    let share = |part: f64, of: f64| {
        if of > 0.0 {
            format!("{:.3} %", 100.0 * part / of)
        } else {
            "–".into()
        }
    };
    let requests = verdict.requests() as f64;
    let rows = [
        (
            "the clients' longest time without an acknowledged order",
            gap(verdict.longest_without_write()),
            "–".to_owned(),
        ),
        (
            "the clients' longest time without a successful read",
            gap(verdict.longest_without_read()),
            "–".to_owned(),
        ),
        (
            "from the confirmation until the world serves again",
            recovered(lab.rto_s),
            recovered(model.rto_s),
        ),
        (
            "time without a writer",
            format!("{:.0} s", lab.without_writer_s),
            format!("{:.0} s", model.without_writer_s),
        ),
        (
            "acknowledged orders lost",
            verdict.lost.len().to_string(),
            format::count(model.writes_lost),
        ),
        (
            "lost writes that gwctl announced with the plan",
            writes(lab.announced_writes),
            writes(model.announced_writes),
        ),
        (
            "requests answered",
            share(verdict.answered_requests() as f64, requests),
            share(model.requests - model.failed_requests, model.requests),
        ),
    ];
    let width = rows.iter().map(|(what, ..)| what.len()).max().unwrap_or(0);
    let mut text = format!(
        "{title}: {}\n\n{:<width$}  {:>14}  {:>14}\n",
        lab.outcome, "", "lab", "simulator"
    );
    for (what, lab, model) in rows {
        text.push_str(&format!("{what:<width$}  {lab:>14}  {model:>14}\n"));
    }
    format!("{text}\n{verdict}")
}
