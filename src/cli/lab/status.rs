//! `gwctl lab status`: what the lab's process last wrote of its parts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::args::{Authorization, Status as Args};
use super::file::{self, Noted};
use super::running::RunningLab;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::flags::Output;
use crate::cli::output::{aligned, print};
use crate::config::Paths;
use crate::fleet::{Region, format};
use crate::lab::DataPlane;
use crate::lab::edge::Life;
use crate::lab::status::{EdgeStatus, RegionStatus, Role, Status};
use crate::sim::Sim;

/// How often it is written.
const EVERY: Duration = Duration::from_secs(1);
/// After so long without a word the lab's process hangs.
const SILENT: SignedDuration = SignedDuration::from_secs(15);

/// What is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Told {
    at: Timestamp,
    /// Who may call the APIs.
    authorization: String,
    /// Whom clients trust, and what they sign with.
    folder: PathBuf,
    /// Requests that each Region's API answered in the last minute.
    requests_last_minute: BTreeMap<Region, f64>,
    #[serde(flatten)]
    status: Status,
}

/// As it is printed for programs.
#[derive(Serialize)]
struct Printed<'a> {
    #[serde(flatten)]
    noted: &'a Noted,
    #[serde(flatten)]
    told: &'a Told,
    /// Empty where everything lives.
    dead: &'a [String],
}

fn path() -> Result<PathBuf, Failure> {
    Ok(Paths::find(None)?.state.join("lab-status.json"))
}

/// The file goes with this.
struct Written(PathBuf);

impl Drop for Written {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// What writes it down.
pub(super) struct Teller {
    /// It must not keep the lab alive.
    plane: Weak<DataPlane>,
    sim: Sim,
    authorization: &'static str,
    folder: PathBuf,
    written: Written,
}

impl Teller {
    /// That of `lab`.
    ///
    /// # Errors
    /// There is no place for gwctl's files.
    pub(super) fn of(lab: &RunningLab, authorization: Authorization) -> Result<Self, Failure> {
        Ok(Self {
            plane: Arc::downgrade(&lab.plane),
            sim: lab.sim.clone(),
            authorization: match authorization {
                Authorization::None => "none",
                Authorization::Iam => "iam",
            },
            folder: lab.folder().to_path_buf(),
            written: Written(path()?),
        })
    }

    /// Writes it down again and again, as long as there is a lab.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) async fn keep_telling(self) -> Result<(), Failure> {
        while let Some(plane) = self.plane.upgrade() {
            let status = plane.status().await;
            drop(plane);
            self.write(status)?;
            tokio::time::sleep(EVERY).await;
        }
        Ok(())
    }

    fn write(&self, status: Status) -> Result<(), Failure> {
        let told = Told {
            at: Timestamp::now(),
            authorization: self.authorization.into(),
            folder: self.folder.clone(),
            requests_last_minute: self.requests(&status),
            status,
        };
        let text = serde_json::to_string(&told).unwrap_or_default();
        let path = &self.written.0;
        let beside = path.with_extension("new");
        let done = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path));
        done.map_err(|error| Failure::io(format!("write {}", path.display()), &error))
    }

    fn requests(&self, status: &Status) -> BTreeMap<Region, f64> {
        let world = self.sim.state();
        let regions = status.regions.iter().map(|one| &one.region);
        let served =
            regions.filter_map(|region| Some((region.clone(), world.requests_served(region)?)));
        served.collect()
    }
}

/// Prints it.
pub(super) fn print_status(args: Args) -> Result<Exit, Failure> {
    let Some(noted) = file::read()? else {
        let json = args.output == Output::Json;
        print(if json { "null\n" } else { "no lab runs\n" })?;
        return Ok(Exit::Success);
    };
    let text = std::fs::read_to_string(path()?).unwrap_or_default();
    let Ok(told) = serde_json::from_str::<Told>(&text) else {
        let what = format!(
            "the lab of process {} has not said yet what runs",
            noted.pid
        );
        return Err(Failure::new(what).next("Ask again in a few seconds."));
    };
    let silent = Timestamp::now().duration_since(told.at);
    let mut dead = told.status.dead();
    if silent > SILENT {
        dead.push(format!(
            "the lab's process {}, which last wrote its state {} ago",
            noted.pid,
            format::span(silent)
        ));
    }
    print(&match args.output {
        Output::Table => table(&noted, &told, &dead),
        Output::Markdown => format!("```\n{}```\n", table(&noted, &told, &dead)),
        Output::Json => {
            let printed = Printed {
                noted: &noted,
                told: &told,
                dead: &dead,
            };
            let json = serde_json::to_string_pretty(&printed).unwrap_or_default();
            format!("{json}\n")
        }
    })?;
    Ok(if dead.is_empty() {
        Exit::Success
    } else {
        Exit::Failure
    })
}

fn table(noted: &Noted, told: &Told, dead: &[String]) -> String {
    let mut text = format!(
        "a lab runs as process {}\nits AWS            {}\nits fleet          {}\nits authorization  {}\n\
         for clients        {}: the authority `ca.pem`, and a profile to sign with, `credentials`\n\n",
        noted.pid,
        noted.url,
        noted.config.display(),
        told.authorization,
        told.folder.display()
    );
    let mut rows = vec![
        [
            "REGION",
            "DATABASE",
            "PID",
            "LAG",
            "FUNCTIONS",
            "REQUESTS/MIN",
            "API",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    let regions = told.status.regions.iter();
    rows.extend(regions.map(|one| row(one, told.requests_last_minute.get(&one.region).copied())));
    push(&mut text, &rows);
    let mut rows = vec![
        ["EDGE", "STATE", "PID", "ADDRESS", "DNS"]
            .map(str::to_owned)
            .to_vec(),
    ];
    rows.extend(told.status.edges.iter().map(edge_row));
    push(&mut text, &rows);
    if dead.is_empty() {
        text.push_str("every part lives\n");
    } else {
        let _ = writeln!(text, "dead: {}", dead.join("; "));
    }
    text
}

fn push(text: &mut String, rows: &[Vec<String>]) {
    text.push_str(&aligned(rows).join("\n"));
    text.push_str("\n\n");
}

fn row(one: &RegionStatus, requests: Option<f64>) -> Vec<String> {
    let database = &one.database;
    let role = match (database.pid, database.role) {
        (None, _) => "dead",
        (Some(_), Role::Writer) => "writer",
        (Some(_), Role::Replica) => "replica",
    };
    let lag = match (database.role, database.lag_ms) {
        (Role::Writer, _) => "–".into(),
        (_, Some(ms)) => format!("{ms:.0} ms"),
        (_, None) => "unknown".into(),
    };
    let busy: usize = one.functions.iter().map(|function| function.busy).sum();
    let frozen: usize = one.functions.iter().map(|function| function.frozen).sum();
    let api = if one.api.open {
        one.api.address.to_string()
    } else {
        "closed".into()
    };
    vec![
        one.region.to_string(),
        role.into(),
        pid(database.pid),
        lag,
        format!("{busy} busy, {frozen} frozen"),
        requests.map_or_else(|| "unknown".into(), |n| format::count(n.round())),
        api,
    ]
}

fn edge_row(edge: &EdgeStatus) -> Vec<String> {
    let state = match edge.life {
        Life::Runs => "runs",
        Life::Hangs => "hangs",
        Life::Ended => "dead",
    };
    vec![
        edge.continent.clone(),
        state.into(),
        pid(edge.pid),
        edge.address.to_string(),
        edge.resolver.to_string(),
    ]
}

fn pid(pid: Option<u32>) -> String {
    pid.map_or_else(|| "–".into(), |pid| pid.to_string())
}
