//! Series of the past: a week, the same hour yesterday, within what CloudWatch keeps.

use gwctl::fleet::{Metric, Pace, Region, Snapshot};
use gwctl::observe::{Past, PastOf, PastQuestion};
use jiff::{SignedDuration, Timestamp};

use super::stand::{Stand, world};

fn question(of: PastOf, to: Timestamp, minutes: i64, period: i64) -> PastQuestion {
    let to = to - SignedDuration::from_secs(to.as_second().rem_euclid(period * 60));
    PastQuestion {
        of,
        from: to - SignedDuration::from_mins(minutes),
        to,
        period: SignedDuration::from_mins(period),
    }
}

fn requests(picture: &Snapshot) -> Vec<f64> {
    let metrics = &picture.sites[0].api.metrics;
    let series = metrics.get(Metric::ApiRequests).last().unwrap();
    series.points().iter().map(|point| point.value).collect()
}

async fn stand() -> (Stand, std::sync::Arc<Snapshot>) {
    let sim = world("calm", 3);
    sim.make_history();
    let stand = Stand::over(sim, Pace::Calm).await;
    let (first, _) = stand.first().await;
    (stand, first)
}

#[tokio::test(start_paused = true)]
async fn a_week_has_the_clients_rhythm_and_costs_a_question_a_series() {
    let (stand, first) = stand().await;
    let paid = stand.session.ledger().dollars();
    let asked = question(PastOf::Fleet, first.at, 7 * 1_440, 30);
    let expected = PastOf::Fleet.dollars(&first);
    let Past { picture, .. } = stand.observer.past(asked).await;
    let paid = stand.session.ledger().dollars() - paid;
    assert!((paid - expected).abs() < 1e-9, "{paid} {expected}");
    let values = requests(&picture);
    assert!(values.len() > 7 * 48 - 4, "{}", values.len());
    let (least, most) = values
        .iter()
        .fold((f64::MAX, 0.0f64), |(a, b), v| (a.min(*v), b.max(*v)));
    assert!(least > 0.0 && most > 1.4 * least, "{least} {most}");
    assert!(most < 5.0 * least, "{least} {most}");
    // Counts are those of a minute, whatever the period.
    let live = requests(&first);
    let newest = live[live.len() - 5];
    assert!(
        most > 0.5 * newest && least < 1.5 * newest,
        "{newest} {least} {most}"
    );
    let lag = first.database.lag_metric().unwrap();
    let secondary = picture
        .database
        .clusters
        .get(&Region::new("eu-west-1").unwrap());
    assert!(
        secondary
            .unwrap()
            .metrics
            .get(lag)
            .last()
            .unwrap()
            .points()
            .len()
            > 300
    );
}

#[tokio::test(start_paused = true)]
async fn the_same_hour_yesterday_is_like_today_and_the_same_every_time() {
    let (stand, first) = stand().await;
    let day = SignedDuration::from_hours(24);
    let asked = question(PastOf::Fleet, first.at - day, 60, 1);
    let one = requests(&stand.observer.past(asked.clone()).await.picture);
    let two = requests(&stand.observer.past(asked).await.picture);
    assert_eq!(one, two);
    assert_eq!(one.len(), 60);
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let live = requests(&first);
    let now = mean(&live[live.len() - 60..live.len() - 3]);
    let then = mean(&one);
    assert!((then / now - 1.0).abs() < 0.5, "{then} {now}");
}

#[tokio::test(start_paused = true)]
async fn a_region_that_hangs_hides_no_other() {
    let sim = world("region-dark", 3);
    sim.make_history();
    let stand = Stand::over(sim, Pace::Calm).await;
    tokio::time::sleep(std::time::Duration::from_mins(10)).await;
    let first = stand.observer.watch().borrow().clone();
    let asked = question(PastOf::Fleet, first.at, 720, 2);
    let picture = stand.observer.past(asked).await.picture;
    let series = |site: usize| picture.sites[site].api.metrics.get(Metric::ApiRequests);
    let answered = (0..3).filter(|site| series(*site).last().is_some()).count();
    assert!(answered >= 2, "{answered}");
    for site in 0..3 {
        let one = series(site);
        assert!(one.last().is_some() || one.why_missing().is_some());
    }
}
