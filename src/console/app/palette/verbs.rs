//! What can be said after `:`.

use crate::app::request;
use gwctl_actions::registry::ACTIONS;

/// What a verb takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    Fleet,
    Region,
    /// A Region the fleet is not in yet.
    NewRegion,
    Theme,
    Pace,
    Text,
}

pub(super) struct Verb {
    pub names: &'static [&'static str],
    pub takes: Takes,
    pub usage: &'static str,
    pub about: &'static str,
}

const fn verb(
    names: &'static [&'static str],
    takes: Takes,
    usage: &'static str,
    about: &'static str,
) -> Verb {
    Verb {
        names,
        takes,
        usage,
        about,
    }
}

const VERBS: &[Verb] = &[
    verb(
        &["fleet"],
        Takes::Fleet,
        ":fleet [NAME]",
        "the Fleet screen, or another fleet",
    ),
    verb(
        &["region"],
        Takes::Region,
        ":region [NAME]",
        "a Region in depth",
    ),
    verb(
        &["database", "db"],
        Takes::Nothing,
        ":database",
        "the global database",
    ),
    verb(
        &["edge"],
        Takes::Nothing,
        ":edge",
        "distribution, routing records, DNS answers",
    ),
    verb(
        &["calls"],
        Takes::Nothing,
        ":calls",
        "every call gwctl made",
    ),
    verb(
        &["theme", "themes"],
        Takes::Theme,
        ":theme [NAME]",
        "choose a theme, with preview",
    ),
    verb(
        &["pace"],
        Takes::Pace,
        ":pace calm|incident",
        "how often to look",
    ),
    verb(
        &["refresh"],
        Takes::Nothing,
        ":refresh",
        "ask everything again now",
    ),
    verb(
        &["freeze"],
        Takes::Nothing,
        ":freeze",
        "hold the picture still, or let it go",
    ),
    verb(
        &["filter"],
        Takes::Text,
        ":filter [EXPRESSION]",
        "filter the focused list; without one, all rows",
    ),
    verb(
        &["faults"],
        Takes::Nothing,
        ":faults",
        "start and end faults of the simulated world",
    ),
    verb(
        &["copy"],
        Takes::Nothing,
        ":copy",
        "copy the row under the cursor",
    ),
    verb(
        &["actions"],
        Takes::Nothing,
        ":actions",
        "what can be done here",
    ),
    verb(
        &["run"],
        Takes::Nothing,
        ":run",
        "the guided action under way",
    ),
    verb(&["runs"], Takes::Nothing, ":runs", "every run there was"),
    verb(
        &["arm"],
        Takes::Nothing,
        ":arm",
        "allow changes for 15 minutes",
    ),
    verb(
        &["disarm"],
        Takes::Nothing,
        ":disarm",
        "allow no changes any more",
    ),
    verb(
        &["evacuate"],
        Takes::Region,
        request::USAGES[0].1,
        ACTIONS[0].about,
    ),
    verb(
        &["promote"],
        Takes::Region,
        request::USAGES[1].1,
        ACTIONS[1].about,
    ),
    verb(
        &["drain"],
        Takes::Region,
        request::USAGES[2].1,
        ACTIONS[2].about,
    ),
    verb(
        &["restore"],
        Takes::Region,
        request::USAGES[3].1,
        ACTIONS[3].about,
    ),
    verb(
        &["drill"],
        Takes::Region,
        request::USAGES[4].1,
        ACTIONS[4].about,
    ),
    verb(
        &["invalidate"],
        Takes::Text,
        request::USAGES[5].1,
        ACTIONS[5].about,
    ),
    verb(
        &["certificate"],
        Takes::Text,
        request::USAGES[6].1,
        ACTIONS[6].about,
    ),
    verb(
        &["up"],
        Takes::Nothing,
        request::USAGES[7].1,
        ACTIONS[7].about,
    ),
    verb(
        &["provision"],
        Takes::NewRegion,
        request::USAGES[8].1,
        ACTIONS[8].about,
    ),
    verb(
        &["retire"],
        Takes::Region,
        request::USAGES[9].1,
        ACTIONS[9].about,
    ),
    verb(
        &["down"],
        Takes::Nothing,
        request::USAGES[10].1,
        ACTIONS[10].about,
    ),
    verb(&["back"], Takes::Nothing, ":back", "back in history"),
    verb(
        &["forward"],
        Takes::Nothing,
        ":forward",
        "forward in history",
    ),
    verb(&["last"], Takes::Nothing, ":last", "the last place"),
    verb(&["help"], Takes::Nothing, ":help", "keys and commands"),
    verb(&["quit", "q"], Takes::Nothing, ":q", "quit"),
];

pub(super) fn verbs(has_faults: bool) -> impl Iterator<Item = &'static Verb> {
    VERBS
        .iter()
        .filter(move |verb| has_faults || verb.names[0] != "faults")
}
