//! What happened lately: every Region side by side, at each API's rate, and told how far it goes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use gwctl::aws::{Handler, Session, SessionOptions, Timeouts, in_process};
use gwctl::fleet::{FleetSpec, Missing};
use gwctl::observe::{Answered, History};
use gwctl::sim::wire::handler;
use gwctl::sim::world::model::{Deployment, StackEvent};
use jiff::SignedDuration;
use serde_json::json;
use tokio::time::Instant;

use super::stand::{region, world};
use crate::contracts::stage::TokioClock;

const SINCE: SignedDuration = SignedDuration::from_hours(2);

/// Answers `LookupEvents` by the number of the call in its Region; everything else is empty.
type Page = fn(region: &str, number: usize) -> Option<serde_json::Value>;

struct Asked {
    answers: Vec<Answered>,
    took: Duration,
    /// When each Region was asked for a page.
    calls: Vec<(String, Instant)>,
}

async fn ask(page: Page) -> Asked {
    let calls: Arc<Mutex<Vec<(String, Instant)>>> = Arc::default();
    let seen = calls.clone();
    let door: Handler = Arc::new(move |request| {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let mut labels = host.split('.');
        let (service, region) = (labels.next().unwrap(), labels.next().unwrap().to_owned());
        let reply = |status: u16, kind: &str, body: String| {
            let reply = http::Response::builder()
                .status(status)
                .header("content-type", kind);
            Ok(reply.body(body.into_bytes()).unwrap())
        };
        let answer = if service == "cloudtrail" {
            let mut seen = seen.lock().unwrap();
            let number = seen.iter().filter(|(known, _)| *known == region).count();
            seen.push((region.clone(), Instant::now()));
            page(&region, number)
        } else {
            Some(json!({ "status": 500 }))
        };
        Box::pin(async move {
            let Some(answer) = answer else {
                return std::future::pending().await;
            };
            let status = answer["status"]
                .as_u64()
                .map_or(200, |status| status as u16);
            reply(status, "application/x-amz-json-1.1", answer.to_string())
        })
    });
    let clock = TokioClock::start();
    let spec: FleetSpec = world("calm", 3).spec();
    let options = SessionOptions {
        profile: None,
        http_client: Some(in_process(door)),
        timeouts: Timeouts::default(),
        clock: clock.clone(),
    };
    let session = Session::connect_fleet(options, &spec).await;
    let history = History::new(clock);
    let begun = Instant::now();
    let answers = history.ask(&session, &spec, SINCE).await;
    let took = begun.elapsed();
    let calls = calls.lock().unwrap().clone();
    Asked {
        answers,
        took,
        calls,
    }
}

impl Asked {
    fn trail(&self, region: &str) -> &Answered {
        let of = |one: &&Answered| {
            one.asked.source.api == "cloudtrail:LookupEvents"
                && one
                    .asked
                    .source
                    .region
                    .as_ref()
                    .is_some_and(|known| known.as_str() == region)
        };
        self.answers.iter().find(of).unwrap()
    }

    fn calls_to(&self, region: &str) -> Vec<Instant> {
        let calls = self.calls.iter().filter(|(known, _)| known == region);
        calls.map(|(_, at)| *at).collect()
    }
}

fn event(number: usize) -> serde_json::Value {
    let time = 1_795_348_000 - i64::try_from(number).unwrap();
    json!({
        "EventId": format!("e-{number}"), "EventName": "UpdateStage", "EventTime": time,
        "EventSource": "apigateway.amazonaws.com", "CloudTrailEvent": "{}",
    })
}

#[tokio::test(start_paused = true)]
async fn pages_are_asked_twice_a_second_and_an_empty_one_is_not_the_last() {
    let asked = ask(|region, number| {
        let events = if number == 1 {
            vec![]
        } else {
            vec![event(number)]
        };
        let next = (region == "eu-west-1" && number < 6).then_some("more");
        Some(json!({ "Events": events, "NextToken": next }))
    })
    .await;
    let records = asked.trail("eu-west-1").records.len();
    assert_eq!(records, 6, "of seven pages one is empty");
    let calls = asked.calls_to("eu-west-1");
    assert_eq!(calls.len(), 7);
    for second in calls.windows(4) {
        let within = second[3] - second[0];
        assert!(
            within >= Duration::from_millis(999),
            "four calls within {within:?}"
        );
    }
    assert_eq!(asked.calls_to("us-east-1").len(), 1);
    assert!(asked.trail("eu-west-1").asked.is_answered());
}

