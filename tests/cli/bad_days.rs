//! No credentials, an endpoint that refuses, one that never answers, no terminal.

use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::harness::{Home, Ran, fleet};

fn two_regions() -> Home {
    probed_at("http://127.0.0.1:9")
}

/// Two Regions whose public endpoints are at `url`, so that no test asks the real world.
fn probed_at(url: &str) -> Home {
    let home = Home::new();
    let probe = format!("probe_url = \"{url}\"\n");
    let text = fleet(&["us-east-1", "eu-west-1"]).replace("api = ", &format!("{probe}api = "));
    home.configure(&text.replacen("domain = ", &format!("{probe}domain = "), 1));
    home
}

/// Runs against `url` with credentials nobody checks.
fn against(home: &Home, url: &str, args: &[&str]) -> Ran {
    let mut command = home.command(args);
    command
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "hunter2-secret")
        .env("AWS_SESSION_TOKEN", "hunter2-token")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    Ran::of(command.output().unwrap())
}

/// Accepts connections and never says a word, until dropped.
struct Silent {
    url: String,
    _keep: mpsc::Sender<()>,
}

fn silent() -> Silent {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (keep, kept) = mpsc::channel::<()>();
    std::thread::spawn(move || {
        let mut held: Vec<TcpStream> = Vec::new();
        while kept.recv_timeout(Duration::from_millis(10)) == Err(mpsc::RecvTimeoutError::Timeout) {
            held.extend(listener.accept().map(|(stream, _)| stream));
        }
    });
    Silent { url, _keep: keep }
}

/// A port nobody listens on.
fn refusing() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn without_a_terminal_the_console_points_to_status() {
    let ran = two_regions().run(&[]);
    assert_eq!((ran.code, ran.out.as_str()), (4, ""), "{}", ran.err);
    assert!(ran.err.contains("gwctl status"), "{}", ran.err);
    let demo = Home::new().run(&["demo"]);
    assert_eq!(demo.code, 4, "{}", demo.err);
}

#[test]
fn an_endpoint_that_never_answers_ends_within_the_deadline_and_says_could_not_ask() {
    let silent = silent();
    let home = probed_at(&silent.url);
    let begun = Instant::now();
    let ran = against(
        &home,
        &silent.url,
        &["status", "-o", "json", "--timeout", "3s"],
    );
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
    let document = ran.json();
    assert_eq!(ran.code, 12, "{:#}", document["reasons"]);
    assert_eq!(
        (&document["verdict"], &document["complete"]),
        (&"unknown".into(), &false.into())
    );
    let unanswered = document["unanswered"].as_array().unwrap();
    for region in ["us-east-1", "eu-west-1"] {
        let place = format!("sites.{region}.");
        assert!(
            unanswered
                .iter()
                .any(|one| one["what"].as_str().unwrap().starts_with(&place)),
            "{region}"
        );
    }
}

#[test]
fn doctor_ends_in_time_and_tells_what_it_knows() {
    let silent = silent();
    let home = probed_at(&silent.url);
    let begun = Instant::now();
    let ran = against(&home, &silent.url, &["doctor", "--timeout", "8s"]);
    assert!(
        begun.elapsed() < Duration::from_secs(25),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(ran.code, 1);
    for region in ["us-east-1", "eu-west-1"] {
        assert!(
            ran.out.contains(&format!("FAIL  {region} does not answer")),
            "{}",
            ran.out
        );
    }
    assert!(ran.out.contains("not answered in time"), "{}", ran.out);
}

#[test]
fn a_refused_connection_is_unknown_and_doctor_says_what_to_check() {
    let home = two_regions();
    let url = refusing();
    let ran = against(&home, &url, &["status"]);
    assert_eq!(ran.code, 12, "{}", ran.out);
    assert!(
        ran.out.contains("UNKNOWN") && ran.out.contains("no connection"),
        "{}",
        ran.out
    );
    let doctor = against(&home, &url, &["doctor"]);
    assert_eq!(doctor.code, 1);
    assert!(
        doctor.out.contains("FAIL") && doctor.out.contains("AWS_ENDPOINT_URL"),
        "{}",
        doctor.out
    );
}

#[test]
fn without_credentials_one_is_told_so_and_how_to_get_some() {
    let home = two_regions();
    for args in [&["status"][..], &["doctor"]] {
        let mut command = home.command(args);
        command
            .env("AWS_ENDPOINT_URL", refusing())
            .env("AWS_EC2_METADATA_DISABLED", "true");
        let ran = Ran::of(command.output().unwrap());
        assert!(ran.code != 0, "{args:?}");
        assert!(
            ran.out.contains("no credentials") && ran.out.contains("aws sso login"),
            "{args:?}: {}",
            ran.out
        );
    }
}

#[test]
fn the_log_holds_no_secret_even_at_its_most_talkative() {
    let home = two_regions();
    let silent = silent();
    against(
        &home,
        &silent.url,
        &["status", "--timeout", "1s", "--log-level", "trace"],
    );
    let log = std::fs::read_to_string(home.path("state/gwctl/gwctl.log")).unwrap();
    assert!(!log.is_empty(), "at trace something is logged");
    assert!(!log.contains("hunter2"), "{log}");
}
