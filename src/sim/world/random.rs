//! Scenarios whose troubles the seed draws, out of all that are written down.

use super::rng::Rng;
use super::scenario::Scenario;

/// How often a random scenario has two troubles.
const TWO: f64 = 0.3;

impl Scenario {
    /// With one or two of all troubles that are written down, if it is a random one. It keeps its own name and title.
    #[must_use]
    pub fn drawn(self, seed: u64) -> Self {
        if !self.random {
            return self;
        }
        let mut dice = Rng::new(seed, "random scenario");
        let mut all: Vec<Self> = Self::troubles().collect();
        let mut draw = || {
            let count = u64::try_from(all.len()).ok().filter(|count| *count > 0)?;
            let one = usize::try_from(dice.bits() % count).ok()?;
            Some(all.swap_remove(one))
        };
        let first = draw();
        let second = draw().filter(|_| dice.chance(TWO));
        let mut story = Self {
            truth: Some(Vec::new()),
            random: false,
            ..self.clone()
        };
        for trouble in first.into_iter().chain(second) {
            story = story.and(trouble);
        }
        Self {
            name: self.name,
            title: self.title,
            explanation: self.explanation,
            ..story
        }
    }

    /// The embedded ones in which something is wrong with the usual fleet.
    fn troubles() -> impl Iterator<Item = Self> {
        let all = Self::names().filter_map(|name| Self::load(name).ok());
        let usual = Self::calm();
        all.filter(move |one| {
            let like = Self {
                name: usual.name.clone(),
                title: usual.title.clone(),
                explanation: usual.explanation.clone(),
                events: Vec::new(),
                truth: usual.truth.clone(),
                ..one.clone()
            };
            like == usual && one.truth.as_ref().is_some_and(|truth| !truth.is_empty())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_random_scenario_draws_all_troubles_and_gives_none_away() {
        let random = Scenario::load("random").unwrap();
        let drawn = |seed| random.clone().drawn(seed);
        let mut causes = BTreeSet::new();
        let mut two = 0;
        for seed in 0..400 {
            let story = drawn(seed);
            assert_eq!((&story.name, &story.title), (&random.name, &random.title));
            assert_eq!(story, drawn(seed), "the same seed draws the same");
            let truth = story.truth.unwrap();
            assert!(!truth.is_empty() && !story.events.is_empty());
            two += usize::from(truth.len() > 1);
            causes.extend(truth.into_iter().map(|one| one.cause));
        }
        assert!((80..240).contains(&two), "{two}");
        let all = Scenario::troubles().filter_map(|one| one.truth).flatten();
        let all: BTreeSet<String> = all.map(|one| one.cause).collect();
        assert_eq!(causes, all);
        assert!(all.len() > 10, "{all:?}");
    }
}
