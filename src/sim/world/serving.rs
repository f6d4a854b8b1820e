//! One Region at work: requests come in, functions run, the database answers, and the minute is counted.

use super::checkers::CheckerRequests;
use super::geo;
use super::kinds::{Kind, kinds};
use super::noise::Wander;
use super::rng::Rng;
use super::sketch::Sketch;
use crate::world::parts::ailment::{Ailment, Ailments};
use crate::world::parts::beside_series::BesideSeries;
use crate::world::parts::faults::Strikes;
use crate::world::parts::logbook::{Cause, Causes, Logbook};
use crate::world::parts::served::Served;
use crate::world::parts::site_series::SiteSeries;
use crate::world::parts::written::Written;
use gwctl_fleet::Region;

/// Share of the requests that write.
pub(super) const WRITES: f64 = 0.19;
/// Share of invocations that fail on a good day.
const ERRORS: f64 = 0.000_35;
/// Share of requests that the functions refuse, as their clients' mistakes.
const REFUSED: f64 = 0.0085;
/// The same of those that ask for what is not there.
const NOT_FOUND: f64 = 0.97;

/// What surrounds a Region during one step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Conditions {
    /// Seconds of the step.
    pub step: f64,
    /// Requests a second that are sent here.
    pub demand: f64,
    /// Nothing here answers.
    pub dark: bool,
    /// How many times as long everything takes.
    pub slowness: f64,
    /// Round trip to the writer in milliseconds; none while no writer takes writes.
    pub writer_ms: Option<f64>,
    /// Whether that is because the database here refuses writes at once.
    pub read_only: bool,
    /// Concurrent executions the account allows here.
    pub concurrency_limit: f64,
    /// Requests a second that API Gateway takes here; it answers 429 to the rest.
    pub rate_limit: f64,
    /// Share of invocations that fail, of whatever function.
    pub failing: f64,
    /// Requests a second of the demand that ask for what is not there.
    pub noise: f64,
    /// Share of requests that the API refuses before it asks a function.
    pub barred: f64,
    /// Share of requests that functions refuse which they took before.
    pub picky: f64,
    /// Whether the edge accepts the certificate of the Region's endpoint.
    pub trusted: bool,
}

/// What came of one step.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outcome {
    /// Requests that arrived.
    pub requests: f64,
    /// Answered 4xx.
    pub refused: f64,
    /// Of these, answered 429: the API takes no more.
    pub throttled: f64,
    /// Answered 5xx by the API.
    pub failed: f64,
    /// Not answered at all.
    pub silent: f64,
    /// Not sent, for the certificate: the edge answers 502.
    pub distrusted: f64,
    /// Writes acknowledged.
    pub acknowledged: f64,
    /// Of these, forwarded to another Region's writer.
    pub forwarded: f64,
    /// Typical time in the Region, milliseconds.
    pub typical_ms: f64,
}

/// A function in the minute being counted.
#[derive(Debug, Clone, Default)]
pub(super) struct FunctionMinute {
    pub invocations: f64,
    pub errors: f64,
    /// Invocations that succeeded, and answered 500.
    pub caught: f64,
    pub throttles: f64,
    pub duration: Sketch,
    pub concurrency: f64,
}

/// The minute being counted.
#[derive(Debug, Clone, Default)]
pub(super) struct SiteMinute {
    pub requests: f64,
    pub refused: f64,
    pub failed: f64,
    pub bytes: f64,
    pub latency: Sketch,
    pub integration: Sketch,
    pub read: FunctionMinute,
    pub write: FunctionMinute,
    pub forwarded: f64,
    /// Of both functions at once.
    pub concurrency: f64,
}

