//! CloudWatch Logs: `FilterLogEvents` (aws-facts §13.1); Insights has files of its own.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::insights;
use super::logs_pattern::Pattern;
use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{members, shape};
use crate::world::{LogGroup, State, WrittenEvent};

/// Most events and bytes of a page.
const EVENTS: i64 = 10_000;
const BYTES: usize = 1 << 20;
/// Slots of ten seconds that one call searches: a page may be empty, and go on.
const SEARCHED: usize = 90;

pub fn call(operation: &str, state: &mut State, ask: &Ask) -> Answer {
    match operation {
        "FilterLogEvents" => filter(state, ask),
        "StartQuery" => insights::start(state, ask),
        "GetQueryResults" => insights::results(state, ask),
        "StopQuery" => insights::stop(state, ask),
        "DescribeLogGroups" => insights::groups(state, ask),
        other => Err(Fault::unimplemented(other)),
    }
}

fn invalid(message: impl Into<String>) -> Fault {
    Fault::bad("InvalidParameterException", message)
}

/// Where a page begins: a slot by its end, and how many of its events were told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    end: i64,
    told: usize,
}

impl Place {
    fn token(self) -> String {
        URL_SAFE_NO_PAD.encode(format!("slot:{}:{}", self.end, self.told))
    }

    fn of(token: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
        let (end, told) = text.strip_prefix("slot:")?.split_once(':')?;
        Some(Self {
            end: end.parse().ok()?,
            told: told.parse().ok()?,
        })
    }
}

/// What a call looks for.
struct Search {
    since: i64,
    until: i64,
    now: i64,
    pattern: Pattern,
}

impl Search {
    fn wants(&self, event: &WrittenEvent) -> bool {
        event.ingested <= self.now
            && (self.since..=self.until).contains(&event.at)
            && self.pattern.matches(&event.message)
    }
}

fn filter(state: &State, ask: &Ask) -> Answer {
    let input = &ask.input;
    let asked = input.text("logGroupName").or_else(|| {
        let arn = input.text("logGroupIdentifier")?;
        Some(arn.rsplit_once("log-group:").map_or(arn, |(_, name)| name))
    });
    let name =
        asked.ok_or_else(|| invalid("Either logGroupName or logGroupIdentifier is needed"))?;
    for unsupported in ["logStreamNames", "logStreamNamePrefix", "unmask"] {
        if input.get(unsupported).is_some() {
            return Err(invalid(format!("{unsupported} is not simulated")));
        }
    }
    let search = Search {
        since: input.int("startTime")?.unwrap_or(0),
        until: input.int("endTime")?.unwrap_or(i64::MAX / 2),
        now: ask.now.as_millisecond(),
        pattern: Pattern::parse(input.text("filterPattern").unwrap_or_default())
            .map_err(invalid)?,
    };
    let limit = input.int("limit")?.unwrap_or(EVENTS);
    if !(1..=EVENTS).contains(&limit) {
        return Err(invalid("limit is from 1 to 10000"));
    }
    let from = match input.text("nextToken") {
        Some(token) => {
            Some(Place::of(token).ok_or_else(|| invalid("The specified nextToken is invalid."))?)
        }
        None => None,
    };
    let Some(group) = state.log_group(&ask.region, name) else {
        let message = "The specified log group does not exist.";
        return Err(Fault::bad("ResourceNotFoundException", message));
    };
    let newest_first = input.bool("startFromHead")? == Some(false);
    let searched = state.control.log_slots.unwrap_or(SEARCHED);
    let bounds = (searched, limit as usize);
    let (events, next) = page(&group, &search, from, newest_first, bounds);
    let events = events.into_iter().map(|event| {
        shape! {
            "logStreamName": event.stream,
            "timestamp": event.at,
            "message": event.message,
            "ingestionTime": event.ingested,
            "eventId": event.id,
        }
    });
    Ok(shape! {
        "events": members(events),
        "searchedLogStreams": members(Vec::<String>::new()),
        "nextToken": next.map(Place::token),
    }
    .into())
}

fn page(
    group: &LogGroup,
    search: &Search,
    from: Option<Place>,
    newest_first: bool,
    (most_searched, limit): (usize, usize),
) -> (Vec<WrittenEvent>, Option<Place>) {
    let mut order: Vec<usize> = (0..group.len())
        .filter(|at| group.overlaps(*at, search.since, search.until))
        .collect();
    if newest_first {
        order.reverse();
    }
    let (mut events, mut bytes) = (Vec::new(), 0);
    let begins = |at: &usize| {
        let end = group.end(*at).unwrap_or_default();
        from.is_none_or(|from| {
            if newest_first {
                end <= from.end
            } else {
                end >= from.end
            }
        })
    };
    for (searched, at) in order.into_iter().filter(begins).enumerate() {
        let end = group.end(at).unwrap_or_default();
        let told = from
            .filter(|from| from.end == end)
            .map_or(0, |from| from.told);
        if searched >= most_searched {
            return (events, Some(Place { end, told }));
        }
        let mut found: Vec<WrittenEvent> = group.events(at);
        found.retain(|event| search.wants(event));
        if newest_first {
            found.reverse();
        }
        for (n, event) in found.into_iter().enumerate().skip(told) {
            if events.len() >= limit || bytes + event.message.len() > BYTES {
                return (events, Some(Place { end, told: n }));
            }
            bytes += event.message.len();
            events.push(event);
        }
    }
    (events, None)
}
