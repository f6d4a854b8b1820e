//! Questions in the language of Logs Insights (aws-facts §13.3, §13.9).

use std::fmt::Write;

/// Rows that an answer holds at most: one page (aws-facts §13.1).
pub const QUERY_ROWS: u32 = 10_000;

/// What finds the failures of aws-facts §13.5 in both formats, and whatever calls itself an error.
const ERRORS: &str = r#"/ERROR|FATAL|CRITICAL|PANIC|Task timed out|Status: timeout|Status: error|Runtime exited|Runtime\.|LAMBDA_WARNING|errorType|"status":"timeout"/"#;
/// What lines of Route 53's health checkers hold (aws-facts §20.2).
const CHECKER: &str = "Amazon-Route53-Health-Check-Service";

/// What a breakdown counts apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    Route,
    Method,
    Status,
}

impl By {
    /// As an argument.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Route => "route",
            Self::Method => "method",
            Self::Status => "status",
        }
    }
}

/// The newest lines that tell of an error: in the words of a function, or by a status of 5xx in any of `statuses`, which
/// are fields of access logs.
pub fn errors_query<'a>(statuses: impl IntoIterator<Item = &'a str>) -> String {
    let mut wanted = format!("@message like {ERRORS}");
    for status in statuses {
        let _ = write!(wanted, " or {} like /^5/", field(status));
    }
    newest(&wanted)
}

/// The newest lines that hold `text`.
pub fn text_query(text: &str) -> String {
    newest(&format!("@message like {}", quoted(text)))
}

fn newest(wanted: &str) -> String {
    format!(
        "fields @timestamp, @message, @logStream, @log, @ingestionTime\n\
         | filter {wanted}\n\
         | sort @timestamp desc\n\
         | limit {QUERY_ROWS}"
    )
}

/// Fields of an access log that a breakdown needs, by their paths.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessFields {
    pub route: Option<String>,
    pub method: Option<String>,
    pub status: Option<String>,
    /// Milliseconds.
    pub latency: Option<String>,
}

/// How often, how slow and with which status each route and method was asked, checkers apart. Where the log has no field
/// for one of them, it is left out.
pub fn breakdown_query(fields: &AccessFields) -> String {
    let by = [&fields.route, &fields.method, &fields.status]
        .into_iter()
        .flatten();
    let by: Vec<String> = by.map(|name| field(name)).collect();
    let slow = fields
        .latency
        .as_ref()
        .map(|name| format!(", pct({}, 95) as p95", field(name)));
    format!(
        "parse @message /(?<checker>{CHECKER})/\n\
         | stats count(*) as n{} by checker{}{}\n\
         | sort n desc\n\
         | limit {QUERY_ROWS}",
        slow.unwrap_or_default(),
        if by.is_empty() { "" } else { ", " },
        by.join(", ")
    )
}

/// A name as it stands in a query: in backticks where it holds anything but letters, digits, `@` and `.`.
pub fn field(name: &str) -> String {
    let simple = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '.');
    let name = name.replace('`', "");
    if name.chars().all(simple) {
        name
    } else {
        format!("`{name}`")
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_searched_for_cannot_end_its_quotes() {
        let asked = text_query(r#"" or @message like "a\"#);
        assert!(
            asked.contains(r#"like "\" or @message like \"a\\""#),
            "{asked}"
        );
        let odd = errors_query(["answer.status", "status-code", "a`b"]);
        assert!(
            odd.contains("answer.status like /^5/ or `status-code` like /^5/ or ab like"),
            "{odd}"
        );
    }

    #[test]
    fn what_a_format_does_not_hold_is_left_out() {
        let fields = AccessFields {
            status: Some("status".into()),
            ..AccessFields::default()
        };
        let asked = breakdown_query(&fields);
        assert!(
            asked.contains("stats count(*) as n by checker, status\n"),
            "{asked}"
        );
        let all = AccessFields {
            route: Some("route".into()),
            latency: Some("lat".into()),
            ..fields
        };
        let asked = breakdown_query(&all);
        assert!(
            asked.contains("n, pct(lat, 95) as p95 by checker, route, status\n"),
            "{asked}"
        );
    }
}
