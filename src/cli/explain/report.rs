//! What most likely happened, and what could change the answer.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::cli::exit::Exit;
use crate::explain::{
    Evidence, Explanation, Turned, Unexplained, explain, not_seen, turned, unexplained,
};
use crate::fleet::Snapshot;
use crate::observe::Findings;

/// Everything there is to print.
#[derive(Debug)]
pub struct Report {
    pub picture: Arc<Snapshot>,
    pub explanation: Explanation,
    /// Figures that took another level, the first first; empty where nothing is wrong.
    pub turned: Vec<Turned>,
    /// What is new and no hypothesis tells.
    pub unexplained: Vec<Unexplained>,
    /// What got no answer, a sentence each: with it the answer might be another.
    pub unseen: Vec<String>,
    /// How late the sources are, a sentence each kind.
    pub lateness: Vec<String>,
}

impl Report {
    /// Reasons from what was seen.
    pub fn new(picture: Arc<Snapshot>, findings: &Findings) -> Self {
        let evidence = Evidence {
            picture: &picture,
            events: &findings.happened.log.events,
            patterns: &findings.errors.patterns,
            spans: &findings.errors.spans,
        };
        let explanation = explain(&evidence);
        let turned = if explanation.hypotheses.is_empty() {
            Vec::new()
        } else {
            turned(&picture)
        };
        let unexplained = unexplained(&evidence, &explanation, &turned);
        let unseen = not_seen(&picture, &explanation, findings.gaps());
        Self {
            explanation,
            turned,
            unexplained,
            unseen,
            lateness: findings.happened.lateness(),
            picture,
        }
    }

    /// As `status`.
    pub fn exit(&self) -> Exit {
        Exit::of_verdict(self.picture.judgement.verdict, !self.unseen.is_empty())
    }

    /// `gwctl.explain/1`.
    pub fn document(&self) -> Value {
        json!({
            "schema": "gwctl.explain/1",
            "fleet": self.picture.name,
            "verdict": self.picture.judgement.verdict,
            "at": self.explanation.at,
            "hypotheses": self.explanation.hypotheses,
            "turned": self.turned,
            "unexplained": self.unexplained,
            "unseen": self.unseen,
            "lateness": self.lateness,
            "exit_code": self.exit().code(),
        })
    }
}
