//! Causes that contradict each other, and the order in which evidence is told.

use gwctl_fleet::{Canary, Event, EventKind, EventOutcome, Metric, Region, Source};
use jiff::SignedDuration;

use super::fixture::{BEGAN, Fixture, HERE, WRITE, ago, region};
use crate::{Hypothesis, Sureness};

const CODE: &str = "lambda:UpdateFunctionCode20150331v2";
const NEW: &str = "TypeError: order.lines is not iterable";
const NO_WAY: &str = "connect ETIMEDOUT 10.0.3.17:5432";

/// New code two minutes before it began, with errors that are new.
fn released() -> Fixture {
    let mut fixture = Fixture::failing();
    fixture.deployed(HERE, WRITE, (BEGAN + 2, "new"));
    fixture.called(BEGAN + 2, CODE, HERE, WRITE);
    fixture.logs((HERE, WRITE), NEW, (BEGAN, 0), 90);
    fixture
}

/// AWS Health tells of trouble with Lambda there, since so many minutes.
fn aws_tells(fixture: &mut Fixture, minutes: i64, status: &str) {
    let event = aws_tells_of("lambda", Some(region(HERE)), (minutes, status));
    fixture.events.push(event);
}

fn aws_tells_of(service: &str, of: Option<Region>, (minutes, status): (i64, &str)) -> Event {
    Event {
        at: ago(minutes),
        kind: EventKind::Aws,
        who: Some("AWS Health".into()),
        what: format!("tells of trouble with {service} ({status})"),
        outcome: EventOutcome::Done,
        about: [service.to_owned()].into(),
        source: Source {
            api: "health:DescribeEvents",
            region: of.clone(),
        },
        fields: vec![("status", status.into())],
        region: of,
    }
}

fn quotes(lines: &[String], words: &str) -> bool {
    lines.iter().any(|line| line.contains(words))
}

#[test]
fn a_release_and_trouble_that_aws_confirms_are_each_told_against_the_other() {
    assert_eq!(released().only("bad-deployment").sure, Sureness::High);
    let mut fixture = released();
    aws_tells(&mut fixture, BEGAN + 1, "open");
    let release = fixture.only("bad-deployment");
    assert_eq!(release.sure, Sureness::Medium, "{release:#?}");
    assert!(
        quotes(&release.contradicts, "AWS Health confirms it"),
        "{release:#?}"
    );
    assert!(
        release.why.ends_with("may be why as well"),
        "{}",
        release.why
    );
    let aws = fixture.only("aws-impaired");
    assert_eq!(aws.sure, Sureness::Medium, "{aws:#?}");
    assert!(
        quotes(&aws.contradicts, "orders-write fails in"),
        "{aws:#?}"
    );
    for one in [&release, &aws] {
        let apart = one.apart.as_ref().unwrap();
        assert!(
            apart.starts_with("whether functions fail there that"),
            "{apart}"
        );
    }
    // What is over confirms nothing.
    let mut over = released();
    aws_tells(&mut over, BEGAN + 1, "closed");
    assert_eq!(over.only("bad-deployment").sure, Sureness::High);
}

#[test]
fn trouble_of_long_before_does_not_speak_against_a_release() {
    let mut fixture = released();
    aws_tells(&mut fixture, 45, "open");
    // The database there is behind for half an hour, and the functions fail since the release alone.
    fixture.lags(HERE, 30);
    let aws = fixture.only("aws-impaired");
    assert_eq!(aws.since.unwrap().at, ago(30), "{aws:#?}");
    assert_eq!(fixture.only("bad-deployment").sure, Sureness::High);
}

