//! What a drill came to, in a lab and in the simulator, side by side.

use std::fmt::Write as _;

use super::drill::Seen;
use crate::actions::DataLoss;
use crate::cli::rehearse::Figures;
use crate::fleet::format;
use crate::lab::clients::{Continent, Gap};

/// A row: what it is, in the lab, in the simulator.
type Row = (&'static str, String, String);

/// For what nobody measured.
const NONE: &str = "–";

/// The rows, then the clients' verdict.
pub(super) fn written(title: &str, seen: &Seen, model: &Figures) -> String {
    let rows: Vec<Row> = times(seen, model)
        .into_iter()
        .chain(orders(seen, model))
        .chain(requests(seen, model))
        .collect();
    let width = rows.iter().map(|(what, ..)| what.len()).max().unwrap_or(0);
    // What holds a run stands in its outcome; a way out that is over leaves it running.
    let outcome = if seen.figures.outcome == "running" {
        "measured until the operator checks the other Region"
    } else {
        seen.figures.outcome.as_str()
    };
    let mut text = format!(
        "{title}\n{outcome}\n\n{:<width$}  {:>14}  {:>14}\n",
        "", "lab", "simulator"
    );
    for (what, lab, model) in rows {
        let _ = writeln!(text, "{what:<width$}  {lab:>14}  {model:>14}");
    }
    format!("{text}\n{}", seen.verdict)
}

fn times(seen: &Seen, model: &Figures) -> [Row; 4] {
    let gap =
        |gap: Option<Gap>| gap.map_or_else(|| NONE.into(), |gap| format!("{:.1} s", gap.seconds()));
    let again = |s: Option<i64>| s.map_or_else(|| "not served".into(), |s| format!("{s} s"));
    [
        (
            "the clients' longest time without an acknowledged order",
            gap(seen.verdict.longest_without_write()),
            NONE.into(),
        ),
        (
            "the clients' longest time without a successful read",
            gap(seen.verdict.longest_without_read()),
            NONE.into(),
        ),
        (
            "from the confirmation until clients are served again",
            again(seen.served_again_s),
            again(model.rto_s),
        ),
        (
            "time without a writer",
            format!("{:.0} s", seen.figures.without_writer_s),
            format!("{:.0} s", model.without_writer_s),
        ),
    ]
}

fn orders(seen: &Seen, model: &Figures) -> [Row; 4] {
    let announced = |figures: &Figures| match figures.announced_writes {
        Some(writes) => format::count(writes.round()),
        None if figures.announced.is_some() => "unknown".into(),
        None => "none".into(),
    };
    let lost = &seen.verdict.lost;
    let announced_from = seen.figures.announced.as_ref().and_then(DataLoss::from);
    let by_surprise = lost
        .iter()
        .filter(|order| announced_from.is_none_or(|from| order.acknowledged < from));
    [
        (
            "acknowledged orders lost",
            lost.len().to_string(),
            format::count(model.writes_lost),
        ),
        (
            "as seconds of orders",
            format!("{:.2} s", lost.len() as f64 / seen.orders_per_s),
            format!("{:.2} s", model.rpo_s),
        ),
        (
            "how many gwctl announced with the plan",
            announced(&seen.figures),
            announced(model),
        ),
        (
            "lost orders that are older than gwctl announced",
            by_surprise.count().to_string(),
            NONE.into(),
        ),
    ]
}

fn requests(seen: &Seen, model: &Figures) -> [Row; 3] {
    let sum = |of: fn(&Continent) -> usize| seen.felt.values().map(of).sum::<usize>() as f64;
    let all = sum(|one| one.requests);
    let percent = |part: f64, of: f64| {
        if of > 0.0 {
            format!("{:.2} %", 100.0 * part / of)
        } else {
            NONE.into()
        }
    };
    [
        (
            "requests from the confirmation on",
            format::count(all),
            format::count(model.requests),
        ),
        (
            "of these, answered at the first try",
            percent(sum(|one| one.at_once), all),
            percent(model.requests - model.failed_requests, model.requests),
        ),
        (
            "of these, answered in the end, with the clients' retries",
            percent(sum(|one| one.answered), all),
            NONE.into(),
        ),
    ]
}
