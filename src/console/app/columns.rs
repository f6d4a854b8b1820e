//! What `:columns` and `:sort` take, and what they tell.

use super::{HelpLine, Overlay, Panel, State, Suggestion};
use gwctl_actions::arguments::NotPicked;
use gwctl_fleet::columns::{self, ALL, Column, Drawn, Sort};

/// Why nothing can be sorted so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSorted {
    #[error(transparent)]
    Column(#[from] NotPicked),
    #[error("`{0}` is not a sort order; accepted are up and down")]
    Way(String),
}

/// The columns that `text` names, divided by blanks or commas; `default` names those that are shipped.
pub(super) fn parse(text: &str) -> Result<Vec<&'static Column>, NotPicked> {
    if text.trim() == "default" {
        return Ok(columns::on_screen());
    }
    let words = text.split([' ', ',']).filter(|word| !word.is_empty());
    let named: Vec<&Column> = words.map(column).collect::<Result<_, _>>()?;
    columns::chosen(named.iter().map(|column| column.name)).map_err(none)
}

/// `p99`, `p99 up`, `region down`. Without a way, figures stand with the highest first, and words with the first
/// letter first.
pub(super) fn parse_sort(text: &str) -> Result<Sort, NotSorted> {
    let (name, way) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let column = column(name)?;
    let figures = column.drawn != Drawn::Region && column.drawn != Drawn::Words;
    let descending = self::way(way)?.unwrap_or(figures || is_verdict(column));
    Ok(Sort { column, descending })
}

/// Whether the highest stands first; none where nothing is said of that.
pub(super) fn way(way: &str) -> Result<Option<bool>, NotSorted> {
    match way.trim() {
        "" => Ok(None),
        "down" => Ok(Some(true)),
        "up" => Ok(Some(false)),
        other => Err(NotSorted::Way(other.into())),
    }
}

/// The worst verdict stands first.
fn is_verdict(column: &Column) -> bool {
    column.name == "verdict"
}

/// The column called `word`, or the only one that begins so.
fn column(word: &str) -> Result<&'static Column, NotPicked> {
    let word = word.to_ascii_lowercase();
    if let Some(column) = columns::find(&word) {
        return Ok(column);
    }
    let begun: Vec<&Column> = ALL
        .iter()
        .filter(|column| column.name.starts_with(&word))
        .collect();
    match begun.as_slice() {
        [column] => Ok(column),
        [] => Err(none(&word)),
        several => {
            let names = several.iter().map(|column| column.name.to_owned());
            let names = names.collect();
            Err(NotPicked::Several { word, names })
        }
    }
}

fn none(word: &str) -> NotPicked {
    NotPicked::None {
        word: word.to_owned(),
        what: "column",
        accepted: ALL.iter().map(|column| column.name.to_owned()).collect(),
    }
}

/// What may stand behind `verb`.
pub(super) fn suggestions(verb: &str) -> impl Iterator<Item = Suggestion> {
    ALL.iter().map(move |column| Suggestion {
        line: format!("{verb} {}", column.name),
        about: column.about.into(),
    })
}

/// The columns of the focused list, for help: what each says where it is a table of Regions; of another list the
/// names that filters and sorting take.
pub(super) fn help(state: &State, names: &[&str]) -> Option<(String, Vec<HelpLine>)> {
    let panel = state.focused();
    let title = format!("Columns of {}", panel.title());
    if panel == Panel::Regions {
        let line = |column: &&'static Column| HelpLine {
            keys: column.title.to_owned(),
            about: column.about.to_owned(),
        };
        return Some((title, state.columns.iter().map(line).collect()));
    }
    (names.len() > 1).then(|| {
        let line = HelpLine {
            keys: "names".to_owned(),
            about: format!("{}; for filters and for sorting", names.join(", ")),
        };
        (title, vec![line])
    })
}

/// Every column there is, with what it says, and whether it is chosen.
pub(super) fn list(state: &State) -> Overlay {
    let told = |column: &'static Column| {
        let chosen = state.columns.contains(&column);
        let mark = if chosen { "shown: " } else { "" };
        (column.name, format!("{mark}{}", column.about))
    };
    Overlay::Detail {
        title: "Columns (`:columns NAME…` chooses, `:columns default` goes back)".into(),
        cells: ALL.iter().map(told).collect(),
        further: Box::default(),
        scroll: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Result<Vec<&'static str>, NotPicked> {
        parse(text).map(|all| all.iter().map(|column| column.name).collect())
    }

    #[test]
    fn columns_are_named_in_their_order_and_the_region_is_always_there() {
        assert_eq!(names("p99 lag").unwrap(), ["region", "p99", "lag"]);
        assert_eq!(
            names("verd, reg,why").unwrap(),
            ["verdict", "region", "why"]
        );
        assert_eq!(names("p99 p99").unwrap(), ["region", "p99"]);
        assert_eq!(names("default").unwrap().len(), columns::on_screen().len());
        let unknown = names("p95").unwrap_err().to_string();
        assert!(
            unknown.starts_with("`p95` is not a column; accepted are region, "),
            "{unknown}"
        );
        assert_eq!(
            names("la").unwrap_err().to_string(),
            "`la` could be lambda or lag or latency"
        );
    }

    #[test]
    fn figures_are_sorted_from_the_highest_and_words_from_the_first_letter() {
        let way = |text| parse_sort(text).map(|sort| (sort.column.name, sort.descending));
        assert_eq!(way("p99"), Ok(("p99", true)));
        assert_eq!(way("p99 up"), Ok(("p99", false)));
        assert_eq!(way("region"), Ok(("region", false)));
        assert_eq!(way("verdict"), Ok(("verdict", true)));
        assert_eq!(way("p99 sideways"), Err(NotSorted::Way("sideways".into())));
    }
}
