//! What a session takes from the environment, looked over before the SDK sees it: the SDK panics on some of it,
//! and passes over the rest without a word.

use crate::transport::profiles::Profiles;
use crate::transport::reply;
use gwctl_fleet::{NotARegion, Region};

/// Services that gwctl and its credentials' providers call, as `AWS_ENDPOINT_URL_SERVICE` names them.
const SERVICES: [&str; 15] = [
    "ACM",
    "API_GATEWAY",
    "APIGATEWAYV2",
    "CLOUDFORMATION",
    "CLOUDFRONT",
    "CLOUDWATCH",
    "IAM",
    "LAMBDA",
    "RDS",
    "ROUTE_53",
    "ROUTE53_RECOVERY_CLUSTER",
    "ROUTE53_RECOVERY_CONTROL_CONFIG",
    "SSO",
    "SSO_OIDC",
    "STS",
];

/// Environment or profile name a Region that is none.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {why}")]
pub(crate) struct BadRegion {
    /// A variable, or a line of a file.
    place: String,
    why: NotARegion,
}

/// The environment of one session.
#[derive(Debug)]
pub(crate) struct Surroundings {
    /// The profile that the command line or the fleet names: it wins over exported keys, as with `aws --profile`.
    pub(crate) named: Option<String>,
    /// What AWS's files say.
    pub(crate) profiles: Profiles,
}

impl Surroundings {
    /// Looks around.
    pub(crate) async fn read(named: Option<String>) -> Self {
        Self {
            named: named.filter(|name| !name.trim().is_empty()),
            profiles: Profiles::read(variable).await,
        }
    }

    /// The profile in use: the named one, that of `AWS_PROFILE`, or `default`.
    pub(crate) fn profile(&self) -> String {
        let chosen = self.named.clone().or_else(|| variable("AWS_PROFILE"));
        chosen.unwrap_or_else(|| "default".into())
    }

    /// The profile in use with who named it: ``profile `ops` (AWS_PROFILE)``.
    pub(crate) fn profile_said(&self) -> String {
        let by_variable = self.named.is_none() && variable("AWS_PROFILE").is_some();
        let by = if by_variable { " (AWS_PROFILE)" } else { "" };
        format!("profile `{}`{by}", reply::name(&self.profile()))
    }

    /// Whether the environment's own keys act: a named profile comes before them, one of `AWS_PROFILE` does not.
    pub(crate) fn keys_act(&self) -> bool {
        self.named.is_none() && exported_keys()
    }

    /// The Region of the environment or the profile; us-east-1 where neither names one.
    pub(crate) fn region(&self) -> Result<Region, BadRegion> {
        let (place, code) = self.region_said();
        Region::new(code.trim()).map_err(|why| BadRegion { place, why })
    }

