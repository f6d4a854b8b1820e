//! Drift: how what the world holds differs from what a stack's template made.

use jiff::SignedDuration;
use serde_json::Value;

use super::FormationRefused;
use super::target::word;
use crate::world::account::Account;
use crate::world::model::{DriftDetection, PropertyDifference, ResourceDrift};
use crate::world::names;
use crate::world::rng::pick;
use gwctl_fleet::Region;

impl Account<'_> {
    /// `DetectStackDrift`: the detection's id.
    pub(crate) fn detect_drift(
        &mut self,
        region: &Region,
        name: &str,
    ) -> Result<String, FormationRefused> {
        let at = self.resources.stack_at(region, name)?;
        let stack = &self.resources.stacks[at];
        let settled = [
            "CREATE_COMPLETE",
            "UPDATE_COMPLETE",
            "UPDATE_ROLLBACK_COMPLETE",
        ];
        if !settled.contains(&stack.status.as_str()) && stack.status != "UPDATE_ROLLBACK_FAILED" {
            return FormationRefused::validation(format!(
                "Drift detection is not supported for stack {} in status {}",
                stack.arn, stack.status
            ));
        }
        let number = stack.formed.detections.len();
        let id = names::uuid(
            self.present.seed,
            &format!("detection {number} of {}", stack.arn),
        );
        let begun = self.present.at();
        let takes = 5 + pick(self.present.seed, &id, 10);
        let detections = &mut self.resources.stacks[at].formed.detections;
        if detections.last().is_some_and(|last| last.found.is_none()) {
            return FormationRefused::validation(
                "Drift detection is already in progress for this stack",
            );
        }
        detections.push(DriftDetection {
            id: id.clone(),
            begun,
            done: begun + SignedDuration::from_secs(takes),
            found: None,
        });
        Ok(id)
    }

    /// A detection whose time has come looks at every resource.
    pub(super) fn detect_further(&mut self, at: usize) {
        let now = self.present.at();
        let due = |one: &&mut DriftDetection| one.found.is_none() && one.done <= now;
        let stack = &self.resources.stacks[at];
        let mut detections = stack.formed.detections.iter();
        if !detections.any(|one| one.found.is_none() && one.done <= now) {
            return;
        }
        let looked: Vec<Option<ResourceDrift>> = stack
            .formed
            .resources
            .iter()
            .map(|one| {
                let physical = one.physical.as_ref()?;
                let actual = self.resources.actual_properties(
                    &one.kind,
                    &stack.region,
                    physical,
                    &one.properties,
                );
                Some(compare(&one.properties, actual, now))
            })
            .collect();
        let stack = &mut self.resources.stacks[at];
        let drifted = looked
            .iter()
            .flatten()
            .filter(|one| one.status != "IN_SYNC")
            .count();
        for (resource, drift) in stack.formed.resources.iter_mut().zip(looked) {
            resource.drift = drift;
        }
        let status = if drifted > 0 { "DRIFTED" } else { "IN_SYNC" };
        stack.drift = status.into();
        stack.drift_checked = Some(now);
        for one in stack.formed.detections.iter_mut().filter(due) {
            one.found = Some((status.into(), drifted));
        }
    }
}

/// Actual properties as far as the world keeps them: none means all as expected, null that it is gone.
fn compare(expected: &Value, actual: Option<Value>, now: jiff::Timestamp) -> ResourceDrift {
    let Some(actual) = actual else {
        return ResourceDrift {
            status: "IN_SYNC",
            at: now,
            actual: Some(expected.clone()),
            differences: Vec::new(),
        };
    };
    if actual.is_null() {
        return ResourceDrift {
            status: "DELETED",
            at: now,
            actual: None,
            differences: Vec::new(),
        };
    }
    let mut differences = Vec::new();
    differ("", expected, &actual, &mut differences);
    ResourceDrift {
        status: if differences.is_empty() {
            "IN_SYNC"
        } else {
            "MODIFIED"
        },
        at: now,
        actual: Some(actual),
        differences,
    }
}

/// Where two values differ. Numbers and truth values are words; only what the template sets is compared,
/// and what the actual properties have on top of it.
fn differ(path: &str, expected: &Value, actual: &Value, found: &mut Vec<PropertyDifference>) {
    let mut note = |path: String, expected: String, actual: String, kind: &'static str| {
        found.push(PropertyDifference {
            path,
            expected,
            actual,
            kind,
        });
    };
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            for (name, value) in expected {
                let path = format!("{path}/{name}");
                match actual.get(name) {
                    Some(actual) => differ(&path, value, actual, found),
                    None => found.push(PropertyDifference {
                        path,
                        expected: word(value),
                        actual: "null".into(),
                        kind: "REMOVE",
                    }),
                }
            }
            for (name, value) in actual
                .iter()
                .filter(|(name, _)| !expected.contains_key(*name))
            {
                found.push(PropertyDifference {
                    path: format!("{path}/{name}"),
                    expected: "null".into(),
                    actual: word(value),
                    kind: "ADD",
                });
            }
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            for (number, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                differ(&format!("{path}/{number}"), expected, actual, found);
            }
        }
        _ if word(expected) == word(actual) => {}
        _ => note(path.into(), word(expected), word(actual), "NOT_EQUAL"),
    }
}
