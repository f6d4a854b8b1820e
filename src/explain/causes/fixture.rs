//! A fleet of three Regions for the tests of causes: the hour before all is well, and since a minute something is not.

use std::sync::Arc;
use std::time::Duration;

use gwctl_fleet::logs::{LogLine, LogSpan, Pattern, Placed, patterns};
use gwctl_fleet::{
    Alarm, AskedSource, ClusterState, Engine, Event, EventKind, EventOutcome, FailoverState,
    FleetSpec, FunctionDetail, Heard, InvokedAs, Logged, Member, Metric, Metrics, Missing,
    Observed, Point, Region, Series, Site, Snapshot, Source, Topology, Trail, Verdict,
};
use jiff::{SignedDuration, Timestamp};

use crate::{Evidence, Explanation, Hypothesis, explain};

pub(super) const HERE: &str = "eu-west-1";
pub(super) const THERE: &str = "us-east-1";
pub(super) const WRITE: &str = "orders-write";
/// How long ago something began, in minutes.
pub(super) const BEGAN: i64 = 8;
const HISTORY: i64 = 60;

pub(super) fn region(code: &str) -> Region {
    Region::new(code).unwrap()
}

/// So many minutes before now.
pub(super) fn ago(minutes: i64) -> Timestamp {
    let now: Timestamp = "2026-11-23T14:00:00Z".parse().unwrap();
    now - SignedDuration::from_mins(minutes)
}

/// What is known.
pub(super) struct Fixture {
    pub(super) picture: Snapshot,
    pub(super) events: Vec<Event>,
    /// As far as CloudTrail answered.
    pub(super) asked: Vec<AskedSource>,
    lines: Vec<Placed>,
    pub(super) spans: Vec<LogSpan>,
    /// What gwctl's own runs did.
    pub(super) runs: Vec<Event>,
    pub(super) heard: Heard,
}

impl Fixture {
    pub(super) fn well() -> Self {
        let regions = [THERE, HERE, "ap-southeast-1"];
        let sites: Vec<_> = regions
            .iter()
            .map(|code| {
                serde_json::json!({
                    "region": code, "api": "a1b2c3", "functions": ["orders-read", WRITE],
                })
            })
            .collect();
        let spec: FleetSpec = serde_json::from_value(serde_json::json!({
            "domain": "api.orders.example.com",
            "edge": { "hosted_zone": "Z1", "latency_record": "latency.orders.example.com", "router": "orders-router" },
            "sites": sites,
        }))
        .unwrap();
        let picture = Snapshot::blank("orders", &spec, ago(0));
        let mut fixture = Self {
            picture,
            events: Vec::new(),
            asked: regions.iter().map(|code| answered(code)).collect(),
            lines: Vec::new(),
            spans: Vec::new(),
            runs: Vec::new(),
            heard: Heard::default(),
        };
        for code in regions {
            for name in ["orders-read", WRITE] {
                fixture.figure(code, name, Metric::FunctionInvocations, (6_000.0, 6_000.0));
                fixture.figure(code, name, Metric::FunctionErrors, (2.0, 2.0));
                fixture.deployed(code, name, (6 * 24 * 60, "same"));
                fixture.spans.push(LogSpan {
                    region: region(code),
                    source: name.into(),
                    from: ago(30),
                    until: ago(0),
                    gap: None,
                });
            }
        }
        for code in regions {
            fixture.calls(code, None);
        }
        for site in &mut fixture.picture.sites {
            site.judgement.verdict = Verdict::Healthy;
        }
        fixture
    }

    /// `orders-write` fails in the first Region since [`BEGAN`].
    pub(super) fn failing() -> Self {
        let mut fixture = Self::well();
        fixture.fails(HERE, WRITE);
        fixture
    }

    pub(super) fn fails(&mut self, code: &str, name: &str) {
        self.figure(code, name, Metric::FunctionErrors, (2.0, 4_000.0));
    }

    /// The same since so many minutes.
    pub(super) fn fails_since(&mut self, code: &str, name: &str, minutes: i64) {
        let metrics = &mut self.function(code, name).metrics;
        set(metrics, Metric::FunctionErrors, (2.0, 4_000.0), minutes);
    }

    /// A value each minute: the usual one, and the one since something began.
    pub(super) fn figure(&mut self, code: &str, name: &str, metric: Metric, values: (f64, f64)) {
        let function = self.function(code, name);
        set(&mut function.metrics, metric, values, BEGAN);
    }

    /// The same of the Region's API.
    pub(super) fn api(&mut self, code: &str, metric: Metric, values: (f64, f64)) {
        set(&mut self.site(code).api.metrics, metric, values, BEGAN);
    }

