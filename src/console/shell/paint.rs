//! The theme in use, and the call into the drawing.

use ratatui::Frame;
use ratatui::widgets::Paragraph;

use crate::console::app::{Hits, State, ThemeEntry};
use crate::console::{ConsoleError, Setup};

/// Draws states.
pub(super) struct Painter {
    name: String,
}

impl Painter {
    pub fn new(setup: &Setup) -> Result<Self, ConsoleError> {
        Ok(Self {
            name: setup.theme.clone(),
        })
    }

    /// What there is to choose from.
    pub fn themes(&self) -> Vec<ThemeEntry> {
        vec![ThemeEntry {
            name: self.name.clone(),
            origin: "built in".into(),
        }]
    }

    /// The theme in use.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Changes the theme; one that cannot be used is explained, and the one before stays.
    pub fn choose(&mut self, name: &str) -> Result<(), String> {
        self.name = name.into();
        Ok(())
    }

    /// Draws a frame.
    pub fn draw(&self, frame: &mut Frame<'_>, state: &State) -> Hits {
        let rows: Vec<String> = state
            .rows(state.focused())
            .iter()
            .map(crate::console::app::Row::to_text)
            .collect();
        let text = format!(
            "{} {} {}\n{}",
            state.mode.label(),
            state.fleet,
            state.screen().name(),
            rows.join("\n")
        );
        frame.render_widget(Paragraph::new(text), frame.area());
        Hits::default()
    }
}
