//! One call for all series of a Region and account, once a minute: CloudWatch keeps nothing finer, and
//! every series asked costs money.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::poller::{Askers, Fold, PolledAnswer, Poller, REFRESH_AT_MOST, later};
use super::questions::{self, Key};
use super::response::Response;
use super::schedule;
use gwctl_aws::{MetricAnswer, MetricQuestion};
use gwctl_fleet::{Account, Missing, Observed, Region, Series};

/// How much of the recent past is asked for again: points appear late, and change for a while
/// (aws-facts §1.3).
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);
/// How long the first question waits for what it needs to know. A Region whose API Gateway does
/// not answer must not hide its other figures; the first complete picture waits for all of them.
const PATIENCE: Duration = Duration::from_secs(3);

/// Starts the askers of the series in `region`, one an account that may have some.
pub(super) fn watch(askers: &mut Askers, region: &Region) {
    let mut askers_of: BTreeMap<Option<Account>, BTreeSet<Account>> = BTreeMap::new();
    for account in Account::ALL {
        let holder = askers.poller.spec.accounts.holder(&account, region);
        askers_of.entry(holder).or_default().insert(account);
    }
    for accounts in askers_of.into_values() {
        watch_account(askers, region.clone(), accounts);
    }
}

fn watch_account(askers: &mut Askers, region: Region, accounts: BTreeSet<Account>) {
    let question = askers.question();
    let poller = askers.poller.clone();
    let asker = Asker {
        poller,
        region,
        accounts,
        question,
        settled: false,
        tried: BTreeSet::new(),
        known: BTreeSet::new(),
        answered: None,
        unanswered: false,
    };
    askers.tasks.spawn(asker.run());
}

/// Everything that decides which series there are to ask for.
async fn settled(poller: Arc<Poller>, region: Region) {
    if let Some(api) = poller.shared_facts.apis.get(&region) {
        api.settled().await;
    }
    poller.shared_facts.topology.settled().await;
    if region == Region::global() {
        poller.shared_facts.checks.settled().await;
        if poller.spec.edge.router.is_some() {
            poller.shared_facts.limit_metric.settled().await;
        }
    }
}

struct Asker {
    poller: Arc<Poller>,
    region: Region,
    /// What its account holds.
    accounts: BTreeSet<Account>,
    /// What the first complete picture waits for; none once it is answered.
    question: Option<usize>,
    /// Whether everything is known that decides which series there are.
    settled: bool,
    /// Series asked for at least once.
    tried: BTreeSet<Key>,
    /// Series whose history was answered.
    known: BTreeSet<Key>,
    /// When CloudWatch last answered.
    answered: Option<Timestamp>,
    /// Whether it did not, when it was last asked.
    unanswered: bool,
}

impl Asker {
    async fn run(mut self) {
        let jitter = schedule::jitter(&self.region);
        let mut news = self.poller.shared_facts.news();
        let mut again = self.poller.refresh.clone();
        let settled = settled(self.poller.clone(), self.region.clone());
        tokio::pin!(settled);
        tokio::select! {
            biased;
            () = &mut settled => self.settled = true,
            () = self.poller.sleep(PATIENCE) => {}
        }
        loop {
            let round = self.poller.clock.now();
            self.ask(self.questions()).await;
            let due = schedule::next_metrics(round, jitter);
            loop {
                tokio::select! {
                    biased;
                    () = self.poller.sleep_until(due) => break,
                    () = &mut settled, if !self.settled => self.settled = true,
                    // What was not answered was not charged either: it need not wait for its period.
                    changed = again.changed(), if self.unanswered => {
                        if changed.is_err() {
                            return;
                        }
                        self.poller.sleep_until(round + later(REFRESH_AT_MOST)).await;
                        break;
                    }
                    changed = news.changed() => if changed.is_err() { return },
                }
                // A secondary that was the writer until now, an API now known: only what was
                // never asked may be asked at once.
                let mut new = self.questions();
                new.retain(|question| !self.tried.contains(&question.key));
                if !new.is_empty() || (self.settled && self.question.is_some()) {
                    self.ask(new).await;
                }
            }
        }
    }

    fn questions(&self) -> Vec<MetricQuestion<Key>> {
        let mut all = questions::all(&self.poller.spec, &self.poller.shared_facts, &self.region);
        all.retain(|question| self.accounts.contains(&question.key.0.account()));
        all
    }

    async fn ask(&mut self, questions: Vec<MetricQuestion<Key>>) {
        let now = self.poller.clock.now();
        let from = self.from(&questions, now);
        let keep_from = now - self.poller.history;
        let cost = self.questions().len();
        let said = if questions.is_empty() {
            None
        } else {
            let session = self.poller.session.in_account(questions[0].key.0.account());
            let cloudwatch = session.cloudwatch(&self.region);
            let asked =
                cloudwatch.metrics(&questions, from, minute(now) + SignedDuration::from_mins(1));
            Some(
                self.poller
                    .ask("cloudwatch:GetMetricData", &self.region, asked)
                    .await,
            )
        };
        let keys = || questions.iter().map(|question| question.key.clone());
        self.tried.extend(keys());
        self.unanswered = said.as_ref().is_some_and(|said| said.answer.is_err());
        if said.as_ref().is_some_and(|said| said.answer.is_ok()) {
            self.answered = Some(now);
            self.known.extend(keys());
        }
        let asked_of = (self.region.clone(), self.accounts.first().cloned());
        let fold: Fold = Box::new(move |picture| {
            picture.queries.insert(asked_of, cost);
            if let Some(said) = said {
                for (key, said) in each(said, questions) {
                    if let Some(metrics) = questions::metrics_of(&mut picture.snapshot, &key.0) {
                        renew(metrics.entry(key.1), said, keep_from);
                    }
                }
            }
        });
        let question = if self.settled {
            self.question.take()
        } else {
            None
        };
        // The folder ends only together with all askers.
        let _ = self.poller.answers.send(PolledAnswer { question, fold });
    }

