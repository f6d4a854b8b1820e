//! What Terraform's files come to: the exit code, and `gwctl.drift-terraform/1` for programs.

use serde_json::{Value, json};

use crate::actions::terraform::{Finding, Judged, Verdict};
use crate::cli::exit::Exit;
use crate::fleet::clean_line;

/// Which file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    Plan,
    State,
}

/// What came of one file.
#[derive(Debug)]
pub struct Section {
    pub of: Of,
    /// As it was named.
    pub file: String,
    /// The version of Terraform that wrote it.
    pub terraform: String,
    /// When the plan was made, as it says.
    pub made: Option<String>,
    pub judged: Judged,
    /// What of the fleet could not be asked, in a sentence each.
    pub unasked: Vec<String>,
}

/// Everything there is to say.
#[derive(Debug)]
pub struct Report {
    /// The fleet's name.
    pub fleet: String,
    pub plan: Option<Section>,
    pub state: Option<Section>,
    /// Why the journals could not be read.
    pub unread: Option<String>,
}

impl Section {
    /// How many findings there are of one verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        let all = self.judged.findings.iter();
        all.filter(|one| one.verdict() == verdict).count()
    }

    /// Whether the plan must not be applied.
    pub fn never(&self) -> bool {
        self.judged.findings.iter().any(|one| one.verdict().never())
    }

    fn is_open(&self) -> bool {
        self.never() || self.count(Verdict::Unexplained) > 0
    }

    fn is_partial(&self) -> bool {
        self.judged.partial || !self.unasked.is_empty() || self.count(Verdict::Unjudged) > 0
    }

    fn document(&self) -> Value {
        let settled = self.judged.settled.iter().map(|one| {
            json!({ "address": one.address, "type": one.kind, "part": clean_line(&one.part.to_string()) })
        });
        json!({
            "file": clean_line(&self.file),
            "terraform_version": clean_line(&self.terraform),
            "made": self.made.as_deref().map(clean_line),
            "never_apply": self.of == Of::Plan && self.never(),
            "resources": self.judged.findings.iter().map(finding).collect::<Vec<_>>(),
            "unchanged": settled.collect::<Vec<_>>(),
            "not_compared": self.judged.uncompared,
            "not_of_this_fleet": self.judged.foreign,
            "notes": self.judged.notes,
            "unasked": self.unasked.iter().map(|one| clean_line(one)).collect::<Vec<_>>(),
        })
    }
}

fn finding(one: &Finding) -> Value {
    let reasons = one.reasons.iter().map(|reason| {
        json!({
            "verdict": reason.verdict,
            "text": clean_line(&reason.text),
            "run": reason.run,
            "advice": reason.advice.as_deref().map(clean_line),
        })
    });
    json!({
        "address": one.address,
        "type": one.kind,
        "part": clean_line(&one.part.to_string()),
        "region": one.part.region(),
        "action": one.action.word(),
        "verdict": one.verdict(),
        "never_apply": one.verdict().never(),
        "reasons": reasons.collect::<Vec<_>>(),
        "differences": one.lines,
        "more_differences": one.more,
    })
}

impl Report {
    /// Every file's.
    pub fn sections(&self) -> impl Iterator<Item = &Section> {
        self.plan.iter().chain(&self.state)
    }

    /// What must not be applied, or no run explains, comes first, then what could not be told.
    pub fn exit(&self) -> Exit {
        if self.sections().any(Section::is_open) {
            Exit::Degraded
        } else if self.sections().any(Section::is_partial) || self.unread.is_some() {
            Exit::Partial
        } else {
            Exit::Success
        }
    }

    /// `gwctl.drift-terraform/1`.
    pub fn document(&self) -> Value {
        json!({
            "schema": "gwctl.drift-terraform/1",
            "fleet": self.fleet,
            "plan": self.plan.as_ref().map(Section::document),
            "state": self.state.as_ref().map(Section::document),
            "journals_unread": self.unread,
            "exit_code": self.exit().code(),
        })
    }
}
