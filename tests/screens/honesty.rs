//! What is not known looks like nothing else, and never healthy: long because every screen is held to it.

use gwctl::console::app::Screen;
use gwctl::console::view::picture::text;
use gwctl::console::view::{Depth, Role, Theme};
use gwctl::fleet::{Metric, Missing, Observed, Turned, Verdict, judge};
use ratatui::buffer::Buffer;
use ratatui::style::Color;

use super::looks::{drawn, screens};
use super::sample;

fn dark() -> Theme {
    Theme::load("dark", None, Depth::True, false).unwrap()
}

/// Column and row of `needle`.
fn find(buffer: &Buffer, needle: &str) -> Option<(u16, u16)> {
    let shown = text(buffer);
    shown.lines().enumerate().find_map(|(y, line)| {
        let byte = line.find(needle)?;
        Some((line[..byte].chars().count() as u16, y as u16))
    })
}

fn row<'t>(shown: &'t str, begins: &str) -> &'t str {
    shown
        .lines()
        .find(|line| line.contains(begins))
        .unwrap_or_else(|| panic!("no {begins} in\n{shown}"))
}

#[test]
fn the_kinds_of_nothing_are_told_apart_on_the_fleet_screen() {
    let mut snapshot = sample::fleet(&sample::THREE);
    let from = |index: usize| {
        sample::source(
            "cloudwatch:GetMetricData",
            &sample::region(sample::THREE[index]),
        )
    };
    let p99 = |snapshot: &mut gwctl::fleet::Snapshot, index: usize, why: Missing| {
        *snapshot.sites[index]
            .api
            .metrics
            .entry(Metric::ApiLatencyP99) = Observed::missing(why, from(index));
    };
    p99(&mut snapshot, 0, Missing::NoData);
    p99(
        &mut snapshot,
        1,
        Missing::CouldNotAsk {
            why: "timed out".into(),
        },
    );
    p99(
        &mut snapshot,
        2,
        Missing::NotAllowed {
            action: "cloudwatch:GetMetricData".into(),
        },
    );
    let state = sample::state(snapshot, (80, 24));
    let shown = text(&drawn(&state, &dark()));
    let headings = row(&shown, "Verdict");
    let end = headings[..headings.find("p99").unwrap()].chars().count() + 3;
    let cell = |region: &str| {
        let line = shown
            .lines()
            .skip(3)
            .find(|line| line.contains(region))
            .unwrap();
        line.chars()
            .take(end)
            .collect::<String>()
            .trim_end()
            .chars()
            .last()
    };
    assert_eq!(
        sample::THREE.map(cell),
        [Some('–'), Some('?'), Some('⊘')],
        "{shown}"
    );
    assert!(
        row(&shown, "healthy  writer").contains("0 %"),
        "zero stays a figure\n{shown}"
    );
}

#[test]
fn a_region_that_went_silent_shows_its_last_figures_dimmed_behind_a_question_mark() {
    let theme = dark();
    let buffer = drawn(&sample::state(sample::bad_day(), (120, 40)), &theme);
    let (x, y) = find(&buffer, "?164 ms").expect("the last p99 of eu-west-1");
    assert_eq!(Some(buffer[(x, y)].fg), theme.colour(Role::Muted));
}

#[test]
fn unknown_is_never_green() {
    let theme = dark();
    let green = theme.colour(Role::Healthy).unwrap();
    let mut snapshot = sample::nothing_yet();
    judge(&mut snapshot);
    for site in &snapshot.sites {
        assert_ne!(site.judgement.verdict, Verdict::Healthy);
    }
    let mut state = sample::state(snapshot, (200, 60));
    // The read-only marker is green by right: it says that nothing can be changed.
    state.read_only = false;
    for screen in screens() {
        state.history.go(screen.clone());
        let buffer = drawn(&state, &theme);
        let painted = buffer
            .content
            .iter()
            .filter(|cell| cell.symbol() != " " && cell.fg == green)
            .count();
        assert_eq!(painted, 0, "{}\n{}", screen.name(), text(&buffer));
    }
}

