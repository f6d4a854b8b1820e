//! `sim serve` as one process and gwctl as its client, over loopback.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::harness::{Home, Ran};

/// A served world; ends with the test.
pub struct Served {
    child: Child,
    exports: Vec<(String, String)>,
    home: Home,
}

impl Served {
    pub fn start(args: &[&str]) -> Self {
        let home = Home::new();
        let mut all = vec!["sim", "serve"];
        all.extend(args);
        let mut child = home
            .command(&all)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut exports = Vec::new();
        for line in BufReader::new(child.stdout.as_mut().unwrap()).lines() {
            let line = line.unwrap();
            if let Some((name, value)) = line
                .strip_prefix("export ")
                .and_then(|line| line.split_once('='))
            {
                exports.push((name.to_owned(), value.to_owned()));
            }
            if line.starts_with("unset ") {
                break;
            }
        }
        assert!(
            exports.iter().any(|(name, _)| name == "AWS_ENDPOINT_URL"),
            "{exports:?}"
        );
        let served = Self {
            child,
            exports,
            home,
        };
        if args.contains(&"--speed") {
            served.allow_for_a_busy_machine();
        }
        served
    }

    /// At speed the world's minutes are fractions of the wall's seconds: on a machine that is busy with
    /// something else a run would be late and every figure old, and neither is what a test is about.
    fn allow_for_a_busy_machine(&self) {
        let file = self.export("GWCTL_CONFIG");
        let text = std::fs::read_to_string(file).unwrap();
        let mut config: toml::Table = text.parse().unwrap();
        for fleet in config["fleets"].as_table_mut().unwrap() {
            let table = fleet.1.as_table_mut().unwrap();
            let mut set = |section: &str, name: &str, value: toml::Value| {
                let section = table
                    .entry(section)
                    .or_insert_with(|| toml::Table::new().into());
                section.as_table_mut().unwrap().insert(name.into(), value);
            };
            set("rules", "window_s", 604_800.into());
            set("thresholds", "metric_stale_s", 100_000.0.into());
            set("thresholds", "state_stale_s", 100_000.0.into());
        }
        std::fs::write(file, toml::to_string_pretty(&config).unwrap()).unwrap();
    }

    /// Runs an action in `home` to its end. A step that ran out of time is tried again, as an operator would:
    /// its time is the world's, and the work of a busy machine takes the wall's.
    pub fn see_through(&self, home: &Home, args: &[&str]) -> Ran {
        const HELD: i32 = 21;
        let run = |args: &[&str]| Ran::of(self.command(home, args).output().unwrap());
        let mut ran = run(args);
        for _ in 0..20 {
            // What a step says whose time ran out, in the world or on the way to it.
            let late = [
                "not done after",
                "AWS accepted the call, but",
                "the reply was lost",
            ];
            if ran.code != HELD || !late.iter().any(|said| ran.err.contains(said)) {
                break;
            }
            let held = ran.err.split("held at `").skip(1);
            let steps: Vec<String> = held
                .filter_map(|rest| Some(rest.split_once('`')?.0.to_owned()))
                .collect();
            let mut again = vec!["--write", "runs", "resume", "last"];
            for step in &steps {
                again.extend(["--retry", step.as_str()]);
            }
            ran = run(&again);
        }
        ran
    }

    /// gwctl as a client: another home, and nothing but what was printed.
    fn client(&self, args: &[&str]) -> Ran {
        let home = Home::new();
        Ran::of(self.command(&home, args).output().unwrap())
    }

    /// As [`Self::client`], in `home`, to be run.
    pub fn command(&self, home: &Home, args: &[&str]) -> Command {
        let mut command = home.command(args);
        command.envs(self.exports.iter().map(|(name, value)| (name, value)));
        command
    }

    /// What a client's environment must hold.
    pub fn exports(&self) -> Vec<(&str, &str)> {
        self.exports
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }

    pub fn export(&self, wanted: &str) -> &str {
        self.exports
            .iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.as_str())
            .unwrap()
    }

    /// Sends a signal and waits for the end.
    fn stop(mut self, signal: &str) -> i32 {
        let killed = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(killed.success());
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn another_gwctl_sees_the_served_world_and_the_world_outlives_it() {
    let served = Served::start(&["--scenario", "calm"]);
    for _ in 0..2 {
        let ran = served.client(&["status", "-o", "json"]);
        let document = ran.json();
        assert_eq!(
            document["verdict"], "healthy",
            "{:#} {:#}",
            document["reasons"], document["unanswered"]
        );
        assert_eq!(
            (document["simulated"].as_bool(), document["fleet"].as_str()),
            (Some(false), Some("orders"))
        );
        assert_eq!(document["sites"].as_array().unwrap().len(), 3);
        assert!(
            document["sites"][0]["probe"]["value"]["status"] == 200,
            "{:#}",
            document["sites"][0]["probe"]
        );
        assert_eq!(ran.code, 0, "{:#}", document["unanswered"]);
    }
    let doctor = served.client(&["doctor"]);
    assert_eq!(doctor.code, 0, "{}{}", doctor.out, doctor.err);
}

#[test]
fn a_served_world_stops_cleanly_on_a_signal_and_takes_its_fleet_file_along() {
    for signal in ["-TERM", "-INT"] {
        let served = Served::start(&[]);
        let file = std::path::PathBuf::from(served.export("GWCTL_CONFIG"));
        assert!(
            file.starts_with(served.home.path("state")) && file.is_file(),
            "{}",
            file.display()
        );
        let (home, code) = (served.home.path("state"), served.stop(signal));
        assert_eq!(code, 0, "{signal} in {}", home.display());
        assert!(!file.exists());
    }
}

#[test]
fn a_fleet_file_asked_for_by_name_stays() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my fleet.toml");
    let served = Served::start(&["--fleet-file", file.to_str().unwrap()]);
    assert_eq!(
        served.export("GWCTL_CONFIG"),
        format!("'{}'", file.display())
    );
    assert_eq!(served.stop("-TERM"), 0);
    assert!(file.is_file());
}

#[test]
fn a_port_that_is_taken_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran = Home::new().run(&["sim", "serve", "--port", &port]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains(&format!("127.0.0.1:{port}")) && ran.err.contains("--port 0"),
        "{}",
        ran.err
    );
}
