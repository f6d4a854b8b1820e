//! Exit codes, documented in one place: `--help`, the manual pages and the code all read them here.

use std::process::ExitCode;

use crate::fleet::Verdict;

/// How a run of gwctl ended, for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done; for `status`: the fleet is healthy and every question was answered.
    Success,
    /// What was asked could not be done, or a check of `doctor` failed.
    Failure,
    /// The command line was wrong.
    Usage,
    /// The configuration is missing or wrong.
    Config,
    /// The console has no terminal.
    NoTerminal,
    /// `status`: the fleet is degraded. `drift`: something differs that no action explains, or a plan must not be
    /// applied.
    Degraded,
    /// `status`: the fleet, or something it cannot do without, is down.
    Down,
    /// `status`: too little could be observed to say. `changes`: nothing could be asked.
    Unknown,
    /// `status`: healthy as far as could be asked, but some questions got no answer. `discover`, `drift`, `changes`,
    /// `logs`: not everything could be told. An action on several fleets: done, but not on all of them.
    Partial,
    /// An action: nothing was changed, because it was not confirmed, not allowed or not possible.
    Refused,
    /// An action: its run needs its operator, and can be resumed.
    Held,
    /// An action: its operator gave the run up; what was done stays done.
    Abandoned,
    /// An action: what was done was taken back.
    Undone,
    /// An action: somebody else acts on the fleet; nothing was changed.
    Busy,
    /// A defect in gwctl ended it.
    Defect,
    /// A signal of this number ended the console.
    Signal(i32),
}

/// Every exit but signals, in the order they are documented.
const ALL: [Exit; 15] = [
    Exit::Success,
    Exit::Failure,
    Exit::Usage,
    Exit::Config,
    Exit::NoTerminal,
    Exit::Degraded,
    Exit::Down,
    Exit::Unknown,
    Exit::Partial,
    Exit::Refused,
    Exit::Held,
    Exit::Abandoned,
    Exit::Undone,
    Exit::Busy,
    Exit::Defect,
];

impl Exit {
    /// The number the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::Config => 3,
            Self::NoTerminal => 4,
            Self::Degraded => 10,
            Self::Down => 11,
            Self::Unknown => 12,
            Self::Partial => 13,
            Self::Refused => 20,
            Self::Held => 21,
            Self::Abandoned => 22,
            Self::Undone => 23,
            Self::Busy => 24,
            Self::Defect => 101,
            Self::Signal(number) => u8::try_from(number).unwrap_or(0).saturating_add(128),
        }
    }

    /// What it means, for people.
    const fn meaning(self) -> &'static str {
        match self {
            Self::Success => {
                "success; an action: done; status: healthy, and every question was answered"
            }
            Self::Failure => "failed: what was asked could not be done; doctor: a check failed",
            Self::Usage => "the command line is wrong",
            Self::Config => "the configuration is missing or wrong",
            Self::NoTerminal => {
                "the console needs a terminal, and there is none; `gwctl status` does not"
            }
            Self::Degraded => {
                "status: degraded; drift: something differs that no action explains, or a plan must not be applied"
            }
            Self::Down => "status: down",
            Self::Unknown => {
                "status: unknown; too little could be observed to say; changes: nothing could be asked"
            }
            Self::Partial => {
                "status: healthy as far as could be asked, but some questions got no answer; discover, drift, changes, logs: some answers are missing; an action on several fleets: not on all of them"
            }
            Self::Refused => {
                "refused: not confirmed, not allowed or not possible; nothing was changed"
            }
            Self::Held => "held: the run needs its operator; `gwctl runs resume` goes on",
            Self::Abandoned => "abandoned: the run was given up; what was done stays done",
            Self::Undone => "undone: what the run did was taken back",
            Self::Busy => "busy: another run is changing the fleet; nothing was changed",
            Self::Defect => "a defect in gwctl itself",
            Self::Signal(_) => "ended by a signal",
        }
    }

    /// The exit of `status` for a fleet's verdict; `unanswered` says whether any question got no answer.
    pub const fn of_verdict(verdict: Verdict, unanswered: bool) -> Self {
        match verdict {
            Verdict::Healthy if unanswered => Self::Partial,
            Verdict::Healthy => Self::Success,
            Verdict::Degraded => Self::Degraded,
            Verdict::Down => Self::Down,
            Verdict::Unknown => Self::Unknown,
        }
    }

    /// The table for `--help` and the manual.
    pub fn table() -> String {
        let rows = ALL.map(|exit| format!("  {:>3}  {}", exit.code(), exit.meaning()));
        format!(
            "Exit codes:\n{}\n  128 + n  the console was ended by signal n",
            rows.join("\n")
        )
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_has_its_own_code_and_is_documented() {
        let codes: std::collections::BTreeSet<u8> = ALL.iter().map(|exit| exit.code()).collect();
        assert_eq!(codes.len(), ALL.len());
        let table = Exit::table();
        assert!(ALL.iter().all(|exit| table.contains(&format!(
            "{:>3}  {}",
            exit.code(),
            exit.meaning()
        ))));
    }

    #[test]
    fn a_healthy_fleet_with_open_questions_is_not_a_success() {
        assert_eq!(Exit::of_verdict(Verdict::Healthy, false), Exit::Success);
        assert_eq!(Exit::of_verdict(Verdict::Healthy, true), Exit::Partial);
        assert_eq!(Exit::of_verdict(Verdict::Down, true), Exit::Down);
        assert_eq!(Exit::of_verdict(Verdict::Unknown, false), Exit::Unknown);
    }
}
