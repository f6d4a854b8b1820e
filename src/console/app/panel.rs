//! The parts of screens that can have the focus.

/// A part of a screen that can have the focus: a list of rows with a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Panel {
    /// Fleet: one row a Region.
    Regions,
    /// Fleet: alarms of all Regions. Region: its alarms.
    Alarms,
    /// Fleet: what changed last.
    Changes,
    /// Region: one row a [`Chart`].
    Charts,
    /// Region: the functions.
    Functions,
    /// Database: one row a member cluster.
    Members,
    /// Database: events of every member, newest first.
    Events,
    /// Database, Edge: what could be done with each Region now.
    Readiness,
    /// Edge: the latency set.
    Records,
    /// Edge: health checks.
    Checks,
    /// Edge: what DNS answers now.
    Answers,
    /// Calls: counters by service, operation and Region.
    Operations,
    /// Calls: the newest single calls, newest first.
    Recent,
    /// Run: the steps.
    Steps,
    /// Run: every change that was sent, newest first.
    Sent,
    /// Run: notes, and abort criteria that were met, newest first.
    Log,
    /// Timeline: what happened to the fleet, newest last.
    Timeline,
    /// Timeline: what happened to other resources of the same services.
    Others,
    /// Logs: lines that say the same, told once.
    Patterns,
    /// Logs: the lines of one pattern, newest first.
    Lines,
    /// Logs: the log groups, and how far they were read.
    Groups,
    /// Fleet: the hypotheses, then what none of them tells.
    Why,
    /// Explain: what may have happened, the worst first.
    Hypotheses,
    /// Explain: what speaks for and against the one under the cursor.
    Evidence,
    /// Explain: what to do about it, the best first.
    ToDo,
    /// Explain: what got no answer.
    Unseen,
    /// Fleets: one row a fleet.
    Fleets,
}

impl Panel {
    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Regions => "Regions",
            Self::Alarms => "Alarms",
            Self::Changes => "Changes",
            Self::Charts => "Charts",
            Self::Functions => "Functions",
            Self::Members => "Members",
            Self::Events => "Events",
            Self::Readiness => "Could I fail over now?",
            Self::Records => "Routing records",
            Self::Checks => "Health checks",
            Self::Answers => "DNS answers",
            Self::Operations => "Operations",
            Self::Recent => "Recent calls",
            Self::Steps => "Steps",
            Self::Sent => "Changes sent",
            Self::Log => "Notes",
            Self::Timeline => "Timeline",
            Self::Others => "Other resources of the same services",
            Self::Patterns => "Patterns",
            Self::Lines => "Lines",
            Self::Groups => "What was read",
            Self::Why => "Why",
            Self::Hypotheses => "What most likely happened",
            Self::Evidence => "Evidence",
            Self::ToDo => "What to do",
            Self::Unseen => "What could change the answer",
            Self::Fleets => "Fleets",
        }
    }

    /// What Enter does on its rows, for help; `in_region` on the screen of a Region.
    pub const fn enter(self, in_region: bool) -> &'static str {
        match self {
            Self::Regions | Self::Members => "open the Region under the cursor",
            Self::Answers if !in_region => "open the Region of the row",
            Self::Readiness => "open the plan",
            Self::Charts => "enlarge the chart, or shrink it",
            Self::Records | Self::Checks => "ask for the checkers' votes",
            Self::Patterns => "list the lines of the pattern",
            Self::Lines => "show all of the line",
            Self::Why => "explain it",
            Self::Hypotheses => "plan the best of what to do about it",
            Self::ToDo => "plan it, or copy the command",
            Self::Fleets => "open the fleet",
            Self::Alarms
            | Self::Changes
            | Self::Answers
            | Self::Functions
            | Self::Events
            | Self::Operations
            | Self::Recent
            | Self::Steps
            | Self::Sent
            | Self::Log
            | Self::Timeline
            | Self::Others
            | Self::Groups
            | Self::Evidence
            | Self::Unseen => "show the full row",
        }
    }
}

/// A time-series chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Chart {
    /// API p50, p90, p99 and integration latency.
    Latency,
    /// API requests.
    Requests,
    /// API 4xx and 5xx.
    ApiErrors,
    /// Function errors and throttles.
    FunctionErrors,
    /// Function duration p95.
    Duration,
    /// Function concurrency.
    Concurrency,
    /// Replication lag of this Region's secondary.
    Lag,
    /// Database CPU and connections.
    Database,
    /// Route 53's health check.
    HealthCheck,
    /// Failed requests of the APIs of all Regions over each other.
    AllErrors,
    /// Their p99.
    AllLatency,
    /// Their requests.
    AllRequests,
    /// The replication lag of all secondaries over each other.
    AllLag,
    /// The distribution's requests.
    EdgeRequests,
    /// The shares of requests that it answered 4xx and 5xx.
    EdgeErrors,
    /// How long its origins took.
    EdgeLatency,
}

impl Chart {
    /// Those that lay all Regions over each other.
    pub const OF_ALL: [Self; 4] = [
        Self::AllErrors,
        Self::AllLatency,
        Self::AllRequests,
        Self::AllLag,
    ];

    /// Those of the distribution.
    pub const OF_EDGE: [Self; 3] = [Self::EdgeRequests, Self::EdgeErrors, Self::EdgeLatency];

    /// Those of a Region, in the order they are shown.
    pub const ALL: [Self; 9] = [
        Self::Latency,
        Self::Requests,
        Self::ApiErrors,
        Self::FunctionErrors,
        Self::Duration,
        Self::Concurrency,
        Self::Lag,
        Self::Database,
        Self::HealthCheck,
    ];

    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Latency => "API latency",
            Self::Requests => "API requests",
            Self::ApiErrors => "API errors",
            Self::FunctionErrors => "Function errors",
            Self::Duration => "Function duration",
            Self::Concurrency => "Function concurrency",
            Self::Lag | Self::AllLag => "Replication lag",
            Self::Database => "Database load",
            Self::HealthCheck => "Health check",
            Self::AllErrors => "API errors 5xx",
            Self::AllLatency => "API latency p99",
            Self::AllRequests | Self::EdgeRequests => "Requests",
            Self::EdgeErrors => "Error rates",
            Self::EdgeLatency => "Origin latency",
        }
    }
}
