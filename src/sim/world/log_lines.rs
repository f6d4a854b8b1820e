//! What the simulated functions write: Lambda's text format (aws-facts §13.5), made of what the Region's functions ran.
//!
//! Every invocation that failed writes its lines, as the metrics count them; of those that did not, a few do. The same
//! seed gives the same lines, whenever they are asked for.

use jiff::Timestamp;

use super::access_lines;
use super::database_lines;
use super::names;
use super::rng::Rng;
use super::router_release::BrokenRouter;
use crate::world::parts::logbook::{Cause, Causes, Ran, Slot};
use crate::world::parts::written::WrittenLog;
use gwctl_fleet::Region;

/// Invocations without an error that write their lines, in one slot.
const SHOWN: f64 = 3.0;
/// Execution environments at once.
const ENVIRONMENTS: u64 = 8;
/// Longest time until CloudWatch Logs has a line, after its slot is complete, in milliseconds.
const LATE_MS: f64 = 1_500.0;

/// One event of a log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenEvent {
    pub id: String,
    /// Milliseconds since 1970.
    pub at: i64,
    pub ingested: i64,
    pub stream: String,
    pub message: String,
}

/// An invocation that wrote its lines.
#[derive(Debug, Clone)]
pub(super) struct Done {
    pub id: String,
    /// Milliseconds since 1970.
    pub ended: i64,
    pub took_ms: f64,
    pub ending: Ending,
    /// What the database answered, where it refused.
    pub refused: Option<Refusal>,
}

/// What the database says where it refuses something (aws-facts §19.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// `FATAL`, `ERROR`.
    pub severity: &'static str,
    /// SQLSTATE.
    pub code: &'static str,
    pub message: String,
}

/// How an invocation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Well,
    /// For Lambda it failed.
    Failed,
    /// It succeeded, and its handler answered 500.
    Caught,
}

/// A log group: who writes to it.
#[derive(Debug, Clone)]
pub struct LogGroup {
    pub(super) region: Region,
    /// Of an access log, the API; of a database's log, the instance.
    pub(super) function: String,
    pub(super) version: u32,
    pub(super) timeout_s: i32,
    pub(super) memory_mb: i32,
    pub(super) handles: Handles,
    pub(super) seed: u64,
    /// Of the router's: what is wrong with it.
    pub(super) broken: Option<BrokenRouter>,
    /// Those behind an API whose access log it is; those before a database.
    pub(super) behind: Vec<LogGroup>,
    pub(super) slots: Vec<Slot>,
    /// Where real software runs: what it wrote.
    pub(super) written: Option<WrittenLog>,
}

/// Which requests it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Handles {
    Reads,
    Writes,
    Both,
    /// The router runs for every request.
    Router,
    /// An API tells of every request.
    Api,
    /// A cluster tells what it refuses.
    Database,
}

impl LogGroup {
    /// How many slots there are; events are told slot by slot.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Whether slot `at` may have events from `since` to `until` (milliseconds), for those that look for a page.
    pub fn overlaps(&self, at: usize, since: i64, until: i64) -> bool {
        self.slots.get(at).is_some_and(|slot| {
            let begin = (slot.end - slot.length) * 1_000;
            begin <= until && slot.end * 1_000 + 10_000 >= since
        })
    }

    /// Which second slot `at` ends at: its name in a token.
    pub fn end(&self, at: usize) -> Option<i64> {
        self.slots.get(at).map(|slot| slot.end)
    }

    /// The events of slot `at`, oldest first.
    pub fn events(&self, at: usize) -> Vec<WrittenEvent> {
        let Some(slot) = self.slots.get(at) else {
            return Vec::new();
        };
        if let Some(written) = self.written.as_ref().and_then(|log| log.events(slot.end)) {
            return written;
        }
        match self.handles {
            Handles::Api => return access_lines::events(self, slot),
            Handles::Database => return database_lines::events(self, slot),
            _ => {}
        }
        let mut events = self.write(slot).events;
        // Lines of one moment stay in the order they were written in.
        events.sort_by_key(|event| event.at);
        events
    }

    /// The invocations of `slot` behind an API, each with its function.
    pub(super) fn done(&self, slot: &Slot) -> Vec<(String, Done)> {
        let of = |group: &LogGroup| {
            let done = group.write(slot).done.into_iter();
            let function = group.function.clone();
            done.map(move |done| (function.clone(), done))
                .collect::<Vec<_>>()
        };
        self.behind.iter().flat_map(of).collect()
    }

