//! Scenarios: which fault starts and ends when, and when somebody else moves the writer. TOML, embedded or the user's own.

use std::path::Path;

use jiff::SignedDuration;
use serde::Deserialize;

use super::clients::PEAK;
use super::embedded::EMBEDDED;
use super::model::{DatabaseShape, Dialect, Naming, RoutingShape, SwitchSetup, Without};
use super::physics::Physics;
use crate::world::parts::faults::{Fault, FaultKind};
use gwctl_fleet::Region;

/// How far before the start a fault may begin: as long as the history that is made.
pub(super) const HISTORY: SignedDuration = SignedDuration::from_hours(4);

/// A story of faults.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// `region-dark`, or the path it was read from.
    pub name: String,
    /// A few words.
    pub title: String,
    /// What happens and what to look at.
    pub explanation: String,
    /// Whether the fleet has ARC routing controls (`arc = true`).
    pub arc: bool,
    /// What its Region switch plan is like, where it has one (`[region-switch]`).
    pub region_switch: Option<SwitchSetup>,
    /// The alias that its APIs call their functions by, with stages that are deployed by hand (`releases = "live"`).
    pub releases: Option<String>,
    /// Whether its parts are in several accounts (`accounts = true`).
    pub accounts: bool,
    /// Another partition that the world is told in (`partition = "aws-cn"`); it decides the Regions.
    pub partition: Option<Dialect>,
    /// How its functions are named (`names = "cdk"`).
    pub names: Naming,
    /// What the fleet's configuration leaves out (`without = ["database", "cloudfront"]`).
    pub without: Without,
    /// By which policy Route 53 routes between the Regions (`routing = "weighted"`).
    pub routing: RoutingShape,
    /// How its database differs from the usual one (`[database]`).
    pub database: DatabaseShape,
    /// Which readings of AWS's documents hold (`[physics]`).
    pub physics: Physics,
    /// Requests a second if every place were at its daily peak at once (`clients = 2.5`).
    pub clients: f64,
    /// What happens, in order of time.
    pub events: Vec<Event>,
    /// Whether one or two others are drawn by the seed (`random = true`).
    pub random: bool,
    /// What is really wrong (`[[truth]]`): only who judges an explanation asks for it. Empty where nothing is, none where
    /// nobody wrote it down.
    pub truth: Option<Vec<Truth>>,
}

/// What is really wrong in a world, for those who judge what was concluded from the outside.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Truth {
    /// The cause, by the name that `gwctl explain -o json` has for it: `bad-deployment`.
    pub cause: String,
    /// Where; none where it is no single Region's.
    #[serde(default)]
    pub region: Option<Region>,
    /// Since when clients or figures feel it, from the start of the world; none where that cannot be told.
    #[serde(default)]
    pub onset: Option<SignedDuration>,
}

/// Something happens.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// From the start of the world; negative lies in the history that is made at the start.
    pub at: SignedDuration,
    /// Up to so much later, by the seed.
    pub within: SignedDuration,
    pub what: Happening,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// A fault starts.
    Starts(Fault),
    /// A fault ends.
    Ends(Fault),
    /// Another operator switches the writer over to a Region.
    Switchover(Region),
    /// Another operator fails over to a Region and accepts the loss of what has not arrived.
    Failover(Region),
}

impl Happening {
    /// The Region it strikes.
    pub fn region(&self) -> Option<&Region> {
        match self {
            Self::Starts(fault) | Self::Ends(fault) => fault.region.as_ref(),
            Self::Switchover(region) | Self::Failover(region) => Some(region),
        }
    }
}

/// Why a scenario cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// Neither an embedded name nor a file.
    #[error("there is no scenario `{name}`: use one of {known}, or the path of a TOML file")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The embedded names.
        known: String,
    },
    /// The file could not be read.
    #[error("cannot read scenario {path}: {source}")]
    Unreadable {
        /// Which file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Not TOML, or not a scenario's.
    #[error("scenario {name} is not well-formed: {why}")]
    Malformed {
        /// Which.
        name: String,
        /// Where and why, with what is accepted.
        why: String,
    },
    /// An event that makes no sense.
    #[error("scenario {name}, event {number}: {why}")]
    Event {
        /// Which scenario.
        name: String,
        /// Which event, from 1.
        number: usize,
        /// Why, with what is accepted.
        why: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    #[serde(default)]
    explanation: String,
    #[serde(default)]
    arc: bool,
    #[serde(default, rename = "region-switch")]
    region_switch: Option<SwitchSetup>,
    #[serde(default)]
    releases: Option<String>,
    #[serde(default)]
    accounts: bool,
    #[serde(default)]
    partition: Option<Dialect>,
    #[serde(default)]
    names: Naming,
    #[serde(default)]
    without: Vec<Lack>,
    #[serde(default)]
    routing: RoutingShape,
    #[serde(default)]
    database: DatabaseShape,
    #[serde(default)]
    physics: Physics,
    #[serde(default = "everybody")]
    clients: f64,
    #[serde(default)]
    random: bool,
    #[serde(default)]
    event: Vec<RawEvent>,
    truth: Option<Vec<Truth>>,
}

/// A part that the fleet does without.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Lack {
    Database,
    Cloudfront,
}

