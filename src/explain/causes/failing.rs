//! Functions whose invocations fail, or that answer 5xx themselves.

use super::answering;
use super::logged::{Errors, Logged};
use super::told::{evacuate, hit, listed, reasons, since};
use super::words::Says;
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::Onset;
use gwctl_fleet::{Function, Metric, Missing, Region, Site, Verdict, format};
use jiff::{SignedDuration, Timestamp};

/// Failed, of all.
const SHARE: (Metric, Metric) = (Metric::FunctionErrors, Metric::FunctionInvocations);

/// Fewer failures in a minute than this are no sign, of more invocations than that.
pub(super) const SOME: f64 = 3.0;
const FEW: f64 = 20.0;

/// The functions of a Region that are beyond their limit. Never empty.
pub(super) struct Failing<'a> {
    pub(super) site: &'a Site,
    pub(super) functions: Vec<One<'a>>,
}

/// What tells that a function fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// Lambda counts its invocations as errors.
    Invocations,
    /// Its API answers 5xx, and Lambda counts no errors.
    Answers,
}

/// A function beyond its limit.
#[derive(Clone, Copy)]
pub(super) struct One<'a> {
    pub(super) function: &'a Function,
    pub(super) by: By,
    pub(super) percent: f64,
    pub(super) since: Option<Onset>,
}

/// Part of the errors from which on they are most of them.
const MOST: f64 = 0.5;
/// What begins so much later is another trouble.
const LATER: SignedDuration = SignedDuration::from_mins(1);
/// Without an error of its kind for so long before, that is when it began.
const QUIET: SignedDuration = SignedDuration::from_mins(5);

