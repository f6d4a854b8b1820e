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
    assert!(title.ends_with("; it was healthy"), "{title}");
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
        assert!(told.contains("does not tell where the secret is"), "{told}");
        assert!(told.contains("`env:NAME`, `file:PATH`"), "{told}");
    }
}
