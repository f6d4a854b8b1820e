//! Who acts.

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Who, by AWS's word or the system's.
    pub name: String,
    /// On which machine.
    pub host: String,
}

impl Operator {
    /// `operator@host`.
    pub fn word(&self) -> String {
        format!("{}@{}", self.name, self.host)
    }
}
