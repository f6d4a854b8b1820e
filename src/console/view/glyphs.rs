//! The characters the console draws with: Unicode, or ASCII for terminals that cannot.

use ratatui::symbols::border;

use gwctl_fleet::{Marks, Verdict};

/// One set of characters. Every mark is one cell wide and none is an emoji.
#[derive(Debug)]
pub struct Glyphs {
    pub ascii: bool,
    pub healthy: &'static str,
    pub degraded: &'static str,
    pub down: &'static str,
    pub unknown: &'static str,
    /// Of what is missing.
    pub marks: Marks,
    /// Of what happened.
    pub events: Events,
    pub right: &'static str,
    pub down_arrow: &'static str,
    pub up_arrow: &'static str,
    pub cursor: &'static str,
    pub dot: &'static str,
    pub horizontal: &'static str,
    pub vertical: &'static str,
    pub corner: &'static str,
    pub tee: &'static str,
    pub ellipsis: &'static str,
    /// Eighths of a horizontal bar, none to full.
    pub bar: [&'static str; 9],
    /// What a bar has not reached.
    pub rest: &'static str,
    /// Eighths of a vertical bar, none to full.
    pub column: [&'static str; 9],
    pub border: border::Set<'static>,
}

/// The marks of what happened.
#[derive(Debug)]
pub struct Events {
    /// Somebody changed something.
    pub change: &'static str,
    /// An alarm, a health check or a verdict turned.
    pub turn: &'static str,
    /// A run of a guided action.
    pub run: &'static str,
    /// Somebody wrote a note.
    pub note: &'static str,
}

impl Glyphs {
    /// The mark of a verdict.
    pub const fn verdict(&self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Healthy => self.healthy,
            Verdict::Degraded => self.degraded,
            Verdict::Down => self.down,
            Verdict::Unknown => self.unknown,
        }
    }
}

/// For every terminal with Unicode.
pub static UNICODE: Glyphs = Glyphs {
    ascii: false,
    healthy: "●",
    degraded: "▲",
    down: "■",
    unknown: "○",
    marks: Marks::UNICODE,
    events: Events {
        change: "▼",
        turn: "◆",
        run: "►",
        note: "¶",
    },
    right: "→",
    down_arrow: "↓",
    up_arrow: "↑",
    cursor: "▸",
    dot: "·",
    horizontal: "─",
    vertical: "│",
    corner: "└",
    tee: "├",
    ellipsis: "…",
    bar: [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
    rest: "·",
    column: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    border: border::ROUNDED,
};

/// Seven bits.
pub static ASCII: Glyphs = Glyphs {
    ascii: true,
    healthy: "o",
    degraded: "^",
    down: "X",
    unknown: "~",
    marks: Marks::ASCII,
    events: Events {
        change: "v",
        turn: "*",
        run: ">",
        note: "n",
    },
    right: ">",
    down_arrow: "v",
    up_arrow: "^",
    cursor: ">",
    dot: ".",
    horizontal: "-",
    vertical: "|",
    corner: "`",
    tee: "|",
    ellipsis: ".",
    bar: [" ", " ", " ", " ", "=", "=", "=", "=", "#"],
    rest: ".",
    column: [" ", ".", ".", ":", ":", "+", "+", "#", "#"],
    border: border::Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: "-",
        horizontal_bottom: "-",
    },
};
