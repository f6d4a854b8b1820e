//! What becomes of CloudWatch's answers: paging, order, and why a single series is missing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_smithy_cbor::Encoder;
use aws_smithy_types::DateTime;
use gwctl::aws::{ErrorKind, MetricAnswer, MetricQuestion, Session, Subject, question};
use gwctl::fleet::{Metric, Missing};
use jiff::Timestamp;

use super::stage::{Request, answering, ireland, reply};

/// Noon of the day in question, in seconds.
const NOON: i64 = 1_795_348_800;

/// One `MetricDataResult` of a reply.
struct Told {
    id: String,
    status: &'static str,
    points: Vec<(i64, f64)>,
    /// Values without a time.
    loose: usize,
}

fn told(id: usize, status: &'static str, points: &[(i64, f64)]) -> Told {
    Told {
        id: format!("q{id}"),
        status,
        points: points.to_vec(),
        loose: 0,
    }
}

/// A `GetMetricDataOutput` in CBOR.
fn data(results: &[Told], next: Option<&str>, message: Option<&str>) -> http::Response<Vec<u8>> {
    let mut cbor = Encoder::new(Vec::new());
    cbor.begin_map();
    cbor.str("MetricDataResults").array(results.len());
    for result in results {
        cbor.begin_map();
        cbor.str("Id").str(&result.id);
        cbor.str("StatusCode").str(result.status);
        cbor.str("Timestamps").array(result.points.len());
        for (at, _) in &result.points {
            cbor.timestamp(&DateTime::from_secs(*at));
        }
        cbor.str("Values").array(result.points.len() + result.loose);
        for (_, value) in &result.points {
            cbor.double(*value);
        }
        for _ in 0..result.loose {
            cbor.double(1.0);
        }
        cbor.end();
    }
    if let Some(token) = next {
        cbor.str("NextToken").str(token);
    }
    if let Some(text) = message {
        cbor.str("Messages").array(1);
        cbor.begin_map();
        cbor.str("Code").str("Trouble").str("Value").str(text);
        cbor.end();
    }
    cbor.end();
    let mut reply = reply(200, "application/cbor", cbor.into_writer());
    reply
        .headers_mut()
        .insert("smithy-protocol", "rpc-v2-cbor".parse().unwrap());
    reply
}

fn questions(count: usize) -> Vec<MetricQuestion<usize>> {
    let subject = Subject::Function {
        name: "orders-read".into(),
    };
    (0..count)
        .map(|n| question(n, Metric::FunctionErrors, &subject).unwrap())
        .collect()
}

fn window() -> (Timestamp, Timestamp) {
    (
        Timestamp::from_second(NOON - 3_600).unwrap(),
        Timestamp::from_second(NOON).unwrap(),
    )
}

async fn ask(session: &Session, count: usize) -> Vec<MetricAnswer<usize>> {
    let (from, to) = window();
    session
        .cloudwatch(&ireland())
        .metrics(&questions(count), from, to)
        .await
        .unwrap()
}

fn asked(request: &Request) -> usize {
    let body = request.body();
    body.windows(10)
        .filter(|window| window == b"MetricStat")
        .count()
}

fn values<K>(answer: &MetricAnswer<K>) -> Vec<f64> {
    let points = answer.1.as_ref().unwrap().points();
    points.iter().map(|point| point.value).collect()
}

fn why<K>(answer: &MetricAnswer<K>) -> String {
    answer.1.as_ref().unwrap_err().to_string()
}

#[tokio::test]
async fn points_come_back_oldest_first_whatever_order_they_were_sent_in() {
    let session = answering(|_| {
        let newest_first = [(NOON - 60, 3.0), (NOON - 120, 2.0), (NOON - 180, 1.0)];
        data(&[told(0, "Complete", &newest_first)], None, None)
    })
    .await;
    let answers = ask(&session, 1).await;
    let series = answers[0].1.as_ref().unwrap();
    assert_eq!(
        series.points().iter().map(|p| p.value).collect::<Vec<_>>(),
        [1.0, 2.0, 3.0]
    );
    assert_eq!(series.period, Duration::from_mins(1));
}

