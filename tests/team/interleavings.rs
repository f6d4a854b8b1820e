//! Thousands of interleavings of two to four operators on one fleet: machines that are killed, that sleep, whose clocks
//! jump, whose line loses messages or holds them up. Virtual time on one thread and one seed a round decide everything:
//! `GWCTL_SEED=n` repeats one round, `GWCTL_ROUNDS=n` tries as many.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use gwctl::aws::{ErrorKind, Session};
use gwctl::fleet::{Clock, SharedSpec};
use gwctl::sim::Sim;
use gwctl::sim::world::TableKind;
use gwctl::store::{Hold, Team};
use jiff::{SignedDuration, Timestamp};
use tokio::time::sleep;

use super::history::{History, Step};
use super::line::{Arrived, Line};
use super::stand::{claim, replicas, take};
use crate::actions::stand::in_virtual_time;
use crate::observe::stand::{region, world};

const DOMAINS: [&str; 2] = ["api.orders.example.com", "other.example.com"];
const OPERATORS: [&str; 4] = ["ada", "bob", "eve", "joe"];
/// What the run has to change, one after the other.
const CHANGES: usize = 5;
/// How often an operator tries to act.
const TRIES: usize = 8;
/// Rounds in the usual suite.
const ROUNDS: u64 = 150;
/// Of the first: among these are some in which the fence holds a change back, which one round in a hundred has.
const FIRST: u64 = 250;

/// A machine's own clock: it can be set.
#[derive(Debug)]
struct OwnClock {
    world: Arc<dyn Clock>,
    ahead: Mutex<SignedDuration>,
}

impl Clock for OwnClock {
    fn now(&self) -> Timestamp {
        self.world.now() + *self.ahead.lock().unwrap()
    }

    fn wall(&self, fleet_time: Duration) -> Duration {
        self.world.wall(fleet_time)
    }
}

/// What reached AWS in one round: the change, and the hold under which it was sent.
#[derive(Debug, Default)]
struct Reached(Vec<(usize, u64)>);

/// One round's world: a table of its own, a journal, and what is known of both.
struct Round {
    sim: Sim,
    table: String,
    history: Arc<History>,
    reached: Arc<Mutex<Reached>>,
    held_back: AtomicU64,
}

struct Machine {
    name: &'static str,
    domain: &'static str,
    line: Line,
    session: Session,
    team: Team,
    clock: Arc<OwnClock>,
    rng: Rng,
}

/// How an operator's part ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// All is changed.
    Done,
    /// It gave up, as somebody who reads "held" may.
    GaveUp,
}

/// The name of the metric that a change sets: what reaches AWS tells the hold it was sent under.
fn metric(change: usize, hold: u64) -> String {
    format!("change-{change}-under-{hold}.")
}

/// Reads it back out of the request.
fn read(body: &[u8]) -> Option<(usize, u64)> {
    let text = String::from_utf8_lossy(body);
    let (_, rest) = text.split_once("change-")?;
    let (change, rest) = rest.split_once("-under-")?;
    let (hold, _) = rest.split_once('.')?;
    Some((change.parse().ok()?, hold.parse().ok()?))
}

impl Round {
    fn arrived(&self) -> Arrived {
        let (history, reached) = (self.history.clone(), self.reached.clone());
        Arc::new(move |body| {
            if let Some((change, hold)) = read(body) {
                history.at_once(Step::Sent { hold });
                reached.lock().unwrap().0.push((change, hold));
            }
        })
    }

    async fn machine(&self, name: &'static str, seed: u64) -> Machine {
        let mut rng = Rng::with_seed(seed);
        let line = Line::new(rng.u64(..), *[0, 2, 6, 15].get(rng.usize(0..4)).unwrap());
        let session = line.session(&self.sim, self.arrived()).await;
        let clock = Arc::new(OwnClock {
            world: self.sim.clock(),
            ahead: Mutex::default(),
        });
        let mut regions = replicas();
        regions.rotate_left(rng.usize(0..3));
        let spec = SharedSpec {
            table: self.table.clone(),
            regions,
        };
        let team = Team::new(&session, &spec, clock.clone());
        Machine {
            name,
            // Two names of one fleet, as two configurations may have.
            domain: DOMAINS[rng.usize(0..2)],
            line,
            session,
            team,
            clock,
            rng,
        }
    }

