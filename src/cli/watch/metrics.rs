//! The figures for a collector, in the text of OpenMetrics. What is not known has no sample: a gap is no zero.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::cli::failure::Failure;
use crate::fleet::{Metric, Snapshot, Verdict};
use crate::notify::Outcomes;

/// What is served.
#[derive(Debug, Default)]
pub struct Page {
    /// The newest complete picture of each fleet.
    pub pictures: BTreeMap<String, Arc<Snapshot>>,
    /// Whether this process tells people of a fleet.
    pub telling: BTreeMap<String, bool>,
    /// What became of what was told.
    pub outcomes: Outcomes,
}

/// Shared with the server.
pub type Shown = Arc<Mutex<Page>>;

const VERDICTS: [Verdict; 4] = [
    Verdict::Healthy,
    Verdict::Unknown,
    Verdict::Degraded,
    Verdict::Down,
];

/// A text that is being written.
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(label, value)| format!("{label}=\"{}\"", escaped(value)))
            .collect();
        let _ = writeln!(self.0, "{name}{{{}}} {value}", labels.join(","));
    }
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

impl Page {
    /// The page as a collector reads it.
    pub fn text(&self) -> String {
        let mut text = Text(String::new());
        self.verdicts(&mut text);
        self.sites(&mut text);
        self.costs(&mut text);
        self.told(&mut text);
        text.0.push_str("# EOF\n");
        text.0
    }

    fn verdicts(&self, text: &mut Text) {
        let name = "gwctl_verdict";
        let help = "How a fleet is, and with the label region one of its Regions: 1 for the verdict that holds.";
        text.family(name, "stateset", help);
        for (fleet, picture) in &self.pictures {
            let whole = [("", &picture.judgement)].into_iter();
            let sites = picture.sites.iter();
            let sites = sites.map(|site| (site.region.as_str(), &site.judgement));
            for (region, judgement) in whole.chain(sites) {
                for verdict in VERDICTS {
                    let labels = [
                        ("fleet", fleet.as_str()),
                        ("region", region),
                        (name, verdict.word()),
                    ];
                    let holds = f64::from(u8::from(judgement.verdict == verdict));
                    text.sample(name, &labels, holds);
                }
            }
        }
        let name = "gwctl_picture_timestamp_seconds";
        text.family(
            name,
            "gauge",
            "When the fleet was last seen, in seconds since 1970.",
        );
        for (fleet, picture) in &self.pictures {
            let at = picture.at.as_millisecond() as f64 / 1e3;
            text.sample(name, &[("fleet", fleet)], at);
        }
    }

    /// A figure of each Region, where it is known.
    fn figure(
        &self,
        text: &mut Text,
        (name, help): (&str, &str),
        figure: impl Fn(&Snapshot, &crate::fleet::Site) -> Option<f64>,
    ) {
        text.family(name, "gauge", help);
        for (fleet, picture) in &self.pictures {
            for site in &picture.sites {
                if let Some(value) = figure(picture, site) {
                    let labels = [("fleet", fleet.as_str()), ("region", site.region.as_str())];
                    text.sample(name, &labels, value);
                }
            }
        }
    }

    fn sites(&self, text: &mut Text) {
        let help = "The share of all requests that the Region serves.";
        self.figure(
            text,
            ("gwctl_traffic_share_ratio", help),
            |picture, site| {
                let share = picture.traffic_share(&site.region).ok()?;
                Some(share.percent / 100.0)
            },
        );
        let help = "The 99th percentile of the API's latency in its newest settled minute.";
        self.figure(
            text,
            ("gwctl_api_latency_p99_seconds", help),
            |picture, site| {
                let series = site.api.metrics.get(Metric::ApiLatencyP99).current()?;
                Some(series.settled(picture.at)?.value / 1e3)
            },
        );
        let help = "The share of clients' requests that the API answers with 5xx.";
        self.figure(text, ("gwctl_api_5xx_ratio", help), |picture, site| {
            Some(picture.failing(site, Metric::Api5xx)?.value / 100.0)
        });
        let help = "How far the Region's copy of the database is behind its writer.";
        self.figure(
            text,
            ("gwctl_replication_lag_seconds", help),
            |picture, site| {
                if picture.is_writer(&site.region) == Some(true) {
                    return None;
                }
                Some(picture.database.lag_now(&site.region)?.ms / 1e3)
            },
        );
    }

