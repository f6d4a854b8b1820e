//! Moving through a recording.

use std::sync::Arc;

use jiff::SignedDuration;
use jiff::civil::Time;

use super::super::replay::{Replayed, SPEEDS, Seek};
use super::super::{Action, Connection, Effect, Gravity, Hold, Screen, Shown, State};
use super::notice::notify;

/// Why nothing can be done from a recording.
pub(super) const RECORDED: &str = "this is a recording: nothing can be asked or changed";

/// What a key or a command does where a recording is shown; none where it does what it always does.
pub(super) fn act(state: &mut State, action: Action) -> Option<Vec<Effect>> {
    if state.replay.is_none() {
        if matches!(action, Action::MinuteBack | Action::MinuteForward) {
            return None;
        }
        let why = "this fleet is live: `gwctl replay FILE` moves through what was recorded";
        return seek_of(state, action).map(|_| {
            notify(state, why, Gravity::Info);
            Vec::new()
        });
    }
    if let Some(seek) = seek_of(state, action) {
        if let (Seek::Speed(speed), Some(replay)) = (seek, &mut state.replay) {
            replay.speed = speed;
        }
        return Some(vec![Effect::Seek(seek)]);
    }
    if action == Action::Continue && *state.screen() != Screen::Run {
        return None;
    }
    refuses(action).then(|| {
        notify(state, RECORDED, Gravity::Error);
        Vec::new()
    })
}

fn seek_of(state: &State, action: Action) -> Option<Seek> {
    const MINUTE: SignedDuration = SignedDuration::from_mins(1);
    let replay = state.replay.as_ref();
    Some(match action {
        Action::PictureBefore => Seek::Picture { forward: false },
        Action::PictureAfter => Seek::Picture { forward: true },
        Action::MinuteBack => Seek::By(-MINUTE),
        Action::MinuteForward => Seek::By(MINUTE),
        Action::VerdictBefore => Seek::Verdict { forward: false },
        Action::VerdictAfter => Seek::Verdict { forward: true },
        Action::Faster => {
            let now = replay.map_or(SPEEDS[0], |replay| replay.speed);
            let quicker = SPEEDS.into_iter().find(|speed| *speed > now);
            Seek::Speed(quicker.unwrap_or(SPEEDS[0]))
        }
        Action::Pause => Seek::Play(!replay?.playing),
        _ => return None,
    })
}

/// What asks or changes something.
const fn refuses(action: Action) -> bool {
    matches!(
        action,
        Action::Refresh
            | Action::Pace
            | Action::Freeze
            | Action::Faults
            | Action::Actions
            | Action::Waive
            | Action::Retry
            | Action::Skip
            | Action::Continue
            | Action::Overrule
            | Action::Undo
            | Action::Abandon
            | Action::Note
            | Action::TakeOver
            | Action::HandOver
            | Action::Accept
            | Action::Approvals
    )
}

/// To a time of day.
pub(super) fn to(state: &mut State, time: Time) -> Vec<Effect> {
    let Some(replay) = &state.replay else {
        let why = "this fleet is live: `:at` moves through a recording";
        notify(state, why, Gravity::Error);
        return Vec::new();
    };
    if let Some(at) = replay.time_of_day(time) {
        return vec![Effect::Seek(Seek::To(at))];
    }
    let [from, to] = [replay.from, replay.to].map(gwctl_fleet::format::clock);
    let why = format!("the recording goes from {from} to {to} UTC");
    notify(state, why, Gravity::Error);
    Vec::new()
}

/// The recording stands elsewhere now: everything on screen is as it was then.
pub(super) fn came(state: &mut State, now: Replayed) {
    let Some(replay) = &mut state.replay else {
        return;
    };
    (replay.index, replay.playing) = (now.index, now.playing);
    (state.now, state.clock, state.frozen) = (now.at, now.at, None);
    state.pace = now.picture.pace;
    state.shown = Arc::clone(&now.picture);
    state.live = now.picture;
    state.connection = Connection::Open;
    let until = now.at;
    let notes = replay.notes.iter().filter(|note| note.at <= until);
    state.timeline.take_notes(notes.cloned());
    state.timeline.take(now.happened);
    state.logged.errors = now.errors;
    state.guided.run = now.run.map(|state| Shown {
        state,
        hold: Hold::Recorded,
        seen: true,
    });
}
