//! Filter patterns of `CloudWatch` Logs: terms, or one JSON selector that compares for equality; no regular expressions
//! (aws-facts §13.4).

use serde_json::Value;

/// A filter pattern.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pattern {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
    selector: Option<Selector>,
}

/// `{ $.answer.status = "5*" }`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Selector {
    path: Vec<String>,
    /// What stands there, or how it begins.
    value: String,
    begins: bool,
}

impl Selector {
    fn parse(text: &str) -> Option<Self> {
        let inner = text.strip_prefix('{')?.strip_suffix('}')?.trim();
        let (path, value) = inner.strip_prefix("$.")?.split_once('=')?;
        let value = value.trim().strip_prefix('"')?.strip_suffix('"')?;
        let path = path
            .trim()
            .split('.')
            .map(str::to_owned)
            .collect::<Vec<_>>();
        let simple = |name: &String| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let begins = value.strip_suffix('*');
        path.iter().all(simple).then(|| Self {
            path,
            value: begins.unwrap_or(value).to_owned(),
            begins: begins.is_some(),
        })
    }

    fn matches(&self, message: &str) -> bool {
        let object: Option<Value> = serde_json::from_str(message).ok();
        let found = object.as_ref().and_then(|object| {
            self.path
                .iter()
                .try_fold(object, |value, name| value.get(name))
        });
        let Some(Value::String(found)) = found else {
            return false;
        };
        if self.begins {
            found.starts_with(&self.value)
        } else {
            *found == self.value
        }
    }
}

impl Pattern {
    /// Reads `ERROR timeout`, `?ERROR ?"timed out"`, `-DEBUG`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut pattern = Self::default();
        let mut rest = text.trim();
        if rest.starts_with(['{', '%']) {
            let selector = Selector::parse(rest);
            pattern.selector = Some(selector.ok_or(
                "Only terms and one selector such as { $.status = \"5*\" } are simulated in a filter pattern",
            )?);
            return Ok(pattern);
        }
        while !rest.is_empty() {
            let (list, after) = match rest.as_bytes()[0] {
                b'?' => (&mut pattern.any, &rest[1..]),
                b'-' => (&mut pattern.none, &rest[1..]),
                _ => (&mut pattern.all, rest),
            };
            let (term, after) = term(after).ok_or("Invalid filter pattern")?;
            list.push(term);
            rest = after.trim_start();
        }
        // Beside others they are ignored.
        if !pattern.all.is_empty() || !pattern.none.is_empty() {
            pattern.any.clear();
        }
        Ok(pattern)
    }

    pub fn matches(&self, message: &str) -> bool {
        if let Some(selector) = &self.selector {
            return selector.matches(message);
        }
        let holds = |term: &String| message.contains(term.as_str());
        self.all.iter().all(holds)
            && !self.none.iter().any(holds)
            && (self.any.is_empty() || self.any.iter().any(holds))
    }
}

/// The first term, and what follows it.
fn term(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        return (end > 0).then(|| (text[..end].to_owned(), &text[end..]));
    };
    let mut term = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((term, &quoted[at + 1..])),
            '\\' => term.push(chars.next()?.1),
            c => term.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn terms_are_anded_ored_and_excluded_and_case_counts() {
        let holds =
            |pattern: &str, message: &str| Pattern::parse(pattern).unwrap().matches(message);
        assert!(holds("", "anything"));
        assert!(holds("ERROR timeout", "timeout after ERROR") && !holds("ERROR timeout", "ERROR"));
        assert!(holds("?ERROR ?\"timed out\"", "it timed out") && !holds("?ERROR", "error"));
        assert!(!holds("ERROR -DEBUG", "ERROR DEBUG"));
        assert!(holds(
            r#""\"status\":\"timeout\"""#,
            r#"{"status":"timeout"}"#
        ));
        // The trap: beside a plain term those with a question mark are ignored.
        assert!(holds("ERROR ?never", "ERROR"));
        let server_errors = r#"{ $.answer.status = "5*" }"#;
        assert!(holds(server_errors, r#"{"answer":{"status":"502"}}"#));
        for other in [
            r#"{"answer":{"status":"200"}}"#,
            r#"{"status":"502"}"#,
            "502",
        ] {
            assert!(!holds(server_errors, other), "{other}");
        }
        for bad in ["\"open", "{ $.status >= 500 }", "%5..%", "?"] {
            assert!(Pattern::parse(bad).is_err(), "{bad}");
        }
    }
}
