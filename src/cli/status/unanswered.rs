//! The questions that got no answer, read out of the document: each once, with its place.

use serde_json::{Map, Value, json};

use crate::fleet::each_reason_once;

/// A question that got no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// Which value of the document: `sites.eu-west-1.alarms`.
    pub what: String,
    /// Why, in a few words.
    pub why: String,
}

impl Unanswered {
    /// As the document lists it.
    pub fn document(&self) -> Value {
        json!({ "what": self.what, "why": self.why })
    }
}

/// The questions of `document` that got no answer. What was never asked counts only in a picture that is
/// not `complete`.
pub fn unanswered(document: &Value, complete: bool) -> Vec<Unanswered> {
    let mut found = Vec::new();
    search(document, "", complete, &mut found);
    found
}

fn search(value: &Value, path: &str, complete: bool, found: &mut Vec<Unanswered>) {
    match value {
        Value::Object(object) => {
            if let Some(why) = why_unanswered(object, complete) {
                found.push(Unanswered {
                    what: path.to_owned(),
                    why,
                });
            }
            for (key, value) in object {
                search(value, &below(path, key), complete, found);
            }
        }
        Value::Array(values) => {
            for (n, value) in values.iter().enumerate() {
                let name = ["region", "name", "id"]
                    .iter()
                    .find_map(|key| value[key].as_str());
                search(
                    value,
                    &below(path, name.unwrap_or(&n.to_string())),
                    complete,
                    found,
                );
            }
        }
        _ => {}
    }
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

fn why_unanswered(object: &Map<String, Value>, complete: bool) -> Option<String> {
    let missing = object.get("missing")?;
    match missing["reason"].as_str()? {
        "could-not-ask" => Some(format!(
            "could not ask: {}",
            missing["why"].as_str().unwrap_or_default()
        )),
        "not-allowed" => Some(format!(
            "not allowed: {}",
            missing["action"].as_str().unwrap_or_default()
        )),
        "not-yet" if !complete => Some("no answer in time".to_owned()),
        _ => None,
    }
}

/// By Region or part and reason, with the topics in short.
fn grouped(unanswered: &[Unanswered]) -> Vec<(String, String, Vec<String>)> {
    let mut groups: Vec<(String, String, Vec<String>)> = Vec::new();
    for one in unanswered {
        let (area, topic) = area_and_topic(&one.what);
        let known = groups
            .iter_mut()
            .find(|(known, why, _)| known == area && *why == one.why);
        match known {
            Some((_, _, topics)) if topics.iter().any(|known| known == topic) => {}
            Some((_, _, topics)) => topics.push(topic.to_owned()),
            None => groups.push((area.to_owned(), one.why.clone(), vec![topic.to_owned()])),
        }
    }
    groups
}

/// `sites.eu-west-1.api.detail` is about eu-west-1's api, `database.clusters.eu-west-1.state` about its database.
fn area_and_topic(path: &str) -> (&str, &str) {
    let mut parts = path.split('.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("sites"), Some(region), Some(topic)) => (region, topic),
        (Some("database"), Some("clusters"), Some(region)) => (region, "database"),
        (Some(area), Some(topic), _) => (area, topic),
        _ => ("fleet", path),
    }
}

/// Regions and parts that are named in a sentence, before the others are counted.
const NAMED: usize = 3;

/// Each reason in a sentence, whatever it is about:
/// `edge: records; eu-west-1, us-east-1: alarms, api (could not ask: no answer in time)`.
pub fn sentences(unanswered: &[Unanswered]) -> Vec<String> {
    let mut merged: Vec<(Vec<String>, String, Vec<String>)> = Vec::new();
    for (area, why, topics) in grouped(unanswered) {
        let mut known = merged.iter_mut();
        match known.find(|(_, said, about)| *said == why && *about == topics) {
            Some((areas, ..)) => areas.push(area),
            None => merged.push((vec![area], why, topics)),
        }
    }
    each_reason_once(merged.into_iter().map(|(areas, why, topics)| {
        let what = format!("{}: {}", places(&areas), topics.join(", "));
        (what, why)
    }))
}

/// `us-east-1, eu-west-1, ap-southeast-1 and 31 others`.
fn places(areas: &[String]) -> String {
    let named = areas[..areas.len().min(NAMED)].join(", ");
    match areas.len().saturating_sub(NAMED) {
        0 => named,
        1 => format!("{named}, {}", areas[NAMED]),
        others => format!("{named} and {others} others"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_asked_is_listed_with_its_place_and_grouped_by_reason() {
        let lost = |why: &str| json!({ "value": null, "missing": { "reason": "could-not-ask", "why": why } });
        let document = json!({
            "sites": [{ "region": "eu-west-1", "alarms": lost("timed out"), "api": { "detail": lost("timed out") } }],
            "edge": { "answers": { "value": null, "missing": { "reason": "no-data" } } },
            "identity": { "value": null, "missing": { "reason": "not-yet" } },
        });
        let found = unanswered(&document, true);
        let whats: Vec<&str> = found.iter().map(|one| one.what.as_str()).collect();
        assert_eq!(
            whats,
            ["sites.eu-west-1.alarms", "sites.eu-west-1.api.detail"]
        );
        let topics = ["alarms", "api"].map(str::to_owned).to_vec();
        assert_eq!(
            grouped(&found),
            [(
                "eu-west-1".to_owned(),
                "could not ask: timed out".to_owned(),
                topics
            )]
        );
        assert_eq!(
            unanswered(&document, false).len(),
            3,
            "what is still awaited is not answered either"
        );
    }

    #[test]
    fn one_refusal_is_one_sentence_however_many_regions_it_is_about() {
        let refused = |place: &str, topic: &str| Unanswered {
            what: format!("sites.{place}.{topic}"),
            why: "not allowed: cloudwatch:DescribeAlarms".into(),
        };
        let said = |count: usize| {
            let places = [
                "us-east-1",
                "eu-west-1",
                "ap-southeast-1",
                "eu-north-1",
                "sa-east-1",
            ];
            let all: Vec<_> = places[..count]
                .iter()
                .map(|place| refused(place, "alarms"))
                .collect();
            sentences(&all)
        };
        let why = "alarms (not allowed: cloudwatch:DescribeAlarms)";
        assert_eq!(said(2), [format!("us-east-1, eu-west-1: {why}")]);
        assert_eq!(
            said(4),
            [format!(
                "us-east-1, eu-west-1, ap-southeast-1, eu-north-1: {why}"
            )]
        );
        assert_eq!(
            said(5),
            [format!(
                "us-east-1, eu-west-1, ap-southeast-1 and 2 others: {why}"
            )]
        );
        let two = [refused("us-east-1", "alarms"), refused("eu-west-1", "api")];
        let both = "us-east-1: alarms; eu-west-1: api (not allowed: cloudwatch:DescribeAlarms)";
        assert_eq!(sentences(&two), [both]);
    }
}
