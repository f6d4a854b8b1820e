//! The log of a Region's cluster as RDS exports it: what PostgreSQL refused a function, and what it writes besides.

use jiff::Timestamp;

use super::log_lines::{LogGroup, Refusal, WrittenEvent};
use super::names;
use super::rng::{Rng, pick};
use crate::world::parts::logbook::Slot;

/// Longest time until CloudWatch Logs has a line, in milliseconds.
const LATE_MS: f64 = 6_000.0;
/// Share of slots with a line that tells of no error.
const QUIET: f64 = 0.35;
/// What it writes now and then on any day.
const USUAL: [&str; 3] = [
    "could not receive data from client: Connection reset by peer",
    "could not send data to client: Broken pipe",
    "duration: {ms} ms  execute <unnamed>: SELECT id, customer, total FROM orders WHERE customer = $1 ORDER BY id DESC",
];
/// What a refused write wanted.
const INSERT: &str = "INSERT INTO orders (id, customer, total) VALUES ($1, $2, $3)";
const UPDATE: &str = "UPDATE orders SET total = $2 WHERE id = $1";

/// A session: what stands in front of its lines.
struct Session {
    /// Milliseconds since 1970.
    at: i64,
    address: String,
    process: u64,
    function: String,
}

/// The lines of `slot`, oldest first.
pub(super) fn events(group: &LogGroup, slot: &Slot) -> Vec<WrittenEvent> {
    let name = format!("database {} {}", group.region, slot.end);
    let mut written = Written {
        group,
        slot,
        rng: Rng::new(group.seed, &name),
        events: Vec::new(),
    };
    for (function, done) in group.done(slot) {
        if let Some(refusal) = &done.refused {
            let session = written.session(done.ended, function);
            written.refusal(&session, refusal);
        }
    }
    if written.rng.chance(QUIET) {
        written.usual();
    }
    let mut events = written.events;
    events.sort_by_key(|event| event.at);
    events
}

/// Writes the lines of one slot.
struct Written<'a> {
    group: &'a LogGroup,
    slot: &'a Slot,
    rng: Rng,
    events: Vec<WrittenEvent>,
}

impl Written<'_> {
    fn session(&mut self, at: i64, function: String) -> Session {
        let host = 1 + self.rng.bits() % 250;
        let port = 32_768 + self.rng.bits() % 28_000;
        Session {
            at,
            address: format!("10.20.3.{host}({port})"),
            process: 500 + self.rng.bits() % 31_000,
            function,
        }
    }

    fn refusal(&mut self, session: &Session, refusal: &Refusal) {
        let Refusal {
            severity,
            code,
            message,
        } = refusal;
        self.line(session, severity, code, message);
        match *code {
            "28P01" => {
                let detail = "Connection matched file \"/rdsdbdata/config/pg_hba.conf\" line 13: \"host all all all md5\"";
                self.line(session, "DETAIL", code, detail);
            }
            "25006" => {
                let updates = message.contains("UPDATE");
                let statement = if updates { UPDATE } else { INSERT };
                self.line(session, "STATEMENT", code, statement);
            }
            _ => {}
        }
    }

    fn usual(&mut self) {
        let length = (self.slot.length * 1_000) as f64;
        let at = self.slot.end * 1_000 - (self.rng.uniform() * length) as i64;
        let session = self.session(at, names::FUNCTIONS[0].to_owned());
        let said = USUAL[(self.rng.bits() % USUAL.len() as u64) as usize];
        let slow = format!("{:.3}", 1_000.0 + 900.0 * self.rng.uniform());
        self.line(&session, "LOG", "00000", &said.replace("{ms}", &slow));
    }

    /// With RDS's own prefix `%t:%r:%u@%d:[%p]:`, or with the longer one that an owner may choose, which has the SQLSTATE:
    /// `%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a`.
    fn line(&mut self, session: &Session, severity: &str, code: &str, message: &str) {
        let Session {
            at,
            address,
            process,
            function,
        } = session;
        let who = format!("{address}:orders_app@orders:[{process}]:");
        let moment = |format: &str| {
            let at = Timestamp::from_millisecond(*at);
            at.map_or_else(|_| String::new(), |at| at.strftime(format).to_string())
        };
        let seconds = moment("%Y-%m-%d %H:%M:%S");
        let prefix = if pick(self.group.seed, "log prefix", 3) == 0 {
            let millis = moment("%Y-%m-%d %H:%M:%S.%3f");
            format!(
                "{millis} UTC:{who}1:{code}:{seconds} UTC:7/{process}:0:{:x}.{process:x}:{function}",
                at / 1_000
            )
        } else {
            format!("{seconds} UTC:{who}")
        };
        let late = (self.rng.uniform() * LATE_MS) as i64;
        self.events.push(WrittenEvent {
            id: format!("{at:014}{:042}", self.rng.bits()),
            at: *at,
            ingested: (self.slot.end * 1_000).max(*at) + late,
            stream: self.group.function.clone(),
            message: format!("{prefix}{severity}:  {message}"),
        });
    }
}