/// The API and its functions in one Region.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub point: (f64, f64),
    /// The name it is or was reached by; none before it had one.
    pub host: Option<String>,
    /// The API behind that name, as far as it publishes metrics.
    pub api: Option<String>,
    /// Concurrency set aside for its handler.
    pub reserved: Option<i32>,
    /// Whether name, API and function are all there. Requests to one that does not stand are lost.
    pub standing: bool,
    /// The minute being counted.
    pub minute: SiteMinute,
    /// What the newest step came to.
    pub latest: Outcome,
    /// Requests a second in it.
    pub rate: f64,
    /// What the newest minute's steps came to.
    pub served: Served,
    /// What its functions ran lately.
    pub log: Logbook,
    /// What real software in its place wrote; none where there is none.
    pub written: Option<Written>,
    /// Whether the real software in its place does not answer.
    pub unreachable: bool,
    /// What strikes the Region.
    pub strikes: Strikes,
    /// What is wrong with its functions.
    pub ailments: Ailments,
    /// What it is published as; none of a Region that never served.
    pub series: Option<SiteSeries>,
    /// What its owner pays for beside.
    pub beside: BesideSeries,
    /// Share of failing invocations just now; follows its causes with some inertia.
    failing: f64,
    /// The same of what is wrong with the function that reads, and with the one that writes.
    ailing: (f64, f64),
    /// The parts of that, from 0 to 1, which their handlers catch, and answer 500 themselves.
    catching: (f64, f64),
    /// Share of requests that the API answers 429 just now.
    throttling: f64,
    pace: Wander,
    refusals: Wander,
    pub(super) rng: Rng,
}

impl Site {
    pub(super) fn new(seed: u64, region: &Region) -> Self {
        let mut rng = Rng::new(seed, &format!("site {region}"));
        Self {
            point: geo::point(region),
            host: None,
            api: None,
            reserved: None,
            standing: false,
            minute: SiteMinute::default(),
            latest: Outcome::default(),
            rate: 0.0,
            served: Served::default(),
            log: Logbook::default(),
            written: None,
            unreachable: false,
            strikes: Strikes::default(),
            ailments: Ailments::default(),
            series: None,
            beside: BesideSeries::default(),
            failing: ERRORS,
            ailing: (0.0, 0.0),
            catching: (0.0, 0.0),
            throttling: 0.0,
            pace: Wander::new(0.035, 240.0, &mut rng),
            refusals: Wander::new(0.18, 500.0, &mut rng),
            rng,
        }
    }

    /// The share of invocations that fail just now.
    pub(super) fn failing(&self) -> f64 {
        self.failing
    }

    /// What the step that ends at second `now` came to, for the functions' logs.
    pub(super) fn note_runs(&mut self, now: i64, step: i64, no_writes: Option<Cause>) {
        let usual = if self.strikes.impaired > 0.0 {
            Cause::Impaired
        } else if self.strikes.faulty || self.failing > 10.0 * ERRORS {
            Cause::Faulty
        } else {
            Cause::Usual
        };
        let of = |ailment: &Ailment, share: f64| {
            if share <= 10.0 * ERRORS {
                return Causes::only(usual);
            }
            let others = (1.0 - self.failing) * share / ailment.share().max(share);
            let ill = ailment.met().map(|(cause, part)| (cause, others * part));
            Causes::of(std::iter::once((usual, self.failing)).chain(ill))
        };
        let read = of(&self.ailments.read, self.ailing.0);
        let write = no_writes.map_or_else(|| of(&self.ailments.write, self.ailing.1), Causes::only);
        self.log.note(now, step, &self.minute, (read, write));
    }

    /// Whether nobody here answers: the Region is dark, or something is missing on the way.
    pub(super) fn is_silent(&self) -> bool {
        self.strikes.dark || self.unreachable || !self.standing
    }

    /// The share of requests that get an error just now, of the function or for there being too many.
    pub(super) fn refusing(&self) -> f64 {
        self.throttling + (1.0 - self.throttling) * either(self.failing, self.ailing.0)
    }

    /// Health checkers are clients like any other to API Gateway and to the function behind the health
    /// path, which reads (aws-facts §20.2). They are not the fleet's clients: the world's totals leave them out.
    pub(super) fn count_checkers(&mut self, asked: &CheckerRequests, typical_ms: f64) {
        if asked.requests <= 0.0 {
            return;
        }
        let minute = &mut self.minute;
        minute.requests += asked.requests;
        minute.failed += asked.failed;
        minute.refused += asked.refused;
        minute.bytes += (asked.requests * 300.0).round();
        minute.read.invocations += asked.requests;
        minute.read.errors += asked.failed;
        let inner = (typical_ms - 8.5).max(1.0);
        minute.read.duration.add_ln(inner.ln(), asked.requests);
        minute
            .integration
            .add_ln((inner + 5.0).ln(), asked.requests);
        minute.latency.add_ln((inner + 8.5).ln(), asked.requests);
        minute.read.concurrency = minute.read.concurrency.max(1.0);
        minute.concurrency = minute.concurrency.max(1.0);
    }

