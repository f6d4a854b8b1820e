//! Waiting for DNS: what is answered around the world for the records of a Region, compared with what was
//! planned: names with names, and for aliases addresses with the addresses that their targets have.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use futures_util::future::join_all;
use serde::{Deserialize, Serialize};

use super::unheard::{Unanswered, Unheard};
use super::work::{Context, Observation, Work};
use crate::{Expected, PlannedCall, RunContext};
use gwctl_aws::Vantage;
use gwctl_fleet::{HERE, Region};
use gwctl_observe::{Answerer, VANTAGE_BITS, VANTAGES};

/// Seconds after which a Region that no vantage is answered with is the operator's to judge: not every
/// Region is the nearest of one of them.
const NEAR_NOBODY_S: u64 = 300;
/// Vantages that look alias targets up: their addresses come in turns.
const LOOKED_UP_FROM: usize = 2;

/// Until no DNS answer names a Region any more, or one names it again. Data plane: it needs no Region
/// (aws-facts §3.5). Where the zone's own servers cannot be asked, `TestDNSAnswer` is, and then this
/// machine's resolver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwaitAnswers {
    /// Hosted zone, for `TestDNSAnswer`.
    pub zone: String,
    /// The latency record's name.
    pub name: String,
    pub region: Region,
    /// What its records answer, one a type.
    #[serde(default)]
    pub records: Vec<Planned>,
    /// Whether it must be gone, or back.
    pub gone: bool,
    /// The vantages that were answered with the Region when this was planned; none where that is not known.
    #[serde(default)]
    pub seen_from: Option<Vec<String>>,
}

/// The records of one type, and what DNS answers for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// `CNAME`, `A`, `AAAA`.
    pub kind: String,
    /// Of the Region.
    pub own: Vec<Target>,
    /// Of the other Regions.
    pub others: Vec<Target>,
}

/// What a record leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Target {
    /// A name without the final dot, or an address.
    pub value: String,
    /// DNS may answer with the addresses that the name has, as it does for an alias (aws-facts §3.1).
    pub alias: bool,
}

/// Whose an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Own,
    Other,
    Unknown,
}