    /// What this function counts could not be asked.
    pub(super) fn loses(&mut self, code: &str, name: &str, metric: Metric) {
        let why = "timed out".into();
        let lost = Observed::missing(Missing::CouldNotAsk { why }, source());
        *self.function(code, name).metrics.entry(metric) = lost;
    }

    /// The same of the edge.
    pub(super) fn edge(&mut self, metric: Metric, values: (f64, f64)) {
        set(&mut self.picture.edge.metrics, metric, values, BEGAN);
    }

    /// The same of the cluster.
    pub(super) fn database(&mut self, code: &str, metric: Metric, values: (f64, f64)) {
        let clusters = &mut self.picture.database.clusters;
        let cluster = clusters.entry(region(code)).or_default();
        set(&mut cluster.metrics, metric, values, BEGAN);
    }

    /// The writer is this Region's cluster.
    pub(super) fn writer_in(&mut self, code: &str) {
        self.topology(code, "available", None);
    }

    /// The writer is being moved away from this Region's cluster.
    pub(super) fn moves(&mut self, code: &str) {
        let status = "switching-over";
        let failover = FailoverState {
            status: status.into(),
            from: None,
            to: None,
            data_loss_allowed: false,
        };
        self.topology(code, status, Some(failover));
    }

    fn topology(&mut self, code: &str, status: &str, failover: Option<FailoverState>) {
        self.picture.database.topology = known(Topology {
            status: status.into(),
            engine: engine(),
            endpoint: None,
            failover,
            members: vec![Member {
                arn: format!("arn:aws:rds:{code}:123456789012:cluster:orders"),
                region: region(code),
                cluster: "orders".into(),
                writer: true,
                write_forwarding: None,
                synchronization: None,
            }],
            deletion_protection: true,
        });
    }

    /// The database there is behind the writer since so many minutes.
    pub(super) fn lags(&mut self, code: &str, since: i64) {
        self.writer_in(THERE);
        let clusters = &mut self.picture.database.clusters;
        let metrics = &mut clusters.entry(region(code)).or_default().metrics;
        set(metrics, Metric::RpoLag, (80.0, 30_000.0), since);
    }

    /// The hypothesis of `cause`, which is there.
    pub(super) fn only(&self, cause: &str) -> Hypothesis {
        let all = self.explained().hypotheses;
        let found = all.iter().find(|one| one.cause == cause);
        found
            .unwrap_or_else(|| panic!("{cause} is not among {all:#?}"))
            .clone()
    }

    /// RDS finds the cluster there available.
    pub(super) fn available(&mut self, code: &str) {
        let clusters = &mut self.picture.database.clusters;
        clusters.entry(region(code)).or_default().state = known(ClusterState {
            status: "available".into(),
            engine: engine(),
            instances: Vec::new(),
            endpoint: None,
            reader_endpoint: None,
            write_forwarding: None,
            backup_days: None,
            port: None,
            capacity: None,
            managed_password: false,
            needs: Vec::new(),
            pending_reboot: Vec::new(),
        });
    }

    /// Nothing in the Region answers, and the writer is there.
    pub(super) fn dark(&mut self, code: &str) {
        self.writer_in(code);
        let site = self.site(code);
        let why = "timed out".into();
        site.probe = Observed::missing(Missing::CouldNotAsk { why }, source());
        site.reach.silent_calls = 9;
    }

    /// These alarms there fire, of which it is not known what they watch.
    pub(super) fn fires(&mut self, code: &str, names: &[&str]) {
        let alarm = |name: &&str| Alarm {
            name: (*name).into(),
            reason: "Threshold Crossed".into(),
            since: Some(ago(BEGAN - 1)),
            watches: None,
            measured: None,
        };
        self.site(code).alarms = known(names.iter().map(alarm).collect());
    }

    /// The picture finds this wrong in the Region.
    pub(super) fn ails(&mut self, code: &str, about: &'static str, text: &str) {
        self.site(code).judgement.reasons.push(gwctl_fleet::Reason {
            verdict: Verdict::Down,
            about,
            text: text.into(),
        });
    }

    /// The function was last changed so many minutes ago, and has code of this checksum.
    pub(super) fn deployed(&mut self, code: &str, name: &str, (minutes, sum): (i64, &str)) {
        self.function(code, name).detail = known(FunctionDetail {
            runtime: "nodejs22.x".into(),
            state: "Active".into(),
            memory_mb: 512,
            timeout_s: 10,
            last_modified: Some(ago(minutes)),
            version: "$LATEST".into(),
            code_sha256: Some(sum.into()),
            needs: Vec::new(),
        });
    }

