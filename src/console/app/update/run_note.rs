//! Notes: on a run, whoever drives it, or in the recording under way.

use super::super::{Effect, Gravity, Hold, Shown, State};
use super::notice::notify;
use super::timeline;
use gwctl_actions::Order;

/// Writes `text` down: in the journal of the run that is shown and not over, or else in the recording under way.
pub(super) fn noted(state: &mut State, text: String) -> Vec<Effect> {
    if state.guided.run.as_ref().is_some_and(Shown::live) {
        notify(state, "written into the run's journal", Gravity::Info);
        return vec![Effect::Order(Order::note(text))];
    }
    if let Some(shown) = &state.guided.run
        && !shown.state.phase().over()
        && shown.hold != Hold::Recorded
        && elsewhere(state, shown).is_none()
    {
        return note(state, shown.state.id.clone(), text);
    }
    if state.recording.is_none() {
        let why = "a note needs a run or a recording, and there is neither: incident pace records";
        notify(state, why, Gravity::Error);
        return Vec::new();
    }
    notify(state, "written into the recording", Gravity::Info);
    timeline::noted(state, text.clone());
    vec![Effect::Note(text)]
}

/// Notes `text` on a run that this console does not drive.
pub(super) fn note(state: &mut State, id: String, text: String) -> Vec<Effect> {
    let said = "the note is on its way into the run's journal";
    notify(state, said, Gravity::Info);
    vec![Effect::NoteRun(id, text)]
}

/// Why nothing can be said to a run from here: what is begun anew acts on the fleet that is watched, and what is noted goes
/// to its table. Both must be the run's own.
pub(super) fn elsewhere(state: &State, shown: &Shown) -> Option<String> {
    let plan = &shown.state.plan;
    let spec = state.guided.spec.as_ref();
    // By the name that clients use: another machine's configuration may call it otherwise.
    let same = spec.is_some_and(|spec| spec.domain == plan.binding.domain);
    let fleet = &plan.fleet;
    (!shown.live() && *fleet != state.fleet && !same)
        .then(|| format!("this run is of the fleet {fleet}: `:fleet {fleet}` first"))
}
