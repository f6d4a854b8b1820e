//! Failures of a function that Lambda itself reports (aws-facts §13.5).

use std::fmt;

use serde::{Deserialize, Serialize};

/// What became of an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Failure {
    /// It took longer than the function's timeout.
    Timeout,
    /// Starting the function took longer than Lambda waits.
    InitTimeout,
    /// The process ended.
    Crash,
    /// It used all of its memory.
    OutOfMemory,
    /// The package does not hold what the handler's name says, or what it imports.
    BadPackage,
    /// An error that nothing in the function caught.
    Unhandled,
    /// The event loop was empty before the handler's promise settled.
    NeverSettled,
}

impl Failure {
    /// Of an `Error Type` or `errorType` of Lambda's own. Those of a program are no failure by themselves.
    pub fn of_type(kind: &str) -> Option<Self> {
        Some(match kind {
            "Runtime.OutOfMemory" => Self::OutOfMemory,
            "Runtime.ImportModuleError"
            | "Runtime.InvalidEntrypoint"
            | "Runtime.HandlerNotFound"
            | "Runtime.UserCodeSyntaxError" => Self::BadPackage,
            "Runtime.NodejsExit" => Self::NeverSettled,
            "Runtime.ExitError" => Self::Crash,
            "Sandbox.Timedout" => Self::Timeout,
            _ => return None,
        })
    }

    /// Of words that Lambda or a runtime writes; an application that quotes them must not be read with this.
    pub fn of_words(text: &str) -> Option<Self> {
        let types = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '.'));
        let named = types.filter_map(|word| Self::of_type(word.trim_matches('.')));
        let unhandled = [
            "Invoke Error",
            "Uncaught Exception",
            "Unhandled Promise Rejection",
            "LAMBDA_WARNING: Unhandled exception",
        ];
        named.min_by_key(|one| *one == Self::Crash).or_else(|| {
            if text.contains("Task timed out after") {
                Some(Self::Timeout)
            } else if text.contains("Runtime exited") {
                Some(Self::Crash)
            } else {
                let found = unhandled.iter().any(|words| text.contains(words));
                found.then_some(Self::Unhandled)
            }
        })
    }

    /// For people, two or three words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Timeout => "timed out",
            Self::InitTimeout => "start timed out",
            Self::Crash => "crashed",
            Self::OutOfMemory => "out of memory",
            Self::BadPackage => "bad package",
            Self::Unhandled => "unhandled error",
            Self::NeverSettled => "never settled",
        }
    }

    /// For programs.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::InitTimeout => "init-timeout",
            Self::Crash => "crash",
            Self::OutOfMemory => "out-of-memory",
            Self::BadPackage => "bad-package",
            Self::Unhandled => "unhandled",
            Self::NeverSettled => "never-settled",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
