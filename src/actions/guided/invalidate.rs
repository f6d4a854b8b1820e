//! Remove paths from CloudFront's caches.

use serde::{Deserialize, Serialize};

use super::action::{Action, Question, Takes};
use crate::arguments::{ArgumentError, Regions};
use crate::check::{Check, Finding};
use crate::draft::{Draft, PlanContext};
use crate::policy::purpose::Purpose;
use crate::rehearsal::{Places, Rehearsal};
use crate::{Change, Refused, Step, Task, task};
use gwctl_fleet::assumptions::Means;
use gwctl_fleet::{Region, Snapshot};
use gwctl_store::digest;

/// Remove paths from CloudFront's caches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Invalidate {
    /// Paths such as `/orders/*`.
    pub paths: Vec<String>,
}

impl Action for Invalidate {
    const NAME: &'static str = "invalidate";
    const ABOUT: &'static str = "Remove paths from CloudFront's caches";
    const ARGUMENTS: &'static str = "PATH…";
    const EXAMPLE: &'static str = "/orders/* /index.html";
    const TAKES: Takes = Takes::Text;
    const PURPOSE: Purpose = Purpose::Shift;
    const RELIES_ON: &'static [&'static [Means]] = &[&[Means::Distribution]];

    fn parse(words: &[&str], _: &dyn Regions) -> Result<Self, ArgumentError> {
        if words.is_empty() {
            return Err(Self::usage());
        }
        let paths = words.iter().map(|path| (*path).to_owned());
        Ok(Self {
            paths: paths.collect(),
        })
    }

    fn target(&self) -> String {
        self.paths.join(" ")
    }

    fn question(&self) -> Option<Question> {
        Some(Question {
            title: "Invalidate".into(),
            text: "Which paths, with a blank between them: `/orders/* /index.html`.",
            announced: "Enter asks for the paths",
            answer: self.paths.join(" "),
        })
    }

    /// Everything.
    fn offers(_: &Snapshot, _: &Region) -> Vec<Self> {
        vec![Self {
            paths: vec!["/*".into()],
        }]
    }

    /// One path.
    fn rehearsals(_: &Places) -> Vec<Rehearsal<Self>> {
        let paths = vec!["/orders/*".to_owned()];
        vec![Rehearsal::calm("invalidate", Self { paths })]
    }

    fn plan(&self, context: &PlanContext<'_>) -> Result<Draft, Refused> {
        let Self { paths } = self;
        if let Some(bad) = paths.iter().find(|path| !path.starts_with('/')) {
            return Err(
                Refused::new(format!("`{bad}` is not a path: a path begins with `/`"))
                    .instead(format!("`/{bad}`")),
            );
        }
        if paths.is_empty() {
            return Err(Refused::new("no path was given").instead("`/*` is everything."));
        }
        let distribution = context.distribution()?;
        let mut plan = Draft::new(
            format!("Invalidate {} of {distribution}", paths.join(" ")),
            distribution,
        );
        let everything = paths.iter().any(|path| path == "/*");
        plan.checks.push(Check::of(
            "scope",
            !everything,
            "single paths",
            Finding::Warn,
            "CloudFront fetches everything again: expect more requests in every Region for a while",
        ));
        let seed = format!("{}{}", context.snapshot.at, paths.join(" "));
        let task = Task::Invalidate(task::Invalidate {
            distribution: distribution.to_owned(),
            paths: paths.clone(),
            reference: format!("gwctl-{}", digest(seed.as_bytes())),
        });
        let step = Step::new("invalidate", "Invalidate the paths", task, context.snapshot);
        plan.steps
            .push(step.changes(Change::new("cached copies", "kept", "fetched again")));
        plan.notes.push("An invalidation cannot be undone.".into());
        Ok(plan)
    }
}