const fn everybody() -> f64 {
    PEAK
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEvent {
    at: String,
    #[serde(default)]
    within: SignedDuration,
    start: Option<FaultKind>,
    end: Option<FaultKind>,
    switchover: Option<Region>,
    failover: Option<Region>,
    region: Option<Region>,
    action: Option<String>,
    answers: Option<u16>,
}

impl Scenario {
    /// The names of the embedded scenarios.
    pub fn names() -> impl Iterator<Item = &'static str> {
        EMBEDDED.iter().map(|(name, _)| *name)
    }

    /// Nothing goes wrong.
    pub fn calm() -> Self {
        Self {
            name: "calm".into(),
            title: "A calm day".into(),
            explanation: "Nothing is wrong.".into(),
            arc: false,
            region_switch: None,
            releases: None,
            accounts: false,
            partition: None,
            names: Naming::default(),
            without: Without::default(),
            routing: RoutingShape::default(),
            database: DatabaseShape::default(),
            physics: Physics::default(),
            clients: PEAK,
            events: Vec::new(),
            random: false,
            truth: Some(Vec::new()),
        }
    }

    /// The embedded scenario of this name, or the file at this path.
    pub fn load(name_or_path: &str) -> Result<Self, ScenarioError> {
        if let Some((name, text)) = EMBEDDED.iter().find(|(name, _)| *name == name_or_path) {
            return Self::parse(name, text);
        }
        let path = Path::new(name_or_path);
        let looks_like_a_path =
            path.extension().is_some() || name_or_path.contains(std::path::MAIN_SEPARATOR);
        if !looks_like_a_path {
            return Err(ScenarioError::Unknown {
                name: name_or_path.into(),
                known: Self::names().collect::<Vec<_>>().join(", "),
            });
        }
        let text = std::fs::read_to_string(path).map_err(|source| ScenarioError::Unreadable {
            path: name_or_path.into(),
            source,
        })?;
        Self::parse(name_or_path, &text)
    }

    /// Reads a scenario's TOML; `name` is for its messages.
    pub fn parse(name: &str, text: &str) -> Result<Self, ScenarioError> {
        let file: File = toml::from_str(text).map_err(|error| ScenarioError::Malformed {
            name: name.into(),
            why: error.to_string(),
        })?;
        let mut events = Vec::with_capacity(file.event.len());
        for (i, raw) in file.event.into_iter().enumerate() {
            let event = Event::from_raw(&raw).map_err(|why| ScenarioError::Event {
                name: name.into(),
                number: i + 1,
                why,
            })?;
            events.push(event);
        }
        events.sort_by_key(|event| event.at);
        Ok(Self {
            name: name.into(),
            title: file.title,
            explanation: file.explanation,
            arc: file.arc,
            region_switch: file.region_switch,
            releases: file.releases,
            accounts: file.accounts,
            partition: file.partition,
            names: file.names,
            without: Without {
                database: file.without.contains(&Lack::Database),
                cloudfront: file.without.contains(&Lack::Cloudfront),
            },
            routing: file.routing,
            database: file.database,
            physics: file.physics,
            clients: file.clients,
            events,
            random: file.random,
            truth: file.truth,
        })
    }

    /// This story, and in the same fleet all that happens in `other`.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.name = format!("{} + {}", self.name, other.name);
        self.title = format!("{}; {}", self.title, other.title);
        self.explanation = format!("{}\n{}", self.explanation, other.explanation);
        self.events.extend(other.events);
        self.events.sort_by_key(|event| event.at);
        self.truth = self
            .truth
            .zip(other.truth)
            .map(|(mine, theirs)| [mine, theirs].concat());
        self
    }
}