    /// Those that it failed on never reached a Region.
    fn routed(&self, slot: &Slot) -> Ran {
        let share = self.broken.map_or(0.0, |router| router.share(slot.end));
        let passed = slot.both().invocations;
        let errors = (passed * share / (1.0 - share)).round();
        Ran {
            invocations: passed + errors,
            errors,
            caught: 0.0,
            causes: Causes::only(Cause::Router),
        }
    }

    /// Everything that is written in `slot`.
    fn write<'a>(&'a self, slot: &'a Slot) -> Writer<'a> {
        let ran = match self.handles {
            Handles::Reads => slot.read,
            Handles::Writes => slot.write,
            Handles::Both | Handles::Api | Handles::Database => slot.both(),
            Handles::Router => self.routed(slot),
        };
        let name = format!("log {} {} {}", self.region, self.function, slot.end);
        let mut writer = Writer {
            group: self,
            slot,
            rng: Rng::new(self.seed, &name),
            events: Vec::new(),
            ending: Ending::Failed,
            done: Vec::new(),
        };
        for _ in 0..ran.errors as u64 {
            let cause = match ran.causes.draw(|| writer.rng.uniform()) {
                // What is caught is what is wrong: the others fail as always.
                Cause::NewCode if ran.caught > 0.0 => Cause::Usual,
                cause => cause,
            };
            writer.failure(cause);
        }
        writer.ending = Ending::Caught;
        for _ in 0..ran.caught as u64 {
            writer.caught();
        }
        writer.ending = Ending::Well;
        for _ in 0..(ran.invocations - ran.errors - ran.caught).clamp(0.0, SHOWN) as u64 {
            writer.success();
        }
        writer
    }
}

/// Writes the lines of one slot.
pub(super) struct Writer<'a> {
    pub(super) group: &'a LogGroup,
    slot: &'a Slot,
    pub(super) rng: Rng,
    events: Vec<WrittenEvent>,
    /// How what is written now ends.
    ending: Ending,
    done: Vec<Done>,
}

/// One invocation.
pub(super) struct Invocation {
    pub(super) id: String,
    stream: String,
    /// Milliseconds since 1970.
    pub(super) began: i64,
    took_ms: f64,
}

impl Invocation {
    pub(super) fn ended(&self) -> i64 {
        self.began + self.took_ms as i64
    }
}

