//! What most likely happened, as the Explain screen and the Fleet screen's first line tell it: worked out when the
//! picture or what was asked beside it changes, and not for each frame.

use std::sync::Arc;

use gwctl_actions::guided::{ACTIONS, Intent};
use gwctl_actions::remedies;
use gwctl_explain::{
    Evidence, Explanation, Headline, Hypothesis, Rest, explain, hits, looked_at, not_seen, rest,
    turned, unexplained,
};
use gwctl_fleet::{Event, Region, Snapshot, format};
use gwctl_observe::{Errors, Happened};
use jiff::{SignedDuration, Timestamp};

use super::rows::{Cells, Row, Subject};
use super::{Panel, Screen, State};

/// What is reasoned from: the picture, and what was asked beside it, as far as it was.
#[derive(Debug, Clone)]
pub struct Asked {
    pub picture: Arc<Snapshot>,
    pub happened: Option<Arc<Happened>>,
    pub errors: Option<Arc<Errors>>,
    /// What gwctl's own runs did, by the journals of this machine.
    pub runs: Arc<Vec<Event>>,
}

impl Asked {
    /// Of the picture alone.
    pub fn of(picture: Arc<Snapshot>) -> Self {
        Self {
            picture,
            happened: None,
            errors: None,
            runs: Arc::default(),
        }
    }

    /// Whether it is the very same.
    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.picture, &other.picture) && self.is_beside(other)
    }

    /// Whether what was asked beside the picture is the very same.
    fn is_beside(&self, other: &Self) -> bool {
        fn same<T>(one: Option<&Arc<T>>, other: Option<&Arc<T>>) -> bool {
            one.map(Arc::as_ptr) == other.map(Arc::as_ptr)
        }
        same(self.happened.as_ref(), other.happened.as_ref())
            && same(self.errors.as_ref(), other.errors.as_ref())
            && Arc::ptr_eq(&self.runs, &other.runs)
    }

    fn evidence(&self) -> Evidence<'_> {
        let trail = self.happened.as_ref().map(|it| it.trail());
        let logged = self.errors.as_ref().map(|it| it.logged());
        Evidence::new(&self.picture, trail, logged).with_runs(&self.runs)
    }

    /// What could not be asked beside the picture, a sentence each.
    fn gaps(&self) -> Vec<String> {
        let happened = self.happened.iter().flat_map(|it| it.gaps());
        let errors = self.errors.iter().flat_map(|it| it.gaps());
        let not_offered = self.happened.iter().flat_map(|it| it.not_offered());
        happened.chain(errors).chain(not_offered).collect()
    }
}

/// A picture that is judged as the one before, of the same Regions, is reasoned from after this time: most answers of a calm
/// fleet change no verdict, and come several times a second.
const AGAIN: SignedDuration = SignedDuration::from_secs(2);

/// What most likely happened, and what it follows from.
#[derive(Debug, Clone)]
pub struct Explained {
    asked: Asked,
    /// When it was reasoned, in the fleet's time; none where it was not for the console's clock.
    reasoned: Option<Timestamp>,
    pub explanation: Explanation,
    /// What is wrong beside it.
    pub rest: Vec<Rest>,
    /// What got no answer, a sentence each: with it the explanation might be another.
    pub unseen: Vec<String>,
    /// What is new and no hypothesis tells, a sentence each; none while the Explain screen does not show it.
    pub unexplained: Option<Vec<String>>,
    /// What was looked at, a sentence each: told where nothing is wrong.
    pub looked_at: Vec<String>,
    pub headline: Headline,
    /// What helps most, the best first.
    pub remedies: Vec<Intent>,
}

/// What a line of evidence does for its hypothesis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The hypothesis itself.
    Says,
    Hits,
    Sure,
    For,
    Against,
    /// What would tell it apart.
    Apart,
    /// What a person does about it.
    ByHand,
    /// What was looked at, where nothing is wrong.
    LookedAt,
}

impl Side {
    /// The label before the first of its lines.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Says => "",
            Self::Hits => "hits",
            Self::Sure => "sure",
            Self::For => "for",
            Self::Against => "against",
            Self::Apart => "to tell",
            Self::ByHand => "by hand",
            Self::LookedAt => "seen",
        }
    }
}

