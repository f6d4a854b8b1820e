//! `gwctl explain` on troubles of the edge, API Gateway, DNS and alarms.

use serde_json::Value;

use super::harness::Home;

/// What `gwctl rehearse --explain` counts, of so many seeds and calm days.
fn judged(scenarios: &[&str], seeds: u64, calm: u64) -> Value {
    let (seeds, calm) = (seeds.to_string(), calm.to_string());
    let mut arguments = vec!["rehearse", "--explain", "-o", "json", "--pairs", "0"];
    arguments.extend(["--seeds", &seeds, "--calm", &calm]);
    for scenario in scenarios {
        arguments.extend(["--scenario", *scenario]);
    }
    Home::new().run(&arguments).json()["explanations"].clone()
}

fn explained(scenario: &str, seed: u64) -> Value {
    let seed = seed.to_string();
    let arguments = ["explain", "--demo", "-o", "json", "--seed", &seed];
    let scenario = ["--scenario", scenario];
    Home::new()
        .run(&[&arguments[..], &scenario].concat())
        .json()
}

/// A scenario of one's own, explained.
fn told(text: &str, seed: u64) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    std::fs::write(&path, format!("title = \"Mine\"\n{text}")).unwrap();
    explained(path.to_str().unwrap(), seed)
}

fn event(at: &str, what: &str, fault: &str, region: &str) -> String {
    format!("[[event]]\nat = \"{at}\"\n{what} = \"{fault}\"\nregion = \"{region}\"\n")
}

#[track_caller]
fn says(document: &Value, words: &[&str]) {
    let text = document["hypotheses"][0].to_string();
    for words in words {
        assert!(text.contains(words), "{words}\n{document:#}");
    }
}

#[test]
fn the_cause_of_each_trouble_comes_first_with_its_onset() {
    let document = judged(
        &[
            "record-edited-by-hand",
            "health-check-edited",
            "cert-expired",
            "edge-cert-expired",
            "api-throttled",
            "surge",
            "noisy-client",
            "aws-event",
            "false-alarm",
        ],
        2,
        0,
    );
    let rows = document["scenarios"].as_array().unwrap();
    assert_eq!(rows.len(), 9);
    for row in rows {
        for (part, whole) in [("first", "tried"), ("onsets_right", "onsets")] {
            assert_eq!(row[part], row[whole], "{row:#}\n{:#}", document["wrong"]);
        }
    }
}

#[test]
fn on_calm_days_none_of_them_is_accused() {
    let document = judged(&["false-alarm"], 1, 8);
    assert_eq!(document["calm"]["first"], 8, "{:#}", document["wrong"]);
}

#[test]
fn what_somebody_put_back_accuses_nobody() {
    for (fault, region) in [
        ("record-edited", "eu-west-1"),
        ("health-check-edited", "ap-southeast-1"),
        ("api-throttled", "us-east-1"),
        ("false-alarm", "eu-west-1"),
        ("certificate-expired", "eu-west-1"),
    ] {
        let story = event("-50m", "start", fault, region) + &event("-40m", "end", fault, region);
        for seed in 1..=2 {
            let document = told(&story, seed);
            assert_eq!(
                document["hypotheses"],
                serde_json::json!([]),
                "{document:#}"
            );
        }
    }
}

#[test]
fn who_changed_the_record_and_where_its_clients_went_is_told() {
    let removed = explained("record-edited-by-hand", 2);
    says(
        &removed,
        &[
            "carol@example.com changed the record of eu-west-1",
            "no record of latency.orders.example.com leads to it",
            "us-east-1 gets its clients",
            "action: DELETE, setIdentifier: eu-west-1",
            "its clients left within minutes",
        ],
    );
    let pointed = explained("record-edited-by-hand", 3);
    says(
        &pointed,
        &["its record answers us-east-1.api.orders.example.com, the endpoint of us-east-1"],
    );
}

#[test]
fn without_cloudtrail_the_record_is_still_the_cause_and_less_sure() {
    let denied = "[[event]]\nat = \"-1s\"\nstart = \"access-denied\"\naction = \"cloudtrail:LookupEvents\"\n";
    let story = event("-16m", "start", "record-edited", "eu-west-1") + denied;
    let document = told(&story, 2);
    let first = &document["hypotheses"][0];
    assert_eq!(first["cause"], "record-changed", "{document:#}");
    assert_eq!(first["sure"], "medium");
    says(&document, &["no record tells who changed it"]);
    assert!(document["unseen"].to_string().contains("LookupEvents"));
}

#[test]
fn a_check_that_asks_for_something_else_is_told_with_what_others_ask_for() {
    says(
        &explained("health-check-edited", 1),
        &[
            "though its API has no problems",
            "asks for :443/healthz, those of other Regions for :443/health",
            "resourcePath: /healthz",
            "the endpoint was answered 200",
        ],
    );
    // Disabled: nothing fails, and nothing would take the Region out of DNS.
    says(
        &explained("health-check-edited", 2),
        &[
            "DNS goes on answering with it even if it fails",
            "disabled: true",
        ],
    );
    // A Region that nobody asks any more has no figures, and its clients are no surge elsewhere.
    let document = explained("health-check-edited", 4);
    assert_eq!(
        document["hypotheses"].as_array().unwrap().len(),
        1,
        "{document:#}"
    );
    says(&document, &["enableSNI: false"]);
}

