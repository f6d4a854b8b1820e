//! DynamoDB: items read with strong consistency, and changed under the conditions that gwctl writes (aws-facts §16).

use serde_json::{Map, Value as Json};

use crate::wire::codec::json::to_json;
use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{Value, members, shape};
use crate::world::{Attributes, ItemKey, State, TableKind, TableRefused, WorldTable};

/// The most that an item may take (aws-facts §16.2).
const ITEM: usize = 400 * 1_024;
/// The most that a page of `Query` holds.
const PAGE: usize = 1 << 20;

pub fn call(operation: &str, state: &mut State, ask: &Ask) -> Answer {
    let name = ask.input.need("TableName")?.to_owned();
    let table = state.tables.get(&name, &ask.region).ok_or_else(none)?;
    match operation {
        "DescribeTable" => Ok(describe(&name, table, ask).into()),
        "Query" => query(table, ask),
        "PutItem" => {
            let item = object(ask.input.get("Item"))?;
            let size = Json::Object(item.clone()).to_string().len();
            if size > ITEM {
                return Err(invalid("Item size has exceeded the maximum allowed size"));
            }
            let key = key(ask.input.get("Item"))?;
            write(table, ask, key, item)
        }
        other => Err(Fault::unimplemented(other)),
    }
}

fn none() -> Fault {
    let message = "Requested resource not found";
    Fault::bad("ResourceNotFoundException", message)
}

fn invalid(message: impl Into<String>) -> Fault {
    Fault::bad("ValidationException", message)
}

fn refused(refused: TableRefused) -> Fault {
    match refused {
        TableRefused::Conflict => Fault::bad(
            "ReplicatedWriteConflictException",
            "One or more items in this request are being modified by a request in another Region.",
        ),
        // What a replica answers that reaches no other is not documented (aws-facts §16.1).
        TableRefused::Isolated => Fault::new(
            500,
            "InternalServerError",
            "The request could not be processed.",
        ),
    }
}

/// Strong reads fail where the replica reaches no other.
fn readable(table: &WorldTable, ask: &Ask) -> Result<(), Fault> {
    let strong = ask.input.bool("ConsistentRead")?.unwrap_or(false);
    match table.fails(&ask.region).filter(|_| strong) {
        Some(why) => Err(refused(why)),
        None => Ok(()),
    }
}

fn object(value: Option<&Value>) -> Result<Attributes, Fault> {
    match value.map(to_json) {
        Some(Json::Object(members)) => Ok(members),
        _ => Err(invalid("The request has no item or key")),
    }
}

fn value(item: Attributes) -> Value {
    let typed = |one: Json| {
        let (kind, text) = one
            .as_object()
            .and_then(|typed| typed.iter().next())
            .map(|(kind, text)| (kind.clone(), text.clone()))
            .unwrap_or_default();
        let text = text
            .as_str()
            .map_or_else(|| text.to_string(), str::to_owned);
        Value::Dict(vec![(kind, Value::Text(text))])
    };
    Value::Dict(
        item.into_iter()
            .map(|(name, one)| (name, typed(one)))
            .collect(),
    )
}

