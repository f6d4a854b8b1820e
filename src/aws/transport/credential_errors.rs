//! Whose credentials act, and why there are none: each cause in a sentence of its own, with the profile, the file and
//! the line at fault.

use std::io;
use std::path::Path;

use aws_credential_types::Credentials;
use aws_credential_types::credential_feature::AwsCredentialFeature as Feature;
use aws_credential_types::provider::error::CredentialsError;

use crate::transport::error::{chain, root_cause, said_of};
use crate::transport::profiles::Setting;
use crate::transport::refusal::is_skew;
use crate::transport::reply;
use crate::transport::surroundings::{Surroundings, variable};

/// What to do where nothing more is known.
const SIGN_IN: &str = "run `aws sso login` or set AWS_PROFILE";
const CLOCK: &str = "AWS does not accept the time of the signature: check this machine's clock";

impl Surroundings {
    /// Why there are no credentials, and what to do.
    pub(crate) fn why_none(&self, failure: &CredentialsError) -> String {
        if let Some(why) = self.refusal() {
            return why;
        }
        if said_of(failure).is_some_and(|(code, said)| is_skew(&code, &said)) {
            return CLOCK.into();
        }
        let profile = self.profile();
        let chain = self.chain(&profile);
        self.missing_source(&chain)
            .or_else(|| self.token_file(&chain))
            .or_else(|| self.base_fault(&chain, failure))
            .or_else(|| self.refused_role(&chain, failure))
            .unwrap_or_else(|| self.otherwise(failure))
    }

    /// The profiles that give `profile` its credentials, itself first.
    fn chain(&self, profile: &str) -> Vec<String> {
        let mut chain = vec![profile.to_owned()];
        while let Some(source) = chain.last().and_then(|last| self.source_of(last)) {
            if chain.contains(&source.value) {
                break;
            }
            chain.push(source.value.clone());
        }
        chain
    }

    fn source_of(&self, profile: &str) -> Option<&Setting> {
        self.profiles.get(profile, "role_arn")?;
        self.profiles.get(profile, "source_profile")
    }

    fn missing_source(&self, chain: &[String]) -> Option<String> {
        let (last, before) = chain.split_last()?;
        let asking = before.last()?;
        if self.profiles.has(last) {
            return None;
        }
        let source = self.source_of(asking)?;
        Some(format!(
            "profile `{}` takes its credentials from profile `{}` ({}), which is not in {}",
            reply::name(asking),
            reply::name(last),
            source.place,
            self.profiles.searched()
        ))
    }

    fn token_file(&self, chain: &[String]) -> Option<String> {
        let setting = chain
            .last()
            .and_then(|base| self.profiles.get(base, "web_identity_token_file"));
        let (path, by) = match setting {
            Some(setting) => (setting.value.clone(), setting.place.clone()),
            None if self.named.is_some() => return None,
            None => {
                let name = "AWS_WEB_IDENTITY_TOKEN_FILE";
                (variable(name)?, name.to_owned())
            }
        };
        let why = gwctl_files::read(Path::new(&path)).err()?;
        Some(format!(
            "cannot read the token file {} that {by} names: {why}",
            reply::name(&path)
        ))
    }

    /// What is wrong with the profile that the others rest on.
    fn base_fault(&self, chain: &[String], failure: &CredentialsError) -> Option<String> {
        let base = chain.last()?;
        let place = self.profiles.place(base)?;
        let said = format!("profile `{}` ({place})", reply::name(base));
        let has = |key: &str| self.profiles.get(base, key).is_some();
        let cause = reply::message(&root_cause(failure));
        if has("sso_session") || has("sso_start_url") {
            let why = if is_absent(failure) {
                "there is no sign-in session".to_owned()
            } else {
                format!("the sign-in cannot be used ({cause})")
            };
            return Some(format!(
                "{said}: {why}: run `aws sso login --profile {}`",
                reply::name(base)
            ));
        }
        if has("login_session") {
            return Some(format!(
                "{said} uses `login_session`, which gwctl cannot read: run \
                 `eval \"$(aws configure export-credentials --profile {} --format env)\"` and leave the profile out",
                reply::name(base)
            ));
        }
        if let Some(program) = self.profiles.get(base, "credential_process") {
            return Some(format!(
                "{said}: the program of `credential_process` ({}) returns no credentials: {cause}",
                program.place
            ));
        }
        let keys = [
            "aws_access_key_id",
            "credential_source",
            "web_identity_token_file",
        ];
        if keys.iter().any(|key| has(key)) {
            return None;
        }
        (!has("role_arn")).then(|| format!("{said} holds no credentials: {SIGN_IN}"))
    }

