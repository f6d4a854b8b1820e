//! Tells what kind of file it is, and reads it or says what to do instead.

use serde_json::Value;

use super::plan::Plan;
use super::state::State;

/// A longer file is not read: the JSON of a plan of some thousand resources has a tenth of that.
pub const LARGEST: u64 = 128 * 1024 * 1024;

/// Why a file cannot be judged, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRead {
    #[error("it is longer than {} MiB", LARGEST / 1024 / 1024)]
    TooLarge,
    #[error("it is a plan in Terraform's own binary form, which only Terraform reads")]
    Binary,
    #[error("it is the log of `terraform plan -json`, which leaves values out")]
    Log,
    #[error("it is empty")]
    Empty,
    #[error("it is not JSON (line {line}, column {column})")]
    NotJson { line: usize, column: usize },
    #[error("it is the JSON of neither a plan nor a state")]
    Other,
    #[error("it is a state, not a plan")]
    IsState,
    #[error("it is a plan, not a state")]
    IsPlan,
    #[error("it is encrypted")]
    Encrypted,
    #[error(
        "its format is version {found}; gwctl understands 1.x, which Terraform prints since 1.1"
    )]
    Format { found: String },
    #[error("it is a state file of version {found}; gwctl understands version 4")]
    StateVersion { found: String },
    #[error("it is not as Terraform writes it: {why}")]
    Odd { why: String },
}

impl NotRead {
    /// What to do, in a sentence or two.
    pub const fn next(&self) -> &'static str {
        match self {
            Self::TooLarge => {
                "Plan a smaller configuration, or a part of it with -target, and give gwctl that."
            }
            Self::Binary => "Print it as JSON: terraform show -json FILE > plan.json",
            Self::Empty | Self::Log | Self::NotJson { .. } | Self::Other | Self::Odd { .. } => {
                "Make the file with Terraform: terraform plan -out=tfplan && terraform show -json tfplan > plan.json; \
                 for a state: terraform show -json > state.json"
            }
            Self::IsState => {
                "Give it as --state; a plan is made by: terraform plan -out=tfplan && terraform show -json tfplan > plan.json"
            }
            Self::IsPlan => {
                "Give it as --terraform; a state is printed by: terraform show -json > state.json"
            }
            Self::Encrypted => "Let the tool that wrote it print it: tofu show -json > state.json",
            Self::Format { .. } => {
                "Print it with a Terraform from 1.1 whose format is 1.x, or use a newer gwctl."
            }
            Self::StateVersion { .. } => {
                "Let Terraform print it: terraform show -json > state.json"
            }
        }
    }
}

/// The plan in `bytes`, which are what `terraform show -json` printed.
pub fn read_plan(bytes: &[u8]) -> Result<Plan, NotRead> {
    let value = json(bytes)?;
    match kind(&value)? {
        Kind::Plan => serde_json::from_value(value).map_err(|error| odd(&error)),
        Kind::Shown | Kind::Raw => Err(NotRead::IsState),
    }
}

/// The state in `bytes`, which are what `terraform show -json` printed, or a `terraform.tfstate`.
pub fn read_state(bytes: &[u8]) -> Result<State, NotRead> {
    let value = json(bytes)?;
    match kind(&value)? {
        Kind::Plan => Err(NotRead::IsPlan),
        Kind::Shown => State::shown(value).map_err(|error| odd(&error)),
        Kind::Raw => State::raw(value).map_err(|error| odd(&error)),
    }
}

enum Kind {
    Plan,
    /// A state as it is printed.
    Shown,
    /// A state as it is kept.
    Raw,
}

fn kind(value: &Value) -> Result<Kind, NotRead> {
    let has = |name: &str| value.get(name).is_some();
    if has("encrypted_data") {
        return Err(NotRead::Encrypted);
    }
    if has("@level") {
        return Err(NotRead::Log);
    }
    if let Some(format) = value.get("format_version") {
        let found = format
            .as_str()
            .map_or_else(|| format.to_string(), Into::into);
        if found.split('.').next() != Some("1") {
            return Err(NotRead::Format {
                found: gwctl_fleet::clean(&found, 20),
            });
        }
        let plan = ["planned_values", "resource_changes", "configuration"];
        return Ok(if plan.iter().any(|name| has(name)) {
            Kind::Plan
        } else {
            Kind::Shown
        });
    }
    match value.get("version") {
        Some(version) if has("lineage") || has("serial") || has("modules") => {
            if version.as_u64() == Some(4) {
                Ok(Kind::Raw)
            } else {
                Err(NotRead::StateVersion {
                    found: gwctl_fleet::clean(&version.to_string(), 20),
                })
            }
        }
        _ => Err(NotRead::Other),
    }
}

