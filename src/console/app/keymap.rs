//! Which key does what. Help and footer are made from it, so that remapped keys show.

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

/// Which key does what.
#[derive(Debug, Clone, Default)]
pub struct Keymap {}

impl Keymap {
    /// The few keys worth a place in the footer, in order of worth.
    pub fn footer(&self) -> Vec<HelpLine> {
        Vec::new()
    }
}
