use super::super::sample::{at, blank, picture, region};
use super::*;
use crate::app::Screen;
use gwctl_fleet::Snapshot;

fn listed<'a>(picture: &'a Snapshot, screen: &Screen, panel: Panel, now: i64) -> Vec<Row<'a>> {
    screen.rows(basis(picture, now), panel)
}

fn basis(picture: &Snapshot, now: i64) -> Basis<'_> {
    Basis {
        moment: Moment {
            snapshot: picture,
            now: at(now),
        },
        marks: Marks::UNICODE,
        sort: None,
    }
}

fn every_list(picture: &Snapshot) -> Vec<(Screen, Panel, Vec<Row<'_>>)> {
    let screens = [
        Screen::Fleet,
        Screen::Region(region("eu-west-1")),
        Screen::Database,
        Screen::Edge,
        Screen::Calls,
    ];
    let lists = screens.into_iter().flat_map(|screen| {
        let panels = screen.panels().iter();
        // What is worked out beforehand is no row of the picture.
        panels
            .filter(|panel| !matches!(panel, Panel::Why | Panel::Readiness))
            .map(move |panel| (screen.clone(), *panel))
            .collect::<Vec<_>>()
    });
    lists
        .map(|(screen, panel)| {
            let rows = listed(picture, &screen, panel, 0);
            (screen, panel, rows)
        })
        .collect()
}

#[test]
fn every_list_has_rows_with_distinct_keys_and_lower_case_columns() {
    for (screen, panel, rows) in every_list(&picture(0)) {
        assert!(!rows.is_empty(), "{screen:?} {panel:?}");
        let mut keys: Vec<_> = rows.iter().map(|row| row.key.clone()).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), rows.len(), "{screen:?} {panel:?}");
        for (name, text) in rows.iter().flat_map(Row::cells) {
            assert!(
                name.chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()),
                "{name}"
            );
            assert!(!text.chars().any(char::is_control), "{text:?}");
        }
    }
}

#[test]
fn a_fleet_of_which_nothing_is_known_claims_nothing() {
    let blank = blank("orders");
    let sites = listed(&blank, &Screen::Fleet, Panel::Regions, 0);
    for row in &sites {
        let cell = |name: &str| {
            row.cells()
                .iter()
                .find(|(n, _)| *n == name)
                .unwrap()
                .1
                .clone()
        };
        assert_eq!(cell("verdict"), "unknown");
        assert_eq!(cell("role"), "… not asked yet");
        assert_eq!(cell("dns"), "… not asked yet");
        assert_eq!(cell("share"), "… not asked yet");
        assert_eq!(cell("probe"), "… not asked yet");
    }
    assert_eq!(sites.len(), 3);
    for (_, panel, rows) in every_list(&blank) {
        if ![Panel::Regions, Panel::Charts, Panel::Functions].contains(&panel) {
            assert!(rows.is_empty(), "{panel:?}");
        }
    }
}

#[test]
fn a_value_that_could_not_be_renewed_says_so() {
    let picture = picture(0);
    let mut state = super::super::sample::known("available".to_string());
    let source = gwctl_fleet::Source {
        api: "test",
        region: None,
    };
    state.renew(
        Err(gwctl_fleet::Missing::CouldNotAsk {
            why: "time-out".into(),
        }),
        at(1),
        source,
    );
    assert_eq!(
        basis(&picture, 1).said(&state, Clone::clone),
        "?available 1s (could not ask: time-out)"
    );
}

#[test]
fn events_of_all_members_are_told_newest_first() {
    let picture = picture(0);
    let events = listed(&picture, &Screen::Database, Panel::Events, 9);
    let regions: Vec<_> = events
        .iter()
        .filter_map(|row| row.subject.region())
        .map(Region::as_str)
        .collect();
    assert_eq!(regions, ["ap-southeast-1", "eu-west-1", "us-east-1"]);
}
