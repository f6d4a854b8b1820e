//! `gwctl sim`: the simulated AWS for any other client, over loopback.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::args::{Serve, Sim as What};
use super::clock::{self, ClockWord};
use super::exit::Exit;
use super::failure::Failure;
use super::flags::Simulated;
use super::output::{print, tell};
use super::runtime::run_async;
use super::simulated::{spec, world};
use super::stop_signals::StopSignals;
use super::target::DNS_VARIABLE;
use crate::config::{Config, Paths};
use crate::fleet::FleetSpec;
use crate::sim::{Scenario, Sim, wire};

/// Serves, or lists the scenarios.
pub fn run(what: &What) -> Result<Exit, Failure> {
    match what {
        What::Serve(args) => run_async(serve(args))?,
        What::Scenarios => scenarios(),
    }
}

fn scenarios() -> Result<Exit, Failure> {
    let mut text = String::new();
    for name in Scenario::names() {
        let title = Scenario::load(name)
            .map(|scenario| scenario.title)
            .unwrap_or_default();
        let _ = writeln!(text, "{name:<22}{title}");
    }
    print(&text)?;
    Ok(Exit::Success)
}

async fn serve(args: &Serve) -> Result<Exit, Failure> {
    let mut stop = StopSignals::listen()?;
    let sim = world(&args.world, args.empty)?;
    let server = wire::serve(sim.clone(), args.port).await.map_err(|error| {
        Failure::io(format!("listen on 127.0.0.1:{}", args.port), &error)
            .next("`--port 0` takes a free port.")
    })?;
    let served = Served::describe(&sim, &server, &args.world, args.fleet_file.as_deref())?;
    print(served.environment())?;
    stop.any().await;
    server.stop().await;
    tell("gwctl: the simulated AWS has stopped");
    Ok(Exit::Success)
}

/// What clients of a served world need. Dropping it removes the fleet file in gwctl's own folder.
pub struct Served {
    file: FleetFile,
    environment: String,
}

impl Served {
    /// Writes the fleet file to `wanted`, or into gwctl's own folder.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn describe(
        sim: &Sim,
        server: &wire::Server,
        world: &Simulated,
        wanted: Option<&Path>,
    ) -> Result<Self, Failure> {
        let url = format!("http://{}", server.address());
        let file = FleetFile::write(wanted, server.address().port(), sim, &url)?;
        let clock = ClockWord {
            world: sim.clock().now(),
            wall: Timestamp::now(),
            speed: world.speed,
        };
        let environment = environment(world, server, &file.path, &clock);
        Ok(Self { file, environment })
    }

    /// For a shell, as [`environment`] has it.
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// The fleet file.
    pub fn config(&self) -> &Path {
        &self.file.path
    }
}

