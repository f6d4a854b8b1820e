//! Planning while one of AWS's services does not say: refused, broken or silent. What could not be asked is
//! said to be unknown; it is never said to be absent.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use gwctl::actions::guided::{ACTIONS, Down, Retire, Up};
use gwctl::actions::{Finding, Intent, look_up, plan};
use gwctl::aws::Session;
use gwctl::fleet::Pace;
use gwctl::observe::{Observer, Refresh};
use gwctl::sim::{Sim, wire};
use http::{Request, Response};

use super::stand::{Stage, in_virtual_time, region};
use super::world::{founded, places};
use crate::observe::stand::answered_by;

/// How a service does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dumb {
    Refuses,
    Breaks,
    Hangs,
}

/// The first words of the hosts of what plans are made on.
const SERVICES: [&str; 8] = [
    "cloudformation",
    "rds",
    "route53",
    "cloudfront",
    "monitoring",
    "acm",
    "lambda",
    "apigateway",
];

/// Words that say that something is not there.
const ABSENT: [&str; 12] = [
    "there is no ",
    "there are no ",
    "there is nothing",
    "has no ",
    "have no ",
    "no stack",
    "no health check",
    "no latency record",
    "no switch",
    "is not there",
    "does not exist",
    "no such",
];

/// Words that say that it is not known.
const UNKNOWN: [&str; 8] = [
    "not known",
    "could not be",
    "cannot be read",
    "not answer",
    "no answer",
    "not allowed",
    "refused",
    "AccessDenied",
];

/// A session on which `service` does not say.
async fn session(sim: &Sim, service: &'static str, how: Dumb) -> Session {
    let inner = wire::handler(sim.clone());
    let handler: wire::Handler = Arc::new(move |request: Request<Vec<u8>>| {
        let inner = inner.clone();
        Box::pin(async move {
            let host = request.uri().host().unwrap_or_default();
            if host.split('.').next() != Some(service) {
                return inner(request).await;
            }
            match how {
                Dumb::Hangs => std::future::pending().await,
                Dumb::Refuses => Ok(refusal(403, "AccessDenied", "you may not")),
                Dumb::Breaks => Ok(refusal(500, "InternalFailure", "it broke")),
            }
        })
    });
    answered_by(handler, sim).await
}

/// As services with XML say it, and those with JSON read its header.
fn refusal(status: u16, code: &str, message: &str) -> Response<Vec<u8>> {
    let xml = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         <RequestId>1</RequestId></ErrorResponse>"
    );
    Response::builder()
        .status(status)
        .header("x-amzn-errortype", code)
        .body(xml.into_bytes())
        .unwrap()
}

/// All that is said when `intents` are planned through `session`.
async fn said(stage: &Stage, session: &Session, intents: &[Intent]) -> Vec<String> {
    let refresh = Refresh {
        pace: Pace::Calm,
        ..Refresh::default()
    };
    let observer = Observer::start(
        "orders",
        stage.spec.clone(),
        refresh,
        session.clone(),
        stage.stand.prober(),
        stage.sim().clock(),
    );
    let picture = observer.first_complete(Duration::from_mins(2)).await;
    let mut all = Vec::new();
    for intent in intents {
        let asked = Box::pin(look_up(intent.clone(), "orders", &stage.spec, session)).await;
        let planned = match asked {
            Err(error) => Err(error.to_string()),
            Ok(intent) => {
                plan("orders", &stage.spec, &picture, &intent).map_err(|why| why.to_string())
            }
        };
        let name = intent.name();
        match planned {
            Err(why) => all.push(format!("{name}: {why}")),
            Ok(plan) => {
                // What passes says what is there.
                let checks = plan.checks.iter();
                let checks = checks.filter(|check| check.finding != Finding::Pass);
                all.extend(checks.map(|check| format!("{name}: {}: {}", check.name, check.text)));
                all.extend(plan.notes.iter().map(|note| format!("{name}: {note}")));
                let out = plan.mechanism.iter().flat_map(|choice| &choice.out);
                all.extend(out.map(|(_, why)| format!("{name}: {why}")));
            }
        }
    }
    all
}

fn claims(text: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    has(&ABSENT) && !has(&UNKNOWN)
}

/// What is claimed to be absent while a service does not say, and is not while all answer.
async fn claimed(stage: &Stage, intents: &[Intent]) -> Vec<String> {
    let calm = said(stage, &stage.session, intents).await;
    let calm: BTreeSet<String> = calm.into_iter().collect();
    let mut wrong = Vec::new();
    for service in SERVICES {
        for how in [Dumb::Refuses, Dumb::Breaks, Dumb::Hangs] {
            let session = session(stage.sim(), service, how).await;
            let texts = Box::pin(said(stage, &session, intents)).await;
            let new = texts.into_iter().filter(|text| !calm.contains(text));
            let new = new.filter(|text| claims(text));
            wrong.extend(new.map(|text| format!("{service} {how:?}: {text}")));
        }
    }
    wrong
}

/// Every rehearsal's intent, of those that are made in a fleet that stands or of the others.
fn intents(before: bool) -> Vec<Intent> {
    let places = places();
    let all = ACTIONS
        .iter()
        .flat_map(|action| (action.rehearsals)(&places));
    let these = all.filter(|rehearsal| rehearsal.before.is_none() != before);
    these.map(|rehearsal| rehearsal.intent).collect()
}

#[test]
fn what_could_not_be_asked_is_never_planned_on_as_absent() {
    let wrong = in_virtual_time(Box::pin(async {
        let stage = Box::pin(Stage::calmly(founded("calm"))).await;
        Box::pin(claimed(&stage, &intents(false))).await
    }));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn stacks_that_could_not_be_asked_for_are_not_said_to_be_absent() {
    let wrong = in_virtual_time(Box::pin(async {
        let stage = Box::pin(Stage::unbuilt()).await;
        let up = Intent::Up(Up { found: None });
        Box::pin(stage.carry_out(&up)).await;
        let stage = Box::pin(stage.rebuilt(&up)).await;
        let retire = Intent::Retire(Retire {
            region: region("eu-west-1"),
            found: None,
        });
        let down = Intent::Down(Down { found: None });
        Box::pin(claimed(&stage, &[retire, down])).await
    }));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
