//! `gwctl rehearse`: what the world counted beside what the report says.

use super::harness::Home;

#[test]
fn a_rehearsals_report_agrees_with_the_worlds_own_count() {
    let ran = Home::new().run(&["rehearse", "--scenario", "calm", "-o", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let document = ran.json();
    assert_eq!(document["schema"], "gwctl.rehearsal/2");
    let row = &document["rehearsals"][0];
    for how in ["planned", "one_by_one"] {
        let figures = &row[how];
        assert_eq!(figures["outcome"], "done", "{figures:#}");
        let world = figures["failed_requests"].as_f64().unwrap();
        let report = figures["reported"]["failed_requests"].as_f64().unwrap();
        // Whole minutes on one side, the seconds of the run on the other.
        assert!((report - world).abs() < 0.1 * world, "{figures:#}");
        let (world, report) = (&figures["rto_s"], &figures["reported"]["recovery_s"]);
        let apart = world.as_i64().unwrap() - report.as_i64().unwrap();
        assert!(apart.abs() <= 60, "{figures:#}");
    }
}

/// Under load too: the two run side by side, and share the machine with every other test.
#[test]
fn one_seed_gives_one_rehearsal() {
    let args = [
        "rehearse",
        "--scenario",
        "failed-switchover",
        "--seed",
        "7",
        "-o",
        "json",
    ];
    let rehearsed = || Home::new().run(&args);
    let (one, other) = std::thread::scope(|scope| {
        let other = scope.spawn(rehearsed);
        (rehearsed(), other.join().unwrap())
    });
    assert_eq!(one.code, 0, "{}", one.err);
    assert_eq!(one.json(), other.json());
}