/// Something to do about a hypothesis.
#[derive(Debug, Clone, PartialEq)]
pub enum NextStep {
    /// A guided action, ready to be planned.
    Guided(Box<Intent>),
    /// A command line without `gwctl`.
    Command(String),
}

impl NextStep {
    /// In words: `evacuate eu-west-1`.
    pub fn words(&self) -> String {
        match self {
            Self::Guided(intent) => format!("{} {}", intent.name(), intent.choice()),
            Self::Command(line) => line.clone(),
        }
    }

    /// Its first word.
    fn verb(&self) -> &str {
        match self {
            Self::Guided(intent) => intent.name(),
            Self::Command(line) => line.split(' ').next().unwrap_or_default(),
        }
    }

    /// What it does; none for a command that the console does not have.
    pub fn about(&self) -> Option<&'static str> {
        let named = ACTIONS.iter().find(|action| action.name == self.verb());
        named.map(|action| action.menu)
    }
}

/// What tells a hypothesis from others.
type Name<'a> = (&'static str, Option<&'a Region>);

fn name(hypothesis: &Hypothesis) -> Name<'_> {
    (hypothesis.cause, hypothesis.region.as_ref())
}

impl Explained {
    /// Reasons from the picture, and from what was asked beside it. Of hypotheses that are equally bad, those of
    /// `before` stay above each other as they were.
    pub fn of(asked: Asked, before: Option<&Explanation>) -> Self {
        let picture = &*asked.picture;
        let mut explanation = explain(&asked.evidence());
        if let Some(before) = before {
            steady(&mut explanation, before);
        }
        let rest = rest(picture, &explanation);
        let missing = gwctl_explain::unseen(picture);
        let unseen = not_seen(&missing, &explanation, asked.gaps());
        let remedies = remedies(picture).into_iter();
        Self {
            headline: Headline::of(picture, &explanation, &rest, &missing),
            looked_at: looked_at(picture),
            remedies: remedies.map(|one| one.intent).collect(),
            unseen,
            explanation,
            rest,
            unexplained: None,
            asked,
            reasoned: None,
        }
    }

    /// Whether what follows from `asked` is known well enough for now: it is judged alike, and a moment ago was reasoned from.
    fn holds_for(&self, asked: &Asked, now: Timestamp) -> bool {
        let age = self.reasoned.map(|reasoned| now.duration_since(reasoned));
        let fresh = age.is_some_and(|age| age > SignedDuration::ZERO && age < AGAIN);
        fresh && self.asked.is_beside(asked) && judged_alike(&self.asked.picture, &asked.picture)
    }

    /// With what no hypothesis tells: it fits every series of the fleet.
    fn look_for_more(&mut self) {
        if self.unexplained.is_none() {
            let turned = turned(&self.asked.picture);
            let more = unexplained(&self.asked.evidence(), &self.explanation, &turned);
            self.unexplained = Some(more.iter().map(ToString::to_string).collect());
        }
    }

    /// What no hypothesis tells, and then what got no answer: each with whether it is the first.
    pub fn not_told(&self) -> impl Iterator<Item = (bool, &str)> {
        let new = self
            .unexplained
            .iter()
            .flatten()
            .map(|text| (true, text.as_str()));
        new.chain(self.unseen.iter().map(|text| (false, text.as_str())))
    }

