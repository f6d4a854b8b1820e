//! Where a secret is kept. The configuration holds references alone; what they lead to is never shown.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where a secret is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(from = "String", into = "String")]
#[schemars(with = "String")]
pub enum SecretRef {
    /// `env:NAME`: a variable of the environment.
    Env(String),
    /// `file:PATH`: a file, without the line break at its end.
    File(PathBuf),
    /// The ARN of a secret in Secrets Manager.
    SecretsManager(String),
    /// Something else, perhaps the secret itself: it is not kept.
    NotOne,
}

/// What is accepted for one.
pub(crate) const ACCEPTED: &str =
    "where the secret is: `env:NAME`, `file:PATH`, or the ARN of a secret in Secrets Manager";

impl SecretRef {
    /// What is accepted for one, in words.
    pub const ACCEPTED: &'static str = ACCEPTED;

    /// Whether it is none.
    pub fn is_none(&self) -> bool {
        *self == Self::NotOne
    }
}

impl From<String> for SecretRef {
    fn from(text: String) -> Self {
        let named = |rest: &str| !rest.is_empty() && !rest.contains(char::is_control);
        if let Some(name) = text.strip_prefix("env:").filter(|rest| named(rest)) {
            Self::Env(name.into())
        } else if let Some(path) = text.strip_prefix("file:").filter(|rest| named(rest)) {
            Self::File(path.into())
        } else if is_secret_arn(&text) {
            Self::SecretsManager(text)
        } else {
            Self::NotOne
        }
    }
}

/// `arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME`.
fn is_secret_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(7, ':').collect();
    matches!(parts[..], ["arn", _, "secretsmanager", region, _, "secret", name]
        if !region.is_empty() && !name.is_empty() && !name.contains(char::is_whitespace))
}

impl From<SecretRef> for String {
    fn from(reference: SecretRef) -> Self {
        reference.to_string()
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::SecretsManager(arn) => f.write_str(arn),
            Self::NotOne => f.write_str("(hidden)"),
        }
    }
}

/// A part of an address that has as many bytes may be what is secret of it.
const PART: usize = 8;

/// A secret: an address, a key. It is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text`, without white space around it.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// For what is sent, and for nothing else.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// `text` without it and its parts: a service may repeat in its answer what it was sent.
    pub(crate) fn hidden_in(&self, text: &str) -> String {
        let parts = self.0.split(['/', '?', '&', '=']);
        let long = parts.filter(|part| part.len() >= PART);
        let all = [self.0.as_str()].into_iter().chain(long);
        all.filter(|part| !part.is_empty())
            .fold(text.to_owned(), |text, part| text.replace(part, "(hidden)"))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// Why a secret is not had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSecret {
    #[error("the variable {0} is not set")]
    NoVariable(String),
    #[error("the variable {0} is not text")]
    NotText(String),
    #[error("cannot read {path}: {why}")]
    NoFile {
        /// Which.
        path: String,
        /// The system's words.
        why: String,
    },
    #[error("{0} is empty")]
    Empty(SecretRef),
    #[error("the configuration does not tell where the secret is")]
    NotOne,
    /// It is in Secrets Manager, and AWS did not give it.
    #[error("Secrets Manager: {0}")]
    NotGiven(String),
}

impl SecretRef {
    /// The secret, where it is on this machine; none where AWS must be asked.
    pub(crate) fn local(&self) -> Result<Option<Secret>, NoSecret> {
        let text = match self {
            Self::Env(name) => std::env::var(name).map_err(|error| match error {
                std::env::VarError::NotPresent => NoSecret::NoVariable(name.clone()),
                std::env::VarError::NotUnicode(_) => NoSecret::NotText(name.clone()),
            })?,
            Self::File(path) => {
                gwctl_files::read_to_string(path).map_err(|error| NoSecret::NoFile {
                    path: path.display().to_string(),
                    why: error.to_string(),
                })?
            }
            Self::SecretsManager(_) => return Ok(None),
            Self::NotOne => return Err(NoSecret::NotOne),
        };
        let secret = Secret::new(&text);
        if secret.0.is_empty() {
            return Err(NoSecret::Empty(self.clone()));
        }
        Ok(Some(secret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_reference_is_not_kept_and_no_secret_is_shown() {
        let raw = "https://hooks.slack.com/services/T0/B0/verysecret";
        let reference = SecretRef::from(raw.to_owned());
        assert_eq!(reference, SecretRef::NotOne);
        for shown in [format!("{reference}"), format!("{reference:?}")] {
            assert!(!shown.contains("verysecret"), "{shown}");
        }
        let secret = Secret::new(raw);
        for shown in [format!("{secret}"), format!("{secret:?}")] {
            assert_eq!(shown, "(hidden)");
        }
        for told in [raw, "verysecret"] {
            let told = format!("no service at {told}");
            assert_eq!(secret.hidden_in(&told), "no service at (hidden)");
        }
    }

    #[test]
    fn a_reference_is_written_as_it_was_read() {
        let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:oncall-AbCdEf";
        for text in ["env:SLACK_URL", "file:/etc/gwctl/slack", arn] {
            assert_eq!(SecretRef::from(text.to_owned()).to_string(), text);
        }
        for text in ["env:", "file:", "arn:aws:sns:eu-west-1:1:topic", ""] {
            assert!(SecretRef::from(text.to_owned()).is_none(), "{text}");
        }
    }

    #[test]
    fn a_file_gives_its_text_without_the_line_break() {
        let file = std::env::temp_dir().join(format!("gwctl-secret-{}", std::process::id()));
        std::fs::write(&file, "whsec_abc\n").unwrap();
        let read = SecretRef::File(file.clone()).local();
        std::fs::remove_file(&file).unwrap();
        assert_eq!(read.unwrap().unwrap().reveal(), "whsec_abc");
        let gone = SecretRef::File(file).local().unwrap_err();
        assert!(gone.to_string().starts_with("cannot read "), "{gone}");
    }
}
