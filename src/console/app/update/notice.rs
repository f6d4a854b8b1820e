//! What is said at the foot of the screen for a while.

use super::super::{Gravity, Notice, State};
use jiff::SignedDuration;

/// How long a message stays.
const INFO: SignedDuration = SignedDuration::from_secs(4);
const ERROR: SignedDuration = SignedDuration::from_secs(10);

/// Puts a message into the footer.
pub(super) fn notify(state: &mut State, text: impl Into<String>, gravity: Gravity) {
    let stays = match gravity {
        Gravity::Info => INFO,
        Gravity::Error => ERROR,
    };
    let until = state.wall.saturating_add(stays).unwrap_or(state.wall);
    state.notice = Some(Notice {
        text: text.into(),
        gravity,
        until,
    });
}
