//! Amazon DynamoDB: the items of one table, read with strong consistency and changed under a condition (aws-facts §16).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::json::{JsonService, Target, refused_item};
use crate::transport::reply;
use crate::transport::session::Session;
use gwctl_fleet::Region;

const TARGET: Target = Target {
    prefix: "DynamoDB_20120810",
    version: "1.0",
};

/// The attribute that holds an item's partition key.
pub const PARTITION_KEY: &str = "pk";
/// The attribute that holds an item's sort key.
pub const SORT_KEY: &str = "sk";

/// Pages of one question: a reply that never ends must not hang us. A page is 1 MB.
const PAGES: usize = 200;

/// One table in one of its Regions.
#[derive(Clone)]
pub struct Table {
    dynamodb: JsonService,
    name: String,
}

impl Session {
    /// The table `name` in `region`, in the account of the session's own credentials.
    pub fn table(&self, name: &str, region: &Region) -> Table {
        Table {
            dynamodb: self.own().json("dynamodb", "DynamoDB", region),
            name: name.to_owned(),
        }
    }
}

/// An item. All its attributes are strings, as they are: whoever shows one cleans it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// Its partition key.
    pub pk: String,
    /// Its sort key.
    pub sk: String,
    /// Every other attribute.
    pub attributes: BTreeMap<String, String>,
}

impl Item {
    /// The attribute `name`; none where it is not there or no string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    fn read(value: &Value) -> Option<Self> {
        let mut attributes: BTreeMap<String, String> = value
            .as_object()?
            .iter()
            .filter_map(|(name, typed)| Some((name.clone(), typed.get("S")?.as_str()?.to_owned())))
            .collect();
        Some(Self {
            pk: attributes.remove(PARTITION_KEY)?,
            sk: attributes.remove(SORT_KEY)?,
            attributes,
        })
    }

    fn written(&self) -> Value {
        let attributes = self.attributes.iter();
        let all = attributes.map(|(name, text)| (name.as_str(), text.as_str()));
        let keys = [(PARTITION_KEY, &*self.pk), (SORT_KEY, &*self.sk)];
        let typed = all
            .chain(keys)
            .map(|(name, text)| (name.to_owned(), json!({ "S": text })));
        Value::Object(typed.collect())
    }
}

/// When an item is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only<'a> {
    /// There is none of its keys.
    IfAbsent,
    /// The attribute of this name has this value.
    If(&'static str, &'a str),
}

/// What became of a change under a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// It was made.
    Made,
    /// The condition did not hold: this is what stands there, none where nothing does.
    Refused(Option<Item>),
}

/// What a write in one Region means in the others (aws-facts §16.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consistency {
    /// The table is in one Region.
    OneRegion,
    /// A condition is judged against the latest item, whichever Region wrote it.
    Strong,
    /// A condition is judged against the local copy alone.
    Eventual,
}