    fn region_said(&self) -> (String, String) {
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            if let Some(code) = variable(name) {
                return (name.into(), code);
            }
        }
        match self.profiles.get(&self.profile(), "region") {
            Some(setting) => (setting.place.clone(), setting.value.clone()),
            None => (String::new(), Region::global().as_str().to_owned()),
        }
    }

    /// Why nothing can be sent in these surroundings, with what to mend; none where something can.
    pub(crate) fn refusal(&self) -> Option<String> {
        let broken = self.profiles.broken();
        broken
            .map(|why| format!("{why}: correct that file"))
            .or_else(|| self.absent_profile())
            .or_else(|| self.half_a_key())
            .or_else(|| Some(self.region().err()?.to_string()))
            .or_else(|| self.unusable_endpoint())
    }

    fn absent_profile(&self) -> Option<String> {
        let profile = self.profile();
        if profile == "default" || self.profiles.has(&profile) {
            return None;
        }
        let there = self.profiles.names();
        let there = if there.is_empty() {
            "there is none at all".to_owned()
        } else {
            format!("there are {}", there.join(", "))
        };
        Some(format!(
            "there is no {} in {}; {there}",
            self.profile_said(),
            self.profiles.searched()
        ))
    }

    /// The SDK would go on to the next credentials, which may be another account's.
    fn half_a_key(&self) -> Option<String> {
        let id = variable("AWS_ACCESS_KEY_ID").is_some();
        let secret = variable("AWS_SECRET_ACCESS_KEY").is_some();
        let (has, lacks) = match (id, secret) {
            (true, false) if variable("SECRET_ACCESS_KEY").is_none() => {
                ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
            }
            (false, true) => ("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"),
            _ => return None,
        };
        let acts = self.named.is_none();
        acts.then(|| format!("{has} is exported and {lacks} is not: export both, or neither"))
    }

    fn unusable_endpoint(&self) -> Option<String> {
        let bad = self.endpoints().find(|(_, url)| !is_endpoint(url));
        bad.map(|(place, url)| {
            let url = reply::name(&url);
            format!("{place} is `{url}`, which is not a URL such as http://127.0.0.1:4566")
        })
    }

    /// Every endpoint that replaces AWS's own, with where it is set.
    pub(crate) fn endpoints(&self) -> impl Iterator<Item = (String, String)> {
        let of_services = SERVICES.map(|service| format!("AWS_ENDPOINT_URL_{service}"));
        let variables = std::iter::once("AWS_ENDPOINT_URL".to_owned()).chain(of_services);
        let exported = variables.filter_map(|name| Some((name.clone(), variable(&name)?)));
        let profile = self.profile();
        let written: Vec<(String, String)> = self
            .profiles
            .endpoints(&profile)
            .filter(|it| !it.value.trim().is_empty())
            .map(|it| (format!("{}: endpoint_url", it.place), it.value.clone()))
            .collect();
        exported.chain(written)
    }

    /// Where calls go, a line each: endpoints that replace AWS's own, and the proxy.
    pub(crate) fn route(&self) -> Vec<String> {
        let mut lines: Vec<String> = self
            .endpoints()
            .map(|(place, url)| format!("endpoint {} ({place})", without_password(&url)))
            .collect();
        if lines.is_empty() {
            lines.push("endpoints are AWS's own".into());
        }
        lines.extend(proxy());
        lines
    }
}

/// The value of a variable that is set and not blank.
pub(crate) fn variable(name: &str) -> Option<String> {
    let value = std::env::var(name).ok();
    value.filter(|value| !value.trim().is_empty())
}

/// Whether the environment holds a whole key.
fn exported_keys() -> bool {
    let secret = ["AWS_SECRET_ACCESS_KEY", "SECRET_ACCESS_KEY"];
    variable("AWS_ACCESS_KEY_ID").is_some() && secret.iter().any(|name| variable(name).is_some())
}

/// Which proxy calls go through.
fn proxy() -> Option<String> {
    let names = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let (name, url) = names
        .into_iter()
        .find_map(|name| Some((name, variable(name)?)))?;
    let not = ["NO_PROXY", "no_proxy"].into_iter().find_map(variable);
    let not = not.map_or(String::new(), |hosts| {
        format!("; not for {hosts} (NO_PROXY)")
    });
    Some(format!(
        "through the proxy {} ({name}){not}",
        without_password(&url)
    ))
}

fn is_endpoint(url: &str) -> bool {
    url.parse::<http::Uri>().is_ok_and(|url| {
        matches!(url.scheme_str(), Some("http" | "https"))
            && url.host().is_some_and(|host| !host.is_empty())
            && url.query().is_none()
    })
}

/// `url` without a name and password before its host.
pub(crate) fn without_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let end = rest.find('/').unwrap_or(rest.len());
    let host = rest[..end].rfind('@').map_or(rest, |at| &rest[at + 1..]);
    let mark = if scheme.is_empty() { "" } else { "://" };
    reply::name(&format!("{scheme}{mark}{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_url_with_scheme_and_host() {
        for good in [
            "http://127.0.0.1:4566",
            "https://x.example.com/path",
            "http://[::1]:1",
        ] {
            assert!(is_endpoint(good), "{good}");
        }
        for bad in [
            "",
            " ",
            "127.0.0.1:4566",
            "localhost",
            "ftp://x",
            "http://",
            "http:// x",
            "::",
        ] {
            assert!(!is_endpoint(bad), "{bad}");
        }
    }

    #[test]
    fn a_proxys_password_is_not_told() {
        assert_eq!(
            without_password("http://ada:secret@proxy:8080/x"),
            "http://proxy:8080/x"
        );
        assert_eq!(without_password("proxy:8080"), "proxy:8080");
        assert_eq!(without_password("ada:se@cret@proxy"), "proxy");
    }
}
