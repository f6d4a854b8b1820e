//! Runs the program that a profile names as its `credential_process`.
//!
//! The SDK starts another one whenever it loses patience, beside those that still wait for somebody to touch a
//! key. Here one runs at a time, for every Region, client and fleet of this process, and who asks while it runs
//! waits for the same answer. While the console has the terminal, the program is kept from its keys, and what it
//! says is passed on.

mod failure;
mod group;
mod profile;

use std::collections::HashMap;
use std::pin::pin;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use gwctl_fleet::clean;

use self::failure::{Failure, HelperError, WrongAnswer};
use self::group::Group;

/// How long one caller waits before it says that the program still runs; the program goes on.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long the program may run: somebody may have to find the key first.
const LONGEST: Duration = Duration::from_mins(5);
/// When a program that says nothing is told of.
const QUIET: Duration = Duration::from_secs(3);
/// Bytes of its answer, and of what it says, that are read.
const MOST: u64 = 1 << 16;

/// What came of a program; nothing while it runs.
type Told = watch::Receiver<Option<Result<Credentials, HelperError>>>;

static RUNNING: LazyLock<Mutex<HashMap<String, Told>>> = LazyLock::new(Mutex::default);
static SAID: LazyLock<watch::Sender<Option<String>>> = LazyLock::new(|| watch::channel(None).0);
static APART: AtomicBool = AtomicBool::new(false);

/// Whether credential processes started from now on are kept from the terminal: it is the console's.
pub fn keep_from_terminal(apart: bool) {
    APART.store(apart, Ordering::SeqCst);
}

/// Whether the terminal is the console's.
pub fn console_has_terminal() -> bool {
    APART.load(Ordering::SeqCst)
}

/// What the credential process says, or that it says nothing, while it is waited for; nothing while none runs.
pub fn waiting() -> watch::Receiver<Option<String>> {
    SAID.subscribe()
}

/// The provider for `profile`, or the one the environment names, where its credentials come from a program.
pub(super) async fn provider(
    profile: Option<&str>,
    config: &SdkConfig,
) -> Option<SharedCredentialsProvider> {
    let found = profile::acting(profile)?;
    let helper = Helper {
        profile: found.profile,
        command: found.command,
    };
    let mut provider = SharedCredentialsProvider::new(helper);
    for role in found.roles {
        let mut assume = AssumeRoleProvider::builder(role.arn).configure(config);
        assume = assume.session_name(role.session.unwrap_or_else(|| "gwctl".into()));
        if let Some(id) = role.external_id {
            assume = assume.external_id(id);
        }
        provider = SharedCredentialsProvider::new(assume.build_from_provider(provider).await);
    }
    Some(provider)
}

/// Credentials from the program of a profile.
#[derive(Debug)]
struct Helper {
    profile: String,
    command: String,
}

impl ProvideCredentials for Helper {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let told = async { self.told().await.map_err(CredentialsError::provider_error) };
        future::ProvideCredentials::new(told)
    }
}

impl Helper {
    /// Joins those who wait for the program, or starts it.
    fn join(&self) -> Told {
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(told) = running.get(&self.command)
            && told.has_changed().is_ok()
            && told.borrow().is_none()
        {
            return told.clone();
        }
        let (tell, told) = watch::channel(None);
        let (profile, command) = (self.profile.clone(), self.command.clone());
        tokio::spawn(async move {
            let came = run(&profile, &command).await;
            let came = came.map_err(|failure| HelperError::Failed { profile, failure });
            SAID.send_replace(None);
            tell.send_replace(Some(came));
        });
        running.insert(self.command.clone(), told.clone());
        told
    }

    async fn told(&self) -> Result<Credentials, HelperError> {
        let mut told = self.join();
        let failed = |failure| {
            let profile = self.profile.clone();
            HelperError::Failed { profile, failure }
        };
        match timeout(PATIENCE, told.wait_for(Option::is_some)).await {
            Ok(Ok(came)) => came.clone().unwrap_or_else(|| Err(failed(Failure::Left))),
            Ok(Err(_)) => Err(failed(Failure::Ended)),
            Err(_) => {
                let said = SAID.borrow().clone();
                let said = said.unwrap_or_else(|| silent(&self.profile));
                Err(HelperError::Waiting(said))
            }
        }
    }
}

fn silent(profile: &str) -> String {
    format!("the credential process of profile `{profile}` is still running")
}

async fn run(profile: &str, command: &str) -> Result<Credentials, Failure> {
    let mut program = group::shell(command);
    program.stdout(Stdio::piped());
    program.kill_on_drop(true);
    let apart = APART.load(Ordering::SeqCst);
    if apart {
        // In a process group of its own, the terminal stops it where it would take the console's keys.
        program.stdin(Stdio::null()).stderr(Stdio::piped());
        group::set_apart(&mut program);
    }
    let child = program.spawn();
    let mut child = child.map_err(|why| Failure::Start(Arc::new(why)))?;
    let mut group = apart.then(|| Group::of(&child));
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let speaks = async {
        match stderr {
            Some(stderr) => listen(profile, stderr).await,
            None => String::new(),
        }
    };
    let quiet = async {
        sleep(QUIET).await;
        SAID.send_if_modified(|said| {
            let first = said.is_none();
            said.get_or_insert_with(|| silent(profile));
            first
        });
    };
    let ended = async {
        let mut ended = pin!(async { tokio::join!(whole(stdout), speaks, child.wait()) });
        tokio::select! {
            ended = &mut ended => ended,
            () = quiet => ended.await,
        }
    };
    let Ok((answer, said, status)) = timeout(LONGEST, ended).await else {
        return Err(Failure::TooLong);
    };
    if let Some(group) = &mut group {
        group.ended();
    }
    let status = status.map_err(|why| Failure::Lost(Arc::new(why)))?;
    if !status.success() {
        return Err(Failure::Status { status, said });
    }
    Ok(read(&answer)?)
}

