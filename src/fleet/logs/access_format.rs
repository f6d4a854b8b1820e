//! An access log of API Gateway, in whatever format its owner chose: known variables are found by their place in the
//! format (aws-facts §13.6).

use serde_json::Value;

use super::breakdown::Requests;
use super::line::{Level, LineKind, LogLine};
use super::mask::masked;
use super::query::AccessFields;
use crate::Region;
use crate::text::clean;

/// How Route 53's health checkers name themselves (aws-facts §20.2).
const CHECKER: &str = "Amazon-Route53-Health-Check-Service";
/// What begins a variable.
const CONTEXT: &str = "$context.";

/// The format of an access log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessFormat(Shape);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    /// A JSON object: where each text stands in it.
    Json(Vec<(Vec<String>, Template)>),
    /// Anything else: Common Log Format, XML, CSV.
    Text(Template),
}

/// Words with variables between them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Template {
    /// What stands before each variable, and its name after `$context.`.
    parts: Vec<(String, String)>,
    end: String,
}

/// What one line tells of a request.
struct Entry(Vec<(String, String)>);

impl AccessFormat {
    /// Reads a stage's format.
    pub fn of(format: &str) -> Self {
        let object = serde_json::from_str(format).ok();
        let Some(object @ Value::Object(_)) = object else {
            return Self(Shape::Text(Template::of(format.trim())));
        };
        let mut leaves = Vec::new();
        gather(&object, &mut Vec::new(), &mut leaves);
        Self(Shape::Json(leaves))
    }

    /// The line of a request that `message` tells of; none where it has not this format, or names no status.
    pub fn line(&self, message: &str) -> Option<LogLine> {
        self.entry(message)?.line()
    }

    /// The line, and the request in `region`, that `message` tells of; none where it has not this format.
    pub fn told(&self, region: &Region, message: &str) -> Option<(Option<LogLine>, Requests)> {
        let entry = self.entry(message)?;
        Some((entry.line(), entry.request(region)))
    }

    fn entry(&self, message: &str) -> Option<Entry> {
        Some(match &self.0 {
            Shape::Json(leaves) => {
                let object: Value = serde_json::from_str(message).ok()?;
                let told = leaves.iter().flat_map(|(path, template)| {
                    let value = at(&object, path).map(text_of);
                    value
                        .and_then(|value| template.read(&value))
                        .unwrap_or_default()
                });
                Entry(told.collect())
            }
            Shape::Text(template) => Entry(template.read(message.trim())?),
        })
    }

    /// The filter pattern that finds answers of 5xx; none where the format has no place of its own for the status.
    pub fn failures(&self) -> Option<String> {
        let Shape::Json(leaves) = &self.0 else {
            return None;
        };
        let (path, _) = leaves
            .iter()
            .find(|(_, template)| template.is_only("status"))?;
        let simple = |name: &String| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        path.iter()
            .all(simple)
            .then(|| format!("{{ $.{} = \"5*\" }}", path.join(".")))
    }

    /// The field of a JSON line that holds the first of `variables` alone, by its path.
    fn field(&self, variables: &[&str]) -> Option<String> {
        let Shape::Json(leaves) = &self.0 else {
            return None;
        };
        let of = |variable: &&str| {
            let mut leaves = leaves.iter();
            leaves.find(|(_, template)| template.is_only(variable))
        };
        let (path, _) = variables.iter().find_map(of)?;
        Some(path.join("."))
    }

    /// The field that holds the status of an answer, where a query can name it.
    pub fn status_field(&self) -> Option<String> {
        self.field(&["status"])
    }

    /// The fields that a breakdown needs.
    pub fn fields(&self) -> AccessFields {
        AccessFields {
            route: self.field(&["routeKey", "resourcePath"]),
            method: self.field(&["httpMethod"]),
            status: self.status_field(),
            latency: self.field(&["responseLatency", "integrationLatency"]),
        }
    }

    /// What cannot be told with this format, a sentence each.
    pub fn lacks(&self) -> Vec<&'static str> {
        let mut lacks = Vec::new();
        if !self.has("status") {
            lacks.push("its format has no $context.status: which requests failed is not known");
        } else if self.failures().is_none() {
            lacks.push("its format cannot be searched by status: only the newest lines are read");
        }
        if !self.has("identity.userAgent") {
            lacks.push(
                "its format has no $context.identity.userAgent: health checkers count as clients",
            );
        }
        lacks
    }

    fn has(&self, variable: &str) -> bool {
        let within = |template: &Template| template.parts.iter().any(|(_, name)| name == variable);
        match &self.0 {
            Shape::Json(leaves) => leaves.iter().any(|(_, template)| within(template)),
            Shape::Text(template) => within(template),
        }
    }
}

