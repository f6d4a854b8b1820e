//! Canaries, routes and traces: what an explanation asks of CloudWatch and X-Ray beside the picture.

use gwctl::aws::Handler;
use gwctl::fleet::{Heard, Pace, Routes};
use gwctl::observe::{cost_of, most_dollars};
use gwctl::sim::{Sim, wire};
use jiff::SignedDuration;

use super::stand::{Stand, region, world};

/// A world of this scenario.
fn told(text: &str) -> Sim {
    let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    std::fs::write(file.path(), format!("title = \"t\"\n{text}")).unwrap();
    world(file.path().to_str().unwrap(), 3)
}

async fn heard(stand: &Stand) -> Heard {
    stand.first().await;
    let found = stand.observer.inquire(SignedDuration::from_hours(2)).await;
    found.errors.heard
}

const ALL: &str = "beside = [\"canaries\", \"detailed-metrics\", \"tracing\"]\n";

#[tokio::test(start_paused = true)]
async fn canaries_routes_and_traces_are_found_where_they_are_and_counted_as_cost() {
    let stand = Stand::over(told(ALL), Pace::Calm).await;
    let heard = heard(&stand).await;
    assert_eq!(heard.unheard, [""; 0]);
    assert_eq!(heard.canaries.len(), 3);
    for canary in &heard.canaries {
        assert_ne!(
            canary.of.as_ref(),
            Some(&canary.runs_in),
            "a witness from elsewhere"
        );
        assert!(canary.minutes >= 10, "{canary:?}");
    }
    for (region, routes) in &heard.routes {
        let Routes::Counted { routes, .. } = routes else {
            panic!("{region}: {routes:?}")
        };
        let names: Vec<&str> = routes.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["GET /orders/{id}", "POST /orders"]);
        assert!(routes.iter().all(|one| one.requests > one.failed));
    }
    assert_eq!((heard.routes.len(), heard.traces.len()), (3, 3));
    assert_eq!(heard.figures, 3 + 3 * 4);
    assert!(cost_of(&heard) < most_dollars(3));
}

#[tokio::test(start_paused = true)]
async fn where_the_owner_pays_for_none_of_it_nothing_is_charged_and_nothing_is_a_gap() {
    let stand = Stand::over(world("calm", 3), Pace::Calm).await;
    let heard = heard(&stand).await;
    assert_eq!((heard.figures, heard.unheard.len()), (0, 0));
    assert!(heard.canaries.is_empty() && heard.traces.is_empty());
    let off = |routes: &Routes| *routes == Routes::NotCounted;
    assert!(heard.routes.len() == 3 && heard.routes.values().all(off));
}

#[tokio::test(start_paused = true)]
async fn refused_permissions_are_named_and_hide_nothing_else() {
    let denied =
        "[[event]]\nat = \"-1s\"\nstart = \"access-denied\"\naction = \"xray:GetServiceGraph\"\n";
    let stand = Stand::over(told(&format!("{ALL}{denied}")), Pace::Calm).await;
    let heard = heard(&stand).await;
    let missing = "traces in eu-west-1: not allowed: xray:GetServiceGraph";
    assert!(heard.unheard.iter().any(|one| one == missing), "{heard:?}");
    assert_eq!(heard.canaries.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_region_that_never_answers_leaves_what_the_others_tell() {
    let dark = "[[event]]\nat = \"-10m\"\nstart = \"region-dark\"\nregion = \"eu-west-1\"\n";
    let stand = Stand::over(told(&format!("{ALL}{dark}")), Pace::Calm).await;
    let heard = heard(&stand).await;
    let of = |code: &str| heard.routes.get(&region(code));
    assert!(
        matches!(of("eu-west-1"), Some(Routes::Missing(_))),
        "{heard:?}"
    );
    assert!(matches!(of("us-east-1"), Some(Routes::Counted { .. })));
    // Its own canary runs elsewhere, and sees it; the one that runs in it is not heard.
    let own = heard
        .canaries
        .iter()
        .find(|one| one.of == Some(region("eu-west-1")));
    assert!(own.unwrap().fails_since.is_some(), "{own:?}");
    assert!(
        heard
            .unheard
            .iter()
            .any(|one| one.starts_with("canaries in eu-west-1: "))
    );
}

#[tokio::test(start_paused = true)]
async fn an_empty_graph_with_a_token_is_not_the_last_and_one_without_an_end_is_cut() {
    let sim = told(ALL);
    let real = wire::handler(sim.clone());
    let door: Handler = std::sync::Arc::new(move |request| {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let body = String::from_utf8_lossy(request.body()).into_owned();
        let answer = match host.as_str() {
            "xray.eu-west-1.amazonaws.com" if !body.contains("NextToken") => {
                r#"{"Services":[],"NextToken":"more"}"#
            }
            "xray.eu-west-1.amazonaws.com" => {
                r#"{"Services":[{"Name":"orders-read\u001b[31m","SummaryStatistics":{"TotalCount":9,
                "FaultStatistics":{"TotalCount":3}}},{"Name":"orders-read","Type":"AWS::Lambda",
                "SummaryStatistics":{"TotalCount":4,"FaultStatistics":{"TotalCount":1},"TotalResponseTime":2}},
                {"Name":"idle","SummaryStatistics":{"TotalCount":0,"FaultStatistics":{"TotalCount":0}}}]}"#
            }
            "xray.us-east-1.amazonaws.com" => r#"{"Services":[],"NextToken":"more"}"#,
            _ => return real(request),
        };
        Box::pin(async move {
            let reply = http::Response::builder().header("content-type", "application/json");
            Ok(reply.body(answer.as_bytes().to_vec()).unwrap())
        })
    });
    let stand = Stand::behind(door, sim, Pace::Calm, |spec| spec).await;
    let heard = heard(&stand).await;
    let nodes = &heard.traces[&region("eu-west-1")];
    let named: Vec<&str> = nodes.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(named, ["orders-read[31m", "orders-read"]);
    assert_eq!(nodes[1].mean_ms, Some(500.0));
    let cut = "traces in us-east-1: could not ask: there are more nodes than gwctl reads";
    assert!(
        heard.unheard.iter().any(|one| one == cut),
        "{:?}",
        heard.unheard
    );
}
