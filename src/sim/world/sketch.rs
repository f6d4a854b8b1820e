//! Distributions kept as histograms on a logarithmic grid, so that percentiles over any period are real.

/// Ratio of neighbouring bucket edges; bounds the error of a percentile.
const GROWTH_LN: f64 = 0.048_790_164_169_432; // ln 1.05
/// Natural logarithm of the lowest edge, 0.1.
const LOW_LN: f64 = -std::f64::consts::LN_10;
/// Up to about 2.5 million.
const BUCKETS: usize = 350;

/// A histogram of positive values.
#[derive(Debug, Clone, Default)]
pub struct Sketch {
    first: usize,
    weights: Vec<f32>,
}

impl Sketch {
    /// Counts `weight` values whose natural logarithm is `ln`.
    pub fn add_ln(&mut self, ln: f64, weight: f64) {
        if weight <= 0.0 {
            return;
        }
        let bucket = (((ln - LOW_LN) / GROWTH_LN) as usize).min(BUCKETS - 1);
        *self.at(bucket) += weight as f32;
    }

    /// Counts `weight` times `value`.
    pub fn add(&mut self, value: f64, weight: f64) {
        self.add_ln(value.max(0.1).ln(), weight);
    }

    /// Gives unused room back.
    pub fn shrink(&mut self) {
        let used = |weight: &f32| *weight > 0.0;
        let end = self
            .weights
            .iter()
            .rposition(used)
            .map_or(0, |last| last + 1);
        let begin = self.weights.iter().position(used).unwrap_or(end);
        self.weights = self.weights[begin..end].to_vec();
        self.first += begin;
    }

    /// Takes everything of `other` in.
    pub fn merge(&mut self, other: &Self) {
        for (i, weight) in other
            .weights
            .iter()
            .enumerate()
            .filter(|(_, weight)| **weight > 0.0)
        {
            *self.at(other.first + i) += weight;
        }
    }

    /// So many times as many of each value.
    pub fn scale(&mut self, by: f64) {
        for weight in &mut self.weights {
            *weight = (f64::from(*weight) * by) as f32;
        }
    }

    /// How many values were counted.
    pub fn count(&self) -> f64 {
        self.total().round()
    }

    fn total(&self) -> f64 {
        self.weights.iter().map(|weight| f64::from(*weight)).sum()
    }

    /// Their sum, to the width of the grid.
    pub fn sum(&self) -> f64 {
        self.weights
            .iter()
            .enumerate()
            .map(|(i, w)| f64::from(*w) * edge(self.first + i, 0.5))
            .sum()
    }

    /// The value below which this share (0..1) of all values lies; `None` without values.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let total = self.total();
        if total <= 0.0 {
            return None;
        }
        let mut left = share.clamp(0.0, 1.0) * total;
        let mut last = self.first;
        for (i, weight) in self
            .weights
            .iter()
            .enumerate()
            .filter(|(_, weight)| **weight > 0.0)
        {
            let weight = f64::from(*weight);
            last = self.first + i;
            if left <= weight {
                return Some(edge(last, left / weight));
            }
            left -= weight;
        }
        Some(edge(last, 1.0))
    }

    fn at(&mut self, bucket: usize) -> &mut f32 {
        if self.weights.is_empty() {
            // Room on both sides: most distributions fit without growing.
            self.first = bucket.saturating_sub(40);
            self.weights = vec![0.0; 120];
        }
        if bucket < self.first {
            let missing = self.first - bucket;
            self.weights.splice(0..0, std::iter::repeat_n(0.0, missing));
            self.first = bucket;
        }
        let i = bucket - self.first;
        if i >= self.weights.len() {
            self.weights.resize(i + 1, 0.0);
        }
        &mut self.weights[i]
    }
}

/// The value at a share of the way through a bucket.
fn edge(bucket: usize, within: f64) -> f64 {
    (LOW_LN + (bucket as f64 + within) * GROWTH_LN).exp()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp)] // counts are exact
    use super::*;

    fn of(values: impl IntoIterator<Item = f64>) -> Sketch {
        let mut sketch = Sketch::default();
        values.into_iter().for_each(|value| sketch.add(value, 1.0));
        sketch
    }

    #[test]
    fn percentiles_are_right_within_the_grid_and_never_cross() {
        let sketch = of((1..=10_000).map(f64::from));
        for share in [0.5, 0.9, 0.99] {
            let (found, right) = (sketch.quantile(share).unwrap(), share * 10_000.0);
            assert!((found / right - 1.0).abs() < 0.05, "{share}: {found}");
        }
        let all: Vec<f64> = (0..=100)
            .map(|p| sketch.quantile(f64::from(p) / 100.0).unwrap())
            .collect();
        assert!(all.windows(2).all(|pair| pair[0] <= pair[1]));
        assert!((sketch.sum() / 50_005_000.0 - 1.0).abs() < 0.03);
    }

    #[test]
    fn merging_equals_counting_together_in_any_order() {
        let (low, high) = (of([3.0, 900.0]), of([0.5, 40.0, 70_000.0]));
        let mut one = low.clone();
        one.merge(&high);
        let mut other = high;
        other.merge(&low);
        let percentiles =
            |s: &Sketch| [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| s.quantile(share).unwrap());
        assert_eq!(percentiles(&one), percentiles(&other));
        assert!((one.count() - 5.0).abs() < 1e-6);
        assert_eq!(Sketch::default().quantile(0.5), None);
    }
}
