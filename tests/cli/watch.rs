//! `gwctl watch` as a process, over loopback.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::harness::Home;
use super::served::Served;
use crate::notify::receiver::{Receiver, Reply};

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjSw";

/// A home whose configuration is that of the served world, with the table `notify`.
fn configured(served: &Served, notify: &str) -> Home {
    let home = Home::new();
    let text = std::fs::read_to_string(served.export("GWCTL_CONFIG")).unwrap();
    let mut config: toml::Table = text.parse().unwrap();
    config.extend(notify.parse::<toml::Table>().unwrap());
    home.configure(&toml::to_string_pretty(&config).unwrap());
    home
}

/// The command of a watcher in `home`.
fn watcher(served: &Served, home: &Home, args: &[&str]) -> Command {
    let mut all = vec!["watch"];
    all.extend(args);
    let mut command = served.command(home, &all);
    command.env("GWCTL_CONFIG", home.path("config/gwctl/config.toml"));
    command
}

/// A watcher that runs; ends with the test.
struct Watcher {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
}

impl Watcher {
    fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    /// The next line that it prints.
    fn line(&mut self) -> serde_json::Value {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    /// Sends a signal; how it ends.
    fn stop(&mut self, signal: &str) -> i32 {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.unwrap().success());
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_webhook_is_told_that_the_fleet_is_worse_and_stdout_that_a_region_is() {
    let served = Served::start(&["--scenario", "lambda-errors"]);
    let receiver = Receiver::start(vec![Reply::status(200)]);
    let notify = "[notify]\nhold_down_s = 0\n[notify.targets.hook]\nkind = \"webhook\"\n\
        url = \"env:HOOK_URL\"\nkey = \"env:HOOK_KEY\"\n";
    let home = configured(&served, notify);
    let mut command = watcher(&served, &home, &["--no-probe"]);
    command
        .env("HOOK_URL", receiver.url("/hook"))
        .env("HOOK_KEY", KEY);
    let mut watcher = Watcher::start(command);
    let line = watcher.line();
    assert_eq!(
        (&line["schema"], &line["event"], &line["fleet"]),
        (&"gwctl.watch/1".into(), &"verdict".into(), &"orders".into())
    );
    let sent = receiver.next();
    let body = sent.json();
    assert_eq!(body["type"], "verdict.changed");
    assert_eq!(body["data"]["fleet"], "orders");
    let title = body["data"]["title"].as_str().unwrap();
    assert!(!title.contains("it was"), "{title}");
    let lines = body["data"]["lines"].to_string();
    assert!(lines.contains("eu-west-1"), "{lines}");
    let key = gwctl::notify::SigningKey::read(&gwctl::notify::Secret::new(KEY)).unwrap();
    let seconds = sent.headers["webhook-timestamp"].parse().unwrap();
    let expected = key.signature(&sent.headers["webhook-id"], seconds, &sent.body);
    assert_eq!(sent.headers["webhook-signature"], expected);
    assert_eq!(watcher.stop("-TERM"), 0);
}

#[test]
fn a_secret_in_the_configuration_itself_is_refused_and_not_shown() {
    let home = Home::new();
    let fleets = super::harness::fleet(&["us-east-1", "eu-west-1"]);
    for notify in [
        "[notify.targets.hook]\nkind = \"slack\"\nurl = \"https://hooks.slack.com/services/verysecret\"\n",
        "[notify.targets]\nhook = { kind = \"pagerduty\", key = \"verysecret\" }\n",
    ] {
        home.configure(&format!("{notify}{fleets}"));
        let ran = home.run(&["config", "check"]);
        assert_ne!(ran.code, 0);
        let told = format!("{}{}", ran.out, ran.err);
        assert!(!told.contains("verysecret"), "{told}");
        assert!(told.contains("is kept, and not be the"), "{told}");
        assert!(told.contains("`env:NAME`, `file:PATH`"), "{told}");
    }
}

/// What the watcher says on stderr first: where its figures are.
struct Figures(String);

impl Figures {
    /// Of a watcher that is started with `command`.
    fn of(mut command: Command) -> (Watcher, Self) {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let at = line
            .split("http://")
            .nth(1)
            .unwrap_or_else(|| panic!("{line}"));
        let address = at.split('/').next().unwrap().to_owned();
        // What it says later is read, so that it never waits to say it.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        let out = BufReader::new(child.stdout.take().unwrap());
        (Watcher { child, out }, Self(address))
    }

    fn get(&self, path: &str) -> String {
        use std::io::{Read as _, Write as _};
        let mut connection = std::net::TcpStream::connect(&self.0).unwrap();
        write!(connection, "GET {path} HTTP/1.1\r\nhost: here\r\n\r\n").unwrap();
        let mut text = String::new();
        connection.read_to_string(&mut text).unwrap();
        text
    }

    /// Waits until the page has `line`.
    fn wait_for(&self, line: &str) -> String {
        let begun = std::time::Instant::now();
        loop {
            let page = self.get("/metrics");
            if page.lines().any(|one| one == line) {
                return page;
            }
            let late = begun.elapsed() > std::time::Duration::from_secs(60);
            assert!(!late, "no {line} in {page}");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }
}

const TELLS: &str = "gwctl_telling{fleet=\"orders\"} 1";

#[test]
fn of_two_watchers_one_tells_and_the_other_takes_over_when_it_is_killed() {
    let served = Served::start(&["--scenario", "lambda-errors"]);
    let receiver = Receiver::start(vec![Reply::status(200)]);
    let notify = "[notify]\nhold_down_s = 0\n[notify.targets.hook]\nkind = \"webhook\"\n\
        url = \"env:HOOK_URL\"\nkey = \"env:HOOK_KEY\"\n";
    let home = configured(&served, notify);
    let start = || {
        let args = ["--all", "--no-probe", "--metrics", "127.0.0.1:0"];
        let mut command = watcher(&served, &home, &args);
        command
            .env("HOOK_URL", receiver.url("/"))
            .env("HOOK_KEY", KEY);
        Figures::of(command)
    };
    let (mut first, figures) = start();
    figures.wait_for(TELLS);
    let told = receiver.next();
    let (_second, others) = start();
    let seen = "gwctl_verdict{fleet=\"orders\",region=\"\",gwctl_verdict=\"degraded\"} 1";
    let page = others.wait_for(seen);
    assert!(page.contains("gwctl_telling{fleet=\"orders\"} 0"), "{page}");
    first.stop("-KILL");
    let page = others.wait_for(TELLS);
    assert!(page.contains("outcome=\"delivered\"} 0"), "{page}");
    assert!(receiver.rest().is_empty(), "told twice: {}", told.body);
}

#[test]
fn figures_are_openmetrics_and_what_is_not_known_has_none() {
    let served = Served::start(&["--scenario", "region-dark"]);
    let home = configured(&served, "");
    let args = ["--no-probe", "--metrics", "127.0.0.1:0"];
    let (_watcher, figures) = Figures::of(watcher(&served, &home, &args));
    let fleet = "gwctl_verdict{fleet=\"orders\",region=\"\",gwctl_verdict=\"healthy\"} 0";
    let page = figures.wait_for(fleet);
    assert!(
        page.contains("content-type: application/openmetrics-text; version=1.0.0"),
        "{page}"
    );
    assert!(page.ends_with("# EOF\n"), "{page}");
    assert!(!page.contains("NaN"), "{page}");
    let (_, body) = page.split_once("\r\n\r\n").unwrap();
    for line in body.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(
            name.ends_with('}') && value.parse::<f64>().is_ok(),
            "{line}"
        );
    }
    let holding = body.lines().filter(|line| {
        line.starts_with("gwctl_verdict{fleet=\"orders\",region=\"\"") && line.ends_with(" 1")
    });
    assert_eq!(holding.count(), 1, "{body}");
    assert!(figures.get("/").starts_with("HTTP/1.1 404 "));
}

#[test]
fn another_machine_cannot_be_let_in() {
    let home = Home::new();
    let ran = home.run(&["watch", "--metrics", "0.0.0.0:9464"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(
        ran.err.contains("an address of this machine"),
        "{}",
        ran.err
    );
}

#[cfg(target_os = "linux")]
#[test]
fn systemd_hears_that_it_is_ready_alive_and_ends() {
    use std::os::unix::net::UnixDatagram;
    let served = Served::start(&["--scenario", "calm"]);
    let home = configured(&served, "");
    let socket = home.path("notify.sock");
    let systemd = UnixDatagram::bind(&socket).unwrap();
    let limit = std::time::Duration::from_secs(60);
    systemd.set_read_timeout(Some(limit)).unwrap();
    let mut command = watcher(&served, &home, &["--no-probe"]);
    command
        .env("NOTIFY_SOCKET", &socket)
        .env("WATCHDOG_USEC", "200000");
    let mut watcher = Watcher::start(command);
    let hear = |wanted: &str| {
        let mut buffer = [0; 512];
        loop {
            let length = systemd.recv(&mut buffer).unwrap();
            let said = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if said.starts_with(wanted) {
                return;
            }
            assert!(said.starts_with("WATCHDOG=1"), "{said} before {wanted}");
        }
    };
    hear("READY=1\nSTATUS=watching 1 fleets");
    hear("WATCHDOG=1");
    assert_eq!(watcher.stop("-TERM"), 0);
    hear("STOPPING=1");
}

#[test]
fn doctor_sends_each_target_a_test_and_says_what_became_of_it() {
    let open = Receiver::start(vec![Reply::Status(200, "x: y", "ok".into())]);
    let gone = Receiver::start(vec![Reply::status(410)]);
    let events = Receiver::start(vec![Reply::Status(
        200,
        "content-type: application/x-amz-json-1.1",
        "{\"FailedEntryCount\":1,\"Entries\":[{\"ErrorCode\":\"AccessDenied\",\"ErrorMessage\":\"no\"}]}".into(),
    )]);
    let topics = Receiver::start(vec![Reply::Status(
        200,
        "content-type: text/xml",
        "<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>".into(),
    )]);
    let secrets = Receiver::start(vec![Reply::Status(
        200,
        "content-type: application/x-amz-json-1.1",
        format!("{{\"SecretString\":\"{}\"}}", open.url("/services/kept")),
    )]);
    let notify = "[notify.targets.channel]\nkind = \"slack\"\nurl = \"env:SLACK_URL\"\nleast = \"critical\"\n\
        [notify.targets.kept]\nkind = \"slack\"\nurl = \"arn:aws:secretsmanager:eu-west-1:123456789012:secret:slack-AbCdEf\"\n\
        [notify.targets.old]\nkind = \"webhook\"\nurl = \"env:OLD_URL\"\n\
        [notify.targets.unset]\nkind = \"pagerduty\"\nkey = \"env:NOWHERE\"\n\
        [notify.targets.bus]\nkind = \"eventbridge\"\narns = [\"arn:aws:events:eu-west-1:123456789012:event-bus/default\"]\n\
        [notify.targets.topic]\nkind = \"sns\"\narns = [\"arn:aws:sns:eu-west-1:123456789012:gwctl.fifo\"]\n";
    let home = Home::new();
    let fleets = super::harness::fleet(&["us-east-1", "eu-west-1"]);
    home.configure(&format!("{notify}{fleets}"));
    let mut command = home.command(&["doctor", "--notify"]);
    command
        .env("SLACK_URL", open.url("/services/x"))
        .env("OLD_URL", gone.url("/old"))
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ENDPOINT_URL_EVENTBRIDGE", events.url(""))
        .env("AWS_ENDPOINT_URL_SNS", topics.url(""))
        .env("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.url(""));
    let ran = super::harness::Ran::of(command.output().unwrap());
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(
        lines,
        [
            "bus      eventbridge  refused: events:PutEvents in eu-west-1: the event was refused: AccessDenied no",
            "channel  slack        ok: delivered",
            "kept     slack        ok: delivered",
            "old      webhook      gone: it answered 410",
            "topic    sns          ok: delivered",
            "unset    pagerduty    refused: the variable NOWHERE is not set",
        ],
        "{}",
        ran.err
    );
    assert_eq!(ran.code, 1);
    let mut paths: Vec<String> = open.rest().into_iter().map(|sent| sent.path).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["/services/kept", "/services/x"]);
    let published = topics.next().body;
    for part in [
        "Action=Publish",
        "MessageGroupId=orders",
        "MessageDeduplicationId=msg_",
        "MessageAttributes.entry.1.Name=id",
    ] {
        assert!(published.contains(part), "{published}");
    }
    assert_eq!(events.next().headers["x-amz-target"], "AWSEvents.PutEvents");
}

#[test]
fn a_mistake_in_notify_leaves_that_target_out_and_keeps_nothing_from_starting() {
    let fleets = super::harness::fleet(&["us-east-1", "eu-west-1"]);
    let right = "[notify.targets.bell]\nkind = \"terminal\"\n";
    for (wrong, target) in [
        (
            "[notify.targets.hook]\nkind = \"slack\"\nurl = \"https://hooks.slack.com/verysecret\"\n",
            Some("hook"),
        ),
        (
            "[notify.targets.hook]\nkind = \"slck\"\nurl = \"env:SLACK\"\n",
            Some("hook"),
        ),
        (
            "[notify.targets.hook]\nkind = \"slack\"\nURL = \"verysecret\"\n",
            Some("hook"),
        ),
        ("[notify.targets.hook]\nurl = \"env:SLACK\"\n", Some("hook")),
        ("[notify]\nhold_down_s = \"verysecret\"\n", None),
    ] {
        let text = format!("{wrong}{right}{fleets}");
        let loaded = gwctl::config::parse("c.toml".as_ref(), &text).unwrap();
        let names: Vec<&String> = loaded.config.notify.targets.keys().collect();
        assert_eq!(names, ["bell"], "{wrong}");
        let [one] = &loaded.untold[..] else {
            panic!("{wrong}: {:?}", loaded.untold)
        };
        assert_eq!(one.target.as_deref(), target, "{wrong}");
        let home = Home::new();
        home.configure(&text);
        let checked = home.run(&["config", "check"]);
        assert_ne!(checked.code, 0, "{wrong}");
        let warned = home.run(&["iam-policy", "watch", "--offline"]);
        assert_eq!(warned.code, 0, "{wrong}: {}", warned.err);
        assert!(warned.err.contains("warning: "), "{}", warned.err);
        assert!(warned.err.contains("Until this is right"), "{}", warned.err);
        for told in [checked.out, checked.err, warned.out, warned.err, one.line()] {
            assert!(!told.contains("verysecret"), "{wrong}: {told}");
        }
    }
    // What is wrong elsewhere still is.
    let broken = format!("{right}{}", fleets.replace("domain", "domian"));
    assert!(gwctl::config::parse("c.toml".as_ref(), &broken).is_err());
}
