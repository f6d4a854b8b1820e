use super::*;

fn target(value: &str, alias: bool) -> Target {
    Target {
        value: value.into(),
        alias,
    }
}

fn planned(kind: &str, alias: bool, own: &str, other: &str) -> Planned {
    Planned {
        kind: kind.into(),
        own: vec![target(own, alias)],
        others: vec![target(other, alias)],
    }
}

fn step(gone: bool, records: Vec<Planned>) -> AwaitAnswers {
    AwaitAnswers {
        zone: "Z1".into(),
        name: "latency.example.com".into(),
        region: Region::new("eu-west-1").unwrap(),
        records,
        gone,
        seen_from: None,
    }
}

/// One vantage, answered so for each type.
fn said(values: &[&str]) -> Heard {
    let each = values.iter().map(|value| Ok(vec![(*value).to_owned()]));
    Heard {
        by: "a test".into(),
        answers: vec![("Amsterdam", each.collect())],
    }
}

fn addresses(all: &[(&str, &str, &str)]) -> Addresses {
    all.iter()
        .map(|(kind, name, address)| {
            let key = ((*kind).to_owned(), (*name).to_owned());
            (key, BTreeSet::from([address.parse().unwrap()]))
        })
        .collect()
}

fn word(seen: &Observation) -> &'static str {
    match seen {
        Observation::Done(_) => "done",
        Observation::Underway(_) => "underway",
        Observation::Unknown(_) => "unknown",
        Observation::Ask(_) => "ask",
        _ => "other",
    }
}

#[test]
fn names_are_compared_with_names() {
    let records = || vec![planned("CNAME", false, "eu.example.com", "us.example.com")];
    let none = Addresses::new();
    let say = |gone, value| word(&step(gone, records()).judge(&said(&[value]), &none, 0));
    assert_eq!(say(true, "EU.example.com."), "underway");
    assert_eq!(say(true, "us.example.com"), "done");
    assert_eq!(say(false, "eu.example.com"), "done");
    assert_eq!(say(false, "us.example.com"), "underway");
    let late = step(false, records()).judge(&said(&["us.example.com"]), &none, 301);
    assert_eq!(word(&late), "ask", "no vantage need be near it");
}

#[test]
fn an_alias_is_told_by_the_addresses_that_its_target_has_now() {
    let records = || vec![planned("A", true, "eu.amazonaws.com", "us.amazonaws.com")];
    let known = addresses(&[
        ("A", "eu.amazonaws.com", "203.0.113.1"),
        ("A", "us.amazonaws.com", "203.0.113.2"),
    ]);
    let say = |gone, value| word(&step(gone, records()).judge(&said(&[value]), &known, 0));
    assert_eq!(say(true, "203.0.113.1"), "underway");
    assert_eq!(say(true, "203.0.113.2"), "done");
    assert_eq!(say(false, "203.0.113.1"), "done");
    assert_eq!(
        say(true, "203.0.113.9"),
        "unknown",
        "nobody's address proves nothing"
    );
    assert_eq!(say(false, "203.0.113.9"), "unknown");
    let shared = addresses(&[
        ("A", "eu.amazonaws.com", "203.0.113.1"),
        ("A", "us.amazonaws.com", "203.0.113.1"),
    ]);
    let seen = step(true, records()).judge(&said(&["203.0.113.1"]), &shared, 0);
    assert_eq!(word(&seen), "unknown", "both have it");
}

#[test]
fn every_type_must_be_gone_and_every_type_be_back() {
    let records = || {
        vec![
            planned("A", false, "192.0.2.1", "192.0.2.2"),
            planned("AAAA", false, "2001:db8::1", "2001:db8::2"),
        ]
    };
    let none = Addresses::new();
    let say = |gone, values: &[&str]| word(&step(gone, records()).judge(&said(values), &none, 0));
    assert_eq!(say(true, &["192.0.2.2", "2001:db8:0::1"]), "underway");
    assert_eq!(say(true, &["192.0.2.2", "2001:db8::2"]), "done");
    assert_eq!(say(false, &["192.0.2.1", "2001:db8::2"]), "underway");
    assert_eq!(say(false, &["192.0.2.1", "2001:db8::1"]), "done");
}

#[test]
fn gone_from_vantages_that_never_had_it_is_told_as_such() {
    let records = vec![planned("CNAME", false, "eu.example.com", "us.example.com")];
    let step = AwaitAnswers {
        seen_from: Some(Vec::new()),
        ..step(true, records)
    };
    let Observation::Done(text) = step.judge(&said(&["us.example.com"]), &Addresses::new(), 0)
    else {
        panic!("not done")
    };
    assert!(
        text.contains("the Region's request count decides"),
        "{text}"
    );
}

fn waiting() -> AwaitAnswers {
    let of = planned(
        "CNAME",
        false,
        "eu-west-1.example.com",
        "us-east-1.example.com",
    );
    AwaitAnswers {
        seen_from: Some(vec!["N. Virginia".into()]),
        ..step(true, vec![of])
    }
}

fn elsewhere() -> Vec<Result<Vec<String>, Unanswered>> {
    vec![Ok(vec!["us-east-1.example.com".into()])]
}

#[test]
fn what_one_machine_is_answered_does_not_show_that_clients_left() {
    let judged = waiting().judge(
        &heard("this machine's resolver", vec![(HERE, elsewhere())]),
        &Addresses::new(),
        0,
    );
    assert!(matches!(judged, Observation::Ask(_)), "{judged:?}");
}

#[test]
fn a_place_that_was_answered_with_the_region_is_waited_for_and_then_asked_about() {
    let silent = vec![Err(Unanswered::Lacking("no answer"))];
    let answers = || vec![("Amsterdam", elsewhere()), ("N. Virginia", silent.clone())];
    let judged = |after| {
        let heard = heard("Route 53's name servers", answers());
        waiting().judge(&heard, &Addresses::new(), after)
    };
    assert!(matches!(judged(10), Observation::Underway(_)));
    assert!(matches!(judged(NEAR_NOBODY_S + 1), Observation::Ask(_)));
}