#[test]
fn an_empty_list_of_alarms_says_when_it_could_not_be_asked_for() {
    let mut snapshot = sample::bad_day();
    snapshot.sites[2].alarms = snapshot.sites[0].alarms.clone();
    let shown = text(&drawn(&sample::state(snapshot, (200, 60)), &dark()));
    assert!(shown.contains("? not known: eu-west-1"), "{shown}");
    assert!(!shown.contains("none in ALARM"), "{shown}");
}

#[test]
fn no_color_draws_without_colour_and_still_tells_verdicts_apart() {
    for name in gwctl::console::view::names(None) {
        let theme = Theme::load(&name, None, Depth::None, false).unwrap();
        let mut state = sample::state(sample::bad_day(), (120, 40));
        for screen in screens() {
            state.history.go(screen);
            let buffer = drawn(&state, &theme);
            let coloured = buffer
                .content
                .iter()
                .any(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset);
            assert!(!coloured, "{name}");
        }
        state.history.go(gwctl::console::app::Screen::Fleet);
        let shown = text(&drawn(&state, &theme));
        for words in [
            "● us-east-1",
            "■ eu-west-1",
            "▲ ap-southeast-1",
            "healthy",
            "down",
            "degraded",
        ] {
            assert!(shown.contains(words), "{words}");
        }
    }
}

#[test]
fn sixteen_colours_are_all_a_poor_terminal_gets() {
    let theme = Theme::load("dark", None, Depth::Sixteen, false).unwrap();
    let buffer = drawn(&sample::state(sample::bad_day(), (120, 40)), &theme);
    let rich = |colour: Color| matches!(colour, Color::Rgb(..) | Color::Indexed(_));
    assert!(
        !buffer
            .content
            .iter()
            .any(|cell| rich(cell.fg) || rich(cell.bg))
    );
}

#[test]
fn ascii_draws_seven_bits_only() {
    let theme = Theme::load("dark", None, Depth::True, true).unwrap();
    let mut state = sample::state(sample::bad_day(), (120, 40));
    for screen in screens() {
        state.history.go(screen.clone());
        let shown = text(&drawn(&state, &theme));
        // Letters of Greek, the micro sign and the ellipsis of cut text are text, not drawing.
        let odd: String = shown
            .chars()
            .filter(|c| !c.is_ascii() && !"µ…·×".contains(*c))
            .collect();
        assert_eq!(odd, "", "{}", screen.name());
    }
}

#[test]
fn names_with_escapes_reach_no_terminal() {
    let mut snapshot = sample::bad_day();
    let hostile = "a\u{1b}[31m\u{202e}b\u{7}";
    snapshot.changes[0].what = hostile.into();
    snapshot.edge.domain = hostile.into();
    let alarms = snapshot.sites[2].alarms.map(|alarms| {
        let mut alarms = alarms.clone();
        alarms[0].name = hostile.into();
        alarms
    });
    snapshot.sites[2].alarms = alarms;
    let mut state = sample::state(snapshot, (200, 60));
    for screen in screens() {
        state.history.go(screen);
        let shown = text(&drawn(&state, &dark()));
        assert!(
            !shown
                .chars()
                .any(|c| c != '\n' && (c.is_control() || c == '\u{202e}'))
        );
    }
}

#[test]
fn no_figure_of_the_fleet_is_ever_cut() {
    for width in 60..=220 {
        let shown = text(&drawn(
            &sample::state(sample::bad_day(), (width, 40)),
            &dark(),
        ));
        for region in sample::THREE {
            let line = shown
                .lines()
                .skip(3)
                .find(|line| line.contains(region))
                .unwrap();
            assert!(!line.contains('…'), "{width}: {line}");
        }
    }
}

/// The screen's text, with `filter` on its first panel where there is one.
fn shown(snapshot: gwctl::fleet::Snapshot, screen: &str, filter: &str) -> String {
    let mut state = sample::state(snapshot, (120, 40));
    super::sample::run::press(&mut state, screen);
    if !filter.is_empty() {
        super::sample::run::press(&mut state, &format!("/{filter}\n"));
    }
    text(&drawn(&state, &dark()))
}

