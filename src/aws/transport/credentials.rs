//! Fetches credentials before a call is sent, once for everybody who waits for them.
//!
//! The SDK fetches them inside the call, within the call's own time-out: a sign-on that hangs, or a
//! metadata service that is not there, would pass for a Region that does not answer.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use crate::transport::error::root_cause;
use crate::transport::mfa_codes;
use crate::transport::reply;
use crate::transport::surroundings::Surroundings;
use gwctl_fleet::Clock;

/// How long a provider may take: signing on through a proxy, or a helper program that asks a vault.
const PATIENCE: Duration = Duration::from_secs(20);
/// Credentials are renewed when they have less than this left, before the SDK finds them too old.
const MARGIN: Duration = Duration::from_mins(1);
/// Credentials that AWS refused are fetched anew no more often than this.
const RENEW: Duration = Duration::from_secs(30);
/// A failure stands this long, so that fifty waiting calls do not each fetch for themselves.
const RETRY: Duration = Duration::from_secs(5);

/// Why there are no credentials to sign with, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoCredentials {
    #[error("the provider of the credentials gave no answer in {} s", PATIENCE.as_secs())]
    Unanswered,
    /// A part of them that no header can hold.
    #[error(
        "the {0} contains a line break, a blank or another character that cannot be sent: copy it again"
    )]
    Unsendable(&'static str),
    /// By the provider's own failure, and the files and variables that it read.
    #[error("{0}")]
    Failed(String),
}

/// What the credentials of a session rest on.
#[derive(Debug)]
pub(crate) enum Origin {
    /// Nothing: the simulator asks for none.
    Simulated,
    /// Environment and files.
    Environment(Surroundings),
    /// A role, in words.
    Role(String),
}

/// Holds the credentials of a session.
#[derive(Debug)]
pub(crate) struct SharedCredentials {
    source: SharedCredentialsProvider,
    origin: Origin,
    /// Whose time tells when they end.
    clock: Arc<dyn Clock>,
    held: Mutex<Held>,
}

#[derive(Debug)]
enum Held {
    Nothing,
    Key {
        key: Credentials,
        /// When it was fetched.
        at: Instant,
    },
    Failure {
        why: NoCredentials,
        until: Instant,
        /// How many MFA codes had been given.
        codes: u64,
    },
}

impl SharedCredentials {
    pub(crate) fn new(
        source: SharedCredentialsProvider,
        origin: Origin,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            source,
            origin,
            clock,
            held: Mutex::new(Held::Nothing),
        }
    }

    /// Whose credentials act, in words; or why there are none.
    pub(crate) async fn said(&self) -> Result<String, NoCredentials> {
        let key = self.key().await?;
        Ok(match &self.origin {
            Origin::Simulated => "none are needed: AWS is simulated".into(),
            Origin::Environment(around) => around.source(&key),
            Origin::Role(words) => words.clone(),
        })
    }

    /// What the environment says of where calls go.
    pub(crate) const fn around(&self) -> Option<&Surroundings> {
        match &self.origin {
            Origin::Environment(around) => Some(around),
            Origin::Simulated | Origin::Role(_) => None,
        }
    }

    /// Whose time tells when they end.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    /// Returns when there are credentials to sign with, or says why there are none and what to do.
    pub(crate) async fn ready(&self) -> Result<(), NoCredentials> {
        self.key().await.map(|_| ())
    }

    async fn key(&self) -> Result<Credentials, NoCredentials> {
        let mut held = self.held.lock().await;
        match &*held {
            Held::Key { key, .. } if self.is_fresh(key) => return Ok(key.clone()),
            Held::Failure { why, until, codes }
                if Instant::now() < *until && *codes == mfa_codes::given() =>
            {
                return Err(why.clone());
            }
            _ => {}
        }
        let codes = mfa_codes::given();
        let fetched = match timeout(PATIENCE, self.source.provide_credentials()).await {
            Ok(Ok(key)) => sendable(key),
            Ok(Err(error)) => Err(NoCredentials::Failed(self.why_none(&error))),
            Err(_) => Err(NoCredentials::Unanswered),
        };
        *held = match &fetched {
            Ok(key) => Held::Key {
                key: key.clone(),
                at: Instant::now(),
            },
            Err(why) => Held::Failure {
                why: why.clone(),
                until: Instant::now() + RETRY,
                codes,
            },
        };
        fetched
    }

    /// AWS did not take them: they are fetched anew for the next call, unless they were just now.
    pub(crate) async fn were_refused(&self) {
        let mut held = self.held.lock().await;
        if matches!(&*held, Held::Key { at, .. } if at.elapsed() > RENEW) {
            *held = Held::Nothing;
        }
    }

    fn is_fresh(&self, key: &Credentials) -> bool {
        let soon = SystemTime::from(self.clock.now()) + MARGIN;
        key.expiry().is_none_or(|end| end > soon)
    }

    fn why_none(&self, failure: &CredentialsError) -> String {
        match &self.origin {
            Origin::Environment(around) => around.why_none(failure),
            // The provider is gwctl's own and says all of it.
            Origin::Role(_) => match std::error::Error::source(failure) {
                Some(why) => reply::message(&why.to_string()),
                None => reply::message(&failure.to_string()),
            },
            Origin::Simulated => reply::message(&root_cause(failure)),
        }
    }
}