    fn costs(&self, text: &mut Text) {
        text.family("gwctl_calls", "counter", "Calls to AWS.");
        for (fleet, picture) in &self.pictures {
            let calls = picture.ledger.calls() as f64;
            text.sample("gwctl_calls_total", &[("fleet", fleet)], calls);
        }
        text.family(
            "gwctl_cost_dollars",
            "counter",
            "What the calls to AWS cost.",
        );
        for (fleet, picture) in &self.pictures {
            let dollars = picture.ledger.dollars();
            text.sample("gwctl_cost_dollars_total", &[("fleet", fleet)], dollars);
        }
    }

    fn told(&self, text: &mut Text) {
        let help = "Whether this process tells people of the fleet: of several watchers one does.";
        text.family("gwctl_telling", "gauge", help);
        for (fleet, tells) in &self.telling {
            let tells = f64::from(u8::from(*tells));
            text.sample("gwctl_telling", &[("fleet", fleet)], tells);
        }
        let help = "Messages by what became of them.";
        text.family("gwctl_notifications", "counter", help);
        for (target, outcome) in &self.outcomes {
            let all = [
                ("delivered", outcome.delivered),
                ("lost", outcome.lost),
                ("dropped", outcome.dropped),
            ];
            for (word, count) in all {
                let labels = [("target", target.as_str()), ("outcome", word)];
                text.sample("gwctl_notifications_total", &labels, count as f64);
            }
        }
        text.family(
            "gwctl_notifications_waiting",
            "gauge",
            "Messages that wait.",
        );
        for (target, outcome) in &self.outcomes {
            let labels = [("target", target.as_str())];
            text.sample(
                "gwctl_notifications_waiting",
                &labels,
                outcome.waiting as f64,
            );
        }
    }
}

/// How long a collector may take to ask, and how many may ask at once.
const PATIENCE: Duration = Duration::from_secs(5);
const AT_ONCE: usize = 8;

/// Serves `shown` at `address` until it is dropped; where it listens.
pub async fn serve(
    address: SocketAddr,
    shown: Shown,
) -> Result<(SocketAddr, JoinSet<()>), Failure> {
    let failed = |error: std::io::Error| Failure::io(format!("listen at {address}"), &error);
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let mut server = JoinSet::new();
    server.spawn(async move {
        let mut asking = JoinSet::new();
        loop {
            if asking.len() >= AT_ONCE {
                asking.join_next().await;
                continue;
            }
            while asking.try_join_next().is_some() {}
            // Out of file descriptors, for instance: it passes.
            let Ok((connection, _)) = listener.accept().await else {
                tokio::time::sleep(PATIENCE).await;
                continue;
            };
            let shown = shown.clone();
            asking.spawn(async move {
                drop(tokio::time::timeout(PATIENCE, answer(connection, &shown)).await);
            });
        }
    });
    Ok((address, server))
}

async fn answer(mut connection: TcpStream, shown: &Shown) -> std::io::Result<()> {
    let mut asked = Vec::new();
    let mut buffer = [0; 1_024];
    while !asked.windows(4).any(|end| end == b"\r\n\r\n") && asked.len() < 16 * 1_024 {
        match connection.read(&mut buffer).await? {
            0 => return Ok(()),
            length => asked.extend_from_slice(&buffer[..length]),
        }
    }
    let (status, body) =
        if asked.starts_with(b"GET /metrics ") || asked.starts_with(b"GET /metrics?") {
            let page = shown.lock().unwrap_or_else(PoisonError::into_inner).text();
            ("200 OK", page)
        } else {
            ("404 Not Found", "gwctl serves GET /metrics\n".to_owned())
        };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    connection.write_all(head.as_bytes()).await?;
    connection.write_all(body.as_bytes()).await?;
    connection.shutdown().await
}