#[test]
fn an_empty_list_says_whether_there_is_nothing_or_nobody_could_ask() {
    let dead = || Missing::CouldNotAsk {
        why: "time-out after 5 s".into(),
    };
    let mut snapshot = sample::fleet(&sample::THREE);
    let home = sample::region("us-east-1");
    let from = |api| sample::source(api, &home);
    snapshot.edge.checks.clear();
    snapshot.edge.records = Observed::missing(dead(), from("route53:ListResourceRecordSets"));
    snapshot.database.clusters.clear();
    snapshot.database.topology = Observed::missing(dead(), from("rds:DescribeGlobalClusters"));
    let edge = shown(snapshot.clone(), "4", "");
    assert!(
        !edge.contains("no latency record") && !edge.contains("has no"),
        "{edge}"
    );
    assert!(edge.matches("time-out after 5 s").count() >= 3, "{edge}");
    let database = shown(snapshot.clone(), "3", "");
    for claimed in ["no member", "no event in 1 h", "no secondary"] {
        assert!(!database.contains(claimed), "{claimed} in\n{database}");
    }
    let region = shown(snapshot, "2", "");
    for claimed in [
        "the writer has no",
        "has no health check",
        "has no member",
        "names nothing",
    ] {
        assert!(!region.contains(claimed), "{claimed} in\n{region}");
    }
    // Asked, and there is none.
    let mut snapshot = sample::fleet(&sample::THREE);
    snapshot.edge.checks.clear();
    let at = snapshot.at;
    snapshot.edge.records = Observed::known(Vec::new(), at, from("route53:ListResourceRecordSets"));
    let edge = shown(snapshot, "4", "");
    assert!(edge.contains("has no routing records"), "{edge}");
    assert!(
        edge.contains("no routing record has a health check"),
        "{edge}"
    );
}

#[test]
fn a_filter_that_hides_everything_is_blamed_and_nothing_else() {
    let snapshot = sample::fleet(&sample::THREE);
    let calls = shown(snapshot.clone(), "5", "nothing-is-called-so");
    assert!(
        calls.contains("matches the filter") && !calls.contains("no call yet"),
        "{calls}"
    );
    let fleet = shown(snapshot, "1", "nothing-is-called-so");
    assert!(fleet.contains("no Region matches the filter"), "{fleet}");
}

#[test]
fn refused_calls_are_failed_calls_on_the_screen_and_in_the_footer() {
    let mut snapshot = sample::fleet(&sample::THREE);
    snapshot.ledger = gwctl::fleet::Ledger::default();
    for _ in 0..7 {
        snapshot.ledger.enter(gwctl::fleet::Call {
            at: snapshot.at,
            service: "rds",
            operation: "DescribeDBClusters".into(),
            account: None,
            region: sample::region("us-east-1"),
            took: std::time::Duration::from_millis(80),
            outcome: gwctl::fleet::Outcome::Refused,
            request_id: None,
            error: Some("AccessDenied".into()),
            dollars: 0.0,
        });
    }
    let calls = shown(snapshot, "5", "");
    assert!(calls.contains("7 failed (7 refused)"), "{calls}");
    let headings = row(&calls, "Failed");
    let failed = headings[..headings.find("Failed").unwrap()].chars().count() + "Failed".len();
    let line: String = row(&calls, "DescribeDBClusters")
        .chars()
        .take(failed)
        .collect();
    assert!(line.ends_with('7'), "{calls}");
}

