//! Colours as themes write them, and what becomes of them on poorer terminals. The one place where
//! truecolour turns into 256, 16 or no colours at all.

use ratatui::style::Color;

/// How many colours the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Depth {
    /// 24 bits.
    #[default]
    True,
    /// The 256-colour palette.
    Indexed,
    /// The 16 named colours.
    Sixteen,
    /// None: `NO_COLOR`, or a terminal that cannot.
    None,
}

impl Depth {
    /// What the environment says of the terminal: `NO_COLOR` wins, then `COLORTERM`, then `TERM`.
    /// `variable` looks one up.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name: &str| variable(name).unwrap_or_default();
        let term = value("TERM");
        if !value("NO_COLOR").is_empty() || term == "dumb" {
            Self::None
        } else if matches!(value("COLORTERM").as_str(), "truecolor" | "24bit")
            || term.ends_with("-direct")
        {
            Self::True
        } else if term.contains("256") {
            Self::Indexed
        } else {
            Self::Sixteen
        }
    }
}

/// A colour of a theme: the true one, and the name to use where there are only 16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paint {
    rgb: Option<(u8, u8, u8)>,
    named: Option<Color>,
}

/// Why words of a theme are no colour.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAColour {
    #[error("`{0}`: a colour is one value, and one name for 16 colours")]
    Words(String),
    #[error("`{0}`: two names; the first may only be #rrggbb")]
    Names(String),
    #[error("`{0}` is not a colour like #1a2b3c")]
    Value(String),
    #[error("`{0}` is not a colour name; known: default, {known}", known = known_names())]
    Name(String),
}

impl Paint {
    /// Reads `#rrggbb`, `#rrggbb NAME`, or `NAME`.
    pub fn parse(text: &str) -> Result<Self, NotAColour> {
        let mut words = text.split_whitespace();
        let (first, second) = (words.next().unwrap_or_default(), words.next());
        if words.next().is_some() {
            return Err(NotAColour::Words(text.into()));
        }
        let Some(hex) = first.strip_prefix('#') else {
            return match second {
                None => Ok(Self {
                    rgb: None,
                    named: Some(named(first)?),
                }),
                Some(_) => Err(NotAColour::Names(text.into())),
            };
        };
        let number = u32::from_str_radix(hex, 16).ok().filter(|_| hex.len() == 6);
        let number = number.ok_or_else(|| NotAColour::Value(first.into()))?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self {
            rgb: Some((red, green, blue)),
            named: second.map(named).transpose()?,
        })
    }

    /// The colour to send to a terminal of this depth; `None` where there are no colours.
    pub fn at(self, depth: Depth) -> Option<Color> {
        match (depth, self.rgb) {
            (Depth::None, _) => None,
            (_, None) => self.named,
            (Depth::True, Some((red, green, blue))) => Some(Color::Rgb(red, green, blue)),
            (Depth::Indexed, Some(rgb)) => Some(Color::Indexed(nearest_indexed(rgb))),
            (Depth::Sixteen, Some(rgb)) => Some(self.named.unwrap_or_else(|| nearest_named(rgb))),
        }
    }

    /// Red, green and blue, where the theme fixes them.
    pub const fn rgb(self) -> Option<(u8, u8, u8)> {
        self.rgb
    }
}

/// The named colours with the values xterm gives them.
const NAMED: [(&str, Color, (u8, u8, u8)); 16] = [
    ("black", Color::Black, (0, 0, 0)),
    ("red", Color::Red, (205, 0, 0)),
    ("green", Color::Green, (0, 205, 0)),
    ("yellow", Color::Yellow, (205, 205, 0)),
    ("blue", Color::Blue, (0, 0, 238)),
    ("magenta", Color::Magenta, (205, 0, 205)),
    ("cyan", Color::Cyan, (0, 205, 205)),
    ("gray", Color::Gray, (229, 229, 229)),
    ("dark-gray", Color::DarkGray, (127, 127, 127)),
    ("light-red", Color::LightRed, (255, 0, 0)),
    ("light-green", Color::LightGreen, (0, 255, 0)),
    ("light-yellow", Color::LightYellow, (255, 255, 0)),
    ("light-blue", Color::LightBlue, (92, 92, 255)),
    ("light-magenta", Color::LightMagenta, (255, 0, 255)),
    ("light-cyan", Color::LightCyan, (0, 255, 255)),
    ("white", Color::White, (255, 255, 255)),
];

