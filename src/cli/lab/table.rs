//! What a drill came to, in a lab and in the simulator, side by side.

use std::fmt::Write as _;

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
    let share = |part: f64, of: f64| (of > 0.0).then(|| part / of);
    let percent = |share: Option<f64>| {
        share.map_or_else(|| "–".into(), |share| format!("{:.2} %", 100.0 * share))
    };
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
            "requests answered at the first try",
            percent(verdict.answered_at_once()),
            percent(share(
                model.requests - model.failed_requests,
                model.requests,
            )),
        ),
        (
            "requests answered in the end, with the clients' retries",
            percent(verdict.answered()),
            "–".to_owned(),
        ),
    ];
    let width = rows.iter().map(|(what, ..)| what.len()).max().unwrap_or(0);
    // What holds a run stands in its outcome; a way out that is over leaves it running.
    let outcome = if lab.outcome == "running" {
        "measured from the confirmation until the operator checks the other Region"
    } else {
        lab.outcome.as_str()
    };
    let mut text = format!(
        "{title}\n{outcome}\n\n{:<width$}  {:>14}  {:>14}\n",
        "", "lab", "simulator"
    );
    for (what, lab, model) in rows {
        let _ = writeln!(text, "{what:<width$}  {lab:>14}  {model:>14}");
    }
    format!("{text}\n{verdict}")
}