/// Every text of `value` that holds a variable, with its path.
fn gather(value: &Value, path: &mut Vec<String>, leaves: &mut Vec<(Vec<String>, Template)>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                path.push(name.clone());
                gather(value, path, leaves);
                path.pop();
            }
        }
        Value::String(text) => {
            let template = Template::of(text);
            if !template.parts.is_empty() {
                leaves.push((path.clone(), template));
            }
        }
        _ => {}
    }
}

fn at<'a>(value: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, name| value.get(name))
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Template {
    fn of(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(CONTEXT) {
            let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
            let end = after.find(|c: char| !is_name(c)).unwrap_or(after.len());
            // A sentence's own point is no part of a name.
            let name = after[..end].trim_end_matches(['.', '-']);
            parts.push((before.to_owned(), name.to_owned()));
            rest = &after[name.len()..];
        }
        Self {
            parts,
            end: rest.to_owned(),
        }
    }

    fn is_only(&self, variable: &str) -> bool {
        matches!(&self.parts[..], [(before, name)] if before.is_empty() && name == variable)
            && self.end.is_empty()
    }

    /// The variables' values in `text`; none where it was not written by this.
    fn read(&self, text: &str) -> Option<Vec<(String, String)>> {
        let mut told = Vec::new();
        let first = self
            .parts
            .first()
            .map_or(self.end.as_str(), |(before, _)| before);
        let mut rest = text.strip_prefix(first)?;
        for (index, (_, name)) in self.parts.iter().enumerate() {
            let next = self.parts.get(index + 1).map(|(before, _)| before.as_str());
            let (value, after) = match next {
                Some("") => return None,
                Some(next) => rest.split_once(next)?,
                None if self.end.is_empty() => (rest, ""),
                None => (rest.strip_suffix(self.end.as_str())?, ""),
            };
            told.push((name.clone(), value.to_owned()));
            rest = after;
        }
        Some(told)
    }
}

impl Entry {
    /// The value of the first of `names` that has one: a value that is missing is logged as `-` (aws-facts §13.6).
    fn get(&self, names: &[&str]) -> Option<&str> {
        let of = |name: &&str| {
            let known = self.0.iter().find(|(known, _)| known == name)?;
            Some(known.1.as_str()).filter(|value| !value.is_empty() && *value != "-")
        };
        names.iter().find_map(of)
    }

    /// Whether one of Route 53's health checkers asked.
    fn is_checkers(&self) -> bool {
        let agent = self.get(&["identity.userAgent"]);
        agent.is_some_and(|agent| agent.contains(CHECKER))
    }

    fn request(&self, region: &Region) -> Requests {
        let text = |names: &[&str]| self.get(names).map(|value| clean(value, 512));
        Requests {
            region: region.clone(),
            route: text(&["routeKey", "resourcePath"]),
            method: text(&["httpMethod"]),
            status: text(&["status"]),
            checker: self.is_checkers(),
            count: 1,
            p95_ms: self
                .get(&["responseLatency", "integrationLatency"])
                .and_then(|ms| ms.parse().ok()),
        }
    }

