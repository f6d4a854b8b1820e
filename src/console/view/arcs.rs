//! Lines of replication on the map: each around the Regions it does not concern.

/// A point on the map in dots: braille has two by four to a cell, so that dots are about square.
pub type Dot = (f64, f64);

/// What a line keeps clear of: the mark or the name of a Region, in dots.
#[derive(Debug, Clone, Copy)]
pub struct Obstacle {
    /// Left, top, and behind its right and lower end.
    pub left: f64,
    /// See `left`.
    pub top: f64,
    /// See `left`.
    pub right: f64,
    /// See `left`.
    pub bottom: f64,
    /// A line that touches it is this bad.
    pub weight: u32,
}

/// How far a line stays from what it does not concern, in dots.
const CLEAR: f64 = 3.0;

/// How far lines may be bent, in shares of their length: to the north as flights are drawn, else to the south.
const BENDS: [f64; 11] = [
    0.22, 0.32, 0.12, 0.44, -0.2, -0.32, 0.56, -0.44, 0.7, -0.56, 0.02,
];

/// A curve between two Regions.
#[derive(Debug, Clone, Copy)]
pub struct Arc {
    from: Dot,
    across: f64,
    down: f64,
    bend: f64,
    size: Dot,
}

impl Arc {
    /// The curve from one Region to another on a map of `size`, the short way round the globe where that is much
    /// shorter, bent so that it touches as little as it can of `around`.
    pub fn between(from: Dot, to: Dot, size: Dot, around: &[Obstacle]) -> Self {
        let mut across = to.0 - from.0;
        if across.abs() > size.0 * 0.6 {
            across -= size.0 * across.signum();
        }
        let with = |factor: f64| {
            let arc = Self {
                from,
                across,
                down: to.1 - from.1,
                bend: 0.0,
                size,
            };
            // A curve that is cut off at the edge of the map would run along it.
            let middle = f64::midpoint(from.1, to.1);
            let wished = arc.length() * factor;
            let bend = wished.min(middle - 2.0).max(middle + 3.0 - size.1);
            Self { bend, ..arc }
        };
        // Of those that touch as little, the first.
        let mut best = with(BENDS[0]);
        let mut least = best.touched(around);
        for factor in &BENDS[1..] {
            if least == 0 {
                break;
            }
            let other = with(*factor);
            let touched = other.touched(around);
            if touched < least {
                (best, least) = (other, touched);
            }
        }
        best
    }

    fn length(&self) -> f64 {
        self.across.hypot(self.down)
    }

    /// Where it is after a share of its way, 0 to 1.
    pub fn at(&self, share: f64) -> Dot {
        let x = self.from.0 + self.across * share;
        let y = self.from.1 + self.down * share - 4.0 * self.bend * share * (1.0 - share);
        (
            x.rem_euclid(self.size.0.max(1.0)),
            y.clamp(0.0, (self.size.1 - 1.0).max(0.0)),
        )
    }

    /// Its points, close enough together to be a line.
    pub fn points(&self) -> impl Iterator<Item = Dot> {
        let steps = ((self.length() + 2.0 * self.bend.abs()) * 1.5).max(1.0) as i32;
        let arc = *self;
        (0..=steps).map(move |step| arc.at(f64::from(step) / f64::from(steps)))
    }

    fn touched(&self, around: &[Obstacle]) -> u32 {
        self.points()
            .flat_map(|point| around.iter().filter(move |it| it.is_near(point)))
            .map(|it| it.weight)
            .sum()
    }
}

impl Obstacle {
    /// Cells of a text, in dots.
    pub fn cells(x: u16, y: u16, width: u16, weight: u32) -> Self {
        Self {
            left: f64::from(x) * 2.0,
            top: f64::from(y) * 4.0,
            right: f64::from(x + width) * 2.0,
            bottom: f64::from(y + 1) * 4.0,
            weight,
        }
    }

    fn is_near(&self, (x, y): Dot) -> bool {
        // Names are passed under closely, marks are not.
        let clear = if self.weight > 1 { CLEAR } else { 0.0 };
        x >= self.left - clear
            && x < self.right + clear
            && y >= self.top - clear / 2.0
            && y < self.bottom + clear / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_around_a_region_that_lies_on_its_way() {
        let size = (240.0, 120.0);
        let (from, to) = ((40.0, 60.0), (200.0, 60.0));
        let straight = Arc::between(from, to, size, &[]);
        let (x, y) = straight.at(0.5);
        let third = Obstacle::cells((x / 2.0) as u16, (y / 4.0) as u16, 1, 5);
        assert!(straight.touched(&[third]) > 0);
        let around = Arc::between(from, to, size, &[third]);
        assert_eq!(around.touched(&[third]), 0);
        assert_eq!((around.at(0.0), around.at(1.0)), (from, to));
    }

    #[test]
    fn a_line_stays_on_the_map_and_goes_the_short_way_round() {
        let size = (240.0, 80.0);
        for (from, to) in [
            ((10.0, 2.0), (230.0, 78.0)),
            ((120.0, 1.0), (130.0, 1.0)),
            ((0.0, 40.0), (239.0, 40.0)),
        ] {
            let arc = Arc::between(from, to, size, &[]);
            for (x, y) in arc.points() {
                assert!((0.0..240.0).contains(&x) && (0.0..80.0).contains(&y));
            }
        }
        let short = Arc::between((5.0, 40.0), (235.0, 40.0), size, &[]);
        let (middle, _) = short.at(0.5);
        assert!(!(20.0..220.0).contains(&middle), "{middle}");
    }
}
