//! A line for people.

use std::fmt::Write;

use crate::fleet::clean_line;
use crate::fleet::logs::Placed;

/// Time, place, what it says, and its stack trace below.
pub fn line(placed: &Placed) -> String {
    let word = placed.line.word();
    let gap = if word.is_empty() { "" } else { ": " };
    let mut text = format!(
        "{} {} {}  {word}{gap}{}\n",
        placed.at.strftime("%H:%M:%S.%3fZ"),
        placed.region,
        clean_line(&placed.source),
        clean_line(&placed.line.text)
    );
    for frame in &placed.line.stack {
        let _ = writeln!(text, "    {}", clean_line(frame.trim_start()));
    }
    text
}
