use proptest::prelude::*;

use super::*;

fn s(seconds: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(seconds).unwrap()
}

#[test]
fn what_rounds_up_is_carried() {
    let near = [0.4, 59.6, 119.4, 119.6, 3_599.6, 86_399.0, -5.0].map(s);
    assert_eq!(
        near.map(span),
        ["0 s", "1 min", "1 min 59 s", "2 min", "1 h", "24 h", "0 s"]
    );
    assert_eq!(
        near.map(age),
        ["0s", "60s", "119s", "2m", "60m", "24h", "0s"]
    );
    assert_eq!(
        near.map(stopwatch),
        [
            "0:00", "1:00", "1:59", "2:00", "1:00:00", "23:59:59", "0:00"
        ]
    );
    assert_eq!(
        [12.0, 250.0, 7_300.0, 200_000.0].map(|time| rough(s(time))),
        ["12 s", "4 min", "2 h", "2 days"]
    );
    assert_eq!(
        [270.0, 3_900.0, 184_000.0].map(|time| span(s(time))),
        ["4 min 30 s", "1 h 5 min", "2 d 3 h"]
    );
}

/// What a text of numbers and units stands for, and its last unit, in seconds.
fn read(text: &str) -> (f64, f64) {
    let (mut sum, mut number, mut last) = (0.0, String::new(), 0.0);
    let spaced = text.replace(' ', "");
    let mut rest = spaced.as_str();
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_digit() {
            number.push(c);
            rest = &rest[1..];
            continue;
        }
        let end = rest
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(rest.len());
        last = match &rest[..end] {
            "s" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3_600.0,
            "d" | "days" => 86_400.0,
            other => panic!("{other} in {text}"),
        };
        let count: f64 = number.parse().unwrap();
        if sum > 0.0 {
            let most = if last > 3_599.0 { 23.0 } else { 59.0 };
            assert!((1.0..=most).contains(&count), "{text}");
        }
        sum += count * last;
        number.clear();
        rest = &rest[end..];
    }
    (sum, last)
}

/// Zero, less than one, the turn to the next unit, thousands, what is negative, what is no number.
const EDGES: [f64; 9] = [
    0.0,
    0.4,
    999.5,
    1_000.0,
    9_999.0,
    12_345.0,
    -41.0,
    f64::NAN,
    f64::INFINITY,
];

/// What is written, by whom, and what it has to be at [`EDGES`].
type Edges = (&'static str, fn(f64) -> String, [&'static str; 9]);

#[test]
fn every_kind_of_figure_is_right_at_its_edges() {
    let rows: [Edges; 9] = [
        (
            "millis",
            millis,
            [
                "0 ms", "400 µs", "1.00 s", "1.00 s", "10.0 s", "12.3 s", "-41 ms", "n/a", "n/a",
            ],
        ),
        (
            "count",
            count,
            [
                "0", "0.4", "1,000", "1,000", "9,999", "12,345", "-41", "n/a", "n/a",
            ],
        ),
        (
            "short_count",
            short_count,
            [
                "0", "0.4", "1.0k", "1.0k", "10k", "12k", "-41", "n/a", "n/a",
            ],
        ),
        (
            "of_a_minute",
            of_a_minute,
            [
                "0/s", "0.01/s", "17/s", "17/s", "167/s", "206/s", "-0.7/s", "n/a", "n/a",
            ],
        ),
        (
            "percent",
            percent,
            [
                "0 %", "0.40 %", "1000 %", "1000 %", "9999 %", "9999 %", "-41.0 %", "n/a", "n/a",
            ],
        ),
        (
            "share",
            share,
            [
                "0 %", "<1 %", "1000 %", "1000 %", "9999 %", "9999 %", "-41 %", "n/a", "n/a",
            ],
        ),
        (
            "bytes",
            bytes,
            [
                "0 B", "0 B", "1.0 kB", "1.0 kB", "10 kB", "12 kB", "-41 B", "n/a", "n/a",
            ],
        ),
        (
            "dollars",
            dollars,
            [
                "$0", "$0.400", "$999.50", "$1000", "$9999", "$12345", "-$41.00", "n/a", "n/a",
            ],
        ),
        (
            "dollars_per_hour",
            dollars_per_hour,
            [
                "$0/h",
                "$0.40/h",
                "$999.50/h",
                "$1000/h",
                "$9999/h",
                "$12345/h",
                "-$41.00/h",
                "n/a",
                "n/a",
            ],
        ),
    ];
    for (name, write, expected) in rows {
        assert_eq!(EDGES.map(write), expected, "{name}");
    }
}

