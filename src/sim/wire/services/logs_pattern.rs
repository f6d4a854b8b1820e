//! Filter patterns of `CloudWatch` Logs: terms, without JSON selectors and regular expressions (aws-facts §13.4).

/// A filter pattern.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pattern {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl Pattern {
    /// Reads `ERROR timeout`, `?ERROR ?"timed out"`, `-DEBUG`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut pattern = Self::default();
        let mut rest = text.trim();
        if rest.starts_with(['{', '%']) {
            return Err("Only terms are simulated in a filter pattern".into());
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
        for bad in ["\"open", "{ $.level = \"ERROR\" }", "?"] {
            assert!(Pattern::parse(bad).is_err(), "{bad}");
        }
    }
}
