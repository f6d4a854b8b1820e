//! What AWS's figures leave open is not told as certain.

use super::fixture::{BEGAN, Fixture, HERE, THERE, WRITE, ago, known};
use crate::Hypothesis;
use crate::hypothesis::Sureness;
use gwctl_fleet::{Alarm, AlarmWatch, Metric, Verdict};

const NEW: &str = "TypeError: order.lines is not iterable";
const NO_WAY: &str = "connect ECONNREFUSED 10.0.3.17:5432";

/// The API of the Region answers 5xx, and Lambda counts no errors.
fn answering() -> Fixture {
    let mut fixture = Fixture::well();
    fixture.api(HERE, Metric::ApiRequests, (12_000.0, 12_000.0));
    fixture.api(HERE, Metric::Api5xx, (2.0, 4_000.0));
    fixture
}

fn all(fixture: &Fixture) -> Vec<Hypothesis> {
    fixture.explained().hypotheses
}

fn found(fixture: &Fixture, cause: &str) -> Option<Hypothesis> {
    all(fixture).into_iter().find(|one| one.cause == cause)
}

#[test]
fn a_handler_that_answers_500_itself_fails_though_lambda_counts_a_success() {
    let mut fixture = answering();
    fixture.deployed(HERE, WRITE, (BEGAN + 1, "new"));
    fixture.logs((HERE, WRITE), NEW, (BEGAN, 0), 90);
    let told = found(&fixture, "bad-deployment").unwrap();
    assert_eq!(told.sure, Sureness::High, "{told:?}");
    assert!(
        told.sentence.starts_with("orders-write answers 5xx in"),
        "{}",
        told.sentence
    );
    assert!(
        told.supports
            .iter()
            .any(|line| line.contains("as successes")),
        "{:?}",
        told.supports
    );
}

#[test]
fn what_api_gateway_answers_by_itself_is_no_function_s() {
    let mut fixture = answering();
    // 4,000 of 12,000 requests reached no function.
    for name in ["orders-read", WRITE] {
        fixture.figure(HERE, name, Metric::FunctionInvocations, (6_000.0, 4_000.0));
    }
    assert!(
        found(&fixture, "functions-fail").is_none(),
        "{:?}",
        all(&fixture)
    );
    // Whether they did is not known.
    let mut fixture = answering();
    fixture.loses(HERE, WRITE, Metric::FunctionErrors);
    assert!(
        found(&fixture, "functions-fail").is_none(),
        "{:?}",
        all(&fixture)
    );
}

#[test]
fn a_deployment_is_not_nearly_certain_where_no_log_tells() {
    let mut fixture = Fixture::failing();
    fixture.deployed(HERE, WRITE, (BEGAN + 1, "new"));
    let told = found(&fixture, "bad-deployment").unwrap();
    assert_eq!(told.sure, Sureness::Medium, "{told:?}");
    assert!(told.why.ends_with("no log tells"), "{}", told.why);
}

#[test]
fn a_connection_that_is_refused_after_a_deployment_speaks_for_the_deployment_as_well() {
    let mut fixture = Fixture::failing();
    fixture.deployed(HERE, WRITE, (BEGAN + 1, "new"));
    fixture.logs((HERE, WRITE), NO_WAY, (BEGAN, 0), 90);
    let told = found(&fixture, "bad-deployment").unwrap();
    assert_eq!(
        told.sure,
        Sureness::High,
        "only the client says it: {told:?}"
    );
    assert!(told.contradicts.is_empty(), "{told:?}");
}

#[test]
fn a_release_that_refuses_the_requests_of_before_is_no_noisy_client() {
    let clients = |requests, refused| {
        let mut fixture = Fixture::well();
        for (code, requests) in [(HERE, requests), (THERE, (6_000.0, 6_000.0))] {
            fixture.api(code, Metric::ApiRequests, requests);
        }
        fixture.api("ap-southeast-1", Metric::ApiRequests, (6_000.0, 6_000.0));
        fixture.api(HERE, Metric::Api4xx, refused);
        found(&fixture, "noisy-client")
    };
    assert!(clients((6_000.0, 9_000.0), (60.0, 3_000.0)).is_some());
    // A thousand more came, and two and a half thousand of those of before are refused.
    assert!(clients((6_000.0, 7_000.0), (60.0, 3_500.0)).is_none());
}

#[test]
fn a_password_refused_right_after_a_release_is_less_sure() {
    let password = "password authentication failed for user \"orders_app\"";
    let mut fixture = Fixture::well();
    for code in [HERE, THERE] {
        fixture.fails(code, WRITE);
        fixture.logs((code, WRITE), password, (BEGAN, 0), 90);
    }
    assert_eq!(
        found(&fixture, "password-refused").unwrap().sure,
        Sureness::High
    );
    for code in [HERE, THERE] {
        fixture.deployed(code, WRITE, (BEGAN + 1, "same"));
    }
    let told = found(&fixture, "password-refused").unwrap();
    assert_eq!(told.sure, Sureness::Medium, "{told:?}");
    assert!(!told.contradicts.is_empty());
}

#[test]
fn a_rise_that_comes_with_refusals_may_be_clients_that_repeat() {
    let mut fixture = Fixture::well();
    for code in [HERE, THERE, "ap-southeast-1"] {
        fixture.api(code, Metric::ApiRequests, (6_000.0, 12_000.0));
        fixture.api(code, Metric::Api4xx, (60.0, 120.0));
    }
    assert_eq!(
        found(&fixture, "traffic-surge").unwrap().sure,
        Sureness::High
    );
    fixture.api(HERE, Metric::Api5xx, (2.0, 6_000.0));
    let told = found(&fixture, "traffic-surge").unwrap();
    assert_eq!(told.sure, Sureness::Medium, "{told:?}");
    assert!(told.contradicts[0].contains("repeat"), "{told:?}");
}