#[test]
fn a_calculated_check_says_how_many_are_healthy_and_how_many_it_needs() {
    let snapshot = sample::bad_day();
    let edge = snapshot.edge.clone();
    let calculated = edge.checks.values().find_map(|check| {
        let config = check.config.last()?;
        match &config.kind {
            gwctl::fleet::CheckKind::Calculated {
                children,
                threshold,
            } => Some((children.clone(), *threshold)),
            _ => None,
        }
    });
    let Some((children, threshold)) = calculated else {
        panic!("the sample has a calculated check")
    };
    let (healthy, unknown) = edge.healthy(&children, snapshot.at);
    assert!(healthy + unknown <= children.len());
    let shown = shown(snapshot, "4", "");
    let said = format!("of {} healthy", children.len());
    assert!(
        shown.contains(&said) && shown.contains(&format!("needs {threshold}")),
        "{shown}"
    );
}

/// A number, perhaps in front of its unit, that the ellipsis follows at once.
fn cut_number(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_number = |word: &str| {
        let word = word.trim_start_matches(['(', '<', '$', '?', '│']);
        let number = word.trim_end_matches(['…', '─', '╮', '│']);
        let digits =
            number.trim_end_matches(|c: char| c.is_ascii_alphabetic() || "%/µ".contains(c));
        let plain = digits
            .chars()
            .all(|c| c.is_ascii_digit() || ".,:".contains(c));
        !digits.is_empty() && plain && number.len() - digits.len() <= 3
    };
    words
        .iter()
        .enumerate()
        .any(|(index, word)| match word.split_once('…') {
            Some(("", _)) => {
                // A chart's heading that ends between a number and its unit.
                word.starts_with("…─") && index > 0 && is_number(words[index - 1])
            }
            Some((number, _)) => is_number(number),
            None => false,
        })
}

#[test]
fn no_number_is_cut_on_any_screen() {
    assert!(cut_number("│ concurrency  limit 1000, unreserved 9… ││"));
    assert!(!cut_number("│ us-east-1.api.ord… ││ 3 …"));
    for size in super::snapshots::SIZES {
        for snapshot in [
            sample::fleet(&sample::THREE),
            sample::bad_day(),
            sample::writer_gone(),
        ] {
            let mut state = sample::state(snapshot, size);
            for screen in screens() {
                state.history.go(screen.clone());
                for panel in screen.panels() {
                    state.focus.insert(screen.clone(), *panel);
                    let shown = text(&drawn(&state, &dark()));
                    let cut: Vec<&str> = shown.lines().filter(|line| cut_number(line)).collect();
                    assert!(
                        cut.is_empty(),
                        "{size:?} {}\n{}",
                        screen.name(),
                        cut.join("\n")
                    );
                }
            }
        }
    }
}

#[test]
fn the_names_of_a_charts_lines_are_never_cut() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut state = sample::state(sample::bad_day(), size);
        state.history.go(screens().swap_remove(1));
        let shown = text(&drawn(&state, &dark()));
        for name in [
            "p99 2.03 s",
            "p90 71 ms",
            "p50 27 ms",
            "5xx 662/min",
            "write",
        ] {
            assert!(shown.contains(name), "{name}\n{shown}");
        }
        let latency = row(&shown, "Latency");
        assert!(!latency.contains("+1"), "{shown}");
        state.history.go(Screen::Timeline);
        let shown = text(&drawn(&state, &dark()));
        for name in ["use1", "euw1", "apse1"].map(|short| {
            let long = short
                .replace("use1", "us-east-1")
                .replace("apse1", "ap-southeast-1")
                .replace("euw1", "eu-west-1");
            (short, long)
        }) {
            assert!(
                shown.contains(name.0) || shown.contains(&name.1),
                "{name:?}\n{shown}"
            );
        }
    }
}

