//! Help: titled sections of lines, one a key or a command.

/// One line of help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpLine {
    /// The keys, or the command: `j ↓`, `:pace calm|incident`.
    pub keys: String,
    /// What it does.
    pub about: String,
}

/// Help, in titled sections.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Help {
    /// Heading and lines.
    pub sections: Vec<(String, Vec<HelpLine>)>,
}

impl Help {
    /// Lines when every section has a heading and a blank line after it but the last.
    pub fn height(&self) -> usize {
        self.sections
            .iter()
            .map(|(_, lines)| lines.len() + 2)
            .sum::<usize>()
            .saturating_sub(1)
    }
}