#[test]
fn causes_of_other_functions_or_regions_do_not_contradict_each_other() {
    let mut fixture = released();
    fixture.fails(HERE, "orders-read");
    let expired = "https://payments.example.net/v2 answered 401: API key expired";
    fixture.logs((HERE, "orders-read"), expired, (BEGAN, 0), 90);
    assert_eq!(
        fixture.only("credential-expired").about,
        ["orders-read".to_owned()]
    );
    assert!(!quotes(
        &fixture.only("bad-deployment").contradicts,
        "expired"
    ));
    // Of the same function they do.
    let mut fixture = released();
    fixture.logs((HERE, WRITE), expired, (BEGAN, 0), 90);
    let release = fixture.only("bad-deployment");
    assert_eq!(release.sure, Sureness::Medium);
    assert!(quotes(&release.contradicts, "has expired"), "{release:#?}");
    let apart = release.apart.unwrap();
    assert!(apart.contains("the version before is let in"), "{apart}");
}

#[test]
fn what_rests_on_the_same_errors_alone_speaks_against_nothing() {
    let unreachable = |network: bool| {
        let mut fixture = Fixture::failing();
        fixture.deployed(HERE, WRITE, (BEGAN + 2, "new"));
        fixture.called(BEGAN + 2, CODE, HERE, WRITE);
        fixture.logs((HERE, WRITE), NO_WAY, (BEGAN, 0), 90);
        if network {
            fixture.available(HERE);
            fixture.called(BEGAN + 1, "ec2:RevokeSecurityGroupIngress", HERE, "sg-1");
        }
        let sure = fixture.only("database-unreachable").sure;
        (fixture.only("bad-deployment").sure, sure)
    };
    assert_eq!(unreachable(false), (Sureness::High, Sureness::Medium));
    assert_eq!(unreachable(true), (Sureness::Medium, Sureness::Medium));
}

#[test]
fn what_somebody_changed_is_told_beside_trouble_that_aws_confirms() {
    let mut fixture = Fixture::failing();
    fixture.logs((HERE, WRITE), NO_WAY, (BEGAN, 0), 90);
    aws_tells(&mut fixture, BEGAN + 1, "open");
    let told = |fixture: &Fixture| {
        let all = fixture.explained().hypotheses.into_iter();
        all.map(|one| (one.cause, one.sure)).collect::<Vec<_>>()
    };
    assert_eq!(told(&fixture), [("aws-impaired", Sureness::High)]);
    fixture.available(HERE);
    fixture.called(BEGAN + 1, "ec2:RevokeSecurityGroupIngress", HERE, "sg-1");
    let both = [
        ("aws-impaired", Sureness::Medium),
        ("database-unreachable", Sureness::Medium),
    ];
    assert_eq!(told(&fixture), both);
}

#[test]
fn a_record_that_was_changed_after_the_region_failed_may_be_the_answer() {
    use super::rivals::weigh;
    let failing = released().only("bad-deployment");
    let changed = |minutes: i64| {
        let mut changed = Hypothesis {
            cause: "record-changed",
            hurts: false,
            about: Vec::new(),
            contradicts: Vec::new(),
            ..failing.clone()
        };
        if let Some(since) = &mut changed.since {
            since.at += SignedDuration::from_mins(minutes);
        }
        let mut all = [failing.clone(), changed];
        weigh(&mut all);
        assert_eq!(all[0], failing, "the failure itself is as sure as before");
        let [_, changed] = all;
        (changed.sure, changed.contradicts.len())
    };
    assert_eq!(changed(4), (Sureness::Medium, 1));
    assert_eq!(changed(0), (Sureness::High, 0));
    assert_eq!(changed(-4), (Sureness::High, 0));
}