    /// Serves for one step.
    pub(super) fn serve(&mut self, now: &Conditions) -> Outcome {
        let offered = self.rng.poisson(now.demand * now.step);
        let pace = self.pace.step(now.step, &mut self.rng).exp() * now.slowness;
        let refusals = self.refusals.step(now.step, &mut self.rng).exp();
        if now.dark {
            self.minute = SiteMinute::default();
            self.throttling = 0.0;
            let outcome = Outcome {
                requests: offered,
                silent: offered,
                ..Outcome::default()
            };
            return self.note(outcome, now.step);
        }
        if !now.trusted {
            self.throttling = 0.0;
            let outcome = Outcome {
                requests: offered,
                failed: offered,
                distrusted: offered,
                ..Outcome::default()
            };
            return self.note(outcome, now.step);
        }
        let throttled = self.throttle(offered, now);
        let barred = self.bar(offered - throttled, now.barred);
        let requests = offered - throttled - barred;
        let cause = now.failing.max(ERRORS);
        let noise = (now.noise / now.demand.max(1.0)).min(1.0);
        let refusal = (1.0 - noise) * REFUSED * refusals + noise * NOT_FOUND;
        let refusal = either(refusal, now.picky);
        let follow = 1.0 - (-now.step / 25.0).exp();
        self.failing += (cause - self.failing) * follow;
        self.ailing.0 += (self.ailments.read.share() - self.ailing.0) * follow;
        self.ailing.1 += (self.ailments.write.share() - self.ailing.1) * follow;
        self.catching.0 = catching(&self.ailments.read, self.catching.0);
        self.catching.1 = catching(&self.ailments.write, self.catching.1);
        let load = 1.0 + 0.16 * (now.demand / 2_500.0).powi(2);
        let mut kinds = kinds(pace * load, now);
        for kind in &mut kinds {
            kind.median_ms += if kind.write {
                self.ailments.write.wait_ms
            } else {
                self.ailments.read.wait_ms
            };
        }
        let before = self.minute.forwarded;
        let mut outcome = self.run(now, requests, refusal, &kinds);
        outcome.forwarded = (self.minute.forwarded - before).max(0.0);
        outcome.requests += throttled + barred;
        outcome.refused += throttled + barred;
        outcome.throttled = throttled;
        self.spread_latencies(now.step, requests, &kinds);
        self.note(outcome, now.step)
    }

    /// The share of invocations that was seen to fail.
    pub(super) const fn seen_failing(&mut self, share: f64) {
        self.failing = share;
    }

    pub(super) fn note(&mut self, outcome: Outcome, step: f64) -> Outcome {
        self.latest = outcome;
        self.rate = outcome.requests / step;
        outcome
    }

    /// What API Gateway answers 429, without asking the function: counted among requests and in `4xx`.
    fn throttle(&mut self, offered: f64, now: &Conditions) -> f64 {
        self.throttling = (1.0 - now.rate_limit * now.step / offered.max(1.0)).max(0.0);
        let throttled = (offered - now.rate_limit * now.step).max(0.0).round();
        let minute = &mut self.minute;
        minute.requests += throttled;
        minute.refused += throttled;
        if throttled > 0.0 {
            minute.latency.add_ln(2.0_f64.ln(), throttled);
        }
        throttled
    }

    /// What the API refuses for who asks, without asking a function.
    fn bar(&mut self, offered: f64, share: f64) -> f64 {
        if share <= 0.0 {
            return 0.0;
        }
        let barred = self.rng.poisson(offered * share).min(offered);
        let minute = &mut self.minute;
        minute.requests += barred;
        minute.refused += barred;
        if barred > 0.0 {
            minute.latency.add_ln(6.0_f64.ln(), barred);
        }
        barred
    }

