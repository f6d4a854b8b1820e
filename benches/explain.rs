//! All that the Explain screen tells, of a picture that is there.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gwctl::aws::{Session, SessionOptions, Timeouts, in_process};
use gwctl::explain::{Evidence, Headline, explain, looked_at, rest, turned, unexplained, unseen};
use gwctl::fleet::{Region, Snapshot};
use gwctl::observe::{Findings, Inquirer, Observer, Refresh};
use gwctl::sim::{Scenario, Sim, SimOptions, wire};
use jiff::SignedDuration;

use super::picture::Prompt;
use super::table::{Table, median, millis};

/// What it may take of a processor.
const MOST: Duration = Duration::from_millis(100);

/// A fleet in so many Regions in which something is wrong, with what changed and what its functions log.
fn seen(regions: usize) -> (Arc<Snapshot>, Findings) {
    let first = ["us-east-1", "eu-west-1", "ap-southeast-1"].map(|code| Region::new(code).unwrap());
    let others = Region::all().filter(|region| !first.contains(region));
    // As many requests a Region, however many there are: few tell nothing.
    let mut scenario = Scenario::load("connections-exhausted").unwrap();
    scenario.clients *= regions as f64 / first.len() as f64;
    let sim = Sim::new(SimOptions {
        scenario,
        regions: first.iter().cloned().chain(others).take(regions).collect(),
        ..SimOptions::default()
    })
    .unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let session = Session::connect(SessionOptions {
            profile: None,
            http_client: Some(in_process(wire::handler(sim.clone()))),
            timeouts: Timeouts::default(),
            clock: sim.clock(),
        })
        .await;
        let observer = Observer::start(
            sim.name(),
            sim.spec(),
            Refresh::default(),
            session.clone(),
            Arc::new(Prompt),
            sim.clock(),
        );
        let picture = observer.first_complete(Duration::from_mins(2)).await;
        let inquirer = Inquirer::new(sim.name(), session, sim.spec(), sim.clock());
        let inquiry = inquirer.ask(SignedDuration::from_hours(2)).await;
        let findings = inquiry.beside((sim.name(), &sim.spec()), &picture);
        (picture, findings)
    })
}

/// How long this thread has had a processor; where the system does not tell, how long it is since `begun`.
fn ran(begun: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| begun.elapsed(), Duration::from_nanos)
}

/// Everything that the screen shows.
fn tell(evidence: &Evidence<'_>) -> usize {
    let picture = evidence.picture;
    let explanation = explain(evidence);
    let (rest, unseen) = (rest(picture, &explanation), unseen(picture));
    let headline = Headline::of(picture, &explanation, &rest, &unseen);
    let more = unexplained(evidence, &explanation, &turned(picture));
    assert!(!explanation.hypotheses.is_empty(), "{}", headline.what);
    looked_at(picture).len() + more.len() + explanation.hypotheses.len()
}

pub fn rows(table: &mut Table) {
    for regions in [3, 34] {
        let (picture, findings) = seen(regions);
        let (trail, logged) = (findings.happened.trail(), findings.errors.logged());
        let evidence = Evidence::new(&picture, Some(trail), Some(logged));
        let clock = Instant::now();
        let took = median(21, || {
            let begun = ran(clock);
            black_box(tell(&evidence));
            ran(clock).saturating_sub(begun)
        });
        table.row(
            &format!("Explain of a warm picture of {regions} Regions, processor time"),
            millis(took),
            "100 ms",
            took <= MOST,
        );
    }
}
