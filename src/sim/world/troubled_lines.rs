//! What functions write when what they need is in trouble: node-postgres throws what the database says, without the
//! severity in front; code and severity are members of their own.

use serde_json::json;

use super::log_lines::{Refusal, Writer, logged, moment};
use super::names;
use super::rng::pick;
use crate::world::parts::logbook::Cause;

/// Where `pg` throws what the server answers.
const BY_PG: [&str; 3] = [
    "/var/task/node_modules/pg-pool/index.js:45:11",
    "process.processTicksAndRejections (node:internal/process/task_queues:105:5)",
    "async query (file:///var/task/db.mjs:52:18)",
];
/// Share of failures that are the usual ones, whatever else goes wrong.
const USUAL: f64 = 0.04;
/// Where the functions ask for money.
const PAYMENTS: &str = "payments.example.net";

/// What new code throws, by the seed: the error, and where.
const MISTAKES: [(&str, &str, [&str; 2]); 4] = [
    (
        "TypeError",
        "Cannot read properties of undefined (reading 'amount')",
        [
            "total (file:///var/task/price.mjs:31:22)",
            "Runtime.handler (file:///var/task/index.mjs:58:17)",
        ],
    ),
    (
        "TypeError",
        "order.items.reduceRight is not a function",
        [
            "sum (file:///var/task/basket.mjs:12:26)",
            "Runtime.handler (file:///var/task/index.mjs:61:9)",
        ],
    ),
    (
        "ReferenceError",
        "currency is not defined",
        [
            "convert (file:///var/task/price.mjs:77:14)",
            "Runtime.handler (file:///var/task/index.mjs:58:17)",
        ],
    ),
    (
        "RangeError",
        "Invalid time value",
        [
            "Date.toISOString (<anonymous>)",
            "Runtime.handler (file:///var/task/index.mjs:44:31)",
        ],
    ),
];

/// What a router throws that somebody released by mistake: the error, and where.
const WRONG_ROUTERS: [(&str, &str, &str); 3] = [
    (
        "TypeError",
        "Cannot read properties of undefined (reading 'domainName')",
        "Runtime.handler (file:///var/task/index.mjs:22:41)",
    ),
    (
        "ReferenceError",
        "fallback is not defined",
        "choose (file:///var/task/index.mjs:37:5)",
    ),
    (
        "SyntaxError",
        "Unexpected token '<' in JSON at position 0",
        "JSON.parse (<anonymous>)",
    ),
];

