//! An observer that runs for days keeps no more than one that runs for a while.

use std::time::Duration;

use gwctl::fleet::Pace;

use super::stand::{Stand, world};

/// What is kept after so much time is all there ever is: the history, and the last of what is counted.
fn kept(stand: &Stand) -> (usize, usize) {
    let picture = stand.observer.watch().borrow().clone();
    let whole = serde_json::to_vec(&*picture).unwrap().len();
    (whole, stand.observer.kept())
}

/// Seven days of a fleet. Without `GWCTL_THOROUGH` a day has a quarter of an hour, and there are five of them: longer
/// than the history that is kept.
#[tokio::test(start_paused = true)]
async fn seven_days_keep_no_more_than_two() {
    let is_thorough = std::env::var_os("GWCTL_THOROUGH").is_some();
    let (day, days) = if is_thorough {
        (Duration::from_hours(24), 7)
    } else {
        (Duration::from_mins(15), 5)
    };
    let stand = Stand::keeping(world("calm", 1), Pace::Calm, Duration::from_mins(20)).await;
    stand.first().await;
    tokio::time::sleep(2 * day).await;
    let second = kept(&stand);
    tokio::time::sleep((days - 2) * day).await;
    let last = kept(&stand);
    println!("bytes of the picture, and things kept beside it: {second:?} {last:?}");
    // Figures have more or fewer digits.
    assert!(last.0 <= second.0 + second.0 / 20, "{second:?} {last:?}");
    assert!(last.1 <= second.1, "{second:?} {last:?}");
}