    /// All of the history for a series never asked before; otherwise from where points may have
    /// changed since the last answer.
    fn from(&self, questions: &[MetricQuestion<Key>], now: Timestamp) -> Timestamp {
        let earliest = now - self.poller.history;
        let known = questions
            .iter()
            .all(|question| self.known.contains(&question.key));
        minute(match self.answered {
            Some(answered) if known => (answered - OVERLAP).max(earliest),
            _ => earliest,
        })
    }
}

/// The minute `at` is in.
fn minute(at: Timestamp) -> Timestamp {
    at - SignedDuration::from_secs(at.as_second().rem_euclid(60))
}

/// One answer a series; a call that failed failed for all of them.
fn each(
    said: Response<Vec<MetricAnswer<Key>>>,
    questions: Vec<MetricQuestion<Key>>,
) -> Vec<(Key, Response<Series>)> {
    let Response { answer, at, source } = said;
    let one = |answer| Response {
        answer,
        at,
        source: source.clone(),
    };
    match answer {
        Ok(answers) => answers
            .into_iter()
            .map(|(key, answer)| (key, one(answer)))
            .collect(),
        Err(why) => questions
            .into_iter()
            .map(|q| (q.key, one(Err(why.clone()))))
            .collect(),
    }
}

/// Lays new points over the kept ones. A series is as old as its newest point's end, not as its
/// question: CloudWatch's points appear late.
fn renew(observed: &mut Observed<Arc<Series>>, said: Response<Series>, keep_from: Timestamp) {
    let newer = match said.answer {
        Ok(series) => series,
        // Nothing in the last minutes is no reason to forget the hours before.
        Err(Missing::NoData) if observed.last().is_some() => {
            Series::new(Duration::from_mins(1), [])
        }
        Err(why) => return observed.renew(Err(why), said.at, said.source),
    };
    let series = match observed.last() {
        Some(kept) => kept.merged(&newer, keep_from),
        None => newer,
    };
    let Some(newest) = series.newest() else {
        return observed.renew(Err(Missing::NoData), said.at, said.source);
    };
    let end = newest.at + SignedDuration::try_from(series.period).unwrap_or_default();
    observed.renew(Ok(Arc::new(series)), end.min(said.at), said.source);
}

#[cfg(test)]
mod tests {
    use super::*;
    use gwctl_fleet::{Point, Source};

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn said(answer: Result<&[(i64, f64)], Missing>, minute: i64) -> Response<Series> {
        let points = |points: &[(i64, f64)]| {
            Series::new(
                Duration::from_mins(1),
                points.iter().map(|&(m, value)| Point { at: at(m), value }),
            )
        };
        let source = Source {
            api: "cloudwatch:GetMetricData",
            region: None,
        };
        Response {
            answer: answer.map(points),
            at: at(minute),
            source,
        }
    }

    fn values(observed: &Observed<Arc<Series>>) -> Vec<f64> {
        observed
            .last()
            .unwrap()
            .points()
            .iter()
            .map(|point| point.value)
            .collect()
    }

    #[test]
    fn new_points_are_laid_over_the_kept_ones_and_the_oldest_go() {
        let mut observed = Observed::default();
        renew(
            &mut observed,
            said(Ok(&[(100, 1.0), (101, 2.0), (102, 3.0)]), 104),
            at(0),
        );
        renew(
            &mut observed,
            said(Ok(&[(102, 3.5), (103, 4.0)]), 105),
            at(101),
        );
        assert_eq!(values(&observed), [2.0, 3.5, 4.0]);
        assert_eq!(
            observed.at(),
            Some(at(104)),
            "as old as the end of its newest point"
        );
    }

    #[test]
    fn silence_keeps_the_history_but_not_its_youth() {
        let mut observed = Observed::default();
        renew(&mut observed, said(Ok(&[(100, 1.0)]), 101), at(0));
        renew(&mut observed, said(Err(Missing::NoData), 120), at(0));
        assert_eq!(values(&observed), [1.0]);
        assert_eq!(observed.at(), Some(at(101)));
        renew(&mut observed, said(Err(Missing::NoData), 400), at(200));
        assert_eq!(
            observed.why_missing(),
            Some(&Missing::NoData),
            "the last point is over the horizon"
        );
    }

    #[test]
    fn a_question_that_failed_is_no_silence() {
        let mut observed = Observed::default();
        renew(&mut observed, said(Ok(&[(100, 1.0)]), 101), at(0));
        let dead = Missing::CouldNotAsk {
            why: "no answer in time".into(),
        };
        renew(&mut observed, said(Err(dead), 102), at(0));
        assert_eq!(observed.current(), None);
        assert_eq!(values(&observed), [1.0]);
    }
}
