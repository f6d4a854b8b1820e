//! One change of a plan, with what there is to say of it whatever it is of.

use super::finding::{Reason, Verdict};
use super::part::Part;
use super::plan::{Action, Change};
use super::values::Difference;

/// One change of a plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case<'a> {
    /// Cleaned.
    pub address: &'a str,
    pub part: &'a Part,
    pub action: Action,
    pub change: &'a Change,
    /// Why Terraform chose the action.
    pub chosen: Option<&'a str>,
    pub differences: &'a [Difference],
}

impl Case<'_> {
    /// Whether the plan changes the attribute `name`.
    pub fn changes(&self, name: &str) -> bool {
        self.differences.iter().any(|one| one.is_of(name))
    }

    /// It goes: with what to do instead.
    pub fn destroys(&self, text: impl Into<String>) -> Reason {
        let reason = Reason::new(Verdict::Destroys, text);
        match self.instead() {
            Some(advice) => reason.advise(advice),
            None => reason,
        }
    }

    /// What to write so that Terraform leaves attributes alone.
    pub fn ignore(&self, names: &[&str]) -> String {
        let place = if self.address.starts_with("module.") {
            "in the module's resource"
        } else {
            "in the resource"
        };
        format!(
            "write lifecycle {{ ignore_changes = [{}] }} {place}",
            names.join(", ")
        )
    }

    /// What helps depends on why Terraform would do it.
    fn instead(&self) -> Option<String> {
        let address = self.address;
        let chosen = self.chosen.unwrap_or_default();
        match chosen {
            "replace_because_tainted" => Some(format!("take the mark away: terraform untaint '{address}'")),
            "replace_by_request" => Some("leave out -replace, which asks for it".into()),
            "replace_because_cannot_update" => {
                let names = self.change.replacing();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                (!names.is_empty()).then(|| self.ignore(&names))
            }
            chosen if chosen.starts_with("delete_because") => Some(
                "the configuration no longer has this address: if it moved, add a moved block; to only forget it, add a removed block with destroy = false"
                    .into(),
            ),
            _ if self.action == Action::Delete => {
                Some("a removed block with destroy = false lets Terraform forget it and leaves it in AWS".into())
            }
            _ => None,
        }
    }
}