#[test]
fn mysql_says_it_in_its_own_words() {
    for (text, cause) in [
        (
            "ER_CON_COUNT_ERROR: Too many connections",
            "connections-exhausted",
        ),
        (
            "Access denied for user 'orders'@'10.0.1.7' (using password: YES)",
            "password-refused",
        ),
        ("connect ETIMEDOUT 10.0.3.17:3306", "database-unreachable"),
    ] {
        let mut fixture = Fixture::failing();
        fixture.logs((HERE, WRITE), text, (BEGAN, 0), 90);
        assert!(
            found(&fixture, cause).is_some(),
            "{text}: {:?}",
            all(&fixture)
        );
    }
}

#[test]
fn what_no_hypothesis_tells_is_the_headline_where_it_is_worse() {
    use crate::{Headline, rest::rest};
    let mut fixture = Fixture::well();
    for code in [HERE, THERE, "ap-southeast-1"] {
        fixture.api(code, Metric::ApiRequests, (6_000.0, 12_000.0));
        fixture.api(code, Metric::Api4xx, (60.0, 120.0));
    }
    let down = gwctl_fleet::Reason {
        about: "errors",
        verdict: Verdict::Down,
        text: "5xx 40.0 %, critical limit 20 %".into(),
    };
    fixture.picture.edge.judgement.reasons.push(down);
    let explanation = fixture.explained();
    assert_eq!(explanation.hypotheses[0].cause, "traffic-surge");
    let rest = rest(&fixture.picture, &explanation);
    let headline = Headline::of(&fixture.picture, &explanation, &rest, &[]);
    assert_eq!(headline.verdict, Verdict::Down);
    assert!(
        headline.what.starts_with("edge: 5xx 40.0 %"),
        "{headline:?}"
    );
}

/// An alarm of the API's requests that somebody changed just before it fired.
fn alarm(comparison: &str) -> Fixture {
    let mut fixture = Fixture::well();
    let mut sites = fixture.picture.sites.iter_mut();
    let site = sites.find(|site| site.region.as_str() == HERE).unwrap();
    site.alarms = known(vec![Alarm {
        name: "orders-requests".into(),
        reason: "Threshold Crossed".into(),
        since: Some(ago(BEGAN)),
        watches: Some(AlarmWatch {
            namespace: "AWS/Lambda".into(),
            metric: "Invocations".into(),
            dimensions: vec![("FunctionName".into(), WRITE.into())],
            statistic: "Sum".into(),
            limit: 5_000.0,
            comparison: comparison.into(),
            missing: None,
            configured: Some(ago(BEGAN + 1)),
        }),
        measured: None,
    }]);
    fixture
}

#[test]
fn an_alarm_that_watches_for_a_fall_is_right_where_the_figure_fell() {
    let wrong = |fixture: &Fixture| found(fixture, "alarm-wrong");
    assert!(wrong(&alarm("LessThanThreshold")).is_some(), "nothing fell");
    let mut fallen = alarm("LessThanThreshold");
    fallen.figure(HERE, WRITE, Metric::FunctionInvocations, (6_000.0, 10.0));
    assert!(wrong(&fallen).is_none(), "{:?}", wrong(&fallen));
    let mut lasting = alarm("GreaterThanThreshold");
    lasting.ails(HERE, "errors", "5xx 40.0 %, critical limit 20 %");
    let told = wrong(&lasting).unwrap();
    assert_eq!(told.sure, Sureness::Low, "{told:?}");
}

#[test]
fn credentials_that_do_not_work_are_the_one_reason_for_all_that_is_not_seen() {
    use gwctl_fleet::{Missing, Observed, Source};
    let mut fixture = Fixture::well();
    fixture.picture.complete = true;
    let why = "credentials have expired (ExpiredToken): run `aws sso login` or renew them";
    let expired = || Missing::CouldNotAsk { why: why.into() };
    let source = Source::this_machine;
    fixture.picture.identity = Observed::missing(expired(), source());
    for site in &mut fixture.picture.sites {
        site.alarms = Observed::missing(expired(), source());
        site.api.detail = Observed::missing(expired(), source());
        let late = Missing::CouldNotAsk {
            why: "timed out".into(),
        };
        site.probe = Observed::missing(late, source());
    }
    let gaps = || vec!["cloudtrail:LookupEvents in us-east-1: could not ask".to_owned()];
    let told = |fixture: &Fixture| {
        crate::not_seen(
            &crate::unseen(&fixture.picture),
            &fixture.explained(),
            gaps(),
        )
    };
    assert!(
        told(&fixture).len() > 2,
        "the calls were answered: {:?}",
        told(&fixture)
    );
    fixture.picture.ledger.enter(gwctl_fleet::Call {
        at: ago(0),
        service: "sts",
        operation: "GetCallerIdentity".into(),
        region: super::fixture::region(HERE),
        account: None,
        took: std::time::Duration::from_millis(80),
        outcome: gwctl_fleet::Outcome::Refused,
        request_id: None,
        error: Some(why.into()),
        dollars: 0.0,
    });
    let told = told(&fixture);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].contains("API, alarms, who it is, changes and logs"),
        "{told:?}"
    );
    assert!(
        told[1].contains("probe (could not ask: timed out)"),
        "{told:?}"
    );
}
