//! The screens: each is a row of [`SCREENS`] with all that keys, tabs, commands, help and lists need to know of it.
//! What it looks like is the view's (`view/mod.rs` has a match that leaves none out).

use super::Panel;
use super::action::{AFTER, Action, BEFORE, Entry, Group, Tab, entry};
use super::rows::{self, Basis, Row};
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
    /// What happened: changes with who made them, alarms, events.
    Timeline,
    /// What the functions write.
    Logs,
    /// What most likely happened, and what to do.
    Explain,
    /// All configured fleets.
    Fleets,
}

/// Where a tab leads.
#[derive(Debug)]
pub enum Leads {
    /// Always to the same screen.
    To(Screen),
    /// To the Region at hand.
    ToRegion,
    /// To the run, where there is one.
    ToRun,
    /// To all fleets, where there are several.
    ToFleets,
}

/// What the console knows of a screen.
#[derive(Debug)]
pub struct Entrance {
    /// Which one.
    pub tab: Tab,
    /// Its name in the configuration, its key, its line of help.
    pub entry: Entry,
    /// The word in the tabs.
    pub title: &'static str,
    /// A shorter one, where the tabs are crowded.
    pub short: &'static str,
    /// What may stand after `:`, with what help says of it; none where a command of its own leads there.
    pub command: Option<(&'static [&'static str], &'static str)>,
    /// Where it leads.
    pub leads: Leads,
    /// What can have the focus there, in the order of Tab. Never empty.
    pub panels: &'static [Panel],
    /// The rows of a panel, on the screen of a Region with it.
    pub rows: for<'a> fn(Basis<'a>, Option<&Region>, Panel) -> Vec<Row<'a>>,
}

/// Every screen, in the order of the tabs.
pub static SCREENS: [Entrance; 10] = [
    Entrance {
        tab: Tab(0),
        entry: shown(Tab(0), "fleet", &["1"], "Fleet: every Region"),
        title: "Fleet",
        short: "Fleet",
        command: None,
        leads: Leads::To(Screen::Fleet),
        panels: &[Panel::Regions, Panel::Why, Panel::Alarms, Panel::Changes],
        rows: rows::of_fleet,
    },
    Entrance {
        tab: Tab(1),
        entry: shown(
            Tab(1),
            "region",
            &["2"],
            "Region: the one under the cursor; again: the next",
        ),
        title: "Region",
        short: "Region",
        command: None,
        leads: Leads::ToRegion,
        panels: &[Panel::Charts, Panel::Functions, Panel::Alarms],
        rows: rows::of_region,
    },
    Entrance {
        tab: Tab(2),
        entry: shown(Tab(2), "database", &["3"], "Database: members, lag, events"),
        title: "Database",
        short: "DB",
        command: Some((&["database", "db"], "the global database")),
        leads: Leads::To(Screen::Database),
        panels: &[Panel::Members, Panel::Readiness, Panel::Events],
        rows: rows::of_database,
    },
    Entrance {
        tab: Tab(3),
        entry: shown(Tab(3), "edge", &["4"], "Edge: distribution, routing, DNS"),
        title: "Edge",
        short: "Edge",
        command: Some((&["edge"], "distribution, routing records, DNS answers")),
        leads: Leads::To(Screen::Edge),
        panels: &[
            Panel::Records,
            Panel::Readiness,
            Panel::Checks,
            Panel::Answers,
        ],
        rows: rows::of_edge,
    },
    Entrance {
        tab: Tab(4),
        entry: shown(Tab(4), "calls", &["5"], "Calls: the ledger"),
        title: "Calls",
        short: "Calls",
        command: Some((&["calls"], "every call gwctl made")),
        leads: Leads::To(Screen::Calls),
        panels: &[Panel::Operations, Panel::Recent],
        rows: rows::of_calls,
    },
    Entrance {
        tab: Tab(5),
        entry: shown(Tab(5), "run", &["6"], "Run: the guided action under way"),
        title: "Run",
        short: "Run",
        command: None,
        leads: Leads::ToRun,
        panels: &[Panel::Steps, Panel::Sent, Panel::Log],
        // Those of the run itself are asked of it.
        rows: |_, _, _| Vec::new(),
    },
    Entrance {
        tab: Tab(6),
        entry: shown(
            Tab(6),
            "timeline",
            &["7"],
            "Timeline: what changed, and who changed it",
        ),
        title: "Timeline",
        short: "Time",
        command: Some((&["timeline"], "what changed, and who changed it")),
        leads: Leads::To(Screen::Timeline),
        panels: &[Panel::Timeline, Panel::Others],
        // It is asked for by itself: no picture has it.
        rows: |_, _, _| Vec::new(),
    },
    Entrance {
        tab: Tab(7),
        entry: shown(
            Tab(7),
            "logs",
            &["8"],
            "Logs: what the functions of every Region write",
        ),
        title: "Logs",
        short: "Logs",
        // `:logs` takes a time as well.
        command: None,
        leads: Leads::To(Screen::Logs),
        panels: &[Panel::Patterns, Panel::Lines, Panel::Groups],
        // They are asked for by themselves: no picture has them.
        rows: |_, _, _| Vec::new(),
    },
    Entrance {
        tab: Tab(8),
        entry: shown(
            Tab(8),
            "explain",
            &["x"],
            "Explain: what most likely happened, and what to do",
        ),
        title: "Explain",
        short: "Why",
        command: Some((&["explain"], "what most likely happened, and what to do")),
        leads: Leads::To(Screen::Explain),
        panels: &[
            Panel::Hypotheses,
            Panel::Evidence,
            Panel::ToDo,
            Panel::Unseen,
        ],
        // They are worked out beforehand, not for each frame.
        rows: |_, _, _| Vec::new(),
    },
    Entrance {
        tab: Tab(9),
        entry: shown(
            Tab(9),
            "fleets",
            &["0"],
            "Fleets: all fleets of the configuration; again: back",
        ),
        title: "Fleets",
        short: "All",
        command: Some((&["fleets"], "all fleets of the configuration")),
        leads: Leads::ToFleets,
        panels: &[Panel::Fleets],
        // They have pictures of their own.
        rows: |_, _, _| Vec::new(),
    },
];