#[tokio::test]
async fn five_hundred_and_one_questions_are_two_calls_and_their_price_is_in_the_ledger() {
    let session = answering(|request| {
        let results: Vec<_> = (0..asked(&request))
            .map(|n| told(n, "Complete", &[(NOON - 60, n as f64)]))
            .collect();
        data(&results, None, None)
    })
    .await;
    let answers = ask(&session, 501).await;
    assert!(answers.iter().enumerate().all(|(n, (key, _))| n == *key));
    let newest = |n: usize| answers[n].1.as_ref().unwrap().newest().unwrap().value;
    assert_eq!((newest(0), newest(499), newest(500)), (0.0, 499.0, 0.0));

    let ledger = session.ledger();
    assert_eq!(ledger.calls(), 2);
    assert!(
        (ledger.dollars() - 0.005_01).abs() < 1e-9,
        "{}",
        ledger.dollars()
    );
}

#[tokio::test]
async fn pages_are_followed_and_laid_together() {
    let session = answering(|request| {
        let second = request.body().windows(6).any(|window| window == b"page-2");
        if second {
            data(&[told(0, "Complete", &[(NOON - 60, 2.0)])], None, None)
        } else {
            data(
                &[told(0, "PartialData", &[(NOON - 120, 1.0)])],
                Some("page-2"),
                None,
            )
        }
    })
    .await;
    let answers = ask(&session, 1).await;
    assert_eq!(answers[0].1.as_ref().unwrap().points().len(), 2);
}

#[tokio::test]
async fn pages_without_end_come_to_an_end() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = calls.clone();
    let session = answering(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        data(
            &[told(0, "PartialData", &[(NOON - 60, 1.0)])],
            Some("more"),
            None,
        )
    })
    .await;
    let cloudwatch = session.cloudwatch(&ireland());
    let (from, to) = window();
    let error = cloudwatch
        .metrics(&questions(1), from, to)
        .await
        .unwrap_err();
    assert!(error.message.contains("only a part"), "{}", error.message);
    assert!(calls.load(Ordering::Relaxed) <= 100);
}

#[tokio::test]
async fn no_data_zero_refusal_and_trouble_are_four_different_things() {
    let session = answering(|_| {
        let results = [
            told(0, "Complete", &[]),
            told(1, "Complete", &[(NOON - 60, 0.0)]),
            told(2, "Forbidden", &[]),
            told(3, "InternalError", &[]),
            told(4, "PartialData", &[]),
        ];
        data(&results, None, None)
    })
    .await;
    let answers = ask(&session, 6).await;
    assert_eq!(answers[0].1, Err(Missing::NoData));
    assert_eq!(values(&answers[1]), [0.0]);
    assert_eq!(
        answers[2].1,
        Err(Missing::NotAllowed {
            action: "cloudwatch:GetMetricData".into()
        })
    );
    assert!(why(&answers[3]).starts_with("could not ask: CloudWatch had an internal error"));
    assert!(why(&answers[4]).starts_with("could not ask"));
    assert_eq!(
        why(&answers[5]),
        "could not ask: CloudWatch left this metric out"
    );
}

#[tokio::test]
async fn a_complaint_about_the_whole_call_turns_no_data_into_could_not_ask() {
    let session = answering(|_| {
        let results = [
            told(0, "Complete", &[]),
            told(1, "Complete", &[(NOON - 60, 1.0)]),
        ];
        data(
            &results,
            None,
            Some("Maximum number of allowed metrics exceeded\u{1b}[2J"),
        )
    })
    .await;
    let answers = ask(&session, 2).await;
    assert_eq!(
        why(&answers[0]),
        "could not ask: Maximum number of allowed metrics exceeded[2J"
    );
    assert!(answers[1].1.is_ok(), "what was answered stays answered");
}

#[tokio::test]
async fn absurd_points_are_left_out_and_lopsided_series_refused() {
    let session = answering(|_| {
        let odd = [
            (NOON - 60, f64::NAN),
            (NOON - 120, -3.0),
            (NOON - 180, f64::INFINITY),
            (NOON - 240, 1e300),
            (i64::MAX / 1_000_000, 5.0),
            (NOON - 300, 7.0),
        ];
        let lopsided = Told {
            loose: 2,
            ..told(1, "Complete", &[(NOON - 60, 1.0)])
        };
        let nonsense = told(2, "Complete", &[(NOON - 60, -1.0)]);
        data(&[told(0, "Complete", &odd), lopsided, nonsense], None, None)
    })
    .await;
    let answers = ask(&session, 3).await;
    let points = answers[0].1.as_ref().unwrap().points();
    assert_eq!(points.iter().map(|p| p.value).collect::<Vec<_>>(), [7.0]);
    assert!(why(&answers[1]).contains("do not match"));
    assert!(
        why(&answers[2]).contains("are not valid"),
        "no data would say that nothing happened"
    );
}

