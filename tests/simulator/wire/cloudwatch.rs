//! CloudWatch through the SDK: RPC v2 CBOR.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataOutput;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{
    AlarmType, Dimension, Metric, MetricDataQuery, MetricDatum, MetricStat, ScanBy, StateValue,
    Statistic, StatusCode,
};
use jiff::SignedDuration;

use super::{code, noon, publish, sdk, world};

const REGION: &str = "eu-west-1";

fn at(minutes: i64) -> DateTime {
    DateTime::from_secs((noon() + SignedDuration::from_mins(minutes)).as_second())
}

fn metric(name: &str) -> Metric {
    Metric::builder()
        .namespace("Test")
        .metric_name(name)
        .dimensions(Dimension::builder().name("Fleet").value("orders").build())
        .build()
}

fn query(id: &str, name: &str, stat: &str) -> MetricDataQuery {
    let stat = MetricStat::builder()
        .metric(metric(name))
        .period(60)
        .stat(stat)
        .build();
    MetricDataQuery::builder().id(id).metric_stat(stat).build()
}

fn math(id: &str, expression: &str) -> MetricDataQuery {
    MetricDataQuery::builder()
        .id(id)
        .expression(expression)
        .build()
}

async fn ask(client: &Client, queries: Vec<MetricDataQuery>) -> GetMetricDataOutput {
    let call = client
        .get_metric_data()
        .set_metric_data_queries(Some(queries));
    call.start_time(at(-60))
        .end_time(at(0))
        .send()
        .await
        .unwrap()
}

fn values(output: &GetMetricDataOutput, id: &str) -> Vec<f64> {
    let results = output.metric_data_results();
    let result = results
        .iter()
        .find(|one| one.id() == Some(id))
        .unwrap_or_else(|| panic!("{id}"));
    assert_eq!(result.timestamps().len(), result.values().len());
    result.values().to_vec()
}

#[tokio::test(start_paused = true)]
async fn points_come_newest_first_unless_asked_otherwise() {
    let sim = world("calm");
    publish(&sim, REGION, "Ticks", &[1.0, 2.0, 3.0]);
    let client = Client::new(&sdk(&sim, REGION));
    let newest_first = ask(&client, vec![query("t", "Ticks", "Sum")]).await;
    assert_eq!(values(&newest_first, "t"), [3.0, 2.0, 1.0]);
    let result = &newest_first.metric_data_results()[0];
    assert_eq!(result.timestamps(), [at(-1), at(-2), at(-3)]);
    assert_eq!(
        (result.label(), result.status_code()),
        (Some("Ticks"), Some(&StatusCode::Complete))
    );
    let call = client
        .get_metric_data()
        .metric_data_queries(query("t", "Ticks", "Sum"));
    let ascending = call
        .scan_by(ScanBy::TimestampAscending)
        .start_time(at(-60))
        .end_time(at(0));
    assert_eq!(
        values(&ascending.send().await.unwrap(), "t"),
        [1.0, 2.0, 3.0]
    );
}

#[tokio::test(start_paused = true)]
async fn the_window_includes_its_start_and_excludes_its_end() {
    let sim = world("calm");
    publish(&sim, REGION, "Ticks", &[1.0, 2.0, 3.0]);
    let client = Client::new(&sdk(&sim, REGION));
    let call = client
        .get_metric_data()
        .metric_data_queries(query("t", "Ticks", "Sum"));
    let window = call
        .start_time(at(-3))
        .end_time(at(-1))
        .send()
        .await
        .unwrap();
    assert_eq!(values(&window, "t"), [2.0, 1.0]);
}