impl<'a> One<'a> {
    /// As those of its errors alone tell it that `wanted` takes, where they began after it failed of others; none where
    /// they did not.
    pub(super) fn later(
        self,
        evidence: &Evidence<'a>,
        site: &Site,
        errors: &Errors<'a>,
        wanted: impl Fn(&Logged<'a>) -> bool,
    ) -> Option<Self> {
        let (region, name) = (&site.region, self.function.name.as_str());
        let wanted = |logged: &Logged<'a>| logged.is_new != Some(false) && wanted(logged);
        let of_them = errors.all.iter().filter(|logged| wanted(logged));
        let first = of_them.filter_map(|logged| logged.pattern.first_of(region, name));
        let at = Timestamp::from_second(60 * first.min()?).ok()?;
        let mut spans = evidence.spans.iter();
        let is_seen = spans.any(|span| span.is_of(region, name) && span.holds(at - QUIET, at));
        (at > self.since?.at + LATER).then(|| Self {
            percent: self.percent * errors.part(wanted),
            since: Some(Onset {
                at,
                within_s: 60,
                is_seen,
            }),
            ..self
        })
    }

    /// The same, or as it is where they began with it. Where the log has a gap, what is most of the errors began with it.
    pub(super) fn since_then(
        self,
        evidence: &Evidence<'a>,
        site: &Site,
        errors: &Errors<'a>,
        wanted: impl Fn(&Logged<'a>) -> bool,
    ) -> Self {
        let is_most = errors.part(&wanted) >= MOST;
        let is_seen = |one: &Self| one.since.is_some_and(|since| since.is_seen);
        let later = self.later(evidence, site, errors, wanted);
        later
            .filter(|later| is_seen(later) || !is_most)
            .unwrap_or(self)
    }
}

impl<'a> Failing<'a> {
    /// Those of `site`; none where there are none.
    pub(super) fn of(evidence: &Evidence<'a>, site: &'a Site) -> Option<Self> {
        let picture = evidence.picture;
        let limit = picture.thresholds.lambda_error_percent.warn;
        let beyond = |function: &'a Function| {
            let share = function.metrics.percent(SHARE.0, SHARE.1, picture.at)?;
            let count = |metric| function.metrics.beside(metric, share.at, picture.at);
            // One failure among the requests of health checkers is none of the function's.
            let single = count(SHARE.0)? < SOME && count(SHARE.1)? > FEW;
            (share.value > limit && !single).then(|| One {
                function,
                by: By::Invocations,
                percent: share.value,
                since: Onset::of_share(&function.metrics, SHARE, picture.at, limit),
            })
        };
        let mut functions: Vec<One<'a>> = site.functions.iter().filter_map(beyond).collect();
        if functions.is_empty() {
            functions = answering::functions(evidence, site);
        }
        (!functions.is_empty()).then_some(Self { site, functions })
    }

    /// Functions of `site` called by one of `names`, of which it is not known whether they fail.
    pub(super) fn unknown<'n>(site: &Site, names: &[&'n str]) -> Vec<&'n str> {
        let lost = |name: &&str| {
            let mut all = site.functions.iter();
            let function = all.find(|function| function.name == **name);
            let known = function.is_none_or(|function| {
                [SHARE.0, SHARE.1].into_iter().all(|metric| {
                    let why = function.metrics.get(metric).why_missing();
                    matches!(why, None | Some(Missing::NoData))
                })
            });
            !known
        };
        names.iter().copied().filter(lost).collect()
    }

    /// Those that `wanted` takes; none where it takes none.
    pub(super) fn only(self, wanted: impl Fn(&One<'a>) -> bool) -> Option<Self> {
        self.each(|one| wanted(&one).then_some(one))
    }

    /// What `of` makes of each; none where it makes nothing of any.
    pub(super) fn each(self, of: impl Fn(One<'a>) -> Option<One<'a>>) -> Option<Self> {
        let functions: Vec<One<'a>> = self.functions.into_iter().filter_map(of).collect();
        let site = self.site;
        (!functions.is_empty()).then_some(Self { site, functions })
    }

    /// Those that log `what` as at least this part, from 0 to 1, of their errors, or so often that it is a trouble beside a
    /// greater one; none where none does, or no log tells.
    pub(super) fn saying(self, evidence: &Evidence<'a>, what: Says, least: f64) -> Option<Self> {
        let (site, limit) = (
            self.site,
            evidence.picture.thresholds.lambda_error_percent.warn,
        );
        let says = |logged: &Logged<'_>| logged.says() == Some(what);
        self.each(|one| {
            let errors = Errors::of(evidence, &Self::single(site, one))?;
            let enough =
                errors.saying(what) >= least || errors.are_beyond((one.percent, limit), says);
            enough.then(|| one.since_then(evidence, site, &errors, says))
        })
    }

    /// One of them by itself.
    pub(super) fn single(site: &'a Site, one: One<'a>) -> Self {
        let functions = vec![one];
        Self { site, functions }
    }

    pub(super) fn region(&self) -> &'a Region {
        &self.site.region
    }

    pub(super) fn names(&self) -> Vec<&'a str> {
        let all = self.functions.iter();
        all.map(|one| one.function.name.as_str()).collect()
    }

    /// Since when the first of them fails.
    pub(super) fn began(&self) -> Option<Onset> {
        let all = self.functions.iter().filter_map(|one| one.since);
        all.min_by_key(|onset| onset.at)
    }

    /// `orders-read and orders-write fail`.
    pub(super) fn fail(&self) -> String {
        let names = self.names();
        let verb = match (self.by(), names.len()) {
            (By::Invocations, 1) => "fails",
            (By::Invocations, _) => "fail",
            (By::Answers, 1) => "answers 5xx",
            (By::Answers, _) => "answer 5xx",
        };
        format!("{} {verb}", listed(&names))
    }

    /// All of them fail by the same measure.
    fn by(&self) -> By {
        self.functions.first().map_or(By::Invocations, |one| one.by)
    }

    /// `up to 93 % of its invocations`.
    pub(super) fn much(&self) -> String {
        let whose = if self.functions.len() == 1 {
            "its"
        } else {
            "their"
        };
        let worst = self.functions.iter().map(|one| one.percent);
        let worst = worst.fold(0.0, f64::max);
        match self.by() {
            By::Invocations => format!("up to {} of {whose} invocations", format::percent(worst)),
            By::Answers => format!("{} of the API's requests", format::percent(worst)),
        }
    }

    /// What is measured of them.
    pub(super) fn measured(&self) -> Vec<String> {
        let region = self.region();
        let each = self.functions.iter().map(|one| {
            let share = format::percent(one.percent);
            let name = &one.function.name;
            let since = since(one.since);
            match one.by {
                By::Invocations => format!("{region}: {share} of {name}'s invocations fail{since}"),
                By::Answers => format!(
                    "{region}: {share} of the API's requests are answered 5xx{since}, and Lambda counts the invocations of \
                     {name} as successes"
                ),
            }
        });
        each.chain(reasons(self.site, &["errors", "probe"]))
            .collect()
    }

    /// How bad it is for the fleet.
    pub(super) fn verdict(&self) -> Verdict {
        let fails = |about: &str| about == "errors" || about == "functions";
        let all = self.site.judgement.reasons.iter();
        let verdicts = all.filter(|reason| fails(reason.about));
        let worst = verdicts.map(|reason| reason.verdict).max();
        worst.unwrap_or(Verdict::Degraded)
    }

    /// A hypothesis of `cause` about them, with what is measured; the rest is the cause's to say.
    pub(super) fn hypothesis(&self, evidence: &Evidence<'_>, cause: &'static str) -> Hypothesis {
        Hypothesis {
            cause,
            region: Some(self.region().clone()),
            sentence: String::new(),
            verdict: self.verdict(),
            hurts: true,
            since: self.began(),
            sure: Sureness::Low,
            why: String::new(),
            supports: self.measured(),
            contradicts: Vec::new(),
            apart: None,
            about: self.names().into_iter().map(ToOwned::to_owned).collect(),
            hit_percent: hit(evidence, self.site),
            actions: evacuate(evidence, self.region()),
        }
    }
}
