//! The screen as it stands, saved as a picture.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::State;
use crate::view::picture::{Look, Picture, PngError, text};
use crate::view::{Theme, draw_into};
use gwctl_fleet::format;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub(super) enum SnapError {
    #[error("{0} has no ending that says which picture: .svg, .png and .txt are accepted")]
    Ending(String),
    #[error("the picture could not be drawn: {0}")]
    Png(#[from] PngError),
    /// One that is there already stays as it is.
    #[error("{file} could not be written: {cause}")]
    Write {
        file: String,
        #[source]
        cause: std::io::Error,
    },
}

/// The screen as it stood, in memory.
pub(super) struct Shot {
    buffer: Buffer,
    look: Look,
    file: String,
}

impl Shot {
    /// Of the screen, for `file`; without one, for one named after fleet, screen and time.
    pub(super) fn of(state: &State, theme: &Theme, file: Option<String>) -> Self {
        let area = Rect::new(0, 0, state.size.0, state.size.1);
        let mut buffer = Buffer::empty(area);
        draw_into(&mut buffer, area, state, theme);
        let title = format!("gwctl {}: {}", state.screen().name(), state.fleet);
        Self {
            buffer,
            look: theme.look(&title),
            file: file.unwrap_or_else(|| named(state)),
        }
    }

    /// Writes it to a new file, and says which. Takes long: a picture in pixels has millions of them.
    pub(super) fn save(self) -> Result<String, SnapError> {
        let Self { buffer, look, file } = self;
        let picture = || Picture::new(&buffer, look);
        let ending = Path::new(&file).extension().and_then(|end| end.to_str());
        let bytes = match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("svg") => picture().svg().into_bytes(),
            Some("png") => picture().png()?,
            Some("txt") => text(&buffer).into_bytes(),
            _ => return Err(SnapError::Ending(file)),
        };
        let new = OpenOptions::new().write(true).create_new(true).open(&file);
        match new.and_then(|mut new| new.write_all(&bytes)) {
            Ok(()) => Ok(file),
            Err(cause) => Err(SnapError::Write { file, cause }),
        }
    }
}

/// `gwctl-orders-fleet-2026-11-23-140204.svg`
fn named(state: &State) -> String {
    let clean = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let fleet: String = state.fleet.chars().map(clean).collect();
    let screen = state.screen().name();
    let (date, time) = (format::date(state.now), format::clock(state.now));
    let time = time.replace(':', "");
    format!("gwctl-{fleet}-{screen}-{date}-{time}.svg")
}
