//! Chance that repeats: small seeded generators, one a process, so that one process drawing more
//! does not disturb the others.

use std::sync::LazyLock;

/// How finely the normal distribution is tabulated.
const QUANTILES: usize = 2048;

/// The inverse normal distribution at the middles of equally likely slices.
static PROBIT: LazyLock<Vec<f32>> = LazyLock::new(|| {
    (0..QUANTILES)
        .map(|i| probit((i as f64 + 0.5) / QUANTILES as f64) as f32)
        .collect()
});

/// A `SplitMix64` generator.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// The generator of the process called `name` in the world `seed`.
    pub fn new(seed: u64, name: &str) -> Self {
        Self(hash(seed, name))
    }

    /// The next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// Uniform in 0..1.
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Standard normal, to about three and a half deviations.
    pub fn normal(&mut self) -> f64 {
        f64::from(PROBIT[(self.bits() >> 53) as usize])
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// How many of an expected number of independent events happened.
    pub fn poisson(&mut self, expected: f64) -> f64 {
        if expected <= 0.0 {
            return 0.0;
        }
        if expected > 40.0 {
            return (expected + expected.sqrt() * self.normal())
                .round()
                .max(0.0);
        }
        let (limit, mut product, mut count) = ((-expected).exp(), self.uniform(), 0.0);
        while product > limit {
            product *= self.uniform();
            count += 1.0;
        }
        count
    }
}

/// The standard normal quantile of slice `i` of `n` equally likely ones, at `within` (0..1) of the slice.
pub fn normal_slice(i: usize, n: usize, within: f64) -> f32 {
    let at = (i as f64 + within) / n as f64 * QUANTILES as f64;
    PROBIT[(at as usize).min(QUANTILES - 1)]
}

/// 64 well-mixed bits of a seed and a name (FNV-1a, then mixed).
pub fn hash(seed: u64, name: &str) -> u64 {
    let fnv = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325 ^ seed.rotate_left(17), |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
        });
    mix(fnv)
}

/// One of `0..n`, by seed and name.
pub fn pick(seed: u64, name: &str, n: i64) -> i64 {
    hash(seed, name).cast_signed().rem_euclid(n)
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Acklam's rational approximation of the inverse normal distribution (relative error 1e-9).
fn probit(p: f64) -> f64 {
    const A: [f64; 6] = [
        -39.696_830_286_653_8,
        220.946_098_424_521,
        -275.928_510_446_969,
        138.357_751_867_269,
        -30.664_798_066_147_2,
        2.506_628_277_459_24,
    ];
    const B: [f64; 5] = [
        -54.476_098_798_224_1,
        161.585_836_858_041,
        -155.698_979_859_887,
        66.801_311_887_719_7,
        -13.280_681_552_885_7,
    ];
    const C: [f64; 6] = [
        -0.007_784_894_002_430_29,
        -0.322_396_458_041_136,
        -2.400_758_277_161_84,
        -2.549_732_539_343_73,
        4.374_664_141_464_97,
        2.938_163_982_698_78,
    ];
    const D: [f64; 4] = [
        0.007_784_695_709_041_46,
        0.322_467_129_070_04,
        2.445_134_137_143,
        3.754_408_661_907_42,
    ];
    let tail = |q: f64| {
        (((((C[0] * q + C[1]) * q + C[2]) * q + C[3]) * q + C[4]) * q + C[5])
            / ((((D[0] * q + D[1]) * q + D[2]) * q + D[3]) * q + 1.0)
    };
    if p < 0.024_25 {
        tail((-2.0 * p.ln()).sqrt())
    } else if p > 1.0 - 0.024_25 {
        -tail((-2.0 * (1.0 - p).ln()).sqrt())
    } else {
        let q = p - 0.5;
        let r = q * q;
        (((((A[0] * r + A[1]) * r + A[2]) * r + A[3]) * r + A[4]) * r + A[5]) * q
            / (((((B[0] * r + B[1]) * r + B[2]) * r + B[3]) * r + B[4]) * r + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_name_draw_the_same_numbers_and_others_do_not() {
        let draw = |seed, name| Rng::new(seed, name).bits();
        assert_eq!(draw(1, "a"), draw(1, "a"));
        assert_ne!(draw(1, "a"), draw(2, "a"));
        assert_ne!(draw(1, "a"), draw(1, "b"));
    }

    #[test]
    fn draws_have_the_moments_they_should() {
        let mut rng = Rng::new(7, "moments");
        let n = 20_000;
        let draws: Vec<f64> = (0..n).map(|_| rng.normal()).collect();
        let mean = draws.iter().sum::<f64>() / f64::from(n);
        let variance = draws.iter().map(|x| x * x).sum::<f64>() / f64::from(n);
        assert!(
            mean.abs() < 0.03 && (variance - 1.0).abs() < 0.04,
            "{mean} {variance}"
        );
        for expected in [0.4, 12.0, 900.0] {
            let mean = (0..n).map(|_| rng.poisson(expected)).sum::<f64>() / f64::from(n);
            assert!((mean / expected - 1.0).abs() < 0.05, "{expected}: {mean}");
        }
    }
}