#[test]
fn records_checks_alarms_and_reasons_tell_how_old_the_oldest_figure_is() {
    let mut state = sample::state(sample::bad_day(), (120, 40));
    let mut heading = |keys: &str, title: &str| {
        super::sample::run::press(&mut state, keys);
        let shown = text(&drawn(&state, &dark()));
        row(&shown, title).to_owned()
    };
    let aged = |line: String, title: &str, age: &str| {
        let own = &line[line.find(title).unwrap()..];
        let own = own.split('╮').next().unwrap().to_owned();
        assert!(own.contains(age), "{title}: {line}");
    };
    // What eu-west-1 last said of its requests.
    aged(heading("1", "╭ Why"), "╭ Why", "oldest 95s");
    aged(
        heading("4", "╭ Routing records"),
        "╭ Routing records",
        "oldest",
    );
    aged(heading("", "╭ Health checks"), "╭ Health checks", "oldest");
    // Alarms of eu-west-1 could not be renewed: they are as old as its last answer.
    let mut wide = sample::state(sample::bad_day(), (200, 60));
    super::sample::run::press(&mut wide, "1");
    let shown = text(&drawn(&wide, &dark()));
    let alarms = row(&shown, "╭ Alarms").to_owned();
    aged(alarms, "╭ Alarms", "? not known: eu-west-1  oldest 12s");
}

#[test]
fn the_verdict_of_the_fleet_is_never_cut() {
    for scenario in ["calm", "control-planes-down", "credentials-expired"] {
        let mut state = sample::state(sample::writer_gone(), (80, 24));
        state.mode = gwctl::console::app::Mode::Demo {
            scenario: scenario.into(),
        };
        let shown = text(&drawn(&state, &dark()));
        let verdict = state.shown.judgement.verdict.word();
        let header = shown.lines().next().unwrap();
        assert!(header.contains(&format!("{verdict} ")), "{header}");
    }
}

#[test]
fn a_reason_with_a_long_name_in_it_is_told_in_full_in_a_small_terminal() {
    let mut snapshot = sample::bad_day();
    let why = Missing::CouldNotAsk {
        why: "connect to ap-southeast-1.internal.api.orders.example.com: timed out".into(),
    };
    snapshot.sites[1].probe = Observed::missing(why, gwctl::fleet::Source::probe());
    judge(&mut snapshot);
    let mut state = sample::state(snapshot, (80, 24));
    super::sample::run::press(&mut state, "x");
    let shown = text(&drawn(&state, &dark()));
    let reasons: String = shown
        .lines()
        .map(|line| line.trim_matches([' ', '│', '…']))
        .collect();
    let name = "ap-southeast-1.internal.api.orders.example.com";
    assert!(reasons.contains(name), "{shown}");
}

#[test]
fn an_age_that_nobody_could_tell_is_not_one_that_was_not_asked_yet() {
    let mut snapshot = sample::nothing_yet();
    let why = Missing::CouldNotAsk {
        why: "timed out".into(),
    };
    let from = sample::source("cloudwatch:GetMetricData", &sample::region("us-east-1"));
    let metrics = &mut snapshot.sites[0].api.metrics;
    *metrics.entry(Metric::ApiRequests) = Observed::missing(why, from);
    judge(&mut snapshot);
    let shown = text(&drawn(&sample::state(snapshot, (80, 24)), &dark()));
    let ends = |region: &str| {
        let line = shown.lines().skip(3).find(|line| line.contains(region));
        line.unwrap().trim_end_matches(['│', ' ']).chars().last()
    };
    assert_eq!(
        (ends("us-east-1"), ends("eu-west-1")),
        (Some('?'), Some('…'))
    );
}

#[test]
fn what_dns_was_seen_to_answer_counts_more_than_an_older_figure_of_the_health_check() {
    let column = |seconds: i64, answers: bool| {
        let mut snapshot = sample::fleet(&sample::THREE);
        let at = sample::ago(seconds);
        let turned = Turned { answers, at };
        let region = sample::region("eu-west-1");
        snapshot.edge.turned.insert(region, turned);
        let wide = sample::state(snapshot, (200, 60));
        let shown = text(&drawn(&wide, &dark()));
        row(&shown, "\u{25cf} eu-west-1 ").to_owned()
    };
    let out = column(20, false);
    assert!(out.contains(" OUT "), "{out}");
    let older = column(900, false);
    assert!(
        !older.contains(" OUT ") && older.contains(" in "),
        "{older}"
    );
    let agrees = column(20, true);
    assert!(agrees.contains(" in "), "{agrees}");
}
