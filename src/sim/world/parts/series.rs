//! Names and samples of what the world writes to CloudWatch.

use crate::world::metrics::{Handle, MetricId, MetricStore, Sample};

/// Names a series with several sets of dimensions.
pub(in crate::world) fn series(
    store: &mut MetricStore,
    region: &str,
    namespace: &str,
    metric: &str,
    dimensions: &[&[(&str, &str)]],
) -> Handle {
    let id = |dimensions: &[(&str, &str)]| MetricId::new(namespace, metric, dimensions);
    let handle = store.handle(region, id(dimensions.first().copied().unwrap_or_default()));
    for also in dimensions.iter().skip(1) {
        store.alias(region, id(also), handle);
    }
    handle
}

/// A distribution of one value, such as a lag that was looked at often.
pub(in crate::world) fn spread_of(max: f64, sum: f64, count: f64) -> Sample {
    let mean = if count > 0.0 { sum / count } else { 0.0 };
    Sample::Set {
        count: count.max(1.0),
        sum,
        min: (2.0 * mean - max).max(0.0),
        max,
    }
}

/// So many equal values with this sum.
pub(in crate::world) fn evenly(sum: f64, count: f64) -> Sample {
    Sample::Set {
        count,
        sum,
        min: sum / count,
        max: sum / count,
    }
}
