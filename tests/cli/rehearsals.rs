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

#[test]
fn what_is_explained_is_compared_with_what_is_really_wrong() {
    let explained = |scenario: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.toml");
        std::fs::write(&path, scenario).unwrap();
        let path = path.to_str().unwrap();
        let counts = ["--seeds", "2", "--calm", "3", "--pairs", "0"];
        let mut args = vec!["rehearse", "--explain", "-o", "json", "--scenario", path];
        args.extend(counts);
        Home::new().run(&args)
    };
    let story = "title = \"Mine\"\n[[event]]\nat = \"-6m\"\nstart = \"lambda-errors\"\nregion = \"eu-west-1\"\n";
    let truth = |cause: &str, onset: &str| {
        format!(
            "{story}[[truth]]\ncause = \"{cause}\"\nregion = \"eu-west-1\"\nonset = \"{onset}\"\n"
        )
    };
    for (cause, onset, first, onsets_right, wrong) in [
        ("functions-fail", "-6m", 2, 2, 0),
        ("functions-fail", "-30m", 2, 0, 2),
        ("certificate", "-6m", 0, 0, 2),
    ] {
        let ran = explained(&truth(cause, onset));
        assert_eq!(ran.code, 0, "{}", ran.err);
        let document = ran.json();
        let all = &document["explanations"];
        let row = &all["scenarios"][0];
        assert_eq!(
            (&row["first"], &row["onsets_right"]),
            (&first.into(), &onsets_right.into()),
            "{document:#}"
        );
        assert_eq!(
            all["wrong"].as_array().unwrap().len(),
            wrong,
            "{document:#}"
        );
        assert_eq!(
            (&all["calm"]["tried"], &all["calm"]["first"]),
            (&3.into(), &3.into())
        );
    }
    let ran = explained(story);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("nobody wrote down"), "{}", ran.err);
}