    fn is_changed(&self, change: usize) -> bool {
        let reached = self.reached.lock().unwrap();
        reached.0.iter().any(|(made, _)| *made == change)
    }
}

impl Machine {
    /// Acts until all is changed, or there is no more patience.
    async fn operate(&mut self, round: &Round) -> End {
        for _ in 0..TRIES {
            let begun = round.history.begin();
            let claim = claim(&round.sim, self.name, self.domain);
            if let Ok(hold) = take(&self.team, claim).await {
                let id = round.history.new_hold();
                round.history.end(begun, Step::Taken { hold: id });
                let done = self.change_all(round, &hold, id).await;
                if done || self.rng.bool() {
                    hold.release().await;
                }
                if done {
                    return End::Done;
                }
            }
            sleep(Duration::from_millis(self.rng.u64(200..25_000))).await;
        }
        End::GaveUp
    }

    /// What the engine does: looks, writes down, proves the lease, sends, writes down. Whether all is changed.
    async fn change_all(&mut self, round: &Round, hold: &Hold, id: u64) -> bool {
        let Ok(journal) = self.team.lines("run", 0).await else {
            return false;
        };
        let mut lines = journal.len() as u64;
        for change in 0..CHANGES {
            if round.is_changed(change) {
                continue;
            }
            // What the change before sets in motion takes its time.
            sleep(Duration::from_millis(self.rng.u64(0..9_000))).await;
            let line = format!("{} sends {change} under {id}", self.name);
            if hold.append("run", lines, &[line]).await.is_err() {
                return false;
            }
            lines += 1;
            let begun = round.history.begin();
            if hold.check().await.is_err() {
                return false;
            }
            round.history.end(begun, Step::Proved { hold: id });
            if self.rng.u32(0..4) == 0 {
                // What comes before a change takes its time, such as reading a distribution.
                sleep(Duration::from_millis(self.rng.u64(0..20_000))).await;
            }
            let session = self.session.one_attempt().fenced(hold.fence());
            let cloudwatch = session.cloudwatch(&region("us-east-1"));
            let (name, now) = (metric(change, id), round.sim.clock().now());
            let sent = cloudwatch.put_metric("gwctl/test", &name, &[], 1.0, now);
            match sent.await {
                Ok(_) => {}
                Err(error) if error.kind == ErrorKind::NotSent => {
                    round.held_back.fetch_add(1, Ordering::Relaxed);
                    return false;
                }
                Err(_) if self.appeared(round, change).await => {}
                Err(_) => return false,
            }
        }
        true
    }

    /// Whether a change whose reply did not come is made all the same: it is looked for as long as it may be under way.
    async fn appeared(&self, round: &Round, change: usize) -> bool {
        for _ in 0..12 {
            if round.is_changed(change) {
                return true;
            }
            sleep(Duration::from_secs(1)).await;
        }
        false
    }
}

/// One thing that goes wrong.
enum Trouble {
    Kill,
    Sleep(Duration),
    Clock(SignedDuration),
    Cut(String, Duration),
    Isolate(String, Duration),
}

fn trouble(rng: &mut Rng) -> Trouble {
    let seconds = |rng: &mut Rng, most: u64| Duration::from_millis(rng.u64(500..most * 1_000));
    let place = |rng: &mut Rng| replicas()[rng.usize(0..3)].as_str().to_owned();
    match rng.u32(0..10) {
        0..2 => Trouble::Kill,
        // Mostly longer than a lease lasts without a sign.
        2..6 => Trouble::Sleep(seconds(rng, 60) + Duration::from_secs(20)),
        6 => Trouble::Clock(SignedDuration::from_secs(rng.i64(-7_200..7_200))),
        7..9 => Trouble::Cut(place(rng), seconds(rng, 60)),
        _ => Trouble::Isolate(place(rng), seconds(rng, 60)),
    }
}

/// What rounds came to: a harness in which nothing happens proves nothing.
#[derive(Debug, Default)]
struct Tally {
    rounds: u64,
    /// Rounds in which the changes were made under several holds.
    handed_on: u64,
    /// Rounds in which somebody made the last change.
    done: u64,
    /// Changes that were decided and held back by the last question before they are sent.
    held_back: u64,
    takes: u64,
}