    /// The Region's API calls its functions by this alias.
    pub(super) fn calls(&mut self, code: &str, alias: Option<&str>) {
        let all = ["orders-read", WRITE].map(|name| InvokedAs {
            function: name.into(),
            qualifier: alias.map(Into::into),
        });
        self.site(code).api.invoked = known(all.into());
    }

    pub(super) fn site(&mut self, code: &str) -> &mut Site {
        let mut sites = self.picture.sites.iter_mut();
        sites.find(|site| site.region == region(code)).unwrap()
    }

    fn function(&mut self, code: &str, name: &str) -> &mut gwctl_fleet::Function {
        let mut functions = self.site(code).functions.iter_mut();
        functions.find(|one| one.name == name).unwrap()
    }

    /// Somebody called so many minutes ago.
    pub(super) fn called(
        &mut self,
        minutes: i64,
        call: &str,
        code: &str,
        about: &str,
    ) -> &mut Event {
        let kind = EventKind::of_service(call.split(':').next().unwrap());
        self.events.push(Event {
            at: ago(minutes),
            region: Some(region(code)),
            kind,
            who: Some("alice".into()),
            what: format!("called {call} on {about}"),
            outcome: EventOutcome::Done,
            // As `FleetNames` keeps names.
            about: Some(about.to_lowercase())
                .filter(|about| !about.is_empty())
                .into_iter()
                .collect(),
            source: source(),
            fields: vec![("call", call.to_owned())],
        });
        self.events.last_mut().unwrap()
    }

    /// The function logs `text` as an error, `count` times a minute from and to so many minutes ago.
    pub(super) fn logs(
        &mut self,
        (code, name): (&str, &str),
        text: &str,
        span: (i64, i64),
        count: usize,
    ) {
        for minute in span.1..span.0 {
            let at = ago(minute) - SignedDuration::from_secs(30);
            let message =
                format!("{at:.3}\t0b1c2d3e-0000-4000-8000-00000000{minute:04}\tERROR\t{text}");
            self.lines.extend((0..count).map(|_| Placed {
                region: region(code),
                source: name.into(),
                at,
                line: LogLine::read(&message),
                raw: message.as_str().into(),
            }));
        }
    }

    pub(super) fn patterns(&self) -> Vec<Pattern> {
        let mut lines = self.lines.clone();
        lines.sort_by_key(|line| line.at);
        patterns(lines.into_iter().map(Arc::new))
    }

    /// What is new and no hypothesis tells, a sentence each.
    pub(super) fn unexplained(&self) -> Vec<String> {
        self.with_evidence(|evidence| {
            let turned = crate::turned(&self.picture);
            let all = crate::unexplained(evidence, &explain(evidence), &turned);
            all.iter().map(ToString::to_string).collect()
        })
    }

    pub(super) fn explained(&self) -> Explanation {
        self.with_evidence(explain)
    }

    pub(super) fn with_evidence<T>(&self, look: impl FnOnce(&Evidence<'_>) -> T) -> T {
        let patterns = self.patterns();
        let trail = Trail {
            events: &self.events,
            from: ago(120),
            asked: &self.asked,
        };
        let logged = Logged {
            patterns: &patterns,
            spans: &self.spans,
            heard: &self.heard,
        };
        let evidence = Evidence::new(&self.picture, Some(trail), Some(logged));
        look(&evidence.with_runs(&self.runs))
    }
}

/// CloudTrail's answer, which is complete to fifteen minutes ago.
fn answered(code: &str) -> AskedSource {
    AskedSource {
        source: Source {
            region: Some(region(code)),
            ..source()
        },
        account: None,
        at: ago(0),
        missing: None,
        complete_to: Some(ago(15)),
        read_from: None,
        unreadable: 0,
    }
}

fn source() -> Source {
    Source {
        api: "cloudtrail:LookupEvents",
        region: None,
    }
}

pub(super) fn known<T>(value: T) -> Observed<T> {
    Observed::known(value, ago(0), source())
}

fn engine() -> Engine {
    Engine {
        name: "aurora-postgresql".into(),
        version: "16.8".into(),
    }
}

/// The usual value, and the one since so many minutes.
fn set(metrics: &mut Metrics, metric: Metric, (usual, since): (f64, f64), began: i64) {
    let points = (1..=HISTORY).map(|minute| Point {
        at: ago(minute),
        value: if minute <= began { since } else { usual },
    });
    let series = Series::new(Duration::from_mins(1), points);
    *metrics.entry(metric) = known(Arc::new(series));
}