    fn line(&self) -> Option<LogLine> {
        let status: u16 = self.get(&["status"])?.parse().ok()?;
        let route = self.get(&["routeKey", "resourcePath"]);
        let path = self.get(&["path", "resourcePath", "routeKey"]);
        // A route of an HTTP API names its method itself; `$default` takes every other one.
        let route = route.filter(|route| *route != "$default");
        let method = self.get(&["httpMethod"]).unwrap_or_default();
        let with_method = |what: &str| {
            if what.contains(' ') || method.is_empty() {
                what.to_owned()
            } else {
                format!("{method} {what}")
            }
        };
        let asked = path.map_or_else(|| method.to_owned(), with_method);
        let kind = route.map_or_else(|| masked(&asked), with_method);
        let took = self.get(&[
            "responseLatency",
            "integrationLatency",
            "integration.latency",
        ]);
        let why = self.get(&[
            "integrationErrorMessage",
            "integration.error",
            "authorizer.error",
            "error.message",
            "error.responseType",
        ]);
        let who = if self.is_checkers() {
            "health checker: "
        } else {
            ""
        };
        let why_said = why.map_or_else(String::new, |why| format!(": {why}"));
        let took = took.map_or_else(String::new, |took| format!(" in {took} ms"));
        let pattern = format!("{who}{status} {kind}{}", masked(&why_said));
        Some(LogLine {
            level: Some(match status {
                500.. => Level::Error,
                400.. => Level::Warn,
                _ => Level::Info,
            }),
            // That of the function, which its own lines bear; or else the API's.
            request_id: self
                .get(&[
                    "integration.requestId",
                    "awsEndpointRequestId",
                    "extendedRequestId",
                    "requestId",
                ])
                .map(|id| clean(id, 64)),
            pattern: Some(clean(&pattern, 512)),
            ..LogLine::new(
                LineKind::Access,
                &format!("{who}{status} {asked}{took}{why_said}"),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "6bf2d5a1-4f52-4c1e-9d0b-2a4de5ffab01";

    /// The format that aws-facts §13.6 suggests.
    const SUGGESTED: &str = r#"{"requestId":"$context.requestId","lambda":"$context.integration.requestId","m":"$context.httpMethod","route":"$context.routeKey","path":"$context.path","answer":{"status":"$context.status"},"lat":"$context.responseLatency","ierr":"$context.integrationErrorMessage","ua":"$context.identity.userAgent"}"#;

    #[test]
    fn a_variable_is_found_by_its_place_in_json() {
        let format = AccessFormat::of(SUGGESTED);
        assert_eq!(
            format.failures().as_deref(),
            Some(r#"{ $.answer.status = "5*" }"#)
        );
        assert_eq!(format.lacks(), Vec::<&str>::new());
        let written = format!(
            r#"{{"requestId":"JKJaXmPLvHcESHA=","lambda":"{ID}","m":"GET","route":"GET /orders/{{id}}","path":"/orders/17","answer":{{"status":"502"}},"lat":"1204","ierr":"Internal server error","ua":"curl/8"}}"#
        );
        let line = format.line(&written).unwrap();
        assert_eq!(
            line.text,
            "502 GET /orders/17 in 1204 ms: Internal server error"
        );
        assert_eq!(
            line.pattern.as_deref(),
            Some("502 GET /orders/{id}: Internal server error")
        );
        assert_eq!(
            (line.level, line.request_id.as_deref()),
            (Some(Level::Error), Some(ID))
        );
        assert!(line.is_error());
        assert!(format.line("not JSON").is_none());
        let without = written.replace("502", "-");
        assert!(
            format.line(&without).is_none(),
            "a missing status is no status"
        );
    }

    #[test]
    fn checkers_stand_apart_from_clients() {
        let format = AccessFormat::of(SUGGESTED);
        let line = |agent: &str| {
            let written = format!(
                r#"{{"m":"GET","route":"GET /health","path":"/health","answer":{{"status":"200"}},"lat":"3","ierr":"-","ua":"{agent}"}}"#
            );
            format.line(&written).unwrap()
        };
        let checker =
            line("Amazon-Route53-Health-Check-Service (ref 0a; report http://amzn.to/1vsZADi)");
        assert_eq!(
            checker.pattern.as_deref(),
            Some("health checker: 200 GET /health")
        );
        assert_eq!(line("curl/8").pattern.as_deref(), Some("200 GET /health"));
        let blind = AccessFormat::of(r#"{"s":"$context.status"}"#);
        assert!(blind.lacks()[0].contains("health checkers count as clients"));
    }

    #[test]
    fn common_log_format_and_unquoted_numbers_are_read_too() {
        let clf = AccessFormat::of(
            r#"$context.identity.sourceIp - - [$context.requestTime] "$context.httpMethod $context.path $context.protocol" $context.status $context.responseLength $context.requestId"#,
        );
        let line = clf.line(
            r#"198.51.100.7 - - [29/Nov/2026:12:00:00 +0000] "GET /orders/17 HTTP/1.1" 503 33 JKJaXmPLvHcESHA="#,
        );
        let line = line.unwrap();
        assert_eq!(line.text, "503 GET /orders/17");
        assert_eq!(line.pattern.as_deref(), Some("503 GET /orders/<n>"));
        assert_eq!(line.request_id.as_deref(), Some("JKJaXmPLvHcESHA="));
        assert!(clf.failures().is_none() && clf.lacks()[0].contains("only the newest"));
        let numbers = AccessFormat::of(r#"{"status":$context.status,"path":"$context.path"}"#);
        let line = numbers.line(r#"{"status":404,"path":"/x"}"#).unwrap();
        assert_eq!(
            (line.level, line.text.as_str()),
            (Some(Level::Warn), "404 /x")
        );
        assert!(numbers.line("").is_none());
        let nothing = AccessFormat::of("");
        assert!(nothing.line("x").is_none() && nothing.lacks().len() == 2);
    }

    #[test]
    fn what_a_client_sends_cannot_move_the_cursor() {
        let format = AccessFormat::of(r#"{"p":"$context.path","s":"$context.status"}"#);
        let line = format
            .line("{\"p\":\"/\\u001b[2J\\u202e\",\"s\":\"500\"}")
            .unwrap();
        assert_eq!(line.text, "500 /[2J");
        assert!(!line.pattern.unwrap().contains('\u{1b}'));
    }
}