fn json(bytes: &[u8]) -> Result<Value, NotRead> {
    if bytes.len() as u64 > LARGEST {
        return Err(NotRead::TooLarge);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(NotRead::Binary);
    }
    let decoded = wide(bytes);
    let bytes = decoded.as_deref().map_or(bytes, str::as_bytes);
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines = bytes.split(|byte| *byte == b'\n');
    let first = lines.clone().next().unwrap_or_default();
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(NotRead::Empty);
    }
    serde_json::from_slice(bytes).map_err(|error| {
        // One object a line.
        let first: Option<Value> = serde_json::from_slice(first).ok();
        if first.is_some_and(|line| line.get("@level").is_some()) {
            return NotRead::Log;
        }
        NotRead::NotJson {
            line: error.line(),
            column: error.column(),
        }
    })
}

/// The text where it is UTF-16 with its mark, as PowerShell's `>` writes it.
fn wide(bytes: &[u8]) -> Option<String> {
    let (big, rest) = match bytes {
        [0xff, 0xfe, rest @ ..] => (false, rest),
        [0xfe, 0xff, rest @ ..] => (true, rest),
        _ => return None,
    };
    let unit = |pair: &[u8]| {
        let pair = [pair[0], pair[1]];
        if big {
            u16::from_be_bytes(pair)
        } else {
            u16::from_le_bytes(pair)
        }
    };
    let units: Vec<u16> = rest.chunks_exact(2).map(unit).collect();
    String::from_utf16(&units).ok()
}

/// Which field is wrong, and never its value.
fn odd(error: &serde_json::Error) -> NotRead {
    let why = error.to_string();
    // serde quotes the value that it did not expect.
    let field = why.strip_prefix("missing field ");
    NotRead::Odd {
        why: field.map_or_else(
            || "a field has a value of another kind".into(),
            |field| format!("the field {} is missing", gwctl_fleet::clean(field, 60)),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = r#"{"format_version":"1.2","planned_values":{},"resource_changes":[]}"#;

    fn plan(text: &str) -> Option<NotRead> {
        read_plan(text.as_bytes()).err()
    }

    fn state(text: &str) -> Option<NotRead> {
        read_state(text.as_bytes()).err()
    }

    #[test]
    fn a_newer_minor_version_is_read_and_another_major_one_is_not() {
        assert_eq!(plan(PLAN), None);
        assert_eq!(plan(&PLAN.replace("1.2", "1.99")), None);
        for other in ["2.0", "0.2", "10.1", "x"] {
            let found = other.to_owned();
            let refused = Some(NotRead::Format { found });
            assert_eq!(plan(&PLAN.replace("1.2", other)), refused, "{other}");
        }
        let told = plan(&PLAN.replace("1.2", "2.0")).unwrap().to_string();
        assert!(told.contains("2.0") && told.contains("1.x"), "{told}");
    }

    #[test]
    fn one_kind_of_file_is_not_taken_for_another() {
        let shown = r#"{"format_version":"1.0","values":{"root_module":{}}}"#;
        let raw = r#"{"version":4,"lineage":"x","serial":1,"resources":[]}"#;
        assert_eq!(state(shown), None);
        assert_eq!(
            state(r#"{"format_version":"1.0"}"#),
            None,
            "a state of nothing"
        );
        assert_eq!(state(raw), None);
        assert_eq!(plan(shown), Some(NotRead::IsState));
        assert_eq!(plan(raw), Some(NotRead::IsState));
        assert_eq!(state(PLAN), Some(NotRead::IsPlan));
        let old = raw.replace(":4", ":3");
        assert_eq!(
            state(&old),
            Some(NotRead::StateVersion { found: "3".into() })
        );
        assert_eq!(plan("PK\x03\x04 rest"), Some(NotRead::Binary));
        assert_eq!(plan(r#"{"version":4}"#), Some(NotRead::Other));
        assert_eq!(plan("[]"), Some(NotRead::Other));
        let log = "{\"@level\":\"info\",\"type\":\"version\"}\n{\"@level\":\"info\"}\n";
        assert_eq!(plan(log), Some(NotRead::Log));
        assert_eq!(
            state(r#"{"serial":1,"encrypted_data":"x"}"#),
            Some(NotRead::Encrypted)
        );
        assert_eq!(
            plan("Terraform will\nperform"),
            Some(NotRead::NotJson { line: 1, column: 1 })
        );
        assert!(matches!(plan(""), Some(NotRead::Empty)));
    }

    #[test]
    fn what_is_odd_is_named_without_its_value() {
        let text = PLAN.replace(
            "[]",
            r#"[{"address":{"password":"hunter2"},"type":"t","change":{}}]"#,
        );
        let told = plan(&text).unwrap().to_string();
        assert!(
            told.contains("another kind") && !told.contains("hunter2"),
            "{told}"
        );
        let told = plan(&PLAN.replace("[]", r#"[{"type":"t","change":{}}]"#))
            .unwrap()
            .to_string();
        assert!(told.contains("`address` is missing"), "{told}");
    }

    #[test]
    fn what_powershell_wrote_is_read() {
        let mut bytes = vec![0xff, 0xfe];
        bytes.extend(PLAN.encode_utf16().flat_map(u16::to_le_bytes));
        assert!(read_plan(&bytes).is_ok());
        let marked = [b"\xef\xbb\xbf", PLAN.as_bytes()].concat();
        assert!(read_plan(&marked).is_ok());
    }
}
