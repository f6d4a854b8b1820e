//! What most likely happened: evidence in, hypotheses out. Pure: the same evidence gives the same words.
//!
//! Every hypothesis quotes what speaks for it and against it, and says what would tell it apart from others. What is
//! not known is never taken for good: it lowers how sure a hypothesis is, and is listed beside all of them.

mod causes;
mod evidence;
mod headline;
mod heard;
mod hypothesis;
mod looked_at;
mod onset;
mod order;
mod rest;
mod turn;
mod unexplained;
mod unseen;
mod weight;

pub use evidence::Evidence;
pub use headline::Headline;
pub use heard::hits;
pub use hypothesis::{Explanation, Hypothesis, Sureness};
pub use looked_at::looked_at;
pub use onset::Onset;
pub use order::{Turned, turned};
pub use rest::{Rest, rest};
pub use turn::Turn;
pub use unexplained::{Unexplained, unexplained};
pub use unseen::{Unseen, not_seen, unseen};

/// What most likely happened, the worst first.
pub fn explain(evidence: &Evidence<'_>) -> Explanation {
    let mut hypotheses = causes::all(evidence);
    heard::add(evidence, &mut hypotheses);
    weight::order(evidence, &mut hypotheses);
    Explanation {
        at: evidence.picture.at,
        hypotheses,
    }
}