const fn shown(
    tab: Tab,
    name: &'static str,
    keys: &'static [&'static str],
    about: &'static str,
) -> Entry {
    entry(Action::Show(tab), name, keys, Group::Screens, about)
}

/// Every action of a key, with its default keys, in the order of help.
pub fn actions() -> impl Iterator<Item = &'static Entry> {
    let screens = SCREENS.iter().map(|screen| &screen.entry);
    BEFORE.iter().chain(screens).chain(AFTER)
}

impl Tab {
    /// What is known of its screen. Only a row of [`SCREENS`] names a tab, by its own place.
    pub fn entrance(self) -> &'static Entrance {
        &SCREENS[usize::from(self.0)]
    }
}

impl Screen {
    /// What is known of it.
    pub const fn entrance(&self) -> &'static Entrance {
        match self {
            Self::Fleet => &SCREENS[0],
            Self::Region(_) => &SCREENS[1],
            Self::Database => &SCREENS[2],
            Self::Edge => &SCREENS[3],
            Self::Calls => &SCREENS[4],
            Self::Run => &SCREENS[5],
            Self::Timeline => &SCREENS[6],
            Self::Logs => &SCREENS[7],
            Self::Explain => &SCREENS[8],
            Self::Fleets => &SCREENS[9],
        }
    }

    pub const fn tab(&self) -> Tab {
        self.entrance().tab
    }

    /// All rows of `panel`, unfiltered, in the order they are shown. None where it does not belong here.
    pub fn rows<'a>(&self, basis: Basis<'a>, panel: Panel) -> Vec<Row<'a>> {
        let region = match self {
            Self::Region(region) => Some(region),
            _ => None,
        };
        (self.entrance().rows)(basis, region, panel)
    }

    /// Its name in the configuration.
    pub const fn name(&self) -> &'static str {
        self.entrance().entry.name
    }

    /// The key that jumps there.
    pub const fn key(&self) -> &'static str {
        self.entrance().entry.keys[0]
    }

    /// What can have the focus there, in the order of Tab. Never empty.
    pub const fn panels(&self) -> &'static [Panel] {
        self.entrance().panels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_that_of_its_tab_and_leads_there() {
        for (place, entrance) in SCREENS.iter().enumerate() {
            assert_eq!(usize::from(entrance.tab.0), place);
            assert_eq!(entrance.entry.action, Action::Show(entrance.tab));
            assert!(!entrance.panels.is_empty(), "{:?}", entrance.tab);
            assert_eq!(entrance.entry.keys.len(), 1, "{:?}", entrance.tab);
            if let Leads::To(screen) = &entrance.leads {
                assert_eq!(screen.tab(), entrance.tab);
            }
        }
    }
}
