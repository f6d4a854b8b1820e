//! A verdict in sentences.

use std::fmt;

use super::gap::Gap;
use super::verdict::{Continent, Verdict};

/// Names of one kind that are written out.
const SHOWN: usize = 5;

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.orders(f)?;
        self.findings(f)?;
        writeln!(
            f,
            "Requests: {} sent, {} without an answer. {} were answered, {} at the first try.",
            self.requests(),
            self.requests() - self.answered_requests(),
            percent(self.answered()),
            percent(self.answered_at_once())
        )?;
        self.table(f)
    }
}

impl Verdict {
    fn orders(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Orders: {} sent, {} acknowledged, {} refused, {} never left the client.",
            self.orders, self.acknowledged, self.refused, self.not_sent
        )?;
        let unknown = self.unknown_there + self.unknown_gone;
        if unknown > 0 {
            writeln!(
                f,
                "Without a clear answer: {unknown} (in the database: {}, not there: {}).",
                self.unknown_there, self.unknown_gone
            )?;
        }
        match (self.lost_seconds(), self.lost.first()) {
            (Some(seconds), Some(first)) => writeln!(
                f,
                "Lost: {} of the acknowledged orders. The first was acknowledged at {:.3}, the last {seconds:.1} s later.",
                self.lost.len(),
                first.acknowledged
            ),
            _ => writeln!(f, "Lost: no acknowledged order."),
        }
    }

    fn findings(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unseen = self.continents.values().flat_map(|one| &one.own.missed);
        let unseen: Vec<String> = unseen.cloned().collect();
        for (what, names) in [
            ("Orders that are in the database twice", &self.twice),
            (
                "Ids that clients and database have for different orders",
                &self.mixed_up,
            ),
            ("Orders in the database that no client sent", &self.nobodys),
            (
                "Orders in the database although their client was refused",
                &self.not_to_be_there,
            ),
            (
                "Orders that are in the database and that a read of the same client did not find",
                &unseen,
            ),
        ] {
            writeln!(f, "{what}: {}.", listed(names))?;
        }
        Ok(())
    }

    fn table(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.continents.is_empty() {
            return Ok(());
        }
        let names = self.continents.keys().map(|name| name.chars().count());
        let width = names.max().unwrap_or_default().max("Clients in".len());
        writeln!(
            f,
            "{:width$}  {:>8}  {:>9}  {:>15}  {:>15}  {:>10}",
            "Clients in",
            "requests",
            "answered",
            "longest without",
            "longest without",
            "own orders"
        )?;
        writeln!(
            f,
            "{:width$}  {:>8}  {:>9}  {:>15}  {:>15}  {:>10}",
            "", "", "", "a write", "a read", "missed"
        )?;
        for (name, continent) in &self.continents {
            writeln!(f, "{name:width$}  {}", row(continent))?;
        }
        Ok(())
    }
}

fn row(continent: &Continent) -> String {
    let own = &continent.own;
    let missed = own.missed.len() + own.missed_lost;
    format!(
        "{:>8}  {:>9}  {:>15}  {:>15}  {:>10}",
        continent.requests,
        percent(continent.answered_share()),
        lasted(continent.writes),
        lasted(continent.reads),
        format!("{missed}/{}", own.checked)
    )
}

fn lasted(gap: Option<Gap>) -> String {
    gap.map_or_else(|| "-".into(), |gap| format!("{:.1} s", gap.seconds()))
}

/// Rounded down: 100 % are all of them.
fn percent(share: Option<f64>) -> String {
    share.map_or_else(
        || "-".into(),
        |share| format!("{:.2} %", (share * 10_000.0).floor() / 100.0),
    )
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "none".into();
    }
    let more = if names.len() > SHOWN { ", ..." } else { "" };
    let first = names[..names.len().min(SHOWN)].join(", ");
    format!("{} ({first}{more})", names.len())
}