impl ProvideCredentials for SharedCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let key = async { self.key().await.map_err(CredentialsError::provider_error) };
        future::ProvideCredentials::new(key)
    }
}

/// The SDK panics on a key or token that cannot stand in a header.
fn sendable(key: Credentials) -> Result<Credentials, NoCredentials> {
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    if !plain(key.access_key_id()) {
        Err(NoCredentials::Unsendable("access key id"))
    } else if key.session_token().is_some_and(|token| !plain(token)) {
        Err(NoCredentials::Unsendable("session token"))
    } else {
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use gwctl_fleet::SystemClock;

    /// Counts how often it is asked; gives what it is told to.
    #[derive(Debug)]
    struct CountingProvider {
        asked: Arc<AtomicUsize>,
        lasts: Option<Duration>,
    }

    impl ProvideCredentials for CountingProvider {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            self.asked.fetch_add(1, Ordering::Relaxed);
            let key = self.lasts.map(|lasts| {
                let end = Some(SystemTime::now() + lasts);
                Credentials::new("id", "secret", None, end, "test")
            });
            future::ProvideCredentials::ready(
                key.ok_or_else(|| CredentialsError::not_loaded("nothing here")),
            )
        }
    }

    fn keys(lasts: Option<Duration>) -> (SharedCredentials, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let source = CountingProvider {
            asked: asked.clone(),
            lasts,
        };
        (
            SharedCredentials::new(
                SharedCredentialsProvider::new(source),
                Origin::Simulated,
                Arc::new(SystemClock),
            ),
            asked,
        )
    }

    #[tokio::test]
    async fn credentials_are_fetched_once_while_they_last() {
        let (keys, asked) = keys(Some(Duration::from_hours(1)));
        let (first, second) = tokio::join!(keys.ready(), keys.ready());
        assert!(first.is_ok() && second.is_ok());
        assert!(keys.provide_credentials().await.is_ok());
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn keys_that_aws_refused_are_fetched_anew_unless_they_were_just_now() {
        let (keys, asked) = keys(Some(Duration::from_hours(1)));
        keys.ready().await.unwrap();
        keys.were_refused().await;
        keys.ready().await.unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), 1, "no storm of fetches");
        tokio::time::advance(RENEW + Duration::from_secs(1)).await;
        keys.ready().await.unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), 1, "nobody refused these");
        keys.were_refused().await;
        keys.ready().await.unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_key_that_no_header_can_hold_is_refused_in_words() {
        let made = |id: &str, token: &str| {
            sendable(Credentials::new(id, "s", Some(token.into()), None, "test"))
        };
        assert!(made("AKIA", "IQoJ+/=").is_ok());
        let why = made("AKIA\r\n", "t").unwrap_err();
        assert_eq!(why, NoCredentials::Unsendable("access key id"));
        let why = made("AKIA", "two\nlines").unwrap_err();
        assert_eq!(why, NoCredentials::Unsendable("session token"));
    }

    #[tokio::test]
    async fn credentials_about_to_end_are_renewed() {
        let (keys, asked) = keys(Some(Duration::from_secs(10)));
        keys.ready().await.unwrap();
        keys.ready().await.unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_stands_for_a_moment_and_is_then_tried_again() {
        let (keys, asked) = keys(None);
        let why = keys.ready().await.unwrap_err();
        assert!(why.to_string().contains("nothing here"), "{why}");
        assert_eq!(keys.ready().await, Err(why));
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        tokio::time::advance(RETRY).await;
        assert!(keys.ready().await.is_err());
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }
}
