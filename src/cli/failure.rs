//! The one place that turns errors into a message for people and an exit code.

use std::fmt;

use super::exit::Exit;
use super::output::{tell, tell_as_it_is};
use crate::config::{ConfigError, NoHome};
use crate::console::ConsoleError;
use crate::fleet::clean_line;

/// Why a command could not do what was asked.
#[derive(Debug)]
pub struct Failure {
    /// For the shell.
    pub exit: Exit,
    what: String,
    next: Option<String>,
    /// Its own words stand alone: several lines, or with a caret that must stay in its column.
    verbatim: bool,
}

impl Failure {
    /// `what` was attempted and failed, in one sentence.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            exit: Exit::Failure,
            what: what.into(),
            next: None,
            verbatim: false,
        }
    }

    /// As [`Failure::new`], for words that already say who speaks, or of several lines.
    pub fn verbatim(what: impl Into<String>) -> Self {
        Self {
            verbatim: true,
            ..Self::new(what)
        }
    }

    /// The command line was wrong.
    pub fn usage(what: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            ..Self::new(what)
        }
    }

    /// The configuration, or something it names, is wrong.
    pub fn config(what: impl Into<String>) -> Self {
        Self {
            exit: Exit::Config,
            ..Self::new(what)
        }
    }

    /// Nothing was changed: it was not confirmed, not allowed or not possible.
    pub fn refused(what: impl Into<String>) -> Self {
        Self {
            exit: Exit::Refused,
            ..Self::new(what)
        }
    }

    /// Somebody else acts on the fleet.
    pub fn busy(what: impl Into<String>) -> Self {
        Self {
            exit: Exit::Busy,
            ..Self::new(what)
        }
    }

    /// Says it on stderr. Carets stay in their columns.
    pub fn tell(&self) {
        if self.verbatim {
            tell_as_it_is(self);
        } else {
            tell(self);
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// A file or stream operation that failed: `cannot write /x: no space left`.
    pub fn io(attempt: impl fmt::Display, error: &std::io::Error) -> Self {
        Self::new(format!("cannot {attempt}: {error}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.verbatim {
            f.write_str(&self.what)?;
        } else {
            write!(f, "gwctl: {}", clean_line(&self.what))?;
        }
        match &self.next {
            Some(next) => write!(f, "\n       {}", next.replace('\n', "\n       ")),
            None => Ok(()),
        }
    }
}

impl From<NoHome> for Failure {
    fn from(error: NoHome) -> Self {
        Self {
            exit: Exit::Config,
            ..Self::new(error.to_string())
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let failure = match error {
            ConfigError::Wrong(_) => Self::verbatim(error.to_string()),
            _ => Self::new(error.to_string()),
        };
        let failure = Self {
            exit: Exit::Config,
            ..failure
        };
        match error {
            ConfigError::Absent { .. } => failure.next(
                "`gwctl demo` shows a simulated fleet, with no configuration at all;\n\
                 `gwctl config init` writes an example to begin with;\n\
                 `--config FILE` or GWCTL_CONFIG names another file.",
            ),
            ConfigError::Unreadable { .. } => {
                failure.next("Correct it, or name another file with `--config FILE`.")
            }
            ConfigError::Wrong(_) => failure,
        }
    }
}

impl From<ConsoleError> for Failure {
    fn from(error: ConsoleError) -> Self {
        let exit = match error {
            ConsoleError::NotATerminal { .. }
            | ConsoleError::Dumb { .. }
            | ConsoleError::NoSize => Exit::NoTerminal,
            ConsoleError::NoSuchFleet { .. } => Exit::Usage,
            ConsoleError::Keys(_) | ConsoleError::Theme(_) => Exit::Config,
            ConsoleError::Terminal { .. } | ConsoleError::Recording(_) => Exit::Failure,
            ConsoleError::Panicked { .. } => Exit::Defect,
        };
        Self {
            exit,
            ..Self::verbatim(error.to_string())
        }
    }
}
