//! `DescribeAlarmHistory`: changes of state alone.

use super::super::page::page;
use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::services::cloudwatch::metric_input::max_records;
use crate::wire::value::{Value, members, shape};
use crate::world::model::{Alarm, AlarmTurn, Resources};

pub fn describe(world: &Resources, ask: &Ask) -> Answer {
    let input = &ask.input;
    let size = max_records(input)?;
    let (from, to) = (input.time("StartDate")?, input.time("EndDate")?);
    let name = input.text("AlarmName");
    let kind = input.text("HistoryItemType");
    let states = kind.is_none_or(|kind| kind == "StateUpdate");
    let here = world.alarms.iter().filter(|alarm| {
        states && alarm.region == ask.region && name.is_none_or(|name| alarm.name == name)
    });
    let turns = here.flat_map(|alarm| alarm.turns.iter().map(move |turn| (alarm, turn)));
    let mut found: Vec<(&Alarm, &AlarmTurn)> = turns
        .filter(|(_, turn)| from.is_none_or(|from| turn.at >= from))
        .filter(|(_, turn)| to.is_none_or(|to| turn.at <= to))
        .collect();
    found.sort_by_key(|(_, turn)| turn.at);
    if input.text("ScanBy") != Some("TimestampAscending") {
        found.reverse();
    }
    let page = page(found, input.text("NextToken"), size).ok_or_else(|| {
        Fault::bad("InvalidNextToken", "The next token specified is invalid.")
            .shaped("InvalidNextToken")
    })?;
    Ok(shape! {
        "AlarmHistoryItems": members(page.items.into_iter().map(|(alarm, turn)| item(alarm, turn))),
        "NextToken": page.next,
    }
    .into())
}

fn item(alarm: &Alarm, turn: &AlarmTurn) -> Value {
    let data = serde_json::json!({
        "version": "1.0",
        "oldState": { "stateValue": turn.from },
        "newState": { "stateValue": turn.to, "stateReason": turn.reason },
    });
    shape! {
        "AlarmName": &alarm.name,
        "AlarmType": "MetricAlarm",
        "Timestamp": turn.at,
        "HistoryItemType": "StateUpdate",
        "HistorySummary": format!("Alarm updated from {} to {}", turn.from, turn.to),
        "HistoryData": data.to_string(),
    }
}