#[tokio::test(start_paused = true)]
async fn metric_math_works_on_what_is_not_returned_itself() {
    let sim = world("calm");
    publish(&sim, REGION, "Errors", &[1.0, 0.0, 3.0]);
    publish(&sim, REGION, "Requests", &[10.0, 20.0, 30.0]);
    let client = Client::new(&sdk(&sim, REGION));
    let hidden = |id: &str, name: &str| {
        let inner = query(id, name, "Sum");
        MetricDataQuery::builder()
            .id(id)
            .set_metric_stat(inner.metric_stat().cloned())
            .return_data(false)
            .build()
    };
    let queries = vec![
        math("rate", "100*e/c"),
        hidden("e", "Errors"),
        hidden("c", "Requests"),
        math("half", "rate/2"),
    ];
    let output = ask(&client, queries).await;
    assert_eq!(values(&output, "rate"), [10.0, 0.0, 10.0]);
    assert_eq!(values(&output, "half"), [5.0, 0.0, 5.0]);
    assert_eq!(output.metric_data_results().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_was_never_published_is_an_empty_series_and_not_an_error() {
    let client = Client::new(&sdk(&world("calm"), REGION));
    let output = ask(&client, vec![query("none", "Nothing", "p99")]).await;
    assert!(values(&output, "none").is_empty());
    assert_eq!(
        output.metric_data_results()[0].status_code(),
        Some(&StatusCode::Complete)
    );
}

#[tokio::test(start_paused = true)]
async fn a_large_reply_is_paged_and_says_which_series_go_on() {
    let sim = world("calm");
    publish(&sim, REGION, "A", &[1.0, 2.0, 3.0]);
    publish(&sim, REGION, "B", &[4.0, 5.0]);
    let client = Client::new(&sdk(&sim, REGION));
    let queries = vec![
        query("a", "A", "Sum"),
        query("empty", "Nothing", "Sum"),
        query("b", "B", "Sum"),
    ];
    let mut pages = Vec::new();
    let mut token = None;
    loop {
        let call = client
            .get_metric_data()
            .set_metric_data_queries(Some(queries.clone()));
        let call = call
            .start_time(at(-60))
            .end_time(at(0))
            .max_datapoints(2)
            .set_next_token(token);
        let page = call.send().await.unwrap();
        let shown: Vec<(String, Vec<f64>, bool)> = page
            .metric_data_results()
            .iter()
            .map(|one| {
                let partial = one.status_code() == Some(&StatusCode::PartialData);
                (one.id().unwrap().to_owned(), one.values().to_vec(), partial)
            })
            .collect();
        token = page.next_token().map(str::to_owned);
        pages.push(shown);
        if token.is_none() {
            break;
        }
    }
    let entry = |id: &str, values: &[f64], partial| (id.to_owned(), values.to_vec(), partial);
    assert_eq!(
        pages,
        [
            vec![entry("a", &[3.0, 2.0], true)],
            vec![
                entry("a", &[1.0], false),
                entry("empty", &[], false),
                entry("b", &[5.0], true)
            ],
            vec![entry("b", &[4.0], false)],
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_series_of_another_account_is_forbidden_inside_a_successful_reply() {
    let client = Client::new(&sdk(&world("calm"), REGION));
    let own = query("own", "A", "Sum");
    let foreign = MetricDataQuery::builder()
        .id("foreign")
        .account_id("999999999999")
        .set_metric_stat(own.metric_stat().cloned())
        .build();
    let output = ask(&client, vec![own, foreign]).await;
    let status: Vec<_> = output
        .metric_data_results()
        .iter()
        .map(|one| one.status_code().unwrap().as_str())
        .collect();
    assert_eq!(status, ["Complete", "Forbidden"]);
}

#[tokio::test(start_paused = true)]
async fn wrong_questions_are_refused_with_their_reason() {
    let client = Client::new(&sdk(&world("calm"), REGION));
    let many = (0..501)
        .map(|i| query(&format!("q{i}"), "A", "Sum"))
        .collect::<Vec<_>>();
    for (queries, said) in [
        (vec![query("Upper", "A", "Sum")], "^[a-z][a-zA-Z0-9_]*$"),
        (many, "500"),
        (
            vec![query("a", "A", "Sum"), query("a", "B", "Sum")],
            "not unique",
        ),
        (vec![query("a", "A", "Median")], "Stat"),
        (vec![math("a", "b+1")], "Error in expression 'a'"),
        (vec![math("a", "b"), math("b", "a")], "Circular"),
        (vec![math("a", "1+1")], "time series"),
        (
            vec![MetricDataQuery::builder().id("a").build()],
            "exactly one",
        ),
    ] {
        let call = client
            .get_metric_data()
            .set_metric_data_queries(Some(queries));
        let error = call
            .start_time(at(-60))
            .end_time(at(0))
            .send()
            .await
            .unwrap_err();
        assert_eq!(code(&error), "ValidationError", "{said}");
        assert!(format!("{error:?}").contains(said), "{error:?}");
    }
    let call = client
        .get_metric_data()
        .metric_data_queries(query("a", "A", "Sum"));
    assert_eq!(
        code(&call.end_time(at(0)).send().await.unwrap_err()),
        "MissingParameter"
    );
    let call = client
        .get_metric_data()
        .metric_data_queries(query("a", "A", "Sum"));
    let forged = call
        .start_time(at(-60))
        .end_time(at(0))
        .next_token("forged");
    assert!(
        forged
            .send()
            .await
            .unwrap_err()
            .into_service_error()
            .is_invalid_next_token()
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_put_is_read_back_a_little_later() {
    let sim = world("calm");
    let client = Client::new(&sdk(&sim, REGION));
    let datum = |value| {
        MetricDatum::builder()
            .metric_name("Switch")
            .dimensions(Dimension::builder().name("Fleet").value("orders").build())
            .timestamp(at(-5))
            .value(value)
            .build()
    };
    let put = client
        .put_metric_data()
        .namespace("Test")
        .metric_data(datum(1.0))
        .metric_data(datum(5.0));
    put.send().await.unwrap();
    let read = || {
        ask(
            &client,
            vec![
                query("s", "Switch", "Average"),
                query("n", "Switch", "SampleCount"),
            ],
        )
    };
    assert!(values(&read().await, "s").is_empty(), "not visible at once");
    sim.advance(std::time::Duration::from_secs(60));
    let later = read().await;
    assert_eq!(values(&later, "s"), [3.0]);
    assert_eq!(values(&later, "n"), [2.0]);
    let reserved = client
        .put_metric_data()
        .namespace("AWS/Lambda")
        .metric_data(datum(1.0))
        .send()
        .await;
    assert!(
        reserved
            .unwrap_err()
            .into_service_error()
            .is_invalid_parameter_value_exception()
    );
}

#[tokio::test(start_paused = true)]
async fn statistics_of_one_metric_and_their_limits() {
    let sim = world("calm");
    publish(&sim, REGION, "Ticks", &[2.0, 4.0]);
    let client = Client::new(&sdk(&sim, REGION));
    let call = |from: i64| {
        let dimension = Dimension::builder().name("Fleet").value("orders").build();
        let call = client
            .get_metric_statistics()
            .namespace("Test")
            .metric_name("Ticks")
            .dimensions(dimension);
        call.start_time(at(from)).end_time(at(0)).period(60)
    };
    let plain = call(-10)
        .statistics(Statistic::Maximum)
        .statistics(Statistic::Sum)
        .send()
        .await
        .unwrap();
    let read: Vec<_> = plain
        .datapoints()
        .iter()
        .map(|point| (point.maximum(), point.sum()))
        .collect();
    assert_eq!(read, [(Some(2.0), Some(2.0)), (Some(4.0), Some(4.0))]);
    let extended = call(-10).extended_statistics("p90").send().await.unwrap();
    assert!(
        extended.datapoints()[0]
            .extended_statistics()
            .unwrap()
            .contains_key("p90")
    );
    let neither = call(-10).send().await.unwrap_err().into_service_error();
    assert!(neither.is_invalid_parameter_combination_exception());
    let too_long = call(-60 * 48)
        .statistics(Statistic::Sum)
        .send()
        .await
        .unwrap_err();
    assert!(
        too_long
            .into_service_error()
            .is_invalid_parameter_combination_exception()
    );
}

#[tokio::test(start_paused = true)]
async fn metrics_are_listed_by_namespace_name_and_dimension() {
    let sim = world("calm");
    for number in 0..620 {
        publish_one(&sim, &format!("M{number:03}"));
    }
    sim.advance(std::time::Duration::from_secs(60));
    let client = Client::new(&sdk(&sim, REGION));
    let mut pages = client
        .list_metrics()
        .namespace("Test")
        .into_paginator()
        .send();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().metrics().len());
    }
    assert_eq!(sizes, [500, 120]);
    let one = client
        .list_metrics()
        .namespace("Test")
        .metric_name("M007")
        .send()
        .await
        .unwrap();
    assert_eq!(one.metrics().len(), 1);
    assert_eq!(one.metrics()[0].dimensions()[0].value(), Some("orders"));
    let elsewhere = Client::new(&sdk(&sim, "us-east-1"));
    assert!(
        elsewhere
            .list_metrics()
            .namespace("Test")
            .send()
            .await
            .unwrap()
            .metrics()
            .is_empty()
    );
}

fn publish_one(sim: &gwctl::sim::Sim, name: &str) {
    let at = noon() - SignedDuration::from_mins(1);
    sim.state()
        .metrics
        .put(REGION, "Test", name, &[("Fleet", "orders")], 1.0, at);
}

#[tokio::test(start_paused = true)]
async fn alarms_are_filtered_by_state_name_and_type_and_paged() {
    let sim = world("calm");
    for alarm in sim
        .state()
        .resources
        .alarms
        .iter_mut()
        .filter(|alarm| alarm.region.as_str() == REGION)
    {
        alarm.state = if alarm.name.contains("latency") {
            "ALARM"
        } else {
            "OK"
        }
        .into();
    }
    let client = Client::new(&sdk(&sim, REGION));
    let all = client.describe_alarms().send().await.unwrap();
    assert!(all.metric_alarms().len() > 3);
    assert!(all.composite_alarms().is_empty());
    let ringing = client.describe_alarms().state_value(StateValue::Alarm);
    let ringing = ringing
        .alarm_types(AlarmType::MetricAlarm)
        .alarm_types(AlarmType::CompositeAlarm);
    let ringing = ringing.send().await.unwrap();
    let [alarm] = ringing.metric_alarms() else {
        panic!("{ringing:?}")
    };
    assert_eq!(alarm.alarm_name(), Some("orders-euw1-latency"));
    assert_eq!(
        (alarm.extended_statistic(), alarm.statistic()),
        (Some("p99"), None)
    );
    let composite = client
        .describe_alarms()
        .alarm_types(AlarmType::CompositeAlarm)
        .send()
        .await
        .unwrap();
    assert!(composite.metric_alarms().is_empty());
    let mut names = Vec::new();
    let mut pages = client
        .describe_alarms()
        .max_records(2)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        assert!(page.metric_alarms().len() <= 2);
        names.extend(
            page.metric_alarms()
                .iter()
                .map(|alarm| alarm.alarm_name().unwrap().to_owned()),
        );
    }
    assert_eq!(names.len(), all.metric_alarms().len());
    assert!(names.is_sorted());
    let asked_by_name = client
        .describe_alarms()
        .alarm_name_prefix("orders-euw1-5")
        .send()
        .await
        .unwrap();
    assert_eq!(asked_by_name.metric_alarms().len(), 1);
}
