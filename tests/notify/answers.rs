//! What a target answers, and what becomes of the message then (aws-facts §17.2).

use std::sync::Arc;
use std::time::{Duration, Instant};

use gwctl::aws::{WebClient, in_process};
use gwctl::fleet::Clock;
use gwctl::notify::{
    Alert, Answer, Came, Event, Kind, Notice, Notifier, NotifySpec, Outcome, SecretRef, Severity,
    TargetSpec, Way,
};
use jiff::Timestamp;

use super::receiver::{Receiver, Reply};

const SECRET: &str = "T0/B0/verysecret";

/// A clock whose hours pass within seconds.
#[derive(Debug)]
struct Fast;

impl Clock for Fast {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
    fn wall(&self, fleet_time: Duration) -> Duration {
        fleet_time / 10_000
    }
}

fn way() -> Way {
    Way {
        web: WebClient::network().patient_for(Duration::from_millis(200)),
        aws: None,
        ring: None,
        clock: Arc::new(Fast),
    }
}

fn notice(n: u32) -> Notice {
    Notice {
        event: Event::Held,
        severity: Severity::Error,
        alert: Alert::Trigger,
        key: "gwctl/orders/run-1".into(),
        id: format!("gwctl/orders/run-1/{n}"),
        ..Notice::test("orders", "ada", Timestamp::UNIX_EPOCH)
    }
}

/// A secret in a file of its own, as long as this lives.
struct Kept {
    _folder: tempfile::TempDir,
    reference: SecretRef,
}

fn kept(secret: &str) -> Kept {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, secret).unwrap();
    Kept {
        reference: SecretRef::File(file),
        _folder: folder,
    }
}

fn target(kind: Kind, url: &Kept) -> TargetSpec {
    TargetSpec {
        kind,
        url: Some(url.reference.clone()),
        key: None,
        arns: Vec::new(),
        events: None,
        fleets: None,
        least: Severity::Info,
        quiet: None,
    }
}

fn to(target: TargetSpec) -> NotifySpec {
    NotifySpec {
        hold_down_s: 60,
        targets: [("oncall".to_owned(), target)].into(),
    }
}

/// Tells one target `count` notices, and waits until `enough` holds of what came of it.
async fn told(
    spec: &NotifySpec,
    count: u32,
    enough: impl FnMut(&Outcome) -> bool,
) -> (Notifier, Outcome) {
    let notifier = Notifier::start(spec, way());
    for n in 0..count {
        notifier.tell(&notice(n));
    }
    let (mut outcomes, mut enough) = (notifier.outcomes(), enough);
    let came = outcomes.wait_for(|all| enough(&all["oncall"]));
    let came = tokio::time::timeout(Duration::from_secs(30), came).await;
    let outcome = came.unwrap().unwrap()["oncall"].clone();
    (notifier, outcome)
}

/// As [`told`], of a webhook that answers so.
async fn told_to(replies: Vec<Reply>, enough: impl FnMut(&Outcome) -> bool) -> (Receiver, Outcome) {
    let receiver = Receiver::start(replies);
    let url = kept(&receiver.url(&format!("/hook/{SECRET}")));
    let (_, outcome) = told(&to(target(Kind::Webhook, &url)), 1, enough).await;
    (receiver, outcome)
}

const fn settled(outcome: &Outcome) -> bool {
    outcome.delivered + outcome.lost > 0
}

#[tokio::test]
async fn a_message_that_is_taken_is_delivered_once_and_signed_as_it_is_sent() {
    let receiver = Receiver::start(vec![Reply::status(204)]);
    let (url, key) = (
        kept(&receiver.url("/hook?sig=verysecret")),
        kept("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjSw\n"),
    );
    let spec = TargetSpec {
        key: Some(key.reference.clone()),
        ..target(Kind::Webhook, &url)
    };
    let (_, outcome) = told(&to(spec), 1, settled).await;
    assert_eq!(outcome.came, Came::Taken("delivered"));
    let sent = receiver.next();
    assert_eq!(sent.path, "/hook?sig=verysecret");
    assert_eq!(sent.json()["type"], "run.held");
    let key = gwctl::notify::Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjSw");
    let key = gwctl::notify::SigningKey::read(&key).unwrap();
    let seconds = sent.headers["webhook-timestamp"].parse().unwrap();
    let signature = key.signature(&sent.headers["webhook-id"], seconds, &sent.body);
    assert_eq!(sent.headers["webhook-signature"], signature);
    assert!(receiver.rest().is_empty());
}

