//! What a call over the wire leaves in `CloudTrail` (aws-facts §14).

use serde_json::{Map, Value as Json};

use super::accounts::Signer;
use super::codec::json::to_json;
use super::fault::Fault;
use super::mutation;
use super::route::{Address, RoutedRequest};
use super::value::Value;
use crate::world::{State, TrailedCall};

/// The operator's address.
const FROM: &str = "198.51.100.24";
/// Members that records leave out: of the protocol, code, the environment (aws-facts §14.3), and secrets.
const LEFT_OUT: [&str; 7] = [
    "Action",
    "Version",
    "ZipFile",
    "sql",
    "Environment",
    "MasterUserPassword",
    "SecretString",
];

/// Keeps the record of a call that was to change something; `fault` is AWS's answer where it refused it. Nobody knows
/// what failed inside AWS: it leaves none.
pub fn keep(
    world: &mut State,
    address: &Address,
    asked: &RoutedRequest,
    signer: &Signer,
    fault: Option<&Fault>,
) {
    let failed = fault.is_some_and(|fault| fault.status >= 500 || fault.unimplemented);
    if failed || !mutation::changes(&asked.operation, &asked.input) {
        return;
    }
    let (account, caller) = signer.identity(world);
    world.record_call(TrailedCall {
        at: world.now(),
        region: address.region.clone(),
        service: address.service.iam(),
        operation: asked.operation.clone(),
        account,
        caller,
        invoked_by: None,
        from: FROM.into(),
        agent: signer.agent.clone(),
        parameters: parameters(&asked.operation, &asked.input),
        resources: asked
            .input
            .text("FunctionName")
            .map(str::to_owned)
            .into_iter()
            .collect(),
        refused: fault.map(|fault| (fault.code.clone(), fault.message.clone())),
    });
}

/// As records write them: names begin with a small letter (aws-facts §14.4).
fn parameters(operation: &str, input: &Value) -> Json {
    let mut all = camel("", input);
    // The path calls the zone `Id`.
    if operation == "ChangeResourceRecordSets"
        && let Json::Object(members) = &mut all
        && let Some(zone) = members.remove("id")
    {
        members.insert("hostedZoneId".into(), zone);
    }
    all
}

fn camel(name: &str, value: &Value) -> Json {
    match value {
        Value::Map(members) => list_of(name, value).unwrap_or_else(|| {
            let kept = members.iter().filter(|(name, value)| {
                !LEFT_OUT.contains(&name.as_ref()) && *value != Value::Null
            });
            let named = kept.map(|(name, value)| (small(name), camel(name, value)));
            Json::Object(named.collect::<Map<String, Json>>())
        }),
        Value::List { items, .. } => items.iter().map(|item| camel("", item)).collect(),
        scalar => to_json(scalar),
    }
}

/// XML and Query write a list as a structure whose members are called alike, or `member`.
fn list_of(name: &str, value: &Value) -> Option<Json> {
    let Value::Map(members) = value else {
        return None;
    };
    let (first, _) = members.first()?;
    let alike = members.iter().all(|(key, _)| key == first);
    let plural = name
        .strip_suffix('s')
        .is_some_and(|one| one == first.as_ref());
    let is_list = alike && (members.len() > 1 || plural || first == "member");
    is_list.then(|| members.iter().map(|(_, item)| camel("", item)).collect())
}

fn small(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first
        .into_iter()
        .chain(letters.filter(|c| *c != '-'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::codec::xml;
    use crate::wire::value::{members, shape};

    #[test]
    fn parameters_are_written_as_cloudtrail_writes_them() {
        let input = shape! {
            "Action": "ModifyDBCluster", "DBClusterIdentifier": "orders", "MasterUserPassword": "secret",
            "Tags": members([shape! { "Key": "a" }]), "Absent": None::<&str>,
        };
        let expected =
            serde_json::json!({ "dBClusterIdentifier": "orders", "tags": [{ "key": "a" }] });
        assert_eq!(parameters("ModifyDBCluster", &input), expected);
    }

    #[test]
    fn a_batch_of_records_is_a_list_however_many_there_are() {
        let one = "<R><ChangeBatch><Changes><Change><Action>UPSERT</Action><ResourceRecordSet><Name>a</Name><TTL>60</TTL>\
                   </ResourceRecordSet></Change></Changes></ChangeBatch></R>";
        let Value::Map(mut input) = xml::parse(one.as_bytes()).unwrap() else {
            panic!("a structure")
        };
        input.push(("Id".into(), "Z1".into()));
        let written = parameters("ChangeResourceRecordSets", &Value::Map(input));
        assert_eq!(written["hostedZoneId"], "Z1");
        let change = &written["changeBatch"]["changes"][0];
        assert_eq!(change["resourceRecordSet"]["name"], "a");
        assert_eq!(change["resourceRecordSet"]["tTL"], "60");
    }
}
