//! A quantity that wanders about zero and always comes back.

use super::rng::Rng;

/// An Ornstein-Uhlenbeck process, exact for any step.
#[derive(Debug, Clone)]
pub(super) struct Wander {
    value: f64,
    /// Standard deviation in the long run.
    spread: f64,
    /// Seconds after which about a third of a deviation is left.
    memory_s: f64,
}

impl Wander {
    /// Begins somewhere within its usual range.
    pub(super) fn new(spread: f64, memory_s: f64, rng: &mut Rng) -> Self {
        Self {
            value: spread * rng.normal(),
            spread,
            memory_s,
        }
    }

    /// The value after `step` seconds.
    pub(super) fn step(&mut self, step: f64, rng: &mut Rng) -> f64 {
        let kept = (-step / self.memory_s).exp();
        self.value = self.value * kept + self.spread * (1.0 - kept * kept).sqrt() * rng.normal();
        self.value
    }
}
