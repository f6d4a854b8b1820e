//! Which profile's program gives the credentials: read from the files every AWS tool reads.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Longer chains of `source_profile` are circles.
const LONGEST: usize = 10;

/// A program, and the roles to take on with its credentials, the nearest first.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub profile: String,
    pub command: String,
    pub roles: Vec<Role>,
}

/// A role of a profile that has a `source_profile`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Role {
    pub arn: String,
    pub session: Option<String>,
    pub external_id: Option<String>,
}

/// The program behind the profile that acts: `named`, or that of the environment. None where credentials come
/// from somewhere else, or nobody can say.
pub(super) fn acting(named: Option<&str>) -> Option<Found> {
    let variable = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    // Exported keys go before a profile that nobody named to gwctl.
    if named.is_none() && variable("AWS_ACCESS_KEY_ID").is_some() {
        return None;
    }
    let name = named.map(ToOwned::to_owned);
    let name = name
        .or_else(|| variable("AWS_PROFILE"))
        .unwrap_or_else(|| "default".into());
    let home = variable("HOME").map(PathBuf::from);
    let file = |name: &str, usual: &str| {
        let path = variable(name).map(PathBuf::from);
        path.or_else(|| Some(home.as_ref()?.join(".aws").join(usual)))
    };
    let config = file("AWS_CONFIG_FILE", "config");
    let keys = file("AWS_SHARED_CREDENTIALS_FILE", "credentials");
    let mut profiles = Profiles::default();
    profiles.add(&read(config.as_deref()), true);
    profiles.add(&read(keys.as_deref()), false);
    profiles.program(&name)
}

/// The SDK tells of a file that cannot be read; here it holds nothing. Devices and pipes are no files.
fn read(path: Option<&Path>) -> String {
    let file = path.filter(|path| path.is_file());
    file.and_then(|path| std::fs::read_to_string(path).ok())
        .unwrap_or_default()
}

#[derive(Debug, Default)]
struct Profiles(BTreeMap<String, BTreeMap<String, String>>);

impl Profiles {
    /// Lays a file over what is known. In the configuration file every profile but `default` has the word
    /// before its name.
    fn add(&mut self, text: &str, prefixed: bool) {
        let mut section: Option<String> = None;
        for line in text.lines() {
            let nested = line.starts_with([' ', '\t']);
            let line = line.trim();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(head) = line.strip_prefix('[') {
                let head = head.split(']').next().unwrap_or_default().trim();
                let name = match head.strip_prefix("profile") {
                    Some(name) if prefixed && name.starts_with([' ', '\t']) => Some(name.trim()),
                    _ if !prefixed || head == "default" => Some(head),
                    _ => None,
                };
                section = name.map(ToOwned::to_owned);
                continue;
            }
            if let (Some(section), Some((key, value)), false) =
                (&section, line.split_once('='), nested)
            {
                let profile = self.0.entry(section.clone()).or_default();
                profile.insert(key.trim().to_lowercase(), value.trim().to_owned());
            }
        }
    }

    fn program(&self, name: &str) -> Option<Found> {
        let mut name = name.to_owned();
        let mut roles = Vec::new();
        for _ in 0..LONGEST {
            let profile = self.0.get(&name)?;
            let get = |key: &str| profile.get(key).filter(|text| !text.is_empty()).cloned();
            if let Some(arn) = get("role_arn") {
                let source = get("source_profile").filter(|source| *source != name)?;
                if get("mfa_serial").is_some() {
                    return None;
                }
                roles.push(Role {
                    arn,
                    session: get("role_session_name"),
                    external_id: get("external_id"),
                });
                name = source;
                continue;
            }
            let by_sign_on = profile.keys().any(|key| key.starts_with("sso_"));
            if by_sign_on || get("web_identity_token_file").is_some() {
                return None;
            }
            let command = get("credential_process")?;
            roles.reverse();
            return Some(Found {
                profile: name,
                command,
                roles,
            });
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profiles(config: &str, keys: &str) -> Profiles {
        let mut profiles = Profiles::default();
        profiles.add(config, true);
        profiles.add(keys, false);
        profiles
    }

    #[test]
    fn the_program_is_found_behind_roles_and_in_either_file() {
        let known = profiles(
            "[default]\nregion = us-east-1\n# a remark\n[profile key]\ncredential_process = /opt/key --touch\n\
             [profile admin]\nrole_arn = arn:aws:iam::1:role/admin\nsource_profile = key\n\
             external_id = x\n[profile sso]\nsso_session = s\ncredential_process = no\n\
             [profile loop]\nrole_arn = a\nsource_profile = loop2\n[profile loop2]\nrole_arn = b\nsource_profile = loop\n\
             [other]\ncredential_process = no\n",
            "[old]\ncredential_process=/opt/old\n",
        );
        let found = known.program("admin").unwrap();
        assert_eq!(
            (found.profile.as_str(), found.command.as_str()),
            ("key", "/opt/key --touch")
        );
        assert_eq!(found.roles[0].external_id.as_deref(), Some("x"));
        assert_eq!(known.program("old").unwrap().command, "/opt/old");
        for none in ["default", "sso", "loop", "other", "missing"] {
            assert_eq!(known.program(none), None, "{none}");
        }
    }
}