impl Writer<'_> {
    fn success(&mut self) {
        let took = (17.0_f64.ln() + 0.5 * self.rng.normal()).exp();
        let one = self.invocation(took);
        self.write(&one, one.began, self.start(&one));
        let order = 100_000 + self.rng.bits() % 900_000;
        let said = match self.group.handles {
            Handles::Router => None,
            Handles::Writes => Some(format!("stored order {order}")),
            _ => Some(format!("read order {order} in {took:.1} ms")),
        };
        if let Some(said) = said {
            let line = logged(&one, one.ended(), "INFO", &said);
            self.write(&one, one.ended(), line);
        }
        self.end(&one, "");
    }

    fn failure(&mut self, cause: Cause) {
        let dice = self.rng.uniform();
        let timeout_ms = f64::from(self.group.timeout_s) * 1_000.0;
        match cause {
            Cause::NoWriter => {
                let host = 1 + self.rng.bits() % 250;
                let port = 5_432;
                let what = format!("connect ETIMEDOUT 10.20.3.{host}:{port}");
                self.thrown(
                    900.0,
                    "Error",
                    &what,
                    &["connect (file:///var/task/db.mjs:31:17)"],
                );
            }
            Cause::Impaired if dice < 0.25 => {
                let one = self.invocation(timeout_ms);
                let line = format!(
                    "INIT_REPORT Init Duration: {:.2} ms\tPhase: invoke\tStatus: timeout\n",
                    one.took_ms
                );
                self.write(&one, one.began, self.start(&one));
                self.write(&one, one.ended(), line);
                self.end(&one, "Status: timeout");
            }
            Cause::Impaired => self.timed_out(timeout_ms),
            Cause::Faulty if dice < 0.12 => self.timed_out(timeout_ms),
            Cause::Faulty if dice < 0.2 => {
                let one = self.invocation(60.0);
                self.write(&one, one.began, self.start(&one));
                let line = format!(
                    "RequestId: {} Error: Runtime exited with error: exit status 1\nRuntime.ExitError\n",
                    one.id
                );
                self.write(&one, one.ended(), line);
                self.end(&one, "Status: error\tError Type: Runtime.ExitError");
            }
            Cause::Faulty => self.thrown(
                12.0,
                "TypeError",
                "Cannot read properties of undefined (reading 'total')",
                &[
                    "price (file:///var/task/index.mjs:48:21)",
                    "Runtime.handler (file:///var/task/index.mjs:17:10)",
                ],
            ),
            Cause::Usual => self.conflict(),
            cause => self.troubled(cause),
        }
    }

    fn timed_out(&mut self, timeout_ms: f64) {
        let one = self.invocation(timeout_ms);
        self.write(&one, one.began, self.start(&one));
        let seconds = format!("Task timed out after {}.00 seconds", self.group.timeout_s);
        let line = format!("{} {} {seconds}\n", moment(one.ended()), one.id);
        self.write(&one, one.ended(), line);
        self.end(&one, "Status: timeout");
    }

    /// What now and then goes wrong.
    pub(super) fn conflict(&mut self) {
        let order = 100_000 + self.rng.bits() % 900_000;
        let what = format!("order {order} was changed by another request");
        self.thrown(
            25.0,
            "ConflictError",
            &what,
            &["store (file:///var/task/db.mjs:77:9)"],
        );
    }

    /// An error that nothing caught.
    pub(super) fn thrown(&mut self, took_ms: f64, kind: &str, what: &str, at: &[&str]) {
        self.thrown_with(took_ms, (kind, what), at, &serde_json::Value::Null);
    }

    /// As [`Self::thrown`], by an error with more members.
    pub(super) fn thrown_with(
        &mut self,
        took_ms: f64,
        (kind, what): (&str, &str),
        at: &[&str],
        more: &serde_json::Value,
    ) {
        let one = self.invocation(took_ms);
        self.write(&one, one.began, self.start(&one));
        let mut stack = vec![format!("{kind}: {what}")];
        stack.extend(at.iter().map(|frame| format!("    at {frame}")));
        let mut error = serde_json::json!({ "errorType": kind, "errorMessage": what });
        if let Some(members) = error.as_object_mut() {
            members.extend(more.as_object().cloned().unwrap_or_default());
            members.insert("stack".into(), stack.into());
        }
        let line = logged(
            &one,
            one.ended(),
            "ERROR",
            &format!("Invoke Error \t{error}"),
        );
        self.write(&one, one.ended(), line);
        self.end(&one, "");
    }

    pub(super) fn invocation(&mut self, took_ms: f64) -> Invocation {
        let name = format!("request {}", self.rng.bits());
        let environment = self.rng.bits() % ENVIRONMENTS;
        let (slot, group) = (self.slot, self.group);
        let hex = names::uuid(group.seed, &format!("{} {environment}", group.function));
        let day = Timestamp::from_second(slot.end)
            .map_or_else(|_| String::new(), |at| at.strftime("%Y/%m/%d").to_string());
        let within = self.rng.uniform() * (slot.length * 1_000) as f64;
        Invocation {
            id: names::uuid(group.seed, &name),
            stream: format!("{day}/[{}]{}", group.version, hex.replace('-', "")),
            began: (slot.end - slot.length) * 1_000 + within as i64,
            took_ms,
        }
    }

    pub(super) fn start(&self, one: &Invocation) -> String {
        format!(
            "START RequestId: {} Version: {}\n",
            one.id, self.group.version
        )
    }

    pub(super) fn end(&mut self, one: &Invocation, status: &str) {
        self.done.push(Done {
            id: one.id.clone(),
            ended: one.ended(),
            took_ms: one.took_ms,
            ending: self.ending,
            refused: None,
        });
        self.write(one, one.ended(), format!("END RequestId: {}\n", one.id));
        let (took, memory) = (one.took_ms, self.group.memory_mb);
        let used = (f64::from(memory) * (0.4 + 0.2 * self.rng.uniform())).ceil();
        let billed = took.ceil();
        let line = format!(
            "REPORT RequestId: {}\tDuration: {took:.2} ms\tBilled Duration: {billed} ms\tMemory Size: {memory} MB\t\
             Max Memory Used: {used} MB\t{status}\n",
            one.id
        );
        self.write(one, one.ended(), line);
    }

    /// It was because the database refused something.
    pub(super) fn was_refused(&mut self, refusal: Refusal) {
        if let Some(last) = self.done.last_mut() {
            last.refused = Some(refusal);
        }
    }

    pub(super) fn write(&mut self, one: &Invocation, at: i64, message: String) {
        let late = self.rng.uniform() * LATE_MS;
        let complete = (self.slot.end * 1_000).max(at);
        self.events.push(WrittenEvent {
            id: format!("{at:014}{:042}", self.rng.bits()),
            at,
            ingested: complete + late as i64,
            stream: one.stream.clone(),
            message,
        });
    }
}

pub(super) fn logged(one: &Invocation, at: i64, level: &str, message: &str) -> String {
    format!("{}\t{}\t{level}\t{message}\n", moment(at), one.id)
}

pub(super) fn moment(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map_or_else(
        |_| String::new(),
        |at| at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
    )
}