fn named(name: &str) -> Result<Color, NotAColour> {
    if name == "default" {
        return Ok(Color::Reset);
    }
    let found = NAMED
        .iter()
        .find(|(known, ..)| *known == name)
        .map(|(_, colour, _)| *colour);
    found.ok_or_else(|| NotAColour::Name(name.into()))
}

fn known_names() -> String {
    NAMED.map(|(name, ..)| name).join(", ")
}

/// Red, green and blue of any colour a cell may have; `None` for the terminal's default.
pub fn rgb_of(colour: Color) -> Option<(u8, u8, u8)> {
    match colour {
        Color::Reset => None,
        Color::Rgb(red, green, blue) => Some((red, green, blue)),
        Color::Indexed(index) => Some(indexed(index)),
        other => NAMED
            .iter()
            .find(|(_, colour, _)| *colour == other)
            .map(|(_, _, rgb)| *rgb),
    }
}

fn nearest_named(rgb: (u8, u8, u8)) -> Color {
    NAMED
        .iter()
        .min_by_key(|(.., known)| distance(rgb, *known))
        .map_or(Color::Reset, |known| known.1)
}

/// The levels of the 6×6×6 cube.
const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];

fn indexed(index: u8) -> (u8, u8, u8) {
    match index {
        0..16 => NAMED[usize::from(index)].2,
        16..232 => {
            let cube = usize::from(index - 16);
            (LEVELS[cube / 36], LEVELS[cube / 6 % 6], LEVELS[cube % 6])
        }
        232.. => {
            let grey = 8 + 10 * (index - 232);
            (grey, grey, grey)
        }
    }
}

fn nearest_indexed(rgb: (u8, u8, u8)) -> u8 {
    (16..=255u8)
        .min_by_key(|index| distance(rgb, indexed(*index)))
        .unwrap_or(0)
}

/// Weighted as the eye does ("redmean").
fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> i32 {
    let [red, green, blue] =
        [(a.0, b.0), (a.1, b.1), (a.2, b.2)].map(|(x, y)| i32::from(x) - i32::from(y));
    let mean = i32::midpoint(i32::from(a.0), i32::from(b.0));
    (((512 + mean) * red * red) >> 8) + 4 * green * green + (((767 - mean) * blue * blue) >> 8)
}

#[cfg(test)]
/// WCAG contrast of two colours, 1 to 21.
pub fn contrast(a: (u8, u8, u8), b: (u8, u8, u8)) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
fn luminance((red, green, blue): (u8, u8, u8)) -> f64 {
    let linear = |channel: u8| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_degrades_with_the_terminal() {
        let paint = Paint::parse("#56c596 green").unwrap();
        assert_eq!(paint.at(Depth::True), Some(Color::Rgb(0x56, 0xc5, 0x96)));
        assert_eq!(paint.at(Depth::Indexed), Some(Color::Indexed(78)));
        assert_eq!(paint.at(Depth::Sixteen), Some(Color::Green));
        assert_eq!(paint.at(Depth::None), None);
        assert_eq!(
            Paint::parse("#fe0101").unwrap().at(Depth::Sixteen),
            Some(Color::LightRed)
        );
        assert_eq!(
            Paint::parse("default").unwrap().at(Depth::True),
            Some(Color::Reset)
        );
    }

    #[test]
    fn a_wrong_colour_says_what_is_accepted() {
        for (text, accepted) in [
            ("#12345", "like #1a2b3c"),
            ("grue", "dark-gray"),
            ("#123456 red blue", "one value"),
            ("red blue", "two names"),
        ] {
            let said = Paint::parse(text).unwrap_err().to_string();
            assert!(said.contains(accepted), "{said}");
        }
    }

    #[test]
    fn the_environment_decides_the_depth_and_no_color_wins() {
        let depth = |pairs: &[(&str, &str)]| {
            Depth::detect(|name| {
                pairs
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, value)| (*value).into())
            })
        };
        assert_eq!(
            depth(&[("COLORTERM", "truecolor"), ("TERM", "xterm-256color")]),
            Depth::True
        );
        assert_eq!(depth(&[("TERM", "screen-256color")]), Depth::Indexed);
        assert_eq!(depth(&[("TERM", "linux")]), Depth::Sixteen);
        assert_eq!(
            depth(&[("TERM", "dumb"), ("COLORTERM", "24bit")]),
            Depth::None
        );
        assert_eq!(
            depth(&[("COLORTERM", "truecolor"), ("NO_COLOR", "1")]),
            Depth::None
        );
        assert_eq!(
            depth(&[("COLORTERM", "truecolor"), ("NO_COLOR", "")]),
            Depth::True
        );
    }
}
