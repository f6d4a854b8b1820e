//! More clients than usual.

use crate::world::geo;
use crate::world::rng::{Rng, pick};

/// How many more, and where.
#[derive(Debug, Clone, Copy)]
pub(in crate::world) struct Surge {
    /// Route 53's code of the continent; none where clients everywhere become more.
    continent: Option<&'static str>,
    /// So many times as many.
    factor: f64,
}

/// Where clients may become more; everywhere as often as on one continent.
const CONTINENTS: [Option<&str>; 4] = [None, Some("EU"), None, Some("NA")];

impl Surge {
    /// Another one in every world.
    pub(in crate::world) fn drawn(seed: u64) -> Self {
        let chance = Rng::new(seed, "surge").uniform();
        let continent = CONTINENTS[usize::try_from(pick(seed, "surge", 4)).unwrap_or(0)];
        let (fewest, more) = match continent {
            Some(_) => (2.5, 2.0),
            None => (1.9, 1.4),
        };
        Self {
            continent,
            factor: fewest + chance * more,
        }
    }

    /// So many times as many clients as usual come from around `point`.
    pub(in crate::world) fn at(&self, point: (f64, f64)) -> f64 {
        let here = self
            .continent
            .is_none_or(|one| one == geo::continent(point));
        if here { self.factor } else { 1.0 }
    }
}