impl Writer<'_> {
    /// An invocation that failed for `cause`.
    pub(super) fn troubled(&mut self, cause: Cause) {
        // The router stores nothing.
        if cause != Cause::Router && self.rng.chance(USUAL) {
            return self.conflict();
        }
        match cause {
            Cause::NewCode => {
                let (kind, what, at) = MISTAKES[self.drawn("mistake", MISTAKES.len())];
                self.thrown(9.0, kind, what, &at);
            }
            Cause::Setting => self.wrong_setting(),
            Cause::NoConnection => {
                let message = if self.drawn("slots", 3) < 2 {
                    "remaining connection slots are reserved for non-replication superuser and rds_superuser connections"
                } else {
                    "sorry, too many clients already"
                };
                self.refused_by_database("FATAL", "53300", message, "InitPostgres");
            }
            Cause::ReadOnly => {
                let verb = ["INSERT", "UPDATE"][usize::from(self.rng.chance(0.3))];
                let message = format!("cannot execute {verb} in a read-only transaction");
                self.refused_by_database("ERROR", "25006", &message, "PreventCommandIfReadOnly");
            }
            Cause::Password => {
                let message = "password authentication failed for user \"orders_app\"";
                self.refused_by_database("FATAL", "28P01", message, "auth_failed");
            }
            Cause::Dependency => self.waited_in_vain(),
            Cause::CutOff => {
                let host = 1 + self.rng.bits() % 250;
                let what = format!("connect ETIMEDOUT 10.20.3.{host}:5432");
                let at = ["TCPConnectWrap.afterConnect [as oncomplete] (node:net:1637:16)"];
                let more = json!({ "code": "ETIMEDOUT", "syscall": "connect", "port": 5432 });
                self.thrown_with(3_020.0, ("Error", &what), &at, &more);
            }
            Cause::Key => {
                let what = format!("https://{PAYMENTS}/v2/charges answered 401: API key expired");
                let at = ["charge (file:///var/task/payments.mjs:46:11)"];
                self.thrown(62.0, "PaymentError", &what, &at);
            }
            Cause::Router => {
                let (kind, what, at) = WRONG_ROUTERS[self.drawn("router", WRONG_ROUTERS.len())];
                self.thrown(4.0, kind, what, &[at]);
            }
            Cause::Impaired | Cause::Usual | Cause::Faulty | Cause::NoWriter => self.conflict(),
        }
    }

    /// New code has a mistake that its handler catches: it logs what was thrown, and answers 500. For Lambda the
    /// invocation succeeded (aws-facts §13.6).
    pub(super) fn caught(&mut self) {
        let (kind, what, at) = MISTAKES[self.drawn("mistake", MISTAKES.len())];
        let one = self.invocation(9.0);
        self.write(&one, one.began, self.start(&one));
        let mut said = format!("{kind}: {what}");
        for frame in at {
            said.push_str("\n    at ");
            said.push_str(frame);
        }
        let line = logged(&one, one.ended(), "ERROR", &said);
        self.write(&one, one.ended(), line);
        self.end(&one, "");
    }

    /// One of `n`, the same in every slot of a world.
    fn drawn(&self, what: &str, n: usize) -> usize {
        let drawn = pick(self.group.seed, what, i64::try_from(n).unwrap_or(1));
        usize::try_from(drawn).unwrap_or_default()
    }

    fn refused_by_database(
        &mut self,
        severity: &'static str,
        code: &'static str,
        message: &str,
        routine: &str,
    ) {
        let more = json!({
            "length": message.len() + 60,
            "name": "error",
            "severity": severity,
            "code": code,
            "routine": routine,
        });
        self.thrown_with(14.0, ("error", message), &BY_PG, &more);
        self.was_refused(Refusal {
            severity,
            code,
            message: message.to_owned(),
        });
    }

    fn wrong_setting(&mut self) {
        let (region, short) = (&self.group.region, names::short(&self.group.region));
        let token = names::token(self.group.seed, "wrong host", 12);
        let host = format!("orders-{short}-old.cluster-{token}.{region}.rds.amazonaws.com");
        match self.drawn("setting", 3) {
            0 => {
                let what = format!("getaddrinfo ENOTFOUND {host}");
                let at = ["GetAddrInfoReqWrap.onlookupall [as oncomplete] (node:dns:122:26)"];
                let more =
                    json!({ "code": "ENOTFOUND", "syscall": "getaddrinfo", "hostname": host });
                self.thrown_with(31.0, ("Error", &what), &at, &more);
            }
            1 => {
                let at = [
                    "new URL (node:internal/url:816:29)",
                    "settings (file:///var/task/settings.mjs:9:14)",
                ];
                self.thrown(3.0, "TypeError", "Invalid URL", &at);
            }
            _ => {
                let at = ["need (file:///var/task/settings.mjs:4:11)"];
                let what = "environment variable ORDERS_DATABASE is not set";
                self.thrown(3.0, "Error", what, &at);
            }
        }
    }

    /// Most are ended by Lambda; some by the client of the service, a moment before.
    fn waited_in_vain(&mut self) {
        let timeout_ms = f64::from(self.group.timeout_s) * 1_000.0;
        if self.rng.chance(0.3) {
            let what = format!("no answer from https://{PAYMENTS}/v2/charges within 9500 ms");
            let at = ["charge (file:///var/task/payments.mjs:40:13)"];
            return self.thrown(timeout_ms - 480.0, "TimeoutError", &what, &at);
        }
        let one = self.invocation(timeout_ms);
        self.write(&one, one.began, self.start(&one));
        if self.rng.chance(0.4) {
            let said = format!("waiting for https://{PAYMENTS}/v2/charges since 5000 ms");
            let at = one.began + 5_000;
            let line = logged(&one, at, "WARN", &said);
            self.write(&one, at, line);
        }
        let seconds = format!("Task timed out after {}.00 seconds", self.group.timeout_s);
        let line = format!("{} {} {seconds}\n", moment(one.ended()), one.id);
        self.write(&one, one.ended(), line);
        self.end(&one, "Status: timeout");
    }
}
