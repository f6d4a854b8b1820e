//! The terminal itself: the bell, and a notification where the terminal is known to take one (aws-facts §17.3).

use crate::{Notice, Severity};
use gwctl_fleet::clean;

/// Characters of a title and of a text: more than any desktop shows.
const TITLE: usize = 80;
const TEXT: usize = 200;

/// What a terminal takes besides the bell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing, not even the bell.
    Nothing,
    /// The bell alone: what it does with anything else is not known.
    Bell,
    /// OSC 9: a text.
    Osc9,
    /// OSC 777: a title and a text.
    Osc777,
    /// OSC 99: kitty's own.
    Osc99,
}

/// The terminal that this process runs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TerminalKind {
    /// What it takes; within tmux, what the terminal around it takes.
    pub takes: Takes,
    /// Within tmux a sequence is wrapped: tmux hands it on where `allow-passthrough` is on, and else drops it.
    pub tmux: bool,
}

impl TerminalKind {
    /// As the environment tells.
    pub fn from_environment() -> Self {
        Self::of(|name| std::env::var(name).ok())
    }

    /// As the variables tell that `variable` gives.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| variable(name).unwrap_or_default();
        let set = |name: &str| !text(name).is_empty();
        let (term, program) = (text("TERM"), text("TERM_PROGRAM"));
        let tmux = set("TMUX");
        let screen = set("STY") || (term.starts_with("screen") && !tmux);
        let known = if screen {
            // GNU screen has a form of its own.
            Takes::Bell
        } else if set("KITTY_WINDOW_ID") || term == "xterm-kitty" {
            Takes::Osc99
        } else if term.starts_with("foot") || term.starts_with("rxvt-unicode") {
            Takes::Osc777
        } else if ["iTerm.app", "WezTerm", "ghostty"].contains(&program.as_str())
            || text("LC_TERMINAL") == "iTerm2"
            || term == "xterm-ghostty"
            || set("WEZTERM_PANE")
            || set("WT_SESSION")
        {
            Takes::Osc9
        } else {
            Takes::Bell
        };
        let takes = if term == "dumb" || term.is_empty() {
            Takes::Nothing
        } else {
            known
        };
        Self { takes, tmux }
    }

    /// What to write for `notice`; none where the terminal takes nothing.
    pub fn sequence(self, notice: &Notice) -> Option<String> {
        let title = plain(&notice.title, TITLE);
        let first = notice.lines.first().map(String::as_str);
        let text = plain(first.unwrap_or_default(), TEXT);
        let shown = match self.takes {
            Takes::Nothing => return None,
            Takes::Bell => String::new(),
            // A text that begins with a digit and `;` is the progress of something: there is no `;` in it.
            Takes::Osc9 => format!("\x1b]9;{title}\x1b\\"),
            Takes::Osc777 => format!("\x1b]777;notify;{title};{text}\x1b\\"),
            Takes::Osc99 => {
                let urgent = u8::from(notice.severity == Severity::Critical) + 1;
                let id = notice.message_id().replace('_', "-");
                format!(
                    "\x1b]99;i={id}:d=0:u={urgent}:o=unfocused;{title}\x1b\\\x1b]99;i={id}:d=1:p=body;{text}\x1b\\"
                )
            }
        };
        let shown = if self.tmux && !shown.is_empty() {
            format!("\x1bPtmux;{}\x1b\\", shown.replace('\x1b', "\x1b\x1b"))
        } else {
            shown
        };
        Some(format!("\x07{shown}"))
    }
}

/// Nothing that ends a sequence or divides it.
fn plain(text: &str, most: usize) -> String {
    clean(text, most).replace(';', ",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn notice() -> Notice {
        Notice {
            title: "4;orders\x1b\\ is\u{9c} down\x07; it was healthy".into(),
            lines: vec!["eu-west-1; down\x1b]0;x\x07".into()],
            severity: Severity::Critical,
            ..Notice::test("orders", "ada", Timestamp::UNIX_EPOCH)
        }
    }

    fn written(variables: &[(&str, &str)]) -> Option<String> {
        let kind = TerminalKind::of(|name| {
            let found = variables.iter().find(|(one, _)| *one == name);
            found.map(|(_, value)| (*value).to_owned())
        });
        kind.sequence(&notice())
    }

    #[test]
    fn a_terminal_gets_what_it_is_known_to_take_and_the_bell_at_most_otherwise() {
        assert_eq!(written(&[("TERM", "dumb")]), None);
        for unknown in [
            &[("TERM", "xterm-256color")][..],
            &[("TERM", "screen"), ("TERM_PROGRAM", "iTerm.app")],
            &[
                ("TERM", "tmux-256color"),
                ("TMUX", "/tmp/tmux,1,0"),
                ("TERM_PROGRAM", "tmux"),
            ],
        ] {
            assert_eq!(written(unknown).unwrap(), "\x07", "{unknown:?}");
        }
        let iterm = written(&[("TERM", "xterm"), ("TERM_PROGRAM", "iTerm.app")]).unwrap();
        assert!(iterm.starts_with("\x07\x1b]9;4,orders"), "{iterm:?}");
        let foot = written(&[("TERM", "foot")]).unwrap();
        assert!(foot.starts_with("\x07\x1b]777;notify;4,orders"), "{foot:?}");
        let kitty = written(&[("TERM", "xterm-kitty")]).unwrap();
        assert!(kitty.contains(":d=0:u=2:o=unfocused;4,orders"), "{kitty:?}");
    }

    #[test]
    fn no_text_ends_or_divides_a_sequence() {
        for term in ["foot", "xterm-kitty", "xterm-ghostty"] {
            let sequence = written(&[("TERM", term)]).unwrap();
            let ends = sequence.matches("\x1b\\").count();
            assert_eq!(sequence.matches('\x1b').count(), 2 * ends, "{sequence:?}");
            assert_eq!(sequence.matches('\x07').count(), 1, "{sequence:?}");
            assert!(!sequence.contains('\u{9c}'), "{sequence:?}");
        }
        let foot = written(&[("TERM", "foot")]).unwrap();
        assert_eq!(foot.matches(';').count(), 3, "{foot:?}");
    }

    #[test]
    fn within_tmux_a_sequence_is_wrapped_with_every_escape_doubled() {
        let tmux = [
            ("TERM", "tmux-256color"),
            ("TMUX", "/tmp/tmux,1,0"),
            ("LC_TERMINAL", "iTerm2"),
        ];
        let wrapped = written(&tmux).unwrap();
        assert!(
            wrapped.starts_with("\x07\x1bPtmux;\x1b\x1b]9;"),
            "{wrapped:?}"
        );
        assert!(wrapped.ends_with("\x1b\x1b\\\x1b\\"), "{wrapped:?}");
    }
}
