//! What AWS's two files say of profiles, and where they say it.
//!
//! The SDK reads them by itself and tells neither file nor line; this reading is for what gwctl says about them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::transport::reply;

/// A setting of a profile: `key = value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting {
    section: Section,
    /// In lower case.
    key: String,
    /// As it is written.
    pub(crate) value: String,
    /// `FILE:LINE`.
    pub(crate) place: String,
}

/// What stands between brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Section {
    Profile(String),
    /// Such as `services NAME` and `sso-session NAME`.
    Other(String),
}

/// `~/.aws/config` and `~/.aws/credentials`, or the files that stand in for them.
#[derive(Debug, Default)]
pub(crate) struct Profiles {
    paths: Vec<PathBuf>,
    headers: Vec<(Section, String)>,
    settings: Vec<Setting>,
    broken: Option<String>,
    /// What is taken for absent, as every AWS tool does, and why it could not be read.
    unread: Vec<String>,
    /// Whether one of them can be read only once.
    piped: bool,
}

impl Profiles {
    /// Reads both files. `variable` gives the environment's variables that are not empty.
    pub(crate) async fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let mut profiles = Self::default();
        for (name, usual, credentials) in [
            ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials", true),
            ("AWS_CONFIG_FILE", "~/.aws/config", false),
        ] {
            let path = variable(name).unwrap_or_else(|| usual.to_owned());
            let home = variable("HOME");
            profiles.take_in(at_home(&path, home.as_deref()), credentials);
        }
        if profiles.broken.is_none() && !profiles.piped {
            profiles.broken = refused_by_the_sdk().await;
        }
        profiles
    }

    fn take_in(&mut self, path: PathBuf, credentials: bool) {
        // What the shell hands over can be read only once: that is left to the SDK.
        if gwctl_files::handed_over(&path) {
            self.piped = true;
            return;
        }
        match gwctl_files::read(&path).map(String::from_utf8) {
            Ok(Ok(text)) => self.scan(&path, &text, credentials),
            Ok(Err(_)) => self.broken = Some(format!("{} is not UTF-8 text", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            // A pipe would hold up the SDK for ever.
            Err(error) if error.kind() == std::io::ErrorKind::InvalidInput && !path.is_dir() => {
                self.broken = Some(format!("{}: {error}", path.display()));
            }
            Err(error) => self.unread.push(format!("{}: {error}", path.display())),
        }
        self.paths.push(path);
    }

    fn scan(&mut self, path: &Path, text: &str, credentials: bool) {
        let mut current = None;
        for (index, line) in text.lines().enumerate() {
            let place = format!("{}:{}", path.display(), index + 1);
            let bare = line.trim();
            if bare.is_empty() || bare.starts_with(['#', ';']) {
                continue;
            }
            if let Some(rest) = line.strip_prefix('[') {
                let name = rest.split(']').next().unwrap_or_default();
                let section = section(name, credentials);
                self.headers.push((section.clone(), place));
                current = Some(section);
            } else if let (Some(section), Some((key, value))) = (&current, bare.split_once('=')) {
                self.settings.push(Setting {
                    section: section.clone(),
                    key: key.trim().to_ascii_lowercase(),
                    value: value.trim().to_owned(),
                    place,
                });
            }
        }
    }

    /// Why the files cannot be used, with file and line; none where they can.
    pub(crate) fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    /// Whether there is such a profile.
    pub(crate) fn has(&self, profile: &str) -> bool {
        self.piped || self.place(profile).is_some()
    }

    /// Where `profile` begins: `FILE:LINE`.
    pub(crate) fn place(&self, profile: &str) -> Option<&str> {
        let wanted = Section::Profile(profile.to_owned());
        let found = self.headers.iter().rev().find(|(it, _)| *it == wanted);
        found.map(|(_, place)| place.as_str())
    }

    /// What `profile` says of `key`, when it is not empty. The credentials file wins, as in the SDK.
    pub(crate) fn get(&self, profile: &str, key: &str) -> Option<&Setting> {
        let wanted = Section::Profile(profile.to_owned());
        self.settings
            .iter()
            .find(|it| it.key == key && it.section == wanted && !it.value.is_empty())
    }

    /// Every `endpoint_url` that acts for `profile`: its own, and those of the `services` section that it names.
    pub(crate) fn endpoints(&self, profile: &str) -> impl Iterator<Item = &Setting> {
        let own = Section::Profile(profile.to_owned());
        let services = self.get(profile, "services");
        let services = services.map(|it| Section::Other(format!("services {}", it.value)));
        self.settings.iter().filter(move |it| {
            let acts = it.section == own || services.as_ref() == Some(&it.section);
            acts && it.key == "endpoint_url"
        })
    }

    /// The names of all profiles, in the order of the files.
    pub(crate) fn names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for (section, _) in &self.headers {
            if let Section::Profile(name) = section
                && !names.contains(&name.as_str())
            {
                names.push(name.as_str());
            }
        }
        names
    }

    /// The files that were looked into, and which of them could not be read.
    pub(crate) fn searched(&self) -> String {
        let paths = self.paths.iter().rev();
        let paths: Vec<String> = paths.map(|path| path.display().to_string()).collect();
        let mut searched = paths.join(" or ");
        if !self.unread.is_empty() {
            let _ = write!(searched, " ({})", self.unread.join("; "));
        }
        searched
    }
}

