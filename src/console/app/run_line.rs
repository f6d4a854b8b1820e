//! A run, in the list of runs.

use gwctl_actions::Phase;
use jiff::Timestamp;

/// A run in the list of runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunLine {
    /// Identifier.
    pub id: String,
    /// When it was begun.
    pub begun: Option<Timestamp>,
    /// What it does.
    pub title: String,
    /// Who confirmed it.
    pub operator: String,
    /// How it stands; none when its journal cannot be read.
    pub phase: Option<Phase>,
    /// This machine's journal and the team's do not agree.
    pub conflict: bool,
    /// No process drives it.
    pub unattended: bool,
}
