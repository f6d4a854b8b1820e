//! Themes: TOML files of named colours, embedded, overridden by the user's own.

use std::path::{Path, PathBuf};

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use super::colour::{Depth, NotAColour, Paint};
use super::glyphs::Glyphs;
use gwctl_fleet::Verdict;

/// The themes in the binary, the default first.
const EMBEDDED: [(&str, &str); 6] = [
    ("dark", include_str!("../../../themes/dark.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    ("mono", include_str!("../../../themes/mono.toml")),
    (
        "colour-blind",
        include_str!("../../../themes/colour-blind.toml"),
    ),
    ("harbour", include_str!("../../../themes/harbour.toml")),
    ("ember", include_str!("../../../themes/ember.toml")),
];

/// The name of the theme used when none is asked for.
pub const DEFAULT: &str = "dark";

/// Why a theme cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    /// No such theme, embedded or in the user's directory.
    #[error("no theme is called `{name}`; there are: {}", .known.join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// The file is there, and cannot be read.
    #[error("cannot read the theme {}: {cause}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The file is not a theme.
    #[error("{origin}: {message}")]
    Invalid {
        /// File or embedded name.
        origin: String,
        /// What was found and what is accepted, with the line.
        message: String,
    },
}

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Background,
    Text,
    Muted,
    Faint,
    Border,
    Title,
    Accent,
    Selection,
    Healthy,
    Degraded,
    Down,
    Unknown,
    Land,
    Replication,
    Traffic,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ThemeFile {
    about: String,
    #[serde(default)]
    emphasis: Emphasis,
    colours: Colours,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Emphasis {
    /// Colour tells verdicts apart, beside glyph and word.
    #[default]
    Colour,
    /// Bold and reversed text do.
    Weight,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Written(Paint);

impl TryFrom<String> for Written {
    type Error = NotAColour;
    fn try_from(text: String) -> Result<Self, NotAColour> {
        Paint::parse(&text).map(Self)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Colours {
    background: Written,
    text: Written,
    muted: Written,
    faint: Written,
    border: Written,
    title: Written,
    accent: Written,
    selection: Written,
    healthy: Written,
    degraded: Written,
    down: Written,
    unknown: Written,
    land: Written,
    replication: Written,
    traffic: Written,
    series: [Written; 6],
}

/// A theme fitted to a terminal.
#[derive(Debug, Clone)]
pub struct Theme {
    pub name: String,
    /// One line on its character.
    pub about: String,
    /// Characters it draws with.
    pub glyphs: &'static Glyphs,
    paints: [Paint; 15],
    series: [Paint; 6],
    emphasis: Emphasis,
    depth: Depth,
}

impl Theme {
    /// The theme called `name`: the user's own in `dir` first, then the embedded ones.
    pub fn load(
        name: &str,
        dir: Option<&Path>,
        depth: Depth,
        ascii: bool,
    ) -> Result<Self, ThemeError> {
        let own = dir
            .map(|dir| dir.join(format!("{name}.toml")))
            .filter(|_| is_plain(name));
        if let Some(path) = own.filter(|path| path.is_file()) {
            let text =
                gwctl_files::read_to_string(&path).map_err(|cause| ThemeError::Unreadable {
                    path: path.clone(),
                    cause,
                })?;
            return Self::parse(name, &path.display().to_string(), &text, depth, ascii);
        }
        match EMBEDDED.iter().find(|(known, _)| *known == name) {
            Some((_, text)) => Self::parse(
                name,
                &format!("embedded theme `{name}`"),
                text,
                depth,
                ascii,
            ),
            None => Err(ThemeError::Unknown {
                name: name.into(),
                known: names(dir),
            }),
        }
    }

    fn parse(
        name: &str,
        origin: &str,
        text: &str,
        depth: Depth,
        ascii: bool,
    ) -> Result<Self, ThemeError> {
        let file: ThemeFile = toml::from_str(text).map_err(|error| ThemeError::Invalid {
            origin: origin.into(),
            message: error.to_string(),
        })?;
        let c = &file.colours;
        // In the order of `Role`.
        let paints = [
            c.background,
            c.text,
            c.muted,
            c.faint,
            c.border,
            c.title,
            c.accent,
            c.selection,
            c.healthy,
            c.degraded,
            c.down,
            c.unknown,
            c.land,
            c.replication,
            c.traffic,
        ];
        Ok(Self {
            name: name.into(),
            about: gwctl_fleet::clean(&file.about, 120),
            glyphs: if ascii {
                &super::glyphs::ASCII
            } else {
                &super::glyphs::UNICODE
            },
            paints: paints.map(|written| written.0),
            series: c.series.map(|written| written.0),
            emphasis: file.emphasis,
            depth,
        })
    }

    /// The colour of a role; `None` where there are no colours.
    pub fn colour(&self, role: Role) -> Option<Color> {
        self.paints[role as usize].at(self.depth)
    }

    /// The colour of a role as the theme writes it, whatever the terminal can.
    pub fn paint(&self, role: Role) -> Paint {
        self.paints[role as usize]
    }

    /// How text in a role is drawn. Without colours, weight takes their place.
    pub fn style(&self, role: Role) -> Style {
        let mut style = Style::new();
        let colour = self.colour(role);
        match role {
            Role::Background | Role::Selection => style.bg = colour,
            _ => style.fg = colour,
        }
        style.add_modifier(self.weight(role))
    }

    fn weight(&self, role: Role) -> Modifier {
        let by_weight = self.emphasis == Emphasis::Weight || self.depth == Depth::None;
        match role {
            Role::Down if by_weight => Modifier::BOLD | Modifier::UNDERLINED,
            Role::Degraded if !by_weight => Modifier::empty(),
            Role::Title | Role::Accent | Role::Down | Role::Degraded => Modifier::BOLD,
            Role::Selection if self.depth == Depth::None => Modifier::REVERSED,
            Role::Faint | Role::Border | Role::Land | Role::Muted if self.depth == Depth::None => {
                Modifier::DIM
            }
            _ => Modifier::empty(),
        }
    }

    /// The colour of the `index`th line of a chart.
    pub fn series(&self, index: usize) -> Style {
        let colour = self.series[index % self.series.len()].at(self.depth);
        Style {
            fg: colour,
            ..Style::new()
        }
    }

    /// `style` nearer to the ground, for what fills the space under a line.
    pub fn softened(&self, style: Style) -> Style {
        let (Some(Color::Rgb(r, g, b)), Some(Color::Rgb(r0, g0, b0))) =
            (style.fg, self.colour(Role::Background))
        else {
            return style.add_modifier(Modifier::DIM);
        };
        let mix =
            |over: u8, under: u8| ((u16::from(over) * 35 + u16::from(under) * 65) / 100) as u8;
        Style {
            fg: Some(Color::Rgb(mix(r, r0), mix(g, g0), mix(b, b0))),
            ..style
        }
    }

    /// What a picture in this theme adds to the cells.
    pub fn look(&self, title: &str) -> super::picture::Look {
        let rgb = |role, otherwise| self.paint(role).rgb().unwrap_or(otherwise);
        super::picture::Look {
            title: title.into(),
            background: rgb(Role::Background, (0, 0, 0)),
            text: rgb(Role::Text, (208, 208, 208)),
            bar: rgb(Role::Selection, (48, 48, 48)),
        }
    }

    /// The role that stands for a verdict.
    pub const fn verdict_role(verdict: Verdict) -> Role {
        match verdict {
            Verdict::Healthy => Role::Healthy,
            Verdict::Unknown => Role::Unknown,
            Verdict::Degraded => Role::Degraded,
            Verdict::Down => Role::Down,
        }
    }

    /// How a verdict is drawn.
    pub fn verdict(&self, verdict: Verdict) -> Style {
        let style = self.style(Self::verdict_role(verdict));
        let by_weight = self.emphasis == Emphasis::Weight || self.depth == Depth::None;
        match verdict {
            Verdict::Down if by_weight => style
                .remove_modifier(Modifier::UNDERLINED)
                .add_modifier(Modifier::REVERSED),
            _ => style,
        }
    }
}

/// A name that cannot leave the directory it is looked up in.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
        && !name.starts_with('.')
}

/// Every theme there is by name: the embedded ones, then the user's own in `dir`.
pub fn names(dir: Option<&Path>) -> Vec<String> {
    let mut names: Vec<String> = EMBEDDED.iter().map(|(name, _)| (*name).into()).collect();
    let entries = dir
        .and_then(|dir| std::fs::read_dir(dir).ok())
        .into_iter()
        .flatten()
        .flatten();
    let mut mine: Vec<String> = entries
        .filter_map(|entry| {
            let path = entry.path();
            let is_toml = path
                .extension()
                .is_some_and(|extension| extension == "toml");
            path.file_stem()
                .filter(|_| is_toml)?
                .to_str()
                .map(str::to_owned)
        })
        .filter(|name| is_plain(name) && !names.contains(name))
        .collect();
    mine.sort();
    names.append(&mut mine);
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::colour::contrast;

    fn every() -> Vec<Theme> {
        names(None)
            .iter()
            .map(|name| Theme::load(name, None, Depth::True, false).unwrap())
            .collect()
    }

    #[test]
    fn verdicts_and_text_stand_out_from_the_ground_in_every_theme() {
        for theme in every() {
            let rgb = |role| theme.paint(role).rgb().unwrap();
            for (role, least) in [
                (Role::Text, 7.0),
                (Role::Muted, 4.5),
                (Role::Accent, 4.5),
                (Role::Healthy, 4.5),
                (Role::Degraded, 4.5),
                (Role::Down, 4.5),
                (Role::Unknown, 4.5),
                (Role::Faint, 2.5),
            ] {
                for ground in [Role::Background, Role::Selection] {
                    let least = if ground == Role::Selection {
                        least * 0.8
                    } else {
                        least
                    };
                    let found = contrast(rgb(role), rgb(ground));
                    assert!(
                        found >= least,
                        "{}: {role:?} on {ground:?} is {found:.2}",
                        theme.name
                    );
                }
            }
        }
    }

    #[test]
    fn without_colours_a_theme_gives_none_and_verdicts_differ_by_weight() {
        for name in names(None) {
            let theme = Theme::load(&name, None, Depth::None, false).unwrap();
            let styles =
                [Verdict::Healthy, Verdict::Degraded, Verdict::Down].map(|v| theme.verdict(v));
            assert!(
                styles
                    .iter()
                    .all(|style| style.fg.is_none() && style.bg.is_none()),
                "{name}"
            );
            assert_ne!(styles[0], styles[1], "{name}");
            assert_ne!(styles[1], styles[2], "{name}");
        }
    }

    #[test]
    fn the_users_own_theme_overrides_and_is_listed() {
        let dir = tempfile::tempdir().unwrap();
        let dark = EMBEDDED[0].1;
        std::fs::write(
            dir.path().join("dark.toml"),
            dark.replace("#0d1117", "#010203"),
        )
        .unwrap();
        std::fs::write(dir.path().join("mine.toml"), dark).unwrap();
        let theme = Theme::load("dark", Some(dir.path()), Depth::True, false).unwrap();
        assert_eq!(theme.colour(Role::Background), Some(Color::Rgb(1, 2, 3)));
        assert_eq!(
            names(Some(dir.path())).last().map(String::as_str),
            Some("mine")
        );
        assert!(Theme::load("../mine", Some(&dir.path().join("sub")), Depth::True, false).is_err());
    }

    #[test]
    fn a_wrong_theme_says_where_and_what() {
        let dir = tempfile::tempdir().unwrap();
        let error = |text: &str| {
            std::fs::write(dir.path().join("bad.toml"), text).unwrap();
            Theme::load("bad", Some(dir.path()), Depth::True, false)
                .unwrap_err()
                .to_string()
        };
        let dark = EMBEDDED[0].1;
        let typo = error(&dark.replace("muted =", "mutted ="));
        assert!(
            typo.contains("bad.toml") && typo.contains("mutted") && typo.contains("line"),
            "{typo}"
        );
        let colour = error(&dark.replace("#8d98a7", "#8d98"));
        assert!(colour.contains("not a colour like #1a2b3c"), "{colour}");
        let unknown = Theme::load("drak", None, Depth::True, false)
            .unwrap_err()
            .to_string();
        assert!(unknown.contains("there are: dark, light"), "{unknown}");
    }
}