impl Event {
    fn from_raw(raw: &RawEvent) -> Result<Self, String> {
        let at: SignedDuration = raw.at.parse().map_err(|_| {
            format!(
                "`at = \"{}\"` is not a time: write `30s`, `2m`, or `-4m` for before the start",
                raw.at
            )
        })?;
        if at < -HISTORY {
            return Err(format!(
                "`at = \"{}\"` is before the history, which begins at -4h",
                raw.at
            ));
        }
        let (region, action) = (raw.region.as_ref(), raw.action.as_deref());
        let fault = |kind| Fault::checked(kind, region, action, raw.answers);
        let what = match (raw.start, raw.end, &raw.switchover, &raw.failover) {
            (Some(kind), None, None, None) => Happening::Starts(fault(kind)?),
            (None, Some(kind), None, None) => Happening::Ends(fault(kind)?),
            (None, None, Some(to), None) => Happening::Switchover(to.clone()),
            (None, None, None, Some(to)) => Happening::Failover(to.clone()),
            _ => {
                return Err(
                    "an event has one of `start` or `end` (a fault's name), `switchover` or \
                            `failover` (a Region)"
                        .into(),
                );
            }
        };
        Ok(Self {
            at,
            within: raw.within,
            what,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MetricCheckFollows;

    #[test]
    fn every_embedded_scenario_parses_and_all_but_calm_show_at_once() {
        for name in Scenario::names() {
            let scenario = Scenario::load(name).unwrap_or_else(|e| panic!("{e}"));
            assert!(
                !scenario.title.is_empty() && !scenario.explanation.is_empty(),
                "{name}"
            );
            let at_start = scenario.events.iter().any(|e| e.at <= SignedDuration::ZERO);
            // A shape of a fleet has no events: nothing goes wrong.
            assert!(scenario.events.is_empty() || at_start, "{name}");
        }
    }

    #[test]
    fn a_faulty_scenario_is_told_what_is_accepted() {
        let complaint = |events: &str| {
            Scenario::parse("mine.toml", &format!("title = \"t\"\n{events}"))
                .unwrap_err()
                .to_string()
        };
        for (events, expected) in [
            (
                "[[event]]\nat = \"soon\"\nstart = \"throttled\"",
                "write `30s`",
            ),
            (
                "[[event]]\nat = \"1s\"\nstart = \"region-dark\"",
                "add `region",
            ),
            (
                "[[event]]\nat = \"1s\"\nstart = \"throttled\"\nregion = \"eu-west-1\"",
                "remove `region`",
            ),
            ("[[event]]\nat = \"1s\"", "one of `start` or `end`"),
            (
                "[[event]]\nat = \"-5h\"\nstart = \"throttled\"",
                "begins at -4h",
            ),
            (
                "[[event]]\nat = \"1s\"\nstart = \"earthquake\"",
                "lambda-errors",
            ),
            (
                "[[event]]\nat = \"1s\"\nbegin = \"throttled\"",
                "unknown field",
            ),
            (
                "[[event]]\nat = \"1s\"\nstart = \"region-dark\"\nregion = \"Ireland\"",
                "not a Region code",
            ),
            (
                "[[event]]\nat = \"1s\"\nstart = \"access-denied\"\naction = \"all\"",
                "rds:DescribeDBClusters",
            ),
            (
                "[[event]]\nat = \"1s\"\nstart = \"bad-config\"\nregion = \"eu-west-1\"\nanswers = 500",
                "only bad-deploy does",
            ),
        ] {
            let said = complaint(events);
            assert!(said.contains(expected), "{events}\n{said}");
        }
        let said = Scenario::load("region-drak").unwrap_err().to_string();
        assert!(
            said.contains("region-dark") && said.contains("TOML"),
            "{said}"
        );
    }

    #[test]
    fn a_scenario_chooses_the_other_reading() {
        let text = "title = \"Mine\"\n[physics]\nmetric-check-follows = \"alarm-state\"\ncheckers-are-counted = false\n";
        let physics = Scenario::parse("mine.toml", text).unwrap().physics;
        assert_eq!(physics.metric_check_follows, MetricCheckFollows::AlarmState);
        assert!(!physics.checkers_are_counted);
        let unknown = Scenario::parse("mine.toml", "title = \"Mine\"\n[physics]\ngravity = 1\n");
        assert!(unknown.unwrap_err().to_string().contains("unset-port"));
    }

    #[test]
    fn a_file_of_ones_own_is_played() {
        let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
        std::fs::write(
            file.path(),
            "title = \"Mine\"\n[[event]]\nat = \"2m\"\nend = \"throttled\"\n[[event]]\nat = \"1m\"\nstart = \"throttled\"\n",
        )
        .unwrap();
        let scenario = Scenario::load(file.path().to_str().unwrap()).unwrap();
        assert_eq!(scenario.title, "Mine");
        assert_eq!(scenario.physics, Physics::default());
        assert!(
            matches!(scenario.events[0].what, Happening::Starts(_)),
            "in order of time"
        );
        assert!(matches!(scenario.events[1].what, Happening::Ends(_)));
    }
}