/// What a shell must know to be a client; every line but the comments can be evaluated as it is.
fn environment(
    world: &Simulated,
    server: &wire::Server,
    fleet_file: &Path,
    clock: &ClockWord,
) -> String {
    let (url, dns) = (
        format!("http://{}", server.address()),
        server.dns().to_string(),
    );
    let mut text = format!(
        "# The simulated AWS, scenario {}, seed {}. Put these lines into another shell;\n\
         # there `gwctl status`, `gwctl`, `aws rds describe-global-clusters` and boto3 are its clients.\n",
        world.scenario, world.seed
    );
    // At speed 1 the world and its clients see the same present.
    let fast = (clock.speed - 1.0).abs() > f64::EPSILON;
    if fast {
        let _ = writeln!(
            text,
            "# Its time runs {} times faster than real time: {} lets gwctl follow it; other clients see a clock that goes ahead.",
            clock.speed,
            clock::VARIABLE
        );
    }
    for (name, value) in [
        ("AWS_ENDPOINT_URL", url.as_str()),
        (DNS_VARIABLE, &dns),
        ("AWS_ACCESS_KEY_ID", "SIMULATED"),
        ("AWS_SECRET_ACCESS_KEY", "SIMULATED"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ] {
        let _ = writeln!(text, "export {name}={value}");
    }
    let _ = writeln!(
        text,
        "export GWCTL_CONFIG={}",
        quoted(&fleet_file.display().to_string())
    );
    let mut unset = "unset AWS_PROFILE AWS_SESSION_TOKEN".to_owned();
    if fast {
        let _ = writeln!(text, "export {}={clock}", clock::VARIABLE);
    } else {
        let _ = write!(unset, " {}", clock::VARIABLE);
    }
    let _ = writeln!(text, "{unset}\n{}\n# Ctrl-C ends it.", rds(&url));
    text
}

/// AWS CLI v1 takes the endpoint of RDS in us-east-1 from a table of its own, before any variable.
fn rds(url: &str) -> String {
    format!(
        "# AWS CLI v1 passes over AWS_ENDPOINT_URL for `aws rds` in us-east-1; this function names the endpoint itself.\n\
         aws() {{ if [ \"$1\" = rds ]; then command aws --endpoint-url {url} \"$@\"; else command aws \"$@\"; fi; }}"
    )
}

/// `text` as one word of a shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%".contains(c);
    if text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// The configuration file of the served fleet. One in gwctl's own folder goes when the world does.
struct FleetFile {
    path: PathBuf,
    ours: bool,
}

impl FleetFile {
    fn write(wanted: Option<&Path>, port: u16, sim: &Sim, url: &str) -> Result<Self, Failure> {
        let path = match wanted {
            Some(path) => path.to_path_buf(),
            None => Paths::find(None)?.state.join(format!("sim-{port}.toml")),
        };
        let attempt = || format!("write the fleet file {}", path.display());
        let text = fleet_file(sim.name(), spec(sim), url)
            .map_err(|why| Failure::new(format!("cannot {}: {why}", attempt())))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&path, text))
            .map_err(|error| {
                Failure::io(attempt(), &error).next("`--fleet-file FILE` writes it elsewhere.")
            })?;
        Ok(Self {
            path,
            ours: wanted.is_none(),
        })
    }
}

impl Drop for FleetFile {
    fn drop(&mut self) {
        if self.ours {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// A configuration whose probes ask the served world, too.
fn fleet_file(name: &str, mut spec: FleetSpec, url: &str) -> Result<String, toml::ser::Error> {
    spec.probe_url = Some(format!("{url}/_gwctl/probe/domain"));
    for site in &mut spec.sites {
        site.probe_url = Some(format!("{url}/_gwctl/probe/{}", site.region));
    }
    // The credential scope of a request tells which of the five is meant.
    for endpoint in &mut spec.edge.routing_endpoints {
        url.clone_into(&mut endpoint.url);
    }
    let config = Config {
        fleets: [(name.to_owned(), spec)].into(),
        ..Config::default()
    };
    Ok(format!(
        "# A fleet of gwctl's simulated AWS, as long as it runs.\n{}",
        toml::to_string_pretty(&config)?
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::SimOptions;

    #[test]
    fn the_fleet_file_is_a_configuration_whose_probes_ask_the_served_world() {
        let sim = Sim::new(SimOptions::default()).unwrap();
        let text = fleet_file(sim.name(), sim.spec(), "http://127.0.0.1:1").unwrap();
        let loaded = crate::config::parse("sim.toml".as_ref(), &text).unwrap();
        assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
        let fleet = &loaded.config.fleets["orders"];
        assert_eq!(
            fleet.sites[1].probe_url.as_deref(),
            Some("http://127.0.0.1:1/_gwctl/probe/eu-west-1")
        );
    }

    #[test]
    fn a_path_with_a_blank_stays_one_word() {
        assert_eq!(quoted("/a/b.toml"), "/a/b.toml");
        assert_eq!(quoted("/a b/it's"), "'/a b/it'\\''s'");
    }
}
