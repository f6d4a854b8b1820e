//! What is told of a plan that waits for other persons.

use crate::{Alert, Event, Notice, Severity};
use gwctl_actions::Asked;

/// That `asked` waits: whoever may approve it is meant.
pub fn approval_wanted(asked: &Asked) -> Notice {
    let (fleet, run, by) = (&asked.fleet, &asked.id, &asked.by);
    let persons = match asked.needed {
        1 => "another person".to_owned(),
        more => format!("{more} other persons"),
    };
    Notice {
        id: format!("gwctl/{fleet}/{run}/approval"),
        at: asked.at,
        fleet: fleet.clone(),
        event: Event::Approval,
        severity: Severity::Warning,
        title: format!("{fleet}: a plan of {by} waits for the approval of {persons}"),
        lines: vec![
            asked.title.clone(),
            format!("It waits until {}.", asked.until().strftime("%H:%M:%S UTC")),
        ],
        command: Some(format!("gwctl runs approve {run}")),
        run: Some(run.clone()),
        alert: Alert::None,
        key: format!("gwctl/{fleet}/{run}"),
    }
}
