//! A million log lines of three Regions, grouped as they come. It runs in a process of its own: the system tells the
//! most memory that one ever had.

use std::fmt::Write as _;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use gwctl::fleet::Region;
use gwctl::fleet::logs::{Grouping, Joining, LogEvent, Pattern, Placed, clean_event};
use jiff::Timestamp;

use super::table::{Table, millis};

const GROUPER: &str = "GWCTL_BENCH_GROUPER";
const LINES: u32 = 1_000_000;
const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-southeast-1"];
const BOUND: (Duration, f64) = (Duration::from_secs(2), 150.0);

/// Groups, prints what it took, and ends, where a parent asks for it.
pub fn play_grouper() {
    if std::env::var_os(GROUPER).is_none() {
        return;
    }
    let found = grouped();
    let took = processor_time();
    let counted: u64 = found.iter().map(Pattern::count).sum();
    println!(
        "{} {} {counted} {}",
        took.as_millis(),
        most_kib(),
        found.len()
    );
    std::process::exit(0);
}

/// What this process used of the processor: other programs on the machine do not slow that down.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    // utime and stime, in clock ticks of 10 ms.
    let ticks = [11, 12].map(|at: usize| fields[at].parse::<u64>().unwrap());
    Duration::from_millis(ticks.iter().sum::<u64>() * 10)
}

/// The most memory that this process ever had in the machine.
fn most_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap()
}

/// From the text of an event to the patterns: cleaned, joined, read, masked and grouped.
fn grouped() -> Vec<Pattern> {
    let begin = Timestamp::from_second(1_795_442_400).unwrap();
    let mut grouping = Grouping::within(begin, begin + Duration::from_secs(3_600));
    let lines = LINES / REGIONS.len() as u32 + 1;
    let mut left = LINES;
    for (place, code) in REGIONS.into_iter().enumerate() {
        let region = Region::new(code).unwrap();
        let source: Arc<str> = "orders-write".into();
        let mut joining = Joining::default();
        let mut writer = Writer::new(place as u64 + 1);
        let take = |(event, line): (LogEvent, _), grouping: &mut Grouping| {
            grouping.take(Arc::new(Placed {
                region: region.clone(),
                source: source.clone(),
                at: event.at,
                line,
                raw: event.message.into(),
            }));
        };
        for n in 0..lines.min(left) {
            let at = begin + Duration::from_millis(u64::from(n) * 3_600_000 / u64::from(lines));
            joining.push(writer.event(at));
            while let Some(one) = joining.ready(at) {
                take(one, &mut grouping);
            }
        }
        left -= lines.min(left);
        while let Some(one) = joining.rest() {
            take(one, &mut grouping);
        }
    }
    grouping.patterns()
}

/// Writes what functions write: mostly text, some JSON, stack traces, Lambda's own lines.
struct Writer {
    state: u64,
    text: String,
}

impl Writer {
    fn new(seed: u64) -> Self {
        Self {
            state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            text: String::new(),
        }
    }

    /// xorshift: the same lines each time.
    fn dice(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    fn event(&mut self, at: Timestamp) -> LogEvent {
        let (dice, more) = (self.dice(), self.dice());
        let id = format!(
            "{:08x}-4f52-4c1e-9d0b-{:012x}",
            more >> 32,
            dice & 0xffff_ffff_ffff
        );
        let head = "2026-11-28T10:00:00.562Z";
        let order = 100_000 + more % 900_000;
        let text = &mut self.text;
        text.clear();
        let _ = match dice % 20 {
            0..6 => writeln!(
                text,
                "{head}\t{id}\tINFO\tread order {order} in {}.{} ms",
                more % 90,
                more % 10
            ),
            6..10 => writeln!(
                text,
                "{head}\t{id}\tINFO\tstored order {order} for customer {more:016x} from 10.0.{}.{}",
                more % 250,
                more % 97
            ),
            10..12 => writeln!(
                text,
                "{head}\t{id}\tWARN\tpool of connections to orders-writer is {} % full, request waits",
                more % 100
            ),
            12 => writeln!(
                text,
                "{head}\t{id}\tERROR\tInvoke Error \t{{\"errorType\":\"Error\",\"errorMessage\":\"connect ETIMEDOUT 10.20.3.{}:5432\",\"stack\":[\"Error: connect ETIMEDOUT\",\"    at connect (file:///var/task/db.mjs:31:17)\"]}}",
                more % 250
            ),
            13 => write!(
                text,
                "{{\"timestamp\":\"{head}\",\"level\":\"INFO\",\"requestId\":\"{id}\",\"message\":\"order {order} was priced\"}}"
            ),
            14 => writeln!(text, "{head} {id} Task timed out after 3.00 seconds"),
            15 => writeln!(
                text,
                "    at handler (file:///var/task/index.mjs:{}:10)",
                more % 400
            ),
            16 => writeln!(text, "START RequestId: {id} Version: 7"),
            17 => writeln!(text, "END RequestId: {id}"),
            _ => writeln!(
                text,
                "REPORT RequestId: {id}\tDuration: {}.83 ms\tBilled Duration: 296 ms\tMemory Size: 128 MB\tMax Memory Used: 74 MB\t",
                more % 900
            ),
        };
        LogEvent {
            id: String::new(),
            at,
            ingested: None,
            stream: format!("2026/11/28/[7]{:032x}", dice % 40),
            message: clean_event(text),
        }
    }
}

pub fn rows(table: &mut Table) {
    let mut runs: Vec<(Duration, f64, u64, u64)> = (0..5).map(|_| run()).collect();
    runs.sort_by_key(|(took, ..)| *took);
    let (took, mib, counted, found) = runs[runs.len() / 2];
    assert!(
        counted > 0 && found > 5,
        "{counted} lines, {found} patterns"
    );
    table.row(
        "1,000,000 log lines of 3 Regions grouped into patterns",
        format!("{} of processor time, {mib:.0} MiB at most", millis(took)),
        "2 s, 150 MiB",
        took <= BOUND.0 && mib <= BOUND.1,
    );
}

fn run() -> (Duration, f64, u64, u64) {
    let own = std::env::current_exe().unwrap();
    let told = Command::new(own).env(GROUPER, "1").output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    let figures: Vec<u64> = told
        .split_whitespace()
        .map(|one| one.parse().unwrap())
        .collect();
    let &[ms, kib, counted, found] = figures.as_slice() else {
        panic!("{told}");
    };
    (
        Duration::from_millis(ms),
        kib as f64 / 1_024.0,
        counted,
        found,
    )
}
