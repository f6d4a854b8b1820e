//! Parts of one thing in whole percents that are 100 together.

/// `parts` in whole percents by the largest remainders (Hamilton's method): rounded one by one they may be 99 or 101
/// together. A part below one percent, or all but one percent, stays as it is: it is told as `<1 %` or `>99 %`. Nothing
/// where there is nothing to divide.
pub fn in_hundred(parts: &[f64]) -> Vec<f64> {
    let all: f64 = parts.iter().sum();
    if all <= 0.0 {
        return vec![0.0; parts.len()];
    }
    let exact: Vec<f64> = parts.iter().map(|part| 100.0 * part / all).collect();
    let is_told_apart = |percent: f64| percent < 1.0 || (percent > 99.0 && percent < 100.0);
    let apart: f64 = exact.iter().filter(|one| is_told_apart(**one)).sum();
    let mut by_remainder: Vec<usize> = (0..exact.len())
        .filter(|n| !is_told_apart(exact[*n]))
        .collect();
    let floors: f64 = by_remainder.iter().map(|n| exact[*n].floor()).sum();
    let left = (100.0 - apart).round() - floors;
    let mut whole: Vec<f64> = exact.iter().map(|percent| percent.floor()).collect();
    by_remainder.sort_by(|one, other| exact[*other].fract().total_cmp(&exact[*one].fract()));
    for n in by_remainder.into_iter().take(left.round() as usize) {
        whole[n] += 1.0;
    }
    let told = exact.into_iter().zip(whole);
    told.map(|(exact, whole)| if is_told_apart(exact) { exact } else { whole })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_percents_are_a_hundred_together() {
        for parts in [
            &[1.0, 1.0, 1.0][..],
            &[2.0, 1.0],
            &[335.0, 335.0, 330.0],
            &[0.5, 0.5, 99.0],
            &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            &[124.0, 125.0, 126.0, 127.0, 128.0, 129.0, 241.0],
        ] {
            let told = in_hundred(parts);
            let sum: f64 = told.iter().sum();
            assert!((sum - 100.0).abs() < 1e-9, "{parts:?}: {told:?}");
            let all: f64 = parts.iter().sum();
            let near = |(part, told): (&f64, &f64)| (100.0 * part / all - told).abs() < 1.0;
            assert!(parts.iter().zip(&told).all(near), "{parts:?}: {told:?}");
        }
        assert_eq!(in_hundred(&[1.0, 1.0, 1.0]), [34.0, 33.0, 33.0]);
    }

    #[test]
    fn what_is_less_than_a_percent_is_not_rounded_to_nothing() {
        assert_eq!(in_hundred(&[4.0, 996.0]), [0.4, 99.6]);
        assert_eq!(in_hundred(&[0.0, 7.0]), [0.0, 100.0]);
        assert_eq!(in_hundred(&[0.0, 0.0]), [0.0, 0.0]);
        assert_eq!(in_hundred(&[]), Vec::<f64>::new());
    }
}