/// One round, whole: what is wrong with it, in words.
async fn round(sim: &Sim, seed: u64, tally: &mut Tally) -> Result<(), String> {
    fastrand::seed(seed);
    let mut rng = Rng::with_seed(seed);
    let round = Arc::new(Round {
        sim: sim.clone(),
        table: format!("round-{seed}"),
        history: Arc::default(),
        reached: Arc::default(),
        held_back: AtomicU64::default(),
    });
    sim.state()
        .tables
        .make(&round.table, TableKind::Strong, replicas());
    let count = rng.usize(2..5);
    let mut at_work = Vec::new();
    for name in OPERATORS.into_iter().take(count) {
        let mut machine = round.machine(name, rng.u64(..)).await;
        let (line, clock) = (machine.line.clone(), machine.clock.clone());
        let (late, round) = (Duration::from_millis(rng.u64(0..9_000)), round.clone());
        let work = tokio::spawn(async move {
            sleep(late).await;
            machine.operate(&round).await
        });
        at_work.push((line, clock, work));
    }
    for _ in 0..rng.usize(0..9) {
        sleep(Duration::from_millis(rng.u64(0..15_000))).await;
        let (line, clock, work) = &at_work[rng.usize(0..count)];
        match trouble(&mut rng) {
            Trouble::Kill => work.abort(),
            Trouble::Sleep(time) => line.sleep(time),
            Trouble::Clock(ahead) => *clock.ahead.lock().unwrap() = ahead,
            Trouble::Cut(region, time) => line.cut(&region, time),
            Trouble::Isolate(code, time) => {
                let (sim, table) = (sim.clone(), round.table.clone());
                let isolate = move |isolated| {
                    let mut state = sim.state();
                    let table = state.tables.named(&table).unwrap();
                    table.isolate(&region(&code), isolated);
                };
                tokio::spawn(async move {
                    isolate(true);
                    sleep(time).await;
                    isolate(false);
                });
            }
        }
    }
    let mut ends = Vec::new();
    for (_, _, work) in at_work {
        ends.extend(work.await.ok());
    }
    // What is still under way arrives.
    sleep(Duration::from_secs(20)).await;
    let holds: BTreeSet<u64> = {
        let reached = round.reached.lock().unwrap();
        reached.0.iter().map(|(_, hold)| *hold).collect()
    };
    tally.rounds += 1;
    tally.handed_on += u64::from(holds.len() > 1);
    tally.done += u64::from(ends.contains(&End::Done));
    tally.held_back += round.held_back.load(Ordering::Relaxed);
    tally.takes += round.history.holds();
    verdict(&round, &ends)
}

fn verdict(round: &Round, ends: &[End]) -> Result<(), String> {
    round.history.judge()?;
    let reached = round.reached.lock().unwrap();
    let mut times: BTreeMap<usize, usize> = BTreeMap::new();
    for (change, _) in &reached.0 {
        *times.entry(*change).or_default() += 1;
    }
    if let Some((change, times)) = times.iter().find(|(_, times)| **times > 1) {
        return Err(format!(
            "change {change} was made {times} times: {reached:?}"
        ));
    }
    let order: Vec<usize> = reached.0.iter().map(|(change, _)| *change).collect();
    if !order.is_sorted() {
        return Err(format!("changes out of their order: {order:?}"));
    }
    let all: BTreeSet<usize> = (0..CHANGES).collect();
    let made: BTreeSet<usize> = order.into_iter().collect();
    if ends.contains(&End::Done) && made != all {
        return Err(format!("said to be done, and only {made:?} was changed"));
    }
    Ok(())
}

#[test]
fn no_two_of_several_operators_send_for_one_fleet_whatever_happens_to_their_machines() {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let first = number("GWCTL_SEED");
    let rounds = number("GWCTL_ROUNDS").unwrap_or(ROUNDS);
    let seeds = first.map_or(FIRST..FIRST + rounds, |seed| seed..seed + 1);
    in_virtual_time(async {
        let sim = world("calm", 1);
        let (mut wrong, mut tally) = (Vec::new(), Tally::default());
        for seed in seeds {
            if let Err(why) = Box::pin(round(&sim, seed, &mut tally)).await {
                wrong.push(format!("GWCTL_SEED={seed}: {why}"));
            }
        }
        println!("{tally:?}");
        assert!(wrong.is_empty(), "{tally:?}\n{}", wrong.join("\n"));
        if first.is_none() {
            assert!(
                tally.handed_on * 5 > tally.rounds && tally.held_back > 0,
                "{tally:?}"
            );
        }
    });
}