fn section(name: &str, credentials: bool) -> Section {
    let name = name.trim();
    match name.split_once([' ', '\t']) {
        Some(("profile", rest)) if !credentials => Section::Profile(rest.trim().to_owned()),
        None if credentials || name == "default" => Section::Profile(name.to_owned()),
        _ => Section::Other(name.split_whitespace().collect::<Vec<_>>().join(" ")),
    }
}

fn at_home(path: &str, home: Option<&str>) -> PathBuf {
    match (path.strip_prefix("~/"), home) {
        (Some(below), Some(home)) => Path::new(home).join(below),
        _ => PathBuf::from(path),
    }
}

/// The SDK's own reading: it refuses both files as a whole when one line is wrong, and says which.
#[allow(
    clippy::default_trait_access,
    reason = "the crate that has these types is not named here"
)]
async fn refused_by_the_sdk() -> Option<String> {
    // The real files, the real environment, the usual places.
    let (files, variables, places) = (Default::default(), Default::default(), Default::default());
    let read = aws_config::profile::load(&files, &variables, &places, None);
    let error = read.await.err()?;
    let why: Vec<String> = std::error::Error::source(&error)
        .map_or_else(|| error.to_string(), ToString::to_string)
        .split_whitespace()
        .map(ToOwned::to_owned)
        .collect();
    Some(reply::message(&why.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(config: &str, credentials: &str) -> Profiles {
        let mut profiles = Profiles::default();
        profiles.scan(Path::new("credentials"), credentials, true);
        profiles.scan(Path::new("config"), config, false);
        profiles
    }

    #[test]
    fn a_profile_and_its_settings_are_found_with_file_and_line() {
        let profiles = scanned(
            "# mine\n[default]\nregion = eu-west-1\n[profile ops]\nRole_Arn = a=b\n[sso-session corp]\nx = y\n",
            "[ops]\naws_access_key_id = AKIA\n[profile odd]\n",
        );
        assert_eq!(profiles.names(), ["ops", "default"]);
        assert_eq!(profiles.place("ops"), Some("config:4"));
        let role = profiles.get("ops", "role_arn").unwrap();
        assert_eq!(
            (role.value.as_str(), role.place.as_str()),
            ("a=b", "config:5")
        );
        assert_eq!(
            profiles.get("ops", "aws_access_key_id").unwrap().place,
            "credentials:2"
        );
        assert!(!profiles.has("odd") && !profiles.has("corp"));
    }

    #[test]
    fn endpoints_are_the_profiles_own_and_those_of_services() {
        let profiles = scanned(
            "[profile ops]\nendpoint_url = one\nservices = local\n[profile dev]\nendpoint_url = two\n\
             [services local]\nrds =\n  endpoint_url = three\n",
            "",
        );
        let values: Vec<&str> = profiles
            .endpoints("ops")
            .map(|it| it.value.as_str())
            .collect();
        assert_eq!(values, ["one", "three"]);
        let values: Vec<&str> = profiles
            .endpoints("dev")
            .map(|it| it.value.as_str())
            .collect();
        assert_eq!(
            values,
            ["two"],
            "a section that it does not name is not its own"
        );
    }
}