    /// STS refused a role of the chain.
    fn refused_role(&self, chain: &[String], failure: &CredentialsError) -> Option<String> {
        let (code, said) = said_of(failure)?;
        let with_role = |profile: &&String| self.profiles.get(profile, "role_arn").is_some();
        let profile = chain.iter().find(with_role)?;
        let role = self.profiles.get(profile, "role_arn")?;
        let refused = format!(
            "STS does not return credentials for the role {} of profile `{}` ({}): {code}: {said}",
            reply::name(&role.value),
            reply::name(profile),
            role.place
        );
        let mfa = chain
            .iter()
            .find_map(|it| self.profiles.get(it, "mfa_serial"));
        // aws-facts §18.1: the SDK does not know the setting.
        Some(match mfa {
            None => refused,
            Some(mfa) => format!(
                "gwctl does not ask for MFA codes, which `mfa_serial` ({}) requires: run \
                 `eval \"$(aws configure export-credentials --profile {} --format env)\"`, which does, and leave the \
                 profile out. {refused}",
                mfa.place,
                reply::name(profile)
            ),
        })
    }

    fn otherwise(&self, failure: &CredentialsError) -> String {
        let profile = self.profile();
        let whose = self
            .profiles
            .place(&profile)
            .map_or(String::new(), |place| {
                format!(" of {} ({place})", self.profile_said())
            });
        match failure {
            CredentialsError::CredentialsNotLoaded(_) if whose.is_empty() => {
                let there = self.profiles.names();
                let there = if there.is_empty() {
                    String::new()
                } else {
                    format!(" (there are {})", there.join(", "))
                };
                format!(
                    "no credentials in the environment, a profile or a metadata service: {SIGN_IN}{there}"
                )
            }
            CredentialsError::ProviderTimedOut(_) => {
                format!("the credentials' provider{whose} gave no answer: {SIGN_IN}")
            }
            other => {
                let cause = reply::message(&root_cause(other));
                format!("no usable credentials{whose} ({cause}): {SIGN_IN}")
            }
        }
    }

    /// Whose `key` is, in words, without anything secret.
    pub(crate) fn source(&self, key: &Credentials) -> String {
        let features = key.get_property::<Vec<Feature>>();
        let is = |feature: &Feature| features.is_some_and(|all| all.contains(feature));
        let id = key.access_key_id();
        let tail: String = id
            .chars()
            .skip(id.chars().count().saturating_sub(4))
            .collect();
        let key = format!("access key …{}", reply::name(&tail));
        let profile = self.profile();
        if self.keys_act() && is(&Feature::CredentialsEnvVars) {
            let beaten = if variable("AWS_PROFILE").is_some() {
                format!(
                    "; {} is not used: exported keys come first",
                    self.profile_said()
                )
            } else {
                String::new()
            };
            return format!("the environment's (AWS_ACCESS_KEY_ID), {key}{beaten}");
        }
        let Some(place) = self.profiles.place(&profile) else {
            return format!("{}, {key}", elsewhere(&is));
        };
        let role = self.profiles.get(&profile, "role_arn");
        let role = role.map_or(String::new(), |role| {
            format!(", role {}", reply::name(&role.value))
        });
        let beaten = if self.named.is_some() && variable("AWS_ACCESS_KEY_ID").is_some() {
            "; the exported AWS_ACCESS_KEY_ID is not used: a named profile comes first"
        } else {
            ""
        };
        format!("{} ({place}){role}, {key}{beaten}", self.profile_said())
    }
}

/// Credentials that are in no profile.
fn elsewhere(is: &impl Fn(&Feature) -> bool) -> &'static str {
    if is(&Feature::CredentialsHttp) {
        "the container's credentials endpoint"
    } else if is(&Feature::CredentialsImds) {
        "EC2's metadata service"
    } else if is(&Feature::CredentialsEnvVarsStsWebIdToken) {
        "a role by the token of AWS_WEB_IDENTITY_TOKEN_FILE"
    } else {
        "of another source"
    }
}

/// Whether a file that should be there is not: the SDK's word for a sign-in that never was.
fn is_absent(failure: &CredentialsError) -> bool {
    chain(failure).any(|error| {
        let io = error.downcast_ref::<io::Error>();
        io.is_some_and(|error| error.kind() == io::ErrorKind::NotFound)
    })
}
