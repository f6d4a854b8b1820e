//! What is explained of fleets that are named as AWS lets people name them: with capital letters, by an alias, by an ARN.

use std::time::Duration;

use gwctl::explain::{Evidence, Explanation, Hypothesis, explain};
use gwctl::fleet::{FleetSpec, Pace};
use jiff::SignedDuration;

use super::stand::{Stand, world};

/// New code of orders-write that fails, where the API calls an alias: that moves too.
const BAD_RELEASE: &str = r#"
title = "A bad release"
releases = "live"
[[event]]
at = "-14m"
start = "bad-deploy"
region = "eu-west-1"
"#;

/// The pipeline loads code that nobody runs yet, and a minute later functions fail of something else.
const UPLOAD: &str = r#"
title = "An upload"
[[event]]
at = "-15m"
start = "good-deploy"
region = "eu-west-1"
[[event]]
at = "-14m"
start = "lambda-errors"
region = "eu-west-1"
"#;

async fn explained(story: &str, change: impl FnOnce(FleetSpec) -> FleetSpec) -> Explanation {
    let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    std::fs::write(file.path(), story).unwrap();
    let sim = world(file.path().to_str().unwrap(), 3);
    let stand = Stand::with(sim, Pace::Calm, change).await;
    stand.first().await;
    let found = stand.observer.inquire(SignedDuration::from_hours(2)).await;
    let picture = stand.until(Duration::from_mins(2), |_| true).await;
    let (trail, logged) = (found.happened.trail(), found.errors.logged());
    explain(&Evidence::new(&picture, Some(trail), Some(logged)))
}

fn first(explanation: &Explanation) -> &Hypothesis {
    let first = explanation.hypotheses.first();
    first.expect("something is wrong")
}

/// Every function is named as `name` names it.
fn named(name: impl Fn(&str, &str) -> String) -> impl FnOnce(FleetSpec) -> FleetSpec {
    move |mut spec| {
        for site in &mut spec.sites {
            for function in &mut site.functions {
                *function = name(site.region.as_str(), function);
            }
        }
        spec
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_that_is_configured_by_its_alias_or_arn_keeps_its_logs_and_who_released_it() {
    let arn = |region: &str, name: &str| {
        format!("arn:aws:lambda:{region}:123456789012:function:{name}:live")
    };
    let ways: [fn(&str, &str) -> String; 2] = [|_, name| format!("{name}:live"), arn];
    for way in ways {
        let explanation = explained(BAD_RELEASE, named(way)).await;
        let told = first(&explanation);
        assert_eq!(told.cause, "bad-deployment", "{explanation:#?}");
        for words in ["changed the alias live of orders-write", "of the errors"] {
            assert!(told.sentence.contains(words), "{words}: {told:#?}");
        }
        let quoted = told
            .supports
            .iter()
            .any(|line| line.contains("that were read"));
        assert!(quoted, "{told:#?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_alias_that_the_api_calls_is_what_was_released() {
    let explanation = explained(BAD_RELEASE, |spec| spec).await;
    let told = first(&explanation);
    assert_eq!(told.cause, "bad-deployment", "{explanation:#?}");
    let words = "changed the alias live of orders-write";
    assert!(told.sentence.contains(words), "{told:#?}");
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_no_alias_leads_to_is_not_accused() {
    let plain = explained(UPLOAD, |spec| spec).await;
    assert_eq!(
        first(&plain).cause,
        "bad-deployment",
        "the API runs it: {plain:#?}"
    );
    let story = UPLOAD.replace(
        "[[event]]\nat = \"-15m\"",
        "releases = \"live\"\n[[event]]\nat = \"-15m\"",
    );
    let staged = explained(&story, |spec| spec).await;
    let told = first(&staged);
    assert_eq!(told.cause, "functions-fail", "{staged:#?}");
    let against = told.contradicts.iter().any(|line| {
        line.contains("updated the code of orders-write") && line.contains("alias live")
    });
    assert!(against, "{told:#?}");
}