    /// What to do about a hypothesis, the best first.
    pub fn steps(&self, hypothesis: usize) -> Vec<NextStep> {
        let Some(hypothesis) = self.explanation.hypotheses.get(hypothesis) else {
            return Vec::new();
        };
        let fits = |intent: &&Intent| self.fits(intent, hypothesis);
        let mut remedies: Vec<&Intent> = self.remedies.iter().filter(fits).collect();
        let mut steps: Vec<NextStep> = Vec::new();
        for action in &hypothesis.actions {
            let line = action.strip_prefix("gwctl ").unwrap_or(action);
            let verb = line.split(' ').next().unwrap_or_default();
            // The picture's own remedy knows more than the words: by which mode, for one.
            let remedy = remedies.iter().position(|one| one.name() == verb);
            steps.push(match remedy {
                Some(at) => NextStep::Guided(Box::new(remedies.remove(at).clone())),
                None => NextStep::Command(line.to_owned()),
            });
        }
        let known = |verb: &str, steps: &[NextStep]| steps.iter().any(|one| one.verb() == verb);
        for remedy in remedies {
            if !known(remedy.name(), &steps) {
                steps.push(NextStep::Guided(Box::new(remedy.clone())));
            }
        }
        steps
    }

    /// Whether a remedy is one for this hypothesis.
    fn fits(&self, intent: &Intent, hypothesis: &Hypothesis) -> bool {
        let Some(region) = &hypothesis.region else {
            return false;
        };
        match intent {
            Intent::Promote(_) => self.asked.picture.is_writer(region) == Some(true),
            other => other.region() == Some(region),
        }
    }

    /// The lines about a hypothesis; of what was looked at, where there is none.
    pub fn evidence(&self, hypothesis: usize) -> Vec<(Side, String)> {
        let Some(one) = self.explanation.hypotheses.get(hypothesis) else {
            return self.calm();
        };
        let hit = one.hit_percent.map(|hit| {
            let hit = format::percent(hit);
            (Side::Hits, format!("{hit} of all clients' requests fail"))
        });
        let all = |side: Side, lines: &[String]| -> Vec<(Side, String)> {
            lines.iter().map(|line| (side, line.clone())).collect()
        };
        let mut lines = vec![(Side::Says, one.sentence.clone())];
        lines.extend(hit);
        let heard = self.asked.errors.as_ref().map(|it| &it.heard);
        let whom = hits(&self.asked.picture, heard, one).into_iter();
        lines.extend(whom.map(|line| (Side::Hits, line)));
        lines.push((Side::Sure, format!("{}: {}", one.sure.word(), one.why)));
        lines.extend(one.by_hand().map(|advice| (Side::ByHand, advice.into())));
        lines.extend(all(Side::For, &one.supports));
        lines.extend(all(Side::Against, &one.contradicts));
        lines.extend(one.apart.clone().map(|apart| (Side::Apart, apart)));
        lines
    }

    fn calm(&self) -> Vec<(Side, String)> {
        let looked = self
            .looked_at
            .iter()
            .map(|line| (Side::LookedAt, line.clone()));
        let events = self.asked.happened.iter().map(|it| {
            let own = it.log.events.iter().filter(|event| event.is_own()).count();
            let since = format::span(it.to.duration_since(it.from));
            let events = if own == 1 { "event" } else { "events" };
            (
                Side::LookedAt,
                format!("the last {since}: {own} {events} of the fleet's own"),
            )
        });
        looked.chain(events).collect()
    }

    /// The rows of `panel`; of its second panel those of the hypothesis `chosen`.
    /// When the worst of it began; none where nothing is explained, or not since when.
    pub fn since(&self) -> Option<Timestamp> {
        let mut hypotheses = self.explanation.hypotheses.iter();
        hypotheses.find_map(|one| Some(one.since?.at))
    }