#[test]
fn a_region_whose_check_fails_with_reason_accuses_no_check() {
    let story = event("-50m", "start", "health-check-edited", "eu-west-1")
        + &event("-45m", "end", "health-check-edited", "eu-west-1")
        + &event("-8m", "start", "region-dark", "eu-west-1");
    let document = told(&story, 1);
    assert_eq!(
        document["hypotheses"][0]["cause"], "region-unreachable",
        "{document:#}"
    );
    assert!(!document.to_string().contains("health-check-changed"));
}

#[test]
fn an_expired_certificate_is_told_with_what_cloudfront_and_the_checkers_show() {
    says(
        &explained("cert-expired", 2),
        &[
            "CloudFront: 37.",
            "for they do not look at certificates",
            "gwctl evacuate eu-west-1",
            "orders-edge-5xx since",
        ],
    );
    let document = explained("edge-cert-expired", 2);
    says(
        &document,
        &["they refuse it and send no request", "gwctl certificate"],
    );
    let hit = document["hypotheses"][0]["hit_percent"].as_f64().unwrap();
    assert!((90.0..100.0).contains(&hit), "{hit}");
}

#[test]
fn a_limit_that_somebody_lowered_is_told_apart_from_one_that_others_use_up() {
    says(
        &explained("api-throttled", 2),
        &[
            "carol@example.com changed the limit of its stage",
            "of the requests do not reach the functions",
            "throttlingRateLimit: 980",
        ],
    );
    let document = explained("api-throttled", 1);
    says(
        &document,
        &[
            "another API of the account may use up",
            "its own limits take 10,000 requests a second",
            "403 an authorizer or a firewall",
        ],
    );
    assert_eq!(document["hypotheses"][0]["sure"], "medium");
}

#[test]
fn what_figures_cannot_tell_of_a_noisy_client_is_said() {
    let document = explained("noisy-client", 2);
    says(
        &document,
        &[
            "most likely one client, or a few alike",
            "only the API's access log does",
        ],
    );
    assert_eq!(document["hypotheses"][0]["hurts"], false);
}

#[test]
fn trouble_of_aws_itself_is_not_claimed_where_something_of_ours_changed() {
    let unconfirmed = "support = \"basic\"\n";
    let event_of_aws = event("-40m", "start", "aws-event", "ap-southeast-1");
    let known = told(&format!("{unconfirmed}{event_of_aws}"), 2);
    says(
        &known,
        &[
            "AWS's own APIs could not answer",
            "and nothing of ours changed",
            "nobody changed anything of the fleet there",
            "AWS Health has not confirmed it",
        ],
    );
    assert_eq!(known["hypotheses"][0]["sure"], "medium", "{known:#}");
    // Somebody changed the API's stage there before: that may be the reason.
    let story = event("-14m", "start", "api-throttled", "ap-southeast-1")
        + &event("-13m", "end", "api-throttled", "ap-southeast-1")
        + &event("-12m", "start", "aws-event", "ap-southeast-1");
    let document = told(&format!("{unconfirmed}{story}"), 3);
    assert!(
        !document.to_string().contains("aws-impaired"),
        "{document:#}"
    );
}

/// Trouble of AWS that began so long ago, in a world with this setting.
fn trouble_of_aws(setting: &str, ago: &str) -> Value {
    let story = event(ago, "start", "aws-event", "ap-southeast-1");
    told(&format!("{setting}{story}"), 2)
}

#[test]
fn what_aws_itself_tells_of_its_trouble_makes_it_certain() {
    let document = trouble_of_aws("", "-25m");
    says(
        &document,
        &[
            "AWS Health confirms it",
            "ap-southeast-1: since ",
            "AWS Health tells of trouble with Lambda (open): \\\"We are investigating",
            "\"sure\":\"high\"",
        ],
    );
    assert!(!document["unseen"].to_string().contains("support plan"));
    assert!(
        document["lateness"]
            .to_string()
            .contains("AWS Health often tells")
    );
    // It told of trouble elsewhere, and with what the fleet is not made of.
    let text = document.to_string();
    assert!(
        !text.contains("sa-east-1") && !text.contains("WORKSPACES"),
        "{text}"
    );
}

#[test]
fn without_a_support_plan_aws_health_is_told_as_what_could_change_the_answer() {
    let document = trouble_of_aws("support = \"basic\"\n", "-25m");
    says(
        &document,
        &["aws-impaired", "AWS Health has not confirmed it"],
    );
    let unseen = document["unseen"].to_string();
    assert_eq!(
        unseen
            .matches("needs a Business or higher support plan")
            .count(),
        1
    );
    // Nobody can ask it: a calm fleet is as calm as with a plan.
    let calm = told("support = \"basic\"\n", 2);
    assert_eq!(calm["exit_code"], 0, "{calm:#}");
    assert!(calm["unseen"].to_string().contains("support plan"));
}

