//! Lists sorted by what their rows say: figures by their amounts, whatever their units, words by their letters.

use std::cmp::Ordering;

use super::{Panel, Row};

/// What a list is sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// Name of the column, as filters know it.
    pub column: String,
    pub descending: bool,
}

impl By {
    /// The arrow and the name, for a heading: `\u{2193}lag`.
    pub fn mark(&self) -> String {
        let arrow = if self.descending {
            '\u{2193}'
        } else {
            '\u{2191}'
        };
        format!("{arrow}{}", self.column)
    }
}

/// Whether the rows of a panel may stand in another order. Others are a story, or ranked for a reason.
pub(super) const fn may_be(panel: Panel) -> bool {
    !matches!(
        panel,
        Panel::Charts
            | Panel::Steps
            | Panel::Why
            | Panel::Hypotheses
            | Panel::Evidence
            | Panel::ToDo
            | Panel::Unseen
    )
}

/// Sorts `rows`. What is not known stands last, either way.
pub(super) fn sort(rows: &mut Vec<Row<'_>>, by: &By) {
    let mut keyed: Vec<(Value, Row<'_>)> = std::mem::take(rows)
        .into_iter()
        .map(|row| {
            let cell = row.cells().iter().find(|(name, _)| *name == by.column);
            let value = cell.map_or(Value::Missing, |(_, text)| Value::of(text));
            (value, row)
        })
        .collect();
    keyed.sort_by(|(one, _), (other, _)| one.compare(other, by.descending));
    rows.extend(keyed.into_iter().map(|(_, row)| row));
}

/// What a cell says, as far as it can be compared.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Figure(f64),
    Words(String),
    Missing,
}

impl Value {
    fn of(text: &str) -> Self {
        let text = text.trim().trim_start_matches('?').trim();
        if text.is_empty() || text.starts_with(['\u{2013}', '\u{2298}', '\u{2026}']) {
            return Self::Missing;
        }
        amount(text).map_or_else(|| Self::Words(text.to_lowercase()), Self::Figure)
    }

    fn compare(&self, other: &Self, descending: bool) -> Ordering {
        let turned = |order: Ordering| if descending { order.reverse() } else { order };
        match (self, other) {
            (Self::Missing, Self::Missing) => Ordering::Equal,
            (Self::Missing, _) => Ordering::Greater,
            (_, Self::Missing) => Ordering::Less,
            (Self::Figure(one), Self::Figure(other)) => turned(one.total_cmp(other)),
            (Self::Words(one), Self::Words(other)) => turned(one.cmp(other)),
            (Self::Figure(_), Self::Words(_)) => turned(Ordering::Less),
            (Self::Words(_), Self::Figure(_)) => turned(Ordering::Greater),
        }
    }
}

/// The amount of a figure with its unit: `45.0 s` and `132 ms` in milliseconds, `2.6k/s`, `1,024`, `$0.0001`, `34 %`.
/// None of what is no figure.
fn amount(text: &str) -> Option<f64> {
    let text = text.trim_start_matches(['<', '>', '$']);
    let digits = |c: char| c.is_ascii_digit() || c == '.' || c == ',' || c == '-';
    let end = text.find(|c| !digits(c)).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: f64 = number.replace(',', "").parse().ok()?;
    let unit = unit.trim();
    let unit = unit.split([' ', '/']).next().unwrap_or_default();
    let scale = match unit {
        "\u{b5}s" => 1e-3,
        "" | "%" | "B" | "ACU" | "ms" => 1.0,
        "s" | "k" | "kB" => 1e3,
        "min" | "m" => 6e4,
        "h" => 3.6e6,
        "d" => 8.64e7,
        "M" | "MB" => 1e6,
        "G" | "GB" => 1e9,
        // An address, a date, a name that begins with a digit.
        _ => return None,
    };
    Some(number * scale)
}

#[cfg(test)]
mod tests {
    use super::super::Subject;
    use super::*;

    fn order(cells: &[&'static str], descending: bool) -> Vec<String> {
        let row = |text: &&'static str| {
            let text = *text;
            Row::new(text, Subject::Change(0), move || vec![("lag", text.into())])
        };
        let mut rows: Vec<Row<'_>> = cells.iter().map(row).collect();
        let by = By {
            column: "lag".into(),
            descending,
        };
        sort(&mut rows, &by);
        rows.into_iter().map(|row| row.key).collect()
    }

    #[test]
    fn figures_are_compared_by_their_amount_and_not_by_their_letters() {
        let lags = ["45.0 s", "?132 ms", "2 min", "900 \u{b5}s", "1,024 ms"];
        let up = ["900 \u{b5}s", "?132 ms", "1,024 ms", "45.0 s", "2 min"];
        assert_eq!(order(&lags, false), up);
        let mut down = up;
        down.reverse();
        assert_eq!(order(&lags, true), down);
        assert_eq!(
            order(&["2.6k/s", "803/s", "1.1M/s"], true),
            ["1.1M/s", "2.6k/s", "803/s"]
        );
    }

    #[test]
    fn what_is_not_known_stands_last_either_way() {
        let lags = [
            "\u{2013}",
            "5 ms",
            "\u{2298} rds:DescribeDBClusters",
            "4 ms",
        ];
        for descending in [false, true] {
            let sorted = order(&lags, descending);
            assert!(
                sorted[..2].iter().all(|text| text.ends_with("ms")),
                "{sorted:?}"
            );
        }
    }

    #[test]
    fn times_of_day_and_addresses_are_words() {
        for text in [
            "2026-11-23T12:04:35Z",
            "10.0.0.1",
            "2a06:98c1::1",
            "orders-1",
        ] {
            assert_eq!(Value::of(text), Value::Words(text.to_lowercase()));
        }
    }
}
