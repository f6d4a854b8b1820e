//! What most likely happened, and what could change the answer.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::cli::exit::Exit;
use crate::explain::{
    Evidence, Explanation, Turned, Unexplained, explain, hits, not_seen, turned, unexplained,
    unseen,
};
use crate::fleet::{Event, Heard, Snapshot, format};
use crate::observe::{Findings, cost_of};

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
    /// Whether all that could be asked was answered.
    pub whole: bool,
    /// Whom and which routes each hypothesis hits, in the order of the hypotheses, a sentence each.
    pub hits: Vec<Vec<String>>,
    /// How late the sources are, a sentence each kind.
    pub lateness: Vec<String>,
}

impl Report {
    /// Reasons from what was seen.
    pub fn new(picture: Arc<Snapshot>, findings: &Findings, own: &[Event]) -> Self {
        let heard = &findings.errors.heard;
        let (trail, logged) = (findings.happened.trail(), findings.errors.logged());
        let evidence = Evidence::new(&picture, Some(trail), Some(logged)).with_runs(own);
        let explanation = explain(&evidence);
        let turned = if explanation.hypotheses.is_empty() {
            Vec::new()
        } else {
            turned(&picture)
        };
        let unexplained = unexplained(&evidence, &explanation, &turned);
        let mut unseen = not_seen(&unseen(&picture), &explanation, findings.gaps());
        let whole = unseen.is_empty();
        unseen.extend(findings.not_offered());
        let all = explanation.hypotheses.iter();
        let mut lateness = findings.happened.lateness();
        lateness.extend(cost(heard));
        Self {
            hits: all.map(|one| hits(&picture, Some(heard), one)).collect(),
            whole,
            explanation,
            turned,
            unexplained,
            unseen,
            lateness,
            picture,
        }
    }

    /// As `status`.
    pub fn exit(&self) -> Exit {
        Exit::of_verdict(self.picture.judgement.verdict, !self.whole)
    }

    /// `gwctl.explain/1`.
    pub fn document(&self) -> Value {
        json!({
            "schema": "gwctl.explain/1",
            "fleet": self.picture.name,
            "verdict": self.picture.judgement.verdict,
            "at": self.explanation.at,
            "hypotheses": self.explanation.hypotheses,
            "hits": self.hits,
            "turned": self.turned,
            "unexplained": self.unexplained,
            "unseen": self.unseen,
            "lateness": self.lateness,
            "exit_code": self.exit().code(),
        })
    }
}

/// What canaries and routes cost; none where there are none.
fn cost(heard: &Heard) -> Option<String> {
    (heard.figures > 0).then(|| {
        format!(
            "{} figures of canaries and routes were asked of CloudWatch: {} each time",
            heard.figures,
            format::dollars(cost_of(heard))
        )
    })
}
