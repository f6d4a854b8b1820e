//! The theme in use, fitted to the terminal, and the call into the drawing.

use std::path::PathBuf;

use ratatui::Frame;

use crate::app::{Hits, State, ThemeEntry};
use crate::view::{self, Depth, Theme, ThemeError};
use crate::{ConsoleError, Setup};
use gwctl_fleet::Marks;

/// Draws states.
pub(super) struct Painter {
    theme: Theme,
    own: Option<PathBuf>,
    depth: Depth,
    ascii: bool,
}

impl Painter {
    /// Loads the theme to start with, in as many colours as the terminal has.
    pub fn new(setup: &Setup) -> Result<Self, ConsoleError> {
        let depth = depth(setup.color, |name| std::env::var(name).ok());
        // crossterm minds NO_COLOR by itself; the command line goes before the environment.
        crossterm::style::force_color_output(depth != Depth::None);
        let own = setup.themes.clone();
        let theme = Theme::load(&setup.theme, own.as_deref(), depth, setup.ascii)?;
        Ok(Self {
            theme,
            own,
            depth,
            ascii: setup.ascii,
        })
    }

    /// What there is to choose from.
    pub fn themes(&self) -> Vec<ThemeEntry> {
        let origin = |name: &str| {
            let file = self
                .own
                .as_ref()
                .map(|own| own.join(format!("{name}.toml")));
            let file = file.filter(|file| file.is_file());
            file.map_or_else(|| "built in".into(), |file| file.display().to_string())
        };
        let names = view::names(self.own.as_deref());
        names
            .into_iter()
            .map(|name| ThemeEntry {
                origin: origin(&name),
                name,
            })
            .collect()
    }

    /// The marks of what is missing, as they are drawn.
    pub fn marks(&self) -> Marks {
        self.theme.glyphs.marks
    }

    /// The theme in use.
    pub fn name(&self) -> &str {
        &self.theme.name
    }

    /// All of it.
    pub const fn theme(&self) -> &Theme {
        &self.theme
    }

    /// Changes the theme; one that cannot be used is explained, and the one before stays.
    pub fn choose(&mut self, name: &str) -> Result<(), ThemeError> {
        if name != self.theme.name {
            self.theme = Theme::load(name, self.own.as_deref(), self.depth, self.ascii)?;
        }
        Ok(())
    }

    /// Draws a frame.
    pub fn draw(&self, frame: &mut Frame<'_>, state: &State) -> Hits {
        view::draw(frame, state, &self.theme)
    }
}

/// The flag goes before the environment: `always` passes over `NO_COLOR` alone, for what the
/// terminal can show remains what it is.
fn depth(color: Option<bool>, variable: impl Fn(&str) -> Option<String>) -> Depth {
    match color {
        Some(false) => Depth::None,
        Some(true) => Depth::detect(|name| variable(name).filter(|_| name != "NO_COLOR")),
        None => Depth::detect(variable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_goes_before_no_color_which_goes_before_the_terminal() {
        let bare = |name: &str| (name == "TERM").then(|| "xterm-256color".to_string());
        let refusing = |name: &str| {
            if name == "NO_COLOR" {
                Some("1".into())
            } else {
                bare(name)
            }
        };
        assert_eq!(depth(None, bare), Depth::Indexed);
        assert_eq!(depth(None, refusing), Depth::None);
        assert_eq!(depth(Some(true), refusing), Depth::Indexed);
        assert_eq!(depth(Some(false), bare), Depth::None);
    }
}