#[tokio::test(start_paused = true)]
async fn a_region_without_an_answer_delays_no_other_and_itself_no_longer_than_a_call_takes() {
    let asked =
        ask(|region, _| (region != "eu-west-1").then(|| json!({ "Events": [event(0)] }))).await;
    assert!(
        asked.took <= Timeouts::default().operation + Duration::from_secs(1),
        "{:?}",
        asked.took
    );
    let dark = &asked.trail("eu-west-1").asked;
    assert!(
        matches!(&dark.missing, Some(Missing::CouldNotAsk { .. })),
        "{dark:?}"
    );
    assert_eq!(dark.complete_to, None, "nothing is complete there");
    assert_eq!(asked.trail("us-east-1").records.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_history_without_an_end_is_cut_and_says_where() {
    let asked =
        ask(|_, number| Some(json!({ "Events": [event(number)], "NextToken": "more" }))).await;
    let trail = asked.trail("us-east-1");
    assert_eq!(trail.records.len(), 20);
    assert!(asked.took <= Duration::from_secs(11), "{:?}", asked.took);
    let oldest = trail.records.last().unwrap().at;
    assert_eq!(trail.asked.read_from, Some(oldest));
    let [gap] = &trail.asked.gaps()[..] else {
        panic!("{:?}", trail.asked)
    };
    assert!(gap.contains("were not read"), "{gap}");
}

/// What one source told of Ireland.
fn of<'a>(answers: &'a [Answered], api: &str) -> &'a Answered {
    let is_it = |one: &&Answered| {
        let here = one.asked.source.region.as_ref();
        one.asked.source.api == api && here.is_some_and(|here| here.as_str() == "eu-west-1")
    };
    answers.iter().find(is_it).unwrap()
}

#[tokio::test(start_paused = true)]
async fn deployments_of_the_api_and_failures_of_the_stack_are_told_with_their_own_dates() {
    let sim = world("calm", 3);
    let spec = sim.spec();
    let now = sim.clock().now();
    let ireland = region("eu-west-1");
    {
        let mut state = sim.state();
        let mut apis = state.resources.apis.iter_mut();
        let api = apis.find(|api| api.region == ireland).unwrap();
        api.deployments.push(Deployment {
            id: "d15".into(),
            created: now - SignedDuration::from_mins(10),
            description: "release 15".into(),
        });
        let mut stacks = state.resources.stacks.iter_mut();
        let stack = stacks.find(|stack| stack.region == ireland).unwrap();
        stack.formed.events.push(StackEvent {
            id: "e1".into(),
            at: now - SignedDuration::from_mins(9),
            logical: "Handler".into(),
            physical: None,
            kind: "AWS::Lambda::Function".into(),
            status: "UPDATE_FAILED".into(),
            reason: Some("the code has no such key".into()),
            properties: None,
            token: None,
        });
    }
    let options = SessionOptions {
        profile: None,
        http_client: Some(in_process(handler(sim.clone()))),
        timeouts: Timeouts::default(),
        clock: sim.clock(),
    };
    let session = Session::connect_fleet(options, &spec).await;
    let ask = async || History::new(sim.clock()).ask(&session, &spec, SINCE).await;
    let answers = ask().await;
    let said = |api: &str| -> Vec<String> {
        let events = of(&answers, api).events.iter();
        events.map(|event| event.what.clone()).collect()
    };
    let [deployment] = &said("apigateway:GetDeployments")[..] else {
        panic!("older ones are not of this time: {answers:?}");
    };
    assert!(deployment.ends_with("was made: release 15"), "{deployment}");
    let failed = said("cloudformation:DescribeStackEvents");
    let words = "Handler (AWS::Lambda::Function) UPDATE_FAILED: the code has no such key";
    assert!(
        failed.len() == 1 && failed[0].ends_with(words),
        "{failed:?}"
    );
    // A Region that does not answer says so for each.
    sim.start_fault("region-dark:eu-west-1").unwrap();
    let answers = ask().await;
    for api in [
        "apigateway:GetDeployments",
        "cloudformation:DescribeStackEvents",
    ] {
        assert!(
            matches!(
                of(&answers, api).asked.missing,
                Some(Missing::CouldNotAsk { .. })
            ),
            "{api}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_read_before_a_failure_stays_and_the_rest_is_told_as_missing() {
    let asked = ask(|_, number| match number {
        0 => Some(json!({ "Events": [event(0), event(5)], "NextToken": "more" })),
        _ => Some(
            json!({ "status": 400, "__type": "ThrottlingException", "message": "Rate exceeded" }),
        ),
    })
    .await;
    let trail = asked.trail("us-east-1");
    assert_eq!(trail.records.len(), 2);
    assert_eq!(trail.asked.read_from, Some(trail.records[1].at));
    let why = trail.asked.missing.as_ref().unwrap().to_string();
    assert!(why.contains("too many requests"), "{why}");
}
