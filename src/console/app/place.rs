//! Where in the console one can be, and how one got there.

use gwctl_fleet::Region;

/// A full page of the console.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Screen {
    /// Every Region, the map, alarms, what changed last.
    Fleet,
    /// One Region in depth.
    Region(Region),
    /// The Aurora Global Database.
    Database,
    /// Domain, distribution, router, routing records, DNS answers.
    Edge,
    /// The ledger of calls.
    Calls,
    /// The run of a guided action.
    Run,
}

impl Screen {
    /// The word in the tabs and after `:`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Fleet => "fleet",
            Self::Region(_) => "region",
            Self::Database => "database",
            Self::Edge => "edge",
            Self::Calls => "calls",
            Self::Run => "run",
        }
    }

    /// The digit that jumps there.
    pub const fn digit(&self) -> u8 {
        match self {
            Self::Fleet => 1,
            Self::Region(_) => 2,
            Self::Database => 3,
            Self::Edge => 4,
            Self::Calls => 5,
            Self::Run => 6,
        }
    }

    /// What can have the focus there, in the order of Tab. Never empty.
    pub const fn panels(&self) -> &'static [Panel] {
        match self {
            Self::Fleet => &[Panel::Regions, Panel::Alarms, Panel::Changes],
            Self::Region(_) => &[Panel::Charts, Panel::Functions, Panel::Alarms],
            Self::Database => &[Panel::Members, Panel::Events],
            Self::Edge => &[Panel::Records, Panel::Checks, Panel::Answers],
            Self::Calls => &[Panel::Operations, Panel::Recent],
            Self::Run => &[Panel::Steps, Panel::Sent, Panel::Log],
        }
    }
}

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
            Self::Records => "Latency records",
            Self::Checks => "Health checks",
            Self::Answers => "DNS answers",
            Self::Operations => "Operations",
            Self::Recent => "Recent calls",
            Self::Steps => "Steps",
            Self::Sent => "Changes sent",
            Self::Log => "Notes",
        }
    }
}

/// A time-series chart of the Region screen.
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
}

impl Chart {
    /// All of them, in the order they are shown.
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
            Self::Lag => "Replication lag",
            Self::Database => "Database load",
            Self::HealthCheck => "Health check",
        }
    }
}

/// Places seen, as a browser keeps them. There is always a current one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    seen: Vec<Screen>,
    at: usize,
    before: Option<usize>,
}

/// Places remembered; more would be no help to anybody.
const REMEMBERED: usize = 64;

impl History {
    /// Starts at `first`.
    pub fn new(first: Screen) -> Self {
        Self {
            seen: vec![first],
            at: 0,
            before: None,
        }
    }

    /// Where one is.
    pub fn here(&self) -> &Screen {
        &self.seen[self.at]
    }

    /// Goes to `screen`; what lay forward is forgotten. Going where one is changes nothing.
    pub fn go(&mut self, screen: Screen) {
        if self.here() == &screen {
            return;
        }
        self.seen.truncate(self.at + 1);
        self.seen.push(screen);
        if self.seen.len() > REMEMBERED {
            self.seen.remove(0);
        }
        self.at = self.seen.len() - 1;
        self.before = self.at.checked_sub(1);
    }

    /// One place back; false at the beginning.
    pub fn back(&mut self) -> bool {
        self.at.checked_sub(1).is_some_and(|at| self.jump(at))
    }

    /// One place forward; false at the end.
    pub fn forward(&mut self) -> bool {
        self.jump(self.at + 1)
    }

    /// To the place one was at before this one, whichever way that was; again returns.
    pub fn last(&mut self) -> bool {
        self.before.is_some_and(|at| self.jump(at))
    }

    fn jump(&mut self, at: usize) -> bool {
        if at >= self.seen.len() {
            return false;
        }
        self.before = Some(self.at);
        self.at = at;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked() -> History {
        let mut history = History::new(Screen::Fleet);
        history.go(Screen::Edge);
        history.go(Screen::Calls);
        history
    }

    #[test]
    fn back_and_forward_retrace_the_way() {
        let mut history = walked();
        assert!(history.back() && history.back());
        assert_eq!(history.here(), &Screen::Fleet);
        assert!(!history.back());
        assert!(history.forward());
        assert_eq!(history.here(), &Screen::Edge);
    }

    #[test]
    fn the_last_place_is_a_toggle() {
        let mut history = walked();
        assert!(history.last());
        assert_eq!(history.here(), &Screen::Edge);
        assert!(history.last());
        assert_eq!(history.here(), &Screen::Calls);
        assert!(!History::new(Screen::Fleet).last());
    }

    #[test]
    fn a_new_place_forgets_what_lay_forward() {
        let mut history = walked();
        history.back();
        history.go(Screen::Database);
        assert!(!history.forward());
        assert!(history.back());
        assert_eq!(history.here(), &Screen::Edge);
    }

    #[test]
    fn a_long_walk_keeps_a_bounded_history() {
        let mut history = History::new(Screen::Fleet);
        for _ in 0..100 {
            history.go(Screen::Edge);
            history.go(Screen::Calls);
        }
        assert!(history.last());
        assert_eq!(history.here(), &Screen::Edge);
        let mut steps = 0;
        while history.back() {
            steps += 1;
        }
        assert!(steps < REMEMBERED);
    }
}