    pub(super) fn rows(&self, panel: Panel, chosen: usize) -> Vec<Row<'_>> {
        match panel {
            Panel::Hypotheses => self.hypotheses().collect(),
            Panel::Why => self.hypotheses().chain(self.others()).collect(),
            Panel::Evidence => {
                let lines = self.evidence(chosen).into_iter().enumerate();
                lines
                    .map(|(index, (side, text))| said(index, side.word(), text))
                    .collect()
            }
            Panel::Unseen => {
                let lines = self.not_told().enumerate();
                lines
                    .map(|(index, (is_new, text))| {
                        let what = if is_new { "new" } else { "unseen" };
                        said(index, what, text.to_owned())
                    })
                    .collect()
            }
            Panel::ToDo => {
                let steps = self.steps(chosen).into_iter().enumerate();
                steps.map(|(index, step)| to_do(index, &step)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn hypotheses(&self) -> impl Iterator<Item = Row<'_>> {
        let all = self.explanation.hypotheses.iter().enumerate();
        all.map(|(index, one)| {
            let region = one.region.clone();
            let place = region.as_ref().map_or("", Region::as_str);
            let key = format!("{} {place}", one.cause);
            Row::new(key, Subject::Hypothesis(region, index), move || cells(one))
        })
    }

    /// What no hypothesis tells.
    fn others(&self) -> impl Iterator<Item = Row<'_>> {
        self.rest.iter().enumerate().map(|(index, one)| {
            let places = one.places.join(", ");
            let key = format!("{places} {}", one.text);
            Row::new(key, Subject::Rest(index), move || {
                vec![
                    ("where", places),
                    ("verdict", one.verdict.to_string()),
                    ("what", one.text.clone()),
                ]
            })
        })
    }
}

fn said<'a>(index: usize, name: &'static str, text: String) -> Row<'a> {
    let name = if name.is_empty() { "what" } else { name };
    Row::new(format!("{name} {text}"), Subject::Said(index), move || {
        vec![(name, text)]
    })
}

fn to_do<'a>(index: usize, step: &NextStep) -> Row<'a> {
    let (words, about) = (step.words(), step.about().unwrap_or_default());
    Row::new(words.clone(), Subject::ToDo(index), move || {
        vec![
            ("command", format!("gwctl {words}")),
            ("about", about.into()),
        ]
    })
}

/// Everything that is known of a hypothesis.
fn cells(one: &Hypothesis) -> Cells {
    let since = one.since.map(|onset| onset.at.to_string());
    let hit = one.hit_percent.map(format::percent);
    let region = one.region.as_ref().map(ToString::to_string);
    vec![
        ("what", one.sentence.clone()),
        ("cause", one.cause.into()),
        ("region", region.unwrap_or_default()),
        ("verdict", one.verdict.to_string()),
        ("since", since.unwrap_or_default()),
        ("sure", one.sure.word().into()),
        ("why", one.why.clone()),
        ("hit", hit.unwrap_or_default()),
        ("for", one.supports.join("; ")),
        ("against", one.contradicts.join("; ")),
        ("to tell", one.apart.clone().unwrap_or_default()),
        ("do", one.actions.join("; ")),
    ]
}

/// Those that are equally bad stay in the order they had.
fn steady(explanation: &mut Explanation, before: &Explanation) {
    let place = |one: &Hypothesis| {
        let mut known = before.hypotheses.iter();
        known
            .position(|known| name(known) == name(one))
            .unwrap_or(usize::MAX)
    };
    let bad = |one: &Hypothesis| std::cmp::Reverse((one.verdict, one.hurts));
    explanation
        .hypotheses
        .sort_by_key(|one| (bad(one), place(one)));
}

/// Whether both are complete pictures of one fleet with the same verdicts for the same reasons.
fn judged_alike(one: &Snapshot, other: &Snapshot) -> bool {
    let sites = |picture: &Snapshot| -> Vec<_> {
        let sites = picture.sites.iter();
        sites
            .map(|site| (site.region.clone(), site.judgement.clone()))
            .collect()
    };
    one.complete
        && other.complete
        && one.name == other.name
        && one.judgement == other.judgement
        && sites(one) == sites(other)
}

/// Reasons anew where the picture, or what was asked beside it, is another one.
pub(super) fn renew(state: &mut State) {
    let asked = Asked {
        picture: Arc::clone(&state.shown),
        happened: state.timeline.happened.clone(),
        errors: state.logged.errors.clone(),
        runs: Arc::clone(&state.timeline.runs),
    };
    let known = &state.explained;
    if !known.asked.is(&asked) && !known.holds_for(&asked, state.now) {
        let of_one_fleet = known.asked.picture.name == asked.picture.name;
        let before = of_one_fleet.then_some(&known.explanation);
        state.explained = Explained {
            reasoned: Some(state.now),
            ..Explained::of(asked, before)
        };
    }
    if *state.screen() == Screen::Explain {
        state.explained.look_for_more();
    }
}