/// Of each vantage, what it was answered for each type.
type Answers = Vec<(&'static str, Vec<Result<Vec<String>, Unanswered>>)>;

/// What was heard, and of whom.
struct Heard {
    by: String,
    answers: Answers,
}

impl Heard {
    /// Whether this machine's own resolver is all that was heard: it may serve what it has kept, and its clients are
    /// not the fleet's.
    fn is_alone(&self) -> bool {
        self.answers.iter().all(|(place, _)| *place == HERE)
    }
}

/// The addresses that alias targets have now, by type and name.
type Addresses = BTreeMap<(String, String), BTreeSet<IpAddr>>;

impl Planned {
    fn whose(&self, values: &[String], known: &Addresses) -> Whose {
        let is = |targets: &[Target], value: &str| {
            let mut targets = targets.iter();
            targets.any(|target| self.names(target, value, known))
        };
        let of = |value: &String| (is(&self.own, value), is(&self.others, value));
        let all: Vec<(bool, bool)> = values.iter().map(of).collect();
        // A multivalue answer names several Regions at once.
        if all.contains(&(true, false)) {
            return Whose::Own;
        }
        let any = |of: fn(&(bool, bool)) -> bool| all.iter().any(of);
        match (any(|(own, _)| *own), any(|(_, other)| *other)) {
            // The same addresses for both tell nothing.
            (true, _) => Whose::Unknown,
            (false, true) => Whose::Other,
            (false, false) => {
                let address = |value: &String| value.parse::<IpAddr>().is_ok();
                let lasting = self.own.iter().all(|target| !target.alias);
                // Addresses of aliases come and go; a name, or an address in the record itself, does not.
                if lasting || !values.iter().any(address) {
                    Whose::Other
                } else {
                    Whose::Unknown
                }
            }
        }
    }

    fn names(&self, target: &Target, value: &str, known: &Addresses) -> bool {
        let bare = |name: &str| name.trim_end_matches('.').to_ascii_lowercase();
        if bare(value) == bare(&target.value) {
            return true;
        }
        let Ok(address) = value.parse::<IpAddr>() else {
            return false;
        };
        let fixed = target.value.parse::<IpAddr>() == Ok(address);
        let key = (self.kind.clone(), target.value.clone());
        fixed || known.get(&key).is_some_and(|all| all.contains(&address))
    }
}

impl AwaitAnswers {
    async fn hear(&self, run_context: &RunContext) -> Result<Heard, Unheard> {
        // A stand without public DNS: Route 53's own test answers for it.
        if run_context.session.is_without_public_dns(&run_context.spec) {
            let answers = self.by_test(run_context).await;
            return match unanswered(&answers) {
                None => Ok(heard("TestDNSAnswer", answers)),
                Some(why) => Err(Unheard::Untested(why)),
            };
        }
        let (by, answers) = self.by_servers(run_context).await;
        let Some(servers) = unanswered(&answers) else {
            return Ok(heard(by, answers));
        };
        let answers = self.by_test(run_context).await;
        let Some(test) = unanswered(&answers) else {
            let by = format!("TestDNSAnswer; its name servers could not be asked: {servers}");
            return Ok(heard(&by, answers));
        };
        match run_context.prober.resolve(self.name.clone()).await {
            Ok(found) => {
                let values = vec![Ok(found.values); self.records.len().min(1)];
                Ok(heard(
                    &format!(
                        "only this machine's resolver, which may use its cache; its name servers could not be asked: {servers}"
                    ),
                    vec![(HERE, values)],
                ))
            }
            Err(resolver) => Err(Unheard::Everywhere {
                servers,
                test,
                resolver,
            }),
        }
    }

    async fn by_servers(&self, run_context: &RunContext) -> (&'static str, Answers) {
        let asked = VANTAGES.iter().map(async |vantage| {
            let each = self.records.iter().map(|planned| {
                let (name, kind) = (self.name.clone(), planned.kind.clone());
                run_context.prober.answer(name, kind, vantage.network)
            });
            (vantage.place, join_all(each).await)
        });
        let mut by = "Route 53's name servers";
        let mut answers = Vec::new();
        for (place, each) in join_all(asked).await {
            let each = each.into_iter().map(|answer| {
                let answer = answer?;
                if answer.by == Answerer::ServersByTcp {
                    by = "Route 53's name servers over TCP";
                }
                Ok(answer.values)
            });
            answers.push((place, each.collect()));
        }
        (by, answers)
    }

    async fn by_test(&self, run_context: &RunContext) -> Answers {
        if let Some(lacks) = run_context.spec.partition().without_test_answer() {
            let each = self.records.iter().map(|_| Err(Unanswered::Lacking(lacks)));
            return vec![(HERE, each.collect())];
        }
        let route53 = run_context.session.route53();
        let asked = VANTAGES.iter().map(async |vantage| {
            let client = Vantage::Client(vantage.network, VANTAGE_BITS);
            let each = self.records.iter().map(async |planned| {
                let said = route53
                    .test_answer(&self.zone, &self.name, &planned.kind, client)
                    .await?;
                if said.is_empty() {
                    let (kind, name) = (planned.kind.clone(), self.name.clone());
                    return Err(Unanswered::NoRecord { kind, name });
                }
                Ok(said)
            });
            (vantage.place, join_all(each).await)
        });
        join_all(asked).await
    }

    /// Looks up what the alias targets among the planned lead to.
    async fn addresses(&self, run_context: &RunContext) -> Addresses {
        let aliases: BTreeSet<(String, String)> = self
            .records
            .iter()
            .flat_map(|planned| {
                let all = planned.own.iter().chain(&planned.others);
                all.filter(|target| target.alias)
                    .map(|target| (planned.kind.clone(), target.value.clone()))
            })
            .collect();
        let found = aliases.into_iter().map(async |(kind, name)| {
            let from = VANTAGES.iter().take(LOOKED_UP_FROM);
            let servers = from.map(|vantage| {
                run_context
                    .prober
                    .answer(name.clone(), kind.clone(), vantage.network)
            });
            let mut said: Vec<_> = join_all(servers).await;
            if said.iter().all(Result::is_err) {
                said.push(run_context.prober.resolve(name.clone()).await);
            }
            let values = said.into_iter().flatten().flat_map(|one| one.values);
            let addresses = values.filter_map(|value| value.parse().ok()).collect();
            ((kind, name), addresses)
        });
        join_all(found).await.into_iter().collect()
    }

    /// What a vantage's answers of all types come to. All must be gone, and all must be back.
    fn together(&self, all: &[Whose]) -> Whose {
        let own = |one: &Whose| *one == Whose::Own;
        let there = if self.gone {
            all.iter().any(own)
        } else {
            all.iter().all(own)
        };
        if there {
            Whose::Own
        } else if all.contains(&Whose::Unknown) {
            Whose::Unknown
        } else {
            Whose::Other
        }
    }

    fn judge(&self, heard: &Heard, known: &Addresses, elapsed_s: u64) -> Observation {
        let (mut own, mut other, mut untold) = (0_u32, 0_u32, None);
        for (place, answers) in &heard.answers {
            let told = answers.iter().cloned().collect::<Result<Vec<_>, _>>();
            let Ok(answers) = told else { continue };
            let each = self.records.iter().zip(&answers);
            let each: Vec<Whose> = each
                .map(|(planned, values)| planned.whose(values, known))
                .collect();
            match self.together(&each) {
                Whose::Own => own += 1,
                Whose::Other => other += 1,
                Whose::Unknown => {
                    untold = Some(format!("{} ({place})", answers.concat().join(", ")));
                }
            }
        }
        let (region, by) = (&self.region, &heard.by);
        let of = own + other;
        match (self.gone, own, untold) {
            (true, 1.., _) => Observation::Underway(format!(
                "DNS still answers {region} from {own} of {of} places (by {by})"
            )),
            (false, 1.., _) => Observation::Done(format!(
                "DNS answers {region} from {own} of {of} places (by {by})"
            )),
            // An alias has more addresses than one look sees: the next one may tell.
            (_, 0, Some(answer)) if of > 0 => Observation::Underway(format!(
                "DNS answers {region} from none of {of} places, and {answer}, an address that gwctl has not yet seen for any Region (by {by})"
            )),
            (_, 0, Some(answer)) => Observation::Unknown(format!(
                "DNS answers {answer}: gwctl cannot tell which Region has this address (by {by})"
            )),
            (_, 0, None) if of == 0 => Observation::Underway(format!(
                "DNS answered for some types of record only (by {by})"
            )),
            (true, 0, None) if heard.is_alone() => Observation::Ask(format!(
                "only this machine was answered, without {region}: what other clients are answered is not known. Go on if the Region's request count falls (by {by})"
            )),
            (true, 0, None) => match self.unheard_from(heard) {
                Some(places) if elapsed_s > NEAR_NOBODY_S => Observation::Ask(format!(
                    "DNS answers {region} from none of {of} places, and gives no answer to {places}, where it did. Go on if the Region's request count falls (by {by})"
                )),
                Some(places) => Observation::Underway(format!(
                    "DNS answers {region} from none of {of} places, and gives no answer yet to {places}, where it did (by {by})"
                )),
                None => Observation::Done(format!(
                    "DNS answers {region} from none of {of} places{} (by {by})",
                    self.before()
                )),
            },
            (false, 0, None) if elapsed_s > NEAR_NOBODY_S => Observation::Ask(format!(
                "DNS answers {region} from none of {of} places: it may not be the nearest Region of any of them. Go on if its health check is healthy (by {by})"
            )),
            (false, 0, None) => Observation::Underway(format!(
                "DNS answers {region} from none of {of} places yet (by {by})"
            )),
        }
    }

    /// Places that were answered with the Region at planning time, and with nothing now; none where there is no such.
    fn unheard_from(&self, heard: &Heard) -> Option<String> {
        let answered = |place: &String| {
            let mut all = heard.answers.iter();
            all.any(|(one, each)| one == place && each.iter().all(Result::is_ok))
        };
        let places = self.seen_from.iter().flatten();
        // What this machine's resolver said then, or Route 53 of no place, is not asked for again.
        let asked = |place: &&String| VANTAGES.iter().any(|one| one.place == place.as_str());
        let silent = places.filter(|place| asked(place) && !answered(place));
        let silent: Vec<&str> = silent.map(String::as_str).collect();
        (!silent.is_empty()).then(|| silent.join(", "))
    }

    /// What was answered when this was planned: without it, "from no vantage" proves little.
    fn before(&self) -> String {
        match self.seen_from.as_deref() {
            None => String::new(),
            Some([]) => {
                "; at planning time no answer led there either, so the Region's request count decides".into()
            }
            Some(places) => format!(" (before: from {})", places.join(", ")),
        }
    }
}

fn heard(by: &str, answers: Answers) -> Heard {
    Heard {
        by: by.to_owned(),
        answers,
    }
}

/// One reason why no vantage was answered for every type; none where one was.
fn unanswered(answers: &Answers) -> Option<Unanswered> {
    if answers
        .iter()
        .any(|(_, each)| !each.is_empty() && each.iter().all(Result::is_ok))
    {
        return None;
    }
    let mut each = answers.iter().flat_map(|(_, each)| each);
    let why = each.find_map(|one| one.as_ref().err());
    Some(why.cloned().unwrap_or(Unanswered::NothingPlanned))
}

impl Work for AwaitAnswers {
    fn calls(&self) -> Vec<PlannedCall> {
        Vec::new()
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::between(
                45,
                0,
                300,
                "AWS: a health check's interval times its threshold, then the records' TTL (aws-facts §3.4)",
            ),
            900,
        )
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let heard = match self.hear(context.run).await {
            Ok(heard) => heard,
            Err(why) => return Observation::Underway(format!("DNS did not answer: {why}")),
        };
        let known = self.addresses(context.run).await;
        self.judge(&heard, &known, context.elapsed_s())
    }
}

#[cfg(test)]
#[path = "await_answers_tests.rs"]
mod tests;