async fn whole(stdout: Option<tokio::process::ChildStdout>) -> Vec<u8> {
    let mut answer = Vec::new();
    if let Some(stdout) = stdout {
        // What is cut or breaks off does not parse.
        let _ = stdout.take(MOST).read_to_end(&mut answer).await;
    }
    answer
}

/// Passes on the last line of what the program says, as it comes: a prompt does not end in a new line.
async fn listen(profile: &str, mut stderr: impl AsyncRead + Unpin) -> String {
    let mut buffer = [0; 1024];
    let mut text = String::new();
    let mut last = String::new();
    loop {
        let count = match stderr.read(&mut buffer).await {
            Ok(0) | Err(_) => return last,
            Ok(count) => count,
        };
        text.push_str(&String::from_utf8_lossy(&buffer[..count]));
        if let Some(line) = text.lines().rfind(|line| !line.trim().is_empty()) {
            last = clean(line.trim(), 160);
            SAID.send_replace(Some(format!(
                "the credential process of profile `{profile}` says: {last}"
            )));
        }
        // Only the line that is being written matters.
        if let Some(end) = text.rfind('\n').filter(|end| end + 1 < text.len()) {
            text.drain(..=end);
        }
        if text.len() > 4_096 {
            text.clear();
        }
    }
}

/// Reads the answer as every AWS tool does: `{"Version": 1, "AccessKeyId": …, "SecretAccessKey": …}`. Errors
/// never quote it.
fn read(answer: &[u8]) -> Result<Credentials, WrongAnswer> {
    let answer: serde_json::Value =
        serde_json::from_slice(answer).map_err(|_| WrongAnswer::NoJson)?;
    if answer["Version"] != 1 {
        return Err(WrongAnswer::Version);
    }
    let text = |name: &'static str| {
        let found = answer[name].as_str();
        found.ok_or(WrongAnswer::Missing(name))
    };
    let end = match answer["Expiration"].as_str() {
        None => None,
        Some(end) => Some(
            end.parse::<Timestamp>()
                .map_err(|_| WrongAnswer::Expiration)?,
        ),
    };
    Ok(Credentials::new(
        text("AccessKeyId")?,
        text("SecretAccessKey")?,
        answer["SessionToken"].as_str().map(Into::into),
        end.map(SystemTime::from),
        "credential process",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: &str = r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"B","SessionToken":"C","Expiration":"2030-01-01T00:00:00+01:00"}"#;

    #[test]
    fn an_answer_is_read_and_a_wrong_one_is_told_without_its_secrets() {
        let key = read(KEYS.as_bytes()).unwrap();
        assert_eq!((key.access_key_id(), key.session_token()), ("A", Some("C")));
        assert!(key.expiry().is_some());
        for (answer, why) in [
            ("secret", "JSON"),
            (r#"{"Version":2}"#, "Version"),
            (r#"{"Version":1,"AccessKeyId":"secret"}"#, "SecretAccessKey"),
            (&KEYS.replace("2030-01-01", "secret"), "Expiration"),
        ] {
            let said = read(answer.as_bytes()).unwrap_err().to_string();
            assert!(said.contains(why) && !said.contains("secret"), "{said}");
        }
    }

    #[tokio::test]
    async fn a_program_that_waits_runs_once_for_everybody() {
        let folder = tempfile::tempdir().unwrap();
        let (starts, touched) = (folder.path().join("starts"), folder.path().join("touched"));
        let command = format!(
            "echo x >> {}; while [ ! -e {} ]; do sleep 0.05; done; echo '{KEYS}'",
            starts.display(),
            touched.display()
        );
        let helper = |profile: &str| Helper {
            profile: profile.into(),
            command: command.clone(),
        };
        let (one, other) = (helper("one"), helper("other"));
        // Nobody has patience: they ask, leave, and ask again.
        for _ in 0..3 {
            let left = timeout(Duration::from_millis(200), one.provide_credentials()).await;
            assert!(left.is_err());
        }
        let both = async { tokio::join!(one.provide_credentials(), other.provide_credentials()) };
        let touch = async { std::fs::write(&touched, "").unwrap() };
        let ((first, second), ()) = tokio::join!(both, touch);
        assert!(first.is_ok() && second.is_ok());
        assert_eq!(std::fs::read_to_string(&starts).unwrap(), "x\n");
    }

    #[tokio::test]
    async fn a_program_that_fails_is_told_with_its_profile() {
        let helper = Helper {
            profile: "work".into(),
            command: "exit 3".into(),
        };
        let why = helper.told().await.unwrap_err().to_string();
        assert!(why.contains("`work`") && why.contains('3'), "{why}");
    }
}