#[test]
fn a_sentence_has_the_same_figure_without_idle_zeros() {
    let figures = [
        "1.00 s", "12.3 s", "5.00 %", "<.01 %", ">99 %", "100 %", "0 ms", "1.2k", "10.0 s",
    ];
    assert_eq!(
        figures.map(in_words),
        [
            "1 s",
            "12.3 s",
            "5 %",
            "less than 0.01 %",
            "more than 99 %",
            "100 %",
            "0 ms",
            "1.2k",
            "10 s"
        ]
    );
    assert_eq!(
        [-1, 0, 41, 20_000].map(days),
        ["over", "0 d", "41 d", "9999 d"]
    );
}

#[test]
fn times_pick_the_unit_people_read() {
    let written = [
        0.0, 0.84, 0.0001, 8.44, 12.0, 999.4, 999.6, 1_840.0, 12_340.0, 340_000.0, 720_000.0,
    ]
    .map(millis);
    assert_eq!(
        written,
        [
            "0 ms", "840 µs", "1 µs", "8.4 ms", "12 ms", "999 ms", "1.00 s", "1.84 s", "12.3 s",
            "340 s", "12 min"
        ]
    );
}

#[test]
fn nothing_is_zero_but_zero_and_nothing_is_all_but_all() {
    assert_eq!(
        [0.0, 0.0001, 0.03, 1.24, 99.96, 100.0].map(percent),
        ["0 %", "<.01 %", "0.03 %", "1.24 %", "99.9 %", "100 %"]
    );
    assert_eq!(
        [0.0, 0.2, 33.6, 99.7].map(share),
        ["0 %", "<1 %", "34 %", ">99 %"]
    );
    assert_eq!(short_count(0.001), "0.01");
    assert_eq!(dollars(0.000_000_1), "<$0.00001");
    assert_eq!(
        [0.0, 0.001, 0.12].map(dollars_per_hour),
        ["$0/h", "<$0.01/h", "$0.12/h"]
    );
}

#[test]
fn counts_and_rates_are_short() {
    assert_eq!(
        [7.0, 842.0, 1_234.0, 84_321.0, 1_234_567.0].map(short_count),
        ["7", "842", "1.2k", "84k", "1.2M"]
    );
    assert_eq!(per_second(72_000.0, Duration::from_mins(1)), "1.2k/s");
    assert_eq!(bytes(1_234.0), "1.2 kB");
}

proptest! {
    #[test]
    fn what_is_written_is_true_to_half_of_its_last_unit(seconds in 0.0f64..80_000_000.0) {
        let time = s(seconds);
        for text in [age(time), rough(time), span(time)] {
            let (said, unit) = read(&text);
            prop_assert!((said - seconds).abs() <= unit / 2.0 + 0.51, "{text} for {seconds}");
        }
        prop_assert!(age(time).len() <= 4);
    }

    #[test]
    fn near_the_turn_of_a_unit_it_is_true_as_well(
        whole in prop::sample::select(vec![60i64, 120, 3_600, 7_200, 86_400, 172_800]),
        off in -2.0f64..2.0,
    ) {
        let seconds = whole as f64 + off;
        let time = s(seconds);
        for text in [age(time), rough(time), span(time)] {
            let (said, unit) = read(&text);
            prop_assert!((said - seconds).abs() <= unit / 2.0 + 0.51, "{text} for {seconds}");
        }
    }

    #[test]
    fn a_time_is_true_to_half_of_what_its_last_digit_counts(value in 0.001f64..1e10) {
        let text = millis(value);
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap();
        let unit = match text[end..].trim() {
            "µs" => 1e-3,
            "ms" => 1.0,
            "s" => 1e3,
            "min" => 6e4,
            "h" => 3.6e6,
            "d" => 8.64e7,
            other => panic!("{other}"),
        };
        let digits = text[..end].find('.').map_or(0, |dot| end - dot - 1);
        let step = if digits == 0 { unit } else { unit / 10f64.powi(i32::try_from(digits).unwrap()) };
        let said: f64 = text[..end].parse().unwrap();
        prop_assert!((said * unit - value).abs() <= step * 0.501, "{text} for {value}");
    }

    #[test]
    fn no_figure_outgrows_its_column(value in 0.0f64..1e12) {
        for text in [millis(value), percent(value.min(100.0)), per_second(value, Duration::from_mins(1)), short_count(value)] {
            prop_assert!(text.chars().count() <= WIDTH, "{text}");
        }
    }
}
