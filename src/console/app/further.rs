//! What there is of a row beside its cells: the thing itself as JSON, and where AWS's console shows it.

/// Beside the cells of a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Further {
    /// The thing as gwctl holds it, line by line; empty where there is none.
    pub json: Vec<String>,
    /// Where AWS's console shows it.
    pub url: Option<String>,
    /// Whether the JSON is shown.
    pub raw: bool,
}
