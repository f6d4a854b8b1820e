//! Enters every attempt of every SDK call in the ledger.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataInput;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextRef, Error,
    FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use jiff::{SignedDuration, Timestamp};

use crate::transport::call::Caller;
use crate::transport::call_monitor::{CallMonitor, Contact};
use crate::transport::error::{self, ErrorKind};
use crate::transport::refusal::kind_of;
use crate::transport::reply;
use gwctl_fleet::{Account, Call, Outcome, Region};

/// US dollars for one metric asked of GetMetricData (aws-facts §1.4).
const DOLLARS_PER_METRIC: f64 = 0.01 / 1_000.0;

/// An SDK interceptor; one for each client.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) service: &'static str,
    pub(crate) region: Region,
    pub(crate) account: Option<Account>,
    pub(crate) monitor: Arc<CallMonitor>,
}

impl Recorder {
    /// Of what `caller` sends.
    pub(crate) fn of(caller: &Caller) -> Self {
        Self {
            service: caller.service,
            region: caller.region.clone(),
            account: caller.account.clone(),
            monitor: caller.monitor.clone(),
        }
    }
}

/// What one attempt of the call costs once it is sent.
#[derive(Debug, Clone, Copy)]
struct Price(f64);

impl Storable for Price {
    type Storer = StoreReplace<Self>;
}

/// An attempt that was sent. When its future is dropped before it ended, it goes into the ledger
/// as abandoned.
#[derive(Debug)]
struct Attempt {
    monitor: Arc<CallMonitor>,
    /// `Some` until it is entered.
    call: Option<Call>,
}

impl Storable for Attempt {
    type Storer = StoreReplace<Self>;
}

impl Attempt {
    fn end(&mut self, ended: Ended, now: Timestamp) {
        let Some(mut call) = self.call.take() else {
            return;
        };
        call.took = elapsed(call.at, now);
        call.outcome = ended.outcome;
        call.request_id = ended.request_id;
        call.error = ended.error;
        if !matches!(call.outcome, Outcome::Ok | Outcome::TimedOut) {
            call.dollars = 0.0; // refused requests fetch no metric
        }
        self.monitor.enter(call, ended.contact);
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let now = self.monitor.clock.now();
        self.end(
            Ended {
                outcome: Outcome::Failed,
                contact: Contact::Abandoned,
                request_id: None,
                error: Some("abandoned: gwctl no longer waited for the answer".into()),
            },
            now,
        );
    }
}

struct Ended {
    outcome: Outcome,
    contact: Contact,
    request_id: Option<String>,
    error: Option<String>,
}

impl Intercept for Recorder {
    fn name(&self) -> &'static str {
        "gwctl's ledger"
    }

    fn read_before_execution(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(input) = context.input().downcast_ref::<GetMetricDataInput>() {
            cfg.interceptor_state().store_put(Price(price(input)));
        }
        Ok(())
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let call = Call {
            at: self.monitor.clock.now(),
            service: self.service,
            account: self.account.clone(),
            operation: cfg
                .load::<Metadata>()
                .map(|data| data.name().to_owned())
                .unwrap_or_default(),
            region: self.region.clone(),
            took: Duration::ZERO,
            outcome: Outcome::Failed,
            request_id: None,
            error: None,
            dollars: cfg.load::<Price>().map_or(0.0, |price| price.0),
        };
        cfg.interceptor_state().store_put(Attempt {
            monitor: self.monitor.clone(),
            call: Some(call),
        });
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let now = self.monitor.clock.now();
        if let Some(attempt) = cfg.get_mut_from_interceptor_state::<Attempt>() {
            let sent = attempt.call.as_ref().map_or(now, |call| call.at);
            attempt.end(judge(context, sent, now), now);
        }
        Ok(())
    }
}

/// How the attempt ended, read from what the SDK made of it.
fn judge(context: &FinalizerInterceptorContextRef<'_>, sent: Timestamp, now: Timestamp) -> Ended {
    let reply = context.response();
    let request_id = reply.and_then(reply::request_id);
    let answered = Contact::Answered {
        skew_ms: reply.and_then(|reply| skew_ms(reply, sent, now)),
    };
    match context.output_or_error() {
        Some(Ok(_)) => Ended {
            outcome: Outcome::Ok,
            contact: answered,
            request_id,
            error: None,
        },
        Some(Err(failure)) => {
            let (outcome, error) = classify(failure, reply);
            let heard = reply.is_some() && outcome != Outcome::TimedOut;
            let contact = if heard { answered } else { Contact::Silent };
            Ended {
                outcome,
                contact,
                request_id,
                error: Some(reply::message(&error)),
            }
        }
        None => Ended {
            outcome: Outcome::Failed,
            contact: Contact::Silent,
            request_id,
            error: Some("no answer".into()),
        },
    }
}