    fn run(&mut self, now: &Conditions, requests: f64, refusal: f64, kinds: &[Kind]) -> Outcome {
        let writes = self.rng.poisson(requests * WRITES).min(requests);
        let busy = |rate: f64, ms: f64| rate / now.step * ms / 1_000.0;
        let (read_busy, write_busy) = (
            busy(requests - writes, mean_ms(kinds, false)),
            busy(writes, mean_ms(kinds, true)),
        );
        let wanted = read_busy + write_busy;
        let crowded = self.ailments.crowded;
        let away = |limit: f64, wanted: f64| (1.0 - limit / wanted.max(1.0)).max(0.0);
        let turned_away = away(now.concurrency_limit, wanted);
        let no_writer = if now.writer_ms.is_none() { 1.0 } else { 0.0 };
        let ailments = (self.ailments.read, self.ailments.write);
        let usual = self.failing;
        let minute = &mut self.minute;
        let mut failed = 0.0;
        let mut acknowledged = 0.0;
        let mut together = 0.0;
        for (function, calls, busy, refused, (ailment, ailing, catches)) in [
            (
                &mut minute.read,
                requests - writes,
                read_busy,
                0.0,
                (ailments.0, self.ailing.0, self.catching.0),
            ),
            (
                &mut minute.write,
                writes,
                write_busy,
                no_writer,
                (ailments.1, self.ailing.1, self.catching.1),
            ),
        ] {
            let left = ailment.left.map_or(0.0, |left| 1.0 - left);
            let throttles = self.rng.poisson(calls * turned_away.max(left)).min(calls);
            let run = calls - throttles;
            let failing = either(usual, ailing);
            let bad = if refused > 0.0 {
                run
            } else {
                self.rng.poisson(run * failing).min(run)
            };
            let catches = if refused > 0.0 { 0.0 } else { catches };
            let caught = (bad * catches * (failing - usual) / failing).round();
            if ailment.took_ms > 0.0 {
                let in_vain = run * ailing * ailment.part(Cause::Dependency);
                function.duration.add_ln(ailment.took_ms.ln(), in_vain);
            }
            function.invocations += run;
            function.errors += bad - caught;
            function.caught += caught;
            function.throttles += throttles;
            let peak = busy * (1.12 + 0.08 * self.rng.uniform()) + 2.0 * self.rng.uniform();
            // The limit is shared: a crowded Region gives each function its part.
            let part = (now.concurrency_limit * busy / wanted.max(1.0)).max(1.0);
            let peak = peak.ceil().min(part.floor());
            let peak = ailment.left.map_or(peak, |left| (peak * left).ceil());
            together += peak;
            function.concurrency = function.concurrency.max(peak);
            failed += throttles + bad;
            acknowledged = run - bad; // of the last, the writes
        }
        let refused = self
            .rng
            .poisson((requests - failed) * refusal)
            .min(requests - failed);
        // What others run is the account's too.
        let together = if crowded {
            now.concurrency_limit
        } else {
            together
        };
        minute.concurrency = minute.concurrency.max(together);
        minute.requests += requests;
        minute.refused += refused;
        minute.failed += failed;
        minute.bytes += (requests * (1_900.0 + 40.0 * self.rng.normal())).round();
        let abroad = now.writer_ms.is_some_and(|ms| ms > 2.0);
        minute.forwarded += if abroad { acknowledged } else { 0.0 };
        let typical_ms = kinds.first().map_or(0.0, |kind| kind.median_ms) + 8.0;
        Outcome {
            requests,
            refused,
            throttled: 0.0,
            failed,
            silent: 0.0,
            distrusted: 0.0,
            acknowledged,
            forwarded: 0.0,
            typical_ms,
        }
    }
}

/// How long requests that read, or that write, take on average.
fn mean_ms(kinds: &[Kind], write: bool) -> f64 {
    let of = kinds.iter().filter(|kind| kind.write == write);
    let (share, ms) = of.fold((0.0, 0.0), |(share, ms), kind| {
        (
            share + kind.share,
            ms + kind.share * kind.median_ms * (kind.spread.powi(2) / 2.0).exp(),
        )
    });
    if share > 0.0 { ms / share } else { 0.0 }
}

/// The part of what fails for `ailment` that the handler catches; the last calls of code that is gone end as they
/// did `before`.
fn catching(ailment: &Ailment, before: f64) -> f64 {
    if ailment.share() <= 0.0 {
        before
    } else if ailment.caught {
        ailment.part(Cause::NewCode)
    } else {
        0.0
    }
}

/// The share that one of two independent causes hits.
fn either(one: f64, other: f64) -> f64 {
    one + (1.0 - one) * other
}

#[cfg(test)]
#[path = "serving_tests.rs"]
mod tests;
