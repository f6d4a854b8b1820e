//! Chosen columns: in their order, and by their rank where not all fit.

use gwctl::console::app::{Msg, update};
use gwctl::console::view::picture::text;
use gwctl::console::view::{Depth, Theme};
use gwctl::fleet::columns::{ALL, Sort, chosen, find};

use super::looks::drawn;
use super::sample;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

fn shown(names: &[&str], size: (u16, u16), sort: Option<Sort>) -> String {
    let mut state = sample::state(sample::bad_day(), size);
    state.columns = chosen(names.iter().copied()).unwrap();
    state.sort = sort;
    let theme = Theme::load("dark", None, Depth::True, false).unwrap();
    text(&drawn(&state, &theme))
}

/// The headings that are there, in their order.
fn headings(shown: &str) -> Vec<&'static str> {
    let line = shown.lines().nth(4).unwrap();
    let mut found: Vec<(usize, &str)> = ALL
        .iter()
        .filter(|column| column.title.len() > 2)
        .filter_map(|column| Some((line.find(&format!(" {}", column.title))?, column.name)))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, name)| name).collect()
}

#[test]
fn chosen_columns_stand_in_their_order_at_every_size() {
    for size in SIZES {
        let shown = shown(&["p50", "region", "http", "verdict"], size, None);
        assert_eq!(
            headings(&shown),
            ["p50", "region", "http", "verdict"],
            "{shown}"
        );
    }
}

#[test]
fn where_not_all_fit_those_with_the_lowest_rank_stay() {
    let names: Vec<&str> = ALL.iter().map(|column| column.name).collect();
    for size in SIZES {
        let shown = shown(&names, size, None);
        let there = headings(&shown);
        let rank = |name: &str| find(name).unwrap().rank;
        let highest = there.iter().map(|name| rank(name)).max().unwrap();
        let titled = ALL.iter().filter(|column| column.title.len() > 2);
        for column in titled.filter(|column| column.rank < highest) {
            let curve = column.title.starts_with("p99");
            assert!(
                curve || there.contains(&column.name),
                "{}\n{shown}",
                column.name
            );
        }
    }
}

/// The screen after `keys`.
fn pressed(keys: &str) -> String {
    let mut state = sample::state(sample::bad_day(), (160, 48));
    for key in keys.split(' ') {
        update(&mut state, Msg::Key(key.parse().unwrap()));
    }
    let theme = Theme::load("dark", None, Depth::True, false).unwrap();
    text(&drawn(&state, &theme))
}

#[test]
fn columns_are_chosen_where_a_list_is_sorted() {
    let before = pressed("4");
    let has = |shown: &str, heading: &str| shown.contains(heading);
    assert!(
        has(&before, " TTL ") && has(&before, " Set id "),
        "{before}"
    );
    // Its own order, the Region, how it is routed, its set.
    let open = pressed("4 S j j j space");
    assert!(has(&open, "Space shows a column"), "{open}");
    let without = pressed("4 S j j j space esc");
    assert!(
        has(&without, " TTL ") && !has(&without, " Set id "),
        "{without}"
    );
    assert_eq!(pressed("4 S j j j space space esc"), before);
    // What names a row stays.
    let refused = pressed("4 S j space esc");
    assert!(has(&refused, "`region` cannot be hidden"), "{refused}");
    // The Regions of the Fleet screen by the same keys.
    let fleet = pressed("1 S j j j space esc");
    assert!(
        has(&pressed("1"), " Verdict ") && !has(&fleet, " Verdict "),
        "{fleet}"
    );
}

#[test]
fn columns_of_any_table_are_chosen_by_name() {
    let typed = |line: &str| -> String {
        let keys: Vec<String> = line
            .chars()
            .map(|c| {
                if c == ' ' {
                    "space".into()
                } else {
                    c.to_string()
                }
            })
            .collect();
        pressed(&format!("4 : {} enter", keys.join(" ")))
    };
    let chosen = typed("columns ttl target");
    assert!(
        chosen.contains(" TTL ") && !chosen.contains(" Set id "),
        "{chosen}"
    );
    let unknown = typed("columns colour");
    assert!(
        unknown.contains("`colour` is not a column of this list"),
        "{unknown}"
    );
}

#[test]
fn the_column_that_is_sorted_by_says_so_and_orders_the_rows() {
    for size in SIZES {
        let sort = Sort {
            column: find("region").unwrap(),
            descending: true,
        };
        let shown = shown(&["region", "verdict", "p99"], size, Some(sort));
        assert!(shown.contains("Region↓"), "{shown}");
        let places = ["us-east-1 ", "eu-west-1 ", "ap-southeast-1 "].map(|region| {
            let mut lines = shown.lines().skip(3);
            lines.position(|line| line.contains(region)).unwrap()
        });
        assert!(places.is_sorted(), "{places:?}\n{shown}");
    }
}