#[tokio::test]
async fn throttled_cbor_is_throttled() {
    let session = answering(|_| {
        let mut cbor = Encoder::new(Vec::new());
        cbor.begin_map()
            .str("__type")
            .str("com.amazonaws.cloudwatch#ThrottlingException");
        cbor.str("message").str("Rate exceeded").end();
        let mut reply = reply(400, "application/cbor", cbor.into_writer());
        reply
            .headers_mut()
            .insert("smithy-protocol", "rpc-v2-cbor".parse().unwrap());
        reply
    })
    .await;
    let error = session
        .cloudwatch(&ireland())
        .alarms_in_alarm()
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Throttled, "{error}");
    assert!(session.ledger().recent().all(|call| call.dollars == 0.0));
}

async fn newest(results: Vec<Told>) -> Result<Option<f64>, ErrorKind> {
    let session = answering(move |_| data(&results, None, None)).await;
    let since = Timestamp::from_second(NOON - 900).unwrap();
    let found = session
        .cloudwatch(&ireland())
        .newest_value("Switches", "Evacuate", &[], since)
        .await;
    found
        .map(|point| point.map(|point| point.value))
        .map_err(|error| error.kind)
}

#[tokio::test]
async fn the_newest_value_is_found_in_any_order_and_below_zero() {
    let points = [(NOON - 120, 1.0), (NOON - 60, -3.0), (NOON - 180, 0.0)];
    let some = Told {
        id: "newest".into(),
        ..told(0, "Complete", &points)
    };
    assert_eq!(newest(vec![some]).await, Ok(Some(-3.0)));
    let nothing = Told {
        id: "newest".into(),
        ..told(0, "Complete", &[])
    };
    assert_eq!(newest(vec![nothing]).await, Ok(None));
}

#[tokio::test]
async fn a_value_that_may_not_be_read_is_not_taken_for_absent() {
    let refused = |status| Told {
        id: "newest".into(),
        ..told(0, status, &[])
    };
    assert_eq!(
        newest(vec![refused("Forbidden")]).await,
        Err(ErrorKind::NotAllowed)
    );
    assert_eq!(
        newest(vec![refused("InternalError")]).await,
        Err(ErrorKind::Other)
    );
}

/// A `DescribeAlarmsOutput` in CBOR, of one alarm over one metric, or over an expression.
fn alarm(metric: Option<&str>, comparison: &str) -> http::Response<Vec<u8>> {
    let mut cbor = Encoder::new(Vec::new());
    cbor.begin_map();
    cbor.str("MetricAlarms").array(1);
    cbor.begin_map();
    cbor.str("AlarmName").str("evacuate");
    if let Some(metric) = metric {
        cbor.str("Namespace").str("Switches");
        cbor.str("MetricName").str(metric);
    }
    cbor.str("Threshold").double(1.0);
    cbor.str("ComparisonOperator").str(comparison);
    cbor.str("StateValue").str("OK");
    cbor.end();
    cbor.end();
    let mut reply = reply(200, "application/cbor", cbor.into_writer());
    reply
        .headers_mut()
        .insert("smithy-protocol", "rpc-v2-cbor".parse().unwrap());
    reply
}

#[tokio::test]
async fn only_an_alarm_that_compares_one_metric_with_a_number_is_a_switch() {
    let switch = async |metric, comparison| {
        let session = answering(move |_| alarm(metric, comparison)).await;
        session
            .cloudwatch(&ireland())
            .alarm_switch("evacuate")
            .await
    };
    let plain = switch(Some("Evacuate"), "GreaterThanOrEqualToThreshold").await;
    assert_eq!(plain.unwrap().metric, "Evacuate");
    for (metric, comparison) in [
        (None, "GreaterThanThreshold"),
        (Some("Evacuate"), "GreaterThanUpperThreshold"),
        (Some("Evacuate\u{1b}[31m"), "GreaterThanThreshold"),
    ] {
        let error = switch(metric, comparison).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Other, "{metric:?} {comparison}");
    }
}