/// The keys of an item; DynamoDB takes no empty string for one.
fn key(item: Option<&Value>) -> Result<ItemKey, Fault> {
    let item = object(item)?;
    let text = |name: &str| {
        let text = item.get(name).and_then(|typed| typed["S"].as_str());
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let both = text("pk").zip(text("sk"));
    both.ok_or_else(|| invalid("The provided key element does not match the schema"))
}

fn describe(name: &str, table: &WorldTable, ask: &Ask) -> Value {
    let others = table.regions.iter().filter(|region| **region != ask.region);
    let replicas = members(others.map(|region| {
        shape! { "RegionName": region.as_str(), "ReplicaStatus": "ACTIVE" }
    }));
    let consistency = match table.kind {
        TableKind::OneRegion => None,
        TableKind::Strong => Some("STRONG"),
        TableKind::Eventual(_) => Some("EVENTUAL"),
    };
    let key = |name: &str, kind: &str| shape! { "AttributeName": name, "KeyType": kind };
    shape! { "Table": shape! {
        "TableName": name,
        "TableStatus": "ACTIVE",
        "KeySchema": members([key("pk", "HASH"), key("sk", "RANGE")]),
        "Replicas": consistency.map(|_| replicas),
        "MultiRegionConsistency": consistency,
    } }
}

/// The last item of a partition, where `Limit` and `ScanIndexForward` ask for it.
fn last(table: &mut WorldTable, ask: &Ask, pk: &str) -> Answer {
    let input = &ask.input;
    let backwards = input.bool("ScanIndexForward")? == Some(false);
    if !backwards || input.int("Limit")? != Some(1) {
        return Err(invalid("This query is not simulated"));
    }
    let items = table.partition(&ask.region, pk, ask.now);
    let item: Vec<Value> = items
        .into_iter()
        .next_back()
        .map(value)
        .into_iter()
        .collect();
    table.handed_out += item.len();
    Ok(shape! { "Count": item.len(), "ScannedCount": item.len(), "Items": members(item) }.into())
}

/// A partition from a sort key on, a page at a time; or its last item.
fn query(table: &mut WorldTable, ask: &Ask) -> Answer {
    let input = &ask.input;
    readable(table, ask)?;
    let values = object(input.get("ExpressionAttributeValues"))?;
    let text = |name: &str| {
        let text = values.get(name).and_then(|typed| typed["S"].as_str());
        text.ok_or_else(|| invalid("A value is missing"))
    };
    let (pk, sk) = match input.text("KeyConditionExpression") {
        Some("pk = :pk") => return last(table, ask, text(":pk")?),
        Some("pk = :pk AND sk >= :sk") => (text(":pk")?, text(":sk")?),
        _ => return Err(invalid("This key condition is not simulated")),
    };
    let after = match input.get("ExclusiveStartKey") {
        Some(_) => Some(key(input.get("ExclusiveStartKey"))?.1),
        None => None,
    };
    let of = |item: &Attributes| item["sk"]["S"].as_str().unwrap_or_default().to_owned();
    let all = table.partition(&ask.region, pk, ask.now).into_iter();
    let mut rest = all
        .filter(|item| {
            of(item).as_str() >= sk && after.as_ref().is_none_or(|after| of(item) > *after)
        })
        .peekable();
    let (mut page, mut bytes) = (Vec::new(), 0);
    let mut last = None;
    for item in rest.by_ref() {
        bytes += Json::Object(item.clone()).to_string().len();
        last = Some(of(&item));
        page.push(value(item));
        if bytes > PAGE {
            break;
        }
    }
    table.handed_out += page.len();
    let more = rest.peek().is_some();
    let mark = last.filter(|_| more).map(|sk| {
        let typed = |text: String| Value::Dict(vec![("S".into(), text.into())]);
        Value::Dict(vec![
            ("pk".into(), typed(pk.to_owned())),
            ("sk".into(), typed(sk)),
        ])
    });
    Ok(shape! {
        "Count": page.len(),
        "ScannedCount": page.len(),
        "Items": members(page),
        "LastEvaluatedKey": mark,
    }
    .into())
}

fn write(table: &mut WorldTable, ask: &Ask, key: ItemKey, item: Attributes) -> Answer {
    if let Some(why) = table.fails(&ask.region) {
        return Err(refused(why));
    }
    let stands = table.get(&ask.region, &key, ask.now);
    if !holds(&ask.input, stands.as_ref())? {
        let fault = Fault::bad(
            "ConditionalCheckFailedException",
            "The conditional request failed",
        );
        let told = ask.input.text("ReturnValuesOnConditionCheckFailure") == Some("ALL_OLD");
        return Err(match stands.filter(|_| told) {
            Some(item) => fault.with("Item", value(item)),
            None => fault,
        });
    }
    table
        .put(&ask.region, key, item, ask.now)
        .map_err(refused)?;
    Ok(Value::Map(Vec::new()).into())
}

/// Whether the condition of a write holds for what stands there.
fn holds(input: &Value, stands: Option<&Map<String, Json>>) -> Result<bool, Fault> {
    match input.text("ConditionExpression") {
        None => Ok(true),
        Some("attribute_not_exists(pk)") => Ok(stands.is_none()),
        Some("#name = :value") => {
            let names = object(input.get("ExpressionAttributeNames"))?;
            let values = object(input.get("ExpressionAttributeValues"))?;
            let name = names
                .get("#name")
                .and_then(Json::as_str)
                .unwrap_or_default();
            let wanted = values.get(":value");
            Ok(stands.is_some_and(|item| item.get(name) == wanted))
        }
        Some(_) => Err(invalid("This condition is not simulated")),
    }
}