/// Functions that fail in eu-west-1, in a fleet whose owner pays for this.
fn failing(beside: &str, seed: u64) -> Value {
    let story = event("-12m", "start", "lambda-errors", "eu-west-1");
    told(&format!("beside = [{beside}]\n{story}"), seed)
}

#[test]
fn canaries_of_the_region_speak_for_and_against_it_and_say_what_they_cost() {
    let document = failing("\"canaries\"", 2);
    let text = document["hypotheses"][0].to_string();
    let canary = "the canary orders-eu-west-1, which runs in ap-southeast-1, fails";
    assert!(text.contains(canary), "{document:#}");
    assert!(!text.contains("canary orders-us-east-1"), "{text}");
    let cost = "3 figures of canaries and routes were asked of CloudWatch: $0.00003 each time";
    assert!(
        document["lateness"].to_string().contains(cost),
        "{document:#}"
    );
    // A Region that is dark: its canary runs elsewhere and sees it.
    let story = event("-12m", "start", "region-dark", "eu-west-1");
    let document = told(&format!("beside = [\"canaries\"]\n{story}"), 2);
    let since = "the canary orders-eu-west-1, which runs in ap-southeast-1, fails since 13:4";
    assert!(
        document["hypotheses"][0].to_string().contains(since),
        "{document:#}"
    );
}

#[test]
fn the_routes_that_are_hit_are_named_with_their_share() {
    let document = failing("\"detailed-metrics\"", 2);
    let hits = document["hits"][0].to_string();
    for route in ["GET /orders/{id}: ", "POST /orders: "] {
        assert!(hits.contains(route), "{document:#}");
    }
    assert!(
        hits.contains("of the failed requests of the last 15 min"),
        "{hits}"
    );
    let off = failing("", 2)["hits"][0].to_string();
    assert!(
        off.contains("detailed metrics are off in eu-west-1"),
        "{off}"
    );
    assert!(off.contains("gwctl logs --region eu-west-1"), "{off}");
}

#[test]
fn what_traced_requests_met_is_told_as_a_sample() {
    let traced = failing("\"tracing\"", 2)["hypotheses"][0].to_string();
    for words in [
        "X-Ray: orders-",
        "(AWS::Lambda::Function) fails",
        "a sample",
    ] {
        assert!(traced.contains(words), "{traced}");
    }
    let untraced = failing("", 2)["hypotheses"][0].to_string();
    assert!(!untraced.contains("X-Ray"), "{untraced}");
}

#[test]
fn that_nothing_of_ours_changed_is_not_claimed_where_cloudtrail_cannot_tell_yet() {
    let old = event("-40m", "start", "aws-event", "ap-southeast-1");
    let denied = "[[event]]\nat = \"-1s\"\nstart = \"access-denied\"\naction = \"cloudtrail:LookupEvents\"\n";
    // CloudTrail is late, or may not be asked.
    let late = explained("aws-event", 2);
    let refused = told(&format!("support = \"basic\"\n{old}{denied}"), 2);
    for (document, since) in [(late, "since 13:45"), (refused, "since 12:4")] {
        let first = &document["hypotheses"][0];
        assert_eq!(first["cause"], "aws-impaired", "{document:#}");
        assert_eq!(first["sure"], "low");
        says(
            &document,
            &[
                "whether anybody changed something",
                since,
                "is not known yet",
            ],
        );
        let text = first.to_string();
        assert!(
            !text.contains("nobody changed") && !text.contains("nothing of ours"),
            "{text}"
        );
    }
}

#[test]
fn an_alarm_that_watches_nothing_and_one_that_is_too_narrow_are_what_is_wrong() {
    says(
        &explained("false-alarm", 2),
        &["which has no figures: alice@example.com deleted it"],
    );
    says(
        &explained("false-alarm", 3),
        &[
            "which is as always: alice@example.com changed the alarm before it fired",
            "threshold: 42",
        ],
    );
    // A limit that was lowered, and is right: what it watches is worse than before.
    let story = event("-15m", "start", "false-alarm", "eu-west-1")
        + &event("-15m", "start", "api-latency", "eu-west-1");
    let document = told(&story, 3);
    assert!(
        !document.to_string().contains("alarm-wrong"),
        "{document:#}"
    );
}

#[test]
fn a_random_trouble_gives_itself_away_to_nobody_but_the_evidence() {
    let one = explained("random", 7);
    assert_eq!(
        one,
        explained("random", 7),
        "the same seed is the same trouble"
    );
    let listed = Home::new().run(&["sim", "scenarios"]).out;
    let line = listed
        .lines()
        .find(|line| line.starts_with("random"))
        .unwrap();
    assert_eq!(line.split_once(' ').unwrap().1.trim(), "Something is wrong");
    let causes = |seed| explained("random", seed)["hypotheses"][0]["cause"].clone();
    assert!((1..6).map(causes).any(|cause| cause != causes(6)));
}