#[tokio::test]
async fn a_busy_target_is_asked_again_after_what_it_asks_for_with_the_same_id() {
    let busy = Reply::Status(429, "retry-after: 3000", "slow down".into());
    let begun = Instant::now();
    let (receiver, outcome) = told_to(vec![busy, Reply::status(202)], settled).await;
    assert_eq!((outcome.delivered, outcome.lost), (1, 0));
    let least = Fast.wall(Duration::from_secs(3_000));
    assert!(begun.elapsed() >= least, "{:?}", begun.elapsed());
    let ids: Vec<String> = receiver
        .rest()
        .iter()
        .map(|sent| sent.headers["webhook-id"].clone())
        .collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn what_fails_for_ever_is_given_up_after_eight_attempts() {
    let (receiver, outcome) = told_to(vec![Reply::status(503)], settled).await;
    assert_eq!((outcome.delivered, outcome.lost), (0, 1));
    let told = outcome.came.to_string();
    assert!(told.contains("it answered 503"), "{told}");
    assert_eq!(receiver.rest().len(), 8);
}

#[tokio::test]
async fn a_redirect_and_a_refusal_are_final_and_nobody_is_followed() {
    let elsewhere = Receiver::start(vec![Reply::status(200)]);
    let redirect = Box::leak(format!("location: {}", elsewhere.url("/")).into_boxed_str());
    for (reply, said) in [
        (
            Reply::Status(302, redirect, String::new()),
            "it answered 302: redirects are not followed",
        ),
        (
            Reply::Status(404, "x: y", "no_service".into()),
            "it answered 404: no_service",
        ),
    ] {
        let (receiver, outcome) = told_to(vec![reply], settled).await;
        assert_eq!(outcome.came, Came::Failed(said.into()));
        assert_eq!(receiver.rest().len(), 1);
    }
    assert!(elsewhere.rest().is_empty());
}

#[tokio::test]
async fn a_target_that_is_gone_is_told_nothing_more() {
    let receiver = Receiver::start(vec![Reply::status(410)]);
    let url = kept(&receiver.url("/"));
    let spec = to(target(Kind::Webhook, &url));
    let (notifier, outcome) = told(&spec, 3, settled).await;
    assert!(matches!(outcome.came, Came::Gone(_)), "{outcome:?}");
    notifier.tell(&notice(9));
    notifier.settle(Duration::from_millis(300)).await;
    assert_eq!(receiver.rest().len(), 1);
}

#[tokio::test]
async fn a_target_that_never_answers_delays_no_other() {
    let (silent, open) = (
        Receiver::start(vec![Reply::Nothing]),
        Receiver::start(vec![Reply::status(200)]),
    );
    let urls = [kept(&silent.url("/")), kept(&open.url("/"))];
    let mut spec = to(target(Kind::Webhook, &urls[1]));
    spec.targets
        .insert("silent".into(), target(Kind::Webhook, &urls[0]));
    let (notifier, outcome) = told(&spec, 2, |outcome| outcome.delivered == 2).await;
    assert_eq!(outcome.lost, 0);
    let mut outcomes = notifier.outcomes();
    let came = outcomes.wait_for(|all| all["silent"].lost > 0).await;
    let told = came.unwrap()["silent"].came.to_string();
    assert!(told.contains("no answer within 0.2 s"), "{told}");
}

#[tokio::test]
async fn a_secret_is_in_no_outcome_though_the_service_repeats_it() {
    // The second time it lies across where a long text is cut.
    let told = format!("there is no {SECRET} {}{SECRET}", "-".repeat(116));
    let echo = Receiver::start(vec![Reply::Status(400, "x: y", told)]);
    for address in [
        echo.url(&format!("/hook/{SECRET}")),
        format!("http://example.com/{SECRET}"),
        format!("nothing/{SECRET}"),
        format!("https://127.0.0.1:1/{SECRET}"),
    ] {
        let url = kept(&address);
        let spec = to(target(Kind::Slack, &url));
        let notifier = Notifier::start(&spec, way());
        let answers = notifier.try_each(&notice(1)).await;
        let told = format!("{answers:?} {spec:?} {notifier:?}");
        assert!(!told.contains("verysec"), "{told}");
        assert!(!matches!(answers["oncall"], Answer::Taken(_)), "{told}");
    }
}

#[tokio::test]
async fn pagerduty_is_told_by_one_key_and_slack_in_its_own_words() {
    let receiver = Receiver::start(vec![Reply::status(202)]);
    let (url, key) = (kept(&receiver.url("")), kept("R0UTING0KEY"));
    let pager = TargetSpec {
        key: Some(key.reference.clone()),
        ..target(Kind::Pagerduty, &url)
    };
    let (notifier, _) = told(&to(pager), 1, settled).await;
    let end = Notice {
        alert: Alert::Resolve,
        ..notice(2)
    };
    notifier.tell(&end);
    notifier.settle(Duration::from_secs(30)).await;
    let (begun, ended) = (receiver.next(), receiver.next());
    assert_eq!(
        (begun.path.as_str(), ended.path.as_str()),
        ("/v2/enqueue", "/v2/enqueue")
    );
    assert_eq!(begun.json()["dedup_key"], ended.json()["dedup_key"]);
    assert_eq!(ended.json()["event_action"], "resolve");
    let slack = Receiver::start(vec![Reply::Status(200, "x: y", "ok".into())]);
    let url = kept(&slack.url("/services/T0/B0/x"));
    told(&to(target(Kind::Slack, &url)), 1, settled).await;
    assert!(slack.next().json()["text"].is_string());
}

/// Virtual time.
#[derive(Debug)]
struct Virtual(tokio::time::Instant);

impl Clock for Virtual {
    fn now(&self) -> Timestamp {
        let elapsed = jiff::SignedDuration::try_from(self.0.elapsed()).unwrap();
        Timestamp::from_second(1_795_442_400).unwrap() + elapsed
    }
}

#[tokio::test(start_paused = true)]
async fn seven_days_of_a_target_that_fails_keep_its_queue_and_no_more() {
    let posts = Arc::new(std::sync::atomic::AtomicU64::new(0));
    let count = posts.clone();
    let handler: gwctl::aws::Handler = Arc::new(move |_| {
        count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let busy = http::Response::builder().status(503);
        Box::pin(std::future::ready(Ok(busy.body(Vec::new()).unwrap())))
    });
    let way = Way {
        web: WebClient::through(in_process(handler)),
        aws: None,
        ring: None,
        clock: Arc::new(Virtual(tokio::time::Instant::now())),
    };
    let url = kept("https://hook.example.com/x");
    let notifier = Notifier::start(&to(target(Kind::Webhook, &url)), way);
    let mut most = 0;
    for n in 0..7 * 24 * 6 {
        notifier.tell(&notice(n));
        tokio::time::sleep(Duration::from_mins(10)).await;
        most = most.max(notifier.outcomes().borrow()["oncall"].waiting);
    }
    let outcome = notifier.outcomes().borrow()["oncall"].clone();
    assert_eq!(most, 64);
    let told = outcome.lost + outcome.dropped + outcome.waiting as u64;
    // One is under way, and what was dropped is counted at each attempt.
    assert!((990..=1_008).contains(&told), "{outcome:?}");
    let posts = posts.load(std::sync::atomic::Ordering::Relaxed);
    assert!((1_400..1_700).contains(&posts), "{posts}");
}

#[tokio::test(start_paused = true)]
async fn a_new_notice_ends_the_pause_of_the_one_before_it() {
    let begun = tokio::time::Instant::now();
    let handler: gwctl::aws::Handler = Arc::new(move |_| {
        let dark = begun.elapsed() < Duration::from_secs(500);
        let reply = http::Response::builder().status(if dark { 503 } else { 200 });
        Box::pin(std::future::ready(Ok(reply.body(Vec::new()).unwrap())))
    });
    let way = Way {
        web: WebClient::through(in_process(handler)),
        clock: Arc::new(Virtual(begun)),
        ..way()
    };
    let url = kept("https://hook.example.com/x");
    let notifier = Notifier::start(&to(target(Kind::Webhook, &url)), way);
    let heard = notifier.tell(&notice(0));
    // The next attempt would be after 1 355 s.
    tokio::time::sleep(Duration::from_secs(510)).await;
    drop(notifier.tell(&notice(1)));
    assert!(heard.settled().await);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(notifier.outcomes().borrow()["oncall"].delivered, 2);
    assert!(begun.elapsed() < Duration::from_secs(520));
}

#[tokio::test]
async fn a_notice_counts_as_told_once_it_is_taken_or_refused_and_not_when_its_process_ends() {
    for (reply, heard) in [
        (Reply::status(204), true),
        (Reply::status(404), true),
        (Reply::Nothing, false),
    ] {
        let receiver = Receiver::start(vec![reply]);
        let url = kept(&receiver.url("/"));
        let notifier = Notifier::start(&to(target(Kind::Webhook, &url)), way());
        let told = notifier.tell(&notice(1));
        if !heard {
            notifier.settle(Duration::from_millis(50)).await;
            drop(notifier);
        }
        assert_eq!(told.settled().await, heard);
    }
}