#[test]
fn evidence_is_told_by_what_convinces_most() {
    let mut fixture = released();
    let many = ["orders-euw1-5xx", "latency", "errors", "throttles", "edge"];
    fixture.fires(HERE, &many);
    fixture.heard.canaries.push(Canary {
        name: "orders-eu-west-1".into(),
        runs_in: region(HERE),
        of: Some(region(HERE)),
        minutes: 10,
        failed: 5,
        fails_since: Some(ago(5)),
        newest: ago(1),
    });
    let supports = fixture.only("bad-deployment").supports;
    let place = |words: &str| {
        let found = supports.iter().position(|line| line.contains(words));
        found.unwrap_or_else(|| panic!("{words} is not among {supports:#?}"))
    };
    let places = [
        place("order.lines is not iterable"),
        place("alice called lambda:UpdateFunctionCode"),
        place("of orders-write's invocations fail"),
        place("the canary orders-eu-west-1"),
        place("orders-euw1-5xx since"),
    ];
    assert!(places.is_sorted(), "{places:?} {supports:#?}");
    assert_eq!(supports.last().unwrap(), "2 more alarms fire");
    assert_eq!(supports.len(), places[4] + 4, "{supports:#?}");
    // Where they are all that there is, all are told.
    let mut alone = Fixture::well();
    alone.fires(HERE, &many);
    assert_eq!(alone.only("alarm").supports.len(), many.len());
}

#[test]
fn a_writer_that_is_gone_explains_elsewhere_what_is_said_of_the_database_and_nothing_else() {
    let mut fixture = Fixture::failing();
    fixture.dark("ap-southeast-1");
    fixture.logs((HERE, WRITE), NO_WAY, (BEGAN, 0), 90);
    let causes = |fixture: &Fixture| {
        let all = fixture.explained().hypotheses.into_iter();
        all.map(|one| one.cause).collect::<Vec<_>>()
    };
    assert_eq!(causes(&fixture), ["region-unreachable"]);
    fixture.fails(HERE, "orders-read");
    fixture.logs((HERE, "orders-read"), NEW, (BEGAN, 0), 90);
    let beside = causes(&fixture);
    assert!(beside.contains(&"functions-fail"), "{beside:?}");
    assert_eq!(beside.len(), 2, "{beside:?}");
}

#[test]
fn functions_that_are_throttled_since_a_release_made_them_slower_are_told_with_it() {
    let throttled = |slower: bool| {
        let mut fixture = Fixture::well();
        fixture.figure(HERE, WRITE, Metric::FunctionThrottles, (0.0, 900.0));
        fixture.deployed(HERE, WRITE, (BEGAN + 2, "new"));
        fixture.called(BEGAN + 2, CODE, HERE, WRITE);
        let now = if slower { 900.0 } else { 60.0 };
        fixture.figure(HERE, WRITE, Metric::FunctionDurationP95, (60.0, now));
        fixture.only("functions-throttled")
    };
    let slower = throttled(true);
    assert!(slower.sentence.contains("2 min after alice"), "{slower:#?}");
    assert!(quotes(&slower.supports, "takes 900 ms (p95), usually 60"));
    assert!(!throttled(false).sentence.contains("alice"));
}

#[test]
fn a_router_fails_less_surely_by_itself_where_cloudfront_has_trouble() {
    let mut fixture = Fixture::well();
    fixture.edge(Metric::EdgeRequests, (9_000.0, 9_000.0));
    fixture.edge(Metric::EdgeFunctionErrors, (0.0, 900.0));
    fixture.called(
        BEGAN + 2,
        "lambda:UpdateFunctionCode20150331v2",
        "us-east-1",
        "orders-router",
    );
    assert_eq!(fixture.only("bad-router").sure, Sureness::High);
    for (service, of) in [("route53", None), ("cloudfront", Some(region(HERE)))] {
        let other = aws_tells_of(service, of, (BEGAN, "open"));
        fixture.events.push(other);
    }
    assert_eq!(fixture.only("bad-router").sure, Sureness::High);
    fixture
        .events
        .push(aws_tells_of("cloudfront", None, (BEGAN, "open")));
    let told = fixture.only("bad-router");
    assert_eq!(told.sure, Sureness::Medium);
    assert!(quotes(&told.contradicts, "edge: since"), "{told:#?}");
}