/// A table as `DescribeTable` tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDescription {
    /// `ACTIVE`, `CREATING` …
    pub status: String,
    /// What a write means elsewhere.
    pub consistency: Consistency,
    /// The other Regions that hold a copy.
    pub replicas: Vec<Region>,
    /// Whether its keys are the strings `pk` and `sk`.
    pub keys: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    table: Option<DescribedTable>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribedTable {
    table_status: Option<String>,
    key_schema: Option<Vec<DescribedKey>>,
    replicas: Option<Vec<DescribedReplica>>,
    multi_region_consistency: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribedKey {
    attribute_name: Option<String>,
    key_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribedReplica {
    region_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Found {
    items: Option<Vec<Value>>,
    last_evaluated_key: Option<Value>,
}

impl Table {
    /// The Region whose endpoint is asked.
    pub const fn region(&self) -> &Region {
        &self.dynamodb.caller.region
    }

    /// What kind of table it is.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is none of this name in the Region.
    pub async fn describe(&self) -> Result<TableDescription, AwsError> {
        const ACTION: &str = "DescribeTable";
        let body = json!({ "TableName": self.name });
        let told: Described = self.ask(ACTION, &body).await?;
        let table = told.table.ok_or_else(|| self.garbled(ACTION, "Table"))?;
        let replicas = table.replicas.unwrap_or_default().into_iter();
        let replicas: Vec<Region> = replicas
            .filter_map(|replica| Region::new(&replica.region_name?).ok())
            .filter(|region| region != self.region())
            .collect();
        let consistency = match table.multi_region_consistency.as_deref() {
            Some("STRONG") => Consistency::Strong,
            _ if replicas.is_empty() => Consistency::OneRegion,
            // A global table whose mode is not told, or one that is not known, promises nothing more.
            _ => Consistency::Eventual,
        };
        let keys = table.key_schema.unwrap_or_default();
        let has = |name: &str, kind: &str| {
            keys.iter().any(|key| {
                key.attribute_name.as_deref() == Some(name) && key.key_type.as_deref() == Some(kind)
            })
        };
        Ok(TableDescription {
            status: reply::name_or_empty(table.table_status.as_deref()),
            consistency,
            replicas,
            keys: has(PARTITION_KEY, "HASH") && has(SORT_KEY, "RANGE"),
        })
    }

    /// The item of the partition `pk` whose sort key is the last; none where there is no item.
    pub async fn last(&self, pk: &str) -> Result<Option<Item>, AwsError> {
        const ACTION: &str = "Query";
        let body = json!({
            "TableName": self.name,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": { ":pk": { "S": pk } },
            "ScanIndexForward": false,
            "Limit": 1,
            "ConsistentRead": true,
        });
        let found: Found = self.ask(ACTION, &body).await?;
        match found.items.unwrap_or_default().first() {
            Some(item) => Ok(Some(Item::read(item).ok_or_else(|| self.no_keys(ACTION))?)),
            None => Ok(None),
        }
    }

    /// The latest items of the partition `pk` by their sort keys, from `from` on.
    pub async fn query(&self, pk: &str, from: &str) -> Result<Vec<Item>, AwsError> {
        const ACTION: &str = "Query";
        // DynamoDB takes no empty string for a key: a space sorts before every key that gwctl makes.
        let from = if from.is_empty() { " " } else { from };
        let mut body = json!({
            "TableName": self.name,
            "KeyConditionExpression": "pk = :pk AND sk >= :sk",
            "ExpressionAttributeValues": { ":pk": { "S": pk }, ":sk": { "S": from } },
            "ConsistentRead": true,
        });
        let mut items = Vec::new();
        for _ in 0..PAGES {
            let found: Found = self.ask(ACTION, &body).await?;
            for item in found.items.unwrap_or_default() {
                items.push(Item::read(&item).ok_or_else(|| self.no_keys(ACTION))?);
            }
            match found.last_evaluated_key {
                Some(last) => body["ExclusiveStartKey"] = last,
                None => return Ok(items),
            }
        }
        Err(self.dynamodb.caller.cut_short(ACTION))
    }

    /// Writes `item` in the place of what stands there, under a condition. It is sent once.
    ///
    /// # Errors
    /// [`AwsError::outcome_unknown`] where it may have been written: only reading tells.
    /// [`ErrorKind::Conflict`] where another Region of a strongly consistent table is writing the same item.
    pub async fn put(&self, item: &Item, only: Only<'_>) -> Result<Written, AwsError> {
        const ACTION: &str = "PutItem";
        let mut body = json!({ "TableName": self.name, "Item": item.written() });
        // In the refusal, so that one call both fails and tells what stands there.
        body["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD".into();
        match only {
            Only::IfAbsent => body["ConditionExpression"] = "attribute_not_exists(pk)".into(),
            Only::If(name, value) => {
                body["ConditionExpression"] = "#name = :value".into();
                body["ExpressionAttributeNames"] = json!({ "#name": name });
                body["ExpressionAttributeValues"] = json!({ ":value": { "S": value } });
            }
        }
        let reply = self.dynamodb.conditional(TARGET, ACTION, &body).await;
        let reply = reply.map_err(|error| self.named(error))?;
        if reply.status < 300 {
            return Ok(Written::Made);
        }
        let stands = match refused_item(&reply.body) {
            Some(item) => Some(Item::read(&item).ok_or_else(|| self.no_keys(ACTION))?),
            None => None,
        };
        Ok(Written::Refused(stands))
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        action: &'static str,
        body: &Value,
    ) -> Result<T, AwsError> {
        let answer = self.dynamodb.call(TARGET, action, body).await;
        answer.map_err(|error| self.named(error))
    }

    /// A refusal names the table, where AWS does not.
    fn named(&self, error: AwsError) -> AwsError {
        let refused = matches!(error.kind, ErrorKind::NotAllowed | ErrorKind::Forbidden);
        if !refused || error.message.contains(&self.name) {
            return error;
        }
        let message = format!("{} (table {})", error.message, self.name);
        AwsError { message, ..error }
    }

    fn no_keys(&self, action: &'static str) -> AwsError {
        self.garbled(action, "pk and sk")
    }

    fn garbled(&self, action: &'static str, what: &str) -> AwsError {
        self.dynamodb
            .caller
            .garbled(action, &format!("no {what} in it"))
    }
}

/// Whether another Region of a strongly consistent table is writing the same item: nothing was written, and it is no
/// verdict on who holds it (aws-facts §16.1).
pub fn is_write_conflict(error: &AwsError) -> bool {
    error.kind == ErrorKind::Conflict
        && error.code.as_deref() == Some("ReplicatedWriteConflictException")
}
