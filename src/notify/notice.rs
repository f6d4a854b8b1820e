//! What is told.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A fleet's verdict is another one.
    Verdict,
    /// A run began.
    Started,
    /// A run needs its operator.
    Held,
    /// A run waits for another person's approval.
    Approval,
    /// Another person drives a run now.
    Handover,
    /// A run is over.
    Done,
    /// A step of a run was observed done.
    Step,
    /// Somebody tries whether a target is reached. Every target is told.
    #[serde(skip)]
    Test,
}

impl Event {
    /// What a webhook calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Verdict => "verdict.changed",
            Self::Started => "run.started",
            Self::Held => "run.held",
            Self::Approval => "run.approval.wanted",
            Self::Handover => "run.handed-over",
            Self::Done => "run.done",
            Self::Step => "run.step.done",
            Self::Test => "test",
        }
    }
}

/// How bad it is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Default,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    #[default]
    Info,
    /// Worth a look.
    Warning,
    /// Somebody must act.
    Error,
    /// Clients are hit.
    Critical,
}

impl Severity {
    /// As PagerDuty and the configuration write it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }
}

/// What becomes of the alert that pages somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alert {
    /// Nobody is paged.
    None,
    /// It is raised, or goes on.
    Trigger,
    /// Somebody deals with it.
    Acknowledge,
    /// It is over.
    Resolve,
}

/// One thing to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The same for every target and on every attempt: whoever receives it twice can tell.
    pub id: String,
    /// When it happened, in fleet time.
    pub at: Timestamp,
    /// The fleet's name.
    pub fleet: String,
    /// What happened.
    pub event: Event,
    /// How bad it is; of a trouble that ended, how bad it was.
    pub severity: Severity,
    /// One sentence.
    pub title: String,
    /// More of it, a sentence each.
    pub lines: Vec<String>,
    /// What to type to see more.
    pub command: Option<String>,
    /// The run it is about.
    pub run: Option<String>,
    /// What becomes of the alert.
    pub alert: Alert,
    /// Which alert: the same from its first trigger to its end, whoever tells it.
    pub key: String,
}

impl Notice {
    /// A test of every target, asked for by `who`.
    pub fn test(fleet: &str, who: &str, at: Timestamp) -> Self {
        Self {
            id: format!("gwctl/{fleet}/test/{}", at.as_millisecond()),
            at,
            fleet: fleet.into(),
            event: Event::Test,
            severity: Severity::Info,
            title: format!("{fleet}: this is a test"),
            lines: vec![format!(
                "{who} ran `gwctl doctor --notify`. Nothing happened to the fleet."
            )],
            command: None,
            run: None,
            alert: Alert::None,
            key: format!("gwctl/{fleet}/test"),
        }
    }

    /// The id in the form that headers and queues take.
    pub(crate) fn message_id(&self) -> String {
        use std::fmt::Write as _;
        let digest = Sha256::digest(self.id.as_bytes());
        let mut id = "msg_".to_owned();
        for byte in digest.iter().take(16) {
            let _ = write!(id, "{byte:02x}");
        }
        id
    }

    /// Title, lines and command as plain text.
    pub(crate) fn text(&self) -> String {
        let command = self.command.as_ref();
        let command = command.map(|command| format!("Look: {command}"));
        let lines = [&self.title].into_iter().chain(&self.lines).cloned();
        lines.chain(command).collect::<Vec<_>>().join("\n")
    }
}