fn classify(failure: &OrchestratorError<Error>, reply: Option<&HttpResponse>) -> (Outcome, String) {
    if failure.is_timeout_error() {
        return (Outcome::TimedOut, "no answer in time".into());
    }
    if let Some(connector) = failure.as_connector_error() {
        return if connector.is_timeout() {
            (Outcome::TimedOut, "no connection in time".into())
        } else {
            (
                Outcome::Failed,
                format!("no connection: {}", error::root_cause(connector)),
            )
        };
    }
    let Some(error) = failure.as_operation_error() else {
        return (Outcome::Failed, "the reply could not be understood".into());
    };
    let shown = error.to_string();
    let Some(code) = error::code_in(&shown) else {
        let status = reply.map_or(0, |reply| reply.status().as_u16());
        return (
            Outcome::Failed,
            format!("HTTP {status} and a reply that could not be understood"),
        );
    };
    let outcome = match kind_of(code, "") {
        ErrorKind::Throttled => Outcome::Throttled,
        ErrorKind::NotAllowed
        | ErrorKind::Forbidden
        | ErrorKind::Clock
        | ErrorKind::Credentials
        | ErrorKind::RegionNotEnabled => Outcome::Refused,
        // "It is not there" is an answer, not a failure: an API is asked for as both of its kinds.
        ErrorKind::NotFound => Outcome::Ok,
        // A service that breaks says so with a status of its own.
        _ if reply.is_some_and(|reply| reply.status().is_client_error()) => Outcome::Declined,
        _ => Outcome::Failed,
    };
    (outcome, code.to_owned())
}

/// Per query with a statistic; expressions over them are free.
fn price(input: &GetMetricDataInput) -> f64 {
    let metrics = input
        .metric_data_queries()
        .iter()
        .filter(|query| query.metric_stat().is_some());
    metrics.count() as f64 * DOLLARS_PER_METRIC
}

/// The endpoint's clock minus ours. Its `Date` header is cut to the second and was written some
/// time between `sent` and `now`; as long as both clocks may agree, they do.
fn skew_ms(reply: &HttpResponse, sent: Timestamp, now: Timestamp) -> Option<i64> {
    // A cache's reply tells when it was stored.
    if reply.headers().get("age").is_some() {
        return None;
    }
    let date = jiff::fmt::rfc2822::parse(reply.headers().get("date")?)
        .ok()?
        .timestamp();
    Some(apart_ms(date, sent, now))
}

fn apart_ms(date: Timestamp, sent: Timestamp, now: Timestamp) -> i64 {
    let (theirs, sent, now) = (
        date.as_millisecond(),
        sent.as_millisecond(),
        now.as_millisecond(),
    );
    let (ahead, behind) = (theirs - now, theirs + 999 - sent);
    if ahead > 0 { ahead } else { behind.min(0) }
}

fn elapsed(from: Timestamp, to: Timestamp) -> Duration {
    to.duration_since(from)
        .max(SignedDuration::ZERO)
        .unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(millis).unwrap()
    }

    #[test]
    fn clocks_that_may_agree_are_not_said_to_be_apart() {
        // The date is cut to the second: 10 s may have been written at 10.940.
        assert_eq!(apart_ms(at(10_000), at(10_700), at(10_940)), 0);
        assert_eq!(apart_ms(at(10_000), at(9_900), at(10_100)), 0);
        // A slow reply was written at some time in between.
        assert_eq!(apart_ms(at(10_000), at(10_500), at(14_500)), 0);
    }

    #[test]
    fn clocks_that_cannot_agree_are_apart_by_the_least_that_explains_it() {
        assert_eq!(apart_ms(at(70_000), at(10_000), at(10_100)), 59_900);
        assert_eq!(apart_ms(at(10_000), at(70_000), at(70_100)), -59_001);
    }
}
